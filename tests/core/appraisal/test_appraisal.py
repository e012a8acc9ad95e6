"""What stands beside every result: systematic errors, sources of variances, consistency checks, and where they lack."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import SMALL

from asplab.core.consistency import Check, check_consistency
from asplab.core.document import Document
from asplab.core.errors import AnalysisError, Cancelled
from asplab.core.export.error_rows import SOURCE_TITLES, conflicts
from asplab.core.export.report import report_html
from asplab.core.export.results_json import results_document
from asplab.core.export.tables import csv_text, make_tables
from asplab.core.inference import Method, appraised, inference_of, stored_method
from asplab.core.loading import load_experiment
from asplab.core.pipeline import Results, analyse
from asplab.core.polaron.comparison import compare_models
from asplab.core.progress import Progress
from asplab.core.project.results import final_numbers
from asplab.core.rounding import arms, named_with_systematic
from asplab.core.settings import EfficiencySettings, Settings, SystematicsSettings
from asplab.core.systematics import SOURCES, parameter_budget, systematic_errors, with_nuisances
from asplab.core.virtual import simulate

FIT = ("g_mev", "phonon_mev", "polaron_energy_mev", "huang_rhys")
OFF = dict.fromkeys(SystematicsSettings.__dataclass_fields__, 0.0)


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder = tmp_path_factory.mktemp("appraisal") / "small"
    return analyse(Document(load_experiment(simulate(folder, SMALL, seed=1))))


@pytest.fixture(scope="session")
def document(results: Results) -> dict[str, Any]:
    return results_document(results)


def halfway(folder: Path, kind: str, header: str, rows: list[str]) -> Results:
    folder.mkdir(exist_ok=True)
    (folder / "table.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    (folder / "manifest.csv").write_text(f"file,kind\ntable.csv,{kind}\n", encoding="utf-8")
    return analyse(Document(load_experiment(folder)))


@pytest.fixture
def of_eta(tmp_path: Path) -> Results:
    eta = ((20, 0.90), (23, 0.86), (33, 0.74), (46, 0.49), (55, 0.31), (65, 0.14))
    rows = [f"120,{detuning},{value},0.01" for detuning, value in eta]
    return halfway(tmp_path / "eta", "efficiency", "temperature_k,detuning_mev,eta,eta_error", rows)


@pytest.fixture
def of_responses(tmp_path: Path) -> Results:
    stokes = ((440.0, 1.0, 0.30), (450.0, 1.0, 0.27), (460.0, 1.0, 0.24))
    anti = (
        (512.0, 0.30, 0.020),
        (515.0, 0.20, 0.016),
        (518.0, 0.14, 0.014),
        (521.0, 0.09, 0.011),
        (525.0, 0.04, 0.008),
    )
    rows = [f"250,{nm},1,{i},0.01,{pa},0.003,2440" for nm, i, pa in stokes]
    rows += [f"250,{nm},0,{i},{0.01 * i},{pa},0.0003,2440" for nm, i, pa in anti]
    header = "temperature_k,excitation_nm,is_stokes,intensity,intensity_error,pa,pa_error,gap_mev"
    return halfway(tmp_path / "responses", "responses", header, rows)


def budgets(document: dict[str, Any], quantity: str, scope: str) -> list[dict[str, Any]]:
    return [row for row in document["budget"] if (row["quantity"], row["scope"]) == (quantity, scope)]


def table(results: Results, name: str) -> tuple[list[str], list[str], list[dict[str, str]]]:
    """Return header, units and rows of a table as its file holds them."""
    found = next(found for found in make_tables(results) if found.name == name)
    header, units, *rows = csv.reader(line for line in csv_text(found, ()).splitlines() if not line.startswith("#"))
    return header, units, [dict(zip(header, row, strict=True)) for row in rows]


def test_every_row_has_the_systematic_error_of_its_own_result(results: Results, document: dict[str, Any]) -> None:
    found = systematic_errors(results)
    for t, row in enumerate(document["quantum_yield"]):
        assert row["quantum_yield_systematic"] == [found.minus.quantum_yield[t], found.plus.quantum_yield[t]]
    for i, row in enumerate(document["polaron"]):
        for name in FIT:
            assert row[f"{name}_systematic"] == [getattr(found.minus, name)[i], getattr(found.plus, name)[i]]
    n = found.plus.eta.shape[1]
    for k, row in enumerate(document["efficiency"]):
        assert row["eta_systematic"] == [found.minus.eta[divmod(k, n)], found.plus.eta[divmod(k, n)]]


def test_the_shifts_of_the_effects_add_up_to_the_systematic_error(document: dict[str, Any]) -> None:
    joint = document["polaron"][-1]
    for name in FIT:
        nuisances = document["systematics"]["nuisances"]
        assert {nuisance["shifts"][-1]["scope"] for nuisance in nuisances} == {"joint"}
        downs, ups = zip(*(nuisance["shifts"][-1]["sides"][name] for nuisance in nuisances), strict=True)
        for nuisance, below, above in zip(nuisances, downs, ups, strict=True):
            # What can't be negative has moved the result already: the truth lies the other way.
            turned = -1.0 if nuisance["one_sided"] else 1.0
            ends = [turned * end for end in nuisance["shifts"][-1][name]]
            assert -below <= min(ends)
            assert max(ends) <= above
        assert np.hypot.reduce(downs) == pytest.approx(joint[f"{name}_systematic"][0], rel=1e-12)
        assert np.hypot.reduce(ups) == pytest.approx(joint[f"{name}_systematic"][1], rel=1e-12)


def test_every_effect_is_told_with_its_prior_and_its_sides(document: dict[str, Any]) -> None:
    found = {row["name"]: row for row in document["systematics"]["nuisances"]}
    shown_by_no_file = {"nd_percent", "em_gain_percent", "drift_percent", "inner_filter_part"}
    assert set(found) == {name for name in OFF if getattr(SystematicsSettings(), name) > 0.0} - shown_by_no_file
    assert found["temperature_k"]["prior"] == 2.0
    assert found["temperature_k"]["unit"] == "K"
    assert [name for name, row in found.items() if row["one_sided"]] == ["leak_ppm", "ensemble_mev", "bandwidth_mev"]
    assert {row["name"]: row["reason"] for row in document["systematics"]["left_out"]} == {
        "gain_slope_percent": "switched off: its prior is 0",
        "nd_percent": "no spectrum went through a neutral filter that others did not see",
        "em_gain_percent": "no spectra are divided by different electron gains",
        "drift_percent": "the spectra have no times",
        "inner_filter_part": "no absorption of the sample is known that is not corrected for",
    }
    words = " ".join(document["systematics"]["words"])
    assert "ħω (all temperatures) = " in words
    assert "most of it from" in words
    assert "Not moved (switched off: its prior is 0): gain with photon energy." in words


def test_shares_add_up_to_one_with_and_without_the_systematic_part(document: dict[str, Any]) -> None:
    rows = [row for row in document["budget"] if row["reason"] is None]
    assert {row["quantity"] for row in rows} == {"quantum_yield", "eta", "g_mev", "phonon_mev", "polaron_energy_mev"}
    for row in rows:
        assert sum(row["statistical_shares"].values()) == pytest.approx(1.0, abs=1e-12)
        assert sum(row["total_shares"].values()) == pytest.approx(1.0, abs=1e-12)
        assert set(row["statistical_shares"]) <= set(SOURCES)
        assert row["total_variance"] > row["statistical_variance"]


def test_the_budget_of_the_joint_fit_is_the_one_of_the_library(results: Results, document: dict[str, Any]) -> None:
    (row,) = budgets(document, "phonon_mev", "joint")
    statistical = parameter_budget(results, "phonon_mev", 2)
    total = with_nuisances(statistical, systematic_errors(results), "phonon_mev", (2,))
    assert row["statistical_shares"] == dict(statistical.shares)
    assert row["total_shares"] == dict(total.shares)
    assert row["stated_variance"] == pytest.approx(document["polaron"][-1]["phonon_mev_error"] ** 2)
    assert row["temperature_k"] is None


def test_every_eta_has_a_budget_at_its_own_place(document: dict[str, Any]) -> None:
    places = [(row["temperature_k"], row["excitation_nm"]) for row in document["efficiency"]]
    assert [(row["temperature_k"], row["excitation_nm"]) for row in budgets(document, "eta", "temperature")] == places


def test_every_source_has_a_title_for_people() -> None:
    assert set(SOURCE_TITLES) == set(SOURCES)


def test_checks_are_told_in_order_with_their_numbers(results: Results, document: dict[str, Any]) -> None:
    checks = check_consistency(results)
    assert [(row["name"], row["status"], row["meaning"]) for row in document["consistency"]] == [
        (check.name, check.status, check.meaning) for check in checks
    ]
    row = next(row for row in document["consistency"] if (row["name"], row["scope"]) == ("linewidth", "joint"))
    check = next(check for check in checks if check.name == "linewidth" and np.isnan(check.temperature_k))
    assert row["numbers"][0] == {
        "name": check.numbers[0].name, "value": check.numbers[0].value, "error": check.numbers[0].error, "unit": "meV",
    }  # fmt: skip
    assert row["numbers"][1]["error"] == check.numbers[1].error > 0.0
    assert row["temperature_k"] is None
    assert row["pull"] == check.pull


def test_the_stokes_shift_of_the_checks_is_that_of_the_trends(results: Results) -> None:
    assert results.trends is not None
    tops, at = results.trends.absorption.tops, [f"{t:.0f} K" for t in results.energies.temperatures_k]
    found = {check.place: check for check in check_consistency(results) if check.name == "stokes_shift"}
    known = [t for t, top in enumerate(tops) if top.is_determined and found[at[t]].numbers]
    assert known
    for t in known:
        shift = found[at[t]].numbers[1]
        assert shift.value == pytest.approx(tops[t].value - float(results.energies.peak_mev[t]))
        assert shift.error >= tops[t].error


def test_each_kind_of_conflict_is_spoken_for_by_the_joint_fit(results: Results) -> None:
    found = conflicts(appraised(results))
    kinds = {check.name for check in check_consistency(results) if check.status == "conflicts"}
    assert {check.name for check, _ in found} == kinds
    widths = next((check, others) for check, others in found if check.name == "linewidth")
    assert (widths[0].place, widths[1]) == ("joint fit", ["120 K", "250 K"])


def test_the_joint_fit_speaks_even_where_a_temperature_deviates_more(results: Results) -> None:
    found = appraised(results)
    appraisal = found.inference.appraisal
    assert appraisal is not None
    checks = [
        replace(check, pull=99.0) if (check.name, check.place) == ("linewidth", "120 K") else check
        for check in appraisal.checks
    ]

    def speaker(checks: list[Check]) -> str:
        changed = replace(found, inference=replace(found.inference, appraisal=replace(appraisal, checks=tuple(checks))))
        return next(check.place for check, _ in conflicts(changed) if check.name == "linewidth")

    assert speaker(checks) == "joint fit"
    assert speaker([check for check in checks if check.place != "joint fit"]) == "120 K"


def test_nothing_of_it_is_a_number_that_json_has_not(document: dict[str, Any]) -> None:
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_results_are_looked_at_once(results: Results) -> None:
    once = appraised(results)
    assert appraised(once) is once
    assert results_document(once) == results_document(results)


def test_a_table_of_eta_has_systematic_errors_of_the_fit_alone(of_eta: Results) -> None:
    document = results_document(of_eta)
    assert {row["eta_systematic"] is None for row in document["efficiency"]} == {True}
    assert document["quantum_yield"][0]["quantum_yield_systematic"] is None
    assert min(document["polaron"][0]["phonon_mev_systematic"]) > 0.0
    assert {row["name"] for row in document["systematics"]["nuisances"]} == {
        "reference_mev", "temperature_k", "ensemble_mev",
    }  # fmt: skip
    reasons = {row["quantity"]: row["reason"] for row in document["budget"]}
    assert reasons["quantum_yield"] == "the data begin with a table of η"
    assert reasons["phonon_mev"].startswith("η was given")
    assert {row["total_shares"] is None for row in document["budget"]} == {True}
    assert "η: no systematic error" in document["systematics"]["words"][0]


def test_one_temperature_has_no_joint_fit_to_tell_of(of_eta: Results) -> None:
    document = results_document(of_eta)
    assert [shift["scope"] for shift in document["systematics"]["nuisances"][0]["shifts"]] == ["temperature"]
    assert document["polaron"][-1]["phonon_mev_systematic"] is None
    assert not [row for row in document["budget"] if row["scope"] == "joint"]
    assert "Changes of the fit at 120.0 K for each effect, added" in report_html(of_eta, ())


def test_a_table_of_responses_is_split_up_by_light_and_heat(of_responses: Results) -> None:
    document = results_document(of_responses)
    (row,) = budgets(document, "quantum_yield", "temperature")
    assert (
        {"emission_noise", "pa_noise"} <= set(row["statistical_shares"]) <= {*SOURCES} - {"band_shape", "pa_baseline"}
    )
    assert document["quantum_yield"][0]["quantum_yield_systematic"][1] > 0.0
    assert {row["reason"] for row in budgets(document, "eta", "temperature")} == {None}
    left = {row["name"] for row in document["systematics"]["left_out"]}
    assert {"pa_baseline_fraction", "band_shift_mev"} <= left


def test_r_lines_have_systematic_errors_but_no_sources(results: Results) -> None:
    settings = replace(results.document.settings.efficiency, estimator="ratio")
    document = results_document(analyse(results.document.with_settings(efficiency=settings)))
    assert document["polaron"][-1]["phonon_mev_systematic"][1] > 0.0
    assert all("R lines" in row["reason"] for row in document["budget"])
    assert {row["statistical_shares"] is None for row in document["budget"]} == {True}
    assert len(budgets(document, "eta", "all")) == 1


@pytest.mark.parametrize(("kind", "reason"), [("shared", "one value serves all"), ("fixed", "given by a setting")])
def test_a_yield_that_is_not_of_one_temperature_is_not_split_up(results: Results, kind: Any, reason: str) -> None:
    settings = EfficiencySettings(quantum_yield=kind, fixed_quantum_yield=0.84, fixed_quantum_yield_error=0.01)
    document = results_document(analyse(results.document.with_settings(efficiency=settings)))
    (row,) = [row for row in document["budget"] if row["quantity"] == "quantum_yield"]
    assert reason in row["reason"]
    (yields,) = document["quantum_yield"]
    assert (yields["quantum_yield_systematic"] is None) == (kind == "fixed")
    assert "quantum_yield" in budgets(document, "eta", "temperature")[0]["statistical_shares"]


def test_a_phonon_energy_that_is_not_identified_has_no_budget_and_a_reason(results: Results) -> None:
    assert results.intervals is not None
    identified = np.zeros_like(results.intervals.identified)
    found = replace(results, intervals=replace(results.intervals, identified=identified))
    document = results_document(found)
    for name in ("phonon_mev", "g_mev"):
        (row,) = budgets(document, name, "joint")
        assert (row["statistical_shares"], row["total_shares"]) == (None, None)
        assert "interval is open" in row["reason"]
    assert budgets(document, "polaron_energy_mev", "joint")[0]["statistical_shares"]
    words = document["systematics"]["words"]
    assert any("g and ħω (all temperatures) are not identified" in line for line in words)
    assert not any(line.startswith("ħω (") for line in words)
    assert any(line.startswith("E_p (all temperatures) = ") for line in words)
    report = report_html(found, ())
    assert "Changes of the joint fit" not in report
    assert "ħω of the joint fit, g of the joint fit: not split up, its 68 % interval is open" in report


def test_without_eta_there_is_nothing_to_tell(results: Results) -> None:
    document = results_document(analyse(Document(replace(results.document.experiment, scans=()))))
    assert document["systematics"]["nuisances"] == []
    assert document["systematics"]["reason"].startswith("there is no η")
    assert (document["budget"], document["consistency"]) == ([], [])


def test_without_any_prior_there_is_no_systematic_error(results: Results) -> None:
    found = analyse(results.document.with_settings(systematics=SystematicsSettings(**OFF)))
    document = results_document(found)
    assert document["polaron"][-1]["phonon_mev_systematic"] is None
    assert document["systematics"]["nuisances"] == []
    assert document["systematics"]["words"][0] == "No effect was moved, so there is no systematic error."
    (row,) = budgets(document, "phonon_mev", "joint")
    assert row["total_shares"] == pytest.approx(row["statistical_shares"])
    assert "of the whole variance is systematic" not in report_html(found, ())


@pytest.mark.parametrize(
    "error", [AnalysisError("the shift fails. Do this."), np.linalg.LinAlgError("Singular matrix")]
)
def test_systematic_errors_that_fail_leave_the_rest_and_a_warning(
    results: Results, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("asplab.core.appraisal.stage.systematic_errors", fail)
    found = results_document(results)
    (told,) = [row for row in found["problems"] if "systematic errors could not be found" in row["message"]]
    assert told["severity"] == "warning"
    assert str(error) in told["message"]
    assert found["systematics"]["reason"] == told["message"]
    assert found["polaron"][-1]["phonon_mev_systematic"] is None
    assert found["polaron"][-1]["phonon_mev"] == document["polaron"][-1]["phonon_mev"]
    assert found["consistency"] == document["consistency"]
    (row,) = budgets(found, "phonon_mev", "joint")
    assert row["statistical_shares"] == budgets(document, "phonon_mev", "joint")[0]["statistical_shares"]
    assert "systematic errors could not be found" in report_html(results, ())


@pytest.mark.parametrize(
    ("function", "part", "message"),
    [
        ("check_consistency", "consistency", "consistency checks could not be found"),
        ("yield_budget", "budget", "the sources of the errors could not be found"),
    ],
)
def test_another_part_that_fails_leaves_the_systematic_errors(
    results: Results,
    document: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    function: str,
    part: str,
    message: str,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AnalysisError("it fails.")

    monkeypatch.setattr(f"asplab.core.appraisal.stage.{function}", fail)
    found = results_document(results)
    assert found[part] == []
    assert [row["severity"] for row in found["problems"] if message in row["message"]] == ["warning"]
    assert found["systematics"] == document["systematics"]


def test_one_fit_with_a_flat_minimum_leaves_the_budgets_of_the_others(
    results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    def some(results: Results, quantity: str, row: int) -> Any:
        if row == 0:
            raise np.linalg.LinAlgError("Singular matrix")
        return parameter_budget(results, quantity, row)

    monkeypatch.setattr("asplab.core.appraisal.stage.parameter_budget", some)
    document = results_document(results)
    cold, warm = budgets(document, "phonon_mev", "temperature")
    assert "flat" in cold["reason"]
    assert warm["reason"] is None


def test_a_stop_is_no_failure(results: Results) -> None:
    progress = Progress(lambda fraction, text: progress.cancelled.set() if "sources" in text else None)
    with pytest.raises(Cancelled):
        appraised(results, progress=progress)


def test_progress_tells_of_every_part(results: Results) -> None:
    told: list[tuple[float, str]] = []
    appraised(results, progress=Progress(lambda fraction, text: told.append((fraction, text))))
    assert [fraction for fraction, _ in told] == sorted(fraction for fraction, _ in told)
    texts = " ".join(text for _, text in told)
    assert all(part in texts for part in ("systematic error: temperature", "sources of the errors", "consistency"))


def test_comparing_models_tells_of_each_and_stops_between_them(results: Results) -> None:
    assert results.efficiency is not None
    told: list[tuple[float, str]] = []
    compare_models(
        results.efficiency,
        ("eq9", "exponential"),
        progress=Progress(lambda fraction, text: told.append((fraction, text))),
    )
    assert [fraction for fraction, _ in told] == [0.0, 0.5, 1.0]
    assert "exponential" in told[1][1]
    stop = Progress(lambda fraction, text: stop.cancelled.set() if "eq9" in text else None)
    with pytest.raises(Cancelled, match="exponential"):
        compare_models(results.efficiency, ("eq9", "exponential"), progress=stop)


def test_the_table_of_systematic_errors_has_every_shift_with_its_unit(results: Results) -> None:
    found = systematic_errors(results)
    header, units, rows = table(results, "systematics")
    assert units[header.index("temperature_k")] == "K"
    assert len(rows) == len(found.names) * (2 + 2 * len(SMALL.detuning_mev) + 3 * len(FIT))
    k = found.names.index("band_shift_mev")
    (row,) = [
        row
        for row in rows
        if (row["quantity"], row["scope"], row["nuisance"]) == ("phonon_mev", "joint", "band_shift_mev")
    ]
    assert (float(row["up"]), float(row["down"])) == (found.up.phonon_mev[k, -1], found.down.phonon_mev[k, -1])
    assert (row["unit"], row["prior"], row["prior_unit"]) == ("meV", "0.5", "meV")


def test_the_table_of_sources_adds_up_for_every_result(results: Results, document: dict[str, Any]) -> None:
    _, _, rows = table(results, "budget")
    sums: dict[tuple[str, ...], float] = {}
    for row in rows:
        place = (row["quantity"], row["scope"], row["temperature_k"], row["excitation_nm"])
        sums[place] = sums.get(place, 0.0) + float(row["total_share"])
    assert len(sums) == len(document["budget"])
    assert set(np.round(list(sums.values()), 9)) == {1.0}
    assert {row["kind"] for row in rows if row["source"] == "temperature_k"} == {"systematic"}
    assert {row["kind"] for row in rows if row["source"] == "pa_noise"} == {"statistical"}


def test_the_table_of_checks_has_a_row_for_each_number(results: Results, document: dict[str, Any]) -> None:
    _, _, rows = table(results, "consistency")
    assert len(rows) == sum(max(1, len(row["numbers"])) for row in document["consistency"])
    told = next(row for row in rows if row["number"] == "measured FWHM")
    assert (told["name"], told["unit"]) == ("linewidth", "meV")
    assert float(told["error"]) > 0.0


def test_the_tables_of_results_have_both_systematic_ends(results: Results, document: dict[str, Any]) -> None:
    header, units, rows = table(results, "polaron")
    minus, plus = document["polaron"][-1]["g_mev_systematic"]
    assert (float(rows[-1]["g_mev_systematic_minus"]), float(rows[-1]["g_mev_systematic_plus"])) == (minus, plus)
    assert units[header.index("g_mev_systematic_plus")] == "meV"
    assert {"eta_systematic_minus", "eta_systematic_plus"} <= set(table(results, "efficiency")[0])
    assert {"quantum_yield_systematic_minus"} <= set(table(results, "quantum_yield")[0])


def test_a_project_that_was_saved_without_them_is_replayed_without_them(results: Results) -> None:
    plain, whole = final_numbers(results), final_numbers(appraised(results))
    settings = Settings()
    assert stored_method(plain, settings).appraises is False
    assert stored_method(whole, settings).appraises is True
    assert Method().appraises is True
    found = inference_of(appraised(results)).appraisal
    assert found is not None
    assert found.systematics is not None
    np.testing.assert_array_equal(whole["systematics/phonon_mev_plus"], found.systematics.plus.phonon_mev)
    shares = whole["budget/phonon_mev_total_shares"]
    assert shares.shape == (3, len(SOURCES) + len(found.systematics.names))
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    assert whole["consistency/conflicts"].sum() == sum(check.status == "conflicts" for check in found.checks)


@pytest.mark.parametrize(
    ("systematic", "text"),
    [
        ((1.6, 1.5), "+1.5 −1.6"),
        ((0.648, 0.6989), "+0.70 −0.65"),
        ((12.3, None), "+open −12"),
        ((0.0, 0.719), "+0.72 −0"),
    ],
)
def test_a_systematic_error_has_two_digits_on_each_side(systematic: tuple[float | None, ...], text: str) -> None:
    assert arms(systematic) == text


@pytest.mark.parametrize(
    ("interval", "systematic", "text"),
    [
        ([22.82, 23.28], [1.5, 1.54], "ħω = 23.05 ± 0.23 (stat) +1.5 −1.5 (syst) meV"),
        ([21.5, 25.0], [1.5, None], "ħω = 23.1 +1.9 −1.6 (stat) +open −1.5 (syst) meV"),
        ([18.2, None], [1.5, 1.5], "ħω > 18.2 meV"),
        (None, [1.5, 1.5], "ħω = 23.05 ± 0.23 (stat) +1.5 −1.5 (syst) meV"),
        ([22.82, 23.28], None, "ħω = 23.05 ± 0.23 meV"),
    ],
)
def test_both_errors_stand_side_by_side(
    interval: list[float | None] | None, systematic: list[float | None] | None, text: str
) -> None:
    row = {
        "phonon_mev": 23.05, "phonon_mev_error": 0.23, "phonon_mev_interval68": interval,
        "phonon_mev_systematic": systematic,
    }  # fmt: skip
    assert named_with_systematic("ħω", row, "phonon_mev", "meV") == text
