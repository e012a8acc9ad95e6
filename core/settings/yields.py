"""Settings of quantum yields beside that of R, and of η at matched intensities."""

from dataclasses import dataclass
from typing import Literal

from asplab.core.errors import SettingsError
from asplab.core.settings.limits import ascending, between


@dataclass(frozen=True, slots=True)
class YieldSettings:
    """How spectra of an integrating sphere become a quantum yield.

    Attributes
    ----------
    sphere_unit : {"named", "photons", "power"}
        What the spectra count; ``named``: power where the header of the column says so, else photons.
    laser_nm, emission_nm : tuple of (float, float)
        Window of laser and emission, one or none; none: found from the lines of the spectra.
    sphere_error_percent : float, optional
        Standard error of the integral of a single spectrum; used where there are no repeats. None: not known.
    response_error_percent : float
        Standard error of the response at the emission against that at the laser.
    reabsorbed_percent, reabsorbed_error_percent : float
        Part of its emission that the sample absorbs again in the sphere, and its standard error; None: from a spectrum
        of a dilute sample, and not made up for where there is none.
    red_from_nm : float, optional
        From which wavelength on the sample absorbs none of its emission; None: where that of the dilute sample has
        fallen to half.
    """

    sphere_unit: Literal["named", "photons", "power"] = "named"
    laser_nm: tuple[tuple[float, float], ...] = ()
    emission_nm: tuple[tuple[float, float], ...] = ()
    sphere_error_percent: float | None = None
    response_error_percent: float = 2.0
    reabsorbed_percent: float | None = None
    reabsorbed_error_percent: float = 0.0
    red_from_nm: float | None = None

    def __post_init__(self) -> None:
        for name, windows in (("laser_nm", self.laser_nm), ("emission_nm", self.emission_nm)):
            if len(windows) > 1:
                raise SettingsError(f"{name} holds {len(windows)} windows; one is integrated. Take the others out.")
            for window in windows:
                ascending(name, window)
        if self.sphere_error_percent is not None:
            between("sphere_error_percent", self.sphere_error_percent, 1e-3, 100.0)
        between("response_error_percent", self.response_error_percent, 0.0, 100.0)
        if self.reabsorbed_percent is not None:
            between("reabsorbed_percent", self.reabsorbed_percent, 0.0, 99.0)
        between("reabsorbed_error_percent", self.reabsorbed_error_percent, 0.0, 100.0)
        if self.red_from_nm is not None:
            between("red_from_nm", self.red_from_nm, 100.0, 20000.0)


@dataclass(frozen=True, slots=True)
class MatchedSettings:
    """How η at matched intensities is compared with the photothermal one.

    Attributes
    ----------
    scattering_exponent : float
        p of scattered light ∝ λ^(−p): 4 for particles far smaller than the wavelength, 0 for a reflection.
    baseline_error_percent : float
        Standard error of the baseline that all absorptances share, in per cent of the beam.
    transparent_from_nm : float, optional
        From which wavelength on nothing is absorbed, so that rows there tell the scattering; None: rows that hold no
        emission do.
    """

    scattering_exponent: float = 4.0
    baseline_error_percent: float = 0.02
    transparent_from_nm: float | None = None

    def __post_init__(self) -> None:
        between("scattering_exponent", self.scattering_exponent, -2.0, 8.0)
        between("baseline_error_percent", self.baseline_error_percent, 0.0, 100.0)
        if self.transparent_from_nm is not None:
            between("transparent_from_nm", self.transparent_from_nm, 100.0, 20000.0)
