"""The files of a virtual experiment and what its manifest says of each."""

import datetime
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from asplab.core.units import FloatArray
from asplab.core.virtual.emission import Condition, passed
from asplab.core.virtual.experiment import VirtualExperiment
from asplab.core.virtual.folder import MARK
from asplab.core.virtual.instruments import RawTemperature, dark_frames, measured_response
from asplab.core.virtual.light import emission_rate, inner_filter, vacuum_nm
from asplab.core.virtual.spectra import Extra, lamp_counts
from asplab.core.virtual.states import generator, power_stream

SAMPLE = "simulated CsPbBr3 6.8 nm"
SUBSTRATE = "simulated bare substrate"
_COLUMNS = (
    "file", "kind", "temperature_k", "excitation_nm", "power_uw", "exposure_s", "repeat", "pair",
    "longpass_nm", "shortpass_nm", "sample", "note",
)  # fmt: skip
_FURTHER_COLUMNS = (
    "series", "medium", "path", "nd_od", "em_gain", "accumulations", "bandwidth_nm", "temperature_error_k",
    "sensitivity_v", "time",
)  # fmt: skip
_OF_FILM = ("pl", "aspl", "pa", "reference")
"""Kinds that tell their medium where something else was measured in another one."""
_DARK, _RESPONSE, _LAMP = 2, 3, 4
_MIDNIGHT = datetime.datetime(2026, 3, 2)
_SECONDS_PER_KELVIN = 600.0
_CURVE_NM = np.arange(380.0, 720.5, 0.5)
_POWERS = np.logspace(-1.5, 0.5, 12)
_POWER_NOISE = 0.03

Row = Mapping[str, str]
Setting = tuple[float, float | None, int]
"""Exposure in s, gain (None: that of the camera) and accumulations of a dark frame."""


def manifest_text(rows: list[Row], experiment: VirtualExperiment, *, seed: int) -> str:
    """Return the manifest; columns that no row needs are left out, beyond those that are always there."""
    columns = _COLUMNS + tuple(name for name in _FURTHER_COLUMNS if any(row.get(name) for row in rows))
    lines = [f"{MARK}, not measured: truth {experiment.truth.name}, seed {seed}", ",".join(columns)]
    common = {"sample": SAMPLE, "note": "simulated"}
    film = {"medium": "film"} if "medium" in columns else {}
    for row in rows:
        cells = {**common, **(film if row["kind"] in _OF_FILM else {}), **row}
        lines.append(",".join(cells.get(column, "") for column in columns))
    return "\n".join(lines) + "\n"


def write_text(path: Path, text: str) -> None:
    """Write a text file, the same on every system."""
    path.write_text(text, encoding="utf-8", newline="\n")


def write_response(folder: Path, experiment: VirtualExperiment, *, seed: int) -> Iterator[Row]:
    """Write the measured response; yields its row."""
    wavelength, response = measured_response(experiment, generator(seed, _RESPONSE))
    lines = [f"{w:.1f},{r:.5f}" for w, r in zip(wavelength, response, strict=True)]
    write_text(folder / "response.csv", "\n".join(["wavelength_nm,response", *lines]) + "\n")
    yield {"file": "response.csv", "kind": "response"}


def write_darks(folder: Path, experiment: VirtualExperiment, settings: list[Setting], *, seed: int) -> Iterator[Row]:
    """Write dark frames of each setting of the camera; yields their rows."""
    prefixes = _wavelength_prefixes(experiment.wavelength_nm)
    (folder / "dark").mkdir()
    for exposure_s, em_gain, accumulations in settings:
        key, name = [_DARK, round(exposure_s * 1e6)], f"dark/dark_{exposure_s:g}s"
        if em_gain is not None or accumulations > 1:
            key += [round(1e3 * (em_gain or 0.0)), accumulations]
            name += f"_gain{em_gain or experiment.em_gain:g}_x{accumulations}"
        frames = dark_frames(experiment, generator(seed, *key), em_gain=em_gain, accumulations=accumulations)
        camera = _camera_cells(experiment, em_gain, accumulations)
        for repeat, counts in enumerate(frames, start=1):
            file = f"{name}_r{repeat:02d}.csv"
            write_text(folder / file, _spectrum_text(prefixes, counts))
            yield {"file": file, "kind": "dark", "exposure_s": f"{exposure_s:g}", "repeat": str(repeat), **camera}


def write_lamp(folder: Path, experiment: VirtualExperiment, *, seed: int) -> Iterator[Row]:
    """Write the spectrum of the lamp where it is switched on; yields its row."""
    if not experiment.effects.lamp:
        return
    counts = lamp_counts(experiment, generator(seed, _LAMP))
    write_text(folder / "lamp_HgNe.csv", _spectrum_text(_wavelength_prefixes(experiment.wavelength_nm), counts))
    camera = _camera_cells(experiment, None, 1)
    yield {"file": "lamp_HgNe.csv", "kind": "lamp", "exposure_s": f"{experiment.exposures_s[0]:g}", **camera}


def write_filters(folder: Path, experiment: VirtualExperiment, measured: list[Condition]) -> Iterator[Row]:
    """Write the curve of each filter in use where the vendor gives it; yields their rows."""
    if not experiment.effects.filters_written:
        return
    (folder / "filters").mkdir()
    true_nm = vacuum_nm(_CURVE_NM, in_air=experiment.effects.in_air)
    for path, condition in sorted({c.path: c for c in measured if c.path}.items()):
        curve = passed(experiment, condition, true_nm)
        lines = [f"{w:.1f},{t:.5f}" for w, t in zip(_CURVE_NM, curve, strict=True)]
        file = f"filters/{path.replace(' ', '_')}.csv"
        write_text(folder / file, "\n".join(["wavelength_nm,transmission", *lines]) + "\n")
        yield {"file": file, "kind": "filter", "path": path}


def write_spectra(folder: Path, name: str, experiment: VirtualExperiment, raw: RawTemperature) -> Iterator[Row]:
    """Write all spectra of one temperature; yields their rows, condition by condition."""
    prefixes = _wavelength_prefixes(experiment.wavelength_nm)
    for index, condition in enumerate(raw.conditions):
        whole = Extra(
            condition,
            raw.counts[index],
            raw.states.told_temperature_k[index],
            raw.states.told_excitation_nm[index],
            raw.states.exposure_s[index],
            raw.states.time_s[index],
            raw.power_uw[index],
        )
        yield from _write_condition(folder, name, experiment, whole, raw.temperature_k, prefixes)
    for extra in raw.extras:
        yield from _write_condition(folder, name, experiment, extra, raw.temperature_k, prefixes)


def _write_condition(
    folder: Path, name: str, experiment: VirtualExperiment, extra: Extra, temperature_k: float, prefixes: list[str]
) -> Iterator[Row]:
    condition = extra.condition
    known = _condition_cells(experiment, condition)
    for repeat, counts in enumerate(extra.counts):
        number = repeat + 1
        row = {
            "file": f"{name}/{condition.kind}_{condition.excitation_nm:.2f}nm{extra.label}_r{number:02d}.csv",
            "kind": condition.kind,
            "temperature_k": f"{extra.temperature_k[repeat]:g}",
            "excitation_nm": f"{extra.excitation_nm[repeat]:.2f}",
            "power_uw": "" if extra.power_uw is None else f"{extra.power_uw[repeat]:.3f}",
            "exposure_s": f"{extra.exposure_s[repeat]:g}",
            "repeat": str(number),
            **known,
        }
        if experiment.effects.pair_told and condition.kind in ("pl", "aspl"):
            row["pair"] = str(number)
        if condition.kind == "emission_blank":
            row["sample"] = SUBSTRATE
        if experiment.effects.times and extra.time_s is not None:
            row["time"] = _time_text(temperature_k, extra.time_s[repeat])
        write_text(folder / row["file"], _spectrum_text(prefixes, counts))
        yield row


def _condition_cells(experiment: VirtualExperiment, condition: Condition) -> Row:
    effects = experiment.effects
    told = not effects.filters_untold
    return {
        "longpass_nm": f"{condition.longpass_nm:.1f}" if told and condition.longpass_nm is not None else "",
        "shortpass_nm": f"{condition.shortpass_nm:.1f}" if told and condition.shortpass_nm is not None else "",
        "series": condition.series,
        "path": condition.path if effects.filters_written else "",
        "nd_od": f"{condition.nd_od:g}" if condition.nd_od else "",
        "bandwidth_nm": f"{effects.bandwidth_nm:g}" if effects.bandwidth_nm else "",
        **_temperature_cells(experiment),
        **_camera_cells(experiment, condition.em_gain, condition.accumulations),
    }


def _temperature_cells(experiment: VirtualExperiment) -> Row:
    error_k = experiment.effects.thermometer_error_k
    return {"temperature_error_k": f"{error_k:g}"} if error_k else {}


def _camera_cells(experiment: VirtualExperiment, em_gain: float | None, accumulations: int) -> Row:
    effects = experiment.effects
    cells = {"em_gain": f"{em_gain or experiment.em_gain:g}"} if effects.pl_em_gain else {}
    return cells | ({"accumulations": str(accumulations)} if effects.accumulations > 1 else {})


def _time_text(temperature_k: float, seconds: float) -> str:
    """Return a time stamp; the temperatures, 20 K apart, follow one another without overlap."""
    moment = _MIDNIGHT + datetime.timedelta(seconds=round(_SECONDS_PER_KELVIN * temperature_k + float(seconds)))
    return moment.isoformat(sep=" ")


def write_scans(folder: Path, name: str, experiment: VirtualExperiment, raw: RawTemperature) -> Iterator[Row]:
    """Write the scans of one temperature, whole or in pieces; yields their rows."""
    effects = experiment.effects
    for repeat in range(experiment.repeats):
        number = experiment.repeats - repeat if effects.scans_renumbered else repeat + 1
        row = {
            "kind": "pa",
            "temperature_k": f"{raw.states.told_scan_temperature_k[repeat]:g}",
            "repeat": str(number),
            "pair": str(repeat + 1) if effects.pair_told else "",
            "series": "day 1" if effects.remeasured_factor else "",
            "bandwidth_nm": f"{effects.scan_bandwidth_nm:g}" if effects.scan_bandwidth_nm else "",
            "time": _time_text(raw.temperature_k, raw.states.scan_time_s[repeat]) if effects.times else "",
            **_temperature_cells(experiment),
        }
        if not raw.pieces:
            file = f"{name}/pa_r{number:02d}.csv"
            channels = (raw.lockin_x_v[repeat], raw.lockin_y_v[repeat], raw.scan_power_uw[repeat])
            write_text(folder / file, _scan_text(raw.scan_nm, *channels))
            yield {"file": file, **row}
        for part, piece in enumerate(raw.pieces, start=1):
            file = f"{name}/pa_r{number:02d}_s{part}.csv"
            channels = (piece.lockin_x_v[repeat], piece.lockin_y_v[repeat], piece.power_uw[repeat])
            write_text(folder / file, _scan_text(piece.scan_nm, *channels))
            yield {"file": file, "sensitivity_v": f"{piece.sensitivity_v:g}", **row}


def write_absorption(folder: Path, name: str, experiment: VirtualExperiment, temperature_k: float) -> Iterator[Row]:
    """Write the absorption of the sample where it matters; yields its row."""
    if not experiment.effects.inner_filter:
        return
    true_nm = vacuum_nm(_CURVE_NM, in_air=experiment.effects.in_air)
    values = inner_filter(experiment, true_nm, temperature_k)
    lines = [f"{w:.1f},{a:.6f}" for w, a in zip(_CURVE_NM, values, strict=True)]
    file = f"{name}/absorption.csv"
    write_text(folder / file, "\n".join(["wavelength_nm,absorbance", *lines]) + "\n")
    yield {"file": file, "kind": "absorption", "temperature_k": f"{temperature_k:g}"}


def write_powers(
    folder: Path, name: str, experiment: VirtualExperiment, raw: RawTemperature, *, seed: int
) -> Iterator[Row]:
    """Write a power series of each anti-Stokes excitation where asked for; yields their rows."""
    if not experiment.effects.power_series:
        return
    rng = power_stream(seed, raw.temperature_k)
    for index, condition in enumerate(raw.conditions):
        if condition.kind != "aspl":
            continue
        powers = condition.power_uw * _POWERS
        true_nm = float(raw.states.excitation_nm[index].mean())
        rates = [emission_rate(experiment, true_nm, raw.temperature_k, power_uw=float(power)) for power in powers]
        read = np.array(rates) * rng.normal(1.0, _POWER_NOISE, size=powers.size)
        lines = [f"{p:.3f},{i:.6g},{_POWER_NOISE * i:.3g}" for p, i in zip(powers, read, strict=True)]
        file = f"{name}/power_{condition.excitation_nm:.2f}nm.csv"
        write_text(folder / file, "\n".join(["power_uw,intensity,intensity_error", *lines]) + "\n")
        yield {
            "file": file,
            "kind": "power",
            "temperature_k": f"{raw.temperature_k:g}",
            "excitation_nm": f"{condition.excitation_nm:.2f}",
        }


def _wavelength_prefixes(wavelength_nm: FloatArray) -> list[str]:
    return [f"{wavelength:.3f}," for wavelength in wavelength_nm]


def _spectrum_text(prefixes: list[str], counts: NDArray[np.int64]) -> str:
    lines = [f"{prefix}{count}\n" for prefix, count in zip(prefixes, counts.tolist(), strict=True)]
    return "wavelength_nm,counts\n" + "".join(lines)


def _scan_text(scan_nm: FloatArray, x_v: FloatArray, y_v: FloatArray, power_uw: FloatArray) -> str:
    columns = zip(scan_nm.tolist(), x_v.tolist(), y_v.tolist(), power_uw.tolist(), strict=True)
    lines = [f"{wavelength:.2f},{x:.4e},{y:.4e},{power:.2f}\n" for wavelength, x, y, power in columns]
    return "excitation_nm,lockin_x_v,lockin_y_v,power_uw\n" + "".join(lines)
