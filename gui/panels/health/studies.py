"""Judging the measurements, in a thread of its own."""

from typing import Any

from asplab.core.appraisal.health import Health, find_health
from asplab.core.pipeline import Results
from asplab.core.progress import Progress
from asplab.gui.jobs.study import Study
from asplab.gui.language import tr


def judge(results: Results, request: Any, progress: Progress) -> Health | None:
    """Return how good each measurement is."""
    return find_health(results)


HEALTH = Study(
    "health", tr("Judging the measurements"), judge, ignores=("systematics", "models", "polaron"), follows=True
)
