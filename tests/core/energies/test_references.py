"""From where ΔE counts: the middle between absorption and PL, and what the reference is called."""

from dataclasses import replace

import numpy as np
import pytest
from toy_experiment import Toy, change_scans, change_spectra, with_condition

from asplab.core.document import Document
from asplab.core.energies.absorption_maximum import first_maximum
from asplab.core.energies.references import reference_name
from asplab.core.experiment import Condition, Curve, Experiment, Spectrum, frozen_array
from asplab.core.pipeline import Results, analyse
from asplab.core.settings import EnergySettings, GivenEnergy
from asplab.core.systematics import prepare
from asplab.core.units import HC_MEV_NM

TOY = Toy(noise_counts=0.05, tail_mev=15.0)
ABSORPTION_MEV = 2495.0


def absorption(temperature_k: float | None = 250.0, noise: float = 1e-3, seed: int = 0) -> Curve:
    """An exciton on the step of the continuum, and a higher maximum further up."""
    wavelength = np.linspace(420.0, 560.0, 701)
    energy = HC_MEV_NM / wavelength
    exciton = np.exp(-0.5 * ((energy - ABSORPTION_MEV) / 30.0) ** 2)
    higher = 1.6 * np.exp(-0.5 * ((energy - 2750.0) / 60.0) ** 2)
    values = 0.3 * (exciton + higher) + noise * np.random.default_rng(seed).standard_normal(energy.size)
    return Curve(
        kind="absorption",
        source="absorption.csv",
        line=None,
        condition=Condition(temperature_k=temperature_k),
        wavelength_nm=frozen_array(wavelength),
        values=frozen_array(values),
    )


def run(experiment: Experiment, **settings: object) -> Results:
    return analyse(Document(experiment).with_settings(energies=EnergySettings(**settings)))  # type: ignore[arg-type]


def test_the_midpoint_lies_half_way_between_absorption_and_pl() -> None:
    found = run(replace(TOY.experiment(), curves=(absorption(),)), reference="midpoint").energies
    assert found is not None
    assert found.reference_mev[0] == pytest.approx(0.5 * (found.peak_mev[0] + ABSORPTION_MEV), abs=0.3)


def test_a_given_absorption_serves_the_midpoint_with_half_its_error() -> None:
    given = (GivenEnergy(250.0, ABSORPTION_MEV, 4.0),)
    found = run(TOY.experiment(), reference="midpoint", given_absorption=given).energies
    assert found is not None
    assert found.reference_mev[0] == pytest.approx(0.5 * (found.peak_mev[0] + ABSORPTION_MEV))
    assert found.reference_error_mev[0] == pytest.approx(np.hypot(2.0, 0.5 * found.peak_error_mev[0]))


def test_without_absorption_there_is_no_midpoint_and_it_is_said_once() -> None:
    found = run(TOY.experiment(), reference="midpoint")
    about = [p for p in found.problems if "maximum of absorption is unknown" in p.message]
    assert len(about) == 1
    assert not any("no usable PL" in p.message for p in found.problems)


def test_a_curve_of_another_temperature_is_not_taken() -> None:
    found = run(replace(TOY.experiment(), curves=(absorption(120.0),)), reference="midpoint")
    assert any("maximum of absorption is unknown" in p.message for p in found.problems)


def test_a_curve_without_a_temperature_serves_a_single_one() -> None:
    found = run(replace(TOY.experiment(), curves=(absorption(None),)), reference="midpoint").energies
    assert found is not None
    assert np.isfinite(found.reference_mev[0])


def test_pulls_of_the_absorption_maximum_have_unit_spread() -> None:
    found = np.array([first_maximum(absorption(seed=seed), EnergySettings()) for seed in range(200)])
    pulls = (found[:, 0] - ABSORPTION_MEV) / found[:, 1]
    assert np.std(pulls) == pytest.approx(1.0, abs=0.25)
    assert np.abs(np.mean(pulls)) < 0.6


def test_a_curve_without_a_maximum_has_none() -> None:
    curve = absorption()
    rising = replace(curve, values=frozen_array(np.exp((500.0 - curve.wavelength_nm) / 50.0)))
    assert np.isnan(first_maximum(rising, EnergySettings())).all()


def test_no_other_reference_depends_on_absorption() -> None:
    plain, with_curve = run(TOY.experiment()), run(replace(TOY.experiment(), curves=(absorption(),)))
    assert plain.efficiency is not None
    assert with_curve.efficiency is not None
    np.testing.assert_array_equal(plain.efficiency.detuning_mev, with_curve.efficiency.detuning_mev)


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        (EnergySettings(), "PL peak"),
        (EnergySettings(reference="mean", reference_offset_mev=5.0), "PL mean + 5 meV"),
        (EnergySettings(reference="midpoint", reference_offset_mev=-2.5), "mid of absorption and PL − 2.5 meV"),
    ],
)
def test_the_reference_has_a_name(settings: EnergySettings, name: str) -> None:
    assert reference_name(settings) == name


def test_a_larger_temperature_error_in_the_manifest_widens_the_systematic_one() -> None:
    def told(spectrum: Spectrum, error_k: float) -> Spectrum:
        return with_condition(spectrum, temperature_error_k=error_k)

    experiment = TOY.experiment()
    plain = prepare(run(experiment)).prior["temperature_k"]
    wide = prepare(run(change_spectra(experiment, lambda s: told(s, 5.0)))).prior["temperature_k"]
    sure = prepare(run(change_spectra(experiment, lambda s: told(s, 0.5)))).prior["temperature_k"]
    of_scans = prepare(run(change_scans(experiment, lambda s: told(s, 6.0)))).prior["temperature_k"]
    assert (plain, wide, sure, of_scans) == (2.0, 5.0, 2.0, 6.0)
