"""Absorption beside emission: the tail, T*(E), η by detailed balance, and film against suspension."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtWidgets import QWidget

from asplab.core.companion.absorption.heat_stage import PHOTOTHERMAL
from asplab.core.companion.absorption.spectra import Emitting
from asplab.core.companion.absorption.stage import MediumPair
from asplab.core.companion.absorption.tail import Tail, refitted
from asplab.core.export.companion.absorption import agreement_of, all_tails, media_pairs
from asplab.core.pipeline import Results
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme, detuning_spec
from asplab.gui.panels.companion.page import CompanionPage, Missing, Picture, Words
from asplab.gui.plots.handles import RegionHandle
from asplab.gui.plots.series import Series, SeriesPlot
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.fields import ChoiceField
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.table import Column, TableRow
from asplab.gui.words.reading import selected_temperature, temperature_name, temperatures_of

_COLUMNS = (
    Column(tr("Spectrum")),
    Column("T"),
    Column(tr("First maximum"), "", tr("Of the fitted exciton; of polynomials where that misses the spectrum")),
    Column("E<sub>U</sub>", "", tr("Urbach energy with what neighbouring ranges make of it")),
    Column(tr("Fitted at ΔE"), "meV", tr("Below the emission peak"), is_spare=True, rank=1),
    Column("T*", "", tr("What emission over absorption asks for in the range where both are tied")),
    Column(tr("Detailed balance"), "", tr("Holds where T* is the temperature"), align="left"),
    Column(tr("What it means"), align="left", gives_way=True, is_spare=True),
)
_VIEWS = (("star", "T*(E)"), ("eta", "η"), ("media", tr("Film and suspension")))
_LABELS = {
    "star": ("ΔE (meV)", "T* (K)"),
    "eta": ("ΔE (meV)", "η"),
    "media": (tr("Photon energy (meV)"), tr("Emission / its maximum")),
}
_HINTS = {
    "star": tr("Dotted: temperature of the sample; T* is no thermometer · wheel zooms · A shows all"),
    "eta": tr("Curve: coupled over total absorption · points: Eqs. 1-5 · wheel zooms · A shows all"),
    "media": tr("Each divided by its maximum · wheel zooms · A shows all"),
}
_COLORS = ("accent", detuning_spec(0), detuning_spec(2), detuning_spec(4))
_SYMBOLS = ("circle", "square", "diamond", "triangle")
_ABOVE_MEV, _BELOW_MEV = 120.0, 220.0
_LEAST_SEEN = 3.0
_CERTAIN = 0.3
"""Relative error up to which a point of T*(E) is shown."""
_STAR_TOP = 3.0
_CHOICE_PX = 160


class AbsorptionPage(CompanionPage):
    """Absorption with its draggable tail, and what detailed balance makes of it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        spectrum = SeriesPlot(theme, x_label="ΔE (meV)", y_label=tr("Absorption / its maximum"), log_y=True)
        spectrum.display_hint(tr("Drag an edge to move the range of the tail · wheel zooms · A shows all"))
        right = SeriesPlot(theme, x_label="ΔE (meV)", y_label="T* (K)")
        titles = (tr("Absorption and Urbach tail"), tr("Detailed balance"), tr("Absorption spectra"))
        super().__init__(theme, (spectrum, right), titles, _COLUMNS, parent)
        self._at_rest: Results | None = None
        self._view = ViewState()
        self.choice = ChoiceField(_VIEWS)
        self.choice.setAccessibleName(tr("What detailed balance shows"))
        self.choice.setMinimumWidth(_CHOICE_PX)
        self.cards[1].header.addWidget(self.choice)
        self.choice.chosen.connect(self._show_again)
        self.range = RegionHandle(
            theme, label=tr("Urbach tail"), scope=tr("all spectra, meV below the emission"), unit="meV", step=1.0
        )
        spectrum.add_layer(self.range, z=20)
        self.range.dragged.connect(self._tell_range)
        self.range.drag_finished.connect(self.drag_finished)
        self._label()

    def display(self, results: Results, view: ViewState) -> None:
        """Show what the results hold; while the range of the tail is dragged, the lines follow."""
        self._view = view
        rest = self._at_rest
        if results.is_at_rest:
            self._at_rest = results
        elif rest is not None and results.document.settings.tails != rest.document.settings.tails:
            results = _followed(rest, results, view)
        super().display(results, view)

    def picture(self, results: Results, view: ViewState) -> Picture | Missing:
        """Return the spectra of the selected temperature, what the switch asks for, and a row for each spectrum."""
        tails, t = all_tails(results), selected_temperature(results, view)
        if not tails:
            return Missing(
                tr("No absorption"),
                tr(
                    "Add absorption curves (kind absorption) with temperature_k, and medium where there is film and "
                    "suspension, or photothermal scans beside PL."
                ),
            )
        kelvin = float("nan") if t is None else float(temperatures_of(results)[t])
        own = [one for one in tails if one.sample.temperature == t]
        self._place_range(results, own)
        right, words, reason = self._right(results, own, kelvin)
        name = temperature_name(kelvin) if np.isfinite(kelvin) else ""
        missing = tr("No absorption at {temperature}\nChoose another temperature.", temperature=name)
        colors = {id(one): _color(k) for k, one in enumerate(own)}
        return Picture(
            _spectra(own),
            right,
            [_row(one, colors.get(id(one), "")) for one in (*own, *(o for o in tails if id(o) not in colors))],
            (name, words, ""),
            (missing, reason),
            (None, _height(str(self.choice.key), kelvin)),
        )

    # --- what the switch asks for ------------------------------------------------------------------------
    def _right(self, results: Results, own: Sequence[Tail], kelvin: float) -> tuple[list[Series], Words, str]:
        """Return the series on the right, the words beside its title, and why it is empty."""
        if self.choice.key == "eta":
            return _eta(results, own)
        if self.choice.key == "media":
            return _media(media_pairs(results), kelvin)
        return _star(own, kelvin)

    def _show_again(self) -> None:
        self._label()
        self.forget_frame()
        if self._at_rest is not None:
            self.display(self._at_rest, self._view)

    def _label(self) -> None:
        key = str(self.choice.key)
        self.plots[1].display_labels(*_LABELS[key])
        self.plots[1].display_hint(_HINTS[key])

    # --- the range of the tail ---------------------------------------------------------------------------
    def _tell_range(self, low: float, high: float) -> None:
        self.setting_dragged.emit("tails", "urbach_mev", ((low, high),))

    def _place_range(self, results: Results, own: Sequence[Tail]) -> None:
        given = results.document.settings.tails.urbach_mev
        found = [one for one in own if one.urbach is not None and np.isfinite(one.urbach.range_mev[0])]
        self.range.setVisible(bool(given or found))
        if given:
            self.range.display(*given[0])
        elif found:
            first = found[0]
            low, high = first.urbach.range_mev if first.urbach is not None else (0.0, 0.0)
            self.range.display(first.reference_mev - high, first.reference_mev - low)


def _followed(rest: Results, now: Results, view: ViewState) -> Results:
    """Return the results at rest with the tails of the selected temperature fitted in the range that is dragged."""
    settings, t = now.document.settings.tails, selected_temperature(rest, view)

    def refit(tails: Sequence[Tail]) -> tuple[Tail, ...]:
        return tuple(refitted(one, settings) if one.sample.temperature == t else one for one in tails)

    curves, heat = rest.absorption, rest.heat_tails
    return replace(
        rest,
        document=now.document,
        absorption=None if curves is None else replace(curves, tails=refit(curves.tails)),
        heat_tails=None if heat is None else replace(heat, tails=refit(heat.tails)),
    )


def _name(one: Tail) -> str:
    medium = {"film": tr("film"), "suspension": tr("suspension")}.get(one.sample.medium, "")
    source = tr("from heat") if one.sample.source == PHOTOTHERMAL else tr("curve")
    return ", ".join(part for part in (medium, source) if part)


# --- spectra -----------------------------------------------------------------------------------------------
def _spectra(own: Sequence[Tail]) -> list[Series]:
    series = []
    for k, one in enumerate(own):
        absorbing, x = one.absorbing, one.reference_mev - one.absorbing.energy_mev
        near = (x > -_ABOVE_MEV) & (x < _BELOW_MEV) & (absorbing.absorption > _LEAST_SEEN * absorbing.error)
        if not near.any():
            continue
        values, order = absorbing.absorption[near], np.argsort(x[near])
        scale = float(values.max())
        curve = Series(_color(k), _name(one), "corner", line_x=x[near][order], line_y=values[order] / scale)
        series += [curve, *_line(one, k, scale)]
    return series


def _line(one: Tail, k: int, scale: float) -> list[Series]:
    """Return the fitted tail, its ends marked by symbols: the line itself lies on the spectrum."""
    urbach = one.urbach
    if urbach is None or not urbach.urbach.is_determined:
        return []
    at, ends = np.linspace(*urbach.range_mev, 40), np.array(urbach.range_mev)
    return [
        Series(
            _color(k),
            x=one.reference_mev - ends,
            y=urbach.at(ends) / scale,
            tips=[f"E<sub>U</sub> {urbach.urbach.text}"] * 2,
            symbol=_symbol(k),
            line_x=(one.reference_mev - at)[::-1],
            line_y=(urbach.at(at) / scale)[::-1],
            is_dashed=True,
        )
    ]


def _color(k: int) -> str:
    return _COLORS[k % len(_COLORS)]


def _symbol(k: int) -> str:
    return _SYMBOLS[k % len(_SYMBOLS)]


# --- detailed balance ----------------------------------------------------------------------------------------
def _star(own: Sequence[Tail], kelvin: float) -> tuple[list[Series], Words, str]:
    series = []
    for k, one in enumerate(own):
        star = one.star
        if star is None:
            continue
        use = np.isfinite(star.local_k) & (star.local_error_k < _CERTAIN * star.local_k)
        x = one.reference_mev - star.energy_mev[use]
        series.append(
            Series(
                _color(k),
                _name(one),
                "corner",
                x=x,
                y=star.local_k[use],
                error=star.local_error_k[use],
                tips=[f"{plain(a, 0)} meV: {plain(b, 0)} K" for a, b in zip(x, star.local_k[use], strict=True)],
                symbol=_symbol(k),
                symbol_px=5,
            )
        )
    if series:
        level = np.array([-_ABOVE_MEV, _BELOW_MEV])
        series.append(Series("muted", line_x=level, line_y=np.full(2, kelvin), is_dotted=True))
    agreed = [_name(one) for one in own if one.star is not None and one.star.agrees]
    words = tr("holds for {names}", names="; ".join(agreed)) if agreed else tr("holds for none")
    reasons = [one.reasons["star"] for one in own if one.reasons.get("star")]
    return series, words if series else "", tr("No T*\n{reason}", reason=reasons[0] if reasons else "")


def _eta(results: Results, own: Sequence[Tail]) -> tuple[list[Series], Words, str]:
    series: list[Series] = []
    words: Words = ""
    for k, one in enumerate(own):
        found, both = one.eta, agreement_of(results, one)
        if found is None:
            continue
        x = (one.reference_mev - found.energy_mev)[::-1]
        series.append(
            Series(
                _color(k),
                _name(one),
                "corner",
                line_x=x,
                line_y=found.eta[::-1],
                band_low=(found.eta - found.error)[::-1],
                band_high=(found.eta + found.error)[::-1],
            )
        )
        if both is not None:
            chance = tr("chance of the difference to Eqs. 1-5: {chance}", chance=plain(both.chance, 2))
            words = (both.sentence, chance)
            tips = [
                f"{plain(a, 0)} meV: {plain(b, 3)}" for a, b in zip(both.detuning_mev, both.photothermal, strict=True)
            ]
            series.append(
                Series(
                    "text",
                    tr("Eqs. 1-5"),
                    "corner",
                    x=both.detuning_mev,
                    y=both.photothermal,
                    error=both.photothermal_error,
                    tips=tips,
                )
            )
    reasons = [one.reasons["eta"] for one in own if one.reasons.get("eta")]
    return series, words, tr("No η by detailed balance\n{reason}", reason=reasons[0] if reasons else "")


def _media(pairs: Sequence[MediumPair], kelvin: float) -> tuple[list[Series], Words, str]:
    known = [one for one in pairs if np.isfinite(one.temperature_k)]
    why = tr("No pair\nAdd PL of the other medium at a temperature of this one, and tell both apart by column medium.")
    if not known:
        return [], "", why
    one = min(known, key=lambda pair: abs(pair.temperature_k - kelvin) if np.isfinite(kelvin) else 0.0)
    name, comparison = temperature_name(one.temperature_k), one.comparison
    words: Words = f"{name}: {one.reason}"
    if comparison is not None:
        short = tr("film − suspension {shift}", shift=comparison.peak_shift.text)
        words = (f"{name}: {comparison.sentence}", f"{name}: {short}", short)
    return [_band(one.film, tr("film"), 0), _band(one.suspension, tr("suspension"), 1)], words, why


def _band(one: Emitting, name: str, k: int) -> Series:
    top = float(one.emission.max())
    return Series(_color(k), name, "corner", line_x=one.energy_mev, line_y=one.emission / top)


def _height(key: str, kelvin: float) -> tuple[float, float] | None:
    if key == "eta":
        return 0.0, 1.3
    return (0.0, _STAR_TOP * kelvin) if key == "star" and np.isfinite(kelvin) else None


# --- table ---------------------------------------------------------------------------------------------------
def _row(one: Tail, color: str) -> TableRow:
    urbach, star = one.urbach, one.star
    is_known = urbach is not None and np.isfinite(urbach.range_mev[0])
    ends = urbach.range_mev if urbach is not None and is_known else (np.nan, np.nan)
    told = star.sentence if star is not None else one.reasons.get("star", "")
    places = f"{plain(one.reference_mev - ends[1], 0)}–{plain(one.reference_mev - ends[0], 0)}"
    return TableRow(
        (
            _name(one),
            temperature_name(one.sample.temperature_k) if np.isfinite(one.sample.temperature_k) else "—",
            one.maximum.text,
            "—" if urbach is None else urbach.urbach.text,
            places if is_known else "—",
            "—" if star is None else star.wing.text,
            "—" if star is None else tr("holds") if star.agrees else tr("fails"),
            told,
        ),
        color=color,
        tip=" ".join(part for part in (one.sample.source, one.absorbing.sentence, told) if part),
    )
