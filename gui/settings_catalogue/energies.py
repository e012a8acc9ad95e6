"""Settings of wavelengths and photon energies."""

from asplab.core.energies.references import REFERENCES
from asplab.gui.language import tr
from asplab.gui.settings_catalogue.entries import Entry, Group
from asplab.gui.settings_catalogue.sources import (
    CIDDOR,
    DEFINITION,
    DETUNING,
    EFRON,
    HEAT_BALANCE,
    HUANG_RHYS,
    NIST,
    OWN,
)
from asplab.gui.widgets.fields import Numeric

ENERGIES = Group(
    tr("Energies"),
    (
        Entry("energies", "reference", "choice", tr("E<sub>g</sub> from"),
              tr("Reference of ΔE: PL peak as in the paper, PL mean, the middle between the first maximum of "
                 "absorption and the PL peak, or energies that you give. It moves η along ΔE, not its value."),
              choices=tuple(REFERENCES.items()),
              equation=r"\Delta E = E_g - h\nu",
              source=DETUNING, page="energy-axes#reference-of-δe"),
        Entry("energies", "reference_offset_mev", "number", tr("Offset of E<sub>g</sub>"),
              tr("Added to the reference of every temperature."),
              Numeric("meV", 1, -500.0, 500.0, 1.0),
              equation=r"\Delta E = E_g + \delta - h\nu",
              source=DETUNING, page="energy-axes#reference-of-δe"),
        Entry("energies", "reference_error_mev", "number", tr("Error of E<sub>g</sub>"),
              tr("Standard error of the reference that no repeat shows: one offset, common to all temperatures, "
                 "which the joint fit can't average away."),
              Numeric("meV", 1, 0.0, 100.0, 0.5),
              equation=r"\Delta E \to \Delta E + \sigma z, \qquad z \sim N(0, 1)",
              source=OWN, page="statistics#the-polaron-fit"),
        Entry("energies", "wavelength_error_nm", "number", tr("Error of λ"),
              tr("Standard error of each excitation wavelength that no repeat shows, unless its line "
                 "was measured."),
              Numeric("nm", 2, 0.0, 20.0, 0.05),
              equation=r"\sigma_{h\nu} = \frac{hc}{\lambda^2}\,\sigma_\lambda",
              source=DEFINITION, page="statistics#the-polaron-fit"),
        Entry("energies", "medium", "choice", tr("Medium"),
              tr("Air wavelengths are converted to vacuum; the difference is 0.7 meV in the green."),
              choices=(("vacuum", tr("vacuum")), ("air", tr("air"))),
              equation=r"\lambda_\mathrm{vacuum} = n(\lambda)\,\lambda_\mathrm{air}",
              source=CIDDOR, page="energy-axes"),
        Entry("energies", "given_reference", "given", tr("E<sub>g</sub> at this T"),
              tr("Reference energy of the selected temperature, instead of the measured one."),
              Numeric("meV", 1, 100.0, 10000.0, 1.0, is_position=True), empty=tr("measured"),
              equation=r"\Delta E = E_g - h\nu",
              source=DETUNING, page="energy-axes#reference-of-δe"),
        Entry("energies", "given_mean_photon", "given", tr("⟨E⟩ at this T"),
              tr("Mean energy of an emitted photon at the selected temperature, instead of the "
                 "measured one."),
              Numeric("meV", 1, 100.0, 10000.0, 1.0, is_position=True), empty=tr("measured"),
              equation=r"\mathrm{QY} = \frac{h\nu_0}{\langle E\rangle}",
              source=HEAT_BALANCE, page="first-steps#what-is-computed"),
        Entry("energies", "given_absorption", "given", tr("Abs. at this T"),
              tr("Energy of the first absorption maximum at the selected temperature. The Stokes shift is "
                 "compared with 2<i>Sħω</i>, and a midpoint reference needs it."),
              Numeric("meV", 1, 100.0, 10000.0, 1.0, is_position=True), empty=tr("unknown"),
              equation=r"E_\mathrm{abs} - E_\mathrm{PL} \geq 2S\hbar\omega = \frac{2g^2}{\hbar\omega}",
              source=HUANG_RHYS, page="consistency#what-is-compared"),
    ),
    folded=True,
)  # fmt: skip
CALIBRATION = Group(
    tr("Wavelengths and bandwidth"),
    (
        Entry("calibration", "use_lamp", "switch", tr("Correct axis by lamp"),
              tr("The axis of the spectra is moved to where the lines of a calibration lamp (kind "
                 "lamp) must stand."),
              equation=r"\lambda \to \lambda + c_0 + c_1\lambda + c_2\lambda^2",
              source=NIST, page="energy-axes#lamp"),
        Entry("calibration", "lamp", "choice", tr("Lamp"),
              tr("As named: note, series, sample or file name of the spectrum say which lamp it is."),
              choices=(("named", tr("as named")),
                       *((name, name) for name in ("Hg", "HgAr", "HgCd", "HgNe", "Ar", "Ne", "Kr", "Xe", "Cd"))),
              source=NIST, page="energy-axes#lamp"),
        Entry("calibration", "largest_correction_nm", "number", tr("Axis off by"),
              tr("At most: a larger one is refused, it would rather be a wrong lamp."),
              Numeric("nm", 2, 0.0, 50.0, 0.5),
              equation=r"\left|\lambda_\mathrm{true} - \lambda\right| \leq \delta_\mathrm{max}",
              source=OWN, page="energy-axes#lamp"),
        Entry("calibration", "largest_certain_nm", "number", tr("Off for certain"),
              tr("At most: so far the axis may be off where four lines or more of the lamp fit at one place and "
                 "nowhere else. 0: never further than above."),
              Numeric("nm", 2, 0.0, 50.0, 0.5),
              equation=r"\left|\lambda_\mathrm{true} - \lambda\right| \leq \delta_\mathrm{certain}",
              source=OWN, page="energy-axes#lamp"),
        Entry("calibration", "use_laser", "switch", tr("Use measured laser lines"),
              tr("A measured line (kind laser) stands in for the set wavelength of its conditions, "
                 "with its own error."),
              equation=r"h\nu = \frac{hc}{\lambda_\mathrm{line}}",
              source=DEFINITION, page="energy-axes#laser-lines"),
        Entry("calibration", "largest_laser_shift_nm", "number", tr("Laser off by"),
              tr("At most: a line further from its set wavelength is not used."), Numeric("nm", 2, 0.0, 50.0, 0.5),
              equation=r"\left|\lambda_\mathrm{line} - \lambda_\mathrm{set}\right| \leq \delta_\mathrm{max}",
              source=OWN, page="energy-axes#laser-lines"),
        Entry("calibration", "scans_as_set", "switch", tr("Scans as set"),
              tr("The scans come from the same tunable source, with the same scale: they are read at the set "
                 "wavelength, not at the measured line. ΔE takes the measured line all the same."),
              equation=r"\mathrm{PA} = \mathrm{PA}(\lambda_\mathrm{set}), \qquad \Delta E = E_g - "
              r"\frac{hc}{\lambda_\mathrm{line}}",
              source=OWN, page="energy-axes#laser-lines"),
        Entry("calibration", "correct_bandwidth", "switch", tr("Correct bandwidth"),
              tr("Of a wide excitation the tail absorbs the blue part: ΔE counts from the photon energy that is "
                 "absorbed, where the column bandwidth_nm or a measured line tells the width."),
              equation=r"E = E_0 + \sigma^2\,\frac{d\ln D}{dE_0}",
              source=EFRON, page="energy-axes#bandwidth"),
        Entry("calibration", "bandwidth_error_percent", "number", tr("Error of width"),
              tr("Standard error of the width; the shift of ΔE has twice that error, common to a "
                 "temperature."),
              Numeric("%", 1, 0.0, 100.0, 1.0),
              equation=r"\frac{\sigma_\mathrm{shift}}{\mathrm{shift}} = "
              r"2\,\frac{\sigma_\mathrm{width}}{\mathrm{width}}",
              source=EFRON, page="energy-axes#bandwidth"),
    ),
    folded=True,
)  # fmt: skip
