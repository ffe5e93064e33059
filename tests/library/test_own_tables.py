"""`datasets.read`: tables as people have them, and those that cannot be used."""

from __future__ import annotations

import gzip
import os
import time

import numpy as np
import pandas as pd
import pytest

from graphrec_utils import datasets

ROWS = [("ann", "Alien", 3, "2014-03-31 18:05:00"), ("ann", "Brazil", 5, "2014-04-01 09:00:00"),
        ("bob", "Brazil", 4, "2014-04-02 10:30:00"), ("bob", "Cube", 2, "2014-04-13 11:00:00")]  # fmt: skip
SECONDS = [1396289100, 1396342800, 1396434600, 1397386800]


def text(separator=",", names=("user", "item", "rating", "time"), rows=ROWS, end="\n") -> str:
    lines = [names, *rows] if names else rows
    return "".join(separator.join(map(str, line)) + end for line in lines)


@pytest.fixture
def read(tmp_path):
    """Return a function that writes a table and reads it; `read.said` has what was said."""

    def call(content, name="likes.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        call.said = []
        return datasets.read(path, say=call.said.append, **options)

    return call


@pytest.fixture
def refused(read):
    """Return a function that gives the sentence by which a table is refused."""

    def call(content, name="likes.csv", **options) -> str:
        with pytest.raises(datasets.Unreadable) as error:
            read(content, name, **options)
        sentence = str(error.value)
        assert name in sentence and "\n" not in sentence and len(sentence) < 300
        return sentence

    return call


def same(events) -> None:
    assert [events.user_labels[u] for u in events.users] == ["ann", "ann", "bob", "bob"]
    assert [events.item_labels[i] for i in events.items] == ["Alien", "Brazil", "Brazil", "Cube"]


# ------------------------------------------------------------------------ what simply works
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_whatever_separates_the_columns(read, separator):
    events = read(text(separator))
    same(events)
    assert events.times.tolist() == SECONDS
    assert events.weights.tolist() == [3, 5, 4, 2]


def test_blanks_may_separate_them(read):
    same(read(text(" ", ("user", "item"), [row[:2] for row in ROWS])))


@pytest.mark.parametrize("made", [
    lambda t: b"\xef\xbb\xbf" + t.encode(), lambda t: t.encode("utf-16"), lambda t: gzip.compress(t.encode()),
    lambda t: t.replace("\n", "\r\n").encode(), lambda t: t.rstrip("\n").encode(),
], ids=["BOM", "utf-16", "gzip without its name", "Windows", "no last line end"])  # fmt: skip
def test_however_it_is_encoded(read, made):
    same(read(made(text())))


def test_gzip_by_its_name(read):
    same(read(gzip.compress(text().encode()), "likes.tsv.gz"))


def test_quotes_and_an_id_with_a_newline(read):
    rows = [("ann", '"Alien, the first"'), ("ann", '"two\nlines"'), ("bob", '"a ""b"""'), ("bob", '"two\nlines"')]  # fmt: skip
    events = read(text(names=("user", "item"), rows=rows))
    assert events.item_labels.tolist() == ["Alien, the first", 'a "b"', "two\nlines"]
    assert events.items.tolist() == [0, 2, 1, 2]


def test_letters_of_an_old_table(read):
    events = read(
        text(
            rows=[("ann", "Amélie", 1, 2), *ROWS[1:]], names=("user", "item", "rating", "n")
        ).encode("latin-1")
    )
    assert "Amélie" in events.item_labels


def test_recbole(read):
    names = ("user_id:token", "item_id:token", "rating:float", "timestamp:float")
    rows = [(*row[:3], float(s)) for row, s in zip(ROWS, SECONDS, strict=True)]
    events = read(text("\t", names, rows), "likes.inter")
    same(events)
    assert events.times.tolist() == SECONDS


WAYS = {
    "seconds": str, "floats": lambda s: f"{s}.0", "milliseconds": lambda s: str(s * 1000),
    "ISO": lambda s: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(s)),
    "American": lambda s: time.strftime("%m/%d/%Y %H:%M:%S", time.gmtime(s)),
    "European": lambda s: time.strftime("%d.%m.%Y %H:%M:%S", time.gmtime(s)),
    "half a day": lambda s: time.strftime("%m/%d/%Y %I:%M %p", time.gmtime(s)),
    "words": lambda s: '"' + time.strftime("%b %d, %Y %H:%M", time.gmtime(s)) + '"',
    "microseconds": lambda s: str(s * 10**6),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_times_are_written_in_many_ways(read, way):
    rows = [(*row[:2], WAYS[way](s)) for row, s in zip(ROWS, SECONDS, strict=True)]
    events = read(text(names=("user", "item", "when"), rows=rows))
    assert events.times.tolist() == SECONDS and events.calendar


@pytest.mark.parametrize("way", ["%Y-%m-%d", "%Y%m%d", "%d.%m.%Y", "%m/%d/%Y", "%d %b %Y"])
def test_dates_in_five_formats(read, way):
    rows = [
        (*row[:2], time.strftime(way, time.gmtime(s))) for row, s in zip(ROWS, SECONDS, strict=True)
    ]
    days = [s // 86400 * 86400 for s in SECONDS]
    assert read(text(names=("user", "item", "date"), rows=rows)).times.tolist() == days


def test_the_first_second_is_no_time_beside_dates(read):
    rows = [(u, i, w, t) for (u, i, w, _), t in zip(ROWS, (0, *SECONDS[1:]), strict=True)]
    rows += [("bob", "Alien", 1, -1), ("ann", "Cube", 1, SECONDS[0])]
    events = read(text(rows=rows))
    assert sorted(events.times.tolist()) == sorted([*SECONDS[1:], SECONDS[0]])
    assert any("2 of 6 rows lack" in line for line in read.said)
    assert read(text(rows=[(u, i, w, k) for k, (u, i, w, _) in enumerate(ROWS)])).times.min() == 0


def test_small_numbers_are_an_order_without_dates(read):
    events = read(
        text(names=("user", "item", "t"), rows=[(*row[:2], k) for k, row in enumerate(ROWS)])
    )
    assert events.times.tolist() == [0, 1, 2, 3] and not events.calendar


def test_ids_are_sorted_as_what_they_are(read):
    rows = [("10", "007"), ("9", "7"), ("10", "7"), ("9", "1")]
    events = read(text(names=("user", "item"), rows=rows))
    assert events.user_labels.tolist() == [9, 10]
    assert events.item_labels.tolist() == ["007", "1", "7"]
    events = read(text(names=("user", "item"), rows=[("1.0", 3), ("", 3), ("2.0", 4), ("1.0", 4)]))
    assert events.user_labels.tolist() == [1, 2]


def test_an_id_is_one_however_it_is_written(read):
    rows = [("12", "7.0", 1, 1), ("12.0", "8", 1, 2), ("3", "7", 1, 3), ("3 ", " 8", 1, 4)]
    events = read(text(rows=rows))
    assert events.user_labels.tolist() == [3, 12] and events.item_labels.tolist() == [7, 8]
    events = read(text(rows=[("ann ", "x", 1, 1), ("ann", "y", 1, 2), ("bob", "y ", 1, 3)]))
    assert events.user_labels.tolist() == ["ann", "bob"] and events.num_items == 2
    rows = [(u, i, w, t) for u, (i, w, t) in zip(("3.0.0", "3.0", "3.0"), [("x", 1, 1), ("x", 1, 2), ("y", 1, 3)], strict=True)]  # fmt: skip
    assert read(text(rows=rows)).user_labels.tolist() == ["3.0", "3.0.0"]  # versions, no numbers


def test_blanks_alone_are_no_id(read):
    events = read(text(rows=[*ROWS, ('" "', "Cube", 1, "2014-04-14")]))
    same(events)
    assert "1 of 5 rows lack" in read.said[-1]


@pytest.mark.parametrize("change", [
    lambda s: s.replace("\n", ",\n"), lambda s: s.replace("\n", ",\n").replace(",", "", 0).replace("time,", "time", 1),
    lambda s: "\n\n" + s.replace("\n", "\n\n"), lambda s: "\ufeff" + s.replace("\n", "\r\n"), lambda s: s.replace("\n", "\r"),
    lambda s: s.replace(",", ", "),
], ids=["a comma at the end", "in rows alone", "blank lines", "Windows", "old Mac", "blanks"])  # fmt: skip
def test_what_exports_leave_behind(read, change, recwarn):
    events = read(change(text()))
    same(events)
    assert events.times.tolist() == SECONDS and not len(recwarn)


def test_duplicate_rows_count_once(read):
    events = read(text(rows=[*ROWS, ROWS[0], ROWS[0]]))
    same(events)
    assert any("2 rows stand there twice" in s for s in read.said)
    assert len(read(text(names=("user", "item"), rows=[r[:2] for r in [*ROWS, ROWS[0]]]))) == 5


def test_rows_that_stand_there_twice_are_those_of_a_search():
    from graphrec_utils.data import Interactions
    from graphrec_utils.datasets import own

    rng = np.random.default_rng(0)
    u, i, t = rng.integers(0, 12, (3, 3_000))
    rows = list(zip(u.tolist(), i.tolist(), t.tolist(), strict=True))
    before = [row in set(rows[:k]) for k, row in enumerate(rows)]
    events = Interactions(u, i, 12, 12, times=t - 6)  # some of them before 1970
    assert own._twice(events).tolist() == before and 500 < sum(before) < 2_500


def test_rows_without_an_item_are_left_out_and_told(read):
    same(
        read(
            text(
                rows=[
                    *ROWS,
                    ("bob", "NaN", 3, "2014-04-01 09:00:00"),
                    ("", "Cube", 3, "2014-04-01 09:00:00"),
                ]
            )
        )
    )
    assert any("2 of 6 rows lack" in s for s in read.said)


def test_times_that_are_all_equal_are_no_times(read):
    events = read(text(rows=[(*row[:3], 1396289100) for row in ROWS]))
    same(events)
    assert events.times is None and any("equal" in s for s in read.said)


def test_ratings_from_four_on(read):
    rows = [*ROWS, ("ann", "Cube", "NaN", "2014-04-02 10:30:00"), ("bob", "Alien", -5, "2014-04-02 10:30:00"),
            ("ann", "Drive", 5, "2014-04-02 10:30:00")]  # fmt: skip
    events = read(text(rows=rows), at_least=4)
    assert len(events) == 3 and events.weights.min() == 4 and "Cube" not in events.item_labels


def test_decimal_commas_between_semicolons(read):
    events = read(text(";", rows=[(a, b, f"{r},5", t) for a, b, r, t in ROWS]), at_least=2.5)
    assert events.weights.tolist() == [3.5, 5.5, 4.5, 2.5]


def test_decimal_commas_and_points_in_one_column(read):
    rows = [
        (u, i, w, t) for (u, i, _, t), w in zip(ROWS, ("3,5", "5.0", "4", " 2,5 "), strict=True)
    ]
    assert read(text(";", rows=rows)).weights.tolist() == [3.5, 5, 4, 2.5]
    quoted = [(u, i, f'"{w}"', t) for u, i, w, t in rows]
    assert read(text(rows=quoted), at_least=3).weights.tolist() == [3.5, 5, 4]


def test_thousands_are_no_decimals(refused):
    rows = [(u, i, f'"1,{w}00"', t) for u, i, w, t in ROWS]
    assert "is rating '1,300' thousands, or a decimal comma?" in refused(text(rows=rows))


def test_a_long_text_beside_the_events(read):
    rows = [(*row, "x" * 200_000) for row in ROWS]
    same(read(text(names=("user", "item", "rating", "time", "text"), rows=rows)))


def test_weights_of_zero_are_told_and_infinite_ones_are_one(read):
    rows = [(u, i, w, t) for (u, i, _, t), w in zip(ROWS, (0, 0, "inf", 2), strict=True)]
    assert read(text(rows=rows)).weights.tolist() == [0, 0, 1, 2]
    assert any("rating is 0 in 2 rows" in line and "--at-least 1" in line for line in read.said)


def test_kinds(read):
    rows = [
        (*row[:2], kind)
        for row, kind in zip([*ROWS, *ROWS], ["click"] * 4 + ["save"] * 4, strict=True)
    ]
    table = text(names=("user", "item", "action"), rows=rows)
    assert len(read(table, only="save")) == 4
    assert len(read(table)) == 8 and any("click (4)" in s for s in read.said)


def test_columns_by_name_and_by_number(read):
    table = text(names=("who", "what", "rating", "time"))
    same(read(table, user="who", item="what"))
    assert read(table, user="who", item="what", time="none").times is None
    same(read(text(names=None), user="1", item="2", time="4"))
    assert read.said[0] == "likes.csv: user from '1', item from '2', time from '4'"


@pytest.mark.parametrize("name", ["rating_timestamp", "EventTimestamp", "unix_timestamp:float"])
def test_a_column_that_ends_with_timestamp_holds_the_times(name, read):
    same(read(text(names=("user", "item", "rating", name))))
    # where one is called as times are, that is it
    both = [(*row, row[-1]) for row in ROWS]
    read(text(names=("user", "item", "rating", name, "time"), rows=both))
    assert "time from 'time'" in read.said[0]


def test_the_course_reads_its_own_table_alike(read):
    frame = pd.DataFrame(ROWS, columns=["user", "item", "rating", "time"])
    frame["time"] = SECONDS
    a = datasets.read.__globals__["Interactions"].from_frame(
        frame, "user", "item", "time", "rating"
    )
    b = read(frame.to_csv(index=False))
    for name in ("users", "items", "times", "weights", "user_labels", "item_labels"):
        assert np.array_equal(getattr(a, name), getattr(b, name)), name


def test_what_items_say(read, tmp_path):
    (tmp_path / "films.csv").write_text(
        "item,year,genres,title\nAlien,1979,Horror|Sci-Fi,Alien\nCube,1997,Horror|Sci-Fi,The Cube\n"
        "Brazil,1985,Drama,The Brazil\nDrive,1997,Drama,Drive\n")  # fmt: skip
    events = read(text(), items=tmp_path / "films.csv")
    F = events.item_features
    assert F.labels.tolist() == ["genres: horror", "genres: sci-fi", "title: the"]
    assert F.names(0) == ["genres: horror", "genres: sci-fi"]
    (tmp_path / "films.csv").write_text("item,genres\n1,a\n2,b\n")
    with pytest.raises(datasets.Unreadable, match=r"none of its items, such as .1"):
        read(text(), items=tmp_path / "films.csv")
    (tmp_path / "films.csv").write_text("film_name,genres\nAlien,a\n")
    with pytest.raises(datasets.Unreadable, match="which column holds items"):
        read(text(), items=tmp_path / "films.csv")


def test_parquet_needs_pyarrow_or_works(read, tmp_path):
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        with pytest.raises(datasets.Unreadable, match="pip install pyarrow"):
            read(b"PAR1....", "likes.parquet")
        return
    path = tmp_path / "likes.parquet"
    frame = pd.DataFrame(ROWS, columns=["user", "item", "rating", "time"])
    frame["time"] = pd.to_datetime(frame["time"])
    frame.to_parquet(path)
    same(events := datasets.read(path, say=lambda s: None))
    assert events.times.tolist() == SECONDS


def test_a_million_users(read):
    n = 1_000_000
    ids = np.arange(n)
    lines = "\n".join(f"u{a},i{b}" for a, b in zip(ids, ids // 2, strict=True))
    start = time.process_time()
    events = read(f"user,item\n{lines}\nu0,i7\n")
    assert (events.num_users, events.num_items) == (n, n // 2)
    assert time.process_time() - start < 60  # seconds here; a quadratic step would take hours


# ------------------------------------------------------------------------ what is refused
def test_no_names_of_columns(refused):
    assert "no names of columns" in refused(text(names=None)) and "--user 1" in refused(
        text(names=None)
    )


def test_columns_that_cannot_be_told(refused):
    sentence = refused(text(names=("a", "item", "c", "time")))
    assert "which column holds users? It has a, item, c, time; say --user COLUMN" in sentence
    sentence = refused(text(names=("a", "b", "c", "d")))
    assert "--user COLUMN and --item COLUMN" in sentence
    assert "no column 'nobody'" in refused(text(), user="nobody")


def test_dates_in_the_future(refused):
    rows = [*ROWS[:3], ("bob", "Cube", 2, "2999-01-01 00:00:00")]
    assert "1 of 4 times lie in the future, the last on 2999-01-01" in refused(text(rows=rows))


def test_dates_that_can_be_read_in_two_ways(refused):
    rows = [(*row[:3], f"0{k + 1}/05/2014") for k, row in enumerate(ROWS)]
    assert "cannot be told from the month" in refused(text(rows=rows))


def test_dates_written_in_two_ways(refused):
    rows = [*ROWS[:3], (*ROWS[3][:3], "04/13/2014")]
    assert "'04/13/2014' is no time, or not written like '2014-03-31 18:05:00'" in refused(
        text(rows=rows)
    )
    rows = [(*row[:3], s) for row, s in zip(ROWS, [*SECONDS[:3], "soon"], strict=True)]
    assert "'soon'" in refused(text(rows=rows))


def test_most_rows_lack_something(refused):
    assert "5 of 8 rows lack" in refused(
        text(rows=[*ROWS[:3], *[("ann", "NaN", 1, "2014-04-01 09:00:00")] * 5])
    )


def test_negative_weights(refused):
    rows = [*ROWS, ("ann", "Cube", -1, "2014-04-01 09:00:00")]
    assert "negative in 1 rows" in refused(text(rows=rows)) and "--at-least" in refused(
        text(rows=rows)
    )


def test_weights_that_are_words(refused):
    assert "'good'" in refused(text(rows=[*ROWS, ("ann", "Cube", "good", "2014-04-01 09:00:00")]))


def test_one_user_and_one_item(refused):
    assert "one user, 'ann'" in refused(text(rows=[r for r in ROWS if r[0] == "ann"]))
    assert "one item, 'Brazil'" in refused(text(rows=[r for r in ROWS if r[1] == "Brazil"]))


def test_nobody_has_two_items(refused):
    rows = [(f"u{k}", f"i{k % 2}") for k in range(4)]
    assert "nobody has two items" in refused(text(names=("user", "item"), rows=rows))


def test_users_and_items_are_the_same(refused):
    ids = np.arange(1_000_000)
    lines = "\n".join(f"{k},{k}" for k in ids)
    assert "the same in every row" in refused(f"user,item\n{lines}\n")
    assert "one column, 'user'" in refused(text(), user="user", item="user")


def test_empty_files(refused):
    assert (
        "empty" in refused("")
        and "empty" in refused("\n\n")
        and "empty" in refused(gzip.compress(b""))
    )
    assert "no row below" in refused("user,item\n")


def test_gzip_that_is_none_or_cut_off(refused):
    assert "no gzip" in refused(text(), "likes.csv.gz")
    whole = gzip.compress(text(rows=ROWS * 500).encode())
    assert "cut off" in refused(whole[: len(whole) // 2], "likes.csv.gz")


def test_a_folder_or_nothing(tmp_path):
    (tmp_path / "likes").mkdir()
    with pytest.raises(datasets.Unreadable, match="likes is a folder"):
        datasets.read(tmp_path / "likes")
    with pytest.raises(datasets.Unreadable, match="there is no file"):
        datasets.read(tmp_path / "likes.csv")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_no_rights(refused, tmp_path):
    (tmp_path / "likes.csv").write_text(text())
    (tmp_path / "likes.csv").chmod(0)
    with pytest.raises(datasets.Unreadable, match="Permission denied"):
        datasets.read(tmp_path / "likes.csv")


def test_no_rights_whoever_asks(refused, monkeypatch):
    def closed(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(datasets.read.__globals__["tables"], "_text", closed)
    assert refused(text()) == "likes.csv: Permission denied"


def test_lines_that_are_too_long(refused):
    assert "line 3 has 5 columns instead of 4" in refused(
        text(rows=[ROWS[0], ("ann", "Alien, the first", 3, SECONDS[0])])
    )
    assert "quote is opened" in refused('user,item\nann,"Alien\nbob,Cube\n')


def test_what_is_no_table(refused):
    assert "no text" in refused(bytes(range(256)) * 4)
    assert "one column" in refused("user\n1\n2\n")
    assert "--weight COLUMN" in refused(text(names=("user", "item", "x", "time")), at_least=4)
    assert "--kind COLUMN" in refused(text(), only="save")
    assert "never 'like'" in refused(text(names=("user", "item", "kind", "time")), only="like")
    assert "no row is left" in refused(text(), at_least=9)
