"""Temperature trends of an experiment, from raw files to laws, Stokes shift, heating and results.json."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from asplab import core
from asplab.core.companion.temperature.laws import varshni_mev
from asplab.core.document import Exclusion, Exclusions
from asplab.core.errors import SettingsError
from asplab.core.experiment import Condition, Curve, Experiment
from asplab.core.export.companion.trend_pages import TRENDS
from asplab.core.pipeline import Results
from asplab.core.settings import Settings, TrendSettings
from asplab.core.units import wavelength_from_energy
from asplab.core.virtual import VirtualExperiment, simulate, truth_document

SERIES_K = (120.0, 160.0, 200.0, 240.0, 280.0)
VIRTUAL = VirtualExperiment(
    temperatures_k=SERIES_K,
    stokes_detuning_mev=(170.0, 480.0),
    detuning_mev=(20.0,),
    repeats=3,
    companions=("low_power",),
)
TRUTH: Mapping[str, Any] = truth_document(VIRTUAL, seed=3)["companion"]["low_power"]  # type: ignore[index]


@pytest.fixture(scope="module")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> Experiment:
    folder = tmp_path_factory.mktemp("trends") / "data"
    simulate(folder, VIRTUAL, seed=3)
    return core.load_experiment(folder)


@pytest.fixture(scope="module")
def results(experiment: Experiment) -> Results:
    return core.analyse(core.Document(experiment))


def analysed(experiment: Experiment, **settings: Any) -> Results:
    return core.analyse(core.Document(experiment, Settings(trends=TrendSettings(**settings))))


def truth(name: str) -> np.ndarray:
    return np.array([row[name] for row in TRUTH["by_temperature"]])


def test_peaks_and_widths_are_the_true_ones_within_their_errors(results: Results) -> None:
    assert results.trends is not None
    emission = results.trends.emission
    for one, name in ((emission.energies, "peak_mev"), (emission.widths, "fwhm_mev")):
        assert one.series is not None
        pulls = (one.series.values_mev - truth(name)) / one.series.error_mev
        assert np.max(np.abs(pulls)) < 4.0
        assert one.series.temperature_k == pytest.approx(SERIES_K)


def test_the_true_law_fits_and_the_straight_line_does_not(results: Results) -> None:
    assert results.trends is not None
    trend = results.trends.emission.energies.trend
    assert trend is not None
    varshni = trend.fits["varshni"]
    assert not varshni.is_misfit
    assert trend.fits["linear"].is_misfit
    fine = np.linspace(120.0, 280.0, 9)
    value, low, high = varshni.at(fine)
    assert np.all(np.abs(value - varshni_mev(fine, 2400.0, -0.24, 120.0)) < 2.0 * (high - low) + 0.05)


def test_the_stokes_shift_of_scans_is_that_of_absorption_not_of_heat(results: Results) -> None:
    assert results.trends is not None
    stokes = results.trends.stokes
    assert results.trends.absorption.source == "scans"
    assert stokes is not None
    pulls = (stokes.shift_mev - truth("stokes_shift_mev")) / stokes.error_mev
    # What scans show without division lies 12 meV higher.
    assert np.max(np.abs(pulls)) < 4.0
    assert np.max(stokes.error_mev) < 5.0


def test_a_laser_that_heats_nothing_reads_no_heating(results: Results) -> None:
    assert results.trends is not None
    for meter in (results.trends.by_energy, results.trends.by_width):
        assert meter.heating is not None
        assert abs(meter.heating.mean.value) < 3.0 * meter.heating.mean.error
        assert "No heating" in meter.heating.sentence
    assert results.trends.low_power_uw == pytest.approx(6.17, rel=0.02)


def test_a_sample_that_is_warmer_than_its_stage_is_told_by_how_much(experiment: Experiment) -> None:
    stage = [
        replace(one, condition=replace(one.condition, temperature_k=one.condition.temperature_k - 8.0))
        if one.kind in ("pl", "aspl") and one.condition.temperature_k is not None
        else one
        for one in experiment.spectra
    ]
    found = core.analyse(core.Document(replace(experiment, spectra=tuple(stage), scans=()))).trends
    assert found is not None
    heating = found.by_energy.heating
    assert heating is not None
    # 112 K is below the line at low power, which no law is followed to.
    assert heating.temperature_k == pytest.approx([152.0, 192.0, 232.0, 272.0])
    assert abs(heating.mean.value - 8.0) < 3.0 * heating.mean.error
    assert "warmer sample" in heating.sentence


def test_spectra_at_low_power_are_no_part_of_the_main_chain(experiment: Experiment, results: Results) -> None:
    kept = tuple(one for one in experiment.spectra if one.kind != "low_power")
    bare = core.analyse(core.Document(replace(experiment, spectra=kept)))
    assert results.efficiency is not None
    assert bare.efficiency is not None
    np.testing.assert_array_equal(bare.efficiency.eta, results.efficiency.eta)
    assert bare.trends is not None
    assert bare.trends.by_energy.heating is None
    assert "kind low_power" in bare.trends.by_energy.reason


def test_spectra_at_low_power_of_another_sample_tell_no_heating(experiment: Experiment) -> None:
    spectra = tuple(
        replace(one, condition=replace(one.condition, sample="sample B")) if one.kind == "low_power" else one
        for one in experiment.spectra
    )
    found = core.analyse(core.Document(replace(experiment, spectra=spectra)))
    assert found.trends is not None
    assert found.trends.by_energy.heating is None
    assert "'sample B' is another sample" in found.trends.by_energy.reason
    (told,) = [problem for problem in found.problems if "sample B" in problem.message]
    assert told.severity == "warning"


def test_a_spectrum_at_low_power_that_is_excluded_takes_no_part(experiment: Experiment) -> None:
    own = tuple(Exclusion(one.source, "tried") for one in experiment.spectra_of(("low_power",)))
    found = core.analyse(core.Document(experiment, exclusions=Exclusions(own))).trends
    assert found is not None
    assert found.by_energy.heating is None
    assert "kind low_power" in found.by_energy.reason
    assert not found.problems


def test_without_scans_and_curves_the_bands_stay_and_the_stokes_shift_says_what_to_add(experiment: Experiment) -> None:
    found = core.analyse(core.Document(replace(experiment, scans=()))).trends
    assert found is not None
    assert found.emission.energies.trend is not None
    assert found.stokes is None
    assert "absorption curve" in found.stokes_reason


def test_a_curve_of_absorption_gives_its_maximum_where_curves_are_asked_for(experiment: Experiment) -> None:
    energy = np.arange(2300.0, 2700.0, 3.0)
    rng, top = np.random.default_rng(4), 2470.0
    values = np.exp(-0.5 * ((energy - top) / 18.0) ** 2) + 0.6 / (1.0 + np.exp(-(energy - 2540.0) / 12.0))
    curve = Curve(
        "absorption",
        "absorption.csv",
        None,
        Condition(temperature_k=200.5),
        wavelength_nm=wavelength_from_energy(energy)[::-1],
        values=(values + rng.normal(0.0, 0.004, energy.size))[::-1],
    )
    # What was measured in another medium than the scans is no part of the shift.
    film = [replace(one, condition=replace(one.condition, medium="film")) for one in experiment.scans]
    other = replace(curve, values=np.roll(curve.values, 20), condition=replace(curve.condition, medium="suspension"))
    mixed = replace(experiment, scans=tuple(film), curves=(*experiment.curves, other, curve))
    found = analysed(mixed, absorption="curves").trends
    assert found is not None
    assert found.absorption.source == "curves"
    known = found.absorption.tops[2]
    clean = energy[np.argmax(values)]
    assert abs(known.value - clean) < 3.0 * known.error + 1.5
    assert [one.is_determined for one in found.absorption.tops] == [False, False, True, False, False]
    assert found.stokes is not None
    assert found.stokes.temperature_k.size == 1


def test_what_is_known_is_held_and_a_method_may_be_chosen(experiment: Experiment) -> None:
    found = analysed(experiment, debye_k=120.0, energy_laws=("varshni",), method="moments", energy="mean").trends
    assert found is not None
    assert found.emission.method == "moments"
    trend = found.emission.energies.trend
    assert trend is not None
    assert list(trend.fits) == ["varshni"]
    assert trend.fits["varshni"].fixed == {"debye_k": 120.0}
    gap = trend.fits["varshni"].parameters["gap_mev"]
    assert abs(gap.value - 2400.0) < 4.0 * gap.error


def test_results_json_is_strict_and_tables_hold_every_method_and_parameter(results: Results) -> None:
    section = TRENDS.rows(results)
    assert json.loads(json.dumps(section, allow_nan=False)) == section
    assert {row["method"] for row in section["bands"]} == set(TrendSettings().methods)
    assert section["laws"][0]["laws"][0]["delta_aicc"] == 0.0
    bands, laws = (build(results) for _, build in TRENDS.tables)
    assert len(bands.rows) == len(SERIES_K) * len(TrendSettings().methods)
    told = {(row[1], row[7]) for row in laws.rows if row[0] == "energy"}
    assert ("varshni", "debye_k") in told
    text = " ".join(TRENDS.section(results))
    assert "No heating is seen" in text


def test_overlays_say_that_all_conditions_have_one_shape(results: Results) -> None:
    assert results.overlays is not None
    assert len(results.overlays.of) == len(SERIES_K)
    for one in results.overlays.of:
        assert one.shift.n == 0 or "that tell it have one shape" in one.sentence
        assert one.shift.n > 0 or "None of the" in one.sentence


def test_a_drag_leaves_the_trends_out(results: Results) -> None:
    assert core.Analysis().update(results.document, intervals=False).trends is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"methods": ()}, "methods is empty"),
        ({"methods": ("gaussian",), "method": "voigt"}, "not among methods"),
        ({"debye_k": 0.0}, "debye_k is 0"),
        ({"width_laws": ()}, "width_laws is empty"),
    ],
)
def test_settings_that_make_no_trend_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        TrendSettings(**changes)
