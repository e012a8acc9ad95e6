"""What every step panel has in common: it displays results and emits intents."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from asplab.core.pipeline import Results
from asplab.gui.jobs.study import Study, StudyState
from asplab.gui.look.theme import Theme
from asplab.gui.plots.base import EXCLUDES as EXCLUDES
from asplab.gui.reference import Reference
from asplab.gui.view_state import ViewState


class Panel(QWidget):
    """A step of the analysis on screen; it never writes into the document.

    Signals are intents; `asplab.gui.bindings` turns them into edits. ``*_dragged`` fire on every mouse move,
    ``drag_finished`` once at the end, so that a drag becomes one undo step.
    """

    window_dragged = Signal(float, float)
    cutoff_dragged = Signal(str, float, float)
    """side ("longpass", "shortpass"), nominal cutoff in nm, new cutoff in nm."""
    background_dragged = Signal(int, float, float)
    """Index of the background window, its edges in nm."""
    baseline_dragged = Signal(float, object)
    """Photothermal baseline region in meV below the gap."""
    detuning_range_dragged = Signal(float, float)
    """Range of ΔE in meV in which models are fitted."""
    drag_finished = Signal()
    setting_edited = Signal(str, str, object)
    """Settings record (field of `Settings`), its field, new value."""
    setting_dragged = Signal(str, str, object)
    """Settings record, its field, the value that the hand wants now; ``drag_finished`` ends it."""
    settings_offered = Signal(object, str)
    """All settings (`Settings`) with another choice in them, and what is chosen."""
    temperature_chosen = Signal(int)
    comparison_chosen = Signal(int)
    """Temperature to show beside the selected one; choosing it again ends the comparison."""
    stack_chosen = Signal(str)
    record_chosen = Signal(str)
    quantity_chosen = Signal(str, bool)
    """Result whose error is looked at, as `ViewState.quantity`, and whether that of the joint fit."""
    exclusion_requested = Signal(str)
    """Target (stack key or record source) to exclude, or to bring back when it is excluded."""
    step_chosen = Signal(str)
    """Key of another step to show."""
    measurement_opened = Signal(str)
    """Key of a condition whose spectra are to be shown."""
    help_wanted = Signal(object, bool)
    hint_changed = Signal(str)
    """What the mouse does here."""

    def display(self, results: Results, view: ViewState) -> None:
        """Show results and selection; called on every frame of a drag, so it must be quick."""
        raise TypeError(f"{type(self).__name__} must define display()")

    def display_reference(self, reference: Reference | None) -> None:
        """Take over what the results are compared with; :meth:`display` follows."""

    def forget_frame(self) -> None:
        """Let the next :meth:`display` choose the axes anew, as for an experiment that was never seen."""
        raise TypeError(f"{type(self).__name__} must define forget_frame()")

    def restyle(self, theme: Theme) -> None:
        """Take over a theme."""
        raise TypeError(f"{type(self).__name__} must define restyle()")


class StudyPanel(Panel):
    """A panel with studies: they are run by `asplab.gui.bindings` and displayed before every :meth:`display`.

    ``request_changed`` says that :meth:`request` returns something else now, ``study_requested`` carries the key of a
    study that the user wants to run.
    """

    studies: tuple[Study, ...] = ()
    request_changed = Signal()
    study_requested = Signal(str)

    def request(self, key: str) -> Any:
        """Return what is asked of a study besides the document (draws, seed, …)."""
        return None

    def display_studies(self, states: Mapping[str, StudyState]) -> None:
        """Take over what is known of the studies, by key; :meth:`display` follows."""
