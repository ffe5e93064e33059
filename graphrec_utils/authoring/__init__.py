"""From the source of a lesson to everything people read: notebooks and the README's tables."""
