"""Tables of η, R or (I, PA) as people publish them: pasted or saved from a spreadsheet, columns named in their way."""

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from asplab.core.experiment import Condition
from asplab.core.io.datafile import FileError
from asplab.core.io.delimited import DELIMITERS, split_row, table_lines
from asplab.core.io.encoding import split_lines
from asplab.core.io.halfway import REQUIRED, read_halfway
from asplab.core.io.records import Loaded, Origin

NAMES = {
    "temperature_k": "t temp temperature t_k temp_k temperature_k",
    "detuning_mev": "de dele delta_e deltae detuning detuning_mev anti_stokes_detuning de_as",
    "stokes_detuning_mev": "des de_s delta_es delta_e_s stokes_detuning stokes_detuning_mev",
    "excitation_nm": "excitation excitation_nm exc lambda lambda_exc wavelength laser",
    "gap_mev": "gap gap_mev eg e_g reference reference_mev",
    "eta": "eta efficiency up_conversion_efficiency upconversion_efficiency eta_uc",
    "eta_error": "eta_error eta_err error_eta err_eta deta d_eta sigma_eta eta_sigma eta_std eta_unc",
    "ratio": "ratio r",
    "ratio_error": "ratio_error r_error r_err dr d_r error_r err_r sigma_r r_sigma",
    "quantum_yield": "qy quantum_yield plqy",
    "intensity": "intensity i",
    "intensity_error": "intensity_error i_error i_err sigma_i di",
    "pa": "pa photothermal",
    "pa_error": "pa_error pa_err sigma_pa dpa",
    "mean_photon_mev": "mean_photon mean_photon_mev",
    "side": "side kind",
}
"""Column names of the core, and what people call them, without units and signs."""
KNOWN = frozenset(NAMES)

ANY_ERROR = frozenset(("error", "err", "sigma", "std", "sd", "se", "uncertainty", "unc", "pm"))
CANONICAL = {alias: name for name, aliases in NAMES.items() for alias in aliases.split()}
SHORT_ERROR = frozenset(("d", "s", "u"))
"""Signs of an error that mean one only beside a value, as in Δη or u(η)."""
UNIT = re.compile(r"[(\[/]\s*([^()\[\]/]*?)\s*[)\]]?\s*$|\s*(?:,|\bin\b)?\s*(%)\s*$", re.IGNORECASE)
FACTORS = {"": 1.0, "mev": 1.0, "ev": 1e3, "k": 1.0, "nm": 1.0, "%": 0.01, "percent": 0.01}
PLUS_MINUS = re.compile(r"±|\+/-|\+-")
VALUE_WITH_ERROR = re.compile(r"^\s*([^±]+?)\s*(?:±|\+/-|\+-)\s*([^±]+?)\s*$")
PARTNERS = {
    "eta": "eta_error",
    "ratio": "ratio_error",
    "intensity": "intensity_error",
    "pa": "pa_error",
    "detuning_mev": "detuning_mev_error",
}

VALUES = {"efficiency": "eta", "ratios": "ratio", "responses": "intensity"}
"""The column that tells what a table holds."""


def read_published(text: str, name: str, *, temperature_k: float | None = None) -> Loaded:
    """Return a table of η, R or (I, PA) that enters the chain half-way.

    Parameters
    ----------
    text : str
        A header row and rows of numbers, separated by tab, comma or semicolon. Columns are known by the names of the
        contract and by usual ones such as ``T (K)``, ``ΔE (meV)``, ``η``; energies in eV and η in % are converted,
        cells such as ``0.75 ± 0.03`` hold value and error. An error without a unit has that of its value.
    name : str
        How messages call the table.
    temperature_k : float, optional
        Of all rows, where the table doesn't tell.

    Raises
    ------
    FileError
        Where the columns can't be understood or a number is missing; it names the line.
    """
    lines = split_lines(text)
    first = _header_at(lines)
    if first is None:
        raise FileError(name, None, "there is no text. Copy the table with its header row.")
    table = _translated(lines, first, name)
    kind = _kind(table.names, name, first + 1, table.heads)
    return read_halfway(table.raw, Origin(kind, name, None, Condition(temperature_k=temperature_k), ()))


def read_halfway_file(raw: bytes, origin: Origin) -> Loaded:
    """Return a table of kind ``responses``, ``ratios`` or ``efficiency`` from a file.

    Columns named as the contract names them are taken as they stand; otherwise names, units and cells are
    understood as in `read_published`, and a remark tells how. Raises as `read_halfway`.
    """
    lines = table_lines(raw, origin.source)
    first = _header_at(lines)
    if first is None:
        return read_halfway(raw, origin)
    if _is_complete(lines[first], first + 1, origin):
        return read_halfway(raw, origin)
    table = _translated(lines, first, origin.source)
    usual = [
        (head, found) for head, found in zip(table.heads, table.names, strict=False) if found in KNOWN and head != found
    ]
    if not any(_written(head) != found for head, found in usual):
        return read_halfway(raw, origin)
    _refuse_other_kind(table.names, origin, first + 1)
    loaded = read_halfway(table.raw, origin)
    told = ", ".join(f"{head!r} as {found}" for head, found in usual)
    return replace(loaded, remarks=(*loaded.remarks, ("info", f"columns with usual names were taken: {told}.")))


def _written(head: str) -> str:
    """Return a head as tables of the contract write it."""
    return head.lower().replace(" ", "_")


def _is_complete(header: str, line: int, origin: Origin) -> bool:
    """Whether a header names all columns in the words of the contract.

    The temperature counts among them: that of the manifest must not hide one that the table calls T (K).
    """
    delimiter = max(DELIMITERS, key=header.count)
    names = {_written(head) for head in split_row(header, delimiter, origin.source, line)}
    places = names >= {"detuning_mev"} or names >= {"excitation_nm", "gap_mev"}
    return names >= {"temperature_k", *REQUIRED[origin.kind]} and (places or origin.kind != "efficiency")


@dataclass(frozen=True, slots=True)
class _Translated:
    """A table in names and units of the core: its heads as written, the core's names, and the bytes."""

    heads: list[str]
    names: list[str]
    raw: bytes


def _header_at(lines: Sequence[str]) -> int | None:
    """Return where the first line stands that is neither blank nor a comment."""
    return next((k for k, line in enumerate(lines) if line.strip() and not _is_comment(line)), None)


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _translated(lines: Sequence[str], first: int, name: str) -> _Translated:
    """Return a table in names and units of the core; every row stays on its line, for messages."""
    delimiter = max(DELIMITERS, key=lines[first].count)
    heads = split_row(lines[first], delimiter, name, first + 1)
    while heads and not heads[-1]:
        heads.pop()
    names, factors = _understood(heads, name, first + 1)
    numbered = [(k, line) for k, line in enumerate(lines) if k > first and line.strip() and not _is_comment(line)]
    rows = [split_row(line, delimiter, name, k + 1) for k, line in numbered]
    names, factors, rows = _with_errors_apart(names, factors, rows)
    written = [line if _is_comment(line) else "" for line in lines]
    written[first] = _joined(names, delimiter)
    for (k, _), row in zip(numbered, rows, strict=True):
        # Cells beyond the header stay, so that they are refused and not lost.
        scales = [*factors, *[1.0] * len(row)]
        cells = [_scaled(cell, factor, delimiter != ",") for cell, factor in zip(row, scales, strict=False)]
        written[k] = _joined(cells, delimiter)
    return _Translated(heads, names, "\n".join(written).encode("utf-8"))


def _joined(cells: Sequence[str], delimiter: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="").writerow(cells)
    return out.getvalue()


def _refuse_other_kind(names: Sequence[str], origin: Origin, line: int) -> None:
    """Raise `FileError` where a table holds another kind of values than the manifest says."""
    held = [kind for kind, value in VALUES.items() if value in names]
    if held and origin.kind not in held:
        raise FileError(
            origin.source,
            line,
            f"the kind is {origin.kind}, but the table has the column of {held[0]} ({VALUES[held[0]]}) and none named "
            f"{VALUES[origin.kind]}. Correct the kind, or name the column.",
        )


def _understood(heads: Sequence[str], name: str, line: int) -> tuple[list[str], list[float]]:
    """Return the names that the core has for columns, and what brings their numbers to its units."""
    names: list[str] = []
    units: list[str] = []
    for head in heads:
        found, unit = _meaning(head)
        if found in ANY_ERROR and names and names[-1] in PARTNERS:
            found = PARTNERS[names[-1]]
        names.append(found)
        units.append(unit)
    twice = next((found for found in names if found and names.count(found) > 1), None)
    if twice is not None:
        both = ", ".join(repr(head) for head, found in zip(heads, names, strict=True) if found == twice)
        raise FileError(name, line, f"the columns {both} all mean {twice}. Rename or remove the others.")
    # An error without a unit has that of its value.
    for value, error in PARTNERS.items():
        if value in names and error in names and not units[names.index(error)]:
            units[names.index(error)] = units[names.index(value)]
    return names, [FACTORS[unit] for unit in units]


def _meaning(head: str) -> tuple[str, str]:
    """Return the name that the core has for a head, or its plain form, and its unit, empty without one.

    ``σ(η)`` ends with what is no unit; ``η ± σ (%)`` is a column of values with their errors.
    """
    text, unit = _unit_apart(head)
    parts = PLUS_MINUS.split(text, maxsplit=1)
    if len(parts) == 2 and _plain(parts[0]):
        text, own = _unit_apart(parts[0])
        unit = unit or own
    plain = _plain(text)
    if plain in CANONICAL or plain in ANY_ERROR:
        return CANONICAL.get(plain, plain), unit
    words = [word for word in plain.split("_") if word not in ("of", "in")]
    values = [word for word in words if word not in ANY_ERROR | SHORT_ERROR]
    value = CANONICAL.get("_".join(values), "")
    is_error = len(values) < len(words) and value in PARTNERS
    return (PARTNERS[value] if is_error else plain), unit


def _unit_apart(head: str) -> tuple[str, str]:
    """Return a head without its unit, and the unit in small letters; what is no known unit stays."""
    match = UNIT.search(head)
    unit = (match[1] or match[2] or "").lower() if match is not None else ""
    return (head[: match.start()], unit) if match is not None and unit in FACTORS else (head, "")


def _plain(head: str) -> str:
    """Return a head in ASCII letters, digits and single underscores, Greek letters by name."""
    text = head.lower().replace("η", "eta").replace("δ", "d").replace("∆", "d").replace("λ", "lambda")
    text = text.replace("σ", "sigma").replace("±", "pm").replace("ħ", "h")
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", text).strip("_")


def _with_errors_apart(
    names: list[str], factors: list[float], rows: list[list[str]]
) -> tuple[list[str], list[float], list[list[str]]]:
    """Give the errors of cells such as ``0.75 ± 0.03`` columns of their own, behind the others."""
    for name, partner in PARTNERS.items():
        if name not in names or partner in names:
            continue
        at, width = names.index(name), len(names)
        pairs = [VALUE_WITH_ERROR.match(row[at]) if at < len(row) else None for row in rows]
        if not any(pairs):
            continue
        names, factors = [*names, partner], [*factors, factors[at]]
        rows = [
            row if pair is None else [*row[:at], pair[1], *row[at + 1 :], *[""] * (width - len(row)), pair[2]]
            for row, pair in zip(rows, pairs, strict=True)
        ]
    return names, factors, rows


def _kind(names: Sequence[str], name: str, line: int, heads: Sequence[str]) -> str:
    """Return what the table holds; raise where it is none of the three."""
    for kind, value in VALUES.items():
        if value in names:
            return kind
    found = ", ".join(repr(head) for head in heads)
    raise FileError(
        name,
        line,
        f"no column holds η, R or I (found: {found}). Name the columns in the first row, such as T (K), ΔE (meV), η, "
        f"error; for R: {', '.join(REQUIRED['ratios'])}.",
    )


def _scaled(cell: str, factor: float, decimal_comma: bool) -> str:
    """Return a number in the unit of the core; what is no number stays as it is, for the message that names it."""
    text = cell.rstrip("%").strip() if factor == FACTORS["%"] else cell
    if factor == 1.0:
        return text
    try:
        return repr(float(text.replace(",", ".") if decimal_comma else text) * factor)
    except ValueError:
        return text
