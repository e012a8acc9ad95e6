"""Published tables: pasted with their own column names, they enter the chain half-way."""

import numpy as np
import pytest

from asplab.core.experiment import Condition
from asplab.core.io.datafile import FileError
from asplab.core.io.published import read_halfway_file, read_published
from asplab.core.io.records import Origin


def columns(text, **given):
    record = read_published(text, "pasted table", **given).record
    return record.kind, dict(record.columns)


@pytest.mark.parametrize(
    "head",
    [
        "temperature_k\tdetuning_mev\teta\teta_error",
        "T (K)\tΔE (meV)\tη\terror",
        "Temperature [K]\tdetuning / meV\tefficiency\t±",
        "T\tdE (meV)\teta\tσ_η",
    ],
)
def test_usual_names_of_columns_are_understood(head):
    kind, found = columns(f"{head}\n80\t23\t0.75\t0.03\n80\t102\t0.32\t0.04\n")
    assert kind == "efficiency"
    np.testing.assert_allclose(found["temperature_k"], 80.0)
    np.testing.assert_allclose(found["detuning_mev"], [23.0, 102.0])
    np.testing.assert_allclose(found["eta"], [0.75, 0.32])
    np.testing.assert_allclose(found["eta_error"], [0.03, 0.04])


def test_per_cent_and_electron_volts_are_converted():
    _, found = columns("T (K);ΔE (eV);η (%);error\n80;0,023;75;3\n80;0,102;32;4\n")
    np.testing.assert_allclose(found["detuning_mev"], [23.0, 102.0])
    np.testing.assert_allclose(found["eta"], [0.75, 0.32])
    np.testing.assert_allclose(found["eta_error"], [0.03, 0.04])


def test_an_error_with_its_own_unit_keeps_it():
    _, found = columns("T (K),ΔE (meV),η (%),error (%)\n80,23,75,3\n80,33,70,2\n")
    np.testing.assert_allclose(found["eta_error"], [0.03, 0.02])


@pytest.mark.parametrize(
    "error", ["σ(η)", "σ_η", "Δη", "δη", "u(η)", "s_eta", "err(η)", "η error", "error of η", "σ", "±", "std", "η_err"]
)
@pytest.mark.parametrize("value", ["η (%)", "η [%]", "η / %", "η in %", "eta, %", "efficiency %", "η (percent)"])
def test_an_error_without_a_unit_has_that_of_its_value(value, error):
    _, found = columns(f"T (K)\tΔE (meV)\t{value}\t{error}\n80\t23\t75\t3\n80\t33\t70\t2\n")
    np.testing.assert_allclose(found["eta"], [0.75, 0.7])
    np.testing.assert_allclose(found["eta_error"], [0.03, 0.02])


def test_an_error_in_per_cent_beside_a_plain_value_keeps_its_unit():
    _, found = columns("T (K)\tΔE (meV)\tη\tσ(η) (%)\n80\t23\t0.75\t3\n80\t33\t0.70\t2\n")
    np.testing.assert_allclose(found["eta"], [0.75, 0.7])
    np.testing.assert_allclose(found["eta_error"], [0.03, 0.02])


def test_a_relative_error_is_not_taken_as_the_error():
    with pytest.raises(FileError, match="eta_error"):
        columns("T (K)\tΔE (meV)\tη\tΔη/η\n80\t23\t0.75\t0.04\n")


@pytest.mark.parametrize("head", ["η ± σ (%)", "η (%) ± σ", "η ± Δη (%)", "η +/- error [%]", "eta ± std in %"])
def test_a_head_may_say_that_its_cells_hold_value_and_error(head):
    kind, found = columns(f"T (K)\tΔE (meV)\t{head}\n80\t23\t75 ± 3\n80\t102\t32 ± 4\n")
    assert kind == "efficiency"
    np.testing.assert_allclose(found["eta"], [0.75, 0.32])
    np.testing.assert_allclose(found["eta_error"], [0.03, 0.04])


@pytest.mark.parametrize("sign", ["±", " ± ", "+/-"])
def test_cells_with_value_and_error_fall_apart(sign):
    _, found = columns(f"T (K)\tΔE (meV)\tη\n80\t23\t0.75{sign}0.03\n80\t102\t0.32{sign}0.04\n")
    np.testing.assert_allclose(found["eta"], [0.75, 0.32])
    np.testing.assert_allclose(found["eta_error"], [0.03, 0.04])


def test_the_temperature_may_be_given_for_all_rows():
    _, found = columns("ΔE (meV),η,error\n23,0.75,0.03\n33,0.7,0.02\n", temperature_k=250.0)
    np.testing.assert_allclose(found["temperature_k"], 250.0)


def test_errors_of_the_detuning_are_kept():
    _, found = columns("T (K),ΔE (meV),error,η,error\n80,23,1,0.75,0.03\n80,33,1,0.7,0.02\n")
    np.testing.assert_allclose(found["detuning_mev_error"], 1.0)
    np.testing.assert_allclose(found["eta_error"], [0.03, 0.02])


def test_ratios_and_responses_are_told_apart():
    kind, found = columns(
        "T (K),ΔE_S (meV),ΔE (meV),E_g (eV),R,σ_R\n80,170,23,2.45,0.47,0.02\n80,220,23,2.45,0.5,0.02\n"
    )
    assert kind == "ratios"
    np.testing.assert_allclose(found["gap_mev"], 2450.0)
    np.testing.assert_allclose(found["stokes_detuning_mev"], [170.0, 220.0])
    kind, _ = columns("T,excitation (nm),I,I_error,PA,PA_error\n80,450,1,0.1,2,0.1\n80,535,1,0.1,2,0.1\n")
    assert kind == "responses"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no text"),
        ("80,23,0.75,0.03\n80,33,0.7,0.02\n", "no column holds η, R or I"),
        ("T (K),ΔE (meV),η,eta,error\n80,23,0.75,0.7,0.1\n", "'η', 'eta' all mean eta"),
        ("T (K),ΔE (meV),η,error\n80,23,high,0.03\n", "line 2: column eta holds 'high'"),
        ("T (K),ΔE (meV),η\n80,23,0.75\n", "'eta_error'"),
        ("ΔE (meV),η,error\n23,0.75,0.03\n", "'temperature_k'"),
    ],
)
def test_a_table_that_is_not_understood_is_refused_with_the_reason(text, said):
    with pytest.raises(FileError, match=said):
        read_published(text, "pasted table")


def test_lines_are_those_of_the_pasted_text():
    with pytest.raises(FileError, match="line 4"):
        read_published("\nT (K),ΔE (meV),η,error\n80,23,0.75,0.03\n80,33,,0.02\n", "pasted table")


def from_file(text, kind="efficiency", **given):
    return read_halfway_file(text.encode(), Origin(kind, "eta.csv", 2, Condition(**given), ()))


def test_a_file_with_usual_names_of_columns_is_read_and_told():
    loaded = from_file("# from the paper\nT (K);ΔE (eV);η (%);σ(η)\n\n80;0,023;75;3\n80;0,102;32;4\n")
    found = dict(loaded.record.columns)
    np.testing.assert_allclose(found["temperature_k"], 80.0)
    np.testing.assert_allclose(found["detuning_mev"], [23.0, 102.0])
    np.testing.assert_allclose(found["eta"], [0.75, 0.32])
    np.testing.assert_allclose(found["eta_error"], [0.03, 0.04])
    assert loaded.record.metadata == (("comment", "from the paper"),)
    ((severity, told),) = loaded.remarks
    assert severity == "info"
    assert "'η (%)' as eta" in told


@pytest.mark.parametrize("kind", ["ratios", "responses"])
def test_files_of_ratios_and_responses_may_have_usual_names_too(kind):
    text = {
        "ratios": "T (K),ΔE_S (meV),ΔE (meV),E_g (eV),R,σ_R\n80,170,23,2.45,0.47,0.02\n",
        "responses": "T,excitation (nm),I,σ(I),PA,PA_error\n80,450,1,0.1,2,0.1\n",
    }[kind]
    record = from_file(text, kind).record
    assert record.kind == kind
    assert record.column("temperature_k")[0] == 80.0


def test_names_of_the_contract_are_taken_as_they_stand():
    loaded = from_file("temperature_k,detuning_mev,eta,eta_error,T,λ\n80,23,0.75,0.03,1,2\n")
    assert loaded.remarks == ()
    np.testing.assert_allclose(loaded.record.column("temperature_k"), 80.0)


def test_a_temperature_of_the_table_goes_before_that_of_the_manifest_whatever_its_name():
    record = from_file("T (K),detuning_mev,eta,eta_error\n80,23,0.75,0.03\n", temperature_k=250.0).record
    np.testing.assert_allclose(record.column("temperature_k"), 80.0)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("# c\n\nT (K),ΔE (meV),η\n80,23,0.75\n", 3, "'eta_error'"),
        ("T (K),ΔE (meV),η (%),σ(η)\n80,23,75,3\n# c\n\n80,33,x,3\n", 5, "'x'"),
        ("T (K),ΔE (meV),η,σ(η)\n80,23,0.75,0.03,7\n", 2, "5 cells"),
        ("T (K),ΔE (meV),R,σ(R)\n80,23,0.75,0.03\n", 1, "the kind is efficiency, but .* ratios"),
        ("T (K),ΔE (meV),η,σ(η)\n80,23,0.75,-0.03\n", 2, "can't be negative"),
    ],
)
def test_a_file_that_cannot_be_understood_is_refused_with_its_line(text, line, said):
    with pytest.raises(FileError, match=said) as caught:
        from_file(text)
    assert str(caught.value).startswith(f"eta.csv, line {line}:")


def test_cells_beyond_the_header_of_a_pasted_table_are_not_lost():
    with pytest.raises(FileError, match="line 2: the row has 5 cells"):
        columns("T (K),ΔE (meV),η,error\n80,23,0,75,0\n")
