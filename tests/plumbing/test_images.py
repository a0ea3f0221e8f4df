"""Pictures of strangers come out upright, in our sizes and without a trace; bombs and impostors are refused."""

from __future__ import annotations

import io
import resource
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageCms, ImageDraw

from shop.core.errors import Refused
from shop.plumbing import images, images_child
from shop.plumbing.images import Unreadable, check, prepare

RED, GREEN, BLUE, YELLOW = (200, 30, 30), (30, 160, 60), (30, 60, 200), (230, 200, 40)
CORNERS = (RED, GREEN, BLUE, YELLOW)  # upper left, upper right, lower left, lower right
UNDOING = {  # what a camera did to the picture that orientation n puts right
    1: (), 2: (Image.Transpose.FLIP_LEFT_RIGHT,), 3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,), 5: (Image.Transpose.TRANSPOSE,), 6: (Image.Transpose.ROTATE_90,),
    7: (Image.Transpose.TRANSVERSE,), 8: (Image.Transpose.ROTATE_270,),
}  # fmt: skip


def quarters(width: int = 1200, height: int = 900) -> Image.Image:
    picture = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(picture)
    for n, colour in enumerate(CORNERS):
        x, y = n % 2 * width // 2, n // 2 * height // 2
        draw.rectangle((x, y, x + width // 2, y + height // 2), fill=colour)
    return picture


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)  # type: ignore[arg-type]
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content), formats=("WEBP",))
    picture.load()
    return picture


def corners(content: bytes) -> list[tuple[int, ...]]:
    picture = opened(content)
    width, height = picture.size
    spots = ((0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75))
    return [picture.getpixel((int(width * x), int(height * y))) for x, y in spots]  # type: ignore[misc]


def close(seen: tuple[int, ...], meant: tuple[int, ...], within: int = 12) -> bool:
    return all(abs(a - b) <= within for a, b in zip(seen, meant, strict=True))


def png_claiming(width: int, height: int, *, bits: int = 1, colour: int = 0) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    channels = {0: 1, 2: 3, 6: 4}[colour]
    row = bytes(1 + (width * bits * channels + 7) // 8)
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def refused(content: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        prepare(content)
    assert caught.value.reason == reason


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_every_allowed_kind_becomes_webp_in_our_sizes(kind: str) -> None:
    made = prepare(saved(quarters(), kind))
    assert (made.width, made.height) == (1200, 900)
    assert {width: opened(piece).size for width, piece in made.sizes.items()} == {
        240: (240, 180), 480: (480, 360), 900: (900, 675),
    }  # fmt: skip
    assert opened(made.original).size == (1200, 900)
    for piece in (*made.sizes.values(), made.original):
        assert all(map(close, corners(piece), CORNERS)), corners(piece)


def test_a_stream_is_as_good_as_bytes() -> None:
    assert prepare(io.BytesIO(saved(quarters(), "JPEG"))).width == 1200


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_cameras_held_in_any_way_give_upright_pictures(turn: int, kind: str) -> None:
    shot = quarters()
    for step in UNDOING[turn]:
        shot = shot.transpose(step)
    exif = Image.Exif()
    exif[0x0112] = turn
    made = prepare(saved(shot, kind, exif=exif))
    assert (made.width, made.height) == (1200, 900)
    assert opened(made.sizes[480]).size == (480, 360)
    assert all(map(close, corners(made.sizes[480]), CORNERS))


def test_a_damaged_note_about_orientation_does_not_spoil_the_picture() -> None:
    for exif in (b"Exif\0\0garbage", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x01\x12" * 40, b"Exif\0\0"):
        assert prepare(saved(quarters(), "JPEG", exif=exif)).width == 1200


def test_place_device_notes_and_scripts_stay_behind() -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Maker of phones", "Phone of Amina"
    exif.get_ifd(0x8825).update({1: "N", 2: (36.0, 45.0, 11.0), 3: "E", 4: (3.0, 3.0, 12.0)})
    marks = {"comment": b"<script>alert(1)</script>", "xmp": b"<x:xmpmeta>Casbah</x:xmpmeta>"}
    sent = saved(quarters(), "JPEG", exif=exif, icc_profile=b"secretprofile", **marks)
    sent += b"<?php system('ls'); ?>"
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(0x8825)
    made = prepare(sent)
    for piece in (*made.sizes.values(), made.original):
        for trace in (
            b"script",
            b"php",
            b"Casbah",
            b"Amina",
            b"Maker",
            b"secretprofile",
            b"Exif",
            b"EXIF",
            b"ICCP",
            b"XMP",
        ):
            assert trace not in piece
        assert dict(opened(piece).getexif()) == {}
        assert chunks(piece) == [b"VP8 "]


def chunks(webp: bytes) -> list[bytes]:
    found, at = [], 12
    while at < len(webp):
        found.append(webp[at : at + 4])
        at += 8 + (int.from_bytes(webp[at + 4 : at + 8], "little") + 1 & ~1)
    return found


def test_nothing_is_ever_made_larger() -> None:
    made = prepare(saved(quarters(300, 200), "JPEG"))
    assert {width: opened(piece).size for width, piece in made.sizes.items()} == {240: (240, 160)}
    assert opened(made.original).size == (300, 200)
    tiny = prepare(saved(quarters(120, 150), "PNG"))
    assert {width: opened(piece).size for width, piece in tiny.sizes.items()} == {240: (120, 150)}


def test_the_original_is_kept_aside_at_1440_at_most() -> None:
    made = prepare(saved(quarters(3000, 4000), "JPEG"))
    assert opened(made.original).size == (1080, 1440)
    assert opened(made.sizes[900]).size == (900, 1200)
    assert (made.width, made.height) == (3000, 4000)


def test_a_very_tall_picture_keeps_its_widths() -> None:
    made = prepare(saved(quarters(1000, 5000), "JPEG"))
    assert opened(made.sizes[900]).size == (900, 4500)
    assert opened(made.original).size == (288, 1440)


def test_printers_colours_become_screen_colours() -> None:
    made = prepare(saved(quarters().convert("CMYK"), "JPEG"))
    assert all(map(close, corners(made.sizes[900]), CORNERS))


def test_sixteen_bits_of_grey_keep_their_shades() -> None:
    deep = Image.new("I;16", (400, 400))
    deep.putdata([x * 65535 // 399 for _ in range(400) for x in range(400)])
    shown = opened(prepare(saved(deep, "PNG")).original)
    for x, level in ((4, 3), (200, 128), (395, 253)):
        assert close(shown.getpixel((x, 200)), (level,) * 3, 4)  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["P", "L", "1", "LA", "RGBA"])
def test_every_mode_of_a_png_is_shown(mode: str) -> None:
    sent = quarters().quantize(8) if mode == "P" else quarters().convert(mode)
    made = prepare(saved(sent, "PNG"))
    if mode == "1":  # drawn with dots
        return
    meant = [tuple(bytes(3 * [pixel[0]])) if mode in {"L", "LA"} else pixel for pixel in map(_grey(mode), CORNERS)]
    assert all(map(close, corners(made.sizes[480]), meant))


def _grey(mode: str) -> Callable[[tuple[int, ...]], tuple[int, ...]]:
    if mode not in {"L", "LA"}:
        return lambda colour: colour
    return lambda colour: (round((299 * colour[0] + 587 * colour[1] + 114 * colour[2]) / 1000),)


def test_what_is_transparent_becomes_white() -> None:
    hole = quarters().convert("RGBA")
    hole.paste((200, 30, 30, 0), (0, 0, 600, 450))
    palette = quarters().quantize(8)
    palette.info["transparency"] = palette.getpixel((10, 10))
    grey = Image.new("LA", (400, 400), (0, 0))
    for content in (
        saved(hole, "PNG"),
        saved(hole, "WEBP"),
        saved(hole, "AVIF"),
        saved(palette, "PNG"),
        saved(grey, "PNG"),
    ):
        assert close(corners(prepare(content).sizes[240])[0], (255, 255, 255), 4)


def test_colours_of_another_profile_are_brought_home() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"?XYZ").replace(b"bXYZ", b"rXYZ").replace(b"?XYZ", b"bXYZ")
    made = prepare(saved(quarters(), "JPEG", icc_profile=swapped))
    assert all(map(close, corners(made.sizes[480]), [colour[::-1] for colour in CORNERS]))


def test_profiles_that_fit_nothing_are_ignored() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for profile in (lab, b"not a profile", lab[:50]):
        made = prepare(saved(quarters(), "JPEG", icc_profile=profile))
        assert all(map(close, corners(made.sizes[480]), CORNERS))


def test_a_picture_of_an_iphone_is_shown_upright() -> None:
    content = Path(__file__).with_name("sideways.heic").read_bytes()
    assert b"Amina" in content
    made = prepare(content)
    assert (made.width, made.height) == (600, 450)
    assert all(map(close, corners(made.original), CORNERS))
    assert b"Amina" not in made.original
    refused(content[: len(content) - 200], "broken")


def test_of_a_film_the_first_picture_is_taken() -> None:
    frames = [Image.new("RGB", (400, 300), colour) for colour in CORNERS]
    for kind in ("WEBP", "AVIF", "PNG"):
        film = saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
        assert close(corners(prepare(film).sizes[240])[0], RED), kind


def test_pictures_with_a_second_picture_inside_are_shown() -> None:
    double = saved(quarters(), "MPO", save_all=True, append_images=[quarters(300, 200)])
    assert all(map(close, corners(prepare(double).sizes[480]), CORNERS))


def test_the_average_colour_comes_along() -> None:
    colour = prepare(saved(Image.new("RGB", (300, 300), BLUE), "PNG")).colour
    assert close(tuple(bytes.fromhex(colour[1:])), BLUE, 3)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(lambda: b"", id="nothing"),
        pytest.param(lambda: b"\x00" * 4096, id="zeros"),
        pytest.param(lambda: b"<html><script>alert(1)</script></html>", id="a page renamed to .jpg"),
        pytest.param(lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', id="svg"),
        pytest.param(lambda: b"%PDF-1.7\n\xff\xd8\xff", id="pdf"),
        pytest.param(lambda: b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", id="film"),
        *(
            pytest.param(lambda kind=kind: saved(quarters(), kind), id=kind)
            for kind in ("GIF", "TIFF", "BMP", "ICO", "JPEG2000")
        ),
    ],
)
def test_other_kinds_are_refused_by_their_content(content: Callable[[], bytes]) -> None:
    refused(content(), "kind")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_damaged_pictures_are_refused(kind: str) -> None:
    whole = saved(quarters(), kind)
    refused(whole[: len(whole) // 2], "broken")
    refused(whole[:30], "broken")


def test_a_page_with_the_first_bytes_of_a_picture_is_refused() -> None:
    for head in (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"):
        refused(head + b"<html><script>alert(1)</script></html>" * 20, "broken")


def test_a_heic_picture_that_cannot_be_opened_gets_advice_of_its_own() -> None:
    # Codes nothing: the boxes of a HEIC file around no picture.
    sizes = struct.pack(">I4sIII", 20, b"ispe", 0, 400, 300)
    content = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + struct.pack(">I4s", 8 + len(sizes), b"meta") + sizes
    assert check(content).kind == "heic"
    with pytest.raises(Unreadable, match="Most Compatible") as caught:
        prepare(content)
    assert caught.value.reason == "broken"


def test_a_bomb_is_refused_by_its_header_at_once() -> None:
    bomb = png_claiming(20_000, 20_000)
    assert len(bomb) < 100_000
    began = time.perf_counter()
    refused(bomb, "too_large")
    assert time.perf_counter() - began < 0.05


@pytest.mark.parametrize(("width", "height"), [(12_001, 200), (200, 12_001), (7000, 6000)])
def test_more_than_40_megapixels_or_12000_on_a_side_are_refused(width: int, height: int) -> None:
    refused(png_claiming(width, height), "too_large")


def test_a_header_that_lies_meets_the_limit_in_the_child() -> None:
    honest = saved(quarters(), "JPEG")
    at = honest.index(b"\xff\xc0")
    small = b"\xff\xc0" + honest[at + 2 : at + 5] + struct.pack(">HH", 300, 400) + honest[at + 9 : at + 19]
    lying = honest[:2] + small + honest[2:]
    assert check(lying).width == 400
    refused(lying, "broken")
    for width, height in ((12_001, 200), (200, 12_001), (7000, 6000)):
        with pytest.raises(images_child.Refuse, match="too_large"):
            images_child.prepared(png_claiming(width, height), "png")


def test_the_largest_picture_allowed_is_made() -> None:
    assert prepare(png_claiming(7000, 5714, bits=8, colour=6)).sizes.keys() == {240, 480, 900}
    assert prepare(png_claiming(12_000, 3333)).width == 12_000


def test_a_file_of_more_than_12_megabytes_is_refused() -> None:
    refused(saved(quarters(), "JPEG") + bytes(12 << 20), "too_large")


def test_a_speck_is_refused() -> None:
    refused(saved(quarters(99, 400), "PNG"), "too_small")


def test_refusals_are_sentences_for_the_person() -> None:
    with pytest.raises(Refused, match="Please choose a photograph"):
        check(b"GIF89a")


def test_the_child_lives_within_its_limits() -> None:
    # With the limits of the child, a thousand megabytes are not to be had, and neither is a long file.
    tried = "import runpy, sys; sys.argv = ['x']\nm = runpy.run_path(sys.argv[0]) if 0 else None\n"
    tried += f"exec(open({images_child.__file__!r}).read().split('if __name__')[0])\nlimit()\n"
    tried += "try:\n bytearray(1000 << 20)\nexcept MemoryError:\n print('short of memory')\n"
    tried += "import resource; print(resource.getrlimit(resource.RLIMIT_CPU)[0] <= 15)"
    done = subprocess.run([sys.executable, "-c", tried], capture_output=True, text=True, check=True, timeout=20)
    assert done.stdout == "short of memory\nTrue\n"


def test_parent_and_child_agree() -> None:
    for name in ("WIDTHS", "MOST_PIXELS", "MOST_SIDE", "LEAST_SIDE"):
        assert getattr(images, name) == getattr(images_child, name)


def test_the_parent_decodes_nothing_and_stays_small() -> None:
    check_memory = (
        "import sys, resource\n"
        "from shop.plumbing.images import prepare\n"
        "assert 'PIL' not in sys.modules and 'flask' not in sys.modules\n"
        "content = sys.stdin.buffer.read()\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "for _ in range(3):\n prepare(content)\n"
        "assert 'PIL' not in sys.modules\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    noise = Image.effect_noise((4000, 3000), 40).convert("RGB")
    done = subprocess.run(
        [sys.executable, "-c", check_memory],
        input=saved(noise, "JPEG", quality=60),
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert int(done.stdout) < 20_000  # kB


def test_several_at_once_wait_for_each_other() -> None:
    content = saved(quarters(), "JPEG")
    made: list[int] = []
    threads = [threading.Thread(target=lambda: made.append(prepare(content).width)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1200] * 6


def test_a_phones_photograph_takes_about_a_second() -> None:
    noise = Image.effect_noise((1000, 750), 60).convert("RGB").resize((4000, 3000))
    content = saved(noise, "JPEG", quality=85)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    prepare(content)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2.5
