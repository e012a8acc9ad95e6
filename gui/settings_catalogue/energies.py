"""Settings of wavelengths and photon energies."""

from asplab.core.energies.references import REFERENCES
from asplab.gui.settings_catalogue.entries import Entry, Group
from asplab.gui.widgets.fields import Numeric

ENERGIES = Group(
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
              Numeric("meV", 1, 100.0, 10000.0, 1.0, is_position=True), empty="measured"),
        Entry("energies", "given_mean_photon", "given", "⟨E⟩ at this T",
              "Mean energy of an emitted photon at the selected temperature, instead of the measured one.",
              Numeric("meV", 1, 100.0, 10000.0, 1.0, is_position=True), empty="measured"),
        Entry("energies", "given_absorption", "given", "Abs. at this T",
              "Energy of the first absorption maximum at the selected temperature. The Stokes shift is compared with "
              "2<i>Sħω</i>, and a midpoint reference needs it.",
              Numeric("meV", 1, 100.0, 10000.0, 1.0, is_position=True), empty="unknown"),
    ),
    folded=True,
)  # fmt: skip
CALIBRATION = Group(
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
