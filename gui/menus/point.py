"""The menu of a point, a curve or the empty part of a plot."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from asplab.gui.language import tr
from asplab.gui.menus.exclusion import add_exclusion_entries
from asplab.gui.tree.nodes import Node, full_words


def point_menu(
    parent: QWidget,
    nodes: Sequence[Node],
    *,
    exclude: Callable[[str], None],
    ask: Callable[[], None],
    bring_back: Callable[[], None],
    show: Callable[[Node], None],
    view_all: Callable[[], None],
    copy: Callable[[], None] | None = None,
    back: Callable[[], None] | None = None,
    forward: Callable[[], None] | None = None,
) -> QMenu:
    """Return a menu for the measurements behind what was clicked, or for the plot alone.

    Parameters
    ----------
    nodes : sequence of Node
        Conditions and files; empty where the click hit none.
    exclude, ask, bring_back : callable
        Act on all of them; ``exclude`` takes the reason, ``ask`` lets the user type one.
    show : callable
        Takes the node; offered for a single one.
    view_all : callable
    copy, back, forward : callable or None
        Copy the plot, go back and forward through its zooms; None where that can't be done.
    """
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if nodes:
        several = tr("{count} measurements", count=len(nodes))
        menu.addAction(full_words(nodes[0]) if len(nodes) == 1 else several).setEnabled(False)
        reasons = dict.fromkeys(node.reason for node in nodes)
        # Some that are in use can all be excluded; only those that are all excluded can be brought back.
        reason = None if None in reasons else ", ".join(words for words in reasons if words)
        add_exclusion_entries(menu, reason, exclude=exclude, ask=ask, bring_back=bring_back)
        menu.addSeparator()
        if len(nodes) == 1:
            menu.addAction(tr("Show this measurement")).triggered.connect(lambda: show(nodes[0]))
    _add(menu, tr("Copy plot"), "Ctrl+C", copy)
    menu.addAction(tr("View all") + "\tA").triggered.connect(lambda: view_all())
    _add(menu, tr("Zoom back"), "Alt+←", back)
    _add(menu, tr("Zoom forward"), "Alt+→", forward)
    return menu


def _add(menu: QMenu, text: str, key: str, act: Callable[[], None] | None) -> None:
    """Add an entry with its key, greyed where nothing can be done."""
    action = menu.addAction(f"{text}\t{key}")
    action.setEnabled(act is not None)
    if act is not None:
        action.triggered.connect(lambda: act())
