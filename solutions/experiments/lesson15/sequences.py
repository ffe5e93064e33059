"""Sequences: SASRec on MovieTweetings, PinnerFormer on PinWorld, their rivals, and what attention costs.

    GRAPHREC_DATA_DIR=... OMP_NUM_THREADS=1 python -m solutions.experiments.lesson15.sequences --only films

* `films`: the split, the metric and the trials of lesson 10 (`solutions.experiments.lesson10.towers`, part `time`).
  SASRec with two losses gets as many as a tower, decayed means as many as a rival; the others have their
  knobs of lesson 10. SASRec: one block, two heads, histories of 20, dropout 0.2, AdamW with decay 0.01, batches
  of 64 users by the weight of their events and 8 events each, at most 20 epochs, patience 2. All are fitted
  on train and validation and asked for test once, three seeds where there is chance.
* `places`: the same on lesson 11's Gowalla (an order, no times), SASRec with lesson 11's loss, its
  trials and a dropout of its own; rivals and the softmax of lesson 11 have their knobs of there.
* `width`: SASRec at three widths, three rates each and more if the best is an end, three seeds: the best loss
  on the validation events of films that train has.
* `objectives`: PinnerFormer on PinWorld, 1,600 steps, about 50 seconds of a core. Fitted on the days before 35,
  validated on the new likes of the days 35-41 (recall@10): a few rates by one seed, and on until the best is no
  end; then, of "every next" and "dense", that rate and the next smaller one by two seeds, each with its own weight of log popularity, added
  after training. The larger rate is taken if its lead exceeds what seeds differ by. Then fitted on the days before
  42 and asked, as it is and with that weight, for the new likes of the next 1, 7 and 14 days, and for those on pins
  that nobody had liked before. `staleness`: the same models, and RP3β and iALS folded in, asked for each new like of
  the days 42-55 with a vector of day 42, of the last midnight, or of the second before. `steps`: what a quarter of
  the steps and four times as many find on validation, one seed. `hides`: what the input and the loss know of hides,
  for "every next", as it is.
* `others`: "next" and "all", with rates, weights and seeds as there.
* `choices`: the table of the open task, 200 steps, by validation.
* `rivals`: others on the same days: lesson 10's causal tower with the same vectors of pins, twelve trials, and
  those that are fitted in a second, three times as many. `attention`: one forward and backward of the
  hand-written attention and of torch's own, seconds and the bytes that are kept for the gradient.

Parts that are done stand in build/bench/sequences.jsonl and are not done twice. Writes
data/results/15_films.json, 15_places.json, 15_width.json, 15_pinworld.json and 15_attention.json.
"""

from __future__ import annotations

import argparse
import math
import time
from dataclasses import asdict
from functools import cache, partial

import numpy as np
import pandas as pd
import scipy.sparse as sp
import torch
from scipy.sparse.linalg import svds
from torch.nn import functional as F

from graphrec_utils import losses, metrics, paths, pinworld, results, sampling, train
from graphrec_utils.data import Interactions, Split
from graphrec_utils.models import mf, pinnerformer, sampled, sasrec, transformer
from graphrec_utils.models.scoring import Factors
from solutions.experiments import devices, tuning
from solutions.experiments import kept as shelf
from solutions.experiments.lesson10 import towers
from solutions.experiments.lesson11 import logq_rivals

COMMAND = "python -m solutions.experiments.lesson15.sequences"
CLAIMS = {
    "15_films": "SASRec, tuned, finds more than the two towers of lesson 10 and the standing rivals.",
    "15_places": "SASRec, tuned, finds more than the standing rivals on Gowalla in its order.",
    "15_width": "A wider SASRec has a smaller loss on validation.",
    "15_pinworld": "Dense all action finds more than SASRec's objective, and loses less if vectors are a day old.",
    "15_choices": "With 200 steps SASRec's objective finds most, at a rate of 0.01.",
    "15_attention": "Torch's own attention is faster and keeps less than the hand-written one.",
}
DAY, SEEDS, LENGTH, DIM, EACH = 86_400, (0, 1, 2), 32, 32, 8
START = 0.2  # of the length of SASRec's item vectors: what is rarely drawn then starts near 0, not anywhere
FIT, PAST, END = 35, 42, 56  # days: validation from the first, test from the second
STEPS, LONGER = 1600, (400, 1600, 6400)
SHORT, RATES = 200, (0.003, 0.01, 0.03)  # of the open task: what a student can try out
LONG = "every next"  # trained for the most of them, for test
CONTESTED = (
    "every next",
    "dense, 7 days",
)  # their rates are chosen by two seeds, and they are asked for test
WIDTHS, LADDER = (8, 32, 128), (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1)
NAME, UNTIL = "sequences", [np.inf]


def kept(name: str, key: str, compute):
    """Return what was measured under this key, or measure it; ends the program when its time is up."""
    if key not in shelf.rows(name) and time.process_time() > UNTIL[0]:
        raise SystemExit(3)
    return shelf.kept(name, key, compute)


# ------------------------------------------------------------------------ PinWorld
@cache
def world() -> pinworld.World:
    return pinworld.load("small")


@cache
def log(day: int = END) -> sampling.Log:
    """Return all that was done before a day; likes are positive actions on pins new to the user."""
    rows = world().events(start_day=0, end_day=day)
    positive = rows["action"].isin(pinworld.POSITIVE_ACTIONS).to_numpy()
    again = pd.DataFrame({"u": rows["user"], "p": rows["pin"], "y": positive}).duplicated()
    users, pins, times = (rows[c].to_numpy() for c in ("user", "pin", "time"))
    codes, new = rows["action"].cat.codes.to_numpy(), positive & ~again.to_numpy()
    return sampling.Log(users, pins, codes, times, new, world().num_users)


@cache
def pin_vectors(day: int, dim: int = 32) -> np.ndarray:
    """Return a picture and a place in the graph of boards before a day, (n, 64 + dim), for each pin.

    The second half stands for the paper's PinSage vectors: the SVD of the normalized board-pin
    matrix; 0 for a pin that is on no board yet.
    """
    pictures = world().images / np.linalg.norm(world().images, axis=1, keepdims=True)
    B = world().bipartite(day)["board-pin"].matrix.astype(np.float64)
    B.data[:] = 1
    left, right = (np.asarray(B.sum(axis=axis)).ravel().clip(1) ** -0.5 for axis in (1, 0))
    _, s, V = svds(sp.diags_array(left) @ B @ sp.diags_array(right), k=dim, random_state=0)
    graph = V.T * s
    graph /= np.linalg.norm(graph, axis=1, keepdims=True).clip(1e-9)
    return np.concatenate([pictures, graph], axis=1).astype(np.float32)


def likes_only(whole: sampling.Log) -> sampling.Log:
    at = whole.actions >= len(pinworld.NEGATIVE_ACTIONS)
    parts = (whole.users, whole.items, whole.actions, whole.times, whole.liked)
    return sampling.Log(*(x[at] for x in parts), whole.num_users)


def pushing(known: sampling.Log, window: int, weight: float):
    """Return a term of the loss: what the user hides in the window lies below what is liked in it."""
    bad = np.flatnonzero(known.actions < len(pinworld.NEGATIVE_ACTIONS))
    keys = known.users[bad] * 2**33 + known.times[bad]

    def more(model, events, who, now, pairs, rng):
        base = who[pairs.row] * 2**33 + now[pairs.row]
        low, high = (np.searchsorted(keys, x, "right") for x in (base, base + window))
        some = np.flatnonzero(high > low)
        if not len(some):
            return torch.zeros(())
        device = model.start.device
        hidden = torch.from_numpy(known.items[bad[rng.integers(low[some], high[some])]])
        e = model.outputs(*events)[pairs.row[some], pairs.place[some]]
        gap = (
            e * (model.items(hidden.to(device)) - model.items(pairs.target[some].to(device)))
        ).sum(dim=1)
        return weight * F.softplus(gap).mean()

    return more


def former(
    day: int, reads: str = "all", push: float = 0.0, window: int = 7, steps: int | None = None, rate: float = 0.01,
    **options,
):  # fmt: skip
    """Return a PinnerFormer fitted on the days before `day`.

    Args:
        reads: "all" events or "likes" only.
        steps: None: STEPS.
        push: weight of $\\log(1 + e^{s(hidden) - s(liked)})$ with a pin that the user hides in the window.
    """
    known = log(day) if reads == "all" else likes_only(log(day))
    more = pushing(log(day), window * DAY, push) if push else None
    model = pinnerformer.fit(
        known, pin_vectors(day), day * DAY - 1, window=window * DAY, num_actions=len(pinworld.ACTIONS),
        length=LENGTH, dim=DIM, lr=rate, users=48, steps=steps or STEPS, more=more, device=devices.chosen, **options,
    )  # fmt: skip
    model.reads = reads
    return model


def new_likes(begin: int, end: int) -> Interactions:
    whole = log()
    at = whole.likes[
        (whole.times[whole.likes] >= begin * DAY) & (whole.times[whole.likes] < end * DAY)
    ]
    return Interactions(whole.users[at], whole.items[at], whole.num_users, world().num_pins,
                        times=whole.times[at], calendar=False)  # fmt: skip


def days() -> Split:
    """Return likes of the days before 35, 35-41 and 42-55."""
    return Split(new_likes(0, FIT), new_likes(FIT, PAST), new_likes(PAST, END))


def recall(model, past: Interactions, part: Interactions) -> pd.Series:
    return metrics.evaluate_model(model, past, part, 10).recall


def hidden_shown(model, past: Interactions) -> float:
    """Return the share of the lists' pins that the user hides or closes at once in the test days."""
    rows = world().events(pinworld.NEGATIVE_ACTIONS, PAST, END)
    users = np.unique(new_likes(PAST, END).users)
    lists = metrics.rank(model, past, 10, users)
    bad = set(zip(rows["user"].tolist(), rows["pin"].tolist(), strict=True))
    return float(
        np.mean([[(u, p) in bad for p in row] for u, row in zip(users, lists, strict=True)])
    )


ARMS = {
    "next": {"objective": "next"},
    "every next": {"objective": "every next"},
    "all, 7 days": {"objective": "all", "window": 7},
    "dense, 7 days": {"objective": "dense", "window": 7},
}


def offset_of(past: Interactions, weight: float) -> np.ndarray:
    """Return a number for each pin that is added to its scores after training: weight times log(1 + likes so far)."""
    likes = np.bincount(past.items, minlength=past.num_items)
    return (weight * np.log1p(likes)).astype(np.float32)


OFFSETS = (0.0, 0.3, 0.6, 1.0, 1.5)
FURTHER = (2.0, 3.0, 4.5)  # of those for whom 1.5 was the best


def offsets_of(arm: str) -> tuple[float, ...]:
    return OFFSETS if arm in CONTESTED else OFFSETS + FURTHER


def raised(model, extra: np.ndarray) -> Factors:
    """Return a model whose scores have a number more for each pin."""
    U, V = (torch.as_tensor(x).float().cpu() for x in model.embeddings())
    return Factors(
        torch.cat([U, torch.ones(len(U), 1)], dim=1),
        torch.cat([V, torch.as_tensor(extra).float()[:, None]], dim=1),
    )


def among_cold(model, past: Interactions) -> dict:
    """Return recall@10 of each user's new likes on pins that nobody had liked before, asked among these alone."""
    cold = np.bincount(past.items, minlength=past.num_items) == 0
    part = new_likes(PAST, END)
    asked = part.select(cold[part.items])
    only = raised(model, np.where(cold, 0, -1e6))
    return {"among cold": recall(only, past, asked).to_dict(), "among all": recall(model, past, asked).to_dict(),
            "pins": int(cold.sum()), "targets": len(asked), "of": len(part)}  # fmt: skip


def climbed(value) -> tuple[float, dict[str, float]]:
    """Return the best rate of LADDER and what was tried; `value(rate)` shall be large."""
    best, trials, _ = tuning.climbed(
        {"rate": LADDER}, {"rate": LADDER[3]}, lambda knobs: value(knobs["rate"])
    )
    tried = {trial["knobs"]["rate"]: trial["score"] for trial in trials}
    return best["rate"], {str(rate): round(tried[rate], 4) for rate in sorted(tried)}


def best_rate(arm: str, **options) -> tuple[float, dict[str, float]]:
    split = days()

    def value(rate):
        def once():
            model = former(FIT, rate=rate, **ARMS[arm], **options)
            return float(recall(model, split.train, split.val).mean())

        return kept(NAME, f"validation {STEPS} {arm} {rate} {options}", once)

    return climbed(value)


def horizons(model) -> dict:
    """Return recall@10 of each user for each horizon, and the share of what is shown and hidden."""
    past = new_likes(0, PAST)
    out = {
        f"{k} days": recall(model, past, new_likes(PAST, PAST + k)).to_dict() for k in (1, 7, 14)
    }
    return out | {"hidden": hidden_shown(model, past)}


def tested(arm: str, rate: float, seed: int, offset: float = 0.0, **options) -> dict:
    """Return what a trained model finds on test, as it is and with the offset: `horizons`, cold pins, staleness."""
    model, past = former(PAST, rate=rate, seed=seed, **ARMS[arm], **options), new_likes(0, PAST)
    extra = offset_of(past, offset)
    plain, more = stale(reading(model), (0.0, extra))
    return horizons(model) | {
        "cold": among_cold(model, past), "stale": plain, "offset": horizons(raised(model, extra)) | {"stale": more},
    }  # fmt: skip


def reading(model):
    """Return a function of users and seconds: (B, n) scores by what they did before."""
    seen = log() if model.reads == "all" else likes_only(log())
    with torch.no_grad():
        V = model.items()

    def scores(users, now):
        with torch.no_grad():
            e = model.users(*pinnerformer.read(seen, users, now - 1, LENGTH))
            return (e @ V.T).numpy(force=True)

    return scores


def folding(profile_scores, half_life: float = np.inf):
    """Return a function of users and seconds: (B, n) scores by what they had liked before.

    Args:
        profile_scores: a function of a sparse matrix of likes.
        half_life: days after which a like counts half as much.
    """
    whole = log()
    at = whole.likes
    keys, items = whole.users[at] * 2**33 + whole.times[at], whole.items[at]

    def scores(users, now):
        begin, end = (np.searchsorted(keys, users * 2**33 + t) for t in (0, now))
        rows = np.repeat(np.arange(len(users)), end - begin)
        at = np.concatenate([np.arange(a, z) for a, z in zip(begin, end, strict=True)])
        old = np.repeat(users * 2**33 + now, end - begin) - keys[at]
        weights = (2.0 ** (-old / (half_life * DAY))).astype(np.float32)
        R = sp.csr_array((weights, (rows, items[at])), shape=(len(users), world().num_pins))
        S = profile_scores(R)
        return S.toarray() if sp.issparse(S) else np.asarray(S)

    return scores


def stale(
    scores, offsets=(0.0,), users: int = 250, begin: int = PAST, end: int = END
) -> list[dict[str, dict]]:
    """Return of each user the share of new likes that are among the ten of their moment, by rule.

    What a user had liked before that second is in no list, however old the vector is. A tie counts half.

    Args:
        scores: a function of users and seconds, see `reading`.
        offsets: what is added to the scores of pins, each answered by itself.
        users: how many of them are asked.
        begin, end: the days whose likes are asked for; the vectors of "once" are of the first.
    """
    part, whole = new_likes(begin, end), log()
    some = np.random.default_rng(0).permutation(np.unique(part.users))[:users]
    part = part.select(np.isin(part.users, some))
    midnight = part.times // DAY * DAY
    moments = {"once": np.full(len(part), begin * DAY), "daily": midnight, "real time": part.times}
    liked_keys = whole.users[whole.likes] * 2**33 + whole.times[whole.likes]
    first = np.searchsorted(liked_keys, part.users * 2**33)
    until = np.searchsorted(liked_keys, part.users * 2**33 + part.times)
    liked_items, out = whole.items[whole.likes], [{} for _ in offsets]
    for rule, now in moments.items():
        asked, place = np.unique(part.users * 2**33 + now, return_inverse=True)
        order, hit = np.argsort(place, kind="stable"), np.zeros((len(offsets), len(part)), bool)
        for chunk in np.array_split(np.arange(len(asked)), max(1, len(asked) // 256)):
            one, last = np.searchsorted(place[order], [chunk[0], chunk[-1] + 1])
            S = np.asarray(scores(asked[chunk] // 2**33, asked[chunk] % 2**33))
            for r in order[one:last]:
                for k, offset in enumerate(offsets):
                    row = S[place[r] - chunk[0]] + offset
                    row[liked_items[first[r] : until[r]]] = -np.inf
                    mine = row[part.items[r]]
                    better, equal = (mine < row).sum(), (mine == row).sum() - 1
                    hit[k, r] = better + equal / 2 < 10
        for k, found in enumerate(out):
            found[rule] = pd.Series(hit[k]).groupby(part.users).mean().to_dict()
    return out


def series(runs: list[dict], *keys: str) -> pd.Series:
    """Return users' means over the seeds."""
    parts = []
    for run in runs:
        for key in keys:
            run = run[key]
        parts.append(pd.Series(run).rename(index=int))
    return sum(parts) / len(parts)


def leads(found: dict[str, pd.Series]) -> dict:
    return {f"{a} over {b}": asdict(metrics.compare(found[a], found[b]))
            for a in found for b in found if a != b}  # fmt: skip


def contest(
    arm: str, rates: tuple[float, ...], seeds: tuple[int, ...]
) -> tuple[float, float, list]:
    """Return the rate and the offset of an objective, by validation, and what was tried.

    Each rate has its best offset, by the mean over seeds. The larger rate is chosen only if its lead is more
    than what the seeds of either differ by.
    """
    split, tried = days(), []

    def once(rate, seed):
        model = former(FIT, rate=rate, seed=seed, **ARMS[arm])
        return [
            float(recall(raised(model, offset_of(split.train, x)), split.train, split.val).mean())
            for x in offsets_of(arm)
        ]

    for rate in rates:
        runs = [
            kept(NAME, f"offsets {STEPS} {arm} {rate} {seed}", partial(once, rate, seed))
            for seed in seeds
        ]
        best = int(np.argmax(np.mean(runs, axis=0)))
        tried.append({
            "rate": rate, "offset": offsets_of(arm)[best], "as it is": np.round([r[0] for r in runs], 4).tolist(),
            "with it": np.round([r[best] for r in runs], 4).tolist(),
        })  # fmt: skip
    low, high = tried
    spread = max(np.ptp(t["with it"]) for t in tried)
    better = np.mean(high["with it"]) - np.mean(low["with it"]) > spread
    chosen = high if better else low
    return chosen["rate"], chosen["offset"], tried


def objectives() -> dict:
    """Return what the four objectives find on test, each as it is and with its offset, and how they age."""
    rows, found, by_seed, cold, aged, cold_rows, aged_rows = [], {}, {}, {}, {}, [], []
    past = new_likes(0, PAST)
    for arm in CONTESTED:
        first, ladder = best_rate(arm)
        rates = (LADDER[LADDER.index(first) - 1], first)
        rate, offset, tried = contest(arm, rates, SEEDS[:2])
        runs = [
            kept(NAME, f"test {STEPS} {arm} {rate} {seed} {offset}", partial(tested, arm, rate, seed, offset))
            for seed in SEEDS
        ]  # fmt: skip
        both = {"": runs, ", popularity": [r["offset"] for r in runs]}
        for more, part in both.items():
            name = arm + more
            row = {"objective": name, "rate": rate, "d": DIM}
            row |= {
                "offset": offset if more else 0.0,
                "validation": tried,
                "ladder": ladder,
            }
            row |= {
                "trials": len(ladder) + 1,
                "hidden": float(np.mean([r["hidden"] for r in part])),
            }
            for k in (1, 7, 14):
                one = series(part, f"{k} days")
                row[f"{k} days"] = float(one.mean())
                row[f"{k} days by seed"] = seeds_of(part, f"{k} days")
            found[name], by_seed[name] = one, row["14 days by seed"]
            rows.append(row)
            print(row, flush=True)
            aged_row = {"objective": name}
            for rule in ("once", "daily", "real time"):
                aged[f"{name}, {rule}"] = series(part, "stale", rule)
                aged_row[rule] = float(aged[f"{name}, {rule}"].mean())
                aged_row[f"{rule} by seed"] = seeds_of(part, "stale", rule)
            aged_rows.append(aged_row)
            print(aged_row, flush=True)
        cold[arm] = series(runs, "cold", "among cold")
        cold_rows.append({"model": arm, "recall": float(cold[arm].mean()), "seeds": seeds_of(runs, "cold", "among cold"),
                          "among all pins": float(series(runs, "cold", "among all").mean())})  # fmt: skip
        counts = {k: runs[0]["cold"][k] for k in ("pins", "targets", "of")}
    knobs = {r["model"]: r["knobs"] for r in results.load("15_pinworld").values["rivals"]}
    for name in ("popularity", "RP3β", "iALS", "decayed mean"):
        model = ON_PINS[name][0](past, None, PAST, **knobs[name])
        found[name] = recall(model, past, new_likes(PAST, END))
        if name == "RP3β":
            (ages,) = stale(folding(lambda R, model=model: R @ model.C))
        elif name == "iALS":
            some = {k: knobs[name][k] for k in ("alpha0", "reg")}
            H = model.item_emb
            (ages,) = stale(folding(lambda R, H=H, some=some: mf.fold_in(R, H, **some) @ H.T))
        if name in ("RP3β", "iALS"):
            ages = {rule: pd.Series(x) for rule, x in ages.items()}
            aged |= {f"{name}, {rule}": x for rule, x in ages.items()}
            aged_rows.append(
                {"objective": name} | {rule: float(x.mean()) for rule, x in ages.items()}
            )
        if name == "decayed mean":
            x = among_cold(model, past)
            cold[name] = pd.Series(x["among cold"])
            cold_rows.append({"model": name, "recall": float(cold[name].mean()),
                              "among all pins": float(pd.Series(x["among all"]).mean())})  # fmt: skip
    return {"objectives": rows, "objective leads": leads(found), "seed leads": seed_leads(by_seed), "staleness": aged_rows,
            "stale leads": leads(aged), "cold": cold_rows, "cold leads": leads(cold),
            "cold pins": counts | {"chance": 10 / counts["pins"]}}  # fmt: skip


ASKED = {FIT: (7,), PAST: (1, 7, 14), PAST + 7: (7,)}  # day of a fit -> days ahead


def weighed(arm: str, day: int, rate: float, seed: int, steps: int = STEPS) -> dict[str, list]:
    """Return days ahead -> of each weight of `offsets_of`, recall@10 of each user, for a model fitted before `day`."""

    def once():
        model, past = former(day, rate=rate, seed=seed, steps=steps, **ARMS[arm]), new_likes(0, day)
        models = [raised(model, offset_of(past, x)) for x in offsets_of(arm)]
        return {
            f"{k} days": [recall(m, past, new_likes(day, day + k)).round(4).to_dict() for m in models]
            for k in ASKED[day]
        }  # fmt: skip

    return kept(NAME, f"weighed {steps} {arm} {day} {rate} {seed}", once)


def others() -> dict:
    """Return what "next" and "all" find on test, each as it is and with its offset, chosen like the contested ones'."""
    rows, found, past = [], {}, new_likes(0, PAST)
    stored = results.load("15_pinworld").values
    by_seed = {r["objective"]: r["14 days by seed"] for r in stored["objectives"]}
    for arm in ARMS:
        if arm in CONTESTED:
            continue
        first, ladder = best_rate(arm)
        rates = (LADDER[LADDER.index(first) - 1], first)
        rate, offset, tried = contest(arm, rates, SEEDS[:2])
        runs = [weighed(arm, PAST, rate, seed) for seed in SEEDS]
        for more, weight in (("", 0.0), (", popularity", offset)):
            name = arm + more
            row = {"objective": name, "rate": rate, "d": DIM, "offset": weight, "validation": tried,
                   "ladder": ladder, "trials": len(ladder) + 1}  # fmt: skip
            part = [{k: of[offsets_of(arm).index(weight)] for k, of in run.items()} for run in runs]
            for days_ahead in part[0]:
                row[days_ahead] = float(series(part, days_ahead).mean())
                row[f"{days_ahead} by seed"] = seeds_of(part, days_ahead)
            found[name], by_seed[name] = series(part, "14 days"), row["14 days by seed"]
            rows.append(row)
            print(row, flush=True)
    for name in (LONG, f"{LONG}, popularity"):
        (row,) = (r for r in stored["objectives"] if r["objective"] == name)
        runs = [weighed(LONG, PAST, row["rate"], seed)["14 days"] for seed in SEEDS]
        found[name] = series([run[OFFSETS.index(row["offset"])] for run in runs])
    knobs = {r["model"]: r["knobs"] for r in stored["rivals"]}
    for name in ("RP3β", "iALS"):
        model = ON_PINS[name][0](past, None, PAST, **knobs[name])
        found[name] = recall(model, past, new_likes(PAST, END))
    return {"others": rows, "other leads": leads(found), "seed leads": seed_leads(by_seed)}


def seed_leads(by_seed: dict[str, list[float]]) -> dict:
    """Return each one's lead over each other, over seeds."""
    return leads({name: np.array(values) for name, values in by_seed.items()})


def seeds_of(runs: list[dict], *keys: str) -> list[float]:
    """Return the mean over users of each run."""
    return [round(float(series([run], *keys).mean()), 4) for run in runs]


def choices() -> dict:
    """Return recall@10 on validation of every choice of the open task that knows no future, means of three seeds."""
    split, rows = days(), []

    def once(arm, rate, seed):
        model = former(FIT, rate=rate, steps=SHORT, seed=seed, **ARMS[arm])
        return float(recall(model, split.train, split.val).mean())

    for arm in ARMS:
        for rate in RATES:
            found = [
                kept(NAME, f"choice {arm} {rate} {seed}", partial(once, arm, rate, seed))
                for seed in SEEDS
            ]
            row = {"objective": arm, "rate": rate, "recall": round(float(np.mean(found)), 4)}
            rows.append(row | {"seeds": np.round(found, 4).tolist()})
            print(rows[-1], flush=True)
    return {"rows": rows}


def steps() -> dict:
    """Return what the objectives find on validation after other numbers of steps, at their best rate."""
    split, rows = days(), []
    for arm in ("every next", "dense, 7 days"):
        rate, _ = best_rate(arm)
        for count in LONGER:

            def once(arm=arm, rate=rate, count=count):
                model = former(FIT, rate=rate, steps=count, **ARMS[arm])
                return float(recall(model, split.train, split.val).mean())

            found = kept(NAME, f"steps {arm} {rate} {count}", once)
            rows.append({"objective": arm, "steps": count, "validation": round(found, 4)})
            print(rows[-1], flush=True)
    return {"steps": rows}


HIDES = {
    "all events": {},
    "all events, actions not told": {"actions": False},
    "likes only": {"reads": "likes"},
    "all events, hides pushed away": {"push": 0.3},
}


def hides() -> dict:
    rate, _ = best_rate(LONG)
    found, rows = {}, []
    for name, options in HIDES.items():

        def once(seed, options=options):
            return horizons(former(PAST, rate=rate, seed=seed, **ARMS[LONG], **options))

        runs = []
        for seed in SEEDS:
            if options:
                key = f"test {STEPS} {LONG} {rate} {seed} {options}"
                runs.append(kept(NAME, key, partial(once, seed)))
            else:
                key = f"test {STEPS} {LONG} {rate} {seed} 0.0"
                runs.append(kept(NAME, key, partial(tested, LONG, rate, seed)))
        found[name] = series(runs, "14 days")
        bad = [r["hidden"] for r in runs]
        rows.append({"arm": name, "14 days": float(found[name].mean()),
                     "14 days by seed": [round(float(pd.Series(r["14 days"]).mean()), 4) for r in runs],
                     "hidden": float(np.mean(bad)), "hidden by seed": [round(x, 4) for x in bad]})  # fmt: skip
        print(rows[-1], flush=True)
    return {"hides": rows, "hide leads": leads(found)}


# ------------------------------------------------------------------------ rivals on PinWorld
class DecayedMean:
    """A user is the mean of the vectors of what was liked, half as heavy after each half-life."""

    def __init__(self, events: Interactions, vectors: np.ndarray, half_life: float):
        end = events.times.max() if len(events) else 0
        w = 2.0 ** ((events.times - end) / (half_life * DAY))
        W = sp.csr_array(
            (w, (events.users, events.items)), shape=(events.num_users, events.num_items)
        )
        U = W @ vectors
        self.U = (U / np.linalg.norm(U, axis=1, keepdims=True).clip(1e-30)).astype(np.float32)
        self.V = np.asarray(vectors, dtype=np.float32)

    def scores(self, users):
        return self.U[np.asarray(users)] @ self.V.T

    def embeddings(self):
        return self.U, self.V


def decayed(events: Interactions, half_life: float, graph: float, day: int) -> DecayedMean:
    """Vectors of `pin_vectors`, the graph half weighed by `graph`."""
    X = pin_vectors(day)
    return DecayedMean(events, np.concatenate([X[:, :64], graph * X[:, 64:]], axis=1), half_life)


def causal(
    events: Interactions, score, day: int, rate: float, half_life: float, ids: bool, **options
):
    """Return lesson 10's causal tower over the same vectors, with vectors of the pins' own or without."""
    return towers.tower(
        events, score, "full", rate, half_life, user="causal", content=pin_vectors(day), ids=ids,
        **options,
    )  # fmt: skip


def quick(fit):
    """Return it as a function of events, score and day that needs only the events."""
    return lambda events, score, day, **knobs: fit(events, **knobs)


ON_PINS = {  # name -> (function of events, score, day and knobs; grid; trials, times the budget)
    "popularity": (quick(towers.RIVALS["popularity"]), {"days": [0.5, 1, 2, 3, 5, 8, 14, 30, 60]}, 3),
    "RP3β": (quick(towers.rp3),
             {"alpha": [0.0, 0.2, 0.4, 0.6, 0.8, 1.0], "beta": [0.0, 0.2, 0.4, 0.6], "days": [2, 4, 7, 14, 28, 56]}, 3),
    "iALS": (quick(towers.folded_ials),
             {"alpha0": [0.01, 0.03, 0.1, 0.3, 1.0], "reg": [0.001, 0.003, 0.01, 0.03, 0.1],
              "days": [2, 4, 7, 14, 28, 56]}, 3),
    "decayed mean": (lambda events, score, day, **k: decayed(events, day=day, **k),
                     {"half_life": [0.1, 0.3, 1, 3, 9, 27], "graph": [0.0, 0.1, 0.3, 1.0, 3.0]}, 3),
    "tower, causal": (causal, {"rate": [0.0003, 0.001, 0.003, 0.01], "half_life": [1, 3, 9, 27, 81],
                               "ids": [False, True]}, 1),
}  # fmt: skip


def means(runs: list[dict]) -> dict:
    """Return the means over seeds and users of what `horizons` found."""
    mean = {f"{k} days": float(series(runs, f"{k} days").mean()) for k in (1, 7, 14)}
    return mean | {"hidden": float(np.mean([r["hidden"] for r in runs]))}


def rivals() -> dict:
    split, past = days(), new_likes(0, PAST)
    score = lambda model: float(recall(model, split.train, split.val).mean())  # noqa: E731
    natural = {"alpha": [0.0], "beta": [0.0], "days": [56, 60], "graph": [0.0], "half_life": [81]}
    found, rows = {}, []
    for name, (fit, grid, times) in ON_PINS.items():
        trials = min(times * towers.BUDGET, math.prod(len(values) for values in grid.values()))
        make = partial(fit, split.train, score, FIT)
        best = searched(name, "pinworld", make, grid, trials, score, natural)
        chance = name.startswith(("iALS", "tower"))
        runs = []
        for seed in SEEDS if chance else (0,):
            knobs = best["knobs"] | ({"seed": seed} if chance else {})

            def once(name=name, fit=fit, knobs=knobs):
                model = fit(past, None, PAST, **knobs)
                return horizons(model[0] if name.startswith("tower") else model)

            runs.append(kept(NAME, f"pinworld test {name} {knobs}", once))
        row = {
            "model": name,
            **best,
            "trials": trials,
            "hidden": float(np.mean([r["hidden"] for r in runs])),
        }
        row |= {f"{k} days": float(series(runs, f"{k} days").mean()) for k in (1, 7, 14)}
        found[name] = series(runs, "14 days")
        rows.append(row)
        print(rows[-1], flush=True)
    rate, _ = best_rate(LONG)

    def longer(seed):
        return horizons(former(PAST, rate=rate, seed=seed, steps=LONGER[-1], **ARMS[LONG]))

    name, runs = f"{LONG}, {LONGER[-1]:,} steps", []
    for seed in SEEDS:
        key = f"test {LONGER[-1]} {LONG} {rate} {seed}"
        runs.append(kept(NAME, key, partial(longer, seed)))
    rows.append({"model": name, "knobs": {"rate": rate}} | means(runs))
    print(rows[-1], flush=True)
    return {"rivals": rows, "users": len(found["popularity"])}


# ------------------------------------------------------------------------ films
def by_weight(whose: np.ndarray, ends: np.ndarray, rng) -> tuple[np.ndarray, np.ndarray]:
    """Return users and EACH events of every one, a batch; an event comes as often as if drawn alone.

    A history that is read pays for EACH examples so.

    Args:
        whose: (E,) users of events, not decreasing.
        ends: (E,) sums of the weights of all events up to each one, the last of them 1.
    """
    one = np.searchsorted(ends, rng.random(towers.BATCH // EACH)).clip(max=len(ends) - 1)
    low, high = (np.searchsorted(whose, whose[one], side) for side in ("left", "right"))
    low, high = np.append(0, ends)[low], ends[high - 1]
    at = low + (high - low) * rng.random((EACH, len(one)))
    return whose[one], np.searchsorted(ends, at.T.ravel()).clip(max=len(ends) - 1)


def sas(
    events: Interactions, score, kind: str, rate: float, half_life: float | None = None, dim: int = DIM,
    epochs: int = 20, seed: int = 0, patience: int = 2, negatives: int = 256, length: int = towers.LENGTH,
    start: float = START, spare: int = 0, **options,
):  # fmt: skip
    """Return a trained SASRec and {"epochs": the best}; examples are drawn as lesson 10's towers draw them.

    Args:
        spare: events that a row of training has more than what is read; 1 trains the last place, too.
    """
    asked, length = sampling.latest(events, length), length + spare
    users, items = (sampling.examples(events, length)[k].numpy() for k in (0, 2))
    first, end = (np.searchsorted(users, users, side) for side in ("left", "right"))
    begin = np.maximum(end - first - length, 0)
    usable = np.flatnonzero(np.arange(len(users)) - first >= begin)  # of each user the latest
    place, whose = (np.arange(len(users)) - first - begin)[usable], users[usable]
    now, n = sampling.latest(events, length), events.num_items
    model = sasrec.SASRec(asked, n, dim, seed=seed, **options)
    with torch.no_grad():
        model.item.weight.mul_(start)
    p = towers.weights(events, users, items, half_life)
    p = np.full(len(usable), 1.0) if p is None else p[usable]
    ends = np.cumsum(p) / p.sum()
    log_q = sampling.popularity(np.bincount(items[usable], weights=p, minlength=n))

    def batches(rng):
        for _ in range(len(users) // towers.BATCH):
            who, part = by_weight(whose, ends, rng)
            pairs, count = np.unique(
                np.arange(len(who)).repeat(EACH) * length + place[part], return_counts=True
            )
            own = torch.from_numpy(items[usable[rng.permutation(part)[: negatives // 2]]])
            columns = torch.cat([own, torch.from_numpy(rng.integers(0, n, negatives // 2))])
            yield (
                now[who],
                *map(torch.from_numpy, (pairs // length, pairs % length, count)),
                columns,
            )

    def loss(model, batch):
        history, row, place, count, drawn = batch
        h = model.outputs(history[:, : asked.shape[1]])[row, place]
        item = history[row, place]
        if kind == "full":  # what was drawn twice counts twice, and is computed once
            each = F.cross_entropy(h @ model.item.weight.T, item, reduction="none")
            return (each * count).sum() / count.sum()
        h, item = h.repeat_interleave(count, dim=0), item.repeat_interleave(count)
        q = sampling.mixture(log_q, negatives // 2, negatives // 2).to(h)
        pos, neg = (h * model.item(item)).sum(dim=1), h @ model.item(drawn).T
        hits = sampling.accidental_hits(item, drawn)
        return losses.corrected_softmax(pos, neg, q[drawn], q[item], hits)

    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.01)
    learner = train.Torch(model, loss, optimizer, devices.chosen)
    stop = {"evaluate": lambda: score(model), "patience": patience} if score else {}
    history = train.fit(learner, batches, epochs=epochs, seed=seed, progress=False, **stop)
    return model, {"epochs": history.best_epoch or epochs}


SAS = {"SASRec, softmax": "full", "SASRec, lesson 11": "corrected"}
OLD = ("popularity", "RP3β", "EASE", "iALS", "iALS, any d", "softmax", "softmax, causal")
TRIALS = "build/bench/sequences_trials"  # each trial, to go on inside a search


def mean_of_films(
    events: Interactions, half_life: float, days: float, seed: int = 0
) -> DecayedMean:
    knobs = towers.best_of("iALS")
    H = mf.ials(towers.recent(events, days), DIM, knobs["alpha0"], knobs["reg"], seed=seed).item_emb
    return DecayedMean(events, np.asarray(H), half_life)


def searched(name: str, what: str, fit, grid: dict, budget: int, score, natural: dict) -> dict:
    """Return the best knobs of a model, the epochs that it found, and whether it stands at an end."""

    def search():
        log = paths.root() / f"{TRIALS}_{what}.jsonl"
        log.parent.mkdir(parents=True, exist_ok=True)
        made = train.tune(
            {name: (fit, grid)}, budget, score, natural=natural, log=log, progress=False
        )
        best = made.best(name)
        return {
            "knobs": best.knobs | best.found, "validation": best.score,
            "at the edge": made.edges.get(name, ""),
        }  # fmt: skip

    return kept(NAME, f"{what} {name}", search)


def tested_once(fit, past: Interactions, part: Interactions) -> dict:
    """Return NDCG of each user at 20 and at 10, and the seconds of the processor that fitting takes."""
    start = time.process_time()
    model = fit()
    seconds, users = time.process_time() - start, np.unique(part.users)
    lists = metrics.rank(model, past, 20, users)
    return {
        "ndcg": metrics.evaluate(lists, part, users).ndcg.to_dict(),
        "ndcg 10": metrics.evaluate(lists[:, :10], part, users).ndcg.to_dict(),
        "seconds": seconds,
    }


def raced(what: str, split: Split, models: dict) -> dict:
    """Return what models with chosen knobs find on test.

    Args:
        models: name -> (knobs and what is known of them, a function of events and knobs, whether a
            seed changes it).
    """
    past, found, ten, rows = split.past(), {}, {}, []
    users = np.unique(split.test.users)
    known = np.bincount(past.users, minlength=past.num_users)[users] > 0
    for name, (best, fit, chance) in models.items():
        runs = []
        for seed in SEEDS if chance else (0,):
            knobs = best["knobs"] | ({"seed": seed} if chance else {})
            once = partial(tested_once, partial(fit, past, **knobs), past, split.test)
            runs.append(kept(NAME, f"{what} test {name} {knobs}", once))
        found[name], ten[name] = series(runs, "ndcg"), series(runs, "ndcg 10")
        values = found[name].loc[users].to_numpy()
        rows.append({
            "model": name, **best, "ndcg": float(values.mean()), "ndcg 10": float(ten[name].mean()),
            "ndcg by seed": [round(float(pd.Series(r["ndcg"]).mean()), 4) for r in runs],
            "known users": float(values[known].mean()),
            "new users": float(values[~known].mean()) if (~known).any() else None,
            "seconds": round(float(np.mean([r["seconds"] for r in runs])), 1),
        })  # fmt: skip
        print(rows[-1], flush=True)
    return {
        "models": rows,
        "leads": leads(found),
        "users": len(users),
        "known users": int(known.sum()),
    }


def films() -> dict:
    split = towers.DATA["time"]()
    score, budget, models = train.on_validation(split), towers.BUDGET, {}
    tune = partial(searched, what="films", budget=budget, score=score, natural=towers.NATURAL)
    for name, kind in SAS.items():
        best = tune(name, fit=partial(sas, split.train, score, kind), grid=towers.STEPS)
        models[name] = (best, partial(unscored, kind), True)
    stored = {r["model"]: r for r in results.load("10_towers").values["time"]["models"]}
    for name in OLD:
        best = {k: stored[name][k] for k in ("knobs", "validation", "at the edge")}
        if name in towers.TOWERS:
            fit = partial(tower, towers.TOWERS[name][0])
        else:
            fit = towers.RIVALS[name]
        models[name] = (best, fit, name not in ("popularity", "RP3β", "EASE"))
    grid = {"half_life": [0.1, 0.3, 1, 3, 9, 27, 81], "days": towers.WINDOWS}
    # as cheap as the other rivals, so that it gets as many trials as they
    best = tune(
        "decayed mean", fit=partial(mean_of_films, split.train), grid=grid, budget=3 * budget
    )
    models["decayed mean"] = (best, mean_of_films, True)
    return raced("films", split, models) | {"trials per model": budget}


def unscored(kind: str, events: Interactions, **knobs):
    return sas(events, None, kind, **knobs)[0]


def tower(fixed: dict, events: Interactions, **knobs):
    return towers.tower(events, None, **fixed, **knobs)[0]


def places() -> dict:
    """SASRec on lesson 11's Gowalla: an order, no times, no new users; its rivals keep their knobs."""
    split, models = logq_rivals.places(), {}
    score, budget = train.on_validation(split, users=500), logq_rivals.TRIALS
    grid = {"rate": [0.001, 0.003, 0.01, 0.03], "dropout": [0.1, 0.2, 0.4, 0.6, 0.8]}
    # many items and no half-life: a start near 0 stays long at popularity, and would be stopped there
    more = {"start": 1.0, "epochs": logq_rivals.EPOCHS, "patience": 4}
    name = "SASRec, lesson 11"
    fit = partial(sas, split.train, score, SAS[name], **more)
    best = searched(name, "places", fit, grid, budget, score, natural={})
    models[name] = (best, partial(unscored, SAS[name], start=1.0), True)
    for row in results.load("11_rivals").values["Gowalla"]["models"]:
        name = row["model"]
        best = {k: row[k] for k in ("knobs", "validation", "at the edge")}
        if name in logq_rivals.RIVALS:
            models[name] = (best, partial(logq_rivals.rival, name), False)
        elif name == "full softmax":
            fit = partial(sampled.fit, dim=DIM, batch=logq_rivals.BATCH, device=devices.chosen,
                          **logq_rivals.ARMS[name])  # fmt: skip
            models[name] = (best, fit, True)
    return raced("places", split, models) | {
        "trials per model": budget,
        "items": split.train.num_items,
    }


def width() -> dict:
    split = towers.DATA["time"]()
    half_life = kept(NAME, "films SASRec, softmax", dict)["knobs"]["half_life"]
    part = split.val
    seen = np.isin(part.items, split.train.items)
    users, items = (torch.from_numpy(x[seen]).to(devices.chosen) for x in (part.users, part.items))

    def minus_loss(model) -> float:
        U, V = model.embeddings()
        return -float(F.cross_entropy(U[users] @ V.T, items))

    def once(dim, rate, seed):
        model, found = sas(split.train, minus_loss, "full", rate, half_life, dim, seed=seed)
        parameters = sum(p.numel() for p in model.parameters())
        return {"loss": -minus_loss(model), **found, "parameters": parameters}

    def one(dim, rate, seed=0):
        return kept(NAME, f"width {dim} {rate} {seed}", partial(once, dim, rate, seed))

    rows = []
    for dim in WIDTHS:
        best, tried = climbed(lambda rate, dim=dim: -one(dim, rate)["loss"])
        runs = [one(dim, best, seed) for seed in SEEDS]
        rows.append({
            "dim": dim, "rate": best, "rates": {rate: -v for rate, v in tried.items()},
            "at the edge": best in (LADDER[0], LADDER[-1]),
            "parameters": runs[0]["parameters"], "loss": [round(r["loss"], 4) for r in runs],
        })  # fmt: skip
        print(rows[-1], flush=True)
    return {"rows": rows, "half_life": half_life, "events": int(seen.sum())}


# ------------------------------------------------------------------------ attention
def attention() -> dict:
    rows, B, heads, d = [], 16, 2, 16
    for length in (32, 64, 128, 256, 512):
        for name in ("by hand", "torch's own"):

            def once(name=name, length=length):
                rng = torch.Generator().manual_seed(0)
                qkv = [
                    torch.randn(B, heads, length, d, generator=rng).requires_grad_()
                    for _ in range(3)
                ]
                allow = transformer.allowed(length, causal=True)

                def run():
                    if name == "by hand":
                        out = transformer.attend(*qkv, allow)
                    else:
                        out = F.scaled_dot_product_attention(*qkv, is_causal=True)
                    out.square().sum().backward()

                saved = {}

                def keep(x):
                    saved[x.untyped_storage().data_ptr()] = x.untyped_storage().nbytes()
                    return x

                with torch.autograd.graph.saved_tensors_hooks(keep, lambda x: x):
                    run()
                times = []
                for _ in range(7):
                    start = time.process_time()
                    run()
                    times.append(time.process_time() - start)
                return {"ms": 1000 * float(np.median(times)), "MB": sum(saved.values()) / 2**20}

            rows.append(
                {
                    "length": length,
                    "attention": name,
                    **kept(NAME, f"attention {name} {length}", once),
                }
            )
            print(rows[-1], flush=True)
    return {"rows": rows, "batch": B, "heads": heads, "width of a head": d}


PARTS = {"films": "15_films", "places": "15_places", "width": "15_width", "objectives": "15_pinworld", "others": "15_pinworld", "steps": "15_pinworld", "hides": "15_pinworld",
         "rivals": "15_pinworld", "choices": "15_choices", "attention": "15_attention"}  # fmt: skip
DATA = {
    "15_films": "movietweetings-100k",
    "15_places": "gowalla",
    "15_width": "movietweetings-100k",
}
PREFIX = {"15_films": "films", "15_places": "places", "15_width": "width", "15_attention": "attention", "15_choices": "choice ",
          "15_pinworld": (f"validation {STEPS}", f"offsets {STEPS}", f"test {STEPS}", f"weighed {STEPS}", f"test {LONGER[-1]}", "steps", "pinworld")}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument(
        "--minutes",
        type=float,
        help="of the processor: stop then, with 3, to go on in the next call",
    )
    torch.set_num_threads(1)
    asked = devices.parse(parser)
    if asked.minutes:
        UNTIL[0] = 60 * asked.minutes
    for part in asked.only:
        name = PARTS[part]
        file = paths.data() / "results" / f"{name}.json"
        before = results.load(name) if file.exists() else None
        values = (before.values if before else {}) | globals()[part]()
        begin = PREFIX[name]
        seconds = sum(
            row["seconds"] for key, row in shelf.rows(NAME).items() if key.startswith(begin)
        )
        if before:  # parts whose pieces are no longer kept count as they did
            seconds = max(seconds, before.seconds)
        about = {"data": DATA[name]} if name in DATA else {}
        print(results.save(name, claim=CLAIMS[name], values=values, seeds=list(SEEDS), seconds=seconds,
                           command=COMMAND, **about))  # fmt: skip


if __name__ == "__main__":
    main()
