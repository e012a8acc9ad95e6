"""From bytes to lines of text: guards against files that are no text, encodings, line ends."""

import re
from functools import lru_cache

import charset_normalizer

from asplab.core.io.datafile import FileError

SIZE_LIMIT_BYTES = 200_000_000
SAMPLE_BYTES = 4096
"""Length of the beginning, and of the end, of a file by which text is told from binary data."""
MAGIC_NUMBERS = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"version https://git-lfs", "a placeholder of Git LFS, not the data"),
    (b"version https://hawser", "a placeholder of Git LFS, not the data"),
)
MARKUP = re.compile(rb"\s*<(!doctype|html|head|body|\?xml)", re.IGNORECASE)
BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
CONTROL_BYTES = bytes(sorted(set(range(32)) - set(b"\t\n\v\f\r")))
# In these code pages the signs that headers use (µ, °, ², accents) largely agree, so a wrong choice among
# them costs at most a letter; without the restriction short headers are taken for Japanese.
CODE_PAGES = ["cp1252", "cp1250", "cp1251"]


def refuse_empty(raw: bytes, name: str) -> None:
    """Raise `FileError` for a file without content, and one that is too large to be a measurement."""
    if not raw.strip():
        raise FileError(name, None, f"the file is empty ({len(raw)} bytes). Restore it, or remove its row.")
    if len(raw) > SIZE_LIMIT_BYTES:
        raise FileError(name, None, f"the file has {len(raw)} bytes, more than {SIZE_LIMIT_BYTES}. Split it.")


def refuse_foreign(raw: bytes, name: str) -> None:
    """Raise `FileError` for bytes that can't be a text file with numbers."""
    for magic, what in MAGIC_NUMBERS:
        if raw.startswith(magic):
            raise FileError(name, None, f"the file is {what}. Export the data as text (CSV) and list that.")
    if MARKUP.match(raw[:200]):
        raise FileError(name, 1, "the file is a web page (HTML or XML), not data. Download the data again.")


def is_binary(raw: bytes) -> bool:
    """Whether ``raw`` is no text: many control characters that aren't part of an UTF-16 or UTF-32 text."""
    if raw.startswith(tuple(mark for mark, _ in BYTE_ORDER_MARKS)) or bare_utf16(raw):
        return False
    # Text headers of some instruments hold a few NULs, so a single one proves nothing.
    sample = raw if len(raw) <= 2 * SAMPLE_BYTES else raw[:SAMPLE_BYTES] + raw[-SAMPLE_BYTES:]
    return len(sample) - len(sample.translate(None, CONTROL_BYTES)) > 0.05 * len(sample)


def bare_utf16(raw: bytes) -> str | None:
    """Return the UTF-16 variant of a text without byte order mark, or None when it isn't one."""
    half = len(raw) // 2
    if b"\0" not in raw:
        return None
    if half >= 4 and raw[1::2].count(0) > 0.9 * half and raw[0::2].count(0) == 0:
        return "utf-16-le"
    if half >= 4 and raw[0::2].count(0) > 0.9 * half and raw[1::2].count(0) == 0:
        return "utf-16-be"
    return None


def decode(raw: bytes, name: str, *, code_page: str | None = None) -> str:
    """Return the text of ``raw``: byte order mark, strict UTF-8, a guessed code page, Latin-1, in this order.

    A format that is known to be written in one ``code_page`` isn't guessed.
    """
    marked = next((encoding for mark, encoding in BYTE_ORDER_MARKS if raw.startswith(mark)), bare_utf16(raw))
    try:
        return raw.decode(marked or "utf-8")
    except UnicodeDecodeError as error:
        if marked:
            remedy = "The file is damaged or cut short; restore it."
            raise FileError(name, None, f"the bytes aren't valid {marked} ({error.reason}). {remedy}") from error
    return raw.decode(code_page or guess_code_page(b"\n".join(odd_lines(raw))), errors="replace")


def odd_lines(raw: bytes) -> list[bytes]:
    """Return the first lines of ``raw`` that hold anything but ASCII."""
    return [line for line in raw.splitlines() if not line.isascii()][:20]


@lru_cache(maxsize=64)
def guess_code_page(sample: bytes) -> str:
    """Return the code page that fits ``sample`` best; Latin-1, which fits everything, where none does."""
    best = charset_normalizer.from_bytes(sample, cp_isolation=CODE_PAGES).best()
    return best.encoding if best is not None else "latin-1"


def line_ends(text: str) -> str:
    """Return ``text`` with LF for every CR, LF and CRLF."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def ends_within_line(text: str) -> bool:
    """Whether ``text`` lacks its last line end, or half of it: the CR of a CRLF alone."""
    if not text.endswith("\r"):
        return not text.endswith("\n")
    before = max(text.rfind("\n", 0, -1), text.rfind("\r", 0, -1))
    return before >= 0 and text[before] == "\n"


def split_lines(text: str) -> list[str]:
    """Return the lines of ``text`` without their ends, whichever mixture of CR, LF and CRLF it uses."""
    lines = line_ends(text).split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    return lines
