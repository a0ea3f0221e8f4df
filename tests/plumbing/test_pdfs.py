"""Strangers' PDFs are drawn anew in a process apart; hostile ones cost the server nothing that counts."""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import time
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from shop.core.errors import Refused
from shop.plumbing import pdfs, pdfs_child
from shop.plumbing.pdfs import BROKEN, MOST_BYTES, TIME_S, TOO_MUCH, redrawn
from shop.testing.carrier_labels import A4, label_pdf
from tests.plumbing import hostile

MEGABYTE = 1 << 20
LABEL = label_pdf("PARTNER", "ECO0000000001", ("Yacine Haddad",), pages=2)


def saved(pdf: pikepdf.Pdf, **options: object) -> bytes:
    out = io.BytesIO()
    pdf.save(out, **options)  # type: ignore[arg-type]
    return out.getvalue()


def peak() -> int:
    """Return the most memory that this process has held since it was last told to forget that, in bytes."""
    (line,) = (each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmHWM"))
    return int(line.split()[1]) << 10


def cheaply_refused(content: bytes, words: str) -> None:
    """Require that a PDF is refused, and that nothing of it was unpacked here."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak is what is held now
    before, began = peak(), time.monotonic()
    with pytest.raises(Refused) as caught:
        redrawn(content)
    assert caught.value.message == words
    assert time.monotonic() - began < TIME_S, "it was stopped by the clock, and not by what it took"
    assert peak() - before < 16 * MEGABYTE


@pytest.mark.parametrize("name", hostile.BOMBS)
def test_a_bomb_goes_off_in_a_process_apart(name: str) -> None:
    cheaply_refused(hostile.BOMBS[name](), TOO_MUCH)


@pytest.mark.parametrize("name", hostile.IMPOSTORS)
def test_what_shows_nothing_is_no_label(name: str) -> None:
    cheaply_refused(hostile.IMPOSTORS[name](), BROKEN)


def test_pages_without_end_and_of_any_size_are_refused_unseen() -> None:
    cheaply_refused(hostile.many_pages(10_000), "the PDF has more than 4 pages")
    for box in ("[0 0 1000000000 1000000000]", "[0 0 425 1301]", "[0 0 55 425]", "[-99999 -99999 99999 99999]"):
        cheaply_refused(
            hostile.page(b"0 0 9 9 re f", box=box), "a page of the PDF is smaller than 2 cm or larger than A3"
        )


def test_what_only_says_it_were_endless_is_drawn() -> None:
    assert redrawn(hostile.many_pages(1, said=10**9)).pages == 1
    assert redrawn(hostile.endless_length()).pages == 1


def test_the_process_is_stopped_by_the_clock_where_it_takes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:  # fmt: skip
    sleeper = tmp_path / "sleeper.py"
    sleeper.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(pdfs, "_CHILD", sleeper)
    monkeypatch.setattr(pdfs, "TIME_S", 0.3)
    with pytest.raises(Refused, match="more time"):
        redrawn(LABEL)


def test_the_process_has_its_limits_before_it_reads_a_byte() -> None:
    code = (
        "import runpy, resource, sys, io\n"
        "try: runpy.run_path(sys.argv[1], run_name='__main__')\n"
        "except BaseException: pass\n"
        "print([resource.getrlimit(each)[1] for each in (resource.RLIMIT_AS, resource.RLIMIT_CPU,"
        " resource.RLIMIT_FSIZE)])"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, str(pdfs_child.__file__)], input=b"", capture_output=True, check=True
    )
    wanted = [pdfs_child.MEMORY, pdfs_child.CPU_S, pdfs_child.OUTPUT]
    assert done.stdout.splitlines()[-1].decode() == str(wanted)
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY, "it limited us"


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"[]\n", b"{}\n", b'{"pages": []}\n', b'{"pages": [[9, 9, 9]]}\n123456789', b'{"pages": [[1, 1]]}\nx',
        b'{"pages": [[7300, 999999, 20]]}\n' + hostile.packed(bytes(MEGABYTE), 9), b'{"refused": ["pages"]}\n',
        b'{"pages": [[100, 100, 10000]]}\n' + hostile.packed(bytes(MEGABYTE), 9),
    ],
)  # fmt: skip
def test_nothing_that_the_process_answers_is_trusted(
    answer: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    taken = tmp_path / "taken.py"
    taken.write_text(f"import sys\nsys.stdout.buffer.write({answer!r})\n")
    monkeypatch.setattr(pdfs, "_CHILD", taken)
    cheaply_refused(LABEL, BROKEN)


def test_no_byte_of_theirs_is_kept() -> None:
    theirs = pikepdf.open(io.BytesIO(LABEL))
    theirs.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('SECRET')")
    theirs.attachments["SECRET.txt"] = b"SECRET"
    theirs.docinfo["/Title"] = "SECRET"
    content = saved(theirs, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert b"SECRET" in content
    ours = redrawn(content)
    assert b"SECRET" not in ours.content
    with pikepdf.open(io.BytesIO(ours.content)) as pdf:
        assert pdf.get_warnings() == []
        assert set(pdf.Root.keys()) == {"/Type", "/Pages"}
        kinds = [str(each.get("/Subtype", each.get("/Type", ""))) for each in pdf.objects if hasattr(each, "keys")]
        assert sorted(set(kinds)) == ["", "/Catalog", "/Image", "/Page", "/Pages"]
    assert ours.pages == 2


def test_what_it_shows_is_the_same_in_sixteen_greys() -> None:
    (was, *_more), (now, *_others) = (pypdfium2.PdfDocument(each) for each in (LABEL, redrawn(LABEL).content))
    before, after = (each.render(scale=4, grayscale=True).to_pil().resize((1133, 1700)) for each in (was, now))
    assert now.get_size() == pytest.approx(was.get_size(), abs=0.1)
    unlike = sum(abs(a - b) > 128 for a, b in zip(before.tobytes(), after.tobytes(), strict=True))
    ink = sum(each < 128 for each in before.tobytes())
    assert unlike < ink * 0.02
    assert redrawn(LABEL) == redrawn(LABEL), "the mark of a label is that of its bytes"


def test_a_pdf_that_cannot_be_printed_says_why() -> None:
    whole = pikepdf.open(io.BytesIO(LABEL))
    refused = {
        "it is no PDF": b"<!doctype html>", "the file is larger than 1.5 MB": LABEL + bytes(MOST_BYTES),
        "the PDF is locked by a password": saved(whole, encryption=pikepdf.Encryption(owner="owner", user="user")),
        "the PDF has more than 4 pages": label_pdf("PARTNER", "1", (), pages=5),
        "a page of the PDF is smaller than 2 cm or larger than A3": label_pdf("P", "1", (), size=(900, 900)),
    }  # fmt: skip
    for words, content in refused.items():
        cheaply_refused(content, words)
    for cut in (LABEL[:-200], LABEL[: len(LABEL) // 2], b"%PDF-1.4\n%nothing"):
        cheaply_refused(cut, BROKEN)
    assert redrawn(saved(whole, encryption=pikepdf.Encryption(owner="owner", user=""))).pages == 2, "anybody opens it"


def test_the_part_that_is_to_be_printed_is_drawn_as_it_is_shown() -> None:
    theirs = pikepdf.open(io.BytesIO(label_pdf("PARTNER", "1", (), size=A4)))
    theirs.pages[0].trimbox = pikepdf.Array([0, 0, 300, 400])
    theirs.pages[0].obj.Contents = theirs.make_stream(b"0 0 300 200 re f")
    theirs.pages[0].rotate(90, relative=False)
    (leaf,) = pypdfium2.PdfDocument(redrawn(saved(theirs)).content)
    assert leaf.get_size() == pytest.approx((400, 300), abs=0.3)
    shown = leaf.render(scale=1, grayscale=True).to_pil()
    assert [shown.getpixel((x, 150)) for x in (100, 300)] == [0, 255]
