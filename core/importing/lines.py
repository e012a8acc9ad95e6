"""Take the lines of a manifest out of an experiment that was loaded without one, where they would mean nothing."""

import re
from collections.abc import Mapping
from dataclasses import replace

from asplab.core.experiment import Experiment
from asplab.core.io.manifest import Manifest
from asplab.core.problems import Problem

__all__ = ["without_lines"]

_OF_RECORD = re.compile(r" \(manifest line \d+\)")
_LISTED = re.compile(r"\blisted in line \d+")


def without_lines(experiment: Experiment, manifest: Manifest) -> Experiment:
    """Return ``experiment`` whose records and problems name files alone; its ``manifest`` was never written."""
    patterns = {row.line: row.pattern for row in manifest.rows}
    row_of = re.compile(rf"{re.escape(manifest.name)}, line (\d+)(?:: (.*))?")
    return replace(
        experiment,
        spectra=tuple(replace(record, line=None) for record in experiment.spectra),
        scans=tuple(replace(record, line=None) for record in experiment.scans),
        curves=tuple(replace(record, line=None) for record in experiment.curves),
        tables=tuple(replace(record, line=None) for record in experiment.tables),
        kept=tuple(replace(record, line=None) for record in experiment.kept),
        problems=tuple(_of_files(problem, row_of, patterns) for problem in experiment.problems),
    )


def _of_files(problem: Problem, row_of: re.Pattern[str], patterns: Mapping[int, str]) -> Problem:
    match = row_of.fullmatch(problem.where)
    where = problem.where if match is None else match[2] or patterns.get(int(match[1]), problem.where)
    message = _LISTED.sub("listed in another row", problem.message)
    return replace(problem, where=_OF_RECORD.sub("", where), message=_OF_RECORD.sub("", message))
