"""What was measured; what is excluded stays visible, struck through."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QEvent, QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QTreeView, QVBoxLayout, QWidget

from asplab.core.document import Document, Exclusions
from asplab.core.experiment import EMISSION_KINDS
from asplab.core.grouping.stage import Gathered
from asplab.core.pipeline import Results
from asplab.core.problems import Problem
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.menus.exclusion import add_exclusion_entries
from asplab.gui.panels.base import Panel
from asplab.gui.tree.everything import everything
from asplab.gui.tree.model import DOT_PX, TreeModel
from asplab.gui.tree.nodes import Node, build_nodes, temperature_nodes, words_for
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import GAP
from asplab.gui.widgets.dock import Dock
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.reason import ReasonBar
from asplab.gui.words.reading import stack_name, temperatures_of

_MARGIN_PX = 6
"""Room of a row beside its words."""


class ExperimentTree(Panel):
    """The rows, in a dock of their own.

    ``excluded`` carries targets as a tuple of str and the reason, ``brought_back`` a target.
    """

    excluded = Signal(object, str)
    brought_back = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.dock = Dock("experiment", tr("Experiment"), scrolls=False)
        self.view = QTreeView()
        self.model = TreeModel(theme, self)
        self.view.setModel(self.model)
        self.view.setHeaderHidden(True)
        self.view.setUniformRowHeights(True)
        self.view.setIndentation(12)
        self.view.setIconSize(QSize(DOT_PX, DOT_PX))
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.setAccessibleName(tr("Experiment"))
        self.reasons = ReasonBar()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.view, 1)
        column.addWidget(self.reasons)
        self.dock.add(self)
        self._gathered: Gathered | None = None
        self._inputs: tuple[object, ...] = ()
        self._shown: tuple[object, ...] = ()
        self._selected: ViewState | None = None
        self._unfolded = ""
        self._displaying = False
        self._marked: tuple[object, ...] = ()
        self._longest: tuple[str, ...] = ()
        self.view.selectionModel().currentChanged.connect(self._tell_selection)
        self.view.customContextMenuRequested.connect(self._open_menu)
        self.view.viewport().installEventFilter(self)
        self.reasons.installEventFilter(self)
        self._asked_from: QWidget | None = None
        self.reasons.chosen.connect(self.excluded)

    # --- Panel ---------------------------------------------------------------------------------------------
    def display(self, results: Results, view: ViewState) -> None:
        """Show what was measured and what is selected."""
        document = results.document
        problems = _lasting_problems(results)
        temperatures = tuple(float(value) for value in temperatures_of(results))
        shown = (document.experiment, document.exclusions, document.settings.grouping, problems, temperatures)
        if shown != self._shown:
            self._shown = shown
            self._rebuild(results, problems, temperatures)
            self._selected = None
        self._mark(results)
        if view != self._selected:
            self._selected = view
            self._select(view)

    def _mark(self, results: Results) -> None:
        """Mark what the shape test found, as soon as it was made: it waits for the end of a drag."""
        marked = (results.shape_test, results.document.experiment)
        if marked == self._marked or (results.shape_test is None and marked[1:] == self._marked[1:]):
            return
        self._marked = marked
        self.model.display_marks(_shape_marks(results))
        self._find_longest()

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self.model.restyle(theme)

    def display_exclusions(self, exclusions: Exclusions) -> None:
        """Show what the user has just excluded or brought back; the results follow later."""
        self.model.display_exclusions(exclusions)

    def node_of(self, target: str) -> Node | None:
        """Return the row of a condition or a file, None where there is none."""
        return next((node for node in self.model.root.walk() if node.key == target), None)

    def ask_reason(self, targets: Sequence[str], *, typed: bool = False) -> None:
        """Ask, in place, why conditions or files are excluded; ``typed`` when the reason is none of those listed."""
        asking = QApplication.focusWidget()
        if asking is not None and asking.window() is self.window() and not self.reasons.isAncestorOf(asking):
            self._asked_from = asking
        node = self.node_of(targets[0])
        one = words_for(node) if node is not None else targets[0]
        self.reasons.ask(targets, one if len(targets) == 1 else tr("{count} measurements", count=len(targets)))
        if typed:
            self.reasons.findChild(QLineEdit).setFocus(Qt.FocusReason.OtherFocusReason)

    def toggle(self, target: str) -> None:
        """Ask for the exclusion of a target, or bring it back."""
        node = self.node_of(target)
        if node is not None and node.reason is not None:
            self.brought_back.emit(target)
        else:
            self.ask_reason((target,))

    # --- events --------------------------------------------------------------------------------------------
    def showEvent(self, event: QShowEvent) -> None:
        """Lay the rows out once they know their font."""
        super().showEvent(event)
        self.view.doItemsLayout()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Say what the mouse does here; give the focus back once the reason is told or the question given up."""
        if watched is self.reasons:
            if event.type() == QEvent.Type.Hide and self._asked_from is not None:
                asked_from, self._asked_from = self._asked_from, None
                asked_from.setFocus(Qt.FocusReason.OtherFocusReason)
        elif isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonPress:
            return self._compare(event)
        elif event.type() == QEvent.Type.Resize:
            self._use_room()
        elif event.type() == QEvent.Type.Enter:
            self.hint_changed.emit(tr("Click to select · X or right-click to exclude or bring back"))
        elif event.type() == QEvent.Type.Leave:
            self.hint_changed.emit("")
        return False

    def _compare(self, event: QMouseEvent) -> bool:
        """Show a second temperature where its row is clicked with Ctrl; return whether that was asked for."""
        node = self.model.node(self.view.indexAt(event.position().toPoint()))
        is_asked = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier) and node.kind == "temperature"
        if is_asked:
            self.comparison_chosen.emit(node.temperature)
        return is_asked

    def _use_room(self) -> None:
        """Shorten the names of groups and conditions where the longest of them would be cut."""
        metrics, indent = self.view.fontMetrics(), self.view.indentation()
        widths = [metrics.horizontalAdvance(text) + depth * indent for depth, text in enumerate(self._longest, start=2)]
        self.model.display_narrow(max(widths, default=0) + _MARGIN_PX > self.view.viewport().width())

    def _find_longest(self) -> None:
        """Find the longest names of groups and of conditions."""
        groups = [node for top in self.model.root.children for node in top.children]
        stacks = [node for group in groups for node in group.children if node.kind == "stack"]
        self._longest = tuple(max(map(self.model.full_text, level), key=len, default="") for level in (groups, stacks))
        self._use_room()

    # --- rows ----------------------------------------------------------------------------------------------
    def _rebuild(self, results: Results, problems: tuple[Problem, ...], known_k: tuple[float, ...]) -> None:
        document = results.document
        inputs = (document.experiment, document.settings.grouping)
        if self._gathered is None or inputs != self._inputs:
            self._inputs = inputs
            # Where nothing is excluded the results have gathered all there is, and it takes 0.1 s to do it again.
            known = results.gathered if document.exclusions == Exclusions() else None
            self._gathered = everything(document) if known is None else known
        self.dock.display_subtitle(*_counted(document))
        if self._gathered is None:
            self._displaying = True
            self.model.display(temperature_nodes(known_k), known_k)
            self._displaying = False
            return
        parents = [node for node in self.model.root.walk() if node.children]
        expanded = {node.key for node in parents if self.view.isExpanded(self.model.index_of(node))}
        temperatures = [float(value) for value in self._gathered.temperatures_k]
        self._displaying = True
        if self.model.display(build_nodes(self._gathered, document.exclusions, problems), temperatures):
            for node in self.model.root.walk():
                if node.key in expanded:
                    self.view.expand(self.model.index_of(node))
            self.view.doItemsLayout()
        self._find_longest()
        self._displaying = False

    def _select(self, view: ViewState) -> None:
        node = self._wanted(view)
        current = self.model.node(self.view.currentIndex())
        if node is None or node is current or _stands_for(current, view):
            return
        self._displaying = True
        index = self.model.index_of(node)
        if node.kind == "temperature":
            self._unfold(node)
        self.view.setCurrentIndex(index)
        self.view.scrollTo(index)
        self._displaying = False

    def _unfold(self, top: Node) -> None:
        """Unfold a temperature in place of the one that was unfolded for the last; what the user unfolded stays."""
        before = next((node for node in self.model.root.children if node.key == self._unfolded), None)
        if before is not None and before is not top:
            self.view.collapse(self.model.index_of(before))
        self._unfolded = "" if self.view.isExpanded(self.model.index_of(top)) else top.key
        self.view.expand(self.model.index_of(top))

    def _wanted(self, view: ViewState) -> Node | None:
        top = next((node for node in self.model.root.children if node.temperature == view.temperature), None)
        if top is None or not (view.stack or view.record):
            return top
        key = view.record or view.stack
        return next((node for node in top.walk() if node.key == key), top)

    def _tell_selection(self, current: QModelIndex, previous: QModelIndex) -> None:
        if self._displaying or not current.isValid():
            return
        node = self.model.node(current)
        self.temperature_chosen.emit(node.temperature)
        if node.kind == "stack":
            self.stack_chosen.emit(node.key)
        elif node.kind == "record":
            if node.stack:
                self.stack_chosen.emit(node.stack)
            self.record_chosen.emit(node.key)

    def _open_menu(self, place: QPoint) -> None:
        node = self.model.node(self.view.indexAt(place))
        if node.kind not in ("stack", "record"):
            return
        self.menu = QMenu(self)
        self.menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        add_exclusion_entries(
            self.menu,
            node.reason,
            exclude=partial(self.excluded.emit, (node.key,)),
            ask=partial(self.ask_reason, (node.key,), typed=True),
            bring_back=partial(self.brought_back.emit, node.key),
        )
        self.menu.popup(self.view.viewport().mapToGlobal(place))


def _shape_marks(results: Results) -> dict[str, str]:
    """Return what is said of conditions whose shape differs, and of the rows that hold them."""
    test, gathered = results.shape_test, results.gathered
    if test is None or gathered is None:
        return {}
    marks: dict[str, str] = {}
    for k in np.flatnonzero(test.is_beyond).tolist():
        stack = gathered.stacks[k]
        words = tr(
            "{stack_name}: its shape differs from that of the band, {significance}σ",
            stack_name=stack_name(stack),
            significance=plain(test.significance[k], 0),
        )
        for key in (stack.key, f"{stack.kind} {stack.temperature}", f"T{stack.temperature}"):
            marks[key] = f"{marks[key]}\n{words}" if key in marks else words
    return marks


def _lasting_problems(results: Results) -> tuple[Problem, ...]:
    """Return what is wrong with the data themselves; a drag does not change it."""
    products = (results.gathered, results.corrected)
    own = tuple(problem for product in products if product is not None for problem in product.problems)
    return (*results.document.experiment.problems, *own)


def _stands_for(node: Node, view: ViewState) -> bool:
    """Whether the current row already shows the selection, or more of it."""
    if node.temperature != view.temperature:
        return False
    if view.record:
        return node.key == view.record
    return not view.stack or node.key == view.stack


def _counted(document: Document) -> tuple[str, ...]:
    """Return how much was measured, or how many tables stand for it."""
    spectra, tables = len(document.experiment.spectra_of(EMISSION_KINDS)), len(document.experiment.tables)
    if tables and not spectra:
        return tr("{tables} table", tables=tables) + ("s" if tables > 1 else ""), str(tables)
    number = f"{spectra:,}".replace(",", "\u202f")
    return tr("{number} spectra", number=number), number
