"""Pictures of every step and page of the window, light and dark, at several sizes.

    QT_QPA_PLATFORM=offscreen python tests/screens.py FOLDER [--data EXPERIMENT] [--steps a,b] [--modes light,dark]
        [--sizes 1280x800,1440x900] [--scenes none | all | docks,hand,work,guidance,importing,failing]

Without ``--data`` the demo is simulated. For pictures as of a screen with double density set QT_SCALE_FACTOR=2 and
give half the pixels, ``--sizes 1440x900`` for 2880x1800. Scenes are what a hand brings up beside the resting steps:
docks, a drag, dialogs, the import, errors; ``--steps none`` leaves the steps out.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import scenes
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QWidget

from asplab.core.document import Document
from asplab.core.loading import load_experiment
from asplab.core.virtual import VirtualExperiment, simulate
from asplab.gui.bindings import Bindings
from asplab.gui.jobs.runner import Jobs
from asplab.gui.look.theme import Appearance
from asplab.gui.panels.paged import PagedPanel
from asplab.gui.preferences import Preferences
from asplab.gui.step_list import MORE, STEPS
from asplab.gui.window import Window

PATIENCE_S = 180.0
QUIET_S = 0.8


def main() -> None:
    """Take the pictures that the command line asks for."""
    wanted = _arguments()
    application = QApplication([])
    wanted.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        data = wanted.data or _demo(Path(scratch) / "demo")
        document = Document(load_experiment(data))
        for mode in wanted.modes:
            for width, height in wanted.sizes:
                bindings = _open(application, mode, Path(scratch))
                bindings.window.resize(width, height)
                _take(bindings.window, wanted.folder / f"empty-{mode}-{width}.png")
                bindings.session.begin(document)
                _settle(bindings)
                bindings.looking.choose_temperature(len(bindings.looking.temperatures) // 2)
                for name in _steps(bindings, wanted.steps):
                    _settle(bindings)
                    _take(bindings.window, wanted.folder / f"{name}-{mode}-{width}.png")
                for name, seen in _scenes(bindings, wanted.scenes, Path(scratch) / f"{mode}-{width}"):
                    _rest(bindings)
                    if name:
                        _take(seen, wanted.folder / f"{name}-{mode}-{width}.png")
                bindings.window.may_close = True
                bindings.window.close()


def _steps(bindings: Bindings, wanted: tuple[str, ...]) -> Iterator[str]:
    """Go through the steps and, in those with pages, these; yield the name of each."""
    for key, _ in (*STEPS, *MORE):
        if wanted and key not in wanted:
            continue
        bindings.looking.choose_step(key)
        if not isinstance(bindings.page, PagedPanel):
            yield key
            continue
        for page in bindings.page.page_keys:
            bindings.page.choose(page)
            yield f"{key}-{page}"


def _scenes(bindings: Bindings, wanted: tuple[str, ...], scratch: Path) -> scenes.Scene:
    """Go through the scenes; those that open other documents come last."""
    scratch.mkdir()
    every: dict[str, Callable[[], scenes.Scene]] = {
        "docks": partial(scenes.docks, bindings),
        "hand": partial(scenes.hand, bindings),
        "work": partial(scenes.work, bindings),
        "guidance": partial(scenes.guidance, bindings),
        "importing": partial(scenes.importing, bindings, scratch),
        "failing": partial(scenes.failing, bindings, scratch),
    }
    for key, play in every.items():
        if key in wanted or "all" in wanted:
            yield from play()


def _open(application: QApplication, mode: str, scratch: Path) -> Bindings:
    window, jobs = Window(), Jobs()
    window.build()
    preferences = Preferences(QSettings(str(scratch / "preferences.ini"), QSettings.Format.IniFormat))
    bindings = Bindings(window, jobs, Appearance(application, mode), preferences, str)
    window.show()
    return bindings


def _settle(bindings: Bindings) -> None:
    """Wait until nothing computes and the window has been still for a moment."""
    _until(lambda: bindings.session.results is not None and bindings.session.is_settled)
    _rest(bindings)


def _rest(bindings: Bindings) -> None:
    """Wait until no job has run for a moment: what is shown follows the end of the last one."""
    busy_at = time.monotonic()
    end = busy_at + PATIENCE_S
    while time.monotonic() < min(end, busy_at + QUIET_S):
        QApplication.processEvents()
        if not bindings.jobs.is_idle:
            busy_at = time.monotonic()
        time.sleep(0.01)


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition() and time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.01)


def _take(seen: QWidget, path: Path) -> None:
    QApplication.processEvents()
    seen.grab().save(str(path))


def _demo(folder: Path) -> Path:
    simulate(folder, VirtualExperiment(), seed=1)
    return folder


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--steps", type=lambda text: tuple(text.split(",")), default=())
    parser.add_argument("--modes", type=lambda text: tuple(text.split(",")), default=("light", "dark"))
    parser.add_argument("--scenes", type=lambda text: tuple(text.split(",")), default=())
    parser.add_argument(
        "--sizes",
        type=lambda text: [tuple(int(part) for part in size.split("x")) for size in text.split(",")],
        default=[(1280, 800), (1440, 900)],
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
