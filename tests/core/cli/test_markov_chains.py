"""``asplab analyze --intervals mcmc``: intervals of Markov chains, from a table of responses."""

from dataclasses import replace
from pathlib import Path

import pytest
from command_line import SMALL, document_of, run

from asplab.core.document import Document
from asplab.core.loading import load_experiment
from asplab.core.pipeline import analyse
from asplab.core.project.file import open_project
from asplab.core.sampling import sample
from asplab.core.virtual import simulate


@pytest.fixture(scope="session")
def responses(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of responses of one temperature, with η of Eq. 9."""
    folder = tmp_path_factory.mktemp("responses") / "table"
    folder.mkdir()
    experiment = replace(SMALL, temperatures_k=(160.0,))
    found = analyse(Document(load_experiment(simulate(folder.parent / "raw", experiment, seed=2)))).responses
    assert found is not None
    n = found.intensity.shape[1]
    rows = [
        f"160,{found.excitation_nm[0, j]},{int(j < found.n_stokes)},{found.intensity[0, j]},"
        f"{found.covariance[0, j, j] ** 0.5},{found.absorbed[0, j]},{found.covariance[0, n + j, n + j] ** 0.5},"
        f"{found.reference_mev[0]}"
        for j in range(n)
        if found.valid[0, j]
    ]
    header = "temperature_k,excitation_nm,is_stokes,intensity,intensity_error,pa,pa_error,gap_mev"
    (folder / "responses.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    (folder / "manifest.csv").write_text("file,kind\nresponses.csv,responses\n", encoding="utf-8")
    return folder


@pytest.mark.usefixtures("without_figures")
def test_markov_chains_begin_at_responses_and_are_found_again(responses: Path, tmp_path: Path) -> None:
    options = ("--intervals", "mcmc", "--draws", "400", "--seed", "5")
    done = run("analyze", responses, "-o", tmp_path / "out", *options)
    assert done.code == 0, done.err
    document = document_of(tmp_path / "out")
    assert (document["intervals"]["method"], document["intervals"]["steps"], document["intervals"]["seed"]) == (
        "mcmc",
        400,
        5,
    )
    (chain,) = document["intervals"]["chains"]
    assert chain["scope"] == "temperature"
    assert chain["sampler"].startswith("emcee ")
    found = sample(analyse(open_project(tmp_path / "out" / "project.nxs")), temperature_index=0, steps=400, seed=5)
    row = document["polaron"][0]
    for key, quantity in (*found.parameters.items(), ("polaron_energy_mev", found.polaron_energy_mev)):
        assert quantity is not None
        assert row[f"{key}_interval68"] == [quantity.low_68, quantity.high_68]
    assert document["quantum_yield"][0]["quantum_yield_interval68"] == [
        found.quantum_yield.low_68[0],
        found.quantum_yield.high_68[0],
    ]
    assert "68 % intervals: MCMC from the responses on (of η: Fieller's), 400 steps, seed 5" in done.out
    assert run("replay", tmp_path / "out" / "project.nxs").code == 0


@pytest.mark.usefixtures("without_figures")
def test_chains_too_short_to_trust_are_told(responses: Path, tmp_path: Path) -> None:
    done = run("analyze", responses, "-o", tmp_path / "out", "--intervals", "mcmc", "--draws", "300")
    assert done.code == 0
    assert "warning: 160 K: the chains have not converged" in done.err


@pytest.mark.usefixtures("without_figures")
def test_ranges_of_a_settings_file_act_on_the_chains_and_it_is_said(responses: Path, tmp_path: Path) -> None:
    text = '[models]\nlimits = [{parameter = "phonon_mev", low = 20.0, high = 24.0}]\n'
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    options = ("--intervals", "mcmc", "--draws", "300", "--settings", tmp_path / "mine.toml")
    assert run("analyze", responses, "-o", tmp_path / "out", *options).code == 0
    document = document_of(tmp_path / "out")
    assert "phonon_mev from 20 to 24" in document["intervals"]["chains"][0]["prior"]
    assert any("intervals are MCMC's, which knows ranges" in row["message"] for row in document["problems"])


def test_responses_have_no_repeats_for_the_bootstrap(responses: Path, tmp_path: Path) -> None:
    done = run("analyze", responses, "-o", tmp_path / "out", "--intervals", "bootstrap")
    assert (done.code, done.out) == (2, "")
    assert "bootstrap intervals need repeats" in done.err


def test_a_shared_quantum_yield_cannot_be_sampled_by_temperature(responses: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('[efficiency]\nquantum_yield = "shared"\n', encoding="utf-8")
    options = ("--intervals", "mcmc", "--settings", tmp_path / "mine.toml")
    done = run("analyze", responses, "-o", tmp_path / "out", *options)
    assert done.code == 2
    assert "quantum_yield is shared" in done.err
