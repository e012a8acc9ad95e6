"""Which photothermal scans are in use at each temperature."""

from collections.abc import Iterable, Sequence

from asplab.core.document import Exclusions
from asplab.core.experiment import Scan
from asplab.core.grouping.clock import Timeline
from asplab.core.grouping.clusters import nearest
from asplab.core.grouping.conditions import Notes, kept, repeat_order, temperature_of
from asplab.core.grouping.remeasured import choose, covers_alike, scan_noise, split_blocks
from asplab.core.settings import GroupingSettings


def shared_centres(
    centres: Sequence[float], emitted_k: Sequence[float], scanned_k: Sequence[float], settings: GroupingSettings
) -> list[float]:
    """Return the centres without those of scans that emission nearby, which has no scans of its own, takes over.

    Of several it takes the nearest only: scans of two temperatures are no repeats of each other.

    Parameters
    ----------
    emitted_k, scanned_k : sequence of float
        Temperatures of all emission, and of the scans in use: emission whose own scans are all excluded has none.
    """
    light, heat = ({nearest(centres, value) for value in side} for side in (emitted_k, scanned_k))
    lacking, spare = sorted(light - heat), sorted(heat - light)
    others = [c for k, c in enumerate(centres) if k not in spare]
    taken = set()
    for k in lacking:
        # The scans must come to nobody else: a record belongs to the nearest centre that is left.
        lent = [t for t in spare if others[nearest(others, centres[t])] == centres[k]]
        at = min(lent, key=lambda t: abs(centres[t] - centres[k]), default=None)
        if at is not None and abs(centres[at] - centres[k]) <= settings.scan_reach_k:
            taken.add(at)
    return [centre for t, centre in enumerate(centres) if t not in taken]


def scans_in_use(
    every: Sequence[Scan],
    centres: Sequence[float],
    exclusions: Exclusions,
    settings: GroupingSettings,
    notes: Notes,
) -> tuple[tuple[tuple[Scan, ...], ...], dict[str, int]]:
    """Return the scans in use of each temperature, and the block of those that were measured again."""
    result: list[tuple[Scan, ...]] = []
    blocks: dict[str, int] = {}
    line = Timeline.of(scan.condition.time for scan in every)
    for centre, scans in zip(centres, by_temperature((s for s in every if s.kind == "pa"), centres), strict=True):
        ranges: list[list[Scan]] = []
        for scan in scans:
            home = next((group for group in ranges if covers_alike(group[0], scan)), None)
            if home is None:
                ranges.append([scan])
            else:
                home.append(scan)
        used: list[tuple[int, Scan]] = []
        for group in ranges:
            found = choose(
                [kept(block, exclusions) for block in split_blocks(group, line, settings)],
                settings,
                alike=covers_alike,
                noise=scan_noise,
            )
            used += [
                (b, s) for own, n in zip(found.groups, found.blocks, strict=True) for s, b in zip(own, n, strict=True)
            ]
            if found.is_remeasured:
                notes.again[f"{centre:.0f} K, photothermal scans"] = found.n_blocks
                blocks |= {s.source: b for b, s in used}
        result.append(tuple(s for _, s in sorted(used, key=lambda item: (item[0], *repeat_order(item[1])))))
    return tuple(result), blocks


def by_temperature(scans: Iterable[Scan], centres: Sequence[float]) -> tuple[tuple[Scan, ...], ...]:
    """Return the scans at each centre, by repeat."""
    groups: list[list[Scan]] = [[] for _ in centres]
    for scan in scans:
        groups[nearest(centres, temperature_of(scan))].append(scan)
    return tuple(tuple(sorted(group, key=repeat_order)) for group in groups)
