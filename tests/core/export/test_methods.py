"""The methods section: what it says follows from the settings, its equations are MathML, its references BibTeX."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from asplab.core.export.methods import cited, methods, methods_section
from asplab.core.export.references import bibtex, reference_text, references
from asplab.core.inference import Method, infer
from asplab.core.pipeline import Results
from asplab.core.settings import BaselineSettings, EnergySettings

# The fixture `results` of this folder is a small virtual experiment.


def said(results: Results) -> str:
    return " ".join(step.text for step in methods(results))


def test_methods_tell_the_settings_in_force(results: Results) -> None:
    text = said(results)
    assert "from 400 to 600 nm, at least 6 nm from filter edges" in text
    assert "fitted more than 220 meV below the gap" in text
    changed = results.document.with_settings(
        baseline=BaselineSettings(shape="constant", from_mev=180.0), energies=EnergySettings(medium="air")
    )
    other = said(replace(results, document=changed))
    assert "A constant, fitted more than 180 meV below the gap" in other
    assert "Wavelengths in air were converted [ciddor1996]" in other


def test_a_correction_without_its_files_is_not_claimed(results: Results) -> None:
    experiment = results.document.experiment
    assert "dark frames were subtracted" in said(results).lower()
    bare = replace(experiment, spectra=tuple(s for s in experiment.spectra if s.kind != "dark"))
    assert "dark frames" not in said(replace(results, document=results.document.with_experiment(bare))).lower()


def test_data_that_enter_as_a_table_have_no_step_of_spectra(from_efficiency: Results) -> None:
    titles = [step.title for step in methods(from_efficiency)]
    assert titles == ["Polaron parameters", "Errors"]


def test_equations_are_well_formed_mathml(results: Results) -> None:
    page = "".join(methods_section(results))
    equations = re.findall(r"<math.*?</math>", page, re.DOTALL)
    assert len(equations) == 2
    for equation in equations:
        assert ElementTree.fromstring(equation).tag.endswith("math")
        assert "\\" not in equation


def test_references_are_numbered_as_they_are_named(results: Results) -> None:
    page = "".join(methods_section(results))
    keys = cited(methods(results))
    assert keys[0] == "zhang2024"
    assert "Eq. 9 of Ref. [1]" in page
    assert page.count("<li>") == len(keys)
    assert "ACS Nano 18, 6438 (2024)" in page


def test_the_way_of_the_intervals_brings_its_reference(results: Results) -> None:
    drawn = infer(results.document, Method(intervals="bootstrap", draws=100, appraises=False))
    assert "from 100 draws of whole repeats (seed 1) [efron1979]" in said(drawn)
    assert "fieller1954" not in cited(methods(drawn))


def test_bibtex_is_ascii_and_keeps_capitals() -> None:
    text = bibtex(["zhang2024", "efron1979"])
    assert text.isascii()
    assert r"Jank{\'o}" in text
    assert "title = {{Resonant Multiple-Phonon" in text
    assert text.count("@article{") == 2
    assert text.count("{") == text.count("}")


def test_an_unknown_reference_is_an_error() -> None:
    with pytest.raises(KeyError):
        references(["nobody1900"])


def test_a_reference_reads_with_given_names_first() -> None:
    (entry,) = references(["hurvich1989"]).values()
    told = "Clifford M. Hurvich, Chih-Ling Tsai, Regression and time series model selection in small samples, "
    assert reference_text(entry) == told + "Biometrika 76, 297 (1989)"
