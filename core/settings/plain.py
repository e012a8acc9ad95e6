"""Settings as plain values, JSON and TOML: every key, type and choice is checked both ways."""

import difflib
import json
import math
import tomllib
from dataclasses import fields, is_dataclass
from numbers import Integral, Real
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from asplab.core.errors import SettingsError
from asplab.core.settings import Settings

NO_VALUE = "none"
"""How a TOML file says that an optional number is not set; JSON says null."""


def settings_to_dict(settings: Settings) -> dict[str, Any]:
    """Return settings as nested dicts of numbers, texts, lists and None, fit for JSON.

    Raises
    ------
    SettingsError
        When a field holds a value of the wrong type, a number that is not finite, or an unknown choice.
    """
    return cast(dict[str, Any], _plain(settings, Settings, "settings"))


def settings_from_dict(values: object, *, base: Settings | None = None, where: str = "settings") -> Settings:
    """Return ``base`` (the defaults when None) with the given values in place of its own.

    Parameters
    ----------
    values : dict
        As `settings_to_dict` makes it; records and keys may be missing, lists replace whole lists.
    base : Settings, optional
        What stays where ``values`` is silent.
    where : str
        Name of the file or place, for messages.

    Raises
    ------
    SettingsError
        With key, value and allowed values: unknown key, wrong type, number not finite, unknown choice.
    """
    return cast(Settings, _record(values, Settings, base if base is not None else Settings(), (where,)))


def settings_to_json(settings: Settings) -> str:
    """Return settings as strict JSON text, one line."""
    return json.dumps(settings_to_dict(settings), allow_nan=False)


def settings_from_json(text: str, *, where: str = "settings") -> Settings:
    """Return the settings of a JSON text; raise `SettingsError` where it is none."""
    try:
        values = json.loads(text)
    except ValueError as error:
        raise SettingsError(f"{where}: the settings are no JSON ({error}).") from error
    return settings_from_dict(values, where=where)


def read_settings(path: Path | str, *, base: Settings | None = None) -> Settings:
    """Return ``base`` with the settings of a TOML file in place of its own.

    Raises
    ------
    SettingsError
        When the file can't be read, is no TOML, or has a key or a value that settings don't have.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SettingsError(f"{path}: the settings file can't be read ({error.strerror}). Check the path.") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: the settings file is not UTF-8 text. Save it as UTF-8.") from error
    return settings_from_toml(text, base=base, where=str(path))


def settings_from_toml(text: str, *, base: Settings | None = None, where: str = "settings") -> Settings:
    """Return ``base`` with the settings of a TOML text; raise `SettingsError` as `read_settings` does."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"{where}: no valid TOML: {error}. Write records as [integration], values as key = value."
        ) from error
    return settings_from_dict(values, base=base, where=where)


def _plain(value: object, hint: Any, where: str) -> Any:
    """Return a checked field value as plain value."""
    if is_dataclass(hint):
        if type(value) is not hint:
            raise SettingsError(f"{where}: expected {getattr(hint, '__name__', hint)}, found {value!r}.")
        hints = get_type_hints(hint)
        return {f.name: _plain(getattr(value, f.name), hints[f.name], f"{where}.{f.name}") for f in fields(hint)}
    if get_origin(hint) is tuple:
        checked = _checked_items(value, hint, (where,))
        return [_plain(item, kind, f"{where}[{i}]") for i, (item, kind) in enumerate(checked)]
    if (inner := _optional(hint)) is not None:
        return None if value is None else _plain(value, inner, where)
    return _value(value, hint, (where,))


def _value(value: object, hint: Any, path: tuple[str, ...]) -> Any:
    """Return ``value`` as the type that ``hint`` asks for; raise `SettingsError` where it is none."""
    if is_dataclass(hint):
        return _record(value, cast(type, hint), None, path)
    if get_origin(hint) is tuple:
        return tuple(
            _value(item, kind, (*path, f"[{i}]")) for i, (item, kind) in enumerate(_checked_items(value, hint, path))
        )
    if (inner := _optional(hint)) is not None:
        return None if value is None or value == NO_VALUE else _value(value, inner, path)
    if get_origin(hint) is Literal:
        return _choice(value, get_args(hint), path)
    if hint is float:
        return _number(value, path)
    if hint is int:
        if isinstance(value, bool) or not isinstance(value, Integral):
            raise _wrong(value, "a whole number", path)
        return int(value)
    if hint is bool or hint is str:
        if not isinstance(value, hint):
            raise _wrong(value, "true or false" if hint is bool else "a text in quotes", path)
        return value
    raise TypeError(f"{_name(path)}: no rule for settings of type {hint!r}")


def _record(values: object, kind: type, base: object | None, path: tuple[str, ...]) -> object:
    """Return a settings record of ``values``, on top of ``base`` where there is one."""
    hints = get_type_hints(kind)
    names = [f.name for f in fields(kind)]
    if not isinstance(values, dict):
        raise _wrong(values, f"a table with {', '.join(names)}", path)
    for key in values:
        if key not in names:
            raise SettingsError(f"{_place(path)}: unknown key {key!r}. {_suggest(str(key), names)}")
    given = {}
    for key, value in values.items():
        own = getattr(base, key) if base is not None else None
        nested = own if is_dataclass(own) else None
        given[key] = (
            _record(value, hints[key], nested, (*path, key)) if nested else _value(value, hints[key], (*path, key))
        )
    kept = {name: getattr(base, name) for name in names if name not in given} if base is not None else {}
    try:
        return kind(**given, **kept)
    except TypeError as error:
        needed = ", ".join(name for name in names if name not in given)
        raise SettingsError(
            f"{_name(path)}: {values!r} is not complete; it may lack {needed}. Add what is missing."
        ) from error


def _checked_items(value: object, hint: Any, path: tuple[str, ...]) -> list[tuple[object, Any]]:
    """Return the items of a list with the type that each must have."""
    kinds = get_args(hint)
    repeated = len(kinds) == 2 and kinds[1] is Ellipsis
    wanted = "a list" if repeated else f"a list of {len(kinds)} values"
    if not isinstance(value, (list, tuple)) or not (repeated or len(value) == len(kinds)):
        raise _wrong(value, wanted, path)
    return list(zip(value, [kinds[0]] * len(value) if repeated else kinds, strict=True))


def _optional(hint: Any) -> Any:
    """Return X of ``X | None``, else None."""
    if get_origin(hint) not in (Union, UnionType):
        return None
    inner = [kind for kind in get_args(hint) if kind is not NoneType]
    if len(inner) != 1:
        raise TypeError(f"no rule for settings of type {hint!r}")
    return inner[0]


def _number(value: object, path: tuple[str, ...]) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise _wrong(value, "a number", path)
    if not math.isfinite(value):
        raise _wrong(value, "a finite number", path)
    return float(value)


def _choice(value: object, allowed: tuple[object, ...], path: tuple[str, ...]) -> object:
    for choice in allowed:
        if type(choice) is type(value) and choice == value:
            return choice
    texts = [str(choice) for choice in allowed]
    raise SettingsError(f"{_name(path)} is {value!r}. {_suggest(str(value), texts)}")


def _suggest(found: str, allowed: list[str]) -> str:
    close = difflib.get_close_matches(found, allowed, n=1)
    question = f"Did you mean {close[0]!r}? " if close else ""
    return f"{question}Allowed: {', '.join(allowed)}."


def _wrong(value: object, wanted: str, path: tuple[str, ...]) -> SettingsError:
    return SettingsError(f"{_name(path)} is {value!r}; it must be {wanted}. Correct the value.")


def _place(path: tuple[str, ...]) -> str:
    """Return where a record stands: the file, then the keys that lead to it."""
    return path[0] if len(path) == 1 else _name(path)


def _name(path: tuple[str, ...]) -> str:
    keys = ".".join(path[1:]).replace(".[", "[")
    return f"{path[0]}: {keys}" if keys else path[0]
