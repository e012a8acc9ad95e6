"""Settings as plain values, JSON and TOML."""

import dataclasses
import json
import math
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import numpy as np
import pytest

from asplab.core.errors import SettingsError
from asplab.core.settings import (
    BackgroundSettings,
    BaselineSettings,
    EfficiencySettings,
    EnergySettings,
    GivenEnergy,
    IntegrationSettings,
    MovedCutoff,
    PolaronSettings,
    Settings,
    TransmissionSettings,
)
from asplab.core.settings.plain import (
    NO_VALUE,
    read_settings,
    settings_from_dict,
    settings_from_json,
    settings_from_toml,
    settings_to_dict,
    settings_to_json,
)

CHANGED = Settings(
    transmission=TransmissionSettings(
        cutoff_guard_nm=4.5,
        moved_cutoffs=(MovedCutoff("longpass", 520.0, 521.25), MovedCutoff("shortpass", 480.0, 479.0)),
    ),
    background=BackgroundSettings(baseline="line", windows_nm=((401.0, 410.0), (590.0, 600.0))),
    integration=IntegrationSettings(window_nm=(410.1, 598.7), estimator="template", correct_truncation=False),
    baseline=BaselineSettings(shape="urbach", from_mev=200.0, to_mev=290.0, unit="power"),
    energies=EnergySettings(
        reference="given", medium="air", given_reference=(GivenEnergy(80.0, 2400.0, 0.3), GivenEnergy(100.0, 2405.0))
    ),
    efficiency=EfficiencySettings(
        estimator="ratio", quantum_yield="fixed", fixed_quantum_yield=0.84, fixed_quantum_yield_error=0.01
    ),
    polaron=PolaronSettings(detuning_range_mev=(20.0, 102.0), joint_scale="shared"),
)

NARROW = {"rejection_od": 4.5, "sphere_error_percent": 0.5, "reabsorbed_percent": 12.0, "matched_eta": 0.9}
"""Values of optional settings whose range is narrow."""


def variants() -> list[Any]:
    """Return settings that differ from the defaults in one field each, in every field of every record."""
    found = []
    for record in dataclasses.fields(Settings):
        default = getattr(Settings(), record.name)
        hints = get_type_hints(type(default))
        for field in dataclasses.fields(default):
            value = NARROW.get(field.name) or other(hints[field.name], getattr(default, field.name))
            if value is None:
                continue
            changed = dataclasses.replace(default, **{field.name: value})
            found.append(pytest.param(Settings(**{record.name: changed}), id=f"{record.name}.{field.name}"))
    return found


def other(hint: Any, present: Any) -> Any:
    """Return another value that a field may have; None where its only choice is the present one."""
    if hint is bool:
        return not present
    if hint is int:
        return present + 1
    if hint is float:
        return present + 0.1
    if hint is str:
        return present + "x"
    if get_origin(hint) is Literal:
        return next((choice for choice in get_args(hint) if choice != present), None)
    if dataclasses.is_dataclass(hint):
        hints = get_type_hints(hint)
        return hint(**{f.name: other(hints[f.name], sample(hints[f.name])) for f in dataclasses.fields(hint)})
    kinds = get_args(hint)
    if get_origin(hint) is tuple:
        if kinds[-1] is Ellipsis:
            return (*present, other(kinds[0], sample(kinds[0])))
        # Each one larger than the last: pairs are edges.
        return tuple(
            other(kind, sample(kind)) + i if kind is float else other(kind, sample(kind))
            for i, kind in enumerate(kinds)
        )
    return other(kinds[0], sample(kinds[0]))


def sample(hint: Any) -> Any:
    return {float: 300.1, int: 1, bool: False, str: "a"}.get(hint, ())


def as_toml(settings: Settings) -> str:
    """Return settings as a user would write them: one table per record, all values."""
    lines = []
    for name, record in settings_to_dict(settings).items():
        lines += [f"[{name}]", *(f"{key} = {toml_value(value)}" for key, value in record.items())]
    return "\n".join(lines)


def toml_value(value: object) -> str:
    if value is None:
        return f'"{NO_VALUE}"'
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    # JSON writes true, false, numbers and quoted texts as TOML does.
    return json.dumps(value, allow_nan=False)


@pytest.mark.parametrize("settings", variants())
def test_every_field_of_every_record_survives_json(settings: Settings) -> None:
    assert settings != Settings()
    assert settings_from_json(settings_to_json(settings)) == settings


@pytest.mark.parametrize("settings", variants())
def test_every_field_of_every_record_can_be_set_in_toml(settings: Settings) -> None:
    assert settings_from_toml(as_toml(settings)) == settings


@pytest.mark.parametrize("settings", [Settings(), CHANGED], ids=["defaults", "changed"])
def test_settings_come_back_from_plain_values_with_the_same_types(settings: Settings) -> None:
    back = settings_from_dict(settings_to_dict(settings))
    assert back == settings
    assert repr(back) == repr(settings)


def test_plain_values_are_strict_json() -> None:
    text = json.dumps(settings_to_dict(CHANGED), allow_nan=False)
    assert json.loads(text)["transmission"]["moved_cutoffs"][0] == {
        "side": "longpass",
        "nominal_nm": 520.0,
        "cutoff_nm": 521.25,
    }


def test_a_toml_file_changes_only_what_it_names(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('[integration]\nwindow_nm = [410, 590]\n[baseline]\nto_mev = "none"\n', encoding="utf-8")
    found = read_settings(path, base=CHANGED)
    assert found.integration == IntegrationSettings(
        window_nm=(410.0, 590.0), estimator="template", correct_truncation=False
    )
    assert found.baseline == BaselineSettings(shape="urbach", from_mev=200.0, to_mev=None, unit="power")
    assert found.polaron == CHANGED.polaron


def test_the_choice_none_of_a_baseline_is_a_text_not_an_absent_value() -> None:
    assert settings_from_dict({"baseline": {"shape": "none"}}).baseline.shape == "none"


def test_numbers_of_numpy_become_plain_numbers() -> None:
    settings = Settings(integration=IntegrationSettings(window_nm=(np.float64(410.0), np.int64(590))))
    window = settings_to_dict(settings)["integration"]["window_nm"]
    assert [type(value) for value in window] == [float, float]


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        ({"integraton": {}}, ["unknown key 'integraton'", "Did you mean 'integration'?", "polaron"]),
        ({"integration": {"windw_nm": [1, 2]}}, ["integration: unknown key 'windw_nm'", "'window_nm'", "estimator"]),
        ({"integration": {"window_nm": [400.0]}}, ["integration.window_nm is [400.0]", "a list of 2 values"]),
        ({"integration": {"window_nm": 400.0}}, ["integration.window_nm is 400.0", "a list of 2 values"]),
        ({"integration": {"window_nm": [400.0, "x"]}}, ["integration.window_nm[1] is 'x'", "a number"]),
        ({"integration": {"estimator": "widow"}}, ["estimator is 'widow'", "Did you mean 'window'?", "template"]),
        ({"integration": {"estimator": 1}}, ["integration.estimator is 1", "Allowed: window, template"]),
        ({"integration": {"correct_truncation": 1}}, ["correct_truncation is 1", "true or false"]),
        ({"integration": "window"}, ["integration is 'window'", "a table with window_nm"]),
        ({"scans": {"polynomial_order": 2.5}}, ["scans.polynomial_order is 2.5", "a whole number"]),
        ({"scans": {"polynomial_order": True}}, ["scans.polynomial_order is True", "a whole number"]),
        ({"scans": {"half_width_mev": True}}, ["scans.half_width_mev is True", "a number"]),
        ({"scans": {"half_width_mev": math.inf}}, ["scans.half_width_mev is inf", "a finite number"]),
        ({"scans": {"half_width_mev": None}}, ["scans.half_width_mev is None", "a number"]),
        ({"baseline": {"to_mev": "far"}}, ["baseline.to_mev is 'far'", "a number"]),
        ({"background": {"windows_nm": [[1, 2], [3]]}}, ["background.windows_nm[1] is [3]", "2 values"]),
        (
            {"transmission": {"moved_cutoffs": [{"side": "left", "nominal_nm": 1, "cutoff_nm": 2}]}},
            ["transmission.moved_cutoffs[0].side is 'left'", "longpass, shortpass"],
        ),
        (
            {"transmission": {"moved_cutoffs": [{"side": "longpass", "nominal_nm": 1}]}},
            ["transmission.moved_cutoffs[0]", "cutoff_nm"],
        ),
        ([], ["settings is []", "a table"]),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(values: object, parts: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        settings_from_dict(values, where="settings")
    assert [part for part in parts if part not in str(caught.value)] == []


def test_an_error_in_a_file_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[integration]\nestimator = 'sum'\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"mine\.toml: integration\.estimator is 'sum'"):
        read_settings(path)


@pytest.mark.parametrize(
    ("raw", "message"),
    [(b"[integration\n", "no valid TOML"), (b"a = '\xff'", "not UTF-8"), (None, "can't be read")],
)
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, raw: bytes | None, message: str) -> None:
    path = tmp_path / "mine.toml"
    if raw is not None:
        path.write_bytes(raw)
    with pytest.raises(SettingsError, match=message):
        read_settings(path)


def test_a_text_that_is_no_json_is_refused() -> None:
    with pytest.raises(SettingsError, match="no JSON"):
        settings_from_json("{")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (Settings(polaron=PolaronSettings(detuning_range_mev=(0.0, math.inf))), r"detuning_range_mev\[1\] is inf"),
        (Settings(polaron=PolaronSettings(model="eq8")), "model is 'eq8'"),  # type: ignore[arg-type]
        (Settings(polaron=IntegrationSettings()), "expected PolaronSettings"),  # type: ignore[arg-type]
    ],
)
def test_settings_that_no_file_can_hold_are_not_written(settings: Settings, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        settings_to_json(settings)
