"""One of several worker processes of a shop whose partner counts in short windows: run until it is killed."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace

from shop import work
from shop.app import create_app
from shop.fulfilment import booking, following
from shop.plumbing import jobs, turns
from shop.plumbing.db import transaction
from shop.shipping.carriers import CARRIERS
from shop.shipping.carriers.yalidine import PLUGIN

AT_ONCE = 5  # parcels in one request: fewer than in life, so that there are more requests


def main(most: int, window_s: int) -> None:
    """Book what waits, again and again; `most` requests in `window_s` stand for those of a minute."""
    turns.SHORT_S, booking.AT_ONCE = window_s, AT_ONCE
    found = CARRIERS.usable
    assert isinstance(found, dict)
    found[PLUGIN.key] = replace(PLUGIN, allows=((5, 1), (most, window_s)))
    app = create_app()
    with app.app_context():
        with transaction():
            jobs.every(following.FOLLOW, 1)  # a minute's work, each second
        handlers = work.handlers(app.extensions["hirfa_settings"], app.extensions["hirfa_signer"])
        while os.getppid() != 1:
            jobs.run_all(handlers)
            time.sleep(0.05)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
