"""Measurements of this project against itself and against the libraries it stands on; see `make bench`."""

import os

os.environ.setdefault("RAYON_NUM_THREADS", "1")  # rates are those of one core: typst reads this when it is loaded
