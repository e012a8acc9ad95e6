"""All settings of a document together."""

from dataclasses import dataclass, field

from asplab.core.settings.emission import (
    BackgroundSettings,
    CorrectionSettings,
    GroupingSettings,
    IntegrationSettings,
    TransmissionSettings,
)
from asplab.core.settings.energies import CalibrationSettings, EnergySettings
from asplab.core.settings.heat import BaselineSettings, ScanSettings
from asplab.core.settings.models import ModelSettings
from asplab.core.settings.responses import DriftSettings, PumpSettings, ResponseSettings
from asplab.core.settings.results import EfficiencySettings, PolaronSettings
from asplab.core.settings.sizes import SizeSettings
from asplab.core.settings.systematics import SystematicsSettings
from asplab.core.settings.tails import TailSettings
from asplab.core.settings.transients import TransientSettings
from asplab.core.settings.trends import TrendSettings
from asplab.core.settings.yields import MatchedSettings, YieldSettings


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a document; one record per stage."""

    grouping: GroupingSettings = field(default_factory=GroupingSettings)
    corrections: CorrectionSettings = field(default_factory=CorrectionSettings)
    transmission: TransmissionSettings = field(default_factory=TransmissionSettings)
    background: BackgroundSettings = field(default_factory=BackgroundSettings)
    integration: IntegrationSettings = field(default_factory=IntegrationSettings)
    scans: ScanSettings = field(default_factory=ScanSettings)
    baseline: BaselineSettings = field(default_factory=BaselineSettings)
    calibration: CalibrationSettings = field(default_factory=CalibrationSettings)
    energies: EnergySettings = field(default_factory=EnergySettings)
    responses: ResponseSettings = field(default_factory=ResponseSettings)
    pump: PumpSettings = field(default_factory=PumpSettings)
    drift: DriftSettings = field(default_factory=DriftSettings)
    efficiency: EfficiencySettings = field(default_factory=EfficiencySettings)
    polaron: PolaronSettings = field(default_factory=PolaronSettings)
    models: ModelSettings = field(default_factory=ModelSettings)
    systematics: SystematicsSettings = field(default_factory=SystematicsSettings)
    transients: TransientSettings = field(default_factory=TransientSettings)
    sizes: SizeSettings = field(default_factory=SizeSettings)
    yields: YieldSettings = field(default_factory=YieldSettings)
    matched: MatchedSettings = field(default_factory=MatchedSettings)
    trends: TrendSettings = field(default_factory=TrendSettings)
    tails: TailSettings = field(default_factory=TailSettings)
