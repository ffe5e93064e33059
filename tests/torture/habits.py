"""Honest habits of people who run their cells in order: the card is green, so the points are full."""

from __future__ import annotations

from answers import FULL, RIGHT, cell, code, place, solved
from broken import case


def above(nb: dict, exercise: str, *sources: str) -> dict:
    """Put cells above an exercise's answer."""
    at = place(nb, exercise)
    nb["cells"][at:at] = [code(source) for source in sources]
    return nb


def below(nb: dict, exercise: str, *sources: str) -> dict:
    """Put cells between an exercise's answer and its check."""
    at = place(nb, exercise, "check")
    nb["cells"][at:at] = [code(source) for source in sources]
    return nb


def summarize(body: str, head: str = "") -> str:
    """Return a right answer to 00.1 whose share of likes is `scale` * likes / (m * n)."""
    return (
        f"# exercise 00.1\n{head}def summarize(R):\n    m, n = R.shape\n    likes = int(R.sum())\n"
        f"    {body}\n    return m, n, likes, scale * likes / (m * n)\n"
    )


# ---------------------------------------------------------------- own answers call own answers


CHAIN_2 = """\
# exercise 00.2
def build_index(names):
    index = {}
    for name in names:
        if name not in index:
            index[name] = summarize(torch.ones(1, len(index)))[1] if index else 0
    return index
"""
CHAIN_3 = """\
# exercise 00.3
def recommend(R, u, top):
    order = build_index([str(i) for i in range(R.shape[1])])
    popularity = R.sum(dim=0)
    popularity[R[u] > 0] = -1
    best = popularity.argsort(descending=True, stable=True)[:top]
    return torch.tensor([order[str(int(i))] for i in best])
"""


@case()
def answers_call_answers_that_call_answers(folder):
    return solved(ex2=CHAIN_2, ex3=CHAIN_3)


@case()
def answers_and_their_helpers_call_each_other(folder):
    nb = solved(ex2=CHAIN_2.replace("summarize(torch.ones(1, len(index)))[1]", "width(len(index))"))
    cell(nb, "00.3")["source"] = CHAIN_3
    return above(nb, "00.2", "def width(n):\n    return summarize(torch.ones(1, n))[1]")


@case((2.0, 0.0, 5.0))
def an_answer_does_not_need_the_broken_one_beside_it(folder):
    return solved(ex2="# exercise 00.2\ndef build_index(names):\n    return summarize(names)\n")


# ---------------------------------------------------------------- state made in other cells


STATE = {
    "an_entry": ('CONFIG = {}', 'CONFIG["scale"] = 1', 'scale = CONFIG["scale"]'),
    "an_append": ("PARTS = []", "PARTS.append(lambda: 1)", "scale = PARTS[0]()"),
    "a_loop": ("TABLE = {}", "for k in range(3):\n    TABLE[k] = k", "scale = TABLE[1]"),
    "a_method": ("class Tool:\n    pass", "Tool.one = lambda self: 1", "scale = Tool().one()"),
    "a_method_by_setattr": (
        "class Tool:\n    pass", 'setattr(Tool, "one", lambda self: 1)', "scale = Tool().one()",
    ),
    "a_dispatch": (
        "import functools\n@functools.singledispatch\ndef one(x):\n    return 0",
        "@one.register\ndef _(x: int):\n    return 1", "scale = one(3)",
    ),
    "a_registry": (
        "ALL = {}\ndef register(f):\n    ALL[f.__name__] = f\n    return f",
        "@register\ndef one():\n    return 1", 'scale = ALL["one"]()',
    ),
    "a_registry_by_call": (
        "ALL = {}\ndef register(name, f):\n    ALL[name] = f",
        'register("one", lambda: 1)', 'scale = ALL["one"]()',
    ),
    "subclasses": (
        "class Base:\n    pass", "class One(Base):\n    value = 1",
        "scale = Base.__subclasses__()[0].value",
    ),
    "a_global_made_by_a_call": (
        "def prepare():\n    global SCALE\n    SCALE = 1", "prepare()", "scale = SCALE",
    ),
    "a_counter": ("CALLS = 0", "CALLS += 1", "scale = CALLS"),
    "an_update_of_a_default": (
        "OPTIONS = {'scale': 2}", "OPTIONS.update(scale=1)", "scale = OPTIONS['scale']",
    ),
    "a_list_sorted_by_a_module": (
        "import heapq\nHEAP = []", "heapq.heappush(HEAP, 1)\nheapq.heappush(HEAP, 0)", "scale = HEAP[1]",
    ),
    "a_default_changed_by_a_function": (
        "OPTIONS = {'scale': 2}\ndef change(options):\n    options['scale'] = 1", "change(OPTIONS)",
        "scale = OPTIONS['scale']",
    ),
    "a_comprehension": ("PARTS = []", "[PARTS.append(k) for k in (0, 1)]", "scale = PARTS[1]"),
    "a_name_made_by_exec": ("text = 'SCALE = 1'", "exec(text)", "scale = SCALE"),
    "globals": ("g = globals()", "g['SCALE'] = 1", "scale = SCALE"),
    "a_file": ("x = 3", "open('scale.txt', 'w').write('1')", "scale = int(open('scale.txt').read())"),
}  # fmt: skip


@case()
def helpers_with_short_names(folder):
    """The grader works among the names of the notebook and takes none away."""
    short = [f"_{x}" for x in "abcdefghijklmnopqrstuvwxyz"]
    head = "".join(f"def {x}():\n    return 1\n\n" for x in short)
    return solved(ex1=summarize(f"scale = {'() * '.join(short)}()", head))


@case()
def a_look_at_which_names_are_new(folder):
    """What comes after the cell: IPython's numbered ones, and one of the grader's that nobody could have chosen."""
    known = r"_i*\d*|_[0-9a-f]{32}|summarize|THERE"
    return solved(
        ex1=summarize(
            f"scale = all(re.fullmatch(r'{known}', x) for x in set(globals()) - THERE)",
            "import re\nTHERE = set(globals())\n\n",
        )
    )


def _register(name: str, cells: tuple[str, str, str]) -> None:
    def state(folder):
        return above(solved(ex1=summarize(cells[2])), "00.1", *cells[:2])

    state.__name__ = f"state_{name}"
    case()(state)


for _name, _cells in STATE.items():
    _register(_name, _cells)


@case()
def recursion_limit_set_in_another_cell(folder):
    deep = "def depth(n):\n    return 1 if n == 0 else depth(n - 1)"
    nb = solved(ex1=summarize("scale = depth(4000)"))
    return above(nb, "00.1", "import sys\nsys.setrecursionlimit(20_000)", deep)


@case()
def a_counter_inside_the_answer(folder):
    nb = solved(ex1=summarize("global CALLS\n    CALLS += 1\n    scale = 1"))
    return above(nb, "00.1", "CALLS = 0")


@case()
def the_answer_is_wrapped_below_itself(folder):
    nb = solved(ex2=RIGHT["00.2"].replace("return index", "return dict(index)"))
    return below(
        nb,
        "00.2",
        "def traced(f):\n    return lambda *a: f(*a)",
        "build_index = traced(build_index)",
    )


@case()
def a_table_of_the_answer_is_filled_below_it(folder):
    nb = solved(ex1=summarize("scale = TABLE['scale']", head="TABLE = {}\n"))
    return below(nb, "00.1", "TABLE['scale'] = 1")


@case()
def heavy_experiments_beside_the_answer_do_not_run(folder):
    nb = solved(ex1=summarize("scale = one(R)"))
    above(nb, "00.1", "def one(R):\n    return 1", "import time\nresult = one(time.sleep(60))")
    return below(nb, "00.1", "while True:\n    if summarize(toy.likes()):\n        time.sleep(60)")


@case()
def a_failing_cell_above_does_not_stop_the_others(folder):
    nb = solved(ex1=summarize("scale = SCALE"))
    return above(nb, "00.1", "1 / 0\nSCALE = 3", "exec('SCALE = 1')", "raise ValueError")


# ---------------------------------------------------------------- order and versions


@case()
def a_helper_is_defined_again_further_down(folder):
    nb = above(solved(ex1=summarize("scale = one()")), "00.1", "def one():\n    return 1")
    nb["cells"].append(code("def one():\n    return 7"))
    return nb


@case()
def a_helper_stands_further_down(folder):
    nb = solved(ex1=summarize("scale = one()"))
    nb["cells"].append(code("def one():\n    return 1"))
    return nb


@case()
def a_better_version_between_the_answer_and_its_check(folder):
    nb = solved(ex1="# exercise 00.1\ndef summarize(R):\n    return 0, 0, 0, 0.0\n")
    return below(nb, "00.1", RIGHT["00.1"].partition("\n")[2])


@case()
def a_better_version_with_a_second_check_below_it(folder):
    nb = solved(ex1="# exercise 00.1\ndef summarize(R):\n    return 0, 0, 0, 0.0\n")
    at = place(nb, "00.1", "check") + 1
    nb["cells"][at:at] = [code(RIGHT["00.1"].partition("\n")[2]), code('check("00.1", summarize)')]
    return nb


@case((0.0, 3.0, 5.0), ex1="wrong")
def a_worse_version_between_the_answer_and_its_check(folder):
    return below(solved(), "00.1", "def summarize(R):\n    return 0, 0, 0, 0.0\n")


@case()
def a_trial_version_below_the_check_changes_nothing(folder):
    nb = solved()
    nb["cells"].insert(
        place(nb, "00.1", "check") + 1, code("def summarize(R):\n    return 0, 0, 0, 0.0")
    )
    return nb


# ---------------------------------------------------------------- what Jupyter understands


@case()
def await_at_the_top_level(folder):
    head = "import asyncio\nSCALE = await asyncio.sleep(0, 1)\n"
    return solved(ex1=summarize("scale = SCALE", head=head))


@case()
def await_in_another_cell(folder):
    nb = solved(ex1=summarize("scale = SCALE"))
    return above(nb, "00.1", "import asyncio", "SCALE = await asyncio.sleep(0, 1)")


@case()
def pip_install_of_what_is_there(folder):
    lines = "!pip install -q tqdm\n%pip install -q numpy\n!python -m pip install \\\n  pandas\n"
    nb = solved(ex1=summarize("scale = 1", head=lines))
    return above(
        nb,
        "00.1",
        "%%capture\n!pip install -q tqdm",
        "import sys\n!{sys.executable} -m pip install tqdm",
    )


@case()
def a_module_written_by_a_cell(folder):
    nb = solved(ex1=summarize("scale = one()", head="from tools import one\n"))
    return above(nb, "00.1", "%%writefile tools.py\ndef one():\n    return 1\n")


@case()
def modules_written_by_cells_import_each_other(folder):
    nb = solved(ex1=summarize("scale = tools.one()"))
    return above(nb, "00.1", "%%writefile base.py\nONE = 1\n", "%%writefile tools.py\nimport base\n\ndef one():\n    return base.ONE\n",
                 "import tools")  # fmt: skip


@case()
def a_table_written_by_a_cell(folder):
    nb = solved(ex1=summarize("scale = int(open('scale.txt').read())"))
    return above(nb, "00.1", "%%writefile scale.txt\n1\n")


# ---------------------------------------------------------------- slow, but not too slow


@case(FULL)
def half_a_second_a_call(folder):
    return solved(ex1=summarize("import time; time.sleep(0.25); scale = 1"))
