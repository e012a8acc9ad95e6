"""Corrections of photothermal scans."""

from collections.abc import Iterator

import numpy as np

from asplab.core.counting import counted
from asplab.core.grouping.stage import Gathered
from asplab.core.ledger.step import Step, Switch, span
from asplab.core.photothermal.known_power import scan_power_uw
from asplab.core.pipeline import Results
from asplab.core.scans import ScanSet


def scan_steps(results: Results) -> Iterator[Step]:
    """Yield the corrections of scans; none where there is no scan."""
    gathered, scans = results.gathered, results.scans
    if gathered is None or scans is None:
        return
    sets = [found for found in scans.sets if found is not None]
    if not sets:
        return
    yield _overload(results, sets)
    yield _phase(results, gathered, sets)
    yield _seams(results, sets)
    yield _alignment(results, sets)
    yield _baseline(results, gathered, sets)
    yield _power(results, gathered, sets)


def _stacks(sets: list[ScanSet]) -> list[int]:
    return [int(k) for found in sets for k in found.stacks]


def _overload(results: Results, sets: list[ScanSet]) -> Step:
    step = Step("overload", "Overloaded points", "scan", switch=Switch("scans", "leave_out_overload"))
    cut = [found for found in sets if found.overloaded_nm]
    step = step.using(scan.source for found in cut for scan in found.members)
    if not _is_on(results, step):
        return step.found("off", "kept", "Points at the full scale of the lock-in are kept.")
    if not cut:
        return step.found("not needed", "none", "No point is known to stand at the full scale of the lock-in.")
    ends = [end for found in cut for ends in found.overloaded_nm for end in ends]
    size = span(ends, "nm", 4)
    return step.found("on", f"left out {size}", f"Points at full scale are left out, {size}.", _stacks(cut))


def _seams(results: Results, sets: list[ScanSet]) -> Step:
    step = Step("segments", "Pieces of a scan", "scan", switch=Switch("scans", "stitch_segments"))
    joined = [found for found in sets if found.seams]
    if not joined:
        return step.found("not needed", "in one piece", "Every scan was recorded in one piece.")
    if not _is_on(results, step):
        return step.found("off", "as they are", "Pieces are joined as they are.")
    size = span([seam.factor for found in joined for seam in found.seams])
    words = f"Pieces are scaled to each other by {size} where they overlap."
    return step.found("on", f"scaled by {size}", words, _stacks(joined))


def _alignment(results: Results, sets: list[ScanSet]) -> Step:
    step = Step("alignment", "Temperature of scans", "scan", switch=Switch("scans", "align_temperatures"))
    if not _is_on(results, step):
        return step.found("off", "not moved", "Scans stay where they are, whatever their temperature.")
    moved = [found for found in sets if found.shift_mev != 0.0]
    if not moved:
        return step.found("not needed", "same as emission", "Scans and emission have the same temperatures.")
    size = span([found.shift_mev for found in moved], "meV", 2)
    tail = "; below the gap, PA follows what the scans of the next temperatures differ by" if len(sets) > 1 else ""
    words = f"Scans are moved by {size}, as the gap moves{tail}."
    return step.found("on", f"moved {size}", words, _stacks(moved))


def _is_on(results: Results, step: Step) -> bool:
    return step.switch is not None and step.switch.is_on(results.document)


def _phase(results: Results, gathered: Gathered, sets: list[ScanSet]) -> Step:
    step = Step("phase", "Lock-in phase", "scan", switch=Switch("scans", "rotate_phase"))
    scans = [scan for own in gathered.scans for scan in own]
    if any(scan.lockin_y_v is None for scan in scans):
        return step.found("no data", "no Y channel", "Not every scan has a Y channel: only the sign of X is known.")
    if not results.document.settings.scans.rotate_phase:
        return step.found("off", "X as it is", "X is taken as it is; what leaked into Y is lost.")
    step = step.using(scan.source for scan in scans)
    turned = [float(np.degrees(found.phase_rad)) for found in sets]
    size = span(turned, "°", 2)
    return step.found("on", f"turned by {size}", f"X and Y are turned by {size}.", _stacks(sets))


def _power(results: Results, gathered: Gathered, sets: list[ScanSet]) -> Step:
    step = Step(
        "scan_power", "Power along the scan", "scan", switch=Switch("scans", "divide_by_power"), scale_unit="µW"
    )
    powers = [scan_power_uw(scan) for own in gathered.scans for scan in own]
    known = [float(np.mean(power)) for power in powers if power is not None]
    if not known:
        return step.found("no data", "no power known", "No scan carries its pump power.")
    if not gathered.has_power:
        words = "The power is not known of every spectrum and scan: nothing is divided."
        return step.found("no data", "power not known of all", words)
    typical, size = float(np.median(known)), span(known, "µW")
    step = step.using(scan.source for own in gathered.scans for scan in own)
    if not results.document.settings.scans.divide_by_power:
        return step.found("off", f"not divided by {size}", f"Scans are not divided by {size}.", scale=typical)
    words = f"Scans are divided by the smoothed power, {size} in the mean."
    return step.found("on", f"divided by {size}", words, _stacks(sets), scale=typical)


def _baseline(results: Results, gathered: Gathered, sets: list[ScanSet]) -> Step:
    settings = results.document.settings.baseline
    on = "urbach" if settings.shape == "none" else settings.shape
    files = [scan.source for own in gathered.blanks for scan in own] if settings.shape == "blank" else []
    switch = Switch("baseline", "shape", on, "none")
    step = Step("pa_baseline", "Photothermal baseline", "scan", switch=switch).using(files)
    spare = sum(map(len, gathered.blanks)) if settings.shape != "blank" else 0
    unused = f" {counted(spare, 'scan')} of the bare substrate not used: choose the measured blank." if spare else ""
    if settings.shape == "none":
        return step.found("off", "nothing subtracted", f"Nothing is subtracted.{unused}")
    baselines = () if results.absorbed is None else results.absorbed.baselines
    found = [one for one in baselines if one is not None and one.volts.any()]
    if not found:
        return step.found("no data", "none fitted", f"No baseline could be fitted.{unused}")
    size = span([1e6 * float(np.mean(one.volts)) for one in found], "µV", 2)
    words = f"{_SHAPES[settings.shape]} is subtracted, {size} in the mean of a scan.{unused}"
    return step.found("on", size, words, _stacks(sets))


_SHAPES = {
    "constant": "A constant", "line": "A line", "urbach": "A line beside an Urbach tail", "blank": "The blank",
}  # fmt: skip
