"""Where exported numbers come from: program, libraries, data, settings and seed, for every table and figure."""

from dataclasses import dataclass
from datetime import UTC, datetime

from asplab.core.export.model_rows import intervals_text
from asplab.core.export.results_json import software
from asplab.core.pipeline import Results
from asplab.core.provenance import sha256, utc_text
from asplab.core.settings.plain import settings_to_json


@dataclass(frozen=True, slots=True)
class Origin:
    """Where results come from.

    Attributes
    ----------
    program : str
        Name and version.
    libraries : str
        Libraries that numbers depend on, with their versions.
    experiment : str
        Its name, in one line.
    sources_sha256 : str
        Digest of the checksums of all source files in their order by name; the files are listed in results.json.
    settings_sha256 : str
        Digest of the settings as JSON.
    intervals : str
        How 68 % intervals were found, with the seed where one matters.
    simulated : bool
    """

    program: str
    libraries: str
    experiment: str
    sources_sha256: str
    settings_sha256: str
    intervals: str
    simulated: bool

    def lines(self) -> tuple[str, ...]:
        """Return what a reader of a table must know."""
        notice = ("SIMULATED DATA: from a virtual experiment, nothing was measured",) if self.simulated else ()
        return (
            *notice,
            self.program,
            f"written {utc_text(datetime.now(UTC))} with {self.libraries}",
            f"experiment: {self.experiment}",
            f"sources SHA-256: {self.sources_sha256}",
            f"settings SHA-256: {self.settings_sha256}",
            "errors are one standard error; low and high are the ends of a 68 % interval, empty where open",
            "systematic_minus, systematic_plus: every effect moved by one prior standard deviation, in quadrature",
            f"68 % intervals: {self.intervals}",
        )

    def words(self) -> str:
        """Return the same in one line, without the day, for the metadata of a figure."""
        notice = "simulated data; " if self.simulated else ""
        return (
            f"{notice}{self.experiment}; {self.program}, {self.libraries}; sources SHA-256 {self.sources_sha256}; "
            f"settings SHA-256 {self.settings_sha256}; 68 % intervals: {self.intervals}"
        )


def origin_of(results: Results) -> Origin:
    """Return where ``results`` come from."""
    document = results.document
    made_by = software()
    sources = sorted((source.path, source.sha256) for source in document.experiment.sources)
    return Origin(
        program=f"{made_by['name']} {made_by['version']}",
        libraries=", ".join(f"{name} {value}" for name, value in made_by.items() if name not in ("name", "version")),
        experiment=" ".join(document.experiment.name.split()),
        sources_sha256=sha256("\n".join(digest for _, digest in sources).encode()),
        settings_sha256=sha256(settings_to_json(document.settings).encode()),
        intervals=intervals_text(results),
        simulated=document.experiment.simulated,
    )
