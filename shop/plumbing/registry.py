"""Plug-ins: built-ins from a literal table, third parties through entry points, loaded on first use.

A plug-in with a wrong contract number, or one that does not import, is listed as disabled with its reason. It
never stops the shop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, Protocol, TypeVar

import structlog

log = structlog.get_logger("hirfa.plugins")


class AnyPlugin(Protocol):
    """What every kind of plug-in carries."""

    @property
    def key(self) -> str:
        """Its name in the database."""
        ...

    @property
    def contract(self) -> int:
        """The number of the contract it was written for."""
        ...


P = TypeVar("P", bound=AnyPlugin)


@dataclass(frozen=True)
class Disabled:
    """A plug-in that was found and can't be used, and why."""

    key: str
    why: str


class Registry(Generic[P]):
    """All plug-ins of one kind."""

    def __init__(self, *, group: str, contract: int, built_in: Mapping[str, str]) -> None:
        """`built_in` maps keys to 'module:attribute'; `group` names the entry points of third parties."""
        self.group, self.contract, self._built_in = group, contract, dict(built_in)

    @property
    def usable(self) -> Mapping[str, P]:
        """The plug-ins that can be used, by key."""
        return self._found[0]

    @property
    def disabled(self) -> list[Disabled]:
        """The plug-ins that can't, with their reasons."""
        return self._found[1]

    @cached_property
    def _found(self) -> tuple[dict[str, P], list[Disabled]]:
        usable: dict[str, P] = {}
        disabled: list[Disabled] = []
        loaders: list[tuple[str, Callable[[], Any]]] = [
            (key, _loader(where)) for key, where in self._built_in.items()
        ] + [(entry.name, entry.load) for entry in _third_party(self.group)]
        for key, load in loaders:
            plugin = self._load(key, load, disabled)
            if plugin is not None and plugin.key in usable:
                disabled.append(Disabled(key, "another plug-in has this key"))
            elif plugin is not None:
                usable[plugin.key] = plugin
        return usable, disabled

    def _load(self, key: str, load: Callable[[], Any], disabled: list[Disabled]) -> P | None:
        try:
            plugin: P = load()
            contract = plugin.contract
        except Exception as error:  # noqa: BLE001 - the plug-in loader is one of the three places that catch everything
            log.warning("plug-in disabled", group=self.group, key=key, error=repr(error))
            disabled.append(Disabled(key, f"it does not import: {error!r}"))
            return None
        if contract != self.contract:
            disabled.append(Disabled(key, f"it was written for contract {contract}, this shop speaks {self.contract}"))
            return None
        return plugin


def _loader(where: str) -> Callable[[], Any]:
    module, _, attribute = where.partition(":")
    return lambda: getattr(import_module(module), attribute)


def _third_party(group: str) -> list[EntryPoint]:
    return sorted(entry_points(group=group), key=lambda entry: entry.name)
