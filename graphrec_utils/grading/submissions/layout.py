"""Which folders of a path say whose a file is: not those of the course, nor one that all files have."""

from __future__ import annotations

from graphrec_utils.grading.submissions import whose

NOTEBOOKS = (".ipynb", ".ipynb.txt", ".ipynb.json")  # the last two: browsers that know better


def ends(name: str, suffixes: tuple[str, ...]) -> bool:
    """Report whether a file's name has one of the suffixes, in whatever letter case."""
    return name.lower().endswith(suffixes)


def without_course(folders: list[tuple], names: list[str]) -> list[tuple]:
    """Return the folders in which somebody's copy of the course lies, for what lies in the course."""
    places = [whose.of_course(f, name) for f, name in zip(folders, names, strict=True)]
    roots = {f[:p] for f, p in zip(folders, places, strict=True) if p is not None}

    def above(folder: tuple, name: str, place: int | None) -> tuple:
        if place is None and not ends(name, NOTEBOOKS):
            place = max((len(r) for r in roots if folder[: len(r)] == r), default=None)
        return folder[:place]

    return [above(*x) for x in zip(folders, names, places, strict=True)]


def is_course(folders: list[tuple], names: list[str]) -> bool:
    """Report whether somebody's copy of the course is among the folders."""
    return any(whose.of_course(f, name) is not None for f, name in zip(folders, names, strict=True))


def without_common(folders: list[tuple], names: list[str]) -> list[tuple]:
    """Drop the outer folder that a zip of a folder has, while a folder per student remains."""
    there = [f for f, name in zip(folders, names, strict=True) if ends(name, (*NOTEBOOKS, ".zip"))]
    while len({f[:1] for f in there}) == 1 and all(len(f) > 1 for f in there):
        first = there[0][:1]
        there = [f[1:] for f in there]
        folders = [f[1:] if f[:1] == first else f for f in folders]
    return folders
