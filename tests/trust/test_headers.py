"""What every answer tells the browser: run nothing that is not ours, keep nothing that is private, follow no one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from shop.app import create_app
from shop.core.errors import Busy, Conflict, Forbidden, HirfaError, NotFound, OutOfStock, Refused
from shop.paths import STATIC
from shop.plumbing.db import db
from shop.plumbing.settings import Settings
from shop.plumbing.storage import StorageFull
from shop.web.ui.access import SESSION, TOKEN, Access, access_of, entry
from tests.conftest import SECRET
from tests.trust.addresses import FOREIGN, NOTHING, OWN, SMUGGLED, STRAYED, Target, targets
from tests.trust.kept import Kept
from tests.trust.matrix import BASE, ask
from tests.trust.street import Visitor, build

ONE_ENGINE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HOME = "https://hirfa.example"
ALIAS = "https://www.hirfa.example"
YEAR_S = 365 * 86_400
COOKIES = {"__Host-hirfa", "cart", "lang", "basket", "wilaya", "via"}
HIDDEN_COOKIES = {"__Host-hirfa", "cart", "via"}  # those that scripts have no business with
SENDER = {Access.OPERATOR: "operator", Access.BUYER: "buyer", Access.OPEN: "buyer", Access.LINK: "buyer"}
PRIVATE_THINGS = {OWN, NOTHING, FOREIGN, STRAYED, SMUGGLED}


@dataclass
class Secure:
    """The shop behind HTTPS under its own name, and who comes by."""

    application: Flask
    plain: Flask
    visitors: dict[str, Visitor]
    targets: list[Target]
    kept: Kept

    def get(self, path: str, role: str = "anonymous", **headers: str) -> TestResponse:
        """Open a page."""
        target = Target(path, "GET", OWN, "", path)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return ask(self.application, self.visitors[role], target, headers=names, base=HOME)

    def everything(self, role: str | None = None) -> Iterator[tuple[Target, TestResponse]]:
        """Ask every address as whom it is meant for, or all in one role; what that writes is taken back."""
        for target in self.targets:
            access = access_of(self.application, target.endpoint) if target.endpoint else Access.PUBLIC
            who = self.visitors[role or SENDER.get(access, "owner")]
            before = self.kept.mark()
            yield target, ask(self.application, who, target, base=HOME)
            if self.kept.mark() != before:
                self.kept.again(self.kept.contents)


@pytest.fixture
def secure(application: Flask, settings: Settings) -> Iterator[Secure]:
    """The same street behind HTTPS: a second application on the same rows."""
    street = build(application, settings)
    kept = Kept(application, settings.database)
    secured = create_app(replace(settings, base_url=HOME, trusted_hosts=("www.hirfa.example",)))
    visitors = {
        role: replace(who, cookies={{"hirfa": "__Host-hirfa"}.get(n, n): value for n, value in who.cookies.items()})
        for role, who in street.visitors.items()
    }
    yield Secure(secured, application, visitors, list(targets(street)), kept)
    kept.close()
    with secured.app_context():
        db.session.remove()
        db.engine.dispose()


# ── every answer ──────────────────────────────────────────────────────────────────────────────────────────────────


@ONE_ENGINE
@pytest.mark.parametrize("role", [None, "anonymous", "neighbour"])
def test_every_answer_of_every_address_binds_the_browser(secure: Secure, role: str | None) -> None:
    wrong: list[str] = []
    for target, answer in secure.everything(role):
        problems = [*faults(answer, https=True), *inline(answer), *cookie_faults(answer)]
        access = access_of(secure.application, target.endpoint) if target.endpoint else None
        problems += keeping_faults(answer, access, target)
        wrong += [f"{target.method} {target.url}, {answer.status_code}: {each}" for each in problems]
    assert not wrong, "\n".join(wrong)


def faults(answer: TestResponse, *, https: bool) -> Iterator[str]:
    """Tell what the head of an answer lacks."""
    yield from policy_faults(answer.headers.get_all("Content-Security-Policy"))
    wanted: Mapping[str, set[str]] = {
        "X-Content-Type-Options": {"nosniff"}, "Cross-Origin-Opener-Policy": {"same-origin"},
        "Referrer-Policy": {"same-origin", "no-referrer"},
    }  # fmt: skip
    for name, values in wanted.items():
        if answer.headers.get(name) not in values:
            yield f"{name} is {answer.headers.get(name)}"
    rights = answer.headers.get("Permissions-Policy", "")
    for right in ("geolocation", "microphone", "payment", "usb"):
        if f"{right}=()" not in rights:
            yield f"{right} is not denied"
    transport = answer.headers.get("Strict-Transport-Security")
    if https and int((re.match(r"max-age=(\d+)", transport or "") or ["", "0"])[1]) < YEAR_S:
        yield f"Strict-Transport-Security is {transport}"
    if not https and transport is not None:
        yield "Strict-Transport-Security over plain HTTP"
    if "Server" in answer.headers or "X-Powered-By" in answer.headers:
        yield "says what it runs on"


# Where a form may lead a browser besides the shop: the payment pages of the methods that come along.
PAGES_OF_CARDS = (
    "https://checkout.stripe.com https://cib.satim.dz https://pay.chargily.com https://pay.chargily.dz "
    "https://pay.chargily.net https://test.satim.dz https://test2.satim.dz"
)


def policy_faults(policies: list[str]) -> Iterator[str]:
    """Tell what a content security policy lets through."""
    if len(policies) != 1:
        yield f"{len(policies)} content security policies"
        return
    given = {name: rest for name, _space, rest in (each.strip().partition(" ") for each in policies[0].split(";"))}
    strict = {"default-src": "'self'", "object-src": "'none'", "base-uri": "'none'", "frame-ancestors": "'none'"}
    yield from (f"{name} is {given.get(name)}" for name, value in strict.items() if given.get(name) != value)
    if given.get("form-action") not in {"'self'", f"'self' {PAGES_OF_CARDS}"}:
        yield f"form-action is {given.get('form-action')}"
    for name, rest in given.items():
        if name == "form-action":
            continue
        if re.search(r"unsafe|\*|https?:|nonce-|strict-dynamic", rest):
            yield f"{name} lets {rest}"
        if name.startswith(("script-src", "style-src")) and rest != "'self'":
            yield f"{name} is {rest}"


def inline(answer: TestResponse) -> Iterator[str]:
    """Tell what stands in a page that its policy would stop, or that leads out of it."""
    if not answer.data or answer.mimetype != "text/html":
        return
    page = html.fromstring(answer.get_data(as_text=True))
    for each in page.iter("script"):
        if each.get("src") is None and each.get("type") != "application/ld+json":  # words for machines, never run
            yield f"a script within the page: {(each.text or '')[:40]}"
    for each in page.iter("style"):
        yield f"a style within the page: {(each.text or '')[:40]}"
    for each in page.iter("*"):
        for name, value in each.attrib.items():
            if name == "style" or name.startswith("on"):
                yield f'{name}="{value[:40]}" at a {each.tag}'
            if name in {"href", "src", "action", "formaction"} and value.strip().lower().startswith("javascript:"):
                yield f"{name} runs {value[:40]}"
            if name in {"srcdoc", "http-equiv"}:
                yield f"{name} at a {each.tag}"
            drawn = each.tag == "img" and name == "src" and value.startswith("data:image/webp;base64,")
            if name in {"src", "srcset", "action", "formaction"} and value and value[0] not in "/?#" and not drawn:
                yield f"{name} leads to {value[:60]}"
    for each in page.iter("link"):
        outside = not (each.get("href") or "").startswith(("/", HOME, BASE))
        if outside or (each.get("rel") == "stylesheet" and not each.get("href", "").startswith("/static/")):
            yield f"a link to {each.get('href')}"


def cookie_faults(answer: TestResponse) -> Iterator[str]:
    """Tell what is wrong with the cookies that an answer sets over HTTPS."""
    for cookie in answer.headers.get_all("Set-Cookie"):
        name = cookie.partition("=")[0]
        said = {part.strip().lower() for part in cookie.split(";")[1:]}
        if name not in COOKIES:
            yield f"a cookie {name}"
        if not {"secure", "samesite=lax", "path=/"} <= said or any(each.startswith("domain") for each in said):
            yield f"the cookie {name} is {sorted(said)}"
        if name in HIDDEN_COOKIES and "httponly" not in said:
            yield f"scripts can read the cookie {name}"


def keeping_faults(answer: TestResponse, access: Access | None, target: Target) -> Iterator[str]:
    """Tell when what is private may be kept, or what is public carries something private."""
    keeping = answer.headers.get("Cache-Control", "")
    public = access is Access.PUBLIC and target.method == "GET"
    if not (public and answer.status_code in {200, 301}) and "no-store" not in keeping:
        yield f"may be kept: {keeping}"
    if public and answer.status_code == 200 and keeping not in {"no-cache", "public, max-age=31536000, immutable"}:
        yield f"a public page says {keeping}"
    if public and answer.headers.get_all("Set-Cookie"):
        yield "a public page sets a cookie"


@ONE_ENGINE
def test_every_form_behind_a_cookie_carries_its_token_and_goes_to_us(secure: Secure) -> None:
    adapter, seen = secure.application.url_map.bind("hirfa.example"), 0
    for target, answer in secure.everything():
        if target.method != "GET" or answer.mimetype != "text/html":
            continue
        for form in html.fromstring(answer.get_data(as_text=True)).iter("form"):
            action = (form.get("action") or target.url).partition("?")[0].partition("#")[0]
            method = (form.get("method") or "get").upper()
            endpoint, _values = adapter.match(action, method=method)  # raises for an address that is not ours
            if method == "POST" and access_of(secure.application, endpoint) in TOKEN:
                who = secure.visitors[SENDER.get(access_of(secure.application, endpoint), "owner")]
                tokens = [each.get("value") for each in form.iter("input") if each.get("name") == "csrf"]
                assert tokens in ([who.csrf], [secure.visitors["operator"].csrf]), f"{action} on {target.url}"
                seen += 1
    assert seen > 50


@ONE_ENGINE
def test_over_plain_http_nothing_is_said_of_https(secure: Secure) -> None:
    for target in secure.targets:
        if target.method == "GET" and target.thing in {OWN, NOTHING}:
            for role in ("anonymous", "owner"):
                who = secure.visitors[role]
                bare = replace(who, cookies={n.removeprefix("__Host-"): value for n, value in who.cookies.items()})
                answer = ask(secure.plain, bare, target)
                problems = [*faults(answer, https=False), *inline(answer)]
                assert not problems, f"{target.url}: {problems}"


# ── errors ────────────────────────────────────────────────────────────────────────────────────────────────────────

ERRORS: Mapping[str, tuple[int, Exception]] = {
    "refused": (422, Refused("No.")), "sold out": (422, OutOfStock()), "not there": (404, NotFound()),
    "not yours": (403, Forbidden()), "same key": (409, Conflict()), "busy": (503, Busy()),
    "no database": (503, OperationalError("SELECT 1", {}, Exception("away"))), "full disk": (503, StorageFull()),
    "a bug": (500, ZeroDivisionError()), "no name": (500, HirfaError()),
}  # fmt: skip


@ONE_ENGINE
@pytest.mark.parametrize("what", ERRORS)
def test_an_error_page_binds_the_browser_too(settings: Settings, what: str) -> None:
    status, error = ERRORS[what]
    application = create_app(replace(settings, base_url=HOME))

    @entry(Access.PUBLIC)
    def broken(**_place: str) -> str:
        raise error

    application.view_functions["storefront.help_page"] = broken
    for lang in ("ar", "fr", "en"):
        answer = application.test_client().get(f"/{lang}/help", base_url=HOME)
        assert_error(answer, status, lang)
        assert (status == 503) is ("Retry-After" in answer.headers)


def assert_error(answer: TestResponse, status: int, lang: str) -> None:
    """Expect an error page: in the reader's language, bound, kept by nobody, without a word of the inside."""
    assert answer.status_code == status
    assert not [*faults(answer, https=True), *inline(answer), *cookie_faults(answer)]
    assert answer.headers["Cache-Control"] == "no-store"
    page = html.fromstring(answer.get_data(as_text=True))
    assert (page.get("lang"), page.get("dir")) == (lang, "rtl" if lang == "ar" else "ltr")
    for inside in ("Traceback", "ZeroDivision", "OperationalError", "SELECT", "sqlalchemy", "werkzeug"):
        assert inside not in answer.text


@ONE_ENGINE
def test_the_errors_of_the_door_are_pages_too(secure: Secure) -> None:
    client = secure.application.test_client()
    asked = {
        400: client.get("/fr/crafts/?q=%00", base_url=HOME),
        403: client.post("/fr/cart/changes", base_url=HOME),
        404: client.get("/fr/nowhere", base_url=HOME),
        405: client.post("/fr/help", base_url=HOME),
        413: client.post("/fr/t", data={"code": "x" * 300_000}, base_url=HOME),
        422: client.post("/fr/t", data={"code": ""}, base_url=HOME),
    }
    for _try in range(6):
        asked[429] = client.post("/fr/t", data={"code": "AAAAAAA", "digits": "1234"}, base_url=HOME)
    for status, answer in asked.items():
        assert_error(answer, status, "fr")


@ONE_ENGINE
def test_a_file_that_is_too_large_is_told_so_before_it_is_read(secure: Secure) -> None:
    target = next(each for each in secure.targets if each.endpoint == "studio.add_pictures" and each.thing == OWN)
    heavy = replace(target, form={"photos": "x" * 13_000_000})
    assert_error(ask(secure.application, secure.visitors["owner"], heavy, base=HOME), 413, "en")


# ── files ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@ONE_ENGINE
def test_files_of_the_shop_itself_are_what_they_say_and_nothing_else(secure: Secure) -> None:
    digest = secure.application.extensions["hirfa_static_digest"]
    paths = [f"/static/{digest}/{each.relative_to(STATIC)}" for each in STATIC.rglob("*") if each.is_file()]
    assert any(path.endswith(".svg") for path in paths)
    for path in paths:
        answer = secure.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert "immutable" in answer.headers["Cache-Control"]
        assert not {"Access-Control-Allow-Origin", "Set-Cookie"} & {name for name, _value in answer.headers}
        if path.endswith(".svg"):  # a document of its own when it is opened by itself
            assert not list(policy_faults(answer.headers.get_all("Content-Security-Policy"))), path
        answer.close()
    assert secure.get(f"/static/{digest}/../hirfa.sqlite3").status_code == 404
    assert secure.get(f"/static/{digest}/%2e%2e/%2e%2e/hirfa.sqlite3").status_code == 404


# ── names ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@ONE_ENGINE
def test_every_absolute_link_bears_the_shops_own_name(secure: Secure) -> None:
    """Whatever name the request came under, and whatever a stranger's proxy says of it."""
    strange = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher", "Forwarded": "host=evil.example",
               "X-Original-URL": "/evil.example", "Accept-Encoding": "identity"}  # fmt: skip
    links = 0
    for target in secure.targets:
        if target.method != "GET" or target.thing not in PRIVATE_THINGS:
            continue
        access = access_of(secure.application, target.endpoint) if target.endpoint else Access.PUBLIC
        who = secure.visitors[SENDER.get(access, "owner")]
        answer = ask(secure.application, who, target, headers=strange, base=ALIAS)
        said = f"{answer.headers}{answer.get_data(as_text=True) if answer.mimetype in TEXTS else ''}"
        assert "www.hirfa.example" not in said, target.url
        assert "evil.example" not in said, target.url
        assert "127.0.0.1:8000" not in said, target.url
        links += said.count(HOME)
    assert links > 100


@ONE_ENGINE
def test_a_missing_slash_leads_to_the_same_place_whatever_stands_before_the_shop(secure: Secure) -> None:
    client = secure.application.test_client()  # behind a proxy that ends HTTPS and says nothing about it
    for asked, place in {
        "/desk": "/desk/", "/fr": "/fr/", "/fr/crafts?q=a%2F%2Fb": "/fr/crafts/?q=a%2F%2Fb",
        "/fr//crafts": "/fr/crafts/",
        "//evil.example//desk": "/desk/", "/studio/%D8%B3": "/studio/%D8%B3/",
    }.items():  # fmt: skip
        answer = client.get(asked, base_url="http://www.hirfa.example")
        assert (answer.status_code, answer.headers["Location"]) == (308, place)
        assert "www.hirfa.example" not in answer.text
        assert not list(faults(answer, https=True))


TEXTS = {"text/html", "text/plain", "application/xml", "application/json", "application/manifest+json"}


@ONE_ENGINE
def test_a_host_that_is_not_ours_gets_no_page(secure: Secure) -> None:
    for target in secure.targets:
        for host in ("https://evil.example", "https://hirfa.example.evil.example", "https://evil-hirfa.example"):
            answer = ask(secure.application, secure.visitors["anonymous"], target, base=host)
            assert answer.status_code == 400, f"{target.method} {target.url} under {host}"
            assert "evil" not in answer.text
            assert not list(faults(answer, https=True))
    assert secure.kept.now() == secure.kept.contents


# ── the session's cookie ──────────────────────────────────────────────────────────────────────────────────────────


def sign_in(client: FlaskClient, base: str) -> str:
    """Sign Amina in and return the cookie as it was set."""
    fields = {"identifier": "0550000011", "password": "long enough 1"}
    answer = client.post("/studio/sign-in", data=fields, base_url=base)
    assert answer.status_code == 303
    [cookie] = [each for each in answer.headers.get_all("Set-Cookie") if "hirfa=" in each]
    return cookie


@ONE_ENGINE
def test_the_cookie_of_a_session_belongs_to_this_host_alone(secure: Secure) -> None:
    client = secure.application.test_client()
    first, second = sign_in(client, HOME), sign_in(client, HOME)
    name, _equals, value = first.partition(";")[0].partition("=")
    said = {part.strip() for part in first.split(";")[1:]}
    assert name == "__Host-hirfa"
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= said
    assert not any(part.lower().startswith("domain") for part in said)
    assert value not in second, "a new session at every sign-in"


@ONE_ENGINE
def test_on_a_plain_localhost_the_cookie_has_no_prefix(secure: Secure) -> None:
    said = {part.strip() for part in sign_in(secure.plain.test_client(), BASE).split(";")}
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= said
    assert "Secure" not in said
    assert any(part.startswith("hirfa=") for part in said)


@ONE_ENGINE
def test_a_cookie_of_before_is_worth_nothing_after_signing_out_or_a_new_key(secure: Secure, settings: Settings) -> None:
    client = secure.application.test_client()
    kept = sign_in(client, HOME).partition(";")[0].partition("=")[2]
    there = Visitor({"__Host-hirfa": kept})
    page = Target("/studio/account", "GET", NOTHING, "studio.account", "/studio/account")
    assert ask(secure.application, there, page, base=HOME).status_code == 200
    other = create_app(replace(settings, base_url=HOME, secret_key=SECRET[::-1]))
    assert ask(other, there, page, base=HOME).status_code == 302
    rotated = create_app(replace(settings, base_url=HOME, secret_key=SECRET[::-1], old_secret_keys=(SECRET,)))
    assert ask(rotated, there, page, base=HOME).status_code == 200
    signed_in = html.fromstring(client.get("/studio/account", base_url=HOME).text)
    [token] = {each.get("value") for each in signed_in.iter("input") if each.get("name") == "csrf"}
    assert client.post("/studio/sign-out", data={"csrf": token}, base_url=HOME).status_code == 303
    assert ask(secure.application, there, page, base=HOME).status_code == 302
    for each in (other, rotated):
        with each.app_context():
            db.session.remove()
            db.engine.dispose()


@ONE_ENGINE
def test_what_is_private_is_private_in_the_file_of_doors(application: Flask) -> None:
    """Everything of the studio and the desk asks who is there, but the ways in and what is the same on every phone."""
    same_for_all = {"studio.worker", "studio.offline", "studio.manifest"}
    ways_in = {f"studio.{each}" for each in (
        "sign_in", "sign_in_by_passkey", "second_step", "join", "sign_up", "sign_up_code", "forgotten",
        "forgotten_code",
    )}  # fmt: skip
    for rule in application.url_map.iter_rules():
        if rule.endpoint in ways_in | same_for_all:
            continue
        if rule.rule.startswith(("/studio", "/desk")):
            assert access_of(application, rule.endpoint) in SESSION, rule.rule
