"""Exercise 00.2: number names in the order of their first appearance."""

from __future__ import annotations

from graphrec_utils.exercises.core import Exercise


def _names(rng) -> dict:
    """Names that repeat, not in alphabetical order; two of them differ in a capital letter only."""
    pool = [f"film{k:03d}" for k in rng.permutation(60)[:9]]
    pool[5] = pool[3].capitalize()
    later = [pool[k] for k in rng.integers(0, 9, size=12)]
    pool[0], pool[-1] = max(pool), min(pool)
    return {"names": [pool[0], pool[0], *pool[1:], *later]}


ex = Exercise(
    "00.2",
    "build_index",
    points=3,
    hints=(
        "Walk through the names once. What do you do when you meet a name again?",
        "A new name gets the number of names you already know: `len(index)`.",
        "`for name in names:` and inside it `if name not in index: index[name] = len(index)`.",
    ),
)


@ex.solution
def build_index(names):
    index = {}
    for name in names:
        if name not in index:
            index[name] = len(index)
    return index


def _keys(got, expected, inputs):
    missing = [name for name in expected if name not in got]
    extra = [name for name in got if name not in expected]
    if missing or extra:
        return f"{(missing or extra)[0]!r} should {'' if missing else 'not '}be a key"
    return None


ex.claim("every name is a key, and nothing else is", _names, weight=0, judge=_keys)


def _no_gaps(got, expected, inputs):
    numbers = sorted(got.values())
    wrong = numbers != list(range(len(expected)))
    return f"yours uses the numbers {numbers[:6]}…" if wrong else None


ex.claim("n names get the numbers 0 to n − 1, without gaps", _names, judge=_no_gaps)


def _first_appearance(got, expected, inputs):
    """Each number at most once, and growing in the order of first appearance."""
    numbers = [got.get(name, -1) for name in expected]
    for name, before, after in zip(list(expected)[1:], numbers, numbers[1:], strict=False):
        if not after > before:  # NaN is neither
            return f"{name!r} has the number {after}, but the name before it has {before}"
    return None


ex.claim("a name that appears earlier has the smaller number", _names, judge=_first_appearance)


ex.claim("the whole index is right", _names)


# fmt: off
ex.slip("you count from 1; rows and columns of a matrix count from 0",
        "len(index)", "len(index) + 1", hint=True)
ex.slip("a repeated name overwrites its number: you kept the last position of each name",
        "index = {}\n"
        "for name in names:\n"
        "    if name not in index:\n"
        "        index[name] = len(index)", "index = {name: k for k, name in enumerate(names)}")
ex.slip("your numbers have gaps: you used positions in the list, and repeats take positions too",
        "len(index)", "names.index(name)", hint=True)
ex.slip("you numbered the names alphabetically; here the first to appear gets the smallest number",
        "in names", "in sorted(names)", hint=True)
ex.slip("your dictionary is the wrong way round: it leads from numbers to names",
        "return index", "return {k: name for name, k in index.items()}")
ex.slip("a name that comes again gets a new number in yours: ask first whether it has one",
        "if name not in index:\n    index[name]", "index[name]")
ex.slip("you read Film and film as one name: names are the same only if every letter is",
        "in names", "in [name.lower() for name in names]")
ex.slip("you numbered the names by how often they come; here the order of appearance counts",
        "in names", "in sorted(names, key=names.count, reverse=True)")
ex.slip("your order is turned around: the last name of the list gets 0",
        "in names", "in names[::-1]")
