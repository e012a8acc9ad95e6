"""Which corrections are switched off although the data ask for them: what is left then does not cancel."""

from collections.abc import Iterator
from dataclasses import dataclass

from asplab.core.experiment import Spectrum
from asplab.core.grouping.stage import Gathered
from asplab.core.problems import Problem
from asplab.core.settings import CalibrationSettings, CorrectionSettings, ScanSettings

_FACTORS = (
    ("undo_neutral_density", "nd_od", "neutral filters"),
    ("divide_by_em_gain", "em_gain", "electron gain"),
    ("divide_by_accumulations", "accumulations", "accumulations"),
    ("divide_by_exposure", "exposure_s", "exposure"),
)
_FRAMES = (
    ("subtract_background", "background", "background"),
    ("subtract_emission_blank", "emission_blank", "emission of the bare substrate"),
)
_CURVES = (("divide_by_response", "response", "response"), ("divide_by_filters", "filter", "filter curves"))
_LINES = (("use_lamp", "lamp", "wavelengths of the lamp"), ("use_laser", "laser", "measured laser lines"))


@dataclass(frozen=True, slots=True)
class SwitchedOff:
    """What is said about corrections that are switched off."""

    problems: tuple[Problem, ...] = ()


def find_switched_off(
    gathered: Gathered, corrections: CorrectionSettings, scans: ScanSettings, calibration: CalibrationSettings
) -> SwitchedOff:
    """Tell once which corrections are off whose data the folder holds, and where one side alone is divided."""
    problems = []
    off = [*_emission(gathered, corrections), *_axes(gathered, calibration)]
    if off:
        message = (
            f"switched off although the data ask for it: {', '.join(off)}. What is left does not cancel between PL, "
            "ASPL and PA. See in the Corrections step what each does to the numbers."
        )
        problems.append(Problem("warning", gathered.experiment.name, message))
    if gathered.has_power and corrections.divide_by_power != scans.divide_by_power:
        divided, other = ("PL and ASPL", "PA") if corrections.divide_by_power else ("PA", "PL and ASPL")
        message = (
            f"the pump power is divided out of {divided} but not out of {other}, so their quotient follows the power. "
            "Switch both on, or both off where both were taken at equal power."
        )
        problems.append(Problem("warning", gathered.experiment.name, message))
    return SwitchedOff(tuple(problems))


def _emission(gathered: Gathered, settings: CorrectionSettings) -> Iterator[str]:
    members = [member for stack in gathered.stacks for member in stack.members]
    kinds = {spectrum.kind for spectrum in gathered.experiment.spectra}
    curves = {curve.kind for curve in gathered.experiment.curves}
    for field, kind, name in _FRAMES:
        if kind in kinds and not getattr(settings, field):
            yield name
    for field, column, name in _FACTORS:
        if not getattr(settings, field) and _differs(members, column):
            yield name
    for field, kind, name in _CURVES:
        if kind in curves and not getattr(settings, field):
            yield name


def _differs(members: list[Spectrum], column: str) -> bool:
    """Whether the spectra that state a number, or a neutral filter at all, state more than one."""
    blank = 0.0 if column == "nd_od" else None
    stated = {getattr(member.condition, column) for member in members}
    return len({blank if value is None else value for value in stated} - {None}) > 1


def _axes(gathered: Gathered, settings: CalibrationSettings) -> Iterator[str]:
    kinds = {spectrum.kind for spectrum in gathered.experiment.spectra}
    for field, kind, name in _LINES:
        if kind in kinds and not getattr(settings, field):
            yield name
    if not settings.correct_bandwidth and any(
        member.condition.bandwidth_nm for stack in gathered.stacks for member in stack.members
    ):
        yield "bandwidth of the excitation"
