"""Tables of kind ``matched``: emission, pump power and absorptance of the excitations of one temperature."""

from dataclasses import dataclass

import numpy as np

from asplab.core.companion.matched.series import Excitations, excitations
from asplab.core.errors import InputError
from asplab.core.experiment import Table
from asplab.core.grouping.clusters import cluster, nearest
from asplab.core.io.axes import POWER_UNITS
from asplab.core.io.headers import ABSORPTIONS, COUNTS, EXCITATIONS, POWERS, WAVELENGTHS, column_name
from asplab.core.units import FloatArray, Medium, energy_from_wavelength, wavelength_from_energy

MATCHED_KIND = "matched"
_NAMES = {
    "temperature_k": frozenset(("temperature",)),
    "excitation_nm": EXCITATIONS | WAVELENGTHS,
    "power_uw": POWERS,
    "power_error_uw": frozenset(("power_error",)),
    "intensity": COUNTS,
    "intensity_error": frozenset(("intensity_error", "counts_error")),
    "absorptance": frozenset(("absorptance",)),
    "absorptance_error": frozenset(("absorptance_error",)),
}
_NEEDED = ("excitation_nm", "power_uw", "intensity", "intensity_error", "absorptance", "absorptance_error")


@dataclass(frozen=True, slots=True, eq=False)
class MatchedTable:
    """Rows of one temperature of a file.

    Attributes
    ----------
    temperature_k : float
    source : str
    told_nm : ndarray, shape (n,)
        Anti-Stokes excitations as the file has them, in the order of ``anti``.
    anti, stokes : Excitations
        Wavelengths in vacuum; the shortest excitation with emission is the Stokes side.
    clear_nm, clear_absorptance, clear_error : ndarray, shape (n_clear,)
        Rows far below the gap, where what is missing from the beam was scattered; wavelengths in vacuum.
    sample : str
        As the manifest has it; empty where it names none.
    """

    temperature_k: float
    source: str
    told_nm: FloatArray
    anti: Excitations
    stokes: Excitations
    clear_nm: FloatArray
    clear_absorptance: FloatArray
    clear_error: FloatArray
    sample: str


def read_matched(
    record: Table, *, medium: Medium, transparent_from_nm: float | None, tolerance_k: float
) -> tuple[MatchedTable, ...]:
    """Return the temperatures of one file.

    Parameters
    ----------
    record : Table
    medium : Medium
        Of its wavelengths.
    transparent_from_nm : float, optional
        From which wavelength on a row tells scattering; None: rows without emission do.
    tolerance_k : float
        Readings of one temperature lie within this of their middle.

    Raises
    ------
    InputError
        Where columns or temperatures are missing, and for values that no measurement has.
    """
    columns = _columns(record)
    kelvin = columns.get("temperature_k")
    if kelvin is None:
        if record.condition.temperature_k is None:
            raise InputError(f"{record.source}: the temperature is missing. Fill temperature_k in the manifest.")
        kelvin = np.full(columns["excitation_nm"].size, record.condition.temperature_k)
    if not np.isfinite(kelvin).all():
        raise InputError(f"{record.source}: a row has no temperature. Fill the column temperature_k.")
    centres = cluster(kelvin.tolist(), tolerance_k)
    group = np.array([nearest(centres, value) for value in kelvin.tolist()])
    tables = []
    for k in range(len(centres)):
        rows = {name: values[group == k] for name, values in columns.items()}
        tables.append(_one(record, rows, float(kelvin[group == k].mean()), medium, transparent_from_nm))
    return tuple(tables)


def _columns(record: Table) -> dict[str, FloatArray]:
    """Return the columns by name; powers in µW, absorptances as fractions."""
    found: dict[str, FloatArray] = {}
    for header, values in record.columns:
        named, unit = column_name(header)
        name = next((name for name, names in _NAMES.items() if named in names), None)
        if name is not None:
            scale = POWER_UNITS.get(unit, 1.0) if name.startswith("power") else 0.01 if unit == "%" else 1.0
            found.setdefault(name, values * scale)
    missing = [name for name in _NEEDED if name not in found]
    if missing:
        is_absorbance = any(column_name(header)[0] in ABSORPTIONS for header, _ in record.columns)
        hint = " An absorbance is no absorptance: A = 1 − 10^(−absorbance)." if is_absorbance else ""
        raise InputError(f"{record.source}: there is no column {', '.join(missing)}. Name them in the header.{hint}")
    found.setdefault("power_error_uw", np.zeros(found["power_uw"].size))
    return found


def _one(
    record: Table, columns: dict[str, FloatArray], kelvin: float, medium: Medium, transparent_from_nm: float | None
) -> MatchedTable:
    told = columns["excitation_nm"]
    has_light = np.isfinite(columns["intensity"])
    is_beyond = np.zeros(told.size, dtype=bool) if transparent_from_nm is None else told >= transparent_from_nm
    is_clear = ~has_light if transparent_from_nm is None else is_beyond
    used = np.flatnonzero(has_light & ~is_beyond)
    used = used[np.argsort(told[used], kind="stable")]
    if used.size < 2:
        raise InputError(
            f"{record.source}, {kelvin:g} K: {used.size} excitations with emission; one above the gap and one or more "
            "below it are needed. Add rows."
        )
    vacuum = wavelength_from_energy(energy_from_wavelength(told, medium=medium))
    measured = {
        name: columns[name] for name in _NAMES if name in columns and name not in ("temperature_k", "excitation_nm")
    }
    try:
        both = [excitations(vacuum[rows], **{n: v[rows] for n, v in measured.items()}) for rows in (used[1:], used[:1])]
    except InputError as error:
        raise InputError(f"{record.source}, {kelvin:g} K: {error}") from error
    spread = columns["absorptance_error"]
    clear = is_clear & np.isfinite(columns["absorptance"]) & np.isfinite(spread) & (spread > 0.0)
    return MatchedTable(
        temperature_k=kelvin,
        source=record.where,
        told_nm=told[used[1:]],
        anti=both[0],
        stokes=both[1],
        clear_nm=vacuum[clear],
        clear_absorptance=columns["absorptance"][clear],
        clear_error=spread[clear],
        sample=record.condition.sample,
    )
