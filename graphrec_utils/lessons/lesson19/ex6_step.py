"""Exercise 19.6: one step of a beam search that keeps among items that exist."""

from __future__ import annotations

import torch

from graphrec_utils.exercises.core import Exercise


def _beam(rng, W=4, K=5, width=3, share=0.6) -> dict:
    log_p = torch.tensor(rng.normal(size=W) - 2).float()
    following = torch.tensor(rng.normal(size=(W, K)) * 1.5).float().log_softmax(dim=1)
    allowed = torch.from_numpy(rng.random((W, K)) < share)
    allowed[torch.arange(W), torch.from_numpy(rng.integers(0, K, W))] = True
    return {"log_p": log_p, "following": following, "allowed": allowed, "width": width}


def _by_hand(rng) -> dict:
    """Prefixes of .6 and .4: .2, .7 (no item), .1 and .7, .25, .05: kept are .28, .12 and .1; of .42 there is no item."""
    return {
        "log_p": torch.tensor([0.6, 0.4]).log(), "following": torch.tensor([[0.2, 0.7, 0.1], [0.7, 0.25, 0.05]]).log(),
        "allowed": torch.tensor([[True, False, True], [True, True, True]]), "width": 3,
    }  # fmt: skip


ex = Exercise(
    "19.6",
    "step",
    points=5,
    library="graphrec_utils.models.trie.search",
    hints=(
        "A prefix and a code are a longer prefix. What is its log p, and which of them are a beginning of some item?",
        "Add, put -inf where no item goes, and sort all P · K together, not prefix by prefix. Place k of the flat list is "
        "prefix k // K with code k % K.",
        "`total = (log_p[:, None] + following).masked_fill(~allowed, -torch.inf)`; "
        "`best = total.flatten().argsort(descending=True, stable=True)[:…]`.",
    ),
)


@ex.solution
def step(log_p, following, allowed, width):
    total = (log_p[:, None] + following).masked_fill(~allowed, -torch.inf)
    count = min(width, int(allowed.sum()))
    best = total.flatten().argsort(descending=True, stable=True)[:count]
    return total.flatten()[best], best // total.shape[1], best % total.shape[1]


ex.claim("the example of the text", _by_hand)
ex.claim("the root: one prefix", lambda rng: _beam(rng, W=1, K=6))
ex.claim("four prefixes", _beam, 2)
ex.claim("a wide beam", lambda rng: _beam(rng, W=6, K=4, width=9), 2)
ex.claim(
    "fewer beginnings than the beam is wide: no empty places",
    lambda rng: _beam(rng, W=3, K=3, width=8, share=0.2),
)


def _late(rng) -> dict:
    """Two are kept, and the likelier one stands later in the table."""
    while True:
        given = _beam(rng, W=2, K=30, width=2)
        _, prefix, code = step(*given.values())
        if prefix[0] > prefix[1] or (prefix[0] == prefix[1] and code[0] > code[1]):
            return given


ex.claim("a long catalog, two kept", _late)

SUM, MASK, COUNT = (
    "(log_p[:, None] + following)",
    ".masked_fill(~allowed, -torch.inf)",
    "min(width, int(allowed.sum()))",
)

# fmt: off
ex.slip("your beam leaves the trie: it keeps beginnings of items that do not exist", MASK, "", hint=True)
ex.slip("your beam leaves the trie, and fills its places with what no item begins with",
        MASK, "", COUNT, "min(width, total.numel())")
ex.slip("your mask is upside down: you keep what no item has", "~allowed", "allowed")
ex.slip("0 is no mask: log p = 0 means certain, so what does not exist comes first", "-torch.inf", "0.0")
ex.slip("you forget what the prefix has: the last code alone decides, and a poor beginning wins", SUM, "following", hint=True)
ex.slip("you multiply logs: of a product of chances the logs are added", SUM, "(log_p[:, None] * following)")
ex.slip("you add chances: log p of a longer prefix is a sum of logs", SUM, "(log_p[:, None].exp() + following.exp())")
ex.slip("you average over the codes: a prefix is not more likely because it is longer", SUM, "((log_p[:, None] + following) / 2)")
ex.slip("your answer has prefix and code swapped: place k is prefix k // K with code k % K",
        "best // total.shape[1], best % total.shape[1]", "best % total.shape[1], best // total.shape[1]")
ex.slip("you divide by the number of prefixes: a row has K codes",
        "best // total.shape[1], best % total.shape[1]", "best // len(log_p), best % len(log_p)")
ex.slip("you keep the worst", "descending=True", "descending=False", COUNT, "min(width, total.numel())")
ex.slip("you keep all of them: a beam has a width", COUNT, "int(allowed.sum())")
ex.slip("where fewer exist than the beam is wide you keep impossible ones: cut at how many there are", COUNT, "min(width, total.numel())", hint=True)
ex.slip("you return the log p of the code: the next step needs that of the whole prefix",
        "total.flatten()[best]", "following.flatten()[best]")


@ex.mistake("each prefix keeps its own best code: all prefixes compete for the places, one of them may take two")
def each_its_own(log_p, following, allowed, width):
    total = (log_p[:, None] + following).masked_fill(~allowed, -torch.inf)
    value, code = total.max(dim=1)
    best = value.argsort(descending=True, stable=True)[:width]
    return value[best], best, code[best]


@ex.mistake("only the best prefix goes on: that is a beam of one, and a first code that looks worse is lost")
def greedy(log_p, following, allowed, width):
    total = (log_p[:, None] + following).masked_fill(~allowed, -torch.inf)
    total[torch.arange(len(log_p)) != log_p.argmax()] = -torch.inf
    count = min(width, int(total.isfinite().sum()))
    best = total.flatten().argsort(descending=True, stable=True)[:count]
    return total.flatten()[best], best // total.shape[1], best % total.shape[1]
ex.slip("0 is no mask: log p = 0 means certain, so what does not exist comes first",
        "-torch.inf", "0.0", "argsort(descending=True, stable=True)[:count]", "topk(count).indices")
ex.slip("where fewer exist than the beam is wide you keep impossible ones: cut at how many there are",
        COUNT, "min(width, total.numel())", "argsort(descending=True, stable=True)[:count]", "topk(count).indices")
ex.slip("you divide by what exists after a prefix: what the model gives to spellings that are no item stays lost",
        SUM, "(log_p[:, None] + following - following.masked_fill(~allowed, -torch.inf).logsumexp(1, keepdim=True))")
ex.slip("you keep the worst", MASK, ".masked_fill(~allowed, torch.inf)", "descending=True", "descending=False")
ex.slip("your prefixes stand in the order of the table: the likeliest first", "[:count]", "[:count].sort().values")
ex.slip("you return chances: log p is asked for", "return total.flatten()[best]", "return total.flatten()[best].exp()")
ex.slip("you add chances: log p of a longer prefix is a sum of logs",
        SUM, "(log_p[:, None].exp() + following.exp()).log()")


@ex.mistake("each prefix keeps as many codes as the beam is wide: the width is that of the whole beam")
def each_as_wide(log_p, following, allowed, width):
    total = (log_p[:, None] + following).masked_fill(~allowed, -torch.inf)
    value, code = total.topk(min(width, total.shape[1]), dim=1)
    row, place = value.isfinite().nonzero(as_tuple=True)
    best = value[row, place].argsort(descending=True, stable=True)
    return value[row, place][best], row[best], code[row, place][best]


@ex.mistake("you ask the trie after the beam is cut: what it forbids has taken places by then")
def too_late(log_p, following, allowed, width):
    total = (log_p[:, None] + following).flatten()
    best = total.argsort(descending=True, stable=True)[:width]
    best = best[allowed.flatten()[best]]
    return total[best], best // allowed.shape[1], best % allowed.shape[1]
ex.slip("you cut the beam by the last code, and add what the prefix has afterwards: both decide who stays",
        SUM, "following", "return total.flatten()[best]", "return total.flatten()[best] + log_p[best // total.shape[1]]")
ex.slip("one place of your beam stays empty", COUNT, "max(1, min(width - 1, int(allowed.sum())))")
