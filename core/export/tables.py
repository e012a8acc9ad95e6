"""CSV tables of every result: provenance as comment lines, a header row, a row of units, then numbers."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from asplab.core.export.companion import TABLE_NAMES as COMPANION_TABLE_NAMES
from asplab.core.export.companion import companion_tables
from asplab.core.export.correction_rows import COLUMNS as CORRECTION_COLUMNS
from asplab.core.export.correction_rows import correction_rows
from asplab.core.export.error_rows import budget_share_rows, check_rows, systematic_shift_rows
from asplab.core.export.measurement_rows import (
    CONDITION_COLUMNS,
    LINE_COLUMNS,
    PUMP_COLUMNS,
    SERIES_COLUMNS,
    SHAPE_COLUMNS,
    TREND_COLUMNS,
    condition_rows,
    line_rows,
    pump_rows,
    series_rows,
    shape_rows,
    trend_rows,
)
from asplab.core.export.model_rows import comparison_rows, model_rows, model_shift_rows
from asplab.core.export.origin import origin_of
from asplab.core.export.reported import REPORTED, latex_text, markdown_text
from asplab.core.export.results_json import efficiency_rows, gap_rows, polaron_rows, quantum_yield_rows
from asplab.core.export.table import Cell, Table, csv_text, from_rows, unit_of, with_systematic
from asplab.core.export.workbook import workbook_bytes
from asplab.core.inference import appraised
from asplab.core.pipeline import Results


def make_tables(results: Results) -> tuple[Table, ...]:
    """Return all tables, in the order of the chain; those of stages that gave nothing have no rows.

    Tables of companion measurements follow, where the experiment holds them.
    """
    results = appraised(results)
    return (*(build(results) for build in _BUILDERS.values()), *companion_tables(results))


def write_tables(results: Results, folder: Path) -> tuple[Path, ...]:
    """Write every table as ``folder/<name>.csv``, all as one workbook, those of a paper as LaTeX and Markdown."""
    folder.mkdir(parents=True, exist_ok=True)
    header, made = origin_of(results).lines(), make_tables(results)
    texts = {f"{table.name}.csv": csv_text(table, header).encode() for table in made}
    printed = [one for one in made if one.rows and one.name in (*REPORTED, *COMPANION_TABLE_NAMES)]
    texts[WORKBOOK_NAME] = workbook_bytes(made, header)
    texts[LATEX_NAME] = latex_text(printed, header).encode()
    texts[MARKDOWN_NAME] = markdown_text(printed, header).encode()
    for name, raw in texts.items():
        (folder / name).write_bytes(raw)
    return tuple(folder / name for name in texts)


def _corrections(results: Results) -> Table:
    title = "corrections in the order in which they act; changes are with the correction less without it"
    return from_rows("corrections", title, CORRECTION_COLUMNS, correction_rows(results))


def _gap(results: Results) -> Table:
    columns = (
        "temperature_k", "gap_mev", "gap_mev_error", "mean_photon_mev", "mean_photon_mev_error",
        "peak_mev", "peak_mev_error", "fwhm_mev", "fwhm_mev_error",
    )  # fmt: skip
    return from_rows("gap", "reference of the detuning and emitted photon energy", columns, gap_rows(results))


def _quantum_yield(results: Results) -> Table:
    columns = (
        "temperature_k", "quantum_yield", "quantum_yield_error", "quantum_yield_low", "quantum_yield_high",
        "chi2", "dof",
    )  # fmt: skip
    title = "quantum yield; no temperature where one value serves all"
    return from_rows("quantum_yield", title, with_systematic(columns), quantum_yield_rows(results))


def _efficiency(results: Results) -> Table:
    columns = (
        "temperature_k", "excitation_nm", "detuning_mev", "detuning_mev_error", "eta", "eta_error", "eta_low",
        "eta_high", "ratio_slope_per_mev", "truncation", "flags",
    )  # fmt: skip
    title = "up-conversion efficiency; truncation is the fraction of the band that was seen"
    return from_rows("efficiency", title, with_systematic(columns), efficiency_rows(results))


def _polaron(results: Results) -> Table:
    columns = (
        "scope", "temperature_k", "model", "g_mev", "g_mev_error", "g_mev_low", "g_mev_high", "phonon_mev",
        "phonon_mev_error", "phonon_mev_low", "phonon_mev_high", "huang_rhys", "huang_rhys_error", "huang_rhys_low",
        "huang_rhys_high", "polaron_energy_mev", "polaron_energy_mev_error", "polaron_energy_mev_low",
        "polaron_energy_mev_high", "log_scale", "identified", "gap_model", "chi2", "dof", "aicc",
    )  # fmt: skip
    title = "polaron fit: coupling g, phonon energy, Huang-Rhys factor, polaron energy; then those of compared models"
    return from_rows("polaron", title, with_systematic(columns), [*polaron_rows(results), *model_rows(results)])


def _models(results: Results) -> Table:
    place = ("scope", "temperature_k")
    standing = (
        "model", "n_parameters", "n_points", "chi2", "dof", "aic", "aicc", "delta_aicc", "bic", "weight", "reason",
    )  # fmt: skip
    rows = [{key: row[key] for key in place} | model for row in comparison_rows(results) for model in row["models"]]
    title = "comparison of rate models on the same points; weights are Akaike weights, reason says why there is none"
    return from_rows("models", title, (*place, *standing), rows)


def _systematics(results: Results) -> Table:
    columns = (
        "quantity", "scope", "temperature_k", "excitation_nm", "detuning_mev", "unit", "nuisance", "prior",
        "prior_unit", "up", "down",
    )  # fmt: skip
    title = "change of each result for an effect of plus (up) and minus (down) one prior standard deviation, refitted"
    return from_rows("systematics", title, columns, systematic_shift_rows(results))


def _model_systematics(results: Results) -> Table:
    columns = (
        "model", "quantity", "scope", "temperature_k", "unit", "nuisance", "prior", "prior_unit", "up", "down", "share",
    )  # fmt: skip
    title = "change of each parameter of the compared models for plus and minus one prior standard deviation, refitted"
    return from_rows("model_systematics", title, columns, model_shift_rows(results))


def _budget(results: Results) -> Table:
    columns = (
        "quantity", "scope", "temperature_k", "excitation_nm", "detuning_mev", "source", "kind", "statistical_share",
        "total_share", "reason",
    )  # fmt: skip
    title = "share of the variance of each result by source: of the statistical one, and with the nuisances"
    return from_rows("budget", title, columns, budget_share_rows(results))


def _consistency(results: Results) -> Table:
    columns = ("scope", "temperature_k", "name", "status", "number", "value", "error", "unit", "relation", "pull")
    rows = []
    for check in check_rows(results):
        place = {key: check[key] for key in ("scope", "temperature_k", "name", "status", "pull", "relation", "meaning")}
        for number in check["numbers"] or [{}]:
            rows.append(place | number | {"name": check["name"], "number": number.get("name")})
    title = "consistency checks, a row for each number; relation and pull compare the first with the second"
    return from_rows("consistency", title, (*columns, "meaning"), rows)


def _conditions(results: Results) -> Table:
    title = (
        "conditions as measured: true values of their repeats, how PL and PA were paired; quadrature in the unit of PA"
    )
    found = from_rows("conditions", title, CONDITION_COLUMNS, condition_rows(results))
    unit = absorbed_unit(results) if results.absorbed is not None else ""
    units = [
        unit if name.startswith("quadrature") else own for name, own in zip(found.columns, found.units, strict=True)
    ]
    return replace(found, units=tuple(units))


def _shape_test(results: Results) -> Table:
    title = (
        "shape of each mean spectrum against the PL of its temperature; significances in standard deviations, beyond: "
        "more than 3, allowing for how many were tested; moved: its hidden part is that of the moved band"
    )
    return from_rows("shape_test", title, SHAPE_COLUMNS, shape_rows(results))


def _trends(results: Results) -> Table:
    title = (
        "relative change per repeat: of a condition by itself (own), of all of a temperature alike (shared, cancels), "
        "of a reference; slope times mean_position is what an own trend makes of the mean against the first repeat"
    )
    return from_rows("trends", title, TREND_COLUMNS, trend_rows(results))


def _pump(results: Results) -> Table:
    title = (
        "what the pump may have done to each η: share of two-photon emission, excitations in one crystal, largest part "
        "of η that a leak of the stated rejection could make, and the rejection (OD) from which none exceeds its error"
    )
    return from_rows("pump", title, PUMP_COLUMNS, pump_rows(results))


def _power_series(results: Results) -> Table:
    title = "power series fitted by linear P + quadratic P², per µW and µW²; at crossover_uw both parts are equal"
    return from_rows("power_series", title, SERIES_COLUMNS, series_rows(results))


def _lines(results: Results) -> Table:
    title = (
        "curvature of the Stokes lines in units of their slope, changes of QY without an end of the line, χ² of the "
        "photothermal baseline in volts and in proportion to power; no temperature: of all"
    )
    return from_rows("lines", title, LINE_COLUMNS, line_rows(results))


def intensity_unit(results: Results) -> str:
    """Return the unit of band intensities: counts nm, per second and µW where the spectra were divided by them."""
    settings, gathered = results.document.settings.corrections, results.gathered
    members = [] if gathered is None else [s.condition for stack in gathered.stacks for s in stack.members]
    divided = []
    if members and settings.divide_by_exposure and all(c.exposure_s is not None for c in members):
        divided.append("s")
    if members and settings.divide_by_power and all(c.power_uw is not None for c in members):
        divided.append("µW")
    below = {0: "", 1: f"/{''.join(divided)}", 2: f"/({' '.join(divided)})"}[len(divided)]
    return f"counts nm{below}"


def absorbed_unit(results: Results) -> str:
    """Return the unit of the photothermal signal: volts, per µW where the scans carry their power."""
    scans = results.scans
    settings = results.document.settings.scans
    if scans is None or not settings.divide_by_power:
        return "V"
    powers = [found.power_uw for found in scans.sets if found is not None]
    return "V/µW" if any(np.any(power != 1.0) for power in powers) else "V"


def _stack_errors(results: Results) -> dict[str, tuple[float, float]]:
    """Return the standard errors of (I, PA) of every stack that has both, by its key."""
    responses = results.responses
    if responses is None:
        return {}
    n = responses.valid.shape[1]
    errors = np.sqrt(np.einsum("tii->ti", responses.covariance))
    return {
        responses.keys[t][j]: (float(errors[t, j]), float(errors[t, n + j]))
        for t, j in zip(*np.nonzero(responses.valid), strict=True)
    }


def _intensities(results: Results) -> Table:
    columns = (
        "kind", "temperature_k", "excitation_nm", "intensity", "intensity_error", "repeat_error", "truncation",
        "window_low_nm", "window_high_nm", "repeats", "replaced_pixels", "excluded",
    )  # fmt: skip
    unit = intensity_unit(results) if results.emission is not None else ""
    units = ("", "K", "nm", unit, unit, unit, "", "nm", "nm", "", "", "")
    title = "band intensities; repeat_error is the scatter of the repeats alone"
    rows = tuple(_intensity_rows(results)) or tuple(_given_rows(results, of_light=True))
    return Table("intensities", title, columns, units, rows)


def _intensity_rows(results: Results) -> Iterator[tuple[Cell, ...]]:
    emission, corrected = results.emission, results.corrected
    if emission is None or corrected is None:
        return
    errors = _stack_errors(results)
    for k, stack in enumerate(corrected.stacks):
        readings = emission.per_repeat[k, corrected.present[k]]
        scatter = math.nan
        if readings.size > 1:
            scatter = float(np.std(readings, ddof=1) / math.sqrt(readings.size) * emission.factor[k])
        low, high = emission.window_nm[k]
        yield (
            stack.kind, stack.temperature_k, stack.excitation_nm, emission.mean[k],
            errors.get(stack.key, (math.nan, math.nan))[0], scatter, emission.truncation[k], low, high,
            len(stack.members), int(corrected.replaced_pixels[k]), stack.excluded,
        )  # fmt: skip


def _given_rows(results: Results, *, of_light: bool) -> Iterator[tuple[Cell, ...]]:
    """Return rows for responses that entered as a table: value and error, nothing of how they came about."""
    responses = results.responses
    if responses is None or results.emission is not None:
        return
    n = responses.valid.shape[1]
    errors = np.sqrt(np.einsum("tii->ti", responses.covariance))
    for t, j in zip(*np.nonzero(responses.valid), strict=True):
        kind = "pl" if j < responses.n_stokes else "aspl"
        place = (kind, responses.temperatures_k[t], responses.excitation_nm[t, j])
        if of_light:
            yield (*place, responses.intensity[t, j], errors[t, j], *(None,) * 7)
        else:
            yield (*place, responses.detuning_mev[t, j], responses.absorbed[t, j], errors[t, n + j], None)


def _photothermal(results: Results) -> Table:
    columns = (
        "kind", "temperature_k", "excitation_nm", "detuning_mev", "photothermal", "photothermal_error", "scans",
    )  # fmt: skip
    unit = absorbed_unit(results) if results.absorbed is not None else ""
    units = ("", "K", "nm", "meV", unit, unit, "")
    title = "photothermal signal at each excitation, baseline subtracted; negative is net cooling"
    rows = tuple(_photothermal_rows(results)) or tuple(_given_rows(results, of_light=False))
    return Table("photothermal", title, columns, units, rows)


def _photothermal_rows(results: Results) -> Iterator[tuple[Cell, ...]]:
    absorbed, corrected, energies = results.absorbed, results.corrected, results.energies
    if absorbed is None or corrected is None or energies is None or results.excitations is None:
        return
    errors = _stack_errors(results)
    for k, stack in enumerate(corrected.stacks):
        readings = absorbed.per_scan[stack.temperature]
        detuning = energies.reference_mev[stack.temperature] - results.excitations.energy_mev[k]
        yield (
            stack.kind, stack.temperature_k, stack.excitation_nm, detuning, absorbed.mean[k],
            errors.get(stack.key, (math.nan, math.nan))[1], 0 if readings is None else len(readings),
        )  # fmt: skip


def _ratio(results: Results) -> Table:
    columns = ("temperature_k", "detuning_mev", "stokes_detuning_mev", "ratio", "ratio_error")
    title = "R of the paper, for the eye: its points share noise, so their errors say nothing about a fitted line"
    units = tuple(unit_of(column) for column in columns)
    return Table("ratio", title, columns, units, tuple(_ratio_rows(results)))


def _ratio_rows(results: Results) -> Iterator[tuple[Cell, ...]]:
    fit, responses = results.efficiency, results.responses
    if fit is None or responses is None:
        return
    for t, j, i in zip(*np.nonzero(np.isfinite(fit.ratio)), strict=True):
        above = fit.stokes_mev[t, i] - responses.reference_mev[t]
        yield fit.temperatures_k[t], fit.detuning_mev[t, j], above, fit.ratio[t, j, i], fit.ratio_error[t, j, i]


def _eta_covariance(results: Results) -> Table:
    columns = ("temperature_k", "detuning_i_mev", "detuning_j_mev", "covariance")
    title = "covariance of η within a temperature (first order)"
    return Table("eta_covariance", title, columns, ("K", "meV", "meV", ""), tuple(_covariance_rows(results)))


def _covariance_rows(results: Results) -> Iterator[tuple[Cell, ...]]:
    fit = results.efficiency
    if fit is None:
        return
    for t, temperature in enumerate(fit.temperatures_k):
        places = np.flatnonzero(fit.valid[t])
        for i in places:
            for j in places:
                yield temperature, fit.detuning_mev[t, i], fit.detuning_mev[t, j], fit.eta_covariance[t, i, j]


_BUILDERS: dict[str, Callable[[Results], Table]] = {
    "corrections": _corrections,
    "conditions": _conditions,
    "shape_test": _shape_test,
    "trends": _trends,
    "pump": _pump,
    "power_series": _power_series,
    "lines": _lines,
    "gap": _gap,
    "intensities": _intensities,
    "photothermal": _photothermal,
    "ratio": _ratio,
    "quantum_yield": _quantum_yield,
    "efficiency": _efficiency,
    "eta_covariance": _eta_covariance,
    "polaron": _polaron,
    "models": _models,
    "systematics": _systematics,
    "model_systematics": _model_systematics,
    "budget": _budget,
    "consistency": _consistency,
}
TABLE_NAMES = tuple(_BUILDERS)
"""Names of the tables of the chain, which are those of their files; they are always written."""
ALL_TABLE_NAMES = (*TABLE_NAMES, *COMPANION_TABLE_NAMES)
"""Names of all tables that may be written."""
WORKBOOK_NAME, LATEX_NAME, MARKDOWN_NAME = "tables.xlsx", "tables.tex", "tables.md"
ALL_FILES = (*(f"{name}.csv" for name in ALL_TABLE_NAMES), WORKBOOK_NAME, LATEX_NAME, MARKDOWN_NAME)
"""Names of all files that may be written."""
