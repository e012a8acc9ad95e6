"""Results in a project: the final numbers of each step as NeXus process groups, and η(ΔE) to look at.

Results always follow from the document; these are stored to be read by other programs and to be compared with
a recomputation.
"""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import h5py
import numpy as np

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.energies.stage import Energies
from asplab.core.inference import Inference, inference_of, model_step
from asplab.core.pipeline import Results
from asplab.core.polaron.fit import PolaronFit
from asplab.core.polaron.profiles import PolaronIntervals
from asplab.core.project.appraisal import appraisal_steps
from asplab.core.project.entries import unit_of
from asplab.core.project.nexus import ROLE, Reader, add_group, add_numbers, add_text, role
from asplab.core.provenance import PROGRAM, Provenance
from asplab.core.responses.stage import Responses
from asplab.core.settings.plain import settings_to_dict
from asplab.core.units import FloatArray

if TYPE_CHECKING:
    from asplab.core.polaron.comparison import Comparison, ModelFit

Numbers = dict[str, FloatArray]


@dataclass(frozen=True, slots=True, eq=False)
class Process:
    """The final numbers of one step.

    ``numbers`` maps dataset names to float64 arrays, errors under ``<name>_errors`` as NeXus has it; ``texts``
    holds what belongs to them without being a number, as JSON; ``settings`` names the records that matter.
    """

    numbers: Numbers
    settings: tuple[str, ...]
    texts: dict[str, str] = field(default_factory=dict)


def final_numbers(results: Results) -> Numbers:
    """Return all final numbers of ``results`` by ``step/name``, as `stored_numbers` returns those of a project."""
    return {
        f"{step}/{name}": values
        for step, process in collect_processes(results).items()
        for name, values in process.numbers.items()
    }


def collect_processes(results: Results) -> dict[str, Process]:
    """Return the steps whose results exist, in their order."""
    found: dict[str, Process] = {}
    if results.energies is not None:
        found["gap"] = _gap(results.energies)
    if results.responses is not None:
        found["responses"] = _responses(results.responses)
    if results.efficiency is not None:
        found["quantum_yield"] = _quantum_yield(results.efficiency)
        found["efficiency"] = _efficiency(results.efficiency)
    if results.polaron is not None:
        found["polaron"] = _polaron(results.polaron, results.intervals)
    inference = inference_of(results)
    if results.efficiency is not None and inference.method.intervals != "profile":
        found[inference.method.intervals] = _inferred(results.efficiency, inference)
    if inference.comparison is not None:
        found["comparison"] = _comparison(inference.comparison)
        found |= {model_step(fit.model): _model(fit, inference) for fit in inference.comparison.fits}
    if inference.appraisal is not None:
        for name, (numbers, texts) in appraisal_steps(inference.appraisal).items():
            found[name] = Process(_floats(numbers), ("systematics", "polaron"), texts)
    return found


def _gap(energies: Energies) -> Process:
    numbers = {
        "temperature_k": energies.temperatures_k,
        "gap_mev": energies.reference_mev,
        "gap_mev_errors": energies.reference_error_mev,
        "mean_photon_mev": energies.mean_photon_mev,
        "mean_photon_mev_errors": energies.mean_photon_error_mev,
    }
    return Process(
        _floats(numbers), ("grouping", "calibration", "corrections", "transmission", "background", "energies")
    )


def _responses(responses: Responses) -> Process:
    numbers = {
        "temperature_k": responses.temperatures_k,
        "excitation_nm": responses.excitation_nm,
        "intensity": responses.intensity,
        "absorbed": responses.absorbed,
        "covariance": responses.covariance,
        "valid": responses.valid,
        "fitted": responses.fitted,
        "truncation": responses.truncation,
        "n_stokes": np.array(responses.n_stokes),
    }
    settings = (
        "grouping",
        "calibration",
        "corrections",
        "transmission",
        "background",
        "integration",
        "scans",
        "baseline",
        "responses",
    )
    return Process(_floats(numbers), settings, {"keys": json.dumps(responses.keys)})


def _quantum_yield(fit: EfficiencyFit) -> Process:
    numbers = {
        "temperature_k": fit.temperatures_k,
        "quantum_yield": fit.quantum_yield,
        "quantum_yield_errors": fit.quantum_yield_error,
        "stokes_slope": fit.slope,
        "stokes_intercept_mev": fit.intercept_mev,
        "line_covariance": fit.line_covariance,
        "chi2": fit.chi2,
        "dof": fit.dof,
    }
    return Process(_floats(numbers), ("efficiency",))


def _efficiency(fit: EfficiencyFit) -> Process:
    numbers = {
        "temperature_k": fit.temperatures_k,
        "excitation_nm": fit.excitation_nm,
        "detuning_mev": fit.detuning_mev,
        "detuning_mev_errors": np.hypot(fit.detuning_error_mev, fit.reference_error_mev[:, None]),
        "eta": fit.eta,
        "eta_errors": fit.eta_error,
        "eta_low": fit.eta_low,
        "eta_high": fit.eta_high,
        "eta_covariance": fit.eta_covariance,
        "ratio_slope_per_mev": fit.ratio_slope_per_mev,
        "truncation": fit.truncation,
        "valid": fit.valid,
        "fitted": fit.fitted,
    }
    return Process(_floats(numbers), ("efficiency",), {"keys": json.dumps(fit.keys), "flags": json.dumps(fit.flags)})


def _polaron(fit: PolaronFit, intervals: PolaronIntervals | None) -> Process:
    """The last entry of each array is the joint fit; its temperature is NaN."""
    numbers = {
        "temperature_k": np.append(fit.temperatures_k, np.nan),
        "g_mev": fit.g_mev,
        "g_mev_errors": fit.g_error_mev,
        "phonon_mev": fit.phonon_mev,
        "phonon_mev_errors": fit.phonon_error_mev,
        "polaron_energy_mev": fit.polaron_energy_mev,
        "polaron_energy_mev_errors": fit.polaron_energy_error_mev,
        "huang_rhys": fit.huang_rhys,
        "huang_rhys_errors": fit.huang_rhys_error,
        "log_scale": fit.log_scale,
        "chi2": fit.chi2,
        "dof": fit.dof,
        "n_points": fit.n_points,
        "aicc": fit.aicc,
    }
    if intervals is not None:
        numbers |= {
            "g_low_mev": intervals.g_low_mev,
            "g_high_mev": intervals.g_high_mev,
            "phonon_low_mev": intervals.phonon_low_mev,
            "phonon_high_mev": intervals.phonon_high_mev,
            "identified": intervals.identified,
        }
    return Process(_floats(numbers), ("polaron",))


def _inferred(fit: EfficiencyFit, inference: Inference) -> Process:
    """How intervals were drawn, and those that have no place in the other steps."""
    numbers = {
        "draws": np.array(inference.method.draws),
        "seed": np.array(inference.method.seed),
        "temperature_k": fit.temperatures_k,
        "quantum_yield_low": fit.quantum_yield_low,
        "quantum_yield_high": fit.quantum_yield_high,
    }
    for name, ends in (("polaron_energy", inference.polaron_energy_mev), ("huang_rhys", inference.huang_rhys)):
        unit = "_mev" if name == "polaron_energy" else ""
        if ends is not None:
            numbers |= {f"{name}_low{unit}": ends.low, f"{name}_high{unit}": ends.high}
    return Process(
        _floats(numbers), ("grouping", "calibration", "corrections", "scans", "baseline", "responses", "efficiency")
    )


def _comparison(comparison: "Comparison") -> Process:
    """Arrays of shape (n_models, n_temperatures + 1); the last column is the joint fit."""
    numbers = {
        "temperature_k": np.append(comparison.temperatures_k, np.nan),
        "n_parameters": comparison.n_parameters,
        "n_points": comparison.n_points,
        "chi2": comparison.chi2,
        "dof": comparison.dof,
        "aicc": comparison.aicc,
        "bic": comparison.bic,
        "weight": comparison.weight,
    }
    texts = {"models": json.dumps(comparison.models), "verdicts": json.dumps(comparison.verdicts)}
    return Process(_floats(numbers), ("polaron", "models"), texts)


def _model(fit: "ModelFit", inference: Inference) -> Process:
    """Each free parameter with its errors and interval; the last entry of each array is the joint fit."""
    numbers = {"temperature_k": np.append(fit.temperatures_k, np.nan), "log_scale": fit.log_scale}
    for name in fit.names:
        numbers |= {name: fit.value(name), f"{name}_errors": fit.error(name)}
        profile = inference.profiles.get((fit.model, name))
        if profile is not None:
            numbers |= {f"{name}_low": profile.low_68, f"{name}_high": profile.high_68}
    return Process(_floats(numbers), ("polaron", "models"), {"fixed": json.dumps({**fit.plan.fixed})})


def _floats(numbers: dict[str, np.ndarray]) -> Numbers:
    return {name: np.asarray(values, dtype=np.float64) for name, values in numbers.items()}


def write_processes(overview: h5py.Group, results: Results, provenance: Provenance) -> None:
    """Write each step as ``NXprocess``, and η(ΔE) of each temperature as what viewers draw first."""
    settings = settings_to_dict(results.document.settings)
    for number, (name, process) in enumerate(collect_processes(results).items(), 1):
        group = add_group(overview, name, "NXprocess", **{ROLE: "process"})
        add_text(group, "program", PROGRAM)
        add_text(group, "version", provenance.version)
        add_text(group, "date", provenance.date_utc)
        add_numbers(group, "sequence_index", number, unit="1")
        add_text(group, "settings", json.dumps({record: settings[record] for record in process.settings}))
        for key, text in process.texts.items():
            add_text(group, key, text)
        for key, values in process.numbers.items():
            # Final numbers stay float64, never packed, so that a comparison is exact.
            dataset = group.create_dataset(key, data=values)
            dataset.attrs["units"] = _unit(key)
    if results.efficiency is not None:
        _write_plots(overview, results.efficiency, simulated=results.document.experiment.simulated)


_MIXED = ("intensity", "absorbed", "covariance", "stokes_slope", "line_covariance", "sigma", "first", "second")
"""Numbers in arbitrary units, or each in its own, which a text names."""


def _unit(name: str) -> str:
    for ending in ("_errors", "_low", "_high", "_minus", "_plus", "_up", "_down"):
        name = name.removesuffix(ending)
    return "" if name in _MIXED else unit_of(name) or "1"


def _write_plots(overview: h5py.Group, fit: EfficiencyFit, *, simulated: bool) -> None:
    mark = " (simulated)" if simulated else ""
    taken = set(overview)
    for t, temperature_k in enumerate(fit.temperatures_k):
        valid = np.flatnonzero(fit.valid[t])
        if not valid.size:
            continue
        order = valid[np.argsort(fit.detuning_mev[t, valid], kind="stable")]
        name = f"eta_{temperature_k:03.0f}K"
        name = name if name not in taken else f"{name}_{t}"
        taken.add(name)
        group = add_group(overview, name, "NXdata", signal="eta", axes=["detuning"])
        add_text(group, "title", f"Up-conversion efficiency at {temperature_k:.1f} K{mark}")
        errors = np.hypot(fit.detuning_error_mev[t], fit.reference_error_mev[t])
        add_numbers(group, "eta", fit.eta[t, order], unit="1", long_name="Up-conversion efficiency")
        add_numbers(group, "eta_errors", fit.eta_error[t, order], unit="1")
        add_numbers(group, "detuning", fit.detuning_mev[t, order], unit="meV", long_name="Detuning below the gap (meV)")
        add_numbers(group, "detuning_errors", errors[order], unit="meV")
        if "default" not in overview.attrs:
            overview.attrs["default"] = name


def stored_numbers(overview: h5py.Group, reader: Reader) -> Numbers:
    """Return the final numbers that a project holds, by ``step/name``; empty where it has none."""
    found: Numbers = {}
    for step, group in overview.items():
        if role(group) != "process":
            continue
        for name, item in group.items():
            if isinstance(item, h5py.Dataset) and item.dtype == np.float64:
                found[f"{step}/{name}"] = reader.numbers(group, name, ndim=item.ndim)
    return found
