"""The wavelength axis against the lines of a lamp: known distortions come back, wrong lamps don't act."""

from dataclasses import replace

import numpy as np
import pytest
from line_spectra import AXIS_NM, calibrated, lamp_spectrum, line_counts, line_spectrum, with_spectra
from toy_experiment import Toy, change_spectra

from asplab.core.calibration import Calibration
from asplab.core.calibration.lamps import elements_of, lines_of
from asplab.core.document import Document, Exclusion, Exclusions
from asplab.core.experiment import Experiment, Spectrum, frozen_array
from asplab.core.pipeline import Results, analyse
from asplab.core.settings import CalibrationSettings, EnergySettings
from asplab.core.units import HC_MEV_NM

TOY = Toy(noise_counts=0.05)
DISTORTIONS = {
    "offset": lambda axis: np.full(axis.size, 0.4),
    "scale": lambda axis: 0.3 + 0.006 * (axis - 500.0),
    "curve": lambda axis: -0.5 + 0.004 * (axis - 500.0) + 6e-5 * (axis - 500.0) ** 2,
}
PLACES = np.array([440.0, 506.0, 560.0])


def run(experiment: Experiment, **settings: object) -> Results:
    return analyse(Document(experiment).with_settings(calibration=CalibrationSettings(**settings)))  # type: ignore[arg-type]


def messages(found: Calibration) -> str:
    return "\n".join(problem.message for problem in found.problems)


@pytest.mark.parametrize("name", DISTORTIONS)
def test_known_distortions_come_back_with_unit_pulls(name: str) -> None:
    off = DISTORTIONS[name]
    experiment = TOY.experiment()
    pulls = []
    for seed in range(40):
        found = calibrated(with_spectra(experiment, lamp_spectrum(off, seed))).axes[0]
        pulls.append((found.offset_nm(PLACES) - off(PLACES)) / found.error_nm(PLACES))
    assert np.sqrt(np.mean(np.square(pulls))) < 1.3
    assert found.order == {"offset": 1, "scale": 1, "curve": 2}[name]
    np.testing.assert_allclose(found.offset_nm(PLACES), off(PLACES), atol=0.02)


def test_a_wrong_axis_is_mended_in_the_energies() -> None:
    off = DISTORTIONS["scale"]
    experiment = TOY.experiment()
    true = AXIS_NM + off(AXIS_NM)

    def misread(spectrum: Spectrum) -> Spectrum:
        counts = np.interp(true, spectrum.wavelength_nm, spectrum.counts)
        return replace(spectrum, counts=frozen_array(counts))

    wrong = change_spectra(experiment, misread)
    good, bad = run(experiment).energies, run(wrong).energies
    mended = run(with_spectra(wrong, lamp_spectrum(off))).energies
    assert good is not None
    assert bad is not None
    assert mended is not None
    assert bad.peak_mev[0] - good.peak_mev[0] == pytest.approx(
        HC_MEV_NM / TOY.band_nm**2 * float(off(np.array([TOY.band_nm]))[0]), rel=0.05
    )
    assert mended.peak_mev[0] == pytest.approx(good.peak_mev[0], abs=0.15)


def test_what_the_lamp_leaves_is_in_the_errors_and_common_to_all_temperatures() -> None:
    experiment = TOY.experiment()
    bent = lamp_spectrum(lambda axis: 0.3 + 0.06 * np.sin(axis / 5.0))
    plain, found = run(experiment), run(with_spectra(experiment, bent))
    assert plain.energies is not None
    assert found.energies is not None
    assert found.calibration is not None
    wavelength = HC_MEV_NM / float(found.energies.peak_mev[0])
    expected = HC_MEV_NM / wavelength**2 * found.calibration.error_nm(wavelength)
    assert expected > 0.1
    assert found.energies.common_reference_error_mev == pytest.approx(expected, rel=1e-6)
    assert found.energies.peak_error_mev[0] == pytest.approx(
        np.hypot(plain.energies.peak_error_mev[0], expected), rel=0.2
    )


def test_one_line_gives_an_offset_and_says_so() -> None:
    mercury = [(546.2268, 3e4)]
    counts = line_counts(AXIS_NM + 0.25, mercury, np.random.default_rng(0))
    found = calibrated(with_spectra(TOY.experiment(), line_spectrum("lamp", AXIS_NM, counts, note="Hg")))
    assert found.axes[0].order == 0
    assert found.axes[0].coefficients[0] == pytest.approx(0.25, abs=0.01)
    assert "only the line at 546.2 nm is found" in messages(found)
    far, near = (float(found.axes[0].error_nm(np.array(place))) for place in (446.0, 546.0))
    assert far > near + 0.03


def test_a_lamp_that_is_another_one_does_not_act_and_is_told() -> None:
    krypton = lamp_spectrum(DISTORTIONS["offset"], lamp="HgAr", elements=("Kr",))
    found = calibrated(with_spectra(TOY.experiment(), krypton))
    assert found.axes == ()
    assert "stays as it is" in messages(found)
    assert "HgAr" in messages(found)


@pytest.mark.parametrize("name", ["Ne", "HgAr"])
def test_beside_a_right_lamp_one_with_a_wrong_name_is_left_out_and_the_axis_is_corrected(name: str) -> None:
    right = replace(lamp_spectrum(DISTORTIONS["offset"], 1), source="right.csv")
    wrong = replace(lamp_spectrum(DISTORTIONS["offset"], 2, lamp=name, elements=("Kr",)), source="wrong.csv")
    found = calibrated(with_spectra(TOY.experiment(), right, wrong))
    (axis,) = found.axes
    alone = calibrated(with_spectra(TOY.experiment(), right))
    assert axis.coefficients == alone.axes[0].coefficients
    assert axis.sources == ("right.csv",)
    (problem,) = [problem for problem in found.problems if "wrong.csv" in problem.where]
    assert "It is left out; right.csv alone tells the axis." in problem.message
    assert "stays as it is" not in messages(found)


def test_beside_a_right_lamp_one_without_a_name_is_left_out() -> None:
    right = replace(lamp_spectrum(DISTORTIONS["offset"], 1), source="right.csv")
    unnamed = replace(lamp_spectrum(DISTORTIONS["offset"], 2, lamp=""), source="other.csv")
    found = calibrated(with_spectra(TOY.experiment(), right, unnamed))
    assert "isn't told, so it is left out" in messages(found)
    assert len(found.axes) == 1


def test_a_lamp_without_a_name_does_not_act_until_it_is_chosen() -> None:
    unnamed = replace(lamp_spectrum(DISTORTIONS["scale"], lamp=""), source="lamp_1.csv")
    found = calibrated(with_spectra(TOY.experiment(), unnamed))
    assert found.axes == ()
    assert "which lamp it is isn't told" in messages(found)
    chosen = calibrated(with_spectra(TOY.experiment(), unnamed), lamp="HgAr")
    assert len(chosen.axes) == 1


def test_a_correction_beyond_the_bound_is_refused() -> None:
    far = lamp_spectrum(lambda axis: 0.9 + 0.0 * axis)
    experiment = with_spectra(TOY.experiment(), far)
    assert calibrated(experiment).axes[0].coefficients[0] == pytest.approx(0.9, abs=0.02)
    found = calibrated(experiment, largest_correction_nm=0.5, largest_certain_nm=0.0)
    assert found.axes == ()
    assert "0.5 nm" in messages(found)


@pytest.mark.parametrize("off_nm", [-13.0, 3.0, 8.0])
@pytest.mark.parametrize("elements", [("Hg", "Ar"), ("Ne",), ("Hg", "Cd")])
def test_a_pattern_beyond_doubt_corrects_an_axis_that_is_far_off_and_says_so(
    off_nm: float, elements: tuple[str, ...]
) -> None:
    def off(axis: np.ndarray) -> np.ndarray:
        return off_nm + 5e-4 * (axis - 500.0)

    far = lamp_spectrum(off, lamp="".join(elements), elements=elements, axis_nm=np.linspace(400.0, 660.0, 1301))
    found = calibrated(with_spectra(TOY.experiment(), far))
    at = np.array([586.0]) if elements == ("Ne",) else PLACES
    np.testing.assert_allclose(found.axes[0].offset_nm(at), off(at), atol=0.05)
    (problem,) = found.problems
    assert problem.severity == "warning"
    assert "fit nowhere else within 20 nm, so the axis is moved" in problem.message


def test_far_off_three_lines_are_no_pattern() -> None:
    few = lamp_spectrum(lambda axis: 8.0 + 0.0 * axis, lamp="Hg", elements=("Hg",), axis_nm=np.linspace(500, 600, 501))
    found = calibrated(with_spectra(TOY.experiment(), few))
    assert found.axes == ()
    assert "no pattern beyond doubt within 20 nm" in messages(found)


def test_far_off_a_pattern_that_fits_twice_is_refused() -> None:
    """Of the five lines that this axis shows, three fit 6 nm from their place, too."""
    axis = np.linspace(480.0, 600.0, 601)
    twice = lamp_spectrum(lambda axis: -13.0 + 0.0 * axis, lamp="HgNe", elements=("Hg", "Ne"), axis_nm=axis)
    assert calibrated(with_spectra(TOY.experiment(), twice)).axes == ()


def test_a_lamp_that_disproves_the_axis_is_an_error_told_first() -> None:
    wrong = lamp_spectrum(DISTORTIONS["offset"], lamp="HgAr", elements=("Kr",))
    (problem,) = calibrated(with_spectra(TOY.experiment(), wrong)).problems
    assert (problem.severity, problem.is_leading) == ("error", True)
    assert "ΔE and η are not trustworthy" in problem.message


def test_laser_lines_on_an_axis_that_its_lamp_disproves_replace_no_excitation() -> None:
    far = lamp_spectrum(lambda axis: 2.5 + 0.0 * axis)
    laser = line_spectrum("laser", AXIS_NM, line_counts(AXIS_NM, [(452.5, 3e4)], np.random.default_rng(1)))
    laser = replace(laser, condition=replace(laser.condition, excitation_nm=450.0))
    experiment = with_spectra(TOY.experiment(), far, laser)
    refused = calibrated(experiment, largest_certain_nm=0.0)
    assert refused.lines == ()
    assert "1 of 1 laser lines were measured on an axis whose lamp does not fit it" in messages(refused)
    (line,) = calibrated(experiment, largest_laser_shift_nm=10.0).lines
    assert line.centre_nm == pytest.approx(455.0, abs=0.05)


def test_a_lamp_can_be_switched_off_and_excluded() -> None:
    experiment = with_spectra(TOY.experiment(), lamp_spectrum(DISTORTIONS["scale"]))
    assert calibrated(experiment, use_lamp=False).axes == ()
    assert calibrated(experiment, Exclusions((Exclusion("lamp.csv", "bad"),))).axes == ()


def test_an_axis_in_air_is_recognised() -> None:
    """Where the axis is in air and vacuum is chosen, the lamp asks for (n − 1) λ: 0.14 nm in the green."""
    in_air = lamp_spectrum(lambda axis: 0.0 * axis, medium="air")
    found = calibrated(with_spectra(TOY.experiment(), in_air))
    assert "as wavelengths in air do from those in vacuum" in messages(found)
    right = calibrated(with_spectra(TOY.experiment(), in_air), energies=EnergySettings(medium="air"))
    assert messages(right) == ""
    np.testing.assert_allclose(right.axes[0].offset_nm(PLACES), 0.0, atol=0.02)


def test_an_axis_that_no_lamp_covers_stays_and_is_told() -> None:
    elsewhere = lamp_spectrum(DISTORTIONS["scale"], axis_nm=np.linspace(430.0, 620.0, 951))
    found = run(with_spectra(TOY.experiment(), elsewhere))
    assert found.calibration is not None
    assert found.corrected is not None
    assert "no lamp was measured on" in messages(found.calibration)
    np.testing.assert_array_equal(found.corrected.blocks[0].wavelength_nm, TOY.wavelength_nm)


def test_a_quiet_lamp_on_a_right_axis_says_nothing() -> None:
    found = calibrated(with_spectra(TOY.experiment(), lamp_spectrum(lambda axis: 0.0 * axis)))
    assert messages(found) == ""
    np.testing.assert_allclose(found.axes[0].offset_nm(PLACES), 0.0, atol=0.02)


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        ("HgAr", ("Hg", "Ar")),
        ("Hg-Ar lamp", ("Hg", "Ar")),
        ("mercury argon", ("Hg", "Ar")),
        ("lamp_Ne_300ms", ("Ne",)),
        ("calibration lamp", ()),
        ("Near field", ()),
    ],
)
def test_lamps_are_known_by_their_names(text: str, elements: tuple[str, ...]) -> None:
    assert elements_of(text) == elements


@pytest.mark.parametrize(
    ("element", "vacuum_nm"),
    [("Hg", 435.9560), ("Hg", 546.2268), ("Cd", 508.72393), ("Ne", 640.40180), ("Ar", 763.72080), ("Kr", 587.25432)],
)
def test_lines_in_vacuum_are_those_published(element: str, vacuum_nm: float) -> None:
    """NIST Atomic Spectra Database, vacuum wavelengths, against the table in air."""
    found = [line.wavelength_nm("vacuum") for line in lines_of((element,))]
    assert min(abs(value - vacuum_nm) for value in found) < 5e-4
