"""`python3 -m graphrec_utils.pinworld`: write the snapshots in `data/` anew."""

from graphrec_utils import paths
from graphrec_utils.pinworld.snapshot import NAMES, write_all

if __name__ == "__main__":
    written = write_all(paths.data())
    for name in NAMES:
        print(f"{written[name]['file']}  {written[name]['bytes']:,} bytes")
