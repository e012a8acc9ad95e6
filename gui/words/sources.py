"""Where the error of one result comes from: how large both of its errors are, and what brings each of them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from asplab.core.estimate import Estimate, is_systematic_told
from asplab.core.pipeline import Results
from asplab.core.polaron.fit import PolaronFit
from asplab.core.systematics import Budget, eta_budget, yield_budget
from asplab.gui.language import tr
from asplab.gui.settings_catalogue import EFFECTS
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.numerals import plain
from asplab.gui.words.findings import JOINT, parameter_estimate
from asplab.gui.words.reading import (
    efficiency_at,
    quantum_yield,
    selected_temperature,
    temperature_name,
    temperatures_of,
)
from asplab.gui.words.systematic import NO_SYSTEMATIC, NONE, Systematic, arms

PARAMETERS = {"g_mev": "g", "phonon_mev": "ħω", "polaron_energy_mev": "Eₚ", "huang_rhys": "S"}
"""What is fitted, fields of `PolaronFit`, and what each is called in plain text."""
SOURCES = {
    "emission_noise": tr("PL, ASPL noise"),
    "band_shape": tr("Band shape, dark"),
    "pa_noise": tr("PA noise"),
    "pa_baseline": tr("PA baseline"),
    "subtracted_light": tr("Subtracted light"),
    "drift": tr("Drift"),
    "reference": tr("Reference of ΔE"),
    "wavelength": tr("Wavelengths"),
    "mean_photon": tr("Mean photon energy"),
    "quantum_yield": "QY",
}
RATIO_HAS_NONE = tr("The paper’s R lines leave out what points share. Choose the component estimator.")
NO_RAW_DATA = tr("The tables give errors, but not where they come from.")
_LEAST_SHARE = 0.005

Key = tuple[str, bool]
"""A quantity, field of `asplab.core.systematics.Outcome`, and whether that of the joint fit."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of the two errors of a result.

    Attributes
    ----------
    error : str
        Its size, for instance ``± 0.0024``.
    shares : tuple of (str, float)
        What brings it, with fractions of its variance, the largest first; empty where it can't be split up.
    why : str
        Why it can't.
    is_earlier : bool
        It is of earlier settings.
    """

    error: str = ""
    shares: tuple[tuple[str, float], ...] = ()
    why: str = ""
    is_earlier: bool = False


@dataclass(frozen=True, slots=True)
class ErrorSources:
    """Both errors of one result, and where each comes from.

    Attributes
    ----------
    key : tuple of (str, bool)
        Which result.
    name, place, unit : str
        What it is called, and its temperature or the joint fit; empty for none.
    choices : tuple of (key, str)
        All results that could be asked for.
    statistical, systematic : Part
    is_systematic_larger : bool
    """

    key: Key = ("", False)
    name: str = ""
    place: str = ""
    unit: str = ""
    choices: tuple[tuple[Key, str], ...] = ()
    statistical: Part = Part()
    systematic: Part = Part()
    is_systematic_larger: bool = False


@dataclass(frozen=True, slots=True)
class Split:
    """Variances of the parameters of one fit by source.

    Attributes
    ----------
    budgets : mapping or None
        By quantity, those of `PARAMETERS`; None while they are not known.
    is_earlier : bool
        They are of earlier settings.
    why : str
        Why there are none, and none are to be expected.
    """

    budgets: Mapping[str, Budget] | None = None
    is_earlier: bool = False
    why: str = ""


NO_SPLIT = Split()


def key_of(results: Results, view: ViewState) -> Key | None:
    """Return the result whose error is asked for: the chosen one, else η of the selection, else QY; None for none."""
    keys = [key for key, _ in _choices(results, view)]
    if (view.quantity, view.is_joint) in keys:
        return view.quantity, view.is_joint
    if (view.quantity, False) in keys:
        return view.quantity, False
    return next((key for key in (("eta", False), ("quantum_yield", False)) if key in keys), None)


def fit_row(results: Results, view: ViewState) -> int | None:
    """Return the fit whose variances have to be split up for this, n_temperatures for the joint one; None for none."""
    key, t = key_of(results, view), selected_temperature(results, view)
    if key is None or key[0] not in PARAMETERS or t is None:
        return None
    return len(temperatures_of(results)) if key[1] else t


def error_sources(
    results: Results,
    view: ViewState,
    systematic: Systematic = NO_SYSTEMATIC,
    split: Split = NO_SPLIT,
) -> ErrorSources:
    """Return where the error of what is chosen or selected comes from; ``split`` is that of the fit `fit_row`."""
    key, t = key_of(results, view), selected_temperature(results, view)
    if key is None or t is None:
        return ErrorSources()
    quantity, is_joint = key
    choices = _choices(results, view)
    place = JOINT if is_joint else temperature_name(temperatures_of(results)[t])
    j = _selected(results, view)
    if quantity in PARAMETERS:
        index = len(temperatures_of(results)) if is_joint else t
        value = _parameter(results, quantity, index)
        statistical = replace(_fitted_part(split, quantity), error=_size(value))
        at: tuple[int, ...] = (index,)
        brought = _systematic(systematic, quantity, at, _is_told(results, value, quantity, index))
    else:
        fit = results.efficiency
        assert fit is not None
        value = quantum_yield(fit, t) if j is None or quantity != "eta" else efficiency_at(fit, t, j)
        statistical = replace(_measured_part(results, t, j if quantity == "eta" else None), error=_size(value))
        at = (t,) if quantity != "eta" or j is None else (t, j)
        brought = _systematic(systematic, quantity, at, math.isfinite(value.value))
    return ErrorSources(
        *(key, dict(choices)[key], place, value.unit, choices, statistical, brought),
        is_systematic_larger=_is_larger(systematic, quantity, at, value),
    )


def _choices(results: Results, view: ViewState) -> tuple[tuple[Key, str], ...]:
    """Return every result of the temperature and of the joint fit that has an error."""
    fit, found, t = results.efficiency, results.polaron, selected_temperature(results, view)
    if fit is None or t is None:
        return ()
    keys: list[tuple[Key, str]] = []
    if fit.responses is not None:
        keys.append((("quantum_yield", False), "QY"))
    j = _selected(results, view)
    if j is not None:
        keys.append((("eta", False), f"η ({plain(fit.detuning_mev[t, j], 0)} meV)"))
    if found is None:
        return tuple(keys)
    if math.isfinite(found.chi2[t]):
        keys += [((name, False), symbol) for name, symbol in PARAMETERS.items()]
    if len(found.temperatures_k) > 1 and math.isfinite(found.chi2[-1]):
        keys += [((name, True), tr("{symbol}, joint fit", symbol=symbol)) for name, symbol in PARAMETERS.items()]
    return tuple(keys)


def _selected(results: Results, view: ViewState) -> int | None:
    fit, t = results.efficiency, selected_temperature(results, view)
    if fit is None or t is None or not view.stack or view.stack not in fit.keys[t]:
        return None
    return fit.keys[t].index(view.stack)


# --- the statistical error -------------------------------------------------------------------------------
def _measured_part(results: Results, t: int, j: int | None) -> Part:
    """Return what brings the statistical error of QY, or of η."""
    fit = results.efficiency
    assert fit is not None
    if results.corrected is None or results.layout is None or results.emission is None or results.absorbed is None:
        return Part(why=NO_RAW_DATA)
    if results.document.settings.efficiency.estimator == "ratio":
        # The budgets split up the errors of the components, which are not the ones shown.
        return Part(why=RATIO_HAS_NONE)
    stages = (results.corrected, results.layout, results.emission, results.absorbed)
    found = yield_budget(fit, *stages, t) if j is None else eta_budget(fit, *stages, t, j)
    if found is not None:
        return Part(shares=_named(found))
    if j is None and results.document.settings.efficiency.quantum_yield == "fixed":
        return Part(why=tr("QY and its error are given. Select a point to see where the error of its η comes from."))
    if j is None and fit.is_shared:
        return Part(
            why=tr("One QY serves all temperatures. Select a point to see where the error of its η comes from.")
        )
    return Part(why=tr("Not determined here."))


def _named(budget: Budget) -> tuple[tuple[str, float], ...]:
    ordered = sorted(budget.shares, key=lambda share: -share[1])
    return tuple((SOURCES[source], part) for source, part in ordered)


def _fitted_part(split: Split, quantity: str) -> Part:
    """Return what brings the statistical error of a parameter."""
    if split.budgets is None:
        return Part(why=split.why or tr("Split up as soon as the data rest."))
    budget = split.budgets[quantity]
    return Part(shares=_named(budget), why=budget.why, is_earlier=split.is_earlier)


def _size(value: Estimate) -> str:
    """Return a statistical error as it stands beside its value, with the arms of an interval."""
    low, high = value.low, value.high
    if low is not None and high is not None and low < value.value < high:
        return arms(high - value.value, value.value - low)
    if (low is None) != (high is None):
        return tr("open on one side")
    return arms(value.error, value.error) if math.isfinite(value.error) else tr("not determined")


# --- the systematic error --------------------------------------------------------------------------------
def _systematic(known: Systematic, quantity: str, at: tuple[int, ...], is_told: bool) -> Part:
    """Return how large the systematic error of a result is and which effects bring it."""
    if known.found is None:
        return Part(why=known.why or (tr("Found as soon as the data rest.") if known.is_awaited else tr("Not known.")))
    if not is_told:
        return Part(NONE, why=tr("Not determined here, so shifts of the best fit say nothing of it."))
    from asplab.core.systematics import dominant

    ends = (float(getattr(end, quantity)[at]) for end in (known.found.plus, known.found.minus))
    shares = tuple(
        (EFFECTS[name], share) for name, share in dominant(known.found, quantity, at) if share > _LEAST_SHARE
    )
    why = "" if shares else tr("No effect of a size that is stated moves it, or one leaves it open.")
    return Part(arms(*ends), _whole(shares), why, known.is_earlier)


def _is_larger(known: Systematic, quantity: str, at: tuple[int, ...], value: Estimate) -> bool:
    """Return whether a systematic error exceeds the statistical one; an open end of it does."""
    if known.found is None or not math.isfinite(value.error):
        return False
    ends = [float(getattr(end, quantity)[at]) for end in (known.found.plus, known.found.minus)]
    return not max(ends) <= value.error


def _whole(shares: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float], ...]:
    """Return shares with what is left to one under a name of its own."""
    rest = 1.0 - sum(share for _, share in shares)
    return (*shares, (tr("others"), rest)) if shares and rest > 1e-6 else shares


def _is_told(results: Results, value: Estimate, quantity: str, index: int) -> bool:
    limits = results.intervals
    is_identified = limits is None or bool(limits.identified[index])
    return is_systematic_told(quantity, value.value, value.error, is_identified=is_identified)


def _parameter(results: Results, quantity: str, index: int) -> Estimate:
    assert isinstance(results.polaron, PolaronFit)
    return parameter_estimate(results.polaron, results.intervals, quantity, index)
