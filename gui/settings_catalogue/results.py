"""Settings of pairing, drift, pump light, η and the fit of Eq. 9."""

from asplab.gui.language import tr
from asplab.gui.settings_catalogue.entries import Entry, Group
from asplab.gui.settings_catalogue.sources import DEFINITION, EQ_9, GAUSSIAN_BEAM, HEAT_BALANCE, OWN, POISSON
from asplab.gui.widgets.fields import Numeric

RESPONSES = Group(
    tr("Repeats"),
    (
        Entry("responses", "pairing", "choice", tr("Drift"),
              tr("Estimated: what PL and PA of one repeat share of their drift is found from the repeats. Paired: "
                 "all of it. Unpaired: nothing."),
              choices=(("estimated", tr("estimated")), ("paired", tr("paired")), ("unpaired", tr("unpaired"))),
              equation=r"\mathrm{cov}(I, \mathrm{PA}) = \kappa\,I\,\mathrm{PA}",
              source=OWN, page="grouping#which-pl-repeat-belongs-to-which-scan"),
        Entry("responses", "pair_within_min", "number", tr("Pair within"),
              tr("Where all files carry a time and none a pair, each spectrum belongs to the scan nearest in "
                 "time, if it is not farther than this."), Numeric("min", 0, 0.0, 1440.0, 5.0),
              equation=r"\left|t_\mathrm{PL} - t_\mathrm{PA}\right| \leq \delta t",
              source=OWN, page="grouping#which-pl-repeat-belongs-to-which-scan"),
        Entry("drift", "correct_drift", "switch", tr("Correct drift"),
              tr("Divide each repeat by the straight trend of its condition, which is 1 at the first repeat, when "
                 "the sample was fresh; the error of the trend is added. A reference with times corrects each "
                 "condition too."),
              equation=r"I_r \to \frac{I_r}{1 + b\,(r - 1)}, \qquad r = 1, 2, \ldots",
              source=OWN, page="shape-and-drift#drift-over-the-repeats"),
        Entry("drift", "widen", "switch", tr("Widen for drift"),
              tr("Where a condition changes over its repeats by itself beyond 3σ, what that takes from the first "
                 "repeat to the mean is added to its error."),
              equation=r"\sigma^2 \to \sigma^2 + I^2\left[\frac{b\,(n - 1)}{2}\right]^2",
              source=OWN, page="shape-and-drift#drift-over-the-repeats"),
    ),
    folded=True,
)  # fmt: skip
DRIFT = Group(tr("Drift over repeats"), RESPONSES.entries[2:], folded=True)
PUMP = Group(
    tr("Pump light"),
    (
        Entry("pump", "rejection_od", "optional", tr("Out-of-band OD"),
              tr("Out-of-band rejection of the laser: at most 10 to the power −OD of the pump lies above the gap. "
                 "What such a leak could do to η is shown; it also takes the place of the prior of the systematic "
                 "effect Leak."),
              Numeric("OD", 1, 0.0, 12.0, 0.5), empty=tr("not stated"),
              equation=r"\varepsilon \leq 10^{-\mathrm{OD}}",
              source=DEFINITION, page="purity-and-power#a-leak-above-the-gap"),
        Entry("pump", "measured_leak_ppm", "optional", tr("Measured leak"),
              tr("Part of the pump that was measured above the gap. It is subtracted from I and PA of the "
                 "anti-Stokes excitations, taken to excite like the Stokes excitation closest to the gap."),
              Numeric("ppm", 2, 0.0, 1e5, 1.0), empty=tr("not measured"),
              equation=r"I \to I - \varepsilon I_S, \qquad \mathrm{PA} \to \mathrm{PA} - \varepsilon\,\mathrm{PA}_S",
              source=OWN, page="purity-and-power#a-leak-above-the-gap"),
        Entry("pump", "measured_leak_error_ppm", "number", tr("Error of leak"),
              tr("Standard error of the measured leak."),
              Numeric("ppm", 2, 0.0, 1e5, 0.5),
              equation=r"\sigma_I = \sigma_\varepsilon I_S, \qquad \sigma_\mathrm{PA} = "
              r"\sigma_\varepsilon\left|\mathrm{PA}_S\right|",
              source=OWN, page="purity-and-power#a-leak-above-the-gap"),
        Entry("pump", "subtract_leak", "switch", tr("Subtract measured leak"),
              tr("Take the measured leak from I and PA. Off: its value is kept, and all goes as if it had not been "
                 "measured."),
              equation=r"I \to I - \varepsilon I_S, \qquad \mathrm{PA} \to \mathrm{PA} - \varepsilon\,\mathrm{PA}_S",
              source=OWN, page="purity-and-power#a-leak-above-the-gap"),
        Entry("pump", "subtract_two_photon", "switch", tr("Subtract two-photon part"),
              tr("Where there is a power series of an excitation, what grows with the square of the power is "
                 "subtracted from I, with its error; from PA only where its baseline is a measured blank or "
                 "nothing."),
              equation=r"I = c_1 P + c_2 P^2 \to c_1 P",
              source=OWN, page="purity-and-power#one-photon-or-two"),
        Entry("pump", "spot_um", "optional", tr("Spot"),
              tr("1/e² diameter of the pump on the sample, for the number of excitations in one crystal."),
              Numeric("µm", 2, 0.01, 1e5, 0.1), empty=tr("unknown"),
              equation=r"\Phi = \frac{2P}{\pi w^2\,h\nu}, \qquad w = \frac{d}{2}",
              source=GAUSSIAN_BEAM, page="purity-and-power#linear-regime"),
        Entry("pump", "scan_spot_um", "optional", tr("Spot of PA"),
              tr("1/e² diameter of the pump in the photothermal scans; empty: the same spot."),
              Numeric("µm", 2, 0.01, 1e5, 0.1), empty=tr("the same"),
              equation=r"\Phi = \frac{2P}{\pi w^2\,h\nu}, \qquad w = \frac{d}{2}",
              source=GAUSSIAN_BEAM, page="purity-and-power#linear-regime"),
        Entry("pump", "absorption_cross_section_nm2", "optional", tr("Cross section"),
              tr("Absorption cross section of one crystal at the Stokes excitation closest to the gap; 1 nm² is "
                 "10⁻¹⁴ cm². Below the gap it falls as the absorption does."),
              Numeric("nm²", 3, 1e-6, 1e4, 0.1), empty=tr("unknown"),
              equation=r"\langle N\rangle = \sigma\,\Phi\,\tau \quad (\mathrm{continuous})",
              source=POISSON, page="purity-and-power#linear-regime"),
        Entry("pump", "lifetime_ns", "optional", tr("Lifetime"), tr("Lifetime of an excitation."),
              Numeric("ns", 2, 1e-6, 1e9, 0.5), empty=tr("unknown"),
              equation=r"\langle N\rangle = \sigma\,\Phi\,\tau \quad (\mathrm{continuous})",
              source=POISSON, page="purity-and-power#linear-regime"),
        Entry("pump", "repetition_mhz", "optional", tr("Repetition"),
              tr("Repetition rate of a pulsed pump; empty: a continuous one."),
              Numeric("MHz", 3, 1e-6, 1e5, 1.0), empty=tr("continuous"),
              equation=r"\langle N\rangle = \frac{\sigma\,\Phi/f}{1 - e^{-1/f\tau}}",
              source=POISSON, page="purity-and-power#linear-regime"),
    ),
    folded=True,
)  # fmt: skip
EFFICIENCY = Group(
    tr("Quantum yield and η"),
    (
        Entry("efficiency", "estimator", "choice", tr("Estimator"),
              tr("Components: full covariance, errors hold. R lines: as in the paper; its points share noise, so its "
                 "errors are not standard errors (68 % intervals cover 30-40 %)."),
              choices=(("components", tr("components")), ("ratio", tr("R lines (paper)"))),
              equation=r"\eta = \frac{h\nu\,I}{\mathrm{PA}/s + h\nu_0\,I}",
              source=HEAT_BALANCE, page="first-steps#what-is-computed"),
        Entry("efficiency", "quantum_yield", "choice", "QY",
              tr("One for each temperature, one shared by all, or fixed to a value measured otherwise."),
              choices=(("temperature", tr("one for each T")), ("shared", tr("one for all T")), ("fixed", tr("fixed"))),
              equation=r"\frac{\mathrm{PA}_S}{I_S} = s\,(h\nu_S - h\nu_0), \qquad \mathrm{QY} = "
              r"\frac{h\nu_0}{\langle E\rangle}",
              source=HEAT_BALANCE, page="first-steps#what-is-computed"),
        Entry("efficiency", "fixed_quantum_yield", "optional", tr("Fixed QY"), tr("Used when QY is fixed."),
              Numeric("", 3, 0.001, 1.0, 0.01), empty=tr("not given"),
              equation=r"h\nu_0 = \mathrm{QY}\,\langle E\rangle",
              source=HEAT_BALANCE, page="first-steps#what-is-computed"),
        Entry("efficiency", "fixed_quantum_yield_error", "number", tr("Error of QY"),
              tr("Standard error of the fixed QY."),
              Numeric("", 3, 0.0, 1.0, 0.005),
              equation=r"\sigma_{h\nu_0} = \sigma_\mathrm{QY}\,\langle E\rangle",
              source=HEAT_BALANCE, page="first-steps#what-is-computed"),
    ),
)  # fmt: skip
POLARON = Group(
    tr("Polaron model"),
    (
        Entry("polaron", "model", "choice", tr("Model"),
              tr("Eq. 9 as printed: natural logarithm, odds form, free scale."),
              choices=(("eq9", "Eq. 9"),),
              equation=r"\ln w = -\frac{\Delta E}{kT} - \frac{1}{2}\ln\Delta E + \frac{\Delta "
              r"E}{\hbar\omega}\left[1 - \ln\frac{\Delta E\,\hbar\omega}{g^2}\right]",
              source=EQ_9, page="rates#one-mode-final-state-without-phonons"),
        Entry("polaron", "detuning_range_mev", "pair", tr("Fit ΔE"), tr("Points outside are kept but not fitted."),
              Numeric("meV", 0, 0.0, 10000.0, 1.0),
              equation=r"\Delta E_1 \leq \Delta E \leq \Delta E_2",
              source=OWN, page="models#what-is-fitted"),
        Entry("polaron", "joint_scale", "choice", tr("Joint ln A"),
              tr("The joint fit shares g and ħω; its scale is free at each temperature, or shared too."),
              choices=(("temperature", tr("one for each T")), ("shared", tr("one for all T"))),
              equation=r"\ln\frac{\eta}{1 - \eta} = \ln A + \ln w(\Delta E, T;\ g, \hbar\omega)",
              source=EQ_9, page="statistics#the-polaron-fit"),
    ),
)  # fmt: skip
