"""The menu of a point, a curve or the empty part of a plot."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from asplab.gui.menus.exclusion import add_exclusion_entries
from asplab.gui.tree.nodes import Node, full_words


def point_menu(
    parent: QWidget,
    node: Node | None,
    *,
    exclude: Callable[[str, str], None],
    ask: Callable[[str], None],
    bring_back: Callable[[str], None],
    show: Callable[[Node], None],
    view_all: Callable[[], None],
) -> QMenu:
    """Return a menu for the measurement behind what was clicked, or for the plot alone.

    Parameters
    ----------
    node : Node or None
        The condition or file; None where the click hit none.
    exclude, ask, bring_back : callable
        Take its key; ``exclude`` takes the reason too, ``ask`` lets the user type one.
    show : callable
        Takes the node itself.
    view_all : callable
    """
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if node is not None:
        menu.addAction(full_words(node)).setEnabled(False)
        add_exclusion_entries(
            menu,
            node.reason,
            exclude=partial(exclude, node.key),
            ask=partial(ask, node.key),
            bring_back=partial(bring_back, node.key),
        )
        menu.addSeparator()
        menu.addAction("Show this measurement").triggered.connect(lambda: show(node))
    menu.addAction("View all\tA").triggered.connect(lambda: view_all())
    return menu
