"""The intervals page: profiles, bootstrap and sampler side by side, each for the fit that is looked at."""

from collections.abc import Callable

import numpy as np
import pytest
from painting import painted_once
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from asplab.core import Results
from asplab.core.bootstrap import bootstrap
from asplab.core.settings import ParameterPrior
from asplab.gui.bindings import Bindings
from asplab.gui.panels.polaron.interval_rows import COLUMNS, _interval
from asplab.gui.panels.polaron.interval_studies import BOOTSTRAP, PROFILE, SAMPLING
from asplab.gui.panels.polaron.intervals import IntervalsPage
from asplab.gui.panels.polaron.panel import PolaronPanel
from asplab.gui.widgets.numerals import plain

Until = Callable[..., None]
HERE = 1
_FIT, _PROFILE, _BOOTSTRAP, _SAMPLED = 1, 2, 3, 5


def results_of(bound: Bindings) -> Results:
    assert bound.session.results is not None
    return bound.session.results


def is_done(bound: Bindings, page: IntervalsPage) -> bool:
    current = [page._states[study.key].is_current for study in (PROFILE, BOOTSTRAP)]
    return bound.session.is_settled and bound.jobs.is_idle and all(current)


@pytest.fixture
def page(opened: Bindings, until: Until) -> IntervalsPage:
    opened.looking.choose_temperature(HERE)
    opened.looking.choose_step("polaron")
    panel = opened.page
    assert isinstance(panel, PolaronPanel)
    panel.choose("intervals")
    found = panel.page
    assert isinstance(found, IntervalsPage)
    with painted_once(opened.window):
        until(lambda: is_done(opened, found))
    return found


def cell(page: IntervalsPage, name: str, column: int) -> str:
    row = next(row for row in page.table.rows if row.cells[0].startswith(name))
    return row.cells[column]


def test_bootstrap_and_profile_stand_beside_the_fit(page: IntervalsPage, opened: Bindings) -> None:
    results = results_of(opened)
    assert results.intervals is not None
    low, high = results.intervals.phonon_low_mev[HERE], results.intervals.phonon_high_mev[HERE]
    assert cell(page, "ħω", _PROFILE) == _interval(float(low), float(high))
    found = bootstrap(results, draws=1000, seed=1)
    ends = float(found.phonon_mev.low_68[HERE]), float(found.phonon_mev.high_68[HERE])
    assert cell(page, "ħω", _BOOTSTRAP) == _interval(*ends)
    assert cell(page, "QY", _BOOTSTRAP) == _interval(
        float(found.quantum_yield.low_68[HERE]), float(found.quantum_yield.high_68[HERE])
    )
    assert results.efficiency is not None
    etas = sum(row.cells[0].startswith("η") for row in page.table.rows)
    assert etas == results.efficiency.valid[HERE].sum()


def test_the_profile_crosses_the_line_where_its_interval_ends(page: IntervalsPage) -> None:
    curve = page.profile.series[0]
    x, y = np.asarray(curve.line_x), np.asarray(curve.line_y)
    found = page._states[PROFILE.key].value
    right = x > found.best[HERE]
    assert np.interp(1.0, y[right], x[right]) == pytest.approx(found.high_68[HERE], rel=0.01)


def test_the_histogram_holds_all_draws_but_the_outermost(page: IntervalsPage) -> None:
    outline = page.histogram.series[0]
    heights = np.asarray(outline.line_y)[1:-1:2]
    assert 0.97 < heights.sum() <= 1.0


@pytest.mark.usefixtures("afresh")
def test_another_seed_gives_other_ends_and_the_first_one_the_same_again(
    page: IntervalsPage, opened: Bindings, until: Until
) -> None:
    def ends_now() -> list[str]:
        return [row.cells[_BOOTSTRAP] for row in page.table.rows]

    ends = [ends_now()]
    for seed in ("2", "1"):
        page.seed.setFocus()
        page.seed.selectAll()
        QTest.keyClicks(page.seed, seed)
        QTest.keyClick(page.seed, Qt.Key.Key_Return)
        until(lambda seed=seed: page._states[BOOTSTRAP.key].outcome.request.seed == int(seed) and is_done(opened, page))
        ends.append(ends_now())
    assert ends[0] == ends[2]
    assert ends[0] != ends[1]


def test_too_few_draws_are_refused(page: IntervalsPage) -> None:
    told: list[str] = []
    page.hint_changed.connect(told.append)
    page.draws.setFocus()
    page.draws.selectAll()
    QTest.keyClicks(page.draws, "50")
    QTest.keyClick(page.draws, Qt.Key.Key_Return)
    assert "outside" in told[-1]
    assert page.request(BOOTSTRAP.key).draws == 1000


def test_the_joint_fit_has_no_yield_and_no_eta(page: IntervalsPage, opened: Bindings, until: Until) -> None:
    page.fits.setFocus()
    QTest.keyClick(page.fits, Qt.Key.Key_Down)
    until(lambda: is_done(opened, page))
    assert [row.cells[0].split(" ")[0] for row in page.table.rows] == ["ħω", "g", "Eₚ", "S"]
    fit = results_of(opened).polaron
    assert fit is not None
    assert cell(page, "ħω", _FIT).startswith(plain(float(fit.phonon_mev[-1]), 1)[:3])


def test_the_sampler_waits_for_the_user_and_belongs_to_its_fit(
    page: IntervalsPage, opened: Bindings, until: Until
) -> None:
    assert (
        opened.theory.studies.state(SAMPLING, results_of(opened).document, page.request(SAMPLING.key)).outcome is None
    )
    assert COLUMNS[_SAMPLED].header == "sampled"
    QTest.mouseClick(page.sample_button, Qt.MouseButton.LeftButton)
    until(lambda: cell(page, "ħω", _SAMPLED) != "—", seconds=60.0)
    assert not page.sample_button.isEnabled()
    opened.looking.choose_temperature(0)
    until(lambda: page._row == 0)
    assert cell(page, "ħω", _SAMPLED) == "—"
    assert page.sample_button.isEnabled()
    opened.looking.choose_temperature(HERE)
    until(lambda: cell(page, "ħω", _SAMPLED) != "—")


def test_the_sampler_knows_the_priors_of_the_settings(page: IntervalsPage, opened: Bindings, until: Until) -> None:
    prior = ParameterPrior("phonon_mev", 18.0, 0.01, "Raman")
    opened.intents.edit_setting("models", "priors", (prior,))
    until(lambda: opened.session.is_settled and opened.jobs.is_idle)
    QTest.mouseClick(page.sample_button, Qt.MouseButton.LeftButton)
    until(lambda: cell(page, "ħω", _SAMPLED) != "—", seconds=60.0)
    ends = [float(part) for part in cell(page, "ħω", _SAMPLED).split(" … ")]
    assert ends == pytest.approx([17.99, 18.01], abs=0.005)
    opened.intents.edit_setting("models", "priors", ())
    until(lambda: cell(page, "ħω", _SAMPLED) == "—")


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ((20.77, 27.58), "20.8 … 27.6"),
        ((20.77, np.nan), "> 20.8"),
        ((np.nan, 0.0273), "< 0.0273"),
        ((np.nan, np.nan), "open"),
    ],
)
def test_an_open_end_is_told_and_never_a_number(ends: tuple[float, float], words: str) -> None:
    assert _interval(*ends) == words
