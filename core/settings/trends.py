"""Settings of the temperature trends of the emission and absorption bands."""

from dataclasses import dataclass
from typing import Literal

from asplab.core.errors import SettingsError

Method = Literal["gaussian", "lorentzian", "pseudo_voigt", "voigt", "asymmetric", "moments", "direct"]
EnergyLaw = Literal["linear", "varshni", "bose_einstein", "two_oscillators"]
WidthLaw = Literal["linear", "phonon_width", "huang_rhys", "huang_rhys_ensemble"]


@dataclass(frozen=True, slots=True)
class TrendSettings:
    """How bands are measured, which laws their energies and widths are compared with, and what is known of those.

    ``method`` is one of ``methods``; ``least_aicc`` takes the line shape that describes the bands of all temperatures
    best. ``energy`` is the energy that the laws follow. A parameter that is None is fitted: β of Varshni's law in K,
    phonon energies in meV, the expansion of the two oscillators and the acoustic term of the width in meV/K.
    ``absorption`` is where the absorption maximum of the Stokes shift comes from: ``most`` takes curves of absorption
    or photothermal scans, whichever tell more temperatures.
    """

    methods: tuple[Method, ...] = (
        "gaussian", "lorentzian", "pseudo_voigt", "voigt", "asymmetric", "moments", "direct",
    )  # fmt: skip
    method: Literal[
        "least_aicc", "gaussian", "lorentzian", "pseudo_voigt", "voigt", "asymmetric", "moments", "direct"
    ] = "least_aicc"
    energy: Literal["peak", "mean"] = "peak"
    energy_laws: tuple[EnergyLaw, ...] = ("linear", "varshni", "bose_einstein", "two_oscillators")
    width_laws: tuple[WidthLaw, ...] = ("linear", "phonon_width", "huang_rhys", "huang_rhys_ensemble")
    debye_k: float | None = None
    gap_phonon_mev: float | None = None
    low_phonon_mev: float | None = None
    high_phonon_mev: float | None = None
    expansion_mev_per_k: float | None = None
    acoustic_mev_per_k: float | None = None
    width_phonon_mev: float | None = None
    absorption: Literal["most", "curves", "scans"] = "most"

    def __post_init__(self) -> None:
        for name in ("methods", "energy_laws", "width_laws"):
            if not getattr(self, name):
                raise SettingsError(f"{name} is empty; choose at least one.")
        if self.method != "least_aicc" and self.method not in self.methods:
            raise SettingsError(
                f"method is {self.method!r}, which is not among methods. Add it there, or choose another."
            )
        for name in ("debye_k", "gap_phonon_mev", "low_phonon_mev", "high_phonon_mev", "width_phonon_mev"):
            value = getattr(self, name)
            if value is not None and not 0.0 < value <= 10000.0:
                raise SettingsError(f"{name} is {value:g}; it must be above 0 and at most 10000. Choose another value.")
