"""Real repo2docker makes of .binder what the course wants of Binder."""

from __future__ import annotations

import re

import environments
import pytest

from graphrec_utils import paths

pytestmark = pytest.mark.full


def test_the_recipe_keeps_packages_between_commits(tmp_path):
    python = environments.python_with("jupyter-repo2docker==2026.*")
    make = ["-m", "repo2docker", "--no-build", "--debug", paths.root()]
    recipe = environments.run(python, *make, cwd=tmp_path, home=tmp_path)
    assert "for python=3.12" in recipe, "not the Python of runtime.txt"
    install = re.search(r"pip install [^\n]*-r \"?\.binder/requirements\.txt", recipe)
    copied = re.search(r"COPY [^\n]*src/ \$\{REPO_DIR\}/\n", recipe)
    assert install, recipe[-3000:]
    assert copied, recipe[-3000:]
    assert install.start() < copied.start(), "a new commit would install everything again"
    assert ".binder/postBuild" in recipe
    assert ".binder/start" in recipe
