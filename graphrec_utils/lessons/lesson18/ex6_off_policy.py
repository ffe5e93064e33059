"""Exercise 18.6: what would another policy have earned? Three estimates from a log with known chances."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise


def _inputs(rng, N=60, C=4, sharp=1.0, sure=False, wrong=0.0, rare=False) -> dict:
    """A log of N rows, and a policy that looks at other things than the log did."""
    logits = rng.normal(size=(N, C)) * (2.5 if rare else 1.0)
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    place = (rng.random((N, 1)) > chances.cumsum(axis=1)).sum(axis=1).clip(max=C - 1)
    other = rng.normal(size=(N, C)) * sharp
    policy = np.exp(other) / np.exp(other).sum(axis=1, keepdims=True)
    if sure:  # one candidate each, in a third of the rows the one of the log
        best = np.where(rng.random(N) < 0.35, place, rng.integers(C, size=N))
        best[0], best[1] = place[0], (place[1] + 1) % C
        policy = np.eye(C)[best]
    truth = rng.uniform(0.05, 0.6, (N, C))
    reward = (rng.random(N) < truth[np.arange(N), place]).astype(float)
    reward[:3] = 1, 1, 0
    model = (truth + rng.normal(size=(N, C)) * 0.05 + wrong).clip(0, 1)
    return {
        "policy": policy, "shown": place, "chance": chances[np.arange(N), place], "reward": reward, "model": model,
    }  # fmt: skip


def _by_hand(rng) -> dict:
    """Weights 2, 0.5, 0 and 2: 0.75, 2/3, 0.575 and 2.45."""
    return {
        "policy": np.array([[1, 0], [0.25, 0.75], [0, 1], [0.5, 0.5]]), "shown": np.array([0, 0, 0, 1]),
        "chance": np.array([0.5, 0.5, 0.8, 0.25]), "reward": np.array([1.0, 0, 1, 0.5]),
        "model": np.array([[0.6, 0.2], [0.4, 0.4], [0.9, 0.5], [0.2, 0.6]]),
    }  # fmt: skip


ex = Exercise(
    "18.6",
    "off_policy",
    points=5,
    branch=True,
    hints=(
        "A row that the policy would have shown four times as often stands for four rows. Which number says "
        "how often, and what is left to do when it is 0?",
        "Weights w = policy of what was shown / chance. Then mean(w r), sum(w r) / sum(w), the mean of sum(policy · model) + "
        "w (r − model of what was shown), and sum(w)² / sum(w²).",
        "`rows = np.arange(len(shown))`; `w = policy[rows, shown] / chance`; `said = model[rows, shown]`; "
        "`dr = ((policy * model).sum(axis=1) + w * (reward - said)).mean()`.",
    ),
    library="graphrec_utils.metrics.off_policy",
)


@ex.solution
def off_policy(policy, shown, chance, reward, model):
    rows = np.arange(len(shown))
    w = policy[rows, shown] / chance
    expected = (policy * model).sum(axis=1)
    ips = (w * reward).mean()
    snips = (w * reward).sum() / w.sum()
    dr = (expected + w * (reward - model[rows, shown])).mean()
    size = w.sum() ** 2 / (w**2).sum()
    return float(ips), float(snips), float(dr), float(size)


ex.claim("four rows by hand", _by_hand)
ex.claim("a policy near that of the log", lambda rng: _inputs(rng))
ex.claim("a policy that is sure: most weights are 0", lambda rng: _inputs(rng, sure=True))
ex.claim("a model that promises too much", lambda rng: _inputs(rng, wrong=0.3))
ex.claim("nine candidates, some drawn once in hundreds", lambda rng: _inputs(rng, N=150, C=9, rare=True))  # fmt: skip
ex.claim("one candidate: all weights are 1, IPS is the mean", lambda rng: _inputs(rng, C=1))


WEIGHTS = "w = policy[rows, shown] / chance"
DR = "(expected + w * (reward - model[rows, shown])).mean()"
SIZE = "w.sum() ** 2 / (w**2).sum()"

# fmt: off
ex.slip("you divide by the policy's chance: what the log rarely showed stands for many rows, so the "
        "log's chance is below",
        WEIGHTS, "w = chance / np.maximum(policy[rows, shown], 1e-12)")
ex.slip("your weights are the policy's chances alone: rows that the log showed often count "
        "too often then, divide by its chance",
        WEIGHTS, "w = policy[rows, shown]", hint=True)
ex.slip("your weights are 1 / chance, whatever the policy does: every policy would get the same estimate",
        WEIGHTS, "w = 1 / chance")
ex.slip("your weights are capped: less spread, and what the log rarely showed counts for less than "
        "it stands for",
        WEIGHTS, "w = np.minimum(policy[rows, shown] / chance, 2.0)")
ex.slip("you take rows alone where the policy's favorite was shown, as if it were always sure: its "
        "other candidates count, too",
        WEIGHTS, "w = (policy.argmax(axis=1) == shown) / chance")
ex.slip("your IPS is the self-normalized one: IPS divides by the number of rows, whatever the "
        "weights sum to",
        "(w * reward).mean()", "(w * reward).sum() / w.sum()")
ex.slip("your SNIPS is divided by the number of rows: by the sum of the weights",
        "(w * reward).sum() / w.sum()", "(w * reward).mean()", hint=True)
ex.slip("you divide by the number of rows that have a weight: in SNIPS by the sum of the weights",
        "(w * reward).sum() / w.sum()", "(w * reward).sum() / (w > 0).sum()")
ex.slip("your DR is the model alone: nothing of the log corrects it",
        DR, "expected.mean()", hint=True)
ex.slip("your DR adds the rewards on top of the model: only what the model got wrong is added, "
        "r minus the model",
        "(reward - model[rows, shown])", "reward")
ex.slip("your correction has no weights: it repairs the model for what the log showed, not for "
        "what the policy shows",
        "expected + w * (reward", "expected + (reward")
ex.slip("your DR begins with the model of what was shown: it begins with what the model expects of "
        "the policy, over all candidates",
        "expected = (policy * model).sum(axis=1)", "expected = model[rows, shown]")
ex.slip("your DR begins with the plain mean of the model over the candidates: weigh them by the "
        "policy",
        "expected = (policy * model).sum(axis=1)", "expected = model.mean(axis=1)")
ex.slip("you expect of the policy only its favorite candidate: sum over all, each with its chance",
        "expected = (policy * model).sum(axis=1)", "expected = model[rows, policy.argmax(axis=1)]")
ex.slip("the sign of your correction is turned: reward minus model is added",
        "expected + w", "expected - w")
ex.slip("your correction is divided by the sum of the weights: DR is a mean over rows",
        DR, "expected.mean() + (w * (reward - model[rows, shown])).sum() / w.sum()")
ex.slip("your effective size is turned over: the square of the sum stands on top",
        SIZE, "(w**2).sum() / w.sum() ** 2")
ex.slip("your effective size counts the rows whose weight is not 0: rows of large weight are worth "
        "more of them",
        SIZE, "(w > 0).sum()")
ex.slip("your effective size is the sum of the weights: the number of rows on average, whatever the spread",
        SIZE, "w.sum()")
ex.slip("a square is missing in your effective size: (sum of w)² / sum of w²",
        SIZE, "w.sum() / (w**2).sum()")
ex.slip("your effective size is a share of the rows: it is a number of rows",
        SIZE, "w.sum() ** 2 / (w**2).sum() / len(w)")
ex.slip("you return SNIPS before IPS: the order is IPS, SNIPS, DR, effective size",
        "float(ips), float(snips)", "float(snips), float(ips)")
ex.slip("yours are sums over the log: IPS and DR are means of a row",
        "ips = (w * reward).mean()", "ips = (w * reward).sum()", "model[rows, shown])).mean()", "model[rows, shown])).sum()")
ex.slip("you divide by the policy's chance: what the log rarely showed stands for many rows, so the "
        "log's chance is below",
        WEIGHTS, "w = chance / policy[rows, shown]")
ex.slip("your weight is that of the policy's favorite, whatever was shown: take the chance of what was shown",
        WEIGHTS, "w = policy.max(axis=1) / chance")
ex.slip("your IPS is a mean over the rows that have a weight: rows of weight 0 count among the N",
        "(w * reward).mean()", "(w * reward).sum() / (w > 0).sum()")
ex.slip("your correction compares the reward with what the model expects of the policy: compare it with the model of what "
        "was shown",
        "(reward - model[rows, shown])", "(reward - expected)")
ex.slip("your IPS is a sum over the log: it is a mean of a row",
        "ips = (w * reward).mean()", "ips = (w * reward).sum()")
ex.slip("the model's part of your correction has no weight: w multiplies r minus the model",
        "w * (reward - model[rows, shown])", "w * reward - model[rows, shown]")
ex.slip("your weights are divided by their mean: that is SNIPS in the place of IPS, and in DR",
        WEIGHTS, f"{WEIGHTS}\nw = w / w.mean()")
ex.slip("you read the first candidate, whatever was shown", "rows = np.arange(len(shown))", "rows, shown = np.arange(len(shown)), 0")
