"""Published tables from the clipboard: they start the chain half-way."""

from collections.abc import Callable
from functools import partial
from hashlib import sha256

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QInputDialog, QWidget

from asplab.core.document import Document
from asplab.core.errors import AsplabError
from asplab.core.experiment import Experiment, Source
from asplab.core.io.published import read_published
from asplab.core.problems import Problem
from asplab.gui.files.filing import Files
from asplab.gui.language import tr
from asplab.gui.messages import Messages
from asplab.gui.session import Session

NAME = tr("Pasted table")
_LEAST_K, _MOST_K, _USUAL_K = 0.1, 2000.0, 295.0
_MOST_CHARACTERS = 5_000_000


class PublishedData(QObject):
    """Reads tables of η, R or (I, PA) that were copied somewhere.

    A second table joins the first; measured spectra are left alone, and the table opens in their place.
    """

    def __init__(self, host: QWidget, session: Session, files: Files, messages: Messages) -> None:
        super().__init__(host)
        self._host, self._session, self._files, self._messages = host, session, files, messages
        self.dialog: QInputDialog | None = None

    def paste(self) -> None:
        """Read the table on the clipboard."""
        text = QGuiApplication.clipboard().text()
        if len(text) > _MOST_CHARACTERS:
            self._messages.tell(
                "bad", tr("The clipboard holds {value} characters, which is no published table.", value=len(text))
            )
            return
        self.read(text)

    def read(self, text: str, temperature_k: float | None = None) -> None:
        """Read a table; where it doesn't tell the temperature, ask for it."""
        try:
            experiment = pasted_experiment(text, self._free_name(), temperature_k=temperature_k)
        except AsplabError as error:
            if temperature_k is None and "temperature_k" in str(error):
                self._ask_temperature(partial(self.read, text))
            else:
                self._messages.tell("bad", str(error), cause=NAME)
            return
        self._messages.settle(NAME)
        document = self._session.document
        if document is not None and _holds_only_tables(document.experiment):
            self._files.add(experiment)
        else:
            self._files.unless_modified(
                partial(self._files.begin_unsaved, tr("Paste published data"), Document(experiment))
            )

    def _free_name(self) -> str:
        document = self._session.document
        taken = {source.path for source in document.experiment.sources} if document is not None else set()
        names = (NAME if number == 1 else f"{NAME} {number}" for number in range(1, len(taken) + 2))
        return next(name for name in names if name not in taken)

    def _ask_temperature(self, act: Callable[[float], None]) -> None:
        dialog = self.dialog = QInputDialog(self._host)
        dialog.setWindowTitle(tr("Paste published data"))
        dialog.setInputMode(QInputDialog.InputMode.DoubleInput)
        dialog.setLabelText(tr("The table does not tell its temperature. Temperature (K):"))
        dialog.setDoubleDecimals(2)
        dialog.setDoubleRange(_LEAST_K, _MOST_K)
        dialog.setDoubleValue(_USUAL_K)
        dialog.doubleValueSelected.connect(act)
        dialog.open()


def pasted_experiment(text: str, name: str, *, temperature_k: float | None = None) -> Experiment:
    """Return an experiment that is a pasted table; raises as `asplab.core.io.published.read_published`."""
    loaded = read_published(text, name, temperature_k=temperature_k)
    record = loaded.record
    return Experiment(
        name=name,
        tables=(record,),  # type: ignore[arg-type]
        sources=(Source(name, sha256(text.encode("utf-8")).hexdigest()),),
        problems=tuple(Problem(severity, record.where, words) for severity, words in loaded.remarks),
    )


def _holds_only_tables(experiment: Experiment) -> bool:
    return bool(experiment.tables) and not (experiment.spectra or experiment.scans)
