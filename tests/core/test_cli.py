"""The command line: exit codes, what it writes, and what it leaves alone."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import h5py
import pytest
from command_line import Run, run

from asplab.core.analyze import analyze
from asplab.core.errors import Cancelled
from asplab.core.export.figures import FIGURE_NAMES, FORMATS
from asplab.core.export.results_json import results_document
from asplab.core.export.tables import TABLE_NAMES
from asplab.core.opening import load_document
from asplab.core.pipeline import analyse
from asplab.core.progress import Progress
from asplab.core.project import open_project, save_project, was_saved_by_person
from asplab.core.virtual import VirtualExperiment, simulate

SMALL = VirtualExperiment(temperatures_k=(120.0, 250.0), repeats=4)


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulate(tmp_path_factory.mktemp("cli") / "small", SMALL, seed=1).parent


@pytest.fixture(scope="session")
def analyzed(data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path]:
    folder = tmp_path_factory.mktemp("cli-results") / "out"
    return run("analyze", data, "-o", folder), folder


@pytest.fixture
def earlier(analyzed: tuple[Run, Path], tmp_path: Path) -> Path:
    """A results folder of its own, with the parts that decide who may write to it."""
    folder = tmp_path / "out"
    folder.mkdir()
    for name in ("results.json", "project.nxs"):
        (folder / name).write_bytes((analyzed[1] / name).read_bytes())
    return folder


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """An experiment that is analysed in no time: a table of η."""
    folder = tmp_path / "table"
    folder.mkdir()
    eta = ((20, 0.90), (23, 0.86), (33, 0.74), (46, 0.49), (55, 0.31), (65, 0.14))
    rows = [f"120,{detuning},{value},0.01" for detuning, value in eta]
    text = "\n".join(["temperature_k,detuning_mev,eta,eta_error", *rows])
    (folder / "eta.csv").write_text(text + "\n", encoding="utf-8")
    (folder / "manifest.csv").write_text("file,kind\neta.csv,efficiency\n", encoding="utf-8")
    return folder


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_version_and_help_load_no_heavy_library() -> None:
    code = (
        "import sys, contextlib\n"
        "from asplab.core.cli import main\n"
        "for option in ('--version', '--help'):\n"
        "    with contextlib.suppress(SystemExit): main([option])\n"
        "heavy = {'numpy', 'scipy', 'h5py', 'matplotlib', 'lmfit'} & set(sys.modules)\n"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("asplab ")


def test_analyze_writes_project_results_tables_figures_and_report(analyzed: tuple[Run, Path]) -> None:
    done, folder = analyzed
    assert done.code == 0, done.err
    tables = {f"tables/{name}.csv" for name in TABLE_NAMES}
    figures = {f"figures/{name}.{suffix}" for name in FIGURE_NAMES for suffix in FORMATS}
    assert set(contents(folder)) == {"project.nxs", "results.json", "report.html", *tables, *figures}


def test_analyze_leaves_nothing_beside_its_folder(analyzed: tuple[Run, Path]) -> None:
    assert list(analyzed[1].parent.iterdir()) == [analyzed[1]]


def test_analyze_says_what_it_found_and_that_it_is_simulated(analyzed: tuple[Run, Path]) -> None:
    out = analyzed[0].out
    assert "(simulated data)" in out
    assert "120.0 K  quantum yield 0.8" in out
    assert "ħω = 2" in out


def test_analyze_prints_the_arms_of_the_profile_intervals(analyzed: tuple[Run, Path]) -> None:
    results = json.loads((analyzed[1] / "results.json").read_text(encoding="utf-8"))
    for row in results["polaron"]:
        low, high = row["phonon_mev_interval68"]
        place = "all" if row["temperature_k"] is None else f"{row['temperature_k']:.1f} K"
        (line,) = [line for line in analyzed[0].out.splitlines() if line.strip().startswith(f"{place}  g = ")]
        found = re.search(r"ħω = ([\d.]+)(?: \+([\d.]+) −([\d.]+)| ± ([\d.]+))", line)
        assert found is not None, line
        above, below = (float(found[2]), float(found[3])) if found[2] else (float(found[4]),) * 2
        assert above == pytest.approx(high - row["phonon_mev"], rel=0.1)
        assert below == pytest.approx(row["phonon_mev"] - low, rel=0.1)


def test_analyze_finds_the_truth_it_never_reads(analyzed: tuple[Run, Path], data: Path) -> None:
    results = json.loads((analyzed[1] / "results.json").read_text(encoding="utf-8"))
    truth = json.loads((data / "truth.json").read_text(encoding="utf-8"))
    assert not any("truth" in source["path"] for source in results["sources"])
    for row, true in zip(results["quantum_yield"], truth["quantum_yield"], strict=True):
        assert abs(row["quantum_yield"] - true["quantum_yield"]) < 4 * row["quantum_yield_error"]


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


def test_force_keeps_the_project_of_a_person_as_project_bak_nxs(earlier: Path, table: Path) -> None:
    save_project(load_document(table), earlier / "project.nxs", keep_previous=False)
    saved = (earlier / "project.nxs").read_bytes()
    assert run("analyze", table, "-o", earlier, "--force").code == 0
    assert (earlier / "project.bak.nxs").read_bytes() == saved


def test_the_default_results_folder_carries_the_name_of_the_experiment(table: Path, in_folder: Path) -> None:
    assert run("analyze", table).code == 0
    assert [path.name for path in in_folder.iterdir()] == ["table-results"]


def test_a_project_gives_the_numbers_of_the_folder_it_came_from(analyzed: tuple[Run, Path]) -> None:
    first = json.loads((analyzed[1] / "results.json").read_text(encoding="utf-8"))
    assert results_document(analyse(load_document(analyzed[1] / "project.nxs"))) == first


def test_a_manifest_may_be_named_instead_of_its_folder(data: Path) -> None:
    assert load_document(data / "manifest.csv").experiment.sources == load_document(data).experiment.sources


def test_analyze_takes_a_project(table: Path, tmp_path: Path) -> None:
    save_project(load_document(table), tmp_path / "mine.nxs")
    assert run("analyze", tmp_path / "mine.nxs", "-o", tmp_path / "out").code == 0
    assert json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))["name"] == "table"


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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "nowhere: no such folder or manifest"),
        (["{table}", "--preset", "andor"], "presets come with the import window"),
        (["{table}", "--model", "eq9,resonant"], "'resonant' is not known; choose from: eq9"),
        (["{table}", "--intervals", "bootstrap"], "bootstrap is not built yet"),
        (["{table}", "--intervals", "guess"], "choose from: profile, bootstrap, mcmc"),
        (["{table}", "--settings", "nowhere.toml"], "nowhere.toml"),
        (["{table}", "-o", "{table}/eta.csv"], "is a file; name a folder"),
        (["{table}", "-o", "{table}/eta.csv/out"], "eta.csv/out: the results folder can't be made (Not a directory)"),
        (["{table}", "--sample", "7"], "No such option"),
        ([], "Missing argument"),
        (["{table}", "{table}"], "unexpected extra argument"),
    ],
)
def test_bad_input_ends_with_code_2_one_message_and_nothing_written(
    table: Path, in_folder: Path, arguments: list[str], message: str
) -> None:
    before = contents(table)
    done = run("analyze", *(argument.format(table=table) for argument in arguments))
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert done.err.startswith("asplab: ")
    assert len(done.err.splitlines()) == 1
    assert contents(table) == before
    assert list(in_folder.iterdir()) == []


def test_an_experiment_none_of_whose_files_can_be_used_is_bad_input(table: Path, tmp_path: Path) -> None:
    (table / "eta.csv").unlink()
    done = run("analyze", table, "-o", tmp_path / "out")
    assert done.code == 2
    assert "eta.csv" in done.err
    assert not (tmp_path / "out").exists()


def test_a_missing_result_ends_with_code_1_and_the_rest_is_written(data: Path, tmp_path: Path) -> None:
    lines = (data / "manifest.csv").read_text(encoding="utf-8").splitlines()
    manifest = data / "no-scans.csv"
    manifest.write_text("\n".join(line for line in lines if "/pa_" not in line) + "\n", encoding="utf-8")
    try:
        done = run("analyze", manifest, "-o", tmp_path / "out")
    finally:
        manifest.unlink()
    assert done.code == 1
    cause, consequence = [line for line in done.err.splitlines() if line.startswith("error: ")]
    assert cause.startswith("error: 120 K, 250 K: there is no photothermal scan")
    assert "two Stokes excitations" in consequence
    results = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    assert results["efficiency"] == []
    assert len(results["gap"]) == 2


def test_settings_of_a_file_apply_and_are_recorded_in_a_folder_that_was_empty(table: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    settings = tmp_path / "mine.toml"
    settings.write_text("[polaron]\ndetuning_range_mev = [0, 40]\n", encoding="utf-8")
    run("analyze", table, "-o", tmp_path / "out", "--settings", settings)
    results = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    assert results["settings"]["polaron"]["detuning_range_mev"] == [0.0, 40.0]
    assert results["polaron"][0]["n_points"] == 3
    assert open_project(tmp_path / "out" / "project.nxs").settings.polaron.detuning_range_mev == (0.0, 40.0)


def test_a_cancelled_analysis_leaves_nothing_behind(table: Path, tmp_path: Path) -> None:
    progress = Progress(lambda fraction, text: progress.cancelled.set() if text == "writing the report" else None)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(Cancelled):
        analyze(table, tmp_path / "deep" / "out", progress=progress)
    assert sorted(tmp_path.iterdir()) == before


def test_analyze_reports_progress_up_to_the_end(table: Path, tmp_path: Path) -> None:
    fractions: list[float] = []
    analyze(table, tmp_path / "out", progress=Progress(lambda fraction, text: fractions.append(fraction)))
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_replay_of_an_untouched_project_finds_every_number_again(analyzed: tuple[Run, Path]) -> None:
    done = run("replay", analyzed[1] / "project.nxs")
    assert done.code == 0
    assert "all equal" in done.out


def test_replay_names_the_number_that_differs_and_ends_with_code_1(earlier: Path) -> None:
    project = earlier / "project.nxs"
    with h5py.File(project, "r+") as file:
        found: list[str] = []
        file.visititems(lambda name, item: found.append(name) if name.endswith("efficiency/eta") else None)
        if not found:
            file.visititems(lambda name, item: found.append(name) if name.endswith("/eta") else None)
        dataset = file[found[0]]
        values = dataset[()]
        values[0, 0] *= 1.001
        dataset[...] = values
    done = run("replay", project)
    assert done.code == 1
    assert "efficiency/eta[0, 0]: stored" in done.err


def test_replay_of_something_else_is_bad_input(table: Path) -> None:
    done = run("replay", table / "eta.csv")
    assert done.code == 2
    assert "no ASPLab project" in done.err


def test_simulate_writes_data_that_the_seed_determines(tmp_path: Path) -> None:
    truth = tmp_path / "truth.json"
    table = {"model": "table", "temperature_k": [80, 280], "detuning_mev": [20, 160], "eta": [[0.7, 0.1], [0.9, 0.6]]}
    truth.write_text(json.dumps(table), encoding="utf-8")
    done = run("simulate", tmp_path / "data", "--seed", 3, "--truth", truth)
    assert done.code == 0
    assert "simulated data" in done.out
    document = json.loads((tmp_path / "data" / "truth.json").read_text(encoding="utf-8"))
    assert document["simulation"]["seed"] == 3


def test_simulate_writes_over_nothing_that_is_there_and_names_it(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "earlier"
    shutil.copytree(data, folder)
    (folder / "T120K" / "pa_r01.csv").write_text("edited by hand\n", encoding="utf-8")
    before = contents(folder)
    done = run("simulate", folder)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"asplab: {folder} holds T120K/")
    assert "nothing was written" in done.err
    assert "--force" in done.err
    assert contents(folder) == before


def test_simulate_with_force_replaces_a_simulation_and_nothing_else(data: Path, tmp_path: Path) -> None:
    truth = tmp_path / "truth.json"
    table = {"model": "table", "temperature_k": [80, 280], "detuning_mev": [20, 160], "eta": [[0.7, 0.1], [0.9, 0.6]]}
    truth.write_text(json.dumps(table), encoding="utf-8")
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("mine", encoding="utf-8")
    assert run("simulate", mine, "--truth", truth, "--force").code == 2
    assert contents(mine) == {"thesis.txt": b"mine"}
    earlier = tmp_path / "earlier"
    shutil.copytree(data, earlier)
    assert run("simulate", earlier, "--truth", truth, "--force").code == 0
    assert json.loads((earlier / "truth.json").read_text(encoding="utf-8"))["polaron"] == []


def test_simulate_refuses_a_truth_it_does_not_know(tmp_path: Path) -> None:
    done = run("simulate", tmp_path / "data", "--truth", "guess")
    assert done.code == 2
    assert not (tmp_path / "data").exists()


def test_inspect_reports_axis_values_and_reader_of_each_file(data: Path) -> None:
    done = run("inspect", data / "T120K" / "pa_r01.csv", data / "T250K" / "pa_r02.csv", "--json")
    first, second = json.loads(done.out)["files"]
    assert done.code == 0
    assert (first["recognised"], first["error"], first["reader"], first["frames"]) == (True, None, "text", 1)
    assert first["axis"]["unit"] == "nm"
    assert first["axis"]["first"] < first["axis"]["last"]
    assert first["values"]["min"] <= first["values"]["first"] <= first["values"]["max"]
    assert set(first["values"]) == {"unit", "first", "last", "min", "max", "axis_at_max"}
    assert second["path"].endswith("pa_r02.csv")


def test_inspect_ends_with_code_2_where_a_file_is_not_recognised(data: Path, tmp_path: Path) -> None:
    strange = tmp_path / "strange.bin"
    strange.write_bytes(bytes(range(256)) * 4)
    done = run("inspect", strange, data / "manifest.csv", data / "T120K" / "pa_r01.csv", "--json")
    files = json.loads(done.out)["files"]
    assert done.code == 2
    assert files[0]["recognised"] is False
    assert files[0]["error"]
    assert files[2]["recognised"] is True


def test_inspect_prints_a_few_lines_for_people(data: Path) -> None:
    lines = run("inspect", data / "T120K" / "pa_r01.csv").out.splitlines()
    assert lines[0].endswith("text, 1 frame(s)")
    assert "nm, " in lines[1]


def test_demo_writes_data_and_results_and_compares_with_the_truth(in_folder: Path) -> None:
    done = run("demo")
    folder = in_folder / "asplab-demo"
    assert done.code == 0, done.err
    assert (folder / "project.nxs").is_file()
    assert (folder / "data" / "truth.json").is_file()
    assert json.loads((folder / "results.json").read_text(encoding="utf-8"))["simulated"] is True
    assert "SIMULATED DATA" in done.out
    assert done.out.count("(0.84)") == 11
    assert done.out.splitlines()[-1].split()[0] == "all"


def test_demo_runs_again_over_its_own_data_but_not_over_a_file_that_was_edited(
    in_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asplab.core.demo.experiment_with_truth", lambda truth: SMALL)
    folder = in_folder / "asplab-demo"
    assert run("demo").code == 0
    assert run("demo").code == 0
    edited = folder / "data" / "T120K" / "pa_r01.csv"
    simulated = edited.read_bytes()
    edited.write_bytes(simulated + b"# mine\n")
    before = contents(folder)
    done = run("demo")
    assert done.code == 2
    assert "T120K" in done.err
    assert "pa_r01.csv was edited" in done.err
    assert contents(folder) == before
    assert [path.name for path in in_folder.iterdir()] == ["asplab-demo"]
    assert run("demo", "--force").code == 0
    assert edited.read_bytes() == simulated


@pytest.mark.parametrize("command", ["demo", "simulate", "analyze", "replay", "model", "inspect"])
def test_the_help_of_every_command_explains_its_exit_codes(command: str) -> None:
    done = run(command, "--help")
    assert done.code == 0
    assert "Exit codes: 0 " in done.out
    assert "2 " in done.out.partition("Exit codes:")[2]


def test_a_command_that_does_not_exist_is_one_line() -> None:
    done = run("analyse")
    assert (done.code, done.out) == (2, "")
    assert re.fullmatch(r"asplab: No such command 'analyse'.* See: asplab --help\n", done.err)


def test_without_a_command_the_help_is_shown() -> None:
    done = run()
    assert done.code == 2
    assert "Commands" in done.out + done.err
    assert "asplab: " not in done.err


def test_one_temperature_is_no_reason_to_speak_of_a_joint_fit(table: Path, tmp_path: Path) -> None:
    done = run("analyze", table, "-o", tmp_path / "out")
    assert done.code == 0
    assert len([line for line in done.out.splitlines() if "ħω" in line]) == 1
    assert "no polaron fit" not in done.out
    assert not [line for line in done.out.splitlines() if line.strip().startswith("all")]


def test_temperatures_without_a_fit_are_told_in_one_line(table: Path, tmp_path: Path) -> None:
    rows = [f"{t},{detuning},0.9,0.01" for t in (80, 120, 160) for detuning in (20, 40)]
    text = "\n".join(["temperature_k,detuning_mev,eta,eta_error", *rows])
    (table / "eta.csv").write_text(text + "\n", encoding="utf-8")
    done = run("analyze", table, "-o", tmp_path / "out")
    assert done.code == 1
    (line,) = [line for line in done.out.splitlines() if "polaron" in line]
    assert line == "no polaron fit at 80.0 K, 120.0 K, 160.0 K"
    assert done.err.count("usable detuning") == 1
    assert done.err.startswith("warning: 80 K, 120 K, 160 K: ")


def test_a_limit_is_printed_where_the_phonon_energy_is_not_identified(table: Path, tmp_path: Path) -> None:
    rows = [f"120,{detuning},{value},0.05" for detuning, value in ((20, 0.97), (30, 0.96), (40, 0.96), (50, 0.95))]
    text = "\n".join(["temperature_k,detuning_mev,eta,eta_error", *rows])
    (table / "eta.csv").write_text(text + "\n", encoding="utf-8")
    done = run("analyze", table, "-o", tmp_path / "out")
    row = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))["polaron"][0]
    (line,) = [line for line in done.out.splitlines() if "not identified" in line]
    low = row["phonon_mev_interval68"][0]
    assert ("ħω > " in line) == (low is not None)
