"""The catalog of real data sets.

    from graphrec_utils import datasets
    movies = datasets.load("movietweetings-100k")
    train, val, test = movies.temporal_split((0.8, 0.1, 0.1))

    likes = datasets.read("my/likes.csv")

`load` returns a data set of the course, `read` a table of your own (`own`, with `tables`, `columns` and `content`).
`registry` knows where the files of a data set are, `download` gets them, `formats` reads them, `load`
is the whole of it. The folder `data/` at the top of the repository, found through
`paths.data()`, holds `registry.json`, PinWorld's snapshots and stored results.
"""

from graphrec_utils.datasets.columns import Unreadable
from graphrec_utils.datasets.load import STAND_IN, load
from graphrec_utils.datasets.own import read
from graphrec_utils.datasets.registry import Unavailable, fetch, names

__all__ = ["STAND_IN", "Unavailable", "Unreadable", "fetch", "load", "names", "read"]
