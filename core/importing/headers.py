"""What the headers of files say about conditions: keys of many instruments, mapped to columns of the manifest."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PureWindowsPath

from asplab.core.importing.findings import Finding, Reading
from asplab.core.importing.names import read_text, stem_of
from asplab.core.importing.quantities import NUMBER, QuantityError, canonical, unit_of
from asplab.core.importing.scanned import ScannedPart

__all__ = ["HeaderKey", "read_headers", "read_pairs"]

_MOST_PAIRS = 2000
_LONGEST_VALUE = 300


@dataclass(frozen=True, slots=True)
class HeaderKey:
    """What a user said about one key of a header.

    Attributes
    ----------
    key : str
        The key as the file writes it; letter case doesn't matter.
    column : str
        Column of the manifest that it fills; empty where it is to be ignored.
    unit : str
        Unit of its numbers where the file states none.
    """

    key: str
    column: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class _Rule:
    column: str
    keys: re.Pattern[str]
    unit: str = ""


def _rule(column: str, keys: str, unit: str = "") -> _Rule:
    return _Rule(column, re.compile(rf"(?:{keys})\Z"), unit)


_PHOTON_ENERGY = "photon energy"

_RULES = (
    # LightField writes paths, and times in ms.
    _rule("exposure_s", r".*/shuttertiming/exposuretime", "ms"),
    _rule("accumulations", r".*/framecombination/framescombined"),
    _rule("em_gain", r".*/emgain"),
    _rule("excitation_nm", r".*@laserline|(?:.*/)?beam\w*(?: \w+)?/(?:incident )?wavelength", "nm"),
    _rule("temperature_k", r"(?:.*/)?sample/temperature"),
    _rule("sample", r"(?:.*/)?sample/name"),
    _rule(
        "exposure_s",
        r"exposure(?: ?time)?|exposition(?: time)?|(?:int(?:egration|\.)?|intigration) ?times?|integrationszeit"
        r"|dwell ?time|acq(?:uisition|\.)? ?time|measure(?:ment)? ?time|tiempo de integraci[oó]n|temps d.int[eé]gration"
        r"|belichtungszeit",
    ),
    _rule(
        "accumulations",
        r"(?:number|no\.?|nr\.?) of (?:accumulations|averages|averaged spectra|scans averaged)|accumulations?|accum\.?"
        r"|accumulation count|spectra averaged|scans (?:to average|averaged)|averages?|average (?:number|scans)"
        r"|averaging nr|scan ave|promedio|barridos a promediar|espectros promediados",
    ),
    _rule("em_gain", r"em ?gain(?: level)?"),
    _rule("bandwidth_nm", r"(?:excitation|ex\.?|laser) (?:bandwidth|slit|band ?width)", "nm"),
    _rule(
        "excitation_nm",
        r"exc(?:itation|\.)?|ex(?:c|citation)?\.? ?(?:wl|wavelength|line)"
        r"|laser(?: ?(?:line|position|wavelength|wl))?|pump(?: ?(?:wavelength|wl))?|raman excitation"
        r"|anregungswellenl[aä]nge|longitud de onda de excitaci[oó]n",
        "nm",
    ),
    _rule("excitation_nm", r"laser ?wave ?number", "cm-1"),
    # Without its unit it may be the energy of a pulse.
    _rule(_PHOTON_ENERGY, r"(?:exc(?:itation|\.)?|laser|pump) ?(?:photon ?)?energy"),
    _rule(
        "power_uw", r"(?:laser|excitation|pump|incident|average|sample)? ?power(?: at (?:the )?sample)?|laserleistung"
    ),
    _rule("probe_mw", r"probe ?power"),
    _rule(
        "temperature_k",
        r"(?:sample|cryostat|stage|holder|cold ?finger|actual|mean)? ?(?:temp\.?|temperature)(?: ?(?:a|b|sample))?"
        r"|t ?sample|probentemperatur",
    ),
    _rule("nd_od", r"nd(?: ?filter)?|od|filter od|nd ?od|attenuation od"),
    _rule("longpass_nm", r"long ?pass(?: ?filter)?|lp ?filter", "nm"),
    _rule("shortpass_nm", r"short ?pass(?: ?filter)?|sp ?filter", "nm"),
    _rule("repeat", r"repeat|repetition|rep"),
    _rule("sample", r"sample|sample ?(?:name|id|description)|specimen|probe|probenname|muestra"),
    _rule("sensitivity_v", r"sensitivity|lock-?in sensitivity"),
    _rule("note", r"comments?|remarks?|notes?|user ?(?:comment|text)|kommentar"),
    _rule(
        "time",
        r"date ?(?:and|&|/)? ?time|timestamp|acquired|acquisition (?:date|time ?stamp)|date|fecha"
        r"|collection time|start",
    ),
)
_NEED_UNIT = frozenset(("exposure_s", "power_uw", "probe_mw", "temperature_k", "sensitivity_v"))
_COLUMNS = frozenset(rule.column for rule in _RULES) | {"series", "pair", "temperature_error_k", "kind"}
_UNIT_SUFFIX = {"k": "K", "nm": "nm", "uw": "uW", "mw": "mW", "s": "s", "ms": "ms", "v": "V", "od": ""}
_ENCLOSED = re.compile(r"^(.*?)\s*[(\[]([^()\[\]]*)[)\]]\s*$")
_LEADING_NUMBER = re.compile(rf"^\s*([+-]?(?:{NUMBER}))\s*([^\W\d_°%][\w/°%-]*|°\s?[CK]|%)?(?=\s|[(\[,;]|$)")
_CAMERA_KEYS = re.compile(
    r"pre-?amplifier|vertical shift|accumulate cycle|number of prescans|readout mode|sifversion", re.I
)
_ORIGINAL_NAME = ("originalfilename", "original filename", "file name", "filename")


def read_headers(part: ScannedPart, *, keys: Sequence[HeaderKey] = ()) -> Reading:
    """Return what the header of one data set says; ``keys`` of the user go before what is known here."""
    return read_pairs(part.metadata, reader=part.reader, keys=keys)


def read_pairs(pairs: Sequence[tuple[str, str]], *, reader: str = "", keys: Sequence[HeaderKey] = ()) -> Reading:
    """Return what pairs of key and value say.

    A number whose unit nobody states is a doubt rather than a value wherever instruments differ. The temperature
    that cameras write is that of the detector and is left out.
    """
    own = {key.key.strip().lower(): key for key in keys}
    found = Reading()
    described = _described(pairs[:_MOST_PAIRS], reader)
    for key, value in pairs[:_MOST_PAIRS]:
        if not value.strip() or len(value) > _LONGEST_VALUE:
            continue
        mine = own.get(key.strip().lower())
        if mine is not None:
            found += _value(key, value, mine.column, mine.unit, is_told=True) if mine.column else Reading()
        elif _plain(key)[0] in _ORIGINAL_NAME:
            found += _of_original_name(key, value)
        else:
            column, unit = _meaning(key, described)
            found += _value(key, value, column, unit) if column else Reading()
    return found


@dataclass(frozen=True, slots=True)
class _Described:
    """What the other pairs say about how to read one."""

    is_camera: bool
    is_emission_scan: bool
    reader: str


def _described(pairs: Sequence[tuple[str, str]], reader: str) -> _Described:
    values: Mapping[str, str] = {key.strip().lower(): value.strip().lower() for key, value in pairs}
    is_camera = reader.startswith(("Andor", "Princeton")) or any(_CAMERA_KEYS.search(key) for key in values)
    return _Described(is_camera, "emission" in values.get("type", ""), reader)


def _meaning(key: str, described: _Described) -> tuple[str, str]:
    """Return column and unit of a key; empty texts where it says nothing about a condition."""
    name, unit = _plain(key)
    if name.replace(" ", "_") in _COLUMNS:
        return name.replace(" ", "_"), ""
    if name == "fixed/offset":
        # The monochromator that stands still is that of the excitation while the emission is scanned.
        return ("excitation_nm", "nm") if described.is_emission_scan else ("", "")
    rule = next((rule for rule in _RULES if rule.keys.match(name)), None)
    if rule is None or (rule.column == "temperature_k" and described.is_camera and "sample" not in name):
        return "", ""
    if rule.column == _PHOTON_ENERGY:
        return ("excitation_nm", unit) if unit in ("ev", "mev", "cm-1") else ("", "")
    return rule.column, unit or rule.unit


def _plain(key: str) -> tuple[str, str]:
    """Return a key in lower case without its unit, and that unit."""
    text = " ".join(key.strip().lstrip("#$").replace("_", " ").lower().split()).rstrip(" :=.")
    match = _ENCLOSED.match(text)
    if match is not None and match[1]:
        return match[1].rstrip(" ."), unit_of(match[2])
    if text.replace(" ", "_") in _COLUMNS:
        return text, ""
    base, _, suffix = text.rpartition(" ")
    return (base, _UNIT_SUFFIX[suffix]) if base and suffix in _UNIT_SUFFIX else (text, "")


def _value(key: str, value: str, column: str, unit: str, *, is_told: bool = False) -> Reading:
    """Return the finding, or the doubt, of one pair; a key that the user explained needs no unit."""
    said = f"{key} = {value.strip()}"
    if column in ("sample", "series", "note", "pair", "time", "kind"):
        return _text(column, value, said)
    match = _LEADING_NUMBER.match(value)
    if match is None:
        return Reading()
    number, own_unit = match[1], match[2] or ""
    if own_unit == "%" or unit == "%":
        return Reading()
    is_told = is_told or _plain(key)[0].replace(" ", "_") == column
    if column in _NEED_UNIT and not own_unit and not unit and not is_told:
        text = f"file header: {said!r} has no unit, so {column} is open. Type it, or say its unit in the preset."
        return Reading(doubts=(text,))
    try:
        cell = canonical(column, f"{number} {own_unit}".strip(), unit=unit)
    except QuantityError as error:
        return _retried(column, number, unit, said, error)
    return Reading((Finding(column, cell, "file header", said),))


def _retried(column: str, number: str, unit: str, said: str, error: QuantityError) -> Reading:
    """Return the finding without the word behind the number, which may be no unit; else the doubt."""
    if unit and not error.is_ambiguous:
        try:
            return Reading((Finding(column, canonical(column, number, unit=unit), "file header", said),))
        except QuantityError:
            pass
    return Reading(doubts=(f"file header: {said!r}: {error}",))


def _text(column: str, value: str, said: str) -> Reading:
    plain = " ".join(value.split())
    if column == "time" and ":" not in plain:
        return Reading()
    try:
        return Reading((Finding(column, canonical(column, plain), "file header", said),))
    except QuantityError as error:
        return Reading(doubts=(f"file header: {said!r}: {error}",))


def _of_original_name(key: str, value: str) -> Reading:
    """Return what the name says that a file had on the instrument's computer."""
    name = PureWindowsPath(value.strip()).name
    read = read_text(stem_of(name), "file header")
    findings = tuple(Finding(f.column, f.value, f.source, f"{key} = {name}") for f in read.findings)
    return Reading(findings, read.doubts)
