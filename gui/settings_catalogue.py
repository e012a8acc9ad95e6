"""Every setting as it stands in the inspector: name, unit, range and what it does."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace

from asplab.core.polaron.rates import MODELS
from asplab.core.references import REFERENCES
from asplab.gui.widgets.fields import Numeric
from asplab.gui.widgets.model_forms import Quantity

_ANY = Numeric()


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of a settings record.

    Attributes
    ----------
    record, field : str
        Field of `Settings`, and field of that record.
    kind : str
        ``number``, ``optional`` (a number or none), ``pair``, ``switch``, ``choice``, ``windows`` (several pairs),
        ``cutoffs`` (moved filter edges), ``given`` (an energy of the selected temperature), ``many`` (some of the
        choices), ``numbers``, ``ranges`` or ``priors`` (of parameters of the rate models).
    label, tip : str
        Rich text: what it is called and what it does.
    numeric : Numeric
        Unit, decimals and range of a number.
    choices : tuple of (key, text)
        Of a choice.
    quantities : mapping of name to Quantity
        Parameters that a range or a prior can have.
    empty : str
        What an optional number says while there is none.
    """

    record: str
    field: str
    kind: str
    label: str
    tip: str
    numeric: Numeric = _ANY
    choices: tuple[tuple[Hashable, str], ...] = ()
    empty: str = ""
    quantities: Mapping[str, Quantity] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """Entries under one heading; those that are rarely touched start ``folded``."""

    title: str
    entries: tuple[Entry, ...]
    folded: bool = False


_TOLERANCES = Group(
    "Same condition",
    (
        Entry("grouping", "temperature_tolerance_k", "number", "Same T within",
              "Spectra and scans within this distance of a cluster's mean count as one temperature. "
              "True values are kept for every calculation.", Numeric("K", low=0.0, high=50.0, step=0.5)),
        Entry("grouping", "wavelength_tolerance_nm", "number", "Same λ within",
              "Excitations and cutoffs within this distance count as one condition.", Numeric("nm", 2, 0.0, 20.0, 0.1)),
        Entry("grouping", "remeasured", "choice", "Measured again",
              "What is used of a condition that was measured more than once: the mean of all, the latest, or the best, "
              "which has the smallest relative noise.",
              choices=(("mean", "mean of all"), ("latest", "the latest"), ("best", "the best"))),
        Entry("grouping", "remeasured_after_h", "number", "After a pause of",
              "A longer pause between the time stamps of one condition means that it was measured again; so do another "
              "series, and the same repeat numbers again.", Numeric("h", 1, 0.0, 10000.0, 1.0)),
        Entry("grouping", "scan_reach_k", "number", "Scans within",
              "Emission without photothermal scans takes those of the nearest temperature that has scans only, up to "
              "this far away. They are moved along the energy by the difference of E<sub>g</sub>.",
              Numeric("K", low=0.0, high=100.0, step=1.0)),
    ),
    folded=True,
)  # fmt: skip
_CORRECTIONS = Group(
    "Corrections",
    (
        Entry("corrections", "leave_out_saturated", "switch", "Leave out saturated",
              "Repeats in which the detector was at its highest value where the filters transmit. Where all repeats of "
              "a condition are, it stays out of the fits: its intensity is a lower limit."),
        Entry("corrections", "full_scale_counts", "number", "Full scale",
              "Highest value that the detector can read in one exposure; 0 where it isn't known. Flat tops are found "
              "at any height.", Numeric("counts", 0, 0.0, 1e9, 1.0)),
        Entry("corrections", "subtract_dark", "switch", "Subtract dark frames",
              "The mean dark frame of equal exposure is subtracted; its noise is carried on, common to all spectra."),
        Entry("corrections", "subtract_background", "switch", "Subtract background",
              "Spectra with the pump off (kind background), scaled by exposure: light of the probe and of the room. "
              "Their noise is carried on, common to all spectra that use them."),
        Entry("corrections", "subtract_emission_blank", "switch", "Subtract substrate",
              "Spectra of the bare substrate (kind emission_blank), scaled by exposure and pump power: its "
              "fluorescence and Raman lines. Their noise is carried on."),
        Entry("corrections", "remove_cosmic_rays", "switch", "Remove cosmic rays",
              "Pixels of one repeat that stand out against all other repeats take the value expected there. "
              "Needs three repeats; a band that drifts as a whole is never clipped."),
        Entry("corrections", "cosmic_threshold", "number", "Threshold",
              "How far a pixel must stand out, in robust standard deviations across the repeats.",
              Numeric("σ", 1, 3.0, 100.0, 0.5)),
        Entry("corrections", "undo_neutral_density", "switch", "Undo neutral filters",
              "Multiply by 10^OD of the neutral filter before the detector (column nd_od; blank means none)."),
        Entry("corrections", "divide_by_em_gain", "switch", "Divide by EM gain",
              "Only done when every spectrum carries its electron-multiplying gain (column em_gain)."),
        Entry("corrections", "divide_by_accumulations", "switch", "Divide by accumulations",
              "Counts that are the sum of several exposures (column accumulations). Off where the camera's software "
              "writes their mean."),
        Entry("corrections", "divide_by_response", "switch", "Divide by response",
              "Divide by the spectral response curve (kind response), where there is one."),
        Entry("corrections", "divide_by_filters", "switch", "Divide by filters",
              "Divide by the transmission of the filters (kind filter) where it is at least half of its maximum; the "
              "rest counts as not transmitted. Only done when every spectrum behind a filter has its curve."),
        Entry("corrections", "divide_by_exposure", "switch", "Divide by exposure",
              "Only done when every spectrum carries its exposure."),
        Entry("corrections", "divide_by_power", "switch", "Divide by power",
              "Only done when every spectrum carries its pump power."),
        Entry("corrections", "inner_filter", "choice", "Inner filter",
              "What the sample absorbs of pump and emission on their way. Cuvette: multiply by 10^((A_ex + A_em)/2), "
              "with optical densities from a curve of kind absorption.",
              choices=(("none", "none"), ("cuvette", "cuvette"))),
    ),
)  # fmt: skip
_WINDOW = Entry(
    "integration", "window_nm", "pair", "Window", "Range of wavelengths that is integrated, for all spectra.",
    Numeric("nm", 1, 100.0, 5000.0, 0.1),
)  # fmt: skip
_INTEGRATION = Group(
    "Integration",
    (
        _WINDOW,
        Entry("integration", "estimator", "choice", "Estimator",
              "Window: sum of the background-subtracted spectrum. Template: least squares of the band's shape and a "
              "line; less noise, but trusts the shape.",
              choices=(("window", "window sum"), ("template", "band template"))),
        Entry("integration", "correct_truncation", "switch", "Add hidden part of band",
              "Multiply by the correction factor 1/(1 − hidden part): the filters hide a part of the band, which is "
              "taken from the shape of the PL at the same temperature, with its error."),
        Entry("integration", "follow_shape", "switch", "Follow moved bands",
              "Where the shape of ASPL differs from the PL beyond 3σ, the hidden part is that of the moved and widened "
              "shape, and the difference is in the error."),
    ),
)  # fmt: skip
_FILTERS = Group(
    "Filters",
    (
        Entry("transmission", "cutoff_guard_nm", "number", "Edge guard",
              "Kept away from every filter edge, from its slope and from the laser leaking behind it.",
              Numeric("nm", 1, 0.0, 100.0, 0.5)),
        Entry("transmission", "keep_out_laser", "switch", "Keep the laser out",
              "Where the line of the laser stands inside the range that the filters are said to let through, the range "
              "ends there, and the edge guard before it."),
        Entry("transmission", "moved_cutoffs", "cutoffs", "Moved edges",
              "Filter edges that were dragged, for every spectrum with that filter."),
    ),
)  # fmt: skip
_BACKGROUND = Group(
    "Background",
    (
        Entry("background", "baseline", "choice", "Shape", "What is subtracted under the band, spectrum by spectrum.",
              choices=(("constant", "constant"), ("line", "line"), ("none", "nothing"))),
        Entry("background", "windows_nm", "windows", "Read in",
              "Automatic: the transmitted, signal-free part of each spectrum. By hand: the same windows for all.",
              Numeric("nm", 1, 100.0, 5000.0, 0.1)),
    ),
)  # fmt: skip
_SCANS = Group(
    "Reading the scans",
    (
        Entry("scans", "half_width_mev", "number", "Fit within ±",
              "The scan is read at an excitation by a local polynomial within this distance.",
              Numeric("meV", 1, 0.1, 100.0, 0.5)),
        Entry("scans", "polynomial_order", "choice", "Polynomial",
              "Order of the local polynomial; the tail is exponential, so a mean would be biased.",
              choices=((0, "mean"), (1, "line"), (2, "quadratic"), (3, "cubic"))),
        Entry("scans", "rotate_phase", "switch", "Rotate lock-in phase",
              "Turn (X, Y) so that heating above the gap is in phase; the rest is noise and leak."),
        Entry("scans", "divide_by_power", "switch", "Divide by power",
              "Divide by the smoothed pump power of the scan, after the baseline is subtracted."),
        Entry("scans", "stitch_segments", "switch", "Stitch pieces",
              "Scans that were recorded in pieces are scaled to each other where they overlap; the error of the factor "
              "is carried on. Off: they are joined as they are."),
        Entry("scans", "leave_out_overload", "switch", "Leave out overload",
              "Points at which the lock-in was at its full scale are not read, in any scan of that temperature."),
        Entry("scans", "full_scale_limit", "number", "Overload from",
              "Part of the full scale (column sensitivity_v) from which a point counts as overloaded. Some lock-ins "
              "measure up to 1.1 times their full scale.", Numeric("× full scale", 2, 0.1, 10.0, 0.05)),
        Entry("scans", "align_temperatures", "switch", "Align temperatures",
              "Scans that were taken at another temperature than the emission are moved along the energy by the "
              "difference of E<sub>g</sub>. Needs PL at two temperatures."),
    ),
    folded=True,
)  # fmt: skip
_BASELINE = Group(
    "Baseline",
    (
        Entry("baseline", "shape", "choice", "Shape",
              "What a scan shows without absorption. Urbach: a line, and an exponential tail where one is seen.",
              choices=(("urbach", "line + Urbach"), ("line", "line"), ("constant", "constant"),
                       ("blank", "measured blank"), ("none", "nothing"))),
        Entry("baseline", "from_mev", "number", "From", "Start of the region, below the gap of each temperature.",
              Numeric("meV", 1, 0.0, 3000.0, 5.0)),
        Entry("baseline", "to_mev", "optional", "To", "End of the region, below the gap; empty: the end of the scan.",
              Numeric("meV", 1, 0.0, 3000.0, 5.0), empty="end of scan"),
        Entry("baseline", "tail_from_mev", "number", "Tail from",
              "The Urbach tail is fitted from here, where the scan shows one.", Numeric("meV", 1, 0.0, 3000.0, 5.0)),
        Entry("baseline", "unit", "choice", "With power",
              "Independent of the pump power: electrical pick-up, in volts. Proportional to it: scattered light, or a "
              "substrate that heats.",
              choices=(("volt", "independent"), ("power", "proportional"))),
    ),
)  # fmt: skip
_ENERGIES = Group(
    "Energies",
    (
        Entry("energies", "reference", "choice", "E<sub>g</sub> from",
              "Reference of ΔE: PL peak as in the paper, PL mean, the middle between the first maximum of absorption "
              "and the PL peak, or energies that you give. It moves η along ΔE, not its value.",
              choices=tuple(REFERENCES.items())),
        Entry("energies", "reference_offset_mev", "number", "Offset of E<sub>g</sub>",
              "Added to the reference of every temperature.",
              Numeric("meV", 1, -500.0, 500.0, 1.0)),
        Entry("energies", "reference_error_mev", "number", "Error of E<sub>g</sub>",
              "Standard error of the reference that no repeat shows: one offset, common to all temperatures, which the "
              "joint fit can't average away.",
              Numeric("meV", 1, 0.0, 100.0, 0.5)),
        Entry("energies", "wavelength_error_nm", "number", "Error of λ",
              "Standard error of each excitation wavelength that no repeat shows, unless its line was measured.",
              Numeric("nm", 2, 0.0, 20.0, 0.05)),
        Entry("energies", "medium", "choice", "Medium",
              "Air wavelengths are converted to vacuum; the difference is 0.7 meV in the green.",
              choices=(("vacuum", "vacuum"), ("air", "air"))),
        Entry("energies", "given_reference", "given", "E<sub>g</sub> at this T",
              "Reference energy of the selected temperature, instead of the measured one.",
              Numeric("meV", 1, 100.0, 10000.0, 1.0), empty="measured"),
        Entry("energies", "given_mean_photon", "given", "⟨E⟩ at this T",
              "Mean energy of an emitted photon at the selected temperature, instead of the measured one.",
              Numeric("meV", 1, 100.0, 10000.0, 1.0), empty="measured"),
        Entry("energies", "given_absorption", "given", "Abs. at this T",
              "Energy of the first absorption maximum at the selected temperature. The Stokes shift is compared with "
              "2<i>Sħω</i>, and a midpoint reference needs it.",
              Numeric("meV", 1, 100.0, 10000.0, 1.0), empty="unknown"),
    ),
    folded=True,
)  # fmt: skip
_CALIBRATION = Group(
    "Wavelengths and bandwidth",
    (
        Entry("calibration", "use_lamp", "switch", "Correct axis by lamp",
              "The axis of the spectra is moved to where the lines of a calibration lamp (kind lamp) must stand."),
        Entry("calibration", "lamp", "choice", "Lamp",
              "As named: note, series, sample or file name of the spectrum say which lamp it is.",
              choices=(("named", "as named"),
                       *((name, name) for name in ("Hg", "HgAr", "HgCd", "HgNe", "Ar", "Ne", "Kr", "Xe", "Cd")))),
        Entry("calibration", "largest_correction_nm", "number", "Axis off by",
              "At most: a larger one is refused, it would rather be a wrong lamp.", Numeric("nm", 2, 0.0, 50.0, 0.5)),
        Entry("calibration", "use_laser", "switch", "Use measured laser lines",
              "A measured line (kind laser) stands in for the set wavelength of its conditions, with its own error."),
        Entry("calibration", "largest_laser_shift_nm", "number", "Laser off by",
              "At most: a line further from its set wavelength is not used.", Numeric("nm", 2, 0.0, 50.0, 0.5)),
        Entry("calibration", "scans_as_set", "switch", "Scans as set",
              "The scans come from the same tunable source, with the same scale: they are read at the set wavelength, "
              "not at the measured line. ΔE takes the measured line all the same."),
        Entry("calibration", "correct_bandwidth", "switch", "Correct bandwidth",
              "Of a wide excitation the tail absorbs the blue part: ΔE counts from the photon energy that is absorbed, "
              "where the column bandwidth_nm or a measured line tells the width."),
        Entry("calibration", "bandwidth_error_percent", "number", "Error of width",
              "Standard error of the width; the shift of ΔE has twice that error, common to a temperature.",
              Numeric("%", 1, 0.0, 100.0, 1.0)),
    ),
    folded=True,
)  # fmt: skip
_RESPONSES = Group(
    "Repeats",
    (
        Entry("responses", "pairing", "choice", "Drift",
              "Estimated: what PL and PA of one repeat share of their drift is found from the repeats. Paired: all of "
              "it. Unpaired: nothing.", choices=tuple((name, name) for name in ("estimated", "paired", "unpaired"))),
        Entry("responses", "pair_within_min", "number", "Pair within",
              "Where all files carry a time and none a pair, each spectrum belongs to the scan nearest in time, if it "
              "is not farther than this.", Numeric("min", 0, 0.0, 1440.0, 5.0)),
        Entry("drift", "correct_drift", "switch", "Correct drift",
              "Divide each repeat by the straight trend of its condition, which is 1 at the first repeat, when the "
              "sample was fresh; the error of the trend is added. A reference with times corrects each condition too."),
        Entry("drift", "widen", "switch", "Widen for drift",
              "Where a condition changes over its repeats by itself beyond 3σ, what that takes from the first repeat "
              "to the mean is added to its error."),
    ),
    folded=True,
)  # fmt: skip
_DRIFT = Group("Drift over repeats", _RESPONSES.entries[2:], folded=True)
_PUMP = Group(
    "Pump light",
    (
        Entry("pump", "rejection_od", "optional", "Out-of-band OD",
              "Out-of-band rejection of the laser: at most 10 to the power −OD of the pump lies above the gap. What "
              "such a leak could do to η is shown; it also takes the place of the prior of the systematic effect Leak.",
              Numeric("OD", 1, 0.0, 12.0, 0.5), empty="not stated"),
        Entry("pump", "measured_leak_ppm", "optional", "Measured leak",
              "Part of the pump that was measured above the gap. It is subtracted from I and PA of the anti-Stokes "
              "excitations, taken to excite like the Stokes excitation closest to the gap.",
              Numeric("ppm", 2, 0.0, 1e5, 1.0), empty="not measured"),
        Entry("pump", "measured_leak_error_ppm", "number", "Error of leak", "Standard error of the measured leak.",
              Numeric("ppm", 2, 0.0, 1e5, 0.5)),
        Entry("pump", "subtract_two_photon", "switch", "Subtract two-photon part",
              "Where there is a power series of an excitation, what grows with the square of the power is subtracted "
              "from I and PA, with its error."),
        Entry("pump", "spot_um", "optional", "Spot",
              "1/e² diameter of the pump on the sample, for the number of excitations in one crystal.",
              Numeric("µm", 2, 0.01, 1e5, 0.1), empty="unknown"),
        Entry("pump", "scan_spot_um", "optional", "Spot of PA",
              "1/e² diameter of the pump in the photothermal scans; empty: the same spot.",
              Numeric("µm", 2, 0.01, 1e5, 0.1), empty="the same"),
        Entry("pump", "absorption_cross_section_nm2", "optional", "Cross section",
              "Absorption cross section of one crystal at the Stokes excitation closest to the gap; 1 nm² is "
              "10⁻¹⁴ cm². Below the gap it falls as the absorption does.",
              Numeric("nm²", 3, 1e-6, 1e4, 0.1), empty="unknown"),
        Entry("pump", "lifetime_ns", "optional", "Lifetime", "Lifetime of an excitation.",
              Numeric("ns", 2, 1e-6, 1e9, 0.5), empty="unknown"),
        Entry("pump", "repetition_mhz", "optional", "Repetition",
              "Repetition rate of a pulsed pump; empty: a continuous one.",
              Numeric("MHz", 3, 1e-6, 1e5, 1.0), empty="continuous"),
    ),
    folded=True,
)  # fmt: skip
_EFFICIENCY = Group(
    "Quantum yield and η",
    (
        Entry("efficiency", "estimator", "choice", "Estimator",
              "Components: full covariance, errors hold. R lines: as in the paper; its points share noise, so its "
              "errors are not standard errors (68 % intervals cover 30-40 %).",
              choices=(("components", "components"), ("ratio", "R lines (paper)"))),
        Entry("efficiency", "quantum_yield", "choice", "QY",
              "One for each temperature, one shared by all, or fixed to a value measured otherwise.",
              choices=(("temperature", "one for each T"), ("shared", "one for all T"), ("fixed", "fixed"))),
        Entry("efficiency", "fixed_quantum_yield", "optional", "Fixed QY", "Used when QY is fixed.",
              Numeric("", 3, 0.001, 1.0, 0.01), empty="not given"),
        Entry("efficiency", "fixed_quantum_yield_error", "number", "Error of QY", "Standard error of the fixed QY.",
              Numeric("", 3, 0.0, 1.0, 0.005)),
    ),
)  # fmt: skip
_POLARON = Group(
    "Polaron model",
    (
        Entry("polaron", "model", "choice", "Model", "Eq. 9 as printed: natural logarithm, odds form, free scale.",
              choices=(("eq9", "Eq. 9"),)),
        Entry("polaron", "detuning_range_mev", "pair", "Fit ΔE", "Points outside are kept but not fitted.",
              Numeric("meV", 0, 0.0, 10000.0, 1.0)),
        Entry("polaron", "joint_scale", "choice", "Joint ln A",
              "The joint fit shares g and ħω; its scale is free at each temperature, or shared too.",
              choices=(("temperature", "one for each T"), ("shared", "one for all T"))),
    ),
)  # fmt: skip
_RATE = Numeric("meV", 2, 0.01, 10000.0, 0.5)
_MODE = Quantity("g<sub>i</sub>", _RATE, 0.01, 10000.0, "coupling to one mode")
QUANTITIES: Mapping[str, Quantity] = {
    "g_mev": Quantity("g", _RATE, 0.01, 10000.0, "electron-phonon coupling", (40.0, 10.0)),
    "phonon_mev": Quantity("ħω", Numeric("meV", 2, 0.5, 500.0, 0.5), 0.5, 500.0, "phonon energy", (18.0, 2.0)),
    "inhomogeneous_mev": Quantity(
        "σ", Numeric("meV", 2, 0.0, 200.0, 0.5), 0.0, 50.0, "spread of the gaps of the ensemble", (0.0, 10.0)
    ),
    "temperature_offset_k": Quantity(
        "δT", Numeric("K", 2, -50.0, 50.0, 0.5), -20.0, 20.0, "what is added to all temperatures", (0.0, 2.0)
    ),
    "broadening_mev": Quantity(
        "ζ", Numeric("meV", 4, 1e-4, 100.0, 0.1), 1e-4, 100.0, "broadening of the intermediate levels", (1.0, 1.0)
    ),
    "slope_per_mev": Quantity("k", Numeric("", 4, -1.0, 1.0, 0.001), -1.0, 1.0, "slope of the straight logit line"),
    "urbach_mev": Quantity("E<sub>U</sub>", Numeric("meV", 2, 0.5, 1e4, 0.5), 0.5, 1e4, "Urbach energy"),
    "background_urbach_mev": Quantity(
        "E<sub>b</sub>", Numeric("meV", 2, 0.5, 1e4, 0.5), 0.5, 1e4, "Urbach energy of the parasitic absorption"
    ),
    **{f"g_{i}_mev": replace(_MODE, symbol=f"g<sub>{i}</sub>", title=f"coupling to mode {i}") for i in (1, 2, 3)},
}
_MODELS = Group(
    "Rate models",
    (
        Entry("models", "compared", "many", "Compared", "Models that are fitted to the same points and ranked.",
              choices=tuple((name, model.title) for name, model in MODELS.items())),
        Entry("models", "limits", "ranges", "Bounded or fixed",
              "A parameter is sought within its range, or held where it is fixed. σ, δT, ζ and E<sub>b</sub> are free "
              "only with a range or a prior. Eq. 9 on the page Fit is not touched.", quantities=QUANTITIES),
        Entry("models", "priors", "priors", "Known from elsewhere",
              "Value and standard deviation of a parameter from the literature or another experiment, and where they "
              "come from; they add to χ² like a measurement. σ = 0 ± 10 meV says that the gaps spread by at most "
              "about that much.", quantities=QUANTITIES),
        Entry("models", "modes_mev", "numbers", "Modes",
              "Phonon energies of the models with several modes, in meV, with semicolons between them. They are not "
              "fitted.", Numeric("meV", 2, 0.01, 500.0), empty="none"),
        Entry("models", "inhomogeneous_mev", "number", "Gap spread",
              "Standard deviation of the gaps of the crystals; above 0, η is averaged over the ensemble.",
              Numeric("meV", 1, 0.0, 1000.0, 0.5)),
        Entry("models", "selection_mev", "optional", "Selected by",
              "Urbach energy with which the laser selects the crystals of small gap; empty: all absorb alike.",
              Numeric("meV", 1, 0.01, 10000.0, 1.0), empty="all alike"),
        Entry("models", "nuisances", "switch", "Systematic effects",
              "Fits of the comparison take the systematic effects as nuisances with their priors."),
    ),
    folded=True,
)  # fmt: skip
_SYSTEMATICS = Group(
    "Systematic effects",
    (
        Entry("systematics", "yield_slope_percent", "number", "QY slope",
              "Change of the quantum yield over 300 meV of excitation energy above the gap, in % of it: one standard "
              "deviation. 0 leaves the effect out; this holds for all of these numbers.",
              Numeric("%", 2, 0.0, 50.0, 0.1)),
        Entry("systematics", "yield_step_percent", "number", "Yield below gap",
              "Quantum yield of light absorbed below the gap against that of the lowest Stokes excitation: what a "
              "slope of the yield does on its way to the gap.",
              Numeric("%", 2, 0.0, 50.0, 0.1)),
        Entry("systematics", "gain_slope_percent", "number", "Gain slope",
              "Change of the emission signal against the heat over 300 meV of excitation energy.",
              Numeric("%", 2, 0.0, 50.0, 0.1)),
        Entry("systematics", "path_mismatch_percent", "number", "Mismatch",
              "Transmission of the anti-Stokes path against the Stokes path. Where the curves of all filters are "
              "measured, the default of 2 counts as 0.5.",
              Numeric("%", 2, 0.0, 50.0, 0.1)),
        Entry("systematics", "leak_ppm", "number", "Leak",
              "Part of the pump that leaves the laser above the gap.", Numeric("ppm", 1, 0.0, 1e5, 1.0)),
        Entry("systematics", "wavelength_nm", "number", "λ offset",
              "Excitation wavelengths against the spectrometer. Left out where the laser lines of all are measured.",
              Numeric("nm", 2, 0.0, 20.0, 0.05)),
        Entry("systematics", "scan_wavelength_nm", "number", "Scan offset",
              "Photothermal scans against the excitations of the spectra.", Numeric("nm", 2, 0.0, 20.0, 0.01)),
        Entry("systematics", "reference_mev", "number", "Gap offset",
              "Error of the energy from which ΔE counts, common to all temperatures.",
              Numeric("meV", 1, 0.0, 200.0, 0.5)),
        Entry("systematics", "temperature_k", "number", "T offset",
              "Error of the temperature of the lattice, common to all temperatures.", Numeric("K", 1, 0.0, 100.0, 0.5)),
        Entry("systematics", "pa_baseline_fraction", "number", "Other baseline",
              "Part of the difference between the photothermal baseline in use and its alternative.",
              Numeric("", 2, 0.0, 10.0, 0.1)),
        Entry("systematics", "band_shift_mev", "number", "Band shift",
              "Anti-Stokes band against the shape that supplies what the filters hide of it.",
              Numeric("meV", 1, 0.0, 100.0, 0.5)),
        Entry("systematics", "ensemble_mev", "number", "Hidden spread",
              "Standard deviation of the gaps of an ensemble that a single-gap model does not know of.",
              Numeric("meV", 1, 0.0, 200.0, 1.0)),
        Entry("systematics", "nd_percent", "number", "Neutral filter",
              "Optical density of the neutral filters that PL and ASPL do not share, in % of it: 5 for a nominal one, "
              "1 for a measured one.",
              Numeric("%", 1, 0.0, 100.0, 0.5)),
        Entry("systematics", "bandwidth_mev", "number", "Bandwidth",
              "Full width at half maximum of the excitation that is not stated: light is absorbed to the blue of its "
              "nominal energy.",
              Numeric("meV", 1, 0.0, 200.0, 0.5)),
        Entry("systematics", "drift_percent", "number", "Drift",
              "Change of the emission from the first to the last condition of a temperature.",
              Numeric("%", 2, 0.0, 50.0, 0.1)),
        Entry("systematics", "inner_filter_part", "number", "Inner filter",
              "Part of what a cuvette's inner filter would take from the emission, where the sample's absorption is "
              "known and not corrected for. 0 for a thin film.",
              Numeric("", 2, 0.0, 2.0, 0.1)),
    ),
    folded=True,
)  # fmt: skip

STEPS: dict[str, tuple[Group, ...]] = {
    "overview": (
        Group(
            "Integration",
            (
                _WINDOW,
                _FILTERS.entries[0],
                replace(_BACKGROUND.entries[0], label="Background"),
                _INTEGRATION.entries[2],
            ),
        ),
        Group("PA baseline", _BASELINE.entries[:3]),
    ),
    "corrections": (_CORRECTIONS, _CALIBRATION, _TOLERANCES),
    "spectra": (_INTEGRATION, _FILTERS, _BACKGROUND, _DRIFT),
    "absorption": (_BASELINE, _SCANS, _ENERGIES),
    "ratio": (_EFFICIENCY, _RESPONSES, _PUMP, _ENERGIES),
    "efficiency": (_EFFICIENCY, _RESPONSES, _PUMP),
    "polaron": (_POLARON, _MODELS, _SYSTEMATICS, _ENERGIES),
}
"""Groups of every step, in the order of the steps."""

EFFECTS: Mapping[str, str] = {entry.field: entry.label for entry in _SYSTEMATICS.entries}
"""What the systematic effects are called, by the field that holds the size of each."""
