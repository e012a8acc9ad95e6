"""Settings of the comparison of rate models."""

from collections.abc import Mapping
from dataclasses import replace

from asplab.core.polaron.rates import MODELS as RATE_MODELS
from asplab.gui.language import tr
from asplab.gui.settings_catalogue.entries import Entry, Group
from asplab.gui.settings_catalogue.sources import AICC, BAYES, HUANG_RHYS, OWN, URBACH
from asplab.gui.widgets.fields import Numeric
from asplab.gui.widgets.model_forms import Quantity

_RATE = Numeric("meV", 2, 0.01, 10000.0, 0.5)
_MODE = Quantity("g<sub>i</sub>", _RATE, 0.01, 10000.0, tr("coupling to one mode"))
QUANTITIES: Mapping[str, Quantity] = {
    "g_mev": Quantity("g", _RATE, 0.01, 10000.0, tr("electron-phonon coupling"), (40.0, 10.0)),
    "phonon_mev": Quantity("ħω", Numeric("meV", 2, 0.5, 500.0, 0.5), 0.5, 500.0, tr("phonon energy"), (18.0, 2.0)),
    "inhomogeneous_mev": Quantity(
        "σ", Numeric("meV", 2, 0.0, 200.0, 0.5), 0.0, 50.0, tr("spread of the gaps of the ensemble"), (0.0, 10.0)
    ),
    "temperature_offset_k": Quantity(
        "δT", Numeric("K", 2, -50.0, 50.0, 0.5), -20.0, 20.0, tr("what is added to all temperatures"), (0.0, 2.0)
    ),
    "broadening_mev": Quantity(
        "ζ", Numeric("meV", 4, 1e-4, 100.0, 0.1), 1e-4, 100.0, tr("broadening of the intermediate levels"), (1.0, 1.0)
    ),
    "slope_per_mev": Quantity("k", Numeric("", 4, -1.0, 1.0, 0.001), -1.0, 1.0, tr("slope of the straight logit line")),
    "urbach_mev": Quantity("E<sub>U</sub>", Numeric("meV", 2, 0.5, 1e4, 0.5), 0.5, 1e4, tr("Urbach energy")),
    "background_urbach_mev": Quantity(
        "E<sub>b</sub>", Numeric("meV", 2, 0.5, 1e4, 0.5), 0.5, 1e4, tr("Urbach energy of the parasitic absorption")
    ),
    **{
        f"g_{i}_mev": replace(_MODE, symbol=f"g<sub>{i}</sub>", title=tr("coupling to mode {i}", i=i))
        for i in (1, 2, 3)
    },
}
MODELS = Group(
    tr("Rate models"),
    (
        Entry("models", "compared", "many", tr("Compared"), tr("Models that are fitted to the same points and ranked."),
              choices=tuple((name, model.title) for name, model in RATE_MODELS.items()),
              equation=r"\mathrm{AICc} = \chi^2 + 2k + \frac{2k(k + 1)}{n - k - 1}",
              source=AICC, page="models#criteria"),
        Entry("models", "limits", "ranges", tr("Bounded or fixed"),
              tr("A parameter is sought within its range, or held where it is fixed. σ, δT, ζ and E<sub>b</sub> "
                 "are free only with a range or a prior. Eq. 9 on the page Fit is not touched."), quantities=QUANTITIES,
              equation=r"p_\mathrm{low} \leq p \leq p_\mathrm{high}",
              source=OWN, page="models#what-is-fitted"),
        Entry("models", "priors", "priors", tr("Known from elsewhere"),
              tr("Value and standard deviation of a parameter from the literature or another experiment, and "
                 "where they come from; they add to χ² like a measurement. σ = 0 ± 10 meV says that the gaps "
                 "spread by at most about that much."), quantities=QUANTITIES,
              equation=r"\chi^2 \to \chi^2 + \left(\frac{p - p_0}{\sigma_0}\right)^2",
              source=BAYES, page="models#priors-and-nuisances"),
        Entry("models", "modes_mev", "numbers", tr("Modes"),
              tr("Phonon energies of the models with several modes, in meV, with semicolons between them. They "
                 "are not fitted."), Numeric("meV", 2, 0.01, 500.0), empty=tr("none"),
              equation=r"E = \sum_j N_j\,\hbar\omega_j",
              source=HUANG_RHYS, page="rates#several-modes"),
        Entry("models", "inhomogeneous_mev", "number", tr("Gap spread"),
              tr("Standard deviation of the gaps of the crystals; above 0, η is averaged over the "
                 "ensemble."),
              Numeric("meV", 1, 0.0, 1000.0, 0.5),
              equation=r"\langle\eta\rangle = \frac{\int \rho(E - \Delta E)\,A(E)\,\eta(E)\,dE}{\int "
              r"\rho(E - \Delta E)\,A(E)\,dE}",
              source=OWN, page="rates#ensembles"),
        Entry("models", "selection_mev", "optional", tr("Selected by"),
              tr("Urbach energy with which the laser selects the crystals of small gap; empty: all "
                 "absorb alike."),
              Numeric("meV", 1, 0.01, 10000.0, 1.0), empty=tr("all alike"),
              equation=r"A(E) = e^{-E/E_U} \quad (E > 0), \qquad A(E) = 1 \quad (E \leq 0)",
              source=URBACH, page="rates#ensembles"),
        Entry("models", "nuisances", "switch", tr("Systematic effects"),
              tr("Fits of the comparison take the systematic effects as nuisances with their priors."),
              equation=r"\chi^2 \to \chi^2 + \sum_k z_k^2",
              source=BAYES, page="models#priors-and-nuisances"),
    ),
    folded=True,
)  # fmt: skip
