"""Exercise 19.5: what a decoder's softmax normalizes over."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from graphrec_utils.exercises.core import Exercise


def _events(rng, P=5, d=3, sizes=(4, 3, 2)) -> dict:
    h = torch.tensor(rng.normal(size=(P, len(sizes), d)) * 1.5).float()
    codes = torch.tensor([[int(rng.integers(0, k)) for k in sizes] for _ in range(P)])
    return {
        "h": h,
        "codes": codes,
        "words": [torch.tensor(rng.normal(size=(k, d))).float() for k in sizes],
    }


def _by_hand(rng) -> dict:
    """Chances 1/4, 3/4, then 1/8, 2/8, 5/8: of item 1, 1 it is 3/16. Over all five words at once it were 3/7 · 2/10."""
    three, two, five = np.log([3.0, 2.0, 5.0])
    words = [[[0.0, 0.0], [three, 0.0]], [[0.0, 0.0], [0.0, two], [0.0, five]]]
    return {
        "h": torch.tensor([[[1.0, 0.0], [0.0, 1.0]]]),
        "codes": torch.tensor([[1, 1]]),
        "words": [torch.tensor(book).float() for book in words],
    }


ex = Exercise(
    "19.5",
    "spelling_loss",
    points=5,
    branch=True,
    library="graphrec_utils.models.tiger.loss",
    hints=(
        "An item's probability is a product over its codes. What becomes of a product under -log? And which words could "
        "have stood in the place of code l?",
        "For each level: logits of its own words, from the output that has read the codes before it; the cross-entropy; add "
        "the levels up.",
        "`F.cross_entropy(h[:, level] @ book.T, codes[:, level])`, summed over levels.",
    ),
)


@ex.solution
def spelling_loss(h, codes, words):
    total = 0.0
    for level, book in enumerate(words):
        logits = h[:, level] @ book.T
        total = total + F.cross_entropy(logits, codes[:, level])
    return total


ex.claim("the example of the text", _by_hand)
ex.claim("one event", lambda rng: _events(rng, P=1))
ex.claim("several events, three levels", _events, 2)
ex.claim("other sizes", lambda rng: _events(rng, P=7, d=5, sizes=(2, 6)))
ex.claim("four levels", lambda rng: _events(rng, P=4, sizes=(3, 5, 2, 4)))
ex.claim("the gradients", _events, 1, run="call and compare gradient")

LOGITS, CODE = "h[:, level] @ book.T", "codes[:, level]"

# fmt: off
ex.slip("your softmax runs over the words of all levels: only a level's own words can stand in its place, the others take "
        "probability for nothing",
        LOGITS, "h[:, level] @ torch.cat(list(words)).T", CODE, "codes[:, level] + sum(len(b) for b in words[:level])")
ex.slip("you average over levels: an item's probability is the product of all its codes', so their losses add up",
        "return total", "return total / len(words)", hint=True)
ex.slip("all your codes are predicted by the last output, which has read them: code l by h[:, l]",
        LOGITS, "h[:, -1] @ book.T", hint=True)
ex.slip("all your codes are predicted by the first output: the later ones have read the codes before, use them",
        LOGITS, "h[:, 0] @ book.T")
ex.slip("your outputs are one level late: h[:, l] has read the first l codes and predicts code l",
        LOGITS, "h[:, level - 1] @ book.T")
ex.slip("only the last code counts in yours", "total + F.", "F.", hint=True)
ex.slip("you add up over events: it is their mean", "codes[:, level])", 'codes[:, level], reduction="sum")')
ex.slip("you add up probabilities: of a product the logs are added",
        "total + F.cross_entropy(logits, codes[:, level])",
        "total - logits.softmax(dim=1).gather(1, codes[:, level, None]).mean()")
ex.slip("you take a softmax of a softmax: cross_entropy wants logits", LOGITS, "(h[:, level] @ book.T).softmax(dim=1)")
ex.slip("you never normalize: without the others in the sum every score wants to grow",
        "total + F.cross_entropy(logits, codes[:, level])", "total - logits.gather(1, codes[:, level, None]).mean()")
ex.slip("your softmax runs over the events of the batch: use the axis of the words",
        "total + F.cross_entropy(logits, codes[:, level])",
        "total - logits.log_softmax(dim=0).gather(1, codes[:, level, None]).mean()")
ex.slip("the sign is missing: the better the codes are predicted, the larger your loss", "return total", "return -total")
ex.slip("each word is asked for itself, yes or no: of the words of a level exactly one comes, use a softmax",
        "total + F.cross_entropy(logits, codes[:, level])",
        "total + F.binary_cross_entropy_with_logits(logits, F.one_hot(codes[:, level], len(book)).float())")
ex.slip("your outputs are one level late: h[:, l] has read the first l codes and predicts code l",
        LOGITS, "h[:, max(level - 1, 0)] @ book.T")
ex.slip("only the first code counts in yours", "enumerate(words)", "enumerate(words[:1])")
ex.slip("you add up the chances of an item's codes and take the logarithm of that: chances multiply",
        "total + F.cross_entropy(logits, codes[:, level])",
        "total + logits.softmax(dim=1).gather(1, codes[:, level, None])", "return total", "return -total.log().mean()")
ex.slip("you average chances over events before the logarithm: each event has its loss, and these are averaged",
        "total + F.cross_entropy(logits, codes[:, level])",
        "total + logits.log_softmax(dim=1).gather(1, codes[:, level, None])", "return total", "return -total.exp().mean().log()")
ex.slip("each word is asked for itself, yes or no: of the words of a level exactly one comes, use a softmax",
        "total + F.cross_entropy(logits, codes[:, level])",
        "total + F.binary_cross_entropy_with_logits(logits, F.one_hot(codes[:, level], len(book)).float(),\n"
        '    reduction="none").sum(dim=1).mean()')
ex.slip("your logits are divided by the root of d: here they are the products themselves",
        LOGITS, "h[:, level] @ book.T / h.shape[2] ** 0.5")
ex.slip("your softmax runs over the codes of the batch: every word of the level stands in it, drawn or not",
        LOGITS, "h[:, level] @ book[codes[:, level]].T", "logits, codes[:, level]", "logits, torch.arange(len(h))")
ex.slip("your loss is in bits: −log is the natural logarithm", "return total", "return total / np.log(2)")
ex.slip("the outputs of all levels are added before you predict: code l by h[:, l]", LOGITS, "h.sum(dim=1) @ book.T")
ex.slip("only the code that was predicted worst counts in yours: the losses of all codes add up",
        "total + F.cross_entropy(logits, codes[:, level])",
        'torch.maximum(torch.as_tensor(total), F.cross_entropy(logits, codes[:, level], reduction="none"))',
        "return total", "return total.mean()")
