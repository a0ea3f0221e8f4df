"""The base of every form: what is typed is cleaned, numbers may be Arabic-Indic, messages are in her language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from wtforms import Field, Form, StringField
from wtforms.form import BaseForm
from wtforms.validators import StopValidation

from shop.core.cells import plain
from shop.core.money import Money
from shop.core.phone import BadPhone, national, parse_phone
from shop.core.text import clean, clean_block, western_digits
from shop.plumbing.formats import money_text
from shop.plumbing.i18n import N_, _

Validator = Callable[[Form, Field], None]

REQUIRED = N_("Please fill this in.")
TOO_LONG = N_("Please use at most {most} characters.")
NOT_A_NUMBER = N_("Write a number, for example 12.")
NUMBER_RANGE = N_("Write a number from {least} to {most}.")
NOT_AN_AMOUNT = N_("Write the amount in dinars, for example 1 250.")
NOT_IN_CURRENCY = N_("Write an amount, for example {example}.")
PHONE_DIGITS = N_("The number must have 10 digits, for example 0550 12 34 56.")
PHONE_PREFIX = N_("The number must begin with 05, 06 or 07, for example 0550 12 34 56.")
NOT_A_DAY = N_("Choose a day, for example 2026-11-25.")
LAST_YEAR = 2100
CHOOSE = N_("Please choose one.")
BAD_EMAIL = N_("Write the whole e-mail address, for example name@example.com.")


class HirfaForm(Form):
    """A form in the reader's language. `summary` lists each field's first error for the top of the page."""

    class Meta:
        """WTForms' own messages in the reader's language."""

        def get_translations(self, _form: Form) -> None:
            """Leave WTForms' built-in catalogues out: every message is ours."""
            return

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take what WTForms takes; labels, marked with N_, are said in the reader's language."""
        super().__init__(*args, **kwargs)
        for field in self:
            field.label.text = _(field.label.text)

    @property
    def summary(self) -> list[tuple[str, str]]:
        """Pairs of field id and sentence, in the order of the form."""
        return [(field.id, str(field.errors[0])) for field in self if field.errors]

    def refuse(self, field: str, sentence: str) -> None:
        """Put a sentence at a field, as the services answer it."""
        target = self._fields.get(field) or next(iter(self._fields.values()))
        target.errors = [*target.errors, sentence]


def required(message: str = REQUIRED) -> Validator:
    """Ask for something, in words of the form's own."""

    def check(_form: Form, field: Field) -> None:
        if field.data is None or (isinstance(field.data, str) and not field.data.strip()):
            if field.errors:  # it could not be read at all: that sentence says more
                raise StopValidation
            raise StopValidation(_(message))

    return check


def optional() -> Validator:
    """Stop checking when nothing was typed."""

    def check(_form: Form, field: Field) -> None:
        if not field.raw_data or not str(field.raw_data[0]).strip():
            field.errors = []
            raise StopValidation

    return check


class TextField(StringField):
    """One line of text, cleaned of control and direction characters."""

    def __init__(
        self, label: str = "", validators: Sequence[Validator] = (), *, most: int = 160, **kwargs: Any
    ) -> None:
        super().__init__(label, list(validators), **kwargs)
        self.most = most

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Clean what was typed; longer than allowed is said, not cut."""
        if valuelist:
            self.data = self._cleaned(str(valuelist[0]))

    def pre_validate(self, form: BaseForm) -> None:  # noqa: ARG002
        """Say so when there is too much."""
        if self.data and len(self.data) > self.most:
            raise StopValidation(_(TOO_LONG, most=self.most))

    def _cleaned(self, text: str) -> str:
        return clean(text, limit=self.most + 1)


class BareNumberField(TextField):
    """A number that people space as they like, in any digits; kept without spaces, in western ones."""

    def _cleaned(self, text: str) -> str:
        return super()._cleaned("".join(western_digits(text).split()))


class BlockField(TextField):
    """Several lines of text."""

    def _cleaned(self, text: str) -> str:
        return clean_block(text, limit=self.most + 1)


class TypedField(Field):
    """What is typed is read into something else than text, and shown again as it was typed."""

    def __init__(self, label: str = "", validators: Sequence[Validator] = (), **kwargs: Any) -> None:
        super().__init__(label, list(validators), **kwargs)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self._shown(self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed; nothing is None. Raises ValueError with the sentence to show."""
        text = western_digits(str(valuelist[0])).strip() if valuelist else ""
        self.data = None
        if text:
            self.data = self._read(text)

    def _read(self, text: str) -> object:
        return text

    def _shown(self, value: Any) -> str:
        return str(value)


class PhoneField(TypedField):
    """A phone number, kept in E.164."""

    def _read(self, text: str) -> str:
        try:
            return parse_phone(text)
        except BadPhone as error:
            raise ValueError(_(PHONE_PREFIX if error.reason == "prefix" else PHONE_DIGITS)) from None

    def _shown(self, value: str) -> str:
        return national(value)


class WholeField(TypedField):
    """A whole number between two bounds; Arabic-Indic digits and spaces are read."""

    def __init__(
        self,
        label: str = "",
        validators: Sequence[Validator] = (),
        *,
        least: int = 0,
        most: int = 999_999,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.least, self.most = least, most

    def _read(self, text: str) -> int:
        digits = _without_spaces(text)
        if not (digits.isascii() and digits.removeprefix("-").isdigit()) or len(digits) > 15:
            raise ValueError(_(NOT_A_NUMBER))
        number = int(digits)
        if not self.least <= number <= self.most:
            raise ValueError(_(NUMBER_RANGE, least=self.least, most=self.most))
        return number


class DayField(TypedField):
    """A day of the calendar, as a date field sends it: 2026-11-25, in any digits; `since` is the earliest year."""

    def __init__(
        self, label: str = "", validators: Sequence[Validator] = (), *, since: int = 1950, **kwargs: Any
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.since = since

    def _read(self, text: str) -> date:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise ValueError(_(NOT_A_DAY)) from None
        if not self.since <= day.year <= LAST_YEAR:
            raise ValueError(_(NOT_A_DAY))
        return day

    def _shown(self, value: date) -> str:
        return value.isoformat()


class AmountField(TypedField):
    """An amount typed in a currency, in dinars unless it is told another one, kept as Money."""

    def __init__(
        self, label: str = "", validators: Sequence[Validator] = (), *, most: int = 10_000_000, currency: str = "DZD",
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(label, validators, **kwargs)
        self.most, self.currency = most, currency

    def _read(self, text: str) -> Money:
        nothing = Money(0, self.currency)
        amount = _without_spaces(text).upper().removesuffix(self.currency).removesuffix("DA").removesuffix("دج")
        whole, _comma, cents = amount.replace("٫", ",").replace(".", ",").partition(",")
        digits = whole + cents
        if not (whole and digits.isascii() and digits.isdigit()) or len(cents) > nothing.decimals or len(whole) > 9:
            raise ValueError(_not_an_amount(nothing))
        if int(whole) > self.most:
            raise ValueError(_(NUMBER_RANGE, least=0, most=self.most))
        return Money(int(whole) * 10**nothing.decimals + int(cents.ljust(nothing.decimals, "0") or 0), self.currency)

    def _shown(self, value: Money) -> str:
        return plain(value.minor, value.decimals)


def _not_an_amount(nothing: Money) -> str:
    if nothing.currency == "DZD":
        return _(NOT_AN_AMOUNT)
    return _(NOT_IN_CURRENCY, example=money_text(Money(1250 * 10**nothing.decimals // 100, nothing.currency)))


class DinarsField(AmountField):
    """An amount typed in dinars, with at most two decimals."""


class ChoiceField(Field):
    """One of some values; nothing is chosen beforehand. `choices` are (value, label) and may be set per form."""

    def __init__(
        self, label: str = "", validators: Sequence[Validator] = (), *, choices: Sequence[tuple[str, str]] = (),
        message: str = CHOOSE, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(label, list(validators), **kwargs)
        self.choices, self.message = list(choices), message

    def _value(self) -> str:
        return str(self.data or "")

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the value as it came; it is checked against the choices when the form is validated."""
        self.data = str(valuelist[0])[:120] if valuelist and valuelist[0] else None

    def pre_validate(self, form: BaseForm) -> None:  # noqa: ARG002
        """Refuse what is not among the choices."""
        if self.data is not None and self.data not in {value for value, _label in self.choices}:
            self.data = None
            raise StopValidation(_(self.message))


class EmailField(TextField):
    """An e-mail address, checked for its shape only."""

    def __init__(self, label: str = "", validators: Sequence[Validator] = (), **kwargs: Any) -> None:
        super().__init__(label, validators, most=254, **kwargs)

    def pre_validate(self, form: BaseForm) -> None:
        """Ask for name@host.tld."""
        super().pre_validate(form)
        if self.data:
            name, at, host = self.data.rpartition("@")
            if not (name and at and "." in host.strip(".")) or any(char.isspace() for char in self.data):
                raise StopValidation(_(BAD_EMAIL))
            self.data = f"{name}@{host.lower()}"


def _without_spaces(text: str) -> str:
    return "".join(text.split()).replace("\u00a0", "").replace("\u202f", "")
