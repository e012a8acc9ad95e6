"""Sizes of an experiment, from tables of ImageJ to results.json and to the rate models."""

import json
from pathlib import Path

import numpy as np
import pytest

from asplab import core
from asplab.core.companion.kept import keep_records
from asplab.core.companion.sizes.ensemble import with_gap_spread
from asplab.core.companion.sizes.gap_spread import gap_spread
from asplab.core.companion.sizes.stage import SizeFindings, find_sizes
from asplab.core.companion.sizes.virtual import SizeTruth, results_table, virtual_areas
from asplab.core.document import Exclusions
from asplab.core.errors import AnalysisError
from asplab.core.export.companion import companion, companion_section, companion_tables
from asplab.core.pipeline import Results
from asplab.core.settings import ModelSettings, ParameterPrior, SizeSettings

TRUTH = SizeTruth(merged=8, specks=15)
SLOPED = SizeSettings(slope_mev_per_nm=-40.0, slope_error_mev_per_nm=8.0)


def areas(seed: int, truth: SizeTruth = TRUTH) -> np.ndarray:
    return np.asarray(virtual_areas(np.random.default_rng(seed), truth))


def folder(place: Path, tables: dict[str, bytes], rows: str) -> Path:
    for name, raw in tables.items():
        (place / name).write_bytes(raw)
    (place / "manifest.csv").write_text(f"file,kind,sample\n{rows}")
    return place


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    tables = {
        "a.csv": results_table(areas(1), delimiter=","),
        "b.txt": results_table(areas(2), delimiter="\t", decimal=",", index=False),
        "c.csv": results_table(areas(3, SizeTruth(kind="lognormal", mean_nm=9.0, spread_nm=1.8)), delimiter=","),
        "few.csv": results_table(areas(4, SizeTruth(particles=5)), delimiter=","),
    }
    rows = "a.csv,sizes,cubes\nb.txt,sizes,cubes\nc.csv,sizes,large\nfew.csv,sizes,few\n"
    place = folder(tmp_path_factory.mktemp("sizes"), tables, rows)
    return core.analyse(core.Document(core.load_experiment(place)).with_settings(sizes=SLOPED))


def measured(results: Results, settings: SizeSettings) -> SizeFindings:
    return find_sizes(keep_records(results.document.experiment, Exclusions()), settings)


def test_files_of_one_sample_are_taken_together_whatever_their_dialect(results: Results) -> None:
    assert results.sizes is not None
    cubes, large, _ = results.sizes.samples
    assert (cubes.sample, cubes.sources) == ("cubes", ("a.csv", "b.txt"))
    assert cubes.edge_nm.size == 2 * (957 + 8 + 15)
    assert large.sizes is not None
    assert large.sizes.distributions[0].kind == "lognormal"
    assert abs(large.sizes.mean.value - 9.0) < 4.0 * large.sizes.mean.error


def test_a_minimum_and_merged_pairs_left_out_give_back_the_truth(results: Results) -> None:
    cubes = measured(results, SizeSettings(minimum_nm=3.0, merged="leave_out")).samples[0].sizes
    assert cubes is not None
    assert int(cubes.is_cut.sum()) == 30
    best = cubes.distributions[0]
    assert best.kind == "normal"
    assert abs(best.mean.value - 6.8) < 3.0 * best.mean.error
    assert abs(best.spread.value - 0.7) < 3.0 * best.spread.error


def test_a_sample_with_too_few_particles_is_told_and_the_others_stay(results: Results) -> None:
    assert results.sizes is not None
    few = results.sizes.samples[2]
    assert few.sizes is None
    assert few.edge_nm.size == 5
    (problem,) = [one for one in results.problems if one.where == "few.csv" and one.severity == "warning"]
    assert problem.message.startswith("these sizes are not used: 5 of 5 particles")


def test_the_scale_moves_all_particles_alike_and_stands_apart(results: Results) -> None:
    sure, doubtful = (
        measured(results, SizeSettings(scale_error_percent=percent)).samples[1].sizes for percent in (0.0, 2.0)
    )
    assert sure is not None
    assert doubtful is not None
    assert doubtful.mean == sure.mean
    assert doubtful.scale_error_nm == pytest.approx(0.02 * sure.mean.value)


def test_a_file_without_areas_is_an_error_and_the_others_load(tmp_path: Path) -> None:
    tables = {"a.csv": results_table(areas(1), delimiter=","), "bad.csv": b" ,Mean\n1,12.0\n"}
    experiment = core.load_experiment(folder(tmp_path, tables, "a.csv,sizes,\nbad.csv,sizes,\n"))
    assert [record.source for record in experiment.kept] == ["a.csv"]
    (problem,) = [one for one in experiment.problems if one.severity == "error"]
    assert "bad.csv" in problem.where


def test_the_cut_is_followed_while_it_is_dragged(results: Results) -> None:
    document = results.document.with_settings(sizes=SizeSettings(minimum_nm=6.8))
    dragged = core.Analysis().update(document, intervals=False)
    assert dragged.sizes is not None
    assert dragged.sizes.samples[0].sizes is not None
    assert int(dragged.sizes.samples[0].sizes.is_cut.sum()) > 500


def test_results_json_table_and_report_hold_every_sample(results: Results) -> None:
    rows = companion(results)["sizes"]
    assert json.loads(json.dumps(rows, allow_nan=False)) == rows
    cubes, _, few = rows
    assert cubes["mean_nm_error"] == pytest.approx(cubes["spread_nm"] / np.sqrt(cubes["n"]))
    assert cubes["gap_spread_mev"] == pytest.approx(40.0 * cubes["spread_nm"])
    assert cubes["gap_spread_mev_error"] > 0.19 * cubes["gap_spread_mev"]
    assert few["n"] is None
    assert "10 are needed" in few["reason"]
    table = next(one for one in companion_tables(results) if one.name == "sizes")
    counts = [row[3] for row in table.rows if row[0] == "cubes"]
    assert sum(counts) == cubes["n"]  # type: ignore[arg-type]
    assert any("standard error of the mean" in part for part in companion_section(results))


def test_without_a_slope_the_spread_of_gaps_is_not_computed_and_this_is_said(results: Results) -> None:
    document = results.document.with_settings(sizes=SizeSettings())
    row = companion(core.analyse(document))["sizes"][0]
    assert row["gap_spread_mev"] is None
    assert "dE/dl is not given" in row["reason"]


def test_the_rate_models_take_the_spread_with_its_error_and_keep_other_priors(results: Results) -> None:
    assert results.sizes is not None
    gap = results.sizes.samples[0].gap
    assert gap is not None
    g, old = ParameterPrior("g_mev", 40.0, 5.0), ParameterPrior("inhomogeneous_mev", 10.0, 1.0, "guess")
    models = with_gap_spread(ModelSettings(priors=(old, g)), gap, source="sizes")
    assert models.inhomogeneous_mev == gap.spread.value
    assert models.priors == (g, ParameterPrior("inhomogeneous_mev", gap.spread.value, gap.spread.error, "sizes"))


def test_a_spread_that_is_only_limited_is_not_given_to_the_rate_models(results: Results) -> None:
    assert results.sizes is not None
    sizes = results.sizes.samples[0].sizes
    assert sizes is not None
    limited = gap_spread(sizes.spread, slope_mev_per_nm=-40.0, slope_error_mev_per_nm=8.0, outline_error_nm=2.0)
    with pytest.raises(AnalysisError, match="not larger than what their outlines are uncertain by"):
        with_gap_spread(ModelSettings(), limited, source="sizes")
