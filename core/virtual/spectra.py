"""Spectra of the virtual experiment: the light of each repeat, and the spectra beside the conditions."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from asplab.core.units import FWHM_PER_SIGMA, FloatArray
from asplab.core.virtual.camera import IntArray, detect, strike
from asplab.core.virtual.emission import (
    Condition,
    band_electrons,
    probe_electrons,
    reference_condition,
    room_electrons,
    stray_electrons,
    substrate_electrons,
    throughput,
    true_axis_nm,
    true_excitation_nm,
)
from asplab.core.virtual.experiment import VirtualExperiment
from asplab.core.virtual.light import vacuum_nm
from asplab.core.virtual.states import States, Streams, true_states

_BLANK_REPEATS = 3
_LINE_FWHM_NM, _LINE_E = 0.9, 800.0

LAMP_LINES_NM = {
    404.6565: 500.0, 407.7837: 60.0, 435.8335: 1400.0, 546.0750: 1500.0, 576.9610: 200.0, 579.0670: 220.0,
    585.24879: 900.0, 588.18950: 300.0, 594.48342: 400.0, 602.99969: 250.0, 607.43377: 500.0, 609.61631: 500.0,
    614.30626: 800.0, 616.35939: 300.0, 621.72812: 350.0, 626.64950: 500.0, 630.47889: 250.0, 633.44278: 600.0,
    638.29917: 800.0, 640.22480: 1300.0, 650.65281: 800.0, 653.28822: 300.0, 659.89529: 400.0, 667.82762: 600.0,
    671.70430: 250.0, 692.94673: 400.0,
}  # fmt: skip
"""Wavelengths in air of mercury [Sansonetti 1996] and neon [Saloman 2004], and electrons in the highest pixel."""


@dataclass(frozen=True, slots=True, eq=False)
class Extra:
    """Spectra of one condition beside the main ones: ``counts`` (n, pixel), the others (n,) as told.

    ``power_uw`` is None where the pump was off. ``label`` marks the files.
    """

    condition: Condition
    counts: IntArray
    temperature_k: FloatArray
    excitation_nm: FloatArray
    exposure_s: FloatArray
    time_s: FloatArray | None = None
    power_uw: FloatArray | None = None
    label: str = ""


def spectra(
    experiment: VirtualExperiment,
    rng: np.random.Generator,
    measured: tuple[Condition, ...],
    states: States,
    brightness: FloatArray,
) -> IntArray:
    """Return counts (condition, repeat, pixel); ``brightness`` is (condition, repeat)."""
    counts = np.zeros((*brightness.shape, experiment.pixels), dtype=np.int64)
    for index, condition in enumerate(measured):
        light = np.array(list(_light(experiment, condition, states, index, brightness[index])))
        told = condition.em_gain
        gain = None if told is None else told * (1.0 + experiment.effects.em_gain_error)
        counts[index] = detect(experiment, rng, light, em_gain=gain, accumulations=condition.accumulations)
    strike(experiment, rng, counts)
    return counts


def _light(
    experiment: VirtualExperiment, condition: Condition, states: States, index: int, brightness: FloatArray
) -> Iterator[FloatArray]:
    """Yield the expected photoelectrons per pixel of each repeat."""
    known: dict[tuple[float, float, float], tuple[FloatArray, FloatArray]] = {}
    for repeat, factor in enumerate(brightness):
        state = (
            float(states.temperature_k[index, repeat]),
            float(states.excitation_nm[index, repeat]),
            float(states.exposure_s[index, repeat]),
        )
        if state not in known:
            known[state] = _expected(experiment, condition, *state)
        band, other = known[state]
        yield factor * band + other


def _expected(
    experiment: VirtualExperiment, condition: Condition, temperature_k: float, true_nm: float, exposure_s: float
) -> tuple[FloatArray, FloatArray]:
    exposed = replace(condition, exposure_s=exposure_s)
    band = band_electrons(experiment, exposed, temperature_k, true_nm=true_nm)
    other = stray_electrons(experiment, exposed, true_nm=true_nm)
    if experiment.effects.substrate_e_per_s:
        other = other + substrate_electrons(experiment, exposed, temperature_k, true_nm=true_nm)
    if experiment.effects.probe_pl_e_per_s:
        other = other + probe_electrons(experiment, exposed, temperature_k)
    return band, other


def extra_spectra(
    experiment: VirtualExperiment,
    measured: tuple[Condition, ...],
    temperature_k: float,
    streams: Streams,
    *,
    drift: FloatArray,
) -> tuple[Extra, ...]:
    """Return what is measured beside the conditions: again, as reference, with pump or sample absent, as lines."""
    effects = experiment.effects
    found: list[Extra] = []
    below = [condition for condition in measured if condition.kind == "aspl"]
    if effects.remeasured_factor and below:
        again = replace(below[:2][-1], series="day 2")
        factor = effects.remeasured_factor * drift
        found.append(_visited(experiment, again, temperature_k, streams, "remeasured", factor, label="_day2"))
    if effects.reference:
        reference = reference_condition(experiment, temperature_k)
        found.append(_visited(experiment, reference, temperature_k, streams, "reference", drift))
    for condition in measured:
        if effects.probe_pl_e_per_s:
            light = room_electrons(experiment, condition) + probe_electrons(experiment, condition, temperature_k)
            found.append(_blank(experiment, condition, "background", light, temperature_k, streams["background"]))
        if effects.substrate_e_per_s:
            light = stray_electrons(experiment, condition) + substrate_electrons(experiment, condition, temperature_k)
            found.append(_blank(experiment, condition, "emission_blank", light, temperature_k, streams["blank"]))
        if effects.laser_lines:
            found.append(_laser_line(experiment, condition, temperature_k, streams["lines"]))
    return tuple(found)


def _visited(
    experiment: VirtualExperiment,
    condition: Condition,
    temperature_k: float,
    streams: Streams,
    stream: str,
    factor: FloatArray,
    *,
    label: str = "",
) -> Extra:
    """Return one more condition, measured with every repeat."""
    rng = streams[stream]
    states = true_states(experiment, (condition,), temperature_k, streams, scan_points=0)
    own = rng.normal(1.0, experiment.independent_drift, size=experiment.repeats)
    brightness = (factor * own * states.emission_share)[np.newaxis]
    counts = spectra(experiment, rng, (condition,), states, brightness)[0]
    power = condition.power_uw * rng.normal(1.0, experiment.power_noise, size=experiment.repeats)
    told = (states.told_temperature_k[0], states.told_excitation_nm[0], states.exposure_s[0], states.time_s[0])
    return Extra(condition, counts, *told, power_uw=power, label=label)


def _blank(
    experiment: VirtualExperiment,
    condition: Condition,
    kind: str,
    light: FloatArray,
    temperature_k: float,
    rng: np.random.Generator,
) -> Extra:
    counts = detect(
        experiment,
        rng,
        np.broadcast_to(light, (_BLANK_REPEATS, light.size)),
        em_gain=condition.em_gain,
        accumulations=condition.accumulations,
    )
    power = None
    if kind != "background":
        power = condition.power_uw * rng.normal(1.0, experiment.power_noise, size=_BLANK_REPEATS)
    return Extra(
        replace(condition, kind=kind),
        counts,
        np.full(_BLANK_REPEATS, temperature_k),
        np.full(_BLANK_REPEATS, condition.excitation_nm),
        np.full(_BLANK_REPEATS, condition.exposure_s),
        power_uw=power,
    )


def _laser_line(
    experiment: VirtualExperiment, condition: Condition, temperature_k: float, rng: np.random.Generator
) -> Extra:
    """Return the attenuated laser as the spectrometer shows it."""
    open_path = replace(
        condition, kind="laser", longpass_nm=None, shortpass_nm=None, nd_od=0.0, em_gain=None, accumulations=1,
        exposure_s=experiment.exposures_s[0],
    )  # fmt: skip
    fwhm_nm = float(np.hypot(_LINE_FWHM_NM, experiment.effects.bandwidth_nm))
    light = _line(experiment, true_excitation_nm(experiment, condition), _LINE_E, fwhm_nm)
    counts = detect(experiment, rng, light[np.newaxis])
    told = (np.array([value]) for value in (temperature_k, condition.excitation_nm, open_path.exposure_s))
    temperatures, excitations, exposures = told
    return Extra(open_path, counts, temperatures, excitations, exposures)


def lamp_counts(experiment: VirtualExperiment, rng: np.random.Generator) -> IntArray:
    """Return the spectrum of a mercury and neon lamp (pixel,) at the shortest exposure."""
    light = np.zeros(experiment.pixels)
    for air_nm, height_e in LAMP_LINES_NM.items():
        light += _line(experiment, float(vacuum_nm(air_nm, in_air=True)), height_e, _LINE_FWHM_NM)
    return detect(experiment, rng, light)


def _line(experiment: VirtualExperiment, center_nm: float, height_e: float, fwhm_nm: float) -> FloatArray:
    z = (true_axis_nm(experiment) - center_nm) / (fwhm_nm / FWHM_PER_SIGMA)
    return np.asarray(height_e * np.exp(-0.5 * z**2) * throughput(experiment.wavelength_nm) / throughput(550.0))
