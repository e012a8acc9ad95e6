"""Settings of transient absorption."""

from dataclasses import dataclass
from math import isfinite

from asplab.core.errors import SettingsError
from asplab.core.settings.limits import ascending, between


@dataclass(frozen=True, slots=True)
class TransientSettings:
    """What a transient is made of, what is known of the response, and which η belongs to its excitation.

    Attributes
    ----------
    artefact_terms : int
        Of a coherent artefact: 0 none, 1 a Gaussian as wide as the response, 2 and 3 also its derivatives.
    has_decay, has_offset : bool
        Whether the signal decays within the delays, and whether there is one before time zero.
    irf_holds_zero : bool
        The response was measured in the place of the sample, on the same axis of delays, so that it tells time zero.
    fwhm_fs, fwhm_error_fs, zero_fs, zero_error_fs : float or None
        Width of the response and time zero as typed, in place of what a file of kind ``irf`` tells; each with its
        standard error.
    delay_from_fs, delay_to_fs : float or None
        Delays that are fitted; None is the end of the data.
    probe_from_nm, probe_to_nm : float or None
        The same of probe wavelengths.
    eta_within_mev, eta_within_k : float
        How far an excitation and a temperature whose η is known may be from those of the transient.
    """

    artefact_terms: int = 0
    has_decay: bool = False
    has_offset: bool = True
    irf_holds_zero: bool = False
    fwhm_fs: float | None = None
    fwhm_error_fs: float | None = None
    zero_fs: float | None = None
    zero_error_fs: float | None = None
    delay_from_fs: float | None = None
    delay_to_fs: float | None = None
    probe_from_nm: float | None = None
    probe_to_nm: float | None = None
    eta_within_mev: float = 3.0
    eta_within_k: float = 2.0

    def __post_init__(self) -> None:
        between("artefact_terms", self.artefact_terms, 0, 3)
        between("eta_within_mev", self.eta_within_mev, 0.0, 100.0)
        between("eta_within_k", self.eta_within_k, 0.0, 100.0)
        for name in ("fwhm_fs", "fwhm_error_fs", "zero_error_fs"):
            value = getattr(self, name)
            if value is not None and not (isfinite(value) and value > 0.0):
                raise SettingsError(f"{name} is {value:g}; it must be above 0. Correct it, or leave it empty.")
        for name, low, high in (
            ("the range of delays", self.delay_from_fs, self.delay_to_fs),
            ("the range of probe wavelengths", self.probe_from_nm, self.probe_to_nm),
        ):
            if low is not None and high is not None:
                ascending(name, (low, high))
