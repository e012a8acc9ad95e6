"""What folder and file names say about kind and condition, without being told how they are built."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

from asplab.core.importing.findings import Finding, Reading, Source
from asplab.core.importing.kind_words import doubt_of, kind_of
from asplab.core.importing.quantities import NUMBER, QuantityError, canonical, has_decimal_comma

__all__ = ["Hit", "hits_in", "read_folders", "read_name", "read_text", "sample_in", "shape_of", "stem_of"]

_START = r"(?<![A-Za-z\d.,])"
_END = r"(?![A-Za-z\d]|[.,]\d)"
_GAP = r"[ _=-]?"
_N = rf"(?P<value>{NUMBER})"
_WAVE = r"(?P<value>\d{3,4}(?:[.,p]\d+)?)"


@dataclass(frozen=True, slots=True)
class _Rule:
    """A way to write a column, by the groups ``value`` and ``unit`` of ``pattern``; without column no condition."""

    column: str
    pattern: re.Pattern[str]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """One condition in a name.

    Attributes
    ----------
    column, value, text : str
        Column of the manifest, its value, and what the name says.
    start, stop : int
        Where number and unit stand in the name.
    label : int
        Where the text begins; -1 where it does with the number.
    unit : str
        Unit as written in the name, or an empty text.
    """

    column: str
    value: str
    text: str
    start: int
    stop: int
    label: int = -1
    unit: str = ""

    @property
    def place(self) -> int:
        """Where the text begins."""
        return self.start if self.label < 0 else self.label


def _rule(column: str, pattern: str, unit: str = "", *, flags: re.RegexFlag = re.IGNORECASE) -> _Rule:
    return _Rule(column, re.compile(_START + pattern + _END, flags | re.ASCII), unit)


_ASIDE = (
    _rule("", r"(?:grating|gr)?_?\d+ ?(?:l|lines?|gr?|grooves?)[ _/-]?mm"),
    _rule(
        "", r"(?:cent(?:er|re|ral)?|cwl?|cen|spectro|em|emission|det|detection|obs)[ _=-]?\d+(?:[.,p]\d+)? ?(?:nm|eV)?"
    ),
    _rule("", r"\d+(?:x\d+)? ?(?:px|pix|pixels?)"),
    _rule(
        "", r"(?:slit|pinhole|hole|spot|fib(?:er|re)|step|thick(?:ness)?|film|size|d)[ _=-]?\d+(?:[.,p]\d+)? ?[munµμ]m"
    ),
    _rule("", r"\d+(?:[.,p]\d+)? ?(?:%|percent|pc|pct|wt|mol|mM|uM|mg|ml|rpm|x\d+)"),
    _rule("", r"(?:19|20)\d\d[-_.]?[01]\d[-_.]?[0-3]\d(?:[T _-]?[0-2]\d[-_.h]?[0-5]\d(?:[-_.m]?[0-5]\d)?)?"),
    _rule(
        "", r"(?:bp|nf|notch|bandpass)[ _=-]?\d+(?:[.,p]\d+)? ?(?:nm)?|\d{3,4} ?(?:nm)?[ _-]?(?:bpf?|nf|notch|bandpass)"
    ),
    _rule("", r"\d+ ?x(?:[ _-]?obj\w*)?|obj\w*[ _-]?x?\d+x?"),
)
"""Numbers with units that are no conditions: gratings, centre wavelengths, pixels, slits, contents, dates."""

_RULES = (
    _rule("longpass_nm", rf"(?:LPF?|FELH?|BLP\d\d-|long[ _-]?pass)[ _=-]?0?{_WAVE} ?(?:nm)?(?:R[SU]?)?"),
    _rule("longpass_nm", rf"{_WAVE} ?(?:nm)?[ _-]?(?:LPF?|long[ _-]?pass(?:[ _-]?filter)?)"),
    _rule("shortpass_nm", rf"(?:SPF?|FESH?|BSP\d\d-|short[ _-]?pass)[ _=-]?0?{_WAVE} ?(?:nm)?(?:R[SU]?)?"),
    _rule("shortpass_nm", rf"{_WAVE} ?(?:nm)?[ _-]?(?:SPF?|short[ _-]?pass(?:[ _-]?filter)?)"),
    _rule("bandwidth_nm", rf"(?:bw|fwhm|bandwidth){_GAP}{_N} ?(?P<unit>nm)"),
    _rule("temperature_k", rf"T(?:emp(?:erature)?)?{_GAP}(?P<value>[+-]?(?:{NUMBER})) ?(?P<unit>K|°C|degC|C)"),
    _rule("temperature_k", rf"{_N} ?(?P<unit>K)"),
    _rule("temperature_k", r"(?:(?<=[ _])(?P<sign>-|m(?=\d)))?(?P<value>\d+(?:[.,p]\d+)?) ?(?P<unit>°C|℃|deg ?C)"),
    _rule("temperature_k", r"(?P<value>\d{2,3}(?:[.,p]\d+)?) ?(?P<unit>C)", flags=re.RegexFlag(0)),
    _rule(
        "temperature_k",
        rf"(?:T|[Tt]emp(?:erature)?){_GAP}(?P<value>\d{{2,3}}(?:[.,p]\d+)?)",
        "K",
        flags=re.RegexFlag(0),
    ),
    _rule(
        "excitation_nm",
        rf"(?:exc?|excit\w*|laser|pump|lambda|λ){_GAP}(?P<value>{NUMBER}) ?(?P<unit>nm|meV|eV|cm-?1)",
    ),
    _rule("excitation_nm", rf"(?:exc?|excit\w*|laser|pump|lambda|λ){_GAP}{_WAVE}", "nm"),
    # Raman instruments call their lasers iR785.
    _rule("excitation_nm", r"i?R(?P<value>488|514|532|633|638|785|830|1064)", "nm", flags=re.RegexFlag(0)),
    _rule("excitation_nm", rf"{_WAVE} ?(?:nm)?{_GAP}(?:exc?|excitation|laser|pump)", "nm"),
    _rule("nd_od", rf"(?:OD|ND|od|nd){_GAP}{_N}", flags=re.RegexFlag(0)),
    _rule("power_uw", rf"(?:P|pow(?:er)?)?{_GAP}{_N} ?(?P<unit>[munpµμ]?W)"),
    _rule("exposure_s", rf"(?:t|t?exp(?:osure)?|int(?:egration)?)?{_GAP}{_N} ?(?P<unit>[mµμu]?s|m?secs?)"),
    _rule("accumulations", r"(?:(?P<value>\d+) ?(?:acc\w*|scans)|acc[a-z]*[ _=-]?(?P<second>\d+))"),
    _rule("repeat", rf"(?:rep(?:eat|etition)?|run|r|nr|#){_GAP}(?P<value>\d+)"),
    _rule("em_gain", rf"(?:em|EM)[ _-]?gain{_GAP}(?P<value>\d+)"),
)
_UNLABELLED_NM = _rule("excitation_nm", rf"{_WAVE} ?(?P<unit>nm)")
_UNLABELLED_EV = _rule("excitation_nm", rf"{_N} ?(?P<unit>eV)", flags=re.RegexFlag(0))
_TIMES_ACCUMULATED = re.compile(r"(?<=s)[ _]?x ?(?P<value>\d+)" + _END, re.IGNORECASE)
_RANGE = re.compile(
    rf"{_START}(?P<low>\d+(?:[.,p]\d+)?)(?:-|–|to)(?P<high>\d+(?:[.,p]\d+)?) ?(?P<unit>K|nm|eV|[mnuµ]?W|°?C){_END}",
    re.IGNORECASE,
)
_OCEAN_COUNTER = re.compile(r"__(?P<repeat>\d+)__(?P<clock>(?P<hour>\d\d)-(?P<minute>\d\d)-(?P<second>\d\d)-\d{3})$")
_SMALL_ENERGY = re.compile(rf"{_START}(?:{NUMBER}) ?meV{_END}")
_ROOM = re.compile(rf"{_START}(?:RT|room[ _-]?temp(?:erature)?){_END}")
_BARE_NUMBER = re.compile(r"(?<![^ _-])(?:\d+[.,]\d+|\d{3,})(?![^ _-])")
_GENERIC = frozenset(
    ("data", "spectrum", "spectra", "scan", "meas", "measurement", "export", "raw", "test", "file", "spot", "sample")
)


def read_name(name: str) -> Reading:
    """Return what the folders and the file of a relative path say; the file comes last, as the strongest."""
    return read_folders(name) + read_text(stem_of(PurePosixPath(name).name), "file name")


def read_folders(name: str, *, but_last: int = 0) -> Reading:
    """Return what the folders of a relative path say, except the ``but_last`` innermost ones."""
    folders = PurePosixPath(name).parts[:-1]
    found = Reading()
    for folder in folders[: len(folders) - but_last]:
        found += read_text(folder, "folder name")
    return found


def stem_of(file: str) -> str:
    """Return a file name without its ending, which begins with a letter; the ``.5K`` of a number stays."""
    return re.sub(r"(?<=.)\.[A-Za-z]\w{0,8}$", "", file)


def shape_of(name: str) -> str:
    """Return how a relative path looks: 0 for every number, in lower case."""
    return re.sub(r"\d+(?:[.,p]\d+)?", "0", name.lower())


def read_text(text: str, source: Source) -> Reading:
    """Return what one folder or file name, without ending, says."""
    hits, doubts = hits_in(text)
    findings = [Finding(hit.column, hit.value, source, hit.text) for hit in hits]
    sample = sample_in(text, hits)
    kind = kind_of(text)
    if sample:
        findings.insert(0, Finding("sample", canonical("sample", sample), source, sample))
    if kind:
        findings.insert(0, Finding("kind", kind, source, text))
    told = [f"{source} {text!r}: {doubt}" for doubt in doubts]
    # One text for all files that are called so.
    told += [f"{source}: {doubt}" for doubt in [doubt_of(text)] if doubt]
    return Reading(tuple(findings), tuple(told))


@lru_cache(maxsize=16384)
def hits_in(text: str) -> tuple[tuple[Hit, ...], tuple[str, ...]]:
    """Return the conditions that ``text`` states, one a column, and what in it is ambiguous."""
    rest, hits, doubts = _Rest(text), [], []
    counter = _OCEAN_COUNTER.search(text)
    if counter is not None:
        time = ":".join(counter[part] for part in ("hour", "minute", "second"))
        hits.append(Hit("time", time, counter[0][-12:], *counter.span("clock")))
        hits.append(Hit("repeat", str(int(counter["repeat"])), counter["repeat"], *counter.span("repeat")))
        rest.take(counter)
    doubts += _ambiguities(rest)
    for match in rest.each(_TIMES_ACCUMULATED):
        hits.append(Hit("accumulations", str(int(match["value"])), match[0].strip(" _"), *match.span("value")))
        rest.take(match)
    for rule in (*_RULES[:4], *_ASIDE, *_RULES[4:]):
        _apply(rule, rest, hits, doubts)
    if not any(hit.column == "excitation_nm" for hit in hits):
        # Only a lone wavelength or energy, which nothing else is called by, is the excitation.
        _apply(_UNLABELLED_NM, rest, hits, doubts)
        _apply(_UNLABELLED_EV, rest, hits, doubts)
    return _single(hits, doubts), tuple(doubts)


class _Rest:
    """A name in which what was understood is blanked out, so that nothing counts twice."""

    def __init__(self, text: str) -> None:
        self.whole = self.text = text

    def each(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        return list(pattern.finditer(self.text))

    def take(self, match: re.Match[str]) -> None:
        self.text = self.text[: match.start()] + "\0" * len(match[0]) + self.text[match.end() :]


def _ambiguities(rest: _Rest) -> list[str]:
    """Take what has a meaning, but no single one, out of ``rest``, and tell of it."""
    doubts = []
    for match in rest.each(_RANGE):
        if _is_ascending(match):
            rest.take(match)
            doubts.append(f"{match[0]!r} is a range; which of its values holds?")
    for match in rest.each(_SMALL_ENERGY):
        if not re.search(r"(?:exc?|laser|pump)[ _=-]?$", rest.text[: match.start()], re.IGNORECASE):
            rest.take(match)
            doubts.append(f"{match[0]!r} may be an excitation or a detuning; type the excitation.")
    return [*doubts, *(f"{match[0]!r} is no number; type the temperature." for match in rest.each(_ROOM))]


def _apply(rule: _Rule, rest: _Rest, hits: list[Hit], doubts: list[str]) -> None:
    """Move all that ``rule`` finds from ``rest`` to ``hits``."""
    is_decimal = has_decimal_comma(rest.whole)
    for match in rest.each(rule.pattern):
        rest.take(match)
        if not rule.column:
            continue
        groups = match.groupdict()
        named = "value" if groups["value"] else "second"
        sign = "-" if groups.get("sign") else ""
        unit = groups.get("unit") or ""
        try:
            number = match[named].replace(",", ".") if is_decimal else match[named]
            value = canonical(rule.column, f"{sign}{number} {unit or rule.unit}".strip())
        except QuantityError as error:
            doubts.append(str(error))
            continue
        stop = match.end("unit") if unit else match.end(named)
        start = match.start("sign") if sign else match.start(named)
        hits.append(Hit(rule.column, value, match[0].strip(" _-="), start, stop, match.start(), unit))


def _single(hits: list[Hit], doubts: list[str]) -> tuple[Hit, ...]:
    """Return one hit a column; of several different ones none, but a doubt."""
    by_column: dict[str, list[Hit]] = {}
    for hit in hits:
        by_column.setdefault(hit.column, []).append(hit)
    kept = []
    for column, found in by_column.items():
        if len({hit.value for hit in found}) == 1:
            kept.append(found[0])
        else:
            said = " and ".join(repr(hit.text) for hit in found)
            doubts.append(f"{said} may both be {column}; choose one.")
    return tuple(kept)


def _is_ascending(match: re.Match[str]) -> bool:
    low, high = (float(match[end].replace(",", ".").replace("p", ".")) for end in ("low", "high"))
    return low < high


def sample_in(text: str, hits: Sequence[Hit]) -> str:
    """Return the words before kind and conditions, where they are a name and no date or common word."""
    if not hits:
        return ""
    lead = re.split(r"--|__", text[: min(hit.place for hit in hits)])[0]
    lead = re.sub(rf"{_START}(?:19|20)\d\d[-_.]?[01]\d[-_.]?[0-3]\d(?!\d)", "", lead).strip(" _-")
    parts = re.split(r"([ _-]+)", lead)
    kind = next((k for k in range(0, len(parts), 2) if _begins_kind(parts[k : k + 3])), len(parts))
    if 2 <= kind < len(parts) and kind_of("".join(parts[kind - 2 : kind + 1])) != kind_of(parts[kind]):
        # The kind has two words, as anti-Stokes has.
        kind -= 2
    name = "".join(parts[:kind]).strip(" _-")
    if _has_bare_number(name):
        # Conditions that state no unit; what stands before them says what was measured rather than of what.
        return ""
    words = [word.lower() for word in re.findall(r"[A-Za-z]+", name)]
    return name if words and not _GENERIC.intersection(words) else ""


def _begins_kind(parts: Sequence[str]) -> bool:
    """Whether the first of two words with their separator names a kind, by itself or only with the second one."""
    if kind_of(parts[0]):
        return True
    return len(parts) == 3 and not kind_of(parts[2]) and bool(kind_of("".join(parts)))


def _has_bare_number(name: str) -> bool:
    """Whether a decimal number, or one of three digits or more, stands alone in ``name``."""
    rest = _Rest(name)
    for rule in _ASIDE:
        for match in rest.each(rule.pattern):
            rest.take(match)
    return _BARE_NUMBER.search(rest.text) is not None
