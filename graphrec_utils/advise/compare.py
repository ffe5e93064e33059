"""The course's protocol on somebody's table, without a knob: cut, tune alike, ask the test once.

`cuts` cuts the table. Who is new at the cut gets the same list from every method that knows users by what they did:
recent bestsellers. Known pairs leave every list, unless pairs repeat.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np

from graphrec_utils import metrics, train
from graphrec_utils.advise import budget
from graphrec_utils.advise.budget import Clock, OutOfTime, Shelf
from graphrec_utils.advise.contestants import NATURAL, Contestant, contestants
from graphrec_utils.advise.cuts import ENOUGH, cut, known_users, some
from graphrec_utils.advise.fitted import asked_only, size
from graphrec_utils.advise.profile import REPEATS, Profile
from graphrec_utils.advise.rounds import Rounds, Standing, late, put_off
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
        self.rows: dict[str, dict] = {}
        self.standings: dict[str, Standing] = {}
        self.rounds = {"trials": 0, "why": ""}
        self.stopped = False
        self._strangers: np.ndarray | None = None

    def score(self, model: Any) -> float:
        """Return NDCG@20 on validation, of users who were there before."""
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
            seconds = plan.get("seconds", {})
            for k, c in enumerate(todo):
                kept = sum(seconds.get(x.name, 0) for x in todo[k + 1 :])  # of who comes after it
                kept += put_off(self)
                way = plan | {"epochs": plan["epochs"].get(c.name, 1)}
                self._first(c, way, kept, k, len(todo))
            later = self.shelf.kept("late", lambda: late(self, plan, self._costs()))
            for k, name in enumerate(later):
                (c,) = (c for c in self.there if c.name == name)
                self._first(c, later[name], put_off(self), k, len(later))
            self.rounds = Rounds(self, self.standings).run()
            for k, s in enumerate(self.standings.values()):
                self._last(s, k, len(self.standings))
            self._spend()
        except KeyboardInterrupt:
            self.stopped = True
            self._spend()
            for c in self.there:
                if c.name not in self.rows:
                    self.out.setdefault(c.name, "it was stopped; the same command goes on")
        return self.found()

    def _first(self, c: Contestant, way: dict, kept: float, place: int, of: int) -> None:
        """Give a method its first trials: {"trials", "more", "epochs"}, and seconds kept for others.

        One without epochs is asked the test at once, and again if the rounds find a better setting. A last training takes as long
        as a trial: it comes once, after the rounds.
        """
        self.tell(c.name, "", place, of)
        try:
            s = self._tuned(c, way, kept, place, of)
            if isinstance(s, str):
                self.out[c.name] = s
                return
            make = lambda: self._row(s, place, of)  # noqa: E731
            row = {} if c.trained else self.shelf.kept(_file(c.name), make)
        except OutOfTime:
            self.out[c.name] = (
                "the minutes were over before its trials were; give it more by --minutes"
            )
            return
        self._spend()
        if "why" in row:
            self.out[c.name] = row["why"]
            return
        self.out.pop(c.name, None)
        self.standings[c.name] = s
        if row:
            self.rows[c.name] = row

    def _last(self, s: Standing, place: int, of: int) -> None:
        """Fit and ask who was not asked yet, or with another setting than validation chose by now."""
        name = s.c.name
        row = had = self.rows.get(name)
        if had is None or had["knobs"] != _said(s.best):
            file = f"{_file(name)}_again" if had else _file(name)
            try:
                row = self.shelf.kept(file, lambda: self._row(s, place, of, self.clock.last))
            except OutOfTime:
                row = {"why": "the minutes were over before its test was; give it more by --minutes"}  # fmt: skip
        if "why" not in row:
            self.rows[name] = row | self._told(s)
        elif had is None:
            self.out[name] = row["why"]

    def found(self) -> dict:
        parts = {
            name: {"events": len(x), "users": known_users(x, x)}
            for name, x in self.split._asdict().items()
        }
        new = self.split.past().degrees()
        return {
            "how": self.how, "parts": parts, "hidden": self.hide, "trials": getattr(self, "trials", 0), "more": getattr(self, "more", 1),
            "asked": len(np.unique(self.asked.users)), "of": parts["test"]["users"],
            "new users": float((new[0][np.unique(self.asked.users)] == 0).mean()),
            "groups": dict(zip(GROUPS, np.bincount(self._group()[self.asked.items], minlength=3).tolist(), strict=True)),
            "rounds": self.rounds, "rows": [self.rows[c.name] for c in self.there if c.name in self.rows], "left": self.out, "stopped": self.stopped,
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

    def _costs(self) -> dict:
        return {c.name: self.shelf.get(f"cost_{_file(c.name)}") for c in self.there}

    def search(
        self, c: Contestant, *, grid: dict, trials: int, epochs: int, tick: Callable, tell: Callable[[int], None],
        begun: int | None = None, name: str = "", over: Callable[[], bool] = lambda: False,
    ) -> train.Search:  # fmt: skip
        """Return the trials of a method: what stands in the log is not fitted again.

        Args:
            tick, tell: called while a fit runs, and with the number of each new trial.
            begun: as of `train.tune`.
            name: in the log, if it is another one.
            over: whether a trial has to be left out.

        Raises:
            ValueError: no trial could be fitted; the message says why.
        """
        done, problem, known = [0], "", self._known(c)

        def fit(**knobs):
            nonlocal problem
            done[0] += 1
            tell(known + done[0])
            self._spend()
            begin = self.clock.now()
            if over():
                return float("nan"), {}
            try:
                model, found = budget.fitted(c, self.split.train, knobs, self.score, epochs, tick)
            except budget.FAILS as error:
                problem = str(error).splitlines()[0]
                return float("nan"), {}
            score = self.score(model)
            return score, found | {"of": epochs, "took": self.clock.now() - begin}

        name = name or c.name
        try:
            return train.tune(
                {name: (fit, grid)}, trials, float, natural=NATURAL, log=self.shelf.log, progress=False, begun=begun
            )  # fmt: skip
        except ValueError:
            raise ValueError(f"no trial could be fitted: {problem}") from None

    def _tuned(self, c: Contestant, way: dict, kept: float, place: int, of: int) -> Standing | str:
        """Return a method after its first trials, or why it has none.

        Where trials take longer than small fits let expect, they end in time for its test and for whoever comes after it.
        """
        trials, begins = budget.tries(c, way["trials"], way["more"]), []
        test, known = self._test(c, way["epochs"]), self._known(c)
        limit = budget.LIMIT * self.clock.seconds
        until, limit = limit - kept, limit - put_off(self)

        def over() -> bool:
            begins.append(self.clock.used)
            longest = max(np.diff(begins), default=0.0)
            return known + len(begins) > budget.LEAST and begins[-1] + longest * (1 + test) > until

        try:
            search = self.search(
                c, grid=c.grid, trials=trials, epochs=way["epochs"], tick=lambda: self.clock.until(limit), over=over,
                tell=lambda n: self.tell(c.name, f"trial {n} of {trials}", place, of),
            )  # fmt: skip
        except ValueError as problem:
            return str(problem)
        return Standing(c, (way["trials"], way["more"]), way["epochs"], search)

    def _told(self, s: Standing) -> dict:
        """Return what a row says of trials: how many, their seconds, and where more may be."""
        return {"trials": len(s.trials) if s.c.grid else 0, "edge": s.edge}

    def _row(self, s: Standing, place: int, of: int, tick: Callable | None = None) -> dict:
        """Return one method tuned on validation, fitted on what was before the test, and asked."""
        c, best = s.c, s.best
        self.tell(c.name, "the test", place, of)
        begin = self.clock.now()
        try:
            model = self._final(c, best.knobs, best.found.get("epochs", 1), tick)
        except budget.FAILS as error:
            return {"why": f"it could not be fitted for the test: {str(error).splitlines()[0]}"}
        fitted = self.clock.now()
        lists = self.lists(model, c.personal)
        users = np.unique(self.asked.users)
        found = metrics.evaluate(lists, self.asked, users)
        at = np.searchsorted(users, self.asked.users)
        groups = metrics.recall_by_group(lists, at, self.asked.items, self._group(), len(GROUPS))
        return {
            "name": c.name, "personal": c.personal, "trained": c.trained, "d": c.d,
            "knobs": _said(best), "validation": best.score, **self._told(s),
            "seconds": {"tuning": sum(t.found["took"] for t in s.trials), "fit": fitted - begin, "test": self.clock.now() - fitted},
            "megabytes": size(model) / 1e6, "coverage": metrics.coverage(lists, self.split.train.num_items),
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

    def _final(self, c: Contestant, knobs: dict, epochs: int, tick: Callable | None = None) -> Any:
        knobs = {k: v for k, v in knobs.items() if k in c.grid}
        return budget.fitted(c, self.split.past(), knobs, None, epochs, tick or self.clock.tick)[0]

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
        rows = [row for row in self.rows.values() if not row["personal"]]
        if not rows:
            return self._final(self.there[0], {}, 1)
        best = max(rows, key=lambda row: row["validation"])
        c = next(c for c in self.there if c.name == best["name"])
        return self._final(c, best["knobs"], 1)

    def _group(self) -> np.ndarray:
        count = np.bincount(self.split.past().items, minlength=self.split.train.num_items)
        return np.digitize(count, [1, 6])


def _said(best: train.Trial) -> dict:
    """Return the settings of a trial, with what it found by itself."""
    return best.knobs | {k: v for k, v in best.found.items() if k == "epochs"}


def _file(name: str) -> str:
    return "".join(ch if ch.isascii() and ch.isalnum() else "_" for ch in name)
