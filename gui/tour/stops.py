"""Where the tour goes, and how each place is found in the window."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF
from PySide6.QtWidgets import QDockWidget, QGraphicsView, QToolButton, QWidget

from asplab.gui.language import tr
from asplab.gui.plots.handles import RegionHandle
from asplab.gui.window import Window

Find = Callable[[Window], QRect | None]
_EDGE_PX = 9


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of the tour.

    Attributes
    ----------
    step : str
        Step that is shown; empty for the one that is there.
    page : str
        Page of that step, where it has pages.
    title, text : str
        Rich text.
    find : callable
        Returns the rectangle that is pointed at, in the window's pixels, or None where it is not there.
    """

    step: str
    page: str
    title: str
    text: str
    find: Find


def stops() -> tuple[Stop, ...]:
    """Return the stops in their order."""
    return (
        Stop(
            "overview",
            "",
            tr("Drag an edge"),
            tr(
                "Spectra are integrated between these edges. Drag one, or reach it with Tab and move it with ← and →: "
                "R, η and ħω follow at once."
            ),
            window_edge,
        ),
        Stop(
            "overview",
            "",
            tr("Click a point"),
            tr(
                "A click selects a measurement everywhere: tree, spectra, R and η. Hovering tells its value, its error "
                "and its file; X leaves it out, with a reason."
            ),
            part("eta"),
        ),
        Stop(
            "ratio",
            "",
            tr("From heat and light to QY"),
            tr(
                "Above the gap, heat over light is a straight line; its intercept gives the quantum yield QY. R "
                "compares both sides of the gap. Settings stand on the right, each with a “?” that explains it."
            ),
            part("line"),
        ),
        Stop(
            "polaron",
            "fit",
            tr("The fit"),
            tr(
                "Eq. 9 of the paper is fitted to η at each temperature and to all jointly: g and ħω with 68 % "
                "intervals. The page <i>Models</i> asks whether another model does as well."
            ),
            part("logit"),
        ),
        Stop(
            "",
            "",
            tr("What is doubted"),
            tr(
                "Every result is checked against what else is known: ✓ agrees, ! needs a look, ✕ contradicts. "
                "A click on a line leads to what it is about."
            ),
            dock("checks"),
        ),
        Stop(
            "",
            "",
            tr("Everything can be undone"),
            tr("Each change is one step, named in the menu Edit. Try what you like: raw data are never touched."),
            undo_button,
        ),
        Stop(
            "",
            "",
            tr("Take it with you"),
            tr(
                "Figures, tables and a report on one page. Save keeps raw data, settings and results in one file. "
                "The guide (Help) tells the rest."
            ),
            export_button,
        ),
    )


def part(name: str) -> Find:
    """Return what finds a widget of the page that is shown, by the name under which the page keeps it."""

    def find(window: Window) -> QRect | None:
        return _box(window, _attribute(window, name))

    return find


def dock(key: str) -> Find:
    """Return what finds a panel at the side."""

    def find(window: Window) -> QRect | None:
        return _box(window, window.findChild(QDockWidget, key))

    return find


def undo_button(window: Window) -> QRect | None:
    """Find the button that undoes."""
    buttons = window.toolbar.findChildren(QToolButton)
    return _box(window, next((one for one in buttons if one.defaultAction() is window.menus.undo), None))


def export_button(window: Window) -> QRect | None:
    """Find the button that exports."""
    return _box(window, window.toolbar.export_button)


def window_edge(window: Window) -> QRect | None:
    """Find the upper edge of the integration window."""
    handle = _attribute(window, "window_handle")
    if not isinstance(handle, RegionHandle) or handle.region is None or handle.scene() is None:
        return None
    view, box = handle.scene().views()[0], handle.getViewBox()
    if not _is_seen(view) or box is None:
        return None
    frame: QRectF = box.sceneBoundingRect()
    x = float(handle.pixel_map().x(handle.region[1]))
    if not frame.left() <= x <= frame.right():
        x = float(handle.pixel_map().x(handle.region[0]))
    top, bottom = (view.mapFromScene(QPointF(x, y)) for y in (frame.top(), frame.bottom()))
    edge = QRect(top.x() - _EDGE_PX, top.y(), 2 * _EDGE_PX, bottom.y() - top.y())
    return edge.translated(_origin(window, view.viewport())).intersected(_box(window, view) or QRect())


def _attribute(window: Window, name: str) -> object:
    """Return what a widget of the shown page keeps under a name, the page itself first; None where none does."""
    page = window.pages.currentWidget()
    hosts = [] if page is None else [page, *page.findChildren(QWidget)]
    found = (getattr(host, name) for host in hosts if _is_seen(host) and hasattr(host, name))
    return next((one for one in found if isinstance(one, QWidget | RegionHandle)), None)


def _box(window: Window, widget: object) -> QRect | None:
    if not isinstance(widget, QWidget) or not _is_seen(widget):
        return None
    inside = QRect(_origin(window, widget), widget.size()).intersected(window.rect())
    return inside if inside.width() > 1 and inside.height() > 1 else None


def _origin(window: Window, widget: QWidget) -> QPoint:
    return window.mapFromGlobal(widget.mapToGlobal(QPoint()))


def _is_seen(widget: QWidget | QGraphicsView) -> bool:
    return widget.isVisible() and not widget.visibleRegion().isEmpty()
