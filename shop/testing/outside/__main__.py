"""`python -m shop.testing.outside --port N`: serve every simulator on this machine, sending notices by itself."""

from __future__ import annotations

import argparse
import threading

from shop.testing.outside.serving import running


def main() -> None:
    """Serve until interrupted."""
    told = argparse.ArgumentParser(prog="python -m shop.testing.outside", description=__doc__)
    told.add_argument("--port", type=int, default=8009, help="the port on 127.0.0.1")
    told.add_argument(
        "--public-url", default="", help="where browsers reach it, when that is not http://127.0.0.1:PORT"
    )
    given = told.parse_args()
    with running(port=given.port, public_url=given.public_url, automatic=True) as world:
        print(f"simulators of {', '.join(world.systems) or 'nothing'} on {world.url}", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
