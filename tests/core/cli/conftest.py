"""Experiments and results that several commands are tried on."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from command_line import SMALL, Run, run

from asplab.core.export.figures import write_figures
from asplab.core.export.style.presets import DEFAULT
from asplab.core.virtual import simulate


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


@pytest.fixture
def without_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the figures out, which take most of the time."""
    monkeypatch.setattr("asplab.core.jobs.analyze.write_figures", lambda *_, **__: ())


@pytest.fixture
def quick_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw every figure, but write it as SVG alone: PDF and PNG take three quarters of the time."""
    quick = partial(write_figures, preset=replace(DEFAULT, formats=("svg",)))
    monkeypatch.setattr("asplab.core.jobs.analyze.write_figures", quick)
