"""What the text around the numbers says: names and units of the columns, and metadata."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from asplab.core.experiment import frozen_array
from asplab.core.io.blocks import Block, numbers_frames
from asplab.core.io.datafile import Column
from asplab.core.io.dialects import COMMENT_MARKS, Dialect

UNITS = {
    "nm": "nm",
    "um": "um",
    "µm": "um",
    "μm": "um",
    "micron": "um",
    "microns": "um",
    "a": "angstrom",
    "å": "angstrom",
    "angstrom": "angstrom",
    "ev": "eV",
    "mev": "meV",
    "cm-1": "cm-1",
    "cm^-1": "cm-1",
    "1/cm": "cm-1",
    "v": "V",
    "mv": "mV",
    "uv": "uV",
    "µv": "uV",
    "μv": "uV",
    "w": "W",
    "mw": "mW",
    "uw": "uW",
    "µw": "uW",
    "μw": "uW",
    "nw": "nW",
    "k": "K",
    "s": "s",
    "ms": "ms",
    "us": "us",
    "ns": "ns",
    "ps": "ps",
    "fs": "fs",
    "counts": "counts",
    "cts": "counts",
    "counts/s": "counts/s",
    "cps": "counts/s",
    "arb. units": "arb",
    "a.u.": "arb",
    "%": "%",
}
"""How units are written in headers, and how they are called here; u stands for the prefix micro."""

SUFFIX_UNITS = frozenset({"nm", "um", "ev", "mev", "v", "mv", "uv", "w", "mw", "uw", "nw", "k", "s", "ms", "fs"})
UNITS_AS_NAMES = {"nm": "wavelength", "um": "wavelength", "eV": "energy", "meV": "energy", "counts": "counts"}
ENCLOSED_UNIT = re.compile(r"^(.*?)\s*[(\[]\s*([^()\[\]]*?)\s*[)\]]\s*$")
DIVIDED_UNIT = re.compile(r"^(.*\S)\s*/\s*(\S+)$")
PAIR = re.compile(r"^([^:=,;\t]{1,60}?)\s*[:=,;\t]\s*(\S.*?)[\s,;]*$")
FRAME_HEADER = re.compile(r"^(.*?[^\d.])[\s_#-]*(\d+)$")
METADATA_LIMIT = 500
LEAST_FRAMES = 3
"""Columns of a table of frames: two of them and their axis."""


def words(text: str) -> frozenset[str]:
    """Return the set of the words of ``text``."""
    return frozenset(text.split())


WAVELENGTHS = words(
    "wavelength wavelengths wave_length wave lambda λ wl emission_wavelength em_wavelength emission wellenlänge "
    "longueur_d_onde longitud_de_onda"
)
EXCITATIONS = words(
    "excitation excitation_wavelength exc exc_wavelength ex ex_wavelength pump pump_wavelength laser laser_wavelength"
)
ENERGIES = words("energy photon_energy excitation_energy emission_energy e hv hν")
WAVENUMBERS = words("wavenumber wavenumbers raman_shift raman shift")
COUNTS = words(
    "counts count intensity intensities signal pl aspl emission_intensity pl_intensity ccd spectrum y zähler intensität"
)
AXIS_NAMES = WAVELENGTHS | EXCITATIONS | ENERGIES | WAVENUMBERS | words("pixel time delay x")
FRAMES = words("frame spectrum scan acquisition accumulation acc repeat rep run sweep track row")
LOCKIN_X = words("lockin_x lock_in_x x in_phase inphase lockin_in_phase demod_x lia_x")
LOCKIN_Y = words("lockin_y lock_in_y y quadrature out_of_phase demod_y lia_y")
LOCKIN_R = words("lockin_r lock_in_r r magnitude amplitude lockin_magnitude demod_r lia_r")
POWERS = words("power pump_power laser_power excitation_power p")
RESPONSES = words("response relative_response spectral_response sensitivity correction values value")
TRANSMISSIONS = words(
    "transmission transmittance percent_transmission percent_t t od optical_density values value filter"
)
ABSORPTIONS = words("absorption absorbance abs od optical_density a extinction intensity counts values value")
KNOWN_NAMES = frozenset().union(
    WAVELENGTHS, EXCITATIONS, ENERGIES, WAVENUMBERS, COUNTS, LOCKIN_X, LOCKIN_Y, LOCKIN_R, POWERS, RESPONSES
)


@lru_cache(maxsize=256)
def column_name(header: str) -> tuple[str, str]:
    """Return the normalised name and the unit that a header cell states; the unit is empty without one."""
    text = header.strip().strip('"').strip().lower()
    if text in UNITS and text not in KNOWN_NAMES:
        unit = UNITS[text]
        return UNITS_AS_NAMES.get(unit, text), unit
    for pattern in (ENCLOSED_UNIT, DIVIDED_UNIT):
        match = pattern.match(text)
        if match and match[2] in UNITS:
            return normalised(match[1]), UNITS[match[2]]
    name = normalised(text)
    base, _, suffix = name.rpartition("_")
    if base and suffix in SUFFIX_UNITS:
        return base, UNITS[suffix]
    return name, ""


def normalised(text: str) -> str:
    """Return ``text`` in lower case with single underscores for everything but letters and digits."""
    return re.sub(r"\W+", "_", text).strip("_")


@dataclass(frozen=True, slots=True, eq=False)
class Header:
    """What the file says about its columns: (header, name, unit) of each, and whether all but the first are frames."""

    cells: tuple[tuple[str, str, str], ...]
    tells_frames: bool = False
    frame_axis: Column | None = None


def header_of(lines: Sequence[str], block: Block) -> Header:
    """Return what the lines above ``block`` say about its columns; empty texts where they name none."""
    above = [line for line in lines[: block.rows[0]] if line.strip()]
    if not above:
        return Header((("", "", ""),) * block.width)
    return numbered_frames(above[-1], block) or named_columns(above, block)


def numbered_frames(line: str, block: Block) -> Header | None:
    """Return the header of frames that numbers tell apart, such as ``wavelength,0.0,0.5,1.0``; None for any other."""
    if block.width < LEAST_FRAMES:
        return None
    cells = block.dialect.cells(line)
    first, *_ = column_name(cells[0])
    if not numbers_frames(cells, block) or (cells[0] and first not in AXIS_NAMES):
        return None
    numbers = frozen_array([block.dialect.number(cell) for cell in cells[1:]])
    frames = [(cell, "counts", "") for cell in cells[1:]]
    return Header(((cells[0], *column_name(cells[0])), *frames), True, Column("", "", "", numbers))


def named_columns(above: Sequence[str], block: Block) -> Header:
    """Return the header that a row of names, with or without a row of units below it, makes."""
    cells = split_header(above[-1], block.dialect, block.width)
    is_units = cells and len(above) > 1 and all(not cell or cell.strip("[]() ").lower() in UNITS for cell in cells)
    names = split_header(above[-2], block.dialect, block.width) if is_units else ()
    return header_of_cells(names or cells or ("",) * block.width, cells if names else ())


@lru_cache(maxsize=256)
def header_of_cells(names: tuple[str, ...], units: tuple[str, ...]) -> Header:
    """Return the header whose cells are ``names``, with the unit that each states, or that ``units`` state."""
    cells = [(name, *column_name(name)) for name in names]
    if units:
        stated = [UNITS.get(cell.strip("[]() ").lower(), "") for cell in units]
        cells = [(header, name, unit) for (header, name, _), unit in zip(cells, stated, strict=True)]
    stems = [FRAME_HEADER.match(header) for header in names[1:]]
    words = {normalised(match[1].lower()) for match in stems if match}
    numbers = {match[2] for match in stems if match}
    if len(numbers) < max(len(stems), 2) or len(words) != 1 or words.isdisjoint(FRAMES | COUNTS - {"y"}):
        return Header(tuple(cells))
    return Header((cells[0], *((header, "counts", unit) for header, _, unit in cells[1:])), True)


@lru_cache(maxsize=256)
def split_header(line: str, dialect: Dialect, width: int) -> tuple[str, ...]:
    """Return one header cell for each of ``width`` columns, or nothing when ``line`` is no header row."""
    text = line.strip("\r\n ")
    is_comment = text.startswith((*COMMENT_MARKS, ";"))
    text = text.lstrip("#%!;/ ") if is_comment else text
    for pattern in (r"\t", r";", r",", r"\s*\t\s*|\s{2,}", r"\s+"):
        cells = [cell.strip().strip('"').strip() for cell in re.split(pattern, text)]
        while len(cells) > width and not cells[-1]:
            cells.pop()
        if len(cells) != width or any(dialect.number(cell) is not None for cell in cells):
            continue
        # A key without its value stands often right above the numbers, and is no name of a column.
        is_doubtful = is_comment or not all(cells)
        if any(cells) and (not is_doubtful or any(column_name(cell)[0] in KNOWN_NAMES for cell in cells)):
            return tuple(cells)
    return ()


def metadata(lines: Sequence[str], block: Block) -> tuple[tuple[str, str], ...]:
    """Return the pairs of key and value that stand above and below the numbers, in comments too."""
    outside = [*lines[: block.rows[0]], *lines[block.rows[-1] + 1 :]][:METADATA_LIMIT]
    matches = [PAIR.match(line.strip().lstrip("#%!;/ ").replace("\0", "")) for line in outside]
    return tuple((match[1].strip().strip('"'), match[2].strip().strip('"')) for match in matches if match)
