"""The table of methods: what its rows name exists, and everything that lists methods reads them."""

from __future__ import annotations

import pytest

from graphrec_utils import methods, style, syllabus
from graphrec_utils.exercises import find, generators, met

METHODS = methods.METHODS
EACH = pytest.mark.parametrize("method", METHODS, ids=[m.name for m in METHODS])


def test_a_name_stands_for_one_method_and_rows_are_in_the_order_of_lessons():
    names = [name for m in METHODS for name in {m.name, *m.called.values()}]
    assert len(set(names)) == len(names)
    assert [m.lesson for m in METHODS] == sorted(m.lesson for m in METHODS)
    assert {m.lesson for m in METHODS} <= {lesson.number for lesson in syllabus.LESSONS}
    assert methods.lesson_of("BPR-MF") == "03" and methods.lesson_of("three interests") == "13"
    with pytest.raises(KeyError):
        methods.lesson_of("nothing")


@EACH
def test_what_a_row_names_exists(method):
    assert method.what and not method.what.endswith(".")
    assert set(method.called) <= {"films", "generator", "look"}
    assert all(getattr(method, part) for part in method.called)
    assert not method.films or callable(getattr(met, method.films))
    assert not method.generator or callable(generators.fit_of(method))
    assert method.generator or not (method.exercises or method.trained)
    assert all(find.get(x) for x in method.exercises)
    assert method.column is not None or not (method.after or method.year)


def test_all_lists_of_methods_are_of_this_table():
    assert set(style.METHOD) == {m.called.get("look", m.name) for m in METHODS if m.look}
    assert [m for m in METHODS if m.column is not None] == list(syllabus.ON_THE_MAP)
    assert len(met.MET) == sum(bool(m.films) for m in METHODS)
    assert list(generators.GENERATORS.values()) == [m for m in METHODS if m.generator]
