"""Read XML files that Horiba LabSpec exports.

The elements are those that public readers of the format describe: ``LSX_Matrix`` holds the values, one ``LSX_Row`` a
spectrum, and ``LSX_Tree`` the axes and the settings, told apart by identities that are letters written as numbers.
"""

import re
from dataclasses import replace
from xml.etree.ElementTree import Element, ParseError

import numpy as np
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from asplab.core.io.datafile import Column, DataFile, FileError
from asplab.core.io.frames import axis_column, frames, joined, origin, pixel_column
from asplab.core.io.reader import Reader
from asplab.core.units import FloatArray

MARK = re.compile(rb"<LSX_(Data|Matrix|Tree|Doc)\b")
MARK_16 = tuple("<LSX_".encode(encoding) for encoding in ("utf-16-le", "utf-16-be"))
AXES_ID, LABEL_ID, UNIT_ID, VALUES_ID = "0x7b697861", "0x6d707974", "0x7c696e75", "0x7d6cd4db"
NAME_ID, TEXT_ID = "0x6d6d616e", "0x7d6c61db"
UNITS = {
    "nm": ("wavelength", "nm"),
    "ev": ("energy", "eV"),
    "mev": ("energy", "meV"),
    "1/cm": ("raman_shift", "cm-1"),
    "cm-1": ("raman_shift", "cm-1"),
    "cm\u207b\u00b9": ("raman_shift", "cm-1"),
    "cm\u00af\u00b9": ("raman_shift", "cm-1"),
    "pixel": ("pixel", "pixel"),
    "pix": ("pixel", "pixel"),
}
VALUE_UNITS = {"cnt": "counts", "counts": "counts", "cnt/sec": "counts/s", "cnt/s": "counts/s", "": ""}
SPECTRAL, INTENSITY = "spectr", "intens"
PAIR_LIMIT = 500
DEPTH_LIMIT = 100


def recognises_labspec(raw: bytes) -> bool:
    """Whether the beginning holds an element of LabSpec exports."""
    head = raw[:4000]
    return head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1] == b"<" and (
        MARK.search(head) is not None or any(mark in head for mark in MARK_16)
    )


def read_labspec(raw: bytes, name: str) -> DataFile:
    """Return the spectra of a LabSpec export over their axis; several matrices are data sets of their own.

    Raises
    ------
    FileError
        Where the XML is truncated or damaged, or axis and values differ in length.
    """
    root = parse(raw, name)
    matrices = list(root.iter("LSX_Matrix"))
    trees = list(root.iter("LSX_Tree"))
    if not matrices:
        raise FileError(name, None, "the file has no LSX_Matrix, so it holds settings but no data. Export a spectrum.")
    if len(matrices) > 1:
        holders = [child for child in root.iter() if any(one.tag == "LSX_Matrix" for one in child)]
        if len(holders) != len(matrices):
            raise FileError(name, None, f"{len(matrices)} matrices share one description. Export each by itself.")
        parts = [
            data_set(raw, name, matrix, list(holder.iter("LSX_Tree")))
            for holder, matrix in zip(holders, matrices, strict=True)
        ]
        return joined([replace(part, part=f"spectrum {k}") for k, part in enumerate(parts, 1)])
    return data_set(raw, name, matrices[0], trees)


def parse(raw: bytes, name: str) -> Element:
    """Return the root element."""
    try:
        root: Element = fromstring(raw)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        text = f"the XML can't be read ({error}). The file is truncated or damaged: export it again from LabSpec."
        raise FileError(name, None, text) from error
    return root


def data_set(raw: bytes, name: str, matrix: Element, trees: list[Element]) -> DataFile:
    """Return the spectra of one matrix."""
    axes = [child for tree in trees for holder in with_id(tree, AXES_ID) for child in holder]
    values = matrix_values(matrix, name)
    axis, notes = spectral_axis(axes, values.shape[1], name)
    unit, unit_notes = value_unit(axes)
    positions = [one for one in (position(child, name) for child in axes) if one.values.size > 1]
    pairs = [pair for tree in trees for pair in settings(tree, 0)][:PAIR_LIMIT]
    pairs += [(f"{one.header} ({one.unit})", " ".join(f"{value:.7g}" for value in one.values)) for one in positions]
    leading = [one for one in positions if one.values.size == len(values)]
    if len(values) > 1 and not leading:
        notes = (*notes, f"the file is a map of {len(values)} spectra; their positions are among its axes")
    source = replace(origin(raw, name, "Horiba LabSpec XML"), metadata=tuple(pairs), warnings=(*notes, *unit_notes))
    return frames(source, axis, values, unit=unit, frame_axis=leading[0] if leading else None)


def with_id(parent: Element, identity: str) -> list[Element]:
    """Return all descendants of ``parent`` with this identity."""
    return [child for child in parent.iter() if child.get("ID", "").lower() == identity]


def child_text(parent: Element, identity: str) -> str:
    """Return the text of the child with this identity, empty without one."""
    found = [child for child in parent if child.get("ID", "").lower() == identity]
    return (found[0].text or "").strip() if found else ""


def numbers(text: str | None, name: str, what: str) -> FloatArray:
    """Return the numbers of a text that separates them by white space."""
    cells = (text or "").split()
    try:
        values = np.array([float(cell) for cell in cells])
    except ValueError as error:
        raise FileError(name, None, f"{what} can't be read ({error}). Export the file again from LabSpec.") from error
    return values


def matrix_values(matrix: Element, name: str) -> FloatArray:
    """Return the rows of a matrix (rows, n)."""
    listed = [child for child in matrix if child.tag == "LSX_Row"]
    rows = [numbers(child.text, name, f"row {k} of the values") for k, child in enumerate(listed, 1)]
    rows = rows or [numbers(matrix.text, name, "the values")]
    sizes = sorted({row.size for row in rows})
    if len(sizes) > 1 or sizes[0] == 0:
        text = f"the rows have {sizes[0]} to {sizes[-1]} values. The file is truncated or damaged: export it again."
        raise FileError(name, None, text)
    return np.array(rows)


def spectral_axis(axes: list[Element], points: int, name: str) -> tuple[Column, tuple[str, ...]]:
    """Return the axis that is as long as the spectra, and what to say about it."""
    labelled = [child for child in axes if child_text(child, LABEL_ID).lower().startswith(SPECTRAL)]
    for child in labelled:
        values = numbers(child_text(child, VALUES_ID), name, "the axis")
        if values.size != points:
            text = f"the axis has {values.size} points, the spectra {points}. Export the file again from LabSpec."
            raise FileError(name, None, text)
        if not np.all(np.isfinite(values)):
            raise FileError(name, None, "the axis holds values that aren't finite. Export the file again.")
        unit = child_text(child, UNIT_ID)
        if unit.lower() in UNITS:
            return axis_column(values, *UNITS[unit.lower()]), ()
        return axis_column(values, "axis", "", unit), (f"the axis has the unit {unit!r}, which isn't known",)
    return pixel_column(points), ("the file has no spectral axis; the axis counts pixels",)


def value_unit(axes: list[Element]) -> tuple[str, tuple[str, ...]]:
    """Return the unit of the values, and what to say about it."""
    for child in axes:
        if child_text(child, LABEL_ID).lower().startswith(INTENSITY):
            unit = child_text(child, UNIT_ID)
            known = VALUE_UNITS.get(unit.lower())
            return known or "", () if known is not None else (f"the values have the unit {unit!r}, which isn't known",)
    return "", ()


def position(axis: Element, name: str) -> Column:
    """Return an axis other than the spectral one; without values where it is the spectral one."""
    label, unit = child_text(axis, LABEL_ID), child_text(axis, UNIT_ID)
    spectral = label.lower().startswith((SPECTRAL, INTENSITY))
    values = numbers("" if spectral else child_text(axis, VALUES_ID), name, f"the axis {label!r}")
    return axis_column(values, label.lower(), "um" if unit in ("\u00b5m", "\u03bcm") else unit, label)


def settings(element: Element, depth: int) -> list[tuple[str, str]]:
    """Return the pairs of name and text that stand anywhere below ``element``."""
    key, value = child_text(element, NAME_ID), child_text(element, TEXT_ID)
    found = [(key, value)] if key and value else []
    for child in element if depth < DEPTH_LIMIT else ():
        found += settings(child, depth + 1)
    return found


READER = Reader("Horiba LabSpec XML", recognises_labspec, read_labspec)
