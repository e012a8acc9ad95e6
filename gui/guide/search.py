"""Full-text search in the guide."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from asplab.gui.guide.pages import Section

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "lambda": "λ",
    "nu": "ν", "rho": "ρ", "sigma": "σ", "tau": "τ", "chi": "χ", "omega": "ω", "hbar": "ħ",
}  # fmt: skip
"""What can't be typed on most keyboards, by its name."""
_OF_TITLE, _OF_HEADING = 20, 8
_OF_DECISIONS = 0.2
_AROUND = 64
_MOST = 60


@dataclass(frozen=True, slots=True)
class Hit:
    """A section that holds every word of a query, and a piece of it, rich text, with the words set off."""

    section: Section
    snippet: str
    score: float


def pattern_of(query: str) -> re.Pattern[str] | None:
    """Return what finds any word of a query at the beginning of a word; None for an empty one."""
    words = [_choices(word) for word in query.split()]
    return re.compile("|".join(words), re.IGNORECASE) if words else None


def search(parts: Iterable[Section], query: str) -> list[Hit]:
    """Return the sections that hold every word of a query, the best first; "eta" finds η as well."""
    words = [re.compile(_choices(word), re.IGNORECASE) for word in query.split()]
    if not words:
        return []
    hits = [hit for part in parts if (hit := _hit(part, words, query)) is not None]
    return sorted(hits, key=lambda hit: -hit.score)[:_MOST]


def _hit(part: Section, words: list[re.Pattern[str]], query: str) -> Hit | None:
    text, heading = _composed(part.text), _composed(part.heading)
    whole = f"{heading}\n{text}"
    if not all(word.search(whole) for word in words):
        return None
    score = float(sum(min(len(word.findall(text)), 5) for word in words))
    score += _OF_HEADING * sum(word.search(heading) is not None for word in words)
    score += _OF_TITLE * (part.place == 0) * sum(word.search(part.page.title) is not None for word in words)
    if "/" in part.page.name:
        # Decisions tell why it is so, after the pages that tell how it is.
        score *= _OF_DECISIONS
    pattern = pattern_of(query)
    assert pattern is not None
    return Hit(part, _snippet(text or heading, pattern), score)


def _snippet(text: str, pattern: re.Pattern[str]) -> str:
    found = pattern.search(text)
    at = found.start() if found is not None else 0
    start, end = max(at - _AROUND, 0), min(at + 2 * _AROUND, len(text))
    start = text.rfind(" ", 0, start) + 1 if start else 0
    piece, told, last = text[start:end], "", 0
    for match in pattern.finditer(piece):
        told += escape(piece[last : match.start()], quote=False) + f"<b>{escape(match[0], quote=False)}</b>"
        last = match.end()
    told += escape(piece[last:], quote=False)
    return ("… " if start else "") + told + (" …" if end < len(text) else "")


def _choices(word: str) -> str:
    word = _composed(word)
    typed = rf"(?<!\w){re.escape(word)}"
    letter = GREEK.get(word.lower())
    # A Greek letter may stand anywhere: the ω of ħω begins no word.
    return typed if letter is None else f"(?:{typed}|{letter})"


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)
