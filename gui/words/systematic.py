"""Systematic errors as they stand beside the statistical ones."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asplab.gui.language import tr
from asplab.gui.widgets.numerals import decimals_of, plain

if TYPE_CHECKING:
    from asplab.core.systematics import Systematics

NONE = "—"


@dataclass(frozen=True, slots=True, eq=False)
class Systematic:
    """What is known of the systematic errors of the results on display.

    Attributes
    ----------
    found : Systematics or None
        Those of the present document, or the last ones.
    is_awaited : bool
        They are not known yet, but will be.
    is_earlier : bool
        They are of earlier settings.
    why : str
        Why there are none, and none are to be expected.
    """

    found: "Systematics | None" = None
    is_awaited: bool = False
    is_earlier: bool = False
    why: str = ""

    def subtitles(self) -> tuple[str, ...]:
        """Return what is said of all of them at once, and the same shorter."""
        if self.is_earlier:
            return tr("syst: of earlier settings"), tr("earlier syst")
        if self.why:
            return tr("syst: not known"), tr("no syst")
        return (tr("68 % intervals"), "68 %")

    def words(self, quantity: str, place: int | tuple[int, int]) -> str:
        """Return the systematic error of a result, or what holds its place; empty where none was asked for.

        Parameters
        ----------
        quantity : str
            A field of `asplab.core.systematics.Outcome`.
        place : int or tuple of int
            Where the result stands in its array there.
        """
        if self.found is None:
            return tr("syst …") if self.is_awaited else tr("syst {none}", none=NONE) if self.why else ""
        told = arms(*(float(getattr(end, quantity)[place]) for end in (self.found.plus, self.found.minus)))
        return tr("syst {told}", told=told)


NO_SYSTEMATIC = Systematic()


def arms(plus: float, minus: float) -> str:
    """Return both errors; an end that one of the effects leaves undetermined is open."""
    known = [size for size in (plus, minus) if math.isfinite(size) and size > 0]
    if not known:
        return "open" if math.isnan(plus) or math.isnan(minus) else NONE
    decimals = decimals_of(max(known))
    up, down = (plain(size, decimals) if math.isfinite(size) else "open" for size in (plus, minus))
    return f"± {up}" if up == down else f"+{up} −{down}"
