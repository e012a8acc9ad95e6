"""Say how names are built, ``{kind}_T{T:K}_exc{exc:nm}_rep{rep}``, and read conditions from them."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from asplab.core.errors import InputError
from asplab.core.importing.findings import Finding, Reading, Source
from asplab.core.importing.kind_words import doubt_of, kind_of
from asplab.core.importing.names import stem_of
from asplab.core.importing.quantities import NUMBER, QuantityError, canonical, has_decimal_comma

__all__ = ["FIELDS", "Template", "TemplateError", "compile_regex", "compile_template"]

FIELDS = {
    "kind": "kind",
    "sample": "sample",
    "T": "temperature_k",
    "exc": "excitation_nm",
    "P": "power_uw",
    "t": "exposure_s",
    "rep": "repeat",
    "od": "nd_od",
    "lp": "longpass_nm",
    "sp": "shortpass_nm",
    "acc": "accumulations",
    "gain": "em_gain",
    "bw": "bandwidth_nm",
    "series": "series",
    "pair": "pair",
    "time": "time",
    "note": "note",
    "any": "",
}
"""Short names of the fields, and the column of the manifest that each fills."""

UNITS = {
    "T": ("K", "C", "°C", "degC"),
    "exc": ("nm", "um", "µm", "eV", "meV", "cm-1"),
    "P": ("uW", "µW", "nW", "mW", "W"),
    "t": ("s", "ms", "us", "µs"),
    "lp": ("nm", "eV", "meV", "cm-1"),
    "sp": ("nm", "eV", "meV", "cm-1"),
    "bw": ("nm",),
}
_WORDS = {
    **{column: field for field, column in FIELDS.items() if column},
    "temp": "T",
    "temperature": "T",
    "excitation": "exc",
    "laser": "exc",
    "wavelength": "exc",
    "power": "P",
    "exposure": "t",
    "integration": "t",
    "repeats": "rep",
    "longpass": "lp",
    "shortpass": "sp",
    "accumulations": "acc",
    "name": "sample",
    "skip": "any",
}
_WHOLE = frozenset(("rep", "acc", "gain"))
_OPEN = frozenset(("sample", "series", "pair", "time", "note", "any"))
_MOST_OPEN = 8
_LONGEST_NAME = 1000
_KIND = r"[A-Za-z]+(?:[ _-](?:blank|substrate|[Ss]tokes|conversion|in|out|dark))?"


class TemplateError(InputError):
    """A template can't be understood; the message marks the place.

    Attributes
    ----------
    template : str
    position : int
        Where in the template, counted from 0.
    reason : str
    """

    def __init__(self, template: str, position: int, reason: str) -> None:
        self.template = template
        self.position = position
        self.reason = reason
        super().__init__(f"{reason}\n    {template}\n    {' ' * position}^" if template.strip() else reason)


@dataclass(frozen=True, slots=True)
class Template:
    """A compiled template.

    Attributes
    ----------
    text : str
        As the user wrote it.
    is_regex : bool
        Whether ``text`` is a regular expression rather than a template.
    pattern : re.Pattern
    units : tuple of (str, str)
        Unit of each field whose numbers state none.
    folders : int
        How many folders above the file the template describes at most.
    has_ending : bool
        Whether it describes the ending of the file, too.
    """

    text: str
    is_regex: bool
    pattern: re.Pattern[str]
    units: tuple[tuple[str, str], ...] = ()
    folders: int = 0
    has_ending: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the manifest that it fills."""
        return tuple(column_of(name) for name in self.pattern.groupindex if not name.endswith("_unit"))

    def matches(self, name: str) -> bool:
        """Whether the relative path ``name`` is built this way."""
        return self._match(name) is not None

    def folders_in(self, name: str) -> int:
        """Return how many folders above the file it describes in ``name``; of a regular expression that isn't known."""
        match = None if self.is_regex else self._match(name)
        return match.string.count("/") if match is not None else 0

    def read(self, name: str) -> Reading | None:
        """Return what the relative path ``name`` says, or None where it is built otherwise.

        What stands in a folder's name comes from there, the rest from the file's. A value that can't be
        understood is a doubt.
        """
        match = self._match(name)
        if match is None:
            return None
        findings, doubts = [], []
        slash = match.string.rfind("/")
        for field in self.pattern.groupindex:
            if field.endswith("_unit") or match[field] is None:
                continue
            source: Source = "folder name" if match.start(field) <= slash else "file name"
            try:
                findings.append(self._finding(field, match, source))
            except QuantityError as error:
                doubts.append(f"{source}: {error}")
            if column_of(field) == "kind" and (doubt := doubt_of(match[field])):
                doubts.append(f"{source}: {doubt}")
        return Reading(tuple(findings), tuple(doubts))

    def _match(self, name: str) -> re.Match[str] | None:
        path = PurePosixPath(name.replace("\\", "/"))
        if len(path.name) > _LONGEST_NAME:
            return None
        if self.is_regex:
            return self.pattern.search(str(path))
        file = path.name if self.has_ending else stem_of(path.name)
        folders = path.parts[:-1]
        tails = ("/".join((*folders[len(folders) - deep :], file)) for deep in range(self.folders, -1, -1))
        return next((match for tail in tails if (match := self.pattern.fullmatch(tail))), None)

    def _finding(self, field: str, match: re.Match[str], source: Source) -> Finding:
        column, text = column_of(field), match[field]
        if column == "kind":
            kind = kind_of(text)
            return Finding(column, kind or canonical(column, text), source, text)
        if _is_number(field) and has_decimal_comma(match.string):
            text = text.replace(",", ".")
        stated = match[f"{field}_unit"] if f"{field}_unit" in self.pattern.groupindex else None
        value = canonical(column, f"{text} {stated}" if stated else text, unit=dict(self.units).get(field, ""))
        return Finding(column, value, source, f"{match[field]}{stated or ''}")


def column_of(field: str) -> str:
    """Return the column that a field fills: a short name, or the column itself."""
    return FIELDS.get(field, field)


def compile_template(text: str) -> Template:
    """Compile a template.

    ``{field}`` or ``{field:unit}`` is a value, and a unit that a name states itself goes before the one here;
    ``*`` skips any text, ``[ ]`` encloses what may be missing, ``/`` separates folders; all else is literal,
    after a backslash these signs too. Without ``/`` it describes the name of the file alone, and without an
    ending such as ``.txt`` files of all endings.

    Raises
    ------
    TemplateError
        Where it can't be understood; the message marks the place.
    """
    if not text.strip():
        raise TemplateError(text, 0, "The template is empty. Write one such as {kind}_T{T:K}_exc{exc:nm}_rep{rep}.")
    reader = _Reader(text)
    pattern = "".join(reader.parts())
    return Template(
        text,
        is_regex=False,
        pattern=re.compile(pattern),
        units=tuple(reader.units),
        folders=text.count("/"),
        has_ending=re.search(r"\.[A-Za-z]\w{0,8}$", text) is not None,
    )


def compile_regex(text: str) -> Template:
    """Compile a regular expression whose named groups are fields; it is searched in the relative path.

    Raises
    ------
    TemplateError
        Where it is no regular expression, or no group has the name of a field.
    """
    try:
        pattern = re.compile(text)
    except re.error as error:
        place = error.pos or 0
        raise TemplateError(text, place, f"The regular expression has a fault: {error.msg}.") from None
    groups = [name for name in pattern.groupindex if not name.endswith("_unit")]
    if not groups:
        example = r"T(?P<T>\d+)K"
        raise TemplateError(text, 0, f"The regular expression has no named group such as {example}.")
    for name in groups:
        if not _is_field(name):
            raise TemplateError(text, text.find(f"<{name}>") + 1, _unknown(name))
    return Template(text, is_regex=True, pattern=pattern)


def matched(template: Template, names: Sequence[str]) -> str:
    """Return how many names are built as the template says: ``42 of 45 matched``."""
    return f"{sum(template.matches(name) for name in names)} of {len(names)} matched"


class _Reader:
    """Turns a template into a regular expression, from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.units: list[tuple[str, str]] = []
        self.seen: frozenset[str] = frozenset()
        self.open = 0

    def parts(self) -> Iterator[str]:
        text, k, brackets, was_open = self.text, 0, [], False
        while k < len(text):
            sign, is_open, length = text[k], False, 1
            if sign == "{":
                part, length, is_open = self._field(k)
            elif sign == "*":
                part, length, is_open = "[^/]*?", len(text[k:]) - len(text[k:].lstrip("*")), True
            elif sign == "[":
                brackets.append(k)
                part, is_open = "(?:", was_open
            elif sign == "]":
                if not brackets:
                    raise TemplateError(text, k, "']' closes no '['. Remove it, or write \\] for the sign itself.")
                brackets.pop()
                part, is_open = ")?", was_open
            elif sign == "}":
                raise TemplateError(text, k, "'}' closes no '{'. Remove it, or write \\} for the sign itself.")
            elif sign == "\\":
                part, length = self._escaped(k), 2
            else:
                part = re.escape(sign)
            if is_open and was_open and sign not in "[]":
                raise TemplateError(text, k, "two texts touch, so that their border is open. Put a sign between them.")
            yield part
            k, was_open = k + length, is_open
        if brackets:
            raise TemplateError(text, brackets[-1], "'[' is never closed. Add ']', or write \\[ for the sign itself.")

    def _escaped(self, k: int) -> str:
        if k + 1 >= len(self.text):
            raise TemplateError(self.text, k, "a backslash stands at the end. Use / between folders.")
        return re.escape(self.text[k + 1])

    def _field(self, k: int) -> tuple[str, int, bool]:
        """Return pattern and length of the field at ``k``, and whether it takes any text."""
        end = self.text.find("}", k)
        if end < 0:
            raise TemplateError(self.text, k, "'{' is never closed. Add '}', or write \\{ for the sign itself.")
        name, colon, unit = self.text[k + 1 : end].partition(":")
        name = name.strip()
        self._check(name, unit.strip(), k, has_unit=bool(colon))
        short = next((key for key, column in FIELDS.items() if column == name), name)
        if short in self.seen:
            raise TemplateError(self.text, k, f"{{{name}}} is there twice. Write {{any}} for the second.")
        self.seen |= {short} - {"any"}
        if short in _OPEN:
            self.open += 1
            if self.open > _MOST_OPEN:
                raise TemplateError(self.text, k, f"more than {_MOST_OPEN} fields take any text. Use fewer.")
        if unit.strip():
            self.units.append((name, unit.strip()))
        return _pattern(name, short), end + 1 - k, short in _OPEN

    def _check(self, name: str, unit: str, k: int, *, has_unit: bool) -> None:
        if not _is_field(name):
            raise TemplateError(self.text, k + 1, _unknown(name))
        if not has_unit:
            return
        short = next((key for key, column in FIELDS.items() if column == name), name)
        place = self.text.index(":", k) + 1
        if short not in UNITS:
            raise TemplateError(self.text, place, f"{{{name}}} has no unit. Write {{{name}}}.")
        if unit not in UNITS[short]:
            known = ", ".join(UNITS[short])
            raise TemplateError(self.text, place, f"unit {unit!r} is not known for {name}. Choose from: {known}.")


def _pattern(name: str, short: str) -> str:
    """Return the regular expression of one field."""
    if name == "any":
        return "[^/]+?"
    if short == "kind":
        return f"(?P<{name}>{_KIND})"
    if short in _WHOLE:
        return rf"(?P<{name}>\d+)"
    if short in UNITS:
        units = "|".join(re.escape(unit) for unit in sorted({*UNITS[short], *_CASELESS[short]}, key=len, reverse=True))
        sign = "[+-]?" if short == "T" else ""
        return rf"(?P<{name}>{sign}(?:{NUMBER}))(?: ?(?P<{name}_unit>{units})(?!(?!x\d)[A-Za-z]))?"
    if short == "od":
        return rf"(?P<{name}>{NUMBER})"
    return f"(?P<{name}>[^/]+?)"


def _is_number(field: str) -> bool:
    """Whether a field, by its short name or its column, holds a number with decimals."""
    short = next((key for key, column in FIELDS.items() if column == field), field)
    return short in UNITS or short == "od"


_CASELESS = {short: tuple(unit.lower() for unit in units if unit != "W") for short, units in UNITS.items()}


def _is_field(name: str) -> bool:
    return name in FIELDS or (bool(name) and name in FIELDS.values())


def _unknown(name: str) -> str:
    word = name.lower()
    close = difflib.get_close_matches(word, _WORDS, n=1, cutoff=0.75)
    near = next((field for field in FIELDS if field.lower() == word), _WORDS[close[0]] if close else "")
    hint = f"; did you mean {near!r}?" if near else "."
    return f"field {name!r} is not known{hint} Known: {', '.join(FIELDS)}."
