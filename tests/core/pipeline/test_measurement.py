"""Checks of the measurement in files: conditions, shapes, trends, pump and straight lines, and honesty about gaps."""

import csv
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toy_experiment import Toy, change_spectra, with_condition

from asplab.core.document import Document
from asplab.core.experiment import Condition, Experiment, Spectrum, Table, frozen_array
from asplab.core.export.measurement_rows import leak_possible, measurement
from asplab.core.export.report import report_html
from asplab.core.export.results_json import results_document
from asplab.core.export.tables import write_tables
from asplab.core.pipeline import Results, analyse
from asplab.core.settings import DriftSettings, IntegrationSettings, PumpSettings, ResponseSettings
from asplab.core.shape.moved import MovedShape, MovedShapes

TOY = Toy(
    temperatures_k=(120.0, 250.0), eta=(0.9, 0.7, 0.3, 0.1), tail_mev=15.0, repeats=5, noise_counts=5.0, noise_v=1e-9
)
NAMES = ("conditions", "shape_test", "trends", "pump", "lines")


def analysed(experiment: Experiment | None = None, **records: object) -> Results:
    return analyse(Document(TOY.experiment() if experiment is None else experiment).with_settings(**records))


@pytest.fixture(scope="module")
def results() -> Results:
    return analysed()


def from_table() -> Results:
    columns = {"temperature_k": [80.0] * 4, "detuning_mev": [20.0, 30.0, 40.0, 50.0], "eta": [0.8, 0.6, 0.5, 0.3]}
    columns["eta_error"] = [0.02] * 4
    told = tuple((name, frozen_array(values)) for name, values in columns.items())
    table = Table(kind="efficiency", source="eta.csv", line=None, condition=Condition(), columns=told)
    return analyse(Document(Experiment("table", tables=(table,))))


def written(results: Results, folder: Path) -> dict[str, list[dict[str, str]]]:
    """Write the tables, and return the rows of those of the measurement without the row of units."""
    found = {}
    for path in write_tables(results, folder):
        if path.stem in NAMES:
            lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
            found[path.stem] = list(csv.DictReader(lines))[1:]
    return found


def of(rows: list[dict[str, Any]], **wanted: object) -> dict[str, Any]:
    return next(row for row in rows if all(row[name] == value for name, value in wanted.items()))


def drifting(spectrum: Spectrum) -> Spectrum:
    """Let the emission of one condition fall by 8 % from repeat to repeat."""
    condition = spectrum.condition
    is_blue = 445.0 < (condition.excitation_nm or 0.0) < 470.0
    if spectrum.kind != "pl" or condition.temperature_k != 250.0 or not is_blue:
        return spectrum
    counts = (spectrum.counts - TOY.offset_counts) * (1.0 - 0.08 * ((condition.repeat or 1) - 1)) + TOY.offset_counts
    return replace(spectrum, counts=frozen_array(counts))


def test_every_table_of_the_measurement_has_a_row_for_each_of_its_places(results: Results, tmp_path: Path) -> None:
    found = written(results, tmp_path)
    sizes = {name: len(rows) for name, rows in found.items()}
    assert sizes == {"conditions": 16, "shape_test": 16, "trends": 2 * (16 + 2), "pump": 8, "lines": 3}


def test_a_folder_without_any_of_these_checks_has_empty_tables_and_strict_json(tmp_path: Path) -> None:
    results = from_table()
    assert all(rows == [] for rows in written(results, tmp_path).values())
    document = results_document(results)
    json.dumps(document, allow_nan=False)
    assert {document["measurement"][name] == [] for name in (*NAMES[:3], "lines")} == {True}


def test_results_json_holds_the_same_numbers_without_nan(results: Results) -> None:
    document = results_document(results)["measurement"]
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert results.shape_test is not None
    np.testing.assert_array_equal(
        [np.nan if row["significance"] is None else row["significance"] for row in document["shape_test"]],
        results.shape_test.significance,
    )


def test_true_values_of_the_repeats_of_a_condition_are_told() -> None:
    def moved(spectrum: Spectrum) -> Spectrum:
        if spectrum.kind == "dark" or spectrum.condition.temperature_k != 120.0:
            return spectrum
        return with_condition(spectrum, temperature_k=120.0 + 0.1 * (spectrum.condition.repeat or 1))

    row = measurement(analysed(change_spectra(TOY.experiment(), moved)))["conditions"][0]
    assert (row["temperature_min_k"], row["temperature_max_k"]) == pytest.approx((120.1, 120.5))
    assert row["temperature_k"] == pytest.approx(120.3)
    assert row["repeats"] == 5


def test_the_pairing_of_a_condition_is_told_and_may_be_switched_off(results: Results) -> None:
    assert {row["pairing"] for row in measurement(results)["conditions"]} == {"number"}
    free = analysed(responses=ResponseSettings(pairing="unpaired"))
    assert {(row["pairing"], row["paired_part"]) for row in measurement(free)["conditions"]} == {("unpaired", 0.0)}


def test_a_moved_band_is_told_only_while_it_is_followed(results: Results) -> None:
    assert results.shape_test is not None
    assert results.gathered is not None
    key = results.gathered.stacks[5].key
    shape = MovedShape(key, 2450.0, 4.0, 1.1, (0.1, 0.01, 0.0))
    moved = replace(results, shape_test=replace(results.shape_test, moved=MovedShapes((shape,))))
    row = of(measurement(moved)["shape_test"], key=key)
    assert (row["moved"], row["moved_by_mev"], row["moved_width_ratio"]) == (True, 4.0, 1.1)
    resting = results.document.with_settings(integration=IntegrationSettings(follow_shape=False))
    row = of(measurement(replace(moved, document=resting))["shape_test"], key=key)
    assert (row["moved"], row["moved_by_mev"]) == (False, None)


@pytest.mark.parametrize(
    ("settings", "treatment"),
    [
        (DriftSettings(), "widened"),
        (DriftSettings(widen=False), "left"),
        (DriftSettings(correct_drift=True), "corrected"),
    ],
)
def test_a_trend_beyond_three_sigma_says_what_became_of_it(settings: DriftSettings, treatment: str) -> None:
    rows = measurement(analysed(change_spectra(TOY.experiment(), drifting), drift=settings))["trends"]
    told = [row for row in rows if row["scope"] == "own" and row["beyond"]]
    assert [(row["quantity"], row["kind"], row["temperature_k"]) for row in told] == [("emission", "pl", 250.0)]
    assert told[0]["slope_per_repeat"] == pytest.approx(-0.095, abs=0.01)
    assert told[0]["treatment"] == treatment
    others = {row["treatment"] for row in rows if row["scope"] == "own" and row["beyond"] is False}
    assert others == {"corrected" if treatment == "corrected" else "none"}


def test_a_width_that_is_held_has_no_error(results: Results) -> None:
    assert results.shape_test is not None
    held = np.zeros_like(results.shape_test.width_error)
    told = replace(results, shape_test=replace(results.shape_test, width_error=held))
    assert {row["width_ratio_error"] for row in measurement(told)["shape_test"]} == {None}


def test_what_all_conditions_of_a_temperature_share_cancels(results: Results) -> None:
    rows = [row for row in measurement(results)["trends"] if row["scope"] == "shared"]
    assert [row["temperature_k"] for row in rows] == [120.0, 250.0] * 2
    assert {row["treatment"] for row in rows} == {"cancels"}


def test_a_leak_that_may_fake_eta_is_a_flag_of_that_eta() -> None:
    results = analysed(pump=PumpSettings(rejection_od=3.0))
    rows, pump = results_document(results)["efficiency"], measurement(results)["pump"]
    flagged = [row["detuning_mev"] for row in rows if "leak_possible" in row["flags"]]
    assert flagged
    assert min(flagged) > 20.0
    assert [row["leak_possible"] for row in pump] == ["leak_possible" in row["flags"] for row in rows]
    assert all(row["required_od"] > 3.0 for row in pump if row["leak_possible"])


def test_without_a_stated_rejection_a_leak_is_neither_possible_nor_excluded(results: Results) -> None:
    assert leak_possible(results, 0, 3) is None
    row = measurement(results)["pump"][3]
    assert (row["leak_possible"], row["leak_share"]) == (None, None)
    assert row["required_od"] > 0.0


def test_what_is_not_known_of_the_pump_is_named(results: Results) -> None:
    found = measurement(results)
    assert "spot" in found["excitations_unknown_without"]
    assert {row["excitations_pl"] for row in found["pump"]} == {None}
    told = PumpSettings(spot_um=100.0, absorption_cross_section_nm2=0.1, lifetime_ns=10.0)
    found = measurement(analysed(pump=told))
    assert found["excitations_unknown_without"] == []
    assert all(row["excitations_pl"] >= 0.0 for row in found["conditions"])


def test_an_eta_without_a_power_series_has_no_share_of_two_photons(results: Results) -> None:
    rows = measurement(results)["pump"]
    assert {(row["two_photon_share"], row["single_photon"]) for row in rows} == {(None, None)}


def test_a_power_series_is_told_with_its_fit_and_the_share_with_its_eta() -> None:
    excitation = next(s.condition.excitation_nm for s in TOY.experiment().spectra if s.kind == "aspl")
    power = np.geomspace(10.0, 100.0, 8)
    columns = {"power_uw": power, "intensity": 3.0 * power + 0.02 * power**2, "intensity_error": 0.01 * power}
    table = Table(
        kind="power",
        source="power.csv",
        line=None,
        condition=Condition(temperature_k=120.0, excitation_nm=excitation),
        columns=tuple((name, frozen_array(values)) for name, values in columns.items()),
    )
    found = measurement(analysed(replace(TOY.experiment(), kept=(table,))))
    (row,) = found["power_series"]
    assert (row["linear"], row["quadratic"]) == pytest.approx((3.0, 0.02))
    assert row["crossover_uw"] == pytest.approx(150.0)
    shares = [one["two_photon_share"] for one in found["pump"]]
    assert shares[0] == pytest.approx(0.02 * 50.0 / (3.0 + 0.02 * 50.0))
    assert shares[1:] == [None] * 7
    assert (found["pump"][0]["single_photon"], found["pump"][0]["two_photon_subtracted"]) == (True, True)


def test_the_curvature_of_all_stokes_lines_stands_last(results: Results) -> None:
    *own, every = measurement(results)["lines"]
    assert [row["temperature_k"] for row in own] == [120.0, 250.0]
    assert every["temperature_k"] is None
    assert 0.0 < every["curvature_per_ev_error"] < min(row["curvature_per_ev_error"] for row in own)


def section(results: Results) -> str:
    page = report_html(results, ())
    return page[page.index("<h2>Checks of the measurement</h2>") : page.index("<h2>Repeats</h2>")]


def test_the_report_says_that_nothing_stands_out(results: Results) -> None:
    page = section(results)
    assert "Shape of ASPL: none of 8 conditions differ" in page
    assert "beyond 3 σ in none of 16 conditions." in page
    assert "no rejection is stated" in page
    assert page.count("<tr>") == 3


def test_the_report_says_what_stands_out_and_what_became_of_it() -> None:
    pump = PumpSettings(rejection_od=3.0, spot_um=100.0, absorption_cross_section_nm2=0.1, lifetime_ns=10.0)
    page = section(analysed(change_spectra(TOY.experiment(), drifting), pump=pump))
    assert re.search(r"emission over repeats: beyond 3 σ in 1 of \d+ conditions, which is in the errors", page)
    assert re.search(r"within OD 3 it could make more than the error of \d of 8 η, from ΔE = \d+ meV on", page)
    assert "⟨N⟩ in one crystal is at most" in page


def test_the_report_of_a_table_of_eta_has_no_measurement_to_check() -> None:
    assert "there is no measurement to check" in section(from_table())


def with_reference(*, times: bool) -> Experiment:
    """Return the toy with a reference at 250 K that falls by 2 % every hour, and conditions measured one an hour."""

    def stamp(hour: int) -> str:
        return f"2026-03-01T{hour:02d}:00:00" if times else ""

    experiment = TOY.experiment()
    lasers = sorted({s.condition.excitation_nm for s in experiment.spectra if s.condition.excitation_nm is not None})
    timed = tuple(
        s if s.kind == "dark" else with_condition(s, time=stamp(lasers.index(s.condition.excitation_nm)))
        for s in experiment.spectra
    )
    first = next(s for s in timed if s.kind == "pl" and s.condition.temperature_k == 250.0)
    falling = []
    for hour in range(8):
        counts = (first.counts - TOY.offset_counts) * (1.0 - 0.02 * hour) + TOY.offset_counts
        condition = replace(first.condition, time=stamp(hour), repeat=hour + 1)
        name = f"reference_{hour}.csv"
        falling.append(replace(first, kind="reference", source=name, condition=condition, counts=frozen_array(counts)))
    return replace(experiment, spectra=(*timed, *falling))


@pytest.mark.parametrize(
    ("times", "settings", "treatment"),
    [
        (True, DriftSettings(), "widened"),
        (True, DriftSettings(correct_drift=True), "corrected"),
        (True, DriftSettings(widen=False), "left"),
        (False, DriftSettings(), "left"),
    ],
)
def test_a_reference_that_falls_says_what_became_of_it(times: bool, settings: DriftSettings, treatment: str) -> None:
    rows = measurement(analysed(with_reference(times=times), drift=settings))["trends"]
    (row,) = [row for row in rows if row["scope"] == "reference"]
    assert (row["temperature_k"], row["beyond"], row["treatment"]) == (250.0, True, treatment)
    assert row["slope_per_repeat"] == pytest.approx(-0.02, abs=0.002)
