"""What the user wants of the document, as edits of the session."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from time import monotonic

from PySide6.QtCore import QObject

from asplab.core import scenarios
from asplab.core.document import Document, Scenario
from asplab.core.settings import Settings
from asplab.gui import edits
from asplab.gui.carried import keep_undone
from asplab.gui.language import tr
from asplab.gui.session import Session

_SERIES_S = 1.0


class Intents(QObject):
    """Turns the intents of the panels into undoable edits."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.document_changed = session.document_changed
        self._last_edit = ("", "", 0.0)
        self._series = 0

    def drag_window(self, low_nm: float, high_nm: float) -> None:
        """Move the integration window."""
        self._session.drag(tr("Move window"), partial(edits.move_window, low_nm=low_nm, high_nm=high_nm), "window")

    def drag_cutoff(self, side: str, nominal_nm: float, cutoff_nm: float) -> None:
        """Move the edge of a filter."""
        change = partial(edits.move_cutoff, side=side, nominal_nm=nominal_nm, cutoff_nm=cutoff_nm)
        self._session.drag(tr("Move cutoff"), change, f"cutoff {side} {nominal_nm}")

    def drag_background(self, index: int, low_nm: float, high_nm: float) -> None:
        """Move one background window."""
        change = partial(edits.move_background, index=index, low_nm=low_nm, high_nm=high_nm)
        self._session.drag(tr("Move background"), change, tr("background {index}", index=index))

    def drag_baseline(self, from_mev: float, to_mev: float | None) -> None:
        """Move the region of the photothermal baseline."""
        change = partial(edits.move_baseline, from_mev=from_mev, to_mev=to_mev)
        self._session.drag(tr("Move baseline region"), change, "baseline")

    def drag_detuning_range(self, low_mev: float, high_mev: float) -> None:
        """Move the range of ΔE in which models are fitted."""
        change = partial(edits.move_detuning_range, low_mev=low_mev, high_mev=high_mev)
        self._session.drag(tr("Move fit range"), change, tr("detuning range"))

    def drag_setting(self, record: str, name: str, value: object) -> None:
        """Change one field of a settings record again and again, as one step."""
        change = partial(edits.change_setting, record=record, name=name, value=value)
        self._session.drag(
            tr("Move {setting_words}", setting_words=edits.setting_words(name)), change, f"{record} {name}"
        )

    def use_settings(self, settings: Settings, name: str) -> None:
        """Take over settings that a page offers; the name says what is chosen."""
        self._session.change(tr("Use {name}", name=name), partial(edits.use_settings, settings=settings))

    def keep_fit(self, fit: Scenario) -> None:
        """Keep what a comparison found as a scenario, under a name of its own."""
        named = replace(fit, name=scenarios.free_name(self._session.documents, "Fit"))
        self._session.change(tr("Keep {name}", name=named.name), partial(edits.keep_fit, fit=named))

    def restore_fit(self, fit: Scenario) -> None:
        """Put settings and exclusions back to those of a comparison."""
        self._session.change(tr("Restore {name}", name=fit.name), partial(edits.restore_fit, fit=fit))

    def create_scenario(self) -> None:
        """Keep the present state under a new name."""
        name = scenarios.free_name(self._session.documents, tr("Scenario"))
        change = partial(scenarios.create_scenario, name=name, now=_now())
        before = self._session.document
        chosen = "" if before is None else before.scenario

        def carry(later: Document) -> Document:
            now = self._session.document
            return later if now is None else edits.with_scenario(later, scenarios.scenario_named(now, name), chosen)

        words = tr("Keep scenario “{name}”", name=name)
        # Who undoes something to keep what was before still wants what was undone.
        keep_undone(self._session, partial(self._session.change, words, change), carry)

    def update_scenario(self, name: str) -> None:
        """Keep the present state in place of what a scenario held."""
        change = partial(scenarios.update_scenario, name=name, now=_now())
        self._session.change(tr("Update scenario “{name}”", name=name), change)

    def duplicate_scenario(self, name: str) -> None:
        """Keep a copy of a scenario."""
        copy = scenarios.free_name(self._session.documents, tr("{name} copy", name=name))
        change = partial(scenarios.duplicate_scenario, name=name, copy=copy, now=_now())
        self._session.change(tr("Duplicate scenario “{name}”", name=name), change)

    def rename_scenario(self, name: str, wanted: str) -> None:
        """Name a scenario otherwise; the same name is no change."""
        if wanted.strip() != name:
            change = partial(scenarios.rename_scenario, name=name, wanted=wanted)
            words = tr("Rename scenario “{name}” to “{wanted}”", name=name, wanted=wanted.strip())
            keep_undone(self._session, partial(self._session.change, words, change), change)

    def delete_scenario(self, name: str) -> None:
        """Take a scenario out of the document."""
        change = partial(scenarios.delete_scenario, name=name)
        self._session.change(tr("Delete scenario “{name}”", name=name), change)

    def switch_to_scenario(self, name: str) -> None:
        """Analyse by the settings and exclusions of a scenario."""
        change = partial(scenarios.switch_to, name=name)
        self._session.change(tr("Switch to scenario “{name}”", name=name), change)

    def edit_setting(self, record: str, name: str, value: object) -> None:
        """Change one field of a settings record."""
        change = partial(edits.change_setting, record=record, name=name, value=value)
        self._session.change(
            tr("Change {setting_words}", setting_words=edits.setting_words(name)),
            change,
            self._series_name(record, name, value),
        )

    def _series_name(self, record: str, name: str, value: object) -> str | None:
        """Return one name for the steps of a wheel or an arrow key that follow one another within a second."""
        before, now = self._last_edit, monotonic()
        self._last_edit = (record, name, now)
        if not isinstance(value, float):
            return None
        if before[:2] != (record, name) or now - before[2] > _SERIES_S:
            self._series += 1
        return tr("series {series}", series=self._series)

    def exclude(self, target: str, reason: str) -> None:
        """Take a condition or a file out of the analysis."""
        self.exclude_all((target,), reason)

    def exclude_all(self, targets: Sequence[str], reason: str) -> None:
        """Take conditions and files out of the analysis, for one reason and as one step."""
        words = tr("Exclude") if len(targets) == 1 else tr("Exclude {count} measurements", count=len(targets))
        self._session.change(words, partial(edits.exclude, targets=targets, reason=reason))

    def bring_back(self, target: str) -> None:
        """Take a condition or a file into the analysis again."""
        self.bring_back_all((target,))

    def bring_back_all(self, targets: Sequence[str]) -> None:
        """Take conditions and files into the analysis again, as one step."""
        words = tr("Bring back") if len(targets) == 1 else tr("Bring back {count} measurements", count=len(targets))
        self._session.change(words, partial(edits.bring_back, targets=targets))


def _now() -> datetime:
    return datetime.now().astimezone()
