"""Propose a template from the names at hand: what stays the same is literal, numbers with units are fields."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import PurePosixPath

from asplab.core.importing.kind_words import kind_of
from asplab.core.importing.names import Hit, hits_in, read_folders, read_name, sample_in, shape_of, stem_of
from asplab.core.importing.quantities import same
from asplab.core.importing.template import FIELDS, UNITS, Template, TemplateError, compile_template

__all__ = ["Proposal", "propose"]

_SEPARATORS = re.compile(r"([ _/]+|(?<=[^\W\d])-+|-+(?=[^\W\d])|--+)")
_SHORT = {column: field for field, column in FIELDS.items()}
_MOST_NAMES = 2000
_MOST_STRUCTURES = 5
_MOST_RATED = 300
# A few odd names, such as that of a response, may fit by chance.
_MOST_SPOILT = 0.05
# A bare number of this size is a wavelength where it differs from name to name; counters begin with zeros or at 1.
_WAVELENGTH = re.compile(r"(?:[3-9]\d\d|1\d\d\d)(?:[.,]\d{1,2})?")
_COUNTERS = ("", "r", "rep", "run", "n", "no", "#", "scan", "spec", "m")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed template, and how many of the names it fits."""

    template: Template
    matched: int
    total: int

    @property
    def text(self) -> str:
        """Such as ``42 of 45 matched``."""
        return f"{self.matched} of {self.total} matched"


@dataclass(frozen=True, slots=True)
class _Token:
    """A part of a name between separators: what it says, as a template, and its own text."""

    shape: str
    text: str
    separator: str

    @property
    def is_field(self) -> bool:
        return "{" in self.shape


def propose(names: Sequence[str]) -> Proposal | None:
    """Return the template that says most about ``names``, or None where names say nothing.

    One that says less than names and folders say plainly, or otherwise, is never proposed, however many it fits.

    Parameters
    ----------
    names : sequence of str
        Relative paths with ``/``.
    """
    looked_at = list(names[:_MOST_NAMES])
    candidates = {text for deep in (True, False) for text in _candidates([_tokens(n, deep=deep) for n in looked_at])}
    plain = {name: read_name(name).cells for name in names[:: -(-len(names) // _MOST_RATED)]} if names else {}
    best: tuple[tuple[int, int, int, int], Proposal] | None = None
    for text in sorted(candidates):
        try:
            template = compile_template(text)
        except TemplateError:
            # Two parts of any text touch, which no template can tell apart.
            continue
        proposal = Proposal(template, sum(template.matches(name) for name in names), len(names))
        gain = _gain(template, plain) if proposal.matched else None
        if gain is not None and (best is None or (gain, *_rank(proposal)) > best[0]):
            best = (gain, *_rank(proposal)), proposal
    return best[1] if best is not None else None


def _rank(proposal: Proposal) -> tuple[int, int, int]:
    """Of templates that say as much prefer many names, then many columns, then a short text."""
    return proposal.matched, len(proposal.template.columns), -len(proposal.template.text)


def _gain(template: Template, plain: Mapping[str, Mapping[str, str]]) -> int | None:
    """Return how many values ``template`` adds to what names say plainly; None where it says less or otherwise."""
    gained = matched = spoilt = 0
    for name, known in plain.items():
        reading = template.read(name)
        if reading is None:
            continue
        said = (read_folders(name, but_last=template.folders_in(name)) + reading).cells
        lost = sum(column not in said or not same(column, value, said[column]) for column, value in known.items())
        matched += 1
        spoilt += lost > 0
        gained += len(said.keys() - known.keys()) - 2 * lost - len(reading.doubts)
    return None if gained < 0 or spoilt > _MOST_SPOILT * matched else gained


@dataclass(frozen=True, slots=True)
class _Slot:
    """A place in the names: a field, or ``word`` for any text; the tokens seen there; whether some names lack it."""

    key: str
    tokens: tuple[_Token, ...]
    is_optional: bool = False


def _candidates(names: list[tuple[_Token, ...]]) -> list[str]:
    """Return templates for the usual structures, and for those joined into one with optional parts."""
    groups: dict[tuple[str, ...], list[tuple[_Token, ...]]] = {}
    for name in names:
        groups.setdefault(tuple(_key(token) for token in name), []).append(name)
    usual = sorted(groups, key=lambda key: (-len(groups[key]), key))[:_MOST_STRUCTURES]
    all_slots = [_slots(groups[key]) for key in usual if any(part != "word" for part in key)]
    texts = [_text(slots) for slots in all_slots]
    for first in all_slots:
        joined = first
        for other in all_slots:
            joined = _joined(joined, other) if other is not first else joined
            texts.append(_text(joined))
    return texts


def _key(token: _Token) -> str:
    return token.shape if token.is_field else "word"


def _slots(members: list[tuple[_Token, ...]]) -> tuple[_Slot, ...]:
    """Return the places of names that have one structure."""
    return tuple(_Slot(_key(column[0]), column) for column in zip(*members, strict=True))


def _joined(one: tuple[_Slot, ...], other: tuple[_Slot, ...]) -> tuple[_Slot, ...]:
    """Return the places of both, those that one of them lacks as optional."""
    matcher = SequenceMatcher(None, [slot.key for slot in one], [slot.key for slot in other], autojunk=False)
    slots: list[_Slot] = []
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        if tag == "equal":
            pairs = zip(one[i:i_end], other[j:j_end], strict=True)
            slots += [
                replace(a, tokens=a.tokens + b.tokens, is_optional=a.is_optional or b.is_optional) for a, b in pairs
            ]
        else:
            slots += [replace(slot, is_optional=True) for slot in (*one[i:i_end], *other[j:j_end])]
    return tuple(slots)


def _text(slots: tuple[_Slot, ...]) -> str:
    """Return the template of ``slots``; parts that may be missing take the sign that joins them to the others along."""
    used = " ".join(slot.key for slot in slots)
    first = next((k for k, slot in enumerate(slots) if not slot.is_optional), len(slots) - 1)
    joints = ["", *(next((t.separator for t in slot.tokens if t.separator), "") for slot in slots[1:]), ""]
    parts = []
    for k, slot in enumerate(slots):
        shape = _shape(slot.tokens, used)
        used += shape
        before = _literal(joints[k]) if k > first else ""
        behind = _literal(joints[k + 1]) if k < first else ""
        part = f"{before}{shape}{behind}"
        parts.append(f"[{part}]" if slot.is_optional else part)
    return "".join(parts)


def _shape(tokens: tuple[_Token, ...], used: str) -> str:
    """Return the template of one place: a field, a word that stays the same, a wavelength, a counter, or anything."""
    if tokens[0].is_field or len({token.text for token in tokens}) == 1:
        return tokens[0].shape
    texts = [token.text for token in tokens]
    if "{exc" not in used and all(_WAVELENGTH.fullmatch(text) for text in texts):
        return "{exc:nm}"
    lead = re.match(r"[^\d]*", texts[0])
    word = lead[0] if lead else ""
    is_counter = word.lower() in _COUNTERS and all(re.fullmatch(re.escape(word) + r"\d{1,4}", text) for text in texts)
    return f"{_literal(word)}{{rep}}" if is_counter and "{rep}" not in used else "{any}"


def _tokens(name: str, *, deep: bool) -> tuple[_Token, ...]:
    """Split a relative path into parts; ``deep`` takes folders in from the first that says something."""
    path = PurePosixPath(name)
    texts = [*path.parts[:-1], stem_of(path.name)] if deep else [stem_of(path.name)]
    first = next((k for k, text in enumerate(texts[:-1]) if hits_in(text)[0] or kind_of(text)), len(texts) - 1)
    known: set[str] = set()
    tokens: list[_Token] = []
    for k, text in enumerate(texts[first:]):
        tokens += _parts(text, "/" if k else "", known)
    return tuple(tokens)


def _parts(text: str, lead: str, known: set[str]) -> list[_Token]:
    """Return the parts of one folder or file name; a column in ``known`` is said already."""
    hits = [hit for hit in hits_in(text)[0] if hit.column in _SHORT and hit.column not in known]
    sample = sample_in(text, hits) if "sample" not in known else ""
    known |= {hit.column for hit in hits} | ({"sample"} if sample else set())
    tokens: list[_Token] = []
    if sample and text.startswith(sample):
        tokens.append(_Token("{sample}", sample, lead))
        text_start = len(sample)
    else:
        text_start = 0
    for start, stop, separator in _pieces(text, text_start):
        piece = text[start:stop]
        inside = [hit for hit in hits if start <= hit.start and hit.stop <= stop]
        shape = _with_fields(text, start, stop, inside)
        # The laser of laser_450nm names a condition.
        is_label = any(start <= hit.place < stop for hit in hits)
        if not inside and not is_label and kind_of(piece):
            if tokens and tokens[-1].shape == "{kind}":
                tokens[-1] = _Token("{kind}", tokens[-1].text + separator + piece, tokens[-1].separator)
                continue
            if "kind" not in known:
                known.add("kind")
                shape = "{kind}"
        tokens.append(_Token(shape, piece, separator if tokens else lead))
    return tokens


def _pieces(text: str, begin: int) -> list[tuple[int, int, str]]:
    """Return (start, stop, separator before) of the parts of ``text`` from ``begin`` on."""
    pieces, separator, place = [], "", begin
    for k, part in enumerate(_SEPARATORS.split(text[begin:])):
        if k % 2:
            separator = part
        elif part:
            pieces.append((place, place + len(part), separator))
            separator = ""
        place += len(part)
    return pieces


def _with_fields(text: str, start: int, stop: int, hits: list[Hit]) -> str:
    """Return a part of a name with its values replaced by fields."""
    parts, place = [], start
    for hit in sorted(hits, key=lambda hit: hit.start):
        field = _SHORT[hit.column]
        units = UNITS.get(field, ())
        unit = next((unit for unit in units if unit.lower() == hit.unit.lower()), "")
        default = units[0] if units else ""
        parts += [_literal(text[place : hit.start]), f"{{{field}:{unit or default}}}" if default else f"{{{field}}}"]
        place = hit.stop
    return "".join([*parts, _literal(text[place:stop])])


def _literal(text: str) -> str:
    return re.sub(r"([\\{}\[\]*])", r"\\\1", text)


def shapes(names: Sequence[str]) -> Counter[str]:
    """Count how names look."""
    return Counter(map(shape_of, names))
