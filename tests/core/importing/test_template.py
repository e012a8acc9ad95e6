"""Templates of names: what they match, what they read, and how faults are told."""

import pytest

from asplab.core.importing.guess import propose
from asplab.core.importing.template import TemplateError, compile_regex, compile_template, matched


def cells(template, name):
    reading = compile_template(template).read(name)
    return None if reading is None else reading.cells


STANDARD = "{kind}_T{T:K}_exc{exc:nm}_rep{rep}"


@pytest.mark.parametrize(
    ("template", "name", "expected"),
    [
        (
            STANDARD,
            "PL_T80K_exc450nm_rep3.csv",
            {"kind": "pl", "temperature_k": "80", "excitation_nm": "450", "repeat": "3"},
        ),
        (
            STANDARD,
            "aspl_T080_exc535.5_rep03.txt",
            {"kind": "aspl", "temperature_k": "80", "excitation_nm": "535.5", "repeat": "3"},
        ),
        (
            STANDARD,
            "any/folder/PL_T80_exc450_rep1",
            {"kind": "pl", "temperature_k": "80", "excitation_nm": "450", "repeat": "1"},
        ),
        (STANDARD, "PL_80K.csv", None),
        ("{sample}_{T:C}", "film a_25.txt", {"sample": "film a", "temperature_k": "298.15"}),
        ("{sample}_{T:C}", "film_80K.txt", {"sample": "film", "temperature_k": "80"}),
        ("{exc:eV}_{P:mW}", "2p76eV_0,5.txt", {"excitation_nm": "449.21811", "power_uw": "500"}),
        ("{t:ms}x{acc}", "8000msx8.txt", {"exposure_s": "8", "accumulations": "8"}),
        (
            "{kind}_{exc:nm}[_{lp:nm}LP][_{sp:nm}SP]",
            "aspl_535_529SP.txt",
            {"kind": "aspl", "excitation_nm": "535", "shortpass_nm": "529"},
        ),
        ("{kind}_{exc:nm}[_{lp:nm}LP][_{sp:nm}SP]", "pl_450.txt", {"kind": "pl", "excitation_nm": "450"}),
        ("*_{T:K}_*", "x_80K_foo_bar.txt", {"temperature_k": "80"}),
        ("T{T:K}/{kind}_{rep}", "a/T080/pl_001.csv", {"temperature_k": "80", "kind": "pl", "repeat": "1"}),
        ("T{T:K}/{kind}_{rep}", "pl_001.csv", None),
        ("[T{T:K}/]{kind}_{rep}", "T080/pl_001.csv", {"temperature_k": "80", "kind": "pl", "repeat": "1"}),
        ("[T{T:K}/]{kind}_{rep}", "dark/dark_001.csv", {"kind": "dark", "repeat": "1"}),
        ("{kind}_{rep}.csv", "pl_1.csv", {"kind": "pl", "repeat": "1"}),
        ("{kind}_{rep}.csv", "pl_1.txt", None),
        (r"\[{rep}\]{kind}", "[3]pl.csv", {"repeat": "3", "kind": "pl"}),
        ("{od}--{any}--{note}", "0.3--x--hello.csv", {"nd_od": "0.3", "note": "hello"}),
        ("{temperature_k:K}_{rep}", "80_1.csv", {"temperature_k": "80", "repeat": "1"}),
    ],
)
def test_a_template_reads_a_name(template, name, expected):
    assert cells(template, name) == expected


def test_values_know_whether_they_stand_in_the_folder_or_the_file():
    reading = compile_template("T{T:K}/{kind}_{exc:nm}").read("T080/pl_450nm.csv")
    assert [finding.origin for finding in reading.findings] == [
        "folder name: 080",
        "file name: pl",
        "file name: 450nm",
    ]


def test_a_matched_value_that_is_none_is_a_doubt():
    reading = compile_template("{kind}_{exc:nm}").read("foo_450.csv")
    assert reading.cells == {"excitation_nm": "450"}
    assert "'foo' is no kind" in reading.doubts[0]


@pytest.mark.parametrize(
    ("template", "position", "reason"),
    [
        ("x_{kind", 2, "never closed"),
        ("{kind}}", 6, "closes no"),
        ("a[{kind}", 1, "never closed"),
        ("{kind}]", 6, "closes no"),
        ("{kind}_T{T:F}", 11, "Choose from: K, C"),
        ("{sample:K}", 8, "has no unit"),
        ("{temp}", 1, "did you mean 'T'"),
        ("{}", 1, "field '' is not known"),
        ("{p}", 1, "did you mean 'P'"),
        ("{T}_{temperature_k}", 4, "there twice"),
        ("{sample}{note}", 8, "touch"),
        ("{sample}*", 8, "touch"),
        ("{kind}\\", 6, "backslash"),
        ("  ", 0, "empty"),
    ],
)
def test_a_fault_in_a_template_is_marked_where_it_is(template, position, reason):
    with pytest.raises(TemplateError, match=reason) as caught:
        compile_template(template)
    assert caught.value.position == position
    if template.strip():
        assert str(caught.value).splitlines()[-1] == "    " + " " * position + "^"


def test_a_regular_expression_has_fields_as_groups():
    template = compile_regex(r"T(?P<T>\d+)(?P<T_unit>C)?/.*_(?P<exc>\d+)nm")
    assert template.columns == ("temperature_k", "excitation_nm")
    reading = template.read("T25C/pl_450nm.csv")
    assert reading.cells == {"temperature_k": "298.15", "excitation_nm": "450"}
    assert [finding.source for finding in reading.findings] == ["folder name", "file name"]
    assert template.read("T25C/pl_450.csv") is None


@pytest.mark.parametrize(
    ("text", "reason"), [("(foo", "fault"), (r"(\d+)", "no named group"), (r"(?P<foo>\d)", "'foo' is not known")]
)
def test_a_regular_expression_without_use_is_refused(text, reason):
    with pytest.raises(TemplateError, match=reason):
        compile_regex(text)


def test_names_that_match_are_counted():
    assert matched(compile_template("{kind}_{rep}"), ["pl_1.csv", "pl_2.csv", "notes.csv"]) == "2 of 3 matched"


EMISSION = [
    f"{kind}_T{t}K_exc{e}nm_rep{r}.csv" for kind, e in (("PL", 450), ("ASPL", 535)) for t in (80, 120) for r in (1, 2)
]
FOLDERS = [
    f"T{t:03d}/{kind}_{e}nm_{r:03d}.csv" for kind, e in (("pl", 450), ("aspl", 535)) for t in (80, 120) for r in (1, 2)
]


@pytest.mark.parametrize(
    ("names", "template", "count"),
    [
        (EMISSION, "{kind}_T{T:K}_exc{exc:nm}_rep{rep}", "8 of 8 matched"),
        ([*EMISSION, "notes.csv"], "{kind}_T{T:K}_exc{exc:nm}_rep{rep}", "8 of 9 matched"),
        (
            [*EMISSION, "PA_T80K_rep1.csv", "dark_rep1.csv"],
            "{kind}[_T{T:K}][_exc{exc:nm}]_rep{rep}",
            "10 of 10 matched",
        ),
        (FOLDERS, "T{T:K}/{kind}_{exc:nm}_{rep}", "8 of 8 matched"),
        (["CP20_80K.csv", "CP20_120K.csv"], "{sample}_{T:K}", "2 of 2 matched"),
        (["PL_450_r01.csv", "PL_405_r01.csv"], "{kind}_{exc:nm}_r{rep}", "2 of 2 matched"),
        (
            ["PL_80K_450nm.csv", "ASPL_80K_535nm_529SP.csv", "PL_80K_450nm_458LP.csv"],
            "{kind}_{T:K}_{exc:nm}[_{lp:nm}LP][_{sp:nm}SP]",
            "3 of 3 matched",
        ),
        (
            ["PST10_iR785_OP01_8000msx8.txt", "PST11_iR785_OP02_4000msx16.txt"],
            "{sample}_iR{exc:nm}_{any}_{t:ms}x{acc}",
            "2 of 2 matched",
        ),
        (
            [
                "MS5_Al2O3--fs--laser_422nm_1.0mW_OD0--Andor_0.1s_100acc_300lmm_center710nm_450LPF.csv",
                "MS6_Al2O3--bs--laser_422nm_2.0mW_OD1--Andor_0.5s_100acc_300lmm_center710nm_450LPF.csv",
            ],
            "{sample}--{any}--laser_{exc:nm}_{P:mW}_OD{od}--Andor_{t:s}_{acc}acc_300lmm_center710nm_{lp:nm}LPF",
            "2 of 2 matched",
        ),
    ],
)
def test_a_template_is_proposed_from_the_names_at_hand(names, template, count):
    proposal = propose(names)
    assert (proposal.template.text, proposal.text) == (template, count)


def test_names_that_say_nothing_give_no_proposal():
    assert propose(["a.txt", "b.txt"]) is None
    assert propose([]) is None


@pytest.mark.parametrize("name", [*EMISSION, *FOLDERS, "CP20_79.8K_0p5uW_PA.txt", "x[1]_80K.csv", "{a}_80K.csv"])
def test_a_proposed_template_reads_what_the_name_says_plainly(name):
    from asplab.core.importing.names import read_name

    proposal = propose([name])
    said = proposal.template.read(name).cells
    plain = read_name(name).cells
    assert said == {column: plain[column] for column in said}
    assert len(said) >= len(plain) - 1


def test_a_guess_joins_a_part_that_may_be_missing_at_the_beginning_with_its_separator():
    names = [f"CP20_{kind}_T{t}K_exc450nm_rep{r}.txt" for kind in ("PL", "ASPL") for t in (80, 140) for r in (1, 2)]
    found = propose([*names, "dark.txt"])
    assert found is not None
    assert found.template.text == "[{sample}_]{kind}[_T{T:K}][_exc{exc:nm}][_rep{rep}]"
    reading = found.template.read(names[0])
    assert reading is not None
    assert {f.column: f.value for f in reading.findings}["sample"] == "CP20"


def test_a_background_that_a_template_reads_as_a_kind_is_a_dark_with_a_doubt():
    reading = compile_template("{kind}_{t:s}_{rep}").read("bkg_20s_3.asc")
    assert reading.cells == {"kind": "dark", "exposure_s": "20", "repeat": "3"}
    assert "shutter closed" in reading.doubts[0]


SPACED = [
    f"{t} K/CP20_{t}K_{kind}_{e}nm_{100 + r}.5uW_5s_{r}.asc"
    for t in (80, 140)
    for kind, e in (("PL", 450), ("ASPL", 535))
    for r in (1, 2, 3)
]
ODD = ["80 K/PA_lockin_80K.txt", "140 K/PA_lockin_140K.txt", "bkg/bkg_5s_1.asc", "bkg/bkg_5s_2.asc", "response.txt"]


def test_a_guess_gains_fields_before_it_fits_more_names():
    found = propose([*SPACED, *ODD])
    assert found.template.text == "[{sample}_][{T:K}_]{kind}[_{exc:nm}][_{P:uW}][_{t:s}][_{rep}]"
    assert found.text == "15 of 17 matched"


@pytest.mark.parametrize("names", [SPACED, ODD, SPACED + ODD, [name for name in SPACED if "_1.asc" in name]])
def test_a_guess_never_says_less_or_otherwise_than_names_say_plainly(names):
    from asplab.core.importing.names import read_folders, read_name

    found = propose(names)
    assert found.matched
    for name in filter(found.template.matches, names):
        said = (read_folders(name) + found.template.read(name)).cells
        assert read_name(name).cells.items() <= said.items()


def test_bare_wavelengths_with_a_decimal_comma_are_guessed():
    names = [f"F7 T={t}K/Em {e},36 116,904 #{r}.csv" for t in (80, 90) for e in (429, 431) for r in (1, 2)]
    assert "{exc:nm}" in propose(names).template.text


def test_a_comma_is_decimal_where_another_number_of_the_name_shows_it():
    template = compile_template("{any} {exc:nm} {P:uW} #{rep}")
    reading = template.read("Em 429,36 116,904 #4.csv")
    assert reading.cells == {"excitation_nm": "429.36", "power_uw": "116.904", "repeat": "4"}
    assert "116,904" in [finding.text for finding in reading.findings]
    assert "thousands" in template.read("Em 429.36 116,904 #4.csv").doubts[0]
    assert "thousands" in template.read("Em 429 116,904 #4.csv").doubts[0]
