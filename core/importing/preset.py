"""Presets: how an import was done, as a small file that colleagues and the command line can use again."""

import json
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from asplab.core.errors import InputError
from asplab.core.importing.columns import ColumnMap
from asplab.core.importing.edits import with_defaults, with_header_keys, with_kinds, with_template
from asplab.core.importing.findings import Finding
from asplab.core.importing.guess import shapes
from asplab.core.importing.headers import HeaderKey
from asplab.core.importing.names import shape_of
from asplab.core.importing.quantities import canonical
from asplab.core.importing.table import Default, ImportRow, ImportTable, NamedKind
from asplab.core.importing.template import Template, compile_regex, compile_template
from asplab.core.safe_files import replaced_file

__all__ = [
    "Preset",
    "applied",
    "best_preset",
    "fits",
    "list_presets",
    "load_preset",
    "preset_folder",
    "preset_of",
    "read_preset",
    "save_preset",
]

SCHEMA = "asplab-import-preset"
VERSION = 1
_ENDING = ".json"
_LARGEST_BYTES = 1_000_000
_LOOKS_ALIKE = 0.8
_MOST_SHAPES = 200
# What belongs to a set-up rather than to one measurement; temperatures and powers typed for one folder do not.
_OF_SET_UP = (
    "longpass_nm",
    "shortpass_nm",
    "nd_od",
    "accumulations",
    "em_gain",
    "path",
    "bandwidth_nm",
    "temperature_error_k",
    "probe_mw",
    "sensitivity_v",
)
_TEXTS = ("name", "template", "frames", "rows")
_FORBIDDEN = set('/\\:*?"<>|')


@dataclass(frozen=True, slots=True)
class Preset:
    """How an import is done.

    Attributes
    ----------
    name : str
    template : str
        How names are built; empty where they are read for what they say plainly.
    is_regex : bool
        Whether ``template`` is a regular expression.
    frames, rows : str
        What becomes of several frames, and of images: as in a manifest.
    defaults : tuple of Default
        Values for what nothing says.
    header_keys : tuple of HeaderKey
        Keys of headers that fill columns, or are to be ignored.
    columns : tuple of ColumnMap
        What the columns of unknown text files are.
    shapes : tuple of str
        How the names looked that it was made for, with 0 for every number.
    kinds : tuple of NamedKind
        Kinds of files whose names look alike.
    """

    name: str
    template: str = ""
    is_regex: bool = False
    frames: str = ""
    rows: str = ""
    defaults: tuple[Default, ...] = ()
    header_keys: tuple[HeaderKey, ...] = ()
    columns: tuple[ColumnMap, ...] = ()
    shapes: tuple[str, ...] = ()
    kinds: tuple[NamedKind, ...] = ()

    @property
    def compiled(self) -> Template | None:
        """The template ready for use; None without one."""
        if not self.template:
            return None
        return compile_regex(self.template) if self.is_regex else compile_template(self.template)


def preset_of(table: ImportTable, name: str, *, columns: Sequence[ColumnMap] = ()) -> Preset:
    """Return how ``table`` was filled.

    Filters, attenuation and other things of the set-up that were typed alike for all rows of a kind become defaults of
    that kind, and a kind that was typed for all names that look alike is kept with these; temperatures, excitations and
    powers that were typed don't.
    """
    template = table.template
    return Preset(
        name=name.strip(),
        template=template.text if template is not None else "",
        is_regex=template is not None and template.is_regex,
        frames=_usual(table, "frames", [k for k, row in enumerate(table.rows) if row.part.is_stack and not row.frame]),
        rows=_usual(table, "rows", [k for k, row in enumerate(table.rows) if row.part.layout == "image"]),
        defaults=tuple(dict.fromkeys((*table.defaults, *_typed_defaults(table)))),
        header_keys=table.header_keys,
        columns=tuple(columns),
        shapes=tuple(shape for shape, _ in shapes([row.file for row in table.rows]).most_common(_MOST_SHAPES)),
        kinds=_typed_kinds(table),
    )


def applied(table: ImportTable, preset: Preset) -> ImportTable:
    """Return ``table`` filled as ``preset`` says; what a manifest or a person said stays."""
    table = with_header_keys(with_defaults(table, preset.defaults), preset.header_keys)
    table = with_template(with_kinds(table, preset.kinds), preset.compiled)
    return replace(table, rows=tuple(_with_choices(row, preset) for row in table.rows))


def fits(preset: Preset, names: Sequence[str]) -> float:
    """Return the part of ``names``, 0 to 1, that are built as those the preset was made for."""
    if not names:
        return 0.0
    template = preset.compiled
    if template is not None:
        return sum(template.matches(name) for name in names) / len(names)
    return _likeness(preset, names)


def best_preset(presets: Sequence[Preset], names: Sequence[str]) -> Preset | None:
    """Return the preset to offer for ``names``, or None where none fits four of five."""
    rated = [(fits(preset, names), _likeness(preset, names), preset) for preset in presets]
    score, _, best = max(rated, key=lambda entry: entry[:2], default=(0.0, 0.0, None))
    return best if score >= _LOOKS_ALIKE else None


def preset_folder(
    *, platform: str = sys.platform, environment: Mapping[str, str] = os.environ, home: Path | None = None
) -> Path:
    """Return where the presets of this user are: the usual place of the platform."""
    home = Path.home() if home is None else home
    if platform == "win32":
        return Path(environment.get("APPDATA") or home / "AppData" / "Roaming") / "ASPLab" / "presets"
    if platform == "darwin":
        return home / "Library" / "Application Support" / "ASPLab" / "presets"
    return Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "asplab" / "presets"


def save_preset(preset: Preset, folder: Path) -> Path:
    """Write a preset to ``folder``, which is made where it is missing, and return its file.

    Raises
    ------
    InputError
        When the name can't be that of a file, or the folder can't be made.
    ProjectError
        When the file can't be written.
    """
    _refuse_name(preset.name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: the folder for presets can't be made ({error.strerror}).") from error
    path = folder / f"{preset.name}{_ENDING}"
    text = json.dumps(_document(preset), indent=1, ensure_ascii=False)
    with replaced_file(path, keep_previous=False) as partial:
        partial.write_text(text + "\n", encoding="utf-8", newline="\n")
    return path


def load_preset(name: str, folder: Path) -> Preset:
    """Return the preset ``name`` of ``folder``, or that of a file where ``name`` is a path.

    Raises
    ------
    InputError
        When there is none, or the file is no preset that this version understands.
    """
    return read_preset(preset_path(name, folder))


def preset_path(name: str, folder: Path) -> Path:
    """Return the file of a preset; raise `InputError` with those that there are where it is missing."""
    direct = Path(name).expanduser()
    if direct.is_file():
        return direct
    path = folder / f"{name}{_ENDING}"
    if not _FORBIDDEN.intersection(name) and path.is_file():
        return path
    known = ", ".join(sorted(found.stem for found in folder.glob(f"*{_ENDING}"))) or "none"
    raise InputError(f"there is no preset {name!r} in {folder} (known: {known}), and no such file. Save one first.")


def delete_preset(name: str, folder: Path) -> None:
    """Delete the preset ``name`` of ``folder``.

    Raises
    ------
    InputError
        When there is none, or it can't be deleted.
    """
    path = preset_path(name, folder)
    try:
        path.unlink()
    except OSError as error:
        raise InputError(f"{path}: the preset can't be deleted ({error.strerror}).") from error


def list_presets(folder: Path) -> tuple[tuple[Preset, ...], tuple[str, ...]]:
    """Return the presets of ``folder`` by name, and what is wrong with files there that are none."""
    presets, faults = [], []
    for path in sorted(folder.glob(f"*{_ENDING}")):
        try:
            presets.append(read_preset(path))
        except InputError as error:
            faults.append(str(error))
    return tuple(presets), tuple(faults)


def read_preset(path: Path) -> Preset:
    """Return the preset in a file; raises as `load_preset`."""
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise InputError(f"{path}: the file is too large for a preset. Choose a preset saved by ASPLab.")
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            f"{path}: the preset can't be opened ({error.strerror}). Check its name and rights."
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: no preset: it isn't JSON ({error}). Choose a preset saved by ASPLab.") from error
    return _understood(document, path)


def _with_choices(row: ImportRow, preset: Preset) -> ImportRow:
    """Return ``row`` with the preset's choice of frames or rows, where it has several."""
    said = f"preset {preset.name}"
    if preset.frames and row.part.is_stack:
        row = row.with_findings(Finding("frames", preset.frames, "preset", said))
    if preset.rows and row.part.layout == "image":
        row = row.with_findings(Finding("rows", preset.rows, "preset", said))
    return row


def _usual(table: ImportTable, column: str, rows: Sequence[int]) -> str:
    """Return what most of ``rows`` have in ``column``; empty where that is nothing."""
    chosen = Counter(table.value(k, column) for k in rows)
    return chosen.most_common(1)[0][0] if chosen else ""


def _typed_defaults(table: ImportTable) -> list[Default]:
    by_kind: dict[str, list[int]] = {}
    for k, row in enumerate(table.rows):
        if row.is_included and table.value(k, "kind"):
            by_kind.setdefault(table.value(k, "kind"), []).append(k)
    defaults = []
    for kind, rows in by_kind.items():
        for column in _OF_SET_UP:
            cells = [table.cell(k, column) for k in rows]
            if (
                all(cell.source == "typed by hand" and cell.value for cell in cells)
                and len({c.value for c in cells}) == 1
            ):
                defaults.append(Default(kind, column, cells[0].value))
    return defaults


def _typed_kinds(table: ImportTable) -> tuple[NamedKind, ...]:
    """Return the kinds of names that look alike: those known before, and those typed alike for all of them."""
    by_shape: dict[str, list[int]] = {}
    for k, row in enumerate(table.rows):
        if row.is_included:
            by_shape.setdefault(shape_of(row.file), []).append(k)
    known = {one.shape: one.kind for one in table.kinds}
    for shape, rows in list(by_shape.items())[:_MOST_SHAPES]:
        cells = [table.cell(k, "kind") for k in rows]
        values = {cell.value for cell in cells}
        if all(cell.source == "typed by hand" for cell in cells) and len(values) == 1 and values != {""}:
            known[shape] = cells[0].value
    return tuple(NamedKind(shape, kind) for shape, kind in known.items())


def _likeness(preset: Preset, names: Sequence[str]) -> float:
    known = frozenset(preset.shapes)
    return sum(shape in known for name in names for shape in shapes([name])) / max(len(names), 1)


def _refuse_name(name: str) -> None:
    if not name or name.startswith(".") or _FORBIDDEN.intersection(name) or not name.isprintable() or len(name) > 100:
        signs = " ".join(sorted(_FORBIDDEN))
        raise InputError(f"{name!r} can't be the name of a preset. Use letters, digits and blanks, without {signs}.")


def _document(preset: Preset) -> dict[str, Any]:
    return {
        "schema": f"{SCHEMA}/{VERSION}",
        "name": preset.name,
        "template": preset.template,
        "is_regex": preset.is_regex,
        "frames": preset.frames,
        "rows": preset.rows,
        "defaults": [{"kind": d.kind, "column": d.column, "value": d.value} for d in preset.defaults],
        "header_keys": [{"key": h.key, "column": h.column, "unit": h.unit} for h in preset.header_keys],
        "columns": [{"headers": list(c.headers), "roles": list(c.roles)} for c in preset.columns],
        "shapes": list(preset.shapes),
        "kinds": [{"shape": one.shape, "kind": one.kind} for one in preset.kinds],
    }


def _understood(document: Any, path: Path) -> Preset:
    """Return the preset that a JSON document describes; raise `InputError` where it isn't one."""
    if not isinstance(document, dict) or not str(document.get("schema", "")).startswith(f"{SCHEMA}/"):
        raise InputError(f"{path}: no import preset ('schema' isn't {SCHEMA}). Choose a preset saved by ASPLab.")
    version = str(document["schema"]).rpartition("/")[2]
    if not version.isdigit() or int(version) > VERSION:
        raise InputError(f"{path}: the preset has version {version}; this ASPLab knows up to {VERSION}. Update ASPLab.")
    known = {"schema", "is_regex", "defaults", "header_keys", "columns", "shapes", "kinds", *_TEXTS}
    unknown = sorted(set(document) - known)
    if unknown:
        raise InputError(f"{path}: {unknown[0]!r} is no part of a preset. Correct or remove it.")
    try:
        preset = Preset(
            **{key: _text(document, key) for key in _TEXTS},
            is_regex=document.get("is_regex", False) is True,
            defaults=tuple(_default(entry) for entry in _entries(document, "defaults")),
            header_keys=tuple(_header_key(entry) for entry in _entries(document, "header_keys")),
            columns=tuple(ColumnMap(tuple(e["headers"]), tuple(e["roles"])) for e in _entries(document, "columns")),
            shapes=tuple(str(shape) for shape in document.get("shapes", [])),
            kinds=tuple(_named_kind(entry) for entry in _entries(document, "kinds")),
        )
        canonical("frames", preset.frames)
        canonical("rows", preset.rows)
        _ = preset.compiled
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    except (KeyError, TypeError) as error:
        raise InputError(f"{path}: the preset is damaged ({error}). Save it again.") from error
    return preset


def _text(document: Mapping[str, Any], key: str) -> str:
    value = document.get(key, "")
    if not isinstance(value, str):
        raise InputError(f"{key!r} is {value!r}, which is no text. Correct it.")
    return value


def _entries(document: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    entries = document.get(key, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InputError(f"{key!r} is no list of entries. Correct it.")
    return entries


def _default(entry: Mapping[str, Any]) -> Default:
    column = _text(entry, "column")
    return Default(_text(entry, "kind"), column, canonical(column, _text(entry, "value")))


def _named_kind(entry: Mapping[str, Any]) -> NamedKind:
    return NamedKind(_text(entry, "shape"), canonical("kind", _text(entry, "kind")))


def _header_key(entry: Mapping[str, Any]) -> HeaderKey:
    return HeaderKey(_text(entry, "key"), _text(entry, "column"), _text(entry, "unit"))
