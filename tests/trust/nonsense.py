"""What nobody should send: values, headers, cookies and files that break careless code, chosen by a seeded chance."""

from __future__ import annotations

import random

from tests.studio.photographs import bars, photograph

Fields = list[tuple[str, str | bytes]]
FORM = "application/x-www-form-urlencoded"
MARK = "<zq\"'>"
METHODS = ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD", "BREW")

NUMBERS = (
    "0", "-1", "-0", "1.0", "1e3", "1e309", "NaN", "-Infinity", "sNaN", "0x10", "1_000", "00000001", "+5", "١٢",
    "۱۲", "１２", "१२", "²", "½", "Ⅷ", "9223372036854775807", "9223372036854775808", "-9223372036854775809",
    "18446744073709551616", "2147483648", "999999999999999999", "1" + "0" * 30, "٣" * 30, "9" * 4301, "12,5",
    "12,", ",5", "1.2.3", "- 5", "5 دج",
)  # fmt: skip
DATES = (
    "2026-02-30", "0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "2026-13-01", "1969-12-31",
    "2026-W48-1", "20261123", "2026-11-23T25:61", "٢٠٢٦-١١-٢٣", "-1-1-1", "2026-11-23\n", "99999999999-01-01",
)  # fmt: skip
TEXTS = (
    "", " ", "\u00a0\u3000", "null", "None", "undefined", "[]", "{}", "true", "a\r\nSet-Cookie: sid=1",
    "a\nb\rc", "\x0b\x0c\x1c", "\u2028\u2029\x85", "\u202eevil\u2066", "\u200f\u200e\u061c",
    "\ufeff\ufffe\uffff", "e" + "\u0301" * 3000, "\U0001f9fc\u200d" * 50, "ﷺ" * 200, "ß" * 200, "\u0130" * 100,
    "'\"`\\", "' OR 1=1 --", "%s%n%(x)s", "{0}{name}{{7*7}}{%raw%}", "${7*7}", "%", "_", "*", "=1+1", "@SUM(1)",
    "\t+1", "a@b@c.dz", "=?utf-8?b?eA==?=", "a@x.dz\nBcc: b@x.dz", "^XA^FS~JA", "\x1b@\x1dV", "a;b,c\td|e",
    "NEAR(a b)", "a AND OR NOT", "\"", "(((((", "+213550123456", "٠٥٥٠١٢٣٤٥٦", "00213 550", "0550" * 9,
    "home.1.1", "desk.99999999999999999.1", "home.1.999999999999999", "1", "owner", "published", "ar", "on",
)  # fmt: skip
ADDRESSES = (
    "//evil.example", "https://evil.example/", "/\\evil.example", "/\t/evil.example", "\\\\evil.example", "//[",
    "/\t/[", "http://[", "javascript:alert(1)", "../../etc/passwd", "..\\..", "/etc/passwd",
    "file:///etc/passwd", "https:evil.example",
)  # fmt: skip
MARKED = (MARK, f"a{MARK}", f"</script>{MARK}", f"Savon {MARK} 12", f"{MARK}@x.dz", MARK * 9)
BYTES = (
    b"\0", b"a\0b", b"\xff\xfe", b"\xc3", b"\xc0\xaf", b"\xed\xa0\x80", b"a\xed\xb0\x80z", b"\xf4\x90\x80\x80",
    b"\xe2\x80", b"%00", b"%ff%25", b"x" * 100_000, "ب".encode() * 40_000, b"[" * 30_000, b'{"a":' * 8_000,
    b'[NaN,1e999,"\\ud800"]', b"\x1b" * 300, b" " * 20_000, b"1," * 20_000, b"\n" * 20_000, b"a " * 20_000,
)  # fmt: skip
LEADING = {"next", "back"}  # fields that say where to go afterwards
SHARES = ((0.24, NUMBERS), (0.31, DATES), (0.55, TEXTS), (0.63, ADDRESSES), (0.70, MARKED), (0.88, BYTES))


def value(rng: random.Random) -> str | bytes:
    """Return something that nobody should type."""
    draw = rng.random()
    for share, known in SHARES:
        if draw < share:
            return rng.choice(known)
    if draw < 0.94:
        kinds = (rng.randrange(32), rng.randrange(0x600, 0x700), rng.randrange(0x10FFFF))
        return "".join(chr(rng.choice(kinds)) for _each in range(rng.randrange(1, 40)))
    return rng.randbytes(rng.randrange(1, 60))


def spoiled(rng: random.Random, right: str | bytes, name: str = "") -> str | bytes:
    """Return a value that was right with something wrong in it, or something else altogether."""
    if name in LEADING and rng.random() < 0.6:
        return rng.choice(ADDRESSES)
    wrong = value(rng)
    if not right or rng.random() < 0.6:
        return wrong
    good, bad = as_bytes(right), as_bytes(wrong)
    at = rng.randrange(len(good) + 1)
    return rng.choice((good[:at] + bad + good[at:], good + bad, bad + good, good[:at], good[::-1], good * 3))


def as_bytes(text: str | bytes) -> bytes:
    """Return what goes over the wire; lone surrogates go as the bytes that would stand for them."""
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def spoil(rng: random.Random, fields: Fields, names: list[str]) -> Fields:
    """Return the fields of a form with one to four things wrong: another value, missing, twice, renamed, too many."""
    made = list(fields)
    for _turn in range(rng.choice((1, 1, 1, 2, 3, 4))):
        at = rng.randrange(len(made)) if made else -1
        draw = rng.random()
        if at >= 0 and draw < 0.55:
            made[at] = (made[at][0], spoiled(rng, made[at][1], made[at][0]))
        elif at >= 0 and draw < 0.65:
            del made[at]
        elif at >= 0 and draw < 0.75:
            made.append((made[at][0], spoiled(rng, made[at][1])))
        elif at >= 0 and draw < 0.80:
            made.append((rng.choice(("{}[]", "{}.0", "p{}", "{} ", "-{}")).format(made[at][0]), made[at][1]))
        elif names and draw < 0.97:
            made.append((rng.choice(names), value(rng)))
        else:
            made.extend((f"f{n}", "x") for n in range(rng.choice((600, 1200))))
    return made


TYPES = (
    "", "text/plain", "application/json", "multipart/form-data", "multipart/form-data; boundary=",
    "application/xml", "\xff", FORM + "; charset=utf-16", FORM + "; charset=nonsense",
    "multipart/form-data; boundary=" + "b" * 5000, "multipart/mixed; boundary=x",
)  # fmt: skip
HEADERS = (
    "Accept-Language", "Accept-Encoding", "Host", "Origin", "Sec-Fetch-Site", "Referer", "User-Agent",
    "If-None-Match", "If-Modified-Since", "Range", "X-Forwarded-For", "X-Forwarded-Host", "Forwarded",
    "HX-Request", "HX-Target", "Authorization", "Content-Length", "Content-Encoding", "Transfer-Encoding",
    "X-Request-Id", "X-HTTP-Method-Override", "Accept", "Cache-Control", "REMOTE_ADDR", "Content-Type",
    "If-Match", "Expect", "Date",
)  # fmt: skip
HEADER_VALUES = (
    "", "ar;q=NaN", "fr;q=-1,en;q=1e999", "*;q=0.5", "a" * 9000, "127.0.0.1:99999999", "[::1", "evil.example",
    "127.0.0.1:8000", "null", "http://[", "http://127.0.0.1:8000", "same-origin", "bytes=0-", "bytes=9-1,-5",
    "W/\"x\", *", "Thu, 99 Foo 2026", "0001-01-01", "-5", "99999999999999999999", "1, 1", "chunked", "gzip",
    "Basic ====", "Bearer \xff", "for=\"[", "::ffff:1.2.3.4", "true", "\xd9\xa3", "10.0.0.1, , x", "PUT",
    "text/html;q=x",
)  # fmt: skip
COOKIES = ("cart", "hirfa", "lang", "wilaya", "basket", "nonsense")
COOKIE_VALUES = (
    "", "\"\\000\"", "\"a\\000b\\377\"", "\xff\xfe", "\"", "=;,", "x" * 5000, "16", "99", "1", "fr", "xx", "..",
    "\xd9\xa3", "eyJ9.x.y", ".eJw.x.y", "-1", "٣", "\"\\015\\012X: y\"", "\xed\xa0\x80", "null",
)  # fmt: skip


FILENAMES = (
    "a.jpg", "b.webp", "", "../../x.png", "a\0.jpg", "\u202egnp.exe", "x" * 3000, "صورة.jpg", MARK, "a\\b.webp", "..",
)  # fmt: skip
FILE_TYPES = (b"image/jpeg", b"text/html", b"\xff", b"")
GOOD_PICTURE = photograph((120, 100)).getvalue()
PICTURES = (
    b"", b"\0" * 100, b"GIF89a" + b"\xff" * 50, b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    b"<script>alert(1)</script>", b"%PDF-1.4",
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff\x08\x06\0\0\0",
    b"RIFF\xff\xff\xff\xffWEBPVP8 ", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", b"PK\3\4",
    b"\xff\xd8\xff\xe0\xff\xff" * 20, b"\xff\xd8\xff\xc0\0\x11\x08\xff\xff\xff\xff\x03",
)  # fmt: skip


GOOD_SHEET = "Référence;Nom en français;Prix en dinars\r\nA-1;Savon;650\r\nA-2;Huile;cher\r\n".encode()
SHEETS = (
    b"", b"\xef\xbb\xbf", b"PK\x03\x04" + b"\0" * 60, b"\xd0\xcf\x11\xe0" * 9, GOOD_SHEET * 40,
    b"sep=;\r\n" + GOOD_SHEET, b"Reference;Price" + b";A" * 9000,
    GOOD_SHEET.replace(b";", b"\t"), GOOD_SHEET.decode().encode("utf-16"), GOOD_SHEET.decode().encode("cp1252"),
    b"Reference;Price\r\n" + b"=1+1;-1e309\r\n" * 30, b'Reference;Price\r\n"' + b"x" * 140_000,
)  # fmt: skip


LABELLED = "BARQ-2611-31"  # the number of a parcel that waits for the courier
GOOD_FILES = [
    ("photos", GOOD_PICTURE), ("receipt", GOOD_PICTURE), ("card", GOOD_PICTURE), ("file", GOOD_SHEET),
    ("photo", bars(LABELLED).getvalue()),
]  # fmt: skip


def sheet(rng: random.Random) -> bytes:
    """Return what somebody sends as a sheet of products."""
    draw = rng.random()
    if draw < 0.4:
        return rng.choice(SHEETS)
    at = rng.randrange(len(GOOD_SHEET))
    return GOOD_SHEET if draw < 0.6 else GOOD_SHEET[:at] + rng.randbytes(9) + GOOD_SHEET[at + rng.choice((0, 9)) :]


def picture(rng: random.Random) -> bytes:
    """Return the content of a file: rarely a photograph, at times what is left of one."""
    draw = rng.random()
    if draw < 0.85:
        return rng.choice(PICTURES)
    at = rng.randrange(len(GOOD_PICTURE))
    return (
        GOOD_PICTURE if draw < 0.9 else GOOD_PICTURE[:at] + rng.randbytes(9) + GOOD_PICTURE[at + rng.choice((0, 9)) :]
    )
