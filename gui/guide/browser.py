"""The window of the user guide: contents and search on the left, the page on the right."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QDesktopServices, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QSplitter,
    QStackedWidget,
    QTextBrowser,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from asplab.gui.guide.page_view import PAPER, PageView
from asplab.gui.guide.pages import GUIDE, Page, Section, contents, read_guide, sections
from asplab.gui.guide.search import Hit, pattern_of, search
from asplab.gui.guide.typesetting import Typesetting
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.widgets.arrange import GAP, column
from asplab.gui.widgets.text import escaped

SIZE = (1060, 760)
_LEFT_PX = 300
_LEAST = (640, 420)
_PAGE_ROLE = Qt.ItemDataRole.UserRole


class GuideWindow(QWidget):
    """The guide; ``closed`` follows when it was closed."""

    closed = Signal()

    def __init__(self, typesetting: Typesetting, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._theme = theme
        self.pages = read_guide(GUIDE)
        self._sections: list[Section] = []
        self._hits: list[Hit] = []
        self._visited: list[tuple[str, int]] = []
        self._place = -1
        self._answered = ""
        self.view = PageView(typesetting, theme)
        self.query = QLineEdit()
        self.tree, self.results, self._left = QTreeWidget(), QTextBrowser(), QStackedWidget()
        self.back = _button("‹", tr("Back (Alt+Left)"), partial(self._travel, -1))
        self.forward = _button("›", tr("Forward (Alt+Right)"), partial(self._travel, 1))
        self.outline = _button(tr("On this page"), "", None)
        self._found, self._title = QLabel(), QLabel()
        self._build()
        self.restyle(theme)

    # --- what is shown -------------------------------------------------------------------------------------
    def open_page(self, name: str, anchor: str = "") -> None:
        """Show a page, at a heading where one is named, and remember where the reader was."""
        self._leave()
        self._visited = [*self._visited[: self._place + 1], (name, 0)]
        self._place = len(self._visited) - 1
        self._display(self.pages[name])
        if anchor:
            self.view.go_to_anchor(anchor)

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self._theme = theme
        self.view.restyle(theme)
        self._display_results()

    def _display(self, page: Page) -> None:
        self.view.display(page, pattern_of(self.query.text()))
        self._title.setText(page.title)
        self.setWindowTitle(tr("{title} — ASPLab guide", title=page.title))
        self.back.setEnabled(self._place > 0)
        self.forward.setEnabled(self._place < len(self._visited) - 1)
        menu = self.outline.menu()
        menu.clear()
        for place, heading in enumerate(self.view.headings()):
            menu.addAction(heading.replace("&", "&&")).triggered.connect(partial(self._go_to_heading, place))
        self._mark_in_tree(page.name)

    def _go_to_heading(self, place: int) -> None:
        self.view.go_to_heading(place)

    def _mark_in_tree(self, name: str) -> None:
        for item in self._items():
            if item.data(0, _PAGE_ROLE) == name and item is not self.tree.currentItem():
                self.tree.blockSignals(True)
                self.tree.setCurrentItem(item)
                self.tree.blockSignals(False)

    def _items(self) -> list[QTreeWidgetItem]:
        tops = [self.tree.topLevelItem(index) for index in range(self.tree.topLevelItemCount())]
        return [top.child(index) for top in tops if top is not None for index in range(top.childCount())]

    # --- going about ---------------------------------------------------------------------------------------
    def _leave(self) -> None:
        """Remember how far the page was read."""
        if 0 <= self._place < len(self._visited):
            self._visited[self._place] = (self._visited[self._place][0], self.view.verticalScrollBar().value())

    def _travel(self, step: int) -> None:
        wanted = self._place + step
        if 0 <= wanted < len(self._visited):
            self._leave()
            self._place = wanted
            name, place = self._visited[wanted]
            self._display(self.pages[name])
            self.view.verticalScrollBar().setValue(place)

    def _follow(self, url: QUrl) -> None:
        if url.scheme() in ("http", "https"):
            QDesktopServices.openUrl(url)
            return
        here = self.view.page
        if here is None or not url.path():
            self.view.go_to_anchor(url.fragment())
            return
        path = (here.path.parent / url.path()).resolve()
        name = next((page.name for page in self.pages.values() if page.path.resolve() == path), None)
        if name is not None:
            self.open_page(name, url.fragment())

    # --- search --------------------------------------------------------------------------------------------
    def _search(self, query: str) -> None:
        if not self._sections:
            self._sections = [part for page in self.pages.values() for part in sections(page)]
        self._hits = search(self._sections, query)
        self._left.setCurrentWidget(self.results if query.strip() else self.tree)
        self._display_results()
        self.view.mark(pattern_of(query))

    def _display_results(self) -> None:
        muted = self._theme.muted
        told = [
            f'<p style="margin-bottom: 10px"><a href="hit:{number}" style="text-decoration: none">'
            f"{escaped(hit.section.page.title)}</a>{_below(hit)}"
            f'<br><span style="color: {muted}">{hit.snippet}</span></p>'
            for number, hit in enumerate(self._hits)
        ]
        self.results.setHtml("".join(told) or f'<p style="color: {muted}">{tr("No page has all of these words.")}</p>')

    def _open_hit(self, url: QUrl) -> None:
        hit = self._hits[int(url.path())]
        self._answered = self.query.text()
        self.open_page(hit.section.page.name)
        self.view.go_to_heading(hit.section.place)
        self.view.go_to_hit(after=hit.section.place)

    def _open_first(self) -> None:
        # Another query asks the whole guide; only the same one again walks on through the page.
        if self._hits and self.query.text() != self._answered:
            self._open_hit(QUrl("hit:0"))
        else:
            self.view.go_to_hit(1)

    def _tell_hits(self, count: int, current: int) -> None:
        place = tr("{current} of {count}", current=current + 1, count=count) if current >= 0 else str(count)
        self._found.setText(tr("Hits on this page: {place}", place=place) if count else "")

    # --- events --------------------------------------------------------------------------------------------
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc clears the search, then closes."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.query.text():
            self.query.clear()
        else:
            self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell that it closes."""
        self.closed.emit()
        super().closeEvent(event)

    # --- construction --------------------------------------------------------------------------------------
    def _build(self) -> None:
        self.resize(*SIZE)
        self.setMinimumSize(*_LEAST)
        self._fill_left()
        bar = QHBoxLayout()
        bar.setSpacing(4)
        self._title.setProperty("role", "title")
        self._found.setProperty("role", "muted")
        self.outline.setMenu(QMenu(self.outline))
        self.outline.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        for widget, stretch in (
            (self.back, 0),
            (self.forward, 0),
            (self._title, 1),
            (self._found, 0),
            (self.outline, 0),
        ):
            bar.addWidget(widget, stretch)
        right = QWidget()
        lines = column(right, GAP // 2)
        lines.addLayout(bar)
        lines.addWidget(self.view, 1)
        left = QWidget()
        side = column(left, GAP)
        side.addWidget(self.query)
        side.addWidget(self._left, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        for widget in (left, right):
            split.addWidget(widget)
        split.setSizes([_LEFT_PX, SIZE[0] - _LEFT_PX])
        split.setStretchFactor(1, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, 12, 12, 12)
        outer.addWidget(split)
        self._connect()

    def _fill_left(self) -> None:
        self.query.setPlaceholderText(tr("Search the guide (Ctrl+F)"))
        self.query.setAccessibleName(tr("Search the guide"))
        self.query.setClearButtonEnabled(True)
        self.tree.setHeaderHidden(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(12)
        self.tree.setAccessibleName(tr("Contents"))
        for heading, pages in contents(self.pages):
            top = QTreeWidgetItem([heading])
            top.setFlags(Qt.ItemFlag.ItemIsEnabled)
            letters = top.font(0)
            letters.setBold(True)
            top.setFont(0, letters)
            for page in pages:
                item = QTreeWidgetItem([page.title])
                item.setToolTip(0, page.title)
                item.setData(0, _PAGE_ROLE, page.name)
                top.addChild(item)
            if pages:
                self.tree.addTopLevelItem(top)
        self.tree.expandAll()
        self.results.setOpenLinks(False)
        self.results.setStyleSheet(PAPER)
        self.results.setAccessibleName(tr("Results of the search"))
        self._left.addWidget(self.tree)
        self._left.addWidget(self.results)

    def _connect(self) -> None:
        self.view.link_followed.connect(self._follow)
        self.view.hits_changed.connect(self._tell_hits)
        self.query.textChanged.connect(self._search)
        self.query.returnPressed.connect(self._open_first)
        self.results.anchorClicked.connect(self._open_hit)
        self.tree.currentItemChanged.connect(self._choose)
        for keys, act in (
            (QKeySequence.StandardKey.Find, self.query.setFocus),
            (QKeySequence.StandardKey.FindNext, partial(self.view.go_to_hit, 1)),
            (QKeySequence.StandardKey.FindPrevious, partial(self.view.go_to_hit, -1)),
            ("Alt+Left", partial(self._travel, -1)),
            ("Alt+Right", partial(self._travel, 1)),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(act)

    def _choose(self, item: QTreeWidgetItem | None, _before: QTreeWidgetItem | None) -> None:
        name = item.data(0, _PAGE_ROLE) if item is not None else None
        if name is not None:
            self.open_page(name)


def _below(hit: Hit) -> str:
    return f"<br>{escaped(hit.section.heading)}" if hit.section.place else ""


def _button(text: str, tip: str, act: Callable[[], None] | None) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.setAccessibleName(tip or text)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    if act is not None:
        button.clicked.connect(act)
    return button
