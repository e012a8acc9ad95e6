"""What the pages of the Polaron step have in common."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal

from asplab.gui.panels.base import Panel
from asplab.gui.study import Study, StudyState


class Page(Panel):
    """One page; the studies it shows are run by `asplab.gui.bindings` and displayed before every :meth:`display`.

    ``request_changed`` says that :meth:`request` returns something else now, ``study_requested`` carries the key of a
    study that the user wants to run.
    """

    studies: tuple[Study, ...] = ()
    request_changed = Signal()
    study_requested = Signal(str)
    fit_restored = Signal(object)
    """A kept fit (`KeptFit`) to go back to."""
    fit_renamed = Signal(object, str)
    """A kept fit and its new name."""
    fit_deleted = Signal(object)
    setting_wanted = Signal(str, str)
    """Settings record and its field, to be shown where it is set."""

    def request(self, key: str) -> Any:
        """Return what is asked of a study besides the document (draws, seed, …)."""
        return None

    def display_studies(self, states: Mapping[str, StudyState]) -> None:
        """Take over what is known of the studies, by key; :meth:`display` follows."""
