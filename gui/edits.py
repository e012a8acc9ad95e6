"""What an intent of the user makes of a document: plain functions from document to document."""

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any, Literal, cast

from asplab.core.document import Document, Scenario
from asplab.core.errors import SettingsError
from asplab.core.scenarios import state_of
from asplab.core.settings import MovedCutoff, Settings
from asplab.gui.language import tr

_SAME_FILTER_NM = 0.2
_UNITS = ("nm", "mev", "k", "uw", "s")


def move_window(document: Document, low_nm: float, high_nm: float) -> Document:
    """Return the document with another integration window."""
    _require_order(tr("Integration window"), low_nm, high_nm, "nm")
    return document.with_settings(integration=replace(document.settings.integration, window_nm=(low_nm, high_nm)))


def move_cutoff(document: Document, side: str, nominal_nm: float, cutoff_nm: float) -> Document:
    """Return the document with the edge of one filter elsewhere, for every spectrum that carries it.

    Raises
    ------
    SettingsError
        The side is neither ``longpass`` nor ``shortpass``, or the cutoff is no wavelength.
    """
    if side not in ("longpass", "shortpass"):
        raise SettingsError(f"Cutoff: side '{side}' is unknown. Choose longpass or shortpass.")
    if not cutoff_nm > 0:
        raise SettingsError(f"Cutoff: {cutoff_nm} nm is no wavelength. Choose one above 0.")
    settings = document.settings.transmission
    kept = tuple(
        moved
        for moved in settings.moved_cutoffs
        if moved.side != side or abs(moved.nominal_nm - nominal_nm) > _SAME_FILTER_NM
    )
    moved = MovedCutoff(cast(Literal["longpass", "shortpass"], side), nominal_nm, cutoff_nm)
    return document.with_settings(transmission=replace(settings, moved_cutoffs=(*kept, moved)))


def move_background(document: Document, index: int, low_nm: float, high_nm: float) -> Document:
    """Return the document with one background window elsewhere; the index after the last adds one.

    Raises
    ------
    SettingsError
        There is no window of that index.
    """
    _require_order(tr("Background window"), low_nm, high_nm, "nm")
    settings = document.settings.background
    windows = list(settings.windows_nm)
    if not 0 <= index <= len(windows):
        raise SettingsError(f"Background window {index + 1} does not exist; there are {len(windows)}.")
    windows[index : index + 1] = [(low_nm, high_nm)]
    return document.with_settings(background=replace(settings, windows_nm=tuple(windows)))


def move_baseline(document: Document, from_mev: float, to_mev: float | None) -> Document:
    """Return the document with another region of the photothermal baseline, in meV below the gap.

    An upper end of None is the end of each scan.
    """
    if to_mev is not None:
        _require_order(tr("Baseline region"), from_mev, to_mev, "meV")
    settings = replace(document.settings.baseline, from_mev=from_mev, to_mev=to_mev)
    return document.with_settings(baseline=settings)


def move_detuning_range(document: Document, low_mev: float, high_mev: float) -> Document:
    """Return the document with another range of ΔE in which models are fitted."""
    _require_order(tr("Fit range"), low_mev, high_mev, "meV")
    settings = replace(document.settings.polaron, detuning_range_mev=(low_mev, high_mev))
    return document.with_settings(polaron=settings)


def use_settings(document: Document, settings: Settings) -> Document:
    """Return the document with other settings; data and exclusions stay."""
    return replace(document, settings=settings)


def keep_fit(document: Document, fit: Scenario) -> Document:
    """Return the document with what a comparison found kept as a scenario.

    Where a scenario of the same settings and exclusions is kept already, it takes the note and leaves its name.
    """
    same = next((one for one in document.scenarios if state_of(one) == state_of(fit)), None)
    if same is None:
        kept, scenarios = fit, (fit, *document.scenarios)
    else:
        kept = replace(fit, name=same.name)
        scenarios = tuple(kept if one is same else one for one in document.scenarios)
    chosen = kept.name if state_of(kept) == state_of(document) else document.scenario
    return replace(document, scenarios=scenarios, scenario=chosen)


def with_scenario(document: Document, made: Scenario, chosen: str) -> Document:
    """Return a document that redo leads to with a scenario that was kept before it.

    That is then the chosen one, unless another was chosen since ``chosen``.
    """
    now = made.name if document.scenario == chosen else document.scenario
    return replace(document, scenarios=(made, *document.scenarios), scenario=now)


def restore_fit(document: Document, fit: Scenario) -> Document:
    """Return the document with the settings and exclusions of a comparison, which may be kept or not."""
    chosen = fit.name if fit in document.scenarios else ""
    return replace(document, settings=fit.settings, exclusions=fit.exclusions, scenario=chosen)


def change_setting(document: Document, record: str, name: str, value: Any) -> Document:
    """Return the document with one field of a settings record changed.

    Raises
    ------
    SettingsError
        There is no such record or field.
    """
    if record not in {field.name for field in fields(Settings)}:
        raise SettingsError(f"Settings have no record '{record}'.")
    old = getattr(document.settings, record)
    if name not in {field.name for field in fields(old)}:
        raise SettingsError(f"Settings '{record}' have no field '{name}'.")
    return document.with_settings(**{record: replace(old, **{name: value})})


def exclude(document: Document, targets: Iterable[str], reason: str) -> Document:
    """Return the document with conditions and files taken out of the analysis."""
    for target in targets:
        document = document.excluding(target, reason)
    return document


def bring_back(document: Document, targets: Iterable[str]) -> Document:
    """Return the document with conditions and files in the analysis again."""
    for target in targets:
        document = document.including(target)
    return document


def setting_words(name: str) -> str:
    """Return the name of a settings field as words for the undo menu, without its unit."""
    words = name.split("_")
    return " ".join(words[:-1] if words[-1] in _UNITS and len(words) > 1 else words)


def _require_order(what: str, low: float, high: float, unit: str) -> None:
    if not low < high:
        raise SettingsError(f"{what}: {low} {unit} must lie below {high} {unit}.")
