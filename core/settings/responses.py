"""Settings of what stands between single repeats and (I, PA): pairing, pump light, drift."""

from dataclasses import dataclass
from typing import Literal

from asplab.core.settings.limits import between


@dataclass(frozen=True, slots=True)
class ResponseSettings:
    """How the covariance of (I, PA) is built from the repeats.

    ``pairing``: what PL and PA of one repeat share of their drift is estimated, taken to be all of it (paired), or
    none (unpaired). Time stamps tell which repeats are simultaneous: the nearest ones within ``pair_within_min``.
    """

    pairing: Literal["estimated", "paired", "unpaired"] = "estimated"
    pair_within_min: float = 30.0

    def __post_init__(self) -> None:
        between("pair_within_min", self.pair_within_min, 0.0, 1440.0)


@dataclass(frozen=True, slots=True)
class PumpSettings:
    """What is known of the pump light: its spectral purity, and how many excitations it makes in one crystal.

    Attributes
    ----------
    rejection_od : float, optional
        Out-of-band rejection: at most 10^−OD of the pump lies above the gap. It then stands for the prior of
        `SystematicsSettings.leak_ppm`.
    measured_leak_ppm, measured_leak_error_ppm : float
        A leak that was measured, and its standard error; None: none was.
    subtract_leak : bool
        Subtract the measured leak. Without it, all goes as if none were measured, and its value is kept.
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
    subtract_leak: bool = True
    subtract_two_photon: bool = True
    spot_um: float | None = None
    scan_spot_um: float | None = None
    absorption_cross_section_nm2: float | None = None
    lifetime_ns: float | None = None
    repetition_mhz: float | None = None

    def __post_init__(self) -> None:
        between("measured_leak_error_ppm", self.measured_leak_error_ppm, 0.0, 1e5)
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
                between(name, value, low, high)

    @property
    def subtracted_leak_ppm(self) -> float | None:
        """The measured leak where it is subtracted."""
        return self.measured_leak_ppm if self.subtract_leak else None


@dataclass(frozen=True, slots=True)
class DriftSettings:
    """What is done about a trend over the repeats, such as bleaching.

    ``correct_drift`` divides each repeat by the line fitted to its condition, which is 1 at the first repeat. Without
    it, ``widen`` adds to the error of a condition whose own trend is beyond 3σ what the trend takes from the first
    repeat to the mean.
    """

    correct_drift: bool = False
    widen: bool = True
