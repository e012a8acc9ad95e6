"""Phase of the lock-in, its error, what is left in quadrature, and magnitudes."""

from dataclasses import replace

import numpy as np
import pytest
from scan_level import SHORT, Reading, ScanBench, scan
from toy_experiment import Toy

from asplab.core.experiment import Scan, frozen_array
from asplab.core.settings import BaselineSettings, ScanSettings

TOY = Toy(tail_mev=15.0, noise_v=2e-8, stokes_mev=(270.0, 480.0), scan_step_nm=0.4, repeats=4, **SHORT)


@pytest.fixture(scope="module")
def bench() -> ScanBench:
    return ScanBench(TOY)


def scans(rng: np.random.Generator, *, phase_deg: float = 40.0, **how: object) -> list[Scan]:
    toy = replace(TOY, phase_deg=phase_deg)
    return [scan(toy, rng, repeat=r, **how) for r in range(1, 5)]  # type: ignore[arg-type]


def test_the_error_of_the_phase_is_its_scatter(bench: ScanBench) -> None:
    noisy = [bench.read(scans(np.random.default_rng(seed), noise_v=3e-6)).scans.sets[0] for seed in range(60)]
    phases = [found.phase_rad for found in noisy if found is not None]
    errors = [found.phase_error_rad for found in noisy if found is not None]
    assert np.std(phases) == pytest.approx(np.sqrt(np.mean(np.square(errors))), rel=0.3)


def test_quadrature_of_a_clean_scan_is_noise_about_zero(bench: ScanBench) -> None:
    pulls = []
    for seed in range(100):
        absorbed = bench.read(scans(np.random.default_rng(seed), pick_up_v=3e-7 + 2e-7j)).absorbed
        pulls.append(absorbed.quadrature / absorbed.quadrature_error)
    assert np.all(np.abs(np.std(pulls, axis=0)[2:] - 1.0) < 0.25)
    assert np.all(np.abs(np.mean(pulls, axis=0)[2:]) < 0.4)


def test_a_clean_scan_with_pick_up_of_any_phase_is_not_called_a_leak(bench: ScanBench) -> None:
    for seed in range(30):
        found = bench.read(scans(np.random.default_rng(seed), pick_up_v=3e-7 + 2e-7j))
        assert not found.says("in quadrature")


def test_a_second_source_of_heat_is_told_once_with_where_it_matters(bench: ScanBench) -> None:
    """Heat of the substrate, late by 60°, follows the pump power, which varies along the scan."""
    toy = replace(TOY, power_slope=-0.6, phase_deg=30.0)
    late = 4e-6 * np.exp(1j * np.deg2rad(30.0 - 60.0))
    found = bench.read([scan(toy, np.random.default_rng(r), repeat=r, leak_v=late) for r in range(1, 5)])
    leaky = [scan(toy, np.random.default_rng(r), repeat=r) for r in range(1, 5)]
    assert not bench.read(leaky).says("in quadrature")

    def curved(one: Scan) -> Scan:
        """Add a source that is no line in energy: absorption of the substrate about 2400 meV."""
        energy = 1239841.984332003 / one.excitation_nm
        added = 1e-6 * np.exp(-0.5 * ((energy - 2400.0) / 25.0) ** 2)
        assert one.lockin_y_v is not None
        return replace(one, lockin_y_v=frozen_array(one.lockin_y_v + added))

    told = bench.read([curved(one) for one in leaky]).says("in quadrature")
    assert [problem.severity for problem in told] == ["warning"]
    assert "250 K at ΔE" in told[0].message
    assert "Record a blank" in told[0].message
    blanks = [scan(TOY, np.random.default_rng(9), repeat=r, kind="pa_blank") for r in (1, 2)]
    with_blank = bench.read([curved(one) for one in leaky], blanks).says("in quadrature")
    assert "Choose the measured blank" in with_blank[0].message
    used = bench.read([curved(one) for one in leaky], blanks, baseline=BaselineSettings(shape="blank"))
    assert "takes away what it shares in phase" in used.says("in quadrature")[0].message
    assert found.absorbed.quadrature.shape == bench.energies_mev.shape


def test_quadrature_is_there_to_be_shown(bench: ScanBench) -> None:
    found = bench.read(scans(np.random.default_rng(0))).scans.sets[0]
    assert found is not None
    assert found.quadrature_v is not None
    assert found.quadrature_v.shape == found.volts.shape
    assert np.std(found.quadrature_v) == pytest.approx(TOY.noise_v, rel=0.1)


def test_scans_whose_phase_jumped_are_each_turned_by_their_own(bench: ScanBench) -> None:
    rng = np.random.default_rng(0)
    jumped = [scan(replace(TOY, phase_deg=p), rng, repeat=r) for r, p in enumerate((0.0, 35.0, 180.0, -80.0), 1)]
    found = bench.read(jumped)
    assert [problem.severity for problem in found.says("the lock-in phase differs between the scans")] == ["warning"]
    np.testing.assert_allclose(found.absorbed.mean[:4] / bench.truth[:4], 1.0, atol=0.01)


def magnitudes(rng: np.random.Generator, noise_v: float) -> list[Scan]:
    found = scans(rng, noise_v=noise_v)
    return [
        replace(one, lockin_x_v=frozen_array(np.hypot(one.lockin_x_v, one.lockin_y_v)), lockin_y_v=None)
        for one in found
        if one.lockin_y_v is not None
    ]


def test_a_magnitude_near_its_noise_is_recognised_and_its_bias_told(bench: ScanBench) -> None:
    found = bench.read(magnitudes(np.random.default_rng(0), 2e-7))
    assert [problem.severity for problem in found.says("it is a magnitude")] == ["warning"]


def test_a_magnitude_loses_the_mean_of_its_noise_to_the_baseline(bench: ScanBench) -> None:
    """1.2533 σ in each reading, and that is the size that the warning tells."""
    found = [bench.read(magnitudes(np.random.default_rng(seed), 2e-7)) for seed in range(40)]
    lost = np.mean([reading.absorbed.mean for reading in found], axis=0) - bench.truth
    lifted = (2e-7) ** 2 / (2.0 * 100.0 * bench.truth[3])
    assert 100.0 * lost[3] == pytest.approx(lifted - 1.2533 * 2e-7, rel=0.12)
    message = found[0].says("it is a magnitude")[0].message
    told = float(message.split("it reads ")[1].split(" nV")[0])
    assert told == pytest.approx(250.7, rel=0.2)


def test_a_signed_channel_is_not_taken_for_a_magnitude(bench: ScanBench) -> None:
    for seed in range(30):
        signed = [
            replace(one, lockin_y_v=None) for one in scans(np.random.default_rng(seed), phase_deg=0.0, noise_v=2e-7)
        ]
        raised = [replace(one, lockin_x_v=frozen_array(one.lockin_x_v + 1e-6)) for one in signed]
        assert not bench.read(signed).says("it is a magnitude")
        assert not bench.read(raised).says("it is a magnitude")


def test_without_rotation_no_quadrature_is_made_up(bench: ScanBench) -> None:
    found: Reading = bench.read(scans(np.random.default_rng(0)), settings=ScanSettings(rotate_phase=False))
    assert found.scans.sets[0] is not None
    assert found.scans.sets[0].quadrature_v is None
    assert np.isnan(found.absorbed.quadrature).all()
