"""The table of methods: what its rows name exists, and everything that lists methods reads them."""

from __future__ import annotations

import pytest

from graphrec_utils import methods, style, syllabus
from graphrec_utils.exercises import films, find, generators
from graphrec_utils.fitted import likes

TABLE = methods.TABLE
EACH = pytest.mark.parametrize("method", TABLE, ids=[m.name for m in TABLE])


def test_a_name_stands_for_one_method_and_rows_are_in_the_order_of_lessons():
    names = [name for m in TABLE for name in {m.name, *m.called.values()}]
    assert len(set(names)) == len(names)
    assert [m.lesson for m in TABLE] == sorted(m.lesson for m in TABLE)
    assert {m.lesson for m in TABLE} <= {lesson.number for lesson in syllabus.LESSONS}
    assert methods.lesson_of("BPR-MF") == "03" and methods.lesson_of("three interests") == "13"
    with pytest.raises(KeyError):
        methods.lesson_of("nothing")


@EACH
def test_what_a_row_names_exists(method):
    assert method.what and not method.what.endswith(".")
    assert set(method.called) <= {"films", "generator", "look"}
    assert all(getattr(method, part) for part in method.called)
    assert not method.films or callable(getattr(likes, method.films))
    assert not method.generator or callable(generators.fit_of(method))
    assert method.generator or not (method.exercises or method.trained)
    assert all(find.get(x) for x in method.exercises)
    assert method.column is not None or not (method.after or method.year)


def test_all_lists_of_methods_are_of_this_table():
    assert set(style.METHOD) == {m.called.get("look", m.name) for m in TABLE if m.look}
    assert [m for m in TABLE if m.column is not None] == list(methods.ON_THE_MAP)
    assert len(films.MET) == sum(bool(m.films) for m in TABLE)
    assert list(generators.GENERATORS.values()) == [m for m in TABLE if m.generator]
