"""The job of ``asplab analyze``: from a folder or project to a results folder that appears whole or not at all."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from asplab.core.document import Document
from asplab.core.errors import InputError, SettingsError
from asplab.core.experiment import Experiment
from asplab.core.export.figures import ENDINGS, FIGURE_NAMES, write_figures
from asplab.core.export.methods import cited, methods
from asplab.core.export.references import bibtex
from asplab.core.export.report import report_html
from asplab.core.export.results_json import SCHEMA, results_document
from asplab.core.export.script import script_text
from asplab.core.export.tables import ALL_FILES, write_tables
from asplab.core.inference import (
    DRAWS,
    Asked,
    Method,
    asked_models,
    infer,
    stored_method,
    with_correction_effects,
    with_models,
)
from asplab.core.jobs.opening import is_project, load_document
from asplab.core.jobs.transfer import with_settings_of
from asplab.core.pipeline import Results
from asplab.core.progress import Progress
from asplab.core.project.file import open_project, save_project, stored_results, was_saved_by_person
from asplab.core.scenarios import switch_to
from asplab.core.settings.plain import read_settings

__all__ = [
    "Outcome",
    "analyze",
    "check_results_folder",
    "choose_method",
    "finish",
    "install",
    "results_folder",
    "staged",
    "write_results",
]

PROJECT_NAME = "project.nxs"
RESULTS_NAME = "results.json"
REPORT_NAME = "report.html"
SCRIPT_NAME = "analysis.py"
REFERENCES_NAME = "references.bib"


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What an analysis left behind.

    Attributes
    ----------
    folder : Path
        The results folder.
    results : Results
    backup : Path or None
        Where a person's project that had to give way was kept.
    """

    folder: Path
    results: Results
    backup: Path | None

    @property
    def is_complete(self) -> bool:
        """True when no result is missing; a result that is honestly not determined is none that is missing."""
        return self.results.is_complete and all(p.severity != "error" for p in self.results.problems)


def analyze(
    source: Path,
    output: Path | None = None,
    *,
    force: bool = False,
    settings_file: Path | None = None,
    asked: Asked | None = None,
    preset: str | None = None,
    corrections: bool = False,
    scenario: str | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Analyse a folder, manifest or project and write the results folder.

    Parameters
    ----------
    source : Path
        Folder with ``manifest.csv``, a manifest, or a project file.
    output : Path, optional
        Results folder; by default the experiment's name + ``-results`` in the current folder.
    force : bool
        Replace the project of the results folder even if a person saved it since; it is kept under another name.
    settings_file : Path, optional
        TOML file whose values replace the default ones, or those of the project; or another project, all of whose
        settings are taken over.
    asked : Asked, optional
        Rate models to compare and how 68 % intervals are found; a project brings the way it was analysed before.
    preset : str, optional
        Name or file of an import preset that fills in the conditions of the folder's files.
    corrections : bool
        Find what each correction does to the results, by analysing once more without it.
    scenario : str, optional
        Scenario of the project whose settings and exclusions are used; settings that are named go on top of them.

    Raises
    ------
    InputError, ProjectError, SettingsError
        When the source or the settings can't be used, the project has no such scenario, or the results folder is not
        ours to write.
    Cancelled
        When ``progress`` was cancelled; nothing is left behind.
    """
    progress = progress or Progress()
    document = load_document(source, preset=preset, progress=progress.part(0.0, 0.4))
    document, method = choose_method(document, source, asked or Asked(), settings_file, scenario=scenario)
    folder = results_folder(document.experiment) if output is None else output
    check_results_folder(folder, force=force)
    with staged(folder) as staging:
        origin = source if is_project(source) else None
        rest = progress.part(0.4, 1.0)
        return finish(document, staging, folder, method, progress=rest, based_on=origin, corrections=corrections)


def choose_method(
    document: Document, source: Path, asked: Asked, settings_file: Path | None, *, scenario: str | None = None
) -> tuple[Document, Method]:
    """Return the document at a scenario and with the settings of a file, and how it is analysed.

    Models are those asked for, else those of the settings file or of the project that serves as one, else those of the
    project or its settings, else Eq. 9 alone. The document remembers them. A project that serves as settings also
    brings the way in which it was analysed. A scenario that names other models than the project brings its own.
    """
    named_before = document.settings.models.compared
    if scenario is not None:
        document = switch_to(document, scenario)
    has_own_models = document.settings.models.compared != named_before
    example, settings_file = _project_or_file(settings_file)
    if example is not None:
        document = with_settings_of(document, open_project(example))
    way = example or (source if is_project(source) else None)
    method = stored_method({} if way is None else stored_results(way), document.settings)
    if has_own_models and example is None:
        method = replace(method, models=asked_models(document.settings))
    models = method.models if method.compares else asked_models(document.settings)
    if settings_file is not None:
        # On top of no models at all, it shows whether the file names any, be they the usual ones.
        named = read_settings(settings_file, base=with_models(document, ()).settings).models.compared
        models = named or models
        settings = read_settings(settings_file, base=document.settings)
        document = replace(document, settings=settings)
    models = asked.models if asked.models is not None else models
    if asked.intervals is not None and asked.intervals != method.intervals:
        method = replace(method, intervals=asked.intervals, draws=DRAWS[asked.intervals])
    method = replace(
        method,
        models=models,
        draws=method.draws if asked.draws is None else asked.draws,
        seed=method.seed if asked.seed is None else asked.seed,
        appraises=True,
    )
    if method.intervals == "profile" and not (asked.draws is None and asked.seed is None):
        raise SettingsError("--draws and --seed have no meaning for profile intervals. Add --intervals bootstrap.")
    if asked.models is not None or method.compares:
        document = with_models(document, method.models)
    return document, method


def _project_or_file(settings: Path | None) -> tuple[Path | None, Path | None]:
    """Return where settings come from as a project or as a file, the other being None."""
    return (settings, None) if settings is not None and is_project(settings) else (None, settings)


def finish(
    document: Document,
    staging: Path,
    folder: Path,
    method: Method | None = None,
    *,
    progress: Progress,
    based_on: Path | None = None,
    corrections: bool = False,
) -> Outcome:
    """Run the chain, write everything to ``staging``, then move it to ``folder``.

    What other programs added to the project ``based_on`` goes along.
    """
    results = infer(document, method or Method(), progress=progress.part(0.0, 0.2 if corrections else 0.4))
    if corrections:
        results = with_correction_effects(results, progress=progress.part(0.2, 0.4))
    write_results(results, staging, progress=progress.part(0.4, 1.0), based_on=based_on)
    backup = install(staging, folder)
    progress.step(1, 1, "done")
    return Outcome(folder, results, backup)


def results_folder(experiment: Experiment) -> Path:
    """Return the default results folder, in the current one."""
    name = "".join("-" if character in '/\\:*?"<>|' else character for character in experiment.name).strip(" .")
    return Path(f"{name or 'experiment'}-results")


def check_results_folder(folder: Path, *, force: bool) -> None:
    """Raise `InputError` unless ``folder`` is new, empty, or holds results whose project nobody saved since."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; name a folder for the results.")
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    if not _holds_results(folder):
        raise InputError(
            f"{folder} is not empty and holds no results of an earlier analysis; it is left alone. "
            "Name another folder with -o, or empty this one."
        )
    project = folder / PROJECT_NAME
    if not force and project.is_file() and was_saved_by_person(project):
        raise InputError(
            f"{project} was saved by a person since it was analysed; nothing is changed. Name another folder with "
            f"-o, or give --force: the saved project is then kept as {_free_backup(project).name}."
        )


def _holds_results(folder: Path) -> bool:
    try:
        document = json.loads((folder / RESULTS_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(document, dict) and document.get("schema") == SCHEMA


@contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """Give a new folder beside ``folder``; it is gone afterwards whatever happens."""
    target = folder.absolute()
    staging = target.with_name(f".{target.name}.{uuid4().hex[:8]}.partial")
    made = [parent for parent in target.parents if not parent.exists()]
    try:
        _make(staging, named=folder)
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        for parent in made:
            _remove_if_empty(parent)


def _make(staging: Path, *, named: Path) -> None:
    try:
        staging.mkdir(parents=True)
    except OSError as error:
        raise InputError(
            f"{named}: the results folder can't be made ({error.strerror}). Name another one with -o, in a place where "
            "you may write."
        ) from error


def _remove_if_empty(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def write_results(results: Results, folder: Path, *, progress: Progress, based_on: Path | None = None) -> None:
    """Write project, results.json, tables, figures, report and script into an empty ``folder``."""
    progress.step(0, 10, "writing tables")
    write_tables(results, folder / "tables")
    figures = write_figures(results, folder / "figures", progress=progress.part(0.1, 0.8))
    progress.step(8, 10, "writing the report")
    (folder / REPORT_NAME).write_text(report_html(results, figures), encoding="utf-8", newline="\n")
    (folder / REFERENCES_NAME).write_text(bibtex(cited(methods(results))), encoding="utf-8", newline="\n")
    text = json.dumps(results_document(results), indent=1, ensure_ascii=False, allow_nan=False)
    (folder / RESULTS_NAME).write_text(text + "\n", encoding="utf-8", newline="\n")
    script = script_text(results, name=SCRIPT_NAME, project=PROJECT_NAME)
    (folder / SCRIPT_NAME).write_text(script, encoding="utf-8", newline="\n")
    progress.step(9, 10, "writing the project")
    save_project(results, folder / PROJECT_NAME, saved_by="analyze", based_on=based_on)


def install(staging: Path, folder: Path) -> Path | None:
    """Move what was staged to ``folder``; return where a person's project was kept, if one gave way.

    Files of ours that the new analysis does not have are removed; everything else in ``folder`` stays.
    """
    target = folder.absolute()
    if not target.exists():
        staging.rename(target)
        return None
    backup = _keep_project(target / PROJECT_NAME)
    new = sorted(path.relative_to(staging) for path in staging.rglob("*") if path.is_file())
    for name in sorted(_own_names() - set(new)):
        (target / name).unlink(missing_ok=True)
    for name in new:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        os.replace(staging / name, target / name)
    return backup


def _keep_project(project: Path) -> Path | None:
    """Rename a project that a person saved, and return its new name; None where there is none."""
    if not project.is_file() or not was_saved_by_person(project):
        return None
    return project.rename(_free_backup(project))


def _free_backup(project: Path) -> Path:
    """Return where a project would be kept: ``project.bak.nxs``, or the next free name like it."""
    backup, count = project.with_name("project.bak.nxs"), 1
    while backup.exists():
        count += 1
        backup = project.with_name(f"project.bak{count}.nxs")
    return backup


def _own_names() -> set[Path]:
    """Return the tables and figures that an analysis may write."""
    figures = {Path("figures") / f"{name}.{suffix}" for name in FIGURE_NAMES for suffix in ENDINGS}
    return figures | {Path("tables") / name for name in ALL_FILES}
