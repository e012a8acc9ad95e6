"""``results.json``: every reported number with its error, under names that other programs rely on."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from asplab.core.document import Document
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.estimate import stated_error
from asplab.core.export.companion import companion
from asplab.core.export.error_rows import FIT_QUANTITIES, budget_rows, check_rows, systematic_pair, systematics_row
from asplab.core.export.measurement_rows import eta_flags, measurement
from asplab.core.export.model_rows import NOT_IDENTIFIED, comparison_rows, intervals_row, model_rows
from asplab.core.inference import Ends, appraised, inference_of
from asplab.core.pipeline import Results
from asplab.core.polaron.fit import PolaronFit
from asplab.core.provenance import PROGRAM, software_versions
from asplab.core.rounding import number
from asplab.core.scenarios import chosen_scenario, is_changed
from asplab.core.settings.plain import settings_to_dict

SCHEMA = "asplab-results/1"

Row = dict[str, Any]


def results_document(results: Results) -> Row:
    """Return the results as plain JSON values.

    Numbers are in the unit that their key names; what is unknown, undefined or an open limit is None, never NaN
    or infinite. Lists are empty where a stage gave nothing at all. Systematic errors, sources of variances and
    consistency checks are found here where the results don't hold them yet.
    """
    results = appraised(results)
    document = results.document
    experiment = document.experiment
    return {
        "schema": SCHEMA,
        "name": experiment.name,
        "simulated": experiment.simulated,
        "software": software(),
        "sources": [{"path": source.path, "sha256": source.sha256} for source in experiment.sources],
        "settings": settings_to_dict(document.settings),
        "scenario": scenario_row(document),
        "exclusions": [{"target": item.target, "reason": item.reason} for item in document.exclusions.items],
        "gap": gap_rows(results),
        "quantum_yield": quantum_yield_rows(results),
        "efficiency": efficiency_rows(results),
        "polaron": [*polaron_rows(results), *model_rows(results)],
        "comparison": comparison_rows(results),
        "intervals": intervals_row(results),
        "systematics": systematics_row(results),
        "budget": budget_rows(results),
        "consistency": check_rows(results),
        "measurement": measurement(results),
        "companion": companion(results),
        "problems": [{"severity": p.severity, "where": p.where, "message": p.message} for p in results.problems],
    }


def scenario_row(document: Document) -> Row | None:
    """Return the scenario that was chosen, and whether settings or exclusions are others than it keeps."""
    chosen = chosen_scenario(document)
    return None if chosen is None else {"name": chosen.name, "is_changed": is_changed(document)}


def software() -> Row:
    """Return name and version of this program, and the versions of what its numbers depend on."""
    versions = software_versions()
    return {"name": PROGRAM, "version": versions.pop("asplab"), **versions}


def gap_rows(results: Results) -> list[Row]:
    """Return reference of ΔE and mean photon energy per temperature; empty where the data entered as η."""
    source = results.energies if results.energies is not None else results.responses
    if source is None:
        return []
    rows = []
    for t, temperature in enumerate(source.temperatures_k):
        row = {
            "temperature_k": number(temperature),
            "gap_mev": number(source.reference_mev[t]),
            "gap_mev_error": number(source.reference_error_mev[t]),
            "mean_photon_mev": number(source.mean_photon_mev[t]),
            "mean_photon_mev_error": number(source.mean_photon_error_mev[t]),
        }
        if results.energies is not None:
            row["peak_mev"] = number(results.energies.peak_mev[t])
            row["peak_mev_error"] = number(results.energies.peak_error_mev[t])
            row["fwhm_mev"] = number(results.energies.fwhm_mev[t])
            row["fwhm_mev_error"] = number(results.energies.fwhm_error_mev[t])
        rows.append(row)
    return rows


def quantum_yield_rows(results: Results) -> list[Row]:
    """Return one quantum yield per temperature, or one with temperature None where it is shared or fixed."""
    fit = results.efficiency
    if fit is None:
        return []
    if fit.is_shared:
        return [_quantum_yield_row(results, fit, 0, None)]
    return [
        _quantum_yield_row(results, fit, t, number(temperature)) for t, temperature in enumerate(fit.temperatures_k)
    ]


def _quantum_yield_row(results: Results, fit: EfficiencyFit, t: int, temperature_k: float | None) -> Row:
    value, error = fit.quantum_yield[t], fit.quantum_yield_error[t]
    return {
        "temperature_k": temperature_k,
        "quantum_yield": number(value),
        "quantum_yield_error": number(error),
        "quantum_yield_interval68": [number(fit.quantum_yield_low[t]), number(fit.quantum_yield_high[t])],
        "quantum_yield_systematic": systematic_pair(results, "quantum_yield", (t,)),
        "chi2": number(fit.chi2[t]),
        "dof": int(fit.dof[t]) if math.isfinite(fit.chi2[t]) else None,
    }


def efficiency_rows(results: Results) -> list[Row]:
    """Return η of every anti-Stokes excitation, those without a value and the excluded ones included."""
    fit = results.efficiency
    if fit is None:
        return []
    places = [(t, j) for t, row in enumerate(fit.keys) for j, key in enumerate(row) if key]
    return [_efficiency_row(results, fit, t, j) for t, j in places]


def _efficiency_row(results: Results, fit: EfficiencyFit, t: int, j: int) -> Row:
    own, common = fit.detuning_error_mev[t, j], fit.reference_error_mev[t]
    return {
        "temperature_k": number(fit.temperatures_k[t]),
        "excitation_nm": number(fit.excitation_nm[t, j]),
        "detuning_mev": number(_detuning_mev(results, fit, t, j)),
        "detuning_mev_error": number(math.hypot(own, common)),
        "eta": number(fit.eta[t, j]),
        "eta_error": number(fit.eta_error[t, j]),
        "eta_interval68": [number(fit.eta_low[t, j]), number(fit.eta_high[t, j])],
        "eta_systematic": systematic_pair(results, "eta", (t, j)),
        "ratio_slope_per_mev": number(fit.ratio_slope_per_mev[t, j]),
        # a table of η says nothing about how much of the band was seen
        "truncation": number(fit.truncation[t, j]) if results.responses is not None else None,
        "flags": eta_flags(results, fit, t, j),
        "key": fit.keys[t][j],
    }


def _detuning_mev(results: Results, fit: EfficiencyFit, t: int, j: int) -> float:
    """Return ΔE, also of an excitation that gave no η."""
    if results.responses is None:
        return float(fit.detuning_mev[t, j])
    return float(results.responses.detuning_mev[t, results.responses.n_stokes + j])


def polaron_rows(results: Results) -> list[Row]:
    """Return the chain's fit of each temperature and, last, the joint one; None where a fit was not possible."""
    fit = results.polaron
    return [] if fit is None else [_polaron_row(results, fit, i) for i in range(len(fit.temperatures_k) + 1)]


def _polaron_row(results: Results, fit: PolaronFit, i: int) -> Row:
    done, is_joint = bool(np.isfinite(fit.chi2[i])), i == len(fit.temperatures_k)
    intervals, inference = results.intervals, inference_of(results)
    is_identified = bool(done and intervals is not None and intervals.identified[i])

    def error(value: np.ndarray, stated: np.ndarray) -> float | None:
        return number(stated_error(float(value[i]), float(stated[i]), is_identified=is_identified or intervals is None))

    limits: Mapping[str, list[float | None]] = {"g": [None, None], "phonon": [None, None]}
    if intervals is not None:
        limits = {
            "g": [number(intervals.g_low_mev[i]), number(intervals.g_high_mev[i])],
            "phonon": [number(intervals.phonon_low_mev[i]), number(intervals.phonon_high_mev[i])],
        }
    row = {
        "scope": "joint" if is_joint else "temperature",
        "temperature_k": None if is_joint else number(fit.temperatures_k[i]),
        "model": results.document.settings.polaron.model,
        "g_mev": number(fit.g_mev[i]),
        "g_mev_error": error(fit.g_mev, fit.g_error_mev),
        "g_mev_interval68": limits["g"],
        "phonon_mev": number(fit.phonon_mev[i]),
        "phonon_mev_error": error(fit.phonon_mev, fit.phonon_error_mev),
        "phonon_mev_interval68": limits["phonon"],
        "huang_rhys": number(fit.huang_rhys[i]),
        "huang_rhys_error": error(fit.huang_rhys, fit.huang_rhys_error),
        "huang_rhys_interval68": _ends(inference.huang_rhys, i),
        "polaron_energy_mev": number(fit.polaron_energy_mev[i]),
        "polaron_energy_mev_error": error(fit.polaron_energy_mev, fit.polaron_energy_error_mev),
        "polaron_energy_mev_interval68": _ends(inference.polaron_energy_mev, i),
        "log_scale": number(fit.log_scale[i]),
        "identified": is_identified,
        "reason": NOT_IDENTIFIED if done and intervals is not None and not is_identified else None,
        "gap_model": "single",
        "chi2": number(fit.chi2[i]),
        "dof": int(fit.dof[i]) if done else None,
        "aicc": number(fit.aicc[i]),
        "n_points": int(fit.n_points[i]) if done else 0,
    }
    return row | {f"{name}_systematic": systematic_pair(results, name, (i,)) for name in FIT_QUANTITIES}


def _ends(found: Ends | None, i: int) -> list[float | None] | None:
    """Return an interval; None where the method gives none for this quantity."""
    return None if found is None else [number(found.low[i]), number(found.high[i])]
