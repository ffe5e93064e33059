"""What lesson 19 asks: predictions before a result is shown, and the quiz at the end."""

from __future__ import annotations

import numpy as np

from graphrec_utils import results
from graphrec_utils.exercises.questions import Question, by
from graphrec_utils.metrics.compare import Comparison


def _lead(name: str, key: str, data: str = "") -> Comparison:
    """Return a comparison that a result of lesson 19 keeps."""
    values = results.load(name).values
    return Comparison.stored((values["sets"][data] if data else values)["leads"][key])


def _bytes(_) -> float:
    size = results.load("19_known").values["bytes"]
    return (size["words"] + size["codes"]) / size["vectors"]


def _blind(at) -> str:
    """Say what happens to what is not said again when the straight-through line is missing."""
    with_, without = at["over"]["with the line"], at["over"]["without"]
    if without[-1] > 0.95 * without[0]:
        return "it does not fall"
    return "it falls, and nobody" if without[-1] > with_[-1] else "it falls as far"


def _alive(at) -> float:
    return float(at["alive"].loc[("by chance, far out", "no"), "alive, level 1"])


def _to_items(_) -> str:
    share = results.load("19_beam").values["share of items"]
    return "nearly all" if share > 0.95 else "between" if share > 0.5 else "less than half"


def _width(_) -> str:
    """Return the narrowest beam that finds 99 % of the exact first ten."""
    rows = results.load("19_beam").values["rows"]
    enough = [row["width"] for row in rows if row.get("of the exact ten", 0) >= 0.99]
    least = min(enough, default=np.inf)
    return "10:" if least <= 10 else "20 or 50" if least <= 50 else "100 or more"


def _norm(at) -> str:
    return "not at all" if at["counted"].loc["pointwise", "nothing else"] < 0.01 else "it is five"


def _known(_) -> str:
    return by(_lead("19_known", "TIGER over SASRec", "amazon-games"), "TIGER", "SASRec", "nobody")


def _begins(at) -> str:
    return "yes, here" if int(at["spelled"][0]) == int(at["chances"][0].argmax()) else "no"


def _new(_) -> str:
    return by(_lead("19_new", "TIGER over content"), "TIGER", "the nearest", "nobody")


# the first option is what measured results must say: it is settled, and its sentences are written, when they are stored
QUESTIONS = (
    Question("19.p1", "9,322 games with 64 numbers each, or three books of 64 words of 64 numbers and four codes of a byte a game. "
             "Which share of the bytes does the second way take?", (
        ("about a thirtieth",
         "2.4 MB of vectors; 49 kB of words and 37 kB of codes."),
        ("about a third",
         "A game's four codes are four bytes, its vector is 256."),
        ("about as many: what is saved on items is spent on words",
         "192 words are shared by all games. Their number does not grow with the catalog."),
    ), measured=lambda at: "about a thirtieth" if _bytes(at) < 0.1 else "about a third"),
    Question("19.p2", "The straight-through line is forgotten: the decoder reads the words, and the encoder hears the commitment alone. What does "
             "training show?", (
        ("it falls, and nobody notices",
         "Words and decoder learn with any encoder. Only beside a run with the line do you see what is missing."),
        ("it does not fall: without a gradient nothing is learned",
         "Words and decoder have gradients of their own. Only the encoder lacks one."),
        ("it falls as far: the commitment is enough for the encoder",
         "The commitment asks the encoder to stay near its words, whatever these say."),
    ), measured=_blind),
    Question("19.p3", "A first book of 64 words starts by chance, about three times as far out as the encoder's vectors are, and nobody revives any. How many of "
             "its words spell some pin after fifty passes over PinWorld's pins? A number from 1 to 64.", answer=1, within=2, said=(
        "The word that is least far out is nearest to everybody. It learns, and the others never hear of any pin.",
        "One word at least is nearest to somebody.",
        "That is too many: a word that nobody is nearest to has no gradient that could bring it closer.",
    ), measured=_alive),
    Question("19.p4", "Of a trained speller's probability over all spellings, how much goes to spellings that are items?", (
        ("less than half",
         "About a third. By chance it were four hundredths; but which of 262,144 spellings exist, and how many items share one, it does not store."),
        ("nearly all: it has never seen a spelling that is no item",
         "It has learned which code follows which on average. Many beginnings are rare, and after these it spreads its bets."),
        ("between a half and nearly all",
         "At each of four places a part is lost, and parts multiply."),
    ), measured=_to_items),
    Question("19.p5", "9,322 games, each spelled in four codes, three of them from books of 64 words. Score every game exactly and take the first ten. How wide must a beam be to "
             "find 99 % of them?", (
        ("100 or more", "Some of the ten begin with a first code that fifty better beginnings push out."),
        ("20 or 50", "Fifty find nearly all of the ten, and NDCG@10 grows no further; of every forty one is missing still."),
        ("10: as wide as the list is long", "Then each of the ten must be among the ten likeliest at every level."),
    ), measured=_width),
    Question("19.p6", "Five equal events instead of one, and nothing else in the history. HSTU's heads take five times as much. How far does the block's answer "
             "move, after the norm over all heads?", (
        ("not at all",
         "A norm divides by the length of the whole. What it leaves is the share of one head beside another."),
        ("it is five times as long",
         "That is what goes into the norm. Out of it comes a vector of one length."),
        ("it turns into its negative",
         "The sum grows; its direction stays, and direction is all that is left."),
    ), measured=_norm),
    Question("19.p7", "The games of lesson 15: no content, codes made of iALS's vectors. Who finds more of the very next game?", (
        ("SASRec: it has a vector for each game",
         "0.062 against 0.039. And it has read what comes after what, as TIGER has."),
        ("TIGER, as in the abstract",
         "The abstract's codes are made of content, which the games do not have. Ours are made of the likes."),
        ("nobody can tell SASRec and TIGER apart",
         "Look at the figure: neither's interval reaches the other's mean."),
    ), measured=_known),
    Question("19.p8", "New pins that nobody has touched, spelled by what they show and say. Who finds more of them?", (
        ("the nearest content",
         "0.380 against 0.303. Codes forget what a vector knows, and that is not all of it: on pins one code does better than four."),
        ("TIGER: it has learned what follows what",
         "So it has, of old pins. A new one's second and third code it expects where old ones had them."),
        ("nobody can tell TIGER and the nearest content apart",
         "The figure has both intervals: does either reach the other's mean?"),
    ), measured=_new),
    Question("19.p9", "A speller writes the pin that it finds likeliest of all. Does this pin begin with the likeliest first code?", (
        ("no, here it begins with another one",
         "Chances multiply: a code that begins worse may end better, if after it the speller is surer how to go on."),
        ("yes, here it does: a likely whole begins with a likely part",
         "It would, if what follows were as sure after every code. Look at the second panel."),
        ("yes, always: the first code is chosen before the others are known",
         "So writes who keeps one beginning alone (19.3). The likeliest pin has the largest product, whatever its first factor."),
    ), measured=_begins),
    Question("19.q1", "Three books of 64 words each. How many spellings are there, and how many vectors are learned for them?", (
        ("262,144 spellings, 192 vectors", "64 · 64 · 64, and 3 · 64."),
        ("192 spellings, 192 vectors", "A spelling is one word of each book: their numbers multiply."),
        ("262,144 spellings, 262,144 vectors", "What a spelling stands for is the sum of its three words."),
    )),
    Question("19.q2", "‖sg(r) − e‖², where sg passes no gradient. Whom does this square move?", (
        ("the word e alone", "r stands behind the stop: for this term it is a constant."),
        ("the encoder that made r", "It would, without the stop."),
        ("both, half and half", "So does a square without any stop. Then β holds nothing back."),
    ), branch=True),
    Question("19.q3", "A new item shares its three codes with two old ones and gets the further code 2. What has the model learned of that code at this "
             "place?", (
        ("nothing: no item of training had it there", "So ask new items for their meaningful codes alone, or all alike in the last one."),
        ("as much as of the codes 0 and 1", "These were learned from the two old items' events."),
        ("what an average item has", "The further code has no meaning that items could have on average."),
    ), branch=True),
    Question("19.q4", "A beam of 1. The first code's chances are 0.5 and 0.4; the best items below them have 0.2 and 0.9 of that. What does it return?", (
        ("an item with 0.1, though there is one with 0.36", "It took the likeliest first code, and never saw what begins with the other."),
        ("the item with 0.36", "That would need a beam of 2: its first code was second."),
        ("nothing: 0.1 is less than 0.4", "A beam keeps what is likeliest at its level; levels are not compared."),
    )),
    Question("19.q5", "An item leaves the shop. What has to be done so that a model that spells never recommends it again?", (
        ("its leaf is taken out of the trie", "No training: the trie says what exists."),
        ("the words are learned again", "Others use the same words; none of them changes."),
        ("the transformer is trained again", "It gives the old spelling a probability, and nobody asks for it."),
    )),
    Question("19.q6", "HSTU divides by n. Which n keeps what the count of events tells?", (
        ("a constant, the same for all histories", "Then five events take five times as much as one."),
        ("the number of events of this history", "Then the sum becomes a mean, and the count is gone."),
        ("the sum of the weights", "That is what a softmax divides by."),
    ), branch=True),
)  # fmt: skip
