"""Effects whose prior stands for what was not measured: what is left of them where it was."""

from typing import TYPE_CHECKING

from asplab.core.settings import SystematicsSettings

if TYPE_CHECKING:
    from asplab.core.pipeline import Results

CURVES_PERCENT = 0.5
"""Mismatch that is left where the curves of all filters are measured; curves of good instruments repeat to this."""


def measured_effects(results: "Results") -> dict[str, str]:
    """Return the effects whose place a measurement or a stated error has taken, each with the reason."""
    found = {}
    if results.energies is not None and results.document.settings.energies.reference_error_mev > 0.0:
        found["reference_mev"] = "the error of the reference is stated in the settings, among the statistical ones"
    if are_lines_measured(results):
        found["wavelength_nm"] = "the line of every excitation was measured, with its error among the statistical ones"
    if is_width_known(results):
        found["bandwidth_mev"] = "the bandwidth of every excitation is known, with its error among the statistical ones"
    return found


def left_of(prior: dict[str, float], results: "Results") -> dict[str, float]:
    """Return the priors, a default that stands for filters without curves shrunk where all have theirs."""
    unknown = SystematicsSettings().path_mismatch_percent
    if prior.get("path_mismatch_percent") == unknown and are_filters_measured(results):
        return prior | {"path_mismatch_percent": CURVES_PERCENT}
    return prior


def are_lines_measured(results: "Results") -> bool:
    """Whether a measured laser line stands in for every excitation that was set."""
    lasers = () if results.calibration is None else results.calibration.lasers
    return bool(lasers) and all(laser is not None for laser in lasers)


def are_filters_measured(results: "Results") -> bool:
    """Whether the counts of every spectrum were divided by the curves of its filters."""
    treatments = () if results.corrected is None else results.corrected.treatments
    return bool(treatments) and all(treatment.filters for treatment in treatments)


def is_width_known(results: "Results") -> bool:
    """Whether the bandwidth of every anti-Stokes excitation is told, or measured, and made up for."""
    if results.corrected is None or not results.document.settings.calibration.correct_bandwidth:
        return False
    lasers = () if results.calibration is None else results.calibration.lasers
    measured = [laser is not None and laser.bandwidth_nm > 0.0 for laser in lasers]
    told = [all(s.condition.bandwidth_nm is not None for s in stack.members) for stack in results.corrected.stacks]
    known = [
        is_told or (k < len(measured) and measured[k])
        for k, (stack, is_told) in enumerate(zip(results.corrected.stacks, told, strict=True))
        if stack.kind == "aspl"
    ]
    return bool(known) and all(known)
