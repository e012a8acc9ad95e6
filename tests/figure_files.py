"""What figures hold: text, fonts, images and sizes of SVG and PDF files, read without any library for them."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

MM_PER_POINT = 25.4 / 72.0
_SVG = "{http://www.w3.org/2000/svg}"


def svg_texts(svg: str) -> list[str]:
    """Return every text of an SVG as a reader sees it; mathematics is one text, put together from left to right."""
    return ["".join(_words(element)).replace("\xa0", " ").strip() for element in ET.fromstring(svg).iter(f"{_SVG}text")]


def _words(element: ET.Element) -> Iterator[str]:
    if element.text and element.text.strip():
        yield element.text
    spans = [(float(span.get("x", "0").split()[0]), span.text or "") for span in element.iter(f"{_SVG}tspan")]
    yield from (text for _, text in sorted(spans, key=lambda span: span[0]))


@dataclass(frozen=True)
class Pdf:
    """Text of each page, sizes in mm, and what matters of fonts and images."""

    texts: tuple[str, ...]
    sizes_mm: tuple[tuple[float, float], ...]
    has_images: bool
    font_types: frozenset[str]
    embedded: int
    fonts: int


def read_pdf(path: Path) -> Pdf:
    """Read a PDF that matplotlib wrote."""
    raw = path.read_bytes()
    objects = {int(m[1]): m[2] for m in re.finditer(rb"(?<!\d)(\d+) 0 obj\b(.*?)\bendobj", raw, re.DOTALL)}
    maps = {name: _characters(objects, number) for name, number in _font_names(objects)}
    pages = [body for body in objects.values() if re.search(rb"/Type\s*/Page\b(?!s)", body)]
    streams = [_stream(objects[int(_found(rb"/Contents (\d+) 0 R", page))]) for page in pages]
    boxes = [[float(x) for x in _found(rb"/MediaBox \[([^\]]*)\]", page).split()] for page in pages]
    kinds = [
        m[1].decode() for m in re.finditer(rb"/Subtype\s*/(Type3|Type1|TrueType|Type0)\b", b"".join(objects.values()))
    ]
    return Pdf(
        tuple(_shown(stream, maps) for stream in streams),
        tuple((box[2] * MM_PER_POINT, box[3] * MM_PER_POINT) for box in boxes),
        any(re.search(rb"/Subtype\s*/Image\b", body) for body in objects.values()),
        frozenset(kinds),
        sum(b"/FontFile2" in body for body in objects.values()),
        kinds.count("Type0"),
    )


def _found(pattern: bytes, body: bytes) -> bytes:
    match = re.search(pattern, body)
    assert match is not None, pattern
    return match[1]


def _stream(body: bytes) -> bytes:
    data = _found(rb"(?s)stream\r?\n(.*)\r?\nendstream", body)
    return zlib.decompress(data) if b"/FlateDecode" in body else data


def _font_names(objects: dict[int, bytes]) -> Iterator[tuple[bytes, int]]:
    for body in objects.values():
        if re.fullmatch(rb"\s*<<(\s*/F[\w-]+ \d+ 0 R)+\s*>>\s*", body):
            yield from ((m[1], int(m[2])) for m in re.finditer(rb"/(F[\w-]+) (\d+) 0 R", body))


def _characters(objects: dict[int, bytes], number: int) -> dict[int, str]:
    cmap = _stream(objects[int(_found(rb"/ToUnicode (\d+) 0 R", objects[number]))])
    found: dict[int, str] = {}
    for code, text in re.findall(rb"^<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>\s*$", cmap, re.MULTILINE):
        found[int(code, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
    for low, high, text in re.findall(rb"^<(\w+)>\s*<(\w+)>\s*<(\w+)>\s*$", cmap, re.MULTILINE):
        first = bytes.fromhex(text.decode()).decode("utf-16-be")
        for step in range(int(high, 16) - int(low, 16) + 1):
            found[int(low, 16) + step] = first[:-1] + chr(ord(first[-1]) + step)
    for low, high, listed in re.findall(rb"^<(\w+)>\s*<(\w+)>\s*\[(.*?)\]", cmap, re.MULTILINE | re.DOTALL):
        texts = re.findall(rb"<(\w+)>", listed)
        codes = range(int(low, 16), int(high, 16) + 1)
        found.update({c: bytes.fromhex(t.decode()).decode("utf-16-be") for c, t in zip(codes, texts, strict=True)})
    return found


_STRING = rb"\((?:\\.|[^\\()])*\)"


def _shown(stream: bytes, maps: dict[bytes, dict[int, str]]) -> str:
    """Return the text of a page in the order in which it was drawn, with a line end after each piece."""
    lines, font = [], b""
    for block in re.findall(rb"(?s)\bBT\b(.*?)\bET\b", stream):
        line = ""
        for name, string in re.findall(rb"/(F[\w-]+) [\d.]+ Tf|(" + _STRING + rb")", block, re.DOTALL):
            font = name or font
            codes = _unescaped(string[1:-1])
            line += "".join(maps[font].get(code, "?") for code in codes)
        lines.append(line)
    return "\n".join(lines)


def _unescaped(string: bytes) -> list[int]:
    """Return the two-byte codes of a string."""
    octal = rb"(?s)\\([0-7]{1,3}|.)"
    plain = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
    raw = re.sub(octal, lambda m: bytes([int(m[1], 8)]) if m[1].isdigit() else plain.get(m[1], m[1]), string)
    return [int.from_bytes(raw[k : k + 2], "big") for k in range(0, len(raw), 2)]
