"""The virtual experiment: a folder of simulated raw data, as the instruments of the paper would give it.

`simulate` writes the folder of `asplab simulate`; `simulate_arrays` gives the same data without files. The
analysis reads the folder like any other and never looks at ``truth.json``.
"""

import dataclasses
import hashlib
import json
import shutil
from collections.abc import Iterator
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from asplab.core.errors import InputError, SettingsError
from asplab.core.progress import Progress
from asplab.core.units import FloatArray
from asplab.core.virtual_experiment import VirtualExperiment
from asplab.core.virtual_instruments import (
    Condition,
    RawTemperature,
    conditions,
    dark_frames,
    measured_response,
    simulate_arrays,
    transmitted_fraction,
)
from asplab.core.virtual_truth import NAMED_TRUTHS, Eq9Truth, emission_mev, read_truth

__all__ = ["VirtualExperiment", "experiment_with_truth", "simulate", "simulate_arrays", "truth_document"]

SAMPLE = "simulated CsPbBr3 6.8 nm"
_MARK = "# simulated by the ASPLab virtual experiment"
_COLUMNS = (
    "file", "kind", "temperature_k", "excitation_nm", "power_uw", "exposure_s", "repeat", "pair",
    "longpass_nm", "shortpass_nm", "sample", "note",
)  # fmt: skip

Row = dict[str, str]
# streams of random numbers that must not depend on one another
_TEMPERATURE, _DARK, _RESPONSE = 1, 2, 3


def experiment_with_truth(truth: str = "eq9") -> VirtualExperiment:
    """Return the default experiment on a truth: ``eq9``, ``table`` or the path of a JSON file.

    Raises
    ------
    InputError
        Where the file can't be read or is not a truth; see `asplab.core.virtual_truth.read_truth`.
    """
    if truth in NAMED_TRUTHS:
        return VirtualExperiment(truth=NAMED_TRUTHS[truth]())
    found, quantum_yield = read_truth(Path(truth))
    experiment = VirtualExperiment(truth=found)
    if quantum_yield is None:
        return experiment
    return dataclasses.replace(experiment, quantum_yield=quantum_yield)


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
    _refuse_foreign(target, force=force)
    staging = target.with_name(f".{target.name}.{uuid4().hex[:8]}.partial")
    try:
        staging.mkdir(parents=True)
        _write_folder(staging, experiment, seed=seed, progress=progress or Progress())
        _install(staging, target)
    except OSError as error:
        raise InputError(
            f"{target}: can't be written ({error.strerror}). Choose a folder where you may write."
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return target / "manifest.csv"


def _refuse_foreign(target: Path, *, force: bool) -> None:
    if target.is_file():
        raise InputError(f"{target} is a file; name a folder.")
    if not target.is_dir() or not any(target.iterdir()):
        return
    manifest, truth = target / "manifest.csv", target / "truth.json"
    if not (manifest.is_file() and truth.is_file() and manifest.read_bytes().startswith(_MARK.encode())):
        raise InputError(
            f"{target} is not empty and holds no earlier simulation; it is left alone. "
            "Name another folder or empty this one."
        )
    if not force and not _is_untouched(target):
        raise InputError(
            f"{target} holds an earlier simulation in which files were added, removed or changed. "
            "Name another folder, or use force to replace all of it."
        )


def _is_untouched(target: Path) -> bool:
    """Compare a simulated folder with the listing in its own truth.json."""
    try:
        recorded = json.loads((target / "truth.json").read_text(encoding="utf-8"))["folder"]
    except (ValueError, KeyError, TypeError):
        return False
    return bool(recorded == _listing(target))


def _listing(folder: Path) -> dict[str, object]:
    """Return how many files a simulated folder holds beside its truth.json, and one digest of names and contents."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / "truth.json")
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.relative_to(folder).as_posix().encode("utf-8") + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return {"files": len(paths), "sha256": digest.hexdigest()}


def _install(staging: Path, target: Path) -> None:
    """Put the finished folder in its place; an earlier one leaves only once the new one is complete."""
    if not target.exists():
        staging.rename(target)
        return
    retired = target.with_name(f"{staging.name}.old")
    target.rename(retired)
    try:
        staging.rename(target)
    except OSError:
        retired.rename(target)
        raise
    shutil.rmtree(retired, ignore_errors=True)


def _generator(seed: int, *key: int) -> np.random.Generator:
    """Return the stream that SeedSequence(seed).spawn gives a child, here by what it is for."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def _write_folder(folder: Path, experiment: VirtualExperiment, *, seed: int, progress: Progress) -> None:
    planned = {temperature_k: conditions(experiment, temperature_k) for temperature_k in experiment.temperatures_k}
    exposures = sorted({c.exposure_s for measured in planned.values() for c in measured})
    rows = list(
        chain(
            _write_response(folder, experiment, seed=seed),
            _write_darks(folder, experiment, exposures, seed=seed),
            _write_temperatures(folder, experiment, seed=seed, progress=progress),
        )
    )
    manifest = _manifest(rows, experiment, seed=seed)
    _write(folder / "manifest.csv", manifest)
    document = truth_document(experiment, seed=seed) | {"folder": _listing(folder)}
    _write(folder / "truth.json", json.dumps(document, indent=1, allow_nan=False) + "\n")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _manifest(rows: list[Row], experiment: VirtualExperiment, *, seed: int) -> str:
    lines = [f"{_MARK}, not measured: truth {experiment.truth.name}, seed {seed}", ",".join(_COLUMNS)]
    common = {"sample": SAMPLE, "note": "simulated"}
    lines += [",".join((common | row).get(column, "") for column in _COLUMNS) for row in rows]
    return "\n".join(lines) + "\n"


def _write_response(folder: Path, experiment: VirtualExperiment, *, seed: int) -> Iterator[Row]:
    wavelength, response = measured_response(experiment, _generator(seed, _RESPONSE))
    lines = [f"{w:.1f},{r:.5f}" for w, r in zip(wavelength, response, strict=True)]
    _write(folder / "response.csv", "\n".join(["wavelength_nm,response", *lines]) + "\n")
    yield {"file": "response.csv", "kind": "response"}


def _write_darks(folder: Path, experiment: VirtualExperiment, exposures_s: list[float], *, seed: int) -> Iterator[Row]:
    prefixes = _wavelength_prefixes(experiment.wavelength_nm)
    (folder / "dark").mkdir()
    for exposure_s in exposures_s:
        frames = dark_frames(experiment, _generator(seed, _DARK, round(exposure_s * 1e6)))
        for repeat, counts in enumerate(frames, start=1):
            name = f"dark/dark_{exposure_s:g}s_r{repeat:02d}.csv"
            _write(folder / name, _spectrum_text(prefixes, counts))
            yield {"file": name, "kind": "dark", "exposure_s": f"{exposure_s:g}", "repeat": str(repeat)}


def _write_temperatures(folder: Path, experiment: VirtualExperiment, *, seed: int, progress: Progress) -> Iterator[Row]:
    total = len(experiment.temperatures_k)
    prefixes = _wavelength_prefixes(experiment.wavelength_nm)
    for done, temperature_k in enumerate(experiment.temperatures_k):
        text = f"simulating {temperature_k:g} K"
        progress.step(done, total, text)
        rng = _generator(seed, _TEMPERATURE, round(temperature_k * 1e6))
        raw = simulate_arrays(experiment, rng, temperature_k)
        name = f"T{temperature_k:g}K" if temperature_k % 1 else f"T{temperature_k:03.0f}K"
        (folder / name).mkdir()
        measurements = len(raw.conditions)
        for index in range(measurements):
            progress.step(done * measurements + index, total * measurements, text)
            for repeat in range(experiment.repeats):
                row = _spectrum_row(name, raw, index, repeat)
                _write(folder / row["file"], _spectrum_text(prefixes, raw.counts[index, repeat]))
                yield row
        for repeat in range(experiment.repeats):
            row = _scan_row(name, raw, repeat)
            _write(folder / row["file"], _scan_text(raw, repeat))
            yield row
    progress.step(total, total, "simulated")


def _spectrum_row(folder_name: str, raw: RawTemperature, index: int, repeat: int) -> Row:
    condition = raw.conditions[index]
    number = repeat + 1
    return {
        "file": f"{folder_name}/{condition.kind}_{condition.excitation_nm:.2f}nm_r{number:02d}.csv",
        "kind": condition.kind,
        "temperature_k": f"{raw.temperature_k:g}",
        "excitation_nm": f"{condition.excitation_nm:.2f}",
        "power_uw": f"{raw.power_uw[index, repeat]:.3f}",
        "exposure_s": f"{condition.exposure_s:g}",
        "repeat": str(number),
        "pair": str(number),
        "longpass_nm": "" if condition.longpass_nm is None else f"{condition.longpass_nm:.1f}",
        "shortpass_nm": "" if condition.shortpass_nm is None else f"{condition.shortpass_nm:.1f}",
    }


def _scan_row(folder_name: str, raw: RawTemperature, repeat: int) -> Row:
    return {
        "file": f"{folder_name}/pa_r{repeat + 1:02d}.csv",
        "kind": "pa",
        "temperature_k": f"{raw.temperature_k:g}",
        "repeat": str(repeat + 1),
        "pair": str(repeat + 1),
    }


def _wavelength_prefixes(wavelength_nm: FloatArray) -> list[str]:
    return [f"{wavelength:.3f}," for wavelength in wavelength_nm]


def _spectrum_text(prefixes: list[str], counts: NDArray[np.int64]) -> str:
    lines = [f"{prefix}{count}\n" for prefix, count in zip(prefixes, counts.tolist(), strict=True)]
    return "wavelength_nm,counts\n" + "".join(lines)


def _scan_text(raw: RawTemperature, repeat: int) -> str:
    columns = zip(
        raw.scan_nm.tolist(),
        raw.lockin_x_v[repeat].tolist(),
        raw.lockin_y_v[repeat].tolist(),
        raw.scan_power_uw[repeat].tolist(),
        strict=True,
    )
    lines = [f"{wavelength:.2f},{x:.4e},{y:.4e},{power:.2f}\n" for wavelength, x, y, power in columns]
    return "excitation_nm,lockin_x_v,lockin_y_v,power_uw\n" + "".join(lines)


def truth_document(experiment: VirtualExperiment, *, seed: int) -> dict[str, object]:
    """Return the true values under the keys of ``results.json``; what a truth does not have is None.

    ``truncation`` is the fraction of the emitted photons that the filter passes, without any guard band.
    """
    temperatures = experiment.temperatures_k
    measured = [(t, c) for t in temperatures for c in conditions(experiment, t) if c.kind == "aspl"]
    return {
        "schema": "asplab-truth/1",
        "simulated": True,
        "software": {"name": "asplab", "version": version("asplab")},
        "sources": [],
        "settings": {},
        "gap": [
            {
                "temperature_k": t,
                "gap_mev": emission_mev(t),
                "gap_mev_error": None,
                "mean_photon_mev": emission_mev(t),
            }
            for t in temperatures
        ],
        "quantum_yield": [_quantum_yield_row(experiment, t) for t in temperatures],
        "efficiency": [_efficiency_row(experiment, t, condition) for t, condition in measured],
        "polaron": _polaron_rows(experiment),
        "companion": {},
        "problems": [],
        "simulation": {"seed": seed, "experiment": dataclasses.asdict(experiment)},
    }


def _quantum_yield_row(experiment: VirtualExperiment, temperature_k: float) -> dict[str, object]:
    return {
        "temperature_k": temperature_k,
        "quantum_yield": experiment.quantum_yield,
        "quantum_yield_error": None,
        "quantum_yield_interval68": [None, None],
    }


def _efficiency_row(experiment: VirtualExperiment, temperature_k: float, condition: Condition) -> dict[str, object]:
    gap_mev, detuning_mev = emission_mev(temperature_k), condition.detuning_mev
    eta = float(experiment.truth.eta(detuning_mev, temperature_k))
    heat_mev = gap_mev - detuning_mev - eta * experiment.quantum_yield * gap_mev
    return {
        "temperature_k": temperature_k,
        "excitation_nm": condition.excitation_nm,
        "detuning_mev": detuning_mev,
        "detuning_mev_error": None,
        "eta": eta,
        "eta_error": None,
        "eta_interval68": [None, None],
        "ratio_slope_per_mev": eta / heat_mev if heat_mev else None,
        "truncation": transmitted_fraction(condition, temperature_k),
        "flags": ["net_cooling"] if heat_mev < 0 else [],
    }


def _polaron_rows(experiment: VirtualExperiment) -> list[dict[str, object]]:
    truth = experiment.truth
    if not isinstance(truth, Eq9Truth):
        return []
    rows = [_polaron_row(truth, t, scope="temperature") for t in experiment.temperatures_k]
    if truth.is_shared:
        rows.append(_polaron_row(truth, experiment.temperatures_k[0], scope="joint"))
    return rows


def _polaron_row(truth: Eq9Truth, temperature_k: float, *, scope: str) -> dict[str, object]:
    g_mev, phonon_mev, log_scale = truth.parameters(temperature_k)
    return {
        "scope": scope,
        "temperature_k": temperature_k if scope == "temperature" else None,
        "model": "eq9",
        "g_mev": g_mev,
        "g_mev_error": None,
        "g_mev_interval68": [None, None],
        "phonon_mev": phonon_mev,
        "phonon_mev_error": None,
        "phonon_mev_interval68": [None, None],
        "huang_rhys": (g_mev / phonon_mev) ** 2,
        "polaron_energy_mev": g_mev**2 / phonon_mev,
        "log_scale": log_scale,
        "identified": True,
        "chi2": None,
        "dof": None,
        "aicc": None,
    }
