"""The conformance kit of carriers: subclass `CarrierKit` and give the fixture `carrier`.

    class TestMyCarrier(CarrierKit):
        @pytest.fixture
        def carrier(self): return MyCarrier(Settings(...))

It is asked about a parcel to Oran; override `parcel` and `unserved` where it serves other places. Checks of optional
verbs run where the carrier has them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from datetime import date

import pytest

from shop.core import clock
from shop.core.errors import AdapterError, Forged, Refused, Rejected, Unavailable
from shop.core.money import Money
from shop.core.states import SCANS
from shop.plumbing.pdfs import redrawn
from shop.shipping.contract import (
    CONTRACT,
    Abroad,
    Booking,
    BooksMany,
    Cancels,
    Carrier,
    Drafts,
    FindsBookings,
    Labels,
    ListsPoints,
    Notice,
    Parcel,
    Place,
    Plugin,
    ReadsNotices,
    Remits,
    TellsFees,
    Tracks,
)
from shop.testing.payment_kit import check_plugin

ORAN = Place("31", "31", "Oran", "3101", "Oran")
ADRAR = Place("01", "01", "Adrar", "0101", "Adrar")
FRANCE = Place("FR", "FR", "France", "FR", "France")


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
    def paid_out(self) -> date:
        """A day since when `carrier` has paid something out, if it accounts for its cash."""
        return clock.today()

    @pytest.fixture
    def lies_insured(self) -> Callable[[str], bool] | None:
        """Tells of a number whether the parcel lies insured at the outside, if the plug-in says that it insures."""
        return None

    @pytest.fixture
    def is_taken_back(self) -> Callable[[str], str] | None:
        """Tells of a number what its courier is to take back by the outside, if the plug-in says that it exchanges."""
        return None

    @pytest.fixture
    def secrets(self) -> list[str]:
        """The secret values in the settings of `carrier`: none may be seen."""
        return []

    def test_its_key_is_a_short_name(self, carrier: Carrier) -> None:
        """The key fits the column and an address."""
        sound = carrier.key.isidentifier() and carrier.key.islower() and len(carrier.key) <= 32
        assert sound, f"the key {carrier.key!r} is no short name in small letters"

    def test_quotes_are_whole_and_one_of_a_kind(self, carrier: Carrier, parcel: Parcel) -> None:
        """A served place has a price for each kind at most once, in days that are in order."""
        quotes = carrier.quotes(parcel)
        assert quotes, "a served place has no price"
        assert len({quote.kind for quote in quotes}) == len(quotes), "one kind has two prices"
        for quote in quotes:
            assert quote.kind in {"home", "desk"}, f"{quote.kind!r} is no way to deliver"
            assert quote.price >= Money(0, parcel.collect.currency), f"a price of {quote.price}"
            days = f"{quote.min_days} to {quote.max_days} days"
            assert 0 <= quote.min_days <= quote.max_days <= 60, f"days out of order: {days}"
        assert carrier.quotes(parcel) == quotes, "asked twice, other prices: buyers see what they pay"

    def test_a_place_without_its_commune_gets_its_price(self, carrier: Carrier, parcel: Parcel) -> None:
        """A product's page knows the wilaya only."""
        place = replace(parcel.to, commune_code="", commune_name="")
        found = carrier.quotes(replace(parcel, to=place, reference="", name="", phone="", address=""))
        assert found, "no price for a wilaya without its commune"

    def test_an_unserved_place_has_no_price_and_is_rejected(self, carrier: Carrier, unserved: Parcel) -> None:
        """It says no, and which field is wrong."""
        assert carrier.quotes(unserved) == [], "a place that is not served has a price"
        try:
            carrier.book(unserved)
        except Rejected as rejected:
            fields = rejected.fields
        else:
            pytest.fail("a place that is not served was booked: no Rejected")
        assert fields, "it says no, and not which field is wrong"

    def test_home_and_abroad_are_not_mixed(self, carrier: Carrier, parcel: Parcel) -> None:
        """A partner of parcels abroad takes none that stays in the country; any other takes none that leaves."""
        if self.plugin is None or not self.plugin.outside:
            pytest.skip("nobody is asked, or set `plugin`")
        there = Abroad("FR", "Lyon", "69003")
        other = replace(parcel, to=ORAN if self.plugin.abroad else FRANCE, abroad=None if self.plugin.abroad else there)
        assert carrier.quotes(other) == [], "a price for what it does not take"
        try:
            carrier.book(other)
        except Rejected:
            return
        pytest.fail("a parcel that it does not take was booked: no Rejected")

    def test_what_is_quoted_can_be_booked(self, carrier: Carrier, parcel: Parcel) -> None:
        """Each kind that has a price is taken, and our reference comes back."""
        for at, quote in enumerate(carrier.quotes(parcel)):
            point = carrier.points(parcel.to.wilaya_code) if isinstance(carrier, ListsPoints) else []
            desk = point[0].key if point and quote.kind == "desk" else ""
            wanted = replace(parcel, kind=quote.kind, reference=f"{parcel.reference}{at}", desk=desk)
            booking = carrier.book(wanted)
            assert isinstance(booking, Booking), f"booked, and got {booking!r}"
            assert booking.reference == wanted.reference, f"{booking.reference!r} is not our reference"
            assert 0 < len(booking.tracking) <= 40, f"{booking.tracking!r} is no number of 1 to 40 characters"
            assert booking.label_pdf is None or booking.label_pdf.startswith(b"%PDF"), "the label is no PDF"

    def test_the_same_reference_books_once(self, carrier: Carrier, parcel: Parcel) -> None:
        """Whoever books twice gets the same number; who knows no references confirms the same draft."""
        if isinstance(carrier, Drafts):
            parcel = replace(parcel, draft=carrier.draft(parcel))
        first, second = carrier.book(parcel), carrier.book(parcel)
        assert first.tracking == second.tracking, "booked twice: two parcels, where one was asked"

    def test_two_references_are_two_parcels(self, carrier: Carrier, parcel: Parcel) -> None:
        """Two parcels have two numbers."""
        one, two = carrier.book(parcel), carrier.book(replace(parcel, reference=parcel.reference + "X"))
        assert one.tracking != two.tracking, f"two parcels have one number: {one.tracking}"

    def test_what_was_booked_is_found_by_our_reference(self, carrier: Carrier, parcel: Parcel) -> None:
        """A lost answer is sought under the reference that was sent."""
        if not isinstance(carrier, FindsBookings):
            pytest.skip("this carrier cannot be sought in")
        assert carrier.find(parcel.reference) == "", "found before it was booked"
        booked = carrier.book(parcel).tracking
        found = carrier.find(parcel.reference)
        assert found == booked, f"booked as {booked}, found as {found!r}"

    def test_of_many_a_wrong_one_stops_no_other(self, carrier: Carrier, parcel: Parcel, unserved: Parcel) -> None:
        """Each of many has its own answer, in the order in which they were asked."""
        if not isinstance(carrier, BooksMany):
            pytest.skip("this carrier books one by one")
        wrong = replace(unserved, reference=parcel.reference + "W")
        told = carrier.book_many([wrong, parcel])
        assert len(told) == 2, f"{len(told)} answers to 2 parcels"
        assert isinstance(told[0], Rejected), "what is not served was booked among others"
        right = isinstance(told[1], Booking) and told[1].reference == parcel.reference
        assert right, f"the other one was stopped: {told[1]!r}"

    def test_no_answer_is_an_unknown_outcome(self, unanswered: Carrier | None, parcel: Parcel) -> None:
        """A timeout is Unavailable: the booking may have been made."""
        if unanswered is None:
            pytest.skip("nothing outside is asked, or give the fixture `unanswered`")
        try:
            unanswered.book(parcel)
        except Unavailable:
            return
        except Exception as error:  # noqa: BLE001 - whatever else it says is what is told
            pytest.fail(f"book got no answer and says {type(error).__name__}, not Unavailable")
        pytest.fail("book got no answer and does not say Unavailable")

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
        try:
            carrier.cancel(tracking)
        except AdapterError as error:
            pytest.fail(f"a second time is {type(error).__name__}: it must be harmless")

    def test_desks_are_in_their_wilaya(self, carrier: Carrier, parcel: Parcel) -> None:
        """A desk has a key of its own, a name and the wilaya that was asked."""
        if not isinstance(carrier, ListsPoints):
            pytest.skip("this carrier has no desks")
        points = carrier.points(parcel.to.wilaya_code)
        assert len({point.key for point in points}) == len(points), "two desks have one key"
        assert all(point.name.strip() for point in points), "a desk without a name"
        there = {point.wilaya_code for point in points} <= {parcel.to.wilaya_code}
        assert there, "a desk of another wilaya than the one that was asked"
        assert carrier.points("99") == [], "desks in a wilaya that is none"

    def test_its_own_label_is_a_pdf(self, carrier: Carrier, parcel: Parcel) -> None:
        """The label of a booked parcel can be printed, as often as it is asked for; of an unknown one there is none."""
        if not isinstance(carrier, Labels):
            pytest.skip("this carrier makes no label of its own")
        tracking = carrier.book(parcel).tracking
        for _again in range(2):
            try:
                redrawn(carrier.label(tracking))
            except Refused as refused:
                pytest.fail(f"its own label can't be printed: {refused}")
        with pytest.raises((Rejected, Unavailable)):
            carrier.label("NOBODY-0000")

    def test_scans_are_said_in_our_words(self, carrier: Carrier, parcel: Parcel) -> None:
        """What is not understood is 'unknown' and keeps its raw word; the oldest comes first; keys repeat."""
        if not isinstance(carrier, Tracks):
            pytest.skip("this carrier cannot be asked")
        tracking = carrier.book(parcel).tracking
        scans = carrier.scans(tracking)
        for scan in scans:
            assert scan.word in SCANS, f"{scan.word!r} is no state of a parcel"
            assert scan.tracking == tracking, f"a scan of another parcel: {scan.tracking}"
            assert scan.at.tzinfo, "a moment without its zone"
            assert scan.raw or scan.word != "unknown", "what is not understood lost its own word"
        assert scans == sorted(scans, key=lambda scan: scan.at), "the oldest scan does not come first"
        again = [scan.key for scan in carrier.scans(tracking)]
        assert again == [scan.key for scan in scans], "asked twice, other keys: each scan would be written twice"

    def test_forged_notices_are_refused(self, carrier: Carrier, notices: list[Notice]) -> None:
        """A notice with another body, or without its headers, is not from whom it claims to be."""
        if not isinstance(carrier, ReadsNotices):
            pytest.skip("this carrier sends no notices")
        assert notices, "give the fixture `notices`"
        for notice in notices:
            altered = {"another body": replace(notice, body=notice.body + b" "),
                       "no signature": replace(notice, headers={})}  # fmt: skip
            for what, forged in altered.items():
                try:
                    carrier.read(forged)
                except Forged:
                    continue
                pytest.fail(f"a notice with {what} was believed: no Forged")

    def test_replayed_notices_give_equal_scans(self, carrier: Carrier, notices: list[Notice]) -> None:
        """Repetition changes nothing, and unknown codes stay unknown."""
        if not isinstance(carrier, ReadsNotices):
            pytest.skip("this carrier sends no notices")
        for notice in notices:
            scans = carrier.read(notice)
            assert scans == carrier.read(notice), "the same notice twice says two things"
            for scan in scans:
                assert scan.word in SCANS, f"{scan.word!r} is no state of a parcel"

    def test_payments_say_what_was_collected_and_kept(self, carrier: Carrier, paid_out: date) -> None:
        """Each remittance has a name of its own and lines that can be true; asked twice, the same."""
        if not isinstance(carrier, Remits):
            pytest.skip("this carrier accounts for no cash")
        told = carrier.statements(paid_out)
        assert told, "give the fixture `paid_out` with something paid"
        assert len({each.reference for each in told}) == len(told), "two payments have one name"
        for line in (line for each in told for line in each.lines):
            true = line.tracking and Money(0, line.fee.currency) <= line.fee <= line.collected
            assert true, f"{line.tracking!r}: {line.fee} kept of {line.collected}"
        assert list(carrier.statements(paid_out)) == list(told), "asked twice, other payments"

    def test_what_is_to_be_insured_is_and_nothing_else(
        self, carrier: Carrier, parcel: Parcel, lies_insured: Callable[[str], bool] | None
    ) -> None:
        """Who insures does so when asked, and costs the sender nothing where nobody asked."""
        if self.plugin is None or self.plugin.insures is None:
            pytest.skip("this carrier insures nothing, or set `plugin`")
        assert self.plugin.insures > Money(0), "it insures, for nothing at all"
        assert lies_insured is not None, "give the fixture `lies_insured`"
        insured = carrier.book(replace(parcel, insured=True))
        other = carrier.book(replace(parcel, reference=parcel.reference + "U"))
        assert lies_insured(insured.tracking), "a parcel that was to be insured lies there without"
        assert not lies_insured(other.tracking), "a parcel was insured, and nobody asked"

    def test_who_insures_tells_what_it_costs(self, carrier: Carrier, parcel: Parcel) -> None:
        """The percentage comes with the fees of every place: she sees it before she confirms."""
        if self.plugin is None or self.plugin.insures is None or not isinstance(carrier, TellsFees):
            pytest.skip("this carrier insures nothing, or tells no fees")
        told = [fee.insurance_hundredths for fee in carrier.fees("15", parcel.to.wilaya_code_58)]
        assert told, "it tells no fees of a place that it serves"
        for each in told:
            assert each is not None, "it insures, and does not tell what that costs"
            assert 0 <= each <= 10_000, f"insurance of {each} hundredths of a per cent"

    def test_an_exchange_lies_there_with_what_comes_back(
        self, carrier: Carrier, parcel: Parcel, is_taken_back: Callable[[str], str] | None
    ) -> None:
        """Who exchanges tells the courier what to take along, one by one and among many, and of no other parcel."""
        if self.plugin is None or not self.plugin.exchanges or not self.plugin.outside:
            pytest.skip("this carrier takes nothing back, or nobody is told")
        assert is_taken_back is not None, "give the fixture `is_taken_back`"
        what = "1 × Savon à l'huile d'olive"
        swap = replace(parcel, takes_back=what)
        found = is_taken_back(carrier.book(swap).tracking)
        assert what in found, f"an exchange lies there with {found!r} to take back, not {what!r}"
        other = is_taken_back(carrier.book(replace(parcel, reference=parcel.reference + "O")).tracking)
        assert not other, f"an ordinary parcel is an exchange there: {other!r} is to be taken back"
        if isinstance(carrier, BooksMany):
            (made,) = carrier.book_many([replace(swap, reference=parcel.reference + "M")])
            assert isinstance(made, Booking), f"an exchange among many: {made!r}"
            found = is_taken_back(made.tracking)
            assert what in found, f"among many an exchange lies there with {found!r} to take back"

    def test_no_secret_is_seen(
        self, carrier: Carrier, parcel: Parcel, secrets: list[str], caplog: pytest.LogCaptureFixture
    ) -> None:
        """Neither repr nor log shows one."""
        booking = carrier.book(parcel)
        seen = repr(carrier) + repr(booking) + caplog.text
        assert not [secret for secret in secrets if secret in seen], "a secret is seen in a repr or a log"

    def test_the_plugin_builds_it(self) -> None:
        """The plug-in's settings are a frozen dataclass that needs nothing said."""
        if self.plugin is None:
            pytest.skip("set `plugin` to have it checked")
        check_plugin(self.plugin, CONTRACT)
        assert self.plugin.build(self.plugin.settings(), None).key == self.plugin.key
