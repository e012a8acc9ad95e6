"""Transmitted ranges, background regions and the band's shape."""

from dataclasses import replace

import numpy as np
import pytest
from toy_experiment import GUARD_NM, Toy, change_spectra, with_condition

from asplab.core.corrections.transmitted import cutoff_nm
from asplab.core.document import Document
from asplab.core.emission.band import Bands
from asplab.core.experiment import Spectrum
from asplab.core.pipeline import Results, analyse
from asplab.core.problems import Problem
from asplab.core.settings import BackgroundSettings, MovedCutoff, TransmissionSettings


def bands(toy: Toy, **settings: object) -> tuple[Results, Bands]:
    results = analyse(Document(toy.experiment()).with_settings(**settings))
    assert results.bands is not None
    return results, results.bands


def test_transmitted_ranges_end_one_guard_away_from_the_cutoffs() -> None:
    _, found = bands(Toy())
    for stack, (low, high) in zip(found.corrected.stacks, found.transmitted_nm, strict=True):
        if stack.kind == "pl":
            assert low == pytest.approx(stack.longpass_nm + GUARD_NM)
            assert high == pytest.approx(620.0)
        else:
            assert low == pytest.approx(400.0)
            assert high == pytest.approx(stack.shortpass_nm - GUARD_NM)


def test_without_a_filter_the_excitation_bounds_the_emission_side() -> None:
    toy = Toy()
    bare = change_spectra(toy.experiment(), lambda s: with_condition(s, longpass_nm=None, shortpass_nm=None))
    found = analyse(Document(bare)).bands
    assert found is not None
    for stack, (low, high) in zip(found.corrected.stacks, found.transmitted_nm, strict=True):
        end = low - stack.excitation_nm if stack.kind == "pl" else stack.excitation_nm - high
        assert end == pytest.approx(GUARD_NM)


def test_a_moved_cutoff_moves_every_spectrum_with_that_filter_and_no_other() -> None:
    toy = Toy()
    _, before = bands(toy)
    stack = before.corrected.stacks[-1]
    assert stack.shortpass_nm is not None
    moved = MovedCutoff("shortpass", stack.shortpass_nm, stack.shortpass_nm - 3.0)
    settings = TransmissionSettings(moved_cutoffs=(moved,))
    _, after = bands(toy, transmission=settings)
    change = after.transmitted_nm - before.transmitted_nm
    assert change[-1].tolist() == pytest.approx([0.0, -3.0])
    assert not change[:-1].any()
    assert cutoff_nm(stack, "longpass", settings) is None


def test_background_regions_lie_outside_the_band_and_inside_the_transmitted_range() -> None:
    toy = Toy()
    _, found = bands(toy)
    for region, (low, high) in zip(found.background_nm, found.transmitted_nm, strict=True):
        for begin, end in region:
            assert low <= begin <= end <= high
            if end > begin:
                assert end < toy.band_nm - 3.0 * toy.sigma_nm or begin > toy.band_nm + 3.0 * toy.sigma_nm


def test_background_windows_of_the_user_replace_the_found_ones() -> None:
    _, found = bands(Toy(), background=BackgroundSettings(windows_nm=((575.0, 600.0),)))
    stokes = found.corrected.stacks[0].kind == "pl"
    assert stokes
    assert found.background_nm[0, 0].tolist() == pytest.approx([575.0, 600.0])


def test_template_is_the_band_in_units_of_its_integral() -> None:
    toy = Toy(noise_counts=0.1)
    _, found = bands(toy)
    template = found.templates[0]
    assert template is not None
    gauss = np.exp(-0.5 * ((template.wavelength_nm - toy.band_nm) / toy.sigma_nm) ** 2)
    gauss /= toy.sigma_nm * np.sqrt(2.0 * np.pi)
    seen = template.wavelength_nm > 450.0
    # One common factor may differ: units of the commonly transmitted part.
    ratio = (template.values[seen] @ gauss[seen]) / (gauss[seen] @ gauss[seen])
    np.testing.assert_allclose(template.values[seen], ratio * gauss[seen], atol=2e-3 * gauss.max())
    assert 1.0 <= ratio < 1.1


def test_variance_of_the_template_is_what_its_scatter_over_seeds_shows() -> None:
    values, variance = [], []
    for seed in range(40):
        _, found = bands(Toy(seed=seed, noise_counts=20.0, stokes_mev=(270.0, 370.0)))
        template = found.templates[0]
        assert template is not None
        values.append(template.values)
        variance.append(template.variance)
    inside = np.abs(Toy().wavelength_nm - 540.0) < 15.0
    scatter = np.var(values, axis=0, ddof=1)[inside].mean()
    assert np.mean(variance, axis=0)[inside].mean() == pytest.approx(scatter, rel=0.2)


def test_a_band_that_no_stokes_spectrum_shows_whole_is_said() -> None:
    toy = Toy(stokes_mev=(20.0, 40.0, 60.0), sigma_nm=14.0)
    results, _ = bands(toy)
    assert any("no Stokes spectrum shows the whole band" in problem.message for problem in results.problems)


def test_excluded_stokes_spectra_do_not_shape_the_template() -> None:
    toy = Toy(noise_counts=0.1)

    def spoil(spectrum: object) -> object:
        if "/e3_" not in spectrum.source:  # type: ignore[attr-defined]
            return spectrum
        return with_condition(spectrum, longpass_nm=None)  # type: ignore[arg-type]

    document = Document(change_spectra(toy.experiment(), spoil))
    gathered = analyse(document).gathered
    assert gathered is not None
    key = next(s.key for s in gathered.stacks if "/e3_" in s.members[0].source)
    kept, without = analyse(document).bands, analyse(document.excluding(key, "filter missing")).bands
    assert kept is not None
    assert without is not None
    assert kept.templates[0] is not None
    assert without.templates[0] is not None
    assert not np.array_equal(kept.templates[0].values, without.templates[0].values)


def test_noise_does_not_stretch_the_band_over_its_background() -> None:
    """Peak 65 times the noise of the mean spectrum: the band ends near it, and some background is left, always."""
    for seed in range(60):
        toy = Toy(seed=seed, repeats=3, noise_counts=40.0, stokes_mev=(270.0, 370.0), tail_mev=60.0)
        results, found = bands(toy)
        assert found.templates[0] is not None
        assert found.templates[0].extent_nm[1] < toy.band_nm + 8.0 * toy.sigma_nm
        assert not any("no signal-free part" in problem.message for problem in results.problems)


def test_a_temperature_without_pl_is_not_said_to_lack_a_signal_free_part() -> None:
    """It is not evaluated at all, whatever background windows are set."""
    toy = Toy(temperatures_k=(120.0, 250.0))
    without = change_spectra(
        toy.experiment(), lambda s: None if s.kind == "pl" and s.condition.temperature_k == 120.0 else s
    )
    found = analyse(Document(without)).bands
    assert found is not None
    assert not [problem.message for problem in found.problems if "signal-free" in problem.message]


def cut(toy: Toy, width_nm: float, **stated: object) -> Results:
    """Hide anti-Stokes emission up to ``width_nm`` before its cutoff, and state the filters as told."""

    def hidden(s: Spectrum) -> Spectrum:
        if s.kind != "aspl":
            return with_condition(s, **stated)
        open_ = s.wavelength_nm <= s.condition.shortpass_nm - width_nm
        return with_condition(replace(s, counts=np.where(open_, s.counts, toy.offset_counts)), **stated)

    return analyse(Document(change_spectra(toy.experiment(), hidden)))


def edges_told(results: Results) -> list[Problem]:
    return [problem for problem in results.problems if "ends at an edge" in problem.message]


def test_an_edge_in_the_band_that_no_cutoff_tells_is_said_with_its_place() -> None:
    (problem,) = edges_told(cut(Toy(), 8.0, longpass_nm=None, shortpass_nm=None))
    excitation_nm = float(problem.where.removeprefix("250 K, ASPL ").removesuffix(" nm"))
    edge_nm = float(problem.message.split(" near ")[1].split(" nm")[0])
    assert edge_nm == pytest.approx(excitation_nm - 14.0, abs=1.5)
    assert "Fill longpass_nm and shortpass_nm" in problem.message


def test_told_cutoffs_and_spectra_without_a_filter_are_not_asked_for_edges() -> None:
    assert not edges_told(cut(Toy(), 8.0))
    # PL from far above the band, whose own filter hides nothing.
    toy = Toy(stokes_mev=(370.0, 420.0, 480.0))
    assert not edges_told(cut(toy, 0.0, longpass_nm=None, shortpass_nm=None))


def test_a_sloping_background_does_not_count_as_band() -> None:
    toy = Toy(noise_counts=0.2)

    def slope(spectrum: Spectrum) -> Spectrum:
        return replace(spectrum, counts=spectrum.counts + 0.2 * (spectrum.wavelength_nm - 400.0))

    document = Document(change_spectra(toy.experiment(), slope))
    found = analyse(document.with_settings(background=BackgroundSettings(baseline="line"))).bands
    assert found is not None
    assert found.templates[0] is not None
    assert found.templates[0].extent_nm[1] < toy.band_nm + 8.0 * toy.sigma_nm


def test_background_windows_for_all_spectra_lie_beside_the_bands_of_all_temperatures() -> None:
    bands = analyse(Document(Toy(temperatures_k=(120.0, 250.0)).experiment())).bands
    assert bands is not None
    extents = [template.extent_nm for template in bands.templates if template is not None]
    assert len(extents) == 2
    (_, low), (high, _) = bands.outside_all_nm
    assert low == min(extent[0] for extent in extents)
    assert high == max(extent[1] for extent in extents)
