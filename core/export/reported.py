"""Tables as a paper prints them: value and error in one cell with sensible digits, symbols in the heads."""

import math
from collections.abc import Iterator, Sequence

from asplab.core.export.table import Cell, Table, unit_of
from asplab.core.export.table_text import TextTable, latex, markdown
from asplab.core.rounding import arms, number_with_error, rounded

REPORTED = ("gap", "quantum_yield", "efficiency", "polaron", "models")
"""Tables of the chain that a paper would print; those of companion measurements come along."""

_SYMBOLS = {
    "temperature_k": "T", "gap_mev": "Eg", "mean_photon_mev": "⟨E⟩", "peak_mev": "peak", "fwhm_mev": "FWHM",
    "quantum_yield": "QY", "excitation_nm": "λ", "detuning_mev": "ΔE", "eta": "η", "g_mev": "g", "phonon_mev": "ħω",
    "huang_rhys": "S", "polaron_energy_mev": "Ep", "log_scale": "ln A", "chi2": "χ²", "ratio_slope_per_mev": "dR/dE",
}  # fmt: skip
_PARTS = ("_error", "_low", "_high", "_systematic_minus", "_systematic_plus")
_DIGITS = {"temperature_k": ".1f", "excitation_nm": ".2f"}


def reported(table: Table) -> TextTable:
    """Return a table with each value and its parts (error, interval, systematic error) joined in columns."""
    stems = [c for c in table.columns if not (c.endswith(_PARTS) and _stem(c) in table.columns)]
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    heads: list[str] = []
    columns: list[list[str]] = []
    for stem in stems:
        for head, cells in _columns(stem, table.columns, rows):
            heads.append(head)
            columns.append(cells)
    return TextTable(tuple(heads), tuple(zip(*columns, strict=True)) if columns else ())


def latex_text(tables: Sequence[Table], header: Sequence[str]) -> str:
    """Return tables in LaTeX, each after its title as a comment."""
    parts = ["\n".join(f"% {_line(line)}" for line in header)]
    parts += [f"% {_line(table.title)}\n{latex(reported(table))}" for table in tables]
    return "\n\n".join(parts) + "\n"


def markdown_text(tables: Sequence[Table], header: Sequence[str]) -> str:
    """Return tables in Markdown below headings."""
    # A comment can't be closed by what it holds.
    notes = "\n".join(_line(line).replace("--", "- -").replace(">", "&gt;") for line in header)
    parts = [f"<!--\n{notes}\n-->"]
    parts += [
        f"## {table.name.replace('_', ' ')}\n\n{_line(table.title)}\n\n{markdown(reported(table))}" for table in tables
    ]
    return "\n\n".join(parts) + "\n"


def _line(text: str) -> str:
    return " ".join(text.split())


def _stem(column: str) -> str:
    return next((column.removesuffix(part) for part in _PARTS if column.endswith(part)), column)


def _columns(stem: str, columns: Sequence[str], rows: Sequence[dict[str, Cell]]) -> Iterator[tuple[str, list[str]]]:
    unit = unit_of(stem)
    head = _SYMBOLS.get(stem, _words(stem, unit)) + (f" ({unit})" if unit else "")
    yield head, [_value(stem, row) for row in rows]
    if f"{stem}_low" in columns:
        yield f"{head}, 68 %", [_interval(row.get(f"{stem}_low"), row.get(f"{stem}_high")) for row in rows]
    if f"{stem}_systematic_minus" in columns:
        yield f"{head}, systematic", [_systematic(stem, row) for row in rows]


def _words(stem: str, unit: str) -> str:
    ending = {"meV": "_mev", "nm": "_nm", "K": "_k", "µW": "_uw", "1/meV": "_per_mev"}.get(unit, "")
    return stem.removesuffix(ending).replace("_", " ")


def _value(stem: str, row: dict[str, Cell]) -> str:
    value, error = row[stem], row.get(f"{stem}_error")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value.replace("_", " ") if stem in ("flags", "scope") else value
    if not _is_known(value):
        return "–"
    if isinstance(value, int):
        return str(value)
    number = float(value or 0.0)
    if stem in _DIGITS:
        return format(number, _DIGITS[stem])
    return number_with_error(number, float(error)) if _is_known(error) else rounded(number)  # type: ignore[arg-type]


def _interval(low: Cell, high: Cell) -> str:
    known = [_is_known(low), _is_known(high)]
    if all(known):
        digits = max(0, 1 - math.floor(math.log10(max(abs(float(high or 0) - float(low or 0)), 1e-12))))
        return f"{float(low or 0):.{digits}f} … {float(high or 0):.{digits}f}"
    if any(known):
        return f"> {rounded(float(low or 0))}" if known[0] else f"< {rounded(float(high or 0))}"
    return "–"


def _systematic(stem: str, row: dict[str, Cell]) -> str:
    ends = [row.get(f"{stem}_systematic_{side}") for side in ("minus", "plus")]
    if all(end is None for end in ends):
        return "–"
    return arms([float(end) if isinstance(end, float | int) else None for end in ends])


def _is_known(value: Cell) -> bool:
    return value is not None and not isinstance(value, str) and math.isfinite(float(value))
