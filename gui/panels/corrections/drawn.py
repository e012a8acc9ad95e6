"""What a correction changes, as curves and points to draw."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from asplab.core.ledger import Step
from asplab.core.ledger.around import Around
from asplab.core.pipeline import Results
from asplab.gui.language import tr
from asplab.gui.plots.drawn import Series
from asplab.gui.plots.layer import Array
from asplab.gui.widgets.numerals import plain
from asplab.gui.words.reading import stack_name

BEFORE, SCAN_COLOR = "muted", "pa"
_MICROVOLT = 1e6
_ROUNDING = 1e-12
"""Change in units of the highest value below which it is none."""


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Curves of one condition or temperature before and after a correction, in one unit.

    Attributes
    ----------
    x_before, x_after : ndarray, shape (n,)
    before, after : ndarray, shape (n_curves, n)
    x_label, y_label : str
    color : str
        Colour name of what comes after.
    names : (str, str)
        What the two are called.
    sources_before, sources_after : tuple of str
        File of each curve; empty where it is not known.
    change : ndarray, shape (n,), or None
        Change of the mean, or shift of the axis; None where there is none to draw.
    change_label : str
    """

    x_before: Array
    x_after: Array
    before: Array
    after: Array
    x_label: str
    y_label: str
    color: str
    names: tuple[str, str]
    sources_before: tuple[str, ...] = ()
    sources_after: tuple[str, ...] = ()
    change: Array | None = None
    change_label: str = ""

    @property
    def means(self) -> list[Series]:
        """The mean curves, that before the correction below."""
        before = Series(BEFORE, line_x=self.x_before, line_y=self.before.mean(axis=0))
        after = Series(self.color, line_x=self.x_after, line_y=self.after.mean(axis=0))
        return [before, after]

    @property
    def replaced(self) -> np.ndarray:
        """Which points of which curve differ; none unless few do, for then nothing was replaced but all was changed."""
        if self.before.shape != self.after.shape:
            return np.zeros(self.before.shape, dtype=bool)
        moved = self.before != self.after
        return moved if moved.mean() < 0.05 else np.zeros(moved.shape, dtype=bool)


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """One number of each condition of a temperature that a correction changes."""

    series: tuple[Series, ...]
    keys: tuple[tuple[str, ...], ...]
    y_label: str
    base: float = 0.0
    x_label: str = tr("Excitation (nm)")
    tips: tuple[str, ...] = field(default_factory=tuple)


def spectrum_curves(results: Results, steps: Sequence[Step], step: Step, found: Around, k: int) -> Curves:
    """Return the repeats of one condition; a common divisor is multiplied back, so that both have one unit."""
    assert results.gathered is not None
    stack = results.gathered.stacks[k]
    unit = _unit_before(steps, step)
    return Curves(
        found.x_before,
        found.x_after,
        found.before,
        found.after * step.scale,
        tr("Wavelength (nm)"),
        unit,
        stack.kind,
        _names(step),
        found.sources_before,
        found.sources_after,
        *_change(found, step),
    )


def scan_curves(results: Results, steps: Sequence[Step], step: Step, found: Around, k: int) -> Curves:
    """Return the photothermal scans of the condition's temperature against ΔE."""
    assert results.gathered is not None
    t = results.gathered.stacks[k].temperature
    reference = np.nan if results.energies is None else float(results.energies.reference_mev[t])
    has_reference = bool(np.isfinite(reference))
    x_before, x_after = ((reference - x if has_reference else x) for x in (found.x_before, found.x_after))
    change, label = _change(found, step)
    is_shift = label.startswith("Shift")
    return Curves(
        x_before,
        x_after,
        _MICROVOLT * found.before,
        _MICROVOLT * found.after * step.scale,
        "ΔE (meV)" if has_reference else tr("Photon energy (meV)"),
        "µV",
        SCAN_COLOR,
        _names(step),
        found.sources_before,
        found.sources_after,
        change if change is None or is_shift else _MICROVOLT * change,
        label,
    )


def condition_points(results: Results, step: Step, found: Around) -> Points:
    """Return what a correction does to every condition of a temperature."""
    assert results.gathered is not None
    stacks = [results.gathered.stacks[k] for k in found.stacks]
    value, label, unit, base = _quantity(step, found)
    series, keys = [], []
    for kind in ("pl", "aspl"):
        here = [i for i, stack in enumerate(stacks) if stack.kind == kind]
        tips = [f"<b>{stack_name(stacks[i])}</b><br>{plain(value[i], 2)} {unit}" for i in here]
        excluded = np.array([stacks[i].excluded is not None for i in here], dtype=bool)
        x = found.x_before[here]
        series.append(Series(kind, x=x, y=value[here], tips=tips, is_open=kind == "aspl", excluded=excluded))
        keys.append(tuple(stacks[i].key for i in here))
    return Points(tuple(series), tuple(keys), label, base)


def _quantity(step: Step, found: Around) -> tuple[Array, str, str, float]:
    """Return what is drawn of each condition, the label of its axis, its unit, and its value without correction."""
    if step.name == "truncation":
        return 100.0 * (1.0 - found.before[0] / found.after[0]), tr("Hidden part of the band (%)"), tr("% hidden"), 0.0
    if step.subject == "condition":
        return found.after[0] / found.before[0], tr("Intensity multiplied by"), "times", 1.0
    return found.after[0] - found.before[0], tr("Change of the photon energy (meV)"), "meV", 0.0


def _names(step: Step) -> tuple[str, str]:
    after = "after" if step.state == "on" else tr("with it")
    digits = 1 if 1.0 < step.scale < 100.0 else 0 if step.scale > 1.0 else 3
    times = f" × {plain(step.scale, digits)} {step.scale_unit}".rstrip() if step.scale != 1.0 else ""
    return "before" if step.state == "on" else "now", f"{after}{times}"


def _unit_before(steps: Sequence[Step], step: Step) -> str:
    """Return the unit of spectra before a correction: what they were divided by so far."""
    earlier = (other for other in steps[: steps.index(step)] if other.subject == "spectrum" and other.state == "on")
    parts = ["nm", *(other.scale_unit for other in earlier if other.scale_unit)]
    return "Counts/nm" if len(parts) == 1 else f"Counts/({' '.join(parts)})"


def _change(found: Around, step: Step) -> tuple[Array | None, str]:
    if found.x_before.shape == found.x_after.shape and not np.array_equal(found.x_before, found.x_after):
        unit = "meV" if step.subject == "scan" else "nm"
        return found.x_after - found.x_before, tr("Shift ({unit})", unit=unit)
    if found.difference is None:
        return None, ""
    before = found.before.mean(axis=0)
    scaled = step.scale * found.after.mean(axis=0) - before
    # What is multiplied and divided by one number comes back to within rounding only.
    scaled[np.abs(scaled) <= _ROUNDING * np.max(np.abs(before), initial=0.0)] = 0.0
    return scaled, tr("Change")
