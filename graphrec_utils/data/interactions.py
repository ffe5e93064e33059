"""Interactions: who did what when, with contiguous ids."""

from __future__ import annotations

import html
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from graphrec_utils.data import splits
from graphrec_utils.data.features import Features

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class Interactions:
    """E observed events of m users with n items; users are 0...m-1, items 0...n-1.

    Events stay in the order in which they came, and so do a user's events in every part. Where a
    source is in order of time without telling the times, that order is all there is to know.

    Attributes:
        users, items: (E,) int64 ids. A pair may occur more than once.
        num_users, num_items: m and n; ids without any event are allowed.
        times: (E,) int64 seconds, or None.
        weights: (E,) float32, for example ratings, or None.
        user_labels: (m,) what the ids stand for in the source, or None.
        item_labels: (n,) for example titles, or None.
        item_features: content of the n items, for example genres or words, or None.
        calendar: whether `times` are unix seconds, with dates. False: seconds since the start of
            day 0 of a world without a calendar (PinWorld).

    Raises:
        ValueError: arrays of different lengths, or ids outside 0...m-1 and 0...n-1.
    """

    users: np.ndarray
    items: np.ndarray
    num_users: int
    num_items: int
    times: np.ndarray | None = None
    weights: np.ndarray | None = None
    user_labels: np.ndarray | None = None
    item_labels: np.ndarray | None = None
    item_features: Features | None = None
    calendar: bool = True

    def __post_init__(self) -> None:
        for name, dtype in (
            ("users", np.int64),
            ("items", np.int64),
            ("times", np.int64),
            ("weights", np.float32),
        ):
            value = getattr(self, name)
            if value is None:
                continue
            value = np.asarray(value)
            if value.shape != np.shape(self.users) or value.ndim != 1:
                raise ValueError(
                    f"{name} must have one entry per event; got shape {value.shape} "
                    f"for users of shape {np.shape(self.users)}"
                )
            if dtype is np.int64 and value.size and not np.issubdtype(value.dtype, np.integer):
                raise ValueError(f"{name} must be integers; got dtype {value.dtype}")
            object.__setattr__(self, name, value.astype(dtype, copy=False))
        for name, ids, count in (
            ("users", self.users, self.num_users),
            ("items", self.items, self.num_items),
        ):
            if len(ids) and not 0 <= ids.min() <= ids.max() < count:
                raise ValueError(
                    f"{name} must lie in 0...{count - 1}; got {ids.min()} to {ids.max()}"
                )
        for name, count in (
            ("user_labels", self.num_users),
            ("item_labels", self.num_items),
            ("item_features", self.num_items),
        ):
            value = getattr(self, name)
            if value is not None and len(value) != count:
                raise ValueError(f"{name} must have {count} rows; got {len(value)}")

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        user: str,
        item: str,
        time: str | None = None,
        weight: str | None = None,
    ) -> Interactions:
        """Return the rows of a table as interactions with contiguous ids.

        Ids follow the sorted order of the labels, so they do not depend on the order of the rows;
        the labels are kept in `user_labels` and `item_labels`.

        Args:
            frame: one row per event.
            user, item, time, weight: names of its columns; `time` holds unix seconds or datetimes.

        Raises:
            ValueError: a column is absent or has missing values.

        Built in lesson 00, exercise 00.2.
        """
        import pandas as pd  # the rest of this module does not need it

        for column in filter(None, (user, item, time, weight)):
            if column not in frame.columns:
                raise ValueError(f"no column {column!r}; the table has {list(frame.columns)}")
            if frame[column].isna().any():
                rows = int(frame[column].isna().sum())
                raise ValueError(f"column {column!r} has {rows} missing values; drop those rows")
        user_labels, users = np.unique(frame[user].to_numpy(), return_inverse=True)
        item_labels, items = np.unique(frame[item].to_numpy(), return_inverse=True)
        times = None if time is None else frame[time]
        if times is not None and times.dtype.kind == "M":
            times = pd.to_datetime(times, utc=True).dt.as_unit("s").astype("int64")
        return cls(
            users,
            items,
            len(user_labels),
            len(item_labels),
            times=times,
            weights=None if weight is None else frame[weight],
            user_labels=user_labels,
            item_labels=item_labels,
        )

    # ------------------------------------------------------------------ looking
    def __len__(self) -> int:
        return len(self.users)

    def csr(self) -> sp.csr_matrix:
        """Return R, the binary (m, n) float32 matrix; a pair that occurs twice counts once."""
        ones = np.ones(len(self), dtype=np.float32)
        R = sp.csr_matrix((ones, (self.users, self.items)), shape=(self.num_users, self.num_items))
        R.data[:] = 1  # building the matrix has added up repeated pairs
        return R

    def degrees(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the (m,) and (n,) int64 numbers of distinct partners of users and of items."""
        R = self.csr()
        return np.diff(R.indptr).astype(np.int64), np.bincount(R.indices, minlength=self.num_items)

    def pairs(self) -> np.ndarray:
        """Return one (E,) int64 number per (user, item) pair: u * n + i."""
        return self.users * self.num_items + self.items

    def summary(self) -> dict[str, int | float | str]:
        """Return the key figures; "first" and "last" only where there are times: dates (UTC), or
        "day 0" for a world without a calendar.

        "users" and "items" are those with at least one event; "density" is the share of all m * n
        pairs that occur.
        """
        pairs, cells = np.sort(self.pairs()), self.num_users * self.num_items
        different = int((np.diff(pairs) != 0).sum()) + (len(pairs) > 0)
        figures: dict[str, int | float | str] = {
            "users": int(np.count_nonzero(np.bincount(self.users))),
            "items": int(np.count_nonzero(np.bincount(self.items))),
            "edges": len(self),
            "density": different / cells if cells else 0.0,
        }
        if self.times is not None and len(self):
            for name, moment in (("first", self.times.min()), ("last", self.times.max())):
                figures[name] = (
                    datetime.fromtimestamp(int(moment), UTC).date().isoformat()
                    if self.calendar
                    else f"day {moment // 86_400}"
                )
        return figures

    def _rows(self) -> list[tuple[str, str]]:
        """Return the summary as words, for both representations."""
        figures = self.summary()
        rows = [("events", f"{figures['edges']:,}")]
        for name, count in (("users", self.num_users), ("items", self.num_items)):
            active = figures[name]
            rows.append((name, f"{count:,}" if active == count else f"{active:,} of {count:,}"))
        rows.append(("density", f"{figures['density']:.3%}"))
        if "first" in figures:
            name = "dates" if self.calendar else "time"
            rows.append((name, f"{figures['first']} to {figures['last']}"))
        return rows

    def __repr__(self) -> str:
        return "Interactions(" + ", ".join(f"{name} {text}" for name, text in self._rows()) + ")"

    def _repr_html_(self) -> str:
        # no colors: the notebook's own theme, light or dark, shows through
        cells = "".join(
            f'<tr><th scope="row" style="text-align:left">{html.escape(name)}</th>'
            f'<td style="text-align:right">{html.escape(text)}</td></tr>'
            for name, text in self._rows()
        )
        return f"<table><tbody>{cells}</tbody></table>"

    # ---------------------------------------------------------------- filtering
    def select(self, keep: np.ndarray | slice) -> Interactions:
        """Return the events that `keep` picks: a boolean (E,) mask, positions or a slice.

        Ids stay as they are, so the result fits the same embeddings.
        """
        arrays = {
            name: None if getattr(self, name) is None else getattr(self, name)[keep]
            for name in ("users", "items", "times", "weights")
        }
        return replace(self, **arrays)

    def at_least(self, weight: float) -> Interactions:
        """Return the events of at least this weight, for example ratings that mean "liked it".

        Events without weights are positive by themselves, so all of them stay: what works for
        ratings works for saves, too.
        """
        return self if self.weights is None else self.select(self.weights >= weight)

    def without(self, other: Interactions) -> Interactions:
        """Return the events whose (user, item) pair does not occur in `other`."""
        return self.select(~np.isin(self.pairs(), other.pairs()))

    def compact(self) -> Interactions:
        """Return the same events with new ids, so that every user and item has an event."""
        kept_users, users = np.unique(self.users, return_inverse=True)
        kept_items, items = np.unique(self.items, return_inverse=True)
        side = {
            name: None if getattr(self, name) is None else getattr(self, name)[kept]
            for name, kept in (("user_labels", kept_users), ("item_labels", kept_items))
        }
        if self.item_features is not None:
            side["item_features"] = self.item_features.rows(kept_items)
        return replace(
            self,
            users=users,
            items=items,
            num_users=len(kept_users),
            num_items=len(kept_items),
            **side,
        )

    def core(self, user_degree: int = 1, item_degree: int = 1) -> Interactions:
        """Return the largest part in which all users and items have the given degrees, compact.

        Dropping a user lowers the degrees of items, so the rule is applied until nothing changes:
        the k-core of the papers ("10-core": both numbers are 10).

        Raises:
            ValueError: nothing is left.
        """
        part = self
        while True:
            users, items = part.degrees()
            keep = (users[part.users] >= user_degree) & (items[part.items] >= item_degree)
            if keep.all():
                break
            part = part.select(keep)
        if not len(part):
            raise ValueError(
                f"no event is left: no part has user degree >= {user_degree} "
                f"and item degree >= {item_degree}"
            )
        return part.compact()

    # methods, too: movies.temporal_split((0.8, 0.1, 0.1))
    temporal_split = splits.temporal_split
    hold_out = splits.hold_out
