"""Every numba kernel of the course; each has a slow, readable oracle in `tests/library/`."""
