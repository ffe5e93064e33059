r"""RQ-VAE: items are spelled by a network that learns its words together with what they are to say.

An encoder $E$ makes a vector of what is known of an item; it is spelled level by level, each level coding what the
ones before left over; a decoder $D$ reads the sum of the words and should say the item again:

$$ \mathbf r_0 = E(\mathbf x), \qquad c_l = \arg\min_k \lVert \mathbf r_l - \mathbf e_{l,k} \rVert, \qquad
   \mathbf r_{l+1} = \mathbf r_l - \mathbf e_{l,c_l} $$

$$ L = \Big\lVert \mathbf x - D\Big(\sum_l \mathbf e_{l,c_l}\Big) \Big\rVert^2
     + \sum_l \lVert \mathrm{sg}(\mathbf r_l) - \mathbf e_{l,c_l} \rVert^2
     + \beta \sum_l \lVert \mathbf r_l - \mathrm{sg}(\mathbf e_{l,c_l}) \rVert^2 $$

where sg passes no gradient. The argmin has none either: the decoder's goes **straight through** to the encoder, as if
nothing had been rounded. The second term moves words to what they stand for, the third keeps the encoder near its words.

    model = rqvae.fit(content, sizes=(64, 64, 64), dim=32)      # k-means start, dead words revived
    codes = rqvae.distinct(model.codes(content))                # (n, 4): a further code where words collide

`semantic_ids.residual_kmeans` is the same spelling without a network. Rajput et al. 2023 (TIGER),
https://arxiv.org/abs/2305.05065; van den Oord et al. 2017 (straight-through, commitment),
https://arxiv.org/abs/1711.00937.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from graphrec_utils import arguments, train
from graphrec_utils.models import semantic_ids
from graphrec_utils.models.scoring import seeded


class Spelled(NamedTuple):
    """How vectors are spelled.

    Attributes:
        codes: (B, D) int64, which word at each level.
        words: (B, D, d), these words.
        rest: (B, D, d), what each level was given: the vector itself, then what is left over.
    """

    codes: Tensor
    words: Tensor
    rest: Tensor


def nearest(rest: Tensor, words: Tensor) -> Tensor:
    """Return (B,) the nearest of (K, d) words to each of (B, d) vectors; of equally near ones the first."""
    # up to the vector's own square, which is the same for all words
    return (words.square().sum(dim=1) - 2 * rest @ words.T).argmin(dim=1)


def spell(z: Tensor, words: Sequence[Tensor]) -> Spelled:
    """Return how (B, d) vectors are spelled with D books of (K, d) words.

    What is left over is computed with words that get no gradient: a word learns from its own level alone, the encoder
    from all of them.

    Raises:
        ValueError: there is no book, or a book's words have another width.
    """
    if not len(words):
        raise ValueError("words must have one level at least")
    codes, chosen, rest = [], [], [z]
    for level, book in enumerate(words):
        if book.ndim != 2 or book.shape[1] != z.shape[1]:
            raise ValueError(
                f"words of level {level} must be (K, {z.shape[1]}); got {tuple(book.shape)}"
            )
        codes.append(nearest(rest[-1], book))
        chosen.append(book[codes[-1]])
        rest.append(rest[-1] - chosen[-1].detach())
    return Spelled(*(torch.stack(x, dim=1) for x in (codes, chosen, rest[:-1])))


def straight_through(z: Tensor, rounded: Tensor) -> Tensor:
    """Return the values of `rounded` with the gradient of z: backwards nothing was rounded."""
    return z + (rounded - z).detach()


class RQVAE(nn.Module):
    """An encoder, books of words, and a decoder; see the head of the module.

    Args:
        features: f, the width of what is known of an item.
        sizes: words of each level.
        dim: d, the width of a word.
        hidden: widths between f and d; backwards in the decoder.
        seed: of the start. Words start anywhere: `start` puts them where vectors are.

    Built in lesson 19, exercise 19.3 (what revives a word).
    """

    def __init__(
        self,
        features: int,
        sizes: Sequence[int] = (64, 64, 64),
        dim: int = 32,
        hidden: Sequence[int] = (128,),
        seed: int = 0,
    ):
        super().__init__()
        if not len(sizes):
            raise ValueError("sizes must name one level at least")
        self.sizes = tuple(arguments.integer("sizes", size) for size in sizes)
        widths = [arguments.integer("features", features), *hidden, arguments.integer("dim", dim)]
        with seeded(seed):
            self.encoder, self.decoder = _layers(widths), _layers(widths[::-1])
            self.words = nn.ParameterList(torch.randn(size, dim) * dim**-0.5 for size in self.sizes)

    def extra_repr(self) -> str:
        return f"sizes={self.sizes}"

    @torch.no_grad()
    def codes(self, x: Tensor) -> Tensor:
        """Return (B, D) int64 codes of (B, f) content, of new items as well: nothing is trained again."""
        _check(x, self.encoder[0].in_features)
        return spell(self.encoder(x), list(self.words)).codes

    def embed(self, codes: Tensor) -> Tensor:
        """Return (B, d), the sums of the words of (B, D) codes.

        Raises:
            ValueError: a code is in no book, or there are more or fewer than D.
        """
        check_codes(codes, self.sizes)
        return sum(book[codes[:, level]] for level, book in enumerate(self.words))

    @torch.no_grad()
    def start(self, x: Tensor, seed: int = 0) -> None:
        """Put the words where the vectors of (B, f) content are: residual k-means of what the encoder makes now.

        Raises:
            ValueError: a level has more words than there are different vectors left.
        """
        z = self.encoder(x).numpy(force=True)
        made = semantic_ids.residual_kmeans(z, self.sizes, seed=seed)
        for book, centers in zip(self.words, made, strict=True):
            book.copy_(torch.from_numpy(centers))

    @torch.no_grad()
    def revive(self, x: Tensor, rng: np.random.Generator) -> int:
        """Replace words that spell nothing of (B, f) content by residuals of it; return how many.

        A word that is never nearest gets no gradient and stays where it is. Level by level, because a word that
        changes changes what is left over for the next.
        """
        rest, replaced = self.encoder(x), 0
        for book in self.words:
            used = torch.bincount(nearest(rest, book), minlength=len(book))
            dead = (used == 0).nonzero()[:, 0][: len(x)]
            rows = torch.from_numpy(rng.choice(len(x), len(dead), replace=False)).to(x.device)
            book[dead] = rest[rows]
            rest = rest - book[nearest(rest, book)]
            replaced += len(dead)
        return replaced


def loss(model: RQVAE, x: Tensor, beta: float = 0.25) -> Tensor:
    """Return the loss at the head of the module, the mean over (B, f) content.

    Built in lesson 19, exercise 19.2.
    """
    z = model.encoder(x)
    spelled = spell(z, list(model.words))
    said = model.decoder(straight_through(z, spelled.words.sum(dim=1)))
    error = (x - said).square().sum(dim=1)
    books = (spelled.rest.detach() - spelled.words).square().sum(dim=(1, 2))
    commitment = (spelled.rest - spelled.words.detach()).square().sum(dim=(1, 2))
    return (error + books + beta * commitment).mean()


def fit(
    x: Tensor,
    sizes: Sequence[int] = (64, 64, 64),
    dim: int = 32,
    hidden: Sequence[int] = (128,),
    epochs: int = 100,
    lr: float = 0.001,
    batch: int = 256,
    beta: float = 0.25,
    kmeans: bool = True,
    revive: bool = True,
    evaluate: Callable[[RQVAE], float] | None = None,
    patience: int | None = None,
    seed: int = 0,
    progress: bool = False,
    device: torch.device | str = "cpu",
) -> RQVAE:
    """Return a model that has learned to spell the items of (n, f) content.

    Args:
        x: floats; columns of like size, for all count alike.
        sizes, dim, hidden: of `RQVAE`.
        epochs: how often each item is seen.
        lr: of Adam; it falls along a cosine.
        batch: items of a step.
        beta: weight of the commitment.
        kmeans: words start as centers of what the encoder makes at first; else anywhere.
        revive: words that spell nothing are replaced before each epoch.
        evaluate: called with the model after each epoch; should grow.
        patience: end after so many epochs without a better one, and take the best.
        seed: of the start, the order, and which residuals revive a word.
        progress: show a bar.
        device: where it trains.

    Raises:
        TypeError: x holds no floats.
        ValueError: x is no finite (n, f), or as `RQVAE` and `RQVAE.start`.
    """
    _check(x)
    model = RQVAE(x.shape[1], sizes, dim, hidden, seed)
    if kmeans:
        model.start(x, seed)
    model, x = model.to(device), x.to(device)

    def batches(rng: np.random.Generator):
        if revive:
            model.revive(x, rng)
        order = torch.from_numpy(rng.permutation(len(x))).to(x.device)
        return [x[part] for part in order.split(batch)]

    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    train.fit(
        train.Torch(model, lambda m, part: loss(m, part, beta), optimizer, device), batches,
        epochs=epochs, seed=seed, schedule=train.cosine, progress=progress, patience=patience,
        evaluate=None if evaluate is None else lambda: evaluate(model),
    )  # fmt: skip
    return model


def distinct(codes: Tensor) -> Tensor:
    """Return (n, D + 1): a further code counts 0, 1, 2, … among items whose (n, D) codes are equal, in order of ids.

    So no two items are spelled alike, and an item that comes later changes nobody's spelling. Built in lesson 19,
    exercise 19.4.

    Raises:
        TypeError, ValueError: codes are no (n, D) int64, or there are none.
    """
    arguments.tensor("codes", codes, torch.int64)
    if codes.ndim != 2 or 0 in codes.shape:
        raise ValueError(f"codes must be (items, levels), not empty; got {tuple(codes.shape)}")
    alike = torch.unique(codes, dim=0, return_inverse=True)[1]  # (n,)
    order = alike.argsort(stable=True)
    size = torch.bincount(alike)
    begin = size.cumsum(0) - size
    further = torch.empty_like(alike)
    further[order] = torch.arange(len(codes), device=codes.device) - begin[alike[order]]
    return torch.cat([codes, further[:, None]], dim=1)


def check_codes(codes: Tensor, sizes: Sequence[int]) -> None:
    """Accept (n, D) int64 codes, each from 0 to the size of its level - 1, at least one row.

    Raises:
        TypeError, ValueError: they are not; the sentence names the level.
    """
    arguments.tensor("codes", codes, torch.int64)
    if codes.ndim != 2 or codes.shape[1] != len(sizes):
        raise ValueError(f"codes must be (items, {len(sizes)}); got {tuple(codes.shape)}")
    for level, size in enumerate(sizes):
        arguments.id_tensor(f"codes of level {level}", codes[:, level], size)


def _check(x: Tensor, features: int | None = None) -> None:
    arguments.tensor("content", x)
    wanted = "f" if features is None else features
    if x.ndim != 2 or 0 in x.shape or (features is not None and x.shape[1] != features):
        raise ValueError(f"content must be (items, {wanted}), not empty; got {tuple(x.shape)}")
    if not bool(x.isfinite().all()):
        raise ValueError("content must be finite")


def _layers(widths: Sequence[int]) -> nn.Sequential:
    """Return linear layers of these widths with a ReLU between two."""
    layers: list[nn.Module] = []
    for a, b in itertools.pairwise(widths):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers[:-1])
