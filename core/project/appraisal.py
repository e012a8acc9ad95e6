"""What stands beside the results, as arrays of a project: systematic errors, sources of variances, checks."""

import json
from typing import TYPE_CHECKING

import numpy as np

from asplab.core.units import FloatArray

if TYPE_CHECKING:
    from asplab.core.appraisal.stage import Appraisal, ResultBudget
    from asplab.core.consistency import Check
    from asplab.core.systematics import Systematics

Arrays = dict[str, np.ndarray]
Step = tuple[Arrays, dict[str, str]]


def appraisal_steps(appraisal: "Appraisal") -> dict[str, Step]:
    """Return arrays and texts by step, of those that were found."""
    found: dict[str, Step] = {}
    if appraisal.systematics is not None:
        found["systematics"] = _systematics(appraisal.systematics)
        if appraisal.budgets:
            found["budget"] = _budget(appraisal.systematics, appraisal.budgets)
    if appraisal.checks:
        found["consistency"] = _consistency(appraisal.checks)
    return found


def _systematics(found: "Systematics") -> Step:
    """Totals shaped as the results they belong to; ``_up`` and ``_down`` with a row for each nuisance before that."""
    from asplab.core.systematics.subject import QUANTITIES

    numbers = {"temperature_k": np.append(found.temperatures_k, np.nan), "sigma": found.sigma}
    for end in ("minus", "plus", "up", "down"):
        numbers |= {f"{name}_{end}": getattr(getattr(found, end), name) for name in QUANTITIES}
    texts = {
        "nuisances": json.dumps(found.names),
        "sigma_units": json.dumps(found.units, ensure_ascii=False),
        "left_out": json.dumps(dict(found.left_out), ensure_ascii=False),
    }
    return numbers, texts


def _budget(systematics: "Systematics", budgets: "tuple[ResultBudget, ...]") -> Step:
    """Shares shaped as the results they belong to, with the sources in the last dimension; NaN where not split up."""
    from asplab.core.systematics import SOURCES

    sources = (*SOURCES, *systematics.names)
    numbers: Arrays = {"temperature_k": np.append(systematics.temperatures_k, np.nan)}
    reasons: dict[str, str] = {}
    for found in budgets:
        shape = getattr(systematics.central, found.quantity).shape
        for kind, budget in (("statistical", found.statistical), ("total", found.total)):
            key = f"{found.quantity}_{kind}_shares"
            table = numbers.setdefault(key, np.full((*shape, len(sources)), np.nan))
            if budget.shares:
                table[found.place] = _dense(dict(budget.shares), sources)
            elif budget.why:
                reasons[f"{key}[{', '.join(map(str, found.place))}]"] = budget.why
    return numbers, {"sources": json.dumps(sources), "reasons": json.dumps(reasons, ensure_ascii=False)}


def _dense(shares: dict[str, float], sources: tuple[str, ...]) -> FloatArray:
    return np.array([shares.get(name, 0.0) for name in sources])


def _consistency(checks: "tuple[Check, ...]") -> Step:
    """The two numbers that each check compares, in the units of the texts; NaN where there are none."""
    numbers: Arrays = {
        "temperature_k": np.array([check.temperature_k for check in checks]),
        "pull": np.array([check.pull for check in checks]),
        "conflicts": np.array([float(check.status == "conflicts") for check in checks]),
    }
    for place, key in enumerate(("first", "second")):
        given = [check.numbers[place] if place < len(check.numbers) else None for check in checks]
        numbers[key] = np.array([np.nan if number is None else number.value for number in given])
        numbers[f"{key}_errors"] = np.array([np.nan if number is None else number.error for number in given])
    told = [
        {
            "name": check.name,
            "place": check.place,
            "status": check.status,
            "relation": check.relation,
            "numbers": [[number.name, number.unit] for number in check.numbers[:2]],
            "meaning": check.meaning,
        }
        for check in checks
    ]
    return numbers, {"checks": json.dumps(told, ensure_ascii=False)}
