"""The window of an experiment that enters half-way: no empty pane, no setting without use, no word about raw data."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from response_level import DETUNING_MEV, HC_MEV_NM, STOKES_MEV, Truth

from asplab.core.jobs.opening import load_document
from asplab.gui.bindings import Bindings
from asplab.gui.panels.overview import OverviewPanel
from asplab.gui.words.findings import temperature_rows
from asplab.gui.words.sources import NO_RAW_DATA

Until = Callable[..., None]
TEMPERATURES_K = (120.0, 250.0)


@pytest.fixture
def responses(tmp_path: Path) -> Path:
    lines = ["temperature_k,excitation_nm,side,intensity,intensity_error,pa,pa_error,gap_mev"]
    for kelvin in TEMPERATURES_K:
        truth = Truth(kelvin)
        for index, (energy, light, heat) in enumerate(zip(*truth.means(), strict=True)):
            side = "pl" if index < STOKES_MEV.size else "aspl"
            noise = 1e-3 * light, 1e-3 * abs(heat)
            lines.append(f"{kelvin},{HC_MEV_NM / energy},{side},{light},{noise[0]},{heat},{noise[1]},{truth.gap_mev}")
    return folder(tmp_path, "responses", lines)


@pytest.fixture
def efficiencies(tmp_path: Path) -> Path:
    lines = ["temperature_k,detuning_mev,eta,eta_error"]
    for kelvin in TEMPERATURES_K:
        lines += [f"{kelvin},{x},{y},0.01" for x, y in zip(DETUNING_MEV, Truth(kelvin).eta, strict=True)]
    return folder(tmp_path, "efficiency", lines)


def folder(place: Path, kind: str, lines: list[str]) -> Path:
    (place / "table.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (place / "manifest.csv").write_text(f"file,kind\ntable.csv,{kind}\n", encoding="utf-8")
    return place


def show(bound: Bindings, until: Until, place: Path, step: str) -> None:
    bound.session.begin(load_document(place))
    until(lambda: bound.session.is_settled)
    bound.looking.choose_step(step)
    # The form of a step comes after its page is painted.
    for _ in range(8):
        QApplication.processEvents()
    bound.window.grab()


def test_the_tree_lists_the_temperatures_and_a_click_chooses_one(
    bound: Bindings, until: Until, responses: Path
) -> None:
    show(bound, until, responses, "overview")
    assert bound.tree.dock.subtitle == "1 table"
    assert [node.text for node in bound.tree.model.root.children] == ["120 K", "250 K"]
    place = bound.tree.view.visualRect(bound.tree.model.index(1, 0)).center()
    QTest.mouseClick(bound.tree.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    until(lambda: bound.window.toolbar.temperatures.key == 1)
    assert bound.looking.view.temperature == 1


@pytest.mark.parametrize(
    ("step", "shown"),
    [("overview", False), ("spectra", False), ("ratio", True), ("polaron", True)],
)
def test_only_settings_that_change_something_are_offered(
    bound: Bindings, until: Until, responses: Path, step: str, shown: bool
) -> None:
    show(bound, until, responses, step)
    assert (bound.inspector.form is not None) == shown


def test_a_table_of_eta_offers_the_settings_of_the_model_alone(
    bound: Bindings, until: Until, efficiencies: Path
) -> None:
    show(bound, until, efficiencies, "ratio")
    assert bound.inspector.form is None
    show(bound, until, efficiencies, "polaron")
    assert bound.inspector.form is not None


def test_a_table_of_eta_says_nothing_of_the_quantum_yield(bound: Bindings, until: Until, efficiencies: Path) -> None:
    show(bound, until, efficiencies, "overview")
    page, results = bound.pages["overview"], bound.session.results
    assert isinstance(page, OverviewPanel)
    assert results is not None
    assert page.cards[1].subtitle == ""
    assert "QY" not in [row.symbol for row in temperature_rows(results, bound.looking.view)]
    assert bound.inspector.sources.statistical.bars.isHidden()


def test_cards_without_data_say_what_would_fill_them(bound: Bindings, until: Until, efficiencies: Path) -> None:
    show(bound, until, efficiencies, "overview")
    page = bound.pages["overview"]
    assert isinstance(page, OverviewPanel)
    for card in page.cards[:2]:
        words = [label.text() for label in card.findChildren(QLabel) if label.isVisible()]
        assert any(len(text) > 20 for text in words), words


def test_responses_say_that_their_errors_have_no_known_source(bound: Bindings, until: Until, responses: Path) -> None:
    show(bound, until, responses, "overview")
    assert bound.inspector.sources.statistical.why.text() == NO_RAW_DATA
    assert not bound.inspector.sources.statistical.why.isHidden()


def test_eta_of_a_table_is_drawn_without_a_warning(bound: Bindings, until: Until, efficiencies: Path) -> None:
    show(bound, until, efficiencies, "overview")
    results = bound.session.results
    assert results is not None
    assert results.efficiency is not None
    page = bound.pages["overview"]
    assert isinstance(page, OverviewPanel)
    assert np.isfinite(np.asarray(page.eta.series[0].y)).sum() == DETUNING_MEV.size
