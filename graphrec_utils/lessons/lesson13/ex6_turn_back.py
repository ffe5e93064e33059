"""Exercise 13.6: a new table of vectors, turned so that it lies on the old one."""

from __future__ import annotations

import numpy as np

from graphrec_utils.exercises.core import Exercise

ex = Exercise(
    "13.6",
    "turn_back",
    points=3,
    branch=True,
    library="graphrec_utils.models.twhin.rotation",
    hints=(
        "Which maps leave all products as they are? Among those, which one brings each new vector closest to its old one?",
        "With the SVD newᵀ old = U S Vᵀ, the rotation is Q = U Vᵀ, and new Q is the answer.",
        "`U, _, Vt = np.linalg.svd(new.T @ old)`; `return new @ (U @ Vt)`.",
    ),
)


@ex.solution
def turn_back(new, old):
    U, _, Vt = np.linalg.svd(new.T @ old)
    return new @ (U @ Vt)


def _tables(rng, n: int, d: int, noise: float, stretch: float = 1.0, mirror: bool = False) -> dict:
    """A table, and the same table turned, stretched and moved a little; lengths differ, the middle is not 0."""
    old = (
        rng.normal(size=(n, d)) * rng.uniform(0.5, 2, size=(n, 1)) * np.linspace(0.6, 1.8, d) + 0.5
    )
    turn = np.linalg.qr(rng.normal(size=(d, d)))[0]
    if (np.linalg.det(turn) < 0) != mirror:
        turn[:, 0] *= -1
    return {"new": stretch * old @ turn + noise * rng.normal(size=(n, d)), "old": old}


ex.claim("a table that was only turned comes back exactly", lambda rng: _tables(rng, 20, 3, 0.0))
ex.claim("turned and moved a little", lambda rng: _tables(rng, 40, 4, 0.3))
ex.claim(
    "lengths stay: the new table is also longer", lambda rng: _tables(rng, 30, 3, 0.1, stretch=1.7)
)
ex.claim(
    "a mirror is allowed: products do not see it", lambda rng: _tables(rng, 25, 3, 0.2, mirror=True)
)


# fmt: off
ex.slip("you return the new table as it is", "new @ (U @ Vt)", "new.copy()")
ex.slip("you return the old table: then nothing new was learned", "new @ (U @ Vt)", "old.copy()")
ex.slip("that is least squares: the map also stretches and squeezes, and products within the new "
        "table change. Use a rotation",
        "(U @ Vt)", "np.linalg.lstsq(new, old)[0]", hint=True)
the_other_way = ex.slip("you turned the other way: Q is U Vᵀ of newᵀ old, not its transpose",
        "(U @ Vt)", "(U @ Vt).T", hint=True)
ex.slip("numpy returns Vᵀ already: you transposed it once more", "U @ Vt", "U @ Vt.T")
the_rotation = ex.slip("you return the rotation itself; turn the new table with it",
        "new @ (U @ Vt)", "U @ Vt", hint=True)
ex.slip("you turned the old table towards the new one; whoever uses the old space should not have "
        "to move",
        "new.T @ old", "old.T @ new", "new @ (U", "old @ (U")
ex.slip("you subtracted the means first: a shift changes products, a rotation does not",
        "U, _", "new, middle = new - new.mean(axis=0), old.mean(axis=0)\nU, _",
        "new.T @ old", "new.T @ (old - middle)", "(U @ Vt)", "(U @ Vt) + middle")
ex.slip("your map has the singular values in it: leave them out, U Vᵀ is the rotation",
        "U, _,", "U, S,", "U @ Vt", "U * (S / S.mean()) @ Vt")
ex.slip("you allow no mirrors: for products a mirror is as good as a rotation",
        "return", "U[:, -1] *= np.sign(np.linalg.det(U @ Vt))\nreturn")
ex.slip("you also scaled the table to the old lengths: then the products are other ones",
        "U, _,", "U, S,", "(U @ Vt)", "(U @ Vt) * (S.sum() / np.square(new).sum())")
ex.slip("the singular values are in your Q: then it stretches. A rotation is U Vᵀ alone",
        "(U @ Vt)", "(new.T @ old)")
