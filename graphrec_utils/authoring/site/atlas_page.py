"""The page of the atlas: the visual, and every system with links to what was read about it."""

from __future__ import annotations

from graphrec_utils.authoring.site.places import address
from graphrec_utils.cli.setup.environment import CannotRun
from graphrec_utils.plots import visuals
from graphrec_utils.plots.visuals.atlas import READ, systems

ATLAS = """# Atlas of industry

What companies have built on such graphs, from the lecture's systems to what came after them. Looked up on
{day}. A system marked ᴬ is known from its abstract only, what is marked † from a summary by others; what we
did not read is left out. What a company reports about itself, nobody else can repeat.

````{{raw}} html
{visual}
````

## The systems and their sources

{systems}
"""
CELLS = {
    "nodes": "Nodes and edges",
    "encoder": "Encoder",
    "loss": "Loss",
    "use": "Used for",
    "reports": "Reports",
}


def atlas() -> str:
    """Return the page of the atlas: the visual, and below it every system with links to its sources.

    Raises:
        CannotRun: a system has no source, or something else is wrong with it.
    """
    try:
        rows, day = systems()
    except ValueError as error:
        raise CannotRun(str(error)) from None
    parts = [_system(row) for row in rows]
    return ATLAS.format(day=day, visual=visuals.atlas().html(), systems="\n\n".join(parts))


def _system(row: dict) -> str:
    """Return a system in Markdown."""
    dagger = lambda name: " †" * (name in row.get("summary", []))  # noqa: E731
    title = (
        f"### {row['name']} ({row['company']}, {row['year']}){' ᴬ' * (row['read'] == 'abstract')}"
    )
    lines = [
        f"* Graph: {row['kind']}{dagger('kind')}. Built of: {', '.join(row['by'])}{dagger('by')}."
    ]
    lines += [
        f"* {said}: {row[name]}{dagger(name)}." for name, said in CELLS.items() if name in row
    ]
    links = [f"[{_short(row['source'])}]({row['source']}), {READ[row['read']]}"]
    if also := row.get("also"):
        lines.append(f"* Also: {also['says']}.")
        links.append(f"[{_short(also['source'])}]({also['source']}), {READ[also['read']]}")
    page = address(row["lesson"], "notebooks/")
    lesson = f"[{row['lesson']}]({page.replace('.html', '.ipynb')})" if page else row["lesson"]
    return "\n".join([title, "", *lines, f"* Read: {'; '.join(links)}. Lesson {lesson}."])


def _short(source: str) -> str:
    return source.removeprefix("https://").partition("/blob/")[0]
