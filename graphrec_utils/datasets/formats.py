"""The file formats of the real data sets: one reader each, from verified files to objects.

The numbers that each file must yield are facts in `tests/library/test_data.py`.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.sparse as sp

from graphrec_utils.data.features import Features
from graphrec_utils.data.interactions import Interactions
from graphrec_utils.data.splits import Split
from graphrec_utils.data.triples import Triples
from graphrec_utils.datasets.registry import member
from graphrec_utils.datasets.wikidata_names import NAMES

Files = dict[str, Path]


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _integers(text: str) -> np.ndarray:
    """Return all numbers of a text as int64; ten times faster than int() in a loop."""
    return np.fromstring(text, dtype=np.int64, sep=" ")


def _lists(text: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (first, line, rest) of lines "first rest rest ...".

    first: (L,) the leading number of each line; line: (E,) the line of each other number, counted
    from 0; rest: (E,) these numbers.
    """
    counts = np.array([len(line.split()) for line in text.splitlines()], dtype=np.int64)
    numbers = _integers(text)
    starts = np.cumsum(counts) - counts
    rest = np.delete(numbers, starts)
    return numbers[starts], np.repeat(np.arange(len(counts)), counts - 1), rest


def _counted_lists(text: str) -> tuple[np.ndarray, np.ndarray]:
    """Return (line, item) of lines "count item item ..."."""
    counts, line, rest = _lists(text)
    if not np.array_equal(counts, np.bincount(line, minlength=len(counts))):
        raise ValueError("a line does not have as many entries as its first number says")
    return line, rest


def _with_titles(ratings: Interactions, ids: Sequence, titles: Sequence, genres: Sequence):
    """Return the ratings with titles as item labels and genres ("A|B") as item features."""
    row = pd.Series(np.arange(len(ids)), index=list(ids)).loc[ratings.item_labels].to_numpy()
    table = pd.Series(genres).iloc[row].str.get_dummies("|")
    table = table.drop(columns="(no genres listed)", errors="ignore")
    return replace(
        ratings,
        item_labels=np.array(titles, dtype=object)[row],
        item_features=Features(
            sp.csr_matrix(table.to_numpy(dtype=np.float32)), table.columns.to_numpy()
        ),
    )


def movietweetings(files: Files) -> Interactions:
    """Read `user::movie::rating::time` and `movie::title (year)::genre|genre`."""
    rows = _integers(_text(files["ratings.dat"]).replace("::", " ")).reshape(-1, 4)
    frame = pd.DataFrame(rows, columns=["user", "movie", "rating", "time"])
    ratings = Interactions.from_frame(frame, "user", "movie", "time", "rating")
    movies = [line.split("::") for line in _text(files["movies.dat"]).splitlines()]
    ids, titles, genres = zip(*movies, strict=True)
    return _with_titles(ratings, [int(i) for i in ids], titles, genres)


def ml_latest_small(files: Files) -> Interactions:
    """Read ratings.csv and movies.csv of GroupLens' archive."""
    with zipfile.ZipFile(files["ml-latest-small.zip"]) as archive:
        with archive.open(member(archive, "ratings.csv")) as file:
            frame = pd.read_csv(file)
        with archive.open(member(archive, "movies.csv")) as file:
            movies = pd.read_csv(file)
    ratings = Interactions.from_frame(frame, "userId", "movieId", "timestamp", "rating")
    return _with_titles(ratings, movies["movieId"], movies["title"], movies["genres"])


def gowalla(files: Files) -> Split:
    """Read lines `user item item ...` of train.txt and test.txt, the split of LightGCN.

    The events of a user keep the order of their line, and that order is time, without the times.
    The papers call the split random; NGCF's author says that test is the latest fifth of every
    user's history (https://github.com/xiangwang1223/neural_graph_collaborative_filtering/issues/19),
    and the files agree. With items as vectors of an SVD of train, a user's test items are nearest
    to the last tenth of their train line (mean cosine .658, other tenths .577 to .624, a shuffled
    line .598), and the last five train items to the first fifth of the test line (.708, then
    falling to .612; shuffled .598). The files hold no date: how far events lie apart, and how two
    users' events compare in time, is not known. So validation is `with_validation(last=0.1)`.
    """
    parts = []
    with zipfile.ZipFile(files["light_gcn_gowalla.zip"]) as archive:
        for name in ("train.txt", "test.txt"):
            user, line, items = _lists(archive.read(member(archive, name)).decode())
            parts.append((user[line], items))
    num_users, num_items = (1 + max(part[side].max() for part in parts) for side in (0, 1))
    train, test = (Interactions(*part, int(num_users), int(num_items)) for part in parts)
    return Split(train, train.select(slice(0, 0)), test)


def one_event_a_line(files: Files) -> Interactions:
    """Read `user item` with ids from 1, one event a line; each user's lines are in order of time.

    An event's only time is its rank among its user's events, which is the order of the events
    here; `times` stays None, as ranks of two users cannot be compared. A pair may occur again.
    """
    (path,) = files.values()
    users, items = _integers(_text(path)).reshape(-1, 2).T - 1
    return Interactions(users, items, int(users.max()) + 1, int(items.max()) + 1)


def citeulike_t(files: Files) -> dict[str, Interactions]:
    """Read libraries, tags and citations, `count item item ...`, and the words of the articles."""
    lines = _text(files["mult.dat"]).replace(":", " ")
    distinct, line, rest = _lists(lines)
    words, counts = rest[0::2], rest[1::2]
    vocabulary = np.array(_text(files["vocabulary.dat"]).splitlines(), dtype=object)
    articles = len(distinct)
    bag = sp.csr_matrix(
        (counts.astype(np.float32), (line[0::2], words)), shape=(articles, len(vocabulary))
    )
    graphs = {}
    for name, file in (("library", "users"), ("tag", "tag-item"), ("citation", "citations")):
        text = _text(files[f"{file}.dat"])
        rows, items = _counted_lists(text)
        graphs[name] = Interactions(rows, items, len(text.splitlines()), articles)
    tags = np.array(_text(files["tags.dat"]).splitlines(), dtype=object)
    return {
        "library": replace(graphs["library"], item_features=Features(bag, vocabulary)),
        "tag": replace(graphs["tag"], user_labels=tags),
        "citation": graphs["citation"],
    }


def hin_yelp(files: Files) -> dict[str, Interactions]:
    """Read `id<tab>id<tab>weight` with ids from 1; all graphs share the ids of a node type."""
    pairs = {Path(name).stem: _integers(_text(path)).reshape(-1, 3) for name, path in files.items()}
    sizes: dict[str, int] = {}
    for graph, rows in pairs.items():
        for side, kind in enumerate(graph.split("_")):
            sizes[kind] = max(sizes.get(kind, 0), int(rows[:, side].max()))
    graphs = {}
    for graph, rows in pairs.items():
        left, right = graph.split("_")
        # only users rate; elsewhere the third column is 1 and says nothing
        weights = rows[:, 2] if graph == "user_business" else None
        graphs[graph] = Interactions(
            rows[:, 0] - 1, rows[:, 1] - 1, sizes[left], sizes[right], weights=weights
        )
    return graphs


def named_facts(files: Files) -> Split:
    """Read `head<tab>relation<tab>tail` with names in train.txt, valid.txt and test.txt."""
    parts = [
        np.array([line.split("\t") for line in _text(files[f"{part}.txt"]).splitlines()], object)
        for part in ("train", "valid", "test")
    ]
    facts = np.concatenate(parts)
    entities, relations = np.unique(facts[:, [0, 2]]), np.unique(facts[:, 1])
    return Split(
        *(
            Triples(
                np.searchsorted(entities, part[:, 0]),
                np.searchsorted(relations, part[:, 1]),
                np.searchsorted(entities, part[:, 2]),
                len(entities),
                len(relations),
                entity_labels=entities,
                relation_labels=relations,
            )
            for part in parts
        )
    )


def codex_s(files: Files) -> Split:
    """Read facts; relations and types have English labels, and so do those entities whose name is known.

    The others are called by their Wikidata id: the files name an entity only if it is a type as well.
    """
    split = named_facts(files)
    named = json.loads(_text(files["relations.json"]))
    types = json.loads(_text(files["types.json"]))
    of = json.loads(_text(files["entity2types.json"]))
    first = [of.get(entity, [""])[0] for entity in split.train.entity_labels]
    relations = [named[relation]["label"] for relation in split.train.relation_labels]
    entities = [
        NAMES.get(e) or types.get(e, {}).get("label") or e for e in split.train.entity_labels
    ]
    readable = {
        "entity_labels": np.array(entities, dtype=object),
        "relation_labels": np.array(relations, dtype=object),
        "entity_types": np.array([types.get(t, {}).get("label", "") for t in first], dtype=object),
    }
    return Split(*(replace(part, **readable) for part in split))


def fb15k_237(files: Files) -> Split:
    """Read OpenKE's id files: a count, then `head tail relation`, in this order."""
    entities, relations = (
        # "label<tab>id" in the order of the ids
        np.array(_text(files[f"{kind}2id.txt"]).split()[1::2], dtype=object)
        for kind in ("entity", "relation")
    )
    parts = []
    for name in ("train", "valid", "test"):
        heads, tails, rels = _integers(_text(files[f"{name}2id.txt"]))[1:].reshape(-1, 3).T
        parts.append(
            Triples(
                heads,
                rels,
                tails,
                len(entities),
                len(relations),
                entity_labels=entities,
                relation_labels=relations,
            )
        )
    return Split(*parts)


LOADERS: dict[str, Callable[[Files], Interactions | Split | dict[str, Interactions]]] = {
    "amazon-games": one_event_a_line,
    "citeulike-t": citeulike_t,
    "codex-s": codex_s,
    "fb15k-237": fb15k_237,
    "gowalla": gowalla,
    "hin-yelp": hin_yelp,
    "kinships": named_facts,
    "ml-latest-small": ml_latest_small,
    "movietweetings-100k": movietweetings,
    "nations": named_facts,
    "umls": named_facts,
    "wikipedia-edits": one_event_a_line,
}
