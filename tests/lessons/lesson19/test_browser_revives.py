"""Wrong answers to exercise 19.3 in the books of words: each is told and shown what it does, and nothing is false.

Every call of a function is written down, and what is said and drawn is judged by that alone.
"""

from __future__ import annotations

import itertools
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


def living_first(rest, words, order, far=0.0):
    """Words are renumbered: those alive come first."""
    dead = dead_of(rest, words)
    return torch.cat([words[~dead], rest[order[: int(dead.sum())]] + far])


def worst_spelled(rest, words, order, these):
    far = torch.cdist(rest, words).min(dim=1).values.argsort(descending=True)
    return rest[far[: int(these.sum())]]


def on_the_living(rest, words, order, these):
    living = words[~these]
    return living[torch.arange(int(these.sum())) % len(living)]


def busiest(rest, words, order, these):
    used = torch.cdist(rest, words).argmin(dim=1).bincount(minlength=len(words))
    turn = 2.4 * torch.arange(int(these.sum()))
    return words[used.argmax()] + 0.12 * torch.stack([turn.cos(), turn.sin()], dim=1)


def by_the_product(rest, words):
    return torch.bincount((rest @ words.T).argmax(dim=1), minlength=len(words)) == 0


def of_no_word_nearest(rest, words):
    """The residual nearest to each word, in place of the word nearest to each residual."""
    return torch.bincount(torch.cdist(rest, words).argmin(dim=0), minlength=len(words))[: len(words)] == 0  # fmt: skip


APART, FIRST = r"put 4 dead words on other points than ours", r'put \d dead words? on the first of "rest", not of "order"\.'  # fmt: skip
LEFT, ALL_ON_ONE = r"left \d dead words? where (it was|they were)", r"put \d dead words all on one point: 1 of them revived\."  # fmt: skip
LIVING, OTHER, NOWHERE = r"moved (a|\d) living words?", 'that "order" names later', r"where no point is"  # fmt: skip
TURN = r'It takes "order" as ours does: check how it finds the dead\.'
MIXED, BESIDE = 'that "order" names first, but not in its order', r"put \d dead words beside points, not on them"  # fmt: skip
WRONG = {  # what names the mistake
    "nothing changes": (lambda rest, words, order: words, LEFT),
    "test inverted": (putting(named_first, lambda r, w: ~dead_of(r, w)), LIVING + ", and left 5 dead words where they were\\. " + TURN),
    "nearness by the product": (putting(named_first, by_the_product), r"^Your function left 2 dead words where they were\. " + TURN),
    "nearest words' numbers": (putting(named_first, of_no_word_nearest), r"^Your function moved 3 living words\. " + TURN),
    "dead words halved": (putting(lambda r, w, o, these: w[these] / 2), "beside points"),
    "an item added": (putting(lambda r, w, o, these: w[these] + named_first(r, w, o, these)), NOWHERE),
    "noise added": (putting(lambda r, w, o, these: named_first(r, w, o, these) + 0.2 * torch.ones(2)), BESIDE),
    "noise on all": (lambda rest, words, order: revive(rest, words, order) + 0.25, LIVING),
    "one place": (putting(lambda r, w, o, these: r[o[0]]), ALL_ON_ONE),
    "the mean": (putting(lambda r, w, o, these: r.mean(dim=0)), "all in one place, on no point: 1 of them revived"),
    "all to one point": (lambda rest, words, order: rest[order[0]].expand_as(words), LIVING),
    "order[1:]": (putting(lambda r, w, o, these: r[o[1 : int(these.sum()) + 1]]), r"put 5 dead words on other points than ours\. Word 0 took rest\[order\[1\]\], ours rest\[order\[0\]\]\."),
    "the first points": (putting(lambda r, w, o, these: r[: int(these.sum())]), FIRST),
    "the worst spelled": (putting(worst_spelled), OTHER + r"\. Word \d took rest\[order\["),
    "the last of order": (putting(lambda r, w, o, these: r[o.flip(0)[: int(these.sum())]]), OTHER + r"\. Word 0 took rest\[order\[59\]\], ours rest\[order\[0\]\]"),
    "the living first": (living_first, r"^Your function put the words where ours are, but under other numbers: a code now means another word\.$"),
    "the living first, and noise": (lambda r, w, o: living_first(r, w, o, 0.2), r"moved 3 living words, put 2 dead words where living words were, and 3 beside points"),
    "the other way round": (putting(lambda r, w, o, these: named_first(r, w, o, these).flip(0)), MIXED + r", and 1 where ours does\. Word 0 took rest\[order\[4\]\], ours rest\[order\[0\]\]\."),
    "those of order, by their numbers": (putting(lambda r, w, o, these: r[o[: int(these.sum())].sort().values]), MIXED),
    "a little noise": (putting(lambda r, w, o, these: named_first(r, w, o, these) + 0.02 * torch.ones(2)), BESIDE),
    "words for rest": (putting(lambda r, w, o, these: w[o[: int(these.sum())] % len(w)]), r"left 2 dead words where they were, put 1 on a living word, and 2 where dead words lay"),
    "beside the busiest": (putting(busiest), r"put \d dead words beside living words.* 1 living word died of it"),
    "one, too": (putting(named_first, lambda r, w: torch.bincount(torch.cdist(r, w).argmin(dim=1), minlength=len(w)) <= 1), r'moved a living second word that spelled 1\. ' + TURN),
    "by the word's number": (putting(lambda r, w, o, these: r[o[: len(w)]][these]), APART + r", and 1 where ours does\. Word 2 took rest\[order\[2\]\], ours rest\[order\[1\]\]\."),
    "only the first dead": (first_alone, LEFT + ", and put 1 where ours does"),
    "on the living": (putting(on_the_living), r"put \d dead words on living words"),
    "everything moved": (lambda rest, words, order: rest[order[: len(words)]], LIVING + r"\. " + TURN),
    "rarely used, too": (putting(named_first, lambda r, w: torch.bincount(torch.cdist(r, w).argmin(dim=1), minlength=len(w)) < 8), LIVING + r" that spelled (at most )?\d\. " + TURN),
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
    order: Tensor = torch.arange(0)

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
    def turned(self):
        """Whether those that moved are not the dead, but took the first of order one after another."""
        if self.moved == self.dead or self.renumbered or self.same:
            return False
        if not self.misput and set(self.moved) < set(self.dead):
            return False
        return all(bool(self.at(k, self.rest[self.order[i]])) for i, k in enumerate(self.moved))

    @property
    def died(self):
        return [
            k for k in dead_of(self.rest, self.made).nonzero()[:, 0].tolist() if k not in self.dead
        ]

    @property
    def same(self):
        return bool((self.made - self.right).abs().max() < 1e-3)

    @property
    def renumbered(self):
        """Whether a living word has moved, and the words are ours in another order."""
        if self.same or not set(self.moved) - set(self.dead):
            return False
        places, mine = self.right.tolist(), self.made.tolist()
        for z in mine:
            near = [x for x in places if max(abs(a - b) for a, b in zip(x, z, strict=True)) < 1e-3]
            if not near:
                return False
            places.remove(near[0])
        return True

    def used(self):
        return torch.bincount(torch.cdist(self.rest, self.made).argmin(dim=1), minlength=len(self.made))  # fmt: skip

    def left(self):
        return float(torch.cdist(self.rest, self.made).min(dim=1).values.square().mean())


def written_down(function):
    """Return the function, and the list in which its calls will be."""
    calls = []

    def wrapped(rest, words, order):
        made = function(rest, words, order)
        calls.append(Call(rest, words, made, revive(rest, words, order), order))
        return made

    return wrapped, calls


def words_of(n, one, more):
    return one if n == 1 else more


def sorts_of(call, level):
    """Return how many words there are of each sort that a sentence may name."""
    rest, words, dead = call.rest, call.words, call.dead
    settled = [k for k in range(len(words)) if k not in dead and k not in call.moved]
    living = [k for k in call.moved if k not in dead]

    def near(k, places, far=1e-3):
        return len(places) > 0 and bool(((call.made[k] - places).abs().amax(dim=-1) < far).any())

    def those(these, true):
        return sum(1 for k in these if true(k))

    word, point = ("second word", "residual") if level else ("word", "point")
    one_place = all(call.at(k, call.made[call.put[0]]) for k in call.put)
    first = call.right[dead]
    both = {near(k, first) for k in call.misput if near(k, rest)} == {True, False}
    by_number = len(call.put) == len(dead) and all(call.at(k, rest[i]) for i, k in enumerate(dead))
    gone = [k for k in call.moved if k not in dead]
    stayed = len(dead) - len(call.put)
    lone = stayed > 1 and not call.put and all(call.at(k, call.made[dead[0]]) for k in dead)
    sorts = {
        (f"on a living {word}", f"on living {word}s"): those(call.put, lambda k: near(k, words[settled])),
        (f"where a living {word} was", f"where living {word}s were"): those(call.put, lambda k: near(k, words[gone])),
        (f"where a dead {word} lay", f"where dead {word}s lay"): those(call.put, lambda k: near(k, words[dead])),
        (f"beside a living {word}", f"beside living {word}s"): those(call.put, lambda k: near(k, words[settled], 0.26) and not near(k, words[settled])),
        ("", f"all on one {point}"): one_place * those(call.put, lambda k: near(k, rest)),
        ("", f"all in one place, on no {point}"): one_place * those(call.put, lambda k: not near(k, rest)),
        (f'on a {point} that "order" names first, but not in its order', f'on {point}s that "order" names first, but not in its order'):
            (not both) * those(call.misput, lambda k: near(k, first)),
        (f'on a {point} that "order" names later', f'on {point}s that "order" names later'): (not both) * those(call.misput, lambda k: near(k, rest) and not near(k, first)),
        (f"on another {point} than ours", f"on other {point}s than ours"): both * those(call.misput, lambda k: near(k, rest)),
        ('on the first of "rest", not of "order"',) * 2: bool(by_number and call.misput) * len(dead),
        (f"beside a {point}, not on it", f"beside {point}s, not on them"): those(call.put, lambda k: near(k, rest, 0.26) and not near(k, rest)),
        (f"where no {point} is",) * 2: those(call.put, lambda k: not near(k, rest, 0.24)),
        ("where it was", "where they were"): stayed,
        ("where ours does",) * 2: len(call.put) - len(call.misput),
        ("", "all in one place"): lone * stayed,
    }  # fmt: skip
    spelled = torch.bincount(torch.cdist(rest, words).argmin(dim=1), minlength=len(words))
    most = max(spelled[living].tolist(), default=0)
    moved = f"moved {len(living)} living {word}s" if len(living) > 1 else f"moved a living {word}"
    if 0 < most < len(rest) / len(words):
        moved += f" that spelled {'at most ' if len(living) > 1 else ''}{most}"  # fmt: skip
    return sorts, moved if living else "", word


def did(call, sentence, level, both):
    """Assert that what is said of a call is so, and that nothing it did otherwise is left out."""
    sorts, moved, word = sorts_of(call, level)
    if call.renumbered:
        assert (
            sentence
            == f"put the {word}s where ours are, but under other numbers: a code now means another {word}"
        )
        return
    assert "under other numbers" not in sentence
    parts = re.split(r", (?:and )?(?=put |left |\d)", sentence)
    if moved:
        spelled = re.sub(r" that spelled .*", "", moved)
        assert parts.pop(0) in ((spelled, moved) if both and not level else (moved,))
    if call.turned:  # the others are told in a sentence of their own
        n = len(call.dead) - len(call.put)
        those = words_of(n, f"{word} where it was", f"{word}s where they were")
        assert parts == ([f"left {n} dead {those}"] if n else [])
        return
    verb, told = "", 0
    for part in parts:
        start, n, noun, where = re.fullmatch(rf"(put |left |)(\d) (dead {word}s? |)(.+)", part).groups()  # fmt: skip
        assert bool(noun) == (not told) and noun in ("", f"dead {word}{'s' * (n != '1')} ")
        verb, told = start or verb, told + int(n)
        if found := re.fullmatch(r"(all .+): (none|\d) of them revived", where):
            where = found[1]
            assert verb == "put " and int(n) == len(call.put)
            lives = sum(bool(call.used()[k]) for k in call.put)
            assert found[2] == (str(lives) if lives else "none")
        else:
            assert verb != "put " or not where.startswith("all ")
        (true,) = (much for places, much in sorts.items() if where == places[int(n) > 1])
        assert 0 < int(n) <= true, f"{part}: {true}"
        assert (verb == "left ") == (where in ("where it was", "where they were", "all in one place"))  # fmt: skip
    right = len(call.put) - len(call.misput) if 'of "rest"' not in sentence else 0
    assert told == len(call.dead) or (both and not level and told == len(call.dead) - right)


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
    said, when, level, warned, told_died = [], step, 0, False, None
    took, turn, far = None, None, None
    woken = 0
    if step:
        was = films[step - 1][0].used() > 0
        woken = sum(bool(alive[k] and not was[k]) for k in range(8) if k not in first.moved)
    first_wrong = next((k for k, f in enumerate(films) if k and not all(c.same for c in f)), None)
    for sentence in re.split(r"(?<=\.) (?=[A-Z\d])", line):
        number = lambda s=sentence: int(re.match(r"\d+", s)[0])  # noqa: E731
        if re.fullmatch(r"1 dead word put on a point\.|[2-8] dead words put on points\.", sentence):
            assert number() == sum(bool(first.at(k, first.right[k])) for k in first.put)
        elif re.fullmatch(r"\d alive again since others moved away\.", sentence):
            assert number() == woken
            woken = 0
        elif re.fullmatch(r"\d of 8 first words spell something\.", sentence):
            assert number() == int(alive.sum())
        elif found := re.fullmatch(r"Left over: ([\d.]+)(?:; it was ([\d.]+)|; with ours ([\d.]+))?\.", sentence):  # fmt: skip
            now, was, other = found.groups()
            assert not both and float(now) == pytest.approx(first.left(), abs=0.006)
            assert was is None or (first.put and float(was) == pytest.approx(films[step - 1][0].left(), abs=0.006))  # fmt: skip
            assert (other or now) == f"{ours[step][0]:.2f}" and other != now
        elif found := re.fullmatch(r"The second book (takes|raises) what is left over from ([\d.]+) to ([\d.]+)(?:; with ours ([\d.]+))?\.|(L)eft over: ([\d.]+); with both books ([\d.]+)(?:; with ours ([\d.]+))?\.", sentence):  # fmt: skip
            verb, before, now, other = found.groups()[4:] if found[5] else found.groups()[:4]
            assert found[5] or (verb == "raises") == (float(now) > float(before))
            assert both and float(before) == pytest.approx(first.left(), abs=0.006)
            assert float(now) == pytest.approx(second.left(), abs=0.006)
            assert (other or now) == f"{ours[step][1]:.2f}" and other != now
        elif found := re.fullmatch(r"A dead word is nobody's nearest, so no gradient moves it(: revival will)?\.", sentence):  # fmt: skip
            assert not alive.all()
            assert not found[1] or (films[step + 1][0].same and films[step + 1][0].dead)
        elif found := re.fullmatch(r"Each is somebody's nearest(, and learns|; nothing moves any more|; nothing has to move)\.", sentence):  # fmt: skip
            a, b = films[max(0, step - 1) : step + 1] if step == 12 else films[step : step + 2]
            move = max(float((y.made - x.made).abs().max()) for x, y in zip(a, b, strict=True))
            assert (found[1] == "; nothing has to move") == (
                not step and found[1] != ", and learns"
            )
            assert alive.all() and (move > 1e-4 if found[1] == ", and learns" else move < 0.01)
        elif found := re.fullmatch(
            r"Press Step: in epoch (\d+) your function and ours differ\.", sentence
        ):
            assert not step and int(found[1]) == first_wrong
            warned = True
        elif sentence == "Revived by your function.":
            assert first.same and first.dead and all(alive[k] for k in first.dead)
            said.append(sentence)
        elif found := re.fullmatch(r"In epoch (\d+) your function revived (\d) words?; it has done as ours does ever since\.", sentence):  # fmt: skip
            (then, _), far = films[int(found[1])], sentence
            assert 0 < int(found[1]) < step and all(c.same for f in films[1 : step + 1] for c in f)
            assert int(found[2]) == sum(bool(then.used()[k]) for k in then.dead) > 0
            assert not any(f[0].dead for f in films[1 : int(found[1])])  # the first time
        elif sentence == "Press Step: your function revives.":
            assert not step and films[1][0].dead and first_wrong is None
            far = sentence
        elif found := re.fullmatch(r"No word (is|was) dead: your function (has|had) nothing to do\.", sentence):  # fmt: skip
            assert found.groups() == (("was", "had") if step else ("is", "has"))
            assert not any(c.dead for f in films[: step + 1 if step else None] for c in f)
            far = sentence
        elif found := re.fullmatch(r"(Second w|W)ord (\d) took rest\[order\[(\d+)\]\], ours rest\[order\[(\d+)\]\]\.", sentence):  # fmt: skip
            assert (found[1] != "W") == level and took is None
            call, k, (mine, right) = films[when][level], int(found[2]), map(int, found.groups()[2:])
            assert mine != right and k == min(k for k in call.misput if any(call.at(k, call.rest)))
            assert call.at(k, call.rest[call.order[mine]])
            assert bool(((call.right[k] - call.rest[call.order[right]]).abs() < 1e-3).all())
            took = sentence
            said.append(sentence)
        elif re.fullmatch(TURN, sentence):
            assert films[when][level].turned and turn is None
            turn = sentence
            said.append(sentence)
        elif found := re.fullmatch(r"(?:In epoch (\d+) (?=y))?([Yy]our function) (.+)\.", sentence):
            when = int(found[1]) if found[1] else when
            assert not said and (not found[1] or when < step)
            level = int("second word" in sentence)
            did(films[when][level], found[3], level, both)
            told_died = sum(1 for k in films[when][level].died)
            assert not level or all(f[0].same for f in films[1 : step + 1])
            said.append(sentence)
        elif re.fullmatch(r"1 living (second )?word died of it\.|\d living (second )?words died of it\.", sentence):  # fmt: skip
            assert number() == told_died and ("second" in sentence) == level
            told_died = 0
            said.append(sentence)
        else:
            raise AssertionError(f"nobody has judged this sentence: {sentence}")
    assert not told_died and (both or not woken)  # none is passed over
    wrong = not all(c.same for f in films[1 : step + 1] for c in f)
    told = " ".join(said)
    about = any("our function " in x for x in said)
    assert (turn is not None) == (about and films[when][level].turned)
    assert (took is not None) == any(
        x in told for x in ("names first, but", "names later", "than ours")
    )
    later_on = step > 1 and any(f[0].dead for f in films[1:step])
    nobody = not any(c.dead for f in films for c in f)
    praised = "Revived by your function." in said
    assert (far is not None) == (
        not wrong and not praised and not warned and (step == 0 or later_on or nobody)
    )
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
        squares: all(".gr-cb-word", place), piles: all(".gr-cb-label", (x) => x.textContent).filter((x) => x.includes("words")),
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
    # words of one place fan out, and how many they are stands beside
    places = [(156 + scale * x, 156 - scale * y) for x, y in call.made.tolist()]
    apart = [math.dist(a, b) for a, b in itertools.combinations(places, 2)]
    assert min(math.dist(a, b) for a, b in itertools.combinations(seen["squares"], 2)) > 2
    assert all(
        math.dist(a, b) < 5.1 * 1.42 * 7 for a, b in zip(places, seen["squares"], strict=True)
    )
    if min(apart) > 4.5:
        same(seen["squares"], call.made.tolist())
    assert min(apart) < 1 or not seen["piles"]
    many = max(sum(bool(call.at(k, z)) for k in range(8)) for z in call.made)
    assert many < 3 or max(int(x[0]) for x in seen["piles"]) == many


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


@pytest.mark.parametrize("name", ["nearness by the product", "the second book alone", "rarely used, too", "test inverted", "a list", "by the word's number", "the living first, and noise", "right"])  # fmt: skip
def test_on_a_phone_the_plane_stays_however_much_is_told(page, drawn, name):
    page.set_viewport_size({"width": 400, "height": 900})
    root = drawn(
        visuals.codebooks(revive=True, function=(WRONG | FAILS | {"right": (revive, "")})[name][0])
    )
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


@pytest.mark.parametrize(("name", "many"), [("one place", 5), ("the mean", 5), ("all to one point", 8)])  # fmt: skip
def test_each_word_of_a_pile_can_be_pressed(drawn, name, many):
    root = drawn(visuals.codebooks(revive=True, step=1, function=WRONG[name][0]))
    assert root.locator("svg text", has_text=f"{many} words, {many - 1} dead").is_visible()
    hit = root.evaluate("""root => {
        const words = [...root.querySelectorAll(".gr-cb-word")], hit = words.map(() => 0);
        const { left, top, width } = root.querySelector("svg").getBoundingClientRect();
        for (let x = 1; x < width; x += 1) for (let y = 1; y < width; y += 1) {
            const k = words.indexOf(document.elementFromPoint(left + x, top + y)?.closest(".gr-cb-word"));
            if (k >= 0) hit[k] += 1;
        }
        return hit;
    }""")
    assert len(hit) == 8 and min(hit) > 60  # square pixels


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
