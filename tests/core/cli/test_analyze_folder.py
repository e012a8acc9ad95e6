"""The results folder of ``asplab analyze``: what it writes, keeps and leaves alone."""

import json
from pathlib import Path

import pytest
from command_line import Run, contents, run

from asplab.core.errors import Cancelled
from asplab.core.jobs.analyze import analyze
from asplab.core.jobs.opening import load_document
from asplab.core.progress import Progress
from asplab.core.project.file import open_project, save_project, was_saved_by_person


def test_analyze_leaves_nothing_beside_its_folder(analyzed: tuple[Run, Path]) -> None:
    assert list(analyzed[1].parent.iterdir()) == [analyzed[1]]


def test_analyze_may_write_again_into_its_own_folder_and_keeps_what_others_put_there(
    earlier: Path, table: Path
) -> None:
    (earlier / "notes.txt").write_text("mine", encoding="utf-8")
    (earlier / "figures").mkdir()
    (earlier / "figures" / "fig2b.png").write_bytes(b"from the last analysis")
    (earlier / "figures" / "mine.png").write_bytes(b"mine")
    assert run("analyze", table, "-o", earlier).code == 0
    found = contents(earlier)
    assert found["notes.txt"] == b"mine"
    assert found["figures/mine.png"] == b"mine"
    assert "figures/fig2b.png" not in found
    assert "project.bak.nxs" not in found
    assert json.loads(found["results.json"])["name"] == "table"


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_analyze_leaves_a_folder_alone_that_it_did_not_write(table: Path, tmp_path: Path, force: list[str]) -> None:
    folder = tmp_path / "thesis"
    folder.mkdir()
    (folder / "results.json").write_text('{"schema": "other"}', encoding="utf-8")
    done = run("analyze", table, "-o", folder, *force)
    assert done.code == 2
    assert f"{folder} is not empty" in done.err
    assert contents(folder) == {"results.json": b'{"schema": "other"}'}


def test_analyze_refuses_a_folder_whose_project_a_person_saved_since(earlier: Path, table: Path) -> None:
    save_project(open_project(earlier / "project.nxs"), earlier / "project.nxs", keep_previous=False)
    before = contents(earlier)
    done = run("analyze", table, "-o", earlier)
    assert done.code == 2
    assert "saved by a person" in done.err
    assert "kept as project.bak.nxs" in done.err
    assert contents(earlier) == before


def test_the_refusal_names_the_file_that_force_would_keep_the_project_in(earlier: Path, table: Path) -> None:
    save_project(load_document(table), earlier / "project.nxs", keep_previous=False)
    (earlier / "project.bak.nxs").write_bytes(b"kept before")
    assert "kept as project.bak2.nxs" in run("analyze", table, "-o", earlier).err


@pytest.mark.usefixtures("without_figures")
def test_force_keeps_the_project_of_a_person_beside_those_kept_before(earlier: Path, table: Path) -> None:
    project, kept = earlier / "project.nxs", earlier / "project.bak.nxs"
    kept.write_bytes(b"kept before")
    save_project(load_document(table), project, keep_previous=False)
    saved = project.read_bytes()
    done = run("analyze", table, "-o", earlier, "--force")
    assert done.code == 0
    assert "project.bak2.nxs" in done.out
    assert kept.read_bytes() == b"kept before"
    assert (earlier / "project.bak2.nxs").read_bytes() == saved
    assert not was_saved_by_person(project)


@pytest.mark.usefixtures("without_figures")
def test_force_keeps_the_project_of_a_person_as_project_bak_nxs(earlier: Path, table: Path) -> None:
    save_project(load_document(table), earlier / "project.nxs", keep_previous=False)
    saved = (earlier / "project.nxs").read_bytes()
    assert run("analyze", table, "-o", earlier, "--force").code == 0
    assert (earlier / "project.bak.nxs").read_bytes() == saved


@pytest.mark.usefixtures("without_figures")
def test_the_default_results_folder_carries_the_name_of_the_experiment(table: Path, in_folder: Path) -> None:
    assert run("analyze", table).code == 0
    assert [path.name for path in in_folder.iterdir()] == ["table-results"]


def test_a_folder_without_a_manifest_gets_a_draft_and_a_message(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "raw"
    (folder / "T120K").mkdir(parents=True)
    (folder / "T120K" / "pa_r01.csv").write_bytes((data / "T120K" / "pa_r01.csv").read_bytes())
    done = run("analyze", folder, "-o", tmp_path / "out")
    draft = folder / "manifest.draft.csv"
    assert done.code == 2
    assert str(draft) in done.err
    assert "T120K/pa_r01.csv,pa," in draft.read_text(encoding="utf-8")
    assert not (tmp_path / "out").exists()


def test_a_draft_that_is_there_is_not_overwritten(table: Path, tmp_path: Path) -> None:
    (table / "manifest.csv").rename(table / "manifest.draft.csv")
    before = contents(table)
    done = run("analyze", table, "-o", tmp_path / "out")
    assert done.code == 2
    assert "from before" in done.err
    assert contents(table) == before


def test_an_empty_folder_gets_no_draft(in_folder: Path) -> None:
    done = run("analyze", in_folder)
    assert done.code == 2
    assert "neither manifest.csv nor data files" in done.err
    assert list(in_folder.iterdir()) == []


@pytest.mark.usefixtures("without_figures")
def test_settings_of_a_file_apply_and_are_recorded_in_a_folder_that_was_empty(table: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    settings = tmp_path / "mine.toml"
    settings.write_text("[polaron]\ndetuning_range_mev = [0, 40]\n", encoding="utf-8")
    run("analyze", table, "-o", tmp_path / "out", "--settings", settings)
    results = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    assert results["settings"]["polaron"]["detuning_range_mev"] == [0.0, 40.0]
    assert results["polaron"][0]["n_points"] == 3
    assert open_project(tmp_path / "out" / "project.nxs").settings.polaron.detuning_range_mev == (0.0, 40.0)


@pytest.mark.usefixtures("without_figures")
def test_a_cancelled_analysis_leaves_nothing_behind(table: Path, tmp_path: Path) -> None:
    progress = Progress(lambda fraction, text: progress.cancelled.set() if text == "writing the report" else None)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(Cancelled):
        analyze(table, tmp_path / "deep" / "out", progress=progress)
    assert sorted(tmp_path.iterdir()) == before
