"""All results as lines of one table: every temperature, then the joint fit."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.energies.words import SINGLE_GAP
from asplab.core.estimate import Estimate, is_systematic_told
from asplab.core.pipeline import Results
from asplab.core.polaron.fit import PolaronFit
from asplab.gui.language import tr
from asplab.gui.widgets.numerals import measured, measured_interval, plain
from asplab.gui.widgets.sorting import Key, sort_key
from asplab.gui.widgets.table import Column, TableRow
from asplab.gui.widgets.text import without_markup
from asplab.gui.words.findings import MODEL_FAILS, RATIO_NOTE, parameter_estimate
from asplab.gui.words.flags import flags_of
from asplab.gui.words.reading import efficiency_at, quantum_yield, temperature_name, temperature_specs, temperatures_of
from asplab.gui.words.systematic import Systematic

_JOINT = tr("joint")
_SIGN = "!"
_PARAMETERS = (
    ("g", "g_mev", tr("electron-phonon coupling")),
    ("ħω", "phonon_mev", tr("phonon energy, {model}", model=SINGLE_GAP)),
    ("E<sub>p</sub>", "polaron_energy_mev", tr("polaron energy g²/ħω")),
    ("S", "huang_rhys", tr("Huang-Rhys factor (g/ħω)²")),
)
_PLACE = Column(tr("T"), "", tr("Temperature, or the joint fit of all of them"))
_QUANTITY = Column(tr("Quantity"), "", tr("What it is, with ΔE for η"), align="left", is_rich=True)
_OTHERS = (
    Column(tr("value"), "", tr("With its statistical 68 % error; one limit where an end of the interval is open")),
    Column(
        tr("systematic"),
        "",
        tr("All effects moved by one prior deviation, in quadrature; the page Errors of the Polaron step has them"),
    ),
    Column(
        tr("68 % interval"),
        "",
        tr("Profile likelihood of g and ħω, ratio interval of QY and η; the others have an error of first order only"),
        is_spare=True,
    ),
    Column(tr("unit"), align="left"),
    Column(
        tr("Flag"), "", tr("What is doubtful or special; a click selects the measurement"), align="left", gives_way=True
    ),
)
GROUPS = (("temperature", tr("by temperature")), ("quantity", tr("by quantity")))


@dataclass(frozen=True, slots=True)
class Line:
    """One result.

    Attributes
    ----------
    temperature : int or None
        Its index; None is the joint fit.
    place : str
        The temperature as it is called.
    symbol : str
        Rich text.
    name : str
        What it is in words.
    estimate : Estimate
        Value with its statistical error, unit and interval.
    systematic : str
        As it is told; empty where none is known.
    flags : str
        In a few words.
    tip : str
        Everything about the flags.
    stack : str
        Key of the measurement it belongs to; empty for none.
    quantity : str
        Field of `asplab.core.systematics.Outcome`; empty for one whose error is not split up.
    detuning_mev : float
        ΔE of η, NaN of other results.
    is_doubtful : bool
    """

    temperature: int | None
    place: str
    symbol: str
    name: str
    estimate: Estimate
    systematic: str = ""
    flags: str = ""
    tip: str = ""
    stack: str = ""
    quantity: str = ""
    detuning_mev: float = math.nan
    is_doubtful: bool = False

    @property
    def searched(self) -> str:
        """What the filter looks at."""
        told = (self.place, without_markup(self.symbol), self.name, self.flags, self.estimate.unit)
        return " ".join(told).casefold()


def lines_of(results: Results, systematic: Systematic) -> list[Line]:
    """Return every result, by temperature."""
    lines: list[Line] = []
    for t, temperature_k in enumerate(temperatures_of(results)):
        name = temperature_name(float(temperature_k))
        lines += _energies(results, t, name)
        if results.efficiency is not None:
            lines += _efficiencies(results, results.efficiency, t, name, systematic)
        if results.polaron is not None:
            lines += _parameters(results, results.polaron, t, name, systematic)
    if results.polaron is not None and len(results.polaron.temperatures_k) > 1:
        lines += _parameters(results, results.polaron, None, _JOINT, systematic)
    return lines


def _energies(results: Results, t: int, place: str) -> Iterator[Line]:
    found = results.energies
    if found is None or not np.isfinite(found.reference_mev[t]):
        return
    gap = Estimate(float(found.reference_mev[t]), float(found.reference_error_mev[t]), "meV")
    mean = Estimate(float(found.mean_photon_mev[t]), float(found.mean_photon_error_mev[t]), "meV")
    yield Line(t, place, "E<sub>g</sub>", tr("gap, the reference of ΔE"), gap)
    yield Line(t, place, "⟨E⟩", tr("mean photon energy"), mean)


def _efficiencies(results: Results, fit: EfficiencyFit, t: int, place: str, systematic: Systematic) -> Iterator[Line]:
    is_ratio = results.document.settings.efficiency.estimator == "ratio"
    told = tr("error too small") if is_ratio else ""
    note = RATIO_NOTE if is_ratio else ""
    if fit.responses is not None and math.isfinite(fit.quantum_yield[t]):
        value = quantum_yield(fit, t)
        flags = [part for part in (told, tr("interval open") if value.low is None else "") if part]
        words = systematic.words("quantum_yield", t).removeprefix("syst ")
        yield Line(
            *(t, place, "QY", tr("quantum yield"), value, words, ", ".join(flags), note),
            quantity="quantum_yield",
            is_doubtful=bool(flags),
        )
    for j in np.flatnonzero(fit.valid[t]):
        value, below = efficiency_at(fit, t, int(j)), float(fit.detuning_mev[t, j])
        is_known = math.isfinite(value.value)
        found = flags_of(fit, results.purity, t, int(j))
        # That it is not determined stands in the place of the value.
        short = [told, *(flag.short for flag in found if flag.name != "not_determined")]
        words = systematic.words("eta", (t, int(j))).removeprefix("syst ") if is_known else ""
        yield Line(
            *(t, place, f"η ({plain(below, 1)} meV)", tr("efficiency"), value, words),
            flags=", ".join(part for part in short if part),
            tip="\n".join([note, *(f"{flag.words[0].upper()}{flag.words[1:]}." for flag in found)]).strip(),
            stack=fit.keys[t][j],
            quantity="eta",
            detuning_mev=below,
            is_doubtful=is_ratio or any(flag.is_doubt for flag in found),
        )


def _parameters(results: Results, fit: PolaronFit, t: int | None, place: str, systematic: Systematic) -> Iterator[Line]:
    index = len(fit.temperatures_k) if t is None else t
    if not math.isfinite(fit.chi2[index]):
        return
    is_open = results.intervals is not None and not bool(results.intervals.identified[index])
    is_misfit = bool(fit.is_misfit[index])
    for symbol, key, name in _PARAMETERS:
        value = parameter_estimate(fit, results.intervals, key, index)
        is_told = is_systematic_told(key, value.value, value.error, is_identified=not is_open)
        words = systematic.words(key, index).removeprefix("syst ") if is_told else ""
        flags = [*([tr("model fails")] if is_misfit else []), *([tr("not identified")] if is_open else [])]
        tips = [*([MODEL_FAILS] if is_misfit else []), *([tr("The data set no upper limit of ħω.")] if is_open else [])]
        told = ", ".join(flags)
        doubt = is_open or is_misfit
        yield Line(t, place, symbol, name, value, words, told, "\n".join(tips), quantity=key, is_doubtful=doubt)
    dof = int(fit.dof[index])
    if dof > 0:
        misfit = Estimate(float(fit.chi2[index]) / dof, math.nan)
        words = tr("misfit of Eq. 9, {dof} degrees of freedom", dof=dof)
        yield Line(
            t, place, "χ²/dof", words, misfit, flags=tr("beyond chance") if is_misfit else "", is_doubtful=is_misfit
        )


# --- order and filter ------------------------------------------------------------------------------------
def arranged(lines: Sequence[Line], group: str, wanted: str) -> list[Line]:
    """Return the lines that hold all words of a filter, by temperature or by quantity."""
    words = wanted.casefold().split()
    kept = [line for line in lines if all(word in line.searched for word in words)]
    if group == "temperature":
        return kept
    order = list(dict.fromkeys(_kind(line) for line in lines))
    return sorted(kept, key=lambda line: order.index(_kind(line)))


def _kind(line: Line) -> str:
    return line.symbol.split(" (")[0]


def columns(group: str) -> tuple[Column, ...]:
    """Return the columns, what rows are grouped by first."""
    return (_PLACE, _QUANTITY, *_OTHERS) if group == "temperature" else (_QUANTITY, _PLACE, *_OTHERS)


def table_rows(lines: Sequence[Line], group: str, results: Results, *, is_earlier: bool = False) -> list[TableRow]:
    """Return the rows of `columns`; a line stands above the first one of every group.

    Systematic errors of earlier settings (``is_earlier``) are muted.
    """
    specs = temperature_specs(temperatures_of(results))
    is_by_temperature = group == "temperature"
    groups = groupby(lines, key=lambda line: line.place if is_by_temperature else _kind(line))
    return [
        _row(line, specs, is_by_temperature=is_by_temperature, begins=place == 0, is_earlier=is_earlier)
        for _, members in groups
        for place, line in enumerate(members)
    ]


def _row(line: Line, specs: Sequence[str], *, is_by_temperature: bool, begins: bool, is_earlier: bool) -> TableRow:
    value = _value(line.estimate)
    sign = f"{_SIGN} " if line.is_doubtful else ""
    heads = (line.place, line.symbol) if is_by_temperature else (line.symbol, line.place)
    cells = (
        *heads,
        value,
        line.systematic or "—",
        measured_interval(line.estimate),
        line.estimate.unit,
        f"{sign}{line.flags}" if line.flags else "",
    )
    tones = ("", "", "", "muted" if is_earlier else "", "", "", "warn" if line.is_doubtful else "")
    color = "text" if line.temperature is None else specs[line.temperature]
    tip = f"{line.name[0].upper()}{line.name[1:]}" + (f"\n{line.tip}" if line.tip else "")
    return TableRow(
        cells, color, tip=tip, tones=tones, begins=begins, keys=_keys(line, is_by_temperature=is_by_temperature)
    )


def _value(estimate: Estimate) -> str:
    if math.isfinite(estimate.value) and not math.isfinite(estimate.error) and estimate.low is estimate.high is None:
        return plain(estimate.value, 2)
    return measured(estimate)


def _keys(line: Line, *, is_by_temperature: bool) -> tuple[Key | None, ...]:
    """Return what the cells sort by: numbers as they are, not as they are rounded."""
    estimate, place = line.estimate, math.inf if line.temperature is None else float(line.temperature)
    size = next((x for x in (_shown(estimate), estimate.low, estimate.high) if x is not None), None)
    low = next((x for x in (estimate.low, estimate.high) if x is not None), None)
    rank = -1.0 if math.isnan(line.detuning_mev) else line.detuning_mev
    where: Key = (0, place, "")
    what: Key = (1, 0.0, f"{without_markup(_kind(line)).casefold()} {rank:012.3f}")
    heads = (where, what) if is_by_temperature else (what, where)
    return (
        *heads,
        None if size is None else (0, size, ""),
        _arm(line.systematic),
        None if low is None else (0, low, ""),
        (1, 0.0, line.estimate.unit) if line.estimate.unit else None,
        (1, 0.0, line.flags) if line.flags else None,
    )


def _shown(estimate: Estimate) -> float | None:
    """Return the value, None where a limit stands in its place."""
    has_limit = (estimate.low is None) != (estimate.high is None)
    return estimate.value if math.isfinite(estimate.value) and not has_limit else None


def _arm(words: str) -> Key | None:
    return sort_key(words) if words not in ("…", "") else None
