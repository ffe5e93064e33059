"""The world as its users see it: sizes, tables, content, interactions, splits.

A world is a few arrays of whole numbers (ARRAYS), which is what a snapshot stores. Everything
else, the tables included, is computed from them when first asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import scipy.sparse as sp

from graphrec_utils.pinworld import content, exports, graphs, oracle, schema, tables
from graphrec_utils.pinworld.entities import DAYS, KINDS
from graphrec_utils.pinworld.impressions import ACTIONS
from graphrec_utils.pinworld.tables import TRAIN_END, VAL_END

if TYPE_CHECKING:
    import networkx as nx
    from torch_geometric.data import HeteroData

    from graphrec_utils.data import Interactions, Split, Triples

_INT8 = (
    *("topic_center", "user_style", "pin_style", "creator_style"),
    *("advertiser_style", "query_style", "pin_image"),
)
_BOOL = ("save_in_catch_all",)
_INT64 = (
    *("user_topics", "user_weights", "user_drift"),
    *("pin_kind", "pin_topic", "pin_birth", "pin_creator", "pin_advertiser", "pin_words", "word"),
    *("creator_topic", "advertiser_topic", "query_topic", "query_words"),
    *("follow_user", "follow_creator"),
    *("session_user", "session_start", "session_length", "session_surface"),
    *("session_topic", "session_query", "shown_pin", "shown_action"),
)
ARRAYS = {
    **dict.fromkeys(_INT64, np.int64),
    **dict.fromkeys(_INT8, np.int8),
    **dict.fromkeys(_BOOL, np.bool_),
}


@dataclass(frozen=True, eq=False, repr=False)
class World:
    """A synthetic Pinterest: see `make` and `load`.

    Attributes:
        seed: what it was made from.
        scale: what it was made from.
        arrays: the generator's output, read-only, one per name in ARRAYS. The tables are
            nicer; truth that only the oracle needs (styles, topics) is found only here.
        knobs: those of `make` that are not at their default.
    """

    seed: int
    scale: float
    arrays: dict[str, np.ndarray]
    knobs: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Give every array its type and protect it from being changed."""
        if set(self.arrays) != set(ARRAYS):
            wrong = sorted(set(self.arrays) ^ set(ARRAYS))
            raise ValueError(f"a world needs exactly the arrays in ARRAYS; differing: {wrong}")
        for name, dtype in ARRAYS.items():
            self.arrays[name] = np.array(self.arrays[name], dtype)
            self.arrays[name].flags.writeable = False

    def __repr__(self) -> str:
        """Return one line, "PinWorld(seed=0, scale=1): 2,500 users, 7,000 pins, …"."""
        sizes = ", ".join(f"{count:,} {name}" for name, count in self.sizes.items())
        knobs = "".join(f", {name}={value:g}" for name, value in self.knobs.items())
        return f"PinWorld(seed={self.seed}, scale={self.scale:g}{knobs}): {sizes}"

    def _repr_html_(self) -> str:
        """Return the schema as a picture: nodes, relations and their sizes."""
        return schema.svg(self)

    # -- sizes and tables --------------------------------------------------------------------

    @cached_property
    def sizes(self) -> dict[str, int]:
        """Number of nodes of every type."""
        return {
            "users": len(self.arrays["user_drift"]),
            "pins": len(self.arrays["pin_kind"]),
            "boards": len(self.boards),
            "queries": len(self.arrays["query_topic"]),
            "creators": len(self.arrays["creator_topic"]),
            "advertisers": len(self.arrays["advertiser_topic"]),
        }

    @property
    def num_users(self) -> int:
        """Number of users."""
        return self.sizes["users"]

    @property
    def num_pins(self) -> int:
        """Number of pins of all four kinds."""
        return self.sizes["pins"]

    @property
    def num_nodes(self) -> int:
        """Number of nodes of all six types."""
        return sum(self.sizes.values())

    @cached_property
    def users(self) -> pd.DataFrame:
        """Users; columns in `tables.users`."""
        return tables.users(self.arrays)

    @cached_property
    def pins(self) -> pd.DataFrame:
        """Pins of all kinds; columns in `tables.pins`."""
        return tables.pins(self.arrays)

    @cached_property
    def boards(self) -> pd.DataFrame:
        """Boards; columns in `tables.boards`."""
        return tables.boards(self.arrays)

    @cached_property
    def queries(self) -> pd.DataFrame:
        """Search queries; columns in `tables.queries`."""
        return tables.queries(self.arrays)

    @cached_property
    def creators(self) -> pd.DataFrame:
        """Creators of organic, idea and product pins; columns in `tables.creators`."""
        return tables.creators(self.arrays)

    @cached_property
    def advertisers(self) -> pd.DataFrame:
        """Advertisers, who make the ads; columns in `tables.advertisers`."""
        return tables.advertisers(self.arrays)

    @cached_property
    def sessions(self) -> pd.DataFrame:
        """Sessions by user and time; columns in `tables.sessions`."""
        return tables.sessions(self.arrays)

    @cached_property
    def impressions(self) -> pd.DataFrame:
        """What was shown and done, by user and time; columns in `tables.impressions`."""
        return tables.impressions(self.arrays)

    @cached_property
    def follows(self) -> pd.DataFrame:
        """Who follows which creator since before day 0: columns user, creator; no pair twice."""
        return tables.follows(self.arrays)

    # -- events ------------------------------------------------------------------------------

    def events(
        self, actions: Sequence[str] = ACTIONS, start_day: float = 0, end_day: float = DAYS
    ) -> pd.DataFrame:
        """Return the impressions with one of `actions` in [start_day, end_day).

        Raises:
            ValueError: an action is not one of the eight, or the days are not in order.
        """
        return tables.select(self.impressions, actions, start_day, end_day)

    def interactions(
        self, actions: Sequence[str] = ("save",), start_day: float = 0, end_day: float = DAYS
    ) -> Interactions:
        """Return user-pin pairs with times and words, as the rest of the course uses them.

        Items are pins under their own ids, whatever the actions and days are, so that parts of
        one world fit together. A pair occurs as often as it happened. Times are seconds since
        the start of day 0; a world has no calendar.

        Raises:
            ValueError: an action is not one of the eight, or the days are not in order.
        """
        from graphrec_utils.data import Features, Interactions

        rows = self.events(actions, start_day, end_day)
        return Interactions(
            users=rows["user"].to_numpy(),
            items=rows["pin"].to_numpy(),
            num_users=self.num_users,
            num_items=self.num_pins,
            times=rows["time"].to_numpy(),
            item_labels=self.titles,
            item_features=Features(sp.csr_matrix(self.texts), np.array(content.vocabulary())),
            calendar=False,
        )

    def split(self, actions: Sequence[str] = ("save",)) -> Split:
        """Return the days 0-41, 42-48 and 49-55 as train, val and test.

        Nothing is dropped: later parts may hold pairs of the train part, and pins and users
        that are new. For other shares and rules use `interactions(...).temporal_split(...)`.

        Raises:
            ValueError: an action is not one of the eight.
        """
        from graphrec_utils.data import Split

        days = (0, TRAIN_END, VAL_END, DAYS)
        return Split(*(self.interactions(actions, days[i], days[i + 1]) for i in range(3)))

    # -- content and truth -------------------------------------------------------------------

    @cached_property
    def images(self) -> np.ndarray:
        """Image vectors of the pins; (pins, 64) float32."""
        return self.arrays["pin_image"].astype(np.float32) / content.IMAGE_GRID

    @cached_property
    def texts(self) -> sp.csr_array:
        """Bag of words of the pins: counts, (pins, 1500) float32; a fifth of the rows is empty."""
        stops = np.r_[0, self.arrays["pin_words"].cumsum()]
        counts = np.ones(len(self.arrays["word"]), np.float32)
        shape = (self.num_pins, content.NUM_WORDS)
        matrix = sp.csr_array((counts, self.arrays["word"].copy(), stops), shape=shape)
        matrix.sum_duplicates()
        return matrix

    @cached_property
    def titles(self) -> np.ndarray:
        """What a pin could be called, "idea 17: cakes-04 style-03+"; (pins,) strings."""
        words = np.array(content.vocabulary(), object)[self.arrays["word"]]
        parts = np.split(words, self.arrays["pin_words"].cumsum()[:-1])
        kinds = np.array(KINDS, object)[self.arrays["pin_kind"]]
        texts = (
            f"{kind} {pin}: {' '.join(part)}"
            for pin, (kind, part) in enumerate(zip(kinds, parts, strict=True))
        )
        return np.array([text.removesuffix(": ") for text in texts])

    def similarity(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Return the true similarity of pins, a cosine in [-1, 1]: see `oracle.similarity`."""
        return oracle.similarity(self.arrays, left, right)

    # -- graphs ------------------------------------------------------------------------------

    def bipartite(self, until_day: float = DAYS) -> dict[str, graphs.Bipartite]:
        """Return MultiBiSage's six graphs from the days before `until_day`: see `graphs`."""
        return graphs.bipartite(self, until_day)

    def pin_pin(self, until_day: float = DAYS) -> sp.csr_array:
        """Return how often two pins were engaged one after the other: see `graphs.pin_pin`."""
        return graphs.pin_pin(self, until_day)

    def relations(self, until_day: float = DAYS) -> dict[tuple[str, str, str], np.ndarray]:
        """Return the typed edges of the days before `until_day`: see `exports.relations`."""
        return exports.relations(self, until_day)

    def to_triples(
        self, until_day: float = DAYS, only: Collection[str] | None = None
    ) -> tuple[Triples, dict[str, int]]:
        """Return facts and the first entity of each node type; see `exports.to_triples`."""
        return exports.to_triples(self, until_day, only)

    def to_hetero_data(self, until_day: float = DAYS) -> HeteroData:
        """Return the world as PyG's HeteroData: see `exports.to_hetero_data`."""
        return exports.to_hetero_data(self, until_day)

    def to_networkx(self) -> nx.MultiGraph:
        """Return a tiny world as a networkx graph: see `exports.to_networkx`."""
        return exports.to_networkx(self)

    def digest(self) -> str:
        """Return the sha256 of all arrays: equal exactly when two worlds are."""
        sha = hashlib.sha256()
        for name in sorted(ARRAYS):
            array = self.arrays[name]
            sha.update(f"{name}{array.shape}".encode())
            sha.update(array.astype("<i8").tobytes())
        return sha.hexdigest()
