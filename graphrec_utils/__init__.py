"""Helpers of the course "Graph models for recommender systems".

The package is read from the bottom up; every arrow points down, and a test enforces it:

    paths markup methods arguments                  places, HTML, each method once, checks
    style syllabus                                  one look, and that of each method; the lessons
    data kernels                                    types of data; numba
    graphs pinworld toy                             R <-> A, propagation; a synthetic world; graphs by hand
    datasets walks sampling losses metrics          real data; pure functions, the formula in the docstring
    train results                                   the one training loop; stored results and verdicts
    models                                          a family is a module
    fitted                                          how each method is fitted on likes
    plots                                           Matplotlib Axes, and visuals that move
    exercises                                       the engine: ask, judge, show
    lessons                                         a folder for each lesson: exercises, questions, visuals
    cli                                             commands of the whole course, and how .venv is made
    grading scale                                   from a folder of submissions to points with reasons; many machines
    advise                                          your own table: profile, comparison, report
    authoring                                       lesson source -> notebooks, slides, site

What is in `lessons` nobody imports by name: `exercises.find` and `plots.visuals`, which stand below, search its folders.
Importing this module costs nothing: it loads no other package.
"""

__version__ = "0.1.0"
