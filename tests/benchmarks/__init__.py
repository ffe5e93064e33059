"""Benchmarks: the course's engines beside others, at the same quality, in interleaved rounds.

    python3 -m graphrec_utils bench                      lists them
    python3 -m graphrec_utils bench evaluation --peers   runs one, with its peers

A benchmark is a module of this folder, `NAME.py`, with

    '''First line: what is measured, on what.'''       # shown in the list
    ENGINES = {"course": course, "torch.topk": topk, "implicit": implicit}    # ours first
    PEERS = pinned.of("implicit")                       # engine -> pip requirements of its environment
    FOLDERS = {"lightgcn-pytorch": "a clone of gusye1234/LightGCN-PyTorch"}  # not on PyPI
    WORK = (1_000_000, "triples")                       # optional: also print triples per second
    SIZES = ("1.6M", "11M")                             # optional: graphs to choose from by --size

    def prepare(folder): ...                            # optional; with SIZES: prepare(folder, size)
    def course(setting): ...                            # one generator function per engine

Only ENGINES is required. Each engine runs in a process of its own, those in PEERS in an
environment of their own, the others in the course's. Hence the top of the module may import only
the standard library, numpy and `pinned`, where all versions stand (and what imports no more); an
engine imports what it needs itself. `prepare(folder)` runs first, in the course's environment, and
writes what all engines read (`setting.folder`): the same inputs for everybody.

An engine is a generator. Up to its first `yield` it prepares itself, compiles and warms up; the
clock does not run. From then on everything between two yields is one round:

    def course(setting):
        U, V, R = load(setting.folder)
        rank(U, V, R)                       # compile
        yield                               # ready
        while True:
            lists = rank(U, V, R)           # a round
            yield lambda: quality(lists)    # a dict of numbers, or None where there is no quality

What is yielded is called after the last round only and off the clock. `setting` has `folder`, a
Path; `threads`, how many threads the engine may use (OMP_NUM_THREADS and its like are set
already); `size`; and `peer`, the Path given by `--peer-path NAME=DIR`, for engines in FOLDERS.

The rounds of all engines are interleaved: each has one turn before any has its next, so that other
work on the machine meets all of them. Ratios are formed within a round. Wall and CPU seconds and
the largest resident memory of every process are recorded.

All benchmarks with peers in one command, and their stored result: `python -m tests.benchmarks.peers`.

Long measurements, whose results lessons store, are in `solutions/experiments`: a folder for each lesson.
"""
