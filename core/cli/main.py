"""The command line ``asplab``: demo, simulate, analyze, replay, diff, bundle, figures, model, watch and inspect.

Heavy modules are imported inside the commands: ``asplab --help`` answers before any of them would be loaded.
"""

import json
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from asplab.core.cli.batch import analyze_several
from asplab.core.cli.figures import figures
from asplab.core.cli.model import ModelCommand, model
from asplab.core.cli.progress_bar import progress_bar as _progress
from asplab.core.cli.watch import watch
from asplab.core.errors import AsplabError, Cancelled

if TYPE_CHECKING:
    from asplab.core.jobs.analyze import Outcome
    from asplab.core.problems import Problem

OK, INCOMPLETE, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
DEMO_SEED = 1
_SHOWN_PROBLEMS = 12
_EXIT = "Exit codes: 0 done; {}2 bad input or wrong use{}; 130 interrupted."
_EXIT_OF_ANALYSIS = _EXIT.format(
    "1 everything was written, but a result is missing (the errors say why); ", ", nothing was written"
)
# Typer passes on the exceptions of click, which it brings along, without a name for the base of all wrong use.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]

app = typer.Typer(
    name="asplab",
    help="From raw PL, anti-Stokes PL and photothermal spectra to quantum yield, η and polaron parameters.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Output = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", metavar="DIR", help="Results folder; by default the experiment's name and -results."
    ),
]
Force = Annotated[
    bool, typer.Option("--force", help="Replace results whose project was saved since; it is kept beside them.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line; end with exit code 0 (done), 1 (a result is missing or differs) or 2 (bad input).

    What went wrong is one line on stderr, without a traceback.
    """
    for stream in (sys.stdout, sys.stderr):
        # A console that knows no Greek must not end a finished analysis.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        code = app(args=arguments, prog_name="asplab", standalone_mode=False)
    except _UsageError as error:
        _tell_usage(error)
        raise SystemExit(BAD_INPUT) from None
    except (Cancelled, typer.Abort) as stop:
        _tell(f"asplab: {str(stop) or 'stopped by the user'}")
        raise SystemExit(INTERRUPTED) from None
    except AsplabError as error:
        _tell(f"asplab: {error}")
        raise SystemExit(BAD_INPUT) from None
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        _tell(f"asplab: {place}{error.strerror or error}. Check the path, the rights and the free space.")
        raise SystemExit(BAD_INPUT) from None
    raise SystemExit(code if isinstance(code, int) else OK)


def _tell_usage(error: Exception) -> None:
    """Say in one line what is wrong with the arguments; the help that a bare ``asplab`` asks for is out already."""
    text = str(getattr(error, "message", error))
    if hasattr(error, "format_message"):
        text = error.format_message()
    if text:
        command = getattr(getattr(error, "ctx", None), "command_path", "asplab")
        _tell(f"asplab: {text.rstrip('.?')}. See: {command} --help")


def _tell(text: str) -> None:
    typer.echo(text, err=True)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"asplab {version('asplab')}")
        raise typer.Exit(OK)


@app.callback()
def _asplab(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


@app.command(epilog=_EXIT_OF_ANALYSIS)
def demo(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Results folder.")] = Path(
        "asplab-demo"
    ),
    force: Annotated[
        bool, typer.Option("--force", help="Replace edited data, and results whose project was saved since (kept).")
    ] = False,
) -> None:
    """Run the main job on the built-in virtual experiment and compare with its truth."""
    from asplab.core.jobs.demo import comparison, run_demo

    with _progress() as progress:
        outcome = run_demo(output, force=force, seed=DEMO_SEED, progress=progress)
    _report(outcome, brief=True)
    typer.echo("SIMULATED DATA (virtual experiment): result ± one standard error (truth)")
    for line in comparison(outcome.results, seed=DEMO_SEED):
        typer.echo(line)
    raise typer.Exit(_code(outcome))


@app.command(epilog=_EXIT.format("", ", nothing was written"))
def simulate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write.")],
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Seed of all random numbers.")] = DEMO_SEED,
    truth: Annotated[
        str,
        typer.Option(
            "--truth", metavar="eq9|table|FILE.json", help="The true η: Eq. 9, a table like the paper's, or your own."
        ),
    ] = "eq9",
    effects: Annotated[
        str,
        typer.Option(
            "--effects",
            metavar="off|realistic|NAME=VALUE,…",
            help="What goes wrong: all of a real day (realistic), or single effects such as leak=1e-5,times=yes; the "
            "guide page on the virtual experiment lists them.",
        ),
    ] = "off",
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier simulation, with all its files.")] = False,
) -> None:
    """Write a virtual experiment: raw data, manifest.csv and truth.json."""
    from asplab.core.safe_files import refuse_existing
    from asplab.core.virtual import experiment_with_truth
    from asplab.core.virtual import simulate as write_simulation

    if not force:
        refuse_existing(folder)
    experiment = experiment_with_truth(truth, effects=effects)
    with _progress() as progress:
        manifest = write_simulation(folder, experiment, seed=seed, progress=progress, force=force)
    typer.echo(f"simulated data: {manifest}")


@app.command(epilog=_EXIT_OF_ANALYSIS)
def analyze(
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="FOLDER|PROJECT|MANIFEST…",
            help="Folder that holds manifest.csv, a manifest, or a project. Several are analysed two at a time, each "
            "into a folder of its own in DIR, and compared there.",
        ),
    ],
    output: Output = None,
    force: Force = False,
    settings: Annotated[
        Path | None,
        typer.Option(
            "--settings",
            metavar="FILE.toml|PROJECT",
            help="Settings in place of the default ones: those of a file, or all those of another project.",
        ),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(
            "--preset",
            metavar="NAME",
            help="Import preset, by name or file: it tells the conditions of the folder's files; what manifest.csv "
            "says goes before it.",
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="a,b,…",
            help="Rate models to fit and compare, such as eq9,resonant,thermal; asplab model --list explains them. "
            "By default those that settings or project name, else eq9 alone.",
        ),
    ] = None,
    intervals: Annotated[
        str | None,
        typer.Option(
            "--intervals",
            metavar="profile|bootstrap|mcmc",
            help="How 68 % intervals are found: profile likelihood, bootstrap of whole repeats, or Markov chains. By "
            "default as the project was analysed before, else profile.",
        ),
    ] = None,
    draws: Annotated[
        int | None,
        typer.Option(
            "--draws", metavar="N", help="Draws of the bootstrap (1000) or steps of each Markov chain (2000)."
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", help="Seed of bootstrap or Markov chains; default 1.")
    ] = None,
    corrections: Annotated[
        bool,
        typer.Option("--corrections", help="Tell what each correction does to the results: analyse without it too."),
    ] = False,
    scenario: Annotated[
        str | None,
        typer.Option(
            "--scenario",
            metavar="NAME",
            help="Scenario of the project to analyse by; --settings FILE.toml goes on top of it. By default the state "
            "in which the project was saved.",
        ),
    ] = None,
    eta_at: Annotated[
        str | None,
        typer.Option(
            "--eta-at",
            metavar="MEV,…",
            help="Detunings at which η of several samples is compared; by default some that the first one has.",
        ),
    ] = None,
) -> None:
    """Analyse raw data: quantum yield, η, polaron parameters, their errors and checks; tables, figures, project."""
    from asplab.core.inference import asked_for
    from asplab.core.jobs.analyze import analyze as run
    from asplab.core.jobs.batch import Options

    options = Options(force, settings, asked_for(model, intervals, draws, seed), preset, corrections, scenario)
    if len(sources) > 1:
        raise typer.Exit(analyze_several(sources, output, options, eta_at=eta_at, watched=_progress()))
    if eta_at is not None:
        raise typer.BadParameter("--eta-at compares several samples; name more than one.")
    with _progress() as progress:
        outcome = run(
            sources[0],
            output,
            force=options.force,
            settings_file=options.settings_file,
            asked=options.asked,
            preset=options.preset,
            corrections=options.corrections,
            scenario=options.scenario,
            progress=progress,
        )
    _report(outcome)
    raise typer.Exit(_code(outcome))


def _report(outcome: "Outcome", *, brief: bool = False) -> None:
    """Say where the results are, their core unless ``brief``, and what to know about them."""
    from asplab.core.jobs.summary import place_lines, summary
    from asplab.core.problems import grouped

    for line in place_lines(outcome) if brief else summary(outcome):
        typer.echo(line)
    _tell_problems(grouped(outcome.results.problems, experiment=outcome.results.document.experiment.name))


def _tell_problems(problems: "tuple[Problem, ...]") -> None:
    """Print errors and warnings as a short list on stderr."""
    grave = [problem for problem in problems if problem.severity != "info"]
    for problem in grave[:_SHOWN_PROBLEMS]:
        _tell(f"{problem.severity}: {problem.where}: {problem.message}")
    if len(grave) > _SHOWN_PROBLEMS:
        _tell(f"… and {len(grave) - _SHOWN_PROBLEMS} more; all are in results.json and report.html")


def _code(outcome: "Outcome") -> int:
    return OK if outcome.is_complete else INCOMPLETE


@app.command(epilog=_EXIT.format("1 a number differs; ", ""))
def replay(
    project: Annotated[Path, typer.Argument(metavar="PROJECT", help="A project file written by ASPLab.")],
) -> None:
    """Compute a project again from the raw data in it, and compare every number that it holds."""
    from asplab.core.jobs.replay import replay as recompute

    with _progress() as progress:
        found = recompute(project, progress=progress)
    differences = found.differences
    if not differences:
        told = "" if found.identical == found.compared else f", {found.identical} of them to the last bit"
        typer.echo(f"{project}: {found.compared} stored numbers recomputed, all equal{told}")
        return
    typer.echo(f"{project}: {len(differences)} of {found.compared} stored numbers differ")
    for line in differences[:_SHOWN_PROBLEMS]:
        _tell(line)
    if len(differences) > _SHOWN_PROBLEMS:
        _tell(f"… and {len(differences) - _SHOWN_PROBLEMS} more")
    raise typer.Exit(INCOMPLETE)


@app.command(name="diff", epilog=_EXIT.format("1 something differs; ", ""))
def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="Project, folder or manifest.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="The one that it is held against.")],
    as_json: AsJson = False,
) -> None:
    """Say what differs between two analyses: files, settings, exclusions and results."""
    from asplab.core.jobs.difference import compare as hold_against
    from asplab.core.jobs.difference import difference_lines, difference_rows

    with _progress() as progress:
        found = hold_against(first, second, progress=progress)
    if as_json:
        typer.echo(json.dumps(difference_rows(found), indent=1, ensure_ascii=False, allow_nan=False))
    else:
        typer.echo("\n".join(difference_lines(found) or [f"no difference; {found.compared} results compared"]))
    if not found.is_same:
        raise typer.Exit(INCOMPLETE)


@app.command(epilog=_EXIT.format("", ", nothing was written"))
def bundle(
    source: Annotated[Path, typer.Argument(metavar="FOLDER|PROJECT|MANIFEST", help="What to analyse and pack.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE.zip", help="By default the source's name and .zip.")
    ] = None,
) -> None:
    """Pack raw files, project, results, script and metadata into one zip for a data repository."""
    from asplab.core.jobs.bundle import bundle as pack

    target = output or Path(f"{source.resolve().with_suffix('').name}-bundle.zip")
    with _progress() as progress:
        written, missing = pack(source, target, progress=progress)
    typer.echo(f"bundle: {written}")
    for name in missing[:_SHOWN_PROBLEMS]:
        _tell(f"not in it, since it has changed or is not beside the source: {name}")
    if len(missing) > _SHOWN_PROBLEMS:
        _tell(f"… and {len(missing) - _SHOWN_PROBLEMS} more; all are in README.md of the bundle")


app.command(cls=ModelCommand, epilog=_EXIT.format("", ""))(model)
app.command(epilog=_EXIT.format("", ""))(watch)
app.command(epilog=_EXIT.format("1 there is nothing to draw; ", ", nothing was written"))(figures)


@app.command(epilog="Exit codes: 0 every file was recognised; 2 a file was not, or wrong use.")
def inspect(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Measured files.")],
    as_json: AsJson = False,
) -> None:
    """Say how each file is read: reader, frames, axis, range of values, metadata, doubts."""
    from asplab.core.jobs.inspection import inspect_file, inspection_lines

    found = [inspect_file(path) for path in files]
    if as_json:
        typer.echo(json.dumps({"files": found}, indent=1, ensure_ascii=False, allow_nan=False))
    else:
        for entry in found:
            typer.echo("\n".join(inspection_lines(entry)))
    if not all(entry["recognised"] for entry in found):
        raise typer.Exit(BAD_INPUT)
