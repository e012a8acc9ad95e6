"""``asplab model``: values, tables, the list of models, and what is said about wrong use."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import run

from asplab.core.jobs.model_list import list_document, model_options, option_name, range_text
from asplab.core.polaron.rates import MODELS, PARAMETERS, Parameter, log_rate
from asplab.core.polaron.rates.registry import INHOMOGENEOUS

FOLDER = Path(__file__).parents[2] / "golden"
EQ9 = json.loads((FOLDER / "eq9.json").read_text(encoding="utf-8"))["samples"]
ITEMS = json.loads((FOLDER / "rates.json").read_text(encoding="utf-8"))["items"]
POINTS = [item for item in ITEMS if item["id"].startswith("w_")]
COMB = next(item for item in ITEMS if item["id"] == "multimode")
COUPLING = ("--g", "21.4", "--phonon", "5.17")
POINT = ("--detuning", "23", "--temperature", "80")
MODEL = ("model", "--model", "eq9", *COUPLING)
EVERY_OPTION = {
    "--g": "21.4",
    "--phonon": "5.17",
    "--broadening": "0.5",
    "--inhomogeneous": "8",
    "--urbach": "15",
    "--background-urbach": "60",
    "--slope": "0.03",
}


def document(*arguments: object) -> dict[str, Any]:
    done = run("model", *arguments, "--json")
    assert (done.code, done.err) == (0, "")
    found: dict[str, Any] = json.loads(done.out)
    return found


def only_row(*arguments: object) -> dict[str, float]:
    (row,) = document(*arguments)["rows"]
    return {str(key): float(value) for key, value in row.items()}


def refusal(*arguments: object) -> str:
    """Return the one line on stderr of a command that is refused."""
    done = run("model", *arguments)
    assert (done.code, done.out) == (2, "")
    (line,) = done.err.splitlines()
    assert line.startswith("asplab: ")
    return line.removeprefix("asplab: ")


def needed(name: str) -> list[str]:
    return [text for option in model_options(MODELS[name]) for text in (option, EVERY_OPTION[option])]


@pytest.mark.parametrize("sample", EQ9, ids=lambda sample: str(sample["id"]))
def test_eq9_prints_the_independent_value(sample: dict[str, str]) -> None:
    row = only_row(
        "--model=eq9",
        f"--detuning={sample['detuning_mev']}",
        f"--temperature={sample['temperature_k']}",
        f"--g={sample['g_mev']}",
        f"--phonon={sample['phonon_mev']}",
    )
    assert row["log_rate"] == pytest.approx(float(sample["log_rate"]), rel=1e-10, abs=0)


@pytest.mark.parametrize("item", POINTS, ids=lambda item: str(item["id"]))
def test_models_side_by_side_print_the_independent_values(item: dict[str, Any]) -> None:
    given, expected = item["inputs"], {key: float(text) for key, text in item["outputs"].items()}
    row = only_row(
        "--model=eq9,resonant,thermal,kramers-heisenberg",
        f"--detuning={given['dE']}",
        f"--temperature={given['T']}",
        f"--g={given['g']}",
        f"--phonon={given['w']}",
    )
    assert row["log_rate_eq9"] == pytest.approx(expected["lnw_eq9"], rel=1e-10, abs=0)
    assert row["log_rate_resonant"] == pytest.approx(expected["lnw_res"], rel=1e-10, abs=0)
    assert row["log_rate_thermal"] == pytest.approx(expected["ln_pekar"], rel=1e-10, abs=0)
    enhancement = row["log_rate_kramers-heisenberg"] - row["log_rate_resonant"]
    assert np.exp(enhancement) == pytest.approx(expected["kh_ratio_z1"], rel=1e-8)


def test_the_broadening_reaches_the_models_that_have_it() -> None:
    item = POINTS[0]
    row = only_row("--model=eq9,resonant,kramers-heisenberg", *POINT, *COUPLING, "--broadening", "0.01")
    enhancement = row["log_rate_kramers-heisenberg"] - row["log_rate_resonant"]
    assert np.exp(enhancement) == pytest.approx(float(item["outputs"]["kh_ratio_z001"]), rel=1e-8)
    assert row["log_rate_resonant"] == pytest.approx(float(item["outputs"]["lnw_res"]) - 2 * np.log(0.01), rel=1e-10)
    assert row["log_rate_eq9"] == pytest.approx(float(item["outputs"]["lnw_eq9"]), rel=1e-10)


def test_several_modes_print_the_weights_of_their_lines() -> None:
    modes, s = COMB["inputs"]["modes_meV"], [float(text) for text in COMB["inputs"]["S"]]
    g = ",".join(repr(mode * float(np.sqrt(factor))) for mode, factor in zip(modes, s, strict=True))
    phonon = ",".join(map(str, modes))
    # So narrow that a detuning on a line sees that line alone.
    narrow, kt = 1e-3, 8.617333262e-2 * 20.0
    row = only_row(
        "--model=multimode", f"--g={g}", f"--phonon={phonon}", "--detuning=18.5", "--temperature=20",
        f"--inhomogeneous={narrow}",
    )  # fmt: skip
    thermal = -18.5 / kt + float(np.sum(np.log(-np.expm1(-np.array(modes) / kt))))
    log_weight = np.log(float(COMB["outputs"]["P_18p5"]))
    peak = -np.log(narrow * np.sqrt(2 * np.pi))
    assert row["log_rate"] == pytest.approx(log_weight + thermal - sum(s) + peak, rel=1e-7)


@pytest.mark.parametrize("name", MODELS)
def test_every_model_runs_with_exactly_the_options_that_the_list_names(name: str) -> None:
    row = only_row("--model", name, *POINT, *needed(name))
    given = {
        parameter.name: float(EVERY_OPTION[option_name(parameter.name)])
        for parameter in (*PARAMETERS.values(), INHOMOGENEOUS)
        if option_name(parameter.name) in model_options(MODELS[name])
    }
    assert row["log_rate"] == float(log_rate(name, 23.0, 80.0, **given))


@pytest.mark.parametrize("name", MODELS)
def test_every_model_is_averaged_over_an_ensemble_that_the_laser_selects_from(name: str) -> None:
    options = dict(zip(needed(name)[::2], needed(name)[1::2], strict=True)) | {"--inhomogeneous": "8", "--urbach": "15"}
    row = only_row("--model", name, *POINT, *(text for pair in options.items() for text in pair))
    keywords = {option_name(parameter.name): parameter.name for parameter in (*PARAMETERS.values(), INHOMOGENEOUS)}
    given = {keywords[option]: float(text) for option, text in options.items()}
    assert row["log_rate"] == float(log_rate(name, 23.0, 80.0, **given))


def test_the_selection_goes_to_the_model_that_has_it_when_there_is_no_ensemble() -> None:
    row = only_row("--model=arrhenius,parasitic", *POINT, "--urbach=15", "--background-urbach=inf")
    assert row["log_rate_parasitic"] == pytest.approx(-23 / 15)
    assert row["log_rate_arrhenius"] == float(log_rate("arrhenius", 23.0, 80.0))


def test_the_rate_of_every_pair_is_printed_and_ranges_include_their_end() -> None:
    rows = document(*MODEL[1:], "--detuning", "20:153:0.1", "--temperature", "80,250")["rows"]
    assert len(rows) == 2 * 1331
    assert [rows[0]["detuning_mev"], rows[-1]["detuning_mev"]] == [20.0, 153.0]
    expected = log_rate("eq9", 153.0, 250.0, g_mev=21.4, phonon_mev=5.17)
    assert rows[-1]["log_rate"] == float(expected)


def test_json_of_one_model_names_model_and_parameters_at_the_top() -> None:
    found = document(*MODEL[1:], *POINT)
    assert (found["model"], found["g_mev"], found["phonon_mev"]) == ("eq9", 21.4, 5.17)
    assert found["units"] == {"temperature_k": "K", "detuning_mev": "meV", "log_rate": "ln"}
    assert set(found["rows"][0]) == set(found["units"])


def test_json_tells_what_each_of_several_models_was_evaluated_with() -> None:
    found = document("--model", "resonant,arrhenius,parasitic", *POINT, *COUPLING, "--urbach=15",
                     "--background-urbach=inf")  # fmt: skip
    assert found["models"] == ["resonant", "arrhenius", "parasitic"]
    assert found["background_urbach_mev"] is None
    assert found["parameters"] == {
        "resonant": {"g_mev": 21.4, "phonon_mev": 5.17, "broadening_mev": 1.0},
        "arrhenius": {},
        "parasitic": {"urbach_mev": 15.0, "background_urbach_mev": None},
    }


def test_the_table_has_names_units_and_a_column_per_model() -> None:
    done = run("model", "--model", "thermal,eq9", "--detuning", "20:22", "--temperature", "80,250", *COUPLING)
    names, units, *lines = done.out.splitlines()
    assert names.split() == ["temperature_k", "detuning_mev", "log_rate_thermal", "log_rate_eq9"]
    assert units.split() == ["K", "meV", "ln", "ln"]
    assert {len(line) for line in (names, units, *lines)} == {len(names)}
    found = np.array([line.split() for line in lines], dtype=float)
    assert found[:, :2].tolist() == [[t, d] for t in (80.0, 250.0) for d in (20.0, 21.0, 22.0)]
    expected = log_rate("eq9", found[:, 1], found[:, 0], g_mev=21.4, phonon_mev=5.17)
    np.testing.assert_allclose(found[:, 3], expected, rtol=0, atol=1e-12)


def test_one_model_has_the_column_log_rate() -> None:
    lines = run(*MODEL, "--detuning", "20:22:1", "--temperature", "80").out.splitlines()
    assert lines[0].split() == ["temperature_k", "detuning_mev", "log_rate"]


def test_csv_tells_the_parameters_and_holds_full_precision() -> None:
    out = run("model", "--model", "resonant,eq9", "--detuning", "23,102", "--temperature", "80", *COUPLING, "--csv").out
    comments = [line for line in out.splitlines() if line.startswith("#")]
    assert comments == ["# resonant: g 21.4 meV, ħω 5.17 meV, ζ 1 meV", "# eq9: g 21.4 meV, ħω 5.17 meV"]
    names, units, *rows = csv.reader(io.StringIO(out.split("\n", len(comments))[-1]))
    assert names == ["temperature_k", "detuning_mev", "log_rate_resonant", "log_rate_eq9"]
    assert units == ["K", "meV", "ln", "ln"]
    expected = log_rate("resonant", [23.0, 102.0], 80.0, g_mev=21.4, phonon_mev=5.17)
    assert [float(row[2]) for row in rows] == expected.tolist()


def test_a_table_is_followed_by_a_note_where_the_broadening_is_the_default_one() -> None:
    told = run("model", "--model", "resonant,eq9", *POINT, *COUPLING)
    assert (told.code, told.err) == (0, "note: --broadening was not given; 1 meV is taken for resonant\n")
    assert run("model", "--model", "resonant,eq9", *POINT, *COUPLING, "--broadening", "1").err == ""
    assert run(*MODEL, *POINT).err == ""


def test_the_list_shows_every_model_and_option_with_range_and_validity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    done = run("model", "--list")
    assert (done.code, done.err) == (0, "")
    lines = [line.split() for line in done.out.splitlines()]
    assert [line[0] for line in lines if line and line[0] in MODELS] == list(MODELS)
    for name, record in MODELS.items():
        assert record.title in done.out, name
        assert record.valid in done.out, name
    for parameter in (*PARAMETERS.values(), INHOMOGENEOUS):
        found = [line for line in lines if line[:3] == [option_name(parameter.name), parameter.symbol, parameter.unit]]
        assert len(found) == 1, parameter.name
        assert parameter.meaning in done.out
    assert done.out.count("[--broadening]") == 3


def test_the_list_as_json_holds_equations_and_sources() -> None:
    found = json.loads(run("model", "--list", "--json").out)
    assert found == list_document()
    assert [entry["log_rate"] for entry in found["models"]] == [model.equation for model in MODELS.values()]
    assert {entry["option"] for entry in found["parameters"]} == set(EVERY_OPTION)


@pytest.mark.parametrize(
    ("parameter", "told"),
    [
        (Parameter("x", "x", "meV", ""), "> 0"),
        (Parameter("x", "x", "meV", "", low_included=True), "≥ 0"),
        (Parameter("x", "x", "meV", "", high_included=True), "> 0, inf allowed"),
        (Parameter("x", "x", "meV", "", high=20.0, high_included=True), "> 0, ≤ 20"),
        (Parameter("x", "x", "meV", "", low=-np.inf, high=1.0), "< 1"),
        (Parameter("x", "x", "meV", "", low=-np.inf), "any number"),
    ],
)
def test_ranges_are_told_with_their_ends(parameter: Parameter, told: str) -> None:
    assert range_text(parameter) == told


def test_the_help_explains_every_option_from_the_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    out = run("model", "--help").out
    assert f"One or more of: {', '.join(MODELS)}." in out
    for parameter in (*PARAMETERS.values(), INHOMOGENEOUS):
        start = option_name(parameter.name) + " "
        (line,) = [line for line in out.splitlines() if line.lstrip("│ ").startswith(start)]
        assert f"{parameter.symbol} in {parameter.unit}" in line
        assert parameter.meaning in line


@pytest.mark.parametrize("detuning", ["20:x:1", "30:20:1", "20:30:0", "20:30:1:1", "", "nan"])
def test_what_is_no_range_is_refused(detuning: str) -> None:
    assert "is no list of numbers" in refusal(*MODEL[1:], f"--detuning={detuning}", "--temperature", "80")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--model eq10", "--model: 'eq10' is not known; choose from: eq9, resonant, "),
        ("--model eq9,", "--model: '' is not known"),
        ("--model eq9,eq9", "--model: 'eq9' is named 2 times"),
        ("--model eq9", "model 'eq9' needs --g (g in meV) and --phonon (ħω in meV)."),
        ("--model arrhenius,exponential", "model 'exponential' needs --slope (k in 1/meV)."),
        ("--model parasitic --urbach 15", "model 'parasitic' needs --background-urbach (E_b in meV)."),
        ("--model multimode --g 5,9 --phonon 5,9.5", "model 'multimode' needs --inhomogeneous (σ in meV)."),
        (
            "--model arrhenius --g 5",
            "--g: model 'arrhenius' has no such parameter; leave it out. Models that have it: ",
        ),
        ("--model arrhenius --broadening 1", "--broadening: model 'arrhenius' has no such parameter"),
        ("--model arrhenius,eq9 --g 5 --phonon 5 --slope 1", "--slope: no model named has this parameter; leave it"),
        ("--model thermal --g 5 --phonon 5 --urbach 9", "--urbach selects within an ensemble; give --inhomogeneous "),
        ("--model thermal --g 5,9 --phonon 5,9", "model 'thermal' has one phonon mode; numbers found: --g 2 and"),
        ("--model multimode --g 5,9 --phonon 5 --inhomogeneous 9", "numbers found: --g 2 and --phonon 1."),
        (
            "--model multimode --g 5,9 --phonon 5,9.123 --inhomogeneous 9",
            "'multimode': --phonon holds 9.123; the modes",
        ),
        (
            "--model multimode --g 5,9 --phonon 5,9 --inhomogeneous 0",
            "'multimode' is a set of sharp lines; give --inho",
        ),
        ("--model thermal --g 0 --phonon 5", "model 'thermal': --g holds 0; the rate needs finite values above 0."),
        ("--model thermal --g 5 --phonon -5", "model 'thermal': --phonon holds -5;"),
        ("--model thermal --g nan --phonon 5", "model 'thermal': --g holds nan;"),
        ("--model arrhenius --inhomogeneous -3", "model 'arrhenius': --inhomogeneous holds -3;"),
        ("--model arrhenius --inhomogeneous 3 --urbach 0", "model 'arrhenius': --urbach holds 0;"),
        ("--model exponential --slope inf", "model 'exponential': --slope holds inf;"),
        ("--model thermal --g 5,x --phonon 5", "--g: '5,x' is no number; write 21.4, or 5,9.5 for two modes."),
        ("--model resonant --g 5 --phonon 5 --broadening 1,2", "--broadening: '1,2' is no number; write one such as"),
        ("--model kramers-heisenberg --g 5 --phonon 5 --broadening 0", "'kramers-heisenberg': --broadening holds 0;"),
        ("--model kramers-heisenberg --g 5 --phonon 5 --broadening 101", "--broadening reaches 20.2 phonon energies"),
        (
            "--model kramers-heisenberg --g 120 --phonon 5",
            "holds up to S = 500. Take a smaller --g or a larger --phonon",
        ),
        ("--model thermal --g 5 --phonon 5 --json --csv", "--json and --csv exclude each other"),
        ("--list --csv", "--list prints a table or, with --json, JSON"),
    ],
)
def test_wrong_parameters_are_named_by_option_in_one_line(arguments: str, message: str) -> None:
    assert message in refusal(*arguments.split(), *POINT)


@pytest.mark.parametrize(
    ("models", "points", "message"),
    [
        ("thermal,eq9", "--detuning 0:10:5 --temperature 80", "model 'eq9': --detuning holds 0; the rate needs finite"),
        ("thermal", "--detuning=-5 --temperature 80", "model 'thermal': --detuning holds -5;"),
        ("thermal", "--detuning 5 --temperature 0", "model 'thermal': --temperature holds 0;"),
        (
            "thermal,eq9",
            "--detuning 1:1000 --temperature 1:1000",
            "--detuning and --temperature ask for 2000000 values",
        ),
        ("thermal", "--detuning 5", "--temperature is missing; write for example --temperature 80,250."),
        ("thermal", "--temperature 5", "--detuning is missing;"),
    ],
)
def test_wrong_points_are_named_by_option_in_one_line(models: str, points: str, message: str) -> None:
    assert message in refusal("--model", models, *COUPLING, *points.split())


def test_a_model_has_to_be_named() -> None:
    assert refusal(*POINT).startswith("--model is missing; write for example --model eq9.")
