"""Exercise 12.3: false facts, made from true ones by replacing one end."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.codec import Rng
from graphrec_utils.exercises.compare import repeats
from graphrec_utils.exercises.core import Exercise

MANY = 4000

ex = Exercise(
    "12.3",
    "corrupt",
    points=4,
    branch=True,
    library="graphrec_utils.models.transe.corrupt",
    hints=(
        "What has to be drawn for each fact? A side, and an entity that is not the one that stands there.",
        "`side = rng.integers(2, size=B)` says head or tail. To draw any entity but `now`: draw from "
        "num_entities − 1 numbers and add 1 to those that are `now` or more.",
        "`column = 2 * rng.integers(2, size=B)`; `now = facts[np.arange(B), column]`; "
        "`drawn = rng.integers(num_entities - 1, size=B)`; `drawn += drawn >= now`; write into a copy.",
    ),
)


@ex.solution
def corrupt(facts, num_entities, rng):
    rows = np.arange(len(facts))
    column = 2 * rng.integers(2, size=len(facts))
    drawn = rng.integers(num_entities - 1, size=len(facts))
    drawn += drawn >= facts[rows, column]  # skip the one that stands there
    out = facts.copy()
    out[rows, column] = drawn
    return out


def _facts(rng, num_entities: int, used: int | None = None, count: int = MANY) -> dict:
    """Facts among the first `used` entities; head and tail differ, relations 0 to 4."""
    used = used or num_entities
    heads = rng.integers(used, size=count)
    tails = (heads + rng.integers(1, used, size=count)) % used
    facts = np.stack([heads, rng.integers(5, size=count), tails], axis=1)
    return {
        "facts": facts, "num_entities": num_entities, "rng": Rng(int(rng.integers(2**31))),
    }  # fmt: skip


def _changes(bad, facts) -> np.ndarray:
    """Return the shares of facts whose head, relation, tail, both ends and no end changed."""
    head, rel, tail = (bad != facts).T
    return np.array([(head & ~tail).mean(), rel.mean(), (tail & ~head).mean(), (head & tail).mean(),
                     (~head & ~tail).mean()])  # fmt: skip


SAYS = ("the head alone", "the relation", "the tail alone", "both ends", "neither end")


def _one_end(got, expected, inputs) -> str | None:
    mine, other = (_changes(x, inputs["facts"]) for x in (got, expected))
    never = other == 0
    if (never != (mine == 0)).any() or np.abs(mine - other).max() > 0.06:
        far = int(np.argmax(np.abs(mine - other) + (never != (mine == 0))))
        return f"{SAYS[far]} changed in {mine[far]:.0%} of the facts in yours"
    return None


def _drawn(bad, inputs) -> np.ndarray:
    """Return how often each entity was put in, as a share of the most that there can be."""
    changed = (bad != inputs["facts"])[:, [0, 2]]
    new = bad[:, [0, 2]][changed]
    new = new[(new >= 0) & (new < inputs["num_entities"])]
    return np.bincount(new, minlength=inputs["num_entities"]) / max(1, len(new))


def _steps(bad, inputs) -> np.ndarray:
    """Return how often what was put in stands 0, 1, … places after what stood there, around the end."""
    facts, n = inputs["facts"][:, [0, 2]], inputs["num_entities"]
    changed = bad[:, [0, 2]] != facts
    steps = (bad[:, [0, 2]] - facts)[changed] % n
    return np.bincount(steps, minlength=n) / max(1, len(steps))


def _own_coins(got, expected, inputs) -> str | None:
    """Compare how often the head changed in parts of the batch: a side by its place is no coin."""
    half = len(got) // 2
    parts = {
        "in the first half": slice(half), "in the second half": slice(half, None),
        "in every second row": slice(0, None, 2), "in the other rows": slice(1, None, 2),
    }  # fmt: skip
    for where, rows in parts.items():
        mine, other = (_changes(x[rows], inputs["facts"][rows])[0] for x in (got, expected))
        if abs(mine - other) > 0.09:
            return f"{where} the head alone changed in {mine:.0%} of the facts in yours"
    return None


def _everybody_alike(got, expected, inputs) -> str | None:
    for name, bad in (("yours", got), ("the other", expected)):
        ends = bad[:, [0, 2]]
        if ends.min() < 0 or ends.max() >= inputs["num_entities"]:
            return None if name == "the other" else f"{ends.max()} is no entity"
    mine, other = (_changes(x, inputs["facts"])[1] for x in (got, expected))
    if (mine > 0) != (other > 0):  # whole facts in another order put nothing in
        return f"the relation changed in {mine:.0%} of the facts in yours"
    for shares, says in (
        (_drawn, "entity {} is {:.1%} of what you put in"),
        (_steps, "what you put in stands {} after what stood there, around the end, in {:.1%}"),
    ):
        mine, other = shares(got, inputs), shares(expected, inputs)
        tolerance = 6 * np.sqrt(2 * (other + mine) / 2 / len(got)) + 1e-9
        far = int((np.abs(mine - other) - tolerance).argmax())
        if np.abs(mine - other)[far] > tolerance[far]:
            return says.format(far, mine[far])
    return None


def _loops(got, expected, inputs) -> str | None:
    """Of four entities every third that is put in stands at the other end already."""
    mine, other = ((x[:, 0] == x[:, 2]).mean() for x in (got, expected))
    if abs(mine - other) > 0.06:
        return f"head and tail are the same in {mine:.0%} of the facts in yours"
    return _one_end(got, expected, inputs)


def _repeats(got, expected, inputs) -> str | None:
    """Equal seeds, equal answers, and answers that are right: chance alone earns nothing."""
    return repeats(got, expected, inputs) or _one_end(got[0], expected[0], inputs)


ex.claim(
    "one end of every fact is replaced, in half of them the head, never both and never the relation",
    lambda rng: _facts(rng, 30),
    judge=_one_end,
)
ex.claim(
    "each fact has its own coin, wherever it stands", lambda rng: _facts(rng, 30), judge=_own_coins
)
ex.claim(
    "what is put in is any entity, all alike", lambda rng: _facts(rng, 12), judge=_everybody_alike
)
ex.claim(
    "also those that no fact of the batch has",
    lambda rng: _facts(rng, 16, used=8),
    judge=_everybody_alike,
)
ex.claim("never the entity that stood there, even if there are only two", lambda rng: _facts(rng, 2),
         judge=_one_end)  # fmt: skip
ex.claim("all chance comes from the given generator", lambda rng: _facts(rng, 30),
         run="call with seeds", judge=_repeats)  # fmt: skip
ex.claim(
    "any other entity: also the one at the other end", lambda rng: _facts(rng, 4), judge=_loops
)

COIN = "2 * rng.integers(2, size=len(facts))"
ANY = "rng.integers(num_entities - 1, size=len(facts))"
SKIP = "drawn += drawn >= facts[rows, column]"
PUT = "out[rows, column] = drawn"

# fmt: off
ex.slip("you replace head and tail at once: such a fact is so wrong that nothing is learned from "
        "it; replace one",
        COIN, "0", PUT, f"{PUT}\ndrawn = {ANY}\nout[:, 2] = drawn + (drawn >= facts[:, 2])")
ex.slip("you replace tails only: nobody learns which heads are wrong, and the test asks for them",
        COIN, "np.full(len(facts), 2)", hint=True)
ex.slip("you replace heads only: then nobody learns which tails are wrong", COIN, "0")
ex.slip("you throw a coin for each end: a quarter of the facts lose both, a quarter stay true",
        PUT, f"for side in (0, 2):\n    drawn = {ANY}\n    drawn += drawn >= facts[:, side]\n    out[:, side] = np.where(rng.random(len(facts)) < 0.5, drawn, facts[:, side])")
ex.slip("you throw one coin for the whole batch; each fact has its own",
        COIN, "2 * rng.integers(2)", hint=True)
ex.slip("the place in the batch decides on the side in yours: heads of the first half, tails of "
        "the rest; where facts are sorted, some never lose their head. Throw a coin for each",
        COIN, "2 * (rows >= len(facts) // 2)")
ex.slip("heads and tails take turns in yours: throw a coin for each fact, wherever it stands",
        COIN, "2 * (rows % 2)")
ex.slip("where the same entity is drawn you take the next one, which comes twice as often so",
        "num_entities - 1", "num_entities",
        SKIP, "drawn = (drawn + (drawn == facts[rows, column])) % num_entities")
ex.slip('the entity that stood there may come again in yours: the "false" fact is then the true '
        "one",
        "num_entities - 1", "num_entities", SKIP, "")
ex.slip("you move up only the numbers above the entity that stood there: it may be drawn again, "
        "and the next one never. Those that are `now` or more move",
        ">=", ">")
ex.slip("you replace the relation; the negatives of TransE have another head or another tail",
        PUT, "out[:, 1] = rng.integers(facts[:, 1].max() + 1, size=len(facts))")
ex.slip("you draw from the entities of the batch: those that it lacks are never pushed away",
        "drawn = rng.integers(num_entities - 1", "pool = np.unique(facts[:, [0, 2]])\ndrawn = rng.integers(len(pool) - 1",
        SKIP, "drawn = pool[drawn + (drawn >= np.searchsorted(pool, facts[rows, column]))]")
ex.slip("the last entity is never drawn: rng.integers(a) ends before a",
        "num_entities - 1", "max(1, num_entities - 2)")
ex.slip("you shuffled heads and tails of the batch: what it holds often is put in often",
        f"drawn = {ANY}\n{SKIP}", "drawn = facts[rng.permutation(len(facts)), column]")
ex.slip("you draw one entity for the whole batch; each fact needs its own",
        f"drawn = {ANY}\n{SKIP}", "drawn = rng.integers(num_entities)")
ex.slip("you draw from a generator of your own: use `rng`, or nobody can repeat your training",
        "rows =", "rng = np.random.default_rng()\nrows =")
ex.slip("your function does not depend on `rng`: every epoch would see the same false facts",
        "rows =", "rng = np.random.default_rng(0)\nrows =")
ex.slip("you write into `facts` itself: the true facts are gone after the first epoch",
        "facts.copy()", "facts", hint=True)
ex.slip("you leave out the entity at the other end, too: any but the one that stood there may come",
        "return out", "while num_entities > 2 and (loops := out[:, 0] == out[:, 2]).any():\n"
        "    out[loops] = corrupt(facts[loops], num_entities, rng)\n"
        "return out")
ex.slip("you replace column 0 or 1: the relation stands in column 1, the tail in column 2",
        "2 * rng", "rng")
ex.slip("you replace any of the three columns: the relation stays",
        "2 * rng.integers(2,", "rng.integers(3,")
ex.slip("you exchange head and tail: one end stays, and the other is drawn",
        "return out", "return facts[:, [2, 1, 0]]")
ex.slip("your coin is not fair: heads are replaced in a third of the facts, tails in two thirds",
        COIN, "2 * (rng.integers(3, size=len(facts)) > 0)")
ex.slip("you keep off the entity at the other end: the one that you replace must not come again",
        "facts[rows, column]", "facts[rows, 2 - column]")
ex.slip("one number moves every entity of the batch by as many places: each fact draws its own",
        f"drawn = {ANY}\n{SKIP}", "drawn = (facts[rows, column] + rng.integers(1, num_entities)) % num_entities")
