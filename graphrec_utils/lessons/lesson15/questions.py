"""What lesson 15 asks: predictions before a result is shown, and the quiz at the end."""

from __future__ import annotations

from graphrec_utils import results
from graphrec_utils.exercises.questions import Question, by
from graphrec_utils.metrics.compare import HOLDS, Comparison


def _stored(name: str, part: str, key: str) -> Comparison:
    """Return a comparison that a result of lesson 15 keeps."""
    return Comparison.stored(results.load(name).values[part][key])


def _without_a_mask(at) -> str:
    if not at["leaky_loss"][-1] < at["loss"][-1] / 2:
        return "both are much"
    return by(
        at["lead"],
        "its loss is far smaller, and it finds less",
        "its loss is far smaller, and it finds more",
    )


def _of_two_readers(at) -> str:
    ours, library = (_stored("15_rectools", "leads", f"{x} over mean of the history, 20").outcome == HOLDS
                     for x in ("this course", "RecTools"))  # fmt: skip
    return "both are" if ours and library else "the library's" if library else "neither"


def _share_in_a_second(at) -> str:
    share = at["moved"](at["sources"]["MovieLens"], 1)
    return "none" if share < 0.03 else "about one in ten" if share < 0.2 else "about half"


def _since_midnight(at) -> str:
    lost = at["lost"].mean()
    return (
        "nothing"
        if lost < 0.01
        else "a few"
        if lost < 0.1
        else "a quarter"
        if lost > 0.25
        else str(lost)
    )


def _with_popularity(at) -> str:
    found = at["objectives"]["14 days"]
    gain = found["dense, 7 days, popularity"] / found["dense, 7 days"] - 1
    return (
        "less"
        if gain < -0.05
        else "hardly"
        if gain < 0.1
        else "about a third"
        if 0.2 < gain < 0.5
        else str(gain)
    )


def _which_target(at) -> str:
    return by(at["lead"], "dense", "every next", "nobody")


def _without_hides(at) -> str:
    lead = _stored("15_pinworld", "hide leads", "likes only over all events")
    return (
        "little"
        if abs(lead.gap) < 0.1 * lead.other
        else "it falls"
        if lead.gap < 0
        else "it doubles"
    )


def _order_pays(_) -> str:
    """Say on which data sets SASRec is first and nobody is level with it."""
    part = results.load("18_regimes_order").values["sets"]["what is new to the user"]
    names = dict(zip(part["levels"], part["names"], strict=True))
    ahead = [
        names[row["level"]]
        for row in part["first"]
        if row["first"] == "SASRec" and not row["level with"]
    ]
    return {("MovieTweetings",): "on films", ("amazon-games",): "on the games"}.get(
        tuple(ahead), "on all four" if len(ahead) == 4 else str(ahead)
    )


QUESTIONS = (
    Question("15.p1", "Two transformers predict the next film at every place; one has no causal mask. What will "
             "the losses of training and the lists of validation say?", (
        ("its loss is far smaller, and it finds less",
         "Each place reads its answer one place to the right. At validation there is no place to the right."),
        ("its loss is far smaller, and it finds more: it has seen more",
         "It has learned to copy from the right. The last event of a history has nothing there."),
        ("both are much the same: only the last place counts",
         "At validation, yes. In training every place is an example, and every place but the last can cheat."),
    ), answered_by=("10.q1",), measured=_without_a_mask),
    Question("15.p2", "SASRec with one negative and BCE, 1,700 films. Add up the sigmoids of one user over the catalog. "
             "Exactly one film comes next: what will the sum be?", answer=500, within=3, said=(
        "It is far above 1: every film that is likelier than one in 1,700 is told about one half or more.",
        "That is too small: whatever is likelier than one in 1,700 gets a half or more, and that is many films.",
        "That is too large: most films of the catalog are old ones that hardly anybody looks at any more.",
    ), measured=lambda at: at["told"].iloc[1, 0]),
    Question("15.p3", "Films in time order. Two SASRecs, ours and that of a library, RecTools, each tuned, against the mean of the "
             "history. Who is ahead of the mean?", (
        ("neither of them",
         "They read the order, and find no more than a mean that does not. Papers have longer histories, or a test that is each "
         "user's last event."),
        ("the library's, not ours",
         "It is ahead of ours, and level with the mean."),
        ("both are, as in the papers",
         "Their data have histories of a hundred events and more, or a test that is each user's last event."),
    ), measured=_of_two_readers),
    Question("15.p4", "MovieLens keeps seconds. For how many users does shuffling events of one second change the "
             "last one?", (
        ("about one in ten",
         "People rate a page of films at once. On MovieTweetings, where one tweet is one rating, it is nobody."),
        ("none, or nearly none",
         "So it is on MovieTweetings, where one tweet is one rating. Here a page of films is rated at once."),
        ("about half",
         "At the level of days it is more than that; within a second fewer."),
    ), measured=_share_in_a_second),
    Question("15.p5", "\"Dense\": vectors of length 1, trained with log Q for 1,600 steps. Afterwards you add one number for each pin to the "
             "scores, its popularity. How much more of the coming fortnight is found?", (
        ("about a third more",
         "0.0668 instead of 0.0495: vectors of length 1 are slow to learn popularity, and a list of ten needs it."),
        ("hardly more: the loss with log Q has taught it popularity",
         "It asks for it. 1,600 steps have taught a part of it."),
        ("less: what is popular has been liked already",
         "What a user has liked is in no list anyway."),
    ), measured=_with_popularity),
    Question("15.p6", "A like is asked for in the second before it happens. How much does a PinnerFormer lose whose "
             "vector was made at midnight?", (
        ("a quarter, or more",
         "In PinWorld a session has a topic, and the morning's events may give it away."),
        ("a few percent",
         "So it would be if tastes alone decided. Sessions have topics, and the night knows nothing of today's."),
        ("nothing, tastes do not change in a day",
         "Tastes do not. What somebody is doing right now does."),
    ), measured=_since_midnight),
    Question("15.p7", "Leave hides and short clicks out of the input. What happens to what is found?", (
        ("little, either way",
         "What the likes do not say, hides do not add here: 0.0667 with them, 0.0660 without."),
        ("it falls by a half",
         "Most of what tells about a user are likes, and these are still there."),
        ("it doubles: noise is gone",
         "With them and without them, what is found differs by less than anybody could tell."),
    ), measured=_without_hides),
    Question("15.p8", "Shuffling histories costs a chain a quarter on edits, a half on films, three fifths on check-ins, two thirds on games. "
             "Where is SASRec surely ahead of all others?", (
        ("on films alone",
         "0.146, the chain 0.131. On the other three a walk, RP3β, has the larger mean, and nobody can tell them apart."),
        ("on the games, where the order counts most",
         "RP3β with a weight on recent events finds 0.062 there, SASRec 0.057, and nobody can tell them apart."),
        ("on all four, since it alone reads all of the order",
         "It does. But on three of the four a walk finds no less, on two of them even one that reads no order."),
    ), measured=_order_pays),
    Question("15.p9", "Two PinnerFormers, alike but for what each event has to find: the next like (every next), or all likes of the coming "
             "week (dense). Both are asked for the likes of a fortnight. Who finds more?", (
        ("nobody can tell",
         "0.071 by every next and 0.067 by dense, three trainings each: it may be chance."),
        ("dense, since its window is nearer to a fortnight",
         "Its mean is the lower one at every horizon, 0.067 for the fortnight where every next has 0.071, and it may be chance."),
        ("every next, since what comes soon is easier to learn",
         "Its mean is higher, by 0.004, and three trainings cannot tell that from chance."),
    ), measured=_which_target),
    Question("15.q1", "You change the item at place 5 of a history, and the output at place 3 moves. What is wrong?", (
        ("the causal mask is missing or upside down",
         "Place 3 may look at 0 to 3."),
        ("nothing, all places are connected",
         "Later ones to earlier ones, not the other way."),
        ("the padding mask is missing",
         "Place 5 is an event here, no empty place."),
    )),
    Question("15.q2", "A row of logits is -inf everywhere, since a user has done nothing. What does softmax make of it?", (
        ("NaN, and one NaN in a batch ends the training",
         "0 / 0. Give the row zeros, or one place that is always there, such as a start vector."),
        ("zeros",
         "The exponentials are zeros, and so is their sum: 0 / 0."),
        ("equal weights",
         "That happens with a large finite number instead of -inf; then the user looks at nothing, equally."),
    )),
    Question("15.q3", "Attention over a history of L events with the causal mask is message passing on which graph?", (
        ("an edge from each event to itself and to each later one",
         "L (L + 1) / 2 edges; without the loops a DAG."),
        ("the complete graph", "That is attention without a mask."),
        ("the path of the events", "Then an event would hear its neighbor only; attention hears all that came before."),
    ), branch=True),
    Question("15.q4", "n - 1 = 999 others, one negative, BCE, fully trained. An item truly comes in 1 of 100 cases. What is "
             "it said to come with?", (
        ("91 %", "0.01 / (0.01 + 0.99 / 999)."),
        ("1 %", "So a softmax would say. BCE asks: it, or one of the others?"),
        ("50 %", "That is said of an item with the mean probability, 1 in 1,000."),
    ), branch=True),
    Question("15.q5", "Training on windows of 14 days, and today is day 42. What is the youngest moment that training can "
             "use?", (
        ("day 28", "Its window ends today. What was done since is read, and is nobody's moment."),
        ("day 42", "Its window lies in the future."),
        ("day 35", "Half of its window has not happened yet: what will be liked then would pass for never liked."),
    ), branch=True),
    Question("15.q6", "A user likes ten pins in the window, and all of them are columns of the batch. What are the other nine "
             "for the pair that asks for the first?", (
        ("masked: neither positive nor negative",
         "Each has a pair of its own."),
        ("negatives, as in any batch",
         "Then one pair pulls what nine push away."),
        ("positives, all ten share the loss",
         "That is another loss. Dense all action draws one target for each pair."),
    ), branch=True),
    Question("15.q7", "A history of ten events, SASRec with a start vector and the causal mask. How many examples does one reading give?", (
        ("ten", "Outputs 0 to 9 each have to predict the event that follows; output 10 has none yet."),
        ("one, the last event", "So a model learns that answers once. SASRec asks every output."),
        ("eleven", "There are eleven outputs, but what follows the last has not happened."),
    )),
    Question("15.q8", "Model A loses 30 % of its recall when its vectors are a night old, model B 38 %. Vectors are made at night. Whom do you take?", (
        ("who finds more with a vector of last night", "What is lost says nothing of what is left."),
        ("A, it ages more slowly", "B may have had so much more that more is left."),
        ("B, it is better when fresh", "Nobody is served a fresh vector here. Ask both with one of last night."),
    )),
)  # fmt: skip
