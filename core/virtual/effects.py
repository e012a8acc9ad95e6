"""What goes wrong in a real measurement: switches of the virtual experiment, all off unless given.

Sizes of ``REALISTIC`` and what each effect does are explained in ``resources/guide/virtual-experiment.md``.
"""

import dataclasses
import difflib
import math
from dataclasses import dataclass

from asplab.core.errors import SettingsError

_SIGNED = frozenset(
    (
        "temperature_mismatch_k", "segment_gain_error", "pickup_y", "power_baseline", "nd_error_od", "em_gain_error",
        "bleaching", "axis_offset_nm", "axis_stretch_nm", "laser_offset_nm", "scan_offset_nm", "yield_slope",
        "band_shift_mev",
    )
)  # fmt: skip
_FRACTIONS = (
    "leak",
    "laser_wing",
    "filter_ripple",
    "path_mismatch",
    "segment_gain_error",
    "overload",
    "bleaching",
    "em_gain_error",
)


@dataclass(frozen=True, slots=True)
class Effects:
    """Effects on the raw data; the defaults are those of a perfect day, and then no byte changes.

    Attributes
    ----------
    temperature_readback_k, wavelength_readback_nm : float
        Spread of the true temperature and excitation of each file about the set ones; the manifest tells the
        true ones.
    thermometer_error_k : float
        Standard error of an untold offset of each temperature; its size stands in ``temperature_error_k``.
    temperature_mismatch_k : float
        By how much the PA scans are warmer than the spectra, which the manifest tells.
    leak : float
        Fraction of the pump at the lowest Stokes excitation energy; excites PL and PA.
    filters_untold : bool
        The manifest does not tell the cutoffs.
    laser_wing : float
        Height of a Lorentzian foot of the laser line (20 nm FWHM) relative to its maximum.
    filter_ripple, path_mismatch : float
        Relative ripple of the pass bands, and what the anti-Stokes path transmits less than the Stokes path.
    filters_written : bool
        The curves of the filters are in the folder as kind ``filter``, named in column ``path``.
    two_photon_crossover_uw : float
        Power P_c at which two-photon emission equals one-photon emission below the gap: I grows by 1 + P/P_c.
    two_photon_reference_mev : float
        Above 0, P_c holds at this detuning, and the two-photon emission is the same at every detuning.
    power_series : bool
        A table ``power`` for each anti-Stokes excitation.
    ensemble_mev : float
        Standard deviation of the gaps of the particles.
    scan_segments : int
        Number of overlapping pieces of a PA scan, 1 to 3.
    segment_gain_error : float
        The second piece reads 1 + this, the third 1 - this.
    overload : float
        Where above 0, the first piece clips at this fraction of its maximum.
    phase_drift_deg : float
        Spread over temperatures of the lock-in phase.
    pickup_y, power_baseline : float
        Constant in Y, and a baseline of X proportional to the pump power, in units of ``pa_scale_v``.
    pl_nd_od, nd_error_od : float
        Optical density of a filter in front of the detector for PL, and how much more it really has.
    pl_em_gain : float
        Where above 0, the electron-multiplying gain for PL.
    em_gain_error : float
        Relative excess of that gain over what the manifest tells.
    accumulations : int
        Exposures that an anti-Stokes spectrum is the sum of.
    bleaching : float
        Relative loss of emission from repeat to repeat, centred on the middle one.
    bleaches_heat : bool
        The PA signal bleaches alike.
    times, reference : bool
        Time stamps in the manifest; a PL spectrum at 450 nm revisited with every repeat, kind ``reference``.
    unpaired : bool
        PA is recorded after all spectra and drifts by itself.
    pair_told : bool
        The manifest tells which PA scan belongs to which spectra.
    scans_renumbered : bool
        The repeat numbers of the PA scans run backwards; ``pair`` and ``time`` tell what belongs together.
    remeasured_factor : float
        Where above 0, the second anti-Stokes condition is measured again on a second day, with its emission
        multiplied by this.
    bandwidth_nm, scan_bandwidth_nm : float
        Full width at half maximum of the excitation of spectra and of PA scans.
    axis_offset_nm, axis_stretch_nm : float
        What the spectrometer shows too much, and that per 100 nm from 500 nm on.
    laser_offset_nm, scan_offset_nm : float
        True minus told excitation of spectra and of PA scans.
    in_air : bool
        All told wavelengths are those in air.
    lamp, laser_lines : bool
        A spectrum of a mercury and neon lamp; a spectrum of the laser for every excitation.
    probe_pl_e_per_s : float
        Band emission excited by the probe, in photoelectrons per second in all, also where the pump is off.
    substrate_e_per_s : float
        Fluorescence of the bare substrate at the laser, per pixel at ``pump_uw``, falling to the red.
    saturated_repeats : int
        Repeats of the first PL condition that are exposed until the band is flat at full scale.
    inner_filter, inner_filter_part : float
        Absorbance at the bluest Stokes excitation; spectra lose 10^(-A/2) times the part: 1 in a cuvette, 0 in a film.
    yield_slope : float
        Relative change of the quantum yield from 170 to 480 meV above the gap, linear from the gap on.
    band_shift_mev : float
        Shift of the anti-Stokes band against that of PL.
    """

    temperature_readback_k: float = 0.0
    wavelength_readback_nm: float = 0.0
    thermometer_error_k: float = 0.0
    temperature_mismatch_k: float = 0.0
    leak: float = 0.0
    filters_untold: bool = False
    laser_wing: float = 0.0
    filter_ripple: float = 0.0
    path_mismatch: float = 0.0
    filters_written: bool = False
    two_photon_crossover_uw: float = 0.0
    two_photon_reference_mev: float = 0.0
    power_series: bool = False
    ensemble_mev: float = 0.0
    scan_segments: int = 1
    segment_gain_error: float = 0.0
    overload: float = 0.0
    phase_drift_deg: float = 0.0
    pickup_y: float = 0.0
    power_baseline: float = 0.0
    pl_nd_od: float = 0.0
    nd_error_od: float = 0.0
    pl_em_gain: float = 0.0
    em_gain_error: float = 0.0
    accumulations: int = 1
    bleaching: float = 0.0
    bleaches_heat: bool = False
    times: bool = False
    reference: bool = False
    unpaired: bool = False
    pair_told: bool = True
    scans_renumbered: bool = False
    remeasured_factor: float = 0.0
    bandwidth_nm: float = 0.0
    scan_bandwidth_nm: float = 0.0
    axis_offset_nm: float = 0.0
    axis_stretch_nm: float = 0.0
    laser_offset_nm: float = 0.0
    scan_offset_nm: float = 0.0
    in_air: bool = False
    lamp: bool = False
    laser_lines: bool = False
    probe_pl_e_per_s: float = 0.0
    substrate_e_per_s: float = 0.0
    saturated_repeats: int = 0
    inner_filter: float = 0.0
    inner_filter_part: float = 1.0
    yield_slope: float = 0.0
    band_shift_mev: float = 0.0

    def __post_init__(self) -> None:
        """Raise `SettingsError` for a size that makes no experiment."""
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if not math.isfinite(value) or (value < 0 and field.name not in _SIGNED):
                bound = "a finite number" if field.name in _SIGNED else "0 or more"
                raise SettingsError(f"effect {field.name} is {value}; it must be {bound}.")
        for name in _FRACTIONS:
            if not abs(getattr(self, name)) < 1.0:
                raise SettingsError(f"effect {name} is {getattr(self, name)}; it is a fraction and must be below 1.")
        if not 1 <= self.scan_segments <= 3:
            raise SettingsError(f"effect scan_segments is {self.scan_segments}; it must be 1, 2 or 3.")
        if self.accumulations < 1:
            raise SettingsError(f"effect accumulations is {self.accumulations}; it must be 1 or more.")

    @property
    def are_off(self) -> bool:
        """No effect is switched on."""
        return self == Effects()


REALISTIC = Effects(
    temperature_readback_k=0.2,
    wavelength_readback_nm=0.03,
    thermometer_error_k=0.5,
    temperature_mismatch_k=0.5,
    leak=3e-6,
    laser_wing=5e-7,
    filter_ripple=0.01,
    path_mismatch=0.05,
    filters_written=True,
    two_photon_crossover_uw=1700.0,
    two_photon_reference_mev=153.0,
    power_series=True,
    ensemble_mev=10.0,
    scan_segments=2,
    segment_gain_error=0.03,
    overload=0.97,
    phase_drift_deg=10.0,
    pickup_y=2e-4,
    power_baseline=5e-5,
    pl_nd_od=1.0,
    nd_error_od=0.05,
    pl_em_gain=20.0,
    accumulations=3,
    bleaching=0.002,
    bleaches_heat=True,
    times=True,
    reference=True,
    pair_told=False,
    remeasured_factor=0.99,
    bandwidth_nm=1.5,
    scan_bandwidth_nm=1.5,
    axis_offset_nm=0.2,
    axis_stretch_nm=0.05,
    laser_offset_nm=0.15,
    scan_offset_nm=0.15,
    lamp=True,
    laser_lines=True,
    probe_pl_e_per_s=20.0,
    substrate_e_per_s=0.2,
    saturated_repeats=2,
    inner_filter=0.25,
    yield_slope=0.01,
    band_shift_mev=0.5,
)
"""All at once at the sizes of a careful day in the laboratory."""

NAMED_EFFECTS = {"off": Effects(), "realistic": REALISTIC}


def effects_from_text(text: str) -> Effects:
    """Return the effects that ``realistic`` or ``leak=1e-5,times=yes`` name; the two may be joined by a comma.

    Raises
    ------
    SettingsError
        For an effect or a value that is not known.
    """
    found = Effects()
    for part in (part.strip() for part in text.split(",")):
        if part in NAMED_EFFECTS:
            found = NAMED_EFFECTS[part]
            continue
        name, separator, value = (piece.strip() for piece in part.partition("="))
        known = {field.name: field.default for field in dataclasses.fields(Effects)}
        if not separator or name not in known:
            near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
            raise SettingsError(
                f"effect {part!r} is not known; write realistic, or NAME=VALUE"
                f"{' with a name such as ' + ', '.join(near) if near else ''}. The guide page on the virtual "
                "experiment lists all names."
            )
        values = dataclasses.asdict(found) | {name: _value(name, value, known[name])}
        found = Effects(**values)
    return found


def _value(name: str, text: str, default: object) -> float | int | bool:
    try:
        if isinstance(default, bool):
            return {"yes": True, "no": False}[text.lower()]
        return int(text) if isinstance(default, int) else float(text)
    except (KeyError, ValueError):
        kind = "yes or no" if isinstance(default, bool) else "a whole number" if type(default) is int else "a number"
        raise SettingsError(f"effect {name} is {text!r}; give {kind}.") from None
