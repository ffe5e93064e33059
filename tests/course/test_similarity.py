"""Which answers are shown as similar, and which are not."""

from __future__ import annotations

import textwrap
import time

from graphrec_utils.grading.submissions import similarity

# Answers to one exercise that seven people could have written without knowing each other.
INDEPENDENT = {
    "loop": """
        def build_index(names):
            index = {}
            for name in names:
                if name not in index:
                    index[name] = len(index)
            return index
        """,
    "counter": """
        def build_index(names):
            result = {}
            counter = 0
            for n in names:
                if n in result:
                    continue
                result[n] = counter
                counter += 1
            return result
        """,
    "counter without continue": """
        def build_index(names):
            d = {}
            i = 0
            for x in names:
                if x not in d:
                    d[x] = i
                    i += 1
            return d
        """,
    "fromkeys": """
        def build_index(names):
            unique = list(dict.fromkeys(names))
            return {name: position for position, name in enumerate(unique)}
        """,
    "setdefault": """
        def build_index(names):
            index = {}
            for name in names:
                index.setdefault(name, len(index))
            return index
        """,
    "seen list": """
        def build_index(names):
            seen = []
            for name in names:
                if name not in seen:
                    seen.append(name)
            numbers = {}
            for i in range(len(seen)):
                numbers[seen[i]] = i
            return numbers
        """,
    "pandas": """
        def build_index(names):
            codes, uniques = pd.factorize(pd.Series(names))
            return dict(zip(uniques.tolist(), range(len(uniques)), strict=True))
        """,
}
ODD = """
    def build_index(names):
        # remember who was there before me
        registry = {}
        ticket = -1
        for person in names:
            known = person in registry
            if known is False:
                ticket = ticket + 1
                registry[person] = ticket
        return registry
    """
STUB = '''
    # exercise 00.2
    def build_index(names: list[str]) -> dict[str, int]:
        """Return {name: number}."""
        raise NotImplementedError("Exercise 00.2")
    '''


def compare(sources: dict[str, str], given: str = STUB, published: str = "") -> dict:
    answers = {who: {"00.2": textwrap.dedent(text)} for who, text in sources.items()}
    given, published = textwrap.dedent(given), textwrap.dedent(published)
    return similarity.compare(answers, {"00.2": given}, {"00.2": published})


def shown(found: dict) -> list[list[str]]:
    return [pair["students"] for pair in found["pairs"]]


def renamed(source: str) -> str:
    for old, new in (("registry", "d"), ("person", "x"), ("ticket", "t"), ("known", "k")):
        source = source.replace(old, new)
    return source.replace("# remember who was there before me", "# done")


def test_independent_answers_are_not_shown():
    assert shown(compare(INDEPENDENT, published=INDEPENDENT["loop"])) == []


def test_a_copy_with_other_names_comments_and_layout_is_found():
    copy = renamed(ODD).replace("ticket + 1", "(ticket\n + 1)").replace("names)", "names: list)")
    found = compare({**INDEPENDENT, "Ann": ODD, "Eve": copy})
    assert shown(found) == [["Ann", "Eve"]]
    assert found["pairs"][0]["exercises"][0]["evidence"] == ["the same tree after renaming"]


def test_a_copy_with_one_changed_line_is_found():
    copy = renamed(ODD).replace("if k is False", "if not k")
    found = compare({**INDEPENDENT, "Ann": ODD, "Eve": copy})
    assert shown(found) == [["Ann", "Eve"]]
    assert found["pairs"][0]["exercises"][0]["similarity"] < 1


def test_a_shared_comment_and_shared_rare_names_are_named_as_evidence():
    found = compare({**INDEPENDENT, "Ann": ODD, "Eve": ODD + "\n"})
    evidence = " ".join(found["pairs"][0]["exercises"][0]["evidence"])
    assert "letter by letter" in evidence
    assert "“remember who was there before me”" in evidence
    assert "“ticket”" in evidence
    assert "“names”" not in evidence  # the stub's own name


def test_a_comment_that_others_have_as_well_is_no_evidence():
    comment = "# remember who was there before me"
    crowd = {who: text.rstrip() + f"\n            {comment}" for who, text in INDEPENDENT.items()}
    found = compare({**crowd, "Ann": ODD, "Eve": ODD + "\n"})
    (pair,) = found["pairs"]
    assert pair["students"] == ["Ann", "Eve"]
    assert comment[2:] not in " ".join(pair["exercises"][0]["evidence"])
    alone = compare({**INDEPENDENT, "Ann": ODD, "Eve": ODD + "\n"})["pairs"][0]
    assert pair["strength"] < alone["strength"]


def test_more_evidence_stands_first():
    other = INDEPENDENT["seen list"]
    quiet = other.replace("seen", "a").replace("numbers", "b").replace("name ", "n ")
    found = compare({"Ann": ODD, "Eve": ODD, "Bob": other, "Zoe": quiet})
    assert shown(found) == [["Ann", "Eve"], ["Bob", "Zoe"]]


def test_unchanged_stubs_are_not_similar():
    found = compare({"Ann": STUB, "Eve": STUB, "Bob": STUB})
    assert shown(found) == []
    assert any("3 are unchanged or too short" in note for note in found["notes"])


def test_given_code_does_not_count():
    given = ODD.replace("ticket = -1", "ticket = 0")  # a long function with one wrong number
    ann, eve = (
        given.replace("ticket = 0", "ticket = -1"),
        given.replace("ticket = 0", "ticket = -1 + 0"),
    )
    assert shown(compare({"Ann": ann, "Eve": eve})) == [["Ann", "Eve"]]  # mostly given code
    assert shown(compare({"Ann": ann, "Eve": eve}, given=given)) == []


def test_the_published_solution_is_counted_and_not_shown():
    found = compare({"Ann": ODD, "Eve": renamed(ODD)}, published=ODD)
    assert shown(found) == []
    assert any("2 have the tree of the published solution" in note for note in found["notes"])
    assert "cannot be prevented" in similarity.STATEMENT


def test_a_tree_that_many_wrote_is_how_one_writes_it():
    crowd = {f"student {k}": ODD for k in range(4)}
    assert shown(compare(crowd)) == []
    assert len(shown(compare(dict(list(crowd.items())[:3])))) == 3


def test_two_exercises_of_one_pair_add_up():
    own = {"00.2": textwrap.dedent(ODD), "00.3": textwrap.dedent(ODD)}
    answers = {"Ann": own, "Eve": own, "Bob": {"00.2": textwrap.dedent(INDEPENDENT["pandas"])}}
    found = similarity.compare(answers, {}, {})
    assert [e["id"] for e in found["pairs"][0]["exercises"]] == ["00.2", "00.3"]


def test_hostile_sources_are_left_out():
    bombs = {
        "deep": "def f(x):\n    return " + "-" * 3_000 + "x",
        "chain": "def f(x):\n    return x" + ".a" * 20_000,
        "sum": "def f(x):\n    return x" + "+1" * 20_000,
        "null": "def f(x):\n    return '\0'",
        "broken": "def f(x:",
        "surrogate": "def f(x):\n    return '\ud800'",
    }
    assert shown(compare({**bombs, "Ann": ODD, "Eve": ODD})) == [["Ann", "Eve"]]


def test_twice_the_students_do_not_cost_six_times_the_work():
    """Every pair of students would be four times as much."""

    def seconds(students: int) -> float:
        crowd = {f"s{k}": ODD + f"\n    # {k}\n    return {k}" * (k % 7) for k in range(students)}
        start = time.process_time()
        compare(crowd)
        return time.process_time() - start

    seconds(50)  # what is imported and compiled once
    assert min(seconds(400) for _ in range(3)) < 6 * min(seconds(200) for _ in range(3))


def test_the_stub_and_the_solution_of_this_clone_are_found():
    given, published = similarity._cells({"00"})["00.1"]
    assert "NotImplementedError" in given and "BEGIN SOLUTION" not in given
    assert "BEGIN SOLUTION" in published


# ---------------------------------------------------------------- the same text, the same comment

SHORT = "def build_index(names):\n    return dict(enumerate(names))"


def grouped(sources: dict[str, str], **more) -> list[tuple[list[str], str]]:
    return [(g["students"], "; ".join(g["evidence"])) for g in compare(sources, **more)["groups"]]


def test_a_text_that_fifteen_share_is_shown_however_short_and_common_it_is():
    crowd = {f"student {k}": SHORT + "  # Anna's loop, do not copy!\n" for k in range(15)}
    ((students, evidence),) = grouped({**INDEPENDENT, **crowd})
    assert len(students) == 15
    assert "letter by letter, 2 lines" in evidence and "“Anna's loop, do not copy!”" in evidence


def test_short_texts_stand_last_and_say_so():
    sources = {"a": SHORT, "b": SHORT + "\n\n", "c": ODD, "d": ODD}
    first, second = grouped(sources)
    assert first[0] == ["c", "d"] and second[0] == ["a", "b"]
    assert "by chance" in second[1] and "by chance" not in first[1]


def test_what_the_course_wrote_is_nobody_s_own():
    published = SHORT + "  # one line is enough\n"
    alike = {"a": STUB, "b": STUB, "c": published, "d": published, "e": "", "f": ""}
    assert grouped(alike, published=published) == []
    both = {"a": INDEPENDENT["loop"] + "    # one line is enough", "b": ODD.replace("# ", "# one ")}
    assert grouped(both, published=published) == []


def test_a_comment_that_two_texts_share_is_shown_however_short():
    sources = {"a": SHORT + "  # :)", "b": ODD + "    # :)", "c": ODD.replace("known", "seen")}
    found = dict((tuple(students), evidence) for students, evidence in grouped(sources))
    assert found["a", "b"] == "with the comment “:)”"
    assert found["b", "c"] == "with the comment “remember who was there before me”"


def test_a_text_that_is_no_python_is_compared_all_the_same():
    broken = "def build_index(names:\n    return 3 # mine"
    assert grouped({"a": broken, "b": broken}) == [
        (["a", "b"], "the same text, letter by letter, 2 lines of their own; with the comment “mine”")
    ]  # fmt: skip
