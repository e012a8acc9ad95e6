"""The comparison of several samples as lines of a table on screen."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from asplab.core.estimate import Estimate
from asplab.core.export.table import Table
from asplab.core.jobs.batch import Batch
from asplab.core.jobs.batch.comparison import eta_table, samples_table
from asplab.gui.language import tr
from asplab.gui.widgets.numerals import measured, plain
from asplab.gui.widgets.sorting import Key, sort_key
from asplab.gui.widgets.table import Column, TableRow

_LATE: Key = (0, math.inf, "")
_NOTHING = "–"
_PARAMETERS = (
    ("QY", "quantum_yield", "", tr("Quantum yield with its 68 % error")),
    ("g", "g_mev", "meV", tr("Electron-phonon coupling")),
    ("ħω", "phonon_mev", "meV", tr("Phonon energy, with the gap at one energy")),
    ("E<sub>p</sub>", "polaron_energy_mev", "meV", tr("Polaron energy g²/ħω")),
)


@dataclass(frozen=True, slots=True)
class Compared:
    """The comparison as it is shown.

    Attributes
    ----------
    columns : tuple of Column
    rows : tuple of TableRow
    samples : tuple of int
        Place among the samples of each row.
    """

    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]
    samples: tuple[int, ...]


def compared(batch: Batch, detunings_mev: Sequence[float]) -> Compared:
    """Return one line for each sample and temperature, and one for its joint fit."""
    named = [(one.name, one.rows, one.failure) for one in batch.samples if one.rows is not None]
    places = {one.name: place for place, one in enumerate(batch.samples)}
    etas = _etas(eta_table(named, detunings_mev))
    detunings = tuple(dict.fromkeys(detuning for _, _, detuning in etas))
    found = [one for one in _by_name(samples_table(named)) if _is_worth_a_line(one)]
    before = [None, *(one["sample"] for one in found)]
    rows = tuple(
        _row(one, etas, detunings, begins=one["sample"] != other) for one, other in zip(found, before, strict=False)
    )
    return Compared(_columns(detunings), rows, tuple(places[one["sample"]] for one in found))


def _columns(detunings_mev: Sequence[float]) -> tuple[Column, ...]:
    tip = tr("η at this ΔE, interpolated between two lasers where none lies within 1 meV")
    return (
        Column(tr("Sample"), tip=tr("Double click opens its project")),
        Column(tr("T"), "K", tr("Temperature; joint: the fit of all temperatures together")),
        *(Column(symbol, unit, tip) for symbol, _, unit, tip in _PARAMETERS),
        *(Column(tr("η at {detuning} meV", detuning=plain(one, 0)), "", tip) for one in detunings_mev),
    )


def _by_name(table: Table) -> Iterator[dict[str, Any]]:
    return (dict(zip(table.columns, row, strict=True)) for row in table.rows)


def _is_worth_a_line(found: dict[str, Any]) -> bool:
    """Return whether a line says anything: that of a joint fit of one temperature does not."""
    return found["temperature_k"] is not None or any(found[stem] is not None for _, stem, _, _ in _PARAMETERS)


def _etas(table: Table) -> dict[tuple[str, float, float], dict[str, Any]]:
    return {(row["sample"], row["temperature_k"], row["detuning_mev"]): row for row in _by_name(table)}


def _row(
    found: dict[str, Any],
    etas: dict[tuple[str, float, float], dict[str, Any]],
    detunings_mev: Sequence[float],
    *,
    begins: bool,
) -> TableRow:
    name, kelvin = found["sample"], found["temperature_k"]
    own = [etas.get((name, kelvin, detuning)) for detuning in detunings_mev]
    numbers = [*(_parameter(found, stem) for _, stem, _, _ in _PARAMETERS), *map(_eta, own)]
    place = plain(kelvin, 0) if kelvin is not None else tr("joint") if found["scope"] == "joint" else tr("all")
    cells = (name, place, *numbers)
    # What holds for all temperatures comes after those of one.
    keys = tuple(_LATE if i == 1 and kelvin is None else sort_key(cell) for i, cell in enumerate(cells))
    return TableRow(cells, tip="\n".join(_notes(own, detunings_mev)), keys=keys, begins=begins)


def _parameter(found: dict[str, Any], stem: str) -> str:
    value, error = found[stem], found[f"{stem}_error"]
    if value is None:
        return _NOTHING
    low, high = found[f"{stem}_low"], found[f"{stem}_high"]
    if stem == "quantum_yield" and (low is None or high is None):
        low = high = None
    return measured(Estimate(value, math.nan if error is None else error, "", low, high))


def _eta(row: dict[str, Any] | None) -> str:
    if row is None or not math.isfinite(row["eta"]):
        return _NOTHING
    ends = row["eta_low"], row["eta_high"]
    low, high = ends if all(map(math.isfinite, ends)) else (None, None)
    return measured(Estimate(row["eta"], row["eta_error"], "", low, high))


def _notes(own: Sequence[dict[str, Any] | None], detunings_mev: Sequence[float]) -> Iterator[str]:
    for row, detuning in zip(own, detunings_mev, strict=True):
        if row is None:
            continue
        if row["reason"]:
            yield tr("η at {detuning} meV: {reason}", detuning=plain(detuning, 0), reason=row["reason"])
        elif row["interpolated"]:
            yield tr("η at {detuning} meV is interpolated between two lasers.", detuning=plain(detuning, 0))
