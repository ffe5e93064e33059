"""Content: how much of what pins show and say is their own, for pins that nobody has liked yet.

A tenth of the pins chooses and another tenth is asked for in the end: all that was done with them is hidden, and they alone
are the candidates. Of a new pin two things are known: what it shows and says, and whose it is (of a new article: what it cites
or is cited by). Whoever walks hears a new pin through that edge; whoever reads hears its content. People have liked other pins
before. To the vectors of an encoder of pins a user is folded in, as iALS folds in a user.

On PinWorld the noise is the share of the pins that show and say what another one should (`pinworld.make`); on citeulike-t it is
the share of the words that are lost. Its articles have eight readers and a citation, its people five articles, in no order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial

import numpy as np
import scipy.sparse as sp

from graphrec_utils import datasets, metrics, pinworld
from graphrec_utils.data import Interactions
from graphrec_utils.models import baselines, filters, mf
from graphrec_utils.models.scoring import Factors
from solutions.experiments.lesson07.sage_rivals import unit, words
from solutions.experiments.lesson09 import pinsage_study as pins
from solutions.experiments.lesson10 import towers
from solutions.experiments.lesson14 import multibisage_study as several
from solutions.experiments.lesson16 import omnisage_study as omni
from solutions.experiments.lesson18.regimes.grid import SLOW, Player, Stage, Task

NAME, KNOB, UNIT = "content", "noise in content", "share"
MEASURE = "NDCG@20 among new items, for users who have liked others"
CLAIM = "The weaker the content, the more of what is found for new items comes from the graph."
CUTS = (0, 1, 2)
PINS, ARTICLES = "PinWorld", "citeulike-t"
SETS = {PINS: [(0,), (0.5,), (1,)]}
ABSENT = {
    "MF, iALS, LightGCN, TwHIN, SASRec by ids": "a new item has no vector; iALS plays with one folded in from the edges it has",
    "EASE": "a column for each item: that of a new one is zero",
    "GraphSAGE, Pixie": "hear a new item through the same edges as PinSage and RP3β, which play",
}
WORLD, READERS, TOP, EPOCHS = 0.35, 8, 20, 2


# ------------------------------------------------------------------------ data
@dataclass(frozen=True, eq=False)
class Known:
    """What is known when a model is fitted.

    Attributes:
        likes: of the old items, in order of time.
        born: (k, n) with a 1 where an item is of an author (or cites an article): all items, also new ones.
        content: (n, f).
        made: what `trained` has trained.
    """

    likes: Interactions
    born: sp.csr_array
    content: np.ndarray
    made: dict = field(default_factory=dict)

    @cached_property
    def R(self) -> sp.csr_array:
        """(m, n) ones."""
        return sp.csr_array((self.likes.csr() > 0).astype(float))

    @cached_property
    def both(self) -> sp.csr_array:
        """(m + k, n) likes, and below them what an item is born with."""
        return sp.csr_array(sp.vstack([self.R, self.born]))

    @cached_property
    def edges(self) -> np.ndarray:
        """(n, 256 or fewer) the edges of birth as numbers: who the author is, or an SVD."""
        if len(self.born.indptr) <= 257:
            return self.born.T.toarray().astype(np.float32)
        return unit(mf.svd(self.born, 128).item_emb).astype(np.float32)

    @cached_property
    def pairs(self) -> np.ndarray:
        """(P, 2) an item and the one that the same user liked next."""
        order = np.lexsort((self.likes.times, self.likes.users))
        users, items = self.likes.users[order], self.likes.items[order]
        next_ = (users[1:] == users[:-1]) & (items[1:] != items[:-1])
        return np.stack([items[:-1], items[1:]], axis=1)[next_]

    def users(self, items: np.ndarray, reg: float) -> Factors:
        """Return the items' vectors, and users folded in to them as iALS folds in a user."""
        items = items / np.sqrt(np.square(items).sum(axis=1).mean())
        user_emb = mf.fold_in(self.R, items.astype(float), 0.1, reg)
        return Factors(user_emb.astype(np.float32), items.astype(np.float32))

    def trained(self, name: str, make: Callable, **knobs) -> np.ndarray:
        """Return the items' vectors of an encoder: trained once, however users are folded in."""
        key = (name, *knobs.items())
        if key not in self.made:
            self.made[key] = make(**knobs).numpy()
        return self.made[key]


@cache
def events_of(
    data: str, level: float, cut: int
) -> tuple[Interactions, sp.csr_array, np.ndarray, np.ndarray]:
    """Return likes, what items are born with, content, and (n,) which tenth each item is of."""
    likes, born, told = of_articles(level, cut) if data == ARTICLES else of_pins(level, cut)
    tenth = np.random.default_rng(cut).integers(10, size=likes.num_items)
    return likes, born, told.astype(np.float32), tenth


def of_pins(level: float, cut: int) -> tuple[Interactions, sp.csr_array, np.ndarray]:
    """Return likes, authors by pins, and content of a world."""
    world = pinworld.make(seed=cut, scale=WORLD, content_noise=level)
    likes = world.interactions(pinworld.POSITIVE_ACTIONS)
    first = np.unique(likes.pairs(), return_index=True)[1]  # of a pair that comes again
    likes = likes.select(np.isin(np.arange(len(likes)), first))
    n, creator = world.num_pins, world.pins["creator"].to_numpy()
    advertiser = world.sizes["creators"] + world.pins["advertiser"].to_numpy()
    author = np.where(creator >= 0, creator, advertiser)
    born = sp.csr_array((np.ones(n), (author, np.arange(n))), shape=(author.max() + 1, n))
    shown = unit(world.images - world.images.mean(axis=0))
    return likes, born, np.hstack([shown, words(world.texts)])


@cache
def articles() -> tuple[Interactions, sp.csr_array, sp.csr_array]:
    """Return who has which article, what cites each other (and itself), and the words, of those with both."""
    data = datasets.load("citeulike-t")
    library, cited = data["library"], sp.csr_array((data["citation"].csr() > 0).astype(float))
    there = library.degrees()[1] >= READERS
    both = cited + cited.T
    there &= np.asarray((both[:, there] > 0).sum(axis=1)).ravel() > 0
    some = library.select(there[library.items])
    some = some.select((some.degrees()[0] >= 5)[some.users])
    users, row = np.unique(some.users, return_inverse=True)
    place = np.cumsum(there) - 1
    when = np.random.default_rng(0).permutation(len(some))
    likes = Interactions(row, place[some.items], len(users), int(there.sum()), times=when)
    born = sp.csr_array(((both + sp.eye_array(len(there)))[there][:, there] > 0).astype(float))
    return likes, born, sp.csr_array(sp.csr_array(library.item_features.matrix)[there])


def of_articles(level: float, cut: int) -> tuple[Interactions, sp.csr_array, np.ndarray]:
    """Return who has which article, who cites whom, and what is left of the words."""
    likes, born, bag = articles()
    kept = bag.copy()
    kept.data = kept.data * (np.random.default_rng(100 + cut).random(bag.nnz) >= level)
    kept.eliminate_zeros()
    return likes, born, words(kept, 128)


def task(data: str, levels: tuple, cut: int) -> Task:
    (level,) = levels

    def stage(asked: int, hidden: tuple) -> Stage:
        likes, born, content, tenth = events_of(data, level, cut)
        known = Known(likes.select(~np.isin(tenth, hidden)[likes.items]), born, content)
        return Stage(known, lambda model: {level: judge(model, known, likes, tenth == asked)})

    choose, final = partial(stage, 0, (0, 1)), partial(stage, 1, (1,))
    return Task(levels, players(data), cache(choose), cache(final))


def judge(model, known: Known, likes: Interactions, new: np.ndarray) -> np.ndarray:
    """Return NDCG@20 of everybody who has a history and liked a new item."""
    place = np.cumsum(new) - 1
    has = known.likes.degrees()[0] > 0
    sought = likes.select(new[likes.items] & has[likes.users])
    part = Interactions(sought.users, place[sought.items], likes.num_users, int(new.sum()))
    if isinstance(model, Factors):
        model = Factors(model.user_emb[: likes.num_users], model.item_emb[new])
        return metrics.evaluate_model(model, None, part, TOP).ndcg.to_numpy()
    scores = lambda users: np.asarray(model.scores(users))[:, new]  # noqa: E731
    return metrics.evaluate_model(scores, None, part, TOP).ndcg.to_numpy()


# ------------------------------------------------------------------------ who plays: fit(known) -> vectors, or scores of users
def popularity(known: Known) -> baselines.Scorer:
    """Return how often what an author made is liked, on the mean of the old items."""
    liked = np.asarray(known.R.sum(axis=0)).ravel()
    rate = (known.born @ liked) / np.maximum(known.born @ (liked > 0), 1)
    mean = rate @ known.born
    everybody = sp.csr_array(np.ones((known.likes.num_users, 1)))
    return baselines.Scorer(everybody, sp.csr_array(mean[None]))


def rp3beta(known: Known, alpha: float, beta: float) -> filters.Filter:
    return filters.rp3beta(known.both, alpha, beta)


def ials(known: Known, dim: int, alpha0: float, reg: float) -> Factors:
    """Return iALS with authors as further users."""
    return mf.ials(known.both, dim, alpha0, reg, sweeps=8)


def content(known: Known, reg: float) -> Factors:
    return known.users(known.content, reg)


def told(known: Known, dim: int, alpha0: float, reg: float, ridge: float) -> Factors:
    """Return iALS of the likes alone, and its items' vectors as a linear function of content and author."""
    user_emb, item_emb = mf.ials(known.R, dim, alpha0, reg, sweeps=8)
    weight = np.asarray(known.R.sum(axis=0)).ravel()
    X = np.hstack([known.content, known.edges, np.ones((len(weight), 1))])
    G = (X.T * weight) @ X
    W = np.linalg.solve(G + ridge * np.eye(len(G)), (X.T * weight) @ item_emb)
    return Factors(user_emb, X @ W)


def two_towers(known: Known, rate: float, temperature: float, edges: bool = False) -> Factors:
    """Return towers that read content; with `edges` also which author it is of."""
    x = known.content
    if edges:
        x = np.hstack([x, known.edges])
    options = {"content": x, "ids": False, "temperature": temperature, "epochs": EPOCHS}
    model, _ = towers.tower(known.likes, None, "in-batch", rate, **options)
    return Factors(*(z.numpy() for z in model.embeddings()))


def pinsage(known: Known, reg: float, scale: float, lr: float) -> Factors:
    def make(**knobs):
        stage = pins.Stage(known.born, known.pairs, None, known.content)
        model = pins.fit(stage, "softmax", num_layers=1, epochs=EPOCHS, **knobs)
        return model.embeddings()[0]

    return known.users(known.trained("PinSage", make, scale=scale, lr=lr), reg)


def multibisage(known: Known, reg: float, temperature: float, lr: float) -> Factors:
    def make(**knobs):
        today = several.Morning({"birth": known.born}, known.content)
        stage = several.Stage(today, [(today, known.pairs)], known.pairs, None, {}, False)
        return several.fit(stage, answers="hidden", epochs=EPOCHS, **knobs).embeddings()[0]

    return known.users(known.trained("MultiBiSage", make, temperature=temperature, lr=lr), reg)


def omnisage(known: Known, reg: float, temperature: float, lr: float) -> Factors:
    def make(**knobs):
        n = len(known.content)
        today = omni.Morning(known.born, sp.csr_array((n, n)), known.content)
        days = [(today, known.pairs, None)]
        stage = omni.Stage(today, days, known.pairs, None, None, hide=True)
        model = omni.fit(stage, names=("pin-board",), steps=50 * EPOCHS, **knobs)
        return model.vectors().item_emb[:, :-1]

    return known.users(known.trained("OmniSage", make, temperature=temperature, lr=lr), reg)


FACTORS = {
    "dim": [8, 16, 32, 64, 128, 256], "alpha0": [0.003, 0.01, 0.03, 0.1, 0.3, 1.0], "reg": [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3],
}  # fmt: skip
MIDDLE = {"dim": 64, "alpha0": 0.1, "reg": 0.01}
RATES = [0.001, 0.003, 0.01, 0.03, 0.1]
HOT = [0.02, 0.05, 0.1, 0.2, 0.4, 0.8]
# beyond 3 a user is the mean of what he or she liked
FOLD = {"reg": [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0]}
READ = {"rate": RATES, "temperature": HOT}
PLAYERS = {
    "popularity": Player(popularity),
    "RP3β": Player(rp3beta, {"alpha": [0.0, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0], "beta": [0.0, 0.2, 0.4, 0.6, 0.8]},
                   {"alpha": 0.5, "beta": 0.0}, natural={"alpha": [0.0], "beta": [0.0]}),
    "iALS": Player(ials, FACTORS, MIDDLE),
    "content": Player(content, FOLD, {"reg": 0.01}, natural={"reg": [3.0]}),
    "iALS, told of content": Player(told, FACTORS | {"ridge": [0.1, 1, 10, 100, 1000]}, MIDDLE | {"ridge": 10}),
    "two towers": Player(two_towers, READ, {"rate": 0.03, "temperature": 0.2}, SLOW),
    "two towers, told of edges": Player(partial(two_towers, edges=True), READ, {"rate": 0.03, "temperature": 0.2}, SLOW),
    "PinSage": Player(pinsage, FOLD | {"scale": HOT, "lr": RATES}, {"reg": 0.001, "scale": 0.2, "lr": 0.03}, SLOW),
    "MultiBiSage": Player(multibisage, FOLD | {"temperature": [0.03, 0.1, 0.3, 1.0, 3.0], "lr": RATES}, {"reg": 0.001, "temperature": 0.3, "lr": 0.03}, SLOW),
    "OmniSage": Player(omnisage, FOLD | {"temperature": HOT, "lr": RATES}, {"reg": 0.001, "temperature": 0.1, "lr": 0.03}, SLOW),
}  # fmt: skip


def players(data: str) -> dict[str, Player]:
    """Return who plays; on articles the climbs of encoders begin at a smaller rate, where pins' would not have ended."""
    if data != ARTICLES:
        return PLAYERS
    begin = {"lr": 0.01, "reg": 0.0003}
    return {
        k: replace(p, start=p.start | begin) if "lr" in p.start else p for k, p in PLAYERS.items()
    }
