"""References of the methods section: from one table of the package, as text and as BibTeX."""

import tomllib
from collections.abc import Sequence
from importlib.resources import files

Entry = dict[str, str]
_ACCENTS = {"ó": r"{\'o}", "á": r"{\'a}", "é": r"{\'e}", "ö": r"{\"o}", "ü": r"{\"u}", "ä": r"{\"a}"}


def references(keys: Sequence[str]) -> dict[str, Entry]:
    """Return the entries of ``keys`` in their order; raise `KeyError` for one that is not in the table."""
    text = (files("asplab.resources") / "references.toml").read_text(encoding="utf-8")
    known = tomllib.loads(text)
    return {key: known[key] for key in keys}


def reference_text(entry: Entry) -> str:
    """Return an entry as a reader finds it: authors, title, journal, volume, page, year."""
    names = [" ".join(reversed(name.split(", "))) for name in entry["author"].split(" and ")]
    who = f"{names[0]} et al." if "others" in names else ", ".join(names)
    return f"{who}, {entry['title']}, {entry['journal']} {entry['volume']}, {entry['pages']} ({entry['year']})"


def bibtex(keys: Sequence[str]) -> str:
    """Return the entries of ``keys`` as a BibTeX file in ASCII."""
    return "\n".join(_bibtex_entry(key, entry) for key, entry in references(keys).items())


def _bibtex_entry(key: str, entry: Entry) -> str:
    # Braces keep the capitals of formulas and names in a title.
    told = {name: f"{{{value}}}" if name == "title" else value for name, value in entry.items() if name != "type"}
    lines = [f"  {name} = {{{_ascii(value)}}}," for name, value in told.items()]
    return "\n".join([f"@{entry['type']}{{{key},", *lines, "}", ""])


def _ascii(text: str) -> str:
    return "".join(_ACCENTS.get(character, character) for character in text)
