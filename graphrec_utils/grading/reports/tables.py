"""Tables that an instructor hands over: CSV with commas, semicolons or tabs, by its own header."""

from __future__ import annotations

import csv
import io
from pathlib import Path


def read(path: Path) -> tuple[list[str], list[tuple[int, dict]]]:
    """Return the columns' names in small letters, and (line, row) for each row.

    Raises:
        ValueError: the file is no text in UTF-8, or no table; one sentence says why.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read as UTF-8 text: {error}") from None
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True)
    try:
        reader.fieldnames = [str(name).strip().lower() for name in reader.fieldnames or []]
        return reader.fieldnames, [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        where = f"{path}, line {reader.line_num + 1}"
        raise ValueError(f"{where}: {error}; is a quote not closed?") from None
