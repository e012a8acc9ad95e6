"""The advice page: which points the fit of Eq. 9 hangs on, and where one more would help most."""

import math
from collections.abc import Mapping
from functools import partial

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from asplab.core.pipeline import Results
from asplab.core.units import FloatArray
from asplab.gui.jobs.study import StudyState
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.base import EXCLUDES
from asplab.gui.panels.polaron.advice_studies import (
    LEFT_OUT,
    PARAMETERS,
    SYMBOLS,
    Advised,
    Plan,
    fall_percent,
    plan,
    sentence,
    shown_error,
)
from asplab.gui.panels.polaron.page import FITS, Page, unbroken
from asplab.gui.plots.guides import Guide, Guides
from asplab.gui.plots.result_pictures import temperature_color
from asplab.gui.plots.series import Series, SeriesPlot
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import GAP, column, grid, scrolled
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.deck import Deck
from asplab.gui.widgets.fields import ChoiceField, NumberField, Numeric
from asplab.gui.widgets.lazy import LazyTips
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.table import Column, DataTable, TableRow
from asplab.gui.words.reading import temperature_name, temperature_specs

COLUMNS = (
    Column("T"),
    Column(tr("rests most on ΔE"), "meV", tr("The point without which the parameter shifts most")),
    Column("shift", "σ", tr("By how much, in standard errors of the full fit")),
    Column(tr("best ΔE"), "meV", tr("Where one more η would make the error smallest")),
    Column(tr("error now"), "meV", tr("First-order standard error"), is_spare=True),
    Column(tr("error then"), "meV", tr("With one more η at the best ΔE")),
    Column(tr("smaller by"), "%", tr("By how much the error falls")),
)
_ETA_ERROR = Numeric(tr("σ of η"), 4, 1e-4, 1.0, 0.001)
_USUAL_ERROR = 0.005
_LEAST_SHIFT, _MOST_SHIFT, _ROOM = 1.2, 5.0, 1.12
_LEAST_FALL = 0.5
"""Percent that the axis of errors spans at least."""
_NONE = "—"


class AdvicePage(Page):
    """Shifts of a parameter without each point, and its error after one more."""

    studies = (LEFT_OUT,)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._state = theme, StudyState()
        self._shown: tuple[Results, ViewState] | None = None
        self._planned: tuple[object, Plan | None] = (None, None)
        self._key: tuple[object, ...] = ()
        self._keys: tuple[tuple[str, ...], ...] = ()
        self.fits, self.parameter = ChoiceField(FITS), ChoiceField(PARAMETERS)
        self.eta_error = NumberField(_ETA_ERROR)
        self.shifts = SeriesPlot(theme, x_label="ΔE (meV)")
        self.errors = SeriesPlot(theme, x_label=tr("ΔE of the new point (meV)"))
        self._zero, self._now = Guides(theme), Guides(theme)
        self.shifts.add_layer(self._zero, z=-5)
        self.errors.add_layer(self._now, z=-5)
        self._zero.display([Guide("y", -1.0, 1.0), Guide("y", 0.0)])
        self._now.display([Guide("y", 100.0, label="now")])
        self.table, self.words = DataTable(theme, COLUMNS), QLabel()
        self.table.setAccessibleName(tr("Measurements that would help most"))
        self._left, self._right = (
            Card(tr("Points left out"), short_title=tr("Left out")),
            Card(tr("With one more point"), short_title=tr("One more")),
        )
        self._below = Card(tr("Where to measure"))
        self.deck = Deck(self._content())
        column(self).addWidget(self.deck)
        self._connect()

    # --- Page --------------------------------------------------------------------------------------------
    def display_studies(self, states: Mapping[str, StudyState]) -> None:
        """Take over what was found."""
        self._state = states[LEFT_OUT.key]

    def display(self, results: Results, view: ViewState) -> None:
        """Show the advice on the chosen parameter; what belongs to earlier settings is grey."""
        self._shown = (results, view)
        here = self.look_at(self.deck, results, view, is_joint=self._is_joint, purpose=tr("give advice on"))
        fit = results.efficiency
        if here is None or fit is None:
            return
        t = here.t
        choices = (self.fits.key, self.parameter.key, self.eta_error.value)
        key = (self._state.outcome, self._state.is_current, t, view.stack, self._theme, *choices)
        if key == self._key:
            return
        self._key, self._keys = key, fit.keys
        advised: Advised | None = self._state.value
        if advised is None or t >= len(advised.fit.temperatures_k):
            self._show_nothing()
            return
        self._show_shifts(advised, fit.detuning_mev, view, t)
        self._show_plan(advised, t)
        self._frame()

    def forget_frame(self) -> None:
        """Choose the axes anew at the next display."""
        self._key = ()
        for plot in (self.shifts, self.errors):
            plot.view_all()

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        self._theme = theme
        for part in (self.shifts, self.errors, self.table):
            part.restyle(theme)

    # --- building ----------------------------------------------------------------------------------------
    def _content(self) -> QWidget:
        for field, width, name in (
            (self.fits, 108, tr("Fit shown")),
            (self.parameter, 64, tr("Parameter")),
            (self.eta_error, 128, tr("Standard error that the new η will have")),
        ):
            field.setFixedWidth(width)
            field.setAccessibleName(name)
            field.setToolTip(name)
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._left.header.addWidget(self.fits)
        self._left.header.addWidget(self.parameter)
        self._left.add(self.shifts, 1)
        self._right.header.addWidget(self.eta_error)
        self._right.add(self.errors, 1)
        self._below.add(self.words)
        self._below.add(scrolled(self.table), 1)
        content = QWidget()
        cards = grid(content, (5, 4))
        cards.addWidget(self._left, 0, 0)
        cards.addWidget(self._right, 0, 1)
        cards.addWidget(self._below, 1, 0, 1, 2)
        return content

    def _connect(self) -> None:
        self.eta_error.display(_USUAL_ERROR)
        self.eta_error.committed.connect(self._look_again)
        self.eta_error.refused.connect(self.hint_changed)
        for field in (self.fits, self.parameter):
            field.chosen.connect(self._look_again)
        self.shifts.display_hint(tr("Points beyond the frame stand at its edge · {excludes}", excludes=EXCLUDES))
        self.errors.display_hint(tr("Error left after one more η at each temperature; click the best place of one"))
        self.shifts.point_clicked.connect(self._choose_point)
        self.errors.point_clicked.connect(lambda series, *_: self._choose_row(series))
        self.table.row_chosen.connect(self._choose_row)
        for plot in (self.shifts, self.errors):
            plot.hint_changed.connect(self.hint_changed)

    # --- choosing ----------------------------------------------------------------------------------------
    def _look_again(self) -> None:
        if self._shown is not None:
            self.display(*self._shown)

    def _choose_point(self, series: int, point: int, button: Qt.MouseButton) -> None:
        if series < len(self._keys) and point < len(self._keys[series]) and self._keys[series][point]:
            self.stack_chosen.emit(self._keys[series][point])

    def _choose_row(self, row: int) -> None:
        if row < len(self._keys):
            self.temperature_chosen.emit(row)

    # --- showing -----------------------------------------------------------------------------------------
    @property
    def _is_joint(self) -> bool:
        return self.fits.key == "joint"

    def _show_nothing(self) -> None:
        for plot in (self.shifts, self.errors):
            plot.display([Series("muted")])
            plot.display_selected(None)
        self.table.display([])
        self.words.setText("")

    def _colors(self, temperatures_k: FloatArray, t: int) -> list[str]:
        """Return a colour for every temperature; those that are not looked at stand back."""
        count = len(temperatures_k)
        if not self._state.is_current:
            return ["muted"] * count
        if self._is_joint:
            return temperature_specs(temperatures_k)
        return [temperature_color(temperatures_k, i, self._theme, faded=i != t) for i in range(count)]

    def _shift(self, advised: Advised) -> FloatArray | None:
        """Return the shifts (n_temperatures, n_anti) of the chosen parameter."""
        found = advised.joint if self._is_joint else advised.alone
        return None if found is None else found.shift[:, :, found.names.index(str(self.parameter.key))]

    def _show_shifts(self, advised: Advised, detuning_mev: FloatArray, view: ViewState, t: int) -> None:
        shift, temperatures = self._shift(advised), advised.fit.temperatures_k
        symbol = SYMBOLS[str(self.parameter.key)]
        self.shifts.display_labels("ΔE (meV)", tr("shift of {symbol} (σ)", symbol=symbol))
        if shift is None or shift.shape != detuning_mev.shape:
            self.shifts.display([Series("muted")])
            self.shifts.display_selected(None)
            self._left.display_subtitle(tr("no joint fit") if shift is None else "")
            return
        colors, limit = self._colors(temperatures, t), _limit(shift)
        series = []
        for i, color in enumerate(colors):
            write = partial(_shift_tip, symbol, detuning_mev[i], shift[i], float(temperatures[i]))
            shown = np.clip(shift[i], -limit, limit)
            tips = LazyTips(shown.size, write)
            px = 7.0 if self._is_joint or i == t else 4.0
            series.append(Series(color, x=detuning_mev[i], y=shown, tips=tips, symbol_px=px))
        self.shifts.display(series)
        self.shifts.set_home(x=(0.0, 1.06 * float(np.nanmax(detuning_mev))), y=(-limit * _ROOM, limit * _ROOM))
        point = self._keys[t].index(view.stack) if view.stack and view.stack in self._keys[t] else None
        has_place = point is not None and bool(np.isfinite(shift[t, point]))
        self.shifts.display_selected(t if has_place else None, point)
        is_known = np.isfinite(shift).any() if self._is_joint else np.isfinite(shift[t]).any()
        name = "" if self._is_joint else temperature_name(temperatures[t])
        self._left.display_subtitle(name if is_known else tr("{symbol} has no error", symbol=symbol), "")

    def _show_plan(self, advised: Advised, t: int) -> None:
        parameter, error = str(self.parameter.key), float(self.eta_error.value or _USUAL_ERROR)
        asked = (advised, parameter, error, self._is_joint)
        if self._planned[0] != asked:
            self._planned = (asked, plan(advised, parameter, error, is_joint=self._is_joint))
        found = self._planned[1]
        assert found is not None
        colors = self._colors(found.temperatures_k, t)
        self.errors.display_labels(
            tr("ΔE of the new point (meV)"), tr("error of {symbol} left (%)", symbol=found.symbol)
        )
        self.errors.display(_plan_series(found, colors))
        best = found.best
        self.errors.display_selected(None if best is None else best[0], 0)
        place = "" if best is None else _words_of(found, *best)
        self._right.display_subtitle(tr("best: {place}", place=place) if place else "", place, "")
        told = [sentence(found, best, error, is_joint=self._is_joint)]
        here = found.best_at(t)
        if best is not None and here is not None and best[0] != t:
            told.append(
                tr(
                    "At {temperature_name} the best ΔE is {detuning_mev} meV ({fall_percent} % less).",
                    temperature_name=temperature_name(found.temperatures_k[t]),
                    detuning_mev=plain(found.detuning_mev[here], 0),
                    fall_percent=fall_percent(found.left[t, here]),
                )
            )
        self.words.setText(unbroken(" ".join(told)))
        self.words.setProperty("role", "" if self._state.is_current else "muted")
        self.words.style().polish(self.words)
        self._show_table(advised, found, t)

    def _show_table(self, advised: Advised, found: Plan, t: int) -> None:
        shift, fit, rows = self._shift(advised), self._shown[0].efficiency if self._shown else None, []
        specs = temperature_specs(found.temperatures_k)
        for i, k in enumerate(found.temperatures_k):
            leans, moved = _NONE, _NONE
            if shift is not None and fit is not None and np.isfinite(shift[i]).any():
                j = int(np.nanargmax(np.abs(shift[i])))
                leans, moved = plain(fit.detuning_mev[i, j], 0), _signed(shift[i, j])
            c = found.best_at(i)
            place = (_NONE,) * 3 if c is None else _place(found, i, c)
            now = shown_error(float(found.now[i]))
            cells = (temperature_name(k), leans, moved, place[0], now, place[1], place[2])
            rows.append(TableRow(cells, specs[i], is_muted=not self._state.is_current))
        self.table.display(rows, selected=t)
        self._below.display_subtitle(tr("joint fit") if self._is_joint else tr("each temperature alone"))
        told = self.words.heightForWidth(max(self.words.width(), 1))
        self._below.limit_content(self.table.sizeHint().height() + told + GAP)

    def _frame(self) -> None:
        """Keep both plots at all that is shown, unless the user has zoomed."""
        found = self._planned[1]
        if found is None:
            return
        known = 100.0 * found.left[np.isfinite(found.left)]
        lowest = min(float(known.min(initial=100.0)), 100.0 - _LEAST_FALL)
        margin = 0.08 * (100.0 - lowest)
        self.errors.set_home(x=(0.0, 1.02 * float(found.detuning_mev[-1])), y=(lowest - margin, 100.0 + 2.5 * margin))


def _limit(shift: FloatArray) -> float:
    """Return where the picture of shifts ends: at the largest one, within reason."""
    known = np.abs(shift[np.isfinite(shift)])
    return min(max(float(known.max(initial=0.0)), _LEAST_SHIFT), _MOST_SHIFT)


def _plan_series(found: Plan, colors: list[str]) -> list[Series]:
    """Return a curve of every temperature with its best place as a point; a ring stands around the best of all."""
    best, series = found.best, []
    for i, color in enumerate(colors):
        c = found.best_at(i)
        if c is None:
            series.append(Series(color))
            continue
        left = 100.0 * found.left[i]
        is_best = best is not None and i == best[0]
        series.append(
            Series(
                color,
                x=[found.detuning_mev[c]],
                y=[left[c]],
                tips=[_plan_tip(found, i, c)],
                symbol_px=9.0 if is_best else 6.0,
                line_x=found.detuning_mev,
                line_y=left,
            )
        )
    return series


def _place(found: Plan, t: int, c: int) -> tuple[str, str, str]:
    return plain(found.detuning_mev[c], 0), shown_error(float(found.after[t, c])), fall_percent(found.left[t, c])


def _words_of(found: Plan, t: int, c: int) -> str:
    return f"{temperature_name(found.temperatures_k[t])}, {plain(found.detuning_mev[c], 0)} meV"


def _signed(shift: float) -> str:
    return f"+{plain(shift, 2)}" if shift > 0 else plain(shift, 2)


def _shift_tip(symbol: str, detuning_mev: FloatArray, shift: FloatArray, temperature_k: float, j: int) -> str:
    place = f"{temperature_name(temperature_k)}, ΔE = {plain(detuning_mev[j], 1)} meV"
    moved = (
        tr("{symbol} moves by {signed} σ without it", symbol=symbol, signed=_signed(float(shift[j])))
        if math.isfinite(shift[j])
        else tr("not used")
    )
    return f"{place}<br>{moved}"


def _plan_tip(found: Plan, t: int, c: int) -> str:
    return tr(
        "{temperature_name}, ΔE = {detuning_mev} meV, where Eq. 9 expects η = {eta}<br>error "
        "of {symbol} from {shown_error} to {shown_error2} meV",
        temperature_name=temperature_name(found.temperatures_k[t]),
        detuning_mev=plain(found.detuning_mev[c], 0),
        eta=plain(found.eta[t, c], 3),
        symbol=found.symbol,
        shown_error=shown_error(float(found.now[t])),
        shown_error2=shown_error(float(found.after[t, c])),
    )
