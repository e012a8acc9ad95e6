"""The XML description behind the data of SPE 3 files, after the manufacturer's SPE 3.0 specification."""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

import numpy as np
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from asplab.core.io.binary import Binary
from asplab.core.units import FloatArray

PIXEL_FORMATS = {
    "MonochromeUnsigned16": "u2",
    "MonochromeUnsigned32": "u4",
    "MonochromeFloating32": "f4",
    "MonochromeFloating64": "f8",
}
DEPTH_LIMIT = 40
TEXT_LIMIT = 200
PAIR_LIMIT = 500


@dataclass(frozen=True, slots=True, eq=False)
class FooterRegion:
    """A region of the detector: its size in recorded points, its bytes a frame, its wavelengths in nm (pixels,)."""

    pixels: int
    rows: int
    stride: int
    wavelengths: FloatArray | None


@dataclass(frozen=True, slots=True)
class Clock:
    """Where the time stamp of a frame stands behind its data, in bytes, and how many ticks a second has."""

    offset: int
    ticks_per_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Footer:
    """What the description says of the data."""

    kind: str
    frames: int
    frame_size: int
    frame_stride: int
    regions: tuple[FooterRegion, ...]
    metadata: tuple[tuple[str, str], ...]
    clock: Clock | None = None


def local(tag: str) -> str:
    """Return the name of an element or attribute without its name space."""
    return tag.rpartition("}")[2]


def named(parent: Element, tag: str) -> list[Element]:
    """Return all descendants of ``parent`` called ``tag``, whatever their name space."""
    return [child for child in parent.iter() if local(child.tag) == tag]


def read_footer(file: Binary, offset: int) -> Footer:
    """Return what the XML at ``offset`` describes.

    Raises
    ------
    FileError
        Where it is damaged, or describes no regions of numbers.
    """
    root = parse(file, offset)
    blocks = [child for child in named(root, "DataBlock") if child.get("type") == "Frame"]
    if len(blocks) != 1:
        raise file.fault(f"the description has {len(blocks)} kinds of frames, not one. Export each of them by itself.")
    frame = blocks[0]
    kind = PIXEL_FORMATS.get(frame.get("pixelFormat", ""))
    if kind is None:
        raise file.fault(f"the pixel format is {frame.get('pixelFormat')!r}, not monochrome. Export it as monochrome.")
    frames, size, stride = (whole(file, frame, key) for key in ("count", "size", "stride"))
    regions = tuple(read_region(file, root, one) for one in frame if local(one.tag) == "DataBlock")
    if not regions:
        raise file.fault("the description has no region of the detector. Copy the file again from the instrument.")
    used = sum(region.rows * region.pixels for region in regions) * np.dtype(kind).itemsize
    for region in regions:
        file.refuse_shape(frames, region.rows, region.pixels)
        if region.stride < region.rows * region.pixels * np.dtype(kind).itemsize:
            raise file.fault("a region is larger than its bytes. The file is damaged: copy it again.")
    if used > size or sum(region.stride for region in regions) > stride or size > stride:
        raise file.fault(
            f"the regions take {used} bytes, a frame {size} of {stride}. The file is damaged: copy it again."
        )
    return Footer(kind, frames, size, stride, regions, pairs(root), read_clock(root, stride - size))


def read_clock(root: Element, extra: int) -> Clock | None:
    """Return where the start of each exposure stands; None where the ``extra`` bytes of a frame aren't all known."""
    blocks = named(root, "MetaBlock")
    fields = list(blocks[0]) if len(blocks) == 1 else []
    if not fields or 8 * len(fields) != extra or any(one.get("bitDepth") != "64" for one in fields):
        return None
    for k, one in enumerate(fields):
        ticks = one.get("resolution", "")
        if local(one.tag) == "TimeStamp" and one.get("event") == "ExposureStarted" and one.get("type") == "Int64":
            known = ticks.isascii() and ticks.isdigit() and int(ticks[:18]) > 0
            return Clock(8 * k, float(ticks[:18])) if known else None
    return None


def parse(file: Binary, offset: int) -> Element:
    """Return the root of the XML at ``offset``."""
    text = file.raw[offset:].rstrip(b"\0")
    try:
        root: Element = fromstring(text)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError) as error:
        raise file.fault(
            f"the description behind the data can't be read ({error}). The file is truncated or damaged: copy it "
            "again from the instrument."
        ) from error
    if local(root.tag) != "SpeFormat":
        raise file.fault(f"the description begins with {local(root.tag)!r}, not SpeFormat. Copy the file again.")
    return root


def whole(file: Binary, element: Element, key: str) -> int:
    """Return the attribute ``key`` as a whole number that isn't negative."""
    text = element.get(key, "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise file.fault(f"{key} of {local(element.tag)} is {text[:40]!r}, no whole number. Copy the file again.")
    return int(text)


def read_region(file: Binary, root: Element, block: Element) -> FooterRegion:
    """Return one region of the detector with its wavelengths."""
    if block.get("type") != "Region" or block.get("count", "1") != "1":
        raise file.fault(f"a block of {block.get('type')!r} isn't a region. Export the file again from LightField.")
    pixels, rows, stride = (whole(file, block, key) for key in ("width", "height", "stride"))
    identities = block.get("calibrations", "").replace(",", " ").split()
    calibrations = [child for one in named(root, "Calibrations") for child in one]
    mine = [child for child in calibrations if child.get("id") in identities] if identities else calibrations
    mappings = [child for child in mine if local(child.tag) == "WavelengthMapping"]
    sensors = [child for child in mine if local(child.tag) == "SensorMapping"]
    if not mappings:
        return FooterRegion(pixels, rows, stride, None)
    stated = stated_wavelengths(file, mappings[0])
    return FooterRegion(pixels, rows, stride, fitted(file, stated, pixels, sensors[0] if sensors else None))


def stated_wavelengths(file: Binary, mapping: Element) -> FloatArray:
    """Return the wavelengths in nm that a mapping lists."""
    plain = named(mapping, "Wavelength")
    if plain:
        cells = (plain[0].text or "").replace(",", " ").split()
    else:
        listed = named(mapping, "WavelengthError")
        cells = [pair.split(",")[0] for pair in (listed[0].text or "").split()] if listed else []
    try:
        values = np.array([float(cell) for cell in cells])
    except ValueError as error:
        raise file.fault(f"the wavelengths can't be read ({error}). The file is damaged: copy it again.") from error
    steps = np.diff(values)
    if values.size == 0 or not np.all(np.isfinite(values)) or not (np.all(steps > 0.0) or np.all(steps < 0.0)):
        raise file.fault(
            f"the {values.size} wavelengths aren't in order. The file is damaged: copy it again from the instrument."
        )
    return values


def fitted(file: Binary, stated: FloatArray, pixels: int, sensor: Element | None) -> FloatArray:
    """Return the wavelengths of the recorded points; those of a whole sensor are cut to the region and binned."""
    if stated.size == pixels:
        return stated
    if sensor is not None:
        left, binning = whole(file, sensor, "x"), max(whole(file, sensor, "xBinning"), 1)
        part = stated[left : left + pixels * binning]
        if part.size == pixels * binning:
            middles: FloatArray = part.reshape(pixels, binning).mean(axis=1)
            return middles
    raise file.fault(
        f"the description lists {stated.size} wavelengths for a region of {pixels} points. Save the file again from "
        "LightField, or export it as CSV."
    )


def pairs(root: Element) -> tuple[tuple[str, str], ...]:
    """Return the short texts and the attributes of the origin of the data, each under its path."""
    found: list[tuple[str, str]] = []
    for origin in named(root, "GeneralInformation") + named(root, "DataHistories"):
        found += walk(origin, local(origin.tag), 0)
        if len(found) > PAIR_LIMIT:
            break
    return tuple(found[:PAIR_LIMIT])


def walk(element: Element, path: str, depth: int) -> Iterator[tuple[str, str]]:
    """Yield path and text of ``element`` and all below it that hold a text of moderate length."""
    text = (element.text or "").strip()
    if text and len(text) <= TEXT_LIMIT:
        yield path, text
    for key, value in element.attrib.items():
        if local(key) not in ("type", "relevance", "readOnly") and 0 < len(value) <= TEXT_LIMIT:
            yield f"{path}@{local(key)}", value
    for child in element if depth < DEPTH_LIMIT else ():
        yield from walk(child, f"{path}/{local(child.tag)}" if depth else local(child.tag), depth + 1)
