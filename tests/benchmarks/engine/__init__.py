"""The command `bench`: engines side by side, in interleaved rounds and processes of their own.

`command` reads the arguments, `rounds` gives every engine its turns, `worker` is the process of one
engine, `peers` makes the environments of other people's packages. What a benchmark is made of
stands in `tests/benchmarks/__init__.py`. Standard library only: a peer's environment has
nothing else of ours.
"""
