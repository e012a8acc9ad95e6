"""Which companion measurements were not analysed because the main analysis did not get that far, and what they need."""

from collections.abc import Collection, Iterator

from asplab.core.counting import counted
from asplab.core.experiment import Experiment, Record
from asplab.core.problems import Problem

_NEEDS = {
    "power": (
        "power_dependence",
        "their ΔE and the side of the gap come from spectra of the sample. List one or more spectra of kind pl or aspl",
    ),
    "matched": (
        "matched",
        "the gap comes from emission spectra, and the comparison from η of the photothermal signal. List files of kind "
        "pl, aspl and pa",
    ),
    "absorption": (
        "absorption",
        "ΔE counts from the emission, whose spectra are missing. List one or more spectra of kind pl",
    ),
    "low_power": (
        "trends",
        "they tell heating by the laser against spectra at the usual power, which are missing. List files of kind pl",
    ),
}
"""Of each kind the stage that reads it, and what that stage waits for."""


def left_out(experiment: Experiment, missing: Collection[str]) -> Iterator[Problem]:
    """Tell once for each kind that files of it are there and nothing came of them.

    Parameters
    ----------
    experiment : Experiment
    missing : collection of str
        Names of the results that could not be found.
    """
    for kind, (stage, why) in _NEEDS.items():
        own = [record for record in _records(experiment) if record.kind == kind]
        if own and stage in missing:
            files = counted(len({record.source for record in own}), "file")
            message = f"nothing was found from {files} of kind {kind} ({own[0].source}): {why}."
            yield Problem("warning", experiment.name, message)


def _records(experiment: Experiment) -> Iterator[Record]:
    yield from experiment.kept
    yield from experiment.curves
    yield from experiment.spectra
