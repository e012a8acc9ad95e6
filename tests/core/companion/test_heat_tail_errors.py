"""What the errors of baseline and η do to Urbach energies that are read off heat."""

from dataclasses import dataclass, fields, replace

import numpy as np
import pytest

from asplab import core
from asplab.core.companion.absorption.heat_stage import find_heat_tails
from asplab.core.companion.absorption.urbach import UrbachTail
from asplab.core.document import Document, Exclusions
from asplab.core.efficiency.stage import EfficiencyFit
from asplab.core.emission.band import BandShapes
from asplab.core.energies.stage import Energies
from asplab.core.photothermal.absorption import Absorbed
from asplab.core.photothermal.baseline import FittedBaseline
from asplab.core.pipeline import raw_graph
from asplab.core.scans import Scans
from asplab.core.settings import EnergySettings, TailSettings
from asplab.core.units import FloatArray
from asplab.core.virtual import VirtualExperiment, simulate

RANGE = TailSettings(urbach_mev=((25.0, 85.0),))


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What one temperature left for its heat to be read."""

    scans: Scans
    absorbed: Absorbed
    energies: Energies
    shapes: BandShapes
    efficiency: EfficiencyFit

    @property
    def baseline(self) -> FittedBaseline:
        (found,) = self.absorbed.baselines
        assert found is not None
        return found

    def tail(self) -> UrbachTail:
        given = (getattr(self, field.name) for field in fields(self))
        (one,) = find_heat_tails(*given, EnergySettings(), RANGE).tails
        assert one.urbach is not None
        assert one.reasons["urbach"] == one.urbach.urbach.reason
        return one.urbach

    def above(self, baseline: FittedBaseline) -> "Measured":
        return replace(self, absorbed=replace(self.absorbed, baselines=(baseline,)))

    def with_eta(self, eta: FloatArray, variance: FloatArray) -> "Measured":
        return replace(self, efficiency=replace(self.efficiency, eta=eta[None], eta_covariance=np.diag(variance)[None]))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    folder = tmp_path_factory.mktemp("heat") / "data"
    experiment = VirtualExperiment(
        temperatures_k=(120.0,),
        stokes_detuning_mev=(170.0, 320.0, 480.0),
        detuning_mev=(20.0, 46.0, 65.0, 90.0),
        repeats=2,
    )
    simulate(folder, experiment, seed=5)
    document = Document(core.load_experiment(folder))
    records = [getattr(document.settings, field.name) for field in fields(document.settings)]
    graph = raw_graph().put(document.experiment, Exclusions(), *records)
    return Measured(*(graph.get(kind) for kind in (Scans, Absorbed, Energies, BandShapes, EfficiencyFit)))


def test_the_error_of_an_urbach_energy_of_heat_holds_what_that_of_the_baseline_moves_it_by(sample: Measured) -> None:
    baseline, found = sample.baseline, sample.tail()
    nothing = np.zeros((baseline.volts.size, 0))
    certain = sample.above(replace(baseline, error_v=np.zeros_like(baseline.error_v), common_v=nothing)).tail()
    moved = [
        max(
            abs(sample.above(replace(baseline, volts=baseline.volts + by)).tail().urbach.value - found.urbach.value)
            for by in (shift, -shift)
        )
        for shift in baseline.common_v.T
    ]
    assert len(moved) == 2
    assert found.urbach.error == pytest.approx(np.hypot(certain.urbach.error, np.linalg.norm(moved)), rel=1e-6)
    assert found.urbach.error > 1.5 * certain.urbach.error
    assert f"the baseline {np.linalg.norm(moved):.2g} meV" in found.sentence


def test_what_points_of_a_baseline_do_not_share_is_noise_of_the_tail(sample: Measured) -> None:
    baseline = sample.baseline
    shared = np.sqrt(np.sum(baseline.common_v**2, axis=1))
    np.testing.assert_allclose(shared, baseline.error_v, rtol=1e-9)
    rough = sample.above(replace(baseline, error_v=np.hypot(shared, 3.0 * shared)))
    assert rough.tail().statistical_mev > 1.5 * sample.tail().statistical_mev


def test_the_error_of_an_urbach_energy_of_heat_holds_what_those_of_eta_move_it_by(sample: Measured) -> None:
    eta = sample.efficiency.eta[0]
    error = np.full(eta.size, 0.02)
    found = sample.with_eta(eta, error**2).tail()
    certain = sample.with_eta(eta, 0.0 * error).tail()
    moved = [
        sample.with_eta(eta + 0.02 * one, 0.0 * error).tail().urbach.value - found.urbach.value
        for one in np.eye(eta.size)
    ]
    added = np.sqrt(found.urbach.error**2 - certain.urbach.error**2)
    assert added == pytest.approx(np.linalg.norm(moved), rel=0.2)
    assert added > 0.1


def test_where_an_error_leaves_no_tail_the_urbach_energy_is_not_determined(sample: Measured) -> None:
    baseline = sample.baseline
    lost = sample.above(replace(baseline, error_v=1e4 * baseline.error_v, common_v=1e4 * baseline.common_v)).tail()
    assert not lost.urbach.is_determined
    assert "With the baseline one standard error off there is no tail" in lost.urbach.reason
