"""Use the settings of one experiment for another."""

from dataclasses import replace
from pathlib import Path

from asplab.core.counting import counted
from asplab.core.document import Document
from asplab.core.jobs.opening import is_project
from asplab.core.problems import Problem
from asplab.core.project.file import open_project
from asplab.core.settings import Settings
from asplab.core.settings.plain import read_settings


def settings_from(path: Path) -> Settings:
    """Return the settings of a project, or the default ones with those of a TOML file in place.

    Raises
    ------
    ProjectError, SettingsError
        When the file can't be read, or holds what settings don't have.
    """
    return open_project(path).settings if is_project(path) else read_settings(path)


def with_settings_of(document: Document, other: Document) -> Document:
    """Return ``document`` with the settings of ``other``; exclusions and kept fits stay its own.

    What was set by hand for the other sample goes along, and is told in a problem, since only people know whether it
    holds here too.
    """
    told = _set_by_hand(other.settings)
    experiment = document.experiment
    if told:
        text = (
            f"the settings come from {other.experiment.name}, and with them values that were set by hand for it: "
            f"{', '.join(told)}. Check that they hold for this sample, or clear them."
        )
        problem = Problem("warning", experiment.name, text)
        experiment = replace(experiment, problems=(*experiment.problems, problem))
    return replace(document, settings=other.settings, experiment=experiment)


def _set_by_hand(settings: Settings) -> list[str]:
    """Return in words what belongs to a sample rather than to a way of analysing."""
    energies = settings.energies
    counts = (
        (len(settings.transmission.moved_cutoffs), "moved cutoff"),
        (len(energies.given_reference), "given reference energy"),
        (len(energies.given_mean_photon), "given mean photon energy"),
        (len(energies.given_absorption), "given absorption energy"),
        (len(settings.models.priors), "prior"),
    )
    plural = {name: name.replace("energy", "energies") for _, name in counts if name.endswith("energy")}
    return [counted(count, name, plural.get(name, "")) for count, name in counts if count]
