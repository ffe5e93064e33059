"""The course's protocol on somebody's table, without a knob: cut, tune alike, ask the test once.

`cuts` cuts the table. Who is new at the cut gets the same list from every method that knows users by what they did:
recent bestsellers. Known pairs leave every list, unless pairs repeat.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse as sp
import torch

from graphrec_utils import metrics, train
from graphrec_utils.advise import budget
from graphrec_utils.advise.budget import Clock, OutOfTime, Shelf
from graphrec_utils.advise.contestants import NATURAL, Contestant, contestants
from graphrec_utils.advise.cuts import ENOUGH, cut, known_users, some
from graphrec_utils.advise.profile import REPEATS, Profile
from graphrec_utils.data import Interactions
from graphrec_utils.datasets import Unreadable

TOP = 20
VALIDATION, TEST = 2_000, 20_000  # users asked, at most
CELLS = 2 * 10**8  # scores that a test computes, at most; validation a fifth
GROUPS = ("new", "rare", "known")  # items by their events before the test: none, one to five, more


class Race:
    """The comparison of one table.

    Args:
        events, seen: the table and its profile.
        shelf: where what is done is kept.
        clock: the minutes.
        tell: called with (method, what of it, how many are done, of how many).

    Raises:
        Unreadable: hardly anybody could be asked.
    """

    def __init__(
        self,
        events: Interactions,
        seen: Profile,
        shelf: Shelf,
        clock: Clock,
        tell: Callable[..., None],
    ):
        self.split, self.how = cut(events, seen)
        self.hide = seen.repeats <= REPEATS
        self.shelf, self.clock, self.tell = shelf, clock, tell
        self.there, self.out = contestants(events, seen.order)
        most = max(10 * ENOUGH, CELLS // events.num_items)
        self.part = some(
            self.split.val, self.split.train.users, min(VALIDATION, max(10 * ENOUGH, most // 5))
        )
        self.asked = some(self.split.test, self.split.test.users, min(TEST, most))
        fewest = min(
            known_users(self.split.train, self.part), known_users(self.split.past(), self.asked)
        )
        if fewest < ENOUGH:
            raise Unreadable(
                f"there is too little to compare: {fewest} users with a past would be asked, and {ENOUGH} are the least"
            )
        self.ratio = len(np.unique(self.asked.users)) / max(1, len(np.unique(self.part.users)))
        self.rows: list[dict] = []
        self.stopped = False
        self._strangers: np.ndarray | None = None

    def score(self, model: Any) -> float:
        """Return NDCG@20 on validation, of users who were there before; NaN for a fit that failed."""
        if model is None:
            return float("nan")
        past, model = self.split.train, asked_only(model, self.part.users)
        return float(
            metrics.evaluate_model(model, past if self.hide else None, self.part, TOP).ndcg.mean()
        )

    def run(self) -> dict:
        """Return what was found; a Ctrl-C ends it with what is there."""
        try:
            plan = self.shelf.kept("plan", self._plan)
            self.trials, self.more = plan["trials"], plan["more"]
            self.out |= plan["left"]
            todo = [c for c in self.there if c.name not in plan["left"]]
            for k, c in enumerate(todo):
                self.tell(c.name, "", k, len(todo))
                try:
                    row = self.shelf.kept(
                        _file(c.name), lambda c=c, k=k: self._row(c, plan, k, len(todo))
                    )
                except OutOfTime:
                    self.out[c.name] = (
                        "the minutes were over before its trials were; give it more by --minutes"
                    )
                    continue
                if "why" in row:
                    self.out[c.name] = row["why"]
                else:
                    self.rows.append(row)
                self._spend()
        except KeyboardInterrupt:
            self.stopped = True
            self._spend()
            done = [row["name"] for row in self.rows]
            for c in self.there:
                if c.name not in done:
                    self.out.setdefault(c.name, "it was stopped; the same command goes on")
        return self.found()

    def found(self) -> dict:
        parts = {
            name: {"events": len(x), "users": known_users(x, x)}
            for name, x in self.split._asdict().items()
        }
        past = self.split.past()
        new = past.degrees()
        return {
            "how": self.how, "parts": parts, "hidden": self.hide, "trials": getattr(self, "trials", 0), "more": getattr(self, "more", 1),
            "asked": len(np.unique(self.asked.users)), "of": parts["test"]["users"],
            "new users": float((new[0][np.unique(self.asked.users)] == 0).mean()),
            "groups": dict(zip(GROUPS, np.bincount(self._group()[self.asked.items], minlength=3).tolist(), strict=True)),
            "rows": self.rows, "left": self.out, "stopped": self.stopped,
        }  # fmt: skip

    def _spend(self) -> None:
        self.shelf.put("spent", self.clock.used)

    def _plan(self) -> dict:
        costs = {}
        for k, c in enumerate(self.there):
            self.tell(c.name, "a small fit", k, len(self.there))
            costs[c.name] = self.shelf.kept(
                f"cost_{_file(c.name)}",
                lambda c=c: budget.cost(c, self.split.train, self.score, self.clock),
            )
            self._spend()
        return budget.plan(self.there, costs, self.clock.left, self.ratio)

    def _row(self, c: Contestant, plan: dict, place: int, of: int) -> dict:
        """Return one method tuned on validation, fitted on what was before the test, and asked once.

        Where trials take longer than small fits let expect, they end in time for its test and for whoever comes after it.
        """
        trials, done = budget.tries(c, plan["trials"], plan["more"]), []  # when each begins
        epochs = plan["epochs"].get(c.name, 1)
        problem, test, known = [""], self._test(c, epochs), self._known(c)
        after = [x.name for x in self.there[self.there.index(c) + 1 :]]
        kept = sum(plan.get("seconds", {}).get(name, 0) for name in after)
        until = budget.LIMIT * self.clock.seconds - kept

        def fit(**knobs):
            self.tell(c.name, f"trial {known + len(done) + 1} of {trials}", place, of)
            self._spend()
            done.append(self.clock.used)
            longest = max(np.diff(done), default=0.0)
            if known + len(done) > budget.LEAST and done[-1] + longest * (1 + test) > until:
                return None, {}
            try:
                return budget.fitted(
                    c, self.split.train, knobs, self.score, epochs, self.clock.tick
                )
            except budget.FAILS as error:
                problem[0] = str(error).splitlines()[0]
                return None, {}

        try:
            search = train.tune(
                {c.name: (fit, c.grid)},
                trials,
                self.score,
                natural=NATURAL,
                log=self.shelf.log,
                progress=False,
            )
        except ValueError:
            return {"why": f"no trial could be fitted: {problem[0]}"}
        trials = sum(not np.isnan(t.score) for t in search.trials)
        best = search.best(c.name)
        spent = sum(t.seconds for t in search.trials)
        self.tell(c.name, "the test", place, of)
        begin = self.clock.now()
        try:
            model = self._final(c, best.knobs, best.found.get("epochs", 1))
        except budget.FAILS as error:
            return {"why": f"it could not be fitted for the test: {str(error).splitlines()[0]}"}
        fit_seconds = self.clock.now() - begin
        lists = self.lists(model, c.personal)
        users = np.unique(self.asked.users)
        found = metrics.evaluate(lists, self.asked, users)
        at = np.searchsorted(users, self.asked.users)
        groups = metrics.recall_by_group(lists, at, self.asked.items, self._group(), len(GROUPS))
        edge = search.edges.get(c.name, "").partition(" has ")[2].partition(";")[0]
        if best.found.get("epochs") == epochs and c.trained:
            edge = " and ".join(filter(None, [edge, f"{budget.GAINING} after {epochs} epochs"]))
        return {
            "name": c.name, "personal": c.personal, "trained": c.trained, "d": c.d, "trials": trials if c.grid else 0,
            "knobs": best.knobs | best.found, "validation": best.score, "edge": edge,
            "seconds": {"tuning": spent, "fit": fit_seconds}, "megabytes": size(model) / 1e6,
            "coverage": metrics.coverage(lists, self.split.train.num_items),
            "groups": [None if np.isnan(x) else float(x) for x in groups],
            "ndcg": found.ndcg.round(6).tolist(), "recall": float(found.recall.mean()),
        }  # fmt: skip

    def _known(self, c: Contestant) -> int:
        """Return how many of its trials are kept from a run that was stopped."""
        log = self.shelf.log
        return log.read_text("utf-8").count(f'"model": {json.dumps(c.name)}') if log.exists() else 0

    def _test(self, c: Contestant, epochs: int) -> float:
        """Return how many trials long the last fit and the test are, by what small fits took."""
        cost = self.shelf.get(f"cost_{_file(c.name)}") or {"fit": 1.0, "score": 0.0}
        times = epochs if c.trained else 1
        trial = times * (cost["fit"] + cost["score"])
        return (times * cost["fit"] + self.ratio * cost["score"]) / trial if trial else 1.0

    def _final(self, c: Contestant, knobs: dict, epochs: int) -> Any:
        knobs = {k: v for k, v in knobs.items() if k in c.grid}
        return budget.fitted(c, self.split.past(), knobs, None, epochs, self.clock.tick)[0]

    def lists(self, model: Any, personal: bool) -> np.ndarray:
        """Return (B, 20) items for the users who are asked; who is new gets what everybody gets."""
        past, users = self.split.past(), np.unique(self.asked.users)
        hidden, model = past if self.hide else None, asked_only(model, users)
        strangers = past.degrees()[0][users] == 0
        if not personal or not strangers.any():
            return metrics.rank(model, hidden, TOP, users)
        lists = np.empty((len(users), TOP), dtype=np.int64)
        if not strangers.all():
            lists[~strangers] = metrics.rank(model, hidden, TOP, users[~strangers])
        if self._strangers is None:
            self._strangers = metrics.rank(self._everybody(), hidden, TOP, users[strangers])
        lists[strangers] = self._strangers
        return lists

    def _everybody(self) -> Any:
        """Return the popularity with the better validation, of those that are fitted."""
        rows = [row for row in self.rows if not row["personal"]]
        if not rows:
            return self._final(self.there[0], {}, 1)
        best = max(rows, key=lambda row: row["validation"])
        c = next(c for c in self.there if c.name == best["name"])
        return self._final(c, best["knobs"], 1)

    def _group(self) -> np.ndarray:
        count = np.bincount(self.split.past().items, minlength=self.split.train.num_items)
        return np.digitize(count, [1, 6])


def asked_only(model: Any, users: np.ndarray) -> Any:
    """Return a model that knows these users, for one that has to read a history for each vector."""
    return model.only(np.unique(users)) if hasattr(model, "only") else model


def size(model: Any) -> int:
    """Return the bytes of all arrays that a model holds."""
    seen: set[int] = set()

    def of(x: Any) -> int:
        if id(x) in seen:
            return 0
        seen.add(id(x))
        if isinstance(x, np.ndarray):
            return x.nbytes
        if isinstance(x, torch.Tensor):
            return x.numel() * x.element_size()
        if sp.issparse(x):
            return sum(
                of(getattr(x, name))
                for name in ("data", "indices", "indptr", "offsets")
                if hasattr(x, name)
            )
        if isinstance(x, torch.nn.Module):
            return sum(map(of, [*x.parameters(), *x.buffers()]))
        if isinstance(x, tuple | list):
            return sum(map(of, x))
        return sum(map(of, vars(x).values())) if hasattr(x, "__dict__") and not callable(x) else 0

    return of(model)


def _file(name: str) -> str:
    return "".join(ch if ch.isascii() and ch.isalnum() else "_" for ch in name)
