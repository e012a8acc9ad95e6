"""The virtual experiment: a folder of simulated raw data, as the instruments of the paper would give it.

`simulate` writes the folder of `asplab simulate`; `simulate_arrays` gives the same data without files. The
analysis reads the folder like any other and never looks at ``truth.json``.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from uuid import uuid4

from asplab.core.errors import InputError, SettingsError
from asplab.core.progress import Progress
from asplab.core.virtual.companions import NAMES, write_companions
from asplab.core.virtual.document import truth_document
from asplab.core.virtual.effects import effects_from_text
from asplab.core.virtual.emission import overexposure_s, reference_condition
from asplab.core.virtual.experiment import VirtualExperiment
from asplab.core.virtual.files import (
    Row,
    Setting,
    manifest_text,
    write_absorption,
    write_darks,
    write_filters,
    write_lamp,
    write_powers,
    write_response,
    write_scans,
    write_spectra,
    write_text,
)
from asplab.core.virtual.folder import install, listing, refuse_foreign
from asplab.core.virtual.instruments import Condition, conditions, simulate_arrays
from asplab.core.virtual.states import temperature_generator
from asplab.core.virtual.truth import NAMED_TRUTHS, read_truth

__all__ = ["VirtualExperiment", "experiment_with_truth", "simulate", "simulate_arrays", "truth_document"]


def experiment_with_truth(truth: str = "eq9", *, effects: str = "off") -> VirtualExperiment:
    """Return the default experiment on a truth (``eq9``, ``table`` or the path of a JSON file) with named effects.

    It holds every companion measurement.

    Raises
    ------
    InputError
        Where the file can't be read or is not a truth; see `asplab.core.virtual.truth.read_truth`.
    SettingsError
        Where an effect is not known; see `asplab.core.virtual.effects.effects_from_text`.
    """
    wrong = effects_from_text(effects)
    if truth in NAMED_TRUTHS:
        return VirtualExperiment(truth=NAMED_TRUTHS[truth](), effects=wrong, companions=NAMES)
    found, quantum_yield = read_truth(Path(truth))
    experiment = VirtualExperiment(truth=found, effects=wrong, companions=NAMES)
    return experiment if quantum_yield is None else replace(experiment, quantum_yield=quantum_yield)


def simulate(
    directory: Path,
    experiment: VirtualExperiment,
    *,
    seed: int,
    progress: Progress | None = None,
    force: bool = False,
) -> Path:
    """Write a virtual experiment to a folder and return its ``manifest.csv``.

    Parameters
    ----------
    directory : Path
        Folder to write. It appears complete or not at all: the files are written beside it first.
    experiment : VirtualExperiment
        What to measure; ``VirtualExperiment(temperatures_k=(120.0, 250.0))`` for a part of it.
    seed : int
        Determines every number, each temperature independently of which others are simulated.
    progress : Progress, optional
        Reports every measurement; a cancel leaves no trace.
    force : bool
        Replace an earlier simulation even where files were added or changed since.

    Raises
    ------
    InputError
        Where the folder holds anything but an earlier, untouched simulation, or can't be written.
    SettingsError
        For a negative seed or a truth that does not reach a temperature.
    Cancelled
        Where ``progress`` was cancelled.
    """
    if seed < 0:
        raise SettingsError(f"seed is {seed}; give 0 or a positive whole number.")
    target = Path(directory).absolute()
    refuse_foreign(target, force=force)
    staging = target.with_name(f".{target.name}.{uuid4().hex[:8]}.partial")
    try:
        staging.mkdir(parents=True)
        _write_folder(staging, experiment, seed=seed, progress=progress or Progress())
        install(staging, target)
    except OSError as error:
        raise InputError(
            f"{target}: can't be written ({error.strerror}). Choose a folder where you may write."
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return target / "manifest.csv"


def _write_folder(folder: Path, experiment: VirtualExperiment, *, seed: int, progress: Progress) -> None:
    measured = [c for temperature_k in experiment.temperatures_k for c in _all_conditions(experiment, temperature_k)]
    rows = list(
        chain(
            write_response(folder, experiment, seed=seed),
            write_darks(folder, experiment, _camera_settings(experiment, measured), seed=seed),
            write_lamp(folder, experiment, seed=seed),
            write_filters(folder, experiment, measured),
            _write_temperatures(folder, experiment, seed=seed, progress=progress),
            write_companions(folder, experiment, seed=seed),
        )
    )
    write_text(folder / "manifest.csv", manifest_text(rows, experiment, seed=seed))
    document = truth_document(experiment, seed=seed) | {"folder": listing(folder)}
    write_text(folder / "truth.json", json.dumps(document, indent=1, allow_nan=False) + "\n")


def _all_conditions(experiment: VirtualExperiment, temperature_k: float) -> tuple[Condition, ...]:
    measured = conditions(experiment, temperature_k)
    return (*measured, reference_condition(experiment, temperature_k)) if experiment.effects.reference else measured


def _camera_settings(experiment: VirtualExperiment, measured: list[Condition]) -> list[Setting]:
    """Return how dark frames are to be taken: as each spectrum is."""
    effects = experiment.effects
    settings = {(c.exposure_s, c.em_gain, c.accumulations) for c in measured}
    if effects.lamp or effects.laser_lines:
        settings.add((experiment.exposures_s[0], None, 1))
    if effects.saturated_repeats:
        for temperature_k in experiment.temperatures_k:
            first = next((c for c in conditions(experiment, temperature_k) if c.kind == "pl"), None)
            if first is not None:
                settings.add((overexposure_s(experiment, first, temperature_k), first.em_gain, first.accumulations))
    return sorted(settings, key=lambda setting: (setting[0], setting[1] or 0.0, setting[2]))


def _write_temperatures(folder: Path, experiment: VirtualExperiment, *, seed: int, progress: Progress) -> Iterator[Row]:
    total = len(experiment.temperatures_k)
    for done, temperature_k in enumerate(experiment.temperatures_k):
        text = f"simulating {temperature_k:g} K"
        progress.step(done, total, text)
        raw = simulate_arrays(experiment, temperature_generator(seed, temperature_k), temperature_k)
        name = f"T{temperature_k:g}K" if temperature_k % 1 else f"T{temperature_k:03.0f}K"
        (folder / name).mkdir()
        written = chain(
            write_spectra(folder, name, experiment, raw),
            write_scans(folder, name, experiment, raw),
            write_absorption(folder, name, experiment, temperature_k),
            write_powers(folder, name, experiment, raw, seed=seed),
        )
        files = experiment.repeats * len(raw.conditions) + sum(len(extra.counts) for extra in raw.extras)
        for index, row in enumerate(written):
            progress.step(done * files + min(index, files), total * files, text)
            yield row
    progress.step(total, total, "simulated")
