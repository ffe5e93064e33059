"""Items that are spelled: TIGER and HSTU beside SASRec and standing rivals, on known items and on new ones.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson19.spelled pass
    ... spelled words | new | known | films | new_films | beam | cost | counts

* `pass`: nothing is stored; prints the seconds of a tenth of a pass of each model, to be multiplied by ten and by the passes
  below.
* `known`: the next event of a third of 2,400 people, lesson 18's slice "order" with its split, its users, its measure. TIGER is
  tuned on the games, three trials where SASRec had six; HSTU takes SASRec's knobs, and everybody else comes with those that
  the slice has stored. Codes are of iALS's vectors, for the set has no content.
* `films`: the same slice's films, by the event before the last, which chooses: TIGER, spelling genres, after 8 and 16 passes, six settings
  of HSTU, one of SASRec, the others with their knobs of there. The last event and 32 passes: `settled`.
* `new_films`: a tenth of the same films is hidden and asked for, another one chooses, as `new` does; genres are all that is known of
  them. TIGER has six trials, rivals twelve. By their dates they are not asked for: of the likes of all films that come after a moment
  two films have a third (`in_time`), and whoever happens on their genres wins.
* `new`: lesson 18's slice "content" on PinWorld, with its split, users and measure: a tenth of the pins is new, and they alone
  are candidates. Words are learned from old pins; new ones are spelled with them. TIGER is asked for the first code of a new pin, for
  two, three or all four: how many is chosen as its knobs are. Rivals stand as the slice has stored them, the nearest content is asked
  once more, person by person.
* `words`: how many words live, how much is left over, how many pins share a spelling, epoch by epoch: words that start at centers of
  k-means, by chance among the vectors ("near"), or by chance and about three times as far out ("far"), with revival and without, three
  seeds; and with the straight-through line left out.
* `beam`: what a narrow beam loses, its milliseconds, which share of the probability no item gets. Of the TIGER that `known`
  trains first; so it costs little after it.
* `cost`: milliseconds of a list, of a speller and of SASRec.
* `counts`: HSTU on the games and the films with a softmax in the place of SiLU, without the norm, without the gate: SASRec's knobs
  for all; a third of the people who are asked of the games, all of the films.

What is done stands in build/bench/19_spelled.jsonl and is not done twice.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cache, cached_property, partial

import numpy as np
import scipy.sparse as sp
import torch
import torch.nn.functional as F
from scipy import stats
from torch import Tensor

from graphrec_utils import datasets, results, sampling
from graphrec_utils.data import Interactions
from graphrec_utils.models import (
    baselines,
    hstu,
    mf,
    rqvae,
    sasrec,
    semantic_ids,
    tiger,
    transformer,
)
from graphrec_utils.models.trie import Step, search
from solutions.experiments import devices, tuning
from solutions.experiments import kept as shelf
from solutions.experiments.lesson18.regimes import content, history, order, summary

COMMAND = "python -m solutions.experiments.lesson19.spelled"
FILE = "19_spelled"
CLAIMS = {
    "known": "TIGER finds more than SASRec.",
    "new": "TIGER finds more new items than the nearest content.",
    "words": "Revival keeps all words alive, wherever they start.",
    "beam": "A beam of 50 finds what a beam of all finds.",
    "films": "On known films TIGER, spelling genres, finds more than SASRec: on the event that chooses, no test.",
    "new_films": "TIGER finds more new films than the nearest genres.",
    "cost": "A beam costs more than all items of SASRec.",
    "counts": "Without a softmax the same block finds more.",
}
GAMES, FILMS = 0.68, 0.49  # levels of the slice "order"
CUTS = (0, 1, 2)  # thirds of the people, worlds, or seeds
ASKED = CUTS[:1]  # the thirds of `known` and the worlds of `new`, each with a training of its own
SIZES, DIM, LENGTH, WIDTH = (64, 64, 64), order.DIM, order.LENGTH, 50
TRIALS = (
    3  # of TIGER: shorter and longer training; SASRec had six there, and HSTU takes SASRec's knobs
)
LADDERS = {  # those of SASRec there, up to 32 passes
    "epochs": [4, 8, 16, 32], "dropout": [0.2, 0.4, 0.6], "rate": [0.0015, 0.003, 0.006, 0.012],
}  # fmt: skip
START = {"epochs": 8, "dropout": 0.2, "rate": 0.003}
# PinWorld's people are a tenth as many: fewer passes are enough there
SHORT, START_NEW = [2, 4, 8, 16], {"epochs": 4, "dropout": 0.2, "rate": 0.003}
STANDING = ("SASRec", "RP3β", "item2item", "chain", "iALS", "popularity")
# of the films, where TIGER and HSTU have as many trials as SASRec; the start is where the games stopped
FEWER = 2  # of TIGER on the films: 16 passes and 8; `settled` has tried 32
SIX, CLIMB, BEGIN = 6, {
    "epochs": [4, 8, 16, 32, 64], "rate": [0.0015, 0.003, 0.006, 0.012], "dropout": [0.6, 0.4, 0.2, 0.1],
}, {"epochs": 16, "rate": 0.003, "dropout": 0.2}  # fmt: skip
MOMENTS = (
    0.7,
    0.85,
)  # shares of the likes: new films of between choose, those after the second are asked for
CONTENT = "content"
STANDING_NEW = (CONTENT, "two towers", "iALS", "iALS, told of content", "popularity")
WIDTHS, FEW = (1, 2, 5, 10, 20, 50, 100, 200), 40
WORDS = {"epochs": 50, "lr": 0.003, "dim": 32}
LEARNED: dict = {}  # what `of_network` has learned


def kept(key: str, compute: Callable):
    """Return what is kept of this part, or compute it, keep its CPU seconds and print them."""

    def ask() -> dict:
        start = time.process_time()
        row = {"value": compute(), "cpu": round(time.process_time() - start, 1)}
        print(f"  {key}  {row['cpu']} s", flush=True)
        return row

    return shelf.kept(FILE, key, ask)["value"]


# ------------------------------------------------------------------------ codes
def scaled(x) -> Tensor:
    """Return columns of mean 0 and one common size, so that rows have length 1 on average."""
    x = torch.as_tensor(np.asarray(x, dtype=np.float32))
    x = x - x.mean(dim=0)
    return x / x.square().sum(dim=1).mean().sqrt()


def of_network(x: Tensor, seed: int, old: Tensor | slice = slice(None)) -> Tensor:
    """Return the codes of an RQ-VAE that has learned from the old rows; once for all trials that read the same."""
    key = x[old].numpy().tobytes(), seed
    if key not in LEARNED:
        LEARNED[key] = rqvae.fit(x[old], SIZES, seed=seed, **WORDS)
    return LEARNED[key].codes(x)


def by_chance(x: Tensor, seed: int, old: Tensor | slice = slice(None)) -> Tensor:
    """Return codes that mean nothing."""
    rng = np.random.default_rng(seed)
    return torch.from_numpy(np.stack([rng.integers(0, k, len(x)) for k in SIZES], axis=1))


def further(codes: Tensor, old: np.ndarray | None = None) -> Tensor:
    """Return codes with a further one, counted among old items first, so that new ones change nobody's."""
    if old is None:
        return rqvae.distinct(codes)
    at = torch.from_numpy(np.append(np.flatnonzero(old), np.flatnonzero(~old)))
    out = torch.empty(len(codes), codes.shape[1] + 1, dtype=torch.int64)
    out[at] = rqvae.distinct(codes[at])
    return out


def of_likes(level: float, events) -> np.ndarray:
    """Return the vectors that iALS makes of the likes."""
    return np.asarray(mf.ials(history._float(events), 64, 0.03, 0.01, sweeps=8).item_emb)


def told(level: float, events) -> np.ndarray:
    """Return the genres of films, and of games the vectors of the likes, for there is nothing else."""
    if level == GAMES:
        return of_likes(level, events)
    return np.asarray(order.towers.films().item_features.matrix.todense())


# ------------------------------------------------------------------------ players of `known`: fit(events, level, ...) -> model(known)
class Speller:
    """TIGER, asked as the slice "order" asks: log p of what a beam found, -inf elsewhere."""

    def __init__(
        self,
        events,
        level: float,
        rate: float,
        dropout: float,
        epochs: int,
        seed: int = 0,
        coded: Callable = of_network,
        of: Callable | None = None,
    ):
        codes = further(coded(scaled((of or told)(level, events)), seed))
        self.model = tiger.fit(
            torch.full((1, LENGTH), -1), sampling.histories.cut(events, LENGTH + 1), codes, dim=DIM,
            epochs=epochs, lr=rate, dropout=dropout, batch=512, seed=seed, device=devices.chosen,
        ).cpu().eval()  # fmt: skip
        self.codes = codes

    @torch.no_grad()
    def __call__(self, known: history.Known, width: int = WIDTH) -> np.ndarray:
        out, trie = [], self.model.trie
        for rows in torch.arange(len(known.latest)).split(max(1, tiger.ROOM // width)):
            seen = torch.from_numpy(known.saved[rows.numpy()].toarray() > 0)
            step = self.model.asked(known.latest[rows])
            items, log_p = search(step, trie, width, len(rows), seen)
            empty = torch.full((len(rows), trie.num_items + 1), -torch.inf)
            # -1, nothing found, is the further column at the end
            out.append(empty.scatter(1, items % (trie.num_items + 1), log_p)[:, :-1])
        return torch.cat(out).numpy()


def of_hstu(events, level, rate, dropout, epochs, seed=0, layer=None):
    """Return SASRec's model with blocks of HSTU, or with others of their shape."""
    options = {"epochs": epochs, "lr": rate, "dropout": dropout, "seed": seed}
    options |= {
        "batch": order.BATCH if len(events) > 60_000 else order.BATCH // 4,
        "device": devices.chosen,
    }
    args = torch.full((1, order.LENGTH), -1), sampling.histories.cut(events, order.LENGTH + 1)
    if layer is None:
        return history._reads(hstu.fit(*args, events.num_items, DIM, **options))
    return history._reads(sasrec.fit(*args, events.num_items, DIM, blocks=2, layer=layer, **options))  # fmt: skip


def standing(name: str, cut: int) -> Callable:
    """Return a player of the slice "order"."""
    player = order.sequence(cut) if name == "SASRec" else order.PLAYERS[name]
    return lambda events, level, seed, **knobs: player.fit(events, **knobs)


FITS = {"TIGER": Speller, "HSTU": of_hstu}
CONTROL, SHUFFLED = "codes by chance", "an order by chance"


def tuned() -> dict:
    """Return the knobs of TIGER on the games, how many trials chose them, and which are at an end."""
    stage = order.task(order.NEW, (GAMES,), 0).choose

    def value(knobs: dict) -> float:
        def ask() -> float:
            chosen = stage()
            return float(chosen.judge(Speller(chosen.given, GAMES, **knobs))[GAMES].mean())

        return kept(f"known games tune TIGER {knobs}", ask)

    knobs, edge, _ = tuning.counted(TRIALS, LADDERS, START, value)
    return {"knobs": knobs, "trials": TRIALS, "edge": edge}


def tested(
    level: float, name: str, cut: int, knobs: dict, fit: Callable, part: str = "known"
) -> dict:
    """Return the values of a third of the people, and the CPU seconds of the training; of the first TIGER its beams, too."""

    def ask() -> dict:
        stage = order.task(order.NEW, (level,), cut).final()
        start = time.process_time()
        model = fit(stage.given, level, seed=cut, **knobs)
        row = {"seconds": round(time.process_time() - start, 2)}
        row["values"] = np.round(stage.judge(model)[level], 5).tolist()
        if (level, name, cut) == (GAMES, "TIGER", 0):
            row["beam"] = beams(model, stage, level)
        return row

    return kept(f"{part} {order.LEVELS[level]} {name} cut {cut} {knobs}", ask)


def comparison(one: Sequence, other: Sequence) -> dict:
    """Return a lead over people and thirds as `metrics.Comparison.stored` reads it."""
    ahead, a, b = summary.lead(one, other), summary.band(one), summary.band(other)
    error = (ahead.high - ahead.low) / 2 / stats.t.ppf(0.975, max(1, ahead.users - 1))
    return {"one": a.mean, "other": b.mean, "gap": ahead.mean, "error": float(error), "users": ahead.users}  # fmt: skip


def shown(rows: dict[str, dict]) -> dict[str, dict]:
    """Return mean and interval of each row in the place of its values; a row without values has them already."""
    some = {name: row for name, row in rows.items() if "values" in row}
    bands = {name: asdict(summary.band(row["values"])) for name, row in some.items()}
    return {
        name: {k: x for k, x in row.items() if k != "values"} | bands.get(name, {})
        for name, row in rows.items()
    }


def known() -> dict:
    stored = results.load("18_regimes_order").values["sets"][order.NEW]
    at, rows = stored["levels"].index(GAMES), {}
    for name in STANDING:
        rows[name] = {k: stored["methods"][name][at][k] for k in ("knobs", "trials", "edge")}
    rows["TIGER"] = tuned()
    rows["HSTU"] = rows["SASRec"] | {"trials": 0, "edge": ""}
    for name, row in rows.items():
        found = [
            tested(GAMES, name, cut, row["knobs"], FITS.get(name) or standing(name, cut))
            for cut in ASKED
        ]
        row["values"] = [x["values"] for x in found]
        row["seconds"] = float(np.mean([x["seconds"] for x in found]))
    leads = {
        f"{one} over {other}": comparison(rows[one]["values"], rows[other]["values"])
        for one, other in (
            ("TIGER", "SASRec"), ("HSTU", "SASRec"), ("TIGER", "RP3β"), ("SASRec", "RP3β"), ("TIGER", "iALS"),
        )
    }  # fmt: skip
    given = order.task(order.NEW, (GAMES,), 0).final().given
    before = np.concatenate([people(GAMES, cut)[1] for cut in ASKED])
    table = {
        "rows": shown(rows), "leads": leads, "lengths": lengths(before, rows, ("TIGER", "SASRec")),
        "items": given.num_items, "contents": len(np.unique(told(GAMES, given), axis=0)),
    }  # fmt: skip
    return {"measure": order.MEASURE, "sets": {order.LEVELS[GAMES]: table}, "bytes": sizes()}


def people(level: float, cut: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return who is asked, all or a third, in the order in which they were drawn, and their events before the last."""
    events = order.events_of(order.LEVELS[level], False)
    users = order.asked(events)
    if cut is not None:
        users = users[np.isin(users, np.sort(users)[cut :: len(CUTS)])]
    return users, np.bincount(events.users, minlength=events.num_users)[users] - 1


def lengths(before: np.ndarray, rows: dict, names: Sequence[str]) -> list[dict]:
    """Return what these methods find of people with few and many events before the last: a place that few reach is learned rarely."""
    out = []
    for low, high in ((1, 5), (6, 10), (11, 20), (21, 10**6)):
        there = (before >= low) & (before <= high)
        if not there.any():
            continue
        means = {name: float(np.concatenate(rows[name]["values"])[there].mean()) for name in names}
        out.append({"from": low, "to": high, "people": int(there.sum())} | means)
    return out


def sizes() -> dict:
    """Return the bytes that are kept of the games: vectors of items, or words and codes (a byte each)."""
    n = order.events_of(order.LEVELS[GAMES], False).num_items
    return {
        "items": n,
        "vectors": 4 * n * DIM,
        "words": 4 * sum(SIZES) * DIM,
        "codes": (len(SIZES) + 1) * n,
    }


# ------------------------------------------------------------------------ `beam`
def free(step: Step, widths: Sequence[int], width: int, users: int) -> Tensor:
    """Return (B, width, D) what a beam spells that knows no trie; `widths` are the words of each level."""
    prefix, log_p = torch.zeros(users, 1, 0, dtype=torch.int64), torch.zeros(users, 1)
    for size in widths:
        total = (log_p[..., None] + step(prefix)).flatten(1)
        log_p, best = total.topk(min(width, total.shape[1]))
        depth = prefix.shape[2]
        stays = prefix.gather(1, (best // size)[..., None].expand(-1, -1, depth))
        prefix = torch.cat([stays, (best % size)[..., None]], dim=2)
    return prefix


@torch.no_grad()
def beams(speller: Speller, stage, level: float) -> dict:
    """Return NDCG, milliseconds and what is missed by the width of the beam; what is spelled and is no item."""
    model, trie, rows = speller.model, speller.model.trie, []
    for width in WIDTHS:
        spent = 0.0

        def asked(known, width=width):
            nonlocal spent
            start = time.process_time()
            out = speller(known, width)
            spent += time.process_time() - start
            return out

        values = stage.judge(asked)[level]
        rows.append(
            {
                "width": width,
                "ndcg": float(values.mean()),
                "milliseconds": 1000 * spent / len(values),
            }
        )
    events = order.events_of(order.LEVELS[level], False)
    people = order.asked(events)[:FEW]
    latest = order.known_of(order.parts(events, people, 1)[0], people).latest
    words = {tuple(row) for row in speller.codes.tolist()}
    exact, mass, ghosts, milliseconds = [], [], [], 0.0
    for some in latest.split(4):
        start = time.process_time()
        items, log_p = search(model.asked(some), trie, trie.num_items, len(some))
        milliseconds += 1000 * (time.process_time() - start) / len(latest)
        exact += [set(row[:10].tolist()) for row in items]
        mass += log_p.logsumexp(dim=1).exp().tolist()
        spelled = free(model.asked(some), trie.sizes, WIDTH, len(some))[:, :10]
        ghosts += [np.mean([tuple(w) not in words for w in row]) for row in spelled.tolist()]
    for row in rows:
        if row["width"] >= 10:
            items, _ = search(model.asked(latest), trie, row["width"], len(latest))
            found = [len(set(x[:10].tolist()) & y) / 10 for x, y in zip(items, exact, strict=True)]
            row["of the exact ten"] = float(np.mean(found))
    return {
        "rows": rows, "exact milliseconds": milliseconds, "people": len(latest), "share of items": float(np.mean(mass)),
        "words that are no item": float(np.mean(ghosts)), "words": int(np.prod(trie.sizes[:3])),
        "prefixes": trie.counts, "items": trie.num_items,
    }  # fmt: skip


def beam() -> dict:
    knobs = tuned()["knobs"]
    return tested(GAMES, "TIGER", 0, knobs, Speller)["beam"]


@torch.no_grad()
def cost(count: int = 200) -> dict:
    """Return the CPU milliseconds of a person's ten games, of a speller and of SASRec: training changes none of them."""

    def ask() -> dict:
        events = order.events_of(order.LEVELS[GAMES], False)
        users = order.asked(events)[:count]
        given, _ = order.parts(events, users, 1)
        latest, n = order.known_of(given, users).latest, events.num_items
        speller = tiger.TIGER(
            torch.full((1, LENGTH), -1), further(by_chance(torch.empty(n), 0)), dim=DIM
        ).eval()
        reader = sasrec.SASRec(torch.full((1, order.LENGTH), -1), n, DIM).eval()
        V = reader.embeddings()[1]
        players = {
            f"TIGER, a beam of {WIDTH}": lambda: search(
                speller.asked(latest), speller.trie, WIDTH, len(latest)
            ),
            "SASRec, all items": lambda: (reader.users(latest) @ V.T).topk(10),
        }
        found = {name: [] for name in players}
        for name, play in list(players.items()) * 4:
            start = time.process_time()
            play()
            found[name].append(1000 * (time.process_time() - start) / len(latest))
        return {name: float(np.median(x[1:])) for name, x in found.items()}

    return {"milliseconds": kept("cost", ask), "people": count}


# ------------------------------------------------------------------------ `new`: content's Known -> scores of users
class NewSpelled:
    """TIGER asked for new items alone: (B, n) scores, -inf for the old; `who`: these users alone will ask."""

    def __init__(
        self,
        given: content.Known,
        old,
        new,
        rate,
        dropout,
        epochs,
        seed=0,
        coded=of_network,
        who: np.ndarray | None = None,
    ):
        likes = given.likes
        at = np.lexsort((likes.times, likes.users))
        events = type(likes)(likes.users[at], likes.items[at], likes.num_users, likes.num_items)
        self.codes = further(coded(scaled(given.content), seed, torch.from_numpy(old)), old)
        self.latest, self.letters = sampling.latest(likes, LENGTH), len(SIZES)
        self.model = tiger.fit(
            self.latest, sampling.histories.cut(events, LENGTH + 1), self.codes, dim=DIM, epochs=epochs, lr=rate,
            dropout=dropout, batch=512, seed=seed, device=devices.chosen,
        ).cpu().eval()  # fmt: skip
        self.ids = np.flatnonzero(new)
        self.who = np.arange(likes.num_users) if who is None else who

    @cached_property
    @torch.no_grad()
    def said(self) -> np.ndarray:
        """Return (D, who, new): log p of the first 1, 2, …, D codes of each new item after each user's history."""
        codes, out = self.codes[self.ids], []
        for rows in torch.from_numpy(self.who).split(max(1, tiger.ROOM // len(codes))):
            step, sums = self.model.asked(self.latest[rows]), []
            for level in range(codes.shape[1]):
                if level:
                    begun, at = torch.unique(codes[:, :level], dim=0, return_inverse=True)
                else:
                    begun, at = codes[:1, :0], torch.zeros(len(codes), dtype=torch.int64)
                here = step(begun.expand(len(rows), -1, -1))[:, at, codes[:, level]]
                sums.append(sums[-1] + here if level else here)
            out.append(torch.stack(sums))
        return torch.cat(out, dim=1).numpy()

    def scores(self, users) -> np.ndarray:
        out = np.full((len(users), len(self.codes)), -np.inf, np.float32)
        out[:, self.ids] = self.said[self.letters - 1][np.searchsorted(self.who, users)]
        return out


CODES = {"one code": 1, "two codes": 2, "three codes": 3, "four codes": 4}


def new() -> dict:
    stored = results.load("18_regimes_content").values["sets"][content.PINS]
    at = stored["levels"].index(0)

    def stage(cut: int, last: bool):
        tenth = content.events_of(content.PINS, 0, cut)[3]
        hidden, asked = ((1,), 1) if last else ((0, 1), 0)
        task = content.task(content.PINS, (0,), cut)
        return (task.final() if last else task.choose()), ~np.isin(tenth, hidden), tenth == asked

    def judged(
        cut: int, last: bool, knobs: dict, coded: Callable = of_network
    ) -> dict[str, np.ndarray]:
        """Return the values of people for one code, two, three, four."""
        part, old, fresh = stage(cut, last)
        model = NewSpelled(part.given, old, fresh, seed=cut, coded=coded, **knobs)
        out = {}
        for name, model.letters in CODES.items():
            out[name] = part.judge(model)[0]
        return out

    def chosen(knobs: dict) -> dict[str, float]:
        ask = lambda: {k: float(np.nanmean(x)) for k, x in judged(0, False, knobs).items()}  # noqa: E731
        return kept(f"new tune TIGER {knobs}", ask)

    def value(knobs: dict) -> float:
        return max(chosen(knobs).values())

    knobs, edge, _ = tuning.counted(TRIALS, LADDERS | {"epochs": SHORT}, START_NEW, value)

    best = chosen(knobs)
    letters = max(best, key=best.get)  # how many codes are asked for is chosen as the knobs are

    def spelled(cut: int, coded: Callable) -> dict[str, list]:
        found = judged(cut, True, knobs, coded)
        return {name: np.round(x, 5).tolist() for name, x in found.items()}

    facts = ("knobs", "trials", "edge", "mean", "low", "high", "users")
    rows = {name: {k: stored["methods"][name][at][k] for k in facts} for name in STANDING_NEW}
    nearest = content.PLAYERS[CONTENT]

    def ask(cut: int) -> list:
        last, _, _ = stage(cut, True)
        model = nearest.fit(last.given, **rows[CONTENT]["knobs"])
        return np.round(last.judge(model)[0], 5).tolist()

    rows[CONTENT]["values"] = [kept(f"new {CONTENT} cut {cut}", partial(ask, cut)) for cut in ASKED]
    made = [
        kept(f"new TIGER cut {cut} {knobs}", partial(spelled, cut, of_network)) for cut in ASKED
    ]
    chance = kept(f"new {CONTROL} cut 0 {knobs}", partial(spelled, 0, by_chance))
    own = {"knobs": knobs, "trials": TRIALS, "edge": edge}
    for name in CODES:
        rows[f"TIGER, {name}"] = own | {"values": [x[name] for x in made]}
    rows[CONTROL] = own | {"trials": 0, "values": [chance[letters]]}
    one = f"TIGER, {letters}"
    leads = {}
    for other in (CONTENT, "TIGER, four codes", CONTROL):
        both = rows[one]["values"], rows[other]["values"]
        leads[f"TIGER over {other}"] = comparison(*(x[: min(map(len, both))] for x in both))
    return {
        "measure": content.MEASURE, "rows": shown(rows), "leads": leads, "asked": letters, "chosen": best,
    }  # fmt: skip


# ------------------------------------------------------------------------ `films`: known films, six trials for each that is trained
def settled(
    part: str, name: str, level: float, fit: Callable, ladders: dict, start: dict, count: int = SIX
) -> dict:
    """Return the knobs that some trials choose for a player, and all that was tried."""
    stage, tried = order.task(order.NEW, (level,), 0).choose, []

    def value(knobs: dict) -> float:
        def ask() -> float:
            chosen = stage()
            return float(chosen.judge(fit(chosen.given, level, **knobs))[level].mean())

        score = kept(f"{part} tune {name} {knobs}", ask)
        tried.append(knobs | {"value": round(score, 5)})
        return score

    knobs, edge, _ = tuning.counted(count, ladders, start, value)
    return {"knobs": knobs, "trials": count, "edge": edge, "tried": tried}


def asked_of_all(part: str, level: float, name: str, knobs: dict, fit: Callable) -> dict:
    """Return the values of all people after one training, and its CPU seconds."""

    def ask() -> dict:
        events = order.events_of(order.LEVELS[level], False)
        users = order.asked(events)
        given, truth = order.parts(events, users, 1)
        start = time.process_time()
        model = fit(given, level, seed=0, **knobs)
        seconds = round(time.process_time() - start, 2)
        values = order.judge(given, users, truth, False)(model)
        return {"seconds": seconds, "values": [np.round(values, 5).tolist()]}

    return kept(f"{part} {order.LEVELS[level]} {name} {knobs}", ask)


def films() -> dict:
    """Return what is found of the event before the last, which chooses; `settled` asks for the last one."""
    stored = results.load("18_regimes_order").values["sets"][order.NEW]
    at, player = stored["levels"].index(FILMS), order.sequence(0)
    chosen = {
        "HSTU": settled("films", "HSTU", FILMS, of_hstu, player.ladders, player.start),
        "TIGER": settled("films", "TIGER", FILMS, Speller, CLIMB, BEGIN, FEWER),
    }
    found = {name: max(x["value"] for x in row["tried"]) for name, row in chosen.items()}

    def ask(name: str, knobs: dict) -> float:
        stage = order.task(order.NEW, (FILMS,), 0).choose()
        model = standing(name, 0)(stage.given, FILMS, 0, **knobs)
        return float(stage.judge(model)[FILMS].mean())

    for (
        name
    ) in STANDING:  # SASRec by the first of its six settings, the others by the best of twelve
        knobs = player.start if name == "SASRec" else stored["methods"][name][at]["knobs"]
        found[name] = kept(f"films choose {name} {knobs}", partial(ask, name, knobs))
    events = order.events_of(order.LEVELS[FILMS], False)
    genres = np.unique(told(FILMS, events), axis=0, return_counts=True)[1]
    return {
        "measure": order.MEASURE, "people": len(people(FILMS)[0]), "rows": found, "tried": {k: v["tried"] for k, v in chosen.items()},
        "items": events.num_items, "contents": len(genres), "largest": int(genres.max()), "events": len(events),
    }  # fmt: skip


# ------------------------------------------------------------------------ `new_films`: a tenth of the films, of which nobody is told
@cache
def shuffled_films() -> Interactions:
    """Return the films with ids by chance: equals stand in the order of ids, and theirs follow their dates."""
    films = order.towers.films()
    place = np.random.default_rng(0).permutation(films.num_items)
    matrix = films.item_features.matrix[np.argsort(place)]
    told = type(films.item_features)(matrix, films.item_features.labels)
    return Interactions(
        films.users, place[films.items], films.num_users, films.num_items, times=films.times, item_features=told
    )  # fmt: skip


def tenths(
    events: Interactions, last: bool
) -> tuple[content.Known, np.ndarray, np.ndarray, np.ndarray, Callable]:
    """Return what is known, which films are old and which are asked for, who likes some of these, and the judge of a model.

    As the slice "content" does: one tenth chooses and another is asked for in the end. What a film is born with are its genres.
    """
    tenth = np.random.default_rng(0).integers(10, size=events.num_items)
    hidden, asked = ((1,), 1) if last else ((0, 1), 0)
    old, fresh = ~np.isin(tenth, hidden), tenth == asked
    genres = np.asarray(events.item_features.matrix.todense(), dtype=np.float32)
    known = content.Known(events.select(old[events.items]), sp.csr_array(genres.T), genres)
    who = np.unique(
        events.users[fresh[events.items] & (known.likes.degrees()[0] > 0)[events.users]]
    )
    return known, old, fresh, who, lambda model: content.judge(model, known, events, fresh)


def in_time(events: Interactions) -> dict:
    """Return why new films are not asked for by their dates: which share of the likes of films that come after a moment two have."""
    first = np.full(events.num_items, np.inf)
    np.minimum.at(first, events.items, events.times.astype(float))
    one, two = np.quantile(events.times, MOMENTS)
    out = {}
    for name, begin, end in (("between", one, two), ("after", two, np.inf)):
        there = (first[events.items] >= begin) & (first[events.items] < end) & (events.times < end)
        likes = np.bincount(events.items[there], minlength=events.num_items)
        out[name] = {"films": int((likes > 0).sum()), "likes": int(likes.sum()), "of the first two": float(np.sort(likes)[-2:].sum() / likes.sum())}  # fmt: skip
    return out


def new_films() -> dict:
    def judged(last: bool, knobs: dict) -> dict[str, np.ndarray]:
        known, old, fresh, who, judge = tenths(shuffled_films(), last)
        model, out = NewSpelled(known, old, fresh, who=who, **knobs), {}
        for name, model.letters in CODES.items():
            out[name] = judge(model)
        return out

    def chosen(knobs: dict) -> dict[str, float]:
        ask = lambda: {k: float(np.nanmean(x)) for k, x in judged(False, knobs).items()}  # noqa: E731
        return kept(f"new_films tune TIGER {knobs}", ask)

    tried: list[dict] = []

    def value(knobs: dict) -> float:
        tried.append(knobs | chosen(knobs))
        return max(chosen(knobs).values())

    ladders = CLIMB | {"epochs": [1, *SHORT]}
    knobs, edge, _ = tuning.counted(SIX, ladders, BEGIN | {"epochs": 4}, value)
    best = chosen(knobs)
    letters = max(best, key=best.get)
    own = {"knobs": knobs, "trials": SIX, "edge": edge}
    found = kept(
        f"new_films TIGER {knobs}",
        lambda: {k: np.round(x, 5).tolist() for k, x in judged(True, knobs).items()},
    )
    rows = {f"TIGER, {name}": own | {"values": [found[name]]} for name in CODES}
    rows[SHUFFLED] = {"knobs": {}, "trials": 0, "edge": ""}
    rows[SHUFFLED]["values"] = [kept("new_films shuffled", lambda: by_lot(True))]
    for name in STANDING_NEW:
        player = content.PLAYERS[name]
        if name != "two towers":  # they stop at two passes, of PinWorld's people
            rows[name] = rival(name, player)
    one = rows[f"TIGER, {letters}"]["values"]
    leads = {
        f"TIGER over {name}": comparison(one, rows[name]["values"])
        for name in (*(n for n in STANDING_NEW if n in rows), SHUFFLED, "TIGER, four codes")
        if rows[name]["values"] != one
    }
    leads["content over popularity"] = comparison(
        rows[CONTENT]["values"], rows["popularity"]["values"]
    )
    known, old, fresh, _, _ = tenths(shuffled_films(), True)
    return {
        "measure": content.MEASURE, "rows": shown(rows), "leads": leads, "asked": letters, "tried": tried,
        "old": int(old.sum()), "new": int(fresh.sum()), "likes": len(known.likes),
        "genres of the new": len(np.unique(known.content[fresh], axis=0)),
        "in time": in_time(datasets.load("movietweetings-100k").at_least(7).core(5, 1)),
    }  # fmt: skip


def by_lot(last: bool) -> list:
    """Return what an order by chance finds: all scores are 0, and the ids are drawn."""
    films, judge = shuffled_films(), tenths(shuffled_films(), last)[-1]
    nothing = baselines.Scorer(
        sp.csr_array((films.num_users, 1)), sp.csr_array((1, films.num_items))
    )
    return np.round(judge(nothing), 5).tolist()


def rival(name: str, player) -> dict:
    """Return what a rival finds of new films after twelve trials at most."""

    def ask(last: bool, knobs: dict) -> list:
        known, _, _, _, judge = tenths(shuffled_films(), last)
        return np.round(judge(player.fit(known, **knobs)), 5).tolist()

    def value(knobs: dict) -> float:
        key = f"new_films tune {name} {knobs}"
        return kept(key, lambda: float(np.mean(ask(False, knobs))))

    if player.ladders:
        knobs, edge, _ = tuning.counted(12, player.ladders, player.start, value, player.natural)
    else:
        knobs, edge = {}, ""
    values = [kept(f"new_films {name} {knobs}", lambda: ask(True, knobs))]
    size = min(12, int(np.prod([len(x) for x in player.ladders.values()])))
    return {"knobs": knobs, "trials": size, "edge": edge, "values": values}


# ------------------------------------------------------------------------ `words`: alive, left over, shared
def near(model: rqvae.RQVAE, x: Tensor, seed: int = 0) -> None:
    """Let words start by chance, but about as far out as the encoder's vectors are: in the place of k-means."""
    with torch.no_grad():
        for book in model.words:
            book.mul_(0.1)


def learned(x: Tensor, seed: int, start: str, revive: bool, through: bool = True) -> list[dict]:
    """Return, epoch by epoch, how many words of each level live, the loss, and which share of the items has a twin."""
    curve: list[dict] = []

    def look(model) -> float:
        with torch.no_grad():
            codes = model.codes(x)
            said = model.decoder(model.embed(codes))
            word = torch.unique(codes, dim=0, return_inverse=True)[1]
            curve.append({
                "alive": [len(c.unique()) for c in codes.T], "loss": float(rqvae.loss(model, x)),
                "left over": float((x - said).square().sum(dim=1).mean()),
                "shared": float((torch.bincount(word)[word] > 1).float().mean()),
                "largest": int(torch.bincount(word).max()),
            })  # fmt: skip
        return 0.0

    was = rqvae.straight_through, rqvae.RQVAE.start
    if not through:  # the decoder reads words alone: the encoder never hears what was said wrong
        rqvae.straight_through = lambda z, rounded: rounded
    if start == "near":
        rqvae.RQVAE.start = near
    try:
        rqvae.fit(x, SIZES, kmeans=start != "far", revive=revive, seed=seed, evaluate=look, **WORDS)
    finally:
        rqvae.straight_through, rqvae.RQVAE.start = was
    return curve


def thin(curve: list[dict]) -> list[dict]:
    """Return the first epoch and each fifth, rounded: what is stored."""
    return [
        {"epoch": k + 1}
        | {name: x if isinstance(x, int | list) else round(x, 5) for name, x in row.items()}
        for k, row in enumerate(curve)
        if k == 0 or k % 5 == 4
    ]


def words() -> dict:
    _, _, told_, _ = content.events_of(content.PINS, 0, 0)
    x = scaled(told_)
    rows = []
    for start, revive in itertools.product(("k-means", "near", "far"), (True, False)):
        for seed in CUTS:
            curve = kept(f"words {start} {revive} {seed}", partial(learned, x, seed, start, revive))
            rows.append({"start": start, "revive": revive, "seed": seed, "curve": thin(curve)})
    blind = [
        thin(
            kept(
                f"words without the line {seed}", partial(learned, x, seed, "k-means", True, False)
            )
        )
        for seed in CUTS
    ]

    def plain() -> dict:
        centers = semantic_ids.residual_kmeans(x.numpy(), SIZES, seed=0)
        codes = torch.from_numpy(semantic_ids.residual_codes(x.numpy(), centers))
        said = sum(torch.from_numpy(b)[codes[:, level]] for level, b in enumerate(centers))
        word = torch.unique(codes, dim=0, return_inverse=True)[1]
        return {
            "left over": float((x - said).square().sum(dim=1).mean()),
            "shared": float((torch.bincount(word)[word] > 1).float().mean()),
        }

    n, total = len(x), int(np.prod(SIZES))
    return {
        "items": n, "sizes": list(SIZES), "rows": rows, "without the line": blind, "k-means alone": kept("words k-means", plain),
        "by chance": 1 - (1 - 1 / total) ** (n - 1), "all": float(x.square().sum(dim=1).mean()),
    }  # fmt: skip


# ------------------------------------------------------------------------ `counts`: what of HSTU's block does it
class Variant(hstu.Block):
    """HSTU's block with one part taken away: "softmax", "norm" or "gate"."""

    without = ""

    def forward(self, x: Tensor, causal: bool = False, padding: Tensor | None = None) -> Tensor:
        B, L, d = x.shape
        u, *vqk = F.silu(self.uvqk(F.layer_norm(x, (d,), eps=hstu.EPS))).chunk(4, dim=-1)
        v, q, k = (part.view(B, L, self.heads, -1).transpose(1, 2) for part in vqk)
        place = torch.arange(L, device=x.device)
        bias = self.bias[place[:, None] - place + self.length - 1]
        allow = transformer.allowed(L, causal, padding, x.device)
        if self.without == "pointwise":
            logits = (q @ k.transpose(-2, -1) + bias).masked_fill(~allow, -1e9)
            taken = logits.softmax(dim=-1) @ v
        else:
            taken = hstu.pointwise(q, k, v, self.length, bias, allow)
        taken = taken.transpose(1, 2).reshape(B, L, d)
        let = taken if self.without == "norm" else F.layer_norm(taken, (d,), eps=hstu.EPS)
        let = let if self.without == "gate" else let * u
        return x + self.out(F.dropout(let, self.dropout, self.training))


WITHOUT = {"a softmax": "pointwise", "no norm": "norm", "no gate": "gate"}


def counts() -> dict:
    """Return what HSTU and blocks without a part of it find, all with SASRec's knobs: 800 people of the games, all of the films."""
    stored = results.load("18_regimes_order").values["sets"][order.NEW]
    sets = {}
    for level in (GAMES, FILMS):
        data = order.LEVELS[level]
        knobs = stored["methods"]["SASRec"][stored["levels"].index(level)]["knobs"]
        before = people(level, 0 if level == GAMES else None)[1]
        rows = {}
        for name, without in ({"HSTU": ""} | WITHOUT).items():
            layer = partial(
                type("Variant", (Variant,), {"without": without}), length=order.LENGTH + 1
            )
            fit = partial(of_hstu, layer=layer) if without else of_hstu
            called = f"HSTU, {name}" if without else name
            if level == FILMS:
                rows[name] = asked_of_all("counts", level, called, knobs, fit)
            else:
                row = tested(level, called, 0, knobs, fit, "counts" if without else "known")
                rows[name] = {"seconds": row["seconds"], "values": [row["values"]]}
        sets[data] = {
            "rows": shown(rows), "knobs": knobs, "lengths": lengths(before, rows, list(rows)),
            "leads": {f"HSTU over {name}": comparison(rows["HSTU"]["values"], rows[name]["values"]) for name in WITHOUT},
        }  # fmt: skip
    return {"sets": sets}


# ------------------------------------------------------------------------ seconds, before anything is run
def first_pass() -> None:
    """Print CPU seconds of a tenth of a pass of each, on the games and on PinWorld."""
    stage = order.task(order.NEW, (GAMES,), 0).choose()
    given = stage.given
    spent = lambda start: f"{time.process_time() - start:.1f} s"  # noqa: E731
    start = time.process_time()
    x = scaled(told(GAMES, given))
    print(f"iALS {spent(start)}")
    start = time.process_time()
    model = rqvae.fit(x, SIZES, **WORDS | {"epochs": 5})
    codes = further(model.codes(x))
    alive = [len(c.unique()) for c in codes.T]
    print(f"RQ-VAE, 5 epochs {spent(start)}, alive {alive}, loss {float(rqvae.loss(model, x)):.3f}")
    for name, length, fit in (
        ("TIGER", LENGTH, lambda h, rows: tiger.fit(h, rows, codes, dim=DIM, epochs=1, batch=512)),
        ("SASRec", order.LENGTH, lambda h, rows: sasrec.fit(h, rows, given.num_items, DIM, epochs=1, batch=order.BATCH)),
        ("HSTU", order.LENGTH, lambda h, rows: hstu.fit(h, rows, given.num_items, DIM, epochs=1, batch=order.BATCH)),
    ):  # fmt: skip
        rows = sampling.histories.cut(given, length + 1)
        some = rows[
            torch.randperm(len(rows), generator=torch.Generator().manual_seed(0))[: len(rows) // 10]
        ]
        fit(
            torch.full((1, length), -1), some[:50]
        )  # the first call loads what later ones find loaded
        start = time.process_time()
        made = fit(torch.full((1, length), -1), some)
        print(
            f"{name}: {int((some >= 0).sum())} of {len(given)} events in {spent(start)}", flush=True
        )
        speller = made if name == "TIGER" else None
        if speller is not None:
            speller.eval()
            users = order.asked(order.events_of(order.LEVELS[GAMES], False))[:200]
            latest = order.known_of(given, users).latest
            for width in (10, WIDTH, 200):
                start = time.process_time()
                search(speller.asked(latest), speller.trie, width, len(users))
                print(f"a beam of {width}, 200 people: {spent(start)}", flush=True)
    likes = content.task(content.PINS, (0,), 0).choose().given.likes
    print(f"PinWorld: {len(likes)} likes of {likes.num_users} users, {likes.num_items} pins")


PARTS = {
    "known": known, "films": films, "new": new, "new_films": new_films, "words": words, "beam": beam, "cost": cost, "counts": counts,
}  # fmt: skip
OF = {"beam": "known amazon-games TIGER cut 0"}  # what a part has taken is kept under its name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=["pass", *PARTS])
    torch.set_num_threads(1)
    part = devices.parse(parser).part
    if part == "pass":
        return first_pass()
    values = PARTS[part]()
    done = [
        x["value"]["cpu"]
        for key, x in shelf.rows(FILE).items()
        if key.split()[0] == part or (part in OF and key.startswith(OF[part]))
    ]
    results.save(
        f"19_{part}", claim=CLAIMS[part], values=values, seeds=list(CUTS if part == "words" else ASKED), seconds=sum(done), command=f"{COMMAND} {part}",
    )  # fmt: skip


if __name__ == "__main__":
    main()
