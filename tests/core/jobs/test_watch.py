"""A folder is followed while it is being measured."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from command_line import SMALL, run

from asplab.core.document import Document
from asplab.core.errors import InputError
from asplab.core.importing.preset import Preset, save_preset
from asplab.core.importing.table import Default
from asplab.core.jobs.watch import Look, Watch, by_preset, look, missing_conditions, news
from asplab.core.loading import Memory, load_experiment
from asplab.core.pipeline import Results, analyse
from asplab.core.problems import Problem
from asplab.core.virtual import simulate


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return simulate(tmp_path_factory.mktemp("watch") / "all", SMALL, seed=3).parent


@pytest.fixture
def folder(measured: Path, tmp_path: Path) -> Path:
    """A folder with the manifest and the files of the lower temperature."""
    made = tmp_path / "run"
    for path in measured.rglob("*"):
        name = path.relative_to(measured)
        if path.is_file() and "T250K" not in name.parts:
            (made / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, made / name)
    return made


def settled(watch: Watch) -> Watch:
    return watch.again().again()


def arrive(measured: Path, folder: Path, pattern: str) -> list[str]:
    names = []
    for path in sorted(measured.glob(pattern)):
        name = path.relative_to(measured)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder / name)
        names.append(name.as_posix())
    assert names
    return names


def results_of(watch: Watch) -> Results:
    assert watch.experiment is not None
    return analyse(Document(watch.experiment))


def test_files_are_loaded_once_they_stayed_the_same_for_two_looks(measured: Path, folder: Path) -> None:
    first = Watch(folder).again()
    assert first.experiment is None
    second = first.again()
    assert second.experiment is not None
    assert {s.condition.temperature_k for s in second.experiment.spectra if s.kind != "dark"} == {120.0}
    names = arrive(measured, folder, "T250K/*")
    third = second.again()
    assert third.experiment is second.experiment
    fourth = third.again()
    assert fourth.experiment is not None
    assert set(names) <= {source.path for source in fourth.experiment.sources}
    assert fourth.again().experiment is fourth.experiment


def test_a_file_that_still_grows_is_left_out(folder: Path) -> None:
    watch = settled(Watch(folder))
    victim = next(folder.glob("T120K/pl*"))
    whole = victim.read_bytes()
    victim.write_bytes(whole[: len(whole) // 2])
    growing = watch.again()
    victim.write_bytes(whole)
    grown = growing.again()
    assert grown.experiment is not None
    assert victim.relative_to(folder).as_posix() not in {s.path for s in grown.experiment.sources}
    assert all("cut short" not in p.message for p in grown.experiment.problems)
    ended = grown.again()
    assert ended.experiment is not None
    assert victim.relative_to(folder).as_posix() in {s.path for s in ended.experiment.sources}


def test_files_that_are_still_to_come_are_no_problem(folder: Path) -> None:
    watched = settled(Watch(folder)).experiment
    assert watched is not None
    assert not [p for p in watched.problems if p.severity == "error"]
    assert any("250K" in p.message for p in load_experiment(folder).problems)


def test_the_result_is_that_of_loading_the_folder_at_once(measured: Path, folder: Path) -> None:
    watch = settled(Watch(folder))
    arrive(measured, folder, "T250K/*")
    grown, whole = results_of(settled(watch)), analyse(Document(load_experiment(measured)))
    assert grown.polaron is not None
    assert whole.polaron is not None
    np.testing.assert_array_equal(grown.polaron.phonon_mev, whole.polaron.phonon_mev)


def test_only_new_files_are_read(measured: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = settled(Watch(folder))
    names = arrive(measured, folder, "T250K/*")
    read: list[str] = []
    original = Memory.read

    def counted(self: Memory, path: Path, name: str) -> object:
        known = len(self.files)
        found = original(self, path, name)
        read.extend([name] * (len(self.files) - known))
        return found

    monkeypatch.setattr(Memory, "read", counted)
    settled(watch)
    assert sorted(read) == sorted(names)


def test_a_changed_file_is_read_again(folder: Path) -> None:
    watch = settled(Watch(folder))
    victim = next(folder.glob("T120K/pl*"))
    lines = victim.read_text(encoding="utf-8").splitlines()
    wavelength, _ = lines[-1].split(",")
    victim.write_text("\n".join([*lines[:-1], f"{wavelength},54321"]) + "\n", encoding="utf-8")
    os.utime(victim, ns=(1, 1))
    changed = settled(watch).experiment
    assert changed is not None
    name = victim.relative_to(folder).as_posix()
    assert next(s for s in changed.spectra if s.source == name).counts[-1] == 54321.0


def test_a_folder_that_is_gone_is_told(folder: Path) -> None:
    watch = settled(Watch(folder))
    shutil.rmtree(folder)
    with pytest.raises(InputError, match="isn't there"):
        watch.again()


def test_news_tell_what_arrived_and_how_the_error_changed(measured: Path, folder: Path) -> None:
    watch = settled(Watch(folder))
    before = results_of(watch)
    assert any(line.startswith("120 K PL") and "(+4)" in line for line in news(None, before))
    arrive(measured, folder, "T250K/*")
    lines = news(before, results_of(settled(watch)))
    assert any(line.startswith("250 K PA: 4 repeats (+4)") for line in lines)
    assert not any(line.startswith("120 K PL") for line in lines)
    assert any(line.startswith("all temperatures: ħω = ") for line in lines)


def test_a_preset_says_what_files_without_a_manifest_are(measured: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    preset = Preset("ours", template="pl_T{T:K}_{exc:nm}_rep{rep}", defaults=(Default("", "kind", "pl"),))
    save_preset(preset, tmp_path / "presets")
    watch = Watch(folder, by_preset("ours", tmp_path / "presets"))
    watch = settled(watch)
    for k, path in enumerate(sorted(measured.glob("T120K/pl*"))[:3], 1):
        shutil.copy(path, folder / f"pl_T120K_450nm_rep{k}.csv")
    watch = settled(watch)
    assert watch.experiment is not None
    assert [(s.kind, s.condition.repeat) for s in watch.experiment.spectra] == [("pl", 1), ("pl", 2), ("pl", 3)]


def test_the_command_tells_what_arrives_and_what_helps(folder: Path) -> None:
    done = run("watch", folder, "--every", "0.1", "--looks", "3")
    assert done.code == 0
    lines = done.out.splitlines()
    assert any("120 K PA: 4 repeats" in line for line in lines)
    assert any("ħω = " in line for line in lines)
    assert any("more photothermal scans at 120 K shrink the error of ħω" in line for line in lines)


def test_the_command_refuses_a_folder_that_is_not_there(tmp_path: Path) -> None:
    done = run("watch", tmp_path / "none", "--looks", "1")
    assert done.code == 2
    assert "isn't there" in done.err


def test_a_folder_without_a_manifest_is_refused_with_both_ways_to_go_on(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("500,1\n501,2\n")
    done = run("watch", tmp_path, "--every", "0.1", "--looks", "2")
    assert done.code == 2
    assert "--preset NAME" in done.err
    assert "draft.csv" not in done.err


def test_the_command_says_that_it_waits_for_an_empty_folder_to_fill(tmp_path: Path) -> None:
    done = run("watch", tmp_path, "--every", "0.1", "--looks", "2")
    assert done.code == 0
    assert done.out.count("is empty; waiting for manifest.csv and files") == 1


def with_problems(results: Results, *problems: Problem) -> Results:
    return replace(results, problems=problems)


def test_a_warning_of_a_known_cause_is_counted_and_not_told_again(folder: Path) -> None:
    results = results_of(settled(Watch(folder)))
    saturated = [Problem("warning", f"pl_{k}.csv", f"{k} pixels are saturated") for k in range(4)]
    first = with_problems(results, saturated[0], Problem("warning", "80 K", "3 of 9 scans are short"))
    told = news(None, first)
    assert "warning: pl_0.csv: 0 pixels are saturated" in told
    later = with_problems(results, *saturated, Problem("warning", "80 K", "5 of 12 scans are short"))
    assert news(first, later) == ["3 more warnings of kinds that were told before"]
    assert news(later, later) == []


def test_a_problem_whose_line_of_the_list_moved_is_no_news(folder: Path) -> None:
    results = results_of(settled(Watch(folder)))
    kinds = [[Problem("error", f"pl_1.csv (manifest line {line})", "the file is empty.")] for line in (4, 40)]
    assert news(with_problems(results, *kinds[0]), with_problems(results, *kinds[1])) == []


def test_an_error_at_another_place_is_named_though_its_cause_is_known(folder: Path) -> None:
    results = results_of(settled(Watch(folder)))
    lost = [Problem("error", f"pl_{k}.csv", "the file is empty. Copy it again.") for k in range(2)]
    told = news(with_problems(results, lost[0]), with_problems(results, *lost))
    assert told == ["error: pl_1.csv: the file is empty. Copy it again."]


def test_the_error_that_more_files_shrink_is_called_an_error(measured: Path, folder: Path) -> None:
    after = results_of(settled(Watch(folder)))
    assert after.polaron is not None
    before = replace(after, polaron=replace(after.polaron, phonon_error_mev=2.0 * after.polaron.phonon_error_mev))
    (line, *_) = news(before, after)
    assert line.endswith(f" meV (Eq. 9, single gap) (error was {before.polaron.phonon_error_mev[0]:.2g})")


def test_no_news_where_nothing_changed(folder: Path) -> None:
    results = results_of(settled(Watch(folder)))
    assert news(results, results) == []


def test_a_condition_that_the_other_temperatures_have_is_missed(measured: Path, folder: Path) -> None:
    watch = settled(Watch(folder))
    arrive(measured, folder, "T250K/pl*")
    arrive(measured, folder, "T250K/pa*")
    results = results_of(settled(watch))
    assert missing_conditions(results) == ["250 K: 0 of 12 ASPL excitations"]


def test_a_look_knows_what_is_unfinished(tmp_path: Path) -> None:
    (tmp_path / "a10.csv").write_text("1")
    before = look(tmp_path)
    (tmp_path / "a10.csv").write_text("12")
    (tmp_path / "a2.csv").write_text("1")
    now = look(tmp_path)
    assert list(now.files) == ["a2.csv", "a10.csv"]
    assert now.unfinished(before) == {"a2.csv", "a10.csv"}
    assert now.unfinished(now) == frozenset()
    assert Look().unfinished(now) == frozenset()
