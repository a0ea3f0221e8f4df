"""The parcels of Amina's workshop, and how a thermal printer and a scanner see their labels."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image, ImageChops

from shop.core.money import Money
from shop.documents.engine import page_png
from shop.documents.words import HandoverContent, HandoverLine, LabelContent, SlipContent, SlipLine

GOLDEN = Path(__file__).parent / "golden"
# Renderers of another version move a few pixels on the edge of a letter; a moved line is a thousand.
TOLERATED = 0.0005

YACINE = LabelContent(
    code="HRF260900000001",
    reference="H-7K3M-92",
    carrier_name="Barq Express",
    carrier_name_ar="برق إكسبرس",
    recipient="Yacine Haddad",
    phone="+213550123456",
    address="Cité 300 logements, Bt 12, près de la pharmacie El Amel",
    commune_fr="Bir El Djir",
    commune_ar="بئر الجير",
    wilaya_code="31",
    wilaya_fr="Oran",
    wilaya_ar="وهران",
    collect=Money.dinars(4500),
    weight_g=350,
    contents="Savon à l’huile d’olive × 2",
    sender_name="Atelier Amina",
    sender_phone="+213661000000",
    sender_wilaya="16 Alger",
    sender_address="12 rue Larbi Tebessi, Kouba",
    date="23/11/2026",
)


def label(**changes: Any) -> LabelContent:
    """Return Yacine's label, changed."""
    return replace(YACINE, **changes)


def labels(count: int) -> list[LabelContent]:
    """Return labels that differ in code and reference."""
    return [label(code=f"HRF2609{n:08d}", reference=f"H-{n:04d}-92") for n in range(1, count + 1)]


SELLER = (
    ("Seller", "Amina Benali"), ("Artisan card no.", "16-4471-2021 (Alger)"), ("NIF", "198216010044713"),
    ("Address", "12, rue Rabah Bisas, Bab El Oued"), ("Phone", "0550 00 01 01"),
    ("E-mail", "contact@atelier-amina.example"),
)  # fmt: skip


def slip(**changes: Any) -> SlipContent:
    """Return the slip of a parcel of two kinds of soap."""
    dinars = Money.dinars
    lines = (
        SlipLine(name="صابون زيت الزيتون", variant="100 غ", pieces=3, unit_price=dinars(450), total=dinars(1350)),
        SlipLine(name="Parfum « Jasmin »", pieces=1, unit_price=dinars(3900), total=dinars(3900)),
    )
    french = SlipContent(
        shop="Atelier Amina",
        buyer="Yacine Haddad",
        code="H-7K3M-92",
        date="23 novembre 2026",
        lines=lines,
        language="fr",
        delivery=dinars(600),
        seller=SELLER,
    )
    return replace(french, **changes)


def handover(count: int, **changes: Any) -> HandoverContent:
    """Return the sheet of so many parcels given to a carrier."""
    lines = tuple(
        HandoverLine(
            tracking=f"HRF2609{n:08d}",
            reference=f"H-{n:04d}-92",
            recipient=("محمد الأمين مرابط", "Yacine Haddad")[n % 2],
            wilaya=("ورڨلة", "Oran")[n % 2],
            collect=Money.dinars(0 if n % 5 == 0 else 1000 + n),
        )
        for n in range(1, count + 1)
    )
    sheet = HandoverContent(
        number="BR-2026-0041",
        date="23/11/2026",
        carrier="Barq Express",
        shop="Atelier Amina",
        shop_phone="+213661000000",
        lines=lines,
        language="fr",
    )
    return replace(sheet, **changes)


def printed(pdf: bytes, page: int = 0, *, dots_per_mm: int = 8) -> Image.Image:
    """Return a page as a thermal head of 203.2 dpi burns it: black or not."""
    grey = Image.open(io.BytesIO(page_png(pdf, page, dots_per_mm=dots_per_mm)))
    return grey.point(lambda value: 255 * (value >= 128)).convert("1")


def scanned(picture: Image.Image) -> dict[str, str]:
    """Return what a scanner reads, by kind of bar code."""
    found = zxingcpp.read_barcodes(picture.convert("L"))
    return {str(code.format).replace(" ", "").replace("QRCode", "QR"): code.text for code in found}


def assert_looks_like(name: str, picture: Image.Image) -> None:
    """Compare with the golden picture of that name; REDRAW_GOLDEN=1 draws it anew, to be looked at."""
    path = GOLDEN / f"{name}.png"
    if os.environ.get("REDRAW_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        picture.save(path, optimize=True)
        return
    golden = Image.open(path)
    assert picture.size == golden.size
    changed = ImageChops.logical_xor(picture, golden).histogram()[255]
    if changed > TOLERATED * picture.width * picture.height:
        pytest.fail(f"{name} looks different: {changed} dots changed; see {path}")
