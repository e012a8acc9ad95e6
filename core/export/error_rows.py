"""Rows of ``results.json`` beside the results: systematic errors, sources of variances, consistency checks.

They need results that `asplab.core.inference.appraised` has looked at; of others they say nothing.
"""

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from asplab.core.export.error_words import is_told, systematic_words
from asplab.core.inference import inference_of
from asplab.core.pipeline import Results
from asplab.core.rounding import number

if TYPE_CHECKING:
    from asplab.core.appraisal.stage import Appraisal, ResultBudget
    from asplab.core.consistency import Check
    from asplab.core.systematics import Systematics

Row = dict[str, Any]
Pair = list[float | None]

FIT_QUANTITIES = ("g_mev", "phonon_mev", "polaron_energy_mev", "huang_rhys")
QUANTITY_UNITS = {
    "quantum_yield": "", "eta": "", "g_mev": "meV", "phonon_mev": "meV", "polaron_energy_mev": "meV", "huang_rhys": "",
}  # fmt: skip
SOURCE_TITLES = {
    "emission_noise": "noise of PL and ASPL",
    "band_shape": "band shape and dark frame",
    "pa_noise": "noise of PA",
    "pa_baseline": "PA baseline",
    "subtracted_light": "subtracted leak or two-photon emission",
    "drift": "drift between repeats",
    "reference": "reference of ΔE",
    "wavelength": "excitation wavelengths",
    "mean_photon": "mean energy of an emitted photon",
    "quantum_yield": "quantum yield shared or given",
}
"""Statistical sources of a variance, as people read them."""

_NO_SYSTEMATICS = "there is no η with a fit of it, so nothing to move"


def appraisal_of(results: Results) -> "Appraisal | None":
    """Return what was found beside the results; None where nobody looked."""
    return inference_of(results).appraisal


def systematic_pair(results: Results, quantity: str, place: tuple[int, ...]) -> Pair | None:
    """Return the systematic error [minus, plus] of a result, both positive; an open end is None.

    None as a whole where the result is not known or not identified, or no effect that was moved acts on it.
    """
    appraisal = appraisal_of(results)
    found = None if appraisal is None else appraisal.systematics
    if found is None or not math.isfinite(getattr(found.central, quantity)[place]):
        return None
    if quantity in FIT_QUANTITIES and not is_told(results, found, quantity, place[0]):
        return None
    at = (slice(None), *place)
    if not np.any(getattr(found.up, quantity)[at]) and not np.any(getattr(found.down, quantity)[at]):
        return None
    return [number(getattr(found.minus, quantity)[place]), number(getattr(found.plus, quantity)[place])]


def systematics_row(results: Results) -> Row:
    """Return every effect that was moved: by how much, and what each way does to the results."""
    appraisal = appraisal_of(results)
    found = None if appraisal is None else appraisal.systematics
    if found is None:
        return {"reason": _reason(appraisal), "nuisances": [], "dominant": [], "words": [], "left_out": []}
    return {
        "reason": None,
        "nuisances": [_nuisance(results, found, k) for k in range(len(found.names))],
        "dominant": _dominant(results, found),
        "words": systematic_words(results, found),
        "left_out": [{"name": name, "reason": why} for name, why in found.left_out],
    }


def _reason(appraisal: "Appraisal | None") -> str:
    """Return why there are no systematic errors."""
    told = [] if appraisal is None else [p.message for p in appraisal.problems if p.message.startswith("systematic")]
    return told[0] if told else _NO_SYSTEMATICS


def _nuisance(results: Results, found: "Systematics", k: int) -> Row:
    from asplab.core.systematics import NUISANCES

    n = len(found.temperatures_k)
    shifts = [
        _place(found, row) | _shifts(results, found, k, row) for row in range(n + 1) if row < n or _has_joint(found)
    ]
    return {
        "name": found.names[k],
        "title": found.titles[k],
        "meaning": NUISANCES[found.names[k]].meaning,
        "prior": number(found.sigma[k]),
        "unit": found.units[k],
        "one_sided": bool(found.is_one_sided[k]),
        "shifts": shifts,
    }


def _has_joint(found: "Systematics") -> bool:
    return bool(np.isfinite(found.central.polaron_energy_mev[-1]) or np.isfinite(found.central.g_mev[-1]))


def _place(found: "Systematics", row: int) -> Row:
    is_joint = row == len(found.temperatures_k)
    return {
        "scope": "joint" if is_joint else "temperature",
        "temperature_k": None if is_joint else number(found.temperatures_k[row]),
    }


def _shifts(results: Results, found: "Systematics", k: int, row: int) -> Row:
    """Return [at +σ, at −σ] less the unshifted result, None where it is not identified; of η the medians.

    ``sides`` holds [below, above]: how far the effect lets the truth lie on either side, which adds up to the errors.
    """
    shifts: Row = {}
    if row < len(found.temperatures_k):
        shifts["quantum_yield"] = [number(found.up.quantum_yield[k, row]), number(found.down.quantum_yield[k, row])]
        shifts["eta_median"] = [_median(part.eta[k, row]) for part in (found.up, found.down)]
    for name in FIT_QUANTITIES:
        pair = [number(getattr(part, name)[k, row]) for part in (found.up, found.down)]
        shifts[name] = pair if is_told(results, found, name, row) else None
    told = [name for name in FIT_QUANTITIES if shifts[name] is not None]
    return shifts | {
        "sides": {name: [number(getattr(part, name)[k, row]) for part in (found.below, found.above)] for name in told}
    }


def _median(values: np.ndarray) -> float | None:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else None


def _dominant(results: Results, found: "Systematics") -> list[Row]:
    """Return which effects bring most of the systematic variance: QY and η over all, the rest of identified fits."""
    from asplab.core.systematics import dominant

    n = len(found.temperatures_k)
    asked: list[tuple[str, int | None]] = [("quantum_yield", None), ("eta", None)]
    asked += [(name, row) for row in range(n + 1) for name in FIT_QUANTITIES if is_told(results, found, name, row)]
    rows = []
    for name, at in asked:
        shares = dominant(found, name, None if at is None else (at,))
        if shares:
            place = {"scope": "all", "temperature_k": None} if at is None else _place(found, at)
            rows.append({"quantity": name, **place, "shares": dict(shares)})
    return rows


def systematic_shift_rows(results: Results) -> list[Row]:
    """Return one row for every result and every effect that was moved, η one by one."""
    appraisal = appraisal_of(results)
    found = None if appraisal is None else appraisal.systematics
    if found is None or results.efficiency is None:
        return []
    n = len(found.temperatures_k)
    places: list[tuple[str, tuple[int, ...]]] = [("quantum_yield", (t,)) for t in range(n)]
    if results.efficiency.is_shared:
        places = places[:1]
    keys = results.efficiency.keys
    places += [("eta", (t, j)) for t in range(n) for j, key in enumerate(keys[t]) if key]
    places += [(name, (row,)) for row in range(n + 1) for name in FIT_QUANTITIES]
    return [
        _placed(results, quantity, place) | _shift(found, k, quantity, place)
        for quantity, place in places
        if systematic_pair(results, quantity, place) is not None
        for k in range(len(found.names))
    ]


def _shift(found: "Systematics", k: int, quantity: str, place: tuple[int, ...]) -> Row:
    return {
        "unit": QUANTITY_UNITS[quantity],
        "nuisance": found.names[k],
        "prior": number(found.sigma[k]),
        "prior_unit": found.units[k],
        "up": number(getattr(found.up, quantity)[(k, *place)]),
        "down": number(getattr(found.down, quantity)[(k, *place)]),
    }


def _placed(results: Results, quantity: str, place: tuple[int, ...]) -> Row:
    """Return quantity, scope and where a result stands; scope ``all`` where one row tells of all results."""
    fit = results.efficiency
    row: Row = {"quantity": quantity, "scope": "all"}
    row |= dict.fromkeys(("temperature_k", "excitation_nm", "detuning_mev"))
    if fit is None or not place or (quantity == "quantum_yield" and fit.is_shared):
        return row
    if place[0] == len(fit.temperatures_k):
        return row | {"scope": "joint"}
    row |= {"scope": "temperature", "temperature_k": number(fit.temperatures_k[place[0]])}
    if quantity == "eta":
        row |= {"excitation_nm": number(fit.excitation_nm[place]), "detuning_mev": number(fit.detuning_mev[place])}
    return row


def budget_rows(results: Results) -> list[Row]:
    """Return where the variance of each result comes from; shares are None where the reason says why."""
    appraisal = appraisal_of(results)
    return [] if appraisal is None else [_budget(results, found) for found in appraisal.budgets]


def _budget(results: Results, found: "ResultBudget") -> Row:
    parts = {"statistical": found.statistical, "total": found.total}
    row = _placed(results, found.quantity, found.place)
    row["stated_variance"] = number(found.statistical.stated_variance)
    for name, budget in parts.items():
        row[f"{name}_variance"] = number(budget.variance)
        row[f"{name}_shares"] = dict(budget.shares) if budget.shares else None
    row["reason"] = found.statistical.why or found.total.why or None
    return row


def budget_share_rows(results: Results) -> list[Row]:
    """Return one row for every source of every result, the statistical ones first; one with the reason without any."""
    rows = []
    for row in budget_rows(results):
        place = {key: row[key] for key in ("quantity", "scope", "temperature_k", "excitation_nm", "detuning_mev")}
        statistical, total = row["statistical_shares"] or {}, row["total_shares"] or {}
        for source in dict.fromkeys([*statistical, *total]) or [None]:
            kind = None if source is None else "statistical" if source in SOURCE_TITLES else "systematic"
            rows.append(
                place
                | {
                    "source": source,
                    "kind": kind,
                    "statistical_share": statistical.get(source),
                    "total_share": total.get(source),
                    "reason": row["reason"],
                }
            )
    return rows


def check_rows(results: Results) -> list[Row]:
    """Return the consistency checks, each temperature in turn, then those of the joint fit."""
    appraisal = appraisal_of(results)
    return [] if appraisal is None else [_check(check) for check in appraisal.checks]


def _check(check: "Check") -> Row:
    is_joint = math.isnan(check.temperature_k)
    return {
        "scope": "joint" if is_joint else "temperature",
        "temperature_k": None if is_joint else number(check.temperature_k),
        "name": check.name,
        "title": check.title,
        "status": check.status,
        "relation": check.relation or None,
        "pull": number(check.pull),
        "numbers": [
            {"name": n.name, "value": number(n.value), "error": number(n.error), "unit": n.unit} for n in check.numbers
        ],
        "meaning": check.meaning,
    }


def conflicts(results: Results) -> list[tuple["Check", list[str]]]:
    """Return the checks that conflict, one for each kind, with the other places where the same kind conflicts.

    That of the joint fit speaks for its kind, else the one with the largest pull.
    """
    appraisal = appraisal_of(results)
    kinds: dict[str, list[Check]] = {}
    for check in () if appraisal is None else appraisal.checks:
        if check.status == "conflicts":
            kinds.setdefault(check.name, []).append(check)
    return [_spoken_for(checks) for checks in kinds.values()]


def _spoken_for(checks: list["Check"]) -> tuple["Check", list[str]]:
    def weight(check: "Check") -> tuple[bool, float]:
        return math.isnan(check.temperature_k), abs(check.pull) if math.isfinite(check.pull) else 0.0

    lead = max(checks, key=weight)
    return lead, [check.place for check in checks if check is not lead]
