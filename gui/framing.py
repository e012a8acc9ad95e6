"""Axes that were chosen while results were missing are chosen again once the results are there."""

from asplab.core.pipeline import Results
from asplab.gui.panels.base import Panel
from asplab.gui.plots.base import Plot
from asplab.gui.view_state import ViewState

# Without one of these a plot has nothing to take its range from; intervals come and go with every drag.
_NEEDED = ("corrected", "bands", "energies", "emission", "absorbed", "responses", "efficiency", "polaron")


class Framing:
    """Displays results on step panels, which choose their axes once for every experiment and temperature."""

    def __init__(self) -> None:
        self._missing: dict[str, frozenset[str]] = {}

    def display(self, page: Panel, results: Results, view: ViewState, *, is_dragging: bool) -> None:
        """Show results on the panel of ``view.step``; the axes stand still while something is dragged."""
        missing = frozenset(name for name in _NEEDED if getattr(results, name) is None)
        known = self._missing.setdefault(view.step, missing)
        if known <= missing or is_dragging:
            self._missing[view.step] = known | missing
            page.display(results, view)
            return
        self._missing[view.step] = missing
        _frame_again(page, results, view)


def _frame_again(page: Panel, results: Results, view: ViewState) -> None:
    """Let a panel choose its axes anew; what the user zoomed stays."""
    zoomed = [(plot, plot.view) for plot in page.findChildren(Plot) if not plot.is_at_home]
    page.forget_frame()
    page.display(results, view)
    for plot, ranges in zoomed:
        plot.display_view(*ranges)
