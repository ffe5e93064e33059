"""Triples: the facts of a knowledge graph, (head, relation, tail)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False, repr=False)
class Triples:
    """E facts about entities 0...num_entities-1 in relations 0...num_relations-1.

    Attributes:
        heads, rels, tails: (E,) int64 ids.
        num_entities, num_relations: sizes of the two id spaces.
        entity_labels: (num_entities,) names in the source, or None.
        relation_labels: (num_relations,) readable names, or None.
        entity_types: (num_entities,) one readable type each, "" where unknown, or None.

    Raises:
        ValueError: arrays of different lengths, or ids out of range.
    """

    heads: np.ndarray
    rels: np.ndarray
    tails: np.ndarray
    num_entities: int
    num_relations: int
    entity_labels: np.ndarray | None = None
    relation_labels: np.ndarray | None = None
    entity_types: np.ndarray | None = None

    def __post_init__(self) -> None:
        sizes = {"heads": self.num_entities, "rels": self.num_relations, "tails": self.num_entities}
        for name, count in sizes.items():
            ids = np.asarray(getattr(self, name))
            if ids.ndim != 1 or len(ids) != len(self.heads):
                raise ValueError(f"{name} must have one id per fact; got shape {ids.shape}")
            if len(ids) and not 0 <= ids.min() <= ids.max() < count:
                raise ValueError(
                    f"{name} must lie in 0...{count - 1}; got {ids.min()} to {ids.max()}"
                )
            object.__setattr__(self, name, ids.astype(np.int64, copy=False))

    def __len__(self) -> int:
        return len(self.heads)

    def __repr__(self) -> str:
        return (
            f"Triples(facts {len(self):,}, entities {self.num_entities:,}, "
            f"relations {self.num_relations:,})"
        )

    def array(self) -> np.ndarray:
        """Return the facts as one (E, 3) int64 array with columns head, relation, tail."""
        return np.stack([self.heads, self.rels, self.tails], axis=1)
