"""Transients of an experiment, from files to rates and to results.json."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from asplab import core
from asplab.core.companion.kept import keep_records
from asplab.core.companion.transient.stage import Transients, find_transients
from asplab.core.companion.transient.upconversion import find_upconversion
from asplab.core.companion.transient.virtual import TransientTruth, virtual_response, virtual_transient
from asplab.core.document import Exclusions
from asplab.core.experiment import Condition, Experiment, Table
from asplab.core.export.companion import companion, companion_section, companion_tables
from asplab.core.grouping.layout import Layout
from asplab.core.pipeline import Results
from asplab.core.settings import GroupingSettings, TransientSettings
from asplab.core.virtual import VirtualExperiment, simulate

DELAYS = np.arange(-250.0, 1000.0, 12.5)
SLOW, FAST = TransientTruth(200.0, 12.0, 100.0), TransientTruth(52.0, 12.0, 100.0)
HOLDS_ZERO = TransientSettings(irf_holds_zero=True)


def transient(truth: TransientTruth, *, seed: int = 0, excitation_nm: float | None = 530.0, unit: str = "fs") -> Table:
    data = virtual_transient(np.random.default_rng(seed), truth, delay_fs=DELAYS)
    scale = {"fs": 1.0, "ps": 1e-3}[unit]
    columns = ((f"delay_{unit}", DELAYS * scale), ("signal", data.signal[:, 0]), ("signal_error", data.error[:, 0]))
    return Table("transient", f"{seed}.csv", None, Condition(250.0, excitation_nm), columns=columns)


def irf(*, excitation_nm: float | None = None, name: str = "irf.csv") -> Table:
    axis = np.arange(-250.0, 250.0, 10.0)
    signal = virtual_response(np.random.default_rng(9), SLOW, delay_fs=axis)
    columns = (("Delay (fs)", axis), ("signal", signal))
    return Table("irf", name, None, Condition(excitation_nm=excitation_nm), columns=columns)


def found(*records: Table, settings: TransientSettings = HOLDS_ZERO) -> Transients:
    kept = keep_records(Experiment("test", kept=records), Exclusions())
    return find_transients(kept, GroupingSettings(), settings)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder = tmp_path_factory.mktemp("transients") / "data"
    experiment = VirtualExperiment(
        temperatures_k=(250.0,),
        stokes_detuning_mev=(170.0, 320.0, 480.0),
        detuning_mev=(33.0, 55.0, 102.0),
        repeats=3,
        companions=("transients",),
    )
    simulate(folder, experiment, seed=4)
    return core.analyse(core.Document(core.load_experiment(folder)))


# --- reading ---------------------------------------------------------------------------------------------
def test_a_rise_is_found_behind_the_response_of_its_own_file() -> None:
    (one,) = found(transient(SLOW), irf()).readings
    assert one.fit is not None
    assert one.response_source == "irf.csv"
    assert one.fit.response.zero_fs is not None
    assert one.fit.rise_fs.is_determined
    assert abs(one.fit.rise_fs.value - 200.0) < 3.0 * one.fit.rise_fs.error


def test_delays_in_ps_give_the_rise_of_delays_in_fs() -> None:
    ps, fs = (found(transient(SLOW, unit=unit)).readings[0].fit for unit in ("ps", "fs"))
    assert ps is not None
    assert fs is not None
    assert ps.rise_fs.value == pytest.approx(fs.rise_fs.value, rel=1e-6)


def test_time_zero_of_the_response_is_used_only_where_the_settings_say_so() -> None:
    told, untold = (
        found(transient(FAST), irf(), settings=TransientSettings(irf_holds_zero=holds)).readings[0].fit
        for holds in (True, False)
    )
    assert told is not None
    assert untold is not None
    assert told.rise_fs.is_determined
    assert untold.rise_fs.upper_limit is not None
    assert "time zero was not measured apart" in untold.rise_fs.reason


def test_a_response_of_another_excitation_is_not_taken() -> None:
    own, other = irf(excitation_nm=530.1, name="own.csv"), irf(excitation_nm=540.0, name="other.csv")
    assert found(transient(SLOW), other, own).readings[0].response_source == "own.csv"
    assert found(transient(SLOW), other).readings[0].response_source == ""
    assert found(transient(SLOW), other, irf(name="all.csv")).readings[0].response_source == "all.csv"


def test_what_is_typed_stands_before_a_file() -> None:
    settings = TransientSettings(irf_holds_zero=True, fwhm_fs=104.0, fwhm_error_fs=1.0)
    fit = found(transient(SLOW), irf(), settings=settings).readings[0].fit
    assert fit is not None
    assert (fit.response.fwhm_fs, fit.response.fwhm_error_fs) == (104.0, 1.0)
    assert fit.response.zero_fs is not None


def test_delays_and_probes_outside_the_settings_are_left_out() -> None:
    data = virtual_transient(np.random.default_rng(1), SLOW, delay_fs=DELAYS, probes=6)
    columns = (("delay_fs", DELAYS), *((f"{nm:.0f} nm", y) for nm, y in zip(data.probe_nm, data.signal.T, strict=True)))
    record = Table("transient", "matrix.csv", None, Condition(250.0, 530.0), columns=columns)
    settings = TransientSettings(delay_to_fs=800.0, probe_from_nm=495.0, probe_to_nm=515.0)
    (one,) = found(record, settings=settings).readings
    assert one.fit is not None
    assert one.probe_nm.tolist() == [496.0, 502.0, 508.0, 514.0]
    assert one.fit.delay_fs.max() == 800.0


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ((("a", DELAYS), ("signal", DELAYS)), r"no column holds delays, only a, signal\. Name it delay_fs"),
        ((("delay", DELAYS), ("signal", DELAYS)), "the unit of the delays is not stated"),
        ((("delay_fs", DELAYS), ("a", DELAYS), ("b", DELAYS)), r"2 columns may hold the signal \(delay_fs, a, b\)"),
        ((("delay_fs", DELAYS), ("signal", np.sin(7.0 * DELAYS))), "does not stand out of its noise"),
    ],
)
def test_a_bad_file_is_told_and_the_others_stay(columns: tuple[tuple[str, np.ndarray], ...], told: str) -> None:
    bad = Table("transient", "bad.csv", 7, Condition(250.0, 520.0), columns=columns)
    both = found(bad, transient(SLOW))
    (problem,) = both.problems
    assert problem.where == "bad.csv (manifest line 7)"
    assert problem.message.startswith("this transient is not used: ")
    assert re.search(told, problem.message)
    assert [one.fit is None for one in both.readings] == [True, False]


def test_two_responses_of_one_excitation_are_refused() -> None:
    both = found(transient(SLOW), irf(name="a.csv"), irf(name="b.csv"))
    assert both.readings[0].fit is None
    assert "2 responses belong to it (a.csv, b.csv)" in both.problems[0].message


def test_a_response_without_a_peak_is_told_and_not_used() -> None:
    axis = np.arange(-250.0, 250.0, 10.0)
    flat = Table("irf", "flat.csv", None, Condition(), columns=(("delay_fs", axis), ("signal", np.sin(axis))))
    both = found(transient(SLOW), flat)
    assert "this response is not used: the response shows no peak" in both.problems[0].message
    assert both.readings[0].response_source == ""


def test_a_transient_that_is_excluded_is_not_read() -> None:
    experiment = Experiment("test", kept=(transient(SLOW), transient(FAST, seed=1)))
    kept = keep_records(experiment, core.Document(experiment).excluding("1.csv", "jump").exclusions)
    assert [one.source for one in find_transients(kept, GroupingSettings(), HOLDS_ZERO).readings] == ["0.csv"]


def layout_of(results: Results) -> Layout:
    assert results.layout is not None
    return results.layout


# --- rates -----------------------------------------------------------------------------------------------
def test_rates_take_eta_of_their_own_excitation_and_hold_the_truth(results: Results) -> None:
    rows, efficiency = results.upconversion, results.efficiency
    assert rows is not None
    assert efficiency is not None
    assert [one.detuning_mev for one in rows.rows] == pytest.approx([33.0, 55.0, 102.0], abs=1.5)
    for j, one in enumerate(rows.rows):
        assert one.rates is not None
        assert one.rates.eta == pytest.approx(efficiency.eta[0, j])
        assert one.rates.eta_error == pytest.approx(efficiency.eta_error[0, j], rel=1e-6)
    slow = rows.rows[-1].rates
    assert slow is not None
    assert slow.total_per_ps.is_determined
    assert abs(slow.total_per_ps.value - 1e3 / 229.73) < 3.0 * slow.total_per_ps.error


def test_eta_farther_than_the_tolerance_is_not_available_and_nothing_is_interpolated(results: Results) -> None:
    transients, energies, efficiency = results.transients, results.energies, results.efficiency
    assert transients is not None
    assert energies is not None
    assert efficiency is not None
    moved = Transients(tuple(replace(one, excitation_nm=one.excitation_nm - 1.5) for one in transients.readings))  # type: ignore[operator]
    for one in find_upconversion(moved, energies, efficiency, layout_of(results), TransientSettings()).rows:
        assert one.rates is None
        assert f"η is not available at {one.detuning_mev:.1f} meV" in one.reason
        assert "not within 3 meV" in one.reason
    wide = find_upconversion(
        moved, energies, efficiency, layout_of(results), TransientSettings(eta_within_mev=10.0)
    ).rows[1]
    assert wide.rates is not None
    # What η changes over the distance is in its error.
    assert wide.rates.eta_error > 1.5 * efficiency.eta_error[0, 1]


def test_a_transient_at_another_temperature_has_no_eta(results: Results) -> None:
    transients, energies, efficiency = results.transients, results.energies, results.efficiency
    assert transients is not None
    assert energies is not None
    assert efficiency is not None
    warm = Transients((replace(transients.readings[0], temperature_k=295.0),))
    (one,) = find_upconversion(warm, energies, efficiency, layout_of(results), TransientSettings()).rows
    assert one.rates is None
    assert "η is not available at 295.0 K: the nearest temperature of the main analysis is 250.0 K" in one.reason


def test_a_transient_of_another_sample_has_a_rise_and_no_eta(results: Results) -> None:
    experiment = results.document.experiment
    kept = tuple(
        replace(one, condition=replace(one.condition, sample="sample B")) if one.kind == "transient" else one
        for one in experiment.kept
    )
    found = core.analyse(replace(results.document, experiment=replace(experiment, kept=kept)))
    rows = companion(found)["transients"]
    assert rows
    for row in rows:
        assert (row["sample"], row["eta"], row["detuning_mev"], row["upconversion_per_ps"]) == (
            "sample B", None, None, None,
        )  # fmt: skip
        assert "this transient is of sample 'sample B'" in row["reason"]
    assert any(row["rise_fs"] is not None for row in rows)


# --- chain and exports -----------------------------------------------------------------------------------
def test_a_drag_leaves_the_transients_out(results: Results) -> None:
    assert core.Analysis().update(results.document, intervals=False).transients is None


def test_other_exclusions_leave_the_fits_as_they_are(results: Results) -> None:
    analysis = core.Analysis()
    before = analysis.update(results.document)
    stack = next(stack for stack in before.gathered.stacks if stack.kind == "aspl")  # type: ignore[union-attr]
    after = analysis.update(results.document.excluding(stack.key, "test"))
    assert after.transients is before.transients


def test_results_json_tables_and_report_hold_every_transient(results: Results) -> None:
    rows = companion(results)["transients"]
    assert json.loads(json.dumps(rows, allow_nan=False)) == rows
    assert [row["probes"] for row in rows] == [1, 12, 1]
    limited, *_, known = rows
    assert limited["rise_fs"] is None
    assert limited["upconversion_per_ps_lower_limit95"] * limited["upconversion_fs_upper_limit95"] == pytest.approx(1e3)
    assert known["upconversion_per_ps"] + known["loss_per_ps"] == pytest.approx(1e3 / known["rise_fs"])
    table = next(one for one in companion_tables(results) if one.name == "transients")
    units = dict(zip(table.columns, table.units, strict=True))
    assert (units["rise_fs_low"], units["loss_per_ps_upper_limit95"]) == ("fs", "1/ps")
    assert any("1/τ = w<sub>uc</sub> + w<sub>nr</sub>" in part for part in companion_section(results))


def test_without_the_main_analysis_the_rises_are_exported_with_the_reason(results: Results) -> None:
    bare = replace(results.document.experiment, spectra=(), scans=())
    alone = core.analyse(replace(results.document, experiment=bare))
    rows = companion(alone)["transients"]
    assert rows[-1]["rise_fs"] == pytest.approx(companion(results)["transients"][-1]["rise_fs"])
    assert rows[-1]["upconversion_per_ps"] is None
    assert "η is not available" in rows[-1]["reason"]


def test_a_project_gives_the_same_rises(results: Results, tmp_path: Path) -> None:
    core.save_project(results.document, tmp_path / "a.nxs")
    again = core.open_project(tmp_path / "a.nxs")
    kept = keep_records(again.experiment, again.exclusions)
    rises = [
        one.fit.rise_fs for one in find_transients(kept, GroupingSettings(), TransientSettings()).readings if one.fit
    ]
    assert results.transients is not None
    assert rises == [one.fit.rise_fs for one in results.transients.readings if one.fit]
