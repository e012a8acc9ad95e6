"""Settings that can't be honoured are refused when they are made."""

from dataclasses import fields

import pytest

from asplab.core.errors import SettingsError
from asplab.core.settings import (
    BackgroundSettings,
    BaselineSettings,
    CorrectionSettings,
    EnergySettings,
    GroupingSettings,
    IntegrationSettings,
    PolaronSettings,
    ScanSettings,
    SystematicsSettings,
    TransmissionSettings,
)
from asplab.core.settings.plain import settings_from_dict
from asplab.core.systematics import NUISANCES


@pytest.mark.parametrize(
    ("record", "values", "found"),
    [
        (IntegrationSettings, {"window_nm": (600.0, 400.0)}, "600 to 400"),
        (TransmissionSettings, {"cutoff_guard_nm": -5.0}, "-5"),
        (CorrectionSettings, {"cosmic_threshold": -3.0}, "-3"),
        (GroupingSettings, {"temperature_tolerance_k": -2.0}, "-2"),
        (PolaronSettings, {"detuning_range_mev": (200.0, 100.0)}, "200 to 100"),
        (BaselineSettings, {"from_mev": 300.0, "to_mev": 200.0}, "300 to 200"),
        (EnergySettings, {"reference_error_mev": -1.0}, "-1"),
        (ScanSettings, {"polynomial_order": 40}, "40"),
        (ScanSettings, {"polynomial_order": -1}, "-1"),
        (ScanSettings, {"full_scale_limit": 0.0}, "full_scale_limit is 0"),
        (GroupingSettings, {"scan_reach_k": -1.0}, "scan_reach_k is -1"),
        (BackgroundSettings, {"windows_nm": ((640.0, 600.0),)}, "640 to 600"),
        (IntegrationSettings, {"window_nm": (float("nan"), 600.0)}, "nan"),
        (SystematicsSettings, {"leak_ppm": -1.0}, "leak_ppm is -1"),
        (SystematicsSettings, {"temperature_k": 400.0}, "400"),
        (SystematicsSettings, {"ensemble_mev": float("inf")}, "inf"),
    ],
)
def test_a_value_out_of_range_is_refused_with_what_was_found(
    record: type, values: dict[str, object], found: str
) -> None:
    with pytest.raises(SettingsError, match=found):
        record(**values)


def test_a_file_of_settings_is_refused_likewise() -> None:
    with pytest.raises(SettingsError, match="600 to 400"):
        settings_from_dict({"integration": {"window_nm": [600.0, 400.0]}})


def test_every_nuisance_has_its_prior_among_the_settings() -> None:
    assert {field.name for field in fields(SystematicsSettings)} == set(NUISANCES)
    with pytest.raises(SettingsError, match="path_mismatch"):
        settings_from_dict({"systematics": {"path_mismatch": 1.0}})
