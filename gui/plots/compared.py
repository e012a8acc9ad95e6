"""A second temperature beside the selected one: the same pictures in its colour, open and dashed."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from asplab.core.appraisal.checks import fit_band, transmitted
from asplab.core.pipeline import Results
from asplab.gui.language import tr
from asplab.gui.plots.drawn import Series
from asplab.gui.selection import counterpart
from asplab.gui.view_state import ViewState
from asplab.gui.words.reading import temperature_name, temperature_specs, temperatures_of

MICROVOLT = 1e6


def compared_temperature(results: Results, view: ViewState) -> int | None:
    """Return the second temperature to show, None where none is chosen or it is the selected one."""
    t = view.compared
    return t if t is not None and t != view.temperature and 0 <= t < len(temperatures_of(results)) else None


def as_compared(series: Sequence[Series], results: Results, t: int, *, label_at: str = "end") -> list[Series]:
    """Return series of a second temperature in its colour: open symbols, dashes and dots, one label for all of them."""
    color, name = _look(results, t)
    look = {"color": color, "is_open": True, "is_dashed": True, "is_dotted": True, "label_at": label_at}
    return [replace(one, label="" if index else name, **look) for index, one in enumerate(series)]


def compared_spectrum(results: Results, k: int, t: int, height: float) -> list[Series]:
    """Return the counterpart of a condition at a second temperature, scaled onto a band of ``height``.

    Nothing where there is no counterpart, or its band can't be told from noise.
    """
    corrected, bands, gathered = results.corrected, results.bands, results.gathered
    if corrected is None or bands is None or gathered is None:
        return []
    key = counterpart(results, corrected.stacks[k].key, t)
    other = next((i for i, stack in enumerate(corrected.stacks) if key and stack.key == key), None)
    fitted = None if other is None else fit_band(bands, other)
    if other is None or fitted is None or not fitted.is_seen:
        return []
    block, row = corrected.blocks[corrected.place[other, 0]], corrected.place[other, 1]
    shape = np.where(transmitted(bands, other), (block.mean[row] - fitted.level) / fitted.height, np.nan)
    color, name = _look(results, t)
    label = tr("{temperature}, scaled", temperature=name)
    x, y = block.wavelength_nm, height * shape
    # The colour of a warm temperature is near that of the ASPL: the dashes tell them apart.
    return [Series(color, label, "flank", line_x=x, line_y=y, is_dashed=True, is_dotted=True)]


def compared_scan(results: Results, t: int, place: Callable[[np.ndarray, int], np.ndarray]) -> list[Series]:
    """Return the mean photothermal scan of a second temperature in µV, over what ``place`` makes of its energies."""
    scan = None if results.scans is None else results.scans.sets[t]
    if scan is None:
        return []
    color, name = _look(results, t)
    return [Series(color, name, line_x=place(scan.energy_mev, t), line_y=MICROVOLT * scan.volts.mean(axis=0))]


def _look(results: Results, t: int) -> tuple[str, str]:
    known = temperatures_of(results)
    return temperature_specs(known)[t], temperature_name(known[t])
