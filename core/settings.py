"""Every choice that changes a number: one frozen record per stage, saved with the project and shown."""

from dataclasses import dataclass, field
from math import inf, isfinite, isnan
from typing import Literal

from asplab.core.errors import SettingsError
from asplab.core.units import Medium

NOMINAL_OD_PERCENT = 5.0
"""Standard error of a neutral filter's optical density, in % of it, where only its nominal value is known."""


def _between(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise SettingsError(f"{name} is {value:g}; it must lie between {low:g} and {high:g}. Choose another value.")


def _ascending(name: str, edges: tuple[float, float]) -> None:
    if not edges[0] < edges[1]:
        raise SettingsError(f"{name} is {edges[0]:g} to {edges[1]:g}; its first end must lie below its second one.")


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
    scan_reach_k: float = 10.0

    def __post_init__(self) -> None:
        _between("remeasured_after_h", self.remeasured_after_h, 0.0, 1e4)
        _between("temperature_tolerance_k", self.temperature_tolerance_k, 0.0, 100.0)
        _between("wavelength_tolerance_nm", self.wavelength_tolerance_nm, 0.0, 50.0)
        _between("scan_reach_k", self.scan_reach_k, 0.0, 100.0)


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
        _between("cosmic_threshold", self.cosmic_threshold, 3.0, 1000.0)
        _between("full_scale_counts", self.full_scale_counts, 0.0, 1e12)


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
        _between("cutoff_guard_nm", self.cutoff_guard_nm, 0.0, 100.0)


@dataclass(frozen=True, slots=True)
class BackgroundSettings:
    """What is subtracted under the band, spectrum by spectrum.

    ``windows_nm`` empty means: the transmitted, signal-free part of each spectrum, found from the band.
    """

    baseline: Literal["constant", "line", "none"] = "constant"
    windows_nm: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        for window in self.windows_nm:
            _ascending("background window", window)


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
        _ascending("window_nm", self.window_nm)


@dataclass(frozen=True, slots=True)
class ScanSettings:
    """How a photothermal scan is read at each excitation.

    A local polynomial of ``polynomial_order`` within ±``half_width_mev``; the in-phase part where both
    lock-in channels were recorded; smoothed power where the scan carries it.

    Attributes
    ----------
    stitch_segments : bool
        Scale pieces of a scan to each other where they overlap; else they are joined as they are.
    leave_out_overload : bool
        Leave out points at which the lock-in was at its full scale.
    full_scale_limit : float
        Part of the full scale from which a point counts as overloaded.
    align_temperatures : bool
        Move scans that were taken at another temperature than the emission by the difference of the gap.
    """

    half_width_mev: float = 5.0
    polynomial_order: int = 2
    rotate_phase: bool = True
    divide_by_power: bool = True
    stitch_segments: bool = True
    leave_out_overload: bool = True
    full_scale_limit: float = 1.0
    align_temperatures: bool = True

    def __post_init__(self) -> None:
        _between("half_width_mev", self.half_width_mev, 0.1, 100.0)
        _between("polynomial_order", self.polynomial_order, 0, 5)
        _between("full_scale_limit", self.full_scale_limit, 0.1, 10.0)


@dataclass(frozen=True, slots=True)
class BaselineSettings:
    """What a photothermal scan shows without absorption.

    ``from_mev`` and ``to_mev`` bound the region in meV below the gap of each temperature; ``to_mev`` None
    means the end of the scan. ``urbach`` is a line and, where the scan beyond ``tail_from_mev`` shows one, an
    Urbach tail beside it. ``unit`` says whether the baseline adds volts (pick-up) or scales with the pump
    power (scatter, substrate).
    """

    shape: Literal["constant", "line", "urbach", "blank", "none"] = "urbach"
    from_mev: float = 220.0
    to_mev: float | None = None
    tail_from_mev: float = 110.0
    unit: Literal["volt", "power"] = "volt"

    def __post_init__(self) -> None:
        _between("from_mev", self.from_mev, 0.0, 5000.0)
        _between("tail_from_mev", self.tail_from_mev, 0.0, 5000.0)
        if self.to_mev is not None:
            _ascending("baseline region", (self.from_mev, self.to_mev))


@dataclass(frozen=True, slots=True)
class GivenEnergy:
    """An energy of one temperature that the user supplies instead of the measured one."""

    temperature_k: float
    energy_mev: float
    error_mev: float = 0.0


@dataclass(frozen=True, slots=True)
class EnergySettings:
    """From where ΔE counts, and which energy the emitted photons carry away.

    ``reference``: PL peak (as the paper), PL mean, the middle between the first maximum of absorption and the PL peak,
    or given values; ``reference_offset_mev`` is added to it.
    ``reference_error_mev`` and ``wavelength_error_nm`` are standard errors that no repeat shows: of one offset common
    to all temperatures, and of each laser whose line was not measured. ``given_absorption`` is the energy of the first
    absorption maximum, for the check of the Stokes shift and for the midpoint; no other result depends on it.
    """

    reference: Literal["peak", "mean", "midpoint", "given"] = "peak"
    reference_offset_mev: float = 0.0
    reference_error_mev: float = 0.0
    wavelength_error_nm: float = 0.0
    medium: Medium = "vacuum"
    given_reference: tuple[GivenEnergy, ...] = ()
    given_mean_photon: tuple[GivenEnergy, ...] = ()
    given_absorption: tuple[GivenEnergy, ...] = ()

    def __post_init__(self) -> None:
        _between("reference_error_mev", self.reference_error_mev, 0.0, 1000.0)
        _between("wavelength_error_nm", self.wavelength_error_nm, 0.0, 100.0)


@dataclass(frozen=True, slots=True)
class CalibrationSettings:
    """What lines of lamps and lasers, and the width of the excitation, do to wavelengths and photon energies.

    ``lamp`` ``named``: note, series, sample or file name of the spectrum tell which lamp it is. A correction of an axis
    larger than ``largest_correction_nm``, or a laser line further than ``largest_laser_shift_nm`` from its nominal
    wavelength, is refused. With ``scans_as_set`` photothermal scans are read at the set wavelength of an excitation,
    not at its measured line. With ``correct_bandwidth`` the photon energy that is absorbed counts, where the width is
    known; ``bandwidth_error_percent`` is the standard error of that width.
    """

    use_lamp: bool = True
    lamp: Literal["named", "Hg", "HgAr", "HgCd", "HgNe", "Ar", "Ne", "Kr", "Xe", "Cd"] = "named"
    largest_correction_nm: float = 2.0
    use_laser: bool = True
    largest_laser_shift_nm: float = 3.0
    scans_as_set: bool = False
    correct_bandwidth: bool = True
    bandwidth_error_percent: float = 10.0

    def __post_init__(self) -> None:
        _between("largest_correction_nm", self.largest_correction_nm, 0.0, 50.0)
        _between("largest_laser_shift_nm", self.largest_laser_shift_nm, 0.0, 50.0)
        _between("bandwidth_error_percent", self.bandwidth_error_percent, 0.0, 100.0)


@dataclass(frozen=True, slots=True)
class ResponseSettings:
    """How the covariance of (I, PA) is built from the repeats.

    ``pairing``: what PL and PA of one repeat share of their drift is estimated, taken to be all of it (paired), or
    none (unpaired). Time stamps tell which repeats are simultaneous: the nearest ones within ``pair_within_min``.
    """

    pairing: Literal["estimated", "paired", "unpaired"] = "estimated"
    pair_within_min: float = 30.0

    def __post_init__(self) -> None:
        _between("pair_within_min", self.pair_within_min, 0.0, 1440.0)


@dataclass(frozen=True, slots=True)
class PumpSettings:
    """What is known of the pump light: its spectral purity, and how many excitations it makes in one crystal.

    Attributes
    ----------
    rejection_od : float, optional
        Out-of-band rejection: at most 10^−OD of the pump lies above the gap. It then stands for the prior of
        `SystematicsSettings.leak_ppm`.
    measured_leak_ppm, measured_leak_error_ppm : float
        A measured leak, which is subtracted; None subtracts nothing.
    subtract_two_photon : bool
        Subtract what a power series tells of emission after two-photon absorption.
    spot_um, scan_spot_um : float, optional
        1/e² diameter of the pump on the sample, of emission and of photothermal scans; None of the latter: the same.
    absorption_cross_section_nm2 : float, optional
        Of one crystal, at the Stokes excitation closest to the gap; 1 nm² is 10⁻¹⁴ cm².
    lifetime_ns, repetition_mhz : float, optional
        Lifetime of an excitation, and repetition rate of a pulsed pump; None of the latter: continuous.
    """

    rejection_od: float | None = None
    measured_leak_ppm: float | None = None
    measured_leak_error_ppm: float = 0.0
    subtract_two_photon: bool = True
    spot_um: float | None = None
    scan_spot_um: float | None = None
    absorption_cross_section_nm2: float | None = None
    lifetime_ns: float | None = None
    repetition_mhz: float | None = None

    def __post_init__(self) -> None:
        _between("measured_leak_error_ppm", self.measured_leak_error_ppm, 0.0, 1e5)
        limits = {
            "rejection_od": (0.0, 12.0),
            "measured_leak_ppm": (0.0, 1e5),
            "spot_um": (1e-2, 1e5),
            "scan_spot_um": (1e-2, 1e5),
            "absorption_cross_section_nm2": (1e-6, 1e4),
            "lifetime_ns": (1e-6, 1e9),
            "repetition_mhz": (1e-6, 1e5),
        }
        for name, (low, high) in limits.items():
            if (value := getattr(self, name)) is not None:
                _between(name, value, low, high)


@dataclass(frozen=True, slots=True)
class DriftSettings:
    """What is done about a trend over the repeats, such as bleaching.

    ``correct_drift`` divides each repeat by the line fitted to its condition, which is 1 at the first repeat. Without
    it, ``widen`` adds to the error of a condition whose own trend is beyond 3σ what the trend takes from the first
    repeat to the mean.
    """

    correct_drift: bool = False
    widen: bool = True


@dataclass(frozen=True, slots=True)
class EfficiencySettings:
    """How quantum yield and η follow from the responses.

    ``estimator``: ``components`` (full covariance) or ``ratio`` (the paper's R lines, whose errors treat
    points that share noise as independent).
    """

    estimator: Literal["components", "ratio"] = "components"
    quantum_yield: Literal["temperature", "shared", "fixed"] = "temperature"
    fixed_quantum_yield: float | None = None
    fixed_quantum_yield_error: float = 0.0

    def __post_init__(self) -> None:
        _between("fixed_quantum_yield_error", self.fixed_quantum_yield_error, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class PolaronSettings:
    """Which model is fitted to η(ΔE, T), over which detunings, and what the joint fit shares."""

    model: Literal["eq9"] = "eq9"
    detuning_range_mev: tuple[float, float] = (0.0, 1000.0)
    joint_scale: Literal["temperature", "shared"] = "temperature"

    def __post_init__(self) -> None:
        _ascending("detuning_range_mev", self.detuning_range_mev)


@dataclass(frozen=True, slots=True)
class ParameterLimit:
    """A range within which a parameter of the rate models is sought; equal ends fix it.

    The name is that of the model's parameter, for example ``phonon_mev``; models without it are not touched.
    """

    parameter: str
    low: float
    high: float

    def __post_init__(self) -> None:
        for end, value in (("lower", self.low), ("upper", self.high)):
            if isnan(value):
                raise SettingsError(
                    f"the {end} end of the range of {self.parameter} is no number (nan). Give both ends as numbers; "
                    "equal ends fix the parameter."
                )
        if not self.low <= self.high:
            raise SettingsError(
                f"the range of {self.parameter} is {self.low:g} to {self.high:g}; its first end must not lie above its "
                "second one."
            )


@dataclass(frozen=True, slots=True)
class ParameterPrior:
    """What is known of a parameter from elsewhere: a normal distribution, and where it comes from."""

    parameter: str
    value: float
    error: float
    source: str = ""

    def __post_init__(self) -> None:
        if not isfinite(self.value):
            raise SettingsError(f"the prior of {self.parameter} stands at {self.value:g}; it must be a finite number.")
        if not 0.0 < self.error < inf:
            raise SettingsError(
                f"the prior of {self.parameter} has the standard deviation {self.error:g}; it must be above 0 and "
                "finite. To fix the parameter, give it a range with equal ends; to know nothing of it, give no prior."
            )


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Which rate models are compared on η(ΔE, T), and what is known or fixed of their parameters.

    ``modes_mev`` are phonon energies of the multi-mode models. With ``inhomogeneous_mev`` above 0, η is averaged over
    an ensemble of gaps with that standard deviation, selected by the laser with the Urbach energy ``selection_mev``.
    With ``nuisances``, fits of the comparison take the systematic effects of `SystematicsSettings` as nuisances with
    their priors. Detunings and the scale of the joint fit are those of `PolaronSettings`.
    """

    compared: tuple[str, ...] = ("eq9", "resonant", "kramers-heisenberg", "thermal", "arrhenius", "exponential")
    limits: tuple[ParameterLimit, ...] = ()
    priors: tuple[ParameterPrior, ...] = ()
    modes_mev: tuple[float, ...] = ()
    inhomogeneous_mev: float = 0.0
    selection_mev: float | None = None
    nuisances: bool = False

    def __post_init__(self) -> None:
        _between("inhomogeneous_mev", self.inhomogeneous_mev, 0.0, 1000.0)
        if self.selection_mev is not None:
            _between("selection_mev", self.selection_mev, 0.01, 10000.0)


@dataclass(frozen=True, slots=True)
class SystematicsSettings:
    """What is known of effects that no repeat shows: one prior standard deviation of each; 0 switches one off.

    None of them changes a result: they make the systematic errors beside it.

    Attributes
    ----------
    yield_slope_percent : float
        Change of the quantum yield, in % of it, per 300 meV of excitation energy above the gap.
    yield_step_percent : float
        Quantum yield of light absorbed below the gap against that of the lowest Stokes excitation, in % of it.
    gain_slope_percent : float
        Change of the emission signal against the heat, in %, per 300 meV of excitation energy.
    path_mismatch_percent : float
        Transmission of the anti-Stokes path against the Stokes path, in %.
    leak_ppm : float
        Part of the pump, in 10⁻⁶, that leaves the laser above the gap; never below 0.
    wavelength_nm : float
        Offset of the excitation wavelengths against the spectrometer.
    scan_wavelength_nm : float
        Offset of the photothermal scans against the excitations of the spectra.
    reference_mev : float
        Offset of the energy from which ΔE counts.
    temperature_k : float
        Offset of all temperatures.
    pa_baseline_fraction : float
        Part of the difference between the photothermal baseline in use and its alternative.
    band_shift_mev : float
        Shift of the anti-Stokes band against the shape that supplies what the filters hide of it.
    ensemble_mev : float
        Standard deviation of the gaps of an ensemble that a single-gap model does not know of; never below 0.
    nd_percent : float
        Optical density of the neutral filters that some of the spectra went through, in % of it.
    bandwidth_mev : float
        Full width at half maximum of the excitation that is not stated; never below 0.
    drift_percent : float
        Change of the emission from the first to the last condition of a temperature, in %.
    inner_filter_part : float
        Part of the inner filter of a cuvette that a sample of known absorption may have.
    """

    yield_slope_percent: float = 1.0
    yield_step_percent: float = 0.6
    gain_slope_percent: float = 0.0
    path_mismatch_percent: float = 2.0
    leak_ppm: float = 10.0
    wavelength_nm: float = 0.2
    scan_wavelength_nm: float = 0.05
    reference_mev: float = 2.0
    temperature_k: float = 2.0
    pa_baseline_fraction: float = 0.5
    band_shift_mev: float = 0.5
    ensemble_mev: float = 5.0
    nd_percent: float = NOMINAL_OD_PERCENT
    bandwidth_mev: float = 5.0
    drift_percent: float = 1.0
    inner_filter_part: float = 0.7

    def __post_init__(self) -> None:
        _between("yield_slope_percent", self.yield_slope_percent, 0.0, 50.0)
        _between("yield_step_percent", self.yield_step_percent, 0.0, 50.0)
        _between("gain_slope_percent", self.gain_slope_percent, 0.0, 50.0)
        _between("path_mismatch_percent", self.path_mismatch_percent, 0.0, 50.0)
        _between("leak_ppm", self.leak_ppm, 0.0, 1e5)
        _between("wavelength_nm", self.wavelength_nm, 0.0, 20.0)
        _between("scan_wavelength_nm", self.scan_wavelength_nm, 0.0, 20.0)
        _between("reference_mev", self.reference_mev, 0.0, 200.0)
        _between("temperature_k", self.temperature_k, 0.0, 100.0)
        _between("pa_baseline_fraction", self.pa_baseline_fraction, 0.0, 10.0)
        _between("band_shift_mev", self.band_shift_mev, 0.0, 100.0)
        _between("ensemble_mev", self.ensemble_mev, 0.0, 200.0)
        _between("nd_percent", self.nd_percent, 0.0, 100.0)
        _between("bandwidth_mev", self.bandwidth_mev, 0.0, 200.0)
        _between("drift_percent", self.drift_percent, 0.0, 50.0)
        _between("inner_filter_part", self.inner_filter_part, 0.0, 2.0)


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a document; one record per stage."""

    grouping: GroupingSettings = field(default_factory=GroupingSettings)
    corrections: CorrectionSettings = field(default_factory=CorrectionSettings)
    transmission: TransmissionSettings = field(default_factory=TransmissionSettings)
    background: BackgroundSettings = field(default_factory=BackgroundSettings)
    integration: IntegrationSettings = field(default_factory=IntegrationSettings)
    scans: ScanSettings = field(default_factory=ScanSettings)
    baseline: BaselineSettings = field(default_factory=BaselineSettings)
    calibration: CalibrationSettings = field(default_factory=CalibrationSettings)
    energies: EnergySettings = field(default_factory=EnergySettings)
    responses: ResponseSettings = field(default_factory=ResponseSettings)
    pump: PumpSettings = field(default_factory=PumpSettings)
    drift: DriftSettings = field(default_factory=DriftSettings)
    efficiency: EfficiencySettings = field(default_factory=EfficiencySettings)
    polaron: PolaronSettings = field(default_factory=PolaronSettings)
    models: ModelSettings = field(default_factory=ModelSettings)
    systematics: SystematicsSettings = field(default_factory=SystematicsSettings)
