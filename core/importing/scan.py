"""Find the files that people drop, and read each once; a file that can't be read never stops the others."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from asplab.core.errors import InputError
from asplab.core.importing.scanned import ScannedFile, scanned_part
from asplab.core.io import read_bytes
from asplab.core.io.datafile import DataFile, FileError
from asplab.core.io.order import natural_key
from asplab.core.progress import Progress

__all__ = ["MOST_FILES", "Scan", "found_files", "is_data_name", "scan"]

MOST_FILES = 10_000
_MOST_ENTRIES = 200_000
_NOT_DATA = ("manifest", "readme", "license", "licence", "thumbs.db", "desktop.ini")
# What stands in a folder beside measurements and is never one; naming such a file itself still reads it.
_NOT_DATA_ENDINGS = frozenset(
    (
        *(".bmp", ".gif", ".jpeg", ".jpg", ".mp4", ".png", ".svg"),
        *(".doc", ".docx", ".htm", ".html", ".md", ".pdf", ".ppt", ".pptx", ".tex"),
        *(
            ".bak",
            ".bat",
            ".exe",
            ".ini",
            ".ipynb",
            ".json",
            ".lnk",
            ".log",
            ".m",
            ".py",
            ".pyc",
            ".sh",
            ".toml",
            ".yaml",
            ".yml",
        ),
        *(".7z", ".gz", ".opj", ".opju", ".pickle", ".zip"),
    )
)

Read = Callable[[Path, str], DataFile]


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """What was found.

    Attributes
    ----------
    root : Path
        The folder that all names are relative to.
    files : tuple of ScannedFile
        In natural order, those that can't be read included.
    left_out : int
        Files beyond the largest number, which were not looked at.
    """

    root: Path
    files: tuple[ScannedFile, ...]
    left_out: int = 0

    @property
    def failures(self) -> tuple[ScannedFile, ...]:
        """The files that can't be read."""
        return tuple(file for file in self.files if file.error)


def scan(
    paths: Sequence[Path | str],
    *,
    root: Path | None = None,
    read: Read | None = None,
    progress: Progress | None = None,
    most: int = MOST_FILES,
) -> Scan:
    """Read all files that ``paths`` name or hold.

    Parameters
    ----------
    paths : sequence of Path or str
        Files, and folders with all that is in them.
    root : Path, optional
        The folder that names are relative to; by default the innermost one that holds everything.
    read : callable, optional
        Reads one file by path and name, for those who remember what they read.
    progress : Progress, optional
        Told about each file; its cancel stops the work.
    most : int
        Largest number of files.

    Raises
    ------
    InputError
        Where a path isn't there, or a file lies outside ``root``.
    Cancelled
        When ``progress`` was cancelled.
    """
    progress = progress or Progress()
    given = [Path(path).absolute() for path in paths]
    found = found_files(given)
    root = common_folder(given) if root is None else root.absolute()
    outside = next((path for path in found if not path.is_relative_to(root)), None)
    if outside is not None:
        raise InputError(f"{outside} lies outside {root}. Import it by itself, or move it there.")
    names = sorted((path.relative_to(root).as_posix() for path in found), key=natural_key)
    files = []
    for done, name in enumerate(names[:most]):
        progress.step(done, min(len(names), most), f"reading {name}")
        files.append(scanned(root / name, name, read or _read))
    progress.step(1, 1, "files read")
    return Scan(root, tuple(files), max(0, len(names) - most))


def scanned(path: Path, name: str, read: Read) -> ScannedFile:
    """Return one file as found; what is wrong with it is in ``error``."""
    try:
        size = path.stat().st_size
        file = read(path, name)
    except FileError as fault:
        return ScannedFile(name, path, _size(path), error=_reason(fault))
    except OSError as error:
        return ScannedFile(name, path, 0, error=f"the file can't be opened: {error.strerror or error}.")
    return ScannedFile(name, path, size, file.sha256, tuple(scanned_part(part) for part in file.parts))


def found_files(paths: Sequence[Path]) -> list[Path]:
    """Return the files that ``paths`` name, and the data files in those that are folders, each once.

    Raises
    ------
    InputError
        Where a path isn't there, or a folder holds more than can be gone through.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            found |= dict.fromkeys(_in_folder(path))
        elif path.exists():
            found[path] = None
        else:
            raise InputError(f"{path}: no such file or folder. Check the path.")
    return list(found)


def common_folder(paths: Sequence[Path]) -> Path:
    """Return the innermost folder that holds all of ``paths``; a single folder is that itself."""
    folders = [path if path.is_dir() else path.parent for path in paths]
    if not folders:
        raise InputError("No files were given. Name files or folders.")
    try:
        return Path(os.path.commonpath(folders))
    except ValueError:
        raise InputError("The files lie on different drives. Import them one drive at a time.") from None


def is_data_name(name: str) -> bool:
    """Whether a file in a folder may be a measurement: neither hidden, nor a manifest, a note or a picture."""
    plain = name.lower()
    return not plain.startswith((".", "~$", *_NOT_DATA)) and Path(plain).suffix not in _NOT_DATA_ENDINGS


def _in_folder(folder: Path) -> Iterator[Path]:
    seen = 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and not _is_results(Path(place, name)))
        seen += len(names) + len(folders)
        if seen > _MOST_ENTRIES:
            raise InputError(f"{folder} holds more than {_MOST_ENTRIES} files. Choose a folder further inside.")
        yield from (Path(place, name) for name in names if is_data_name(name))


def _is_results(folder: Path) -> bool:
    """Whether a folder was written by an analysis: its tables are no measurements."""
    return (folder / "results.json").is_file() and (folder / "tables").is_dir()


def _reason(fault: FileError) -> str:
    return fault.text if fault.line is None else f"line {fault.line}: {fault.text}"


def _read(path: Path, name: str) -> DataFile:
    return read_bytes(path.read_bytes(), name)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
