"""The table of phonon energies and couplings: what it holds, how it is read, priors, and the isotope estimate."""

import math
from importlib.resources import files
from typing import Any

import numpy as np
import pytest

from asplab.core.companion.literature.bands import bands, compare_with_literature, coupling_bands, phonon_bands
from asplab.core.companion.literature.isotopes import (
    ISOTOPES_U,
    NATURAL_MASS_U,
    isotope_phonon_mev,
    isotope_shift,
    isotope_shifts,
)
from asplab.core.companion.literature.priors import phonon_priors
from asplab.core.companion.literature.table import KINDS, literature_values, read_values
from asplab.core.errors import InputError, SettingsError

GOOD = """
[source.a]
authors = "A. Author, B. Other"
title = "On phonons"
journal = "J. Phon. 1, 2"
year = 2020
doi = "10.1/x"

[[value]]
id = "one"
source = "a"
kind = "phonon_energy"
value = 18
error = 0.5
unit = "meV"
temperature_k = 80
quantity = "a mode"
sample = "a crystal"
method = "a method"
stands = "abstract"
independent = true
"""


def test_the_table_of_the_package_is_complete_and_its_references_can_be_followed() -> None:
    found = literature_values()
    assert len(found) >= 10
    assert len({value.name for value in found}) == len(found)
    for value in found:
        assert value.kind in KINDS
        assert value.unit == KINDS[value.kind][0]
        assert 0.0 < value.low <= value.high
        assert value.sample
        assert value.method
        assert value.stands
        assert value.source.doi.startswith("10.") or value.source.arxiv
        assert str(value.source.year) in value.source.citation


def test_the_numbers_of_the_paper_stand_in_the_table() -> None:
    table = {value.name: value for value in literature_values()}
    ranges = {"lo-range": (4.0, 44.0), "cs-octahedra": (4.0, 7.0), "cs-br": (9.5, 9.5), "pb-br-stretch": (18.0, 19.0)}
    assert {name: (table[name].low, table[name].high) for name in ranges} == ranges
    fitted = {"zhang-g-80": (21.4, 0.34, 80.0), "zhang-phonon-80": (5.17, 0.27, 80.0),
              "zhang-g-250": (41.1, 0.58, 250.0), "zhang-phonon-250": (23.4, 2.2, 250.0)}  # fmt: skip
    for name, expected in fitted.items():
        value = table[name]
        assert (value.value, value.error, value.temperature_k) == expected
        assert not value.is_independent
    assert table["zhang-g-250"].text == "41.1 ± 0.58 meV at 250 K"
    assert table["pb-br-stretch"].text == "18-19 meV"


def test_one_kind_is_picked_and_an_unknown_one_refused() -> None:
    assert {value.kind for value in literature_values("coupling_g")} == {"coupling_g"}
    assert len(literature_values("phonon_energy")) + len(literature_values("coupling_g")) < len(literature_values())
    with pytest.raises(SettingsError, match="'alpha' is not known"):
        literature_values("alpha")


def test_the_table_comes_with_the_package() -> None:
    assert (files("asplab.resources") / "phonons.toml").is_file()


def test_an_entry_is_read_with_its_numbers() -> None:
    (value,) = read_values(GOOD, "file.toml")
    assert (value.value, value.error, value.low, value.high, value.temperature_k) == (18.0, 0.5, 17.5, 18.5, 80.0)
    assert value.label == "Author 2020: a mode"
    assert value.source.citation == "A. Author, B. Other: On phonons. J. Phon. 1, 2 (2020), doi:10.1/x"
    (plain,) = read_values(GOOD.replace("error = 0.5\n", "").replace("temperature_k = 80\n", ""), "file.toml")
    assert math.isnan(plain.error)
    assert math.isnan(plain.temperature_k)
    assert plain.low == plain.high == 18.0
    (ranged,) = read_values(GOOD.replace("value = 18\nerror = 0.5", "low = 18\nhigh = 19"), "file.toml")
    assert math.isnan(ranged.value)
    assert (ranged.low, ranged.high) == (18.0, 19.0)


BAD = [
    ('unit = "meV"', 'unit = "eV"', "value 'one': the unit is 'eV'"),
    ('kind = "phonon_energy"', 'kind = "phonon"', "kind 'phonon' is not known"),
    ('source = "a"', 'source = "b"', "source 'b' is not in the file"),
    ("value = 18\n", "", "it has error; give value"),
    ("value = 18\n", "value = 18\nlow = 17\nhigh = 19\n", "it has value, error, low, high"),
    ("value = 18\nerror = 0.5", "low = 17", "it has low; give value"),
    ("value = 18\nerror = 0.5", "value = 18\nlow = 17", "it has value, low; give value"),
    ("value = 18\nerror = 0.5", "low = 19\nhigh = 18", "the range is 19 to 18"),
    ("value = 18\n", "value = -18\n", "both must be above 0"),
    ("error = 0.5", "error = 0", "both must be above 0"),
    ("value = 18\n", "value = nan\n", "value is nan; it must be a finite number"),
    ("value = 18\n", 'value = "18"\n', "value is '18'; it must be a finite number"),
    ("value = 18\n", "value = true\n", "value is True; it must be a finite number"),
    ("temperature_k = 80", "temperature_k = 0", "temperature_k is 0"),
    ("independent = true", 'independent = "yes"', "independent is 'yes'; it must be true or false"),
    ("independent = true", "", "independent is missing"),
    ('stands = "abstract"', 'stands = " "', "stands is ' '; it must be a text"),
    ('stands = "abstract"', 'stands = "abstract"\npage = 3', "page is not known"),
    ('doi = "10.1/x"', "", "source 'a': neither doi nor arxiv"),
    ("year = 2020", 'year = "2020"', "source 'a': year is '2020'; it must be a whole number"),
    ("[source.a]", "[sources.a]", "table 'sources' is not known"),
    ("[source.a]", "[source.a", "Correct the TOML"),
    ('id = "one"\n', "", "value 1: id is missing"),
    ("independent = true", 'independent = true\natoms = "Pb-I"', "atoms has 'I'; there are Cs, Pb, Br"),
]


@pytest.mark.parametrize(("old", "new", "message"), BAD)
def test_a_damaged_table_is_refused_with_place_and_remedy(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(InputError) as problem:
        read_values(GOOD.replace(old, new), "file.toml")
    assert str(problem.value).startswith("file.toml")
    assert message in str(problem.value)


def test_an_id_that_stands_twice_and_a_source_without_a_value_are_refused() -> None:
    entry = GOOD[GOOD.index("[[value]]") :]
    with pytest.raises(InputError, match="'one' stands twice"):
        read_values(GOOD + entry, "file.toml")
    with pytest.raises(InputError, match="source 'a' has no value"):
        read_values(GOOD.replace(entry, ""), "file.toml")


# --- priors --------------------------------------------------------------------------------------------------
def test_priors_are_alternatives_with_their_source() -> None:
    priors = phonon_priors(error_mev=2.0)
    assert {prior.parameter for prior in priors} == {"phonon_mev"}
    stretch = next(prior for prior in priors if "Pb-Br stretching" in prior.source)
    assert stretch.value == 18.5
    assert stretch.error == pytest.approx(math.hypot(0.5, 2.0))
    assert "10.1021/acsnano.3c11908" in stretch.source
    assert "2 meV added" in stretch.source


def test_what_was_found_from_up_conversion_is_no_prior() -> None:
    values = [prior.value for prior in phonon_priors(error_mev=1.0)]
    assert 5.17 not in values
    assert 23.4 not in values
    with pytest.raises(SettingsError, match="independent of up-conversion"):
        phonon_priors(error_mev=1.0, chosen=lambda value: value.name.startswith("zhang-phonon"))
    assert len(phonon_priors(error_mev=1.0, chosen=lambda value: value.name == "cs-br")) == 1


@pytest.mark.parametrize("error", [0.0, -1.0, math.nan, math.inf])
def test_a_prior_needs_what_the_user_adds(error: float) -> None:
    with pytest.raises(SettingsError, match="error_mev is"):
        phonon_priors(error_mev=error)


# --- bands ---------------------------------------------------------------------------------------------------
def test_bands_hold_one_kind_each_in_ascending_order() -> None:
    for kind in KINDS:
        found = bands(kind)
        assert {band.value.kind for band in found} <= {kind}
        assert list(found) == sorted(found, key=lambda band: (band.low, band.high))
    assert {band.value.unit for band in (*phonon_bands(), *coupling_bands())} == {"meV"}


def test_wide_ranges_and_results_of_up_conversion_are_only_context() -> None:
    context = {band.value.name for band in phonon_bands() if band.is_context}
    assert context == {"lo-range", "zhang-phonon-80", "zhang-phonon-250"}
    assert all(band.is_context for band in coupling_bands())


def test_a_fitted_phonon_is_compared_with_the_nearest_band_first() -> None:
    found = compare_with_literature(18.4, error=0.3, kind="phonon_energy")
    assert found.matches[0].band.value.name == "pb-br-stretch"
    assert found.matches[0].distance == 0.0
    assert "compatible with 18-19 meV" in found.sentence
    assert "proves little" not in found.sentence
    away = compare_with_literature(23.4, error=0.5, kind="phonon_energy")
    assert away.matches[0].significance == pytest.approx((23.4 - 19.0) / 0.5)
    assert "no published value is compatible" in away.sentence
    below = compare_with_literature(3.0, error=0.2, kind="phonon_energy")
    assert below.matches[0].distance == pytest.approx(-1.0)


def test_the_chance_of_a_match_is_the_share_of_the_axis_near_a_band() -> None:
    """Independent bands: 4-7, 9.5, 18, 18-19 meV; with 0.5 meV: 4-8, 8.5-10.5 and 17-19 of 15."""
    found = compare_with_literature(12.0, error=0.5, kind="phonon_energy")
    assert found.chance_of_match == pytest.approx(8.0 / 15.0)
    rng = np.random.default_rng(1)
    hits = [
        any(one.is_compatible for one in compare_with_literature(x, error=0.5, kind="phonon_energy").matches)
        for x in rng.uniform(4.0, 19.0, 300)
    ]
    assert np.mean(hits) == pytest.approx(8.0 / 15.0, abs=0.08)
    assert "proves little" in compare_with_literature(18.0, error=2.2, kind="phonon_energy").sentence


def test_the_systematic_error_towards_the_published_value_counts() -> None:
    """19 meV lies 4.04 below: hypot(0.24, 1.4) = 1.42, while upwards it would be 2.41."""
    alone = compare_with_literature(23.04, error=0.24, kind="phonon_energy")
    assert alone.matches[0].significance == pytest.approx(16.8, abs=0.1)
    assert "16.8 standard errors away (statistical error only)" in alone.sentence
    found = compare_with_literature(23.04, error=0.24, kind="phonon_energy", systematic=(1.4, 2.4))
    assert found.matches[0].significance == pytest.approx(4.04 / math.hypot(0.24, 1.4))
    assert "(stat) +2.4 −1.4 (syst) meV" in found.sentence
    assert "2.8 standard errors away (total error)" in found.sentence
    below = compare_with_literature(14.0, error=0.24, kind="phonon_energy", systematic=(1.0, 2.4))
    assert below.matches[0].significance == pytest.approx(-4.0 / math.hypot(0.24, 2.4))
    assert found.chance_of_match > alone.chance_of_match


def test_an_open_systematic_error_excludes_nothing_on_its_side() -> None:
    found = compare_with_literature(23.04, error=0.24, kind="phonon_energy", systematic=(None, 2.4))
    assert all(one.is_compatible for one in found.matches)
    assert found.chance_of_match == pytest.approx(1.0)


def test_a_kind_without_an_independent_value_says_so() -> None:
    found = compare_with_literature(41.1, error=0.6, kind="coupling_g")
    assert found.matches == ()
    assert "no independent value" in found.sentence
    with pytest.raises(InputError, match="give finite ones"):
        compare_with_literature(41.1, error=0.0, kind="coupling_g")
    with pytest.raises(SettingsError, match="'g' is not known"):
        compare_with_literature(41.1, error=1.0, kind="g")


# --- isotopes ------------------------------------------------------------------------------------------------
def test_a_heavier_atom_lowers_the_phonon_energy_as_one_over_the_root_of_its_mass() -> None:
    """Against the eigenfrequency of one mass on a spring."""
    spring = 3.0

    def eigen(mass: float) -> float:
        return float(np.sqrt(spring / mass))

    assert isotope_phonon_mev(eigen(79.0), 79.0, 81.0) == pytest.approx(eigen(81.0), rel=1e-12)
    assert isotope_phonon_mev(18.5, 78.918, 80.916) == pytest.approx(18.27, abs=5e-3)


@pytest.mark.parametrize("name", ["phonon_mev", "mass_u", "new_mass_u"])
def test_an_isotope_estimate_needs_positive_numbers(name: str) -> None:
    arguments: dict[str, Any] = {"phonon_mev": 18.5, "mass_u": 79.0, "new_mass_u": 81.0, name: 0.0}
    with pytest.raises(SettingsError, match=f"{name} is 0"):
        isotope_phonon_mev(**arguments)


def test_the_largest_shift_is_that_of_the_atom_alone_and_a_pair_shifts_less() -> None:
    found = isotope_shift(18.5, atom="Br", mass_number=81, partner="Pb")
    assert found.largest_shift_mev == pytest.approx(18.5 * ((79.904 / 80.9163) ** 0.5 - 1.0), rel=1e-12)
    # Two masses on a spring: ω² = k (1/m + 1/M).
    ratio = (1.0 / 80.9163 + 1.0 / 207.2) / (1.0 / 79.904 + 1.0 / 207.2)
    assert found.pair_shift_mev == pytest.approx(18.5 * (np.sqrt(ratio) - 1.0), rel=1e-9)
    assert found.largest_shift_mev < found.pair_shift_mev < 0.0
    assert "if Br alone moves" in found.sentence
    assert "against Pb" in found.sentence
    assert found.needed_error_mev == pytest.approx(abs(found.largest_shift_mev) / 2.0 / np.sqrt(2.0))


def test_natural_elements_are_the_mean_of_their_isotopes() -> None:
    """Natural abundances of bromine [IUPAC]: 50.69 % of 79; masses lie around that of the element."""
    assert 0.5069 * ISOTOPES_U["Br"][79] + 0.4931 * ISOTOPES_U["Br"][81] == pytest.approx(79.904, abs=1e-3)
    for atom, mass in NATURAL_MASS_U.items():
        assert min(ISOTOPES_U[atom].values()) <= mass <= max(ISOTOPES_U[atom].values())
        assert all(abs(one - number) < 0.11 for number, one in ISOTOPES_U[atom].items())


def test_a_mode_of_caesium_can_not_be_shifted_by_caesium() -> None:
    modes = {value.name: value for value in literature_values("phonon_energy")}
    told = {(one.atom, one.mass_number): one for one in isotope_shifts(modes["cs-br"])}
    assert set(told) == {("Cs", 133), ("Br", 79), ("Br", 81)}
    assert told["Cs", 133].largest_shift_mev == 0.0
    assert "only one stable isotope" in told["Cs", 133].sentence
    assert told["Br", 81].partner == "Cs"


def test_modes_of_their_own_have_no_partner_and_untold_ones_no_shift() -> None:
    modes = {value.name: value for value in literature_values("phonon_energy")}
    assert {one.partner for one in isotope_shifts(modes["cs-octahedra"])} == {""}
    assert all(math.isnan(one.pair_shift_mev) for one in isotope_shifts(modes["cs-octahedra"]))
    assert isotope_shifts(modes["lo-x-ray"]) == ()
    with pytest.raises(SettingsError, match="only a phonon energy"):
        isotope_shifts(literature_values("coupling_g")[0])


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"atom": "I"}, "atom is 'I'"),
        ({"partner": "N"}, "partner is 'N'"),
        ({"mass_number": 80}, "Br has no stable isotope 80; choose one of: 79, 81"),
        ({"phonon_mev": -1.0}, "phonon_mev is -1"),
    ],
)
def test_isotopes_that_are_not_in_the_crystal_are_refused(changed: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"phonon_mev": 18.5, "atom": "Br", "mass_number": 81, "partner": "Pb"}
    with pytest.raises(SettingsError, match=message):
        isotope_shift(**(given | changed))
