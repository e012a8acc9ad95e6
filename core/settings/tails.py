"""Settings of the absorption spectra: exciton, tail, and what detailed balance makes of them."""

from dataclasses import dataclass

from asplab.core.errors import SettingsError
from asplab.core.settings.limits import ascending, between


@dataclass(frozen=True, slots=True)
class TailSettings:
    """How absorption is read beside the emission of the same sample.

    Energies are ΔE, in meV below the emission peak of the sample; negative above it.

    Attributes
    ----------
    exciton_mev : (float, float)
        From how far above the peak to how far below it the exciton is fitted, as ΔE.
    level_from_mev : float
        Distance below the peak from which on an absorption curve shows nothing but its baseline.
    urbach_mev : tuple of (float, float)
        Where the tail is fitted, one range or none; none: where its error is smallest and it is not curved.
    match_mev : (float, float)
        Where emission and absorption are tied: there T* is tested and η is ``matched_eta``.
    wing_to_mev : float
        Down to where η follows from detailed balance.
    matched_eta, matched_eta_error : float
        η within ``match_mev``, and its standard error.
    temperature_error_k : float
        Standard error of the temperature where the manifest gives none.
    axis_error_mev : float
        Standard error between the energy axes of film and suspension, 0 on the same instrument.
    """

    exciton_mev: tuple[float, float] = (-130.0, 30.0)
    level_from_mev: float = 220.0
    urbach_mev: tuple[tuple[float, float], ...] = ()
    match_mev: tuple[float, float] = (8.0, 33.0)
    wing_to_mev: float = 130.0
    matched_eta: float = 1.0
    matched_eta_error: float = 0.05
    temperature_error_k: float = 1.0
    axis_error_mev: float = 0.0

    def __post_init__(self) -> None:
        ascending("exciton_mev", self.exciton_mev)
        ascending("match_mev", self.match_mev)
        if len(self.urbach_mev) > 1:
            raise SettingsError(f"urbach_mev holds {len(self.urbach_mev)} ranges; the tail is fitted in one.")
        for window in self.urbach_mev:
            ascending("urbach_mev", window)
        between("level_from_mev", self.level_from_mev, 20.0, 5000.0)
        between("wing_to_mev", self.wing_to_mev, 1.0, 1000.0)
        between("matched_eta", self.matched_eta, 0.01, 1.0)
        between("matched_eta_error", self.matched_eta_error, 0.0, 1.0)
        between("temperature_error_k", self.temperature_error_k, 0.0, 100.0)
        between("axis_error_mev", self.axis_error_mev, 0.0, 1000.0)
