"""The analysis as a Python script that stands alone: what was chosen, in the open, and the numbers it gave."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from pprint import pformat
from typing import Any

from asplab.core.export.results_json import results_document, software
from asplab.core.inference import inference_of
from asplab.core.pipeline import Results
from asplab.core.provenance import utc_text
from asplab.core.settings import Settings
from asplab.core.settings.plain import settings_to_dict

_WIDTH = 110

_HEAD = '''\
#!/usr/bin/env python3
"""Repeat an analysis of ASPLab, and compare its numbers with those that it gave.

Usage: python {name} [FOLDER|PROJECT]

Without an argument the project beside this script is analysed; a folder must hold manifest.csv and the raw data.
The exit code is 1 where a number differs by more than TOLERANCE.
"""

import sys
from pathlib import Path

from asplab import core
from asplab.core.document import Exclusion, Exclusions
from asplab.core.export.results_json import results_document
from asplab.core.inference import Method, infer
from asplab.core.settings.plain import settings_from_dict

'''

_TAIL = '''
def load(source):
    """Return the raw data of a project or of a folder."""
    if source.is_file() and source.suffix == ".nxs":
        return core.open_project(source).experiment
    return core.load_experiment(source)


def other_files(experiment):
    """Return the names of files that are not those of the analysis, by their checksums."""
    found = {source.sha256: source.path for source in experiment.sources}
    missing = [name for name, digest in SOURCES.items() if digest not in found]
    added = [name for digest, name in found.items() if digest not in SOURCES.values()]
    return missing + added


def compare(expected, found):
    """Yield a line for each number that differs."""
    for section, rows in expected.items():
        others = found[section]
        if len(rows) != len(others):
            yield f"{section}: {len(rows)} rows then, {len(others)} now"
            continue
        for k, (row, other) in enumerate(zip(rows, others)):
            for key, value in row.items():
                now = other[key]
                same = value == now
                if isinstance(value, float) and isinstance(now, float):
                    same = abs(now - value) <= TOLERANCE * max(abs(value), abs(now))
                if not same:
                    yield f"{section}[{k}].{key}: {value} then, {now} now"


def main():
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name(PROJECT)
    experiment = load(source)
    for name in other_files(experiment):
        print(f"not the file that was analysed: {name}", file=sys.stderr)
    exclusions = Exclusions(tuple(Exclusion(target, reason) for target, reason in EXCLUSIONS))
    document = core.Document(experiment, settings_from_dict(SETTINGS), exclusions)
    found = results_document(infer(document, Method(**METHOD)))
    for row in found["efficiency"]:
        print("{temperature_k:8.2f} K  {detuning_mev:8.2f} meV  eta {eta!s:>22} +- {eta_error!s}".format(**row))
    differences = list(compare(RESULTS, found))
    for line in differences:
        print(line, file=sys.stderr)
    print(f"{sum(len(rows) for rows in RESULTS.values())} rows compared, {len(differences)} numbers differ")
    return 1 if differences else 0


if __name__ == "__main__":
    raise SystemExit(main())
'''

_COMPARED = {
    "gap": ("temperature_k", "gap_mev", "mean_photon_mev"),
    "quantum_yield": ("temperature_k", "quantum_yield", "quantum_yield_error"),
    "efficiency": ("temperature_k", "excitation_nm", "detuning_mev", "eta", "eta_error"),
    "polaron": ("scope", "temperature_k", "model", "g_mev", "g_mev_error", "phonon_mev", "phonon_mev_error"),
}
_TOLERANCE = 1e-9


def script_text(results: Results, *, name: str = "analysis.py", project: str = "project.nxs") -> str:
    """Return a script that repeats the analysis of ``results`` from raw data with the public parts of this package.

    Settings that differ from the defaults stand first; every setting is in it, so that other defaults of a later
    version change nothing.

    Parameters
    ----------
    name, project : str
        File names of the script and of the project beside it, from which it takes the raw data.
    """
    return _HEAD.format(name=name) + "\n".join(_constants(results, project)) + "\n" + _TAIL


def _constants(results: Results, project: str) -> Iterator[str]:
    document = results.document
    method = inference_of(results).method
    found = results_document(results)
    made_by = software()
    told = json.dumps(document.experiment.name, ensure_ascii=False)
    yield f"# {told}, analysed by {made_by['name']} {made_by['version']}"
    yield f"# on {utc_text(datetime.now(UTC))} with numpy {made_by['numpy']} and scipy {made_by['scipy']}"
    yield f"PROJECT = {project!r}"
    yield f"TOLERANCE = {_TOLERANCE!r}"
    yield ""
    yield from _changed(document.settings)
    yield f"SETTINGS = {_literal(settings_to_dict(document.settings))}"
    yield f"EXCLUSIONS = {_literal([(item.target, item.reason) for item in document.exclusions.items])}"
    yield f"METHOD = {_literal({one.name: getattr(method, one.name) for one in fields(method)})}"
    yield "# SHA-256 of every file that was analysed"
    yield f"SOURCES = {_literal({source.path: source.sha256 for source in document.experiment.sources})}"
    yield "# what it gave"
    yield f"RESULTS = {_literal({section: _rows(found[section], keys) for section, keys in _COMPARED.items()})}"
    yield ""


def _changed(settings: Settings) -> Iterator[str]:
    usual, chosen = settings_to_dict(Settings()), settings_to_dict(settings)
    changed = [
        f"#   {record}.{name} = {value!r} (default {usual[record][name]!r})"
        for record, values in chosen.items()
        for name, value in values.items()
        if value != usual[record][name]
    ]
    yield "# settings that are not the default:" if changed else "# all settings are the default ones"
    yield from changed


def _rows(rows: Sequence[Mapping[str, Any]], keys: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{key: row[key] for key in keys} for row in rows]


def _literal(value: object) -> str:
    return pformat(value, width=_WIDTH, sort_dicts=False)
