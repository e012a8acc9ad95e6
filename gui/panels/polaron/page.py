"""What the pages of the Polaron step have in common."""

import re
from dataclasses import dataclass

from PySide6.QtCore import Signal

from asplab.core.pipeline import Results
from asplab.core.polaron.fit import PolaronFit
from asplab.gui.language import tr
from asplab.gui.panels.base import StudyPanel
from asplab.gui.view_state import ViewState
from asplab.gui.widgets.deck import Deck
from asplab.gui.words.reading import selected_temperature, temperature_name, why_missing

_UNIT = re.compile(r"(?<=\d) (?=(?:meV|K|nm|σ|ppm|%)(?!\w))")
_MINUS = re.compile(r"(?<!\w)-(?=\d)")
_PERCENT, _PLUS_MINUS = re.compile(r"(?<=\d)%"), re.compile(r"±(?=\d)")
FITS = (("here", tr("each alone")), ("joint", tr("joint fit")))
"""Choices of a page that looks at one fit of Eq. 9."""


def unbroken(words: str) -> str:
    """Return words for a label that wraps: a number stays with its unit and its ±, and symbols have subscripts."""
    spaced = _MINUS.sub("−", _PERCENT.sub(" %", _PLUS_MINUS.sub("± ", words)))
    tied = _UNIT.sub("\u00a0", spaced).replace("± ", "±\u00a0").replace(" ±", "\u00a0±")
    return tied.replace("E_p", "E<sub>p</sub>")


@dataclass(frozen=True, slots=True)
class FitRow:
    """The fit of Eq. 9 that a page looks at.

    Attributes
    ----------
    fit : PolaronFit
    t : int
        The temperature that is selected, also beside the joint fit.
    row : int or None
        The temperature of the fit; None for the joint one.
    name : str
    """

    fit: PolaronFit
    t: int
    row: int | None
    name: str


class Page(StudyPanel):
    """One page of the Polaron step."""

    fit_kept = Signal(object)
    """What a comparison found (`Scenario`), to keep with the document."""
    fit_restored = Signal(object)
    """A comparison (`Scenario`) to go back to."""
    fit_renamed = Signal(str, str)
    """Name and new name of a scenario."""
    fit_deleted = Signal(str)
    setting_wanted = Signal(str, str)
    """Settings record and its field, to be shown where it is set."""

    def look_at(self, deck: Deck, results: Results, view: ViewState, *, is_joint: bool, purpose: str) -> FitRow | None:
        """Return the fit of Eq. 9 to look at; where there is none the deck says what ``purpose`` it is missed for."""
        polaron, t = results.polaron, selected_temperature(results, view)
        if polaron is None or t is None or not polaron.fitted.any():
            reason = tr("This page needs a fit of Eq. 9: η at three detunings of one temperature at least, better six.")
            deck.display_missing(tr("No fit to {purpose}", purpose=purpose), why_missing(results, reason))
            return None
        deck.display_content()
        name = tr("joint fit") if is_joint else temperature_name(polaron.temperatures_k[t])
        return FitRow(polaron, t, None if is_joint else t, name)
