"""The conformance kit of carriers: subclass `CarrierKit` and give the fixture `carrier`.

    class TestMyCarrier(CarrierKit):
        @pytest.fixture
        def carrier(self): return MyCarrier(Settings(...))

It is asked about a parcel to Oran; override `parcel` and `unserved` where it serves other places. Checks of optional
verbs run where the carrier has them.
"""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from shop.core.errors import Forged, Rejected, Unavailable
from shop.core.money import Money
from shop.core.states import SCANS
from shop.shipping.contract import (
    CONTRACT,
    Booking,
    Cancels,
    Carrier,
    ListsPoints,
    Notice,
    Parcel,
    Place,
    Plugin,
    ReadsNotices,
    Tracks,
)
from shop.testing.payment_kit import check_plugin

ORAN = Place("31", "31", "Oran", "3101", "Oran")
ADRAR = Place("01", "01", "Adrar", "0101", "Adrar")


class CarrierKit:
    """What holds of every carrier."""

    plugin: Plugin | None = None  # set it to have the plug-in checked too

    @pytest.fixture
    def carrier(self) -> Carrier:
        """Give the carrier under test, fresh, with its outside simulated."""
        raise NotImplementedError("give the fixture `carrier`")

    @pytest.fixture
    def parcel(self) -> Parcel:
        """A parcel that it serves."""
        return Parcel(
            reference="HKIT2345678", to=ORAN, kind="home", weight_g=600, collect=Money.dinars(1700),
            declared=Money.dinars(1200), name="ياسين حداد", phone="+213550123456", address="12 rue des Oliviers",
            contents="2 × Savon", sender_wilaya_code="15", sender_wilaya="Tizi Ouzou",
        )  # fmt: skip

    @pytest.fixture
    def unserved(self, parcel: Parcel) -> Parcel:
        """A parcel to a place that it does not serve."""
        return replace(parcel, to=ADRAR)

    @pytest.fixture
    def notices(self) -> list[Notice]:
        """Genuine notices, if the carrier sends any."""
        return []

    @pytest.fixture
    def unanswered(self) -> Carrier | None:
        """The carrier whose outside never answers, if it has an outside."""
        return None

    @pytest.fixture
    def secrets(self) -> list[str]:
        """The secret values in the settings of `carrier`: none may be seen."""
        return []

    def test_its_key_is_a_short_name(self, carrier: Carrier) -> None:
        """The key fits the column and an address."""
        assert carrier.key.isidentifier()
        assert carrier.key.islower()
        assert len(carrier.key) <= 32

    def test_quotes_are_whole_and_one_of_a_kind(self, carrier: Carrier, parcel: Parcel) -> None:
        """A served place has a price for each kind at most once, in days that are in order."""
        quotes = carrier.quotes(parcel)
        assert quotes
        assert len({quote.kind for quote in quotes}) == len(quotes)
        for quote in quotes:
            assert quote.kind in {"home", "desk"}
            assert quote.price >= Money(0, parcel.collect.currency)
            assert 0 <= quote.min_days <= quote.max_days <= 60
        assert carrier.quotes(parcel) == quotes

    def test_a_place_without_its_commune_gets_its_price(self, carrier: Carrier, parcel: Parcel) -> None:
        """A product's page knows the wilaya only."""
        place = replace(parcel.to, commune_code="", commune_name="")
        assert carrier.quotes(replace(parcel, to=place, reference="", name="", phone="", address=""))

    def test_an_unserved_place_has_no_price_and_is_rejected(self, carrier: Carrier, unserved: Parcel) -> None:
        """It says no, and which field is wrong."""
        assert carrier.quotes(unserved) == []
        with pytest.raises(Rejected) as rejected:
            carrier.book(unserved)
        assert rejected.value.fields

    def test_what_is_quoted_can_be_booked(self, carrier: Carrier, parcel: Parcel) -> None:
        """Each kind that has a price is taken, and our reference comes back."""
        for at, quote in enumerate(carrier.quotes(parcel)):
            point = carrier.points(parcel.to.wilaya_code) if isinstance(carrier, ListsPoints) else []
            desk = point[0].key if point and quote.kind == "desk" else ""
            wanted = replace(parcel, kind=quote.kind, reference=f"{parcel.reference}{at}", desk=desk)
            booking = carrier.book(wanted)
            assert isinstance(booking, Booking)
            assert booking.reference == wanted.reference
            assert 0 < len(booking.tracking) <= 40
            assert booking.label_pdf is None or booking.label_pdf.startswith(b"%PDF")

    def test_the_same_reference_books_once(self, carrier: Carrier, parcel: Parcel) -> None:
        """Whoever books twice gets the same number."""
        assert carrier.book(parcel) == carrier.book(parcel)

    def test_two_references_are_two_parcels(self, carrier: Carrier, parcel: Parcel) -> None:
        """Two parcels have two numbers."""
        one, two = carrier.book(parcel), carrier.book(replace(parcel, reference=parcel.reference + "X"))
        assert one.tracking != two.tracking

    def test_no_answer_is_an_unknown_outcome(self, unanswered: Carrier | None, parcel: Parcel) -> None:
        """A timeout is Unavailable: the booking may have been made."""
        if unanswered is None:
            pytest.skip("nothing outside is asked, or give the fixture `unanswered`")
        with pytest.raises(Unavailable):
            unanswered.book(parcel)

    def test_words_are_frozen(self, carrier: Carrier, parcel: Parcel) -> None:
        """Nobody changes what was said."""
        booking = carrier.book(parcel)
        with pytest.raises(FrozenInstanceError):
            booking.tracking = "X"  # type: ignore[misc]

    def test_cancelling_twice_is_harmless(self, carrier: Carrier, parcel: Parcel) -> None:
        """A booking is taken back once."""
        if not isinstance(carrier, Cancels):
            pytest.skip("this carrier takes nothing back")
        tracking = carrier.book(parcel).tracking
        carrier.cancel(tracking)
        carrier.cancel(tracking)

    def test_desks_are_in_their_wilaya(self, carrier: Carrier, parcel: Parcel) -> None:
        """A desk has a key of its own, a name and the wilaya that was asked."""
        if not isinstance(carrier, ListsPoints):
            pytest.skip("this carrier has no desks")
        points = carrier.points(parcel.to.wilaya_code)
        assert len({point.key for point in points}) == len(points)
        assert all(point.name.strip() and point.wilaya_code == parcel.to.wilaya_code for point in points)
        assert carrier.points("99") == []

    def test_scans_are_said_in_our_words(self, carrier: Carrier, parcel: Parcel) -> None:
        """What is not understood is 'unknown' and keeps its raw word; the oldest comes first; keys repeat."""
        if not isinstance(carrier, Tracks):
            pytest.skip("this carrier cannot be asked")
        tracking = carrier.book(parcel).tracking
        scans = carrier.scans(tracking)
        assert all(scan.word in SCANS and scan.tracking == tracking and scan.at.tzinfo for scan in scans)
        assert all(scan.raw for scan in scans if scan.word == "unknown")
        assert scans == sorted(scans, key=lambda scan: scan.at)
        assert [scan.key for scan in carrier.scans(tracking)] == [scan.key for scan in scans]

    def test_forged_notices_are_refused(self, carrier: Carrier, notices: list[Notice]) -> None:
        """A notice with another body, or without its headers, is not from whom it claims to be."""
        if not isinstance(carrier, ReadsNotices):
            pytest.skip("this carrier sends no notices")
        assert notices, "give the fixture `notices`"
        for notice in notices:
            for forged in (replace(notice, body=notice.body + b" "), replace(notice, headers={})):
                with pytest.raises(Forged):
                    carrier.read(forged)

    def test_replayed_notices_give_equal_scans(self, carrier: Carrier, notices: list[Notice]) -> None:
        """Repetition changes nothing, and unknown codes stay unknown."""
        if not isinstance(carrier, ReadsNotices):
            pytest.skip("this carrier sends no notices")
        for notice in notices:
            scans = carrier.read(notice)
            assert scans == carrier.read(notice)
            assert all(scan.word in SCANS for scan in scans)

    def test_no_secret_is_seen(
        self, carrier: Carrier, parcel: Parcel, secrets: list[str], caplog: pytest.LogCaptureFixture
    ) -> None:
        """Neither repr nor log shows one."""
        booking = carrier.book(parcel)
        seen = repr(carrier) + repr(booking) + caplog.text
        assert not [secret for secret in secrets if secret in seen]

    def test_the_plugin_builds_it(self) -> None:
        """The plug-in's settings are a frozen dataclass that needs nothing said."""
        if self.plugin is None:
            pytest.skip("set `plugin` to have it checked")
        check_plugin(self.plugin, CONTRACT)
        assert self.plugin.build(self.plugin.settings(), None).key == self.plugin.key
