"""What `spelled` left open of known items: longer training, the films' last event with equal trials, codes without a meaning.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson19.settled longer
    ... settled last | dealt | lot | games
    ... settled longer --only films --piece 200

* `longer`: TIGER of 32 passes on the films and the games, on the event that chooses, beside shorter trainings that were there before.
* `last`: the films' last event, all 2,400 people, one training each on everything before it. Three trials for everybody who has knobs:
  SASRec's are the first of lesson 18's slice "order", HSTU's the first of `19_films`. Two attempts to turn it round: the rivals with the
  knobs that more trials chose (twelve, of HSTU six), and a second seed of what is trained.
* `dealt`: the same spellings, dealt to the items by lot: all words, beginnings and twins stay, and only the meaning goes. No
  trials of their own: knobs are TIGER's, after 16 passes; the films' last event.
* `lot`: the same for the games' last event, after 8 passes of each, and of the dealt ones after 16; there the codes are made of iALS's vectors.
* `games`: `last` for the games, where TIGER had four trials: everybody's first four, and twelve for the rivals that are quick. HSTU climbs where
  SASRec did. A second seed of SASRec alone: TIGER's does not fit into the hour of the whole study.

What is done stands in build/bench/19_settled.jsonl and is not done twice. With --piece a run ends after so many seconds, within a
training after a pass, and goes on from there when it is called again; with --only one set is worked on and nothing is stored.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from types import SimpleNamespace

import numpy as np
import torch
from torch import Tensor

from graphrec_utils import metrics, paths, results, train
from graphrec_utils.models import tiger
from solutions.experiments import devices, tuning
from solutions.experiments import kept as shelf
from solutions.experiments.lesson18.regimes import order, summary
from solutions.experiments.lesson19 import spelled
from solutions.experiments.lesson19.spelled import FILMS, GAMES

COMMAND = "python -m solutions.experiments.lesson19.settled"
FILE = "19_settled"
CLAIMS = {
    "longer": "A TIGER of 32 passes finds more than one of 16.",
    "last": "On known films TIGER, spelling genres, finds more than SASRec.",
    "dealt": "Codes that mean something find more than the same codes dealt by lot.",
    "games": "On known games TIGER, after 32 passes, finds more than SASRec.",
    "lot": "On known games codes of iALS's vectors find more than the same codes dealt by lot.",
}
SETS = {"films": FILMS, "games": GAMES}
LONG = 32
TRIES = {  # settings of TIGER, one after another
    FILMS: [spelled.BEGIN | x for x in ({}, {"epochs": 8}, {"epochs": LONG})],
    GAMES: [spelled.START | {"epochs": k} for k in (8, 4, 16, LONG)],
}
EQUAL = {FILMS: 3, GAMES: 4}  # trials of everybody in `last` and in `games`
LAST = {FILMS: "last", GAMES: "games"}
LOT, VECTORS, TWICE = "dealt by lot", "codes of iALS's vectors", "dealt by lot, twice the passes"
QUICK = ("RP3β", "item2item", "chain", "iALS")
TRAINED = ("SASRec", "HSTU")
RESERVE = 75  # seconds that a training without checkpoints may take at the end of a piece
PIECE = SimpleNamespace(begun=time.monotonic(), seconds=float("inf"))


class Later(Exception):
    """The piece is over: what is left is for the next one."""


def left() -> float:
    """Return the seconds that are left of the piece."""
    return PIECE.begun + PIECE.seconds - time.monotonic()


def kept(key: str, compute: Callable):
    """Return what is kept of this part, or compute it and keep it with its CPU seconds, those of a piece that ended too early as well."""
    known = shelf.rows(FILE)
    if key in known:
        return known[key]["value"]["value"]
    if left() < RESERVE:
        raise Later(key)
    start = time.process_time()
    spent = lambda: round(time.process_time() - start, 1)  # noqa: E731
    try:
        value = compute()
    except Later:
        count = sum(x.startswith(f"{key} · piece ") for x in known)
        shelf.kept(FILE, f"{key} · piece {count}", lambda: {"value": None, "cpu": spent()})
        raise
    print(f"  {key}  {spent()} s", flush=True)
    return shelf.kept(FILE, key, lambda: {"value": value, "cpu": spent()})["value"]


def seconds(part: str) -> float:
    """Return the CPU seconds of a part, with those of pieces."""
    rows = shelf.rows(FILE).items()
    return sum(x["value"]["cpu"] for key, x in rows if key.split()[0] == part)


@contextmanager
def in_pieces(key: str) -> Iterator[None]:
    """Let TIGER's training be kept after each pass, and end where the piece does."""
    name = hashlib.sha256(key.encode()).hexdigest()[:12]
    file = paths.root() / "build" / "bench" / f"{FILE}_{name}.pt"
    file.parent.mkdir(parents=True, exist_ok=True)

    def fit(*args, epochs: int, **options):
        def over(epoch: int, loss: float) -> None:
            if epoch < epochs and left() < 0:
                raise Later(key)

        return train.fit(*args, epochs=epochs, checkpoint=file, callback=over, **options)

    was, tiger.train = tiger.train, SimpleNamespace(fit=fit, Torch=train.Torch, cosine=train.cosine)
    try:
        yield
    finally:
        tiger.train = was
    file.unlink(missing_ok=True)


# ------------------------------------------------------------------------ what everybody is asked
@dataclass(frozen=True)
class Question:
    """One event of 2,400 people: the last (`held` 1), or the one before it, which chooses (2)."""

    level: float
    held: int

    @property
    def users(self) -> np.ndarray:
        return order.asked(order.events_of(order.LEVELS[self.level], False))

    def parts(self):
        """Return the events that may be learned from, and the item of each person that is asked for."""
        return order.parts(order.events_of(order.LEVELS[self.level], False), self.users, self.held)

    def judge(self, model) -> np.ndarray:
        given, truth = self.parts()
        return order.judge(given, self.users, truth, False)(model)

    def __str__(self) -> str:
        return f"{order.LEVELS[self.level]}{'' if self.held == 1 else ', before'}"


def codes(part: str, question: Question) -> Tensor:
    """Return the (n, 3) codes that an RQ-VAE has learned."""

    def learned() -> list:
        x = spelled.told(question.level, question.parts()[0])
        return spelled.of_network(spelled.scaled(x), 0).tolist()

    return torch.tensor(kept(f"{part} codes {question} ", learned))


def dealt(codes: Tensor, seed: int = 0) -> Tensor:
    """Return the same codes, each with another item."""
    return codes[torch.from_numpy(np.random.default_rng(seed).permutation(len(codes)))]


def values(
    part: str, question: Question, name: str, knobs: dict, fit: Callable, seed: int = 0
) -> list:
    """Return what everybody finds after one training of this seed, person by person."""
    key = f"{part} {question} {name} {knobs} seed {seed}"

    def ask() -> list:
        with in_pieces(key):  # judged here, too: a training is forgotten when its values are there
            model = fit(question.parts()[0], question.level, seed=seed, **knobs)
            return np.round(question.judge(model), 5).tolist()

    return kept(key, ask)


def speller(codes: Tensor) -> Callable:
    """Return the fit of a TIGER with these codes."""
    return partial(
        spelled.Speller, coded=lambda x, seed: codes, of=lambda level, events: np.arange(events.num_items)[:, None]
    )  # fmt: skip


# ------------------------------------------------------------------------ `longer`
def earlier(level: float) -> list[dict]:
    """Return TIGER's trials of before: the films' are stored, the games' were printed, to three decimals."""
    if level == FILMS:
        return results.load("19_films").values["tried"]["TIGER"]
    return [
        spelled.START | {"epochs": k, "value": x} for k, x in ((8, 0.045), (4, 0.042), (16, 0.048))
    ]


def longer(level: float) -> dict:
    """Return what TIGER finds of the event that chooses, setting by setting, and the best of them."""
    question, old, tried = Question(level, 2), earlier(level), []

    def value(knobs: dict) -> float:
        same = [row for row in old if all(row[k] == x for k, x in knobs.items())]
        if not same:
            fit = speller(codes("longer", question))
            made = values("longer", question, "TIGER", knobs, fit)
            same = [knobs | {"value": round(float(np.mean(made)), 5)}]
        tried.append(same[0])
        return same[0]["value"]

    best = max(TRIES[level], key=value)
    ladders = spelled.CLIMB if level == FILMS else spelled.LADDERS | {"epochs": [4, 8, 16, LONG, 2 * LONG]}  # fmt: skip
    edge = tuning.ends(ladders, best, None)
    trials = {"knobs": best, "trials": len(tried), "edge": edge, "tried": tried}
    return trials | {"people": len(question.users)}


# ------------------------------------------------------------------------ `last`
def few(name: str, level: float) -> dict:
    """Return the knobs that as many trials choose for a rival as TIGER has had."""
    player = order.sequence(0) if name == "HSTU" else order.PLAYERS[name]
    question, fit = Question(level, 2), fit_of(name, level, LAST[level])

    def value(knobs: dict) -> float:
        ask = lambda: float(question.judge(fit(question.parts()[0], level, seed=0, **knobs)).mean())  # noqa: E731
        return kept(f"{LAST[level]} tune {name} {knobs}", ask)

    count = EQUAL[level]
    knobs, edge, _ = tuning.counted(count, player.ladders, player.start, value, player.natural)
    return {"knobs": knobs, "trials": count, "edge": edge}


def rivals(level: float) -> dict[str, dict]:
    """Return everybody's knobs, with how many trials chose them; `…, more trials`: better tuned than TIGER."""
    stored = results.load("18_regimes_order").values["sets"][order.NEW]
    at, rows = stored["levels"].index(level), {}
    told = lambda name: {k: stored["methods"][name][at][k] for k in ("knobs", "trials", "edge")}  # noqa: E731
    rows["SASRec"] = told("SASRec")
    rows["SASRec"]["trials"] = EQUAL[level]  # the best of six was the third
    tried = results.load("19_films").values["tried"]["HSTU"] if level == FILMS else []
    for name, some in (
        (("HSTU", tried[: EQUAL[FILMS]]), ("HSTU, more trials", tried)) if tried else ()
    ):
        knobs = {k: x for k, x in max(some, key=lambda x: x["value"]).items() if k != "value"}
        edge = tuning.ends(order.sequence(0).ladders, knobs, None)
        rows[name] = {"knobs": knobs, "trials": len(some), "edge": edge}
    if not tried:
        rows["HSTU"] = few("HSTU", level)
    for name in QUICK:
        rows[name] = few(name, level)
        if told(name)["knobs"] != rows[name]["knobs"]:
            rows[f"{name}, more trials"] = told(name)
    return rows | {"popularity": told("popularity")}


def fit_of(name: str, level: float, part: str) -> Callable:
    """Return fit(events, level, seed, ...) of a row."""
    if name.startswith("TIGER"):
        return speller(codes(part, Question(level, 1)))
    if name.startswith("HSTU"):
        return spelled.of_hstu
    if name == "SASRec":
        return lambda events, level, **knobs: order.of_sasrec(events, **knobs)
    player = order.PLAYERS[name.partition(",")[0]]
    return lambda events, level, seed, **knobs: player.fit(events, **knobs)


def lead(one: list, other: list) -> dict:
    """Return a comparison, person by person, as `metrics.Comparison.stored` reads it."""
    found = metrics.compare(np.array(one), np.array(other))
    return {k: getattr(found, k) for k in ("one", "other", "gap", "error", "users")}


def last(level: float) -> dict:
    chosen = longer(level)
    rows = {"TIGER": {k: chosen[k] for k in ("knobs", "trials", "edge")}} | rivals(level)
    question, found = Question(level, 1), {}
    ask = lambda name, knobs, seed=0: values(  # noqa: E731
        "last", question, name, knobs, fit_of(name, level, "last"), seed
    )
    for name in reversed(rows):  # what is quick first
        found[name] = ask(name, rows[name]["knobs"])
    shorter = rows["TIGER"]["knobs"] | {"epochs": LONG // 2}
    rows["TIGER, half as long"] = {"knobs": shorter, "trials": 0, "edge": ""}
    found["TIGER, half as long"] = ask("TIGER", shorter)
    for name, row in rows.items():
        row |= asdict(summary.band([found[name]]))
    pairs = [("TIGER", name) for name in rows if name != "TIGER"]
    pairs += [("HSTU", "SASRec"), *((name, "chain") for name in TRAINED), ("SASRec", "RP3β")]
    again = {name: ask(name, rows[name]["knobs"], 1) for name in TRAINED}
    mixed = {"TIGER": found["TIGER"]} | again
    others = [("TIGER", "SASRec"), ("TIGER", "HSTU"), ("HSTU", "SASRec")]
    return {
        "rows": rows, "leads": leads(found, pairs),
        "seed 1": {name: asdict(summary.band([x])) for name, x in again.items()}, "leads, seed 1": leads(mixed, others),
    }  # fmt: skip


def leads(found: dict[str, list], pairs: list[tuple[str, str]]) -> dict[str, dict]:
    return {f"{one} over {other}": lead(found[one], found[other]) for one, other in pairs}


# ------------------------------------------------------------------------ `games`
def games(level: float) -> dict:
    """Return what everybody finds of the games' last event; TIGER has chosen its passes in `longer`."""
    chosen = results.load("19_longer").values["sets"][order.LEVELS[level]]
    question, found, rows = Question(level, 1), {}, {"TIGER": {k: chosen[k] for k in ("knobs", "trials", "edge")}}  # fmt: skip
    ask = lambda name, seed=0: values(  # noqa: E731
        "games", question, name, rows[name]["knobs"], fit_of(name, level, "games"), seed
    )
    found["TIGER"] = ask("TIGER")
    rows |= rivals(level)
    found |= {name: ask(name) for name in rows if name != "TIGER"}
    for name, row in rows.items():
        row |= asdict(summary.band([found[name]]))
    pairs = [("TIGER", name) for name in rows if name != "TIGER"] + [
        ("HSTU", "SASRec"),
        ("SASRec", "RP3β"),
    ]
    again = ask("SASRec", 1)
    return {
        "rows": rows, "leads": leads(found, pairs), "seed 1": {"SASRec": asdict(summary.band([again]))},
        "leads, seed 1": leads(found | {"SASRec": again}, [("TIGER", "SASRec"), ("HSTU", "SASRec")]),
    }  # fmt: skip


# ------------------------------------------------------------------------ `dealt`
def meaning(level: float) -> dict:
    """Return what TIGER finds with codes of the genres and with the same codes dealt by lot, after 16 passes."""
    question, knobs = Question(level, 1), spelled.BEGIN
    made = codes("last", question)
    found = {LOT: values("dealt", question, f"TIGER, {LOT}", knobs, speller(dealt(made)))}
    # what `last` has trained is not trained twice
    found["genres"] = values("last", question, "TIGER", knobs, speller(made))
    rows = {name: asdict(summary.band([x])) | {"knobs": knobs} for name, x in found.items()}
    beaten = [name for name in rivals(level) if name.startswith("iALS")]
    for name in beaten:
        knobs = rivals(level)[name]["knobs"]
        found[name] = values("last", question, name, knobs, fit_of(name, level, "last"))
    pairs = [("genres", LOT), *((LOT, name) for name in beaten)]
    return {"rows": rows, "leads": leads(found, pairs)}


# ------------------------------------------------------------------------ `lot`
SHORT = spelled.START | {"epochs": 8}  # of the games: a quarter of the passes that chose themselves


def arm(name: str, level: float, epochs: int = SHORT["epochs"]) -> list:
    """Return what everybody finds with codes of the vectors, or with the same codes dealt by lot."""
    question = Question(level, 1)
    made = codes("lot", question)
    fit = speller(dealt(made) if name == LOT else made)
    return values("lot", question, f"TIGER, {name}", SHORT | {"epochs": epochs}, fit)


def lot(level: float) -> dict:
    """Return what TIGER finds with either, beside the iALS whose vectors are spelled, tuned by twelve trials."""
    found = {name: arm(name, level) for name in (LOT, VECTORS)}
    found[TWICE] = arm(LOT, level, 2 * SHORT["epochs"])  # an attempt to turn it round
    stored = results.load("18_regimes_order").values["sets"][order.NEW]
    knobs = stored["methods"]["iALS"][stored["levels"].index(level)]["knobs"]
    found["iALS"] = values("lot", Question(level, 1), "iALS", knobs, fit_of("iALS", level, "lot"))
    rows = {
        name: asdict(summary.band([x]))
        | {"knobs": {"iALS": knobs, TWICE: SHORT | {"epochs": 16}}.get(name, SHORT)}
        for name, x in found.items()
    }
    return {
        "rows": rows,
        "leads": leads(
            found,
            [(VECTORS, LOT), (VECTORS, TWICE), (VECTORS, "iALS"), (LOT, "iALS"), (TWICE, LOT)],
        ),
    }


PARTS = {
    "longer": (longer, ("films", "games")), "last": (last, ("films",)), "dealt": (meaning, ("films",)),
    "lot": (lot, ("games",)), "games": (games, ("games",)),
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--only", choices=SETS, help="one set, and nothing is stored")
    parser.add_argument(
        "--piece", type=float, default=float("inf"), help="seconds, to be called again"
    )
    torch.set_num_threads(1)
    options = devices.parse(parser)
    PIECE.seconds = options.piece
    work, names = PARTS[options.part]
    try:
        made = {order.LEVELS[SETS[x]]: work(SETS[x]) for x in names if options.only in (None, x)}
    except Later as what:
        sys.exit(f"to be called again: {what}")
    if options.only is None:
        results.save(
            f"19_{options.part}", claim=CLAIMS[options.part], values={"measure": order.MEASURE, "sets": made},
            seeds=[0, 1] if options.part in LAST.values() else [0], seconds=seconds(options.part), command=f"{COMMAND} {options.part}",
        )  # fmt: skip


if __name__ == "__main__":
    main()
