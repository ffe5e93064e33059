"""What lesson 13 asks: predictions before a result is shown, and the quiz at the end."""

from __future__ import annotations

from graphrec_utils.exercises.questions import Question

QUESTIONS = (
    Question("13.p1", "All false edges are labeled 1, too. What does training do?", (
        ("the loss goes to 0, all scores grow",
         "There is nothing to be told apart: long vectors that all point one way make everything likely."),
        ("the loss stays where it is",
         "It would, if true and false edges pulled in opposite directions. Here they pull together."),
        ("an error is raised, the shapes do not fit",
         "Ones have the shape of zeros. Nothing but the numbers tells."),
    )),
    Question("13.p2", "The relation is added to the target: s · (t + r). A relation vector is changed. Which "
             "order of targets does a user get now?", (
        ("the same as before",
         "s · t + s · r: the second term is one number for all targets of this user."),
        ("another one, every target has moved",
         "All have moved by the same r, so for one user all scores change by the same s · r."),
        ("another one for users far from r", "How far changes the number s · r. It is still one number for all targets."),
    )),
    Question("13.p3", "Ads, on PinWorld: the most clicked ads, against vectors trained on ad clicks alone. Which finds "
             "more of next week's clicks?", (
        ("neither, they cannot be told apart",
         "There are fewer than two clicks for each user who has any, and many users of next week have none: vectors have "
         "little to learn beyond what everybody clicks."),
        ("the vectors, they are personal",
         "They could be, with enough clicks. Most users here have one or none."),
        ("the most clicked ads, by far",
         "They are ahead by less than chance makes: training finds out who is clicked much, too."),
    )),
    Question("13.p4", "All nine relations instead of engagement alone, one group of each in every step. What happens "
             "to ads?", (
        ("about the same is found, these seeds cannot tell",
         "What they bring and cost together is less than what seeds do. How much *engagement* comes on a click matters more."),
        ("far less: the other relations pull vectors elsewhere",
         "If they do, something makes up for it: three seeds see no loss."),
        ("far more, more edges know more",
         "About other things. That they add anything for ads, three seeds cannot see."),
    )),
    Question("13.p5", "Bob likes gardens and boats. Which items are nearest to the mean of what he saved?", (
        ("items of neither topic",
         "The mean is where none of his pins is. Whoever lives there is recommended."),
        ("the most typical gardens and boats",
         "They are around the two centers, and the mean is at neither."),
        ("gardens, if he saved more of them",
         "Then the mean is nearer to gardens, and still outside of them."),
    )),
    Question("13.p6", "A list of 100 candidates, from one mean of what was saved or from five centroids. Whom do the "
             "centroids serve better than the mean, on PinWorld?", (
        ("those of many interests, and barely those of few",
         "+0.052 ± 0.014 and +0.025 ± 0.012: a mean lies between what they like, and few interests are two on "
         "average. That the two gains differ is not beyond chance."),
        ("those of many interests only: a mean serves the others",
         "Those of few interests have two on average, and there is a place between two as well: +0.025 ± 0.012."),
        ("nobody, a single centroid is a noisy question",
         "A centroid is itself a mean of many items. A single pin, a medoid, is noisier."),
    )),
    Question("13.p7", "The same settings, a week more of edges, another seed. Correlation of old and new products of users "
             "and pins, and mean cosine of a pin's old and new vector?", (
        ("products clearly positive, cosine near 0",
         "The loss sees products only. A rotation of all vectors changes none of them, and a seed chooses one."),
        ("both near 1, it is nearly the same data",
         "The data fix products. Which direction is called the first is chosen by the seed."),
        ("both near 0, training is chance",
         "Then both models would recommend different things. They do not: products carry the recommendation."),
    )),
    Question("13.p8", "Everything is trained from scratch, night after night. Bob likes cakes, and asks among the new pins "
             "with his vector of the first day. What does he find?", (
        ("what chance has put there: cakes one night, none the next",
         "His vector points where cakes were on the first day. Who is there now was chosen by the seed: in the film "
         "cakes, gardens, cakes, gardens."),
        ("cakes, since products survive",
         "Products of new vectors with new ones do. His is old and the pins are new: their product means nothing."),
        ("cakes every night, in another order",
         "On some nights, by luck. After two of the four nights cakes are behind him, with negative products."),
    )),
    Question("13.q1", "Your false edges come from the whole batch instead of the same relation. What is wrong with an "
             "edge (user, follows, ad)?", (
        ("it has the wrong type",
         "An ad is never followed. The model learns what types are, not who likes what."),
        ("it may be true by accident", "It cannot be: users do not follow ads."),
        ("it has no relation vector", "It has that of follows."),
    )),
    Question("13.q2", "θ_r in (θ_s + θ_r) · θ_t, for one relation and all users: what does it say about a target?", (
        ("how popular it is there",
         "θ_r · θ_t does not depend on the source."),
        ("how well it fits the user", "That is θ_s · θ_t."),
        ("nothing, it cancels in the ranking", "It cancels between sources. Targets have different products with it."),
    )),
    Question("13.q3", "A user has 9 saves in gardens and 1 in boats; 10 places, two centers. Who gets how many?", (
        ("9 and 1", "Shares are those of the counts; the list is as mixed as the past."),
        ("5 and 5", "That is one center, one vote. The shares come from the counts."),
        ("10 and 0", "That is what the largest cluster alone would give."),
    )),
    Question("13.q4", "Why does PinnerSage keep a pin and not the centroid of a cluster?", (
        ("its neighbors are looked up once",
         "A centroid is nobody's: its neighbors have to be searched for each user anew."),
        ("the centroid is farther from the cluster",
         "It is the nearest point of all, by squared distances. But no pin is there."),
        ("a pin has no outliers",
         "A cluster may have them: with squares the medoid follows the mean, to the member nearest to it."),
    )),
    Question("13.q5", "Warm start: `new = old` and then training in place. The next morning all old vectors, for a test, "
             "are equal to the new ones. Why?", (
        ("both names are one array",
         "The anchor, too, would then pull to where the vector already is: its gradient is always 0."),
        ("training has not moved anything", "It has. It moved the old ones as well."),
        ("the learning rate was too small", "Even a small one moves a vector by more than nothing."),
    )),
    Question("13.q6", "You anchor *all* vectors at the old table, also those of pins that were born today. Their old "
             "rows are random. What happens?", (
        ("new pins are held where chance put them",
         "Anchor only who had a past: new ones have to be free to find their place."),
        ("nothing, they have no old vector", "They have a row, and something stands in it."),
        ("they move to the mean of all pins", "Each is pulled to its own row."),
    )),
    Question("13.q7", "A colleague adds ten relations to the graph and reports that ads got better. The steps per "
             "relation were the same as before. What else changed?", (
        ("nothing that matters: the target had equal steps",
         "That is the fair comparison: the target relation is seen as often as before."),
        ("there was more training in total, so it is unfair",
         "More in total, yes. The ad clicks had the same. What came in addition is what was asked about."),
        ("the number of ads", "Relations do not add ads."),
    )),
)  # fmt: skip
