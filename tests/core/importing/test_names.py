"""What folder and file names say without a template."""

import re

import pytest

from asplab.core.importing.names import read_name, stem_of

OF_THE_FIELD = {
    "0--301.0306k-0.001mw.sif": {"temperature_k": "301.0306", "power_uw": "1"},
    "MS5_Al2O3--fs--laser_422nm_1.0mW_OD0--Andor_0.1s_100acc_300lmm_center710nm_450LPF.csv": {
        "sample": "MS5_Al2O3",
        "excitation_nm": "422",
        "power_uw": "1000",
        "nd_od": "0",
        "exposure_s": "0.1",
        "accumulations": "100",
        "longpass_nm": "450",
    },
    "LiYF4_Nd_2.5 pc_200 C.txt": {"sample": "LiYF4_Nd_2.5 pc", "temperature_k": "473.15"},
    "CsPbBr3-QD_AbsoluteIrradiance__1__17-26-26-809.txt": {
        "sample": "CsPbBr3-QD_AbsoluteIrradiance",
        "repeat": "1",
        "time": "17:26:26",
    },
    "PST10_iR785_OP01_8000msx8.txt": {
        "sample": "PST10",
        "excitation_nm": "785",
        "exposure_s": "8",
        "accumulations": "8",
    },
    "CP20_80K.csv": {"sample": "CP20", "temperature_k": "80"},
    "LDS821_514nm_80mW.txt": {"sample": "LDS821", "excitation_nm": "514", "power_uw": "80000"},
    "Testfile_Single_SPE2.SPE": {},
    "cli-0.reference.csv": {"kind": "reference"},
    "raman1.asc": {},
}


@pytest.mark.parametrize("name", OF_THE_FIELD)
def test_names_found_in_the_wild_are_understood(name):
    assert read_name(name).cells == OF_THE_FIELD[name]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("PL_80K_450nm.csv", {"kind": "pl", "temperature_k": "80", "excitation_nm": "450"}),
        ("CP20_79.8K_PA.txt", {"kind": "pa", "sample": "CP20", "temperature_k": "79.8"}),
        ("dark/dark_0.5s_r01.csv", {"kind": "dark", "exposure_s": "0.5", "repeat": "1"}),
        ("scan.csv", {}),
        ("place_parrot.csv", {}),
        ("PA_blank_rep3.csv", {"kind": "pa_blank", "repeat": "3"}),
        ("Dunkel 20s Nr2.csv", {"kind": "dark", "exposure_s": "20", "repeat": "2"}),
        ("PL_blank.csv", {"kind": "emission_blank"}),
        ("anti-Stokes_80K.csv", {"kind": "aspl", "temperature_k": "80"}),
        ("Stokes_80K.csv", {"kind": "pl", "temperature_k": "80"}),
        ("darkFrame.csv", {"kind": "dark"}),
        ("UC_80K_535nm.csv", {"kind": "aspl", "temperature_k": "80", "excitation_nm": "535"}),
        ("emission_80K_450nm.csv", {"kind": "emission", "temperature_k": "80", "excitation_nm": "450"}),
        ("pump_off_10s.csv", {"kind": "background", "exposure_s": "10"}),
        ("laser line 535nm.csv", {"kind": "laser", "excitation_nm": "535"}),
        ("LP500 transmission.csv", {"kind": "filter", "longpass_nm": "500"}),
        (
            "T080/ASPL_exc535nm_rep2.csv",
            {"temperature_k": "80", "kind": "aspl", "excitation_nm": "535", "repeat": "2"},
        ),
        (
            "80K/200uW/aspl_535nm.csv",
            {"temperature_k": "80", "power_uw": "200", "kind": "aspl", "excitation_nm": "535"},
        ),
        ("CsPbBr3_6.8nm_PL_450nm.txt", {"kind": "pl", "sample": "CsPbBr3_6.8nm", "excitation_nm": "450"}),
        ("exc2.76eV_T80p5K.dat", {"excitation_nm": "449.21811", "temperature_k": "80.5"}),
        ("25degC.txt", {"temperature_k": "298.15"}),
        (
            "film 300 K 10s x 5.txt",
            {"sample": "film", "temperature_k": "300", "exposure_s": "10", "accumulations": "5"},
        ),
    ],
)
def test_kind_and_condition_are_read_where_they_stand_plainly(name, expected):
    assert read_name(name).cells == expected


@pytest.mark.parametrize(
    "text",
    [
        "450LPF",
        "LP450",
        "450 nm LP",
        "longpass450nm",
        "450longpass",
        "450nm_longpass",
        "FELH0450",
        "BLP01-450R",
        "em_450nm_LP",
    ],
)
def test_long_pass_filters_are_no_excitation(text):
    assert read_name(f"PL_{text}_exc405nm.csv").cells == {
        "kind": "pl",
        "longpass_nm": "450",
        "excitation_nm": "405",
    }


@pytest.mark.parametrize("text", ["530SP", "SP530", "530nmSP", "530SPF", "530 nm shortpass", "FESH0530"])
def test_short_pass_filters_are_no_excitation(text):
    assert read_name(f"aspl_{text}.csv").cells == {"kind": "aspl", "shortpass_nm": "530"}


@pytest.mark.parametrize(
    "text",
    [
        *("300lmm", "1200 l_mm", "center710nm", "1024px", "em650nm", "x50obj", "50x", "slit100um", "2024-05-01"),
        *("20240501", "2.5pc", "405notch", "550BP", "NF405", "OP01", "Nd_2.5", "10ns", "m5"),
    ],
)
def test_other_numbers_are_not_taken_for_conditions(text):
    assert read_name(f"PL_{text}_x.csv").cells == {"kind": "pl"}


@pytest.mark.parametrize(
    ("name", "blank", "doubt"),
    [
        ("film_5-9K_0p5uW.txt", "temperature_k", "'5-9K' is a range"),
        ("PL_405nm_650nm.txt", "excitation_nm", "'405nm' and '650nm'"),
        ("PL_102meV.txt", "excitation_nm", "excitation or a detuning"),
        ("PL_80MW.txt", "power_uw", "MW may mean mW"),
        ("PL_RT.txt", "temperature_k", "'RT' is no number"),
    ],
)
def test_what_is_ambiguous_is_asked_not_guessed(name, blank, doubt):
    reading = read_name(name)
    assert blank not in reading.cells
    assert any(doubt in text for text in reading.doubts)


def test_a_hyphen_between_groups_is_neither_a_range_nor_a_sign():
    assert read_name("rep1-80K.txt").cells == {"repeat": "1", "temperature_k": "80"}
    assert read_name("PL-10C.txt").cells["temperature_k"] == "283.15"
    assert read_name("PL_450-80K.txt").cells == {"kind": "pl", "temperature_k": "80"}


def test_each_value_knows_whether_folder_or_file_says_it():
    sources = {finding.column: finding.origin for finding in read_name("T080/pl_exc450nm.csv").findings}
    assert sources["temperature_k"] == "folder name: T080"
    assert sources["excitation_nm"] == "file name: exc450nm"


def test_the_ending_of_a_name_is_taken_off_and_a_decimal_is_not():
    assert stem_of("CP20_80.5K.txt") == "CP20_80.5K"
    assert stem_of("scan_0.5") == "scan_0.5"
    assert stem_of(".hidden") == ".hidden"


@pytest.mark.parametrize(
    "name", ["bkg_20s_3.asc", "bg_20s.asc", "Background 20s.asc", "ASPL_bkg_20s.asc", "x/BKG20s.asc"]
)
def test_a_background_is_taken_for_a_dark_and_the_doubt_is_told(name):
    reading = read_name(name)
    assert reading.cells["kind"] == "dark"
    assert any("shutter closed" in doubt for doubt in reading.doubts)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("dark_bkg_20s.asc", "dark"),
        ("aspl_80K_BG39.asc", "aspl"),
        ("aspl_80K_background_subtracted.asc", "aspl"),
        ("PA_background_80K.asc", "pa_blank"),
    ],
)
def test_what_else_is_called_background_keeps_its_kind_without_a_doubt(name, kind):
    reading = read_name(name)
    assert (reading.cells["kind"], reading.doubts) == (kind, ())


def test_conditions_without_units_are_no_sample():
    assert read_name("Probe7 T=80K/Em 429,36 116,904 #4.csv").cells == {
        "sample": "Probe7",
        "temperature_k": "80",
        "repeat": "4",
    }
    assert "sample" not in read_name("UC 535 120 #4.csv").cells
    assert "sample" not in read_name("Dunkel/Dunkel 0,5s Nr2.csv").cells
    assert read_name("film 12 80K.csv").cells["sample"] == "film 12"


def test_a_comma_is_decimal_where_another_number_of_the_name_shows_it():
    assert read_name("PL_429,36nm_116,904uW.csv").cells["power_uw"] == "116.904"
    assert "power_uw" not in read_name("PL_429nm_116,904uW.csv").cells


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("120 K/misc/CsPbBr3 laser exc 428nm 1.txt", "laser"),
        ("120 K/misc/CsPbBr3 power exc 428nm 2.txt", "power"),
        ("misc/reference exc 518nm 3.txt", "reference"),
        ("T120K/low_power_PL_r01.csv", "low_power"),
        ("power 5uW/PL 448nm r1.csv", "pl"),
        ("misc/filter_2.txt", "filter"),
        ("misc/laserLine_3.txt", "laser"),
        ("laser_2.txt", "laser"),
    ],
)
def test_a_name_that_holds_the_name_of_a_kind_is_of_that_kind(name, kind):
    assert read_name(name).cells["kind"] == kind


@pytest.mark.parametrize(
    "name",
    [
        "CsPbBr3 laser 450nm 80K.txt",
        "CsPbBr3 450nm laser 80K.txt",
        "x laser on 80K.txt",
        "x power 5uW 80K.txt",
        "x_power=5_80K.txt",
        "x 5 uW power 80K.txt",
        "x 530 longpass filter 80K.txt",
        "x no filter 80K.txt",
        "x ND2 filter 80K.txt",
        "x filter 530 80K.txt",
    ],
)
def test_the_condition_of_another_measurement_is_no_kind(name):
    assert "kind" not in read_name(name).cells


@pytest.mark.parametrize("name", ["pl_reference_80K.txt", "ASPL laser filter 3.txt", "dark power 1.txt"])
def test_a_word_that_says_what_was_measured_goes_before_those_of_its_circumstances(name):
    assert read_name(name).cells["kind"] == re.split(r"[_ ]", name)[0].lower()
