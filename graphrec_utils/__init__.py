"""Helpers of the course "Graph models for recommender systems".

The package is read from the bottom up; every arrow points down, and a test enforces it:

    paths markup methods arguments                  places, HTML, each method once, checks
    style syllabus                                  one look, the lessons
    cli.setup                                       how .venv is made: standard library only
    data kernels                                    types of data; numba
    graphs pinworld toy                             R <-> A, propagation; a synthetic world; graphs by hand
    datasets walks sampling losses metrics scale    real data; pure functions, the formula in the docstring
    train results                                   the one training loop; stored results and verdicts
    models                                          a family is a module
    methods.fits                                    how each method is fitted on likes
    plots                                           Matplotlib Axes, and visuals that move
    exercises                                       the engine: ask, judge, show
    lessons                                         a folder for each lesson: exercises, questions, visuals
    grading                                         from a folder of submissions to points with reasons
    advise                                          your own table: profile, comparison, report
    authoring                                       lesson source -> notebooks, slides, site
    cli                                             one module a command

What is in `lessons` nobody imports by name: `exercises.find` and `plots.visuals`, which stand below, search its folders.
Importing this module costs nothing: it loads no other package.
"""

__version__ = "0.1.0"
