"""Five hundred labels in one PDF: every one its own, in memory that a small server has."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pikepdf
import pytest

from bench.labels import distinct_label, measure
from shop.documents.engine import labels_pdf
from tests.documents.cast import printed, scanned

MEGABYTES = 200
# The kernel's own mark of a process: getrusage would tell the peak of the process that started this one.
ROUNDS = """
import json, pathlib, re
from bench.labels import distinct_label
from shop.documents.engine import labels_pdf

sizes, peaks = [], []
for _ in range(3):
    sizes.append(len(labels_pdf([distinct_label() for _ in range(500)])))
    peaks.append(int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) // 1024)
print(json.dumps([sizes, peaks]))
"""


@pytest.mark.slow
def test_five_hundred_labels_take_flat_memory() -> None:
    ran = subprocess.run([sys.executable, "-c", ROUNDS], capture_output=True, text=True, check=True)
    sizes, peaks = json.loads(ran.stdout)
    assert max(sizes) < 500 * 8_000
    assert max(peaks) <= MEGABYTES
    assert peaks[-1] - peaks[0] <= 40


@pytest.mark.slow
def test_each_of_five_hundred_labels_reads_as_its_own() -> None:
    wanted = [distinct_label() for _ in range(500)]
    pdf = labels_pdf(wanted)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert len(document.pages) == 500
    for page, content in enumerate(wanted):
        read = scanned(printed(pdf, page))
        assert read == {"Code128": content.code, "QR": f"{content.reference}|{content.code}"}


@pytest.mark.slow
def test_labels_are_drawn_fast_enough() -> None:
    figures = measure()
    assert all(figure > 0 for figure in figures.values())
    assert set(figures) == {
        "labels_per_second_in_one_pdf",
        "labels_per_second_as_separate_pdfs",
        "in one PDF: times a bare page",
        "as separate PDFs: times a bare page",
        "labels_per_second_as_zpl_together",
        "labels_per_second_as_zpl_one_by_one",
        "seconds_for_200_four_to_a_page",
        "kilobytes_of_a_label_in_one_pdf",
        "kilobytes_of_a_separate_label",
        "cold_first_label_ms",
    }
    assert figures["kilobytes_of_a_label_in_one_pdf"] < 5
    assert figures["kilobytes_of_a_separate_label"] < 24
