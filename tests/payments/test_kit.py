"""The conformance kit is green on what is sound, and says in words what is wrong with everything else."""

from __future__ import annotations

import pytest

from tests.kits import Outcomes, failed, outcomes_of
from tests.payments import broken_methods
from tests.payments.broken_methods import BROKEN, Sound

PROMISES = {
    "BeginsTwice": {"the_same_reference_acts_once": "begun twice: two payments, where one was asked"},
    "OffersByTheHour": {"it_offers_itself_in_words_and_twice_the_same": "an offer is pure"},
    "FailsAbroad": {"another_currency_or_country_gets_an_offer_or_none": "what is not served gets None"},
    "NamesItItsOwnWay": {"starting_says_our_reference_and_amount": "not our reference"},
    "LeadsInTheClear": {"the_buyer_is_led_over_https": "led to http:, not to https:"},
    "BelievesEverybody": {"forged_notices_are_refused": "a notice with another body was believed: no Forged"},
    "RepeatsTheirWords": {"replayed_notices_give_equal_facts": "'PAID' is no state of a payment"},
    "LosesWhatItBegan": {"what_was_never_begun_is_no_error": "is Declined, not unknown or cancelled"},
    "ClosesOnlyOnce": {"expiring_twice_is_harmless": "a second time is Declined: it must be harmless"},
    "HidesWhatCame": {"what_was_paid_is_not_closed": "it was paid, and closing it hides that"},
    "GivesBackTwice": {"the_same_refund_acts_once": "the same reference gave money back twice"},
    "MakesMoney": {"giving_back_more_than_was_taken_is_declined": "more was given back than was collected"},
    "TakesSilenceForANo": {"no_answer_is_an_unknown_outcome": "start got no answer and does not say Unavailable"},
    "TellsItsSecret": {"no_secret_is_seen": "a secret is seen in a repr"},
    "ForgetsItsInstructions": {"instructions_are_pure": "got other instructions: they are pure"},
    "HasOpenSettings": {
        "the_plugin_builds_it": "api_key looks like a secret and is not marked as one",
        "its_settings_say_what_is_wrong": "names fields that aren't there: apikey",
    },
}  # fmt: skip
ALSO = {  # what breaks with it
    "LosesWhatItBegan": {"looking_up_gives_what_starting_gave"},
    "NamesItItsOwnWay": {"looking_up_gives_what_starting_gave"},
    "BeginsTwice": {"looking_up_gives_what_starting_gave"},
}  # fmt: skip


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    return outcomes_of(broken_methods, tmp_path_factory.mktemp("kit"))


def test_what_is_sound_is_green_and_no_check_is_skipped(outcomes: Outcomes) -> None:
    assert outcomes["Sound"] == {"": ""}
    verbs = {"offer", "start", "read", "look_up", "expire", "refund", "instructions", "check", "take"}
    assert all(callable(getattr(Sound, verb)) for verb in verbs)


def test_twelve_and_more_are_broken() -> None:
    assert len(PROMISES) >= 12
    assert {each.__name__ for each in BROKEN} | {"HasOpenSettings"} == set(PROMISES)


@pytest.mark.parametrize("broken", PROMISES)
def test_what_is_broken_is_told_in_words(outcomes: Outcomes, broken: str) -> None:
    told = failed(outcomes, broken)
    for check, words in PROMISES[broken].items():
        assert words in told.get(check, "nothing failed"), told
    assert set(told) <= set(PROMISES[broken]) | ALSO.get(broken, set()), told
