"""Settings of the stages from raw spectra to band intensities."""

from dataclasses import dataclass
from typing import Literal

from asplab.core.settings.limits import ascending, between


@dataclass(frozen=True, slots=True)
class GroupingSettings:
    """Which records count as one condition, and as one temperature.

    ``remeasured``: of a condition that was measured again the ``mean`` of all is used, the ``latest``, or the ``best``,
    which has the smallest relative noise. Measured again is what belongs to another series, has the same repeat numbers
    again, or follows a pause longer than ``remeasured_after_h``. Emission without scans takes those of the nearest
    temperature that has scans only, up to ``scan_reach_k`` away.
    """

    temperature_tolerance_k: float = 2.0
    wavelength_tolerance_nm: float = 0.2
    remeasured: Literal["mean", "latest", "best"] = "mean"
    remeasured_after_h: float = 6.0
    scan_reach_k: float = 6.0

    def __post_init__(self) -> None:
        between("remeasured_after_h", self.remeasured_after_h, 0.0, 1e4)
        between("temperature_tolerance_k", self.temperature_tolerance_k, 0.0, 100.0)
        between("wavelength_tolerance_nm", self.wavelength_tolerance_nm, 0.0, 50.0)
        between("scan_reach_k", self.scan_reach_k, 0.0, 100.0)


@dataclass(frozen=True, slots=True)
class CorrectionSettings:
    """What is done to raw counts before anything is integrated.

    ``cosmic_threshold`` is in standard deviations of one repeat, pooled over pixels of like signal.
    ``undo_neutral_density`` multiplies by 10^OD of the neutral filters before the detector. ``full_scale_counts`` is
    the highest value that one exposure can read; 0 means unknown, and only flat tops tell saturation.
    ``inner_filter`` says whether and how the sample's own absorption is made up for.
    """

    leave_out_saturated: bool = True
    full_scale_counts: float = 65535.0

    subtract_dark: bool = True
    subtract_background: bool = True
    subtract_emission_blank: bool = True
    remove_cosmic_rays: bool = True
    cosmic_threshold: float = 8.0
    undo_neutral_density: bool = True
    divide_by_em_gain: bool = True
    divide_by_accumulations: bool = True
    divide_by_response: bool = True
    divide_by_filters: bool = True
    divide_by_exposure: bool = True
    divide_by_power: bool = True
    inner_filter: Literal["none", "cuvette"] = "none"

    def __post_init__(self) -> None:
        between("cosmic_threshold", self.cosmic_threshold, 3.0, 1000.0)
        between("full_scale_counts", self.full_scale_counts, 0.0, 1e12)


@dataclass(frozen=True, slots=True)
class MovedCutoff:
    """A filter edge that was set by hand, for every spectrum that carries the nominal cutoff."""

    side: Literal["longpass", "shortpass"]
    nominal_nm: float
    cutoff_nm: float


@dataclass(frozen=True, slots=True)
class TransmissionSettings:
    """Which part of a spectrum the filters let through.

    ``cutoff_guard_nm`` keeps every evaluation away from a filter edge and from the laser leak behind it. With
    ``keep_out_laser`` the range also ends at the line of the laser, where one is seen inside it.
    """

    cutoff_guard_nm: float = 6.0
    keep_out_laser: bool = True
    moved_cutoffs: tuple[MovedCutoff, ...] = ()

    def __post_init__(self) -> None:
        between("cutoff_guard_nm", self.cutoff_guard_nm, 0.0, 100.0)


@dataclass(frozen=True, slots=True)
class BackgroundSettings:
    """What is subtracted under the band, spectrum by spectrum.

    ``windows_nm`` empty means: the transmitted, signal-free part of each spectrum, found from the band.
    """

    baseline: Literal["constant", "line", "none"] = "constant"
    windows_nm: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        for window in self.windows_nm:
            ascending("background window", window)


@dataclass(frozen=True, slots=True)
class IntegrationSettings:
    """How a spectrum becomes a band intensity: window sum or least squares of the band's shape.

    With ``follow_shape``, the hidden part of an anti-Stokes band whose shape differs from the PL beyond 3σ is that of
    the moved and widened shape, and the difference to the resting one is part of its error.
    """

    window_nm: tuple[float, float] = (400.0, 600.0)
    estimator: Literal["window", "template"] = "window"
    correct_truncation: bool = True
    follow_shape: bool = True

    def __post_init__(self) -> None:
        ascending("window_nm", self.window_nm)
