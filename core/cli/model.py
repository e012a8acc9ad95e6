"""The command ``asplab model``: rates of one or more models as a table, and the list of all models.

The registry of the models is read when the command runs or its help is asked for, because numpy and scipy come with it.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperOption

from asplab.core.errors import SettingsError

if TYPE_CHECKING:
    from rich.table import Table

    from asplab.core.jobs.model_table import ModelTable

_POINTS, _PARAMETERS, _OUTPUT = "Models and points (required)", "Parameters, as far as the models have them", "Output"
_ENERGY = "MEV"


class ModelCommand(TyperCommand):
    """A command whose options are explained by the registry of rate models."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help, with names, units and ranges of the registry."""
        from asplab.core.jobs.model_list import option_helps

        helps = option_helps()
        for option in self.params:
            if isinstance(option, TyperOption):
                option.help = helps.get(option.name or "", option.help)
        super().format_help(ctx, formatter)


def model(
    name: Annotated[
        str | None, typer.Option("--model", metavar="NAME[,NAME…]", rich_help_panel=_POINTS, show_default=False)
    ] = None,
    detuning_mev: Annotated[str | None, typer.Option("--detuning", metavar="20:153:1", rich_help_panel=_POINTS)] = None,
    temperature_k: Annotated[
        str | None, typer.Option("--temperature", metavar="80,250", rich_help_panel=_POINTS)
    ] = None,
    g_mev: Annotated[str | None, typer.Option("--g", metavar="MEV[,MEV…]", rich_help_panel=_PARAMETERS)] = None,
    phonon_mev: Annotated[
        str | None, typer.Option("--phonon", metavar="MEV[,MEV…]", rich_help_panel=_PARAMETERS)
    ] = None,
    broadening_mev: Annotated[
        str | None, typer.Option("--broadening", metavar=_ENERGY, rich_help_panel=_PARAMETERS)
    ] = None,
    inhomogeneous_mev: Annotated[
        str | None, typer.Option("--inhomogeneous", metavar=_ENERGY, rich_help_panel=_PARAMETERS)
    ] = None,
    urbach_mev: Annotated[str | None, typer.Option("--urbach", metavar=_ENERGY, rich_help_panel=_PARAMETERS)] = None,
    background_urbach_mev: Annotated[
        str | None, typer.Option("--background-urbach", metavar=_ENERGY, rich_help_panel=_PARAMETERS)
    ] = None,
    slope_per_mev: Annotated[str | None, typer.Option("--slope", metavar="1/MEV", rich_help_panel=_PARAMETERS)] = None,
    show_list: Annotated[
        bool, typer.Option("--list", help="Explain all models and their parameters.", rich_help_panel=_OUTPUT)
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.", rich_help_panel=_OUTPUT)] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.", rich_help_panel=_OUTPUT)] = False,
) -> None:
    """Evaluate rate models for every pair of ΔE and T: ln w, the rate up to a constant factor.

    Several models stand side by side, and each takes those of the parameters that it has.
    """
    if as_json and as_csv:
        raise SettingsError("--json and --csv exclude each other; leave one out.")
    if show_list:
        _print_list(as_json=as_json, as_csv=as_csv)
        return
    from asplab.core.jobs.model_table import model_table

    parameters = {
        "g_mev": g_mev,
        "phonon_mev": phonon_mev,
        "broadening_mev": broadening_mev,
        "inhomogeneous_mev": inhomogeneous_mev,
        "urbach_mev": urbach_mev,
        "background_urbach_mev": background_urbach_mev,
        "slope_per_mev": slope_per_mev,
    }
    table = model_table(
        _required(name, "--model", "eq9"),
        _required(detuning_mev, "--detuning", "20:153:1"),
        _required(temperature_k, "--temperature", "80,250"),
        {key: value for key, value in parameters.items() if value is not None},
    )
    _print_table(table, as_json=as_json, as_csv=as_csv)


def _print_table(table: "ModelTable", *, as_json: bool, as_csv: bool) -> None:
    from asplab.core.jobs.model_table import csv_lines, model_document, notes, text_lines

    if as_json:
        typer.echo(json.dumps(model_document(table), indent=1, ensure_ascii=False, allow_nan=False))
        return
    for line in csv_lines(table) if as_csv else text_lines(table):
        typer.echo(line)
    # JSON and CSV hold the parameters themselves.
    for line in () if as_csv else notes(table):
        typer.echo(line, err=True)


def _required(value: str | None, option: str, example: str) -> str:
    if value is None:
        raise SettingsError(f"{option} is missing; write for example {option} {example}. See: asplab model --help")
    return value


def _print_list(*, as_json: bool, as_csv: bool) -> None:
    from asplab.core.jobs.model_list import list_document

    if as_csv:
        raise SettingsError("--list prints a table or, with --json, JSON; leave --csv out.")
    document = list_document()
    if as_json:
        typer.echo(json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False))
        return
    from rich.console import Console

    models = [(entry["name"], _needed(entry), f"{entry['title']}\n{entry['valid']}") for entry in document["models"]]
    columns = ("option", "symbol", "unit", "range", "meaning")
    parameters = [tuple(entry[column] for column in columns) for entry in document["parameters"]]
    console = Console(highlight=False)
    console.print(_table(("model", "needs", "where it holds"), models))
    console.print(_table(columns, parameters))
    typer.echo("What stands in [ ] has a default. Equations and sources: asplab model --list --json")


def _needed(entry: Mapping[str, Any]) -> str:
    optional = entry["options_with_default"]
    options = (f"[{option}]" if option in optional else option for option in entry["options"])
    return "\n".join(options) or "nothing"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(*columns, box=box.SIMPLE, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    return table
