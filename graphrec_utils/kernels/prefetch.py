"""Asking the memory for what a kernel will read soon; the numbers do not depend on it."""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

READ, KEEP, DATA = 0, 3, 1  # arguments of llvm.prefetch: to read, in all caches, not code


@intrinsic
def prefetch(typingctx, X, row, column):
    """Ask for the cache line of X[row, column], X (rows, columns); returns at once, from a kernel.

    Source: https://llvm.org/docs/LangRef.html#llvm-prefetch-intrinsic
    """

    def generate(context, builder, signature, arguments):
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        place = [
            context.cast(builder, value, kind, types.intp)
            for value, kind in zip(arguments[1:], signature.args[1:], strict=True)
        ]
        address = cgutils.get_item_pointer(context, builder, signature.args[0], array, place)
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        form = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        ask = cgutils.get_or_insert_function(builder.module, form, "llvm.prefetch.p0")
        options = [number(READ), number(KEEP), number(DATA)]
        builder.call(ask, [builder.bitcast(address, byte), *options])
        return context.get_dummy_value()

    return types.void(X, row, column), generate
