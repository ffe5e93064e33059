"""Wrong answers to exercise 19.3 in the books of words: each is told and shown what it does, and nothing is false.

Every call of a function is written down, and what is said and drawn is judged by that alone.
"""

from __future__ import annotations

import math
import re
from functools import cache
from typing import NamedTuple

import pytest
import torch
from torch import Tensor

from graphrec_utils.lessons.lesson19.ex3_revive import revive
from graphrec_utils.lessons.lesson19.visuals import codebooks as books
from graphrec_utils.plots import visuals
from tests.browser.pages import status


def dead_of(rest, words):
    used = torch.cdist(rest, words).argmin(dim=1)
    return torch.bincount(used, minlength=len(words)) == 0


def putting(place, who=dead_of):
    """Return a revive that puts those of `who` where `place` says."""

    def made(rest, words, order):
        out, these = words.clone(), who(rest, words)
        out[these] = place(rest, words, order, these).expand(int(these.sum()), -1)
        return out

    return made


def named_first(rest, words, order, these):
    return rest[order[: int(these.sum())]]


def no_minlength(rest, words, order):
    used = torch.cdist(rest, words).argmin(dim=1)
    dead, out = torch.bincount(used) == 0, words.clone()
    out[: len(dead)][dead] = rest[order[: int(dead.sum())]]
    return out


def first_alone(rest, words, order):
    out, dead = words.clone(), dead_of(rest, words).nonzero()[:1, 0]
    out[dead] = rest[order[: len(dead)]]
    return out


def on_the_living(rest, words, order, these):
    living = words[~these]
    return living[torch.arange(int(these.sum())) % len(living)]


LEFT, HEAP = r"left \d dead words? where (it was|they were)", r"put \d dead words all in one place"
LIVING, OTHER, NOWHERE = r"moved \d living words?", 'than "order" says', r"where no point is"
WRONG = {  # what names the mistake
    "nothing changes": (lambda rest, words, order: words, LEFT),
    "test inverted": (putting(named_first, lambda r, w: ~dead_of(r, w)), LIVING),
    "dead words halved": (putting(lambda r, w, o, these: w[these] / 2), NOWHERE),
    "noise added": (putting(lambda r, w, o, these: named_first(r, w, o, these) + 0.2 * torch.ones(2)), NOWHERE),
    "noise on all": (lambda rest, words, order: revive(rest, words, order) + 0.25, LIVING),
    "one place": (putting(lambda r, w, o, these: r[o[0]]), HEAP),
    "the mean": (putting(lambda r, w, o, these: r.mean(dim=0)), HEAP),
    "all to one point": (lambda rest, words, order: rest[order[0]].expand_as(words), LIVING),
    "order[1:]": (putting(lambda r, w, o, these: r[o[1 : int(these.sum()) + 1]]), OTHER),
    "the first points": (putting(lambda r, w, o, these: r[: int(these.sum())]), OTHER),
    "the other way round": (putting(lambda r, w, o, these: named_first(r, w, o, these).flip(0)), OTHER),
    "by the word's number": (putting(lambda r, w, o, these: r[o[: len(w)]][these]), OTHER),
    "only the first dead": (first_alone, LEFT),
    "on the living": (putting(on_the_living), r"put \d dead words on living words"),
    "everything moved": (lambda rest, words, order: rest[order[: len(words)]], LIVING),
    "rarely used, too": (putting(named_first, lambda r, w: torch.bincount(torch.cdist(r, w).argmin(dim=1), minlength=len(w)) < 8), LIVING),
    "no minlength": (no_minlength, LEFT),
    "the second book alone": (lambda rest, words, order: revive(rest, words, order) if len(words) > 4 else words + 1, r"moved 4 living second words"),
}  # fmt: skip
FAILS = {
    "no return": (lambda rest, words, order: None, "asked for; it returned None"),
    "another shape": (lambda r, w, o: named_first(r, w, o, dead_of(r, w)), r"of shape \(8, 2\) are asked for; it returned \(5, 2\)"),
    "a list": (lambda rest, words, order: list(words), "it returned list"),
    "not finite": (lambda rest, words, order: words * torch.nan, "it returned numbers that are not finite"),
}  # fmt: skip


class Call(NamedTuple):
    """A call of a function: what it was given, what it made, what is right."""

    rest: Tensor
    words: Tensor
    made: Tensor
    right: Tensor

    def at(self, k, places):
        return (self.made[k] - places).abs().amax(dim=-1) < 1e-3

    @property
    def dead(self):
        return dead_of(self.rest, self.words).nonzero()[:, 0].tolist()

    @property
    def moved(self):
        return [k for k in range(len(self.words)) if not self.at(k, self.words[k])]

    @property
    def put(self):
        return [k for k in self.dead if k in self.moved]

    @property
    def misput(self):
        return [k for k in self.put if not self.at(k, self.right[k])]

    @property
    def same(self):
        return bool((self.made - self.right).abs().max() < 1e-3)

    def used(self):
        return torch.bincount(torch.cdist(self.rest, self.made).argmin(dim=1), minlength=len(self.made))  # fmt: skip

    def left(self):
        return float(torch.cdist(self.rest, self.made).min(dim=1).values.square().mean())


def written_down(function):
    """Return the function, and the list in which its calls will be."""
    calls = []

    def wrapped(rest, words, order):
        made = function(rest, words, order)
        calls.append(Call(rest, words, made, revive(rest, words, order)))
        return made

    return wrapped, calls


def words_of(n, one, more):
    return one if n == 1 else more


def did(call, sentence, level):
    """Return whether what is said of a call is so."""
    word, point = ("second word", "residual") if level else ("word", "point")
    n = int(re.search(r"\d+", sentence)[0])
    living = [k for k in call.moved if k not in call.dead]
    settled = [k for k in range(len(call.words)) if k not in call.dead and k not in living]
    on = {k: bool(len(settled)) and bool(call.at(k, call.words[settled]).any()) for k in call.put}
    dead = words_of(n, f"dead {word}", f"dead {word}s")
    true = {
        f"moved {n} living {words_of(n, word, word + 's')}": n == len(living),
        f"left {n} {dead} where {words_of(n, 'it was', 'they were')}": n == len(call.dead) - len(call.put),
        f"left {n} {dead} all in one place": n == len(call.dead) > 1 and not call.put and all(call.at(k, call.made[call.dead[0]]) for k in call.dead),
        f"put {n} {dead} all in one place": n == len(call.put) > 1 and all(call.at(k, call.made[call.put[0]]) for k in call.put),
        f"put {n} {dead} on {words_of(n, f'a living {word}', f'living {word}s')}": n <= sum(on.values()),
        f'put {n} {dead} on {words_of(n, f"another {point}", f"other {point}s")} than "order" says':
            n <= sum(bool(call.at(k, call.rest).any()) for k in call.misput),
        f"put {n} {dead} where no {point} is": n == sum(not call.at(k, call.rest).any() and not on[k] for k in call.put),
    }  # fmt: skip
    assert sentence in true, f"nobody has judged this sentence: {sentence}"
    return true[sentence]


def judge(line, step, start, calls, ours, both):
    """Assert that every sentence of a line is true, and return those of the function.

    Args:
        start: the books before the first epoch.
        calls: of each epoch from 1 on, those of both books.
        ours: the library's left over, by epoch, of both books.
    """
    at, line = re.fullmatch(r"Epoch (\d+): (.*)", line).groups()
    assert int(at) == step
    begun = Call(books.points(), start[0], start[0], start[0])
    rest = books.points() - start[0][torch.cdist(books.points(), start[0]).argmin(dim=1)]
    films = [(begun, Call(rest, start[1], start[1], start[1])), *calls]
    first, second = films[step]
    alive = first.used() > 0
    said, when, warned = [], step, False
    first_wrong = next((k for k, f in enumerate(films) if k and not all(c.same for c in f)), None)
    for sentence in re.split(r"(?<=\.) (?=[A-Z\d])", line):
        number = lambda s=sentence: int(re.match(r"\d+", s)[0])  # noqa: E731
        if re.fullmatch(r"1 dead word put on a point\.|[2-8] dead words put on points\.", sentence):
            assert number() == sum(bool(first.at(k, first.right[k])) for k in first.put)
        elif re.fullmatch(r"\d alive again since others moved away\.", sentence):
            was = films[step - 1][0].used() > 0
            assert number() == sum(bool(alive[k] and not was[k]) for k in range(8) if k not in first.moved)  # fmt: skip
        elif re.fullmatch(r"\d of 8 first words spell something\.", sentence):
            assert number() == int(alive.sum())
        elif found := re.fullmatch(r"Left over: ([\d.]+)(?:; it was ([\d.]+)|; with ours ([\d.]+))?\.", sentence):  # fmt: skip
            now, was, other = found.groups()
            assert not both and float(now) == pytest.approx(first.left(), abs=0.006)
            assert was is None or (first.put and float(was) == pytest.approx(films[step - 1][0].left(), abs=0.006))  # fmt: skip
            assert (other or now) == f"{ours[step][0]:.2f}" and other != now
        elif found := re.fullmatch(r"The second book (takes|raises) what is left over from ([\d.]+) to ([\d.]+)(?:; with ours ([\d.]+))?\.", sentence):  # fmt: skip
            verb, before, now, other = found.groups()
            assert (verb == "raises") == (float(now) > float(before))
            assert both and float(before) == pytest.approx(first.left(), abs=0.006)
            assert float(now) == pytest.approx(second.left(), abs=0.006)
            assert (other or now) == f"{ours[step][1]:.2f}" and other != now
        elif found := re.fullmatch(r"A dead word is nearest to nobody, so no gradient moves it(: revival will)?\.", sentence):  # fmt: skip
            assert not alive.all()
            assert not found[1] or (films[step + 1][0].same and films[step + 1][0].dead)
        elif sentence == "Each is nearest to somebody, and learns.":
            assert alive.all()
        elif found := re.fullmatch(
            r"Step: in epoch (\d+) your function does otherwise than ours\.", sentence
        ):
            assert not step and int(found[1]) == first_wrong
            warned = True
        elif sentence == "Revived by your function.":
            assert first.same and first.dead and all(alive[k] for k in first.dead)
            said.append(sentence)
        elif found := re.fullmatch(
            r"(?:In epoch (\d+) (?=y))?([Yy]our function|It) (.+)\.", sentence
        ):
            when = int(found[1]) if found[1] else when
            assert (found[2] == "It") == bool(said) and (not found[1] or when < step)
            level = int("second word" in sentence)
            assert did(films[when][level], found[3], level), f"epoch {step}: {sentence}"
            assert not level or all(f[0].same for f in films[1 : step + 1])
            said.append(sentence)
        else:
            raise AssertionError(f"nobody has judged this sentence: {sentence}")
    wrong = not all(c.same for f in films[1 : step + 1] for c in f)
    assert warned == (step == 0 and first_wrong is not None)
    assert not wrong or (said and "Revived by your function." not in said)  # no praise after it
    assert wrong or not any("our function " in x for x in said)
    assert wrong or ("Revived by your function." in said) == bool(first.dead and step)
    return said


EACH_EPOCH = """root => {
    const all = (which, take) => [...root.querySelectorAll(which)].map(take);
    const ends = (x) => ["x1", "y1", "x2", "y2"].map((name) => Number(x.getAttribute(name)));
    const spot = (x) => ["cx", "cy"].map((name) => Number(x.getAttribute(name)));
    const place = (x) => x.getAttribute("transform").match(/-?[\\d.]+/g).map(Number);
    const cover = () => {
        const squares = all(".gr-cb-word", place);
        return all(".gr-cb-label:not([hidden])", (x) => x.getBBox()).flatMap((b) => squares.filter(([x, y]) =>
            Math.min(x + 7, b.x + b.width) - Math.max(x - 7, b.x) > 3 && Math.min(y + 7, b.y + b.height) - Math.max(y - 7, b.y) > 3)).length;
    };
    const now = () => ({
        line: root.querySelector(".gr-status").textContent, top: root.querySelector("svg").getBoundingClientRect().top,
        dots: all(".gr-cb-point", spot), rings: all(".gr-cb-due", spot), cover: cover(),
        lived: all("line.gr-cb-lived", ends), roads: all("line.gr-cb-way:not(.gr-cb-lived)", ends), owed: all("line.gr-cb-owed", ends),
    });
    const seen = [now()];
    for (let k = 0; k < 12; k += 1) {
        root.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
        seen.push(now());
    }
    return seen;
}"""


def look(seen, call):
    """Assert that a picture shows what a call did: roads of all that moved, rings where the dead belong."""
    (x, _), (cx, _) = books.points()[0].tolist(), seen["dots"][0]
    scale = (cx - 156) / x

    def same(drawn, made):
        made = [[156 + scale * x, 156 - scale * y] for x, y in made]
        assert len(drawn) == len(made)
        assert all(min(math.dist(a, b) for b in drawn) < 1 for a in made)

    living = [k for k in call.moved if k not in call.dead]
    due = [k for k in call.dead if not call.at(k, call.right[k])]
    for drawn, these in ((seen["lived"], living), (seen["roads"], call.put)):
        same([x[:2] for x in drawn], call.words[these].tolist())
        same([x[2:] for x in drawn], call.made[these].tolist())
    same(seen["rings"], call.right[due].tolist())
    same([x[:2] for x in seen["owed"]], call.made[due].tolist())
    assert not seen["cover"]


@cache
def library(kmeans):
    return [frame["left"] for frame in books.film(kmeans, True, None)]


def played(root, calls):
    """Judge all epochs of both starts, with and without the second book; return what was said of the function."""
    heard = {}
    for kmeans in (False, True):
        mine = calls[24 * kmeans : 24 * kmeans + 24]
        by_epoch, start = list(zip(mine[::2], mine[1::2], strict=True)), books.begin(kmeans)
        for both in (False, True):
            root.press("Home")
            frames = root.evaluate(EACH_EPOCH)
            assert len(frames) == books.EPOCHS + 1 and len({seen["top"] for seen in frames}) == 1
            for step, seen in enumerate(frames):
                heard[kmeans, both, step] = judge(seen["line"], step, start, by_epoch, library(kmeans), both)  # fmt: skip
                if step:
                    look(seen, by_epoch[step - 1][0])
            root.get_by_role("button", name="second book").click()
        root.get_by_role("button", name="start at k-means").click()
    return heard


@pytest.mark.parametrize("name", WRONG)
def test_no_sentence_is_false_and_the_mistake_is_named(drawn, name):
    function, mistake = WRONG[name]
    function, calls = written_down(function)
    root = drawn(visuals.codebooks(revive=True, function=function))
    heard = played(root, calls)
    some = [" ".join(heard[False, False, step]) for step in range(books.EPOCHS + 1)]
    assert some[0] == "" and any(re.search(mistake, x) for x in some)
    assert re.search("our function ", some[-1])  # who jumps to the end is told, too
    assert not any("Revived" in x and "our function " in x for x in some)


def test_a_right_function_has_revived_where_somebody_was_dead(drawn):
    function, calls = written_down(revive)
    root = drawn(visuals.codebooks(revive=True, function=function))
    heard = played(root, calls)
    assert [k for k, said in heard.items() if said] == [(False, False, 1), (False, True, 1)]
    assert root.locator("svg text:visible", has_text="dotted").count() == 0


@pytest.mark.parametrize(("function", "why"), FAILS.values(), ids=FAILS)
def test_what_is_no_book_of_words_is_told_so(drawn, function, why):
    made = visuals.codebooks(revive=True, function=function)
    assert re.search(why, made.note) and not made.state["yours"]
    root = drawn(made)
    tag = root.locator("svg text", has_text="ours, not yours")
    for seen in root.evaluate(EACH_EPOCH):
        assert seen["line"].endswith(" Ours, not yours: see below.") and not seen["cover"]
    assert tag.is_visible()
    root.get_by_role("button", name="revive").click()
    assert tag.is_hidden() and "Ours" not in status(root)  # without revival no function is called


def test_nobody_is_told_ours_who_gave_no_function(drawn):
    for function in (None, revive):
        root = drawn(visuals.codebooks(revive=True, step=1, function=function))
        assert root.locator("svg text:visible", has_text="ours").count() == 0


@pytest.mark.parametrize("name", ["the second book alone", "rarely used, too", "test inverted", "a list"])  # fmt: skip
def test_on_a_phone_the_plane_stays_however_much_is_told(page, drawn, name):
    page.set_viewport_size({"width": 400, "height": 900})
    root = drawn(visuals.codebooks(revive=True, function=(WRONG | FAILS)[name][0]))
    tops = set()
    for _ in range(2):
        tops |= {seen["top"] for seen in root.evaluate(EACH_EPOCH)}
        root.get_by_role("button", name="second book").click()
    assert len(tops) == 1


def test_a_word_that_flies_off_leaves_the_clouds_their_size(drawn):
    def spread(function):
        root = drawn(visuals.codebooks(revive=True, step=1, function=function))
        xs = [x for x, _ in root.evaluate(EACH_EPOCH)[0]["dots"]]
        return max(xs) - min(xs)

    far = putting(lambda r, w, o, these: 100 * named_first(r, w, o, these))
    assert spread(far) > spread(None) / 1.51
    root = drawn(visuals.codebooks(revive=True, step=1, function=far))
    label, plane = root.get_by_text("5 dead", exact=True).bounding_box(), root.get_by_role("img").first.bounding_box()  # fmt: skip
    assert plane["x"] <= label["x"] and label["y"] + label["height"] <= plane["y"] + plane["height"]


def test_a_living_word_under_dead_ones_is_seen(drawn):
    root = drawn(visuals.codebooks(revive=True, step=1, function=WRONG["one place"][0]))
    fills = root.locator(".gr-cb-dead rect").evaluate_all("x => x.map(y => getComputedStyle(y).fill + getComputedStyle(y).pointerEvents)")  # fmt: skip
    assert len(fills) == 4 and set(fills) == {"noneall"}


@pytest.mark.parametrize("name", ["order[1:]", "everything moved", "one place"])
def test_the_dotted_curve_is_the_library_s_of_the_same_start(drawn, name):
    root = drawn(visuals.codebooks(revive=True, step=12, function=WRONG[name][0]))
    dotted, mine = (root.locator(x).get_attribute("points").split() for x in (".gr-cb-ours", "polyline.gr-cb-this"))  # fmt: skip
    assert len(dotted) == len(mine) == 13 and dotted[0] == mine[0] and dotted != mine
    root.get_by_role("button", name="start at k-means").click()
    kmeans = root.locator(".gr-cb-ours").get_attribute("points")
    names = root.locator("svg text:visible", has_text="ours, dotted").count()
    assert names == (name == "everything moved") == bool(kmeans)  # at k-means nobody is dead
