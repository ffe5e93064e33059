"""What is left of the minutes after everybody's first trials: more of them, the same number for everybody.

Who did not fit by an estimate comes first, if it fits by now. Then round after round every method gets one trial more next to its
best setting, a quick one as many as `budget.tries` says; one whose training was still gaining trains that setting for twice as
many epochs instead. It ends when nobody gains any more, or when a round and the test no longer fit. A round counts when
everybody had it. Who trains is asked the test after all of them, once: a last fit takes as long as a trial, and where a round is
a tenth of the minutes or more, a second one would leave no room for it.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from graphrec_utils.advise import budget
from graphrec_utils.advise.budget import Clock, OutOfTime
from graphrec_utils.advise.contestants import Contestant
from graphrec_utils.advise.trained import PATIENCE
from graphrec_utils.train import Search, Trial

ENOUGH = 4  # trials in which nobody gains are the end
GAIN = 0.01  # of the score on validation; less is no gain
LONGEST = 80  # epochs of a training that goes on
MORE_PAST = (
    1.2  # a last fit has the events of validation too, and is asked more users than a trial is
)
FILLED = 1.0  # of the budget may be planned by what trials did take


@dataclass
class Standing:
    """How far one method is.

    Attributes:
        c: the method.
        first: trials and times as many as of its first ones, see `budget.tries`.
        epochs: at most, of its next trials.
        search: all trials but those that went on.
        added: trials of the rounds.
        on: trainings that went on.
    """

    c: Contestant
    first: tuple[int, int]
    epochs: int
    search: Search
    added: int = 0
    on: list[Trial] = field(default_factory=list)

    @property
    def begun(self) -> int:
        return budget.tries(self.c, *self.first)

    def count(self, more: int = 0) -> int:
        """Return its trials after so many more, as many as its grid has at most."""
        return budget.tries(self.c, self.first[0] + self.added + more, self.first[1])

    @property
    def trials(self) -> list[Trial]:
        """Those with a score."""
        return [t for t in [*self.search.trials, *self.on] if not np.isnan(t.score)]

    @property
    def best(self) -> Trial:
        """The first of the best ones."""
        return max(self.trials, key=lambda t: t.score)

    @property
    def cut(self) -> bool:
        """Whether its best training ended while it gained, and has not gone on yet."""
        return self.gaining and self.epochs < self._twice()

    @property
    def gaining(self) -> bool:
        return self.c.trained and self.best.found["epochs"] == self.best.found["of"]

    @property
    def edge(self) -> str:
        """What speaks for more than was tried: an end of the grid, too few epochs."""
        words, best = [], self.best
        if self.search.best(self.c.name).knobs == best.knobs:
            words.append(self.search.edges.get(self.c.name, "").partition(" has ")[2].partition(";")[0])  # fmt: skip
        if self.gaining:
            words.append(f"{budget.GAINING} after {best.found['epochs']} epochs")
        return " and ".join(filter(None, words))

    # ------------------------------------------------------------ seconds
    def epoch(self) -> float:
        """Return the seconds of an epoch, or of a fit, with its score."""
        return float(np.mean([t.found["took"] / self._ran(t) for t in self.trials]))

    def _ran(self, trial: Trial) -> int:
        return min(trial.found["of"], trial.found["epochs"] + PATIENCE) if self.c.trained else 1

    def usual(self) -> float:
        """Return the epochs of a trial, as most of them went; of one that was cut, as many as it may have now."""
        if not self.c.trained:
            return 1.0
        return float(np.mean([self.epochs if t.found["epochs"] == t.found["of"] else self._ran(t) for t in self.trials]))  # fmt: skip

    def goes_on(self) -> int:
        """Return the epochs of the training that goes on in the next round, 0 without one."""
        return self._twice() if self.cut else 0

    def _twice(self) -> int:
        return min(LONGEST, 2 * self.best.found["of"])

    def need(self, on: int) -> float:
        """Return the seconds of its part of a round, one training of it for `on` epochs, or 0."""
        return self.epoch() * (on + self.usual() * (self.count(1 - bool(on)) - self.count()))

    def test(self, row: dict | None, on: int = 0) -> float:
        """Return the seconds of its last fit and the test, if it had none or a round changes what is best."""
        if row and self.count(1) == self.count() and not self.cut:
            return 0.0
        best, epochs = self.best, max(on, *(t.found.get("epochs", 1) for t in self.trials))
        fit = max(self.epoch(), best.found["took"] / self._ran(best)) * epochs
        if row:
            return max(row["seconds"]["fit"], fit) + row["seconds"]["test"]
        return MORE_PAST * fit


class Rounds:
    """The rounds of one race, each kept as it was decided: what was stopped goes on with the same ones.

    Args:
        race: a `compare.Race` after everybody's first trials.
        standings: name -> how far each method with a row is.
    """

    def __init__(self, race: Any, standings: dict[str, Standing]):
        self.race, self.standings = race, standings
        self.done = 0

    def run(self) -> dict:
        """Return {"trials", "why"}: how many rounds there were, a trial each, and why they ended."""
        quiet, why = 0, ""
        while not why:
            chosen = self.race.shelf.kept(f"round_{self.done + 1}", lambda q=quiet: self._chosen(q))
            if why := chosen.get("why", ""):
                break
            before = {name: s.best.score for name, s in self.standings.items()}
            if not self._round(chosen):
                why = "the last round took longer than those before it, and is not counted"
                break
            self.done += 1
            gained = any(s.best.score > before[n] * (1 + GAIN) for n, s in self.standings.items())
            quiet = 0 if gained else quiet + 1
        return {"trials": self.done, "why": why}

    def _chosen(self, quiet: int) -> dict:
        """Return the next round, {"on": {name: epochs}}, or {"why"} there is none."""
        who, clock = self.standings, self.race.clock
        if quiet >= ENOUGH:
            return {"why": f"nobody gained any more: in the last {quiet} trials of each method no validation rose by a hundredth"}  # fmt: skip
        if not any(s.c.personal for s in who.values()):
            return {"why": "the minutes were over before anybody else had first trials"}
        if not any(s.count(1) > s.count() or s.cut for s in who.values()):
            return {"why": "every setting was tried"}
        longer = {name: s.goes_on() for name, s in who.items() if s.cut}
        for on in (longer, {}):  # nobody goes on, if no time is left for that
            need = sum(s.need(on.get(name, 0)) for name, s in who.items())
            left = FILLED * clock.seconds - clock.used - self._tests(on)
            if 0 < need <= left:
                return {"on": on}
        return {"why": f"one more trial of each method would take about {need:.0f} seconds, and beside the test {max(0, left):.0f} were left"}  # fmt: skip

    def _tests(self, on: dict[str, int]) -> float:
        rows = self.race.rows
        return sum(s.test(rows.get(name), on.get(name, 0)) for name, s in self.standings.items())

    def _round(self, chosen: dict) -> bool:
        """Run a round; return whether everybody had it. If not, all is as before."""
        key = f"late_{self.done + 1}"
        if self.race.shelf.get(key):
            return False
        until = budget.LIMIT * self.race.clock.seconds - self._tests(chosen["on"])
        after = {}
        try:
            for k, (name, s) in enumerate(self.standings.items()):
                after[name] = self._more(s, chosen, until, k)
        except OutOfTime:
            self.race.shelf.put(key, True)
            return False
        self.standings.update(after)
        return True

    def _more(self, s: Standing, chosen: dict, until: float, place: int) -> Standing:
        """Return how far a method is after its part of a round.

        Raises:
            OutOfTime: it would go on into the time of the tests.
        """
        c, on = s.c, chosen["on"].get(s.c.name, 0)

        def search(said: str, **of) -> Search:
            return self.race.search(c, tick=lambda: self.race.clock.until(until), tell=lambda n: self.race.tell(c.name, f"round {self.done + 1}, {said}", place, len(self.standings)), **of)  # fmt: skip

        after = replace(s, epochs=max(s.epochs, on), added=s.added + 1 - bool(on))
        if on:
            grid = {knob: [value] for knob, value in s.best.knobs.items()}
            with contextlib.suppress(ValueError):  # it could not go on; its best stays
                went = search(f"its best for {on} epochs", grid=grid, trials=1, epochs=on, name=f"{c.name}, {on} epochs")  # fmt: skip
                after.on = [*s.on, *went.trials]
        if (n := after.count()) > s.count():
            after.search = search(f"up to {n} trials", grid=c.grid, trials=n, begun=s.begun, epochs=after.epochs)  # fmt: skip
        return after


def put_off(race: Any) -> float:
    """Return the seconds of the last fits and tests of who was not asked yet."""
    return sum(s.test(None) for name, s in race.standings.items() if name not in race.rows)


def late(race: Any, plan: dict, costs: dict[str, dict]) -> dict[str, dict]:
    """Return name -> {"trials", "more", "epochs"} of who did not fit by the plan and does now, the quickest first."""
    clock: Clock = race.clock
    there = [c for c in race.there if c.name in plan["left"]]
    epochs = min(plan["epochs"].values(), default=budget.SOME)
    ways = [(plan["trials"], plan["more"]), (budget.TRIALS[-1], budget.MORE[-1])]
    found, used = {}, clock.used + put_off(race)
    for c in sorted(there, key=lambda c: budget.takes(c, costs[c.name], *ways[-1], budget.FEW, race.ratio)):  # fmt: skip
        for trials, more in ways:
            need = budget.takes(c, costs[c.name], trials, more, epochs, race.ratio)
            if used + need <= budget.PLANNED * clock.seconds:
                found[c.name] = {"trials": trials, "more": more, "epochs": epochs}
                used += need
                break
    return found
