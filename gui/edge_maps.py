"""Which sensitivity map belongs to the edges that are dragged in a plot, and whether it still holds."""

from dataclasses import replace
from typing import TYPE_CHECKING

from asplab.core.document import Document
from asplab.core.pipeline import Results
from asplab.gui.jobs.studies import Studies
from asplab.gui.jobs.study import Outcome, has_same_inputs
from asplab.gui.panels.absorption import AbsorptionPanel
from asplab.gui.panels.base import Panel
from asplab.gui.panels.polaron.sensitivity_studies import MAPS, SPREAD
from asplab.gui.panels.spectra import SpectraPanel

if TYPE_CHECKING:
    from asplab.core.sensitivity import SensitivityMap


def show_edges(page: Panel, studies: Studies, results: Results) -> None:
    """Tell a panel whose edges were mapped what is known of them; others are left alone."""
    if isinstance(page, SpectraPanel | AbsorptionPanel):
        choice = "window" if isinstance(page, SpectraPanel) else "baseline"
        found, is_current = edge_map(studies, choice, results.document)
        page.display_sensitivity(found, is_current=is_current)


def edge_map(studies: Studies, choice: str, document: Document) -> "tuple[SensitivityMap | None, bool]":
    """Return the map of a choice, by itself or among all, and whether it holds for all places of its edges."""
    stale = None
    for study in (MAPS[choice], SPREAD):
        outcome = studies.state(study, document).outcome
        found = None if outcome is None else _map_in(outcome, choice)
        if outcome is None or found is None:
            continue
        if has_same_inputs(outcome.document, _moved_back(document, found, choice), study.ignores):
            return found, True
        stale = stale or found
    return stale, False


def _map_in(outcome: Outcome, choice: str) -> "SensitivityMap | None":
    maps = getattr(outcome.value, "maps", (outcome.value,))
    return next((found for found in maps if found.choice == choice), None)


def _moved_back(document: Document, found: "SensitivityMap", choice: str) -> Document:
    """Return the document with the mapped edges where they stood: along them the map holds wherever they are."""
    settings, then = document.settings, found.settings
    if choice == "window":
        return document.with_settings(integration=replace(settings.integration, window_nm=then.integration.window_nm))
    back = replace(settings.baseline, to_mev=then.baseline.to_mev)
    if settings.baseline.shape == "urbach":
        back = replace(back, tail_from_mev=then.baseline.tail_from_mev)
    else:
        back = replace(back, from_mev=then.baseline.from_mev)
    return document.with_settings(baseline=back)
