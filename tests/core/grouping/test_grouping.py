"""Conditions are equal within tolerances, never only exactly; true values are kept."""

from dataclasses import replace

import numpy as np
import pytest
from toy_experiment import Toy, change_scans, change_spectra, with_condition

from asplab.core.document import Document, Exclusion, Exclusions
from asplab.core.errors import AnalysisError
from asplab.core.experiment import Condition, Experiment, Spectrum, frozen_array
from asplab.core.grouping.clusters import cluster
from asplab.core.grouping.stage import Gathered, gather
from asplab.core.pipeline import analyse
from asplab.core.settings import GroupingSettings
from asplab.core.units import HC_MEV_NM

AXIS = frozen_array(np.linspace(480.0, 560.0, 40))


def spectrum(source: str, *, kind: str = "aspl", axis: np.ndarray = AXIS, **condition: object) -> Spectrum:
    known: dict[str, object] = {
        "exposure_s": 1.0,
        "temperature_k": 80.0,
        "excitation_nm": 535.0,
        "repeat": 1,
    } | condition
    counts = frozen_array(np.arange(axis.size))
    return Spectrum(kind, source, None, Condition(**known), wavelength_nm=axis, counts=counts)  # type: ignore[arg-type]


def grouped(*spectra: Spectrum, **settings: float) -> Gathered:
    return gather(Experiment("x", spectra=spectra), Exclusions(), GroupingSettings(**settings))


def sizes(gathered: Gathered) -> list[int]:
    return [len(stack.members) for stack in gathered.stacks]


def test_readbacks_of_one_temperature_and_one_wavelength_are_one_condition() -> None:
    found = grouped(
        spectrum("a", temperature_k=79.8, excitation_nm=535.00),
        spectrum("b", temperature_k=80.1, excitation_nm=535.03, repeat=2),
    )
    assert sizes(found) == [2]


def test_true_values_of_a_condition_are_kept_as_their_mean() -> None:
    found = grouped(
        spectrum("a", temperature_k=79.8, excitation_nm=535.00),
        spectrum("b", temperature_k=80.1, excitation_nm=535.03, repeat=2),
        spectrum("c", temperature_k=80.6, excitation_nm=520.00),
    )
    stack = found.stacks[-1]
    assert stack.temperature_k == pytest.approx(79.95)
    assert stack.excitation_nm == pytest.approx(535.015)
    assert found.temperatures_k == pytest.approx([80.1666667])


def test_true_values_of_a_cluster_are_told_where_they_differ() -> None:
    found = grouped(
        spectrum("a", temperature_k=79.8, excitation_nm=535.00),
        spectrum("b", temperature_k=80.1, excitation_nm=535.03, repeat=2),
        spectrum("c", temperature_k=80.0, excitation_nm=535.03, repeat=3),
        spectrum("d", temperature_k=120.0),
    )
    told = [readings.words("K", 1) for readings in found.readings if readings is not None]
    assert told == ["79.8-80.1 K (3 readings)", "120.0 K"]
    wavelengths = found.stacks[0].excitations
    assert wavelengths is not None
    assert wavelengths.words("nm", 2) == "535.00-535.03 nm (2 readings)"


def test_excluded_readings_are_not_among_the_true_values() -> None:
    pair = (spectrum("a", temperature_k=79.0), spectrum("b", temperature_k=80.0, repeat=2))
    found = gather(Experiment("x", spectra=pair), Exclusions((Exclusion("a", "r"),)), GroupingSettings())
    assert [r.words("K", 1) for r in found.readings if r is not None] == ["80.0 K"]
    assert found.temperatures_k == pytest.approx([80.0])


def test_thermal_energy_and_detuning_follow_the_true_values() -> None:
    """Repeats at 249.5 K and 251 K, the lasers off by 0.1 nm in the second: the means enter, not a set point."""
    experiment = Toy(repeats=2).experiment()

    def moved(record: Spectrum) -> Spectrum:
        late = record.condition.repeat == 2
        record = with_condition(record, temperature_k=251.0 if late else 249.5)
        excitation = record.condition.excitation_nm
        return with_condition(record, excitation_nm=None if excitation is None else excitation + 0.1 * late)

    before = analyse(Document(experiment))
    found = analyse(Document(change_scans(change_spectra(experiment, moved), moved)))
    assert found.efficiency is not None
    assert before.efficiency is not None
    assert found.efficiency.temperatures_k == pytest.approx([250.25])
    nm = before.efficiency.excitation_nm[0]
    shift = HC_MEV_NM / nm - HC_MEV_NM / (nm + 0.05)
    np.testing.assert_allclose(found.efficiency.detuning_mev - before.efficiency.detuning_mev, shift[None], atol=1e-6)


def test_temperatures_and_wavelengths_beyond_the_tolerance_stay_apart() -> None:
    found = grouped(
        spectrum("a"), spectrum("b", temperature_k=82.5), spectrum("c", excitation_nm=535.3), spectrum("d", repeat=2)
    )
    assert sizes(found) == [2, 1, 1]
    assert len(found.temperatures_k) == 2


def test_tolerances_are_settings() -> None:
    pair = (spectrum("a"), spectrum("b", temperature_k=82.5, excitation_nm=535.3))
    assert sizes(grouped(*pair, temperature_tolerance_k=3.0, wavelength_tolerance_nm=0.5)) == [2]


def test_repeats_of_one_condition_stay_together_whatever_was_measured_at_other_temperatures() -> None:
    """Wavelengths of other temperatures must not draw a cluster's border through the repeats of this one."""
    found = grouped(
        spectrum("a", excitation_nm=534.80),
        spectrum("b", temperature_k=120.0, excitation_nm=534.95),
        spectrum("c", temperature_k=120.0, excitation_nm=535.05, repeat=2),
        spectrum("d", temperature_k=160.0, excitation_nm=535.28),
        spectrum("e", temperature_k=200.0, excitation_nm=535.13),
        spectrum("f", temperature_k=200.0, excitation_nm=535.16, repeat=2),
    )
    assert [len(s.members) for s in found.stacks if s.temperature_k == pytest.approx(200.0)] == [2]


def test_a_cluster_never_spans_more_than_twice_the_tolerance() -> None:
    values = [80.0, 81.9, 82.9, 83.6, 84.1, 84.5]
    for centre in cluster(values, 2.0):
        members = [v for v in values if abs(v - centre) == min(abs(v - c) for c in cluster(values, 2.0))]
        assert all(abs(v - centre) <= 2.0 for v in members)


def test_cutoffs_and_samples_separate_conditions() -> None:
    found = grouped(
        spectrum("a"),
        spectrum("b", shortpass_nm=529.0),
        spectrum("d", sample="other"),
        spectrum("e", longpass_nm=450.0),
    )
    assert sizes(found) == [1] * 4


def test_repeats_are_in_the_order_of_their_numbers() -> None:
    found = grouped(spectrum("z", repeat=2), spectrum("a", repeat=10), spectrum("m", repeat=1))
    assert [s.source for s in found.stacks[0].members] == ["m", "z", "a"]


def test_emission_is_told_apart_by_where_its_light_lies() -> None:
    toy = Toy(repeats=1)
    renamed = change_spectra(toy.experiment(), lambda s: replace(s, kind="emission"))
    kinds = [stack.kind for stack in gather(renamed, Exclusions(), GroupingSettings()).stacks]
    assert kinds == ["pl"] * 4 + ["aspl"] * 4


def test_excluding_a_repeat_leaves_the_others_and_the_keys() -> None:
    document = Document(Toy(repeats=4).experiment())
    full = analyse(document)
    without = analyse(document.excluding("t0/e5_r2.csv", "shutter stuck"))
    assert full.gathered is not None
    assert without.gathered is not None
    assert [s.key for s in full.gathered.stacks] == [s.key for s in without.gathered.stacks]
    changed = [len(s.members) for s in without.gathered.stacks]
    assert sorted(changed) == [3, *[4] * 7]


def test_excluding_all_but_one_wavelength_of_a_cluster_keeps_its_key() -> None:
    """Otherwise the exclusion of a stack would be lost when one of its repeats is excluded too."""
    pair = (spectrum("a", excitation_nm=535.0), spectrum("b", excitation_nm=535.12, repeat=2))
    experiment = Experiment("x", spectra=pair)
    keys = {
        gather(experiment, Exclusions(items), GroupingSettings()).stacks[0].key
        for items in ((), (Exclusion("a", "r"),), (Exclusion("b", "r"),))
    }
    assert len(keys) == 1


def test_an_excluded_stack_stays_visible_with_its_reason() -> None:
    document = Document(Toy().experiment())
    found = analyse(document).gathered
    assert found is not None
    key = found.stacks[2].key
    again = analyse(document.excluding(key, "laser hopped")).gathered
    assert again is not None
    assert again.stacks[2].excluded == "laser hopped"
    assert [s.excluded for s in again.stacks].count(None) == 7
    back = analyse(document.excluding(key, "laser hopped").including(key)).gathered
    assert back is not None
    assert all(s.excluded is None for s in back.stacks)


def test_one_repeat_on_another_axis_is_left_out_and_named_even_if_it_is_the_first() -> None:
    odd = frozen_array(np.asarray(AXIS) + 0.5)
    spectra = [spectrum(f"r{i}", repeat=i, axis=odd if i == 1 else AXIS) for i in range(1, 5)]
    found = grouped(*spectra)
    assert [s.source for s in found.stacks[0].members] == ["r2", "r3", "r4"]
    assert [p.where for p in found.problems] == ["r1"]


def test_axes_of_different_length_are_told_apart() -> None:
    short = frozen_array(np.asarray(AXIS)[:-1])
    found = grouped(spectrum("a"), spectrum("b", repeat=2), spectrum("c", repeat=3, axis=short))
    assert sizes(found) == [2]
    assert "39 points" in found.problems[0].message


def test_a_missing_temperature_names_the_file_and_the_remedy() -> None:
    with pytest.raises(AnalysisError, match=r"a: temperature_k is missing\. Fill it in the manifest"):
        grouped(spectrum("a", temperature_k=None))


def test_a_missing_excitation_names_the_file_and_the_remedy() -> None:
    with pytest.raises(AnalysisError, match=r"a: excitation_nm is missing"):
        grouped(spectrum("a", excitation_nm=None))


def test_nothing_in_use_says_what_to_do() -> None:
    with pytest.raises(AnalysisError, match="bring excluded ones back"):
        gather(Experiment("x", spectra=(spectrum("a"),)), Exclusions((Exclusion("a", "why"),)), GroupingSettings())


def test_jitter_within_the_tolerances_changes_no_result() -> None:
    toy = Toy(temperatures_k=(120.0, 250.0), repeats=3)
    rng = np.random.default_rng(0)
    steady = toy.experiment()

    def shake(record: Spectrum) -> Spectrum:
        temperature = record.condition.temperature_k
        assert temperature is not None
        return with_condition(record, temperature_k=temperature + rng.uniform(-0.3, 0.3))

    shaken = change_scans(change_spectra(steady, shake), shake)
    first, second = (analyse(Document(e)).efficiency for e in (steady, shaken))
    assert first is not None
    assert second is not None
    # The mean temperature moves by some hundredths of a kelvin, and with it kT in the term for heat near the gap.
    np.testing.assert_allclose(first.eta, second.eta, rtol=1e-6)
