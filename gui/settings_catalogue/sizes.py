"""Settings of nanocrystal sizes."""

from asplab.gui.language import tr
from asplab.gui.settings_catalogue.entries import Entry, Group
from asplab.gui.settings_catalogue.sources import DEFINITION, FREEDMAN, OWN
from asplab.gui.widgets.fields import Numeric

_PAGE = "companions#sizes"
SIZES = Group(
    tr("Sizes"),
    (
        Entry("sizes", "minimum_nm", "number", tr("Smallest"),
              tr("Smaller particles are specks and left out; the distributions know of the cut. The line in the "
                 "histogram."), Numeric("nm", 2, 0.0, 1e6, 0.05),
              equation=r"l = \sqrt{\mathrm{area}} \geq l_\mathrm{min}", source=OWN, page=_PAGE),
        Entry("sizes", "merged", "choice", tr("Merged pairs"),
              tr("Particles as large as two touching ones: counted and told, or left out."),
              choices=(("flag", tr("tell")), ("leave_out", tr("leave out"))),
              equation=r"l > \frac{1 + \sqrt{2}}{2}\,\tilde{l}", source=OWN, page=_PAGE),
        Entry("sizes", "scale_error_percent", "number", tr("Scale ±"),
              tr("Standard error of nm per pixel. It is common to all particles and no number of them makes it "
                 "smaller: shown apart."), Numeric("%", 2, 0.0, 100.0, 0.5),
              equation=r"\sigma_\mathrm{scale} = \bar{l}\,\sigma_s", source=DEFINITION, page=_PAGE),
        Entry("sizes", "bin_nm", "number", tr("Bin"), tr("Width of a bar; 0 chooses it."),
              Numeric("nm", 3, 0.0, 1e6, 0.05),
              equation=r"h = 2\,\mathrm{IQR}\,N^{-1/3}", source=FREEDMAN, page=_PAGE),
        Entry("sizes", "slope_mev_per_nm", "optional", "dE/dl",
              tr("How the gap changes with the edge at the mean size. Without it the spread of gaps is not computed: "
                 "materials differ."), Numeric("meV/nm", 1, -1e6, 1e6, 1.0), empty=tr("not given"),
              equation=r"\sigma_\mathrm{inh} = \left|dE/dl\right|\,\sqrt{\sigma_l^2 - \sigma_\mathrm{outline}^2}",
              source=DEFINITION, page=_PAGE),
        Entry("sizes", "slope_error_mev_per_nm", "number", tr("Its error"), tr("Standard error of dE/dl."),
              Numeric("meV/nm", 1, 0.0, 1e6, 1.0),
              equation=r"\sigma_\mathrm{inh} = \left|dE/dl\right|\,\sqrt{\sigma_l^2 - \sigma_\mathrm{outline}^2}",
              source=DEFINITION, page=_PAGE),
        Entry("sizes", "outline_error_nm", "number", tr("Outline ±"),
              tr("Standard deviation of a measured edge about the true one; it widens the histogram and is taken off "
                 "the spread."), Numeric("nm", 2, 0.0, 1e6, 0.05),
              equation=r"\sigma_\mathrm{inh} = \left|dE/dl\right|\,\sqrt{\sigma_l^2 - \sigma_\mathrm{outline}^2}",
              source=OWN, page=_PAGE),
    ),
    folded=True,
)  # fmt: skip
