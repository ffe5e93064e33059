"""What lesson 13 asks: predictions before a result is shown, and the quiz at the end."""

from __future__ import annotations

import torch

from graphrec_utils import metrics, results
from graphrec_utils.exercises.questions import Question, by


def _suite_fails(at) -> str:
    """Say how many of the suite's three tests the code with all bugs fails."""
    from graphrec_utils.lessons.lesson13.ex2_twhin_loss import the_port

    fails = 3 - sum(at["suite"](the_port))
    return ("none", "one", "two or three", "two or three")[fails]


def _order(_) -> str:
    """Say whether another relation vector, added to the targets, changes a user's order of them."""
    g = torch.Generator().manual_seed(0)
    s, T, r = (torch.randn(n, 4, generator=g, dtype=torch.float64) for n in (30, 20, 2))
    one, other = ((s @ (T + x).T).argsort(dim=1) for x in r)
    changed = (one != other).any(dim=1).double().mean()
    return (
        "the same" if changed == 0 else "another one, every" if changed == 1 else "another one for"
    )


def _nearest(at) -> str:
    """Say of which topics the items are that the mean of what Bob likes finds."""
    state = at["visuals"].mixture_map().state
    found = {state["topic"][k] for k in state["means"]["Bob"]}
    own = {state["topic"][k] for k in state["liked"]["Bob"]}
    return (
        "items of neither"
        if not found & own
        else "gardens"
        if len(found & own) == 1
        else "the most typical"
    )


def _budget(relations: str, others: float):
    rows = results.load("13_budget").values["settings"]
    return next(r["seeds"] for r in rows if (r["relations"], r["others"]) == (relations, others))


def _five_centroids(_) -> str:
    """Say what five centroids add to the mean that forgets, for users of many interests, lists of 100."""
    leads = results.load("13_interests").values["PinWorld"]["leads"]
    recent, plain = (
        metrics.Comparison.stored(leads[f"centroids, 5 over {x}, @100, many interests"])
        for x in ("mean, recent", "mean")
    )
    if recent.outcome == "holds" and recent.gap > 0.67 * plain.gap:
        return "as much"
    return (
        "they fall"
        if recent.gap < 0
        else "a third of it at most"
        if recent.gap < plain.gap / 3
        else "about half"
    )


def _drift(arm: str, measure: str) -> float:
    values = results.load("13_drift").values["arms"][arm][measure]
    return sum(values) / len(values)


def _overnight(_) -> str:
    products, cosine = _drift("scratch", "correlation of products"), _drift("scratch", "cosine")
    if products > 0.3:
        return "products clearly" if cosine < 0.1 else "both near 1"
    return "both near 0"


def _old_vector(_) -> str:
    """Say what a vector of day 42 still finds in a table that was trained anew."""
    left = _drift("scratch", "recall, old users") / _drift("scratch", "recall")
    return "what chance" if left < 0.3 else "cakes, since" if left > 0.9 else "cakes every"


def _ads_alone(_) -> str:
    leads = results.load("13_ads").values["leads"]
    lead = metrics.Comparison.stored(leads["TwHIN, ads alone, d = 32 over popularity"])
    return by(lead, "the vectors", "the most clicked", "neither")


def _all_nine(_) -> str:
    lead = metrics.compare(_budget("all nine", 1), _budget("ads + engagement", 1))
    return by(lead, "far more", "far less", "about the same")


def _survives(_) -> str:
    """Say who finds most ads when a tenth of the clicks is left."""
    ads = results.load("18_regimes_rarity").values["sets"]["ads of PinWorld"]
    row = next(row for row in ads["first"] if row["level"] == 10)
    if {"TwHIN", "iALS, same graph"} <= {row["first"], *row["level with"]}:
        return "models that read these"
    return {"TwHIN": "TwHIN alone", "popularity": "the most clicked"}.get(
        row["first"], row["first"]
    )


def _topics(_) -> str:
    """Say from how many topics on some way with several vectors is ahead of every way with one."""
    several = {"PinnerSage, 3", "PinnerSage, 5", "mixture of centroids"}
    one = {"mean of vectors", "mean of vectors, the latest more", "iALS"}
    rows = results.load("18_regimes_interests").values["sets"]["PinWorld"]["first"]
    sure = [row["level"] for row in rows if row["first"] in several and one <= set(row["behind"])]
    return "at none" if not sure else f"from {'two' if min(sure) < 5 else 'five'} on"


def _both(_) -> str:
    """Say whether both cures together are ahead of either alone, for newcomers and lists of 100."""
    stored = results.load("13_cures").values
    over = [
        {
            metrics.Comparison.stored(stored[model]["leads"][f"all, five over {cure}"]).outcome
            for model in ("TwHIN", "iALS")
        }
        for cure in ("all, one", "saves, five")
    ]
    if over == [{"holds"}, {"holds"}]:
        return "both:"
    return "more kinds" if over[0] != {"holds"} else "five vectors"


QUESTIONS = (
    Question("13.p1", "The released code has three bugs. How many of these three tests does it fail: the loss is one number, it "
             "is finite, it falls in training?", (
        ("none",
         "It is a number, and finite, and it falls: to 0, since everything is pushed to be likely. No bug here is one of shape."),
        ("one: with wrong labels the loss cannot fall",
         "It would stay, if true and false edges pulled in opposite directions. Labeled alike they pull together, and it falls to 0."),
        ("two or three",
         "All bugs have the right shapes and signs that a computer accepts. Only a test of what the loss is *for* sees them."),
    ), measured=_suite_fails),
    Question("13.p2", "Somebody adds the relation to the target: s · (t + r). A relation vector is changed. Which "
             "order of targets does a user get now?", (
        ("the same as before",
         "s · t + s · r: the second term is one number for all targets of this user."),
        ("another one, every target has moved",
         "All have moved by the same r, so for one user all scores change by the same s · r."),
        ("another one for users far from r", "How far changes the number s · r. It is still one number for all targets."),
    ), measured=_order),
    Question("13.p3", "Ads, on PinWorld: the most clicked ads, against vectors trained on ad clicks alone. Which finds "
             "more of next week's clicks?", (
        ("neither, they cannot be told apart",
         "There are fewer than two clicks for each user who has any, and many users of next week have none: vectors have "
         "little to learn beyond what everybody clicks."),
        ("the vectors, they are personal",
         "They could be, with enough clicks. Most users here have one or none."),
        ("the most clicked ads, by far",
         "They are ahead by less than chance makes: training finds out who is clicked much, too."),
    ), measured=_ads_alone),
    Question("13.p4", "All nine relations instead of engagement alone, one group of each in every step. What happens "
             "to ads?", (
        ("about the same is found: no more than chance lies between them",
         "What they bring and cost together is less than what repeating one training does. How much *engagement* comes on a click "
         "matters more."),
        ("far less: the other relations pull vectors elsewhere",
         "If they do, something makes up for it: three trainings see no loss."),
        ("far more, more edges know more",
         "About other things. That they add anything for ads, three trainings cannot see."),
    ), measured=_all_nine),
    Question("13.p5", "Bob likes gardens and boats. Which items are nearest to the mean of what he saved?", (
        ("items of neither topic",
         "The mean is where none of his pins is. Whoever lives there is recommended."),
        ("the most typical gardens and boats",
         "They are around the two centers, and the mean is at neither."),
        ("gardens, if he saved more of them",
         "Then the mean is nearer to gardens, and still outside of them."),
    ), measured=_nearest),
    Question("13.p6", "Five centroids find more than one plain mean, for people of many interests, in lists of 100. Now the mean may "
             "forget: recent saves count more. How much of that lead is left?", (
        ("a third of it at most, and not beyond chance",
         "Most of the lead was one over a mean that remembers everything alike. Being recent is free, and nobody had given it "
         "to the mean."),
        ("as much as before: two interests have a place between them, however recent",
         "The place between is there. But most of what such users save next is like what they saved last, and a mean that "
         "forgets is near to that."),
        ("they fall behind",
         "Not that either. In these lists five centroids find a little more, by less than chance would make."),
    ), measured=_five_centroids),
    Question("13.p7", "The same settings, a week more of edges, another seed. Correlation of old and new products of users "
             "and pins, and mean cosine of a pin's old and new vector?", (
        ("products clearly positive, cosine near 0",
         "The loss sees products only. A rotation of all vectors changes none of them, and a seed chooses one."),
        ("both near 1, it is nearly the same data",
         "The data fix products. Which direction is called the first is chosen by the seed."),
        ("both near 0, training is chance",
         "Then both models would recommend different things. They do not: products carry the recommendation."),
    ), measured=_overnight),
    Question("13.p8", "Everything is trained from scratch, night after night. Bob likes cakes, and asks among the new pins "
             "with his vector of the first day. What does he find?", (
        ("what chance has put there: cakes one night, none the next",
         "His vector points where cakes were on the first day. Who is there now was chosen by the seed: in the film "
         "cakes, gardens, cakes, gardens."),
        ("cakes, since products survive",
         "Products of new vectors with new ones do. His is old and the pins are new: their product means nothing."),
        ("cakes every night, in another order",
         "On some nights, by luck. After two of the four nights cakes are behind him, with negative products."),
    ), measured=_old_vector),
    Question("13.p9", "One click on an ad in ten is left; saves, closeups and purchases stay whole. Who finds most of the ads that are "
             "clicked next week?", (
        ("models that read these edges, TwHIN or not",
         "TwHIN finds 0.177, iALS, which takes all edges alike, 0.204, and 749 people cannot tell them apart. An ad is a pin that people also save, and who saves it may well click it."),
        ("TwHIN alone: it has a vector for each relation",
         "It is far ahead of everybody who reads the clicks alone, 0.177 against at most 0.059. But with all pairs taken alike iALS finds no less."),
        ("the most clicked ads: too little is left for anything else",
         "Too little of the clicks, yes, and they find 0.057. But people and ads are in the other relations, too, and there nothing is missing."),
    ), measured=_survives),
    Question("13.p10", "Everybody has one topic, then two, up to six, and was trained; lists of twenty, for next week's saves. From how many topics on is "
             "some way with several vectors surely ahead of every way with one?", (
        ("at none of them",
         "Not even with six: there a mean that forgets finds most, 0.088. Three medoids, which are not drawn, find 0.085, too close to tell. "
         "In 32 numbers one vector may be near to several topics."),
        ("from two on: a mean lies between them",
         "With two the own vector lies above every way with several. Between two topics lies something else in a plane; here are 32 numbers."),
        ("from five on: no single place is near to five topics",
         "With five, five medoids and the own vector find the same, 0.091; with six, the highest mean is that of one vector."),
    ), measured=_topics),
    Question("13.p11", "People who were not in the graph get lists of 100. One vector of TwHIN, trained on saves alone, finds recall 0.241 of next week's saves. Which of "
             "these finds most?", (
        ("both: five vectors of four kinds of edges",
         "0.304, ahead of either cure alone; with iALS, too, by a hair. Perhaps since edges tell what she likes, and several vectors share out a long list: "
         "neither did all of the other's work."),
        ("more kinds of edges alone: a well-fed vector needs no company",
         "They bring it to 0.281. But a long list still has places to share out, and with five vectors it is 0.304."),
        ("five vectors of saves alone: other edges only blur what she saves",
         "They do not blur it: with four kinds of edges one vector finds 0.281 and five find 0.304, with saves alone 0.241 and 0.277."),
    ), measured=_both),
    Question("13.q1", "Your false edges come from the whole batch instead of the same relation. What is wrong with an "
             "edge (user, follows, ad)?", (
        ("it has the wrong type",
         "An ad is never followed. The model learns what types are, not who likes what."),
        ("it may be true by accident", "It cannot be: users do not follow ads."),
        ("it has no relation vector", "It has that of follows."),
    )),
    Question("13.q2", "θ_r in (θ_s + θ_r) · θ_t, for one relation and all users: what does it say about a target?", (
        ("a bonus there, whoever asks",
         "θ_r · θ_t does not depend on the source."),
        ("how well it fits the user", "That is θ_s · θ_t."),
        ("nothing, it cancels in the ranking", "It cancels between sources. Targets have different products with it."),
    )),
    Question("13.q3", "A user has 9 saves in gardens and 1 in boats; 10 places, two centers. Who gets how many?", (
        ("9 and 1", "Shares are those of the counts; the list is as mixed as the past."),
        ("5 and 5", "That is one center, one vote. The shares come from the counts."),
        ("10 and 0", "That is what the largest cluster alone would give."),
    ), branch=True),
    Question("13.q4", "Why does PinnerSage keep a pin and not the centroid of a cluster?", (
        ("its neighbors are looked up once",
         "A centroid is nobody's: its neighbors have to be searched for each user anew."),
        ("the centroid is farther from the cluster",
         "It is the nearest point of all, by squared distances. But no pin is there."),
        ("a pin has no outliers",
         "A cluster may have them: with squares the medoid follows the mean, to the member nearest to it."),
    ), branch=True),
    Question("13.q5", "All labels of a loss are ones, those of false edges, too. What does its value do in training, and what does the model "
             "learn?", (
        ("it falls; every edge is likely",
         "A loss can fall while it learns the wrong thing. Look at what it says of false edges."),
        ("it stays; nothing is learned", "True and false edges are pushed the same way, so it falls, to 0."),
        ("it grows; false edges win", "They do not pull against the true ones: with these labels both are to be likely."),
    )),
    Question("13.q6", "The mean of what Bob likes lies in the plane where none of his pins is. Does that show that one vector is too few "
             "in 32 numbers?", (
        ("no, measure it there",
         "In the plane the mean of two topics lies among other things. In 32 numbers one vector may be near to both, and in lists of 20 several "
         "vectors were never surely ahead of the best single one."),
        ("yes, a mean is always between", "Between, yes. In 32 numbers nothing else needs to live there."),
        ("yes, if he has three topics or more", "From three topics to six several vectors were not surely ahead of one, either."),
    )),
    Question("13.q7", "A model with a vector for each relation finds twice as much as a model that reads the clicks alone. May you say that the "
             "relation *vectors* did it?", (
        ("not yet: the other has fewer edges",
         "Give the rival the same graph. In 13.3 a factorization that takes all edges alike then found no less."),
        ("yes: that is all they differ in",
         "They also differ in the edges that they read, and these made most of the difference here."),
        ("no: relation vectors cannot help",
         "They may. The question is what else has changed between the two models."),
    )),
)  # fmt: skip
