"""The referee: at which size of an effect a claim falls."""

import threading
from dataclasses import replace

import numpy as np
import pytest
from measured_tables import OFF, without_effects

from asplab.core import Results, analyse
from asplab.core.errors import AnalysisError, Cancelled
from asplab.core.polaron.comparison import compare_models
from asplab.core.progress import Progress
from asplab.core.systematics import (
    Claim,
    default_claims,
    prepare,
    referee,
    systematic_errors,
    under,
)


@pytest.fixture(scope="module")
def plain() -> Results:
    return without_effects()


def test_the_referee_finds_where_eta_has_moved_by_its_error(plain: Results) -> None:
    settings = replace(OFF, path_mismatch_percent=2.0, leak_ppm=5.0, reference_mev=2.0)
    results = analyse(plain.document.with_settings(systematics=settings))
    fit = results.efficiency
    assert fit is not None
    found = referee(results, (Claim("eta_error", 1, 4),))
    by_name = {entry.nuisance: entry for entry in found.overturns}
    for side in ("above", "below"):
        size = getattr(by_name["path_mismatch_percent"], side)
        moved = abs(under(results, {"path_mismatch_percent": size}).eta[1, 4] - fit.eta[1, 4])
        assert moved == pytest.approx(fit.eta_error[1, 4], rel=0.02)
        assert moved >= fit.eta_error[1, 4]
        sigmas = getattr(by_name["path_mismatch_percent"], f"{side}_sigmas")
        assert size == pytest.approx(2.0 * sigmas)
    assert "prior σ" in by_name["path_mismatch_percent"].text
    assert np.isnan(by_name["leak_ppm"].below)
    assert np.isnan(by_name["reference_mev"].above)
    assert by_name["reference_mev"].text == "reference of ΔE: not within ±10 prior σ (±20 meV)"


def test_the_referee_finds_where_the_phonon_energy_leaves_its_interval(plain: Results) -> None:
    results = analyse(plain.document.with_settings(systematics=replace(OFF, temperature_k=2.0)))
    intervals = results.intervals
    assert intervals is not None
    claims = default_claims(results)
    assert [claim.kind for claim in claims] == ["phonon_error", "phonon_interval", "eta_error", "verdict"]
    assert claims[0].row == 2
    found = referee(results, (claims[1],)).overturns[0]
    for size in (found.above, found.below):
        beyond = under(results, {"temperature_k": size}).phonon_mev[-1]
        within = under(results, {"temperature_k": 0.97 * size}).phonon_mev[-1]
        assert not intervals.phonon_low_mev[-1] <= beyond <= intervals.phonon_high_mev[-1]
        assert intervals.phonon_low_mev[-1] <= within <= intervals.phonon_high_mev[-1]


def test_an_effect_of_one_side_overturns_where_the_truth_behind_it_leaves_the_interval(plain: Results) -> None:
    results = analyse(plain.document.with_settings(systematics=replace(OFF, ensemble_mev=5.0)))
    assert results.intervals is not None
    assert results.polaron is not None
    # The upper end alone is far, so that only a way down can leave the interval.
    low = results.intervals.phonon_low_mev
    far = replace(results.intervals, phonon_high_mev=np.full_like(low, 1e3))
    (found,) = referee(replace(results, intervals=far), (Claim("phonon_interval", 1),)).overturns
    value = results.polaron.phonon_mev[1]
    assert under(results, {"ensemble_mev": found.above}).phonon_mev[1] - value == pytest.approx(
        value - low[1], rel=0.05
    )


def test_a_verdict_falls_where_the_other_law_is_preferred(plain: Results) -> None:
    results = analyse(plain.document.with_settings(systematics=replace(OFF, yield_slope_percent=5.0)))
    found = referee(results, (Claim("verdict", 1),), limit=4.0)
    assert found.texts[0] == "AICc prefers Eq. 9 to the exponential law at 250 K"
    overturn = found.overturns[0]
    assert np.isnan(overturn.below)

    def better(size: float) -> str:
        efficiency = prepare(results).shifted({"yield_slope_percent": size})[1]
        models = ("eq9", "exponential")
        return models[int(np.argmin(compare_models(efficiency, models).aicc[:, 1]))]

    assert better(overturn.above) == "exponential"
    assert better(0.97 * overturn.above) == "eq9"


@pytest.mark.parametrize(
    ("claims", "limit", "told"),
    [
        ((Claim("eta_error", 2, 0),), 10.0, "row=2"),
        ((Claim("eta_error", 0, 99),), 10.0, "column=99"),
        ((), 10.0, "no conclusion"),
        (None, 0.0, "limit is 0"),
    ],
)
def test_claims_that_can_not_be_tried_are_refused(
    plain: Results, claims: tuple[Claim, ...] | None, limit: float, told: str
) -> None:
    with pytest.raises(AnalysisError, match=told):
        referee(plain, claims, limit=limit)


def test_systematic_errors_and_referee_stop_when_asked(plain: Results) -> None:
    stopped = Progress(cancelled=threading.Event())
    stopped.cancelled.set()
    with pytest.raises(Cancelled):
        systematic_errors(plain, progress=stopped)
    with pytest.raises(Cancelled):
        referee(plain, progress=stopped)
