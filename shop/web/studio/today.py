"""Today: what is to be done now, and how to do it with one thumb."""

from __future__ import annotations

from urllib.parse import quote

from flask import request

from shop.catalogue import details
from shop.fulfilment import queries
from shop.fulfilment.queries import JobCard, Today
from shop.payments import incidents
from shop.plumbing.i18n import _, ngettext
from shop.web.studio.blueprint import studio
from shop.web.studio.cards import coming_back, grouped
from shop.web.studio.pages import shop_page
from shop.web.studio.partner_notes import partner_notes
from shop.web.studio.printer_words import needs
from shop.web.studio.readiness import missing_lines
from shop.web.studio.undo import just_done
from shop.web.ui.access import Access, entry
from shop.web.ui.here import here, settings
from shop.web.ui.templating import page_url

MOST_TROUBLES = 3  # payments that need her, on the page of the day; each order shows its own


@studio.get("/<name:store>/")
@entry(Access.HELPER)
def today() -> str:
    """Show the artisan's day."""
    day, store = queries.today(here().store.id), here().store
    draft = store.state == "draft"
    return shop_page(
        "studio/today.html", "today", fact=fact(day), counts=day.counts, public_url=public_url(),
        receipts=grouped(day.receipts),
        troubles=incidents.open_incidents(store.id, limit=MOST_TROUBLES) if day.troubles else [],
        to_confirm=grouped(each for each in day.to_confirm if each.set_aside),
        held=grouped(each for each in day.to_confirm if not each.set_aside),
        later=grouped(day.later), to_pack=grouped(day.to_pack),
        to_hand_over=grouped(day.to_hand_over), print_ids=packing_order(day.to_pack), share=share_url(),
        coming_back=coming_back(day.coming_back),
        first_name=here().who.name.split()[0] if here().who.name.strip() else "", later_count=len(day.later),
        done=just_done(request.args.get("done", "")), draft=draft,
        missing=missing_lines() if draft and here().role == "owner" else [], slug=store.slug,
        few=day.few, printers=needs(store.id), partners=partner_notes(store.id, (*day.to_pack, *day.to_hand_over)),
        refused=len(details.refused_abroad(store)),
    )  # fmt: skip


def packing_order(jobs: tuple[JobCard, ...]) -> list[int]:
    """Return the parcels to print, in the order in which the page shows them."""
    cards = [card for _place, group in grouped(jobs) for card in group]
    return [card.shipment_id for card in cards if card.shipment_id is not None]


def fact(day: Today) -> str:
    """Return the one thing that matters now."""
    if day.receipts:
        n = len(day.receipts)
        return ngettext("{n} receipt waits for your look.", "{n} receipts wait for your look.", n)
    calls, parcels, ready = len(day.to_confirm), day.counts["to_pack"], day.counts["to_hand_over"]
    if calls:
        return ngettext("{n} customer waits for your call.", "{n} customers wait for your call.", calls)
    if parcels:
        return ngettext("{n} parcel is to be packed.", "{n} parcels are to be packed.", parcels)
    if ready:
        return ngettext("{n} parcel waits for the courier.", "{n} parcels wait for the courier.", ready)
    return _("Everything is done.")


def public_url() -> str:
    """Return the absolute address of the shop's public page."""
    return settings().base_url.rstrip("/") + page_url("storefront.store", slug=here().store.slug)


def share_url() -> str:
    """Return the link that sends the shop's address by WhatsApp to whomever one chooses."""
    text = _("My creations are here: {url}", url=public_url())
    return f"https://wa.me/?text={quote(text, safe='')}"
