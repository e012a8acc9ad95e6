"""A folder with every kind of file and every column of a real day: read, kept in the project, and put to use."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from toy_experiment import change_scans, change_spectra, with_condition

from asplab.core.appraisal.correction_effects import correction_effects
from asplab.core.document import Document
from asplab.core.experiment import Condition, Experiment
from asplab.core.ledger import Step, ledger
from asplab.core.ledger.around import Around, around, takes_long
from asplab.core.ledger.rerun import switched
from asplab.core.loading import load_experiment
from asplab.core.pipeline import Results, analyse
from asplab.core.project.file import open_project, save_project
from asplab.core.systematics import prepare
from asplab.core.virtual import VirtualExperiment, simulate
from asplab.core.virtual.effects import REALISTIC

DAY = VirtualExperiment(
    temperatures_k=(180.0,),
    stokes_detuning_mev=(170.0, 270.0, 370.0, 480.0),
    detuning_mev=(23.0, 33.0, 55.0, 77.0),
    repeats=4,
    pixels=400,
    pixel_nm=0.74,
    effects=replace(REALISTIC, bandwidth_nm=2.0, scan_bandwidth_nm=2.0),
)
KINDS = (
    "pl", "aspl", "pa", "dark", "background", "emission_blank", "response", "filter", "lamp", "laser", "reference",
    "power", "absorption", "pa_blank", "responses", "efficiency",
)  # fmt: skip
COLUMNS = (
    "nd_od", "em_gain", "accumulations", "exposure_s", "power_uw", "bandwidth_nm", "sensitivity_v", "time", "pair",
    "probe_mw", "temperature_error_k", "path", "series", "sample", "note",
)  # fmt: skip
TABLES = {
    "responses": "temperature_k,excitation_nm,kind,intensity,intensity_error,pa,pa_error\n"
    "180,450,pl,1,0.01,1,0.01\n180,530,aspl,0.5,0.01,0.5,0.01\n",
    "efficiency": "temperature_k,detuning_mev,eta,eta_error\n180,20,0.9,0.02\n180,40,0.7,0.02\n",
}


def write_day(folder: Path) -> Path:
    """Simulate a day, and add what the virtual experiment never writes."""
    simulate(folder, DAY, seed=1)
    manifest = folder / "manifest.csv"
    comment, header, *rows = manifest.read_text(encoding="utf-8").splitlines()
    names = [*header.split(","), "probe_mw"]
    cells = [dict(zip(names, [*row.split(","), ""], strict=True)) for row in rows]
    cells += [{**row, "kind": "pa_blank", "file": f"blank_{i}.csv"} for i, row in enumerate(scans_of(cells)[:2])]
    for i, row in enumerate(scans_of(cells)[:2]):
        (folder / f"blank_{i}.csv").write_bytes((folder / row["file"]).read_bytes())
    for kind, text in TABLES.items():
        (folder / f"{kind}.csv").write_text(text, encoding="utf-8")
        cells.append({"file": f"{kind}.csv", "kind": kind})
    for row in cells:
        if row["kind"] in ("pl", "aspl", "pa"):
            # The scan that was recorded last belongs to the first spectra.
            number = int(row["repeat"])
            row["pair"] = f"p{5 - number if row['kind'] == 'pa' else number}"
        if row["kind"] in ("background", "emission_blank"):
            row["probe_mw"] = "3" if row["kind"] == "background" else "0"
    lines = [",".join(row.get(name, "") for name in names) for row in cells]
    manifest.write_text("\n".join([comment, ",".join(names), *lines, ""]), encoding="utf-8")
    return folder


def scans_of(cells: list[dict[str, str]]) -> list[dict[str, str]]:
    return [row for row in cells if row["kind"] == "pa"]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Experiment:
    """Return the day as its manifest tells."""
    return load_experiment(write_day(tmp_path_factory.mktemp("day")))


@pytest.fixture(scope="module")
def reopened(read: Experiment, tmp_path_factory: pytest.TempPathFactory) -> Experiment:
    """Return the day as its project tells."""
    path = tmp_path_factory.mktemp("project") / "day.asplab"
    save_project(Document(read), path)
    return open_project(path).experiment


@pytest.fixture(scope="module")
def results(reopened: Experiment) -> Results:
    return analyse(Document(reopened))


def records(experiment: Experiment) -> list:
    return [
        *experiment.spectra, *experiment.scans, *experiment.curves, *experiment.tables, *experiment.kept,
    ]  # fmt: skip


# --- read and kept -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read_and_kept_in_the_project(kind: str, read: Experiment, reopened: Experiment) -> None:
    own, kept = ({one.source: one for one in records(found) if one.kind == kind} for found in (read, reopened))
    assert own
    assert kept.keys() == own.keys()


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_is_read_and_kept_in_the_project(column: str, read: Experiment, reopened: Experiment) -> None:
    own, kept = ({one.source: getattr(one.condition, column) for one in records(found)} for found in (read, reopened))
    assert any(value not in (None, "") for value in own.values())
    assert kept == own


# --- put to use ----------------------------------------------------------------------------------------------
def step_of(results: Results, name: str) -> Step:
    return next(step for step in ledger(results) if step.name == name)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("dark", "dark"), ("background", "background"), ("emission_blank", "blank"), ("response", "response"),
        ("filter", "filters"), ("lamp", "lamp"), ("laser", "laser"), ("power", "two_photon"),
        ("absorption", "inner_filter"), ("reference", "drift"),
    ],
)  # fmt: skip
def test_every_kind_of_frame_and_curve_is_the_source_of_its_correction(kind: str, name: str, results: Results) -> None:
    files = {one.source for one in records(results.document.experiment) if one.kind == kind}
    step = step_of(results, name)
    assert step.sources
    assert set(step.sources) <= files
    assert step.can_switch


def test_a_measured_blank_is_the_source_of_the_baseline_that_is_chosen(results: Results) -> None:
    settings = results.document.settings
    blank = replace(settings.baseline, shape="blank")
    assert step_of(analyse(results.document.with_settings(baseline=blank)), "pa_baseline").sources == (
        "blank_0.csv", "blank_1.csv",
    )  # fmt: skip


def without(experiment: Experiment, column: str) -> Experiment:
    empty = getattr(Condition(), column)

    def emptied(record):
        return with_condition(record, **{column: empty})

    return change_scans(change_spectra(experiment, emptied), emptied)


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("nd_od", "neutral"), ("em_gain", "gain"), ("accumulations", "accumulations"), ("exposure_s", "exposure"),
        ("power_uw", "power"), ("path", "filters"),
    ],
)  # fmt: skip
def test_every_column_of_the_detector_drives_its_correction(column: str, name: str, results: Results) -> None:
    assert step_of(results, name).state == "on"
    assert step_of(analyse(Document(without(results.document.experiment, column))), name).state == "no data"


def test_the_full_scale_of_the_lock_in_tells_what_is_overloaded(results: Results) -> None:
    def low(record):
        return with_condition(record, sensitivity_v=0.5 * record.condition.sensitivity_v)

    def width_nm(found: Results) -> float:
        assert found.scans is not None
        scans = [own for own in found.scans.sets if own is not None]
        return sum(high - low for own in scans for low, high in own.overloaded_nm)

    assert step_of(results, "overload").state == "on"
    assert width_nm(analyse(Document(change_scans(results.document.experiment, low)))) > width_nm(results) > 0.0


def test_the_bandwidth_of_the_column_comes_before_that_of_the_lines(results: Results) -> None:
    assert step_of(results, "bandwidth").sources == ("manifest.csv",)
    narrow = analyse(Document(without(results.document.experiment, "bandwidth_nm")))
    assert all("laser" in source for source in step_of(narrow, "bandwidth").sources)
    assert results.excitations is not None
    assert narrow.excitations is not None
    assert np.all(results.excitations.sigma_mev != narrow.excitations.sigma_mev)


def test_pairs_are_those_of_the_column_else_of_the_times(results: Results) -> None:
    def methods(experiment: Experiment) -> tuple[str, ...]:
        pairs = analyse(Document(experiment)).pairs
        assert pairs is not None
        return pairs.methods

    told = results.document.experiment
    by_time = without(told, "pair")
    assert methods(told) == ("pair",)
    assert methods(by_time) in (("time",), ("apart",))
    assert methods(without(by_time, "time")) == ("number",)


def test_another_series_is_another_time_of_measuring(results: Results) -> None:
    assert step_of(results, "remeasured").can_switch


def test_light_of_the_probe_is_not_taken_out_of_spectra_without_it(results: Results) -> None:
    def dark_probe(record):
        return with_condition(record, probe_mw=0.0) if record.kind in ("pl", "aspl") else record

    assert step_of(results, "background").state == "on"
    alone = analyse(Document(change_spectra(results.document.experiment, dark_probe)))
    assert step_of(alone, "background").state == "no data"


def test_the_error_of_the_temperature_is_its_prior(results: Results) -> None:
    told = max(s.condition.temperature_error_k or 0.0 for s in results.document.experiment.spectra)
    silent = analyse(Document(without(results.document.experiment, "temperature_error_k")))
    assert told > 0.0
    assert prepare(results).prior["temperature_k"] == max(told, prepare(silent).prior["temperature_k"])


# --- pictures ------------------------------------------------------------------------------------------------
NAMES = (
    "remeasured", "lamp", "saturation", "dark", "background", "blank", "cosmic_rays", "neutral", "gain",
    "accumulations", "exposure", "power", "response", "filters", "inner_filter", "truncation", "drift", "two_photon",
    "laser", "medium", "bandwidth", "overload", "phase", "segments", "pa_baseline", "scan_power",
)  # fmt: skip


def test_the_day_holds_something_for_nearly_every_correction(results: Results) -> None:
    idle = {step.name for step in ledger(results) if not step.can_switch}
    assert idle == {"laser_line", "moved_bands", "leak", "alignment"}


def seen(results: Results, name: str) -> Around:
    return around(results, ledger(results), name, 1)


@pytest.mark.parametrize("name", NAMES)
def test_the_picture_is_the_same_whether_a_correction_is_on_or_off(name: str, results: Results) -> None:
    step = step_of(results, name)
    other = analyse(switched(results.document, [(step, step.state == "off")]))
    assert {step.state, step_of(other, name).state} == {"on", "off"}
    for one, two in zip(*((f.before, f.after) for f in (seen(results, name), seen(other, name))), strict=True):
        np.testing.assert_allclose(two, one, rtol=2e-3, atol=1e-12 + 1e-3 * np.nanmax(np.abs(one)))


@pytest.mark.parametrize("name", NAMES)
def test_every_picture_shows_a_change_at_some_condition(name: str, results: Results) -> None:
    stacks = results.gathered.stacks if results.gathered is not None else ()
    places = range(len(stacks)) if step_of(results, name).subject == "spectrum" else (1,)
    found = [around(results, ledger(results), name, k) for k in places]
    assert any(
        one.before.shape != one.after.shape
        or not np.array_equal(one.before, one.after)
        or not np.array_equal(one.x_before, one.x_after)
        for one in found
    )


def test_pictures_that_need_the_whole_chain_are_told_apart(results: Results) -> None:
    slow = {step.name for step in ledger(results) if takes_long(step)}
    assert {"remeasured", "drift", "medium"} <= slow
    assert not slow & {"dark", "inner_filter", "laser", "truncation"}


def test_every_correction_of_the_day_can_be_compared(results: Results) -> None:
    effects = correction_effects(results)
    assert [effect.name for effect in effects] == [step.name for step in ledger(results) if step.can_switch]
    assert [effect.why for effect in effects if effect.why] == []
