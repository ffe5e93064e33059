"""When does a graph model win? Seven slices, in each of which one knob of the data is turned and all else stays.

    OMP_NUM_THREADS=1 python -m solutions.experiments.lesson18.regimes               (all that is not done yet)
    OMP_NUM_THREADS=1 python -m solutions.experiments.lesson18.regimes history --minutes 30
    python -m solutions.experiments.lesson18.regimes --status

A slice is a module of this folder (see `__main__`): its knob, its levels, its data sets, and who can play. `grid` tunes every
player for every level and asks three cuts of the data; it goes on where it was stopped. `summary` says who is first at
which level, and between which levels that changes. Each slice writes data/results/18_regimes_SLICE.json.
"""
