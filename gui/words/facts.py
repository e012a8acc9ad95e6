"""What is known of the selected condition: as facts, and as trends over its repeats."""

import math
from collections.abc import Iterator

import numpy as np

from asplab.core.corrections.transmitted import cutoff_nm
from asplab.core.drift.records import HeatTrends, LightTrends
from asplab.core.estimate import Estimate
from asplab.core.grouping.stage import Stack
from asplab.core.pipeline import Results
from asplab.gui.language import tr
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.numerals import measured, plain
from asplab.gui.widgets.trends import TrendRow
from asplab.gui.words.flags import flags_of
from asplab.gui.words.reading import KINDS, place_of, selected_stack, stack_name, temperature_name
from asplab.gui.words.regime import missing_words, small

_OF_SPECTRA, _OF_SCANS = ("spectra", "overview", "corrections"), ("absorption",)
_OF_ETA = ("efficiency", "ratio", "polaron")
_PERCENT = 100.0
_SEEN_NM = 0.05
"""Less than that is not seen in the numbers."""
Facts = Iterator[tuple[str, str]]


def facts(results: Results, view: ViewState) -> list[tuple[str, str]]:
    """Return name and fact of everything known about the selected condition, what matters at the step at the end."""
    k = selected_stack(results, view)
    if k is None or results.gathered is None or not view.stack:
        return []
    stack = results.gathered.stacks[k]
    if stack.key != view.stack:
        return []
    count = len(view.several)
    found = [
        *([(tr("Selected"), tr("{count} together, one is told here", count=count))] if count > 1 else []),
        (tr("Condition"), stack_name(stack)),
        (tr("Temperature"), f"{plain(stack.temperature_k, 2)} K"),
        (tr("Repeats"), str(len(stack.members))),
        (tr("Filter"), _filters(results, stack)),
        *_shared_facts(stack.members),
        *_energy_facts(results, stack, k),
    ]
    if results.emission is not None and math.isfinite(results.emission.truncation[k]):
        found.append((tr("Band seen"), f"{plain(100 * results.emission.truncation[k], 1)} %"))
    if results.corrected is not None:
        found.append((tr("Cosmic pixels"), str(int(results.corrected.replaced_pixels[k]))))
    return [*found, *_facts_of_step(results, view.step, k)]


def record_facts(results: Results, view: ViewState) -> list[tuple[str, str]]:
    """Return name and fact of the selected repeat; none where none is selected."""
    experiment = results.document.experiment
    record = next((r for r in (*experiment.spectra, *experiment.scans) if r.source == view.record), None)
    if record is None:
        return []
    repeat = "" if record.condition.repeat is None else f"{record.condition.repeat} · "
    return [(tr("Repeat"), f"{repeat}{record.source}")]


def _energy_facts(results: Results, stack: Stack, k: int) -> Facts:
    if results.energies is None or results.excitations is None:
        return
    energy = float(results.excitations.energy_mev[k])
    yield tr("Excitation"), f"{plain(energy, 1)} meV"
    below = float(results.energies.reference_mev[stack.temperature]) - energy
    if math.isfinite(below):
        yield "ΔE" if below > 0 else "ΔE<sub>S</sub>", f"{plain(abs(below), 1)} meV"


def _filters(results: Results, stack: Stack) -> str:
    """Return the cutoffs that count, and where one was moved from."""
    parts = []
    for name, side, nominal in (
        ("long-pass", "longpass", stack.longpass_nm),
        ("short-pass", "shortpass", stack.shortpass_nm),
    ):
        place = cutoff_nm(stack, side, results.document.settings.transmission)
        if nominal is None or place is None:
            continue
        told = f"{name} {plain(place, 1)} nm"
        is_moved = abs(place - nominal) >= _SEEN_NM
        parts.append(tr("{cutoff} (from {nominal})", cutoff=told, nominal=plain(nominal, 1)) if is_moved else told)
    return ", ".join(parts) or tr("none")


def _shared_facts(members: tuple[object, ...]) -> list[tuple[str, str]]:
    found = []
    for name, field, unit, decimals in ((tr("Exposure"), "exposure_s", "s", 1), (tr("Power"), "power_uw", "µW", 1)):
        known = [v for m in members if (v := getattr(getattr(m, "condition", None), field, None)) is not None]
        if known:
            spread = f" ± {plain(float(np.std(known)), decimals)}" if np.ptp(known) > 0 else ""
            found.append((name, f"{plain(float(np.mean(known)), decimals)}{spread} {unit}"))
    return found


# --- checks of the condition, at the step where they matter ------------------------------------------------
def _facts_of_step(results: Results, step: str, k: int) -> Facts:
    if step in _OF_SPECTRA:
        yield from _shape_facts(results, k)
    if step in (*_OF_SCANS, "ratio"):
        yield from _pairing_facts(results, k)
    if step in _OF_SCANS:
        yield from _baseline_facts(results, k)
    if step in (*_OF_SPECTRA, *_OF_ETA):
        yield from _linear_facts(results, k)
    if step in _OF_ETA:
        yield from _flag_facts(results, k)


def _shape_facts(results: Results, k: int) -> Facts:
    test = results.shape_test
    if test is None or not math.isfinite(test.significance[k]):
        return
    if math.isfinite(test.shift_mev[k]):
        yield tr("Shape moved"), f"{measured(Estimate(test.shift_mev[k], test.shift_error_mev[k]))} meV"
    if test.width_error[k] > 0.0:
        yield tr("Shape widened"), f"× {measured(Estimate(test.width_ratio[k], test.width_error[k]))}"
    yield tr("Shape differs"), differs_words(float(test.significance[k]), is_beyond=bool(test.is_beyond[k]))


def differs_words(sigma: float, *, is_beyond: bool) -> str:
    """Return by how many standard deviations something differs, with a sign where that is too many."""
    size = f"{plain(sigma, 1 if sigma < 9.95 else 0)}σ"
    return f"! {size}" if is_beyond else size


def _pairing_facts(results: Results, k: int) -> Facts:
    if results.pairs is not None and results.gathered is not None:
        # What part of the spectra is paired stands with the scans.
        words = results.pairs.words(results.gathered.stacks[k].temperature)
        yield tr("PL and PA"), words.removeprefix("paired ").split(" (")[0]


def _baseline_facts(results: Results, k: int) -> Facts:
    if results.absorbed is None or results.gathered is None:
        return
    baseline = results.absorbed.baselines[results.gathered.stacks[k].temperature]
    if baseline is not None and math.isfinite(baseline.chi2_volt) and math.isfinite(baseline.chi2_power):
        for name, chi2 in (("volts", baseline.chi2_volt), ("power", baseline.chi2_power)):
            yield (
                tr("Baseline in {name}", name=name),
                tr("χ² {chi2} of {dof} dof", chi2=plain(chi2, 1), dof=baseline.dof),
            )


def _linear_facts(results: Results, k: int) -> Facts:
    regime, place = results.linear_regime, place_of(results, k)
    if regime is None or place is None:
        return
    if regime.missing:
        yield "⟨N⟩", tr("needs {missing_words}", missing_words=missing_words(regime))
        return
    light, heat = (float(part[place]) for part in (regime.light, regime.heat))
    if math.isfinite(light):
        yield tr("⟨N⟩ of PL, PA"), f"{small(light)}, {small(heat)}" if math.isfinite(heat) else small(light)


def _flag_facts(results: Results, k: int) -> Facts:
    fit = results.efficiency
    if fit is None or results.gathered is None:
        return
    stack = results.gathered.stacks[k]
    if stack.key in fit.keys[stack.temperature]:
        found = flags_of(fit, results.purity, stack.temperature, fit.keys[stack.temperature].index(stack.key))
        if found:
            yield tr("Flags"), ", ".join(flag.short for flag in found)


# --- trends over the repeats -------------------------------------------------------------------------------
def trend_rows(results: Results, view: ViewState) -> list[TrendRow]:
    """Return how emission and photothermal signal of the selected condition change over its repeats."""
    k = selected_stack(results, view)
    if k is None or results.drift is None or results.gathered is None or not view.stack:
        return []
    place, stack = place_of(results, k), results.gathered.stacks[k]
    if place is None or stack.key != view.stack:
        return []
    name = temperature_name(float(results.gathered.temperatures_k[place[0]]))
    parts = ((results.drift.light, KINDS[stack.kind], stack.kind), (results.drift.heat, "PA", "pa"))
    rows = [_trend_row(part, title, color, place, name) for part, title, color in parts]
    return [row for row in rows if row is not None]


def _trend_row(
    part: LightTrends | HeatTrends, name: str, color: str, place: tuple[int, int], temperature: str
) -> TrendRow | None:
    trends, (t, c) = part.trends, place
    present = trends.present[t, c]
    if int(present.sum()) < 2:
        return None
    own, error, common = (
        _PERCENT * float(value) for value in (trends.own[t, c], trends.own_error[t, c], trends.common[t])
    )
    is_told = math.isfinite(own) and math.isfinite(error)
    told = tr("It tells no trend of its own.")
    if is_told:
        size = measured(Estimate(own, error))
        told = tr(
            "Its own trend: {size} % per repeat ({own_sigma}σ).",
            size=size,
            own_sigma=plain(float(trends.own_sigma[t, c]), 1),
        )
    shared = ""
    if math.isfinite(common):
        shared = tr(
            "<br>All conditions at {temperature} share {common} % per repeat; that cancels in QY and η.",
            temperature=temperature,
            common=plain(common, 2),
        )
    return TrendRow(
        name,
        color,
        trends.position[t, c][present],
        trends.deviation[t, c][present],
        float(trends.error[t, c]),
        float(trends.slope[t, c]) if is_told or math.isfinite(common) else math.nan,
        f"{measured(Estimate(own, error))} %" if is_told else tr("not told"),
        bool(part.is_beyond[t, c]),
        tr(
            "<b>{name}</b>: deviation of each repeat from the mean, with its standard error.{shared}<br>{told}",
            name=name,
            shared=shared,
            told=told,
        ),
    )
