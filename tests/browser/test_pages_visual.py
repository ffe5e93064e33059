"""The pages on which an author looks at a visual: `python -m tests.browser.pages NAME`."""

from __future__ import annotations

from urllib.parse import urlparse
from urllib.request import url2pathname

import pages

from graphrec_utils.plots import visuals

MADE = {"bpr_loss": visuals.bpr_loss}


def test_both_pages_show_the_visual(page, tmp_path):
    light, dark = pages.write(tmp_path, visuals.bpr_loss())
    looks = []
    for address in (light, dark):
        root = pages.opened(page, address)
        looks.append(root.evaluate("e => getComputedStyle(e).color"))
    assert looks[0] != looks[1]


def test_the_command_says_where_the_pages_are(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(pages.tempfile, "mkdtemp", lambda prefix: tmp_path)
    assert pages.main(["bpr_loss"], MADE) == 0
    files = [url2pathname(urlparse(x).path) for x in capsys.readouterr().out.splitlines()]
    assert [file.rpartition("/")[2] for file in files] == ["light.html", "dark.html"]
    assert all((tmp_path / name).exists() for name in ("light.html", "dark.html"))


def test_a_name_that_does_not_exist_gets_the_names_that_do(capsys):
    assert pages.main(["histogram"], MADE) == 2
    told = "no row in MADE has the name histogram; give one of bpr_loss\n"
    assert capsys.readouterr().err == told
    assert pages.main([], MADE) == 2
    assert capsys.readouterr().err == "give one of bpr_loss\n"
