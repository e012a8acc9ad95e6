"""What the hand does on all plots alike: select one or several, exclude, zoom, copy, and the rings that show it."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget
from shiboken6 import isValid

from asplab.gui.language import tr
from asplab.gui.looking import Looking
from asplab.gui.menus.point import point_menu
from asplab.gui.panels.experiment_tree import ExperimentTree
from asplab.gui.plots.base import Plot
from asplab.gui.plots.keys import ZOOM_STEP
from asplab.gui.tree.nodes import Node
from asplab.gui.widgets.copy_menu import copy_as, table_in
from asplab.gui.widgets.rows import PaintedRows
from asplab.gui.widgets.text import escaped


class Excluding(Protocol):
    """What takes measurements out of the analysis and brings them back."""

    def exclude_all(self, targets: Sequence[str], reason: str) -> None:
        """Take conditions and files out of the analysis."""

    def bring_back_all(self, targets: Sequence[str]) -> None:
        """Take them into the analysis again."""


class Hand(QObject):
    """The plots of all pages, and the commands that act on the one in hand.

    Parameters
    ----------
    window : QWidget
        Owns the menus.
    looking : Looking
    tree : ExperimentTree
        Knows the measurements and asks for reasons.
    intents : Excluding
    page : callable
        Returns the page that is shown.
    view_all : callable
        Shows all data in every plot of the page.

    Notes
    -----
    ``hinted`` carries what a command has to say.
    """

    hinted = Signal(str)

    def __init__(
        self,
        window: QWidget,
        looking: Looking,
        tree: ExperimentTree,
        intents: Excluding,
        *,
        page: Callable[[], QWidget],
        view_all: Callable[[], None],
    ) -> None:
        super().__init__(window)
        self._window, self._looking, self._tree, self._intents = window, looking, tree, intents
        self._page, self._view_all = page, view_all
        self._plots: list[Plot] = []
        self._touched: Plot | None = None
        looking.changed.connect(self._ring)
        tree.excluded.connect(intents.exclude_all)
        tree.brought_back.connect(lambda target: intents.bring_back_all((target,)))

    def take(self, panel: QWidget) -> None:
        """Take over the plots of a panel."""
        for plot in panel.findChildren(Plot):
            if plot in self._plots:
                continue
            self._plots.append(plot)
            plot.click_began.connect(self._looking.begin_click)
            plot.gathering_began.connect(self._looking.begin_gathering)
            plot.gathering_finished.connect(self._looking.finish_gathering)
            plot.context_requested.connect(self.open_menu)
            plot.touched.connect(partial(self._touch, plot))
            plot.name_sources(self._sources)
            plot.display_ringed(self._ringed())

    def commands(self) -> dict[str, Callable[[], None]]:
        """Return what the menus offer on plots, by the keys of the commands."""
        return {
            "copy": self.copy,
            "copy_tsv": partial(self.copy_as, "tsv"),
            "copy_markdown": partial(self.copy_as, "markdown"),
            "copy_latex": partial(self.copy_as, "latex"),
            "toggle_excluded": self.toggle_excluded,
            "zoom_back": lambda: self._on_plot(lambda plot: plot.step_zoom(-1)),
            "zoom_forward": lambda: self._on_plot(lambda plot: plot.step_zoom(1)),
            "zoom_in": lambda: self._on_plot(lambda plot: plot.zoom_by(ZOOM_STEP)),
            "zoom_out": lambda: self._on_plot(lambda plot: plot.zoom_by(1.0 / ZOOM_STEP)),
        }

    def toggle_excluded(self) -> None:
        """Exclude what is selected, for a reason that is asked for, or bring it back where all of it is excluded."""
        targets = self._looking.view.targets
        if not targets:
            self.hinted.emit(tr("Select a condition or a file first, then press X"))
        elif len(targets) == 1:
            self._tree.toggle(targets[0])
        else:
            self._toggle_several(targets)

    def copy(self) -> None:
        """Copy the marked text, the table or the plot in hand."""
        focused = QApplication.focusWidget()
        if isinstance(focused, QLineEdit | QTextEdit | QPlainTextEdit):
            focused.copy()
        elif (table := table_in(focused)) is not None:
            copy_as(table)
            self.hinted.emit(tr("Table copied"))
        else:
            self._on_plot(self._copy_plot)

    def copy_as(self, form: str) -> None:
        """Copy the table in hand as one of `asplab.core.export.table_text.FORMS`: that with the keyboard, or the only
        one of the page."""
        table = table_in(QApplication.focusWidget())
        if table is None:
            seen = [rows for rows in self._page().findChildren(PaintedRows) if rows.isVisible()]
            table = table_in(seen[0]) if len(seen) == 1 else None
        if table is None:
            self.hinted.emit(tr("Click a table first"))
        else:
            copy_as(table, form)
            self.hinted.emit(tr("Table copied"))

    def open_menu(self, place: QPoint) -> None:
        """Open the menu of what was clicked."""
        nodes = self._pointed()
        plot = self._in_hand()
        targets = tuple(node.key for node in nodes)
        self.menu = point_menu(
            self._window,
            nodes,
            exclude=partial(self._intents.exclude_all, targets),
            ask=partial(self._tree.ask_reason, targets, typed=True),
            bring_back=partial(self._intents.bring_back_all, targets),
            show=self._looking.open_measurement,
            view_all=self._view_all,
            copy=None if plot is None else partial(self._copy_plot, plot),
            back=None if plot is None or not plot.can_step_zoom(-1) else partial(plot.step_zoom, -1),
            forward=None if plot is None or not plot.can_step_zoom(1) else partial(plot.step_zoom, 1),
        )
        self.menu.popup(place)

    def _toggle_several(self, targets: tuple[str, ...]) -> None:
        used = tuple(target for target in targets if not self._is_excluded(target))
        if used:
            self._tree.ask_reason(used)
        else:
            self._intents.bring_back_all(targets)

    def _is_excluded(self, target: str) -> bool:
        node = self._tree.node_of(target)
        return node is not None and node.reason is not None

    def _pointed(self) -> tuple[Node, ...]:
        """Return the measurements that a menu is opened for: all selected ones where one of them was hit."""
        pointed, several = self._looking.pointed, self._looking.view.several
        wanted = several if pointed in several else (pointed,)
        found = (self._tree.node_of(target) for target in wanted)
        return tuple(node for node in found if node is not None)

    # --- the plot in hand ----------------------------------------------------------------------------------
    def _on_plot(self, act: Callable[[Plot], None]) -> None:
        plot = self._in_hand()
        if plot is None:
            self.hinted.emit(tr("Click a plot first"))
        else:
            act(plot)

    def _in_hand(self) -> Plot | None:
        """Return the plot with the focus, else the one touched last, else the only one that is seen."""
        seen = [plot for plot in self._page().findChildren(Plot) if plot.isVisible()]
        focused = next((plot for plot in seen if plot.hasFocus()), None)
        if focused is not None:
            return focused
        if self._touched in seen:
            return self._touched
        return seen[0] if len(seen) == 1 else None

    def _copy_plot(self, plot: Plot) -> None:
        QGuiApplication.clipboard().setMimeData(plot.copied())
        self.hinted.emit(tr("Copied: {what}, as a picture and as a table", what=escaped(plot.accessibleName())))

    def _touch(self, plot: Plot) -> None:
        self._touched = plot

    # --- rings and files -----------------------------------------------------------------------------------
    def _ringed(self) -> frozenset[str]:
        view = self._looking.view
        return frozenset(key for key in (*view.several, view.stack) if key)

    def _ring(self) -> None:
        keys = self._ringed()
        self._plots = [plot for plot in self._plots if isValid(plot)]
        for plot in self._plots:
            plot.display_ringed(keys)

    def _sources(self, key: str) -> str:
        """Return the files of a measurement as rich text."""
        node = self._tree.node_of(key)
        files = [] if node is None else [child.key for child in node.children if child.kind == "record"]
        if not files:
            return ""
        first = escaped(files[0].rpartition("/")[2])
        if len(files) == 1:
            return first
        return tr("{file} and {count} more files", file=first, count=len(files) - 1)
