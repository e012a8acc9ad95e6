"""η of absorptances at every temperature that has a table of kind ``matched``, beside the photothermal one."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from asplab.core.companion.matched.estimator import MatchedEfficiency, matched_efficiency
from asplab.core.companion.matched.scattering import MatchedComparison, compare_with_photothermal, scattering_below_gap
from asplab.core.companion.matched.series import Excitations
from asplab.core.companion.matched.tables import MATCHED_KIND, MatchedTable, read_matched
from asplab.core.companion.reading import Reading
from asplab.core.corrections import Corrected
from asplab.core.document import Exclusions
from asplab.core.efficiency.stage import FLAGS, EfficiencyFit
from asplab.core.energies.stage import Energies
from asplab.core.errors import AsplabError
from asplab.core.experiment import Experiment, Table, frozen_array
from asplab.core.grouping.clusters import nearest
from asplab.core.grouping.conditions import kept
from asplab.core.grouping.layout import Layout
from asplab.core.problems import Problem
from asplab.core.settings import EnergySettings, GroupingSettings, MatchedSettings
from asplab.core.units import FloatArray, energy_from_wavelength

_PERCENT = 100.0
_NOTHING_SHARED = "no photothermal η is known at these excitations, so there is nothing to compare with."


@dataclass(frozen=True, slots=True, eq=False)
class MatchedReading:
    """What one temperature of a table says; arrays of η have shape (n,), those of the comparison (n_shared,).

    Attributes
    ----------
    table : MatchedTable
    temperature : int or None
        Index of the temperature of the spectra of the same sample; None where there is none.
    detuning_mev : ndarray, shape (n,)
        E_g − E_exc of every anti-Stokes excitation; NaN without that temperature.
    found : MatchedEfficiency or None
    shared : ndarray of int, shape (n_shared,)
        Excitations of which photothermal η is known too.
    columns : ndarray of int, shape (n_shared,)
        Their places among the anti-Stokes excitations of the main analysis.
    photothermal : ndarray, shape (n_shared,)
    photothermal_covariance : ndarray, shape (n_shared, n_shared)
        Statistical.
    comparison : MatchedComparison or None
    below_gap : Reading or None
        Scattering at the Stokes wavelength from where nothing absorbs; None where the table does not reach there.
    reason : str
        Why there is no η, or no comparison; empty where there are both.
    """

    table: MatchedTable
    temperature: int | None
    detuning_mev: FloatArray
    found: MatchedEfficiency | None
    shared: np.ndarray
    columns: np.ndarray
    photothermal: FloatArray
    photothermal_covariance: FloatArray
    comparison: MatchedComparison | None
    below_gap: Reading | None
    reason: str = ""

    @property
    def photothermal_error(self) -> FloatArray:
        """Statistical standard errors of photothermal η, (n_shared,)."""
        return frozen_array(np.sqrt(np.diag(self.photothermal_covariance)))


@dataclass(frozen=True, slots=True, eq=False)
class MatchedFindings:
    """All tables by temperature; those that say nothing are among the problems."""

    readings: tuple[MatchedReading, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Main:
    """What the main analysis knows of each temperature and excitation."""

    energies: Energies
    fit: EfficiencyFit
    layout: Layout
    excitation_nm: FloatArray
    """As set, (n_temperatures, n_anti); NaN where there is none."""


def find_matched(
    experiment: Experiment,
    exclusions: Exclusions,
    corrected: Corrected,
    layout: Layout,
    energies: Energies,
    efficiency: EfficiencyFit,
    grouping: GroupingSettings,
    axes: EnergySettings,
    settings: MatchedSettings,
) -> MatchedFindings:
    """Read every table of kind ``matched``, and compare it with the photothermal η of the same excitations."""
    readings: list[MatchedReading] = []
    problems: list[Problem] = []
    set_nm = np.array([stack.excitation_nm for stack in corrected.stacks], dtype=np.float64)
    places = np.where(layout.valid, set_nm[layout.index] if set_nm.size else np.nan, np.nan)[:, layout.n_stokes :]
    main = _Main(energies, efficiency, layout, places)
    # A file whose numbers could not be read was told when it was loaded.
    own = [record for record in experiment.kept if record.kind == MATCHED_KIND and isinstance(record, Table)]
    for record in kept(own, exclusions):
        try:
            tables = read_matched(
                record,
                medium=axes.medium,
                transparent_from_nm=settings.transparent_from_nm,
                tolerance_k=grouping.temperature_tolerance_k,
            )
        except AsplabError as fault:
            problems.append(Problem("warning", record.where, f"no η at matched intensities: {fault}"))
            continue
        readings += [_read(table, main, grouping, axes, settings) for table in tables]
    readings.sort(key=lambda one: one.table.temperature_k)
    return MatchedFindings(tuple(readings), (*problems, *_told(readings)))


def _told(readings: list[MatchedReading]) -> Iterator[Problem]:
    for one in readings:
        place = f"{one.table.source}, {one.table.temperature_k:g} K"
        if one.reason:
            yield Problem("warning", place, f"η at matched intensities: {one.reason}")
        for remark in () if one.found is None else one.found.remarks:
            yield Problem("info", place, remark)


def _read(
    table: MatchedTable, main: _Main, grouping: GroupingSettings, axes: EnergySettings, settings: MatchedSettings
) -> MatchedReading:
    t = _temperature(table.temperature_k, main.energies, grouping)
    is_other = t is not None and main.layout.is_other_sample(t, table.sample)
    lack = _of_other_sample(table, t, main) if t is not None and is_other else _NOTHING_SHARED
    t = None if is_other else t
    gap = np.nan if t is None else float(main.energies.reference_mev[t])
    detuning = gap - energy_from_wavelength(table.told_nm, medium=axes.medium)
    shared, column = _shared(table, t, main, grouping)
    eta, covariance = _photothermal(main.fit, t, column)
    known = (shared, column, eta, covariance)
    found, comparison, reason = None, None, ""
    try:
        found = _efficiency(table.anti, table.stokes, settings)
        if shared.size:
            own = chosen_efficiency(table, shared, settings)
            exponent = settings.scattering_exponent
            comparison = compare_with_photothermal(own, eta, eta_covariance=covariance, exponent=exponent)
        else:
            reason = lack
    except AsplabError as fault:
        reason = str(fault)
    below = _below_gap(table, settings)
    return MatchedReading(table, t, frozen_array(detuning), found, *known, comparison, below, reason)


def _of_other_sample(table: MatchedTable, t: int, main: _Main) -> str:
    return (
        f"photothermal η is not available: this table is of sample {table.sample!r}, and the main analysis of another "
        f"one, {main.layout.sample_names(t)}. Check the column sample."
    )


def chosen_efficiency(table: MatchedTable, shared: np.ndarray, settings: MatchedSettings) -> MatchedEfficiency:
    """Return η of absorptances at some excitations of a table."""
    return _efficiency(_chosen(table.anti, shared), table.stokes, settings)


def _efficiency(anti: Excitations, stokes: Excitations, settings: MatchedSettings) -> MatchedEfficiency:
    common = settings.baseline_error_percent / _PERCENT
    return matched_efficiency(anti, stokes, absorptance_common_error=common)


def _temperature(kelvin: float, energies: Energies, grouping: GroupingSettings) -> int | None:
    if not energies.temperatures_k.size:
        return None
    apart = np.abs(energies.temperatures_k - kelvin)
    t = int(np.argmin(apart))
    return t if apart[t] <= grouping.temperature_tolerance_k else None


def _shared(
    table: MatchedTable, t: int | None, main: _Main, grouping: GroupingSettings
) -> tuple[np.ndarray, np.ndarray]:
    """Return which excitations of the table have a photothermal η above 0, and the columns of that."""
    rows, columns = [], []
    if t is not None:
        fit = main.fit
        unknown = fit.flag_table[t, :, FLAGS.index("not_determined")]
        own = main.layout.of_sample(t, table.sample)[main.layout.n_stokes :]
        usable = np.flatnonzero(own & fit.valid[t] & fit.fitted[t] & ~unknown & (fit.eta[t] > 0.0))
        set_nm = main.excitation_nm[t, usable]
        for row, told in enumerate(table.told_nm):
            if usable.size and np.min(np.abs(set_nm - told)) <= grouping.wavelength_tolerance_nm:
                rows.append(row)
                columns.append(int(usable[nearest(set_nm.tolist(), float(told))]))
    return np.array(rows, dtype=int), np.array(columns, dtype=int)


def _photothermal(fit: EfficiencyFit, t: int | None, columns: np.ndarray) -> tuple[FloatArray, FloatArray]:
    if t is None or not columns.size:
        return frozen_array([]), np.zeros((0, 0))
    return frozen_array(fit.eta[t, columns]), fit.eta_covariance[t][np.ix_(columns, columns)]


def _chosen(anti: Excitations, rows: np.ndarray) -> Excitations:
    return Excitations(**{name: frozen_array(getattr(anti, name)[rows]) for name in Excitations.__slots__})


def _below_gap(table: MatchedTable, settings: MatchedSettings) -> Reading | None:
    if not table.clear_nm.size:
        return None
    return scattering_below_gap(
        table.clear_nm,
        table.clear_absorptance,
        error=table.clear_error,
        common_error=settings.baseline_error_percent / _PERCENT,
        exponent=settings.scattering_exponent,
        at_nm=float(table.stokes.wavelength_nm[0]),
    )
