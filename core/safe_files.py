"""Replace a file as a whole or not at all, and keep the version before."""

import filecmp
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from asplab.core.errors import InputError, ProjectError


def refuse_existing(folder: Path) -> None:
    """Raise `InputError` with the name of a file where ``folder`` holds any."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; name a folder.")
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    if not found:
        return
    more = "" if len(found) == 1 else f" and {len(found) - 1} more"
    raise InputError(
        f"{folder} holds {found[0].relative_to(folder).as_posix()}{more} already; nothing was written. "
        "Name another folder, or give --force to replace an earlier simulation."
    )


def refuse_changed(folder: Path, made: Path) -> None:
    """Raise `InputError` where ``folder`` has a file of the same name as ``made`` has, but with other bytes."""
    for new in sorted(path for path in made.rglob("*") if path.is_file()):
        old = folder / new.relative_to(made)
        if old.is_file() and not filecmp.cmp(old, new, shallow=False):
            raise InputError(
                f"{old} was edited, or made by another version; nothing was written. Name another folder with -o, or "
                "give --force to replace it."
            )


def previous_version(path: Path) -> Path:
    """Return where the version before is kept: ``name.bak.nxs`` for ``name.nxs``."""
    return path.with_suffix(f".bak{path.suffix}")


def advise_previous(path: Path) -> str:
    """Return a sentence on what to use instead of a damaged file."""
    previous = previous_version(path)
    return f"The previous version is {previous.name}." if previous.is_file() else "Take a copy from a backup."


@contextmanager
def replaced_file(target: Path, *, keep_previous: bool) -> Iterator[Path]:
    """Give a new file's path beside ``target``; move it there once the block ends well.

    The path given does not exist yet. When the block raises, ``target`` is as before and nothing is left behind.

    Raises
    ------
    ProjectError
        When the folder is missing, or the file can't be moved or kept.
    """
    if not target.parent.is_dir():
        raise ProjectError(f"{target}: the folder {target.parent} does not exist. Create it or choose another one.")
    if target.is_dir():
        raise ProjectError(f"{target} is a folder; name a file.")
    partial = target.with_name(f".{target.name}.{uuid4().hex[:8]}.partial")
    try:
        yield partial
        _install(partial, target, keep_previous=keep_previous)
    except OSError as error:
        raise ProjectError(
            f"{target}: can't be written ({error.strerror or error}). Choose a folder where you may write, and close "
            "the file in other programs."
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def _install(partial: Path, target: Path, *, keep_previous: bool) -> None:
    _flush(partial)
    if target.exists():
        shutil.copymode(target, partial)
        if keep_previous:
            _keep(target)
    os.replace(partial, target)
    _flush_folder(target.parent)


def _keep(target: Path) -> None:
    """Give the present version a second name; ``target`` itself stays in place all the time."""
    second = target.with_name(f".{target.name}.{uuid4().hex[:8]}.previous")
    try:
        try:
            os.link(target, second)
        except OSError:
            # Not every file system has hard links.
            shutil.copy2(target, second)
            _flush(second)
        os.replace(second, previous_version(target))
    finally:
        second.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Make a rename survive a power cut, where folders can be flushed."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
