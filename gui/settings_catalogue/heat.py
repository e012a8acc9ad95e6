"""Settings of photothermal scans and their baseline."""

from asplab.gui.language import tr
from asplab.gui.settings_catalogue.entries import Entry, Group
from asplab.gui.settings_catalogue.sources import DEFINITION, HEAT_BALANCE, MATCHING, OWN, URBACH
from asplab.gui.widgets.fields import Numeric

SCANS = Group(
    tr("Reading the scans"),
    (
        Entry("scans", "half_width_mev", "number", tr("Fit within ±"),
              tr("The scan is read at an excitation by a local polynomial within this distance."),
              Numeric("meV", 1, 0.1, 100.0, 0.5),
              equation=r"V(E) = \sum_k c_k\,(E - E_0)^k, \qquad \left|E - E_0\right| \leq h",
              source=OWN, page="photothermal#coarse-steps"),
        Entry("scans", "polynomial_order", "choice", tr("Polynomial"),
              tr("Order of the local polynomial; the tail is exponential, so a mean would be biased."),
              choices=((0, tr("mean")), (1, tr("line")), (2, tr("quadratic")), (3, tr("cubic"))),
              equation=r"V(E) = \sum_{k=0}^{K} c_k\,(E - E_0)^k",
              source=OWN, page="photothermal#coarse-steps"),
        Entry("scans", "rotate_phase", "switch", tr("Rotate lock-in phase"),
              tr("Turn (X, Y) so that heating above the gap is in phase; the rest is noise and leak."),
              equation=r"X^\prime + iY^\prime = (X + iY)\,e^{-i\varphi}",
              source=DEFINITION, page="photothermal#phase"),
        Entry("scans", "divide_by_power", "switch", tr("Divide by power"),
              tr("Divide by the smoothed pump power of the scan, after the baseline is subtracted."),
              equation=r"\mathrm{PA} = \frac{V - V_\mathrm{baseline}}{P}",
              source=HEAT_BALANCE, page="photothermal#power"),
        Entry("scans", "stitch_segments", "switch", tr("Stitch pieces"),
              tr("Scans that were recorded in pieces are scaled to each other where they overlap; the error of "
                 "the factor is carried on. Off: they are joined as they are."),
              equation=r"V_1 \approx f\,V_2 + v",
              source=MATCHING, page="photothermal#pieces"),
        Entry("scans", "leave_out_overload", "switch", tr("Leave out overload"),
              tr("Points at which the lock-in was at its full scale are not read, in any scan of that "
                 "temperature."),
              source=OWN, page="photothermal#overload"),
        Entry("scans", "full_scale_limit", "number", tr("Overload from"),
              tr("Part of the full scale (column sensitivity_v) from which a point counts as overloaded. Some "
                 "lock-ins measure up to 1.1 times their full scale."), Numeric(tr("× full scale"), 2, 0.1, 10.0, 0.05),
              equation=r"\left|X\right|\ \mathrm{or}\ \left|Y\right| \geq k\,V_\mathrm{full\ scale}",
              source=OWN, page="photothermal#overload"),
        Entry("scans", "align_temperatures", "switch", tr("Align temperatures"),
              tr("Scans that were taken at another temperature than the emission are moved along the energy by the "
                 "difference of E<sub>g</sub>. Needs PL at two temperatures."),
              equation=r"E \to E + E_g(T_\mathrm{emission}) - E_g(T_\mathrm{scan})",
              source=OWN, page="photothermal#scans-at-another-temperature"),
    ),
    folded=True,
)  # fmt: skip
BASELINE = Group(
    tr("Baseline"),
    (
        Entry("baseline", "shape", "choice", tr("Shape"),
              tr("What a scan shows without absorption. Urbach: a line, and an exponential tail where "
                 "one is seen."),
              choices=(("urbach", tr("line + Urbach")), ("line", tr("line")), ("constant", tr("constant")),
                       ("blank", tr("measured blank")), ("none", tr("nothing"))),
              equation=r"V = a + b\,\Delta E + c\,e^{-\Delta E/E_U}",
              source=URBACH, page="photothermal#baseline-volts-or-power"),
        Entry("baseline", "from_mev", "number", tr("From"),
              tr("Start of the region, below the gap of each temperature."),
              Numeric("meV", 1, 0.0, 3000.0, 5.0),
              equation=r"\Delta E_\mathrm{from} \leq E_g - E \leq \Delta E_\mathrm{to}",
              source=OWN, page="photothermal#baseline-volts-or-power"),
        Entry("baseline", "to_mev", "optional", "To",
              tr("End of the region, below the gap; empty: the end of the scan."),
              Numeric("meV", 1, 0.0, 3000.0, 5.0), empty=tr("end of scan"),
              equation=r"\Delta E_\mathrm{from} \leq E_g - E \leq \Delta E_\mathrm{to}",
              source=OWN, page="photothermal#baseline-volts-or-power"),
        Entry("baseline", "tail_from_mev", "number", tr("Tail from"),
              tr("The Urbach tail is fitted from here, where the scan shows one."), Numeric("meV", 1, 0.0, 3000.0, 5.0),
              equation=r"c\,e^{-\Delta E/E_U}, \qquad \Delta E \geq \Delta E_\mathrm{tail}",
              source=URBACH, page="photothermal#baseline-volts-or-power"),
        Entry("baseline", "unit", "choice", tr("With power"),
              tr("Independent of the pump power: electrical pick-up, in volts. Proportional to it: scattered "
                 "light, or a substrate that heats."),
              choices=(("volt", tr("independent")), ("power", tr("proportional"))),
              equation=r"V = a + b\,\Delta E \quad \mathrm{or} \quad V = P\,(a + b\,\Delta E)",
              source=OWN, page="photothermal#baseline-volts-or-power"),
    ),
)  # fmt: skip
