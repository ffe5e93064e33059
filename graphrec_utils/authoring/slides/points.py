"""How much a slide says, and the points of a list that is too long for one."""

from __future__ import annotations

import re
from dataclasses import replace

from graphrec_utils.authoring.slides.deck import TITLE, Slide, Unit
from graphrec_utils.authoring.slides.lecture import words

MOST = 40  # words of prose on a slide
ALONE = 26  # with fewer words prose has no slide of its own
LONGEST = 20  # words of a title
LIST_POINT = re.compile(r"<li>(?:(?!</?li>).)*</li>", re.DOTALL)
BLOCK = re.compile(r"(<(h\d|p|ul|ol|blockquote|table|div|pre|figure)\b.*?</\2>)", re.DOTALL)
BOLD = re.compile(r"<p><strong>(?:(?!</?strong>).)*\.</strong>", re.DOTALL)
QUIZ = re.compile(r"<p><strong>\d\d\.q\d")
NO_TEXT = re.compile(r"<(?:table|ul|ol|pre|blockquote|div|figure)\b|\$\$")
DRAWN = re.compile("<svg.*?</svg>", re.DOTALL)
SENTENCE = re.compile(r"(?<=[.?!])((?:</(?:strong|em)>)?)(?:\s+|(?=</p>))")
OF_A_READER = re.compile(
    r"<p><strong>(?:Time|In an hour|In \w+ minutes|You will)\b"
)  # not of a hall
HEADING = re.compile(r"\s*<h[1-3][^>]*>.*?</h[1-3]>", re.DOTALL)
LABEL = re.compile("<li>(?:<p>)?")
BEGINS_BOLD = re.compile(
    r"<li>(?:<p>)?<strong>([^<]{3,60}?)(?:[.:]</strong>|(?<=\?)</strong>|</strong>[.:])"
)  # not the words in bold with which a sentence begins


def told(slide: Slide) -> int:
    """Return how many words a hall reads on a slide, pictures, questions and code left out."""
    shown = (u for u in slide.units if not (u.picture or u.asked or "<pre" in u.html))
    return sum(words(DRAWN.sub("", u.html)) for u in shown)


def bold(html: str) -> str:
    """Return the words in bold, a sentence, with which a paragraph begins, as HTML."""
    found = BOLD.match(html)
    return found[0] if found else ""


def moral(html: str) -> str:
    """Return a paragraph that is one sentence in bold, without its end."""
    begun = bold(html)
    return begun if begun + "</p>" == html.strip() else ""


def thin(slide: Slide) -> bool:
    """Report whether a slide is headings and paragraphs alone."""
    return not any(
        u.picture or u.asked or u.lines or QUIZ.search(u.html) or NO_TEXT.search(u.html)
        for u in slide.units
    )


def cut(paragraph: str, room: int) -> str:
    """Return the sentences of a paragraph for which there is room; a formula, a moral and a quiz always stay."""
    if OF_A_READER.match(paragraph):
        return ""
    stays = "$$" in paragraph or moral(paragraph) or QUIZ.match(paragraph)
    if stays or words(paragraph) <= room:
        return paragraph
    begun = [paragraph[: found.end(1)] for found in SENTENCE.finditer(paragraph)]
    # what asks or promises is not the end
    ends = ("?", "?</strong>", ".</strong>", "?</em>", ".</em>")
    fits = [x for x in begun if closed(x) and words(x) <= room and not x.endswith(ends)]
    return f"{fits[-1]}</p>" if fits else ""


def closed(text: str) -> bool:
    """Report whether what a text begins, it ends: tags, formulas, brackets."""
    tags = all(text.count(f"<{x}>") == text.count(f"</{x}>") for x in ("strong", "em", "code"))
    return tags and text.count("$") % 2 == 0 and text.count("(") == text.count(")")


def text_of(slide: Slide) -> str:
    """Return the HTML of all that a slide shows."""
    return "".join(unit.html for unit in slide.units)


def parts(slide: Slide) -> list[Slide]:
    """Return a slide with a list that is too long as several, each with some of its points.

    Those that go on have as title the words in bold with which they begin, or the first point.
    """
    long = [k for k, u in enumerate(slide.units) if len(LIST_POINT.findall(u.html)) > 1]
    if len(long) != 1 or told(slide) <= MOST or any(u.picture or u.asked for u in slide.units):
        return [slide]
    k = long[0]
    unit = slide.units[k]
    if words(unit.html) <= MOST and k and all(_leads(u.html) for u in slide.units[:k]):
        heads = [HEADING.match(u.html) for u in slide.units[:k]]
        said = [
            u.html[head.end() if head else 0 :] for u, head in zip(slide.units, heads, strict=False)
        ]
        kept = [
            replace(u, html=h[0], height=66) for u, h in zip(slide.units, heads, strict=False) if h
        ]
        return [replace(slide, units=[*kept, *slide.units[k:]], notes=[*slide.notes, *said])]
    points = [found[0] for found in LIST_POINT.finditer(unit.html)]
    before, _, rest = unit.html.partition(points[0])
    after = rest.rpartition(points[-1])[2]
    if re.search(r"<(?:li|p|ol)>", before + after):
        return [slide]
    heading = re.search(r"<h[12][^>]*>(.*?)</h", before)
    title = re.sub("<[^>]*>", "", heading[1]) if heading else slide.again
    first, *others = _shared(points, sum(words(u.html) for u in slide.units[:k]))
    share = unit.height / len(points)
    top = replace(
        unit, html=f"{before}{''.join(first)}</ul>", height=share * len(first) + 2 * TITLE
    )
    made = [Slide([*slide.units[:k], top], slide.notes, slide.again)]
    for group in others:
        label, again = BEGINS_BOLD.match(group[0]), title
        said = re.sub("</?(?:li|p)>", "", group[0]).strip()
        units = []
        if label:
            again = f"<strong>{label[1]}</strong>"
            group = [group[0].replace(label[0], LABEL.match(label[0])[0], 1), *group[1:]]
        elif words(said) <= LONGEST and re.fullmatch(r"[A-Z][^.?!]*\.", said) and len(group) > 1:
            units, group = [Unit(f"<h3>{said.removesuffix('.')}</h3>", 2 * TITLE)], group[1:]
        html = f"<ul>{''.join(group)}</ul>"
        made.append(
            Slide([*units, replace(unit, html=html, height=share * len(group))], slide.notes, again)
        )
    made[-1].units += slide.units[k + 1 :]
    return made


def _leads(html: str) -> bool:
    """Report whether a unit is a heading, words that lead to a list, or both."""
    head = HEADING.match(html)
    return bool(
        re.fullmatch(
            r"\s*(?:<p>(?:(?!</?p>).)*</p>)?\s*", html[head.end() if head else 0 :], re.DOTALL
        )
    )


def _shared(points: list[str], above: int) -> list[list[str]]:
    """Share points among as few slides as hold them, with about as many words on each."""
    lengths = [words(point) for point in points]
    most = max(max(lengths), (above + sum(lengths)) / -(-(above + sum(lengths)) // MOST) * 1.15)
    groups, full = [[]], above
    for point, n in zip(points, lengths, strict=True):
        if groups[-1] and full + n > min(most, MOST):
            groups, full = [*groups, []], 0
        groups[-1].append(point)
        full += n
    return groups
