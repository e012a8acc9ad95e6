"""Tables of η, R or (I, PA) as people publish them: pasted or saved from a spreadsheet, columns named in their way."""

import csv
import io
import re
import unicodedata
from collections.abc import Sequence

from asplab.core.experiment import Condition
from asplab.core.io.datafile import FileError
from asplab.core.io.delimited import DELIMITERS
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
    first = next((k for k, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise FileError(name, None, "there is no text. Copy the table with its header row.")
    delimiter = max(DELIMITERS, key=lines[first].count)
    heads = _split(lines[first], delimiter)
    names, factors = _understood(heads, name, first + 1)
    rows = [_split(line, delimiter) if line.strip() else [] for line in lines[first + 1 :]]
    names, factors, rows = _with_errors_apart(names, factors, rows)
    kind = _kind(names, name, heads)
    comma = delimiter != ","
    table = [
        names,
        *([_scaled(cell, factor, comma) for cell, factor in zip(row, factors, strict=False)] for row in rows),
    ]
    out = io.StringIO()
    out.write("\n" * first)
    csv.writer(out, delimiter="\t", lineterminator="\n").writerows(table)
    origin = Origin(kind, name, None, Condition(temperature_k=temperature_k), ())
    return read_halfway(out.getvalue().encode("utf-8"), origin)


def _split(line: str, delimiter: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))]


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


def _kind(names: Sequence[str], name: str, heads: Sequence[str]) -> str:
    """Return what the table holds; raise where it is none of the three."""
    for kind, value in (("efficiency", "eta"), ("ratios", "ratio"), ("responses", "intensity")):
        if value in names:
            return kind
    found = ", ".join(repr(head) for head in heads)
    raise FileError(
        name,
        None,
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
