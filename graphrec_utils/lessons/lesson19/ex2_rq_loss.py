"""Exercise 19.2: the loss of an RQ-VAE, and the gradient that the argmin does not have."""

from __future__ import annotations

import torch

from graphrec_utils.exercises.core import Exercise


def _items(rng, B=6, d=3, f=4, sizes=(4, 3), beta=0.25) -> dict:
    def drawn(*shape):
        return torch.tensor(rng.normal(size=shape)).float()

    books = [drawn(size, d) * 0.7**level for level, size in enumerate(sizes)]
    return {
        "x": drawn(B, f),
        "z": drawn(B, d),
        "words": books,
        "decoder": drawn(d, f),
        "beta": beta,
    }


def _by_hand(rng) -> dict:
    """z = 1.4 is 1, then .4 is .5; said 1.5: .25 + (.16 + .01) + .25 · (.16 + .01) = .4625."""
    one = torch.tensor([[1.0]])
    words = [torch.tensor([[0.0], [1.0]]), torch.tensor([[0.5], [-0.5]])]
    return {"x": 2 * one, "z": 1.4 * one, "words": words, "decoder": one.clone(), "beta": 0.25}


ex = Exercise(
    "19.2",
    "rq_loss",
    points=6,
    branch=True,
    library=("graphrec_utils.models.rqvae.loss", "graphrec_utils.models.rqvae.spell",
             "graphrec_utils.models.rqvae.straight_through"),
    hints=(
        "Three kinds of parameters want to learn: words, encoder, decoder. For each term of the loss, who of them should "
        "move? Everybody else stands behind .detach().",
        "Level by level: nearest word, two squares (once the word moves, once the encoder), then subtract the word without "
        "its gradient. The decoder reads the sum of the words with z's gradient.",
        "`said = (z + (total - z).detach()) @ decoder`.",
    ),
)  # fmt: skip


@ex.solution
def rq_loss(x, z, words, decoder, beta):
    rest, total, loss = z, 0.0, 0.0
    for book in words:
        chosen = book[torch.cdist(rest, book).argmin(dim=1)]
        loss = loss + ((rest.detach() - chosen) ** 2).sum(dim=1)
        loss = loss + beta * ((rest - chosen.detach()) ** 2).sum(dim=1)
        rest, total = rest - chosen.detach(), total + chosen
    said = (z + (total - z).detach()) @ decoder
    return (((x - said) ** 2).sum(dim=1) + loss).mean()


GRADIENT = "call and compare gradient"
ex.claim("the example of the text", _by_hand)
ex.claim("one level", lambda rng: _items(rng, sizes=(5,)))
ex.claim("three levels of different sizes", lambda rng: _items(rng, sizes=(4, 6, 2)))
ex.claim(
    "another weight of the commitment", lambda rng: _items(rng, beta=float(rng.uniform(0.5, 2)))
)
ex.claim(
    "who learns: the gradients of one level",
    lambda rng: _items(rng, sizes=(5,), beta=0.7),
    2,
    run=GRADIENT,
)
ex.claim(
    "who learns: the gradients of three levels",
    lambda rng: _items(rng, sizes=(4, 3, 4)),
    2,
    run=GRADIENT,
)

THROUGH, BOOKS = "(z + (total - z).detach())", "((rest.detach() - chosen) ** 2)"
NEXT = "rest - chosen.detach(), total + chosen"

# fmt: off
ex.slip("your decoder reads the words as they are: an argmin passes no gradient, so the encoder never hears what was said "
        "wrong, and nobody notices",
        THROUGH, "total", hint=True)
ex.slip("your straight-through is the wrong way round: the decoder reads z, as if nothing were rounded, and the words get its "
        "gradient",
        THROUGH, "(total + (z - total).detach())")
ex.slip("your decoder reads z itself: then codes are never asked to say anything",
        THROUGH, "z")
ex.slip("nobody but the decoder learns from what was said: the sum of the words is cut off on both sides",
        THROUGH, "total.detach()")
ex.slip("β stands at the wrong square: it weighs what holds the encoder back, words move with weight 1",
        "loss + ((rest.detach()", "loss + beta * ((rest.detach()", "beta * ((rest -", "((rest -")
ex.slip("your first square has no stop: it pulls the encoder to the words as well, so β holds nothing back",
        BOOKS, "((rest - chosen) ** 2)", hint=True)
ex.slip("your second square has no stop: it moves the words as well, which is the first one's task",
        "((rest - chosen.detach()) ** 2)", "((rest - chosen) ** 2)")
ex.slip("every level codes z itself: subtract the word that was chosen",
        NEXT, "rest, total + chosen", hint=True)
ex.slip("your words learn from what later levels are left: subtract them without their gradient",
        NEXT, "rest - chosen, total + chosen")
ex.slip("the commitment is missing: the encoder may run away from its words",
        "loss + beta *", "loss + 0 *")
ex.slip("`beta` is not used: the commitment weighs as much as the words",
        "beta * ", "")
ex.slip("the words never move: the first square, with the stop at what is left over, is missing",
        f"loss + {BOOKS}", f"loss + 0 * {BOOKS}")
ex.slip("your decoder reads the last word alone: it reads the sum of all levels",
        "total + chosen", "chosen")
ex.slip("your decoder reads the first word alone: it reads the sum of all levels",
        "total + chosen", "total + (chosen if len(words) == 1 or book is words[0] else 0 * chosen)")
ex.slip("you take the farthest word", "argmin", "argmax")
ex.slip("you take the word with the largest product: long words win with it",
        "torch.cdist(rest, book).argmin", "(rest @ book.T).argmax")
ex.slip("you add up over the items: it is a mean", ".mean()", ".sum()")
ex.slip("you average over coordinates what was said wrong: a squared distance adds up",
        "((x - said) ** 2).sum(dim=1)", "((x - said) ** 2).mean(dim=1)")
ex.slip("the stop of your second square is at the encoder: then it teaches the words again, and nobody holds the encoder",
        "((rest - chosen.detach()) ** 2)", "((rest.detach() - chosen) ** 2)")
ex.slip("neither of your squares has a stop: each pulls word and encoder alike, and β holds nobody back",
        BOOKS, "((rest - chosen) ** 2)", "((rest - chosen.detach()) ** 2)", "((rest - chosen) ** 2)")
ex.slip("what is left over is cut off from z: the commitment of later levels never reaches the encoder; stop the word alone",
        NEXT, "(rest - chosen).detach(), total + chosen")
ex.slip("your stop covers z alone: the words still hear the decoder; the whole difference stands behind it",
        THROUGH, "(z + total - z.detach())")
ex.slip("all your squares are means over coordinates, as in mse_loss: a squared distance adds up",
        f"{BOOKS}.sum(dim=1)", f"{BOOKS}.mean(dim=1)",
        "((rest - chosen.detach()) ** 2).sum(dim=1)", "((rest - chosen.detach()) ** 2).mean(dim=1)",
        "((x - said) ** 2).sum(dim=1)", "((x - said) ** 2).mean(dim=1)")
ex.slip("your β is always 0.25: it is an argument", "beta * ", "0.25 * ")
ex.slip("β stands at both squares: words move with weight 1", "loss + ((rest.detach()", "loss + beta * ((rest.detach()")
ex.slip("you average over levels: the squares of all levels add up", "+ loss).mean()", "+ loss / len(words)).mean()")
ex.slip("your encoder is held by the sum of the words, once: each level has a commitment of its own",
        "beta * ((rest -", "0 * ((rest -", "+ loss).mean()", "+ loss + beta * ((z - total.detach()) ** 2).sum(dim=1)).mean()")
ex.slip("your terms are distances: they are squared",
        "((rest.detach() - chosen) ** 2).sum(dim=1)", "(rest.detach() - chosen).norm(dim=1)",
        "((rest - chosen.detach()) ** 2).sum(dim=1)", "(rest - chosen.detach()).norm(dim=1)")
ex.slip("your words are moved by the sum of all levels so far: each learns from what its level was given",
        "((rest.detach() - chosen) ** 2)", "((z.detach() - total - chosen) ** 2)")
ex.slip("your decoder is cut off: what was said wrong has to move it", "@ decoder", "@ decoder.detach()")
