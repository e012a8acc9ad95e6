"""The job of ``asplab bundle``: one zip for a data repository: raw files, project, results, script, metadata."""

import json
import mimetypes
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from asplab.core.document import Document
from asplab.core.errors import InputError
from asplab.core.export.origin import origin_of
from asplab.core.inference import Asked, infer
from asplab.core.io import file_bytes
from asplab.core.jobs.analyze import choose_method, staged, write_results
from asplab.core.jobs.opening import is_project, load_document
from asplab.core.pipeline import Results
from asplab.core.progress import Progress
from asplab.core.provenance import sha256, utc_text

METADATA_NAME = "ro-crate-metadata.json"
DATA, RESULTS = "data", "results"
_CONTEXT = "https://w3id.org/ro/crate/1.1/context"
_PROFILE = "https://w3id.org/ro/crate/1.1"


def bundle(source: Path, target: Path, *, progress: Progress | None = None) -> tuple[Path, list[str]]:
    """Analyse a folder or project and pack everything into ``target``.

    Returns
    -------
    tuple
        The zip file, and the names of raw files that are not in it, because they are not beside the source any more or
        have changed: the project holds their numbers all the same.

    Raises
    ------
    InputError
        When the source can't be used, or ``target`` exists.
    Cancelled
        When ``progress`` was cancelled; nothing is left behind.
    """
    progress = progress or Progress()
    if target.exists():
        raise InputError(f"{target} exists; it is left alone. Name another file with -o.")
    document = load_document(source, progress=progress.part(0.0, 0.2))
    document, method = choose_method(document, source, Asked(), None)
    results = infer(document, method, progress=progress.part(0.2, 0.5))
    root = source if source.is_dir() else source.parent
    origin = source if is_project(source) else None
    missing = pack(results, target, root=root, based_on=origin, progress=progress.part(0.5, 1.0))
    return target, missing


def pack(
    results: Results, target: Path, *, root: Path | None, based_on: Path | None = None, progress: Progress | None = None
) -> list[str]:
    """Pack results, and the raw files that are still in ``root``, into a new zip; return the names of the others."""
    progress = progress or Progress()
    with staged(target) as staging:
        write_results(results, staging, progress=progress.part(0.0, 0.9), based_on=based_on)
        files, missing = _raw_files(results.document, root)
        packed = {f"{DATA}/{name}": raw for name, raw in files.items()}
        for path in sorted(path for path in staging.rglob("*") if path.is_file()):
            packed[f"{RESULTS}/{path.relative_to(staging).as_posix()}"] = path.read_bytes()
        packed["README.md"] = _readme(results, missing).encode()
        packed[METADATA_NAME] = _metadata(results, packed).encode()
        progress.step(9, 10, "packing")
        _write_zip(packed, target)
    return missing


def _raw_files(document: Document, root: Path | None) -> tuple[dict[str, bytes], list[str]]:
    """Return the raw files that are still as they were read, by name, and the names of the others."""
    found: dict[str, bytes] = {}
    missing: list[str] = []
    for one in document.experiment.sources:
        name = PurePosixPath(one.path)
        # A name that leads out of the folder is never followed.
        is_inside = not name.is_absolute() and ".." not in name.parts
        path = root.joinpath(*name.parts) if root is not None and is_inside else None
        raw = file_bytes(path, one.path) if path is not None and path.is_file() else None
        if raw is not None and sha256(raw) == one.sha256:
            found[one.path] = raw
        else:
            missing.append(one.path)
    return found, missing


def _write_zip(packed: dict[str, bytes], target: Path) -> None:
    part = target.with_name(f".{target.name}.{uuid4().hex[:8]}.partial")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as file:
            for name, raw in packed.items():
                file.writestr(name, raw)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _readme(results: Results, missing: list[str]) -> str:
    origin = origin_of(results)
    notice = ["**Simulated data**: a virtual experiment, nothing was measured.", ""] if origin.simulated else []
    told = "Raw files that were not at their place any more; the project holds their numbers:"
    left_out = [told, *(f"- {_inline(name)}" for name in missing), ""] if missing else []
    return "\n".join(
        [
            f"# {_inline(origin.experiment)}",
            "",
            *notice,
            f"Quantum yield, up-conversion efficiency, polaron parameters: {origin.program} ({origin.libraries}).",
            "",
            f"- `{DATA}/`: raw files as they were measured, with `manifest.csv` where there was one",
            f"- `{RESULTS}/project.nxs`: raw data, settings and results in one HDF5 file (NeXus)",
            f"- `{RESULTS}/results.json`, `{RESULTS}/tables/`: every number with its errors",
            f"- `{RESULTS}/figures/`, `{RESULTS}/report.html`: figures and report",
            f"- `{RESULTS}/analysis.py`: repeats the analysis; `{RESULTS}/references.bib`: what it rests on",
            f"- `{METADATA_NAME}`: the same in machine-readable form (RO-Crate 1.1)",
            "",
            f"To compute it again: `asplab replay {RESULTS}/project.nxs`, or `python {RESULTS}/analysis.py {DATA}`.",
            "",
            *left_out,
        ]
    )


def _inline(name: str) -> str:
    """Return a name that Markdown shows as it is."""
    return "".join(f"\\{character}" if character in "\\`*_{}[]<>#|~" else character for character in name)


def _metadata(results: Results, packed: dict[str, bytes]) -> str:
    """Return the RO-Crate description: every file with its size and checksum, and how the results came about."""
    graph = [
        {
            "@id": METADATA_NAME,
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": {"@id": _PROFILE},
        },
        *_described(results, list(packed)),
        *(_file(name, raw) for name, raw in packed.items()),
    ]
    return json.dumps({"@context": _CONTEXT, "@graph": graph}, indent=1, ensure_ascii=False) + "\n"


def _described(results: Results, names: list[str]) -> Iterator[dict[str, Any]]:
    origin, now = origin_of(results), utc_text(datetime.now(UTC))
    made = [{"@id": _address(name)} for name in names if name.startswith(f"{RESULTS}/")]
    used = [{"@id": _address(name)} for name in names if name.startswith(f"{DATA}/")]
    yield {
        "@id": "./",
        "@type": "Dataset",
        "name": origin.experiment,
        "description": origin.words(),
        "datePublished": now,
        "hasPart": [{"@id": _address(name)} for name in names],
        "mentions": {"@id": "#analysis"},
    }
    yield {
        "@id": "#analysis",
        "@type": "CreateAction",
        "name": "Analysis",
        "endTime": now,
        "instrument": {"@id": "#asplab"},
        "object": used,
        "result": made,
    }
    name, _, version = origin.program.rpartition(" ")
    yield {"@id": "#asplab", "@type": "SoftwareApplication", "name": name, "version": version}


def _file(name: str, raw: bytes) -> dict[str, Any]:
    kind, _ = mimetypes.guess_type(name)
    return {
        "@id": _address(name),
        "@type": "File",
        "name": PurePosixPath(name).name,
        "contentSize": str(len(raw)),
        "encodingFormat": kind or "application/octet-stream",
        "sha256": sha256(raw),
    }


def _address(name: str) -> str:
    """Return a file's name as a relative URI."""
    return quote(name)
