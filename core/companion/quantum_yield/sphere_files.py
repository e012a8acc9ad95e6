"""Files of an integrating sphere: which spectra belong together, and what they count."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from asplab.core.companion.quantum_yield.sphere_spectra import SpectrumUnit, SphereSpectra
from asplab.core.errors import InputError
from asplab.core.experiment import Record, Table, frozen_array
from asplab.core.io.axes import POWER_UNITS
from asplab.core.io.headers import ENERGIES, WAVELENGTHS, WAVENUMBERS, column_name
from asplab.core.settings import GroupingSettings
from asplab.core.units import FloatArray

_NAMES = {
    "sphere_blank": "the empty sphere (sphere_blank)",
    "sphere_out": "the sample beside the beam (sphere_out)",
    "sphere_in": "the sample in the beam (sphere_in)",
}
_POWER = frozenset(("power", "irradiance", "radiant_power", "radiant_flux", "spectral_power", "spectral_flux"))
_NUMBER = re.compile(r"[_ ]*\d+$")
_SAME_PIXEL = 1e-3
"""Part of a pixel by which axes of one spectrometer may differ."""


@dataclass(frozen=True, slots=True, eq=False)
class SphereFiles:
    """Records of one sample, excitation and temperature; a kind without files has an empty tuple."""

    blank: tuple[Record, ...]
    out: tuple[Record, ...]
    inside: tuple[Record, ...]
    dilute: tuple[Record, ...] = ()

    @property
    def first(self) -> Record:
        """A record that tells the condition: in the beam where there is one."""
        return (*self.inside, *self.out, *self.blank)[0]

    @property
    def files(self) -> tuple[Record, ...]:
        """All records."""
        return (*self.blank, *self.out, *self.inside)


def sphere_sets(records: Sequence[Record], grouping: GroupingSettings) -> tuple[SphereFiles, ...]:
    """Return what belongs together: one sample, excitation and temperature; blanks serve all of their excitation."""
    with_sample = [record for record in records if record.kind in ("sphere_out", "sphere_in")]
    blanks = [record for record in records if record.kind == "sphere_blank"]
    groups: list[list[Record]] = []
    for record in with_sample:
        near = (group for group in groups if _is_same(record, group[0], grouping))
        group = next(near, None)
        if group is None:
            groups.append([record])
        else:
            group.append(record)
    if not groups and blanks:
        groups = [[]]
    dilute = [record for record in records if record.kind == "sphere_dilute"]
    return tuple(_sorted_out(group, blanks, dilute, grouping) for group in groups)


def _sorted_out(
    group: list[Record], blanks: list[Record], dilute: list[Record], grouping: GroupingSettings
) -> SphereFiles:
    own = [one for one in blanks if not group or _is_same_light(one, group[0], grouping)]
    # A blank that names the sample was taken with it.
    named = [one for one in own if group and one.condition.sample == group[0].condition.sample]
    return SphereFiles(
        tuple(named or own),
        tuple(record for record in group if record.kind == "sphere_out"),
        tuple(record for record in group if record.kind == "sphere_in"),
        tuple(one for one in dilute if group and one.condition.sample in ("", group[0].condition.sample)),
    )


def _is_same(one: Record, other: Record, grouping: GroupingSettings) -> bool:
    a, b = one.condition, other.condition
    return (
        (a.sample, a.medium) == (b.sample, b.medium)
        and _is_near(a.temperature_k, b.temperature_k, grouping.temperature_tolerance_k)
        and _is_same_light(one, other, grouping)
    )


def _is_same_light(one: Record, other: Record, grouping: GroupingSettings) -> bool:
    return _is_near(one.condition.excitation_nm, other.condition.excitation_nm, grouping.wavelength_tolerance_nm)


def _is_near(one: float | None, other: float | None, tolerance: float) -> bool:
    return one is other if one is None or other is None else abs(one - other) <= tolerance


def read_sphere(files: SphereFiles, unit: str) -> SphereSpectra:
    """Return the spectra of one set, each repeat a row, divided by the exposure where all files tell theirs.

    Parameters
    ----------
    files : SphereFiles
    unit : {"named", "photons", "power"}
        ``named``: as the headers of the columns say.

    Raises
    ------
    InputError
        Where a kind is missing, a file holds no spectrum, or the spectra can't be compared.
    """
    parts = {"sphere_blank": files.blank, "sphere_out": files.out, "sphere_in": files.inside}
    missing = [_NAMES[kind] for kind, records in parts.items() if not records]
    if missing:
        raise InputError(f"there is no spectrum of {' and of '.join(missing)}. Add it; all three are needed.")
    exposures = [record.condition.exposure_s for record in files.files]
    if None in exposures and any(exposures):
        raise InputError("some spectra of the sphere tell exposure_s and some do not. Fill it for all, or for none.")
    read = {kind: [_spectra(record) for record in records] for kind, records in parts.items()}
    axis, told = read["sphere_in"][0].wavelength_nm, {one.unit for found in read.values() for one in found}
    if unit == "named" and len(told) > 1:
        raise InputError("some columns of the sphere count power and some photons. Name them alike, or set the unit.")
    rows = {kind: _rows(found, parts[kind], axis) for kind, found in read.items()}
    counted: SpectrumUnit = "power" if unit == "power" or (unit == "named" and told == {"power"}) else "photons"
    return SphereSpectra(axis, rows["sphere_blank"], rows["sphere_out"], rows["sphere_in"], unit=counted)


def read_dilute(files: SphereFiles, spectra: SphereSpectra) -> FloatArray:
    """Return the emission of a dilute sample on the wavelengths of the sphere, each repeat a row.

    Raises
    ------
    InputError
        Where it can't be read, counts in another unit, or ends within the spectra.
    """
    read = [_spectra(record) for record in files.dilute]
    axis = spectra.wavelength_nm
    for one, record in zip(read, files.dilute, strict=True):
        if one.unit == "power" and spectra.unit == "photons":
            raise InputError(f"{record.source} counts power and the sphere photons. Give both alike.")
        if one.wavelength_nm[0] > axis[0] + _SAME_PIXEL or one.wavelength_nm[-1] < axis[-1] - _SAME_PIXEL:
            raise InputError(
                f"{record.source} reaches from {one.wavelength_nm[0]:g} to {one.wavelength_nm[-1]:g} nm, the spectra "
                f"of the sphere from {axis[0]:g} to {axis[-1]:g} nm. Take it over all of them."
            )
    rows = [np.interp(axis, one.wavelength_nm, row) for one in read for row in one.values]
    return frozen_array(rows)


@dataclass(frozen=True, slots=True, eq=False)
class _Spectra:
    wavelength_nm: FloatArray
    values: FloatArray
    unit: SpectrumUnit


def _rows(found: list[_Spectra], records: Sequence[Record], axis: FloatArray) -> FloatArray:
    for one, record in zip(found, records, strict=True):
        is_same = one.wavelength_nm.shape == axis.shape and bool(
            np.all(np.abs(one.wavelength_nm - axis) < _SAME_PIXEL * float(np.min(np.diff(axis))))
        )
        if not is_same:
            raise InputError(
                f"{record.source} has {one.wavelength_nm.size} pixels from {one.wavelength_nm[0]:g} to "
                f"{one.wavelength_nm[-1]:g} nm, another spectrum {axis.size} from {axis[0]:g} to {axis[-1]:g} nm. "
                "Take all on one wavelength axis."
            )
    scaled = [one.values / (record.condition.exposure_s or 1.0) for one, record in zip(found, records, strict=True)]
    return frozen_array(np.vstack(scaled))


def _spectra(record: Record) -> _Spectra:
    """Return the repeats of one file: a wavelength, and one column for each repeat."""
    if not isinstance(record, Table) or len(record.columns) < 2:
        raise InputError(f"{record.source} holds no spectrum. Give a wavelength column and one or more of counts.")
    names = [column_name(header) for header, _ in record.columns]
    place = next((k for k, (name, _) in enumerate(names) if name in WAVELENGTHS), 0)
    name, unit = names[place]
    if name in ENERGIES | WAVENUMBERS or unit not in ("", "nm"):
        raise InputError(
            f"{record.source}: the axis is {record.columns[place][0]!r}; spectra of a sphere are read against "
            "wavelength_nm. Convert axis and counts."
        )
    chosen = [k for k, (name, _) in enumerate(names) if k != place and not name.endswith("error")]
    values = np.array([record.columns[k][1] * POWER_UNITS.get(names[k][1], 1.0) for k in chosen])
    axis = np.asarray(record.columns[place][1])
    use = np.isfinite(axis) & np.isfinite(values).all(axis=0)
    order = np.argsort(axis[use], kind="stable")
    axis = axis[use][order]
    if axis.size < 2 or np.any(np.diff(axis) <= 0.0):
        raise InputError(f"{record.source}: the wavelengths repeat, or there are less than two. Correct the file.")
    is_power = {_counts_power(*names[k]) for k in chosen}
    if len(is_power) > 1:
        raise InputError(f"{record.source}: some columns count power and some photons. Keep one of them.")
    return _Spectra(
        frozen_array(axis), frozen_array(values[:, use][:, order]), "power" if True in is_power else "photons"
    )


def _counts_power(name: str, unit: str) -> bool:
    """Whether the header of a column, or of one of several repeats, names a power or its unit."""
    return _NUMBER.sub("", name) in _POWER or (unit != "" and unit in POWER_UNITS)
