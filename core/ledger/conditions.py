"""What corrections of one number of each condition multiply it with, those that are off included."""

from dataclasses import replace

import numpy as np

from asplab.core.corrections.inner_filter import inner_filter
from asplab.core.document import Document
from asplab.core.drift.records import LightTrends
from asplab.core.emission.integration import Emission
from asplab.core.errors import AnalysisError
from asplab.core.grouping.stage import Gathered
from asplab.core.ledger.light import drift_factor, light_factor
from asplab.core.ledger.rerun import product, switched
from asplab.core.ledger.step import Step
from asplab.core.pipeline import Results
from asplab.core.units import FloatArray


def condition_factor(results: Results, step: Step) -> FloatArray:
    """Return what a correction multiplies the intensity of each condition with, (n_stacks,), or would if it were on.

    NaN where a condition has no intensity with or without it.

    Raises
    ------
    AnalysisError
        No spectrum could be integrated, or the correction would change nothing for want of data.
    """
    if results.gathered is None or results.corrected is None or results.emission is None:
        raise AnalysisError(f"{step.title}: no spectrum could be integrated.")
    if step.name == "remeasured":
        return _chosen(results, step)
    if step.name == "moved_bands":
        return _following(results, step)
    if step.name == "inner_filter":
        return _dense(results)
    if step.name == "drift" and step.state == "off":
        return _without_trend(results, step)
    factor = light_factor(results, step.name)
    return _supplied(results.emission) if factor is None else factor


def _supplied(emission: Emission) -> FloatArray:
    seen = np.asarray(emission.truncation, dtype=np.float64)
    return np.where(seen > 0.0, 1.0 / np.where(seen > 0.0, seen, 1.0), np.nan)


def _chosen(results: Results, step: Step) -> FloatArray:
    """Return the intensity of each condition from the times that are used, in units of that from all of them."""
    assert results.gathered is not None
    mean, used = (_intensities(results, switched(results.document, [(step, is_on)])) for is_on in (False, True))
    keys = [stack.key for stack in results.gathered.stacks]
    return np.array([used.get(key, np.nan) / mean.get(key, np.nan) for key in keys])


def _intensities(results: Results, document: Document) -> dict[str, float]:
    """Return the mean intensity of each condition by its key; those of the present settings are known."""
    emission, gathered = results.emission, results.gathered
    assert emission is not None
    assert gathered is not None
    if document.settings != results.document.settings:
        moved = None if results.shape_test is None else results.shape_test.moved
        gathered = product(Gathered, document)
        emission = product(Emission, document, gathered, moved)
    values = np.where(emission.mean != 0.0, emission.mean, np.nan)
    return {stack.key: float(value) for stack, value in zip(gathered.stacks, values, strict=True)}


def _following(results: Results, step: Step) -> FloatArray:
    """Return the intensity of each condition with moved bands followed, in units of that without."""
    assert results.shape_test is not None
    known = (results.gathered, results.calibration, results.corrected, results.bands, results.background)
    products = (*known, results.layout, results.scans, results.shape_test.moved)
    without, followed = (
        product(Emission, switched(results.document, [(step, is_on)]), *products).mean for is_on in (False, True)
    )
    return np.asarray(followed / without)


def _dense(results: Results) -> FloatArray:
    """Return the factors for what a cuvette of sample absorbs."""
    gathered, corrected = results.gathered, results.corrected
    assert gathered is not None
    assert corrected is not None
    settings = results.document.settings.corrections
    if settings.inner_filter != "none":
        return np.array([done.inner_filter for done in corrected.treatments])
    used, asked = replace(gathered, stacks=corrected.stacks), replace(settings, inner_filter="cuvette")
    found = inner_filter(used, corrected.blocks, asked, []).factor
    if np.all(found == 1.0):
        words = "The absorption curves do not cover every excitation and band: switched on, it would change nothing."
        raise AnalysisError(words)
    return found


def _without_trend(results: Results, step: Step) -> FloatArray:
    """Return what taking the trends out would multiply the mean of each condition with."""
    known = (results.gathered, results.calibration, results.corrected, results.bands, results.background)
    document = switched(results.document, [(step, True)])
    found: LightTrends = product(LightTrends, document, *known, results.layout, results.scans)
    assert results.corrected is not None
    return drift_factor(found, results.corrected)
