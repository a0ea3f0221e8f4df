"""Settings: typed, complete, and secret where they must be."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from shop.plumbing.settings import Settings, SettingsError, effective, load, with_secret


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(SettingsError, match="HIRFA_DATABSE_URL"):
        load({"HIRFA_DATABSE_URL": "x"})


def test_values_have_their_types() -> None:
    settings = load({"HIRFA_PORT": "8080", "HIRFA_WORKER": "0", "HIRFA_TRUSTED_HOSTS": "a.example, b.example"})
    assert (settings.port, settings.worker, settings.trusted_hosts) == (8080, False, ("a.example", "b.example"))
    assert settings.base_url == "http://127.0.0.1:8080"
    assert load({"HIRFA_PORT": "8080", "HIRFA_BASE_URL": "https://a.example"}).base_url == "https://a.example"
    with pytest.raises(SettingsError, match="HIRFA_PORT"):
        load({"HIRFA_PORT": "many"})


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("k" * 40 + "\n")
    assert load({"HIRFA_SECRET_KEY_FILE": str(file)}).secret_key == "k" * 40


def test_the_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    first = with_secret(Settings(data_dir=tmp_path)).secret_key
    assert with_secret(Settings(data_dir=tmp_path)).secret_key == first
    assert len(first) >= 48
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_a_weak_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        with_secret(Settings(data_dir=tmp_path, secret_key="changeme"))


def test_secrets_are_masked_when_settings_are_shown() -> None:
    shown = effective(Settings(secret_key="s" * 40, database_url="postgresql://u:pw@h/d"))
    assert "pw" not in str(shown)
    assert "s" * 40 not in str(shown)


@pytest.mark.parametrize(
    "told",
    [
        {"HIRFA_SIMULATORS": "http://127.0.0.1:8009", "HIRFA_BASE_URL": "https://shop.example"},
        {"HIRFA_SIMULATORS": "https://simulators.example"},
        {"HIRFA_SIMULATORS": "nonsense"},
    ],
)
def test_a_shop_that_others_reach_has_no_simulators(told: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="on this machine"):
        load(told)
    assert load({"HIRFA_SIMULATORS": "http://127.0.0.1:8009"}).simulators == "http://127.0.0.1:8009"
