"""Values as JSON and back: what goes into a kernel and what comes out of it.

Nothing is pickled or evaluated, so what a student's kernel sends can be read without risk.
"""

from __future__ import annotations

import base64
import math
import sys
import warnings
from dataclasses import dataclass

import numpy as np

DIGITS = 4_300  # of an integer: Python writes and reads no more


class Unknown(TypeError):
    """A value of a kind that is not sent; the text is a sentence for a card."""


@dataclass(frozen=True)
class Rng:
    """A random generator that travels as an integer: `library` is "numpy" or "torch"."""

    seed: int
    library: str = "numpy"

    def generator(self):
        """Return a fresh `numpy.random.Generator` or `torch.Generator`."""
        if self.library == "torch":
            import torch

            return torch.Generator().manual_seed(self.seed)
        return np.random.default_rng(self.seed)


def encode(value) -> object:
    """Return `value` as JSON data that `decode` turns back into an equal value.

    Knows None, bool, int, float, str, list, tuple, dict, set, Rng, numpy and torch arrays
    (torch dense and sparse), scipy.sparse, DataFrame and Series. Of a child of list, tuple, set or
    dict counts what it holds, whatever its own methods say.

    Raises:
        Unknown: the value, or something inside it, is of any other type.
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, np.generic):
        return encode(value.item())
    if isinstance(value, int):
        if value.bit_length() > 3 * DIGITS:
            raise Unknown("an integer of thousands of digits cannot be checked")
        return value if abs(value) < 2**53 else {"int": str(value)}
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": repr(value)}
    if isinstance(value, list):
        return [encode(v) for v in list.__iter__(value)]
    if isinstance(value, tuple):
        return {"tuple": [encode(v) for v in tuple.__iter__(value)]}
    if isinstance(value, set | frozenset):
        held = (set if isinstance(value, set) else frozenset).__iter__(value)
        return {"set": sorted((encode(v) for v in held), key=repr)}
    if encoded := _encode_library(value):  # before dict: scipy's dok_array is one
        return encoded
    if isinstance(value, dict):
        return {"dict": [[encode(k), encode(v)] for k, v in dict.items(value)]}
    if isinstance(value, Rng):
        return {"rng": value.seed, "library": value.library}
    if isinstance(value, np.ndarray):
        return _encode_array(value)
    raise Unknown(f"{type(value).__name__} objects cannot be checked")


def _encode_array(array: np.ndarray) -> dict:
    if array.dtype == object or array.dtype.kind in "US":
        return {"strings": [encode(v) for v in array.ravel().tolist()], "shape": list(array.shape)}
    if array.dtype.kind not in "biufc":
        raise Unknown(f"arrays of {array.dtype} cannot be checked")
    data = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
    return {"numpy": array.dtype.str, "shape": list(array.shape), "data": data}


def _encode_library(value) -> dict | None:
    """Encode torch, scipy and pandas values without importing what is not loaded."""
    if (torch := sys.modules.get("torch")) and isinstance(value, torch.Tensor):
        value = value.detach()
        if value.layout != torch.strided:
            form = {torch.sparse_coo: "coo", torch.sparse_csr: "csr"}.get(value.layout)
            if form is None:
                raise Unknown(f"tensors of layout {value.layout} cannot be checked")
            coo = value.to_sparse_coo().coalesce()
            parts = [_encode_array(coo.indices().numpy()), _encode_array(coo.values().numpy())]
            return {"torch_sparse": form, "shape": list(value.shape), "parts": parts}
        return {"torch": _encode_array(value.cpu().numpy())}
    if (sparse := sys.modules.get("scipy.sparse")) and sparse.issparse(value):
        if value.ndim != 2:
            raise Unknown("sparse arrays that are no matrix cannot be checked")
        coo = value.tocoo()
        parts = [_encode_array(coo.row), _encode_array(coo.col), _encode_array(coo.data)]
        array = isinstance(value, sparse.sparray)  # in a matrix `*` and `sum` mean other things
        form = {"scipy": value.format, "array": array}
        return form | {"shape": list(value.shape), "parts": parts}
    pandas = sys.modules.get("pandas")
    if pandas and isinstance(value, pandas.DataFrame):
        columns = [[encode(c), _encode_array(value[c].to_numpy())] for c in value.columns]
        return {"frame": columns, "index": _encode_array(value.index.to_numpy())}
    if pandas and isinstance(value, pandas.Series):
        if value.to_numpy().ndim != 1:  # pandas makes one of nested categories, and reads none back
            raise Unknown("a Series of several dimensions cannot be checked")
        index = _encode_array(value.index.to_numpy())
        return {"series": _encode_array(value.to_numpy()), "index": index}
    return None


def decode(data):
    """Return the value that `encode` turned into `data`."""
    if isinstance(data, list):
        return [decode(v) for v in data]
    if not isinstance(data, dict):
        return data
    kind = next(iter(data))
    content = data[kind]
    match kind:
        case "int":
            return int(content)
        case "float":
            return float(content)
        case "tuple":
            return tuple(decode(v) for v in content)
        case "set":
            return {decode(v) for v in content}
        case "dict":
            return {decode(k): decode(v) for k, v in content}
        case "rng":
            return Rng(content, data["library"])
        case "strings":
            array = np.empty(len(content), dtype=object)
            array[:] = [decode(v) for v in content]
            return array.reshape(data["shape"])
        case "numpy":
            raw = base64.b64decode(data["data"])
            return np.frombuffer(raw, dtype=content).reshape(data["shape"]).copy()
        case "torch":
            import torch

            return torch.from_numpy(decode(content))
        case "torch_sparse":
            import torch

            indices, values = (torch.from_numpy(decode(p)) for p in data["parts"])
            shape = data["shape"]
            coo = torch.sparse_coo_tensor(indices, values, shape, check_invariants=True).coalesce()
            with warnings.catch_warnings():  # torch says once that its CSR tensors are beta
                warnings.simplefilter("ignore")
                return coo if content == "coo" else coo.to_sparse_csr()
        case "scipy":
            import scipy.sparse as sparse

            row, col, values = (decode(p) for p in data["parts"])
            make = sparse.coo_array if data["array"] else sparse.coo_matrix
            coo = make((values, (row, col)), shape=tuple(data["shape"]))
            return coo.asformat(content)
        case "frame":
            import pandas as pd

            columns = {decode(name): decode(values) for name, values in content}
            return pd.DataFrame(columns, index=decode(data["index"]))
        case "series":
            import pandas as pd

            return pd.Series(decode(content), index=decode(data["index"]))
    raise ValueError(f"unknown encoding {kind!r}")
