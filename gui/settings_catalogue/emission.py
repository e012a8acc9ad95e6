"""Settings of spectra: which count as one condition, corrections, integration, filters, background."""

from asplab.gui.language import tr
from asplab.gui.settings_catalogue.entries import Entry, Group
from asplab.gui.settings_catalogue.sources import DEFINITION, HEAT_BALANCE, LAKOWICZ, OWN
from asplab.gui.widgets.fields import Numeric

TOLERANCES = Group(
    tr("Same condition"),
    (
        Entry("grouping", "temperature_tolerance_k", "number", tr("Same T within"),
              tr("Spectra and scans within this distance of a cluster's middle count as one temperature. "
                 "True values are kept for every calculation."), Numeric("K", low=0.0, high=50.0, step=0.5),
              equation=r"\left|T - \frac{T_\mathrm{low} + T_\mathrm{high}}{2}\right| \leq \delta T",
              source=OWN, page="grouping#one-condition-one-temperature"),
        Entry("grouping", "wavelength_tolerance_nm", "number", tr("Same λ within"),
              tr("Excitations and cutoffs within this distance count as one condition."),
              Numeric("nm", 2, 0.0, 20.0, 0.1),
              equation=r"\left|\lambda - \frac{\lambda_\mathrm{low} + \lambda_\mathrm{high}}{2}\right| "
              r"\leq \delta\lambda",
              source=OWN, page="grouping#one-condition-one-temperature"),
        Entry("grouping", "remeasured", "choice", tr("Measured again"),
              tr("What is used of a condition that was measured more than once: the mean of all, the latest, or "
                 "the best, which has the smallest relative noise."),
              choices=(("mean", tr("mean of all")), ("latest", tr("the latest")), ("best", tr("the best"))),
              source=OWN, page="grouping#measured-again"),
        Entry("grouping", "remeasured_after_h", "number", tr("After a pause of"),
              tr("A longer pause between the time stamps of one condition means that it was measured again; so do "
                 "another series, and the same repeat numbers again."), Numeric("h", 1, 0.0, 10000.0, 1.0),
              equation=r"t_{i+1} - t_i > \Delta t",
              source=OWN, page="grouping#measured-again"),
        Entry("grouping", "scan_reach_k", "number", tr("Scans within"),
              tr("Emission without photothermal scans takes those of the nearest temperature that has scans only, "
                 "up to this far away. They are moved along the energy by the difference of E<sub>g</sub>."),
              Numeric("K", low=0.0, high=100.0, step=1.0),
              equation=r"\left|T_\mathrm{emission} - T_\mathrm{scan}\right| \leq \delta T",
              source=OWN, page="photothermal#scans-at-another-temperature"),
    ),
    folded=True,
)  # fmt: skip
CORRECTIONS = Group(
    tr("Corrections"),
    (
        Entry("corrections", "leave_out_saturated", "switch", tr("Leave out saturated"),
              tr("Repeats in which the detector was at its highest value where the filters transmit. Where all "
                 "repeats of a condition are, it stays out of the fits: its intensity is a lower limit."),
              source=OWN, page="corrections#saturation"),
        Entry("corrections", "full_scale_counts", "number", tr("Full scale"),
              tr("Highest value that the detector can read in one exposure; 0 where it isn't known. Flat tops are "
                 "found at any height."), Numeric("counts", 0, 0.0, 1e9, 1.0),
              equation=r"C = n\,C_\mathrm{full\ scale} \quad (n\ \mathrm{accumulations})",
              source=OWN, page="corrections#saturation"),
        Entry("corrections", "subtract_dark", "switch", tr("Subtract dark frames"),
              tr("The mean dark frame of equal exposure is subtracted; its noise is carried on, "
                 "common to all spectra."),
              equation=r"C \to C - D",
              source=DEFINITION, page="corrections#frames-dark-background-substrate"),
        Entry("corrections", "subtract_background", "switch", tr("Subtract background"),
              tr("Spectra with the pump off (kind background), scaled by exposure: light of the probe and of the "
                 "room. Their noise is carried on, common to all spectra that use them."),
              equation=r"C \to C - \frac{t}{t_B}\,(B - D_B)",
              source=OWN, page="corrections#frames-dark-background-substrate"),
        Entry("corrections", "subtract_emission_blank", "switch", tr("Subtract substrate"),
              tr("Spectra of the bare substrate (kind emission_blank), scaled by exposure and pump power: its "
                 "fluorescence and Raman lines. Their noise is carried on."),
              equation=r"C \to C - \frac{t\,P}{t_L P_L}\,(L - D_L)",
              source=OWN, page="corrections#frames-dark-background-substrate"),
        Entry("corrections", "remove_cosmic_rays", "switch", tr("Remove cosmic rays"),
              tr("Pixels of one repeat that stand out against all other repeats take the value expected there. "
                 "Needs three repeats; a band that drifts as a whole is never clipped."),
              source=OWN, page="statistics#cosmic-rays"),
        Entry("corrections", "cosmic_threshold", "number", tr("Threshold"),
              tr("How far a pixel must stand out, in robust standard deviations across the repeats."),
              Numeric("σ", 1, 3.0, 100.0, 0.5),
              equation=r"C - C_\mathrm{expected} > k\,\sigma_\mathrm{repeat}",
              source=OWN, page="statistics#cosmic-rays"),
        Entry("corrections", "undo_neutral_density", "switch", tr("Undo neutral filters"),
              tr("Multiply by 10^OD of the neutral filter before the detector (column nd_od; blank "
                 "means none)."),
              equation=r"C \to C \cdot 10^{\mathrm{OD}}",
              source=DEFINITION, page="corrections#factors"),
        Entry("corrections", "divide_by_em_gain", "switch", tr("Divide by EM gain"),
              tr("Only done when every spectrum carries its electron-multiplying gain (column em_gain)."),
              equation=r"C \to C / G_\mathrm{EM}",
              source=DEFINITION, page="corrections#factors"),
        Entry("corrections", "divide_by_accumulations", "switch", tr("Divide by accumulations"),
              tr("Counts that are the sum of several exposures (column accumulations). Off where the camera's "
                 "software writes their mean."),
              equation=r"C \to C / n",
              source=DEFINITION, page="corrections#factors"),
        Entry("corrections", "divide_by_response", "switch", tr("Divide by response"),
              tr("Divide by the spectral response curve (kind response), where there is one."),
              equation=r"C(\lambda) \to C(\lambda)\,\frac{r_\mathrm{max}}{r(\lambda)}",
              source=DEFINITION, page="corrections"),
        Entry("corrections", "divide_by_filters", "switch", tr("Divide by filters"),
              tr("Divide by the transmission of the filters (kind filter) where it is at least half of its "
                 "maximum; the rest counts as not transmitted. Only done when every spectrum behind a filter has "
                 "its curve."),
              equation=r"C(\lambda) \to \frac{C(\lambda)}{\tau(\lambda)}, \qquad \tau \geq \tau_\mathrm{max}/2",
              source=OWN, page="corrections#filters"),
        Entry("corrections", "divide_by_exposure", "switch", tr("Divide by exposure"),
              tr("Only done when every spectrum carries its exposure."),
              equation=r"C \to C / t",
              source=DEFINITION, page="corrections#factors"),
        Entry("corrections", "divide_by_power", "switch", tr("Divide by power"),
              tr("Only done when every spectrum carries its pump power."),
              equation=r"C \to C / P",
              source=HEAT_BALANCE, page="corrections#factors"),
        Entry("corrections", "inner_filter", "choice", tr("Inner filter"),
              tr("What the sample absorbs of pump and emission on their way. Cuvette: multiply by 10^((A_ex + "
                 "A_em)/2), with optical densities from a curve of kind absorption."),
              choices=(("none", tr("none")), ("cuvette", tr("cuvette"))),
              equation=r"I \to I \cdot 10^{(A_\mathrm{ex} + A_\mathrm{em})/2}",
              source=LAKOWICZ, page="corrections#inner-filter"),
    ),
)  # fmt: skip
WINDOW = Entry(
    "integration", "window_nm", "pair", tr("Window"), tr("Range of wavelengths that is integrated, for all spectra."),
    Numeric("nm", 1, 100.0, 5000.0, 0.1, is_position=True),
               equation=r"I = \int_{\lambda_1}^{\lambda_2} \left[C(\lambda) - b(\lambda)\right] d\lambda",
               source=OWN, page="sensitivity#which-choices-count")  # fmt: skip
INTEGRATION = Group(
    tr("Integration"),
    (
        WINDOW,
        Entry("integration", "estimator", "choice", tr("Estimator"),
              tr("Window: sum of the background-subtracted spectrum. Template: least squares of the band's shape "
                 "and a line; less noise, but trusts the shape."),
              choices=(("window", tr("window sum")), ("template", tr("band template"))),
              equation=r"\min_{a, b, c}\ \sum_i \left[C_i - a\,s_i - b - c\,\lambda_i\right]^2 \quad "
              r"(\mathrm{template})",
              source=OWN, page="sensitivity#the-maps"),
        Entry("integration", "correct_truncation", "switch", tr("Add hidden part of band"),
              tr("Multiply by the correction factor 1/(1 − hidden part): the filters hide a part of the band, "
                 "which is taken from the shape of the PL at the same temperature, with its error."),
              equation=r"I \to \frac{I}{1 - h}, \qquad h\ \mathrm{the\ hidden\ part}",
              source=OWN, page="shape-and-drift#shape-test"),
        Entry("integration", "follow_shape", "switch", tr("Follow moved bands"),
              tr("Where the shape of ASPL differs from the PL beyond 3σ, the hidden part is that of the moved and "
                 "widened shape, and the difference is in the error."),
              equation=r"s(E) \to s\left(\bar{E} + \frac{E - \bar{E} - \delta}{w}\right)",
              source=OWN, page="shape-and-drift#shape-test"),
    ),
)  # fmt: skip
FILTERS = Group(
    tr("Filters"),
    (
        Entry("transmission", "cutoff_guard_nm", "number", tr("Edge guard"),
              tr("Kept away from every filter edge, from its slope and from the laser leaking behind it."),
              Numeric("nm", 1, 0.0, 100.0, 0.5),
              equation=r"\lambda_\mathrm{longpass} + \delta \leq \lambda \leq \lambda_\mathrm{shortpass} - \delta",
              source=OWN, page="corrections#filters"),
        Entry("transmission", "keep_out_laser", "switch", tr("Keep the laser out"),
              tr("Where the line of the laser stands inside the range that the filters are said to let through, "
                 "the range ends there, and the edge guard before it."),
              source=OWN, page="purity-and-power#the-line-of-the-laser"),
        Entry("transmission", "moved_cutoffs", "cutoffs", tr("Moved edges"),
              tr("Filter edges that were dragged, for every spectrum with that filter."),
              source=OWN, page="corrections#filters"),
    ),
)  # fmt: skip
BACKGROUND = Group(
    tr("Background"),
    (
        Entry("background", "baseline", "choice", tr("Shape"),
              tr("What is subtracted under the band, spectrum by spectrum."),
              choices=(("constant", tr("constant")), ("line", tr("line")), ("none", tr("nothing"))),
              equation=r"b(\lambda) = b_0 \quad \mathrm{or} \quad b_0 + b_1\lambda",
              source=OWN, page="statistics#how-it-was-tested"),
        Entry("background", "windows_nm", "windows", tr("Read in"),
              tr("Automatic: the transmitted, signal-free part of each spectrum. By hand: the same "
                 "windows for all."),
              Numeric("nm", 1, 100.0, 5000.0, 0.1, is_position=True),
              equation=r"b_0 = \langle C(\lambda)\rangle_\mathrm{windows}",
              source=OWN, page="statistics#how-it-was-tested"),
    ),
)  # fmt: skip
