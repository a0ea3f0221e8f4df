"""Photographs: received whole or refused in words, kept in three sizes, ordered, described, taken away."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from flask import flash, redirect, render_template, request
from werkzeug.datastructures import FileStorage as Upload
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from shop.catalogue import queries, service
from shop.catalogue.queries import ProductView, Shot
from shop.core.errors import NotFound, Refused
from shop.core.text import clean
from shop.plumbing import images
from shop.plumbing.db import after_commit, transaction
from shop.plumbing.i18n import LANGUAGES, N_, _, pick
from shop.plumbing.storage import FileStorage
from shop.web.studio.blueprint import studio
from shop.web.studio.once import acting
from shop.web.ui.access import UPLOAD_BYTES, Access, entry
from shop.web.ui.errors import said
from shop.web.ui.here import here, settings
from shop.web.ui.media import WIDTHS, public_storage
from shop.web.ui.templating import page_url

MOST_AT_ONCE = 8
ALT_LETTERS = 200
WIDE: Mapping[images.Part, str] = {"start": N_("Left part"), "middle": N_("Middle"), "end": N_("Right part")}
TALL: Mapping[images.Part, str] = {"start": N_("Top"), "middle": N_("Middle"), "end": N_("Bottom")}
WHOLE: Mapping[images.Part, str] = {"whole": N_("Whole photograph")}
PARTS = frozenset({*WIDE, *WHOLE})


@dataclass
class Received:
    """What came with a form: photographs ready to be kept, and a sentence for each one that could not be read."""

    good: list[images.Prepared] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def receive(uploads: Sequence[Upload]) -> Received:
    """Read and prepare what was sent, outside any transaction; nothing is written yet."""
    received = Received()
    chosen = [each for each in uploads if each.filename]
    if len(chosen) > MOST_AT_ONCE:
        received.problems.append(_("Send at most {most} photographs at once.", most=MOST_AT_ONCE))
    for upload in chosen[:MOST_AT_ONCE]:
        try:
            received.good.append(images.prepare(upload.stream.read(images.MOST_BYTES + 1)))
        except Refused as refused:
            name = clean(upload.filename or "", limit=60)
            received.problems.append(_("{name}: {problem}", name=name, problem=said(refused)))
    return received


@contextlib.contextmanager
def kept(received: Received) -> Iterator[list[tuple[str, int, int]]]:
    """Write the files, give (key, width, height) of each; when the block fails, the files go away again."""
    keys = [secrets.token_hex(12) for _each in received.good]
    try:
        for key, prepared in zip(keys, received.good, strict=True):
            write(key, prepared)
        yield [(key, each.width, each.height) for key, each in zip(keys, received.good, strict=True)]
    except BaseException:
        for key in keys:
            forget(key)
        raise


def write(key: str, prepared: images.Prepared) -> None:
    """Write the files of a photograph; a small one serves the larger widths too."""
    for width in WIDTHS:
        nearest = max(each for each in prepared.sizes if each <= width)
        public_storage().put(f"pictures/{key}-{width}.webp", prepared.sizes[nearest], "image/webp")
    originals().put(f"originals/{key}.webp", prepared.original, "image/webp")


def add_all(product_id: int, shots: Sequence[tuple[str, int, int]]) -> None:
    """Add photographs to a product, inside the caller's transaction. Raises Refused for too many."""
    for key, width, height in shots:
        service.add_picture(here().store.id, product_id, key, width=width, height=height, by=here().by)


def forget(key: str) -> None:
    """Remove the files of a photograph."""
    for width in WIDTHS:
        public_storage().delete(f"pictures/{key}-{width}.webp")
    originals().delete(f"originals/{key}.webp")


def originals() -> FileStorage:
    """Return where photographs are kept as they came; nobody is shown them."""
    return FileStorage(settings().data_dir / "private")


def hers(product_id: int) -> ProductView:
    """Return a product of this shop. Raises NotFound."""
    view = queries.studio_product(here().store.id, product_id)
    if view is None:
        raise NotFound(f"no product {product_id}")
    return view


@studio.get("/<name:store>/products/<number:product_id>/pictures")
@entry(Access.HELPER)
def pictures(product_id: int) -> str:
    """Show the photographs of a product, to be ordered and described."""
    return pictures_page(hers(product_id))


@studio.post("/<name:store>/products/<number:product_id>/pictures")
@entry(Access.HELPER, body=UPLOAD_BYTES)
def add_pictures(product_id: int) -> Response | tuple[str, int]:
    """Keep the photographs that can be read; say of each other one why not."""
    view = hers(product_id)
    received = receive(request.files.getlist("photos"))
    if not received.good and not received.problems:
        received.problems.append(_("Choose at least one photograph."))
    if not received.good:
        return pictures_page(view, problems=received.problems), 422
    try:
        with kept(received) as shots, acting() as leads_to:
            add_all(product_id, shots)
            leads_to(page_url("studio.pictures", product_id=product_id))
    except Refused as refused:
        return pictures_page(view, problems=[said(refused)]), 422
    if received.problems:
        return pictures_page(hers(product_id), problems=received.problems), 422
    flash(_("The photographs are added."), "done")
    return redirect(page_url("studio.pictures", product_id=product_id), 303)


@studio.post("/<name:store>/products/<number:product_id>/pictures/<number:picture_id>")
@entry(Access.HELPER)
def picture(product_id: int, picture_id: int) -> Response:
    """Put a photograph first, earlier or later, describe it, or take it away."""
    view = hers(product_id)
    place = next((n for n, each in enumerate(view.pictures) if each.id == picture_id), None)
    if place is None:
        raise NotFound(f"no picture {picture_id}")
    action = request.form.get("action", "")
    with transaction():
        if action == "describe":
            service.describe_picture(here().store.id, product_id, picture_id, described(), by=here().by)
        elif action == "remove":
            key = service.remove_picture(here().store.id, product_id, picture_id, by=here().by)
            after_commit(lambda: forget(key))
        else:
            to = places(place).get(action)
            if to is None:
                raise BadRequest
            service.move_picture(here().store.id, product_id, picture_id, to, by=here().by)
    flash({"remove": _("The photograph is removed."), "describe": _("Saved.")}.get(action, _("Moved.")), "done")
    return redirect(page_url("studio.pictures", product_id=product_id), 303)


def places(now: int) -> dict[str, int]:
    """Return where each move takes the photograph at a place."""
    return {"first": 0, "up": max(0, now - 1), "down": now + 1}


def described() -> dict[str, str]:
    """Return the sentence in each language that was typed."""
    return {lang: clean(request.form.get(f"alt_{lang}", ""), limit=ALT_LETTERS) for lang in LANGUAGES}


def pictures_page(view: ProductView, *, problems: Sequence[str] = ()) -> str:
    """Draw the photographs of a product."""
    name, name_lang = pick(view.names)
    return render_template(
        "studio/product_pictures.html", view=view, name=name, name_lang=name_lang, problems=problems, tab="products",
        shop_name=here().store.name, failed=bool(problems), alts=[(each, alts(each)) for each in view.pictures],
        parts={each.id: parts(each) for each in view.pictures},
        most=MOST_AT_ONCE, alt_letters=ALT_LETTERS,
    )  # fmt: skip


def alts(row: Shot) -> dict[str, str]:
    """Return what a photograph shows, by language."""
    return {lang: getattr(row, f"alt_{lang}") for lang in LANGUAGES}


def parts(row: Shot) -> list[tuple[str, str]]:
    """Return the parts that can be shown of a photograph, in words; none of one that is square already."""
    if row.width == row.height:
        return []
    return [(part, _(words)) for part, words in {**(WIDE if row.width > row.height else TALL), **WHOLE}.items()]
