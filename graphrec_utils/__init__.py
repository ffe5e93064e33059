"""Helpers of the course "Graph models for recommender systems".

The package is read from the bottom up; every arrow points down, and a test enforces it:

    paths  style  toy            where things are, one look for all figures, graphs for hand computation
    data  pinworld  graphs       interactions and splits, a synthetic world, R <-> A and its normalisations
    kernels                      numba kernels, each with a readable oracle
    walks sampling losses metrics  pure functions, the formula in the docstring
    models                       one file per family
    train  results               one visible loop; stored results and verdicts
    scale                        the same function on one machine or many
    plots  visuals               pictures: matplotlib Axes, and interactive visuals with static twins
    exercises                    the exercise engine, and one module of claims per lesson
    grading                      from a folder of submissions to points with reasons
    authoring                    lesson source -> notebooks, slides, site

Importing this module costs nothing: it loads no other package.
"""

__version__ = "0.1.0"
