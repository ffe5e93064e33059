"""Where students' code runs: kernels, their limits and their walls."""

import sys

# nbformat asks jsonschema, and this its check of addresses (IRIs), which nobody here uses: to build
# that grammar takes every process more than a second. None is the word for "not installed".
sys.modules.setdefault("rfc3987_syntax", None)
