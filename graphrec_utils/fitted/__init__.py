"""How each method is fitted: functions of the likes that return a model, named in the rows of `methods.TABLE`.

`likes` knows users by their ids; the others read histories where they can, and take the pieces that exercises make by
the names of their functions. A piece that is not given is the library's.
"""
