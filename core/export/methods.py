"""The methods section of a report: what was done to the data, in sentences and equations, by the settings in force."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from asplab.core.experiment import Experiment
from asplab.core.export.references import reference_text, references
from asplab.core.inference import inference_of
from asplab.core.pipeline import Results
from asplab.core.settings import Settings

_CITED = re.compile(r"\[([a-z]+\d{4})\]")
_COUNT_CORRECTIONS = (
    ("subtract_dark", "dark", "dark frames were subtracted"),
    ("subtract_background", "background", "spectra with the pump off were subtracted"),
    ("subtract_emission_blank", "emission_blank", "spectra of a blank were subtracted"),
    ("remove_cosmic_rays", "", "cosmic rays were replaced by what the other repeats show"),
    ("divide_by_response", "response", "counts were divided by the spectral response"),
    ("divide_by_filters", "filter", "and by the transmission of the filters"),
    ("divide_by_exposure", "", "by the exposure time"),
    ("divide_by_power", "", "and by the pump power"),
)
_BASELINES = {
    "constant": "a constant", "line": "a straight line", "blank": "a scaled scan of a blank",
    "urbach": "a straight line and, where one is seen, an exponential tail",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the analysis: sentences with keys of references in brackets, and the equation of it in TeX."""

    title: str
    text: str
    equation: str = ""


def methods(results: Results) -> list[Step]:
    """Return the steps that led to ``results``, in the order of the chain."""
    settings, experiment = results.document.settings, results.document.experiment
    steps = [*_emission(settings, experiment), *_heat(settings, experiment)] if experiment.spectra else []
    if results.efficiency is not None and results.responses is not None:
        steps += _efficiency(settings)
    if results.polaron is not None:
        steps += _polaron(settings)
    return [*steps, *_errors(results)]


def methods_section(results: Results) -> Iterator[str]:
    """Return the parts of the report's page: paragraphs, equations as MathML, and the references."""
    # It is needed for a report only.
    from latex2mathml.converter import convert

    steps = methods(results)
    keys = cited(steps)
    for step in steps:
        text = _CITED.sub(lambda found: f"[{keys.index(found[1]) + 1}]", escape(step.text))
        yield f"<p><strong>{escape(step.title)}.</strong> {text}</p>"
        if step.equation:
            yield f'<div class="equation">{convert(step.equation, display="block")}</div>'
    yield "<h3>References</h3><ol>"
    for entry in references(keys).values():
        link = f'<a href="https://doi.org/{escape(entry["doi"])}">{escape(entry["doi"])}</a>'
        yield f"<li>{escape(reference_text(entry))}, {link}</li>"
    yield "</ol>"


def cited(steps: list[Step]) -> list[str]:
    """Return the keys of all references, in the order in which they are first named."""
    return list(dict.fromkeys(key for step in steps for key in _CITED.findall(step.text)))


def _emission(settings: Settings, experiment: Experiment) -> Iterator[Step]:
    kinds = {record.kind for record in (*experiment.spectra, *experiment.curves)}
    done = [
        words
        for name, kind, words in _COUNT_CORRECTIONS
        if getattr(settings.corrections, name) and (not kind or kind in kinds)
    ]
    low, high = settings.integration.window_nm
    seen = (
        " Where a filter cut the band, the missing part was supplied from the band of the same temperature."
        if settings.integration.correct_truncation
        else ""
    )
    above = {"constant": ", above a constant background", "line": ", above a straight background", "none": ""}
    yield Step(
        "Emission",
        f"{_sentence(done)} Photons were integrated from {low:g} to {high:g} nm, at least "
        f"{settings.transmission.cutoff_guard_nm:g} nm from filter edges{above[settings.background.baseline]}.{seen}",
    )


def _sentence(parts: list[str]) -> str:
    text = ", ".join(parts)
    return f"{text[:1].upper()}{text[1:]}." if text else "Counts were taken as they are."


def _heat(settings: Settings, experiment: Experiment) -> Iterator[Step]:
    if not experiment.scans:
        return
    baseline, scans = settings.baseline, settings.scans
    rotated = "The lock-in signal was rotated into one phase. " if scans.rotate_phase else ""
    shape = _BASELINES.get(baseline.shape)
    subtracted = (
        f"{shape[0].upper()}{shape[1:]}, fitted more than {baseline.from_mev:g} meV below the gap, was subtracted in "
        f"{'volts' if baseline.unit == 'volt' else 'units of the pump power'}. "
        if shape
        else ""
    )
    divided = "divided by the pump power and " if scans.divide_by_power else ""
    yield Step(
        "Photothermal absorption",
        f"{rotated}{subtracted}The signal was {divided}read at each excitation from a polynomial of order "
        f"{scans.polynomial_order} within ±{scans.half_width_mev:g} meV.",
    )


def _efficiency(settings: Settings) -> Iterator[Step]:
    shared = {"temperature": "one for each temperature", "shared": "one for all temperatures", "fixed": "held fixed"}
    reference = {
        "peak": "the maximum of the emission", "mean": "the mean energy of the emitted photons",
        "midpoint": "the middle between emission and absorption", "given": "given energies",
    }  # fmt: skip
    yield Step(
        "Quantum yield and up-conversion efficiency",
        "Of absorbed photons that are not emitted, the energy becomes heat; the ratio of emission I to heat PA of "
        f"anti-Stokes and Stokes excitation then follows Eqs. 1-5 of Ref. [zhang2024], with ΔE counted from "
        f"{reference[settings.energies.reference]}. The Stokes line, PA/I over the photon energy, gives the "
        f"quantum yield ({shared[settings.efficiency.quantum_yield]}); each anti-Stokes excitation then gives η.",
        r"R = \frac{I_\mathrm{AS}/PA_\mathrm{AS}}{I_\mathrm{S}/PA_\mathrm{S}}"
        r" = \eta\,\frac{\Delta E_\mathrm{S} + (1 - QY)\,E_\mathrm{g}}{(1 - \eta\,QY)\,E_\mathrm{g} - \Delta E}",
    )


def _polaron(settings: Settings) -> Iterator[Step]:
    low, high = settings.polaron.detuning_range_mev
    scale = "one for each temperature" if settings.polaron.joint_scale == "temperature" else "one for all temperatures"
    yield Step(
        "Polaron parameters",
        f"η between {low:g} and {high:g} meV was fitted, with the covariance of its points, by the rate of resonant "
        f"multiple-phonon absorption, Eq. 9 of Ref. [zhang2024], against a constant loss: η = A w/(1 + A w). A is free "
        f"({scale} in the joint fit), E_p = g²/ħω and S = (g/ħω)².",
        r"\ln w = -\frac{\Delta E}{k_\mathrm{B}T} - \frac{1}{2}\ln\Delta E"
        r" + \frac{\Delta E}{\hbar\omega}\left[1 - \ln\frac{\Delta E\,\hbar\omega}{g^2}\right]",
    )


def _errors(results: Results) -> Iterator[Step]:
    inference = inference_of(results)
    method = inference.method
    ways = {
        "profile": "those of QY and η after Fieller [fieller1954], those of g and ħω from the profile of χ² (Δχ² = 1)",
        "bootstrap": f"from {method.draws} draws of whole repeats (seed {method.seed}) [efron1979]",
        "mcmc": f"from {method.draws} steps of each Markov chain (seed {method.seed}) [foreman2013]",
    }
    compared = " Rate models were ranked by AICc [hurvich1989]." if inference.comparison is not None else ""
    in_air = results.document.settings.energies.medium == "air"
    air = " Wavelengths in air were converted [ciddor1996]." if in_air else ""
    yield Step(
        "Errors",
        f"Statistical errors come from the scatter of repeats. 68 % intervals: {ways[method.intervals]}. "
        "Systematic errors move each effect that no repeat shows by one standard deviation and fit everything again."
        f"{compared}{air} Numerical work uses NumPy [harris2020] and SciPy [virtanen2020].",
    )
