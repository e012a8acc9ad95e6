"""What is said of η: rows of its table, and a line about what could be something else than up-conversion."""

from collections.abc import Sequence

from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.pipeline import Results
from asplab.core.pump.purity import PurityBound
from asplab.gui.language import tr
from asplab.gui.plots.eta_series import LEAK, PHOTONS
from asplab.gui.widgets.numerals import measured, plain
from asplab.gui.widgets.table import Column, TableRow
from asplab.gui.words.flags import flags_of
from asplab.gui.words.reading import efficiency_at, temperature_name

COLUMNS = (
    Column("ΔE", "meV"),
    Column("η", "", tr("With its 68 % interval")),
    Column(
        tr("Flags"), "", tr("What is doubtful or special; the mouse over a row tells more"), is_spare=True, align="left"
    ),
)
_IN_CELL = ("not_determined", "excluded")
_SIGNS = (("leak_possible", LEAK), ("single_photon_not_verified", PHOTONS))
_SHOWN = 2


def eta_row(fit: EfficiencyFit, purity: PurityBound | None, t: int, j: int) -> TableRow:
    """Return the row of one η."""
    flags = flags_of(fit, purity, t, j)
    names = {flag.name for flag in flags}
    sign = next((f"{sign} " for name, sign in _SIGNS if name in names), "")
    told = [flag.short for flag in flags if flag.name not in _IN_CELL]
    more = f" +{len(told) - _SHOWN}" if len(told) > _SHOWN else ""
    cells = (
        plain(fit.detuning_mev[t, j], 1),
        f"{sign}{measured(efficiency_at(fit, t, j))}",
        ", ".join(told[:_SHOWN]) + more,
    )
    tone = "warn" if "leak_possible" in names else ""
    tip = "\n".join(f"{flag.words[0].upper()}{flag.words[1:]}." for flag in flags)
    return TableRow(cells, is_muted=not bool(fit.fitted[t, j]), tip=tip, tones=("", tone, tone))


def leak_tip(od: float | None, temperature_k: float) -> str:
    """Return what the hatched region says under the mouse."""
    size = "" if od is None else tr(" of OD {od}", od=plain(od, 1))
    return tr(
        "A laser leak{size} alone would show an η up to the dashed line at "
        "{temperature_name}, if no light were up-converted. What lies in here could be the "
        "leak’s.",
        size=size,
        temperature_name=temperature_name(temperature_k),
    )


def doubt_words(results: Results, purity: PurityBound | None, signs: Sequence[str]) -> tuple[str, ...]:
    """Return what could be something else than up-conversion, then the same in fewer words.

    ``signs`` are those beside the points.
    """
    long, middle, short = _leak_words(results, purity)
    counted = []
    for sign, words in ((LEAK, tr("could be a leak’s")), (PHOTONS, tr("may take two photons"))):
        count = sum(one == sign for one in signs)
        if count:
            counted.append((f"{sign} {count} {words}", f"{sign} {count}"))
    whole, brief = (tuple(pair[i] for pair in counted) for i in range(2))
    # A sign without its words tells nobody anything: what is known of the leak is cut first.
    texts = ((long, *whole), (middle, *whole), (short, *whole), (short, *brief))
    return tuple(" · ".join(part for part in text if part) for text in texts)


def _leak_words(results: Results, purity: PurityBound | None) -> tuple[str, str, str]:
    """Return what is known of a leak of the laser, and the same in fewer words."""
    pump = results.document.settings.pump
    if pump.subtracted_leak_ppm is not None:
        size = plain(pump.subtracted_leak_ppm, 2)
        return (
            tr("the measured leak of {size} ppm is subtracted", size=size),
            tr("measured leak subtracted"),
            tr("leak subtracted"),
        )
    if pump.rejection_od is not None:
        od = plain(pump.rejection_od, 1)
        return (
            tr("what a leak of OD {od} alone would show", od=od),
            tr("a leak of OD {od} alone", od=od),
            tr("leak of OD {od}", od=od),
        )
    if purity is not None and purity.needs:
        needs = purity.needs.removeprefix("needs ")
        return (
            tr("laser rejection not stated: {needs} would rule a leak out", needs=needs),
            tr("rejection not stated; {needs} rules out a leak", needs=needs.split(" at ")[0]),
            tr("{needs} rules out a leak", needs=needs.split(" at ")[0]),
        )
    return "", "", ""
