"""The list of files of the import window: names longer than their column, and the card before anything is selected."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication

from asplab.gui.bindings import Bindings
from asplab.gui.importing.files_page import FilesPage
from asplab.gui.importing.short_names import shared_beginnings, shortened

NAMES = [f"CsPbBr3_NC_film_on_sapphire_{nm}nm_r01.csv" for nm in ("519.3", "519.9", "522.1")]
SHARED = len("CsPbBr3_NC_film_on_sapphire_5")


def test_names_that_begin_alike_are_compared_with_one_another_only() -> None:
    assert shared_beginnings([*NAMES, "broken.sif"]) == {"CsPbBr3_": SHARED, "broken.s": 0}


def test_a_long_name_keeps_its_beginning_and_what_tells_it_from_the_others(application: QApplication) -> None:
    metrics = QFontMetrics(application.font())
    room = metrics.horizontalAdvance(NAMES[0]) - 60
    told = [shortened(name, SHARED, room, metrics) for name in NAMES]
    assert all(metrics.horizontalAdvance(text) <= room for text in told)
    assert [text[-16:] for text in told] == [name[-16:] for name in NAMES]
    assert all(text.startswith("CsPbBr3_…") for text in told)


def test_a_name_that_fits_is_left_as_it_is(application: QApplication) -> None:
    assert shortened(NAMES[0], SHARED, 5000, QFontMetrics(application.font())) == NAMES[0]


def test_before_a_file_is_selected_the_card_shows_the_first_one(
    bound: Bindings, tmp_path: Path, until: Callable[..., None]
) -> None:
    folder = tmp_path / "day"
    folder.mkdir()
    for name in ("pl_80K_450nm.csv", "aspl_80K_520nm.csv"):
        (folder / name).write_text("\n".join(f"{400 + i},{100 + i % 7 + len(name)}" for i in range(60)))
    bound.imports.open([folder])
    until(lambda: bound.jobs.is_idle and bound.imports.importer is not None and _page(bound).model.rowCount() == 2)
    page = _page(bound)
    assert not page.view.selectionModel().hasSelection()
    assert page.card.plot.isVisible()
    assert page.card._title.html == "First file"
    page.view.setCurrentIndex(page.model.first_cell(1, page.view.rootIndex()))
    assert page.card._title.html == "Selected file"
    bound.imports.close()


def _page(bound: Bindings) -> FilesPage:
    assert bound.imports.importer is not None
    return bound.imports.importer.window.files
