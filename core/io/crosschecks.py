"""What only shows when the files of an experiment are seen together."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from asplab.core.experiment import Record, Scan, Source, Spectrum
from asplab.core.problems import Problem
from asplab.core.units import FloatArray, wavelength_from_energy

LEAST_MEV = 1000.0


def merged(problems: Sequence[Problem]) -> Iterator[Problem]:
    """Yield the problems; of those below an error with the same text only the first, with their number."""
    counts = Counter((problem.severity, problem.message) for problem in problems)
    seen: set[tuple[str, str]] = set()
    for problem in problems:
        key = (problem.severity, problem.message)
        if problem.severity == "error" or counts[key] == 1:
            yield problem
        elif key not in seen:
            seen.add(key)
            yield replace(problem, where=f"{problem.where} and {counts[key] - 1} more")


def without_cut(records: Sequence[Record]) -> tuple[list[Record], list[Problem]]:
    """Return the records without those cut short, and a problem for each of these.

    A file was cut short when its axis is only a part, up to the first or the last point, of the axis that most
    files of its group have: spectra of one kind, scans of one kind and condition.
    """
    groups: defaultdict[object, list[Record]] = defaultdict(list)
    for record in records:
        groups[group_key(record)].append(record)
    usual = {key: usual_record(members) for key, members in groups.items()}
    problems: list[Problem] = []
    kept: list[Record] = []
    for record in records:
        whole = usual[group_key(record)]
        if whole is not None and is_part(axis(record), axis(whole)):
            problems.append(cut_short(record, whole))
        else:
            kept.append(record)
    return kept, problems


def without_energies(records: Sequence[Record]) -> tuple[list[Record], list[Problem]]:
    """Return the records without those whose axis must be energies in meV, and a problem for each of these.

    Energies of 1000 to 3000 meV pass for infrared wavelengths. They show where a minority of the spectra doesn't
    overlap the usual axis of the others, but would after conversion to nm.
    """
    spectra = [record for record in records if isinstance(record, Spectrum)]
    infrared = [record for record in spectra if record.wavelength_nm[0] >= LEAST_MEV]
    usual = usual_record(record for record in spectra if record not in infrared)
    if usual is None or len(infrared) >= len(spectra) / 2:
        return list(records), []
    low, high = axis(usual)[0], axis(usual)[-1]
    foreign = [record for record in infrared if is_energy(axis(record), low, high)]
    problems = [
        Problem(
            "error",
            record.where,
            f"the axis runs from {axis(record)[0]:g} to {axis(record)[-1]:g} nm, apart from the {low:g} to {high:g} "
            f"nm of {usual.source}; it looks like meV. Name the unit in the header, such as 'energy_mev'.",
        )
        for record in foreign
    ]
    return [record for record in records if record not in foreign], problems


def is_energy(values: FloatArray, low: float, high: float) -> bool:
    """Whether ``values``, converted from meV, overlap the range from ``low`` to ``high`` nm, and as they are don't."""
    first, last = float(values[0]), float(values[-1])
    if first <= high and last >= low:
        return False
    return bool(wavelength_from_energy(last) <= high and wavelength_from_energy(first) >= low)


def group_key(record: Record) -> object:
    """Return what files have in common that must cover one range."""
    if isinstance(record, Scan):
        return record.kind, replace(
            record.condition, repeat=None, power_uw=None, exposure_s=None, pair="", note="", time=""
        )
    return record.kind


def axis(record: Record) -> FloatArray:
    """Return the axis of a spectrum or scan; empty for other records."""
    if isinstance(record, Spectrum):
        return record.wavelength_nm
    return record.excitation_nm if isinstance(record, Scan) else np.empty(0)


def usual_record(records: Iterable[Record]) -> Record | None:
    """Return a record with the most frequent axis, of equally frequent ones the longest; None without axes."""
    by_axis: defaultdict[bytes, list[Record]] = defaultdict(list)
    for record in records:
        by_axis[axis(record).tobytes()].append(record)
    longest = max(by_axis, key=lambda key: (len(by_axis[key]), len(key)), default=b"")
    return by_axis[longest][0] if longest else None


def is_part(part: FloatArray, whole: FloatArray) -> bool:
    """Whether ``part`` is shorter than ``whole`` by more than a point, and equal to its beginning or its end.

    The way back of a scan lacks the turning point.
    """
    size = part.size
    if not 0 < size < whole.size - 1:
        return False
    return np.array_equal(part, whole[:size]) or np.array_equal(part, whole[-size:])


def cut_short(record: Record, whole: Record) -> Problem:
    """Return the problem of a file that holds only a part of what its siblings hold."""
    here, there = axis(record), axis(whole)
    return Problem(
        "error",
        record.where,
        f"the file looks cut short: {here.size} rows from {here[0]:g} to {here[-1]:g} nm, where {whole.source} has "
        f"{there.size} from {there[0]:g} to {there[-1]:g} nm. Restore it from the original or remove its row.",
    )


def negative_counts(records: Iterable[Record]) -> Iterator[Problem]:
    """Yield one warning per kind whose spectra hold negative counts."""
    negative: defaultdict[str, list[Spectrum]] = defaultdict(list)
    for record in records:
        if isinstance(record, Spectrum) and record.counts.min() < 0.0:
            negative[record.kind].append(record)
    for kind, spectra in negative.items():
        first = spectra[0]
        pixel = int(np.argmin(first.counts))
        others = f" and {len(spectra) - 1} more {kind} files" if len(spectra) > 1 else ""
        yield Problem(
            "warning",
            f"{first.where}{others}",
            f"counts are negative, {first.counts[pixel]:g} at {first.wavelength_nm[pixel]:g} nm: raw counts can't "
            "be. If a background was subtracted before, list no dark frame for these spectra.",
        )


def identical_files(sources: Iterable[Source]) -> Iterator[Problem]:
    """Yield a warning where files of different names hold the same bytes: copies aren't repeats."""
    by_hash: defaultdict[str, list[str]] = defaultdict(list)
    for source in sources:
        by_hash[source.sha256].append(source.path)
    copies = [paths for paths in by_hash.values() if len(paths) > 1]
    if copies:
        number = sum(len(paths) - 1 for paths in copies)
        yield Problem(
            "warning",
            ", ".join(copies[0][:3]),
            f"{number} files hold the same bytes as another one, these for example. Copies counted as repeats "
            "make errors too small: replace or remove them.",
        )
