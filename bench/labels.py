"""How fast labels are drawn, and how large: in one PDF, in separate ones, for label printers, the first of a process.

Both also stand against the bare engine: pages of one line each, drawn in turn with the labels.

Every label of every repetition has texts of its own: a drawing engine that remembers equal ones would
otherwise measure its memory.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from functools import partial
from itertools import count

from bench import bare
from shop.core.money import Money
from shop.documents.engine import labels_pdf
from shop.documents.heads import stream
from shop.documents.words import LabelContent

PAGE = (100, 150)
BATCH = 200
SEPARATE = 40
REPETITIONS = 5

_serial = count(1)
_NAMES = ("محمد الأمين مرابط", "Yasmine Haddad", "فاطمة الزهراء بن عيسى", "Abdelkader Ould-Kaci")
_WILAYAS = (
    ("16", "Alger", "الجزائر"),
    ("31", "Oran", "وهران"),
    ("24", "Guelma", "ڨالمة"),
    ("30", "Ouargla", "ورڨلة"),
    ("34", "Bordj Bou Arreridj", "برج بوعريريج"),
)


def measure() -> dict[str, float]:
    """Return labels per second in one PDF and in separate PDFs, their size, and what the first one costs."""
    labels_pdf([distinct_label()])
    bare.pages(*PAGE, lines=1)
    together = [(_seconds(BATCH, 1), _bare_seconds(BATCH, 1)) for _ in range(REPETITIONS)]
    apart = [(_seconds(1, SEPARATE), _bare_seconds(1, SEPARATE)) for _ in range(REPETITIONS)]
    sheets = [_seconds(BATCH, 1, paper="a4x4") for _ in range(REPETITIONS)]
    cold = [_cold_first() for _ in range(3)]
    return {
        "labels_per_second_in_one_pdf": round(statistics.median(BATCH / ours for ours, _bare in together), 1),
        "labels_per_second_as_separate_pdfs": round(statistics.median(SEPARATE / ours for ours, _bare in apart), 1),
        "in one PDF: times a bare page": statistics.median(ours / alone for ours, alone in together),
        "as separate PDFs: times a bare page": statistics.median(ours / alone for ours, alone in apart),
        "labels_per_second_as_zpl_together": _zpl_rate(BATCH // 5, 1),
        "labels_per_second_as_zpl_one_by_one": _zpl_rate(1, SEPARATE),
        "seconds_for_200_four_to_a_page": statistics.median(sheets),
        "kilobytes_of_a_label_in_one_pdf": len(labels_pdf([distinct_label() for _ in range(BATCH)])) / BATCH / 1000,
        "kilobytes_of_a_separate_label": max(len(labels_pdf([distinct_label()])) for _ in range(SEPARATE)) / 1000,
        "cold_first_label_ms": round(statistics.median(cold), 1),
    }


def distinct_label() -> LabelContent:
    """Return a label that no one has drawn before: half Arabic, half French, everything on it."""
    n = next(_serial)
    code, fr, ar = _WILAYAS[n % len(_WILAYAS)]
    return LabelContent(
        code=f"HRF2609{n:08d}",
        reference=f"H-{n:04d}-92",
        carrier_name="Barq Express",
        carrier_name_ar="برق إكسبرس",
        recipient=f"{_NAMES[n % len(_NAMES)]} {n}",
        phone=f"+2135{n:08d}",
        phone_2=f"+2136{n:08d}" if n % 3 == 0 else None,
        address=f"حي {n} مسكن، عمارة B{n % 90}، الطابق 3، Rue Didouche Mourad رقم {n % 700}",
        commune_fr=f"Ouled Yaïch {n}",
        commune_ar=f"أولاد يعيش {n}",
        wilaya_code=code,
        wilaya_fr=fr,
        wilaya_ar=ar,
        collect=Money.dinars(1_000 + n * 10),
        weight_g=200 + n,
        contents=f"Savon à l’huile d’olive × {n}",
        note=f"Appeler avant {n} h",
        fragile=n % 2 == 0,
        sender_name="Atelier Amina",
        sender_phone="+213661000000",
        sender_wilaya="16 Alger",
        sender_address="12 rue Larbi Tebessi, Kouba",
        date="23/11/2026",
    )


def _seconds(labels: int, papers: int, *, paper: str = "100x150") -> float:
    batches = [[distinct_label() for _ in range(labels)] for _ in range(papers)]
    return bare.cpu_seconds(lambda: [labels_pdf(batch, paper) for batch in batches])


def _zpl_rate(labels: int, streams: int) -> float:
    """Return the median rate of labels as packed ZPL of 203 dpi, from their words to the last byte."""
    rates = []
    for _ in range(REPETITIONS):
        batches = [[distinct_label() for _ in range(labels)] for _ in range(streams)]
        rates.append(labels * streams / bare.cpu_seconds(partial(_streams, batches)))
    return round(statistics.median(rates), 1)


def _streams(batches: list[list[LabelContent]]) -> list[bytes]:
    return [stream(batch, "zpl-203-z64", paper="100x150") for batch in batches]


def _bare_seconds(lines: int, papers: int) -> float:
    return bare.cpu_seconds(lambda: [bare.pages(*PAGE, lines=lines) for _ in range(papers)])


def _cold_first() -> float:
    """Return milliseconds from the start of drawing in a process that has drawn nothing."""
    script = (
        "import time; from bench.labels import distinct_label; from shop.documents.engine import labels_pdf;"
        "label = distinct_label(); start = time.perf_counter(); labels_pdf([label]);"
        "print((time.perf_counter() - start) * 1000)"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return float(ran.stdout)


def memory() -> dict[str, float]:
    """Return the megabytes that a process has taken at most after so many labels, in papers of one and of 200."""
    script = (
        "import re; from bench.labels import distinct_label; from shop.documents.engine import labels_pdf\n"
        "for n in range(1, 26):\n"
        "    labels_pdf([distinct_label() for _ in range(200)])\n"
        "    for _ in range(200): labels_pdf([distinct_label()])\n"
        "    if n in (3, 25): print(int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]) / 1024)"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    early, late = map(float, ran.stdout.split())
    return {"megabytes_after_1_200_labels": early, "megabytes_after_10_000_labels": late}


if __name__ == "__main__":
    for name, figure in (measure() | memory()).items():
        print(f"{name}: {figure}")
