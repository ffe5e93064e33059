"""What the morals of lesson 16 rest on."""

from __future__ import annotations

from graphrec_utils.models.omnisage import LOSSES
from tests.lessons.evidence import ahead, behind, mean, of, open_, printed


def rival() -> bool:
    stored = of("16_graphs")
    found = {row["model"]: row["recall"]["all"] for row in stored["models"]}
    lead = found["both"] - found["PinSage"]
    return (
        open_(stored["equal leads"]["both over PinSage, offset, d = 32, all"])
        and open_(stored["leads"]["both over pin-board, all"])  # row three, and who is behind in it
        and behind(stored["leads"]["both over pin-board, cold queries"])
        and open_(stored["leads"]["both over pin-pin, all"])  # one graph seems enough
        and found["PinSage, offset"] - found["PinSage"] > 0.9 * lead
    )


def edges_alone() -> bool:
    # who counts edges finds nothing when a pin without one asks; encoders read what it shows, and one that hears nobody does
    # as well: the content answers. Popularity alone finds as little as vectors alone. A new pin is found by hardly any
    # model, and not for want of the offset alone
    stored = of("16_graphs")
    rows = {
        row["model"]: row["recall"]
        for k in ("models", "equal size", "both ways")
        for row in stored[k]
    }
    counting = ("iALS, d = 32, both ways", "RP3β, both ways")
    return (
        all(rows[x]["cold queries"] == 0 for x in counting)
        and all(0.21 < rows[x]["cold queries"] < 0.225 for x in ("both", "PinSage, offset, d = 32"))
        and rows["nobody"]["cold queries"] > 0.22
        and open_(stored["leads"]["both over nobody, cold queries"])
        and all(0.035 < rows[x]["all"] < 0.045 for x in ("both, no offset", "recent popularity"))
        and max(row["cold targets"] for row in rows.values()) < 0.01
        and rows["both, no offset"]["cold targets"] > 0 == rows["PinSage"]["cold targets"]
    )


def reader() -> bool:
    # a loss that joins others is never seen to cost pins. What all three bring users is their reader's: one that is trained
    # over the vectors of pairs, which stand still, finds as much, and a mean of the vectors of all three no more
    stored, features = of("16_losses"), "entity-entity + entity-feature"
    leads, rows = stored["leads"], {row["model"]: row for row in stored["models"]}
    steps = [f"{features} over entity-entity"]
    steps += [f"all three over {x}" for x in (features, *LOSSES)]
    read = of("16_readers")
    found = {(row["taught by"], row["read"]): row for row in read["readers"]}
    after = found["pairs", "afterwards"]
    return (
        not any(behind(leads[f"{x}, all"]) for x in steps)
        and all(ahead(leads[f"{x}, users"]) for x in steps[1:])
        and open_(read["leads"]["all three, together over pairs, afterwards"])
        and open_(read["leads"]["all three, afterwards over pairs, afterwards"])
        and ahead(read["leads"]["pairs, afterwards over pairs, mean"])
        and behind(read["leads"]["all three, mean over pairs, mean"])
        and min(after["seeds"]) > max(found["pairs", "mean"]["seeds"]) + 0.01
        and abs(found["all three", "together"]["recall"] - rows["all three"]["recall"]["users"])
        < 0.001
        # its rate is at no end of what was tried
        and after["rate"] not in (after["trials"][0]["rate"], after["trials"][-1]["rate"])
    )


def drowned() -> bool:
    of_boards, places = printed("16", "234 pins on 20 boards and more:")
    return of_boards > 90 and places == 15


MORALS = {
    "Where only visits count, a busy pin hears hardly anything but boards. A quota keeps places for both": drowned,
    "Before you praise a joint training, give its rival the same reader": reader,
    "Before you praise attention, give its rival the same offset": lambda: (
        rival() and edges_alone()
    ),
    "Where contents may lie, let the model know the author, too": lambda: (
        all(
            mean("content", "PinWorld", lies, "iALS, told of content")
            > max(
                mean("content", "PinWorld", lies, x) for x in ("PinSage", "MultiBiSage", "OmniSage")
            )
            for lies in (0, 0.5, 1)
        )
        and mean("content", "PinWorld", 1, "OmniSage")
        > 2 * mean("content", "PinWorld", 1, "PinSage")
    ),
}
