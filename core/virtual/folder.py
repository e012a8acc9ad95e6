"""The folder of a virtual experiment: it appears complete or not at all, and replaces nothing but its like."""

import hashlib
import json
import shutil
from pathlib import Path

from asplab.core.errors import InputError

MARK = "# simulated by the ASPLab virtual experiment"
"""Begin of every manifest of a virtual experiment."""


def refuse_foreign(target: Path, *, force: bool) -> None:
    """Raise `InputError` where a folder holds anything but an earlier, untouched simulation."""
    if target.is_file():
        raise InputError(f"{target} is a file; name a folder.")
    if not target.is_dir() or not any(target.iterdir()):
        return
    manifest, truth = target / "manifest.csv", target / "truth.json"
    if not (manifest.is_file() and truth.is_file() and manifest.read_bytes().startswith(MARK.encode())):
        raise InputError(
            f"{target} is not empty and holds no earlier simulation; it is left alone. "
            "Name another folder or empty this one."
        )
    if not force and not _is_untouched(target):
        raise InputError(
            f"{target} holds an earlier simulation in which files were added, removed or changed. "
            "Name another folder, or use force to replace all of it."
        )


def _is_untouched(target: Path) -> bool:
    """Compare a simulated folder with the listing in its own truth.json."""
    try:
        recorded = json.loads((target / "truth.json").read_text(encoding="utf-8"))["folder"]
    except (ValueError, KeyError, TypeError):
        return False
    return bool(recorded == listing(target))


def listing(folder: Path) -> dict[str, object]:
    """Return how many files a simulated folder holds beside its truth.json, and one digest of names and contents."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / "truth.json")
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.relative_to(folder).as_posix().encode("utf-8") + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return {"files": len(paths), "sha256": digest.hexdigest()}


def install(staging: Path, target: Path) -> None:
    """Put the finished folder in its place; an earlier one leaves only once the new one is complete."""
    if not target.exists():
        staging.rename(target)
        return
    retired = target.with_name(f"{staging.name}.old")
    target.rename(retired)
    try:
        staging.rename(target)
    except OSError:
        retired.rename(target)
        raise
    shutil.rmtree(retired, ignore_errors=True)
