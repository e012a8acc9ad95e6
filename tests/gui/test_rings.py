"""A selected measurement is ringed on every plot that shows it, and its points say in which files it stands."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from asplab.gui.bindings import Bindings
from asplab.gui.plots.layer import Layer
from asplab.gui.plots.series import SeriesLayer

Until = Callable[..., None]


def ringed(plot: Any) -> set[tuple[int, int]]:
    """Return series and points that are ringed."""
    layer: SeriesLayer = plot.series_layer
    return layer._ringed_places()


def select(opened: Bindings, step: str, kind: str, until: Until) -> str:
    """Select a condition in the middle of its side at the first temperature, on a step."""
    results = opened.session.results
    assert results is not None
    fit = results.efficiency
    assert fit is not None
    keys = fit.stokes_keys[0] if kind == "pl" else [k for k, ok in zip(fit.keys[0], fit.valid[0], strict=True) if ok]
    opened.looking.choose_step(step)
    opened.looking.choose_stack(keys[1])
    until(lambda: opened.session.is_settled)
    opened.window.grab()
    return str(keys[1])


@pytest.mark.parametrize("kind", ["pl", "aspl"])
def test_on_r_lines_either_measurement_of_a_point_rings_it(opened: Bindings, until: Until, kind: str) -> None:
    for step in ("overview", "ratio"):
        select(opened, step, kind, until)
        page: Any = opened.page
        places = ringed(page.ratio)
        assert places
        series = {index for index, _ in places}
        points = {point for _, point in places}
        assert (len(points) == 1) if kind == "pl" else (len(series) == 1)


def test_on_the_stokes_line_and_eta_of_t_the_selection_is_ringed(opened: Bindings, until: Until) -> None:
    select(opened, "ratio", "pl", until)
    page: Any = opened.page
    assert ringed(page.line) == {(0, 1)}
    key = select(opened, "efficiency", "aspl", until)
    page = opened.page
    assert any(key in series.keys for series in page.thermal.series) == bool(ringed(page.thermal))
    assert ringed(page.plot)


def test_the_tip_of_a_point_names_value_error_and_files(opened: Bindings, until: Until) -> None:
    key = select(opened, "overview", "aspl", until)
    page: Any = opened.page
    layer: Layer = page.eta.series_layer
    series = page.eta.series[0]
    point = list(series.keys).index(key)
    tip = layer.stop_tip(next(stop for stop in layer.stops() if stop.parts == (0, point)))
    assert "±" in tip or "+" in tip
    node = opened.tree.node_of(key)
    assert node is not None
    assert node.children[0].key.rpartition("/")[2] in tip
    assert f"and {len(node.children) - 1} more files" in tip


def test_readings_of_scans_are_ringed_and_named(opened: Bindings, until: Until) -> None:
    select(opened, "absorption", "aspl", until)
    page: Any = opened.page
    assert ringed(page.scan)
    assert ringed(page.tail)
    assert np.isfinite([stop.x for stop in page.scan.series_layer.stops()]).all()
