"""Background with the pump off and light of the bare substrate: matched, scaled, subtracted, their noise carried on."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from correction_level import SMALL, corrected, graph_of, misses, pulls, spectrum, spread
from toy_experiment import Toy, change_spectra, with_condition

from asplab.core.corrections import Corrected
from asplab.core.corrections.frames import Frames, MeanFrame
from asplab.core.corrections.gain import Gain
from asplab.core.corrections.matching import finder
from asplab.core.document import Document
from asplab.core.emission.band import Bands
from asplab.core.emission.integration import Emission
from asplab.core.emission.pixel_weights import pixel_weights, weighted_sums
from asplab.core.experiment import Experiment, Spectrum, frozen_array
from asplab.core.grouping.layout import Layout
from asplab.core.pipeline import analyse
from asplab.core.settings import GroupingSettings, IntegrationSettings

SEEDS = 24
PROBE = 4000.0
"""Counts per second of the whole band that the probe excites."""
SUBSTRATE = 60.0
"""Counts per second and µW of the bare substrate in a line below the band."""
FRAMES = 3


def light(s: Spectrum, area: float, centre_nm: float = SMALL.band_nm, sigma_nm: float = SMALL.sigma_nm) -> np.ndarray:
    """Return counts of a line of so many counts behind the filter of a spectrum."""
    axis, c = s.wavelength_nm, s.condition
    line = np.exp(-0.5 * ((axis - centre_nm) / sigma_nm) ** 2) / (sigma_nm * np.sqrt(2.0 * np.pi))
    passed = axis >= c.longpass_nm if s.kind == "pl" else axis <= c.shortpass_nm
    return np.asarray(area * (axis[1] - axis[0]) * line * passed)


def of_probe(s: Spectrum, seconds: float) -> np.ndarray:
    """Emission that the probe excites; paths differ by 20 % from condition to condition."""
    return light(s, PROBE * seconds * (1.0 + 0.2 * (s.condition.excitation_nm % 5.0)))


def of_substrate(s: Spectrum, seconds: float, power_uw: float) -> np.ndarray:
    return light(s, SUBSTRATE * seconds * power_uw * (1.0 + 0.2 * (s.condition.excitation_nm % 5.0)), sigma_nm=6.0)


def with_frames(
    toy: Toy, kind: str, seconds: float, power_uw: float | None = None, *, darks: bool = True
) -> Experiment:
    """Add what the probe or the substrate emits to all spectra, and frames of it with an exposure of its own."""
    experiment, rng = toy.experiment(), np.random.default_rng(1000 + toy.seed)

    def shown(s: Spectrum, t: float, power: float | None) -> np.ndarray:
        return of_probe(s, t) if kind == "background" else of_substrate(s, t, power)

    first: dict[str, Spectrum] = {}
    for s in experiment.spectra_of(("pl", "aspl")):
        first.setdefault(s.source.split("_")[0], s)
    frames = []
    for name, s in first.items():
        level = toy.offset_counts + toy.dark_counts + shown(s, seconds, power_uw)
        stated = {"longpass_nm": s.condition.longpass_nm, "shortpass_nm": s.condition.shortpass_nm}
        if kind == "emission_blank":
            stated["excitation_nm"] = s.condition.excitation_nm
        for r in range(FRAMES):
            noisy = level + toy.noise_counts * rng.standard_normal(level.size)
            frames.append(
                spectrum(kind, f"{name}_{kind}{r}.csv", toy, noisy, exposure_s=seconds, power_uw=power_uw, **stated)
            )
    dirty = change_spectra(
        experiment,
        lambda s: s if s.kind == "dark" else replace(s, counts=frozen_array(s.counts + shown(s, 2.0, toy.powers_uw))),
    )
    own = list(dirty.spectra_of(("dark",))) if seconds != toy.exposure_s and darks else []
    # The offset of the detector is what it is at any exposure; the noise of other frames is not the same.
    longer = [
        spectrum("dark", f"long_{d.source}", toy, toy.dark_counts + toy.noise_counts * rng.standard_normal(441),
                 exposure_s=seconds)
        for d in own
    ]  # fmt: skip
    return replace(dirty, spectra=(*dirty.spectra, *frames, *longer))


CASES = {
    "background of equal exposure": ("background", 2.0, None),
    "background of another exposure": ("background", 6.0, None),
    "substrate of equal exposure and power": ("emission_blank", 2.0, 50.0),
    "substrate of another exposure and power": ("emission_blank", 6.0, 80.0),
}


@pytest.mark.parametrize("case", CASES)
def test_intensities_come_back_with_the_errors_they_state(case: str) -> None:
    """160 pulls and more: their root mean square is 1 within 0.06."""
    found = [pulls(with_frames(toy, *CASES[case]), toy) for toy in (replace(SMALL, seed=s) for s in range(SEEDS))]
    assert spread(found) == pytest.approx(1.0, abs=0.16)
    assert abs(np.mean(found)) < 0.25


@pytest.mark.parametrize("case", CASES)
def test_without_the_correction_weak_anti_stokes_bands_are_too_high(case: str) -> None:
    """By the part of the band that the light is: the same for PROBE counts, or SUBSTRATE counts per µW."""
    kind, *_ = CASES[case]
    switch = "subtract_background" if kind == "background" else "subtract_emission_blank"
    found = misses(with_frames(SMALL, *CASES[case]), SMALL, **{switch: False})
    last = np.argmax([s.excitation_nm for s in corrected(SMALL.experiment()).stacks])
    stack = corrected(SMALL.experiment()).stacks[last]
    share = 1.0 + 0.2 * (stack.excitation_nm % 5.0)
    per_uw = PROBE / 50.0 if kind == "background" else SUBSTRATE
    true = SMALL.light(SMALL.excitations_mev[-1])
    assert found[last] == pytest.approx(per_uw * share / true, rel=0.15)
    assert found[last] > 20.0 * abs(misses(with_frames(SMALL, *CASES[case]), SMALL)[last])


def test_a_background_without_any_dark_takes_the_offset_along() -> None:
    toy = replace(SMALL, dark_counts=0.0, offset_counts=100.0)
    found = corrected(with_frames(toy, "background", 2.0))
    assert abs(found.blocks[0].mean[0, -20:].mean()) < 0.02
    assert all(treatment.backgrounds and not treatment.darks for treatment in found.treatments)
    assert not found.problems


def test_a_background_of_another_exposure_without_darks_is_not_scaled() -> None:
    toy = replace(SMALL, dark_counts=0.0, offset_counts=100.0)
    found = corrected(with_frames(toy, "background", 6.0, darks=False))
    assert not any(treatment.backgrounds for treatment in found.treatments)
    assert {p.message for p in found.problems if "must not be scaled" in p.message}


def test_the_dark_of_a_background_of_equal_exposure_cancels() -> None:
    """PL − D − (B − D) = PL − B: the noise of the dark is not in it."""
    found = corrected(with_frames(SMALL, "background", 2.0))
    noise = SMALL.noise_counts / np.sqrt(FRAMES) / 100.0
    np.testing.assert_allclose(np.sqrt((found.frame_noise**2).sum(axis=1)), noise, rtol=0.1)
    assert (np.count_nonzero(found.frame_noise, axis=1) == 1).all()


def test_stacks_share_the_noise_of_the_frames_they_share_and_no_other() -> None:
    """Each has a background of its own, and all have the darks of both exposures."""
    common = corrected(with_frames(SMALL, "background", 6.0)).frame_correlation
    np.testing.assert_allclose(np.diag(common), 1.0)
    apart = common[~np.eye(len(common), dtype=bool)]
    own, other = (1.0 / 9.0) / FRAMES, (1.0 + 1.0 / 9.0) / SMALL.repeats
    np.testing.assert_allclose(apart, other / (own + other), rtol=0.1)


def test_running_integrals_and_weights_of_pixels_agree_on_the_shared_noise() -> None:
    """Two ways to the same covariance: frames of two exposures, each stack with a background of its own."""
    settings = IntegrationSettings(window_nm=(480.0, 530.0), correct_truncation=False)
    graph = graph_of(with_frames(SMALL, "background", 6.0)).put(settings)
    emission, bands, layout = (graph.get(kind) for kind in (Emission, Bands, Layout))
    weights = pixel_weights(bands, emission.window_nm, settings)
    _, _, covariance = weighted_sums(bands.corrected, layout, weights)
    assert (covariance[0] > 0.0).any()
    np.testing.assert_allclose(emission.shared, covariance, atol=0.02 * covariance.max())


def test_cosmic_rays_of_frames_are_removed() -> None:
    def hit(s: Spectrum) -> Spectrum:
        if not s.source.endswith("background1.csv"):
            return s
        return replace(s, counts=frozen_array(s.counts + 5000.0 * (np.abs(s.wavelength_nm - 505.0) < 0.3)))

    experiment = with_frames(SMALL, "background", 2.0)
    clean, struck = corrected(experiment), corrected(change_spectra(experiment, hit))
    # What stands in place of the hit is what the other two frames show there.
    assert np.abs(clean.blocks[0].mean - struck.blocks[0].mean).max() < 4.0 * SMALL.noise_counts / 50.0


def told(found: Corrected, words: str) -> list[str]:
    return [problem.severity for problem in found.problems if words in problem.message]


def test_a_background_of_another_temperature_is_not_used_and_said() -> None:
    moved = change_spectra(
        with_frames(SMALL, "background", 2.0),
        lambda s: with_condition(s, temperature_k=80.0) if s.kind == "background" else s,
    )
    found = corrected(moved)
    assert not any(treatment.backgrounds for treatment in found.treatments)
    assert set(told(found, "none was taken with its temperature")) == {"warning"}


def test_a_substrate_that_only_pl_lacks_is_no_reason_to_warn() -> None:
    only_anti = change_spectra(
        with_frames(SMALL, "emission_blank", 2.0, 50.0),
        lambda s: None if s.kind == "emission_blank" and s.condition.longpass_nm else s,
    )
    assert set(told(corrected(only_anti), "no blank is subtracted")) == {"info"}


def test_a_spectrum_with_the_probe_off_takes_no_background() -> None:
    quiet = change_spectra(
        with_frames(SMALL, "background", 2.0),
        lambda s: with_condition(s, probe_mw=0.0 if s.kind in ("pl", "aspl") else 5.0) if s.kind != "dark" else s,
    )
    found = corrected(quiet)
    assert not any(treatment.backgrounds for treatment in found.treatments)
    assert not told(found, "no background")


def with_both(
    *, is_lit: bool, probe_mw: float | None = None, darks: bool = True, offset_counts: float = 0.0
) -> Experiment:
    """Add probe and substrate to all spectra; blanks show the substrate, and the sample's probe light if ``is_lit``."""
    toy = replace(SMALL, offset_counts=offset_counts, dark_counts=SMALL.dark_counts if darks else 0.0)
    probed = with_frames(toy, "background", 2.0, darks=darks)
    rng = np.random.default_rng(77)

    def smooth(s: Spectrum) -> np.ndarray:
        return light(s, 100.0 * SUBSTRATE, centre_nm=430.0, sigma_nm=60.0)

    def blank(s: Spectrum, r: int) -> Spectrum:
        stated = {name: getattr(s.condition, name) for name in ("excitation_nm", "longpass_nm", "shortpass_nm")}
        level = toy.offset_counts + toy.dark_counts + smooth(s) + (of_probe(s, 2.0) if is_lit else 0.0)
        noisy = level + toy.noise_counts * rng.standard_normal(level.size)
        return spectrum("emission_blank", f"{s.source}_blank{r}.csv", toy, noisy, exposure_s=2.0, power_uw=50.0,
                        probe_mw=probe_mw, **stated)  # fmt: skip

    firsts = {s.source.split("_")[0]: s for s in reversed(list(probed.spectra_of(("pl", "aspl"))))}
    blanks = [blank(s, r) for s in firsts.values() for r in range(FRAMES)]
    dirty = change_spectra(
        probed,
        lambda s: replace(s, counts=frozen_array(s.counts + smooth(s))) if s.kind in ("pl", "aspl") else s,
    )
    return replace(dirty, spectra=(*dirty.spectra, *blanks))


def test_the_probe_is_taken_out_of_the_substrate_once() -> None:
    """A blank that states its probe power holds its background as well: both together are subtracted once."""
    everything = with_both(is_lit=True, probe_mw=5.0)
    assert np.abs(misses(everything, SMALL)).max() < 0.01
    once = corrected(everything)
    assert once.treatments[0].backgrounds
    assert once.treatments[0].blanks
    assert not once.problems


@pytest.mark.parametrize("is_lit", [False, True])
def test_blanks_that_state_no_probe_power_tell_themselves_whether_they_hold_the_background(*, is_lit: bool) -> None:
    everything = with_both(is_lit=is_lit)
    assert np.abs(misses(everything, SMALL)).max() < 0.01
    (problem,) = corrected(everything).problems
    assert problem.severity == "info"
    assert ("it is taken out of the blanks first" in problem.message) == is_lit


def test_a_stated_probe_power_that_the_blanks_contradict_is_not_believed() -> None:
    """The probe was on, but what it excites in the sample is not in the light of a bare substrate."""
    everything = with_both(is_lit=False, probe_mw=5.0)
    assert np.abs(misses(everything, SMALL)).max() < 0.01
    assert told(corrected(everything), "probe_mw says that the probe was on") == ["info"]


@pytest.mark.parametrize("probe_mw", [None, 0.0])
def test_a_blank_with_the_probe_off_serves_spectra_whose_probe_was_on(probe_mw: float | None) -> None:
    everything = with_both(is_lit=False, probe_mw=probe_mw)
    on = change_spectra(
        everything, lambda s: with_condition(s, probe_mw=5.0) if s.kind in ("pl", "aspl", "background") else s
    )
    assert all(treatment.blanks for treatment in corrected(on).treatments)
    assert np.abs(misses(on, SMALL)).max() < 0.01


def test_a_blank_that_states_no_probe_power_serves_spectra_with_the_probe_off() -> None:
    off = change_spectra(
        with_frames(SMALL, "emission_blank", 2.0, 50.0),
        lambda s: with_condition(s, probe_mw=0.0) if s.kind in ("pl", "aspl") else s,
    )
    assert all(treatment.blanks for treatment in corrected(off).treatments)


def test_of_a_background_without_a_band_nothing_is_told() -> None:
    rng = np.random.default_rng(5)

    def faint(s: Spectrum) -> Spectrum:
        noise = SMALL.noise_counts * rng.standard_normal(441)
        return replace(s, counts=frozen_array(SMALL.dark_counts + noise)) if s.kind == "background" else s

    assert not corrected(change_spectra(with_both(is_lit=False), faint)).problems


def test_light_too_smooth_to_be_found_in_the_blanks_is_told() -> None:
    """Room light in the background: whether the blanks hold it can't be read from its shape."""

    def smooth(s: Spectrum) -> Spectrum:
        room = 60.0 * ((s.wavelength_nm - s.wavelength_nm[0]) / np.ptp(s.wavelength_nm)) ** 2
        return replace(s, counts=frozen_array(SMALL.dark_counts + room)) if s.kind == "background" else s

    assert told(corrected(change_spectra(with_both(is_lit=False), smooth)), "too smooth to tell") == ["warning"]


def test_without_darks_background_and_blank_do_not_both_take_the_offset() -> None:
    found = corrected(with_both(is_lit=False, darks=False, offset_counts=100.0))
    assert set(told(found, "there are no dark frames")) == {"warning"}
    assert all(treatment.backgrounds and not treatment.blanks for treatment in found.treatments)
    assert abs(found.blocks[0].mean[0, -20:].mean()) < 0.5


def test_without_darks_the_offset_cancels_in_a_blank_that_holds_the_background() -> None:
    everything = with_both(is_lit=True, probe_mw=5.0, darks=False, offset_counts=100.0)
    assert np.abs(misses(everything, SMALL)).max() < 0.01
    assert all(treatment.backgrounds and treatment.blanks for treatment in corrected(everything).treatments)


def test_repeats_of_other_readbacks_of_the_power_search_the_frames_once() -> None:
    class Watched(list[MeanFrame]):
        searches = 0

        def __iter__(self) -> Iterator[MeanFrame]:
            Watched.searches += 1
            return super().__iter__()

    graph = graph_of(with_frames(SMALL, "background", 2.0))
    frames = Watched(graph.get(Frames).of("background", SMALL.wavelength_nm))
    search = finder(frames, Gain(neutral=True, em_gain=False, accumulations=True), GroupingSettings())
    stack = graph.get(Corrected).stacks[0]
    first, _ = search(replace(stack.members[0].condition, power_uw=50.0))
    searches = Watched.searches
    assert first is not None
    assert search(replace(stack.members[0].condition, power_uw=50.3)) == (first, "")
    assert Watched.searches == searches > 0


def test_excluded_frames_are_not_used() -> None:
    document = Document(with_frames(SMALL, "background", 2.0))
    for source in (used := analyse(document).corrected.treatments[0].backgrounds):
        document = document.excluding(source, "outlier")
    assert len(used) == FRAMES
    assert not analyse(document).corrected.treatments[0].backgrounds
