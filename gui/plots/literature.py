"""Published numbers as quiet guides behind a fitted one, like beside like; the mouse tells their source."""

import re
from functools import lru_cache
from html import escape

from asplab.core.companion.literature.bands import Band, bands
from asplab.core.companion.literature.table import LiteratureValue
from asplab.gui.language import tr
from asplab.gui.plots.crowd import Painted
from asplab.gui.plots.guides import Guide, Guides

_RANGE = re.compile(r"(?<=\d)-(?=\d)")


class LiteratureBands(Painted, Guides):
    """Published numbers behind a plot that follows a drag: painted once."""

    def version(self) -> object:
        """Return what the picture shows."""
        return self._guides


@lru_cache(maxsize=8)
def literature_guides(kind: str, axis: str) -> tuple[Guide, ...]:
    """Return guides along an axis ("x" or "y") for all published values of one kind.

    Independent ones are lines and bands. Wide ranges, and what was found from up-conversion itself, are only bars at
    the edge: they say little about any one place, or nothing new.
    """
    return tuple(_guide(band, axis) for band in bands(kind))


def literature_bands(kind: str, axis: str) -> tuple[Guide, ...]:
    """Return only the independent lines and bands among these guides."""
    return tuple(guide for guide in literature_guides(kind, axis) if not guide.is_bar)


def _guide(band: Band, axis: str) -> Guide:
    has_width = band.high > band.low or band.is_context
    return Guide(axis, band.low, band.high if has_width else None, tip=told(band.value), is_bar=band.is_context)


def told(value: LiteratureValue) -> str:
    """Return a published value with its source as rich text."""
    source = value.source
    mark = f"doi:{source.doi}" if source.doi else f"arXiv:{source.arxiv}"
    own = "" if value.is_independent else tr("<br>Found from up-conversion itself: it supports no other fit of it.")
    return (
        f"<b>{_RANGE.sub('–', escape(value.text))}</b>: {escape(value.quantity)}<br>{escape(value.sample)}; "
        f"{escape(value.method)}<br>{escape(source.short)}, {escape(source.journal)}, {mark}{own}"
    )
