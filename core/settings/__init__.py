"""Every choice that changes a number: one frozen record per stage, saved with the project and shown."""

from asplab.core.settings.emission import (
    BackgroundSettings,
    CorrectionSettings,
    GroupingSettings,
    IntegrationSettings,
    MovedCutoff,
    TransmissionSettings,
)
from asplab.core.settings.energies import CalibrationSettings, EnergySettings, GivenEnergy
from asplab.core.settings.heat import BaselineSettings, ScanSettings
from asplab.core.settings.models import ModelSettings, ParameterLimit, ParameterPrior
from asplab.core.settings.responses import DriftSettings, PumpSettings, ResponseSettings
from asplab.core.settings.results import EfficiencySettings, PolaronSettings
from asplab.core.settings.sizes import SizeSettings
from asplab.core.settings.systematics import NOMINAL_OD_PERCENT, SystematicsSettings
from asplab.core.settings.tails import TailSettings
from asplab.core.settings.transients import TransientSettings
from asplab.core.settings.trends import TrendSettings
from asplab.core.settings.whole import Settings
from asplab.core.settings.yields import MatchedSettings, YieldSettings

__all__ = [
    "NOMINAL_OD_PERCENT",
    "BackgroundSettings",
    "BaselineSettings",
    "CalibrationSettings",
    "CorrectionSettings",
    "DriftSettings",
    "EfficiencySettings",
    "EnergySettings",
    "GivenEnergy",
    "GroupingSettings",
    "IntegrationSettings",
    "MatchedSettings",
    "ModelSettings",
    "MovedCutoff",
    "ParameterLimit",
    "ParameterPrior",
    "PolaronSettings",
    "PumpSettings",
    "ResponseSettings",
    "ScanSettings",
    "Settings",
    "SizeSettings",
    "SystematicsSettings",
    "TailSettings",
    "TransientSettings",
    "TransmissionSettings",
    "TrendSettings",
    "YieldSettings",
]
