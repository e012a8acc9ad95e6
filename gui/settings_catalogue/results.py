"""Settings of pairing, drift, pump light, η and the fit of Eq. 9."""

from asplab.gui.settings_catalogue.entries import Entry, Group
from asplab.gui.widgets.fields import Numeric

RESPONSES = Group(
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
DRIFT = Group("Drift over repeats", RESPONSES.entries[2:], folded=True)
PUMP = Group(
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
EFFICIENCY = Group(
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
POLARON = Group(
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
