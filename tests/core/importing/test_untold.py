"""Spectra that tell neither power nor exposure: asked for before anything else."""

from importing_samples import spectrum, table

from asplab.core.importing.survey import survey, untold_columns
from asplab.core.problems import Problem, grouped


def test_spectra_without_power_and_exposure_are_the_first_doubt_of_an_import(tmp_path):
    found = table(tmp_path, pl_80K_450nm=spectrum(seed=1), aspl_80K_535nm=spectrum(seed=2), nonsense=spectrum(seed=3))
    assert untold_columns(found) == ("power_uw", "exposure_s", "em_gain", "nd_od")
    first = grouped(survey(found).problems)[0]
    assert first.severity == "warning"
    assert "power, exposure time, EM gain, attenuation" in first.message


def test_one_spectrum_with_an_exposure_ends_the_question(tmp_path):
    found = table(tmp_path, pl_80K_450nm_2s=spectrum(seed=1), aspl_80K_535nm=spectrum(seed=2))
    assert untold_columns(found) == ()
    assert not any(problem.is_leading for problem in survey(found).problems)


def test_what_every_result_hangs_on_is_told_before_errors():
    problems = [Problem("error", "a.csv", "is empty."), Problem("warning", "day", "no power.", is_leading=True)]
    assert [problem.where for problem in grouped(problems, experiment="day")] == ["day", "a.csv"]
