"""Phonon energies and couplings of CsPbBr₃ from the literature, each with its source."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from asplab.core.errors import InputError, SettingsError

KINDS: Mapping[str, tuple[str, str]] = {
    "phonon_energy": ("meV", "phonon energy ħω"),
    "coupling_g": ("meV", "coupling g of a single mode"),
    "huang_rhys": ("", "Huang-Rhys factor S"),
    "froehlich_alpha": ("", "Fröhlich coupling α"),
    "gamma_lo": ("meV", "Γ_LO of a linewidth fit Γ(T)"),
    "linewidth": ("meV", "width of the emission of one particle"),
    "gap_renormalisation": ("meV", "zero-point renormalisation of the gap"),
}
"""Unit and meaning of each kind. Kinds are not converted into each other: only like is compared with like."""

_FILE = "phonons.toml"
_SOURCE = {"authors": str, "title": str, "journal": str, "year": int}
_SOURCE_OPTIONAL = {"doi": str, "arxiv": str}
_VALUE = {
    "id": str,
    "source": str,
    "kind": str,
    "unit": str,
    "quantity": str,
    "sample": str,
    "method": str,
    "stands": str,
    "independent": bool,
}
_VALUE_OPTIONAL = {"value": float, "error": float, "low": float, "high": float, "temperature_k": float, "atoms": str}
ATOMS = ("Cs", "Pb", "Br")
"""Of the crystal; a mode says which of them move."""


@dataclass(frozen=True, slots=True)
class Source:
    """A publication; ``doi`` and ``arxiv`` are empty where it has none or it is not known, never both."""

    key: str
    authors: str
    title: str
    journal: str
    year: int
    doi: str = ""
    arxiv: str = ""

    @property
    def short(self) -> str:
        """First author and year."""
        first = self.authors.split(",")[0].split()[-1]
        return f"{first} {self.year}"

    @property
    def citation(self) -> str:
        """The full reference on one line."""
        marks = [f"doi:{self.doi}"] * bool(self.doi) + [f"arXiv:{self.arxiv}"] * bool(self.arxiv)
        return f"{self.authors}: {self.title}. {self.journal} ({self.year}), {', '.join(marks)}"


@dataclass(frozen=True, slots=True)
class LiteratureValue:
    """One number of the literature.

    Attributes
    ----------
    name : str
        Key in the table.
    kind : str
        One of `KINDS`.
    low, high : float
        Ends of what is stated: of the range, or value ∓ error; equal for a value without an error.
    value, error : float
        As stated; NaN where a range, or no error, is stated.
    unit : str
    temperature_k : float
        NaN where the source names none.
    quantity, sample, method : str
        What it is the number of, of what, and how it was found.
    stands : str
        Where in the source.
    is_independent : bool
        False where it was found from up-conversion, so that it can't support a fit to it.
    atoms : tuple of tuple of str
        Which atoms move, as the source has it: one entry for each mode, with the atoms that move against each other.
        Empty where it does not say.
    """

    name: str
    source: Source
    kind: str
    low: float
    high: float
    value: float
    error: float
    unit: str
    temperature_k: float
    quantity: str
    sample: str
    method: str
    stands: str
    is_independent: bool
    atoms: tuple[tuple[str, ...], ...] = ()

    @property
    def label(self) -> str:
        """A short name for the edge of a band in a plot."""
        return f"{self.source.short}: {self.quantity}"

    @property
    def text(self) -> str:
        """The number as stated, with unit and temperature."""
        if math.isnan(self.value):
            number = f"{self.low:g}-{self.high:g}"
        else:
            number = f"{self.value:g}" + ("" if math.isnan(self.error) else f" ± {self.error:g}")
        at = "" if math.isnan(self.temperature_k) else f" at {self.temperature_k:g} K"
        return f"{number} {self.unit}".rstrip() + at


def literature_values(kind: str | None = None) -> tuple[LiteratureValue, ...]:
    """Return the reference table that comes with ASPLab, or its entries of one kind.

    Raises
    ------
    InputError
        For a table that is damaged.
    SettingsError
        For an unknown kind.
    """
    if kind is not None and kind not in KINDS:
        raise SettingsError(f"the kind {kind!r} is not known; choose one of: {', '.join(KINDS)}.")
    return tuple(value for value in _shipped() if kind in (None, value.kind))


@cache
def _shipped() -> tuple[LiteratureValue, ...]:
    """Read the table once: every comparison of a report, and every look at a fit, asks for it three times."""
    return read_values((files("asplab.resources") / _FILE).read_text(encoding="utf-8"), _FILE)


def read_values(text: str, where: str) -> tuple[LiteratureValue, ...]:
    """Return the entries of a table in the format of ``phonons.toml``.

    Parameters
    ----------
    text : str
    where : str
        Name of the file, for messages.

    Raises
    ------
    InputError
        For the first thing that is missing, superfluous, of the wrong type or impossible.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{where}: {error}. Correct the TOML there.") from error
    extra = sorted(set(table) - {"source", "value"})
    if extra:
        raise InputError(f"{where}: table {extra[0]!r} is not known; there are only 'source' and 'value'.")
    sources = {key: _source(key, entry, where) for key, entry in table.get("source", {}).items()}
    found = tuple(_value(entry, k, sources, where) for k, entry in enumerate(table.get("value", [])))
    names = [value.name for value in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"{where}: the id {twice[0]!r} stands twice. Rename one.")
    unused = sorted(set(sources) - {value.source.key for value in found})
    if unused:
        raise InputError(f"{where}: source {unused[0]!r} has no value. Remove it, or add what it says.")
    return found


def _source(key: str, entry: Any, where: str) -> Source:
    place = f"{where}, source {key!r}"
    fields = _checked(entry, _SOURCE, _SOURCE_OPTIONAL, place)
    if not (fields.get("doi") or fields.get("arxiv")):
        raise InputError(f"{place}: neither doi nor arxiv is given. A reference must be checkable; give one.")
    return Source(key, **fields)


def _value(entry: Any, k: int, sources: Mapping[str, Source], where: str) -> LiteratureValue:
    name = entry.get("id") if isinstance(entry, dict) else None
    place = f"{where}, value {name!r}" if name else f"{where}, value {k + 1}"
    fields = _checked(entry, _VALUE, _VALUE_OPTIONAL, place)
    if fields["kind"] not in KINDS:
        raise InputError(f"{place}: kind {fields['kind']!r} is not known; choose one of: {', '.join(KINDS)}.")
    unit = KINDS[fields["kind"]][0]
    if fields["unit"] != unit:
        raise InputError(f"{place}: the unit is {fields['unit']!r}; {fields['kind']} is given in {unit!r}. Convert it.")
    if fields["source"] not in sources:
        raise InputError(f"{place}: source {fields['source']!r} is not in the file. Add [source.{fields['source']}].")
    low, high, value, error = _numbers(fields, place)
    temperature = fields.get("temperature_k", math.nan)
    if temperature <= 0.0:
        raise InputError(f"{place}: temperature_k is {temperature:g}; it must be above 0 K.")
    atoms = tuple(tuple(mode.split("-")) for mode in fields.get("atoms", "").split())
    strange = sorted({atom for mode in atoms for atom in mode} - set(ATOMS))
    if strange:
        raise InputError(f"{place}: atoms has {strange[0]!r}; there are {', '.join(ATOMS)}, as in 'Pb-Br' or 'Cs Br'.")
    return LiteratureValue(
        name=fields["id"],
        source=sources[fields["source"]],
        kind=fields["kind"],
        low=low,
        high=high,
        value=value,
        error=error,
        unit=unit,
        temperature_k=temperature,
        quantity=fields["quantity"],
        sample=fields["sample"],
        method=fields["method"],
        stands=fields["stands"],
        is_independent=fields["independent"],
        atoms=atoms,
    )


def _numbers(fields: Mapping[str, Any], place: str) -> tuple[float, float, float, float]:
    """Return low, high, value and error of an entry."""
    is_range, is_value = {"low", "high"} <= set(fields), "value" in fields
    half = is_range != bool({"low", "high"} & set(fields))
    if half or is_range == is_value or (is_range and "error" in fields):
        given = ", ".join(name for name in ("value", "error", "low", "high") if name in fields) or "none of them"
        raise InputError(f"{place}: it has {given}; give value, perhaps with error, or low and high.")
    if is_range:
        low, high = fields["low"], fields["high"]
        if not 0.0 < low < high:
            raise InputError(f"{place}: the range is {low:g} to {high:g}; it must ascend and lie above 0.")
        return low, high, math.nan, math.nan
    value, error = fields["value"], fields.get("error", math.nan)
    if not value > 0.0 or error <= 0.0:
        raise InputError(f"{place}: the value is {value:g} with error {error:g}; both must be above 0.")
    spread = 0.0 if math.isnan(error) else error
    return value - spread, value + spread, value, error


def _checked(entry: Any, needed: Mapping[str, type], optional: Mapping[str, type], place: str) -> dict[str, Any]:
    """Return the fields of an entry with their types checked; whole numbers serve where fractions are meant."""
    if not isinstance(entry, dict):
        raise InputError(f"{place}: it is {entry!r}, not a table of fields.")
    missing = [name for name in needed if name not in entry]
    if missing:
        raise InputError(f"{place}: {missing[0]} is missing (found: {', '.join(entry) or 'nothing'}). Add it.")
    types = {**needed, **optional}
    fields = {}
    for name, value in entry.items():
        if name not in types:
            raise InputError(f"{place}: {name} is not known; the fields are {', '.join(types)}.")
        kind = types[name]
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        fits = is_number and math.isfinite(value) if kind is float else type(value) is kind
        if not fits or (kind is str and name != "unit" and not value.strip()):
            raise InputError(f"{place}: {name} is {value!r}; it must be {_TYPES[kind]}.")
        fields[name] = float(value) if kind is float else value
    return fields


_TYPES: Mapping[type, str] = {float: "a finite number", int: "a whole number", bool: "true or false", str: "a text"}
