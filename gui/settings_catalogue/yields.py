"""Settings of quantum yields beside that of R, and of η at matched intensities."""

from asplab.gui.language import tr
from asplab.gui.settings_catalogue.entries import Entry, Group
from asplab.gui.settings_catalogue.sources import DE_MELLO, DEFINITION, OWN, RAYLEIGH, REABSORPTION
from asplab.gui.widgets.fields import Numeric

SPHERE = Group(
    tr("Integrating sphere"),
    (
        Entry("yields", "sphere_unit", "choice", tr("Spectra count"),
              tr("Photons: a camera whose response was divided out. Power: a calibrated radiometer; each pixel is then "
                 "multiplied by its wavelength. As named: power where the header of a column says power, irradiance or "
                 "a unit of power, else photons."),
              choices=(("named", tr("as named")), ("photons", tr("photons")), ("power", tr("power"))),
              equation=r"N(\lambda) \propto \lambda\,P(\lambda)",
              source=DEFINITION, page="companions#quantum-yields"),
        Entry("yields", "laser_nm", "window", tr("Laser"),
              tr("Window of the laser light in all three spectra. Automatic: 10 nm to either side of the brightest "
                 "pixel of the empty sphere. Drag its edges over the spectra."),
              Numeric("nm", 1, 100.0, 5000.0, 0.5, is_position=True),
              equation=r"L = \int_\mathrm{laser} N\,d\lambda, \qquad A = 1 - \frac{L_c}{L_b}",
              source=DE_MELLO, page="companions#quantum-yields"),
        Entry("yields", "emission_nm", "window", tr("Emission"),
              tr("Window of the emission in all three spectra. Automatic: five half widths to either side of its "
                 "maximum, beyond the window of the laser."),
              Numeric("nm", 1, 100.0, 5000.0, 0.5, is_position=True),
              equation=r"E = \int_\mathrm{emission} N\,d\lambda, \qquad "
              r"\mathrm{QY} = \frac{E_c - (1 - A)\,E_b}{L_a\,A}",
              source=DE_MELLO, page="companions#quantum-yields"),
        Entry("yields", "sphere_error_percent", "optional", tr("Error of one"),
              tr("How well the integral of a single spectrum is known; needed where there are no repeats."),
              Numeric("%", 2, 0.001, 100.0, 0.1), empty=tr("from repeats"),
              equation=r"\sigma_L = \epsilon\,L, \qquad \sigma_E = \epsilon\,E",
              source=OWN, page="companions#quantum-yields"),
        Entry("yields", "response_error_percent", "number", tr("Response error"),
              tr("How well the response at the emission is known against that at the laser: repeats do not show it."),
              Numeric("%", 2, 0.0, 100.0, 0.5),
              equation=r"\sigma_\mathrm{QY} = \epsilon\,\mathrm{QY}",
              source=OWN, page="companions#quantum-yields"),
        Entry("yields", "reabsorbed_percent", "optional", tr("Reabsorbed"),
              tr("Part of its emission that the sample absorbs again in the sphere. Empty: from the spectrum of a "
                 "dilute sample (kind sphere_dilute); without one nothing is made up for, and the yield may be low."),
              Numeric("%", 1, 0.0, 99.0, 1.0), empty=tr("from dilute"),
              equation=r"\mathrm{QY} = \frac{q}{1 - a + a\,q}",
              source=REABSORPTION, page="companions#quantum-yields"),
        Entry("yields", "reabsorbed_error_percent", "number", tr("Error of that"),
              tr("Standard error of the part that is given; one from a dilute sample has its own."),
              Numeric("%", 1, 0.0, 100.0, 0.5),
              equation=r"\sigma_\mathrm{QY} = \frac{q\,(1 - q)}{(1 - a + a\,q)^2}\,\sigma_a",
              source=REABSORPTION, page="companions#quantum-yields"),
        Entry("yields", "red_from_nm", "optional", tr("Red side from"),
              tr("From this wavelength on the sample absorbs none of its emission: there the spectrum of the dilute "
                 "sample is brought to that in the sphere. Empty: where it has fallen to half."),
              Numeric("nm", 1, 100.0, 5000.0, 1.0, is_position=True), empty=tr("half of maximum"),
              equation=r"a = 1 - \frac{E_\mathrm{sphere}}{E_\mathrm{dilute}}\,"
              r"\frac{E_\mathrm{dilute}^\mathrm{red}}{E_\mathrm{sphere}^\mathrm{red}}",
              source=REABSORPTION, page="companions#quantum-yields"),
    ),
    folded=True,
)  # fmt: skip
MATCHED = Group(
    tr("Matched intensities"),
    (
        Entry("matched", "scattering_exponent", "number", tr("Exponent p"),
              tr("Scattered light falls as λ<sup>−p</sup>: 4 for particles far smaller than the wavelength, 0 to 2 for "
                 "aggregates, 0 for a reflection."),
              Numeric("", 1, -2.0, 8.0, 0.5),
              equation=r"s \propto \lambda^{-p}",
              source=RAYLEIGH, page="companions#matched-intensities"),
        Entry("matched", "baseline_error_percent", "number", tr("Baseline error"),
              tr("Standard error by which all absorptances are too high or low together, in per cent of the beam."),
              Numeric("%", 3, 0.0, 100.0, 0.01),
              equation=r"A_i = A_i^\mathrm{true} + b, \qquad b = 0 \pm \sigma_b",
              source=OWN, page="companions#matched-intensities"),
        Entry("matched", "transparent_from_nm", "optional", tr("Clear from"),
              tr("From this wavelength on nothing absorbs: what is missing from the beam there is scattered. Empty: "
                 "the rows of the table that hold no emission."),
              Numeric("nm", 1, 100.0, 5000.0, 5.0, is_position=True), empty=tr("rows without emission"),
              equation=r"A(\lambda) = s(\lambda), \qquad \lambda \geq \lambda_0",
              source=OWN, page="companions#matched-intensities"),
    ),
    folded=True,
)  # fmt: skip
