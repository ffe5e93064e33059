r"""Does a policy make people save more? The same users live with it and with the control.

    report = experiment(recommend, site.control, seed=1, site=site)
    print(report)          # lift with its interval, what it did to the guards, how far two replicates differ

The primary metric is saves per user over all visits, also of users who never come back. With twins it
is what the lists let expect (`Log.expected`), which a simulator knows; without, what was counted. The lift is
$\bar s_{policy} / \bar s_{control} - 1$; its interval is that of a ratio of two means (delta method),
with twins the covariance of a user's two lives in it. Without twins half of the users live with
each policy, and each of them once, as on a real site: the two replicates have users of their own.

A policy that cheats, fails or is too slow has no lift, a score of 0, and a sentence that says why. This runs
in the process of the notebook, where the truth is a few attributes away: it catches what happens by
mistake and what is tried openly. A grader asks policies in a process that has no truth at all.
"""

from __future__ import annotations

import contextlib
import io
import signal
import threading
import time
from dataclasses import dataclass, field

import numpy as np

from graphrec_utils.pinworld.simulator import Caught, Histories, Log, Policy, Simulator

PRINTS = 1_000_000  # characters that a policy may print in an experiment
MUCH = f"it prints more than {PRINTS:,} characters"
Z = 2.0  # half the width of an interval, in standard errors


@dataclass(frozen=True, eq=False)
class Report:
    """What an experiment found.

    Attributes:
        lift, low, high: of saves per user, with an interval of two standard errors.
        guards: name -> (policy, control): share of all pins that were shown; share of the showings that the
            tenth of the creators with most of them has; hides and visits per user.
        gap: how far two replicates differ, as a share: |(1 + lift of one) / (1 + lift of the other) - 1|.
        saves: (policy (U,), control (U,)), saves of each user; with twins what lists let expect, the mean of the
            two replicates.
        counted: the same, as counted.
        seconds: how long the policy itself took.
        problem: why there is no lift, else "".
    """

    lift: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    guards: dict[str, tuple[float, float]] = field(default_factory=dict)
    gap: float = float("nan")
    saves: tuple[np.ndarray, np.ndarray] = (np.zeros(0), np.zeros(0))
    counted: tuple[np.ndarray, np.ndarray] = (np.zeros(0), np.zeros(0))
    seconds: float = 0.0
    problem: str = ""

    @property
    def score(self) -> float:
        """The lift, where all of the interval is above 0; else 0."""
        return self.lift if self.low > 0 else 0.0

    def __str__(self) -> str:
        if self.problem:
            return f"score 0: {self.problem}"
        one, other = (x.mean() for x in self.saves)
        lines = [
            f"saves per user {one:.3f} against {other:.3f}: lift {self.lift:+.1%}, "
            f"from {self.low:+.1%} to {self.high:+.1%}"
        ]
        lines += [f"{name}: {a:.3f} against {b:.3f}" for name, (a, b) in self.guards.items()]
        lines += [f"two replicates differ by {self.gap:.1%}; {self.seconds:.1f} s"]
        return "\n".join(lines)


def experiment(
    policy: Policy,
    control: Policy,
    seed: int = 0,
    *,
    site: Simulator,
    users: int = 1000,
    visits: int = 5,
    k: int = 10,
    twins: bool = True,
    seconds: float = 20.0,
) -> Report:
    """Let users live with a policy and with a control, in two replicates; never raises for the policy.

    Args:
        policy, control: `recommend(histories, k)` -> (B, k) different pins that the user has not saved. The
            same histories always get the same lists.
        seed: of the users and of all that happens; another one is another experiment.
        site: where.
        users: so many users.
        visits: a user comes at most so often.
        k: length of the lists.
        twins: every user lives with both, in both replicates; False: half of the users live with each, and a
            user has one life, in one of the replicates.
        seconds: all calls of the policy together may take so long.

    Raises:
        ValueError: the control itself fails.
    """
    asked, logs = _Asked(policy, site, seconds), []
    everyone = np.random.default_rng([seed, 7]).permutation(site.past.shape[0])[:users]
    quarters = np.array_split(everyone, 4)
    for replicate in (0, 1):
        half, rest = (everyone, everyone) if twins else quarters[2 * replicate :][:2]
        number = 2 * seed + replicate
        try:
            one = site.run(asked, number, half, k, visits)
            if replicate:
                asked.once_more()
        except (Caught, _Cut) as problem:
            return Report(problem=str(problem), seconds=asked.spent)
        logs.append((one, _controlled(site, control, number, rest, k, visits)))
    lives = [[log.expected if twins else log.counts[0] for log in pair] for pair in logs]
    of_users = np.mean if twins else np.concatenate
    saves, counted = (
        tuple(of_users([pair[arm] for pair in each], axis=0) for arm in (0, 1))
        for each in (lives, [[log.counts[0] for log in pair] for pair in logs])
    )
    lift, error = ratio(*saves, paired=twins)
    each = [1 + ratio(*pair, paired=twins)[0] for pair in lives]
    told = [_guards([pair[arm] for pair in logs], site.creators) for arm in (0, 1)]
    return Report(
        lift, lift - Z * error, lift + Z * error, {name: (told[0][name], told[1][name]) for name in told[0]},
        abs(each[0] / each[1] - 1), saves, counted, asked.spent,
    )  # fmt: skip


def _controlled(site: Simulator, control: Policy, seed: int, *how) -> Log:
    """Return what happens with the control, remembered by the site: each experiment needs it."""
    key = (control, seed, how[0].tobytes(), *how[1:])
    if key not in site.runs:
        try:
            site.runs[key] = site.run(_Asked(control, site, 600.0), seed, *how)
        except (Caught, _Cut) as problem:
            raise ValueError(f"the control fails: {problem}") from None
    return site.runs[key]


def ratio(one: np.ndarray, other: np.ndarray, paired: bool) -> tuple[float, float]:
    """Return mean(one) / mean(other) - 1 and its standard error by the delta method.

    Raises:
        ValueError: nobody in `other` has anything.

    Built in lesson 18, exercise 18.4.
    """
    a, b = one.mean(), other.mean()
    if not b > 0:
        raise ValueError("with the control nobody saves anything: there is nothing to compare with")
    r = a / b
    if paired:
        error = (one - r * other).std(ddof=1) / b / np.sqrt(len(one))
    else:
        error = np.sqrt(one.var(ddof=1) / len(one) + r**2 * other.var(ddof=1) / len(other)) / b
    return float(r - 1), float(error)


def _guards(logs: list[Log], creators: np.ndarray) -> dict[str, float]:
    shown, by = sum(log.shown for log in logs), creators >= 0
    count = np.bincount(creators[by], shown[by], minlength=creators.max(initial=-1) + 1)
    most = np.sort(count)[::-1]
    per_user = np.mean([log.counts.mean(axis=1) for log in logs], axis=0)
    return {
        "share of the pins shown": float((shown > 0).mean()),
        "share that a tenth of the creators has": float(
            most[: max(1, len(most) // 10)].sum() / max(most.sum(), 1)
        ),
        "hides per user": float(per_user[1]),
        "visits per user": float(per_user[2]),
    }


class _Cut(Exception):
    """A policy failed; the text says how."""


class _Late(BaseException):
    """Not an Exception: a policy's own `except Exception` does not swallow it."""


class _Asked:
    """A policy whose lists are checked, whose time is counted and whose memory is tested."""

    def __init__(self, policy: Policy, site: Simulator, seconds: float):
        self.policy, self.site, self.seconds = policy, site, seconds
        self.spent, self.printed, self.first = 0.0, _Sink(), None

    def __call__(self, histories: Histories, k: int) -> np.ndarray:
        lists = self._ask(histories, k)
        if problem := wrong(lists, histories, k):
            raise _Cut(problem)
        lists = np.asarray(lists, dtype=np.int64)
        if self.first is None:
            self.first = (_copy(histories), k, lists.copy())
        return lists

    def once_more(self) -> None:
        """Ask the first question again: a function answers as it did then."""
        histories, k, lists = self.first
        if not np.array_equal(np.asarray(self._ask(histories, k)), lists):
            raise _Cut("it remembers: the same histories got other lists at the end of the experiment. Make "
                       "a generator inside the function, and keep nothing between its calls")  # fmt: skip

    def _ask(self, histories: Histories, k: int):
        start = time.perf_counter()
        try:
            with _alarm(self.seconds - self.spent), contextlib.redirect_stdout(self.printed), \
                 contextlib.redirect_stderr(self.printed), self.site.blind():  # fmt: skip
                lists = self.policy(_copy(histories), k)
        except _Late:
            raise _Cut(f"it took longer than {self.seconds:g} s and was cut off") from None
        except (Caught, _Cut):
            raise
        except Exception as error:
            text = " ".join(f"{type(error).__name__}: {error}".split())[:300]
            raise _Cut(f"it raises {text}") from None
        finally:
            self.spent += time.perf_counter() - start
        if self.printed.said > PRINTS:  # the exception was swallowed
            raise _Cut(MUCH)
        if self.spent > self.seconds:  # where there is no alarm
            raise _Cut(f"it took longer than {self.seconds:g} s and was cut off")
        return lists


def wrong(lists, histories: Histories, k: int) -> str:
    """Say what is wrong with the lists of a policy; "" if nothing is."""
    B, n = histories.saved.shape
    try:
        lists = np.asarray(lists)
    except ValueError:
        return "its lists have different lengths: every user gets k pins"
    if lists.shape != (B, k):
        return f"it must return {(B, k)} pins, a row for each user; it returns {lists.shape}"
    if lists.dtype.kind == "f" and not np.isfinite(lists).all():
        return "it returns NaN where a pin belongs"
    if lists.dtype.kind not in "iu":
        return f"it must return ids, whole numbers; it returns {lists.dtype}"
    if lists.min() < 0 or lists.max() >= n:
        return f"it returns a pin that does not exist: ids are 0 to {n - 1}"
    if (np.diff(np.sort(lists, axis=1), axis=1) == 0).any():
        return "it returns duplicates: a pin stands twice in one list"
    if histories.saved[np.repeat(np.arange(B), k), lists.ravel()].any():
        return "it recommends what was already saved: whoever saves it again was won long ago"
    return ""


def _copy(h: Histories) -> Histories:
    return Histories(
        h.users.copy(), h.saved.copy(), h.shown.copy(), h.hidden.copy(), h.latest.copy()
    )


class _Sink(io.TextIOBase):
    """Counts what is printed, keeps nothing, and ends it when it is too much."""

    said = 0

    def write(self, text: str) -> int:
        self.said += len(text)
        if self.said > PRINTS:
            raise _Cut(MUCH)
        return len(text)


@contextlib.contextmanager
def _alarm(seconds: float):
    """Raise _Late when time is up: POSIX, in the main thread; elsewhere nothing happens.

    An alarm of somebody else, such as a check's, goes on afterwards.
    """
    if (
        not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    def ring(*_):
        raise _Late

    start = time.monotonic()
    theirs = signal.signal(signal.SIGALRM, ring)
    left, every = signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-3), 0.5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, theirs)
        if left:
            signal.setitimer(
                signal.ITIMER_REAL, max(left - (time.monotonic() - start), 1e-3), every
            )
