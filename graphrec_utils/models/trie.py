r"""Which words exist: a trie of all items' codes, and a beam search that stays inside it.

    trie = Trie(rqvae.distinct(codes))                 # (n, D) codes, no two items alike
    trie.after((3, 1))                                 # the codes that some item has after 3, 1
    items, log_p = search(step, trie, width=20)        # step: (B, W, l) prefixes -> (B, W, K) log p of the next code

A model that spells gives every combination of codes a probability; a few thousand of millions are items. Without the
trie a list names items that do not exist; with a narrow beam it misses those whose first codes look worse than they are.

De Cao et al. 2021 (names of entities, letter by letter), https://arxiv.org/abs/2010.00904.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from graphrec_utils import arguments
from graphrec_utils.models import rqvae

Step = Callable[[Tensor], Tensor]


class Trie(nn.Module):
    """Which codes can follow which, from the codes of all items.

    Args:
        codes: (n, D) int64, no two rows alike.
        sizes: words of each level; by default as many as are used.

    Attributes:
        leads: (nodes, words) int64, the node that a code leads to, at the last level the item; -1 where no item
            goes. Node 0 is the root.
        counts: how many different prefixes of 1, 2, …, D codes there are.

    Raises:
        TypeError: codes are not int64.
        ValueError: there are no items, a code is none of its level, or two items are spelled alike.
    """

    def __init__(self, codes: Tensor, sizes: Sequence[int] | None = None):
        super().__init__()
        arguments.tensor("codes", codes, torch.int64)
        if codes.ndim != 2 or 0 in codes.shape:
            raise ValueError(f"a trie needs (items, levels) of codes; got {tuple(codes.shape)}")
        if sizes is None:
            sizes = (codes.amax(dim=0) + 1).tolist()
        rqvae.check_codes(codes, sizes)
        self.sizes, self.num_items = tuple(sizes), len(codes)
        node = torch.zeros(len(codes), dtype=torch.int64)  # of each item, from the root on
        edges, nodes, self.counts = [], 1, []
        for level in range(len(sizes)):
            pair = torch.stack([node, codes[:, level].cpu()])  # (2, n)
            different, child = torch.unique(pair, dim=1, return_inverse=True)
            self.counts.append(different.shape[1])
            edges.append(different)
            node, nodes = nodes + child, nodes + different.shape[1]
        if self.counts[-1] < len(codes):
            order = child.argsort(stable=True)
            twin = int((child[order][1:] == child[order][:-1]).nonzero()[0])
            a, b = order[twin : twin + 2].tolist()
            raise ValueError(
                f"items {a} and {b} are spelled alike: `rqvae.distinct` gives them a further code"
            )
        inner = nodes - len(codes)
        leads = torch.full((inner, max(sizes)), -1)
        first = 1
        for parent, code in edges[:-1]:
            leads[parent, code] = first + torch.arange(len(code))
            first += len(code)
        parent, code = edges[-1]
        leads[parent, code] = child.argsort()
        self.register_buffer("leads", leads, persistent=False)

    def extra_repr(self) -> str:
        return f"items={self.num_items}, sizes={self.sizes}"

    def after(self, prefix: Sequence[int]) -> Tensor:
        """Return the codes that follow a prefix of some item, in order; none where no item has that prefix.

        Raises:
            ValueError: the prefix is a whole word or longer.
        """
        if len(prefix) >= len(self.sizes):
            raise ValueError(f"a prefix has fewer than {len(self.sizes)} codes; got {len(prefix)}")
        node = 0
        for code, size in zip(prefix, self.sizes, strict=False):
            node = int(self.leads[node, code]) if 0 <= code < size else -1
            if node < 0:
                return torch.zeros(0, dtype=torch.int64)
        return (self.leads[node] >= 0).nonzero()[:, 0]


@torch.no_grad()
def search(
    step: Step, trie: Trie, width: int, users: int = 1, seen: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Return the items that a beam finds, best first, and log p of each, both (B, width).

    At each level the `width` best prefixes go on, all codes of all of them compared at once. A beam as wide as the
    catalog misses nothing. Built in lesson 19, exercise 19.6, level by level.

    Args:
        step: takes (B, W, l) prefixes of l codes, returns (B, W, K) log p of the code that comes next.
        trie: of the items that exist. Its device counts.
        width: prefixes that are kept.
        users: B.
        seen: (B, n) bool, items that are not wanted; they leave when their last code is spelled.

    Returns:
        Items are -1, with log p = -inf, where fewer were found.

    Raises:
        ValueError: width is larger than the catalog, or step returns another shape.
    """
    if arguments.integer("width", width) > trie.num_items:
        raise ValueError(f"a beam of {width} is wider than the catalog of {trie.num_items} items")
    place = trie.leads.device
    node = torch.zeros(users, 1, dtype=torch.int64, device=place)
    log_p = torch.zeros(users, 1, device=place)
    prefix = torch.zeros(users, 1, 0, dtype=torch.int64, device=place)
    for level, size in enumerate(trie.sizes):
        following = step(prefix)  # (B, W, K)
        if following.shape != (*node.shape, size):
            raise ValueError(
                f"step must return {(*node.shape, size)} for prefixes of {level} codes; "
                f"got {tuple(following.shape)}"
            )
        child = trie.leads[node][..., :size]  # (B, W, K)
        there = child >= 0
        if seen is not None and level == len(trie.sizes) - 1:
            known = seen.gather(1, child.clamp(min=0).flatten(1)).view_as(child)
            there = there & ~known
        total = (log_p[..., None] + following).masked_fill(~there, -torch.inf).flatten(1)
        log_p, best = total.topk(min(width, trie.counts[level], total.shape[1]))  # (B, W')
        node = child.flatten(1).gather(1, best).masked_fill(log_p == -torch.inf, -1)
        kept = prefix.gather(1, (best // size)[..., None].expand(-1, -1, level))
        prefix = torch.cat([kept, (best % size)[..., None]], dim=2)
        items, node = node, node.clamp(min=0)  # nobody stands where log p is -inf
    missing = width - items.shape[1]
    return F.pad(items, (0, missing), value=-1), F.pad(log_p, (0, missing), value=-torch.inf)
