"""Whole experiments with all effects of a real day, from raw files through the analysis with default settings.

Simulates `REALISTIC` (or other effects) at 11 temperatures, analyses each with defaults, and prints how far η lies from
the truth in statistical and in total errors, up to 77 meV below the gap, and what the user is told. Some 20 s per seed:

    OMP_NUM_THREADS=1 python tests/realistic_study.py --seeds 3
    OMP_NUM_THREADS=1 python tests/realistic_study.py --seeds 1 --effects realistic,leak=1e-4
    OMP_NUM_THREADS=1 python tests/realistic_study.py --seeds 1 --each

``--each`` analyses one experiment per effect that is on, with that effect alone. ``--drawn`` gives every day other
sizes, drawn from what the default priors say; total pulls then have unit spread, and mean 0 in films. With fixed sizes
the mean can't be 0: `REALISTIC` has a neutral filter one prior standard deviation off, the full inner filter of a
cuvette (1.4) and a slope of the yield (1), alike at every seed.
"""

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
from scipy.optimize import brentq

from asplab.core.document import Document
from asplab.core.loading import load_experiment
from asplab.core.pipeline import Results, analyse
from asplab.core.problems import grouped
from asplab.core.settings import Settings
from asplab.core.systematics import Systematics, prior_sizes, systematic_errors
from asplab.core.systematics.shifts import SLOPE_RANGE_MEV
from asplab.core.units import wavelength_from_energy
from asplab.core.virtual import VirtualExperiment, experiment_with_truth, simulate, truth_document
from asplab.core.virtual.effects import Effects
from asplab.core.virtual.light import SLOPE_SPAN_MEV, true_eta
from asplab.core.virtual.truth import emission_mev

DEEPEST_MEV = 78.0
"""Detunings up to here are counted: the nominal 77 meV and what readbacks make of it."""

FEW_K = (120.0, 200.0, 260.0)
"""Temperatures of a day whose effects are drawn."""

TOGETHER = {
    "two_photon_crossover_uw": ("two_photon_reference_mev", "power_series"),
    "filter_ripple": ("filters_written",),
    "path_mismatch": ("filters_written",),
    "segment_gain_error": ("scan_segments",),
    "overload": ("scan_segments",),
    "nd_error_od": ("pl_nd_od",),
    "bleaching": ("bleaches_heat", "times"),
    "pair_told": ("times",),
    "axis_offset_nm": ("axis_stretch_nm", "lamp", "laser_lines"),
    "laser_offset_nm": ("scan_offset_nm", "laser_lines", "lamp"),
    "bandwidth_nm": ("scan_bandwidth_nm",),
    "inner_filter": ("inner_filter_part",),
}
"""Effects that only make sense with others."""


@dataclass(frozen=True, slots=True)
class Row:
    """One η: where it is, what came out, its errors (standard, total downwards and upwards), and the truth."""

    temperature_k: float
    detuning_mev: float
    eta: float
    error: float
    plus: float
    minus: float
    truth: float

    @property
    def pull(self) -> float:
        """Deviation in statistical errors."""
        return (self.eta - self.truth) / self.error

    @property
    def total_pull(self) -> float:
        """Deviation in total errors: ``plus`` is how far above the result the truth may lie."""
        side = self.minus if self.eta > self.truth else self.plus
        return (self.eta - self.truth) / float(np.hypot(self.error, side))


def analysed(experiment: VirtualExperiment, seed: int) -> Results:
    """Return the results of one simulated folder, with default settings."""
    with tempfile.TemporaryDirectory() as folder:
        return analyse(Document(load_experiment(simulate(Path(folder) / "data", experiment, seed=seed).parent)))


def true_eta_at(
    experiment: VirtualExperiment, temperature_k: float, gap_mev: float, detuning_mev: float, shift_mev: float
) -> float:
    """Return the true η at the absorbed energy that a result of a finite line stands for.

    A line of finite width is absorbed to the blue of its centre; the analysis raises its energy by ``shift_mev`` and
    reports η there, not at the centre that the laser was set to. The gap tells the true temperature.
    """
    true_k = float(brentq(lambda kelvin: emission_mev(kelvin) - gap_mev, temperature_k - 10.0, temperature_k + 10.0))
    return float(true_eta(experiment, wavelength_from_energy(gap_mev - detuning_mev + shift_mev), true_k))


def compared(
    results: Results, experiment: VirtualExperiment, seed: int, errors: Systematics | None = None
) -> Iterator[Row]:
    """Yield every η of the results with its truth; conditions are told apart by set temperature and excitation."""
    fit = results.efficiency
    if fit is None or fit.responses is None:
        return
    total, ns = errors or systematic_errors(results), fit.responses.n_stokes
    parts = (part for part in (fit.responses.blue_shift_mev, fit.responses.blur_mev) if part is not None)
    shift = sum((part[:, ns:] for part in parts), np.zeros(fit.eta.shape))
    document = truth_document(experiment, seed=seed)
    gaps = {row["temperature_k"]: row["gap_mev"] for row in document["gap"]}  # type: ignore[attr-defined]
    for truth in document["efficiency"]:  # type: ignore[attr-defined]
        kelvin = truth["temperature_k"]
        t = int(np.argmin(np.abs(fit.temperatures_k - kelvin)))
        distance = np.where(fit.valid[t], np.abs(fit.excitation_nm[t] - truth["excitation_nm"]), np.inf)
        place = int(np.argmin(distance))
        if truth["detuning_mev"] > DEEPEST_MEV or distance[place] > 1.0:
            continue
        eta, error = float(fit.eta[t, place]), float(fit.eta_error[t, place])
        plus, minus = float(total.plus.eta[t, place]), float(total.minus.eta[t, place])
        detuning = float(truth["detuning_mev"])
        true = true_eta_at(experiment, kelvin, gaps[kelvin], detuning, float(shift[t, place]))
        yield Row(kelvin, detuning - float(shift[t, place]), eta, error, plus, minus, true)


def described(rows: list[Row]) -> str:
    """Return one line on pulls against statistical and total errors."""
    pull, total = (np.array([getattr(row, name) for row in rows]) for name in ("pull", "total_pull"))
    kept = np.isfinite(pull)
    if not kept.any():
        return "no η"
    off = np.array([row.eta - row.truth for row in rows])[kept]
    return (
        f"{kept.sum():4d} η (of {len(rows)}), bias {off.mean():+.4f}, "
        f"statistical pulls {pull[kept].mean():+.2f} ± {pull[kept].std():.2f}, "
        f"total {np.nanmean(total):+.2f} ± {np.nanstd(total):.2f}, "
        f"beyond 3 total errors {int((np.abs(total) > 3).sum())}, largest {np.nanmax(np.abs(total)):.1f}"
    )


def drawn(effects: Effects, seed: int) -> Effects:
    """Return effects of sizes that the default priors hold for likely, told as before."""
    rng = np.random.default_rng([seed, 2])
    priors = prior_sizes(Settings())
    return replace(
        effects,
        nd_error_od=0.01 * priors["nd_percent"] * effects.pl_nd_od * rng.standard_normal(),
        em_gain_error=0.01 * priors["em_gain_percent"] * rng.standard_normal() if effects.pl_em_gain else 0.0,
        yield_slope=0.01 * priors["yield_slope_percent"] * SLOPE_SPAN_MEV / SLOPE_RANGE_MEV * rng.standard_normal(),
        band_shift_mev=priors["band_shift_mev"] * rng.standard_normal(),
        inner_filter_part=float(rng.integers(2)),
        path_mismatch=effects.path_mismatch * rng.uniform(),
        bleaching=effects.bleaching * rng.standard_normal(),
        axis_offset_nm=effects.axis_offset_nm * rng.standard_normal(),
    )


def mean_of_days(days: list[list[Row]]) -> str:
    """Return mean and spread over days of the mean total pull of a day, for the pulls of one day go together."""
    means = np.array([np.nanmean([row.total_pull for row in day]) for day in days])
    error = means.std(ddof=1) / np.sqrt(means.size)
    return f"mean of a day {means.mean():+.2f} ± {error:.2f}, spread {means.std(ddof=1):.2f} ({means.size} days)"


def study(effects: Effects, seeds: int, *, name: str, verbose: bool) -> None:
    """Simulate, analyse and print."""
    rows: list[Row] = []
    for seed in range(seeds):
        experiment = replace(experiment_with_truth(), effects=effects)
        results = analysed(experiment, seed)
        rows += compared(results, experiment, seed)
    print(f"{name}: {described(rows) if rows else 'no η at all'}")
    if not verbose:
        return
    for row in sorted(rows, key=lambda row: -abs(np.nan_to_num(row.total_pull)))[:12]:
        print(
            f"  {row.temperature_k:g} K, {row.detuning_mev:.1f} meV: {row.eta:.4f} ± {row.error:.4f} "
            f"(+{row.plus:.4f} −{row.minus:.4f}), true {row.truth:.4f}, {row.total_pull:+.1f} total errors"
        )
    print(f"what the user is told (seed {seeds - 1}):")
    for problem in grouped(results.problems, experiment=results.document.experiment.name):
        print(f"  {problem.severity}: {problem.where}: {problem.message}")


def single_effects(effects: Effects) -> Iterator[tuple[str, Effects]]:
    """Yield each effect that is on, with what it needs, and nothing else."""
    off = Effects()
    companions = {name for others in TOGETHER.values() for name in others}
    for field in fields(Effects):
        value = getattr(effects, field.name)
        if value == getattr(off, field.name) or (field.name in companions and field.name not in TOGETHER):
            continue
        names = (field.name, *TOGETHER.get(field.name, ()))
        yield field.name, replace(off, **{name: getattr(effects, name) for name in names})


def study_drawn(effects: Effects, seeds: int) -> None:
    """Simulate, analyse and print days whose sizes are drawn, at few temperatures, films and cuvettes apart."""
    days: dict[str, list[list[Row]]] = {"film": [], "cuvette": []}
    for seed in range(seeds):
        experiment = replace(experiment_with_truth(), effects=drawn(effects, seed), temperatures_k=FEW_K)
        kind = "cuvette" if experiment.effects.inner_filter_part else "film"
        days[kind].append(list(compared(analysed(experiment, seed), experiment, seed)))
    for kind, found in days.items():
        print(f"{kind}: {described([row for day in found for row in day])}; {mean_of_days(found)}")
    print(f"all: {mean_of_days([day for found in days.values() for day in found])}")


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--effects", default="realistic")
    parser.add_argument("--each", action="store_true")
    parser.add_argument("--drawn", action="store_true")
    chosen = parser.parse_args()
    effects = experiment_with_truth(effects=chosen.effects).effects
    if chosen.drawn:
        study_drawn(effects, chosen.seeds)
        return
    if not chosen.each:
        study(effects, chosen.seeds, name=chosen.effects, verbose=True)
        return
    study(Effects(), chosen.seeds, name="off", verbose=False)
    for name, single in single_effects(effects):
        study(single, chosen.seeds, name=name, verbose=False)


if __name__ == "__main__":
    main()
