"""Settings and their values in the words of the settings catalogue: in full, as changes, and briefly for their help."""

from collections.abc import Iterable
from typing import Any

from asplab.core.settings import GivenEnergy, MovedCutoff, ParameterLimit, Settings
from asplab.gui.language import tr
from asplab.gui.settings_catalogue import QUANTITIES, STEPS, Entry
from asplab.gui.widgets.fields import Numeric
from asplab.gui.widgets.numerals import plain
from asplab.gui.widgets.text import without_markup

_SEPARATOR = "; "
_LARGE, _HUGE, _SMALL = 1e4, 1e6, 1e-3
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def setting_label(record: str, field: str) -> str:
    """Return what a setting is called, with its unit left to the value."""
    entry = _ENTRIES.get((record, field))
    return field.replace("_", " ") if entry is None else without_markup(entry.label)


def setting_value(record: str, field: str, value: Any) -> str:
    """Return a value of a setting as it stands in the inspector, lists in full."""
    entry = _ENTRIES.get((record, field))
    if entry is None:
        return _of_any(value)
    match entry.kind:
        case "switch":
            return tr("on") if value else tr("off")
        case "choice":
            return without_markup(dict(entry.choices).get(value, str(value)))
        case "many":
            return _listed(str(one) for one in value)
        case "ranges":
            return _listed(limit_words(one) for one in value)
        case "priors":
            return _listed(_prior_words(one) for one in value)
        case "number" | "optional":
            return without_markup(entry.empty) if value is None else _number(value, entry.numeric)
        case "pair":
            return _pair(value, entry.numeric)
        case "windows" | "window":
            return _listed(_pair(one, entry.numeric) for one in value)
        case "cutoffs":
            return _listed(_cutoff(one) for one in value)
        case "given":
            return _listed(_given(one) for one in value)
        case "numbers":
            return _listed(_number(one, entry.numeric) for one in value)
    return _of_any(value)


def change_words(record: str, field: str, value: Any) -> str:
    """Return in a few words that a setting has this value now, for instance ``Fit ΔE 0–90 meV``."""
    entry = _ENTRIES.get((record, field))
    label = setting_label(record, field)
    if entry is None:
        return label
    if entry.kind == "many":
        return tr("{count} models", count=len(value)) if len(value) != 1 else tr("1 model")
    if entry.kind == "ranges":
        return ", ".join(limit_words(one) for one in value) or tr("no parameter bounded")
    if entry.kind == "priors":
        return ", ".join(tr("prior of {symbol}", symbol=_symbol(one.parameter)) for one in value) or tr("no priors")
    if entry.kind == "choice":
        return f"{label}: {setting_value(record, field, value)}"
    if entry.kind in ("switch", "pair", "number", "optional"):
        return f"{label} {setting_value(record, field, value)}"
    return label


# --- for the help of a setting ---------------------------------------------------------------------------
def default_words(entry: Entry) -> str:
    """Return the default of a setting in words."""
    return brief_words(entry, getattr(getattr(Settings(), entry.record), entry.field))


def brief_words(entry: Entry, value: Any) -> str:
    """Return a value of a setting in words, of a long list how much it holds; what an empty one means is said."""
    match entry.kind:
        case "optional" if value is None:
            return entry.empty
        case "number" | "optional":
            # Digits behind the point say nothing of a number of this size.
            return _number(value, entry.numeric, decimals=entry.numeric.decimals if abs(value) < _LARGE else 0)
        case "choice":
            return dict(entry.choices)[value]
        case "many":
            return ", ".join(dict(entry.choices)[one] for one in value) or tr("none")
        case "windows" | "window" if not value:
            return tr("automatic")
        case "numbers":
            return _SEPARATOR.join(plain(one, entry.numeric.decimals) for one in value) or entry.empty
        case "given":
            return tr("given at {count} temperatures", count=len(value)) if value else entry.empty
        case "cutoffs" | "ranges" | "priors":
            return str(len(value)) if value else tr("none")
    return setting_value(entry.record, entry.field, value)


def range_words(entry: Entry) -> str:
    """Return the range that a number can have; empty for what is no number."""
    if entry.kind not in ("number", "optional", "pair", "given"):
        return ""
    low, high = (_end(end) for end in (entry.numeric.low, entry.numeric.high))
    return tr("{low} to {high} {unit}", low=low, high=high, unit=entry.numeric.unit).strip()


def _end(value: float) -> str:
    """Return the end of a range: a plain number, or a power of ten where it is very small or large."""
    size = abs(value)
    if size and not _SMALL <= size < _HUGE:
        factor, _, power = f"{value:e}".partition("e")
        factor = factor.rstrip("0").rstrip(".")
        ten = "10" + str(int(power)).translate(_SUPERSCRIPTS)
        return ten if factor == "1" else f"{factor}·{ten}".replace("-", "−")
    return f"{value:.6g}".replace("-", "−")


# --- values ----------------------------------------------------------------------------------------------
def limit_words(limit: ParameterLimit) -> str:
    """Return the range of a parameter of the rate models, or where it is fixed."""
    symbol, known = _symbol(limit.parameter), QUANTITIES.get(limit.parameter)
    numeric = Numeric("", 3) if known is None else known.numeric
    low, high = (plain(end, numeric.decimals) for end in (limit.low, limit.high))
    span = f"= {low}" if limit.low == limit.high else f"{low} … {high}"
    return f"{symbol} {span} {numeric.unit}".rstrip()


def _prior_words(prior: Any) -> str:
    known = QUANTITIES.get(prior.parameter)
    numeric = Numeric("", 3) if known is None else known.numeric
    value, error = (plain(one, numeric.decimals) for one in (prior.value, prior.error))
    return f"{_symbol(prior.parameter)} = {value} ± {error} {numeric.unit}".rstrip()


def _symbol(parameter: str) -> str:
    known = QUANTITIES.get(parameter)
    return parameter if known is None else without_markup(known.symbol)


def _listed(words: Iterable[str]) -> str:
    return _SEPARATOR.join(words) or tr("none")


def _number(value: float, numeric: Numeric, decimals: int | None = None) -> str:
    return f"{plain(value, numeric.decimals if decimals is None else decimals)} {numeric.unit}".strip()


def _pair(value: tuple[float, float], numeric: Numeric) -> str:
    low, high = (plain(end, numeric.decimals) for end in value)
    return f"{low}–{high} {numeric.unit}".strip()


def _cutoff(moved: MovedCutoff) -> str:
    return f"{moved.side} {plain(moved.nominal_nm, 1)} → {plain(moved.cutoff_nm, 1)} nm"


def _given(given: GivenEnergy) -> str:
    return f"{plain(given.temperature_k, 0)} K: {plain(given.energy_mev, 1)} meV"


def _of_any(value: Any) -> str:
    if value is None:
        return tr("none")
    if isinstance(value, bool):
        return tr("on") if value else tr("off")
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return _listed(_of_any(one) for one in value)
    return str(value)


_ENTRIES: dict[tuple[str, str], Entry] = {
    (entry.record, entry.field): entry for groups in STEPS.values() for group in groups for entry in group.entries
}
