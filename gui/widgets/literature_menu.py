"""A menu of published phonon energies that become priors, each with its source."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from asplab.core.companion.literature.priors import phonon_priors
from asplab.core.companion.literature.table import LiteratureValue, literature_values
from asplab.gui.language import tr
from asplab.gui.widgets.numerals import plain

PARAMETER = "phonon_mev"
SPREADS_MEV = (0.5, 1.0, 2.0, 5.0)
"""What can be added because sample and temperature are others; the user says which, for sources state no such error."""
BY_HAND = tr("; then changed by hand")
_LONGEST = 44


class LiteratureButton(QToolButton):
    """Opens the menu; ``chosen`` carries (parameter, value, standard deviation, source) of a prior."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(tr("From the literature"))
        self.setToolTip(tr("Fill the prior of ħω with a published value and its source"))
        self.setProperty("role", "field")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self.menus_by_name = {
            value.name: self._menu_of(menu, value)
            for value in literature_values("phonon_energy")
            if value.is_independent
        }
        self.setMenu(menu)

    def _menu_of(self, menu: QMenu, value: LiteratureValue) -> QMenu:
        found = menu.addMenu(f"{value.text}: {_shortened(value.quantity)}".replace("&", "&&"))
        found.menuAction().setToolTip(f"{value.quantity}; {value.sample}; {value.method}. {value.source.citation}")
        for spread in SPREADS_MEV:
            words = tr(
                "{spread} meV added for another sample and temperature", spread=plain(spread, 1 if spread < 1 else 0)
            )
            found.addAction(words).triggered.connect(partial(self._choose, value.name, spread))
        return found

    def _choose(self, name: str, spread_mev: float, _checked: bool = False) -> None:
        (prior,) = phonon_priors(error_mev=spread_mev, chosen=lambda value: value.name == name)
        self.chosen.emit((prior.parameter, prior.value, prior.error, prior.source))


def is_published(source: str) -> bool:
    """Return whether the source of a prior is a value of the literature, with its numbers as they came."""
    return source.endswith("added for another sample") and any(
        value.source.citation in source for value in literature_values("phonon_energy")
    )


def _shortened(words: str) -> str:
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1].rsplit(" ", 1)[0] + " …"
