"""Printers that speak TLS show certificates of their own making: the first one that was seen is the one believed."""

from __future__ import annotations

import hashlib
import json
import ssl
from collections.abc import Callable
from pathlib import Path

from shop.print_station.printers import NotAcceptedError

CHANGED = "certificate-changed"


def context() -> ssl.SSLContext:
    """Return TLS that believes any certificate: who calls looks at it before a byte is sent."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    return made


class Pins:
    """The certificates that printers showed first, as SHA-256, in a file beside the station's notes."""

    def __init__(self, path: Path, say: Callable[[str], None] = print) -> None:
        self._path, self._say, self._said = path, say, ""

    def check(self, where: str, certificate: bytes) -> None:
        """Keep the first certificate of a printer, and raise NotAcceptedError for any other one."""
        shown = hashlib.sha256(certificate).hexdigest()
        known = self._known()
        kept = known.get(where)
        if kept is None:
            part = self._path.with_suffix(".part")
            part.touch(mode=0o600)
            part.write_text(json.dumps(known | {where: shown}), "utf-8")
            part.replace(self._path)
            self._tell(f"From now on the printer at {where} is known by its certificate (SHA-256 {shown}).")
        elif kept != shown:
            self._tell(
                f"The printer at {where} shows another certificate ({shown[:16]}…) than the first time ({kept[:16]}…), "
                "and gets nothing. If it was replaced, reset or updated, start once with --new-certificate."
            )
            raise NotAcceptedError("another certificate than the first time", CHANGED)

    def forget(self) -> None:
        """Believe what the printer shows next."""
        self._path.unlink(missing_ok=True)

    def _known(self) -> dict[str, str]:
        try:
            return {str(key): str(value) for key, value in json.loads(self._path.read_text("utf-8")).items()}
        except FileNotFoundError:
            return {}
        except (ValueError, AttributeError):
            raise NotAcceptedError(f"{self._path} cannot be read: start once with --new-certificate", CHANGED) from None

    def _tell(self, sentence: str) -> None:
        if sentence != self._said:
            self._said = sentence
            self._say(sentence)
