"""Settings of wavelengths and photon energies."""

from dataclasses import dataclass
from typing import Literal

from asplab.core.settings.limits import between
from asplab.core.units import Medium


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
        between("reference_error_mev", self.reference_error_mev, 0.0, 1000.0)
        between("wavelength_error_nm", self.wavelength_error_nm, 0.0, 100.0)


@dataclass(frozen=True, slots=True)
class CalibrationSettings:
    """What lines of lamps and lasers, and the width of the excitation, do to wavelengths and photon energies.

    ``lamp`` ``named``: note, series, sample or file name of the spectrum tell which lamp it is. A correction of an axis
    larger than ``largest_correction_nm`` is refused, unless four lines or more of the lamp fit at one place within
    ``largest_certain_nm`` and nowhere else; so is a laser line further than ``largest_laser_shift_nm`` from its nominal
    wavelength. With ``scans_as_set`` photothermal scans are read at the set wavelength of an excitation,
    not at its measured line. With ``correct_bandwidth`` the photon energy that is absorbed counts, where the width is
    known; ``bandwidth_error_percent`` is the standard error of that width.
    """

    use_lamp: bool = True
    lamp: Literal["named", "Hg", "HgAr", "HgCd", "HgNe", "Ar", "Ne", "Kr", "Xe", "Cd"] = "named"
    largest_correction_nm: float = 2.0
    largest_certain_nm: float = 20.0
    use_laser: bool = True
    largest_laser_shift_nm: float = 3.0
    scans_as_set: bool = False
    correct_bandwidth: bool = True
    bandwidth_error_percent: float = 10.0

    def __post_init__(self) -> None:
        between("largest_correction_nm", self.largest_correction_nm, 0.0, 50.0)
        between("largest_certain_nm", self.largest_certain_nm, 0.0, 50.0)
        between("largest_laser_shift_nm", self.largest_laser_shift_nm, 0.0, 50.0)
        between("bandwidth_error_percent", self.bandwidth_error_percent, 0.0, 100.0)
