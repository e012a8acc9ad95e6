"""What a comparison of rate models says, in words."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import chi2 as chi2_distribution

from asplab.core.counting import counted
from asplab.core.polaron.comparison.allowed import kind_of, symbol_of, unit_of
from asplab.core.polaron.comparison.entangled import told_width
from asplab.core.polaron.comparison.records import ModelFit, PriorPull
from asplab.core.polaron.comparison.saturated import told_saturation
from asplab.core.units import FloatArray

ALIKE = 6.0
"""ΔAICc up to which models count as not told apart: an evidence ratio of 20."""
DETERMINED = 0.25
"""Relative error up to which a parameter counts as determined: it lies four errors from zero."""
_UNLIKELY = 1e-3
_FAR = 2.0
"""Distance from a prior, in its standard deviations, from which on it is told before anything else."""
_FROM_PRIOR = 0.8
"""Error after the fit, in standard deviations of the prior, from which on the prior supplied the parameter."""


def verdict_of(fits: Sequence[ModelFit], row: int, delta_aicc: FloatArray, weight: FloatArray) -> str:
    """Return what one row of a comparison says; arrays of shape (n_models,)."""
    known = np.flatnonzero(np.isfinite(delta_aicc))
    if not known.size:
        return _nothing_known(fits, row)
    order = known[np.argsort(delta_aicc[known])]
    if len(known) > 1 and (value := told_saturation([fits[int(i)] for i in known], row)):
        return (
            f"The data do not tell the models apart: η is saturated, {value} at every point within its error, which "
            "each of them describes. Weights come from the numbers of parameters alone, and no parameter is determined."
        )
    best = fits[order[0]]
    sentences = [_ranking(fits, order, delta_aicc, weight)]
    left = [fit.plan.model.title for i, fit in enumerate(fits) if i not in known]
    if left:
        sentences.append(f"Too few points to judge {_listed(left)}.")
    polarons = [fits[i] for i in order if _is_polaron(fits[i])]
    told = [best, *(fit for fit in polarons[:1] if fit is not best)]
    sentences += [strained for fit in told if (strained := _strained(fit, row))]
    sentences.append(_misfit(best, row))
    sentences.append(_need_of_polaron(fits, order, delta_aicc))
    found = identified(polarons[0], row) if polarons else ""
    if found:
        sentences.append(f"With {polarons[0].plan.model.title}: {found}")
    if row == len(best.temperatures_k):
        sentences.append(_shared_scale(best))
    return " ".join(sentence for sentence in sentences if sentence)


def _nothing_known(fits: Sequence[ModelFit], row: int) -> str:
    """Say why no model has an AICc in a row."""
    first = fits[0]
    if row < len(first.temperatures_k) or np.isfinite([fit.chi2[row] for fit in fits]).any():
        return "No model can be judged: there are too few points."
    least = max(int(fit.n_parameters[:-1].max(initial=1)) for fit in fits)
    return f"There is no joint fit: it needs two temperatures with at least {least} points each."


def identified(fit: ModelFit, row: int) -> str:
    """Return which of E_p, g and ħω the data determine, with their relative errors; empty for other models.

    Where priors took part, they are named with the data.
    """
    free = [name for name in fit.names if kind_of(name) in ("g_mev", "phonon_mev")]
    held = {name: fit.plan.fixed[name] for name in ("g_mev", "phonon_mev") if name in fit.plan.fixed}
    if not _is_polaron(fit) or not np.isfinite(fit.chi2[row]):
        return ""
    given = " and ".join(f"{symbol_of(name)} = {value:g} meV" for name, value in held.items())
    if not free:
        return f"{given} are fixed, so that the data set only the scale." if held else ""
    stuck = [symbol_of(name) for name in free if fit.at_bound[row, fit.names.index(name)]]
    if stuck:
        open_ = [symbol_of(name) for name in free] + (["E_p"] if np.isfinite(fit.polaron_energy_mev[row]) else [])
        verb = "is" if len(open_) == 1 else "are"
        return f"{_listed(stuck)} stopped at a bound, so {_listed(open_)} {verb} not determined."
    told = [_Told(symbol_of(name), fit.value(name)[row], fit.error(name)[row]) for name in free]
    energy = _Told("E_p", fit.polaron_energy_mev[row], fit.polaron_energy_error_mev[row])
    if np.isfinite(fit.polaron_energy_mev[row]):
        told.insert(0, energy)
    told_of_priors = "; ".join(_told_prior(one, row) for one in fit.priors)
    words = f"data and priors ({told_of_priors})" if fit.priors else "the data"
    sentence = f"with {given} fixed, {words}" if held else words
    found = sentence + _determined(told, energy) + _of_priors(fit, row)
    return f"{found} {of_width}" if (of_width := told_width(fit, row)) else found


def _determined(told: Sequence["_Told"], energy: "_Told") -> str:
    fixed = [item for item in told if item.relative <= DETERMINED]
    loose = [item for item in told if item.relative > DETERMINED]
    if not loose:
        return f" fix {_listed([item.full for item in fixed])}."
    if not fixed:
        return f" determine none of {_listed([item.short for item in loose])}."
    found = f" fix {_listed([item.full for item in fixed])}, not {_listed([item.short for item in loose])}"
    return found + (" separately." if fixed == [energy] and len(loose) > 1 else ".")


def _of_priors(fit: ModelFit, row: int) -> str:
    """Name the parameters whose errors are those of their priors."""
    names = [
        symbol_of(one.prior.parameter)
        for one in fit.priors
        if fit.error(one.prior.parameter)[row] >= _FROM_PRIOR * one.prior.error
    ]
    if not names:
        return ""
    if len(names) == 1:
        return f" {names[0]} comes from its prior: the data hardly narrow it."
    return f" {_listed(names)} come from their priors: the data hardly narrow them."


def _told_prior(one: PriorPull, row: int) -> str:
    prior, unit = one.prior, unit_of(one.prior.parameter)
    source = f", {prior.source}" if prior.source else ""
    return f"{symbol_of(prior.parameter)} {prior.value:g} ± {prior.error:g} {unit}{source}; pull {one.pull[row]:.1f}"


def _strained(fit: ModelFit, row: int) -> str:
    """Say which priors a fit ended far from."""
    far = [one for one in fit.priors if abs(one.pull[row]) > _FAR]
    if not far:
        return ""
    listed = _listed([f"that of {_told_prior(one, row)}" for one in far])
    return (
        f"{fit.plan.model.title} ended more than {_FAR:.0f} standard deviations from a prior ({listed}): with this "
        "model, data and prior disagree."
    )


class _Told:
    """A number as it is told: with its error, or only by its relative error."""

    def __init__(self, symbol: str, value: float, error: float) -> None:
        self.relative = error / value if np.isfinite(error) and value > 0 else np.inf
        percent = f"{100.0 * self.relative:.2g} %" if self.relative < 10.0 else "more than 1000 %"
        self.short = f"{symbol} ({percent})"
        digits = max(0, 1 - int(np.floor(np.log10(error)))) if np.isfinite(error) and error > 0 else 1
        self.full = f"{symbol} = {value:.{digits}f} ± {error:.{digits}f} meV ({percent})"


def _ranking(fits: Sequence[ModelFit], order: np.ndarray, delta_aicc: FloatArray, weight: FloatArray) -> str:
    def told(i: int) -> str:
        return f"{fits[i].plan.model.title} (ΔAICc {_number(delta_aicc[i])})"

    first = f"{fits[order[0]].plan.model.title} has the smallest AICc, with weight {100.0 * weight[order[0]]:.0f} %."
    alike = [told(i) for i in order[1:] if delta_aicc[i] <= ALIKE]
    worse = [told(i) for i in order[1:] if delta_aicc[i] > ALIKE]
    if alike:
        first += f" The data do not tell it from {_listed(alike)}."
    if worse:
        first += f" Less supported: {_listed(worse)}."
    return first


def _misfit(best: ModelFit, row: int) -> str:
    if best.dof[row] <= 0:
        return ""
    p = float(chi2_distribution.sf(best.chi2[row], best.dof[row]))
    if p >= _UNLIKELY:
        return ""
    return (
        f"Even {best.plan.model.title} misses the data (χ² {best.chi2[row]:.0f} for {best.dof[row]} degrees of "
        f"freedom, {_chance(p)}): errors are too small, or no model of the list is right."
    )


def _need_of_polaron(fits: Sequence[ModelFit], order: np.ndarray, delta_aicc: FloatArray) -> str:
    with_polaron = [i for i in order if _is_polaron(fits[i])]
    without = [i for i in order if not _is_polaron(fits[i])]
    if not with_polaron or not without:
        return ""
    lead = delta_aicc[without[0]] - delta_aicc[with_polaron[0]]
    title = fits[without[0]].plan.model.title
    if lead > ALIKE:
        return f"Models without a polaron are worse by ΔAICc {_number(lead)} or more."
    return f"A polaron is not needed: {title} describes the data {'as well' if lead >= -ALIKE else 'better'}."


def _shared_scale(fit: ModelFit) -> str:
    test = fit.scale_test
    if not np.isfinite(test.p_value):
        return ""
    saved = f"{counted(test.dof, 'scale')} saved"
    told = f"(Δχ² {_number(test.chi2_shared - test.chi2_free)} for {saved}, {_chance(test.p_value)})"
    if test.p_value < _UNLIKELY:
        return f"One scale ln A for all temperatures is excluded {told}."
    return f"One scale ln A for all temperatures is allowed {told}."


def _is_polaron(fit: ModelFit) -> bool:
    return "g_mev" in fit.plan.model.parameters


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100.0 else f"{value:.2g}" if value < 10.0 else f"{value:.1f}"


def _chance(p: float) -> str:
    return "p < 0.001" if p < 1e-3 else f"p = {p:.2g}"


def _listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
