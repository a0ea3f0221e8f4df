"""Settings: one frozen dataclass, read from the environment once, each documented in docs/settings.md."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "HIRFA_"
_KNOWN_BAD_KEYS = frozenset({"secret", "changeme", "dev", "password", "development"})


class SettingsError(ValueError):
    """The environment says something that the shop cannot run with."""


@dataclass(frozen=True)
class Settings:
    """Everything that differs between two deployments. The environment's name is HIRFA_ and the field in capitals."""

    data_dir: Path = Path("instance")
    database_url: str = field(default="", metadata={"secret": True})
    base_url: str = "http://127.0.0.1:8000"
    trusted_hosts: tuple[str, ...] = ()
    secret_key: str = field(default="", metadata={"secret": True})
    old_secret_keys: tuple[str, ...] = field(default=(), metadata={"secret": True})
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 16
    print_streams: int = 300
    worker: bool = True
    proxy_hops: int = 0
    mail_url: str = field(default="", metadata={"secret": True})
    mail_from: str = "Hirfa <shop@hirfa.example>"
    messenger_url: str = ""
    messenger_token: str = field(default="", metadata={"secret": True})
    contact_phone: str = "+213550000100"
    call_tries: int = 3
    sign_up: bool = True
    unverified_may_sell: bool = True
    simulators: str = ""
    page_cache_mb: int = 32
    log_level: str = "INFO"

    @property
    def database(self) -> str:
        """The database's address: PostgreSQL when set, else a SQLite file in the data directory."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'hirfa.sqlite3').absolute()}"

    @property
    def is_sqlite(self) -> bool:
        """Tell which of the two engines is at work."""
        return self.database.startswith("sqlite")

    @property
    def https(self) -> bool:
        """Tell whether the shop is reached over HTTPS."""
        return self.base_url.startswith("https://")

    @property
    def hosts(self) -> tuple[str, ...]:
        """The host names that requests may carry."""
        own = urlsplit(self.base_url).hostname or ""
        local = ("127.0.0.1", "localhost") if own in {"127.0.0.1", "localhost"} else ()
        return tuple(dict.fromkeys((own, *local, *self.trusted_hosts)))


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Read settings from the environment (HIRFA_…, or HIRFA_…_FILE for a secret kept in a file).

    Raises SettingsError for an unknown name, a value of the wrong type, or a weak secret key.
    """
    given = {k: v for k, v in (os.environ if environment is None else environment).items() if k.startswith(PREFIX)}
    values: dict[str, object] = {}
    for each in fields(Settings):
        name = PREFIX + each.name.upper()
        text = given.pop(name, None)
        file = given.pop(name + "_FILE", None)
        if text is None and file is not None:
            text = Path(file).read_text(encoding="utf-8").strip()
        if text is not None:
            values[each.name] = _typed(name, text, each.default)
    if given:
        raise SettingsError(f"unknown settings: {', '.join(sorted(given))}")
    values.setdefault("base_url", f"http://127.0.0.1:{values.get('port', Settings.port)}")
    settings = Settings(**values)  # type: ignore[arg-type]
    _require_at_home(settings)
    return replace(settings, data_dir=settings.data_dir.absolute())


def with_secret(settings: Settings) -> Settings:
    """Return settings with a secret key: the one given, or the one made at the first run (mode 0600)."""
    key = settings.secret_key
    if not key:
        file = settings.data_dir / "secret_key"
        if not file.exists():
            settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write_once(file, secrets.token_urlsafe(48))
        key = file.read_text(encoding="utf-8").strip()
    if len(key) < 32 or key.lower() in _KNOWN_BAD_KEYS:
        raise SettingsError("HIRFA_SECRET_KEY is too short: use at least 32 characters made by chance")
    return replace(settings, secret_key=key)


def effective(settings: Settings) -> dict[str, str]:
    """Return every setting as text, the secret ones masked."""
    return {
        PREFIX + each.name.upper(): "•••" if each.metadata.get("secret") and getattr(settings, each.name)
        else str(getattr(settings, each.name))
        for each in fields(Settings)
    }  # fmt: skip


def is_at_home(url: str) -> bool:
    """Tell whether an address is one of this very machine."""
    return urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}


def _require_at_home(settings: Settings) -> None:
    """Refuse simulators anywhere but on this very machine: a shop that others reach asks the real outside."""
    if settings.simulators:
        for name, url in (("HIRFA_SIMULATORS", settings.simulators), ("HIRFA_BASE_URL", settings.base_url)):
            if not is_at_home(url):
                raise SettingsError(f"{name} must be on this machine when there are simulators: {url}")


def _typed(name: str, text: str, default: object) -> object:
    try:
        if isinstance(default, bool):
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[text.lower()]
        if isinstance(default, int):
            return int(text)
    except (KeyError, ValueError):
        raise SettingsError(f"{name} cannot be {text!r}") from None
    if isinstance(default, tuple):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return Path(text) if isinstance(default, Path) else text


def _write_once(file: Path, text: str) -> None:
    draft = file.with_suffix(f".{secrets.token_hex(6)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
    with contextlib.suppress(FileExistsError):  # another process was first: its key is the key
        os.link(draft, file)
    draft.unlink()
