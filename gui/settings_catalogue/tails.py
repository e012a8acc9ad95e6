"""Settings of the absorption spectra and of detailed balance."""

from asplab.gui.language import tr
from asplab.gui.settings_catalogue.entries import Entry, Group
from asplab.gui.settings_catalogue.sources import DEFINITION, KENNARD, OWN, ROOSBROECK, URBACH
from asplab.gui.widgets.fields import Numeric

_PAGE = "companions#absorption"

TAILS = Group(
    tr("Absorption"),
    (
        Entry("tails", "exciton_mev", "pair", tr("Exciton"),
              tr("Range of ΔE in which the first exciton is fitted; negative above the emission peak. It must hold the "
                 "line and some of the continuum."),
              Numeric("meV", 0, -1000.0, 1000.0, 5.0, is_position=True),
              equation=r"A = h\,e^{-(E - E_x)^2/2\sigma^2} + s\,\Phi\!\left(\frac{E - E_x - d}{\sigma}\right) + c",
              source=OWN, page=_PAGE),
        Entry("tails", "level_from_mev", "number", tr("Baseline from"),
              tr("An absorption curve shows nothing but its baseline further below the emission peak than this; its "
                 "mean there is taken off."),
              Numeric("meV", 0, 20.0, 5000.0, 10.0),
              equation=r"A \to A - \langle A\rangle_{\Delta E > \Delta E_0}",
              source=OWN, page=_PAGE),
        Entry("tails", "urbach_mev", "window", tr("Urbach"),
              tr("Range of ΔE in which the tail is fitted. Automatic: where its error is smallest and ln A is not "
                 "curved. Drag its edges over the spectrum."),
              Numeric("meV", 1, -500.0, 2000.0, 1.0, is_position=True),
              equation=r"A \propto e^{E/E_U}",
              source=URBACH, page=_PAGE),
        Entry("tails", "match_mev", "pair", tr("Tied in"),
              tr("Range of ΔE in which T* must be the temperature, and where η is known. In an ensemble of unlike "
                 "emitters only an exponential wing serves: move it down."),
              Numeric("meV", 1, -500.0, 2000.0, 1.0, is_position=True),
              equation=r"\frac{I}{A\,E^2} \propto e^{-E/kT^*}",
              source=KENNARD, page=_PAGE),
        Entry("tails", "matched_eta", "number", tr("η there"),
              tr("η by detailed balance is relative to it: emission and absorption have units of their own."),
              Numeric("", 3, 0.01, 1.0, 0.01),
              equation=r"\eta = \frac{s\,A_c}{A}",
              source=ROOSBROECK, page=_PAGE),
        Entry("tails", "matched_eta_error", "number", tr("Error of η there"),
              tr("Its standard error moves η at all energies together."),
              Numeric("", 3, 0.0, 1.0, 0.01),
              equation=r"\frac{\sigma_\eta}{\eta} = \frac{\sigma_{\eta_0}}{\eta_0}",
              source=OWN, page=_PAGE),
        Entry("tails", "wing_to_mev", "number", tr("η down to"),
              tr("ΔE down to which η follows from detailed balance, where emission and absorption stand out of their "
                 "noise."),
              Numeric("meV", 0, 1.0, 1000.0, 5.0),
              equation=r"\eta = \frac{s\,A_c}{A}, \qquad A_c \propto \frac{I}{E^2}\,(e^{E/kT} - 1)",
              source=ROOSBROECK, page=_PAGE),
        Entry("tails", "temperature_error_k", "number", tr("Error of T"),
              tr("Standard error of the temperature where column temperature_error_k gives none."),
              Numeric("K", 1, 0.0, 100.0, 0.5),
              equation=r"\frac{\sigma_\eta}{\eta} \approx \frac{E_0 - E}{kT}\,\frac{\sigma_T}{T}",
              source=DEFINITION, page=_PAGE),
        Entry("tails", "axis_error_mev", "number", tr("Axes apart by"),
              tr("Standard error between the energy axes of film and suspension; 0 on the same instrument."),
              Numeric("meV", 2, 0.0, 1000.0, 0.1),
              equation=r"\sigma^2 = \sigma_\mathrm{film}^2 + \sigma_\mathrm{suspension}^2 + \sigma_\mathrm{axis}^2",
              source=DEFINITION, page=_PAGE),
    ),
    folded=True,
)  # fmt: skip
