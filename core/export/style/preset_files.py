"""Presets of figures as small TOML files in the user's folder."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from asplab.core.errors import InputError
from asplab.core.export.style.presets import BUILT_IN, DEFAULT, KEYS, NUMBERS, FigurePreset
from asplab.core.importing.preset import preset_folder
from asplab.core.safe_files import replaced_file

_ENDING = ".toml"
_FORBIDDEN = set('/\\:*?"<>|')
_LARGEST_BYTES = 100_000
_LARGEST_NAME = 100


def figure_preset_folder(presets: Path | None = None) -> Path:
    """Return where the figure presets of this user are: beside those of imports, ``presets`` where it is not told."""
    return (preset_folder() if presets is None else presets).with_name("figure-presets")


def save_figure_preset(preset: FigurePreset, folder: Path) -> Path:
    """Write a preset to ``folder``, which is made where it is missing, and return its file.

    Raises
    ------
    InputError
        When the name is that of a preset that comes along, or can't be that of a file.
    ProjectError
        When the file can't be written.
    """
    _refuse_name(preset.name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: the folder for presets can't be made ({error.strerror}).") from error
    path = folder / f"{preset.name}{_ENDING}"
    with replaced_file(path, keep_previous=False) as partial:
        partial.write_text(preset_text(preset), encoding="utf-8", newline="\n")
    return path


def delete_figure_preset(name: str, folder: Path) -> None:
    """Delete the user's preset ``name``; raise `InputError` where there is none or it can't be deleted."""
    path = folder / f"{name}{_ENDING}"
    if _FORBIDDEN.intersection(name) or not path.is_file():
        raise InputError(f"there is no figure preset {name!r} in {folder}.")
    try:
        path.unlink()
    except OSError as error:
        raise InputError(f"{path}: the preset can't be deleted ({error.strerror}).") from error


def list_figure_presets(folder: Path) -> tuple[tuple[FigurePreset, ...], tuple[str, ...]]:
    """Return all presets, the user's behind those that come along, and what is wrong with files that are none."""
    own, faults = [], []
    for path in sorted(folder.glob(f"*{_ENDING}")):
        try:
            own.append(read_figure_preset(path))
        except InputError as error:
            faults.append(str(error))
    return (*BUILT_IN.values(), *own), tuple(faults)


def load_figure_preset(name: str, folder: Path) -> FigurePreset:
    """Return a preset by its name, or that of a file where ``name`` is a path; else raise `InputError`."""
    if name in BUILT_IN:
        return BUILT_IN[name]
    own = folder / f"{name}{_ENDING}"
    if not _FORBIDDEN.intersection(name) and own.is_file():
        return read_figure_preset(own)
    if Path(name).is_file():
        return read_figure_preset(Path(name))
    known = ", ".join([*BUILT_IN, *sorted(path.stem for path in folder.glob(f"*{_ENDING}"))])
    raise InputError(f"there is no figure preset {name!r} and no such file. Known are: {known}.")


def read_figure_preset(path: Path) -> FigurePreset:
    """Return the preset in a TOML file; what it leaves out is as in the default one.

    Raises
    ------
    InputError
        When the file can't be read, or holds an unknown key or a value that can't be used.
    """
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise InputError(f"{path}: too large for a figure preset. Choose a file saved by ASPLab.")
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: the preset can't be opened ({error.strerror}). Check its rights.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: no figure preset: it isn't TOML ({error}). Choose another file.") from error
    try:
        return replace(DEFAULT, **_checked({"name": path.stem, "note": "", **values}))
    except InputError as error:
        raise InputError(f"{path}: {error} Correct the file.") from error


def preset_text(preset: FigurePreset) -> str:
    """Return a preset as TOML."""
    lines = [f"{key} = {_toml(getattr(preset, key))}" for key in KEYS]
    return "\n".join(["# How ASPLab draws figures: widths in mm, sizes in points.", *lines, ""])


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values with their types right; raise `InputError` that names the first that is not."""
    found = {}
    for key, value in values.items():
        if key not in KEYS:
            raise InputError(f"unknown key {key!r}; known are {', '.join(KEYS)}.")
        if key in NUMBERS:
            is_whole = isinstance(value, int) and not isinstance(value, bool)
            if not (is_whole or (isinstance(value, float) and key != "dpi")):
                raise InputError(f"{key} is {value!r}; give a {'whole ' if key == 'dpi' else ''}number.")
            found[key] = value
        elif key == "formats":
            if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                raise InputError(f'formats is {value!r}; give a list such as ["pdf", "svg"].')
            found[key] = tuple(value)
        elif isinstance(value, str):
            found[key] = value
        else:
            raise InputError(f"{key} is {value!r}; give a text in quotes.")
    return found


def _toml(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(one) for one in value)}]"
    return _quoted(value) if isinstance(value, str) else repr(value)


def _quoted(text: str) -> str:
    """Return a text as a basic string of TOML."""
    plain = "".join(f"\\{one}" if one in '"\\' else one if one.isprintable() else f"\\U{ord(one):08x}" for one in text)
    return f'"{plain}"'


def _refuse_name(name: str) -> None:
    if name in BUILT_IN:
        raise InputError(f"{name!r} is the name of a preset that comes along; choose another one.")
    is_bad = not name.strip() or name != name.strip() or name.startswith(".") or _FORBIDDEN.intersection(name)
    if is_bad or not name.isprintable() or len(name) > _LARGEST_NAME:
        signs = " ".join(sorted(_FORBIDDEN))
        raise InputError(f"{name!r} can't be the name of a preset. Use letters, digits and blanks, without {signs}.")
