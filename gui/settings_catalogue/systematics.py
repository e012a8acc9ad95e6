"""Priors of effects that no repeat shows."""

from collections.abc import Mapping

from asplab.gui.language import tr
from asplab.gui.settings_catalogue.entries import Entry, Group
from asplab.gui.settings_catalogue.sources import PRIOR
from asplab.gui.widgets.fields import Numeric

SYSTEMATICS = Group(
    tr("Systematic effects"),
    (
        Entry("systematics", "yield_slope_percent", "number", tr("QY slope"),
              tr("Change of the quantum yield over 300 meV of excitation energy above the gap, in % of it: one "
                 "standard deviation. 0 leaves the effect out; this holds for all of these numbers."),
              Numeric("%", 2, 0.0, 50.0, 0.1),
              equation=r"\mathrm{QY}(h\nu) = \mathrm{QY}\left[1 + \varepsilon\,\frac{h\nu - "
              r"h\nu_1}{300\ \mathrm{meV}}\right]",
              source=PRIOR, page="systematics#the-nuisances"),
        Entry("systematics", "yield_step_percent", "number", tr("QY below gap"),
              tr("Quantum yield of light absorbed below the gap against that of the lowest Stokes excitation: what a "
                 "slope of the yield does on its way to the gap."),
              Numeric("%", 2, 0.0, 50.0, 0.1),
              equation=r"I \to (1 + \varepsilon)\,I, \qquad \mathrm{PA} \to \mathrm{PA} - s\,h\nu_0\,\varepsilon I",
              source=PRIOR, page="systematics#the-nuisances"),
        Entry("systematics", "gain_slope_percent", "number", tr("Gain slope"),
              tr("Change of the emission signal against the heat over 300 meV of excitation energy."),
              Numeric("%", 2, 0.0, 50.0, 0.1),
              equation=r"I \to I\left[1 + \varepsilon\,\frac{h\nu - h\nu_1}{300\ \mathrm{meV}}\right]",
              source=PRIOR, page="systematics#the-nuisances"),
        Entry("systematics", "path_mismatch_percent", "number", tr("Path mismatch"),
              tr("Transmission of the anti-Stokes path against the Stokes path. Where the curves of all filters are "
                 "measured, the default of 2 counts as 0.5."),
              Numeric("%", 2, 0.0, 50.0, 0.1),
              equation=r"I_\mathrm{AS} \to (1 + \varepsilon)\,I_\mathrm{AS}",
              source=PRIOR, page="systematics#the-nuisances"),
        Entry("systematics", "leak_ppm", "number", tr("Leak"),
              tr("Part of the pump that leaves the laser above the gap."), Numeric("ppm", 1, 0.0, 1e5, 1.0),
              equation=r"I \to I + \varepsilon I_S, \qquad \mathrm{PA} \to \mathrm{PA} + \varepsilon\,\mathrm{PA}_S",
              source=PRIOR, page="systematics#the-nuisances"),
        Entry("systematics", "wavelength_nm", "number", tr("λ offset"),
              tr("Excitation wavelengths against the spectrometer. Left out where the laser lines of "
                 "all are measured."),
              Numeric("nm", 2, 0.0, 20.0, 0.05),
              equation=r"h\nu \to \frac{hc}{\lambda + \delta\lambda}",
              source=PRIOR, page="systematics#the-nuisances"),
        Entry("systematics", "scan_wavelength_nm", "number", tr("Scan offset"),
              tr("Photothermal scans against the excitations of the spectra."), Numeric("nm", 2, 0.0, 20.0, 0.01),
              equation=r"\mathrm{PA} \to \mathrm{PA}\,e^{\delta E/E_U}, \qquad \delta E \approx "
              r"\frac{hc}{\lambda^2}\,\delta\lambda",
              source=PRIOR, page="systematics#the-nuisances"),
        Entry("systematics", "reference_mev", "number", tr("Gap offset"),
              tr("Error of the energy from which ΔE counts, common to all temperatures."),
              Numeric("meV", 1, 0.0, 200.0, 0.5),
              equation=r"\Delta E \to \Delta E + \delta",
              source=PRIOR, page="systematics#the-nuisances"),
        Entry("systematics", "temperature_k", "number", tr("T offset"),
              tr("Error of the temperature of the lattice, common to all temperatures."),
              Numeric("K", 1, 0.0, 100.0, 0.5),
              equation=r"T \to T + \delta T",
              source=PRIOR, page="systematics#the-nuisances"),
        Entry("systematics", "pa_baseline_fraction", "number", tr("Other baseline"),
              tr("Part of the difference between the photothermal baseline in use and its alternative."),
              Numeric("", 2, 0.0, 10.0, 0.1),
              equation=r"\mathrm{PA} \to \mathrm{PA} + f\,(\mathrm{PA}_\mathrm{other} - \mathrm{PA})",
              source=PRIOR, page="systematics#the-nuisances"),
        Entry("systematics", "band_shift_mev", "number", tr("Band shift"),
              tr("Anti-Stokes band against the shape that supplies what the filters hide of it."),
              Numeric("meV", 1, 0.0, 100.0, 0.5),
              equation=r"I \to I\,\frac{s(\delta)}{s(0)}, \qquad s\ \mathrm{the\ part\ that\ is\ seen}",
              source=PRIOR, page="systematics#the-nuisances"),
        Entry("systematics", "ensemble_mev", "number", tr("Spread of gaps"),
              tr("Standard deviation of the gaps of an ensemble that a single-gap model does not know of."),
              Numeric("meV", 1, 0.0, 200.0, 1.0),
              equation=r"\eta \to \langle\eta\rangle = \frac{\int \rho(E - \Delta "
              r"E)\,A(E)\,\eta(E)\,dE}{\int \rho(E - \Delta E)\,A(E)\,dE}",
              source=PRIOR, page="systematics#the-nuisances"),
        Entry("systematics", "nd_percent", "number", tr("Neutral filter"),
              tr("Optical density of the neutral filters that PL and ASPL do not share, in % of it: 5 for a "
                 "nominal one, 1 for a measured one."),
              Numeric("%", 1, 0.0, 100.0, 0.5),
              equation=r"I \to I \cdot 10^{\varepsilon\,\mathrm{OD}}",
              source=PRIOR, page="systematics#the-nuisances"),
        Entry("systematics", "em_gain_percent", "number", tr("Electron gain"),
              tr("Largest electron gain among the spectra against the smallest: 5 for nominal ones, 1 where one "
                 "lamp was measured with both."),
              Numeric("%", 1, 0.0, 50.0, 0.5),
              equation=r"I \to I\,(1 + \varepsilon)^a, \qquad a = \frac{\ln G/G_\mathrm{min}}"
              r"{\ln G_\mathrm{max}/G_\mathrm{min}}",
              source=PRIOR, page="systematics#the-nuisances"),
        Entry("systematics", "bandwidth_mev", "number", tr("Bandwidth"),
              tr("Full width at half maximum of the excitation that is not stated: light is absorbed to the blue "
                 "of its nominal energy."),
              Numeric("meV", 1, 0.0, 200.0, 0.5),
              equation=r"h\nu \to h\nu - \frac{\sigma^2}{E_U}, \qquad \sigma = \frac{\mathrm{FWHM}}{2.355}",
              source=PRIOR, page="systematics#the-nuisances"),
        Entry("systematics", "drift_percent", "number", tr("Drift"),
              tr("Change of the emission from the first to the last condition of a temperature."),
              Numeric("%", 2, 0.0, 50.0, 0.1),
              equation=r"I \to I\,(1 + \varepsilon a), \qquad a = 0\ (\mathrm{first}) \ldots 1\ (\mathrm{last})",
              source=PRIOR, page="systematics#the-nuisances"),
        Entry("systematics", "inner_filter_part", "number", tr("Inner filter"),
              tr("Part of what a cuvette's inner filter would take from the emission, where the sample's "
                 "absorption is known and not corrected for. 0 for a thin film."),
              Numeric("", 2, 0.0, 2.0, 0.1),
              equation=r"I \to I \cdot 10^{-f\,(A_\mathrm{ex} + A_\mathrm{em})/2}",
              source=PRIOR, page="systematics#the-nuisances"),
    ),
    folded=True,
)  # fmt: skip

EFFECTS: Mapping[str, str] = {entry.field: entry.label for entry in SYSTEMATICS.entries}
"""What the systematic effects are called, by the field that holds the size of each."""
