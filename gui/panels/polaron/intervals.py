"""The intervals page: what profiles, bootstrap and sampler say about the parameters of Eq. 9, side by side."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtWidgets import QPushButton, QWidget

from asplab.core.pipeline import Results
from asplab.core.polaron.curves import TWO_PARAMETERS_68, contour
from asplab.core.polaron.fit import PolaronFit
from asplab.gui.jobs.study import StudyState
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.polaron.interval_plane import PLANE, Cloud, Plane, cloud_of
from asplab.gui.panels.polaron.interval_rows import COLUMNS, Found, interval_rows
from asplab.gui.panels.polaron.interval_studies import BOOTSTRAP, PROFILE, SAMPLING, Chains, Draws
from asplab.gui.panels.polaron.page import FITS, Page
from asplab.gui.plots.guides import Guide, Guides
from asplab.gui.plots.series import Series, SeriesLayer, SeriesPlot
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import GAP, column, grid, scrolled
from asplab.gui.widgets.card import Card
from asplab.gui.widgets.deck import Deck
from asplab.gui.widgets.fields import ChoiceField, NumberField, Numeric
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.table import DataTable
from asplab.gui.widgets.text import TextLine
from asplab.gui.words.reading import temperature_specs

CLOUDS = (("resampled", "repeats"), ("sampled", "posterior"))
LEVELS = ((1.0, "68 %"), (3.841458820694124, "95 %"))
PLANE_RISES = (TWO_PARAMETERS_68, 5.991464547107979)
_HIGHEST, _BINS, _CLOUD = 6.0, 36, 500
_TAILS = (0.5, 99.5)
_MARGIN, _LABELS = 0.06, 0.12


class IntervalsPage(Page):
    """Profile of ħω, bootstrap of everything, and the plane of g and ħω, for one temperature or the joint fit."""

    studies = (PROFILE, BOOTSTRAP, SAMPLING, PLANE)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._states: Mapping[str, StudyState] = {study.key: StudyState() for study in self.studies}
        self._shown: tuple[Results, ViewState] | None = None
        self._framed: tuple[object, ...] = ()
        self._row: int | None = 0
        self._draws, self._color = Draws(), "text"
        self._sampled: tuple[object, Cloud | None] = (None, None)
        self.fits, self.clouds = ChoiceField(FITS), ChoiceField(CLOUDS)
        self.draws = NumberField(Numeric("draws", 0, 100, 100000, 100))
        self.seed = NumberField(Numeric("seed", 0, 0, 2**31 - 1, 1))
        self.sample_button = QPushButton(tr("Sample"))
        self.profile = SeriesPlot(theme, y_label="Δχ²")
        self.histogram = SeriesPlot(theme, x_label="ħω (meV)", y_label=tr("share of draws"))
        self.plane = SeriesPlot(theme, x_label="ħω (meV)", y_label="g (meV)")
        self._guides, self._bands = Guides(theme), Guides(theme)
        self.profile.add_layer(self._guides, z=-5)
        self.histogram.add_layer(self._bands, z=-5)
        # In front of the dots, which would hide them.
        self._rims = SeriesLayer(theme)
        self.plane.add_layer(self._rims, z=20)
        self._guides.display([Guide("y", level, label=name, is_right=True) for level, name in LEVELS])
        self.table = DataTable(theme, COLUMNS, sortable=False)
        self.table.setAccessibleName(tr("Intervals of g and ħω"))
        self._left, self._below = Card(tr("Phonon energy ħω")), Card(tr("Intervals"))
        self._right = Card(tr("g and ħω"), short_title="g, ħω")
        self._draws_key, self._plane_key = (TextLine(muted=True) for _ in range(2))
        self.deck = Deck(self._content())
        column(self).addWidget(self.deck)
        self._connect()

    # --- Page --------------------------------------------------------------------------------------------
    def request(self, key: str) -> Any:
        """Return draws and seed, and which fit is looked at."""
        chains = Chains(self._row, seed=self._draws.seed)
        return {BOOTSTRAP.key: self._draws, SAMPLING.key: chains, PLANE.key: self._row}.get(key)

    def display_studies(self, states: Mapping[str, StudyState]) -> None:
        """Take over what was found."""
        self._states = states

    def display(self, results: Results, view: ViewState) -> None:
        """Show the intervals of one fit; what belongs to earlier settings is grey."""
        self._shown = (results, view)
        here = self.look_at(
            self.deck, results, view, is_joint=self.fits.key == "joint", purpose=tr("take intervals of")
        )
        if here is None:
            return
        if here.row != self._row:
            self._row = here.row
            # The chains belong to one fit.
            self.request_changed.emit()
        self._color = "text" if here.row is None else temperature_specs(here.fit.temperatures_k)[here.t]
        self._show_profile(here.name)
        self._show_histogram()
        self._show_plane(results)
        self._show_table(results, here.t, here.name)
        self._frame(results)

    def forget_frame(self) -> None:
        """Choose the axes anew at the next display."""
        self._framed = ()

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        for part in (self.profile, self.histogram, self.plane, self.table):
            part.restyle(theme)

    # --- building ----------------------------------------------------------------------------------------
    def _content(self) -> QWidget:
        for field, width, name in (
            (self.fits, 112, tr("Fit shown")),
            (self.clouds, 94, tr("Dots: resampled repeats, or the sampled posterior")),
            (self.draws, 112, tr("Draws of the bootstrap")),
            (self.seed, 84, tr("Seed of bootstrap and sampler")),
        ):
            field.setFixedWidth(width)
            field.setAccessibleName(name)
            field.setToolTip(name)
        self.sample_button.setToolTip(
            tr("Sample the posterior of this fit: seconds for one temperature, minutes for many")
        )
        plots = QWidget()
        lines = column(plots, GAP)
        lines.addWidget(self.profile, 1)
        lines.addWidget(self.histogram, 1)
        self._left.add(plots, 1)
        self._left.add(self._draws_key)
        self._right.header.addWidget(self.clouds)
        self._right.header.addWidget(self.fits)
        self._right.add(self.plane, 1)
        self._right.add(self._plane_key)
        for widget in (self.draws, self.seed, self.sample_button):
            self._below.header.addWidget(widget)
        self._below.add(scrolled(self.table), 1)
        content = QWidget()
        cards = grid(content, (5, 3))
        cards.addWidget(self._left, 0, 0)
        cards.addWidget(self._right, 0, 1)
        cards.addWidget(self._below, 1, 0, 1, 2)
        return content

    def _connect(self) -> None:
        self.draws.display(float(self._draws.draws))
        self.seed.display(float(self._draws.seed))
        for field in (self.fits, self.clouds):
            field.chosen.connect(self._look_again)
        self.draws.committed.connect(self._take_draws)
        self.seed.committed.connect(self._take_draws)
        self.draws.refused.connect(self.hint_changed)
        self.seed.refused.connect(self.hint_changed)
        self.sample_button.clicked.connect(lambda: self.study_requested.emit(SAMPLING.key))
        self.profile.display_hint(tr("χ² above its minimum with ħω held; where it crosses the lines its interval ends"))
        self.histogram.display_hint(tr("ħω of resampled repeats, its 68 % grey · dashed: of the sampled posterior"))
        self.plane.display_hint(
            tr("68 % and 95 % of both together · solid: profile likelihood · dashed: first order · blue: sampled")
        )
        for plot in (self.profile, self.histogram, self.plane):
            plot.hint_changed.connect(self.hint_changed)

    def _look_again(self) -> None:
        if self._shown is not None:
            self.display(*self._shown)

    def _take_draws(self) -> None:
        self._draws = Draws(round(self.draws.value or 0), round(self.seed.value or 0))
        self.request_changed.emit()

    # --- showing -----------------------------------------------------------------------------------------
    def _ink(self, key: str) -> str:
        return self._color if self._states[key].is_current else "muted"

    def _posterior(self) -> Any:
        """Return the sampled posterior of the fit that is looked at, be it of earlier settings."""
        outcome = self._states[SAMPLING.key].outcome
        return outcome.value if outcome is not None and outcome.request.row == self._row else None

    def _show_profile(self, name: str) -> None:
        found = self._states[PROFILE.key].value
        row = -1 if self._row is None else self._row
        series = []
        if found is not None and -1 <= row < len(found.best) - 1:
            known = np.isfinite(found.delta_chi2[row])
            color = self._ink(PROFILE.key)
            series.append(Series(color, line_x=found.values[row][known], line_y=found.delta_chi2[row][known]))
            series.append(Series(color, x=[found.best[row]], y=[0.0]))
        self.profile.display(series or [Series("muted")])
        self._left.display_subtitle(name)

    def _show_histogram(self) -> None:
        series, bands = [], []
        boot, posterior = self._states[BOOTSTRAP.key].value, self._posterior()
        row = -1 if self._row is None else self._row
        if boot is not None and -1 <= row < len(boot.unbound) - 1:
            x, y = _steps(boot.phonon_mev.draws[:, row])
            series.append(Series(self._ink(BOOTSTRAP.key), line_x=x, line_y=y, base=0.0))
            low, high = float(boot.phonon_mev.low_68[row]), float(boot.phonon_mev.high_68[row])
            if np.isfinite(low):
                # An open end is as far as the picture goes.
                bands.append(Guide("x", low, high if np.isfinite(high) else float(np.max(x, initial=low))))
        if posterior is not None and "phonon_mev" in posterior.parameters:
            x, y = _steps(posterior.parameters["phonon_mev"].draws)
            series.append(
                Series(
                    "accent" if self._states[SAMPLING.key].is_current else "muted", line_x=x, line_y=y, is_dashed=True
                )
            )
        self._bands.display(bands)
        self.histogram.display(series or [Series("muted")])
        self._draws_key.display(
            tr("filled: resampled repeats, 68 % grey · dashed: posterior")
            if posterior is not None
            else tr("filled: resampled repeats, 68 % grey"),
            tr("filled: repeats · dashed: posterior") if posterior is not None else tr("filled: repeats"),
        )

    def _profiled(self) -> Plane | None:
        """Return the contours of the fit that is looked at, be it of earlier settings."""
        outcome = self._states[PLANE.key].outcome
        return outcome.value if outcome is not None and outcome.request == self._row else None

    def _cloud(self) -> Cloud | None:
        """Return the sampled draws in the plane; their contours are found once."""
        posterior = self._posterior()
        if self._sampled[0] is not posterior:
            self._sampled = (posterior, None if posterior is None else cloud_of(posterior))
        return self._sampled[1]

    def _show_plane(self, results: Results) -> None:
        boot, polaron, cloud = self._states[BOOTSTRAP.key].value, results.polaron, self._cloud()
        row = -1 if self._row is None else self._row
        series, rims, words = [], [], ""
        if self.clouds.key == "sampled":
            color = "accent" if self._states[SAMPLING.key].is_current else "muted"
            if cloud is None:
                words = tr("nothing sampled yet")
            else:
                words = tr("rank correlation {correlation}", correlation=plain(cloud.correlation, 2))
                # Neighbours in a chain are alike: the dots are taken from all of it.
                some = slice(None, None, max(1, cloud.g_mev.size // _CLOUD))
                series.append(Series(color, x=cloud.phonon_mev[some], y=cloud.g_mev[some], symbol_px=3.0))
                rims += [Series(color, line_x=x, line_y=y) for x, y in cloud.lines]
        elif boot is not None and -1 <= row < len(boot.unbound) - 1:
            x, y = boot.phonon_mev.draws[:_CLOUD, row], boot.g_mev.draws[:_CLOUD, row]
            known = np.isfinite(x) & np.isfinite(y)
            series.append(Series(self._ink(BOOTSTRAP.key), x=x[known], y=y[known], symbol_px=3.0))
            if boot.unbound[row] > 0:
                words = tr("{unbound} % of draws without ħω", unbound=plain(100.0 * boot.unbound[row], 1))
        self.plane.display(series or [Series("muted")])
        self._rims.display([*self._contours(polaron, row), *rims])
        profiled = self._profiled()
        is_known = profiled is not None and np.isfinite(profiled.correlation)
        tied = (
            tr("correlation {correlation} · ", correlation=plain(profiled.correlation, 3))
            if profiled is not None and is_known
            else ""
        )
        lines = tr("solid: profile · dashed: first order")
        self._plane_key.display(
            tr("{tied}68, 95 % of both · {lines} · dots: draws", tied=tied, lines=lines), f"{tied}{lines}", lines
        )
        self._right.display_subtitle(words, "")

    def _contours(self, polaron: PolaronFit | None, row: int) -> list[Series]:
        """Return the contours of both together: by profile likelihood, and to first order behind them."""
        rims, profiled = [], self._profiled()
        if polaron is not None:
            for rise in PLANE_RISES:
                x, y = _contour(polaron, row, rise)
                rims.append(Series("muted", line_x=x, line_y=y, is_dashed=True))
            rims.append(Series("text", x=[polaron.phonon_mev[row]], y=[polaron.g_mev[row]], symbol="cross"))
        if profiled is not None:
            color = "text" if self._states[PLANE.key].is_current else "muted"
            rims += [Series(color, line_x=x, line_y=y) for x, y in profiled.lines]
        return rims

    def _show_table(self, results: Results, t: int, name: str) -> None:
        boot, posterior = (self._states[key] for key in (BOOTSTRAP.key, SAMPLING.key))
        # For one frame after another fit was chosen the state is still that of the one before.
        sampled = self._posterior() if posterior.is_current else None
        found = Found(boot.value if boot.is_current else None, sampled)
        self.table.display(interval_rows(results, found, t, is_joint=self._row is None))
        self._below.limit_content(self.table.sizeHint().height())
        if posterior.is_running:
            words = tr("sampling …")
        elif posterior.failure:
            words = f"! {posterior.failure}"
        elif found.posterior is not None and not found.posterior.convergence.converged:
            words = tr("! chains have not converged")
        else:
            words = name
        self._below.display_subtitle(words)
        self.sample_button.setEnabled(not posterior.is_running and found.posterior is None)

    def _frame(self, results: Results) -> None:
        """Choose the axes once for every fit and for what was found about it."""
        there = (*(self._states[study.key].outcome is not None for study in (PROFILE, BOOTSTRAP)), self._profiled())
        key = (results.document.experiment, self._row, there)
        if self._framed == key:
            return
        self._framed = key
        x = _range([series.line_x for series in (*self.profile.series, *self.histogram.series)])
        if x is not None:
            # Room at the right for the names of the levels.
            x = (x[0], x[1] + _LABELS * (x[1] - x[0]))
        self.profile.set_home(x=x, y=(-0.3, _HIGHEST))
        self.histogram.set_home(x=x)
        self.plane.set_home(
            *(_range([getattr(one, axis) for one in self._rims.series]) for axis in ("line_x", "line_y"))
        )
        for plot in (self.profile, self.histogram, self.plane):
            plot.view_all()


def _steps(draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the outline of a histogram as shares of all draws; those without a finite value have no place in it."""
    known = draws[np.isfinite(draws)]
    if known.size < 2:
        return np.empty(0), np.empty(0)
    low, high = np.percentile(known, _TAILS)
    counts, edges = np.histogram(known, bins=_BINS, range=(float(low), float(high)))
    x = np.repeat(edges, 2)
    y = np.concatenate([[0.0], np.repeat(counts / draws.size, 2), [0.0]])
    return x, y


def _contour(polaron: PolaronFit, row: int, rise: float) -> tuple[np.ndarray, np.ndarray]:
    """Return (ħω, g) where χ² has risen by so much, to first order in (κ, 1/ħω); empty where there is no fit."""
    nothing = np.empty(0), np.empty(0)
    if row >= 0:
        centre, covariance = polaron.parameters[row], polaron.parameter_covariance[row]
    elif polaron.joint_parameters is None or polaron.joint_covariance is None:
        return nothing
    else:
        centre, covariance = polaron.joint_parameters, polaron.joint_covariance
    if not (np.isfinite(centre).all() and np.isfinite(covariance).all()):
        return nothing
    return contour(float(centre[-2]), float(centre[-1]), covariance[-2:, -2:], rise=rise)


def _range(parts: list[Any]) -> tuple[float, float] | None:
    values = np.concatenate([np.asarray(part, dtype=float) for part in parts] or [np.empty(0)])
    values = values[np.isfinite(values)]
    if not values.size:
        return None
    margin = _MARGIN * float(np.ptp(values))
    return float(values.min()) - margin, float(values.max()) + margin
