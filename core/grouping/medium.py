"""Film and suspension: which of them the analysis is of, and what was measured in the other."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from asplab.core.counting import counted
from asplab.core.experiment import EMISSION_KINDS, Experiment, Record, Spectrum
from asplab.core.grouping.samples import is_same_sample
from asplab.core.problems import Problem


def analysed_medium(experiment: Experiment) -> str:
    """Return the medium that η is of: that of most scans that tell it, else of most emission; empty if none does.

    Anti-Stokes emission decides before other emission, for it is what η is of.
    """
    own = [record for record in experiment.scans if record.kind == "pa"]
    emission = experiment.spectra_of(EMISSION_KINDS)
    below = [record for record in emission if record.kind == "aspl"]
    return _told(own) or _told(below) or _most(emission)


def main_part(experiment: Experiment) -> Experiment:
    """Return the experiment without spectra, scans and absorption curves of another medium than the analysed one.

    Absorption of another sample than that of the emission is left out too. Records that tell no medium or sample stay.
    Where nothing is left out it is the same object.
    """
    own = ("", analysed_medium(experiment))
    spectra = tuple(one for one in experiment.spectra if one.condition.medium in own)
    scans = tuple(one for one in experiment.scans if one.condition.medium in own)
    curves = tuple(
        one
        for one in experiment.curves
        if one.condition.medium in own and (one.kind != "absorption" or is_of_emission(one, spectra))
    )
    whole = (*experiment.spectra, *experiment.scans, *experiment.curves)
    if len(spectra) + len(scans) + len(curves) == len(whole):
        return experiment
    return replace(experiment, spectra=spectra, scans=scans, curves=curves)


def is_of_emission(record: Record, spectra: Iterable[Spectrum]) -> bool:
    """Return whether a record can be of the sample of the emission spectra among these."""
    names = {one.condition.sample for one in spectra if one.kind in EMISSION_KINDS}
    return not names or any(is_same_sample(record.condition.sample, name) for name in names)


def other_media(experiment: Experiment) -> tuple[str, ...]:
    """Return the media beside the analysed one."""
    medium = analysed_medium(experiment)
    records: list[Record] = [*experiment.spectra, *experiment.scans, *experiment.curves]
    return tuple(sorted({record.condition.medium for record in records} - {"", medium}))


def other_medium_problems(experiment: Experiment) -> list[Problem]:
    """Tell which emission spectra and scans η is not of, as they were measured in another medium."""
    medium, found = analysed_medium(experiment), []
    for other in other_media(experiment):
        spectra = [s for s in experiment.spectra_of(EMISSION_KINDS) if s.condition.medium == other]
        scans = [s for s in experiment.scans if s.condition.medium == other]
        parts = [counted(len(spectra), "spectrum", "spectra")] if spectra else []
        parts += [counted(len(scans), "scan")] if scans else []
        if parts:
            is_of = f"those of the {medium}" if medium else "those that tell no medium"
            message = (
                f"{' and '.join(parts)} of the {other} are compared with the rest and take no part in η, which follows "
                f"from {is_of}. Column medium tells them apart."
            )
            found.append(Problem("info", experiment.name, message))
    return found


def _told(records: Iterable[Record]) -> str:
    return _most([record for record in records if record.condition.medium])


def _most(records: Sequence[Record]) -> str:
    counts = Counter(record.condition.medium for record in records)
    return max(counts, key=lambda medium: (counts[medium], medium)) if counts else ""
