"""Draft a manifest for a folder that has none, from what its folder and file names say."""

import csv
import io
import re
from itertools import islice
from pathlib import Path

from asplab.core.io.order import natural_key

DRAFT_NAME = "manifest.draft.csv"
DATA_SUFFIXES = frozenset({".csv", ".txt", ".asc", ".dat", ".tsv", ".xy", ".prn"})
MOST_FILES = 10_000
COLUMNS = (
    "file",
    "kind",
    "temperature_k",
    "excitation_nm",
    "repeat",
    "longpass_nm",
    "shortpass_nm",
    "power_uw",
    "exposure_s",
    "sample",
    "note",
)
# The order decides where a name holds several words: a blank of a scan is a blank.
KIND_WORDS = (
    ("dark", ("dark", "darks", "shutter")),
    ("pa_blank", ("blank", "substrate")),
    ("aspl", ("aspl", "antistokes", "upconversion")),
    ("pa", ("pa", "pds", "lockin", "photothermal")),
    ("pl", ("pl", "stokes")),
    ("absorption", ("absorption", "absorbance", "uvvis")),
    ("response", ("response", "sensitivity")),
    ("transient", ("transient", "ta")),
    ("irf", ("irf",)),
)
TEMPERATURE = re.compile(r"(?<![\w.])(?:T_?(\d+(?:\.\d+)?)K?(?!\d*nm)|(\d+(?:\.\d+)?) ?K)(?![A-Za-z\d])")
EXCITATION = re.compile(r"(?:exc?_?|(?<![A-Za-z\d]))(\d{3,4}(?:\.\d+)?) ?nm(?!_?[LS]P)|exc?_?(\d{3,4}(?:\.\d+)?)(?!\d)")
REPEAT = re.compile(r"rep(?:eat)?[ -]?(\d+)|(?<![a-z\d])r(\d+)(?![a-z\d])", re.IGNORECASE)


def draft_manifest(folder: Path) -> str:
    """Return the text of a manifest for the text files of ``folder``, to be checked and completed by hand.

    Kind, temperature, excitation and repeat are guessed where folder or file names say them plainly, such as
    ``T080/PL_exc450nm_rep3.csv``; all other cells are blank.
    """
    out = io.StringIO()
    out.write("# Drafted from the file names: check every row, fill the blanks, save as manifest.csv\n")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for name in data_files(folder):
        guess = guesses(name)
        writer.writerow([name, *(guess.get(column, "") for column in COLUMNS[1:])])
    return out.getvalue()


def data_files(folder: Path) -> list[str]:
    """Return the text files of ``folder`` and its folders, relative with ``/``, in natural order."""
    names = (
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.suffix.lower() in DATA_SUFFIXES and path.is_file()
    )
    return sorted(islice((name for name in names if is_data(name)), MOST_FILES), key=natural_key)


def is_data(name: str) -> bool:
    """Whether a file is neither hidden nor a manifest nor a note."""
    parts = name.lower().split("/")
    return not any(part.startswith(".") for part in parts) and not parts[-1].startswith(("manifest", "readme"))


def guesses(name: str) -> dict[str, str]:
    """Return what a relative file name says plainly about its kind and condition."""
    stem = name.rpartition(".")[0]
    text = stem.replace("/", " ").replace("_", " ")
    words = [word.lower() for word in re.findall(r"[A-Za-z]+", text)]
    found = {"kind": next((kind for kind, known in KIND_WORDS if not set(known).isdisjoint(words)), "")}
    for column, pattern in (("temperature_k", TEMPERATURE), ("excitation_nm", EXCITATION), ("repeat", REPEAT)):
        match = pattern.search(text)
        if match:
            value = next(group for group in match.groups() if group)
            found[column] = value.lstrip("0") or "0"
    return found
