"""What each system is for: where it was first is computed from what is stored."""

from __future__ import annotations

import re

import pytest

from graphrec_utils import methods, results
from graphrec_utils.authoring.site import wins_page
from graphrec_utils.results import regimes

SYSTEMS = (
    "item2item", "iALS", "NGCF", "LightGCN", "GraphSAGE", "Pixie", "PinSage", "Two towers", "TransE", "TwHIN",
    "PinnerSage", "MultiBiSage", "SASRec", "PinnerFormer", "OmniSage", "Semantic IDs",
)  # fmt: skip


def band(mean, reach=0.01):
    return {"mean": mean, "low": mean - reach, "high": mean + reach, "users": 9}


def row(level, first, behind, level_with=()):
    return {
        "level": level, "first": first, "behind": {k: band(v) for k, v in behind.items()},
        "level with": {k: band(v) for k, v in dict(level_with).items()},
    }  # fmt: skip


def line(*means):
    return [{"mean": x, "low": x - 0.01, "high": x + 0.01} for x in means]


SLICES = {"history": {
    "knob": "likes known", "unit": "likes", "measure": "NDCG@20", "absent": {"NCF": "has no row for somebody new"},
    "sets": {"PinWorld": {
        "levels": [1, 2, 5],
        "methods": {"LightGCN": line(0.2, 0.15, 0.1), "RP3β": line(0.1, 0.148, 0.2), "RP3β, old": line(0.1, 0.1, 0.19)},
        "first": [
            row(1, "LightGCN", {"RP3β": 0.1, "RP3β, old": 0.1}),
            row(2, "LightGCN", {"RP3β, old": 0.05}, {"RP3β": 0.002}),
            row(5, "RP3β", {"LightGCN": 0.1}, {"RP3β, old": 0.008}),
        ],
        "crossings": [{"from": "LightGCN", "to": "RP3β", "between": [1, 5], "before": band(0.1), "after": band(-0.1),
                       "twice": {"between": [[2, 5]]}}],
    }},
}}  # fmt: skip


def test_the_clearest_place_comes_first_and_variants_are_no_rivals_of_each_other():
    found = regimes.places(SLICES)
    assert [(p["level"], p["first"], p["other"]) for p in found["LightGCN"]] == [
        (1, True, "RP3β"),
        (2, True, "RP3β"),
    ]
    assert [(p["level"], p["first"], p["other"]) for p in found["RP3β"]] == [
        (5, True, "LightGCN"),
        (2, False, "LightGCN"),
    ]
    assert found["RP3β"][1]["gap"] == pytest.approx(-0.002)
    assert found["RP3β"][1]["low"] < 0 < found["RP3β"][1]["high"]


def test_a_row_says_where_and_by_how_much_or_nowhere():
    table = regimes.uses(SLICES).table
    where = table["where it was first"]
    assert (
        where["LightGCN"]
        == "likes known 1, PinWorld: ahead of all, +0.100, from +0.090 to +0.110 over RP3β"
    )
    assert where["PinSage"] == "nowhere among what was measured"


def test_level_needs_an_interval_of_a_tenth_of_the_best_to_each_side():
    assert regimes.call(band(0.1, 0.09), 0.2) == "ahead"
    assert regimes.call(band(0.01, 0.02), 0.2) == regimes.call(band(-0.02, 0.02), 0.2) == "level"
    assert regimes.call(band(-0.02, 0.021), 0.2) == "not told"
    part = {
        "levels": [1, 2], "crossings": [],
        "methods": {"iALS": line(0.2, 0.2), "NGCF": line(0.19, 0.1), "BPR": line(0.18, 0.1)},
        "first": [
            row(1, "iALS", {}, {"NGCF": 0.01}) | {"behind": {"BPR": band(0.02)}},
            row(2, "iALS", {"BPR": 0.1}) | {"level with": {"NGCF": band(0.1, 0.11)}},
        ],
    }  # fmt: skip
    slices = {"history": SLICES["history"] | {"sets": {"PinWorld": part}}}
    assert [(p["level"], p["call"]) for p in regimes.places(slices)["NGCF"]] == [(1, "level"), (2, "not told")]  # fmt: skip
    assert [p["call"] for p in regimes.places(slices)["iALS"]] == ["level", "not told"]
    where = regimes.uses(slices).table["where it was first"]
    assert where["NGCF"].startswith("likes known 1, PinWorld: level with iALS (−0.010")
    assert where["iALS"].startswith("likes known 1, PinWorld: largest mean, level with NGCF")
    part["first"] = part["first"][1:]
    part["levels"], part["methods"] = [2], {x: rows[1:] for x, rows in part["methods"].items()}
    where = regimes.uses(slices).table["where it was first"]
    assert where["NGCF"] == "likes known 2, PinWorld: not told from iALS (−0.100, from −0.210 to +0.010)"  # fmt: skip
    assert where["iALS"].startswith("likes known 2, PinWorld: largest mean, not told from NGCF")


def test_at_most_three_systems_of_the_lecture_have_no_place():
    """Neither ahead nor level with the first: what was tried stands in their lessons and in the rows of the slices."""
    found = regimes.places(regimes.regimes())
    names = {m.name: m.called.get("look", m.name) for m in methods.TABLE}
    calls = {name: {p["call"] for p in found.get(names[name], [])} for name in SYSTEMS}
    assert {name for name, x in calls.items() if not x & {"ahead", "level"}} == {
        "NGCF", "MultiBiSage", "Semantic IDs",
    }  # fmt: skip


def test_what_was_tried_of_semantic_ids_is_stored():
    new = results.load("19_new").values["rows"]
    games = results.load("19_known").values["sets"]["amazon-games"]["rows"]
    films = results.load("19_new_films").values
    spelled, genres = films["rows"][f"TIGER, {films['asked']}"], films["rows"]["content"]
    found = [new["TIGER, one code"], new["content"], spelled, genres, games["TIGER"], games["RP3β"]]
    (tried,) = (m.tried for m in methods.TABLE if m.tried)
    assert re.findall(r"0\.\d+", tried) == [f"{x['mean']:.3f}" for x in found]
    where = regimes.uses().table["where it was first"]["Semantic IDs"]
    assert where == f"nowhere among what was measured; {tried}"


def test_the_table_shows_whole_sentences_and_no_address():
    uses = regimes.uses(SLICES)
    assert repr(uses) == f"what each of {len(uses.table)} systems is for"
    assert max(uses.table["take it when"], key=len) in uses._repr_html_().replace("&#x27;", "'")


def test_every_system_of_the_lecture_has_its_row():
    table = regimes.uses(SLICES).table
    assert set(SYSTEMS) <= set(table.index)
    assert (table[["take it when", "leave it when"]].map(len) > 10).all(axis=None)


def test_lines_of_stored_slices_are_methods_of_the_table():
    names = {other for m in methods.TABLE for other in (m.name, *m.called.values())}
    for name, values in regimes.regimes().items():
        for data, part in values["sets"].items():
            assert {x.partition(",")[0] for x in part["methods"]} <= names | {
                "chain",
                "mean of vectors",
                "mixture of centroids",
                "own history",
            }, (name, data)


def test_the_page_has_the_crossing_the_table_and_who_did_not_play():
    says = "Few likes, LightGCN; many, neighbors."
    page = wins_page.page({"history": SLICES["history"] | {"says": says}})
    assert f"* *likes known*: {says}" in page
    assert (
        "| likes known | PinWorld | LightGCN | RP3β | from 1 to 5 | +0.100, from +0.090 to +0.110 | −0.100, from −0.110 to −0.090 | from 2 to 5 |"
        in page
    )
    assert page.count("nowhere among what was measured") == len(regimes.uses(SLICES).table) - 2
    assert "NCF: has no row for somebody new" in page
    assert not re.search(r"\{(visual|says|crossings|table|absent)\}", page)
    assert results.NAME.fullmatch("18_regimes_history")


def test_what_a_slice_says_is_short_and_true_of_what_is_stored():
    assert set(regimes.SAYS) <= set(regimes.regimes())
    assert all(len(says.split()) <= 25 and says.endswith(".") for says in regimes.SAYS.values())


def test_five_medoids_find_more_than_one_and_a_mean_of_the_latest_as_much():
    """The bands of users with the same seeds; the leads in pairs are narrower still."""
    part = regimes.regimes()["interests"]["sets"]["PinWorld"]
    methods = {x: [row["mean"] for row in rows] for x, rows in part["methods"].items()}
    one, five, mean = (
        methods[x] for x in ("PinnerSage, 1", "PinnerSage, 5", "mean of vectors, the latest more")
    )
    assert all(a > b for a, b in zip(five[1:], one[1:], strict=True)) and five[0] < one[0]
    assert "PinnerSage, 5" in part["first"][2]["level with"]
    assert max(abs(a - b) for a, b in zip(five, mean, strict=True)) < 0.007


def firsts(name: str, data: str) -> list[dict]:
    return regimes.regimes()[name]["sets"][data]["first"]


def test_what_history_and_content_say_is_stored():
    rows = firsts("history", "PinWorld")
    assert {rows[0]["first"], *rows[0]["level with"]} == {"iALS", "LightGCN"}
    last = {rows[-1]["first"], *rows[-1]["level with"]}
    assert {"item2item", "EASE"} <= last and not {"iALS", "LightGCN"} & last
    assert {x["first"] for x in firsts("history", "MovieTweetings")} == {"recent"}
    rows = firsts("content", "PinWorld")
    assert [("OmniSage" in row["level with"]) for row in rows] == [True, True, False]
    means = {
        x: m[0]["mean"]
        for x, m in regimes.regimes()["content"]["sets"]["PinWorld"]["methods"].items()
    }
    assert min(means["RP3β"], means["iALS"]) > means["content"]


def test_sasrec_is_alone_in_front_on_films_and_not_ahead_of_walks_elsewhere():
    part = regimes.regimes()["order"]["sets"]["what is new to the user"]
    rows = dict(zip(part["names"], part["first"], strict=True))
    assert rows.pop("MovieTweetings")["first"] == "SASRec"
    assert not part["first"][1]["level with"]
    assert len(rows) == 3
    assert all(row["first"] == "RP3β" and "SASRec" in row["level with"] for row in rows.values())


def test_what_age_says_is_stored():
    rows = {row["level"]: row for row in firsts("age", "PinWorld")}
    assert all(rows[x]["first"] == "RP3β" and not rows[x]["level with"] for x in (7, 14, 28))
    (youngest, *_) = firsts("age", "PinWorld, pins born since")
    assert (youngest["first"], youngest["level"]) == ("PinSage", 3)
    assert set(youngest["level with"]) == {"GraphSAGE"}
    fresh, *_, oldest = firsts("age", "PinWorld, a person's vector so old")
    assert (fresh["first"], fresh["level"], fresh["level with"]) == ("PinnerFormer", 0, {})
    assert "PinnerFormer" in oldest["behind"]


def test_what_rarity_says_is_stored():
    part = regimes.regimes()["rarity"]["sets"]["ads of PinWorld"]
    assert {row["first"] for row in part["first"]} == {"iALS, same graph"}
    alone = ("popularity", "item2item", "RP3β", "iALS", "TwHIN, target alone")
    leads = dict(zip(part["levels"], part["leads"]["TwHIN"], strict=True))
    ahead = {level for level, lead in leads.items() if all(lead[x]["low"] > 0 for x in alone)}
    assert ahead == {100, 30, 10, 3}
    for name in ("TwHIN", "TransE"):
        calls = {p["level"]: p["call"] for p in regimes.places(regimes.regimes())[name]}
        assert calls[100] == "level" and "level" not in {calls.get(x) for x in (30, 10, 3, 1)}


def test_twice_the_trials_of_who_is_behind_move_no_crossing_by_more_than_a_level():
    for name, values in regimes.regimes().items():
        for data, part in values["sets"].items():
            for cross in part["crossings"]:
                levels = part["levels"]
                (between,) = cross["twice"]["between"]
                for one, other in zip(cross["between"], between, strict=True):
                    assert abs(levels.index(one) - levels.index(other)) <= 1, (name, data, cross)


def means(name: str, data: str) -> dict[str, list[float]]:
    part = regimes.regimes()[name]["sets"][data]
    return {x: [row["mean"] for row in rows] for x, rows in part["methods"].items()}


def test_when_to_take_and_to_leave_a_system_is_stored():
    """Each row: words of the table, and what must hold of the slices for them; other rows say what a model is."""
    rows = {m.name: f"{m.take} | {m.leave}" for m in methods.TABLE if m.take}
    likes, films = firsts("history", "PinWorld"), firsts("history", "MovieTweetings")
    age, born = firsts("age", "PinWorld"), firsts("age", "PinWorld, pins born since")
    old = firsts("age", "PinWorld, a person's vector so old")
    speed = means("size", "random catalogs")
    topics = regimes.regimes()["interests"]["sets"].values()
    several = {"PinnerSage, 3", "PinnerSage, 5", "mixture of centroids"}
    one = {"mean of vectors", "mean of vectors, the latest more", "iALS", "RP3β"}
    half = firsts("content", "PinWorld")[1]
    graphs = results.load("14_rivals").values["PinWorld"]["leads"]
    held = {
        ("recent", "the calendar says what people take, as on films"): {row["first"] for row in films} == {"recent"},
        ("item2item", "a single like of the person"): "item2item" in likes[0]["behind"] and "item2item" in films[0]["behind"],
        ("iALS", "even a single one"): likes[0]["first"] == "iALS",
        ("iALS", "the calendar"): "iALS" in films[0]["behind"] and all("iALS" in row["behind"] for row in born),
        ("EASE", "ten thousand things or fewer"): speed["EASE"][1] > 0 and not any(speed["EASE"][2:]),
        ("RP3β", "edges arrive all day"): {row["first"] for row in age[3:]} == {"RP3β"},
        ("LightGCN", "people have few likes"): all("LightGCN" in {row["first"], *row["level with"]} for row in likes[:3]),
        ("GraphSAGE", "new things"): all("GraphSAGE" in row["level with"] for row in born[:3]),
        ("Pixie", "a scan answers faster"): all(a > b for a, b in zip(speed["iALS, exact scan"][:2], speed["Pixie"], strict=False)),
        ("PinSage", "born all day"): all(row["first"] == "PinSage" for row in born[:3]),
        ("PinSage", "everything in the catalog is known"): all("PinSage" in row["behind"] for row in age),
        ("PinSage", "half of what it says of itself is false"): "PinSage" in half["behind"],
        ("OmniSage", "half of what things say of themselves is false"): "OmniSage" in half["level with"],
        ("TwHIN", "iALS finds no less"): {row["first"] for row in firsts("rarity", "ads of PinWorld")} == {"iALS, same graph"},
        ("PinnerSage", "five medoids find more than one medoid"): all(
            a > b for a, b in zip(means("interests", "PinWorld")["PinnerSage, 5"][1:], means("interests", "PinWorld")["PinnerSage, 1"][1:], strict=True)
        ),
        ("PinnerSage", "lists are short: one vector finds no less"): all(
            row["first"] not in several or one & set(row["level with"]) for part in topics for row in part["first"]
        ),
        ("SASRec", "places, games and edits"): regimes.regimes()["order"]["sets"]["what is new to the user"]["names"]
        == ["wikipedia-edits", "MovieTweetings", "Gowalla", "amazon-games"],
        ("PinnerFormer", "anew before each list"): old[0]["first"] == "PinnerFormer" and not old[0]["level with"],
        ("PinnerFormer", "a day old or more"): all({"RP3β", "iALS"} & {row["first"], *row["level with"]} for row in old[1:]),
        ("MultiBiSage", "first try the plain mean of the graphs"): graphs["transformer over mean, all@10"]["low"] < 0,
    }  # fmt: skip
    assert [(name, words) for name, words in held if words not in rows[name]] == []
    assert [case for case, holds in held.items() if not holds] == []
