"""Which folders a wheel holds: all of the package, found, and data/ beside it.

pyproject.toml says the rest. Its own `find` cannot add the folder that stands elsewhere: a notebook
on Colab has no clone, so a wheel brings the course's data as graphrec_utils.course_data.
"""

from setuptools import find_namespace_packages, setup

DATA = "graphrec_utils.course_data"
ours = find_namespace_packages(include=["graphrec_utils*"], exclude=["*.__pycache__*"])
data = [f"{DATA}.{name}" for name in find_namespace_packages("data")]
setup(packages=[*ours, DATA, *data], package_dir={DATA: "data"})
