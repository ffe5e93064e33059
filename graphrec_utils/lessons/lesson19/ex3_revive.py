"""Exercise 19.3: words that spell nothing, and what brings them back."""

from __future__ import annotations

import torch

from graphrec_utils.exercises.core import Exercise


def _level(rng, B=12, K=7, d=3, dead=3) -> dict:
    """Words of which about `dead` are far away, some of them the last."""
    rest = torch.tensor(rng.normal(size=(B, d))).float()
    words = torch.tensor(rng.normal(size=(K, d)) * 0.5).float()
    away = torch.from_numpy(rng.permutation(K - 1)[: max(0, dead - 1)])
    words[away] += 40
    if dead:
        words[-1] -= 40
    return {"rest": rest, "words": words, "order": torch.from_numpy(rng.permutation(B))}


def _by_hand(rng) -> dict:
    """Nobody is nearest to 9 and 20: they become the residuals 6 and 0, which order names first."""
    return {
        "rest": torch.tensor([[0.0], [1.0], [6.0]]), "words": torch.tensor([[1.0], [9.0], [5.0], [20.0]]),
        "order": torch.tensor([2, 0, 1]),
    }  # fmt: skip


def _lonely(rng) -> dict:
    """Every word but one, neither the first nor the last, is the nearest of exactly one item."""
    rest = torch.tensor(rng.normal(size=(5, 2)) * 3).float()
    words = torch.cat([rest + 0.01, torch.full((1, 2), 50.0)])
    at = rng.permutation(5).tolist()
    at.insert(int(rng.integers(1, 5)), 5)
    return {"rest": rest, "words": words[at], "order": torch.from_numpy(rng.permutation(5))}


ex = Exercise(
    "19.3",
    "revive",
    points=4,
    branch=True,
    library="graphrec_utils.models.rqvae.RQVAE",
    hints=(
        "Which words are nobody's nearest? They get no gradient, and stay where they are. Where would somebody need them?",
        "Count with bincount and minlength; on a copy, the words with count 0 become the residuals of the first items of "
        "`order`.",
        "`dead = torch.bincount(used, minlength=len(words)) == 0`; `words[dead] = rest[order[: int(dead.sum())]]`.",
    ),
)


@ex.solution
def revive(rest, words, order):
    used = torch.cdist(rest, words).argmin(dim=1)
    dead = torch.bincount(used, minlength=len(words)) == 0
    words = words.clone()
    words[dead] = rest[order[: int(dead.sum())]]
    return words


ex.claim("the example of the text", _by_hand)
ex.claim("three of seven are dead, the last among them", _level, 2)
ex.claim("another width, more dead words", lambda rng: _level(rng, B=20, K=10, d=5, dead=6), 2)
ex.claim("a word that spells one item is alive", _lonely)
ex.claim("nobody is dead: nothing changes", lambda rng: _level(rng, B=200, K=3, dead=0))

REVIVED, COUNT = "rest[order[: int(dead.sum())]]", "torch.cdist(rest, words).argmin(dim=1)"

# fmt: off
ex.slip("you replace the words that are used, and leave the dead ones where they are", "== 0", "> 0", hint=True)
ex.slip("all dead words come back at one place: one of them will live, the others die again",
        REVIVED, "rest.mean(dim=0)", hint=True)
ex.slip("you count to the largest code that is used: dead words at the end are not counted; say minlength",
        "torch.bincount(used, minlength=len(words)) == 0",
        "torch.isin(torch.arange(len(words)), (torch.bincount(used) == 0).nonzero()[:, 0])")
ex.slip("you take the first items, not those that `order` names", "order[: int(dead.sum())]", ": int(dead.sum())", hint=True)
ex.slip("you take the last of `order`: it names them from its beginning",
        "order[: int(dead.sum())]", "order.flip(0)[: int(dead.sum())]")
ex.slip("a product is no distance: words that are far away win with it, and look alive",
        COUNT, "(rest @ words.T).argmax(dim=1)")
ex.slip("you look for the farthest word", "argmin", "argmax")
ex.slip("a word that spells a single item is dead in yours: it spells something",
        "== 0", "<= 1", "rest[order[: int(dead.sum())]]", "rest[order.repeat(2)[: int(dead.sum())]]")
ex.slip("your words become what is left after this level: they have to be near what this level is given",
        "rest[order", "(rest - words[used])[order")
ex.slip("dead words become 0 in yours: nobody's residual, and the same for all of them", REVIVED, "0.0")
ex.slip("one dead word comes back, the others stay",
        "words[dead] = rest[order[: int(dead.sum())]]",
        "words[dead.nonzero()[:1, 0]] = rest[order[: int(dead.any())]]")
ex.slip("your dead words move a little towards an item: nobody else moves them, so they have to go all the way",
        f"words[dead] = {REVIVED}", f"words[dead] = 0.9 * words[dead] + 0.1 * {REVIVED}")
ex.slip("all dead words come back at one place: one of them will live, the others die again", REVIVED, "rest[order[0]]")
ex.slip("you take the last of `order`: it names them from its beginning",
        "order[: int(dead.sum())]", "order[len(order) - int(dead.sum()) :]")
ex.slip("a dead word takes the item that `order` has at its own number: the dead are counted, the first of them takes the first",
        "order[: int(dead.sum())]", "order[dead.nonzero()[:, 0] % len(order)]")
ex.slip("your dead words move a little towards an item: nobody else moves them, so they have to go all the way",
        f"words[dead] = {REVIVED}", f"words[dead] = (words[dead] + {REVIVED}) / 2")


@ex.mistake("your argmin runs over items, for each word its nearest one: ask for each item which word is nearest")
def over_items(rest, words, order):
    used = torch.bincount(torch.cdist(rest, words).argmin(dim=0), minlength=len(words))
    dead = used[: len(words)] == 0
    return torch.where(dead[:, None], rest[order[(dead.cumsum(0) - 1).clamp(min=0) % len(order)]], words)
ex.slip("you take the residuals that are farthest from their words: `order` says which items",
        REVIVED, "rest[torch.cdist(rest, words).min(dim=1).values.argsort(descending=True)[: int(dead.sum())]]")
ex.slip("you add an item to a dead word: it becomes the item", f"words[dead] = {REVIVED}", f"words[dead] = words[dead] + {REVIVED}")
