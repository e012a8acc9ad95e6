"""Tables on the clipboard: what can be copied, in which forms, and the menu that offers them."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QMenu, QTreeView, QWidget

from asplab.core.export.number_columns import separated
from asplab.core.export.table_text import FORMS, TextTable
from asplab.gui.language import tr

CAPTIONS = {"tsv": tr("Copy table"), "markdown": tr("Copy as Markdown"), "latex": tr("Copy as LaTeX")}
"""What copying in each form is called."""
_INDENT = "  "


def copy_as(table: TextTable, form: str = "tsv") -> None:
    """Put a table on the clipboard; ``form`` is a key of `asplab.core.export.table_text.FORMS`.

    What is to be calculated with has numbers alone in their cells; what is to be read stays as it stands on the screen.
    """
    QGuiApplication.clipboard().setText(FORMS[form](separated(table) if form == "tsv" else table))


def add_copying(menu: QMenu, source: Callable[[], TextTable]) -> None:
    """Offer to copy a table in every form."""
    for form, caption in CAPTIONS.items():
        menu.addAction(caption).triggered.connect(partial(_copy, source, form))


def open_copy_menu(owner: QWidget, source: Callable[[], TextTable], place: QPoint) -> QMenu:
    """Open the menu of a table at a place of the screen."""
    menu = QMenu(owner)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    add_copying(menu, source)
    menu.popup(place)
    return menu


def table_in(widget: QWidget | None) -> TextTable | None:
    """Return what a widget shows as a table; None where it shows none."""
    told = getattr(widget, "text_table", None)
    if callable(told):
        table: TextTable = told()
        return table
    return table_of_view(widget) if isinstance(widget, QAbstractItemView) else None


def table_of_view(view: QAbstractItemView) -> TextTable:
    """Return the rows of a list or tree that are unfolded, what stands below another row indented."""
    rows: list[tuple[str, ...]] = []
    _collect(view, view.rootIndex(), "", rows)
    return TextTable((), tuple(rows))


def _collect(view: QAbstractItemView, parent: QModelIndex, indent: str, rows: list[tuple[str, ...]]) -> None:
    model = view.model()
    for line in range(model.rowCount(parent)):
        index = model.index(line, 0, parent)
        cells = [str(model.index(line, i, parent).data() or "") for i in range(model.columnCount(parent))]
        rows.append((indent + cells[0], *cells[1:]))
        if isinstance(view, QTreeView) and view.isExpanded(index):
            _collect(view, index, indent + _INDENT, rows)


def _copy(source: Callable[[], TextTable], form: str, _is_checked: bool = False) -> None:
    copy_as(source(), form)
