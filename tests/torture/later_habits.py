"""Honest habits in lessons 07 to 18: decorators, lambdas, other programs' files. The card is green, so points are full."""

from __future__ import annotations

import functools
import itertools
import json
from pathlib import Path

from answers import code, without_marks
from broken import case
from classes import BUILT, source

from graphrec_utils import exercises


@functools.cache
def _notebook(lesson: str, folder: str) -> str:
    return source(next(x.stem for x in BUILT if x.number == lesson), folder)


def right(exercise: str) -> str:
    """Return the course's own answer cell."""
    nb = json.loads(_notebook(exercise[:2], "solutions"))
    return "".join(nb["cells"][at(nb, exercise)]["source"])


def at(nb: dict, exercise: str, role: str = "exercise") -> int:
    """Return the place of the answer or check cell of an exercise."""
    mine = {"exercise": exercise, "role": role}
    return next(
        place
        for place, cell in enumerate(nb["cells"])
        if mine.items() <= cell["metadata"].get("graphrec", {}).items()
    )


def handed_in(answers: dict[str, str]) -> dict:
    """Return a lesson's notebook as students get it, with answers to a few exercises."""
    nb = json.loads(_notebook(next(iter(answers))[:2], "notebooks"))
    for exercise, text in answers.items():
        nb["cells"][at(nb, exercise)]["source"] = text
    return nb


def earns(answers: dict[str, float]) -> tuple[float, ...]:
    """Return the points of a lesson's exercises: those given, and 0 for the others."""
    lesson = next(iter(answers))[:2]
    return tuple(float(answers.get(e.id, 0.0)) for e in exercises.of_lesson(lesson))


def late(points: dict[str, float], **statuses: str):
    """Register a case of a later lesson; its function returns a notebook or the text of a file."""

    def register(function):
        lesson = next(iter(points))[:2]
        stem = next(x.stem for x in BUILT if x.number == lesson)

        @functools.wraps(function)
        def write(folder: Path) -> None:
            made = function()
            text = made if isinstance(made, str) else json.dumps(made)
            (folder / f"{stem}.ipynb").write_text(text, encoding="utf-8")

        case(earns(points), **statuses)(write)
        return function

    return register


def beside(exercise: str, *cells: str, answer: str, below: bool = False) -> dict:
    """Return a notebook with an answer, and cells above it, or between it and its check."""
    nb = handed_in({exercise: answer})
    place = at(nb, exercise, "check" if below else "exercise")
    nb["cells"][place:place] = [code(text) for text in cells]
    return nb


# ---------------------------------------------------------------- how a function comes to be

ALLOCATE = """\
# exercise 08.4
{head}def allocate_steps(degree, weights, num_steps, max_degree):
    share = weights * degree * (1 + np.log(max_degree) - np.log(degree))
    return num_steps * share / share.sum()
"""
AUC = """\
    zeros = np.sort(scores[labels == 0])
    below = [np.searchsorted(zeros, scores[labels == 1], side) for side in ("left", "right")]
    return float(sum(below).mean() / 2 / len(zeros))
"""


@late({"08.4": 4})
def a_decorator_from_another_cell():
    timed = (
        "import functools, time\nSPENT = {}\n\ndef timed(f):\n    @functools.wraps(f)\n"
        "    def g(*a, **k):\n        start = time.perf_counter()\n        try:\n"
        "            return f(*a, **k)\n        finally:\n"
        "            SPENT[f.__name__] = time.perf_counter() - start\n    return g"
    )
    return beside("08.4", timed, answer=ALLOCATE.format(head="@timed\n"))


@late({"12.1": 3})
def a_lambda():
    return handed_in({
        "12.1": "# exercise 12.1\ndistance = lambda h, r, t, p: torch.linalg.vector_norm("
        "h + r - t, ord=p, dim=-1)\n"
    })  # fmt: skip


@late({"12.1": 3})
def a_partial():
    return handed_in({
        "12.1": "# exercise 12.1\nfrom functools import partial\n\n"
        "def general(scale, h, r, t, p):\n    return scale * (h + r - t).norm(p=p, dim=-1)\n\n"
        "distance = partial(general, 1.0)\n"
    })  # fmt: skip


@late({"12.2": 4})
def an_object_that_can_be_called():
    return handed_in({
        "12.2": "# exercise 12.2\nclass Margin:\n    def __call__(self, pos, neg, m):\n"
        "        return (m + pos[:, None] - neg).clamp(min=0).mean()\n\nmargin_loss = Margin()\n"
    })  # fmt: skip


@late({"12.2": 4})
def a_module_of_torch():
    return handed_in({
        "12.2": "# exercise 12.2\nclass Margin(torch.nn.Module):\n    def forward(self, pos, neg, m):\n"
        "        return torch.relu(m + pos[:, None] - neg).mean()\n\nmargin_loss = Margin().eval()\n"
    })  # fmt: skip


@late({"17.2": 4})
def a_static_method():
    return handed_in({
        "17.2": "# exercise 17.2\nclass Metrics:\n    @staticmethod\n    def auc(labels, scores):\n"
        + AUC.replace("    ", "        ") + "\nauc = Metrics.auc\n"
    })  # fmt: skip


@late({"17.2": 4})
def a_function_made_by_a_function():
    return handed_in({
        "17.2": "# exercise 17.2\ndef make(tie):\n    def f(labels, scores):\n"
        + AUC.replace("    ", "        ").replace("/ 2 ", "* tie ") + "    return f\n\nauc = make(0.5)\n"
    })  # fmt: skip


@late({"17.2": 4})
def an_answer_inside_if():
    body = "".join(f"    {x}\n" for x in f"def auc(labels, scores):\n{AUC}".splitlines())
    return handed_in({"17.2": f"# exercise 17.2\nif __name__ == '__main__':\n{body}"})


@late({"08.4": 4})
def an_answer_inside_try():
    body = "".join(f"    {x}\n" for x in ALLOCATE.format(head="").splitlines()[1:])
    return handed_in({
        "08.4": f"# exercise 08.4\ntry:\n    import cupy as xp\nexcept ImportError:\n    xp = np\n{body}"
    })  # fmt: skip


@late({"17.2": 4})
def decorators_of_torch():
    return handed_in({
        "17.2": "# exercise 17.2\n@torch.jit.ignore\n@torch.no_grad()\ndef auc(y, s):\n"
        "    y, s = torch.as_tensor(y), torch.as_tensor(s)\n    zeros = s[y == 0].sort().values\n"
        "    below = [torch.searchsorted(zeros, s[y == 1], right=r).double() for r in (False, True)]\n"
        "    return (sum(below).mean() / 2 / len(zeros)).item()\n"
    })  # fmt: skip


@late({"17.1": 4, "17.2": 4})
def names_and_words_in_other_languages():
    return handed_in({
        "17.1": "# exercise 17.1\ndef rce(метки, вероятности):\n"
        "    '''Относительная перекрёстная энтропия — в процентах 🙂'''\n    def H(p, доля=метки):\n"
        "        return -(доля * np.log(p) + (1 - доля) * np.log1p(-p)).mean()\n"
        "    ε, μ = 1e-7, метки.mean()\n"
        "    return float(100 * (1 - H(np.clip(вероятности, ε, 1 - ε)) / H(μ)))\n",
        "17.2": f"# exercise 17.2\n# 正しい答え\ndef auc(labels, größe_ﬁnal):\n    scores = größe_final\n{AUC}",
    })  # fmt: skip


# ---------------------------------------------------------------- what else stands in the cells


@late({"08.4": 4})
def a_star_import_of_numpy():
    text = ALLOCATE.format(head="from numpy import *\n").replace("np.log", "log")
    return handed_in({"08.4": text})


@late({"11.2": 5, "11.3": 7})
def the_future_and_an_answer_that_calls_another():
    second = (
        "# exercise 11.3\nfrom __future__ import annotations\n\n"
        "def corrected_loss(pos: Scores, neg: Scores, log_q_neg, log_q_pos, hits):\n"
        "    assert correct_negatives(pos, neg, log_q_neg, hits).shape == ()\n"
    )
    body = right("11.3").partition("### BEGIN SOLUTION\n")[2].partition("    ### END")[0]
    first = right("11.2").replace(
        "def correct", "from __future__ import annotations\n\ndef correct"
    )
    helper = "def log_n(neg):\n    return np.log(neg.shape[1])"
    first = first.replace("np.log(neg.shape[1])", "log_n(neg)")
    return beside("11.2", helper, answer=first) | {
        "cells": _replaced(beside("11.2", helper, answer=first), "11.3", second + body)
    }


def _replaced(nb: dict, exercise: str, text: str) -> list:
    nb["cells"][at(nb, exercise)]["source"] = text
    return nb["cells"]


@late({"10.1": 4})
def settings_and_seeds():
    head = (
        "import os, random, warnings\nwarnings.filterwarnings('error')\nos.environ['X'] = '1'\n"
        "random.seed(0)\nnp.random.seed(0)\ntorch.manual_seed(0)\ntorch.set_num_threads(2)\n"
        "np.set_printoptions(precision=3)\nnp.seterr(all='raise')\n"
        "torch.use_deterministic_algorithms(True)\nplt.rcParams['figure.dpi'] = 80\n"
    )
    return beside("10.1", head, answer=right("10.1"))


@late({"11.1": 4})
def magics_and_options():
    return beside("11.1", "torch.set_printoptions(sci_mode=False)\n%config InlineBackend.figure_format = 'svg'",
                  "%load_ext autoreload\n%autoreload 2", "%matplotlib inline\nplt.plot([1, 2]);",
                  answer=right("11.1"))  # fmt: skip


@late({"08.4": 4})
def a_file_that_is_run():
    text = "%%writefile tools.py\nimport numpy as np\n\ndef log_of(x):\n    return np.log(x)\n"
    answer = ALLOCATE.format(head="").replace("np.log", "log_of")
    return beside("08.4", text, "%run tools.py", answer=answer)


@late({"08.4": 4})
def a_file_that_is_imported_with_a_star():
    text = "%%writefile tools.py\nimport numpy as np\n\ndef log_of(x):\n    return np.log(x)\n"
    answer = ALLOCATE.format(head="from tools import *\n").replace("np.log", "log_of")
    return beside("08.4", text, answer=answer)


@late({"08.4": 4})
def a_file_in_a_folder_of_its_own():
    cells = ("!mkdir -p mine", "%%writefile mine/tools.py\nimport numpy as np\n\nlog_of = np.log\n")
    answer = ALLOCATE.format(head="from mine.tools import log_of\n").replace("np.log", "log_of")
    return beside("08.4", *cells, answer=answer)


@late({"08.4": 4})
def files_made_by_commands():
    cells = ("!echo 1 > one.txt && cp one.txt copy.txt", "%%bash\necho 2 > two.txt", "%env THREE=3")
    numbers = "(int(open('copy.txt').read()) + int(open('two.txt').read()) - int(os.environ['THREE']) + 1 +"
    answer = ALLOCATE.format(head="import os\n").replace("(1 +", numbers)
    return beside("08.4", *cells, answer=answer)


@late({"08.4": 4})
def what_a_command_says():
    answer = ALLOCATE.format(head="").replace("(1 +", "(int(ONE[0]) +")
    return beside("08.4", "ONE = !echo 1", answer=answer)


@late({"08.4": 4})
def helpers_under_capture_and_time():
    cells = (
        "%%capture out\ndef log_of(x):\n    return np.log(x)",
        "%%time\nONE = float(np.ones(1)[0])",
    )
    answer = ALLOCATE.format(head="").replace("np.log", "log_of").replace("(1 +", "(ONE +")
    return beside("08.4", *cells, answer=answer)


@late({"08.4": 4})
def an_old_version_that_is_switched_off():
    old = "%%script false --no-raise-error\n" + ALLOCATE.format(head="").replace(
        "num_steps *", "0 *"
    )
    return beside("08.4", old, answer=ALLOCATE.format(head=""), below=True)


@late({"08.4": 4})
def a_helper_called_check():
    cell = "def check(x):\n    assert np.all(x > 0)\n    return x"
    return beside(
        "08.4", cell, answer=ALLOCATE.format(head="").replace("(degree))", "(check(degree)))")
    )


@late({"08.4": 4})
def helpers_by_with_for_and_walrus():
    cells = (
        "with np.errstate(all='ignore'):\n    ZERO = np.log(1.0)",
        "for LAST in range(2):\n    pass",
        "if (TWO := 2) > 1:\n    def log_of(x):\n        return np.log(x)\nelse:\n    log_of = None",
        "import numpy as _n; A, *B = 1, 2; _tmp = 3; del _tmp",
        "match TWO:\n    case 2:\n        WHICH = 1\n    case _:\n        WHICH = 0",
    )
    text = ALLOCATE.format(head="").replace("(1 +", "(ZERO + LAST * A * WHICH * TWO / 2 +")
    return beside("08.4", *cells, answer=text.replace("np.log", "log_of"))


@late({"08.4": 4})
def a_pool_of_threads():
    text = ALLOCATE.format(head="from concurrent.futures import ThreadPoolExecutor\n\n")
    pool = "with ThreadPoolExecutor(2) as pool:\n        x, y = pool.map(np.log, [max_degree, degree])\n"
    text = text.replace("    share = ", f"    {pool}    share = ")
    return handed_in({"08.4": text.replace("np.log(max_degree) - np.log(degree)", "x - y")})


@late({"08.4": 4})
def a_pool_of_processes():
    text = ALLOCATE.format(head="import multiprocessing\n\n")
    pool = "with multiprocessing.Pool(2) as pool:\n        x, y = pool.map(np.log, [max_degree, degree])\n"
    text = text.replace("    share = ", f"    {pool}    share = ")
    return handed_in({"08.4": text.replace("np.log(max_degree) - np.log(degree)", "x - y")})


@late({"08.4": 4})
def temporary_files_and_logs():
    text = ALLOCATE.format(head="import logging, sys, tempfile\nfrom pathlib import Path\n\n"
                           "logging.basicConfig(level=logging.DEBUG, stream=sys.stdout, force=True)\n")  # fmt: skip
    body = (
        "with tempfile.TemporaryDirectory() as place:\n        np.save(Path(place, 'd'), degree)\n"
        "        degree = np.load(Path(place, 'd.npy'))\n    logging.info('%s', degree)\n"
        "    print(degree, file=sys.stderr, flush=True)\n    sys.stdout.write(f'{sys.stdout.isatty()}')\n"
    )
    return handed_in({"08.4": text.replace("    share = ", f"    {body}    share = ")})


@late({"08.4": 4})
def a_name_of_the_lecture_is_used():
    nb = handed_in({"08.4": ALLOCATE.format(head="").replace("(1 +", "(UNIT +")})
    nb["cells"][at(nb, "08.4") - 1 : at(nb, "08.4") - 1] = [
        code("values = [3, 1]\nUNIT = min(values)")
    ]
    return nb


# ---------------------------------------------------------------- cells that wandered


@late({"17.1": 4, "17.2": 4})
def the_cell_of_another_exercise_was_copied():
    nb = handed_in({"17.1": right("17.1")})
    copied = right("17.2").replace("exercise 17.2", "exercise 17.1")
    cell = json.loads(json.dumps(nb["cells"][at(nb, "17.1")])) | {"source": copied, "id": "copy"}
    nb["cells"].insert(at(nb, "17.2", "check"), cell)
    return nb


@late({"17.1": 4, "17.2": 4})
def both_answers_in_the_cell_of_the_second():
    second = right("17.2")
    return handed_in({"17.2": second + "\n\n" + right("17.1").partition("\n")[2]})


@late({"17.1": 4, "17.2": 4})
def the_answers_change_places():
    return handed_in({
        "17.1": right("17.2").partition("\n")[2], "17.2": right("17.1").partition("\n")[2],
    })  # fmt: skip


@late({"08.4": 4})
def an_answer_in_a_raw_cell():
    nb = handed_in({"08.4": ALLOCATE.format(head="")})
    cell = nb["cells"][at(nb, "08.4")]
    cell["cell_type"] = "raw"
    del cell["outputs"], cell["execution_count"]
    return nb


@late({"15.2": 4})
def split_three_times():
    nb = handed_in({"15.2": right("15.2")})
    place = at(nb, "15.2")
    lines = nb["cells"][place]["source"].splitlines(keepends=True)
    cuts = [0, len(lines) - 7, len(lines) - 5, len(lines) - 3, len(lines)]
    parts = ["".join(lines[a:b]) for a, b in itertools.pairwise(cuts)]
    nb["cells"][place]["source"] = parts[0]
    nb["cells"][place + 1 : place + 1] = [code(part) for part in parts[1:]]
    return nb


@late({"15.2": 4})
def split_at_the_signature():
    nb = handed_in({"15.2": right("15.2")})
    place = at(nb, "15.2")
    head, mark, rest = nb["cells"][place]["source"].partition("    source: torch.Tensor,\n")
    nb["cells"][place]["source"] = head
    nb["cells"].insert(place + 1, code(mark + rest))
    return nb


@late({"16.4": 4})
def stubs_above_and_below_the_answer():
    nb = handed_in({"16.4": right("16.4")})
    stub = json.loads(_notebook("16", "notebooks"))["cells"][at(nb, "16.4")]
    nb["cells"].insert(at(nb, "16.4"), stub)
    nb["cells"].insert(at(nb, "16.4", "check"), json.loads(json.dumps(stub)))
    return nb


# ---------------------------------------------------------------- other programs


@late({"18.1": 4, "18.3": 4})
def saved_by_vs_code():
    nb = without_marks(handed_in({"18.1": right("18.1"), "18.3": right("18.3")}))
    nb["metadata"] = {"language_info": {"name": "python"}, "orig_nbformat": 4}
    for number, cell in enumerate(nb["cells"]):
        cell["metadata"] = {"vscode": {"languageId": "python"}, "tags": None, "trusted": True}
        cell["id"] = f"W{number}sZmlsZQ%3D%3D"
        cell["source"] = "".join(cell["source"]).splitlines(keepends=True)
    return nb


@late({"18.1": 4})
def a_form_of_colab():
    nb = handed_in({"18.1": '#@title My answer {display-mode: "form"}\n' + right("18.1")})
    mount = (
        "from google.colab import drive\ndrive.mount('/content/drive')\n%cd /content/drive/MyDrive"
    )
    nb["cells"].insert(0, code(mount, colab={"base_uri": "https://localhost:8080/"}))
    for cell in nb["cells"]:
        cell["metadata"].pop("graphrec", None)
        cell["metadata"] |= {"cellView": "form", "executionInfo": {"status": "ok", "user": None}}
    nb["metadata"] = {"colab": {"name": "Copy of 18.ipynb", "gpuType": "T4"}, "accelerator": "GPU"}
    return nb


@late({"13.1": 4})
def nbformat_3_of_a_later_lesson():
    nb = without_marks(handed_in({"13.1": right("13.1")}))
    cells = [
        {"cell_type": c["cell_type"], "metadata": {}, "language": "python", "outputs": [],
         ("input" if c["cell_type"] == "code" else "source"): c["source"]}
        for c in nb["cells"]
    ]  # fmt: skip
    sheets = [{"cells": cells[:40]}, {"cells": cells[40:], "metadata": {}}]
    return {"metadata": {}, "nbformat": 3, "nbformat_minor": 0, "worksheets": sheets}


@late({"14.5": 4})
def every_cell_has_the_same_id():
    nb = handed_in({"14.5": right("14.5")})
    for cell in nb["cells"]:
        cell["id"] = "cell"
    return nb


@late({"14.5": 4})
def tabs_and_no_hints_of_types():
    head, _, body = right("14.5").partition("### BEGIN SOLUTION\n")
    assert head and "torch.isin" in body
    lines = body.partition("    ### END")[0].replace("    ", "\t")
    return handed_in({"14.5": f"# exercise 14.5\ndef without_answers(a, b, c, d):\n"
                      f"\tids, nodes, one, other = a, b, c, d\n{lines}"})  # fmt: skip


@late({"09.5": 3})
def a_number_by_way_of_a_tensor():
    text = right("09.5").replace("float((1 / np.ceil(rank / scale)).mean())",
                                 "float(torch.tensor(1 / np.ceil(rank / scale)).mean())")  # fmt: skip
    return handed_in({"09.5": text})


@late({"10.4": 4})
def a_view_that_is_not_contiguous():
    text = right("10.4").replace(
        "return (users", "users, items = users.T.T, items.T.T\n    out = (users"
    )
    end = "    return out.T.contiguous().T.expand(len(ids), len(ids))\n"
    return handed_in({"10.4": text.replace("    ### END SOLUTION", end)})
