"""Check and convert what files hold to the units of the core: nm, V, µW; axes ascending."""

from dataclasses import dataclass

import numpy as np

from asplab.core.io.datafile import Column, DataFile
from asplab.core.io.headers import ENERGIES, WAVENUMBERS
from asplab.core.units import FloatArray, wavelength_from_energy

SHORTEST_NM = 150.0
LONGEST_NM = 3000.0
LARGEST_EV = 20.0
PER_NM = 1e7
"""Wavenumber in cm⁻¹ times wavelength in nm."""
PIXELS = frozenset(("pixel", "pixels", "px"))
RAMAN_SHIFTS = frozenset(("raman_shift", "raman", "shift"))
LENGTHS = {"nm": 1.0, "um": 1e3, "angstrom": 0.1}
ENERGY_UNITS = {"meV": 1.0, "eV": 1e3}
VOLTAGES = {"": 1.0, "V": 1.0, "mV": 1e-3, "uV": 1e-6}
POWER_UNITS = {"": 1.0, "uW": 1.0, "nW": 1e-3, "mW": 1e3, "W": 1e6}


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """An ascending wavelength axis (n,), the order in which it takes the rows, and what to tell the user."""

    wavelength_nm: FloatArray
    order: slice
    notes: tuple[str, ...]


def read_axis(file: DataFile, column: Column, excitation_nm: float | None = None) -> Axis:
    """Return ``column`` as an ascending axis in nm; Raman shifts count from ``excitation_nm``.

    Raises
    ------
    FileError
        Where a value is missing, repeated or out of order, or the unit isn't plausible.
    """
    refuse_missing(file, column, "the axis")
    refuse_disorder(file, column)
    wavelength_nm, notes = in_nanometres(file, column, excitation_nm)
    if wavelength_nm[0] < wavelength_nm[-1]:
        return Axis(wavelength_nm, slice(None), notes)
    if column.values[0] > column.values[-1]:
        notes = (*notes, "the axis descended and was reversed")
    return Axis(wavelength_nm[::-1], slice(None, None, -1), notes)


def refuse_missing(file: DataFile, column: Column, what: str) -> None:
    """Raise `FileError` naming the line of the first value that isn't a finite number."""
    finite = np.isfinite(column.values)
    if not finite.all():
        row = int(np.argmin(finite))
        raise file.fault(row, f"{what} is {column.values[row]:g}. Correct the value or delete the row.")


def refuse_disorder(file: DataFile, column: Column) -> None:
    """Raise `FileError` where an axis neither increases throughout nor decreases throughout."""
    values = column.values
    if values.size < 2:
        raise file.fault(0, "the file holds a single row; a spectrum or scan needs more. Restore the file.")
    steps = np.diff(values)
    upward = np.count_nonzero(steps > 0.0) >= np.count_nonzero(steps < 0.0)
    wrong = steps <= 0.0 if upward else steps >= 0.0
    if not wrong.any():
        return
    row = int(np.argmax(wrong)) + 1
    here = f"{column.header or 'axis'} {values[row]:.10g}"
    if steps[row - 1] == 0.0:
        raise file.fault(row, f"{here} repeats the value of the row before. Average or delete one of them.")
    direction = "increase" if upward else "decrease"
    raise file.fault(
        row,
        f"{here} follows {values[row - 1]:.10g}; the axis must {direction} throughout. Sort the file, or split "
        "it where the axis starts again.",
    )


def in_nanometres(
    file: DataFile, column: Column, excitation_nm: float | None = None
) -> tuple[FloatArray, tuple[str, ...]]:
    """Return the values in nm and what to say about the conversion."""
    values, unit = column.values, column.unit
    if column.name in RAMAN_SHIFTS:
        return from_raman_shift(file, column, excitation_nm)
    if column.name in WAVENUMBERS:
        return from_wavenumber(file, column)
    if unit == "cm-1":
        text = (
            f"the axis {column.header!r} is in cm⁻¹; whether it counts from the laser is open. Name it raman_shift or "
            "wavenumber in the header."
        )
        raise file.fault(None, text)
    if unit == "pixel" or column.name in PIXELS:
        raise file.fault(
            None, "the axis counts pixels; wavelengths are needed. Save the spectrum with its calibration."
        )
    if not unit and column.name in ENERGIES:
        unit = "eV" if values.max() < LARGEST_EV else "meV"
    if unit in ENERGY_UNITS:
        if values.min() <= 0.0:
            raise file.fault(int(np.argmin(values)), f"energy {values.min():g} {unit} isn't positive. Correct it.")
        note = f"the axis in {unit} was converted to nm; the values belong to the rows as before"
        return refuse_range(file, column, wavelength_from_energy(values * ENERGY_UNITS[unit])), (note,)
    if unit and unit not in LENGTHS:
        raise file.fault(None, f"the axis {column.header!r} isn't in nm, µm, Å, eV or meV. Correct its header.")
    notes = (f"the axis in {unit} was converted to nm",) if unit not in ("", "nm") else ()
    return refuse_range(file, column, values * LENGTHS[unit or "nm"]), notes


def from_raman_shift(file: DataFile, column: Column, excitation_nm: float | None) -> tuple[FloatArray, tuple[str, ...]]:
    """Return Raman shifts in cm⁻¹, which count from the laser towards longer wavelengths, as wavelengths in nm."""
    if excitation_nm is None:
        text = "the axis is a Raman shift; without the excitation wavelength it can't be converted. Fill excitation_nm."
        raise file.fault(None, text)
    note = f"the Raman shift was converted to nm with the laser at {excitation_nm:g} nm"
    return refuse_range(file, column, from_inverse_cm(file, column, PER_NM / excitation_nm - column.values)), (note,)


def from_wavenumber(file: DataFile, column: Column) -> tuple[FloatArray, tuple[str, ...]]:
    """Return absolute wavenumbers in cm⁻¹ as wavelengths in nm."""
    note = "the axis in cm⁻¹ was converted to nm; the values belong to the rows as before"
    return refuse_range(file, column, from_inverse_cm(file, column, column.values)), (note,)


def from_inverse_cm(file: DataFile, column: Column, wavenumber: FloatArray) -> FloatArray:
    """Return wavelengths in nm of wavenumbers in cm⁻¹; raise `FileError` where one isn't positive."""
    if wavenumber.min() <= 0.0:
        row = int(np.argmin(wavenumber))
        text = f"{column.header or 'axis'} {column.values[row]:g} cm⁻¹ is no wavelength. Check axis and laser."
        raise file.fault(row, text)
    return PER_NM / wavenumber


def refuse_range(file: DataFile, column: Column, wavelength_nm: FloatArray) -> FloatArray:
    """Return ``wavelength_nm``; raise `FileError` where it can't be one in nm."""
    low, high = float(wavelength_nm.min()), float(wavelength_nm.max())
    if low >= SHORTEST_NM and high <= LONGEST_NM:
        return wavelength_nm
    row = int(np.argmin(wavelength_nm)) if low < SHORTEST_NM else int(np.argmax(wavelength_nm))
    raise file.fault(
        row,
        f"{column.header or 'axis'} {column.values[row]:.6g} isn't a wavelength between {SHORTEST_NM:g} and "
        f"{LONGEST_NM:g} nm{likely_unit(column.values)}. Name the unit in the header, such as "
        "'wavelength_nm' or 'energy_ev', or convert the axis.",
    )


def likely_unit(values: FloatArray) -> str:
    """Return what the size of ``values`` suggests, for a message."""
    low, high = float(values.min()), float(values.max())
    if low >= 1.0 and high <= 8.0:
        return "; it looks like eV"
    if low >= 0.15 and high <= 3.0:
        return "; it looks like µm"
    if low >= 1000.0 and high <= 8000.0:
        return "; it looks like meV or Å"
    return "; it looks like cm⁻¹" if 3000.0 < high <= 70000.0 and low > 0.0 else ""


def scaled(file: DataFile, column: Column, factors: dict[str, float], what: str) -> FloatArray:
    """Return the finite values of ``column`` in the unit whose factor is 1; raise `FileError` otherwise."""
    if column.unit not in factors:
        known = ", ".join(unit for unit in factors if unit)
        raise file.fault(None, f"column {column.header!r} isn't in one of {known}. Correct its header.")
    refuse_missing(file, column, what)
    return column.values * factors[column.unit]
