"""Which panel belongs to which step."""

from asplab.gui.panels.absorption import AbsorptionPanel
from asplab.gui.panels.base import Panel
from asplab.gui.panels.companion.panel import CompanionPanel
from asplab.gui.panels.corrections import CorrectionsPanel
from asplab.gui.panels.efficiency import EfficiencyPanel
from asplab.gui.panels.health.panel import HealthPanel
from asplab.gui.panels.overview import OverviewPanel
from asplab.gui.panels.polaron.panel import PolaronPanel
from asplab.gui.panels.ratio import RatioPanel
from asplab.gui.panels.results.panel import ResultsPanel
from asplab.gui.panels.scenarios.panel import ScenariosPanel
from asplab.gui.panels.spectra import SpectraPanel
from asplab.gui.panels.temperatures.panel import TemperaturesPanel

PAGES: dict[str, type[Panel]] = {
    "overview": OverviewPanel,
    "corrections": CorrectionsPanel,
    "spectra": SpectraPanel,
    "absorption": AbsorptionPanel,
    "ratio": RatioPanel,
    "efficiency": EfficiencyPanel,
    "polaron": PolaronPanel,
    "results": ResultsPanel,
    "health": HealthPanel,
    "temperatures": TemperaturesPanel,
    "scenarios": ScenariosPanel,
    "companion": CompanionPanel,
}
