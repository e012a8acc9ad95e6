"""Which settings stand beside which step."""

from dataclasses import replace

from asplab.gui.language import tr
from asplab.gui.settings_catalogue.emission import BACKGROUND, CORRECTIONS, FILTERS, INTEGRATION, TOLERANCES, WINDOW
from asplab.gui.settings_catalogue.energies import CALIBRATION, ENERGIES
from asplab.gui.settings_catalogue.entries import Group
from asplab.gui.settings_catalogue.heat import BASELINE, SCANS
from asplab.gui.settings_catalogue.models import MODELS
from asplab.gui.settings_catalogue.results import DRIFT, EFFICIENCY, POLARON, PUMP, RESPONSES
from asplab.gui.settings_catalogue.sizes import SIZES
from asplab.gui.settings_catalogue.systematics import SYSTEMATICS
from asplab.gui.settings_catalogue.tails import TAILS
from asplab.gui.settings_catalogue.transients import TRANSIENTS
from asplab.gui.settings_catalogue.trends import LAWS, TRENDS
from asplab.gui.settings_catalogue.yields import MATCHED, SPHERE

STEPS: dict[str, tuple[Group, ...]] = {
    "overview": (
        Group(
            tr("Integration"),
            (
                WINDOW,
                FILTERS.entries[0],
                replace(BACKGROUND.entries[0], label="Background"),
                INTEGRATION.entries[2],
            ),
        ),
        Group(tr("PA baseline"), BASELINE.entries[:3]),
    ),
    "corrections": (CORRECTIONS, CALIBRATION, TOLERANCES),
    "spectra": (INTEGRATION, FILTERS, BACKGROUND, DRIFT),
    "absorption": (BASELINE, SCANS, ENERGIES),
    "ratio": (EFFICIENCY, RESPONSES, PUMP, ENERGIES),
    "efficiency": (EFFICIENCY, RESPONSES, PUMP),
    "polaron": (POLARON, MODELS, SYSTEMATICS, ENERGIES),
    "companion": (TRENDS, LAWS, SPHERE, MATCHED, TRANSIENTS, SIZES, TAILS),
}
"""Groups of every step, in the order of the steps."""
