"""Checks of the measurement as rows: what each condition was, its shape, its trends, and what the pump may have done.

Rows hold plain values, None for what is unknown; lists are empty where data entered as a table, or a stage failed.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from asplab.core.companion.power_law.stage import SeriesReading
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.export.companion.readings import reading_row
from asplab.core.grouping.clusters import Readings
from asplab.core.grouping.stage import Stack
from asplab.core.pipeline import Results
from asplab.core.pump.power_law import PowerLaw
from asplab.core.rounding import number
from asplab.core.statistics.chance import told_from

Row = dict[str, Any]

CONDITION_COLUMNS = (
    "kind", "temperature_k", "temperature_min_k", "temperature_max_k", "excitation_nm", "excitation_min_nm",
    "excitation_max_nm", "repeats", "times_measured", "set_aside", "pairing", "paired_part", "pair_lag_s",
    "laser_line_nm", "quadrature", "quadrature_error", "excitations_pl", "excitations_pa", "excluded",
)  # fmt: skip
SHAPE_COLUMNS = (
    "kind", "temperature_k", "excitation_nm", "range_begin_nm", "range_end_nm", "shift_mev", "shift_mev_error",
    "width_ratio", "width_ratio_error", "chi2", "dof", "chi2_fitted", "significance", "moved_significance", "beyond",
    "moved", "moved_by_mev", "moved_width_ratio",
)  # fmt: skip
TREND_COLUMNS = (
    "quantity", "scope", "kind", "temperature_k", "excitation_nm", "slope_per_repeat", "slope_per_repeat_error",
    "significance", "beyond", "mean_position", "treatment",
)  # fmt: skip
PUMP_COLUMNS = (
    "temperature_k", "excitation_nm", "detuning_mev", "eta", "two_photon_share", "two_photon_share_error",
    "two_photon_subtracted", "single_photon", "excitations_pl", "excitations_pa", "leak_share", "leak_possible",
    "required_od", "flags",
)  # fmt: skip
SERIES_COLUMNS = (
    "sample", "temperature_k", "excitation_nm", "source", "powers", "power_min_uw", "power_max_uw", "linear",
    "linear_error", "quadratic", "quadratic_error", "crossover_uw", "crossover_uw_error", "crossover_uw_lower_limit95",
    "crossover_uw_upper_limit95", "chi2",
)  # fmt: skip
LINE_COLUMNS = (
    "temperature_k", "curvature_per_ev", "curvature_per_ev_error", "yield_without_lowest",
    "yield_without_lowest_error", "yield_without_highest", "yield_without_highest_error", "baseline_chi2_volt",
    "baseline_chi2_power", "baseline_dof",
)  # fmt: skip


def measurement(results: Results) -> Row:
    """Return all checks of the measurement, as results.json holds them."""
    regime = results.linear_regime
    return {
        "conditions": condition_rows(results),
        "shape_test": shape_rows(results),
        "trends": trend_rows(results),
        "pump": pump_rows(results),
        "power_series": series_rows(results),
        "lines": line_rows(results),
        "leak": None if results.purity is None else results.purity.leak,
        "excitations_unknown_without": [] if regime is None else list(regime.missing),
    }


# --- conditions ------------------------------------------------------------------------------------------
def condition_rows(results: Results) -> list[Row]:
    """Return what each condition was: the true values of its repeats, and how it was paired with the scans."""
    gathered = results.gathered
    return [] if gathered is None else [_condition(results, k, stack) for k, stack in enumerate(gathered.stacks)]


def _condition(results: Results, k: int, stack: Stack) -> Row:
    temperatures = Readings.of(_known(member.condition.temperature_k for member in stack.members))
    quadrature, error = (None, None)
    if results.absorbed is not None:
        quadrature, error = number(results.absorbed.quadrature[k]), number(results.absorbed.quadrature_error[k])
    row: Row = {
        "kind": stack.kind,
        "temperature_k": number(stack.temperature_k),
        "excitation_nm": number(stack.excitation_nm),
        "repeats": len(stack.members),
        "times_measured": len(set(stack.blocks)) or 1,
        "set_aside": len(stack.set_aside),
        "laser_line_nm": None if results.laser_lines is None else number(results.laser_lines.at_nm[k]),
        "quadrature": quadrature,
        "quadrature_error": error,
        "excluded": stack.excluded,
        "key": stack.key,
    }
    for name, unit, readings in (("temperature", "k", temperatures), ("excitation", "nm", stack.excitations)):
        row[f"{name}_min_{unit}"] = None if readings is None else number(readings.low)
        row[f"{name}_max_{unit}"] = None if readings is None else number(readings.high)
    return row | _pairing(results, stack.temperature) | _excitations(results, k)


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _pairing(results: Results, t: int) -> Row:
    """Return how the repeats of a temperature were paired with its scans."""
    pairs = results.pairs
    if pairs is None:
        return {"pairing": None, "paired_part": None, "pair_lag_s": None}
    is_free = results.document.settings.responses.pairing == "unpaired"
    return {
        "pairing": "unpaired" if is_free else pairs.methods[t],
        "paired_part": 0.0 if is_free else number(pairs.matched[t]),
        "pair_lag_s": None if is_free else number(pairs.lag_s[t]),
    }


def _excitations(results: Results, k: int) -> Row:
    """Return ⟨N⟩ of the place in the layout that a stack has."""
    regime, layout = results.linear_regime, results.layout
    found: Row = {"excitations_pl": None, "excitations_pa": None}
    if regime is not None and layout is not None:
        for t, c in np.argwhere(layout.valid & (layout.index == k)).tolist():
            found = {"excitations_pl": number(regime.light[t, c]), "excitations_pa": number(regime.heat[t, c])}
    return found


# --- shape and trends ------------------------------------------------------------------------------------
def shape_rows(results: Results) -> list[Row]:
    """Return the shape test of each condition; ``moved`` where its hidden part is that of a moved band."""
    test, gathered = results.shape_test, results.gathered
    if test is None or gathered is None:
        return []
    settings = results.document.settings.integration
    follows = settings.follow_shape and settings.correct_truncation
    moved = {shape.key: shape for shape in test.moved.shapes} if follows else {}
    rows = []
    for k, stack in enumerate(gathered.stacks):
        shape, is_tested = moved.get(stack.key), bool(np.isfinite(test.significance[k]))
        rows.append({
            "kind": stack.kind,
            "temperature_k": number(stack.temperature_k),
            "excitation_nm": number(stack.excitation_nm),
            "range_begin_nm": number(test.range_nm[k, 0]),
            "range_end_nm": number(test.range_nm[k, 1]),
            "shift_mev": number(test.shift_mev[k]),
            "shift_mev_error": number(test.shift_error_mev[k]),
            "width_ratio": number(test.width_ratio[k]),
            # a width that the spectrum does not tell is held at 1
            "width_ratio_error": number(test.width_error[k]) or None,
            "chi2": number(test.chi2[k]),
            "dof": number(test.dof[k]),
            "chi2_fitted": number(test.chi2_fitted[k]),
            "significance": number(test.significance[k]),
            "moved_significance": number(test.moved_significance[k]),
            "beyond": bool(test.is_beyond[k]) if is_tested else None,
            "moved": shape is not None,
            "moved_by_mev": None if shape is None else number(shape.shift_mev),
            "moved_width_ratio": None if shape is None else number(shape.width_ratio),
            "key": stack.key,
        })  # fmt: skip
    return rows


def trend_rows(results: Results) -> list[Row]:
    """Return trends over the repeats: of each condition by itself, of all of a temperature, and of references."""
    if results.drift is None or results.layout is None or results.gathered is None:
        return []
    return [*_own_trends(results), *_shared_trends(results), *_reference_trends(results)]


def _own_trends(results: Results) -> Iterator[Row]:
    drift, layout, gathered = results.drift, results.layout, results.gathered
    assert drift is not None
    assert layout is not None
    assert gathered is not None
    settings = results.document.settings.drift
    for quantity, found in (("emission", drift.light), ("photothermal", drift.heat)):
        trends = found.trends
        for t, c in np.argwhere(layout.valid).tolist():
            stack, is_known = gathered.stacks[layout.index[t, c]], bool(np.isfinite(trends.own[t, c]))
            is_beyond = bool(found.is_beyond[t, c])
            fate = ("widened" if settings.widen else "left") if is_beyond else "none"
            yield {
                "quantity": quantity,
                "scope": "own",
                "kind": stack.kind,
                "temperature_k": number(stack.temperature_k),
                "excitation_nm": number(stack.excitation_nm),
                "slope_per_repeat": number(trends.own[t, c]),
                "slope_per_repeat_error": number(trends.own_error[t, c]),
                "significance": number(trends.own_sigma[t, c]),
                "beyond": is_beyond if is_known else None,
                "mean_position": number(trends.reach[t, c]),
                "treatment": ("corrected" if settings.correct_drift else fate) if is_known else None,
            }


def _shared_trends(results: Results) -> Iterator[Row]:
    """Yield what all conditions of a temperature share: it cancels in quantum yield and η."""
    drift, gathered = results.drift, results.gathered
    assert drift is not None
    assert gathered is not None
    for quantity, found in (("emission", drift.light), ("photothermal", drift.heat)):
        for t, temperature in enumerate(gathered.temperatures_k):
            is_known = bool(np.isfinite(found.trends.common[t]))
            yield {
                "quantity": quantity,
                "scope": "shared",
                "kind": None,
                "temperature_k": number(temperature),
                "excitation_nm": None,
                "slope_per_repeat": number(found.trends.common[t]),
                "slope_per_repeat_error": number(found.trends.common_error[t]),
                "significance": number(found.trends.common_sigma[t]),
                "beyond": bool(found.is_common_beyond[t]) if is_known else None,
                "mean_position": None,
                "treatment": "cancels" if is_known else None,
            }


def _reference_trends(results: Results) -> Iterator[Row]:
    drift, gathered = results.drift, results.gathered
    assert drift is not None
    assert gathered is not None
    effect, settings = drift.light.by_reference, results.document.settings.drift
    limit, of_all = told_from(len(drift.light.references)), told_from(len(effect.lines))
    changing = {line.temperature for line in effect.lines if line.significance > of_all}
    followed = {line.temperature for line in effect.lines} - set(effect.left)
    for reference in drift.light.references:
        t, is_known = reference.temperature, bool(np.isfinite(reference.significance))
        is_beyond = bool(reference.significance > limit) or t in changing
        treatment = "none" if not is_beyond else "widened" if settings.widen and t in changing & followed else "left"
        yield {
            "quantity": "emission",
            "scope": "reference",
            "kind": "reference",
            "temperature_k": number(gathered.temperatures_k[t]),
            "excitation_nm": None,
            "slope_per_repeat": number(reference.slope),
            "slope_per_repeat_error": number(reference.slope_error),
            "significance": number(reference.significance),
            "beyond": is_beyond if is_known or is_beyond else None,
            "mean_position": number(np.mean(reference.position)),
            "treatment": "corrected" if settings.correct_drift and t in followed else treatment,
            "key": reference.label,
        }


# --- the pump --------------------------------------------------------------------------------------------
def pump_rows(results: Results) -> list[Row]:
    """Return for every η whether it takes one photon, and what a laser leak could make of it.

    ``required_od`` is 0 where no leak could harm.
    """
    fit = results.efficiency
    if fit is None or results.responses is None:
        return []
    places = [(t, j) for t, row in enumerate(fit.keys) for j, key in enumerate(row) if key]
    return [_pump(results, fit, t, j) for t, j in places]


def _pump(results: Results, fit: EfficiencyFit, t: int, j: int) -> Row:
    purity, pairs, regime = results.purity, results.two_photon, results.linear_regime
    assert results.responses is not None
    c = results.responses.n_stokes + j
    is_known = pairs is not None and bool(pairs.is_known[t, c])
    required = None if purity is None else float(purity.required_od[t, j])
    return {
        "temperature_k": number(fit.temperatures_k[t]),
        "excitation_nm": number(fit.excitation_nm[t, j]),
        "detuning_mev": number(results.responses.detuning_mev[t, c]),
        "eta": number(fit.eta[t, j]),
        "two_photon_share": number(pairs.share[t, c]) if pairs is not None and is_known else None,
        "two_photon_share_error": number(pairs.error[t, c]) if pairs is not None and is_known else None,
        "two_photon_subtracted": pairs is not None and is_known and pairs.is_subtracted,
        "single_photon": bool(pairs.is_single[t, c]) if pairs is not None and is_known else None,
        "excitations_pl": None if regime is None else number(regime.light[t, c]),
        "excitations_pa": None if regime is None else number(regime.heat[t, c]),
        "leak_share": None if purity is None else number(purity.leak_share[t, j]),
        "leak_possible": leak_possible(results, t, j),
        "required_od": None if required is None or np.isnan(required) else number(max(required, 0.0)),
        "flags": eta_flags(results, fit, t, j),
        "key": fit.keys[t][j],
    }


def leak_possible(results: Results, t: int, j: int) -> bool | None:
    """Return whether a leak of the stated rejection could make more of an η than its error; None where none is."""
    purity, fit = results.purity, results.efficiency
    if fit is None or purity is None or purity.leak is None or purity.is_possible.shape != fit.eta.shape:
        return None
    return bool(purity.is_possible[t, j] and fit.valid[t, j])


def eta_flags(results: Results, fit: EfficiencyFit, t: int, j: int) -> list[str]:
    """Return the flags of an η, a possible leak first."""
    if not fit.valid[t, j]:
        return ["not_determined"]
    return [*(("leak_possible",) if leak_possible(results, t, j) else ()), *fit.flags[t][j]]


def series_rows(results: Results) -> list[Row]:
    """Return every power series below the gap with its fit c₁P + c₂P², in the unit of its own intensities.

    None where it has none. Series above the gap tell a quantum yield, not photons.
    """
    if results.two_photon is None or results.power_dependence is None:
        return []
    laws = {id(series): law for series, law in results.two_photon.fits}
    return [_series(one, laws[id(one.series)]) for one in results.power_dependence.readings]


def _series(one: SeriesReading, law: PowerLaw | None) -> Row:
    series, dependence = one.series, one.dependence
    row: Row = dict.fromkeys(SERIES_COLUMNS) | {
        "sample": series.sample,
        "temperature_k": number(series.temperature_k),
        "excitation_nm": number(series.excitation_nm),
        "source": series.source,
        "powers": int(series.power_uw.size),
        "power_min_uw": number(series.power_uw.min()),
        "power_max_uw": number(series.power_uw.max()),
    }
    if law is not None:
        linear, quadratic = np.sqrt(np.diagonal(law.covariance))
        row |= {
            "linear": number(law.linear),
            "linear_error": number(linear),
            "quadratic": number(law.quadratic),
            "quadratic_error": number(quadratic),
            "chi2": number(law.chi2),
        }
    if dependence is None:
        return row
    crossover = reading_row("crossover_uw", dependence.crossover_uw)
    return row | {name: value for name, value in crossover.items() if name in row}


# --- straight lines --------------------------------------------------------------------------------------
def line_rows(results: Results) -> list[Row]:
    """Return how straight each Stokes line is, and how well both kinds of baseline fit; the last row of all."""
    bend = results.stokes_curvature
    if bend is None or results.efficiency is None or results.responses is None:
        return []
    baselines = () if results.absorbed is None else results.absorbed.baselines
    rows = []
    for t, temperature in enumerate((*results.efficiency.temperatures_k, None)):
        own = baselines[t] if t < len(baselines) else None
        row: Row = {
            "temperature_k": None if temperature is None else number(temperature),
            "baseline_chi2_volt": None if own is None else number(own.chi2_volt),
            "baseline_chi2_power": None if own is None else number(own.chi2_power),
            "baseline_dof": None if own is None else own.dof,
        }
        for name, found in (
            ("curvature_per_ev", bend.curvature),
            ("yield_without_lowest", bend.without_lowest),
            ("yield_without_highest", bend.without_highest),
        ):
            row[name], row[f"{name}_error"] = number(found.value[t]), number(found.error[t])
        rows.append(row)
    return rows
