"""What is set, found and doubted, and what is selected: a dock each."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from asplab.core.document import Exclusions
from asplab.core.pipeline import Results
from asplab.gui.language import tr
from asplab.gui.look.theme import Theme
from asplab.gui.panels.base import Panel
from asplab.gui.reference import Reference
from asplab.gui.settings_catalogue import STEPS
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.arrange import GAP
from asplab.gui.widgets.checks import Check, CheckList, check_summary
from asplab.gui.widgets.dock import Dock
from asplab.gui.widgets.error_sources import ErrorSourcesView
from asplab.gui.widgets.facts import FactList
from asplab.gui.widgets.results import ResultsTable
from asplab.gui.widgets.settings_form import Context, SettingsForm
from asplab.gui.widgets.table import DataTable
from asplab.gui.widgets.text import breakable
from asplab.gui.widgets.trends import TrendRows
from asplab.gui.words.change import CHANGE_COLUMNS, all_changes, change_rows
from asplab.gui.words.facts import facts, record_facts, trend_rows
from asplab.gui.words.findings import checks, consistency_checks, joint_rows, temperature_rows
from asplab.gui.words.reading import selected_temperature, temperature_name, temperatures_of
from asplab.gui.words.sources import NO_SPLIT, Split, error_sources
from asplab.gui.words.systematic import NO_SYSTEMATIC, Systematic

_TONES = ("bad", "warn", "info", "good")
_FROM_RESPONSES, _FROM_ETA = ("ratio", "efficiency", "polaron"), ("polaron",)
NOTHING_SELECTED = tr("Click a point or a curve to select a condition.")


class Inspector(Panel):
    """What is set, found and doubted; ``setting_edited`` and ``exclusion_requested`` are its intents.

    ``hint_changed`` carries why a typed value was refused, ``part_wanted`` the key of a dock that has to be seen.

    Attributes
    ----------
    docks : dict of str to Dock
        Settings, results, where the error comes from, checks and the selection, by their keys; until a window takes
        them they stand below one another.
    """

    part_wanted = Signal(str)
    place_wanted = Signal(str)
    """What a check is about, as problems name places."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._forms: dict[str, SettingsForm] = {}
        self._step = ""
        self._targets = {"stack": "", "record": ""}
        self._exclusions = Exclusions()
        self.docks = {key: Dock(key, title) for key, title in _titles().items()}
        self.sources = ErrorSourcesView()
        self.sources.quantity_chosen.connect(self.quantity_chosen)
        self.here, self.joint = ResultsTable(), ResultsTable()
        self.here.setAccessibleName(tr("Results of the selected temperature"))
        self.joint.setAccessibleName(tr("Results of the joint fit"))
        self.here.row_chosen.connect(lambda row: self._choose(self.here, row, is_joint=False))
        self.joint.row_chosen.connect(lambda row: self._choose(self.joint, row, is_joint=True))
        self._reference: Reference | None = None
        self.changes = DataTable(theme, CHANGE_COLUMNS, sortable=False)
        self._changes_title = _muted(tr("Against the pinned reference"))
        self.changes.setAccessibleName(tr("Changes against the pinned reference"))
        self._joint_title = _muted(tr("All temperatures, joint fit"))
        self.no_results = _muted(tr("No results yet: load PL, ASPL and photothermal scans."), wraps=True)
        self.no_settings = _muted(tr("This step has no settings."), wraps=True)
        self.checks_list = CheckList()
        self.checks_list.place_chosen.connect(self.place_wanted)
        self._consistent: list[Check] = []
        self._checked: tuple[object, ...] = ()
        self._order: list[int] = []
        self.facts_list, self.nothing = FactList(), _muted(NOTHING_SELECTED, wraps=True)
        self._trends_title, self.trends = _muted(tr("Own change per repeat")), TrendRows(theme)
        self._reason = QLabel()
        self._reason.setWordWrap(True)
        self._reason.setProperty("tone", "warn")
        self.exclude_buttons = {kind: QPushButton() for kind in self._targets}
        self._trends_title.setToolTip(
            tr("Beside what all conditions of the temperature share, which cancels in QY and η")
        )
        self._build()

    @property
    def form(self) -> SettingsForm | None:
        """The form of the step shown, None before the first :meth:`display`."""
        return self._forms.get(self._step)

    @property
    def found(self) -> tuple[QWidget, ...]:
        """What shows results, and is paled where they are of earlier settings."""
        return tuple(self.docks[key].widget() for key in ("results", "errors"))

    @property
    def doubted(self) -> tuple[QWidget, ...]:
        """What shows the checks, which wait for the end of a drag."""
        return (self.docks["checks"].widget(),)

    def has_form(self, step: str) -> bool:
        """Return whether the settings of a step can be shown without building their form first."""
        return step in self._forms or step not in STEPS

    def display(self, results: Results, view: ViewState, systematic: Systematic = NO_SYSTEMATIC) -> None:
        """Show settings, results, checks and selection."""
        self.display_settings(results, view)
        self.display_rest(results, view, systematic)

    def display_rest(
        self,
        results: Results,
        view: ViewState,
        systematic: Systematic = NO_SYSTEMATIC,
        split: Split = NO_SPLIT,
    ) -> None:
        """Show what may lag behind a drag by a blink: results, where errors come from, checks and selection."""
        self._show_results(results, view, systematic)
        self._show_changes(results, view)
        self._exclusions = results.document.exclusions
        self._show_sources(results, view, systematic, split)
        if results.is_at_rest or not self.checks_list.checks:
            # Some checks wait for rest; the others wait with them, or their numbers would fall and come back.
            self._show_checks(results, view)
        self._show_selected(results, view)

    def display_settings(self, results: Results, view: ViewState) -> None:
        """Show what must not contradict the handle under the mouse, on every frame of a drag."""
        self._show_settings(results, view)

    def display_reference(self, reference: Reference | None) -> None:
        """Take over what the results are compared with; :meth:`display` follows."""
        self._reference = reference

    def display_exclusions(self, exclusions: Exclusions) -> None:
        """Show what the user has just excluded or brought back; the results follow later."""
        self._exclusions = exclusions
        self._show_exclusions()

    def show_setting(self, record: str, name: str) -> None:
        """Bring one setting of the step into view and put the keyboard there; one that has no place here is no wish."""
        field = None if self.form is None else self.form.reveal(record, name)
        if field is not None:
            self.part_wanted.emit("settings")
            # The unfolded lines have to find their places first.
            QTimer.singleShot(0, self, lambda: self._scroll.ensureWidgetVisible(field))
            field.setFocus(Qt.FocusReason.TabFocusReason)

    def restyle(self, theme: Theme) -> None:
        """Take over a theme; most of it comes from the style sheet and the palette."""
        self._theme = theme
        self.trends.restyle(theme)
        self.changes.restyle(theme)

    def _build(self) -> None:
        shown = {
            "settings": (self.no_settings,),
            "results": (self.no_results, self._changes_title, self.changes, self.here, self._joint_title, self.joint),
            "errors": (self.sources,),
            "checks": (self.checks_list,),
            "selected": (
                *(self.facts_list, self._trends_title, self.trends, self.nothing, self._reason),
                *self.exclude_buttons.values(),
            ),
        }
        for kind, button in self.exclude_buttons.items():
            button.clicked.connect(lambda _checked=False, kind=kind: self._request(kind))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        for key, dock in self.docks.items():
            for part in shown[key]:
                dock.add(part)
            column.addWidget(dock)
        scroll = self.docks["settings"].scroll
        assert scroll is not None
        self._scroll = scroll

    def _request(self, kind: str) -> None:
        self.exclusion_requested.emit(self._targets[kind])

    # --- settings ----------------------------------------------------------------------------------------
    def _show_settings(self, results: Results, view: ViewState) -> None:
        form = self._form_of(view.step) if _has_use(view.step, results) else None
        _set_shown(self.no_settings, form is None)
        if form is not self.form:
            # The top of the new settings is what is looked for.
            self._scroll.verticalScrollBar().setValue(0)
        self._step = "" if form is None else view.step
        for other in self._forms.values():
            _set_shown(other, other is form)
        if form is not None:
            form.display(results.document.settings, _context(results, view))

    def _form_of(self, step: str) -> SettingsForm | None:
        if step not in STEPS:
            return None
        if step not in self._forms:
            form = SettingsForm(STEPS[step])
            form.edited.connect(self.setting_edited)
            form.refused.connect(self.hint_changed)
            form.help_wanted.connect(self.help_wanted)
            self._forms[step] = form
            self.docks["settings"].add(form)
        return self._forms[step]

    # --- results -----------------------------------------------------------------------------------------
    def _show_results(self, results: Results, view: ViewState, systematic: Systematic) -> None:
        here, joint = temperature_rows(results, view, systematic), joint_rows(results, systematic)
        t = selected_temperature(results, view)
        name = "" if t is None else f" · {temperature_name(temperatures_of(results)[t])}"
        self.docks["results"].display_title(f"Results{name}")
        self.docks["results"].display_subtitle(*systematic.subtitles())
        self.docks["results"].setToolTip(systematic.why)
        self.here.display(here)
        self.joint.display(joint)
        _set_shown(self.no_results, not here)
        _set_shown(self.here, bool(here))
        _set_shown(self.joint, bool(joint))
        _set_shown(self._joint_title, bool(joint))

    def _show_checks(self, results: Results, view: ViewState) -> None:
        """Check what is new; it takes 15 ms, and a page that is turned changes nothing about it."""
        products = (results.polaron, results.intervals, results.efficiency, results.absorbed)
        checked = (*products, results.problems, view.temperature)
        if checked == self._checked:
            return
        self._checked = checked
        self._consistent = consistency_checks(results, view, self._consistent)
        found = self._worst_first(checks(results, view, self._consistent), is_at_rest=results.is_at_rest)
        self.checks_list.display(found)
        self.docks["checks"].display_subtitle(check_summary(found))

    def _show_changes(self, results: Results, view: ViewState) -> None:
        reference, t = self._reference, selected_temperature(results, view)
        is_pinned = reference is not None and reference.is_pinned and t is not None
        rows = change_rows(all_changes(reference, results, t, view.stack)) if is_pinned else []
        if rows or self.changes.rows:
            self.changes.display(rows)
        for part in (self._changes_title, self.changes):
            _set_shown(part, bool(rows))

    def _show_sources(self, results: Results, view: ViewState, systematic: Systematic, split: Split) -> None:
        found = error_sources(results, view, systematic, split)
        self.docks["errors"].display_subtitle(found.place)
        self.sources.display(found)

    def _choose(self, table: ResultsTable, row: int, *, is_joint: bool) -> None:
        """Look at the error of a result, and at the condition that it belongs to."""
        chosen = table.rows[row]
        if chosen.stack:
            self.stack_chosen.emit(chosen.stack)
        elif chosen.quantity:
            self.quantity_chosen.emit(chosen.quantity, is_joint)

    def _worst_first(self, found: list[Check], *, is_at_rest: bool) -> list[Check]:
        """Return the doubtful ones first; during a drag, when some are not known, the order of before."""
        if is_at_rest or len(self._order) != len(found):
            self._order = sorted(range(len(found)), key=lambda i: _TONES.index(found[i].tone))
        return [found[i] for i in self._order]

    # --- selection ---------------------------------------------------------------------------------------
    def _show_selected(self, results: Results, view: ViewState) -> None:
        found = [*facts(results, view), *record_facts(results, view)]
        self.facts_list.display(found)
        _set_shown(self.facts_list, bool(found))
        _set_shown(self.nothing, not found)
        trends = trend_rows(results, view)
        self.trends.display(trends)
        for part in (self._trends_title, self.trends):
            _set_shown(part, bool(trends))
        self._targets = {"stack": view.stack, "record": view.record}
        self._show_exclusions()

    def _show_exclusions(self) -> None:
        found = not self.facts_list.isHidden()
        names = {"stack": "condition", "record": "repeat"}
        reasons = {kind: self._exclusions.reason(target) for kind, target in self._targets.items()}
        for kind, button in self.exclude_buttons.items():
            verb = tr("Bring back this") if reasons[kind] is not None else tr("Exclude this")
            _set_text(button, f"{verb} {names[kind]}")
            _set_shown(button, found and bool(self._targets[kind]))
        said = [
            tr("{names} excluded: {reason}", names=names[kind], reason=reason)
            for kind, reason in reasons.items()
            if reason is not None
        ]
        _set_text(self._reason, breakable("! " + "; ".join(said)) if said else "")
        _set_shown(self._reason, bool(said))


def _titles() -> dict[str, str]:
    return {
        "settings": tr("Settings"),
        "results": tr("Results"),
        "errors": tr("Where the error comes from"),
        "checks": tr("Checks"),
        "selected": tr("Selected"),
    }


def _has_use(step: str, results: Results) -> bool:
    """Whether the settings of a step change anything: what stands before a table that enters half-way does not."""
    experiment = results.document.experiment
    if experiment.spectra or experiment.scans or not experiment.tables:
        return True
    return step in (_FROM_ETA if results.responses is None else _FROM_RESPONSES)


def _context(results: Results, view: ViewState) -> Context:
    t = selected_temperature(results, view)
    # What "Set by hand" begins with serves all spectra, so it must lie beside the bands of all temperatures.
    regions = () if results.bands is None else results.bands.outside_all_nm
    windows = {("background", "windows_nm"): regions}
    for one in () if results.sphere_yields is None else results.sphere_yields.readings[:1]:
        if one.laser_nm is not None and one.emission_nm is not None:
            windows |= {("yields", "laser_nm"): (one.laser_nm,), ("yields", "emission_nm"): (one.emission_nm,)}
    return Context(None if t is None else float(temperatures_of(results)[t]), windows)


def _muted(text: str, *, wraps: bool = False) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    label.setWordWrap(wraps)
    return label


def _set_shown(widget: QWidget, shown: bool) -> None:
    if widget.isHidden() == shown:
        widget.setVisible(shown)


def _set_text(widget: QLabel | QPushButton, text: str) -> None:
    if widget.text() != text:
        widget.setText(text)
