"""The effect of every correction on the final numbers as a study."""

from typing import TYPE_CHECKING, Any

from asplab.core.pipeline import Results
from asplab.core.progress import Progress
from asplab.gui.jobs.study import Study

if TYPE_CHECKING:
    from asplab.core.appraisal.correction_effects import CorrectionEffect


def compare(results: Results, _request: Any, progress: Progress) -> "dict[str, CorrectionEffect]":
    """Return what each correction does to the results, by its name."""
    from asplab.core.appraisal.correction_effects import correction_effects

    return {effect.name: effect for effect in correction_effects(results, progress=progress)}


EFFECTS = Study("corrections", "Effects of the corrections", compare, ignores=("models", "systematics"), follows=True)
