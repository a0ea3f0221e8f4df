"""Which pages there are: the public ones by name, those behind a sign-in by following every link."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.browser.phone import Phone

PUBLIC = {
    "home": "/", "crafts": "/crafts/", "craft": "/crafts/soap?stock=1&sort=cheap&wilaya=16",
    "found": "/crafts/?q=savon", "nothing-found": "/crafts/?q=zzzzqqq", "store": "/@atelier-amina",
    "store-terms": "/@atelier-amina/terms", "product": "/p/40-x", "options": "/p/35-x", "personal": "/p/2-x",
    "made-to-order": "/p/30-x", "one-picture": "/p/31-x", "sold-out": "/p/29-x",
    "help": "/help", "terms": "/terms", "privacy": "/privacy", "sell": "/sell", "find-order": "/t",
    "cart-empty": "/cart",
}  # fmt: skip
_FILES = re.compile(r"\.(pdf|png|csv|xlsx|json|jpg|webmanifest)(\?|$)")
_HREF = re.compile(r'href="(/[^"#]*)')


def pages_behind(phone: Phone, start: str, *, under: str) -> Iterator[str]:
    """Yield one address of each kind of page that links lead to from here."""
    waiting, kinds = [start], {kind(start)}
    while waiting:
        path = waiting.pop(0)
        yield path
        answer = phone.context.request.get(path)
        assert answer.ok, f"{answer.status} {path}"
        for link in _HREF.findall(answer.text().replace("&amp;", "&")):
            if not link.startswith(under) or _FILES.search(link) or kind(link) in kinds or "sign-out" in link:
                continue
            kinds.add(kind(link))
            waiting.append(link)


def kind(path: str) -> str:
    """Return what an address has in common with others of the same page: no numbers, no codes, names of arguments."""
    bare, _, arguments = path.partition("?")
    bare = re.sub(r"/\d+(?=/|$)", "/N", bare)
    bare = re.sub(r"/(orders|customers)/[0-9A-Z]{7}(?=/|$)", r"/\1/CODE", bare)
    step = re.search(r"step=(\w+)", arguments)
    return f"{bare}?{step.group(1) if step else ''}"
