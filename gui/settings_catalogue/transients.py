"""Settings of transient absorption."""

from asplab.gui.language import tr
from asplab.gui.settings_catalogue.entries import Entry, Group
from asplab.gui.settings_catalogue.sources import OWN, RISE
from asplab.gui.widgets.fields import Numeric

_PAGE = "companions#transients"
_FS = Numeric("fs", 1, -1e9, 1e9, 5.0)
_WIDTH = Numeric("fs", 1, 0.1, 1e9, 1.0)
_NM = Numeric("nm", 1, 100.0, 20000.0, 1.0)
TRANSIENTS = Group(
    tr("Transients"),
    (
        Entry("transients", "artefact_terms", "choice", tr("Artefact"),
              tr("Coherent artefact around time zero: a Gaussian as wide as the response, and its derivatives. Each "
                 "takes away from what is known of a fast rise."),
              choices=((0, tr("none")), (1, tr("Gaussian")), (2, tr("and slope")), (3, tr("and curvature"))),
              equation=r"y(t) + a_0\,G(t) + a_1\,G^\prime(t) + a_2\,G^{\prime\prime}(t)", source=OWN, page=_PAGE),
        Entry("transients", "has_decay", "switch", tr("Decay"),
              tr("The signal decays within the delays: another time is fitted."),
              equation=r"\left(1 - e^{-t/\tau}\right) \to e^{-t/\tau_\mathrm{d}} - e^{-t/\tau}",
              source=RISE, page=_PAGE),
        Entry("transients", "has_offset", "switch", tr("Offset"), tr("There is a signal before time zero."),
              equation=r"y(t) + c", source=OWN, page=_PAGE),
        Entry("transients", "irf_holds_zero", "switch", tr("IRF tells zero"),
              tr("The cross-correlation (kind irf) was measured in the place of the sample, on the same delays. Off: "
                 "only its width is used, and a rise below the response is an upper limit."),
              equation=r"\mathrm{response} = \exp\left(-4\ln 2\,\frac{(t - t_0)^2}{w^2}\right)",
              source=OWN, page=_PAGE),
        Entry("transients", "fwhm_fs", "optional", tr("Width"),
              tr("Full width at half maximum of the response, in place of that of a file; needs its error."), _WIDTH,
              empty=tr("from a file"),
              equation=r"\mathrm{response} = \exp\left(-4\ln 2\,\frac{(t - t_0)^2}{w^2}\right)",
              source=OWN, page=_PAGE),
        Entry("transients", "fwhm_error_fs", "optional", tr("Its error"), tr("Standard error of the typed width."),
              _WIDTH, empty=tr("none"),
              equation=r"\mathrm{response} = \exp\left(-4\ln 2\,\frac{(t - t_0)^2}{w^2}\right)",
              source=OWN, page=_PAGE),
        Entry("transients", "zero_fs", "optional", tr("Time zero"),
              tr("Where pump and probe meet, in place of what a file tells; needs its error."), _FS,
              empty=tr("from a file or free"),
              equation=r"\mathrm{response} = \exp\left(-4\ln 2\,\frac{(t - t_0)^2}{w^2}\right)",
              source=OWN, page=_PAGE),
        Entry("transients", "zero_error_fs", "optional", tr("Its error"),
              tr("Standard error of the typed time zero."), _WIDTH,
              empty=tr("none"), equation=r"\mathrm{response} = \exp\left(-4\ln 2\,\frac{(t - t_0)^2}{w^2}\right)",
              source=OWN, page=_PAGE),
        Entry("transients", "delay_from_fs", "optional", tr("Delays from"), tr("Earlier delays are not fitted."), _FS,
              empty=tr("first delay"),
              equation=r"y(t) = A\left[\theta(t)\left(1 - e^{-t/\tau}\right)\right] \ast \mathrm{response}",
              source=RISE, page=_PAGE),
        Entry("transients", "delay_to_fs", "optional", tr("Delays to"),
              tr("Later delays are not fitted. A rise is a number only where it surely ends within the delays."), _FS,
              empty=tr("last delay"),
              equation=r"y(t) = A\left[\theta(t)\left(1 - e^{-t/\tau}\right)\right] \ast \mathrm{response}",
              source=RISE, page=_PAGE),
        Entry("transients", "probe_from_nm", "optional", tr("Probe from"),
              tr("Shorter probe wavelengths of a matrix are not fitted."), _NM, empty=tr("first wavelength"),
              equation=r"y_\lambda(t) = A_\lambda\,f(t; \tau, t_0, w)", source=OWN, page=_PAGE),
        Entry("transients", "probe_to_nm", "optional", tr("Probe to"),
              tr("Longer probe wavelengths of a matrix are not fitted."), _NM, empty=tr("last wavelength"),
              equation=r"y_\lambda(t) = A_\lambda\,f(t; \tau, t_0, w)", source=OWN, page=_PAGE),
        Entry("transients", "eta_within_mev", "number", tr("η within ±"),
              tr("η of the main analysis belongs to a transient whose ΔE differs by no more than this; what η changes "
                 "over the difference is added to its error."), Numeric("meV", 1, 0.0, 100.0, 0.5),
              equation=r"w_\mathrm{uc} = \frac{\eta}{\tau}, \qquad w_\mathrm{nr} = \frac{1 - \eta}{\tau}",
              source=RISE, page=_PAGE),
        Entry("transients", "eta_within_k", "number", tr("η at T within ±"),
              tr("η of the main analysis belongs to a transient whose temperature differs by no more than this."),
              Numeric("K", 1, 0.0, 100.0, 0.5),
              equation=r"w_\mathrm{uc} = \frac{\eta}{\tau}, \qquad w_\mathrm{nr} = \frac{1 - \eta}{\tau}",
              source=RISE, page=_PAGE),
    ),
    folded=True,
)  # fmt: skip
