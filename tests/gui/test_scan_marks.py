"""Photothermal scans in the window: quadrature, seams, overload, pairing, and which baseline fits."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from asplab.core import Document, Results, load_experiment
from asplab.core.pipeline import Analysis
from asplab.core.virtual import VirtualExperiment, simulate
from asplab.core.virtual.effects import Effects
from asplab.gui.bindings import Bindings
from asplab.gui.look.theme import LIGHT
from asplab.gui.panels.absorption import AbsorptionPanel
from asplab.gui.plots.guides import Guide, Guides
from asplab.gui.plots.series import SeriesPlot
from asplab.gui.view_state import ViewState
from asplab.gui.words.scan import baseline_words, reading_words, scan_words

VIEW = ViewState(step="absorption")


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Document:
    """Scans in two pieces, the first of which is overloaded."""
    folder = tmp_path_factory.mktemp("pieces") / "folder"
    effects = Effects(scan_segments=2, segment_gain_error=0.03, overload=0.97, phase_drift_deg=10.0)
    simulate(folder, VirtualExperiment(temperatures_k=(250.0,), repeats=4, effects=effects), seed=3)
    return Document(load_experiment(folder))


@pytest.fixture(scope="module")
def results(document: Document) -> Results:
    return Analysis().update(document)


@pytest.fixture
def panel(make: Callable[..., Any], results: Results) -> AbsorptionPanel:
    made: AbsorptionPanel = make(AbsorptionPanel, LIGHT, size=(1000, 760))
    made.display(results, VIEW)
    QApplication.processEvents()
    return made


def labels(plot: SeriesPlot) -> list[str]:
    return [series.label for series in plot.series]


def test_the_quadrature_is_drawn_and_taken_away_by_its_box(panel: AbsorptionPanel, qtbot: Any) -> None:
    assert "quadrature" in labels(panel.scan)
    assert "quadrature" in labels(panel.tail)
    panel.quadrature.setFocus()
    qtbot.keyClick(panel.quadrature, Qt.Key.Key_Space)
    assert "quadrature" not in labels(panel.scan)
    assert "quadrature" not in labels(panel.tail)


def test_the_quadrature_is_the_mean_of_what_the_rotation_left(panel: AbsorptionPanel, results: Results) -> None:
    assert results.scans is not None
    scans = results.scans.sets[0]
    assert scans is not None
    assert scans.quadrature_v is not None
    series = next(one for one in panel.scan.series if one.label == "quadrature")
    np.testing.assert_allclose(series.line_y, 1e6 * scans.quadrature_v.mean(axis=0))


def test_scans_without_a_second_channel_have_no_box(make: Callable[..., Any], results: Results) -> None:
    assert results.scans is not None
    scans = replace(results.scans, sets=tuple(replace(one, quadrature_v=None) for one in results.scans.sets if one))
    panel: AbsorptionPanel = make(AbsorptionPanel, LIGHT, size=(1000, 760))
    panel.display(replace(results, scans=scans), VIEW)
    assert not panel.quadrature.isVisible()
    assert "quadrature" not in labels(panel.scan)


@pytest.mark.parametrize("axis", [0, 1])
def test_seams_and_left_out_ranges_are_marked_and_say_what_they_are(
    panel: AbsorptionPanel, results: Results, axis: int
) -> None:
    panel.axis.setCurrentIndex(axis)
    panel.axis.activated.emit(axis)
    panel.scan.grab()
    assert results.scans is not None
    scans = results.scans.sets[0]
    assert scans is not None
    assert scans.seams
    assert scans.overloaded_nm
    guides = {guide.label: guide for guide in panel._guides._guides}
    (_, _), (low, high) = panel.scan.view
    tips = {}
    for label in ("seam", "overload"):
        guide = guides[label]
        middle = guide.low if guide.high is None else 0.5 * (guide.low + guide.high)
        (left, right), _ = panel.scan.view
        assert left <= middle <= right
        tips[label] = panel._guides.tip(QPointF(panel.scan.pixel_of(middle, 0.5 * (low + high))))
    assert "at equal power" in tips["seam"]
    assert "full scale" in tips["overload"]
    if axis:
        assert guides["seam"].low == pytest.approx(scans.seams[0].at_nm, abs=0.01)


def test_how_pl_and_pa_are_paired_is_said_in_words(panel: AbsorptionPanel, results: Results) -> None:
    assert results.pairs is not None
    assert results.pairs.words(0) in panel.scan_words.html
    assert "1 seam" in panel.scan_words.html
    assert "left out" in panel.scan_words.html


def test_a_drift_of_pa_beyond_three_standard_deviations_is_said(results: Results) -> None:
    assert results.drift is not None
    assert results.scans is not None
    scans = results.scans.sets[0]
    assert scans is not None
    heat = results.drift.heat
    found = heat.is_beyond.copy()
    assert "!" not in scan_words(results, scans, 0)[0]
    found[0, :2] = True
    drifting = replace(results, drift=replace(results.drift, heat=replace(heat, is_beyond=found)))
    assert "! PA of 2 excitations drift" in scan_words(drifting, scans, 0)[0]


@pytest.mark.parametrize(
    ("volt", "power", "unit", "words"),
    [
        (230.0, 231.0, "volt", "the scans don’t tell which"),
        (330.0, 230.0, "volt", "! proportional to power fits better"),
        (330.0, 230.0, "power", "proportional to power fits better"),
        (230.0, 330.0, "power", "! independent of power fits better"),
    ],
)
def test_the_better_unit_of_the_baseline_is_named(
    results: Results, document: Document, volt: float, power: float, unit: Any, words: str
) -> None:
    assert results.absorbed is not None
    baseline = results.absorbed.baselines[0]
    assert baseline is not None
    fitted = replace(baseline, chi2_volt=volt, chi2_power=power, dof=230)
    settings = replace(document.settings.baseline, unit=unit)
    told = baseline_words(replace(results, document=document.with_settings(baseline=settings)), fitted)
    assert told[-1] == words
    assert f"χ² {volt:.1f}" in told[0]
    assert f"χ² {power:.1f}" in told[0]


def test_the_tip_of_a_reading_tells_what_is_in_quadrature(panel: AbsorptionPanel, results: Results) -> None:
    assert results.scans is not None
    scans = results.scans.sets[0]
    assert scans is not None
    told = [reading_words(results, int(k)) for k in scans.stacks]
    assert told[0].endswith("% of it in quadrature")
    assert panel.scan.series[0].tips[0].endswith(told[0])


def test_no_words_of_the_scans_are_cut_in_a_small_window(
    bound: Bindings, document: Document, until: Callable[..., None]
) -> None:
    bound.window.resize(1100, 700)
    bound.session.begin(document)
    until(lambda: bound.session.is_settled)
    bound.looking.choose_step("absorption")
    QApplication.processEvents()
    QApplication.processEvents()
    for line in (bound.page.scan_words, bound.page.baseline_words):
        assert line.fitting()


def test_the_name_of_a_range_at_the_left_edge_stands_at_its_right(make: Callable[..., Any]) -> None:
    plot: SeriesPlot = make(SeriesPlot, LIGHT, size=(400, 300))
    guides = Guides(LIGHT)
    plot.add_layer(guides)
    plot.set_home(x=(0.0, 100.0), y=(0.0, 1.0))

    def ink(shown: list[Guide]) -> int:
        guides.display(shown)
        image = plot.grab().toImage()
        start = plot.pixel_of(1.0, 0.5).x() + 3
        return sum(image.pixelColor(x, y).lightness() < 200 for x in range(start, start + 16) for y in range(10, 80))

    plain = ink([])
    assert ink([Guide("x", 0.0, 1.0, label="overload", label_row=0)]) > plain + 20
