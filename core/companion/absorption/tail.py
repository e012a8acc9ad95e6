"""What one absorption spectrum says, by itself and beside the emission of the same sample."""

import math
from dataclasses import dataclass, replace

import numpy as np

from asplab.core.companion.absorption.exciton import Exciton, fit_exciton
from asplab.core.companion.absorption.kennard_stepanov import KennardStepanov, kennard_stepanov
from asplab.core.companion.absorption.reciprocity import HeatBalance, Match, Reciprocity, reciprocity_efficiency
from asplab.core.companion.absorption.spectra import Absorbing, Emitting, Heating, on_common_energies
from asplab.core.companion.absorption.urbach import UrbachTail, fit_urbach, widened
from asplab.core.companion.reading import Reading, undetermined
from asplab.core.companion.temperature.absorption_top import first_top
from asplab.core.companion.temperature.band_records import Spectrum
from asplab.core.errors import AsplabError
from asplab.core.settings import TailSettings
from asplab.core.statistics.misfit import is_misfit
from asplab.core.units import FloatArray

Moved = tuple[tuple[str, tuple[Absorbing, ...]], ...]

_SEEN = 3.0
_SEEN_PART = 0.8
"""Part of the points of a wing that must stand out of their noise."""
_LEAST_WING = 5
NO_EMISSION = "There is no emission of this medium and temperature. Add PL spectra (kind pl) of it."


@dataclass(frozen=True, slots=True)
class Sample:
    """What an absorption spectrum is of.

    Attributes
    ----------
    source : str
        The file, or ``PA`` for photothermal scans.
    medium : str
        ``film``, ``suspension`` or empty where that is not told.
    temperature_k, temperature_error_k : float
        NaN where it is not known.
    temperature : int or None
        Index of the temperature of the main analysis, in its medium.
    """

    source: str
    medium: str
    temperature_k: float
    temperature_error_k: float
    temperature: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Tail:
    """An absorption spectrum and what follows from it.

    Attributes
    ----------
    sample : Sample
    absorbing : Absorbing
    emitting : Emitting or None
    reference_mev : float
        From where ΔE counts: the emission peak of the sample; NaN where there is none.
    exciton : Exciton or None
    maximum : Reading
        The first maximum of absorption: that of the fitted exciton, else that of `first_top`.
    urbach : UrbachTail or None
    star : KennardStepanov or None
    eta : Reciprocity or None
    reasons : dict of str to str
        Why there is no exciton, tail, star or eta; empty texts where there is one.
    moved : tuple of (str, tuple of Absorbing)
        What absorption would be with something else one standard error off, to one side or both, by the name of that,
        which is there once for each of its independent errors; of absorption that was read off its heat.
    """

    sample: Sample
    absorbing: Absorbing
    emitting: Emitting | None
    reference_mev: float
    exciton: Exciton | None
    maximum: Reading
    urbach: UrbachTail | None
    star: KennardStepanov | None
    eta: Reciprocity | None
    reasons: dict[str, str]
    moved: Moved = ()


def read_tail(
    sample: Sample,
    absorbing: Absorbing,
    *,
    emitting: Emitting | None,
    heating: tuple[FloatArray, Heating] | None,
    settings: TailSettings,
    moved: Moved = (),
) -> Tail:
    """Return what an absorption spectrum says; what it does not determine has a reason in its place.

    ``heating`` holds energies and what was measured where absorption was read off its heat: η then follows from that.
    """
    reference = math.nan if emitting is None else emitting.reference_mev
    bare = Tail(sample, absorbing, emitting, reference, None, undetermined("", "meV"), None, None, None, {}, moved)
    reasons: dict[str, str] = {}
    exciton, maximum = _exciton(bare, settings, reasons)
    found = replace(bare, exciton=exciton, maximum=maximum)
    found = replace(found, urbach=_urbach(found, settings, reasons))
    if emitting is None:
        return replace(found, reasons=reasons | dict.fromkeys(("star", "eta"), NO_EMISSION))
    found = replace(found, star=_star(found, emitting, settings, reasons))
    return replace(found, eta=_eta(found, emitting, heating, settings, reasons), reasons=reasons)


def refitted(tail: Tail, settings: TailSettings) -> Tail:
    """Return a tail with its Urbach energy in the range of ``settings``, all else as it is: quick enough for a drag."""
    reasons = dict(tail.reasons)
    return replace(tail, urbach=_urbach(tail, settings, reasons), reasons=reasons)


def _exciton(tail: Tail, settings: TailSettings, reasons: dict[str, str]) -> tuple[Exciton | None, Reading]:
    one, reference = tail.absorbing, tail.reference_mev
    centre = reference if math.isfinite(reference) else float(one.energy_mev[int(np.argmax(one.absorption))])
    low, high = centre - settings.exciton_mev[1], centre - settings.exciton_mev[0]
    inside = (one.energy_mev >= low) & (one.energy_mev <= high)
    try:
        fit = fit_exciton(one.energy_mev, one.absorption, error=one.error, range_mev=(low, high))
    except AsplabError as error:
        reasons["exciton"] = str(error)
        return None, undetermined(str(error), "meV")
    reasons["exciton"] = fit.peak.reason
    if fit.maximum.is_determined and not is_misfit(fit.chi2, fit.dof, tests=1):
        return fit, fit.maximum
    count = int(inside.sum())
    spectrum = Spectrum(one.energy_mev[inside], one.absorption[inside], one.error[inside], np.zeros(count))
    return fit, first_top(spectrum)


def _urbach(tail: Tail, settings: TailSettings, reasons: dict[str, str]) -> UrbachTail | None:
    one, reference = tail.absorbing, tail.reference_mev
    given = None
    if settings.urbach_mev and math.isfinite(reference):
        given = (reference - settings.urbach_mev[0][1], reference - settings.urbach_mev[0][0])
    below = reference if math.isfinite(reference) else tail.maximum.value
    if not math.isfinite(below):
        reasons["urbach"] = "Neither emission nor exciton tells where the tail begins. Add PL of this sample."
        return None
    kelvin = tail.sample.temperature_k
    try:
        found = fit_urbach(
            one.energy_mev,
            one.absorption,
            error=one.error,
            below_mev=below,
            range_mev=given,
            temperature_k=kelvin if math.isfinite(kelvin) else None,
        )
    except AsplabError as error:
        reasons["urbach"] = str(error)
        return None
    found = _with_moved(found, tail.moved)
    reasons["urbach"] = found.urbach.reason
    return found


def _with_moved(found: UrbachTail, moved: Moved) -> UrbachTail:
    """Return a tail with what the errors of all else do to it in the same range."""
    if not found.urbach.is_determined:
        return found
    moves: dict[str, list[float]] = {}
    for name, sides in moved:
        by = [_urbach_within(found.range_mev, one) - found.urbach.value for one in sides]
        moves.setdefault(name, []).append(float(np.max(np.abs(by))))
    return widened(found, {name: float(np.linalg.norm(by)) for name, by in moves.items()})


def _urbach_within(range_mev: tuple[float, float], one: Absorbing) -> float:
    """Return E_U in a range, NaN where there is no tail."""
    found = fit_urbach(one.energy_mev, one.absorption, error=one.error, below_mev=range_mev[1], range_mev=range_mev)
    return found.urbach.value


def _star(tail: Tail, emitting: Emitting, settings: TailSettings, reasons: dict[str, str]) -> KennardStepanov | None:
    one = tail.absorbing
    try:
        energy, dark, dark_error, light, light_error = on_common_energies(
            (one.energy_mev, one.absorption, one.error), emitting
        )
        found = kennard_stepanov(
            energy,
            emission=light,
            emission_error=light_error,
            absorption=dark,
            absorption_error=dark_error,
            temperature_k=tail.sample.temperature_k,
            range_mev=_energies(tail, settings.match_mev),
        )
    except AsplabError as error:
        reasons["star"] = str(error)
        return None
    reasons["star"] = found.wing.reason
    return found


def _eta(
    tail: Tail,
    emitting: Emitting,
    heating: tuple[FloatArray, Heating] | None,
    settings: TailSettings,
    reasons: dict[str, str],
) -> Reciprocity | None:
    if tail.star is None or not tail.star.agrees:
        reasons["eta"] = reasons["star"] if tail.star is None else tail.star.sentence
        return None
    one, balance = tail.absorbing, None
    dark = (one.energy_mev, one.absorption, one.error)
    if heating is not None:
        energy, warm = heating
        dark, quantum_yield = (energy, warm.signal, warm.error), warm.quantum_yield
        balance = HeatBalance(quantum_yield.value, quantum_yield.error, warm.emission_mev)
    try:
        common = on_common_energies(dark, emitting)
        found = reciprocity_efficiency(
            common[0],
            absorption=common[1],
            absorption_error=common[2],
            emission=common[3],
            emission_error=common[4],
            heat=balance,
            temperature_k=tail.sample.temperature_k,
            temperature_error_k=tail.sample.temperature_error_k,
            range_mev=_wing(common, tail, settings),
            match=Match(_energies(tail, settings.match_mev), settings.matched_eta, settings.matched_eta_error),
        )
    except AsplabError as error:
        reasons["eta"] = str(error)
        return None
    reasons["eta"] = ""
    return found


def _energies(tail: Tail, detuning_mev: tuple[float, float]) -> tuple[float, float]:
    return tail.reference_mev - detuning_mev[1], tail.reference_mev - detuning_mev[0]


def _wing(common: tuple[FloatArray, ...], tail: Tail, settings: TailSettings) -> tuple[float, float]:
    """Return the wing from the match down to where emission or absorption drown in their noise, or to its set end."""
    energy, dark, dark_error, light, light_error = common
    low, high = _energies(tail, (settings.match_mev[0], settings.wing_to_mev))
    seen = (dark > _SEEN * dark_error) & (light > _SEEN * light_error)
    for k in np.flatnonzero((energy >= low) & (energy <= high)):
        part = seen[k : k + _LEAST_WING]
        if seen[k] and part.mean() >= _SEEN_PART:
            return float(energy[k]), high
    return low, high
