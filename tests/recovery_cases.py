"""Every correction with an effect that it mends, how it is switched off, and what is then left, by formula."""

from dataclasses import replace
from functools import partial

import numpy as np
from recovery_biases import (
    WARMER_K,
    absorbed_light,
    as_set,
    baseline_left,
    bleached,
    both_misread,
    clipped,
    filters_left,
    gain_left,
    hit,
    hits_left,
    in_air,
    laser_left,
    later_round,
    leaked,
    misread,
    moved_axis,
    on_anti_stokes,
    on_stokes,
    pieces_apart,
    response_left,
    told_wide,
    two_photons,
    warmer,
    wide_line,
)
from recovery_level import QUIET, Bias, Case
from toy_experiment import change_spectra

from asplab.core.virtual import VirtualExperiment
from asplab.core.virtual.effects import Effects


def with_effects(base: VirtualExperiment = QUIET, **effects: object) -> VirtualExperiment:
    """Return a quiet experiment with some effects."""
    return replace(base, effects=Effects(**effects))  # type: ignore[arg-type]


def off(record: str, *switches: str) -> dict[str, dict[str, object]]:
    return {record: dict.fromkeys(switches, False)}


CASES: dict[str, Case] = {
    # frames and curves
    # The level beside the band takes the offset along; without that level see `test_band_without_a_level`.
    "dark": Case(("dark",), QUIET, lambda day: Bias(), off=off("corrections", "subtract_dark"), matters=False),
    "probe light": Case(
        ("background",),
        with_effects(probe_pl_e_per_s=3e4),
        lambda day: Bias(light=1.0 + day.experiment.effects.probe_pl_e_per_s / day.rate),
        off=off("corrections", "subtract_background"),
    ),
    "substrate": Case(
        ("blank",), with_effects(substrate_e_per_s=100.0), off=off("corrections", "subtract_emission_blank"),
    ),
    "cosmic rays": Case(
        ("cosmic_rays",),
        replace(QUIET, cosmic_rays=0.0),
        hits_left,
        off=off("corrections", "remove_cosmic_rays"),
        measured=lambda experiment: change_spectra(experiment, hit),
    ),
    "response": Case(("response",), QUIET, response_left, off=off("corrections", "divide_by_response")),
    "filters": Case(
        ("filters",),
        with_effects(filter_ripple=0.03, path_mismatch=0.08, filters_written=True),
        filters_left,
        off=off("corrections", "divide_by_filters"),
    ),
    "saturation": Case(
        ("saturation",), with_effects(saturated_repeats=2), clipped, off=off("corrections", "leave_out_saturated"),
        tolerance=0.25,  # The flat top is in the shape that supplies the hidden parts, too.
    ),
    "laser line in the range": Case(
        ("laser_line",),
        replace(QUIET, leak_e_per_s=1e7),
        laser_left,
        {"transmission": {"cutoff_guard_nm": 10.0}},
        off("transmission", "keep_out_laser"),
        measured=told_wide,
    ),
    "hidden part": Case(
        ("truncation",), QUIET, lambda day: Bias(light=day.seen()), off=off("integration", "correct_truncation"),
    ),
    "moved band": Case(
        ("moved_bands",),
        with_effects(band_shift_mev=4.0),
        lambda day: Bias(light=np.where(day.is_stokes, 1.0, day.seen(shift_mev=4.0) / day.seen())),
        off=off("integration", "follow_shape"),
        is_cautious=True,
    ),
    # factors
    "neutral filter": Case(
        ("neutral",), with_effects(pl_nd_od=1.0), partial(on_stokes, factor=0.1),
        off=off("corrections", "undo_neutral_density"),
    ),
    "electron gain": Case(
        ("gain",), with_effects(pl_em_gain=5.0), gain_left, off=off("corrections", "divide_by_em_gain"),
    ),
    "accumulations": Case(
        ("accumulations",), with_effects(accumulations=10), partial(on_anti_stokes, factor=10.0),
        off=off("corrections", "divide_by_accumulations"),
    ),
    "exposure": Case(
        ("exposure",), QUIET, lambda day: Bias(light=day.each(lambda c: c.exposure_s)),
        off=off("corrections", "divide_by_exposure"),
    ),
    "power of spectra": Case(
        ("power",), QUIET, lambda day: Bias(light=day.power_at(day.told_nm)), off=off("corrections", "divide_by_power"),
    ),
    "inner filter": Case(
        ("inner_filter",), with_effects(inner_filter=0.5), absorbed_light,
        {"corrections": {"inner_filter": "cuvette"}}, {"corrections": {"inner_filter": "none"}},
    ),
    "two photons": Case(
        ("two_photon",), with_effects(two_photon_crossover_uw=1000.0, power_series=True), two_photons,
        off=off("pump", "subtract_two_photon"),
    ),
    "leak": Case(
        ("leak",), with_effects(leak=1e-3), leaked, {"pump": {"measured_leak_ppm": 1000.0}},
        off("pump", "subtract_leak"),
    ),
    "bleaching": Case(
        ("drift",), with_effects(bleaching=0.03, times=True), bleached, {"drift": {"correct_drift": True}},
        off("drift", "correct_drift"), matters=False,
    ),
    "measured again": Case(
        ("remeasured",), with_effects(remeasured_factor=0.9), later_round, off={"grouping": {"remeasured": "latest"}},
    ),
    # energies
    "lamp lines": Case(
        ("lamp",), with_effects(axis_offset_nm=0.4, axis_stretch_nm=0.3, lamp=True), moved_axis,
        off=off("calibration", "use_lamp"),
    ),
    "laser lines": Case(
        ("laser",), with_effects(laser_offset_nm=0.4, laser_lines=True), lambda day: misread(day, day.told_nm),
        off=off("calibration", "use_laser"),
    ),
    "one source set alike": Case(
        ("laser",), with_effects(laser_offset_nm=0.4, scan_offset_nm=0.4, laser_lines=True), both_misread,
        {"calibration": {"scans_as_set": True}}, off("calibration", "use_laser"),
    ),
    "bandwidth": Case(
        ("bandwidth",), with_effects(bandwidth_nm=4.0, scan_bandwidth_nm=4.0), wide_line,
        off=off("calibration", "correct_bandwidth"),
    ),
    "air": Case(
        ("medium",), with_effects(in_air=True), in_air, {"energies": {"medium": "air"}},
        {"energies": {"medium": "vacuum"}}, matters=False,
    ),
    "readbacks": Case(
        (), with_effects(temperature_readback_k=0.5, wavelength_readback_nm=0.1),
        lambda day: misread(day, day.told_nm), {"grouping": {"wavelength_tolerance_nm": 0.8}}, {}, unmended=as_set,
        least=1.0, slack=1.5, is_cautious=True,
    ),
    # scans
    "baseline in volts": Case(
        ("pa_baseline",), replace(QUIET, pa_baseline=2e-3), baseline_left, off={"baseline": {"shape": "none"}},
    ),
    "baseline with the power": Case(
        ("pa_baseline",), with_effects(replace(QUIET, pa_baseline=0.0), power_baseline=2e-3), baseline_left,
        {"baseline": {"unit": "power"}}, {"baseline": {"shape": "none"}},
    ),
    "power of scans": Case(
        ("scan_power",), QUIET, lambda day: Bias(heat=day.power_at(day.told_nm)), off=off("scans", "divide_by_power"),
    ),
    "lock-in phase": Case(
        ("phase",), with_effects(replace(QUIET, pa_phase_deg=60.0), pickup_y=1e-3), lambda day: Bias(heat=0.5),
        off=off("scans", "rotate_phase"), matters=False,
    ),
    "pieces of scans": Case(
        ("segments",), with_effects(scan_segments=3, segment_gain_error=0.05), pieces_apart,
        off=off("scans", "stitch_segments"),
    ),
    "overload": Case(
        ("overload",), with_effects(scan_segments=2, overload=0.8), off=off("scans", "leave_out_overload"),
    ),
    "warmer scans": Case(
        ("alignment",),
        replace(with_effects(temperature_mismatch_k=WARMER_K), temperatures_k=(160.0, 180.0, 200.0)),
        warmer,
        off=off("scans", "align_temperatures"),
        least=1.0,
        tolerance=0.3,
        slack=1.5,
    ),
    # What is found without a switch.
    "unpaired scans": Case((), with_effects(unpaired=True, pair_told=False, times=True)),
    "renumbered scans": Case((), with_effects(scans_renumbered=True, pair_told=False, times=True)),
}  # fmt: skip
"""By name; what the data ask for is on by default, so ``on`` is empty for most."""
