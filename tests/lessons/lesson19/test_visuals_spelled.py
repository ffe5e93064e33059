"""Books of words and a beam in a trie: their numbers are those of the library, a student's function drives them."""

from __future__ import annotations

import importlib
import itertools
from pathlib import Path

import numpy as np
import pytest
import torch

from graphrec_utils.lessons.lesson19 import ex3_revive, ex6_step
from graphrec_utils.models import rqvae
from graphrec_utils.plots import visuals

books = importlib.import_module("graphrec_utils.lessons.lesson19.visuals.codebooks")
beams = importlib.import_module("graphrec_utils.lessons.lesson19.visuals.beam_trie")


# ------------------------------------------------------------------ books of words
def test_what_is_shown_is_how_the_library_spells():
    for frames in visuals.codebooks().state["films"].values():
        for frame in (frames[0], frames[-1]):
            spelled = rqvae.spell(books.points(), [torch.tensor(w) for w in frame["words"]])
            same = (
                (spelled.codes[:, 0] == torch.tensor([int(x) for x in frame["codes"]]))
                .float()
                .mean()
            )
            assert same > 0.95  # words are shown with two decimals
            over = (spelled.rest - spelled.words).square().sum(dim=2).mean(dim=0)
            np.testing.assert_allclose(frame["left"], over, atol=0.03)  # of one book, of both
            assert sum(frame["used"][0]) == len(books.points())


def test_words_move_down_the_gradient_of_the_square():
    """A step towards the mean of what a word spells is one of gradient descent with a rate for each word."""
    start = books.begin(kmeans=True)
    rest = books.points()
    words = start[0].clone().requires_grad_()
    code = rqvae.nearest(rest, words.detach())
    (rest - words[code]).square().sum().backward()
    count = torch.bincount(code, minlength=len(words))[:, None]
    moved = words.detach() - books.RATE * words.grad / (2 * count)
    shown = books.film(True, False, None)[1]["words"][0]
    np.testing.assert_allclose(shown, moved, atol=0.006)


def test_dead_words_stay_and_revived_ones_live():
    films = visuals.codebooks().state["films"]
    dead = [k for k, used in enumerate(films["anywhere"][-1]["used"][0]) if not used]
    assert len(dead) >= 3  # as the picture shows
    for k in dead:
        assert films["anywhere"][0]["words"][0][k] == films["anywhere"][-1]["words"][0][k]
    for way in ("anywhere, revived", "k-means", "k-means, revived"):
        assert [len(used) for used in films[way][-1]["used"]] == list(books.SIZES)
        assert all(map(all, films[way][-1]["used"]))
        for book in (0, 1):
            assert films[way][-1]["left"][book] < films["anywhere"][-1]["left"][book]


def test_a_student_s_function_revives():
    made, ours = visuals.codebooks(function=ex3_revive.revive), visuals.codebooks()
    assert made.state["yours"] and not ours.state["yours"]
    assert made.state["films"] == ours.state["films"] and "revive" in made.note
    nobody = visuals.codebooks(function=lambda rest, words, order: words)
    mine, still = nobody.state["films"]["anywhere, revived"], ours.state["films"]["anywhere"]
    assert [f["words"] for f in mine] == [f["words"] for f in still]
    left = [frame["left"] for frame in books.film(False, True, None)]
    assert [f["left"] for f in mine[:1]] + [f["ours"] for f in mine[1:]] == left
    assert (
        len(ours.state["films"]["k-means"]) == 1
    )  # it stands still: one frame holds for all epochs


def test_a_call_is_recorded():
    """What a call did to each word that was dead or has moved; no other word is in the record."""
    points = books.points()
    words = torch.cat([points[:2], torch.full((5, 2), 50.0)])
    ours = torch.cat([points[:2], points[10:15]])
    order = torch.arange(len(points)).roll(-10)  # it begins with 10

    def spots(*which, words):
        return [[k, *words[k].double().numpy().round(2).tolist()] for k in which]

    made = torch.cat([points[:1] + 1, points[1:2], points[10:11], points[3:4], points[1:2], words[5:6], words[6:7] / 2])  # fmt: skip
    assert books.record(points, words, made, ours, order) == {
        "living": [0], "right": [2], "other": [3], "taken": [4], "stayed": [5], "nowhere": [6],
        "from": [[k, 50.0, 50.0] for k in (2, 3, 4, 6)], "stood": spots(0, words=points),
        "due": spots(3, 4, 5, 6, words=ours), "took": [3, 53, 1],
    }  # fmt: skip
    heap = torch.cat([points[:2], points[10:11].expand(5, 2)])
    call = books.record(points, words, heap, ours, order)
    assert call["one"] == [2, 3, 4, 5, 6] and call["lives"] == [2]
    off = torch.cat([points[:2], heap[2:] + 0.1])
    assert books.record(points, words, off, ours, order)["heap"] == [2, 3, 4, 5, 6]
    words[1:3] += 1  # no word is on a residual, and dead words are in two places
    mixed = torch.cat([words[:2], ours[3:4], points[10:11] + 0.2, words[1:2] + 0.01, words[2:3], points[10:11] + 9])  # fmt: skip
    call = books.record(points, words, mixed, ours, order)
    assert {k: x for k, x in call.items() if k not in ("from", "due")} == {
        "took": [2, 1, 0], "order": [2], "beside": [3], "by": [4], "buried": [5], "nowhere": [6], "died": [1],
    }  # fmt: skip
    words[1:3] -= 1
    three = torch.cat([points[:3] + 0.01, points[3:].mean(dim=0, keepdim=True)])
    call = books.record(points, three, torch.cat([three[:1], three[3:4], three[2:]]), three, order)
    assert call["living"] == [1] and call["died"]
    pile = torch.cat([words[:2], torch.full((2, 2), 9.0)])
    assert books.record(points, pile, pile, ours, order) == {
        "pile": [2, 3],
        "due": spots(2, 3, words=ours),
    }
    apart = books.record(points, words, torch.cat([ours[:2], ours[3:4], points[4:5], ours[4:]]), ours, order)  # fmt: skip
    assert apart["apart"] == [2, 3] and apart["took"] == [2, 1, 0] and apart["right"] == [4, 5, 6]
    unordered = books.record(points, words, torch.cat([ours[:2], points[:5] + 0]), ours, order)
    assert unordered["first"] == [2, 3, 4, 5, 6] and "took" not in unordered
    swapped = books.record(points, words, ours[[2, 1, 0, 3, 4, 5, 6]], ours, order)
    assert swapped["renumbered"] == [0, 2] and swapped["living"] == [0]
    assert swapped["right"] == [3, 4, 5, 6] and [k for k, *_ in swapped["due"]] == [2]
    halfway = books.record(points, words, torch.cat([ours[2:3], ours[1:2], ours[:1], ours[3:6], ours[6:] + 9]), ours, order)  # fmt: skip
    assert halfway["emptied"] == [2] and halfway["nowhere"] == [6] and "renumbered" not in halfway
    flipped = books.record(points, words, torch.cat([ours[:2], ours[2:].flip(0)]), ours, order)
    assert "renumbered" not in flipped and flipped["order"] == [2, 3, 5, 6] and flipped["took"] == [2, 4, 0]  # fmt: skip
    assert books.record(points, words, ours, ours, order)["right"] == [2, 3, 4, 5, 6]
    # by their numbers those that moved took the first of order, but they are not the dead
    too = books.record(points, words, torch.cat([ours[:1], points[10:14], words[5:]]), ours, order)
    assert too["living"] == [1] and too["turn"] == [1, 2, 3, 4] and too["stayed"] == [5, 6]
    assert not set(too) & {"right", "order", "other", "apart", "took"}
    some = books.record(points, words, torch.cat([ours[:5], words[5:]]), ours, order)
    assert some["right"] == [2, 3, 4] and some["stayed"] == [5, 6] and "turn" not in some
    skips = books.record(points, words, torch.cat([words[:3], points[10:14]]), ours, order)
    assert skips["turn"] == [3, 4, 5, 6] and skips["stayed"] == [2]
    assert books.record(points, points[:3], points[:3], points[:3], order) == {}


def test_the_library_s_calls_are_right():
    for name, film in visuals.codebooks().state["films"].items():
        calls = [call for frame in film for call in frame.get("calls", [])]
        assert all(set(call) <= {"right", "from"} for call in calls)
        assert bool(calls) == (name == "anywhere, revived")


def test_the_caption_promises_what_is_drawn():
    """A function is drawn that returns words of the right shape, whether its check passes or not."""
    (source,) = (Path(__file__).parents[3] / "solutions").glob("19_*.py")
    caption = " ".join(source.read_text().split("*Figure 19.7.")[1][:400].split())
    assert "once your function returns words of the right shape" in caption
    assert "says what it did that ours does not" in caption  # test_browser_revives.py hears it
    elsewhere = visuals.codebooks(function=lambda rest, words, order: words)
    assert elsewhere.state["yours"]


def unwritten(*_):
    raise NotImplementedError


@pytest.mark.parametrize(
    "function",
    [unwritten, lambda *x: None, lambda rest, words, order: words[1:], lambda r, w, o: w * torch.nan],
    ids=["unwritten", "nothing", "fewer", "nan"],
)  # fmt: skip
def test_a_function_that_fails_is_said_to(function):
    made = visuals.codebooks(function=function)
    assert "the numbers are the library's" in made.note and not made.state["yours"]


def test_a_function_that_writes_into_its_arguments_spoils_nothing():
    def careless(rest, words, order):
        rest[:], order[:] = 0, 0
        return words

    before = visuals.codebooks().state["films"]["k-means"]
    visuals.codebooks(function=careless)
    assert visuals.codebooks().state["films"]["k-means"] == before


# ------------------------------------------------------------------ a beam in a trie
def chance(word: str) -> float:
    """Return the probability of a word, as a product."""
    return float(sum(beams.following(word[:k])[int(word[k])] for k in range(beams.LEVELS)).exp())


def test_chances_are_products_and_sum_to_one():
    words = ["".join(x) for x in itertools.product("012", repeat=beams.LEVELS)]
    assert sum(map(chance, words)) == pytest.approx(1, abs=1e-5)
    for level in visuals.beam_trie().state["found"]["6 without"][-1:]:
        for word, p in level["kept"]:
            assert p == pytest.approx(chance(word), abs=6e-4)


def test_a_wide_beam_finds_what_all_films_say():
    state = visuals.beam_trie().state
    films = sorted(state["films"], key=chance, reverse=True)
    assert state["best"] == films[0] and state["films"][films[0]] == "Fargo"
    assert [word for word, _ in state["found"]["6 with"][-1]["kept"]] == films[:6]


def test_the_picture_says_what_the_text_does():
    """A beam of one ends with Alien, almost four times less likely than Fargo; without a trie it spells no film."""
    found = visuals.beam_trie().state["found"]
    ((alien, p),) = found["1 with"][-1]["kept"]
    assert beams.FILMS[beams.CODES.index(tuple(map(int, alien)))] == "Alien"
    assert 3.5 < chance("101") / p < 4
    assert found["2 with"][-1]["kept"][0][0] == "101"
    ((ghost, _),) = found["1 without"][-1]["kept"]
    assert ghost not in visuals.beam_trie().state["films"]


def test_what_is_kept_is_never_more_than_the_width_and_in_the_trie():
    state = visuals.beam_trie().state
    begins = {word[:k] for word in state["films"] for k in range(1, 4)}
    for key, levels in state["found"].items():
        width, way = key.split()
        for level in levels:
            kept = [prefix for prefix, _ in level["kept"]]
            assert len(kept) <= int(width) and len(set(kept)) == len(kept)
            assert not set(kept) & {prefix for prefix, _ in level["dropped"]}
            assert way == "without" or set(kept) <= begins


def test_a_student_s_step_decides_what_goes_on():
    made, ours = visuals.beam_trie(function=ex6_step.step), visuals.beam_trie()
    assert made.state["found"] == ours.state["found"] and made.state["yours"]
    greedy = visuals.beam_trie(function=ex6_step.greedy).state["found"]
    assert greedy["2 with"] != ours.state["found"]["2 with"]  # its mistake is seen


@pytest.mark.parametrize(
    "function",
    [unwritten, lambda *x: None, lambda p, f, a, w: (p[:0], p[:0], p[:0]), lambda p, f, a, w: (p[:1], torch.tensor([9]), torch.tensor([0]))],
    ids=["unwritten", "nothing", "empty", "nobody"],
)  # fmt: skip
def test_a_step_that_gives_no_beam_gives_the_library_s(function):
    made = visuals.beam_trie(function=function)
    assert made.state == visuals.beam_trie().state and "the library's" in made.note


BAD = {
    "epoch": (lambda: visuals.codebooks(step=13), "0 to 12"),
    "word": (lambda: visuals.codebooks(chosen=8), "0 to 7"),
    "width": (lambda: visuals.beam_trie(0), "1 to 6"),
    "letters": (lambda: visuals.beam_trie(step=4), "0 to 3"),
}


@pytest.mark.parametrize(("make", "words"), BAD.values(), ids=BAD)
def test_bad_input_gets_a_sentence(make, words):
    with pytest.raises(ValueError, match=words):
        make()
