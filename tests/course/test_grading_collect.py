"""Every file in a class's folder is somebody's or is named as ignored; names stay as they are."""

from __future__ import annotations

import io
import json
import os
import socket
import types
import unicodedata
import zipfile
from pathlib import Path

import pytest

from graphrec_utils.grading.submissions import collect, intake, unpack, walk, whose


def nb(name: str) -> bytes:
    """Return a notebook that is no copy of another one."""
    return json.dumps({"called": name}).encode()


def zipped(*names: str, **more: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, nb(name))
        for name, content in more.items():
            archive.writestr(name.replace("__", "."), content)
    return buffer.getvalue()


def write(top: Path, *names: str, **more: bytes) -> Path:
    """Make a folder of notebooks; keywords are files with content, with __ for a dot."""
    for name, content in {**{name: nb(name) for name in names}, **more}.items():
        path = top / name.replace("__", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return top


def collected(*given: Path) -> tuple[list[collect.Submission], list[dict]]:
    unpack = given[0].parent / "unpack"
    unpack.mkdir(exist_ok=True)
    ignored: list[dict] = []
    return collect.submissions(list(given), unpack, ignored), ignored


def students(*given: Path) -> list[str]:
    return [x.student for x in collected(*given)[0]]


# ---------------------------------------------------------------- names


@pytest.mark.parametrize("files, names", [
    (["ann/00_start_here.ipynb", "bob/x/any name.ipynb"], ["ann", "bob"]),
    (["ann_00_start_here.ipynb", "00_start_here (bob).ipynb"], ["bob", "ann"]),
    (["ann/a.ipynb", "ann/.ipynb_checkpoints/a.ipynb", "ann/notes.txt"], ["ann"]),
    (["ann_00_start_here.ipynb", "ann_01_recommender_basics.ipynb"], ["ann", "ann"]),
    (["ann/00_start_here.ipynb.txt", "bob/00_start_here.IPYNB"], ["ann", "bob"]),
    (["agent-7.ipynb", "agent-8.ipynb"], ["agent-7", "agent-8"]),
])  # fmt: skip
def test_students_are_named_by_their_folder_or_file(tmp_path, files, names):
    assert students(write(tmp_path / "in", *files)) == names


@pytest.mark.parametrize("name", [
    "O'Brien, Pat", "D'Angelo", "Jérôme", "अमित कुमार", "李明", "محمد", "Zoë 🙂", "r2-d2 (B)", "x" * 120,
    "Müller & Söhne #3", "a" + "\u0301\u0323" * 3,
])  # fmt: skip
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_name_stays_as_it_is_in_one_form(tmp_path, name, form):
    folder = unicodedata.normalize(form, name)
    assert students(write(tmp_path / "in", f"{folder}/a.ipynb")) == [
        unicodedata.normalize("NFC", name)
    ]


def test_a_name_is_one_line_and_never_empty():
    assert whose.clean("pass\nwd\0 \u2028x") == "pass wd x"
    assert whose.owner((), "00_start_here.ipynb", "").name == "unnamed"


def test_a_single_notebook_belongs_to_its_folder(tmp_path):
    assert students(write(tmp_path / "ann", "00_start_here.ipynb") / "00_start_here.ipynb") == [
        "ann"
    ]


def test_the_lessons_of_one_folder_belong_to_one_student(tmp_path):
    folder = write(tmp_path / "ann", "00_start_here.ipynb", "01_recommender_basics.ipynb")
    assert students(folder) == ["ann", "ann"]
    assert students(*sorted(folder.glob("*.ipynb"))) == ["ann", "ann"]


def test_one_name_in_two_places_is_two_students(tmp_path):
    places = [write(tmp_path / x, "ann/00_start_here.ipynb") for x in ("group 1", "group 2")]
    assert students(*places) == ["ann", "ann-2"]


@pytest.mark.parametrize("file, name, known, turn, late", [
    ("doejane_22345_67891_00_start_here.ipynb", "doejane", "22345", (67891, 0), False),
    ("doejane_LATE_22345_67999_00_start_here-2.ipynb", "doejane", "22345", (67999, 2), True),
    ("Ann Lee_106_assignsubmission_file_00_start_here.ipynb", "Ann Lee", "Participant 106", (0, 0), False),
    ("Ann Lee_106_assignsubmission_file_/00_start_here (3).ipynb", "Ann Lee", "Participant 106", (0, 3), False),
    ("Ann Lee_106_assignsubmission_file/a.ipynb", "Ann Lee", "Participant 106", (0, 0), False),
])  # fmt: skip
def test_names_of_canvas_and_moodle_are_understood(tmp_path, file, name, known, turn, late):
    (found,) = collected(write(tmp_path / "in", file))[0]
    assert (found.student, found.known, found.turn[:2], found.late) == (name, (known,), turn, late)


def test_two_lessons_of_one_canvas_user_are_one_person(tmp_path):
    names = (
        "doejane_LATE_22345_67891_00_start_here.ipynb",
        "doejane_22345_67999_01_recommender_basics.ipynb",
    )
    assert students(write(tmp_path / "in", *names)) == ["doejane", "doejane"]


@pytest.mark.parametrize("second", [
    "00_start_here (1)", "00_start_here-1", "00_start_here-Copy1", "00_start_here - Copy", "00_start_here_v2",
    "00_start_here_final", "00_start_here copy 2",
])  # fmt: skip
def test_a_second_file_is_a_later_attempt_of_the_same_student(tmp_path, second):
    found, _ = collected(write(tmp_path / "Ivan", "00_start_here.ipynb", f"{second}.ipynb"))
    assert [x.student for x in found] == ["Ivan", "Ivan"]
    assert max(found, key=lambda x: x.turn).file == f"{second}.ipynb"


# ---------------------------------------------------------------- zip files


COURSE = ("g/notebooks/00_start_here.ipynb", "g/notebooks/01_recommender_basics.ipynb",
          "g/solutions/00_start_here.ipynb", "g/graphrec_utils/cli.py", "g/README.md")  # fmt: skip


@pytest.mark.parametrize("cut", [0, 2])
def test_a_zip_of_the_whole_course_is_one_student_s(tmp_path, cut):
    content = zipped(*(name[cut:] for name in COURSE))
    for top in (write(tmp_path / "a", Nora__zip=content), write(tmp_path / "b", "ann/x.ipynb", Nora__zip=content),
                write(tmp_path / "c", "ann/x.ipynb", **{"Nora/course__zip": content}),
                tmp_path / "a" / "Nora.zip"):  # fmt: skip
        found, ignored = collected(top)
        assert [x.student for x in found if x.student != "ann"] == ["Nora", "Nora"]
        assert any(
            "solutions/00_start_here" in x["file"] and "own solution" in x["why"] for x in ignored
        )


def test_an_unpacked_course_folder_is_one_student_s(tmp_path):
    assert students(write(tmp_path / "in", *(f"Nora/{name}" for name in COURSE))) == [
        "Nora",
        "Nora",
    ]
    assert students(write(tmp_path / "Nora", *(name[2:] for name in COURSE))) == ["Nora", "Nora"]


def test_a_class_in_a_zip_is_several_students_where_the_zip_stands_alone(tmp_path):
    content = zipped("all/ann/00_start_here.ipynb", "all/bob/00_start_here.ipynb")
    top = write(tmp_path / "in", all__zip=content)
    assert students(top) == students(top / "all.zip") == ["ann", "bob"]
    found, ignored = collected(write(tmp_path / "beside", "eve/a.ipynb", all__zip=content))
    assert [x.student for x in found] == ["all", "all", "eve"]
    assert [x["why"] for x in ignored if "all.zip" in x["file"]] == [
        "read as one student's, all.zip: it lies beside others; a class in a zip file is graded alone"
    ]


def test_copies_in_one_student_s_zip_are_one_student(tmp_path):
    content = zipped(*(f"try {k}/00_start_here.ipynb" for k in range(40)))
    assert set(students(write(tmp_path / "in", "eve/a.ipynb", ann__zip=content))) == {"ann", "eve"}


def test_zip_files_in_a_zip_are_those_of_its_students(tmp_path):
    inner = zipped("00_start_here.ipynb")
    moodle = zipped(
        **{
            "Ann Lee_106_assignsubmission_file_/mine__zip": inner,
            "Bob_107_assignsubmission_file_/x__zip": inner,
        }
    )
    assert students(write(tmp_path / "in", export__zip=moodle)) == ["Ann Lee", "Bob"]
    flat = zipped(ann__zip=inner, bob__zip=inner)
    assert students(write(tmp_path / "flat", all__zip=flat)) == ["ann", "bob"]


def test_zip_files_without_end_are_refused_with_a_sentence(tmp_path):
    content = zipped("00_start_here.ipynb")
    for _ in range(6):
        content = zipped(deeper__zip=content)
    (found,) = collected(write(tmp_path / "in", ann__zip=content))[0]
    assert found.path is None and "zip file in a zip file" in found.problem


def test_zip_files_in_a_student_s_zip_are_read_in_one_child_and_counted(tmp_path, monkeypatch):
    children = []
    monkeypatch.setattr(
        walk.bounded, "call", lambda *a, call=walk.bounded.call: children.append(a) or call(*a)
    )
    wide = {f"z{k}__zip": zipped(f"{k:02}_x.ipynb") for k in range(unpack.MAX_ZIPS + 5)}
    found, _ = collected(write(tmp_path / "in", "bob/a.ipynb", ann__zip=zipped(**wide)))
    assert len(children) == 1
    assert sum(x.path is not None for x in found) == unpack.MAX_ZIPS  # ann's one holds the others
    (why,) = [x.problem for x in found if x.path is None]
    assert why == f"more than {unpack.MAX_ZIPS} zip files: the others are not read"


def test_zip_files_too_deep_in_each_other_are_one_line_however_many_there_are(tmp_path):
    content = zipped("00_start_here.ipynb")
    for _ in range(4):
        content = zipped(**{f"z{k}__zip": content for k in range(2)})
    found, _ = collected(write(tmp_path / "in", "bob/a.ipynb", ann__zip=content))
    assert [x.student for x in found] == ["ann", "bob"]
    assert "what lies deeper is not read" in found[0].problem


def test_members_that_lead_out_are_refused_with_a_sentence(tmp_path):
    content = zipped("../../ann/a.ipynb", "/elsewhere/b.ipynb", "bob/c.ipynb")
    found, _ = collected(write(tmp_path / "in", all__zip=content))
    assert [x.problem for x in found if x.path is None] == [
        "its path leads out of the zip file"
    ] * 2


def test_no_student_s_zip_speaks_for_others(tmp_path):
    forged = zipped("bob/00_start_here.ipynb", "x_106_assignsubmission_file_/00_start_here.ipynb")
    top = write(tmp_path / "in", "bob/00_start_here.ipynb", **{
        "ann/mine__zip": forged, "cat_22345_67891_hw__zip": forged, "dan__zip": forged,
    })  # fmt: skip
    found, _ = collected(top)
    assert sorted({(x.student, x.known) for x in found}) == [
        ("ann", ()),
        ("bob", ()),
        ("cat", ("22345",)),
        ("dan", ()),
    ]


def test_a_class_named_by_numbers_is_a_class(tmp_path):
    content = zipped(
        *(f"{name}/00_start_here.ipynb" for name in ("s001", "s002", "123456", "学生1", "学生2"))
    )
    assert len(set(students(write(tmp_path / "in", all__zip=content)))) == 5


def test_thousands_of_notebooks_of_one_student_are_not_all_graded(tmp_path):
    content = zipped(*(f"{k:04}/00_start_here ({k % 1000}).ipynb" for k in range(2000)))
    found, ignored = collected(write(tmp_path / "in", "eve/a.ipynb", **{"ann/x__zip": content}))
    assert len(found) == 61 and len(ignored) == collect.LISTED + 1
    assert ignored[-1] == {"file": "ann", "why": "1935 more notebooks that are copies, or too many"}
    assert "00_start_here (999)" in found[0].file + found[-2].file + "".join(x.file for x in found)


# ---------------------------------------------------------------- what is no notebook


@pytest.mark.parametrize("file, why", [
    ("answers.pdf", "a .pdf file, not a notebook"), ("answers.py", "a .py file"), ("a.7z", "not a zip file"),
    ("picture.png", "a .png file"),
])  # fmt: skip
def test_a_student_without_a_notebook_is_told_so(tmp_path, file, why):
    found, ignored = collected(write(tmp_path / "in", f"ann/{file}", "bob/a.ipynb"))
    assert (
        [x.student for x in found] == ["bob", "ann"] and why in found[1].problem and ignored == []
    )
    found, ignored = collected(write(tmp_path / "zip", ann__zip=zipped(f"x/{file}")))
    assert [x.student for x in found] == ["ann"] and "zip file without a notebook" in found[
        0
    ].problem


def test_files_beside_notebooks_are_listed_and_many_are_counted(tmp_path):
    found, ignored = collected(
        write(tmp_path / "in", "ann/a.ipynb", "README.md", *(f"ann/{k}.csv" for k in range(9)))
    )
    assert [x.student for x in found] == ["ann"]
    assert (
        len(ignored) == 7
        and {"file": "ann", "why": "4 more files that are no notebooks"} in ignored
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
@pytest.mark.parametrize("given", ["in", "in/class.zip"])
def test_a_file_that_becomes_a_pipe_meanwhile_is_not_waited_for(tmp_path, monkeypatch, given):
    top = write(tmp_path / "in", "ann/a.ipynb", "bob/b.zip")
    pipes = [top / "ann" / "a.ipynb", top / "bob" / "b.zip", top / "class.zip"]
    for path in pipes:
        path.unlink(missing_ok=True)
        os.mkfifo(path)
    looked = types.SimpleNamespace(S_ISREG=lambda mode: True, S_ISLNK=lambda mode: False)
    for module in (walk, unpack):
        monkeypatch.setattr(module, "stat", looked)  # what they were a moment ago
    found, _ = collected(tmp_path / given)
    assert {x.problem for x in found} <= {"a zip file that cannot be read", ""}
    for path in pipes:
        with pytest.raises(intake.Unreadable, match="it is no file"):
            intake.read(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_nobody_is_somebody_else_by_a_blank_in_a_folder_s_name(tmp_path):
    names = (" Ann Lee", "Ann  Lee", "Ann Lee", "Ann Lee ")
    top = write(tmp_path / "in", *(f"{name}/00_start_here.ipynb" for name in names))
    found, _ = collected(top)
    assert len({x.student for x in found}) == 4
    (own,) = [x.file for x in found if x.student == "Ann Lee"]
    assert own == "Ann Lee/00_start_here.ipynb"


def test_a_student_s_folder_that_is_a_link_is_named(tmp_path):
    top = write(tmp_path / "in", "ann/00_start_here.ipynb")
    os.symlink(top / "ann", top / "bob")
    found, ignored = collected(top)
    assert [x.student for x in found] == ["ann"]
    why = "a symbolic link, not a folder: what it leads to is not read"
    assert ignored == [{"file": "bob", "why": why}]


def test_the_course_s_own_solution_is_known_however_its_folder_is_written(tmp_path):
    content = zipped("c/Solutions/00_start_here.ipynb", "c/notebooks/00_start_here.ipynb")
    found, ignored = collected(write(tmp_path / "in", "bob/a.ipynb", ann__zip=content))
    assert [x.file for x in found if x.student == "ann"] == [
        "ann.zip:c/notebooks/00_start_here.ipynb"
    ]
    assert {
        "file": "ann.zip:c/Solutions/00_start_here.ipynb",
        "why": "the course's own solution",
    } in ignored


def test_pipes_sockets_and_links_are_never_opened(tmp_path):
    top = write(tmp_path / "in", "ann/a.ipynb")
    for name in ("bob", "cid", "dan"):
        (top / name).mkdir()
    os.mkfifo(top / "bob" / "00_start_here.ipynb")
    os.mkfifo(top / "ann" / "x.zip")
    os.symlink("/etc/passwd", top / "cid" / "00_start_here.ipynb")
    with socket.socket(socket.AF_UNIX) as server:
        here = os.getcwd()
        os.chdir(top / "dan")
        try:
            server.bind("00_start_here.ipynb")
        finally:
            os.chdir(here)
        found, _ = collected(top)
    assert {x.student: x.problem for x in found if x.path is None} == {
        "ann": "a named pipe, not a file", "bob": "a named pipe, not a file",
        "cid": "a symbolic link, not a file", "dan": "a socket, not a file",
    }  # fmt: skip


def test_a_file_too_large_to_be_read_is_not_read_to_be_told_from_others(tmp_path, monkeypatch):
    """Sparse, it takes no disk and hours to hash."""
    from graphrec_utils.grading import batch, kept

    path = tmp_path / "00_start_here.ipynb"
    with open(path, "wb") as file:
        file.truncate(intake.MAX_BYTES + 1)
    monkeypatch.setattr(kept.hashlib, "file_digest", None)
    made = collect.Submission("ann", path.name, path)
    assert len(kept.key(b"s", batch.Settings(), made)) == 24
