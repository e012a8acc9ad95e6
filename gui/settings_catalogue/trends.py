"""Settings of the temperature trends."""

from asplab.gui.language import tr
from asplab.gui.settings_catalogue.entries import Entry, Group
from asplab.gui.settings_catalogue.sources import AICC, DEFINITION, HEAT_BALANCE, OWN
from asplab.gui.widgets.fields import Numeric

_METHODS = (
    ("gaussian", tr("Gaussian")),
    ("lorentzian", tr("Lorentzian")),
    ("pseudo_voigt", tr("pseudo-Voigt")),
    ("voigt", tr("Voigt")),
    ("asymmetric", tr("asymmetric Gaussian")),
    ("moments", tr("moments")),
    ("direct", tr("direct")),
)
_VARSHNI = tr("Varshni, Physica 34, 149 (1967)")
_VINA = tr("Viña et al., Phys. Rev. B 30, 1979 (1984)")
_GOEBEL = tr("Göbel et al., Phys. Rev. B 57, 15183 (1998)")
_RUDIN = tr("Rudin et al., Phys. Rev. B 42, 11218 (1990)")
_PHONON = Numeric("meV", 2, 0.01, 500.0, 0.5)
_PAGE = "companions#trends"

TRENDS = Group(
    tr("Trends"),
    (
        Entry("trends", "methods", "many", tr("Methods"),
              tr("How peak, mean and width of each band are found: line shapes, moments, or directly from the top and "
                 "the half of the band."),
              choices=_METHODS, equation=r"\chi^2 = \sum_i\left(\frac{y_i - f(E_i)}{\sigma_i}\right)^2",
              source=OWN, page=_PAGE),
        Entry("trends", "method", "choice", tr("Laws take"),
              tr("The method whose energies and widths the laws follow. Least AICc: the line shape that describes the "
                 "bands of all temperatures best."),
              choices=(("least_aicc", tr("least AICc")), *_METHODS),
              equation=r"\mathrm{AICc} = \chi^2 + 2k + \frac{2k(k + 1)}{n - k - 1}",
              source=AICC, page=_PAGE),
        Entry("trends", "energy", "choice", tr("Energy"),
              tr("The energy that the laws follow: the peak of the band, or the mean over its photons."),
              choices=(("peak", tr("peak")), ("mean", tr("mean"))),
              equation=r"\langle E\rangle = \frac{\int E\,I(E)\,dE}{\int I(E)\,dE}",
              source=DEFINITION, page=_PAGE),
        Entry("trends", "absorption", "choice", tr("Absorption from"),
              tr("Where the absorption maximum of the Stokes shift comes from. Most: curves of absorption or "
                 "photothermal scans, whichever tell more temperatures. The heat of a photon is divided out of scans."),
              choices=(("most", tr("most temperatures")), ("curves", tr("absorption curves")),
                       ("scans", tr("PA scans"))),
              equation=r"A(h\nu) \propto \frac{\mathrm{PA}}{1 - \mathrm{QY}\,\langle E\rangle/h\nu}",
              source=HEAT_BALANCE, page=_PAGE),
    ),
)  # fmt: skip
LAWS = Group(
    tr("Laws of gap and width"),
    (
        Entry("trends", "energy_laws", "many", tr("Of the gap"), tr("Laws that the energies are compared with."),
              choices=(("linear", tr("straight line")), ("varshni", tr("Varshni")),
                       ("bose_einstein", tr("Bose-Einstein")), ("two_oscillators", tr("two oscillators"))),
              equation=r"E = E_0 + B T + \sum_i A_i\,\coth\frac{\hbar\omega_i}{2 k T}",
              source=_GOEBEL, page=_PAGE),
        Entry("trends", "width_laws", "many", tr("Of the width"), tr("Laws that the widths are compared with."),
              choices=(("linear", tr("straight line")), ("phonon_width", tr("Γ₀ + s T + Γ_LO n")),
                       ("huang_rhys", tr("Huang-Rhys")), ("huang_rhys_ensemble", tr("Huang-Rhys and spread"))),
              equation=r"\Gamma = \Gamma_0 + s T + \frac{\Gamma_\mathrm{LO}}{\exp(E_\mathrm{LO}/kT) - 1}",
              source=_RUDIN, page=_PAGE),
        Entry("trends", "debye_k", "optional", tr("Varshni β"),
              tr("Held at this value where it is known from elsewhere; 80 to 300 K hardly tell it."),
              Numeric("K", 1, 0.1, 10000.0, 10.0), empty=tr("fitted"),
              equation=r"E = E_0 - \frac{\alpha T^2}{T + \beta}", source=_VARSHNI, page=_PAGE),
        Entry("trends", "gap_phonon_mev", "optional", tr("ħω (Bose)"),
              tr("Phonon energy of Bose-Einstein's law, held at this value."), _PHONON, empty=tr("fitted"),
              equation=r"E = E_0 + A\,\coth\frac{\hbar\omega}{2 k T}", source=_VINA, page=_PAGE),
        Entry("trends", "low_phonon_mev", "optional", tr("ħω<sub>1</sub> of two"),
              tr("Energy of the softer oscillator, held at this value, as from Raman spectra."), _PHONON,
              empty=tr("fitted"),
              equation=r"A_1\,\coth\frac{\hbar\omega_1}{2 k T}", source=_GOEBEL, page=_PAGE),
        Entry("trends", "high_phonon_mev", "optional", tr("ħω<sub>2</sub> of two"),
              tr("Energy of the harder oscillator, held at this value, as from Raman spectra."), _PHONON,
              empty=tr("fitted"),
              equation=r"A_2\,\coth\frac{\hbar\omega_2}{2 k T}", source=_GOEBEL, page=_PAGE),
        Entry("trends", "expansion_mev_per_k", "optional", tr("Expansion B"),
              tr("What thermal expansion adds to the gap per kelvin, held at this value."),
              Numeric("meV/K", 4, -10.0, 10.0, 0.01), empty=tr("fitted"),
              equation=r"E = E_0 + B T + \ldots", source=_GOEBEL, page=_PAGE),
        Entry("trends", "acoustic_mev_per_k", "optional", tr("Acoustic s"),
              tr("Width per kelvin from acoustic phonons, held at this value; Γ₀ and s can hardly be told apart."),
              Numeric("meV/K", 4, 0.0, 10.0, 0.005), empty=tr("fitted"),
              equation=r"\Gamma = \Gamma_0 + s T + \ldots", source=_RUDIN, page=_PAGE),
        Entry("trends", "width_phonon_mev", "optional", tr("Width E<sub>LO</sub>"),
              tr("Phonon energy of the width, held at this value."), _PHONON, empty=tr("fitted"),
              equation=r"n = \frac{1}{\exp(E_\mathrm{LO}/kT) - 1}", source=_RUDIN, page=_PAGE),
    ),
    folded=True,
)  # fmt: skip
