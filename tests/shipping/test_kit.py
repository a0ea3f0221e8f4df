"""The conformance kit is green on a sound carrier, and says in words what is wrong with every other."""

from __future__ import annotations

import pytest

from tests.kits import Outcomes, failed, outcomes_of
from tests.shipping import broken_carriers
from tests.shipping.broken_carriers import BROKEN, Sound

PROMISES = {
    "BooksTwice": {"the_same_reference_books_once": "booked twice: two parcels, where one was asked"},
    "QuotesByTheHour": {"quotes_are_whole_and_one_of_a_kind": "asked twice, other prices"},
    "GoesEverywhere": {"an_unserved_place_has_no_price_and_is_rejected": "was booked: no Rejected"},
    "LeavesTheCountry": {"home_and_abroad_are_not_mixed": "a price for what it does not take"},
    "SaysNoWithoutAField": {"an_unserved_place_has_no_price_and_is_rejected": "not which field is wrong"},
    "NamesItItsOwnWay": {"what_is_quoted_can_be_booked": "'theirs' is not our reference"},
    "GivesALongNumber": {"what_is_quoted_can_be_booked": "is no number of 1 to 40 characters"},
    "ForgetsWhatItBooked": {"what_was_booked_is_found_by_our_reference": "found as ''"},
    "StopsAtTheFirst": {"of_many_a_wrong_one_stops_no_other": "the other one was stopped"},
    "TakesSilenceForANo": {"no_answer_is_an_unknown_outcome": "book got no answer and says Rejected, not Unavailable"},
    "CancelsOnlyOnce": {"cancelling_twice_is_harmless": "a second time is Rejected: it must be harmless"},
    "ShowsAPage": {"its_own_label_is_a_pdf": "its own label can't be printed: it is no PDF"},
    "KnowsNoWilaya": {"desks_are_in_their_wilaya": "desks in a wilaya that is none"},
    "RepeatsTheirWords": {
        "scans_are_said_in_our_words": "'REMIS' is no state of a parcel",
        "replayed_notices_give_equal_scans": "'REMIS' is no state of a parcel",
    },
    "NumbersScansAnew": {
        "scans_are_said_in_our_words": "asked twice, other keys",
        "replayed_notices_give_equal_scans": "the same notice twice says two things",
    },
    "BelievesEverybody": {"forged_notices_are_refused": "a notice with another body was believed: no Forged"},
    "KeepsMoreThanItTook": {"payments_say_what_was_collected_and_kept": "kept of"},
    "InsuresNothing": {"what_is_to_be_insured_is_and_nothing_else": "was to be insured lies there without"},
    "InsuresEverything": {"what_is_to_be_insured_is_and_nothing_else": "was insured, and nobody asked"},
    "KeepsItsPercentageToItself": {"who_insures_tells_what_it_costs": "does not tell what that costs"},
    "TakesNothingBack": {"an_exchange_lies_there_with_what_comes_back": "lies there with '' to take back"},
    "TakesFromEverybody": {"an_exchange_lies_there_with_what_comes_back": "an ordinary parcel is an exchange there"},
    "ForgetsTheExchangeAmongMany": {"an_exchange_lies_there_with_what_comes_back": "among many an exchange"},
    "TellsItsSecret": {"no_secret_is_seen": "a secret is seen in a repr"},
}  # fmt: skip
ALSO = {  # what breaks with it
    "GivesALongNumber": {"its_own_label_is_a_pdf"},
    "NamesItItsOwnWay": {"of_many_a_wrong_one_stops_no_other"},
    "GoesEverywhere": {"of_many_a_wrong_one_stops_no_other", "home_and_abroad_are_not_mixed"},
}  # fmt: skip


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    return outcomes_of(broken_carriers, tmp_path_factory.mktemp("kit"))


def test_what_is_sound_is_green_and_no_check_is_skipped(outcomes: Outcomes) -> None:
    assert outcomes["Sound"] == {"": ""}
    verbs = {"quotes", "book", "book_many", "find", "cancel", "points", "scans", "read", "statements", "label", "fees"}
    assert all(callable(getattr(Sound, verb)) for verb in verbs)


def test_ten_and_more_are_broken() -> None:
    assert len(PROMISES) >= 10
    assert {each.__name__ for each in BROKEN} == set(PROMISES)


@pytest.mark.parametrize("broken", PROMISES)
def test_what_is_broken_is_told_in_words(outcomes: Outcomes, broken: str) -> None:
    told = failed(outcomes, broken)
    for check, words in PROMISES[broken].items():
        assert words in told.get(check, "nothing failed"), told
    assert set(told) <= set(PROMISES[broken]) | ALSO.get(broken, set()), told
