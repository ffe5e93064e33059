"""Submissions that are honest but damaged, moved, converted or half done, with exact points."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path

from answers import FULL, RIGHT, cell, code, place, released, solved, without_marks

NOTHING = (0.0, 0.0, 0.0)
CASES: dict[str, tuple] = {}  # name: (function that writes into a folder, points, statuses)


def case(points: tuple = FULL, **statuses: str):
    """Register a generator: it returns a notebook, bytes, or writes files into a folder."""

    def register(function):
        CASES[function.__name__] = (function, points, statuses)
        return function

    return register


@case()
def everything_right(folder):
    return solved()


@case(NOTHING, ex1="not-implemented", ex2="not-implemented", ex3="not-implemented")
def nothing_done(folder):
    return released()


@case((1.6, 3.0, 5.0), ex1="partial")
def one_claim_wrong(folder):
    return solved(ex1=RIGHT["00.1"].replace("likes / (m * n)", "100 * likes / (m * n)"))


@case((0.0, 3.0, 5.0), ex1="wrong")
def input_changed(folder):
    return solved(ex1=RIGHT["00.1"].replace("    return", "    R *= 0\n    return"))


@case((0.0, 3.0, 5.0), ex1="wrong")
def wrong_type(folder):
    return solved(ex1="# exercise 00.1\ndef summarize(R):\n    return [3, 4, 6, 0.5]\n")


@case((2.0, 0.0, 5.0), ex2="syntax")
def syntax_error(folder):
    return solved(ex2="# exercise 00.2\ndef build_index(names:\n    return {}\n")


@case((2.0, 0.0, 5.0), ex2="error")
def function_renamed(folder):
    return solved(ex2=RIGHT["00.2"].replace("build_index", "my_index"))


@case((2.0, 0.0, 5.0), ex2="missing")
def answer_cell_deleted(folder):
    nb = solved()
    del nb["cells"][place(nb, "00.2")]
    return nb


@case((2.0, 0.0, 5.0), ex2="missing")
def answer_cell_emptied(folder):
    return solved(ex2="")


@case()
def answer_split_in_two(folder):
    helper = "# exercise 00.1\nimport math\n\ndef cells_of(R):\n    return math.prod(R.shape)\n"
    nb = solved(ex1=helper)
    rest = RIGHT["00.1"].replace("(m * n)", "cells_of(R)").partition("\n")[2]
    nb["cells"].insert(place(nb, "00.1") + 1, code(rest))
    return nb


@case()
def answer_split_inside_its_function(folder):
    lines = RIGHT["00.1"].splitlines(keepends=True)
    nb = solved(ex1="".join(lines[:3]))
    nb["cells"].insert(place(nb, "00.1") + 1, code("".join(lines[3:])))
    return nb


@case()
def answer_turned_into_markdown(folder):
    nb = solved()
    found = cell(nb, "00.2")
    found["cell_type"] = "markdown"
    found["source"] = f"```python\n{found['source']}```\n"
    del found["outputs"], found["execution_count"]
    return nb


@case()
def answer_duplicated(folder):
    nb = solved()
    nb["cells"].insert(place(nb, "00.2"), dict(cell(nb, "00.2")))
    return nb


@case()
def stub_below_the_answer(folder):
    nb = solved()
    stub = dict(cell(released(), "00.1"))
    nb["cells"].insert(place(nb, "00.1") + 1, stub)
    return nb


@case((0.0, 3.0, 5.0), ex1="wrong")
def two_answers_the_last_is_wrong(folder):
    nb = solved()
    wrong = dict(
        cell(nb, "00.1"), source="# exercise 00.1\ndef summarize(R):\n    return 0, 0, 0, 0.0\n"
    )
    nb["cells"].insert(place(nb, "00.1") + 1, wrong)
    return nb


@case()
def two_answers_the_last_is_broken(folder):
    nb = solved()
    broken = dict(cell(nb, "00.1"), source="# exercise 00.1\ndef summarize(R)\n    return 0\n")
    nb["cells"].insert(place(nb, "00.1") + 1, broken)
    return nb


@case()
def answers_moved_to_the_end(folder):
    nb = solved()
    for exercise in ("00.3", "00.1", "00.2"):
        nb["cells"].append(nb["cells"].pop(place(nb, exercise)))
    return nb


@case()
def answer_pasted_into_a_new_cell(folder):
    nb = solved(ex2=cell(released(), "00.2")["source"])
    nb["cells"].append(code(RIGHT["00.2"].partition("\n")[2]))
    return nb


@case()
def answers_merged_into_one_cell(folder):
    nb = released()
    parts = [f'{source}\ncheck("{name}", None)\n' for name, source in RIGHT.items()]
    cell(nb, "00.1")["source"] = "\n".join(parts)
    for name in ("00.2", "00.3"):
        del nb["cells"][place(nb, name)]
    return nb


@case()
def check_cells_deleted(folder):
    nb = solved()
    for name in RIGHT:
        del nb["cells"][place(nb, name, "check")]
    return nb


@case((0.0, 3.0, 5.0), ex1="wrong")
def check_cell_edited(folder):
    nb = solved(ex1="# exercise 00.1\ndef summarize(R):\n    return 0, 0, 0, 0.0\n")
    cell(nb, "00.1", "check")["source"] = "2.0"
    return nb


@case(NOTHING)
def full_marks_in_the_stored_outputs(folder):
    nb = released()
    for name, points in (("00.1", 2.0), ("00.2", 3.0), ("00.3", 5.0)):
        mime = {"exercise": name, "points": points, "max_points": points, "status": "passed"}
        data = {"text/plain": str(points), "application/vnd.graphrec.result+json": mime}
        found = cell(nb, name, "check")
        found["execution_count"] = 1
        found["outputs"] = [{"output_type": "execute_result", "execution_count": 1,
                             "metadata": {}, "data": data}]  # fmt: skip
    return nb


@case()
def saved_by_colab(folder):
    nb = without_marks(solved())
    nb["nbformat_minor"] = 0
    nb["metadata"]["colab"] = {"provenance": [], "toc_visible": True}
    for number, c in enumerate(nb["cells"]):
        c["metadata"] = {"id": f"aB{number}xYz", "outputId": "0f1e"}
        c["source"] = c["source"] if isinstance(c["source"], list) else c["source"].splitlines(True)
    return nb


@case()
def marks_lost_and_file_renamed(folder):
    nb = without_marks(solved())
    for c in nb["cells"]:
        text = "".join(c["source"])
        c["source"] = text.partition("\n")[2] if text.startswith("# exercise") else text
    (folder / "homework final.ipynb").write_text(json.dumps(nb), encoding="utf-8")


@case()
def nbformat_3(folder):
    nb = without_marks(solved())
    cells = []
    for c in nb["cells"]:
        new = {"cell_type": c["cell_type"], "metadata": {}}
        if c["cell_type"] == "code":
            new |= {"input": c["source"], "language": "python", "outputs": [], "collapsed": False}
        else:
            new["source"] = c["source"]
        cells.append(new)
    sheet = {"cells": cells, "metadata": {}}
    return {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [sheet]}


@case()
def nbformat_4_0(folder):
    nb = solved()
    nb["nbformat_minor"] = 0
    for c in nb["cells"]:
        c.pop("id", None)
    return nb


@case()
def line_ends_of_windows(folder):
    nb = solved()
    for c in nb["cells"]:
        c["source"] = "".join(c["source"]).replace("\n", "\r\n")
    return json.dumps(nb, indent=1).replace("\n", "\r\n").encode()


@case()
def byte_order_mark(folder):
    return b"\xef\xbb\xbf" + json.dumps(solved()).encode()


@case()
def utf_16(folder):
    return json.dumps(solved()).encode("utf-16")


@case()
def not_utf_8(folder):
    nb = solved(ex1=RIGHT["00.1"] + "# плотность\n")
    return json.dumps(nb, ensure_ascii=False).encode("cp1251", "replace")


@case()
def helpers_in_other_cells(folder):
    nb = solved(
        ex1="# exercise 00.1\ndef summarize(R):\n    box = Counts(R)\n"
        "    return box.m, box.n, box.likes, share(box.likes, box.m * box.n) * ONE\n"
    )
    nb["cells"].insert(0, code("import numpy as numeric\nONE = float(numeric.ones(1)[0])"))
    nb["cells"].append(code(
        "class Counts:\n    def __init__(self, R):\n        self.m, self.n = R.shape\n"
        "        self.likes = int(R.sum())\n\n"
        "def share(part, whole):\n    return part / whole"
    ))  # fmt: skip
    return nb


@case()
def helper_from_a_star_import(folder):
    nb = solved(ex1=RIGHT["00.1"].replace("(m * n)", "prod(R.shape)"))
    nb["cells"].insert(0, code("from math import *"))
    return nb


@case()
def own_imports_in_the_setup_cell(folder):
    nb = solved(ex1=RIGHT["00.1"].replace("(m * n)", "np.prod(R.shape).item()"))
    setup = next(c for c in nb["cells"] if "import torch" in "".join(c["source"]))
    setup["source"] = "".join(setup["source"]) + "\nimport numpy as np\n"
    return nb


@case()
def an_answer_that_calls_another_answer(folder):
    return solved(
        ex1=RIGHT["00.1"].replace("(R)", "(R, digits=9)"),
        ex2="# exercise 00.2\ndef build_index(names):\n"
        "    assert summarize(torch.ones(2, 2), digits=3) == (2, 2, 4, 1.0)\n"
        "    return {name: k for k, name in enumerate(dict.fromkeys(names))}\n",
    )


@case((0.0, 0.0, 5.0), ex1="wrong", ex2="error")
def an_answer_that_calls_a_wrong_answer(folder):
    return solved(
        ex1="# exercise 00.1\ndef summarize(R):\n    return 0, 0, 0, 0.0\n",
        ex2="# exercise 00.2\ndef build_index(names):\n"
        "    assert summarize(torch.ones(2, 2)) == (2, 2, 4, 1.0)\n"
        "    return {name: k for k, name in enumerate(dict.fromkeys(names))}\n",
    )


@case()
def experiments_below_the_answer_fail(folder):
    return solved(ex3=RIGHT["00.3"] + "\nprint(recommend(my_matrix, 0, 3))\n")


@case()
def magics_in_the_answer(folder):
    return solved(
        ex1="%%time\n" + RIGHT["00.1"], ex2=RIGHT["00.2"] + "\n%timeit -n1 -r1 1 + 1\n!true\n"
    )


@case()
def markers_of_nbval(folder):
    return solved(
        ex1="# NBVAL_SKIP\n" + RIGHT["00.1"], ex2="# NBVAL_RAISES_EXCEPTION\n" + RIGHT["00.2"]
    )


@case()
def names_of_the_language_reused(folder):
    shadow = "list = dict = json = 3\nprint = None\nget_ipython = 7\n"
    return solved(ex1=RIGHT["00.1"] + shadow)


@case()
def damaged_cells_between_good_ones(folder):
    nb = solved()
    nb["cells"][2:2] = [None, 7, {"cell_type": "code"}, {"source": {"a": 1}}, code("x = (")]
    return nb


@case()
def two_hundred_megabytes_of_outputs(folder):
    nb = solved()
    line = "x" * 99 + "\n"
    cell(nb, "00.1")["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "PLACE"}]
    head, tail = json.dumps(nb).split("PLACE")
    with open(folder / "00_start_here.ipynb", "w", encoding="utf-8") as file:
        file.write(head)
        for _ in range(20):
            file.write(json.dumps(line * 100_000)[1:-1])
        file.write(tail)


# ---------------------------------------------------------------- not a submission at all


@case(NOTHING, all="unreadable")
def not_json(folder):
    return json.dumps(solved()).encode()[:-40]


@case(NOTHING, all="unreadable")
def empty_file(folder):
    return b""


@case(NOTHING, all="unreadable")
def a_list_instead_of_a_notebook(folder):
    return b"[1, 2, 3]"


@case(NOTHING, all="unreadable")
def brackets_without_end(folder):
    return b"[" * 2_000_000


@case((), all="unknown-lesson")
def another_notebook(folder):
    nb = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [code("print(1)")]}
    (folder / "shopping.ipynb").write_text(json.dumps(nb), encoding="utf-8")


@case(NOTHING, all="unreadable")
def symbolic_link(folder):
    target = folder.parent / "secret of the instructor.txt"
    target.write_text(json.dumps(solved()), encoding="utf-8")
    os.symlink(target, folder / "00_start_here.ipynb")


def zipped(members: dict[str, bytes], links: tuple[str, ...] = ()) -> bytes:
    """Return a zip file; names are written as given, whatever they lead to."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            if name in links:
                info.external_attr = 0o120777 << 16
            archive.writestr(info, content)
    return buffer.getvalue()


def write_zips(folder: Path, alone: Path) -> None:
    """Write one zip of several students, some of them hostile, where it stands alone, and one broken zip."""
    good, stub = json.dumps(solved()).encode(), json.dumps(released()).encode()
    members = {
        "zoe/00_start_here.ipynb": good,
        "yan/00_start_here.ipynb": stub,
        "../../escaped/00_start_here.ipynb": good,
        "/absolute/00_start_here.ipynb": good,
        "link/00_start_here.ipynb": b"/etc/passwd",
        "__MACOSX/zoe/._00_start_here.ipynb": b"noise",
    }
    links = ("link/00_start_here.ipynb",)
    alone.mkdir()
    (alone / "class.zip").write_bytes(zipped(members, links))
    (folder / "damaged.zip").write_bytes(zipped(members)[:-30])
