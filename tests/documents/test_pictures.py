"""What papers look like, dot by dot. Redraw with REDRAW_GOLDEN=1, then look at every picture."""

from __future__ import annotations

from typing import Any

import pytest

from shop.core.money import Money
from shop.documents.engine import (
    calibration_pdf,
    contract_pdf,
    handover_pdf,
    invoice_pdf,
    labels_pdf,
    slip_pdf,
)
from shop.documents.frozen import Content
from shop.documents.invoice_sheets import Bill
from shop.plumbing.i18n import speaking
from tests.documents.cast import assert_looks_like, handover, label, printed, slip
from tests.documents.sold import FIRM, agreed, invoice

ARABIC: dict[str, Any] = {
    "recipient": "محمد الأمين مرابط",
    "address": "حي 1200 مسكن، عمارة B12، الطابق 3، Rue Didouche Mourad رقم 45، باب الزوار",
    "wilaya_code": "09",
    "wilaya_fr": "Blida",
    "wilaya_ar": "البليدة",
    "commune_fr": "Ouled Yaïch",
    "commune_ar": "أولاد يعيش",
    "contents": "عطر ياسمين 50 مل، صابون الخزامى",
    "note": "الاتصال قبل الوصول، بعد صلاة العصر",
    "phone_2": "+213770112233",
    "sender_name": "ورشة آمنة",
    "sender_wilaya": "16 الجزائر",
    "sender_address": "12 شارع العربي التبسي، القبة",
    "fragile": True,
}
LABELS: dict[str, dict[str, Any]] = {
    "french": {},
    "signs": {"fragile": True, "may_open": True},
    "arabic": ARABIC,
    "mixed": {
        "recipient": "Mme Haddad / السيدة حداد",
        "address": "Cité عدل 3500, Bt 7, الطابق 2",
        "collect": Money.dinars(138000),
    },
    "sixty-letters": {
        "recipient": "Abderrahmane Mohamed El Amine Benabdelkader Bensalah-Haddadi",
        "sender_name": "Coopérative des tisserandes et potières de la vallée du M’Zab",
        "wilaya_code": "34",
        "wilaya_fr": "Bordj Bou Arreridj",
        "wilaya_ar": "برج بوعريريج",
        "commune_fr": "Bordj Bou Arreridj",
        "commune_ar": "برج بوعريريج",
        "address": "Cité des 1200 logements, bâtiment 45, cage D, derrière la nouvelle mosquée, " * 3,
        "contents": "Tapis de Ghardaïa 120 × 180, parfum d’ambre 50 ml, bol bleu de Kabylie, panier",
        "note": "Appeler avant 16 h, ne pas plier, reprendre l’ancien colis et vérifier le tapis",
        "kind": "desk",
        "desk_name": "Agence Bordj Bou Arreridj Centre, cité 5 Juillet",
        "phone_2": "+213770112233",
        "fragile": True,
        "may_open": True,
        "exchange": True,
        "reprint": 2,
        "piece": 2,
        "pieces": 12,
        "collect": Money(3800050),
    },
    "empty": {
        "collect": Money(0),
        "weight_g": 0,
        "contents": "",
        "sender_address": "",
        "carrier_name_ar": "",
        "address": "",
        "may_open": True,
    },
    "guelma": ARABIC
    | {
        "recipient": "پاتريك ڤيكتور ابن رحمٰن",
        "wilaya_code": "24",
        "wilaya_fr": "Guelma",
        "wilaya_ar": "ڨالمة",
        "commune_fr": "Ouargla",
        "commune_ar": "ورڨلة",
        "fragile": False,
        "exchange": True,
        "kind": "desk",
        "desk_name": "مكتب ڨالمة وسط المدينة",
    },
    "hostile": {
        "recipient": '#panic("x") *b* $a$ \u202egnirts',
        "address": "<script>alert(1)</script>\n\n= Title\n- item \\u{202e} `code` "
        "🌹🌹 @ref <label> ⴰⵣⵓⵍ \u2069\u2069\u202e",
        "note": "W" * 200,
        "contents": "𝓕𝓪𝓷𝓬𝔂 ﻣﺤﻤﺪ \x00\x07 👩‍👩‍👧",
        "phone": "javascript:alert(1)",
    },
}


@pytest.mark.parametrize("name", LABELS)
def test_a_label_looks_as_it_was_drawn(name: str) -> None:
    assert_looks_like(f"label-{name}", printed(labels_pdf([label(**LABELS[name])])))


def test_a_half_used_sheet_looks_as_it_was_drawn() -> None:
    some = [label(**LABELS[name]) for name in ("french", "arabic", "empty")]
    assert_looks_like("sheet", printed(labels_pdf(some, "a4x4", start=2), dots_per_mm=4))


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_a_slip_reads_in_the_buyers_language(language: str) -> None:
    assert_looks_like(f"slip-{language}", printed(slip_pdf([slip(language=language)], paper="100x150")))


@pytest.mark.parametrize(("language", "page"), [("ar", 0), ("ar", 1), ("fr", 0)])
def test_a_handover_sheet_looks_as_it_was_drawn(language: str, page: int) -> None:
    pdf = handover_pdf(handover(40, language=language))
    assert_looks_like(f"handover-{language}-{page + 1}", printed(pdf, page, dots_per_mm=4))


@pytest.mark.parametrize("name", ["arabic", "sixty-letters"])
def test_a_label_on_a_receipt_roll_looks_as_it_was_drawn(name: str) -> None:
    assert_looks_like(f"label-80mm-{name}", printed(labels_pdf([label(**LABELS[name])], "80mm")))


@pytest.mark.parametrize("paper", ["100x150", "a4x4", "80mm"])
def test_a_calibration_page_looks_as_it_was_drawn(paper: str) -> None:
    with speaking("fr"):
        assert_looks_like(f"calibration-{paper}", printed(calibration_pdf(paper, nudge=(5, -3)), dots_per_mm=4))


def test_a_calibration_page_speaks_english_to_who_reads_it() -> None:
    with speaking("en"):
        assert_looks_like("calibration-en", printed(calibration_pdf("a6"), dots_per_mm=4))


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_an_invoice_looks_as_it_was_drawn(language: str) -> None:
    assert_looks_like(f"invoice-{language}", printed(invoice_pdf(Bill(invoice((language,)))), dots_per_mm=4))


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_companys_taxed_invoice_in_two_languages_crossed_out_looks_as_it_was_drawn(language: str) -> None:
    languages = (language, "fr" if language == "ar" else "ar")
    content = invoice(languages, rates=(9, 19), discount=25_000, stamp=5_600, paid_on="2026-11-24", buyer=FIRM)
    pdf = invoice_pdf(Bill(content, cancelled_by="A-2026-0003"))
    assert_looks_like(f"invoice-taxed-{language}", printed(pdf, dots_per_mm=4))


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_vouchers_and_credit_notes_look_as_they_were_drawn(language: str) -> None:
    voucher = invoice((language,), kind="voucher", code="B-2026-0007")
    assert_looks_like(f"voucher-{language}", printed(invoice_pdf(Bill(voucher)), dots_per_mm=4))
    note = invoice((language,), kind="credit", code="A-2026-0003", cancels="F-2026-0041", reason="Colis refusé")
    assert_looks_like(f"credit-{language}", printed(invoice_pdf(Bill(note)), dots_per_mm=4))


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_contract_looks_as_it_was_drawn(language: str) -> None:
    assert_looks_like(f"contract-{language}", printed(contract_pdf(agreed(language)), dots_per_mm=4))


def test_user_text_on_an_invoice_is_never_markup() -> None:
    hostile = dict.fromkeys(("ar", "fr", "en"), LABELS["hostile"]["address"])
    content = invoice(("fr",))
    buyer = {**content["buyer"], "name": LABELS["hostile"]["recipient"], "street": LABELS["hostile"]["note"]}
    lines = [{**each, "name": hostile, "label": hostile} for each in content["lines"]]
    hostile_one: Content = {**content, "buyer": buyer, "lines": lines, "reason": '#panic("x")'}  # type: ignore[typeddict-item]
    pdf = invoice_pdf(Bill(hostile_one))
    assert_looks_like("invoice-hostile", printed(pdf, dots_per_mm=4))
