"""Flags of η in words: what is doubtful or special about a point, short for tables and whole for tooltips."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from asplab.core.efficiency.stage import FLAGS, EfficiencyFit
from asplab.core.pump.purity import PurityBound
from asplab.gui.language import tr
from asplab.gui.widgets.numerals import plain


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag of one η: its name, a word or two, a sentence without its dot, and whether it casts doubt on η."""

    name: str
    short: str
    words: str
    is_doubt: bool = False


KNOWN = {
    flag.name: flag
    for flag in (
        Flag("not_determined", tr("not determined"), tr("neither emission nor absorption stands out of its noise")),
        Flag("net_cooling", tr("net cooling"), tr("the sample cools: PA is negative beyond 3σ")),
        Flag("eta_above_1", tr("above 1"), tr("η is above 1")),
        Flag("eta_below_0", tr("below 0"), tr("η is below 0")),
        Flag("truncated", tr("hidden part"), tr("the filters hide more than 10 % of the band")),
        Flag("interpolated", tr("between steps"), tr("PA is interpolated between coarse steps of the scan")),
        Flag("excluded", "excluded", tr("excluded from the fits")),
        Flag(
            "single_photon_not_verified",
            tr("2 photons?"),
            tr("no power series shows that it takes a single photon"),
            True,
        ),
    )
}


def flags_of(fit: EfficiencyFit, purity: PurityBound | None, t: int, j: int) -> list[Flag]:
    """Return what holds for one η, a possible leak first."""
    return [*_leak(fit, purity, t, j), *(KNOWN[FLAGS[place]] for place in np.flatnonzero(fit.flag_table[t, j]))]


def flag_lines(fit: EfficiencyFit, purity: PurityBound | None, t: int, j: int) -> str:
    """Return the flags of one η for a tooltip, one on each line; that it is not determined stands there already."""
    found = (flag for flag in flags_of(fit, purity, t, j) if flag.name != "not_determined")
    return "".join(f"<br>{'! ' if flag.is_doubt else ''}{flag.words}" for flag in found)


def leak_possible(fit: EfficiencyFit, purity: PurityBound | None) -> np.ndarray:
    """Return which η the stated leak could make a part of; none where the bound belongs to other conditions."""
    if purity is None or purity.is_possible.shape != fit.eta.shape:
        return np.zeros(fit.eta.shape, dtype=bool)
    return purity.is_possible & fit.valid


def single_photon_open(fit: EfficiencyFit) -> np.ndarray:
    """Return at which η two photons are not excluded."""
    found: np.ndarray = fit.flag_table[..., FLAGS.index("single_photon_not_verified")] & fit.valid
    return found


def _leak(fit: EfficiencyFit, purity: PurityBound | None, t: int, j: int) -> Iterator[Flag]:
    if purity is not None and leak_possible(fit, purity)[t, j]:
        share = plain(float(purity.leak_share[t, j]), 3)
        words = tr("a laser leak within the stated rejection could make it up to {share} too high", share=share)
        yield Flag("leak_possible", "leak?", words, is_doubt=True)
