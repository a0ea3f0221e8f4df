"""The errors that Hirfa expects. Everything else is a bug and rises.

HirfaError
├── Refused            the person asked for something that can't be; `message` is for her, in English, to translate
│   ├── OutOfStock     fewer pieces are left than were asked for
│   ├── PriceChanged   what she saw is no longer what it costs
│   ├── StoreClosed    the workshop takes no orders now
│   └── InvalidTransition  somebody or something else moved it first
├── NotFound           missing, or not yours: the same 404
├── Forbidden          yours, but not for this role
├── Conflict           the same key came with another content
├── Busy               the database is locked, full or away: a 503 page, later again
└── AdapterError       an outside system
    ├── Declined       the buyer acts
    ├── Rejected       fix these fields
    ├── Unavailable    try again later; the outcome may be unknown
    ├── Misconfigured  the owner acts
    └── Forged         not from whom it claims to be
"""

from __future__ import annotations

from collections.abc import Mapping


class HirfaError(Exception):
    """The root of the expected errors."""


SPOKEN = frozenset({"ground", "what"})  # values of refusals that are English msgids too, not somebody's words


class Refused(HirfaError):
    """Say no in words: `message` is an English msgid with {named} values, `field` the form's field if any.

    Nothing of it is translated yet: who is told may read another language than who, or which job, was refused.
    """

    message = "This can't be done now."

    def __init__(self, message: str | None = None, *, field: str = "", **values: object) -> None:
        self.message = message or type(self).message
        self.field = field
        self.values = values
        super().__init__(self.message.format(**values) if values else self.message)


class OutOfStock(Refused):
    """Fewer pieces are left than were asked for."""

    message = "There are not enough pieces left."


class PriceChanged(Refused):
    """What the buyer saw is no longer what it costs."""

    message = "A price has changed since you looked. Please check the new total."


class StoreClosed(Refused):
    """The workshop takes no orders now."""

    message = "This workshop is not taking orders at the moment."


class InvalidTransition(Refused):
    """The thing is no longer in a state from which this can be done."""

    message = "This was already changed. The page now shows how it stands."


class NotFound(HirfaError):
    """Missing, or not yours."""


class Forbidden(HirfaError):
    """Yours to see, not yours to do."""


class Conflict(HirfaError):
    """The same idempotency key came with another content."""


class Busy(HirfaError):
    """The database is locked, full or away; nothing was changed."""


class AdapterError(HirfaError):
    """An outside system did not do what was asked."""

    def __init__(self, message: str = "", *, fields: Mapping[str, str] | None = None) -> None:
        self.fields = dict(fields or {})
        super().__init__(message)


class Declined(AdapterError):
    """The buyer must act: another card, another method."""


class Rejected(AdapterError):
    """The request can't be served as it is; `fields` says why, per field."""


class Unavailable(AdapterError):
    """No usable answer: try again later, and look the outcome up first."""


class Misconfigured(AdapterError):
    """The owner must mend the settings of this adapter."""


class Forged(AdapterError):
    """A notice that is not from whom it claims to be."""
