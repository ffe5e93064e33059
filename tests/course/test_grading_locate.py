"""An answer is found by its marks or its function, and brings along what it refers to."""

from __future__ import annotations

import ast

import pytest

from graphrec_utils.grading.submissions import lint, locate, syntax, transplant
from graphrec_utils.grading.submissions.intake import Cell, Notebook

STUB = '# exercise 00.1\ndef summarize(R):\n    """Doc."""\n    raise NotImplementedError("Exercise 00.1")\n'
PRINT = syntax.fingerprint(ast.parse(STUB))
GOOD = "def summarize(R):\n    return 1\n"


def find(*cells: Cell | str) -> locate.Answer:
    made = [Cell("code", c) if isinstance(c, str) else c for c in cells]
    return locate.answer(Notebook(made), "00.1", "summarize", PRINT)


def test_the_marker_in_the_first_line_is_enough():
    assert find("# exercise 00.1\n" + GOOD).source.endswith(GOOD)


def test_a_marker_wins_over_hidden_names():
    other = Cell("code", "# exercise 00.2\n" + GOOD, id="ex-00-1", exercise="00.1")
    assert find(other, "# exercise 00.1\ndef summarize(R):\n    return 2\n").source.endswith("2\n")


CHECK = 'check("00.1", summarize)'


def test_a_marked_cell_wins_over_one_that_defines_the_function_below_the_check():
    marked = Cell("code", GOOD, grade_id="ex-00-1")
    assert find(marked, CHECK, GOOD.replace("1", "2")).source == GOOD


def test_the_last_version_above_the_last_check_is_what_the_check_has_seen():
    marked, better = Cell("code", GOOD, grade_id="ex-00-1"), GOOD.replace("1", "2")
    assert find(marked, better, CHECK).source == better
    assert find(marked, CHECK, better, CHECK).source == better
    assert find(marked, "summarize = len(summarize)", CHECK).source == GOOD
    assert find(marked, CHECK, better, f"# {CHECK}").source == GOOD


def test_the_stub_is_not_an_answer_even_with_other_comments_and_layout():
    changed = STUB.replace("    raise", "\n    # later\n    raise")
    assert find(changed).status == "not-implemented"
    assert find("# exercise 00.1\ndef summarize(R):\n    pass\n").status == "not-implemented"


def test_no_cell_is_missing_and_a_broken_one_is_a_syntax_error_with_its_line():
    assert find("x = 1").status == "missing"
    broken = find("# exercise 00.1\ndef summarize(R):\n    return (\n")
    assert (broken.status, broken.reason[:7]) == ("syntax", "line 3:")


def test_a_check_cell_is_no_answer():
    check = Cell("code", 'check("00.1", summarize)', exercise="00.1", role="check")
    assert find(check).status == "missing"


def test_a_lambda_and_a_class_may_define_the_function():
    assert find("# exercise 00.1\nsummarize = lambda R: 1").status == ""
    assert find("# exercise 00.1\nif True:\n    def summarize(R): return 1").status == ""


def test_lessons_are_told_by_metadata_then_marks_then_name_then_functions():
    lessons = {"00": {"summarize"}, "06": {"propagate"}}
    by_function = [Cell("code", "def propagate(A): pass")]
    assert (
        locate.lesson(Notebook([], lesson="06"), "00_start_here", lessons, lambda: lessons) == "06"
    )
    assert (
        locate.lesson(Notebook([Cell("code", "", id="ex-06-1")]), "00_x", lessons, lambda: lessons)
        == "06"
    )
    assert (
        locate.lesson(Notebook(by_function), "ann_00_start_here", lessons, lambda: lessons) == "00"
    )
    assert locate.lesson(Notebook(by_function), "homework", lessons, lambda: lessons) == "06"
    assert (
        locate.lesson(Notebook([Cell("code", "x = 1")]), "2024_notes", lessons, lambda: lessons)
        is None
    )


# ---------------------------------------------------------------- what an answer needs


def helpers(answer: str, *others: str) -> str:
    known = transplant.lesson("00")
    cells = [Cell("code", source) for source in others]
    found = locate.Answer("00.1", answer, until=len(cells))
    own = transplant.pool(Notebook(cells), known).needed(found)
    return "\n".join([*own.before, *own.after])


def test_definitions_are_followed_from_name_to_name():
    found = helpers(
        "def f(x): return a(x)", "def a(x): return b(x) + C", "C = 3", "def b(x): return x", "D = 4"
    )
    assert "def a" in found and "def b" in found and "C = 3" in found and "D = 4" not in found


def test_arguments_and_local_names_are_not_followed():
    assert (
        helpers("def f(R):\n    n = 3\n    return [k for k in R] + n", "R = 1", "n = 2", "k = 5")
        == ""
    )


def test_imports_under_another_name_and_star_imports_come_along():
    assert (
        helpers("def f(): return numeric.pi", "import numpy as numeric")
        == "import numpy as numeric"
    )
    assert helpers("def f(): return sqrt(2)", "from math import *") == "from math import *"
    assert helpers("def f(): return len('')", "from math import *") == ""


def test_setup_cells_and_functions_of_other_exercises_stay_behind():
    assert helpers("def f(): return toy.likes()", *transplant.lesson("00").setup) == ""
    assert helpers("def f(): return build_index([])", "def build_index(names): return {}") == ""


def test_other_exercises_are_named_when_an_answer_calls_them():
    known = transplant.lesson("00")
    calls = ["def summarize(R): return build_index(R)"]
    assert transplant.others(calls, "00.1", known, {}) == ["00.2"]
    own = {"00.2": "def build_index(names): return recommend(names, 0, 1)"}
    assert transplant.others(calls, "00.1", known, own) == ["00.2", "00.3"]


def test_what_several_cells_import_from_the_future_stands_at_the_top_of_one():
    cells = ["x = 1", "from __future__ import annotations\n\ndef f(a: Unknown):\n    return x"]
    one = syntax.joined([*cells, "from __future__ import (\n    annotations,\n)\ny = f(2)"])
    names: dict = {}
    exec(compile(one, "cell", "exec", dont_inherit=True), names)
    assert names["y"] == 1
    assert syntax.needs(one) == {"__future__.py"}
    assert syntax.joined(["x = 1", "y = 2"]) == "x = 1\n\ny = 2"


def test_own_name_in_a_recursion_is_not_another_exercise():
    known = transplant.lesson("00")
    assert transplant.others(["def summarize(R): return summarize(R)"], "00.1", known, {}) == []


@pytest.mark.parametrize("use, statements", [
    ("CONFIG['k']", ["CONFIG = {}", "CONFIG['k'] = 1"]), ("ALL[0]", ["ALL = []", "ALL.append(2)"]),
    ("T", ["T = {}", "for k in range(3):\n    T[k] = k"]), ("T", ["T = {}", "del T['x'].y"]),
    ("f", ["from functools import singledispatch", "@singledispatch\ndef f(x):\n    return 1",
           "@f.register\ndef _(x: int):\n    return 2"]),
    ("N", ["N = 0", "N += 1"]), ("A", ["class A:\n    pass", "class B(A):\n    pass"]),
    ("N", ["def start():\n    global N\n    N = 1", "start()"]),
])  # fmt: skip
def test_what_changes_a_taken_name_comes_along(use, statements):
    found = helpers(f"def summarize(R): return {use}", *statements)
    assert [x for x in statements if x.replace('"', "'") not in found.replace('"', "'")] == []


@pytest.mark.parametrize("scratch", [
    "y = one(3)", "one(3)", "print(one(3))", "z = [one(k) for k in range(9)]", "M.train()", "import os",
    "M = one(2)", "torch.manual_seed(M)",
])  # fmt: skip
def test_experiments_stay_behind(scratch):
    assert helpers("def summarize(R): return one(R)", "def one(x):\n    return x", scratch) == (
        "def one(x):\n    return x"
    )


def test_a_name_means_what_it_meant_at_the_check():
    known = transplant.lesson("00")
    cells = [
        Cell("code", x)
        for x in ("a = 1", "# exercise 00.1\nsummarize = lambda R: a", CHECK, "a = 2")
    ]
    nb = Notebook(cells)
    found = locate.answer(nb, "00.1", "summarize", PRINT)
    assert transplant.pool(nb, known).needed(found).before == ["a = 1"]


# ---------------------------------------------------------------- lint


def test_lint_names_the_library_version_and_the_solution():
    library = "graphrec_utils.graphs.propagate"
    for source in ("from graphrec_utils.graphs import propagate", "graphs.propagate(A, x)",
                   "from graphrec_utils.lessons.lesson06 import propagate",
                   "exercises.get('06.1').reference(A)"):  # fmt: skip
        assert lint.remarks(source, library), source


@pytest.mark.parametrize("source", [
    "from graphrec_utils.metrics.single import ndcg_at_k", "from graphrec_utils.metrics import *",
    "from graphrec_utils.metrics import ndcg_at_k as mine", "metrics.ndcg_at_k([1], {1}, 1)",
    "import graphrec_utils.metrics.single as s\ns.ndcg_at_k([1], {1}, 1)",
    "import graphrec_utils\ngraphrec_utils.metrics.single.ndcg_at_k([1], {1}, 1)",
    "from graphrec_utils import metrics as m\nm.ndcg_at_k([1], {1}, 1)",
    "getattr(metrics, 'ndcg_at_k')([1], {1}, 1)",
])  # fmt: skip
def test_lint_knows_the_library_version_by_its_last_name(source):
    assert any(
        "library's version" in x for x in lint.remarks(source, "graphrec_utils.metrics.ndcg_at_k")
    )


@pytest.mark.parametrize("source", [
    "def ndcg_at_k(ranked, relevant, top):\n    return 0.0", "self.ndcg_at_k(1)",
    "from sklearn.metrics import ndcg_score", "metrics.dcg_at_k([1], {1}, 1)",
])  # fmt: skip
def test_lint_takes_no_other_name_for_the_library_version(source):
    assert lint.remarks(source, "graphrec_utils.metrics.ndcg_at_k") == []


def test_lint_names_what_is_inside_of_the_library():
    for source in ("from graphrec_utils.graphs.propagation import _Sum", "import graphrec_utils.kernels as k",
                   "from graphrec_utils.kernels.walks import visits"):  # fmt: skip
        assert any("inside of the library" in x for x in lint.remarks(source)), source


def test_lint_has_nothing_to_say_about_an_honest_answer():
    known = transplant.lesson("00")
    assert [lint.remarks(source) for source in known.references.values()] == [[], [], []]


def test_an_if_of_many_branches_is_read_in_no_time():
    """Each branch stands inside the one before: what looks at it again at every level never ends."""
    branches = "if k == 0: a = 0\n" + "".join(f"elif k == {n}: b{n} = 1\n" for n in range(1, 600))
    nested = "".join(" " * n + "if k:\n" for n in range(19)) + " " * 19 + "c = 1"
    assert len(syntax.bound(ast.parse(branches).body[0])) == 600
    assert syntax.bound(ast.parse(nested).body[0]) == {"c"}
    assert syntax.needs(branches + nested) == {"k"}
    helper = "def helper(R):\n    return R"
    assert helpers("def summarize(R): return helper(R)", branches, helper) == helper


def test_what_a_match_catches_is_bound():
    source = "match k:\n case [a, *b]: pass\n case {1: c, **d} as e: pass\n case f: pass"
    assert syntax.bound(ast.parse(source).body[0]) == set("abcdef")
    assert syntax.needs(source) == {"k"}


@pytest.mark.parametrize(
    "deep", ["+".join("a" * 900), "a" + ".a(a)" * 300, "0x" + "f" * 6000 + "+a"]
)
def test_deep_code_needs_its_names_in_every_python(deep):
    assert syntax.needs(f"x = {deep}") == {"a"}
