"""The user guide: pages, equations, links, search, going back, copying."""

import re
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from asplab.gui.bindings import Bindings
from asplab.gui.guide.browser import GuideWindow
from asplab.gui.guide.dress import column_shares
from asplab.gui.guide.equations import in_words, outline, picture
from asplab.gui.guide.pages import anchor, contents, read_guide, sections, with_pictures
from asplab.gui.guide.search import search
from asplab.gui.guide.typesetting import Typesetting
from asplab.gui.jobs.runner import Jobs
from asplab.gui.look.theme import DARK, LIGHT, Appearance

Until = Callable[..., None]
LEFT = Qt.MouseButton.LeftButton
PAGES = read_guide()
EQUATIONS = [(page.name, tex) for page in PAGES.values() for tex in with_pictures(page.markdown)[1]]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@pytest.fixture(scope="module")
def shown(application: QApplication, dressed: Appearance) -> Iterator[GuideWindow]:
    dressed.choose("light")
    jobs = Jobs()
    window = GuideWindow(Typesetting(jobs), LIGHT)
    window.show()
    application.processEvents()
    yield window
    window.close()
    jobs.close()
    window.deleteLater()
    application.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def guide(shown: GuideWindow, application: QApplication) -> GuideWindow:
    shown.query.clear()
    shown.open_page("first-steps")
    application.processEvents()
    return shown


# --- pages -----------------------------------------------------------------------------------------------------
def test_every_page_stands_once_in_the_contents() -> None:
    listed = [page.name for _, pages in contents(PAGES) for page in pages]
    assert sorted(listed) == sorted(PAGES)
    assert listed[0] == "first-steps"


@pytest.mark.parametrize("name", sorted(PAGES))
def test_links_of_a_page_lead_to_pages_headings_and_pictures_that_are_there(name: str) -> None:
    page = PAGES[name]
    for target in LINK.findall(page.markdown):
        if target.startswith(("http://", "https://")):
            continue
        place, _, fragment = target.partition("#")
        path = (page.path.parent / place).resolve() if place else page.path
        assert path.exists(), target
        if fragment:
            other = next(one for one in PAGES.values() if one.path.resolve() == path)
            assert fragment in [anchor(part.heading) for part in sections(other)], target


@pytest.mark.parametrize(("name", "tex"), EQUATIONS)
def test_every_equation_of_the_guide_can_be_typeset(name: str, tex: str) -> None:
    drawn = outline(tex)
    assert drawn.width > 1.0
    assert drawn.height > 0.3
    assert "\\" not in in_words(tex), (name, in_words(tex))


@pytest.mark.parametrize("name", sorted(PAGES))
def test_no_formula_is_left_as_a_line_of_code(name: str) -> None:
    # Code begins with an import, a name that is called, a command or a pattern of file names; none of them says "Σ".
    code = [line for line in PAGES[name].markdown.splitlines() if line.startswith("    ")]
    assert not [line for line in code if re.search(r"[Σ∫½√²]|ln [wWD]\b", line) and "#" not in line]


def test_an_equation_is_painted_in_the_ink_it_is_given_and_no_wider_than_its_room() -> None:
    drawn = outline(r"\eta = \frac{N}{D}")
    image = picture(drawn, LIGHT.color("bad"), size_px=20.0)
    inks = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert LIGHT.color("bad").name() in inks
    narrow = picture(drawn, LIGHT.color("bad"), size_px=20.0, room_px=30.0)
    assert narrow.width() <= 30 < image.width()


def test_a_line_break_begins_another_line_of_an_equation() -> None:
    assert outline(r"a = b \\ c = d").height > 2 * outline("a = b").height


def test_an_equation_in_words_reads_like_one() -> None:
    assert in_words(r"\eta = \frac{h\nu\,I}{\mathrm{PA}/s + h\nu_0\,I}") == "η = (hν I)/(PA/s + hν_0 I)"


# --- the window ------------------------------------------------------------------------------------------------
def test_equations_come_into_the_page_when_they_are_typeset(guide: GuideWindow, until: Until) -> None:
    height = guide.view.document().size().height()
    guide.open_page("rates")
    until(lambda: guide.view._typesetting.outline(with_pictures(PAGES["rates"].markdown)[1][0]) is not None)
    tex = with_pictures(PAGES["rates"].markdown)[1][0]
    image = guide.view._equation(tex)
    assert image.width() > 200
    assert height > 0


def test_a_link_leads_to_another_page_and_back_and_forward_return(guide: GuideWindow) -> None:
    guide.view.verticalScrollBar().setValue(120)
    guide.view.link_followed.emit(QUrl("systematics.md"))
    assert guide.view.page is not None
    assert guide.view.page.name == "systematics"
    QTest.keyClick(guide, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert guide.view.page.name == "first-steps"
    assert guide.view.verticalScrollBar().value() == 120
    QTest.mouseClick(guide.forward, LEFT)
    assert guide.view.page.name == "systematics"
    assert not guide.forward.isEnabled()


def test_a_link_with_an_anchor_brings_its_heading_to_the_top(guide: GuideWindow, application: QApplication) -> None:
    guide.open_page("models", "criteria")
    application.processEvents()
    cursor = guide.view.cursorForPosition(guide.view.viewport().rect().topLeft())
    cursor.movePosition(QTextCursor.MoveOperation.NextBlock)
    near = {cursor.block().text(), cursor.block().previous().text()}
    assert "Criteria" in near


def test_pictures_stand_beside_the_pages_and_fit_into_them(guide: GuideWindow) -> None:
    guide.open_page("corrections-step")
    image = guide.view._fitting(guide.view.loadResource(2, QUrl("corrections-light.png")))  # type: ignore[arg-type]
    assert not image.isNull()
    assert image.width() / image.devicePixelRatio() <= guide.view.viewport().width()


def test_the_contents_follow_the_page_and_the_page_follows_them(guide: GuideWindow) -> None:
    guide.open_page("arena")
    item = guide.tree.currentItem()
    assert item.text(0) == PAGES["arena"].title
    guide.tree.setCurrentItem(guide.tree.itemAbove(item))
    assert guide.view.page is not None
    assert guide.view.page.name == "models"


def test_a_wide_table_gives_each_column_the_room_of_its_longest_word_and_a_narrow_one_stays_narrow() -> None:
    wide = column_shares([["setting", "yield_slope_percent"], ["means", "word " * 40], ["default", "1 %"]])
    assert sum(wide) == pytest.approx(1.0)
    assert wide[1] > wide[0] > wide[2]
    assert wide[0] * 70 > len("yield_slope_percent")
    assert column_shares([["T", "80 K"], ["ħω", "23.4"]]) == []


# --- search ----------------------------------------------------------------------------------------------------
def test_the_search_finds_all_words_the_page_about_them_first(guide: GuideWindow) -> None:
    found = search([part for page in PAGES.values() for part in sections(page)], "bandwidth laser")
    assert found[0].section.page.name == "energy-axes"
    assert all("bandwidth" in (hit.section.text + hit.section.heading).lower() for hit in found)
    assert "<b>" in found[0].snippet


def test_greek_letters_are_found_by_their_names(guide: GuideWindow) -> None:
    parts = sections(PAGES["statistics"])
    assert {hit.section.place for hit in search(parts, "hbar omega")} == {
        part.place for part in parts if "ħ" in part.text and "ω" in part.text
    }


def test_a_search_for_words_that_stand_nowhere_says_so(guide: GuideWindow) -> None:
    QTest.keyClicks(guide.query, "zzzyx")
    assert "No page" in guide.results.toPlainText()


def test_hits_are_listed_marked_and_walked_through_by_enter(guide: GuideWindow, application: QApplication) -> None:
    guide.query.setFocus()
    QTest.keyClicks(guide.query, "Panjer")
    assert guide.results.isVisible()
    assert "Panjer" in guide.results.toPlainText()
    QTest.keyClick(guide.query, Qt.Key.Key_Return)
    assert guide.view.page is not None
    assert guide.view.page.name == "rates"
    assert guide.view.hit_count >= 1
    marked = [mark.cursor.selectedText() for mark in guide.view.extraSelections()]
    assert set(marked) == {"Panjer"}
    assert "of" in guide._found.text()


def test_escape_clears_the_search_and_shows_the_contents_again(guide: GuideWindow) -> None:
    QTest.keyClicks(guide.query, "noise")
    QTest.keyClick(guide, Qt.Key.Key_Escape)
    assert guide.query.text() == ""
    assert guide.tree.isVisible()
    assert guide.isVisible()


# --- copying, themes ---------------------------------------------------------------------------------------------
def test_copied_text_has_equations_as_words(guide: GuideWindow) -> None:
    guide.view.selectAll()
    guide.view.copy()
    text = QGuiApplication.clipboard().text()
    assert "D = PA/s + hν_0 I" in text
    assert "\ufffc" not in text


def test_a_page_is_drawn_anew_in_another_theme_at_the_same_place(guide: GuideWindow) -> None:
    guide.open_page("statistics")
    guide.view.verticalScrollBar().setValue(400)
    guide.restyle(DARK)
    assert guide.view.verticalScrollBar().value() == 400
    assert guide.view.page is not None
    heading = guide.view.document().begin()
    cursor = QTextCursor(heading)
    cursor.movePosition(QTextCursor.MoveOperation.Right)
    assert cursor.charFormat().foreground().color().name().lower() == DARK.text.lower()
    guide.restyle(LIGHT)


def test_the_help_menu_opens_the_guide_once_and_closing_the_window_closes_it(bound: Bindings) -> None:
    bound.window.menus.actions["guide"].trigger()
    first = bound.help.guide
    assert first is not None
    assert first.isVisible()
    bound.window.menus.actions["guide"].trigger()
    assert bound.help.guide is first
    bound.window.may_close = True
    bound.window.close()
    assert not first.isVisible()


def test_enter_on_another_query_opens_its_first_hit_though_this_page_has_hits_too(guide: GuideWindow) -> None:
    for query in ("hbar omega", "exclude", "single gap"):
        guide.query.setText(query)
        assert guide._hits
        first = guide._hits[0].section.page.name
        other = next(name for name in guide.pages if name != first)
        guide.open_page(other)
        QTest.keyClick(guide.query, Qt.Key.Key_Return)
        assert guide.view.page is not None
        assert guide.view.page.name == first
