"""The bottom line: what the mouse does here, what is doubtful, what runs, what is saved."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QWidget

from asplab.gui.language import counted, tr
from asplab.gui.widgets.text import TextLine


class StatusLine(QWidget):
    """Hint at the left; problems, job with progress and cancel, and the saved state at the right."""

    cancel_requested = Signal()
    problems_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hint = TextLine(muted=True)
        self._problems, self._cancel = QToolButton(), QToolButton()
        self._job, self._saved = QLabel(), QLabel()
        self._job.setProperty("role", "muted")
        self._saved.setProperty("role", "muted")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(120)
        self._cancel.setText(tr("Cancel"))
        for button in (self._problems, self._cancel):
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(8)
        row.addWidget(self._hint, 1)
        for widget in (self._problems, self._job, self._bar, self._cancel, self._saved):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setFixedHeight(32)
        self._problems.clicked.connect(self.problems_requested)
        self._cancel.clicked.connect(self.cancel_requested)
        self.display_problems(0)
        self.display_job(None)

    @property
    def hint(self) -> str:
        """The hint as displayed."""
        return self._hint.html

    def display_hint(self, html: str) -> None:
        """Say what the mouse does here; cheap enough for every move."""
        self._hint.display(html)

    def display_problems(self, count: int, notes: int = 0) -> None:
        """Show how many problems the results have, else how many things are worth knowing; nothing hides the button."""
        self._problems.setText(f"! {counted(count, 'problem')}" if count else f"· {counted(notes, 'note')}")
        self._problems.setVisible(count + notes > 0)

    def display_job(self, text: str | None, fraction: float | None = None, *, can_cancel: bool = False) -> None:
        """Show a running job.

        Parameters
        ----------
        text : str or None
            What runs; None when nothing does.
        fraction : float or None
            Part done, 0 to 1; None while unknown.
        can_cancel : bool
            Whether to offer to cancel it.
        """
        for widget in (self._job, self._bar):
            widget.setVisible(text is not None)
        self._cancel.setVisible(text is not None and can_cancel)
        if text is not None:
            self._job.setText(text)
            self._bar.setRange(0, 0 if fraction is None else 1000)
            self._bar.setValue(0 if fraction is None else round(1000 * fraction))

    def display_saved(self, text: str) -> None:
        """Show the saved state, for instance ``saved 12:04``."""
        self._saved.setText(text)
