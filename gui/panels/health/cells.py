"""The cells of the matrix as they are painted: a colour, a sign and a number each."""

from dataclasses import dataclass

import numpy as np

from asplab.core.appraisal.health import FINE, UNKNOWN, Column, Health, Measure
from asplab.core.units import FloatArray
from asplab.gui.language import tr
from asplab.gui.panels.health.quantities import QUANTITIES, SIGNS, WORST, severity
from asplab.gui.widgets.numerals import plain

_WIDE_NM = 1.5
KINDS = {"pl": tr("Stokes (PL)"), "aspl": tr("anti-Stokes (ASPL)")}
SIDES = {"pl": tr("Stokes (PL), above the gap"), "aspl": tr("anti-Stokes (ASPL), below the gap")}


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """What the matrix shows.

    Attributes
    ----------
    health : Health
    title : str
    texts : tuple of tuple of str
        Sign and number of each cell; empty where nothing was measured.
    part : ndarray, shape (n_temperatures, n_columns)
        Colour, −1 to 1; NaN for none.
    level : ndarray of int, same shape
    heads : tuple of str
        Wavelength or photon energy of each column.
    detunings : tuple of str
        Distance from the gap of each column: ΔE, of Stokes excitations ΔE_S.
    is_stale : bool
        It belongs to earlier settings.
    """

    health: Health
    title: str
    texts: tuple[tuple[str, ...], ...]
    part: FloatArray
    level: np.ndarray
    heads: tuple[str, ...]
    detunings: tuple[str, ...]
    is_stale: bool = False


def cells_of(health: Health, name: str, *, unit: str, is_stale: bool) -> Cells:
    """Return the cells of one quantity, or of the worst of all; heads are in ``unit``, nm or meV."""
    if name == WORST:
        title, texts, part, level = tr("Worst of all"), *_worst(health)
    else:
        measure = health.measure(name)
        title, part, level = QUANTITIES[name].title, severity(measure), measure.level
        texts = tuple(
            tuple(_text(measure, i, j) if health.keys[i][j] else "" for j in range(health.shape[1]))
            for i in range(health.shape[0])
        )
    return Cells(
        health=health,
        title=title,
        texts=texts,
        part=part,
        level=level,
        heads=tuple(_head(column, unit) for column in health.columns),
        detunings=tuple(_distance(column) for column in health.columns),
        is_stale=is_stale,
    )


def _text(measure: Measure, i: int, j: int) -> str:
    level, value = int(measure.level[i, j]), float(measure.value[i, j])
    if not np.isfinite(value):
        return SIGNS[level]
    number = QUANTITIES[measure.name].write(value)
    return number if level in (FINE, UNKNOWN) else f"{SIGNS[level]}{number}"


def _worst(health: Health) -> tuple[tuple[tuple[str, ...], ...], FloatArray, np.ndarray]:
    """Return texts, colours and levels of the worst quantity of each cell."""
    parts = np.stack([np.nan_to_num(severity(measure), nan=-np.inf) for measure in health.measures])
    worst, level = parts.argmax(axis=0), health.worst
    part = parts.max(axis=0)
    names = [QUANTITIES[measure.name].short for measure in health.measures]
    texts = tuple(
        tuple(
            (SIGNS[int(level[i, j])] + (names[int(worst[i, j])] if level[i, j] > FINE else ""))
            if health.keys[i][j]
            else ""
            for j in range(health.shape[1])
        )
        for i in range(health.shape[0])
    )
    return texts, np.where(np.isfinite(part), part, np.nan), level


def _head(column: Column, unit: str) -> str:
    return _middle(column.excitation_nm, 1) if unit == "nm" else _middle(column.excitation_mev, 0)


def _distance(column: Column) -> str:
    low, high = column.detuning_mev
    return _middle((-high, -low) if column.kind == "pl" else (low, high), 0)


def _middle(ends: tuple[float, float], decimals: int) -> str:
    """Return the middle of a range, without decimals where it is wide."""
    low, high = ends
    if not np.isfinite(low):
        return "—"
    if plain(low, decimals) == plain(high, decimals):
        return plain(low, decimals)
    return plain(0.5 * (low + high), 0 if high - low > _WIDE_NM else decimals)


def table_text(cells: Cells) -> str:
    """Return what the matrix shows as tab-separated text: temperatures down, excitations across."""
    health = cells.health
    lines = [
        [cells.title, *(KINDS[column.kind] for column in health.columns)],
        [tr("T (K) \\ excitation"), *cells.heads],
        [tr("ΔE (meV)"), *cells.detunings],
    ]
    for i, kelvin in enumerate(health.temperatures_k):
        marks = [tr(" (excluded)") if reason else "" for reason in health.excluded[i]]
        lines.append([plain(kelvin, 1), *(f"{text}{mark}" for text, mark in zip(cells.texts[i], marks, strict=True))])
    return "\n".join("\t".join(line) for line in lines)


def whole_text(health: Health) -> str:
    """Return all quantities as tab-separated text, one condition a line."""
    head = [tr("T (K)"), tr("kind"), tr("excitation (nm)"), tr("ΔE (meV)"), tr("excluded")]
    for measure in health.measures:
        head += [measure.name, f"{measure.name}_error", f"{measure.name}_limit", f"{measure.name}_level"]
    lines = [head]
    for i, j in np.argwhere(health.is_measured).tolist():
        column = health.columns[j]
        line = [f"{health.temperatures_k[i]:.2f}", column.kind]
        line += [f"{sum(column.excitation_nm) / 2:.2f}", f"{sum(column.detuning_mev) / 2:.2f}", health.excluded[i][j]]
        for measure in health.measures:
            numbers = (measure.value[i, j], measure.error[i, j], measure.limit[i, j])
            line += [*("" if np.isnan(value) else f"{value:.6g}" for value in numbers), SIGNS[int(measure.level[i, j])]]
        lines.append(line)
    return "\n".join("\t".join(line) for line in lines)
