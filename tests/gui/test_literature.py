"""Published numbers in the window: behind the fits with their sources, and as priors."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from asplab.core.companion.literature.priors import phonon_priors
from asplab.core.companion.literature.table import literature_values
from asplab.core.settings import Settings
from asplab.gui.bindings import Bindings
from asplab.gui.look.theme import Theme
from asplab.gui.panels.polaron.fit import FitPage
from asplab.gui.panels.polaron.panel import PolaronPanel
from asplab.gui.plots.guides import Guides
from asplab.gui.plots.literature import literature_guides
from asplab.gui.plots.series import SeriesPlot
from asplab.gui.settings_catalogue import STEPS
from asplab.gui.widgets.fields import NumberField
from asplab.gui.widgets.literature_menu import BY_HAND
from asplab.gui.widgets.model_forms import ParameterField
from asplab.gui.widgets.settings_form import Context, SettingsForm


def test_a_published_phonon_tells_its_source_under_the_mouse(make: Callable[..., Any], theme: Theme) -> None:
    plot = make(SeriesPlot, theme)
    guides = Guides(theme)
    plot.add_layer(guides, z=-5)
    guides.display([*literature_guides("phonon_energy", "x"), *literature_guides("coupling_g", "y")])
    plot.set_home(x=(2.0, 30.0), y=(15.0, 50.0))
    plot.view_all()
    plot.grab()

    def tip(x: float, y: float) -> str:
        return guides.tip(plot.mapToScene(plot.pixel_of(x, y)))

    stretch = next(value for value in literature_values("phonon_energy") if value.name == "pb-br-stretch")
    assert "<b>18–19 meV</b>" in tip(18.5, 30.0)
    assert stretch.source.short in tip(18.5, 30.0)
    assert stretch.source.doi in tip(18.5, 30.0)
    assert tip(13.0, 30.0) == ""
    top = plot.view[1][1]
    assert "4–44 meV" in tip(13.0, top - 0.05)
    # What was found from up-conversion itself stands at the edge only, and says so.
    assert tip(23.4, 30.0) == ""
    assert "23.4 ± 2.2 meV at 250 K" in tip(23.4, top - 0.05)
    assert "itself" in tip(23.4, top - 0.05)
    guides.setVisible(False)
    assert tip(18.5, 30.0) == ""


@pytest.fixture
def page(opened: Bindings) -> FitPage:
    opened.looking.choose_step("polaron")
    panel = opened.page
    assert isinstance(panel, PolaronPanel)
    panel.choose("fit")
    found = panel.page
    assert isinstance(found, FitPage)
    opened.window.grab()
    return found


def test_the_page_of_fits_shows_published_values_until_they_are_switched_off(page: FitPage) -> None:
    (left, right), (bottom, top) = page.plane.view
    inside = min(max(0.5 * (left + right), 5.0), 43.0)
    place = page.plane.mapToScene(page.plane.pixel_of(inside, top - 0.002 * (top - bottom)))
    assert "4–44 meV" in page.published.tip(place)
    QTest.mouseClick(page.literature, Qt.MouseButton.LeftButton, pos=QPoint(8, page.literature.height() // 2))
    assert not page.literature.isChecked()
    assert page.published.tip(place) == ""


@pytest.fixture
def form(make: Callable[..., Any]) -> SettingsForm:
    """The settings of the Polaron step, unfolded; what the user edits comes back as it would in the window."""
    found: SettingsForm = make(SettingsForm, STEPS["polaron"], size=(292, 1200))
    settings = [Settings()]

    def take(record: str, name: str, value: object) -> None:
        settings[0] = replace(settings[0], **{record: replace(getattr(settings[0], record), **{name: value})})
        found.display(settings[0], Context())

    found.edited.connect(take)
    found.display(settings[0], Context())
    for section in found.sections:
        if section.is_folded:
            section.heading.click()
    found.now = settings
    return found


def test_a_published_prior_brings_its_source_and_one_that_is_changed_says_so(form: SettingsForm) -> None:
    field = form.field("models", "priors")
    assert isinstance(field, ParameterField)
    assert field.literature_button is not None
    menus = field.literature_button.menus_by_name
    assert set(menus) == {value.name for value in literature_values("phonon_energy") if value.is_independent}
    menus["pb-br-stretch"].actions()[2].trigger()
    wanted = phonon_priors(error_mev=2.0, chosen=lambda value: value.name == "pb-br-stretch")
    assert form.now[0].models.priors == wanted
    source = next(one for one in field.findChildren(QLineEdit) if one.accessibleName().endswith("source of the prior"))
    assert source.toolTip() == wanted[0].source
    menus["cs-br"].actions()[1].trigger()
    (prior,) = form.now[0].models.priors
    assert (prior.value, prior.error) == (9.5, 1.0)
    deviation = next(one for one in field.findChildren(NumberField) if one.accessibleName().endswith("deviation"))
    deviation.setFocus()
    deviation.selectAll()
    QTest.keyClicks(deviation, "3")
    QTest.keyClick(deviation, Qt.Key.Key_Return)
    (prior,) = form.now[0].models.priors
    assert prior.error == 3.0
    assert prior.source.endswith(BY_HAND)


def test_ranges_have_no_menu_of_published_values(form: SettingsForm) -> None:
    field = form.field("models", "limits")
    assert isinstance(field, ParameterField)
    assert field.literature_button is None
