"""Every address × method × thing × person: the answer is the one that is written down, and nobody reads too much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from shop.plumbing.db import transaction
from shop.plumbing.journal import SYSTEM
from shop.stores import service as stores
from shop.web.ui.access import SESSION, STORE, TOKEN, Access, access_of
from tests.trust.addresses import CLOSED, FOREIGN, MISSING, NOTHING, OWN, STRAYED, Target, targets
from tests.trust.matrix import FILE, Key, Row, Walk, ask, load, readable, said
from tests.trust.street import AMINAS, ROLES, Street, Visitor

ONE_ENGINE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
AGAIN = "`.venv/bin/python -m tests.trust.matrix` writes the file anew: read every line that changed."
NEW = (
    "{what} has no line in tests/trust/matrix.csv. See that its view declares who may enter; if it takes a form, write "
    f"what the form sends into tests/trust/addresses.py; then {AGAIN}"
)
GONE = f"{{what}} stands in tests/trust/matrix.csv, but the shop has no such address any more. {AGAIN}"


def test_everybody_gets_the_answer_that_is_written_down_and_reads_nobody_elses_words(walk: Walk) -> None:
    expected = load()
    walk.everywhere()
    assert_complete(set(walk.found), set(expected))
    assert not (other := list(differences(walk.found, expected))), "\n".join([*other, AGAIN])
    assert not walk.problems, "\n".join(walk.problems)
    unseen = [each.word for each in walk.street.secrets if each.seen and not walk.read[each.word]]
    assert not unseen, f"nobody at all reads {unseen}: these words are not where we think"
    assert walk.written > 120, "hardly any form came through: what the forms send is no longer right"


def test_the_operators_journal_shows_no_buyer_however_far_back_one_reads(walk: Walk) -> None:
    street, pages = walk.street, 0
    for store in ("", "platform", str(street.amina.store_id), str(street.ismahane.store_id)):
        url = f"/desk/journal?store={store}"
        while url:
            answer = ask(street.application, street.visitors["operator"], journal(url))
            assert answer.status_code == 200
            text = readable(answer)
            shown = [e.word for e in street.secrets if "operator" not in e.readers and e.word.lower() in text]
            assert not shown, f"{url} shows {shown}"
            pages += 1
            url = next(
                (
                    part.split('"')[0]
                    for part in text.split('href="')
                    if part.startswith("/desk/journal?") and "before=" in part.split(chr(34))[0]
                ),
                "",
            )
    assert pages > 6


def journal(url: str) -> Target:
    """Return a page of the journal, to be asked for."""
    return Target("/desk/journal", "GET", NOTHING, "desk.journal", url)


@ONE_ENGINE
def test_a_form_without_the_token_of_its_visitor_is_refused_everywhere(walk: Walk) -> None:
    street, asked = walk.street, 0
    for target, access in forms(street):
        if access not in TOKEN:
            continue
        who = sender(street, access)
        for token in ("", "none", street.visitors["neighbour"].csrf, who.csrf[:-1]):
            answer = ask(street.application, who, target, csrf=token)
            assert answer.status_code == 403, f"{target.method} {target.url} with the token {token!r}"
        asked += 1
    assert asked > 40
    assert walk.kept.now() == walk.kept.contents


@ONE_ENGINE
def test_a_form_that_comes_from_another_site_is_refused_everywhere(walk: Walk) -> None:
    street, asked = walk.street, 0
    for target, access in forms(street):
        who = sender(street, access)
        for head in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://["},
                     {"Sec-Fetch-Site": "same-site"}):  # fmt: skip
            answer = ask(street.application, who, target, headers=head)
            assert answer.status_code == 403, f"{target.method} {target.url} with {head}"
        asked += 1
    assert asked > 50
    assert walk.kept.now() == walk.kept.contents


def forms(street: Street) -> Iterator[tuple[Target, Access]]:
    """Yield every form with the door it stands behind; what outside systems send is no form, and signed by them."""
    for target in targets(street):
        if target.endpoint and target.method == "POST" and target.thing in {OWN, NOTHING}:
            access = access_of(street.application, target.endpoint)
            if access is not Access.HOOK:
                yield target, access


def sender(street: Street, access: Access) -> Visitor:
    """Return somebody whom a door lets in."""
    return street.visitors[{Access.OPERATOR: "operator", Access.BUYER: "buyer"}.get(access, "owner")]


@ONE_ENGINE
def test_other_methods_are_taken_nowhere(walk: Walk) -> None:
    street = walk.street
    for target in targets(street):
        if target.thing not in {OWN, NOTHING} or target.form is not None:
            continue
        for method in ("PUT", "PATCH", "DELETE", "TRACE"):
            answer = ask(street.application, street.visitors["owner"], replace(target, method=method))
            assert answer.status_code in {405, 308}, f"{method} {target.url}"
    assert walk.kept.now() == walk.kept.contents


@ONE_ENGINE
def test_asking_for_the_head_alone_or_for_the_methods_opens_no_door(walk: Walk) -> None:
    expected = load()
    for target in targets(walk.street):
        if target.method != "GET" or target.thing not in {OWN, NOTHING, FOREIGN} or not target.endpoint:
            continue
        for role in ROLES:
            wanted = expected[target.rule, "GET", target.thing][role]
            answer = ask(walk.street.application, walk.street.visitors[role], replace(target, method="HEAD"))
            assert said(answer) == wanted, f"HEAD {target.url} as {role}"
            assert not answer.data
            other = ask(walk.street.application, walk.street.visitors[role], replace(target, method="OPTIONS"))
            let_in = wanted[0] in "23" and "sign-in" not in wanted
            assert str(other.status_code) == ("200" if let_in else wanted.replace("302 sign-in", "403")), target.url
    assert walk.kept.now() == walk.kept.contents


def test_no_workshop_gets_an_address_that_is_the_studios_own(app: Flask) -> None:
    own = {each.rule.split("/")[2] for each in app.url_map.iter_rules() if each.rule.startswith("/studio/")}
    for word in sorted(each for each in own if each and not each.startswith("<") and "." not in each):  # none has a dot
        with transaction():
            made = stores.create_store(name=word.replace("-", " "), craft="soap", wilaya_code="16", by=SYSTEM)
        assert made.slug == f"{word}-2"


# ── the file itself ───────────────────────────────────────────────────────────────────────────────────────────────


@ONE_ENGINE
def test_every_address_has_its_lines_and_every_line_its_address(application: Flask) -> None:
    lines = {rule for rule, _method, _thing in load()}
    rules = {each.rule for each in application.url_map.iter_rules()}
    assert not (missing := sorted(rules - lines)), NEW.format(what=", ".join(missing))
    assert not (left := sorted(lines - rules)), GONE.format(what=", ".join(left))


@ONE_ENGINE
def test_a_new_address_without_a_line_is_told_what_to_do(application: Flask) -> None:
    known = set(load())
    with pytest.raises(AssertionError, match=r"has no line in tests/trust/matrix\.csv\. See that its view declares"):
        assert_complete(known | {("/studio/<name:store>/secrets", "GET", OWN)}, known)
    with pytest.raises(AssertionError, match="no such address any more"):
        assert_complete(known, known | {("/studio/<name:store>/secrets", "GET", OWN)})


@ONE_ENGINE
def test_what_is_written_down_opens_no_strangers_door(application: Flask) -> None:
    """Whoever writes the file anew without reading it is stopped here: these rules need no file."""
    doors = {(each.rule, method): access_of(application, each.endpoint)
             for each in application.url_map.iter_rules() for method in each.methods or ()}  # fmt: skip
    for (rule, method, thing), row in load().items():
        access = doors.get((rule, method))
        what = f"{method} {rule} ({thing})"
        if access is None:
            assert set(row.values()) <= {"405", "308"}, what
            continue
        if access in SESSION:
            outside = "302 sign-in" if method == "GET" else "403"
            assert row["anonymous"] == row["buyer"] == outside, what
        if access is Access.OPERATOR:
            assert {row[each] for each in ("helper", "owner", "neighbour")} == {"404"}, what
        if access in STORE:
            _assert_tenancy(access, thing, row, what)
        if thing in {MISSING, CLOSED, STRAYED} and access not in SESSION:
            refused = {"403", "404"} if access is Access.BUYER else {"404"}
            if thing == CLOSED and "<token>" in rule:
                refused = {"404", "410"}  # a link that was used or has ended says so
            assert set(row.values()) <= refused, what


def _assert_tenancy(access: Access, thing: str, row: Row, what: str) -> None:
    assert row["operator"] == "404", f"{what}: who runs the platform is no member"
    assert row["neighbour"] == "404" or thing == FOREIGN, what
    if thing == OWN:
        assert row["owner"][0] in "23", what
        assert (row["helper"] == "403") is (access is Access.OWNER), what
    elif thing == FOREIGN:
        assert {row[each] for each in AMINAS} == {"404"}, what
        assert row["neighbour"][0] in "23", what
    elif thing in {MISSING, STRAYED, "half strayed"}:
        assert row["owner"] == "404", what
        assert row["helper"] in ({"404", "403"} if access is Access.OWNER else {"404"}), what


def test_foreign_is_answered_like_missing() -> None:
    found = load()
    for (rule, method, thing), row in found.items():
        if thing in {STRAYED, "half strayed"}:
            missing = found[rule, method, MISSING]
            assert row == missing, f"{method} {rule}: {thing} {row}, missing {missing}"


def differences(found: dict[Key, Row], expected: dict[Key, Row]) -> Iterator[str]:
    """Tell each answer that is not the one that is written down."""
    for (rule, method, thing), row in sorted(found.items()):
        for role in ROLES:
            wanted = expected[rule, method, thing][role]
            if row[role] != wanted:
                yield f"{method} {rule} ({thing}) as {role}: answered {row[role]}, {FILE.name} says {wanted}"


def assert_complete(found: set[Key], expected: set[Key]) -> None:
    """Fail with a sentence that says what to do."""
    missing, left = sorted(found - expected), sorted(expected - found)
    assert not missing, NEW.format(what=", ".join(f"{method} {rule} ({thing})" for rule, method, thing in missing))
    assert not left, GONE.format(what=", ".join(f"{method} {rule} ({thing})" for rule, method, thing in left))
