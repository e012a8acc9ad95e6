"""All temperatures at a glance, so that a bad one stands out."""

from PySide6.QtWidgets import QWidget

from asplab.core.pipeline import Results
from asplab.gui.jobs.throttle import Throttle
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.base import Panel
from asplab.gui.panels.temperatures.board import TileBoard
from asplab.gui.panels.temperatures.tiles import Board, board_of
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import column
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.deck import Deck
from asplab.gui.widgets.fields import ChoiceField
from asplab.gui.words.reading import selected_temperature, why_missing

SCALES = (("linear", tr("η")), ("logit", tr("ln η/(1 − η)")))
_INTERVAL_MS = 120
"""Tiles follow a drag less often than what is dragged: nobody reads eleven of them at once."""


class TemperaturesPanel(Panel):
    """Small multiples of η, the fit of Eq. 9 and its residuals."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[Results, ViewState] | None = None
        self._drawn: tuple[object, ...] = ()
        self.scales = ChoiceField(SCALES)
        self.tiles = TileBoard(theme)
        self._card = Card(tr("Eq. 9 at every temperature"), short_title=tr("Eq. 9"))
        self.deck = Deck(self._content())
        column(self).addWidget(self.deck)
        self._throttle = Throttle(self._show, self, interval_ms=_INTERVAL_MS)
        self.scales.chosen.connect(self._look_again)
        self.tiles.tile_chosen.connect(self.temperature_chosen)
        self.tiles.tile_opened.connect(self._open)
        self.tiles.enlarged_changed.connect(self._tell_hint)

    # --- Panel -------------------------------------------------------------------------------------------
    def display(self, results: Results, view: ViewState) -> None:
        """Show all temperatures; during a drag at a lower rate than its frames."""
        self._shown = (results, view)
        t = selected_temperature(results, view)
        self.tiles.display_selected(-1 if t is None else t)
        if (results, self.scales.key) != self._drawn:
            self._throttle.request()

    def forget_frame(self) -> None:
        """Axes follow the data of all temperatures."""

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self.tiles.restyle(theme)

    # --- building ----------------------------------------------------------------------------------------
    def _content(self) -> QWidget:
        self.scales.setFixedWidth(118)
        self.scales.setAccessibleName(tr("Axis of η"))
        self.scales.setToolTip(tr("Axis of η"))
        self._card.header.addWidget(self.scales)
        self._card.add(self.tiles, 1)
        return self._card

    # --- choosing ----------------------------------------------------------------------------------------
    def _look_again(self) -> None:
        if self._shown is not None:
            self._throttle.act_now()

    def _open(self, t: int) -> None:
        self.temperature_chosen.emit(t)
        self.step_chosen.emit("polaron")

    def _tell_hint(self) -> None:
        if self.tiles.enlarged is None:
            self.hint_changed.emit(tr("Click enlarges a temperature · double click opens its fit · arrow keys walk"))
        else:
            self.hint_changed.emit(tr("Click or Esc shows all temperatures · double click opens the fit"))

    # --- showing -----------------------------------------------------------------------------------------
    def _show(self) -> None:
        if self._shown is None:
            return
        results, _ = self._shown
        self._drawn = (results, self.scales.key)
        fit, polaron = results.efficiency, results.polaron
        if fit is None or polaron is None or not fit.valid.any():
            reason = tr("The tiles show η and its fit: they need PL, ASPL and PA of one temperature at least.")
            self.deck.display_missing(tr("No η to fit yet"), why_missing(results, reason))
            return
        self.deck.display_content()
        board = board_of(fit, polaron, results.intervals, is_logit=self.scales.key == "logit")
        self.tiles.display(board)
        self._card.display_subtitle(*_summary(board))


def _summary(board: Board) -> tuple[str, str]:
    count, fitted = len(board.tiles), sum(tile.verdict.sign != "·" for tile in board.tiles)
    if not board.has_common:
        return tr("! the temperatures share no one g and ħω"), tr("! nothing shared")
    if board.odd:
        names = ", ".join(tile.name for tile in board.tiles if tile.verdict.is_odd)
        return tr("! look at {names}", names=names), tr("! {odd} of {count}", odd=board.odd, count=count)
    if not fitted:
        return tr("no temperature has points enough for a fit"), tr("no fit")
    words = tr("✓ no temperature stands out") if fitted > 1 else tr("one temperature is fitted")
    return words, f"✓ {fitted}/{count}"
