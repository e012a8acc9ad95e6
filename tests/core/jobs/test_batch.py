"""Several samples with one set of settings: a folder each, one comparison, failures that stop nobody."""

import csv
from pathlib import Path
from threading import Timer

import pytest
from command_line import run

from asplab.core.cli.batch import report
from asplab.core.errors import Cancelled, InputError
from asplab.core.jobs.batch import Batch, Sample, Standing, analyze_all
from asplab.core.jobs.batch.comparison import draw_samples, eta_table
from asplab.core.jobs.batch.run import write_compared
from asplab.core.progress import Progress

ETA = ((20, 0.90), (23, 0.86), (33, 0.74), (46, 0.49), (55, 0.31), (65, 0.14))


def table_of_eta(folder: Path, *, factor: float = 1.0) -> Path:
    folder.mkdir(parents=True)
    rows = [f"{kelvin},{detuning},{value * factor},0.01" for kelvin in (120, 160) for detuning, value in ETA]
    text = "\n".join(["temperature_k,detuning_mev,eta,eta_error", *rows]) + "\n"
    (folder / "eta.csv").write_text(text, encoding="utf-8")
    (folder / "manifest.csv").write_text("file,kind\neta.csv,efficiency\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    place = tmp_path_factory.mktemp("samples")
    bad = place / "bad"
    bad.mkdir()
    (bad / "manifest.csv").write_text("file,kind\nnone.csv,efficiency\n", encoding="utf-8")
    first = table_of_eta(place / "one" / "=cmd 'a', ü")
    return [first, table_of_eta(place / "two" / "=cmd 'a', ü", factor=0.9), bad]


@pytest.fixture(scope="module")
def heard() -> list[tuple[int, Standing]]:
    return []


@pytest.fixture(scope="module")
def batch(sources: list[Path], heard: list[tuple[int, Standing]], tmp_path_factory: pytest.TempPathFactory) -> Batch:
    folder = tmp_path_factory.mktemp("batch") / "out"
    return analyze_all(
        sources, folder, detunings_mev=(23.0, 40.0), told=lambda k, standing: heard.append((k, standing))
    )


def rows_of(path: Path) -> list[dict[str, str]]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))[1:]


def test_every_sample_has_a_folder_of_its_own(batch: Batch) -> None:
    assert [one.name for one in batch.samples] == ["=cmd 'a', ü", "=cmd 'a', ü-2", "bad"]
    for one in batch.samples[:2]:
        assert (batch.folder / one.name / "results.json").is_file()
    assert not (batch.folder / "bad").exists()


def test_a_sample_that_fails_stops_no_other_and_says_why(batch: Batch) -> None:
    assert not batch.is_complete
    assert [bool(one.failure) for one in batch.samples] == [False, False, True]
    assert "none.csv" in batch.samples[2].failure
    assert "none.csv" in rows_of(batch.folder / "samples.csv")[-1]["failure"]


def test_each_sample_tells_that_it_runs_how_far_it_is_and_how_it_ended(
    batch: Batch, heard: list[tuple[int, Standing]]
) -> None:
    for k, one in enumerate(batch.samples):
        own = [standing for sample, standing in heard if sample == k]
        fractions = [standing.fraction for standing in own]
        assert fractions == sorted(fractions)
        assert own[-1].reason == one.failure
        assert own[-1].state == ("failed" if one.failure else "done" if one.is_complete else "incomplete")
    assert any(standing.state == "running" and standing.fraction < 1.0 for _, standing in heard)


def test_the_comparison_holds_eta_at_the_same_detunings(batch: Batch) -> None:
    rows = rows_of(batch.folder / "samples_eta.csv")
    at = {(row["sample"], row["temperature_k"], row["detuning_mev"]): row for row in rows}
    assert len(at) == 8
    measured = at["'=cmd 'a', ü", "120.0", "23.0"]
    assert (float(measured["eta"]), float(measured["eta_error"])) == (0.86, 0.01)
    other = at["'=cmd 'a', ü-2", "160.0", "40.0"]
    assert other["interpolated"] == "yes"
    assert 0.45 < float(other["eta"]) < 0.66


def test_the_comparison_holds_the_polaron_parameters_of_each_sample(batch: Batch) -> None:
    rows = [row for row in rows_of(batch.folder / "samples.csv") if row["g_mev"]]
    assert {row["sample"] for row in rows} == {"'=cmd 'a', ü", "'=cmd 'a', ü-2"}
    assert {row["scope"] for row in rows} == {"temperature", "joint"}


def test_the_figure_shows_every_sample_by_its_name(batch: Batch) -> None:
    known = [(one.name, one.rows) for one in batch.samples if one.rows is not None]
    figure = draw_samples(known, eta_table([(name, rows, "") for name, rows in known], (23.0,)))
    legend = figure.axes[0].get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["=cmd 'a', ü", "=cmd 'a', ü-2"]
    assert (batch.folder / "samples.svg").read_text(encoding="utf-8").count("=cmd 'a', ü") >= 2


def test_the_same_experiment_twice_is_refused(sources: list[Path], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="named twice"):
        analyze_all([sources[0], sources[0] / "." / ""], tmp_path / "out")


def test_a_cancel_ends_all_processes_and_leaves_no_comparison(sources: list[Path], tmp_path: Path) -> None:
    progress = Progress()
    Timer(0.5, progress.cancelled.set).start()
    with pytest.raises(Cancelled):
        analyze_all(sources[:1], tmp_path / "out", progress=progress)
    assert not (tmp_path / "out" / "samples.csv").exists()


def test_a_cancel_at_the_end_leaves_the_comparison_of_before(tmp_path: Path) -> None:
    (tmp_path / "samples.csv").write_text("before", encoding="utf-8")
    progress = Progress()
    progress.cancelled.set()
    with pytest.raises(Cancelled):
        write_compared([Sample("bad", tmp_path, None, "no file")], tmp_path, detunings_mev=(), progress=progress)
    assert [path.name for path in tmp_path.iterdir()] == ["samples.csv"]
    assert (tmp_path / "samples.csv").read_text(encoding="utf-8") == "before"


def test_the_command_line_tells_each_sample_and_each_failure(batch: Batch, capsys: pytest.CaptureFixture[str]) -> None:
    report(batch)
    told = capsys.readouterr()
    assert "=cmd 'a', ü-2  120.0 K  g " in told.out
    assert "failed: bad (" in told.err


def test_the_command_line_takes_several_sources(sources: list[Path], tmp_path: Path) -> None:
    worse = tmp_path / "worse"
    worse.mkdir()
    (worse / "manifest.csv").write_text("file,kind\n", encoding="utf-8")
    done = run("analyze", sources[2], worse, "-o", tmp_path / "out")
    assert done.code == 1
    assert "failed: bad" in done.err
    assert "failed: worse" in done.err
    assert run("analyze", sources[2], worse, "-o", tmp_path / "out", "--eta-at", "x").code == 2
    assert run("analyze", sources[2], "--eta-at", "23").code == 2
