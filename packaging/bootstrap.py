"""Set ASPLab up in this folder and run it.

``python3 packaging/bootstrap.py demo`` analyses the built-in virtual experiment and opens the window where
there is a display; ``python3 packaging/bootstrap.py test`` runs the tests. What follows the job is passed on.

Standard library only, in syntax that old interpreters can read: they get as far as the message on their age.
"""

import argparse
import ctypes
import hashlib
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = (3, 11)
MOST_WORKERS = 4
STAMP = "asplab-stamp.json"
USAGE = """usage: python3 packaging/bootstrap.py {demo,test} [arguments passed on]

  demo   make .venv, install ASPLab, run "asplab demo" here, open the window where there is a display
  test   make .venv, install ASPLab, run its tests with pytest"""

# What Qt's own libraries link to but do not bring along, and the Debian package that has it.
QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
}
# What a window on an X11 screen needs besides.
X11_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
OTHER_MANAGERS = {
    "dnf": "dnf install -y libglvnd-egl libglvnd-glx libxkbcommon dbus-libs fontconfig glib2 xcb-util-cursor "
    "xcb-util-wm xcb-util-keysyms libxcb libxkbcommon-x11",
    "pacman": "pacman -S --needed libglvnd libxkbcommon dbus fontconfig glib2 xcb-util-cursor xcb-util-wm "
    "xcb-util-keysyms libxcb libxkbcommon-x11",
}


class SetupError(Exception):
    """Setting up can't go on; the message says why and what to do."""


def main(arguments: list) -> int:
    """Run the job named by the first argument; return its exit code, or 2 when it could not be started."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(USAGE, file=sys.stdout if arguments else sys.stderr)
        return 0 if arguments else 2
    try:
        return _run(arguments[0], arguments[1:])
    except SetupError as problem:
        print(f"bootstrap: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("bootstrap: stopped.", file=sys.stderr)
        return 130


def _run(job: str, arguments: list) -> int:
    jobs = {"demo": run_demo, "test": run_tests}
    if job not in jobs:
        raise SetupError(f'no job is called "{job}". Use "demo" or "test".\n{USAGE}')
    check_python(sys.version_info[:3])
    if sys.platform.startswith("linux"):
        provide_qt_libraries()
    return jobs[job](provide_environment(ROOT), arguments)


def say(text: str) -> None:
    """Print one line of progress at once, also into a pipe."""
    print("bootstrap: " + text, flush=True)


def check_python(version: tuple) -> None:
    """Raise `SetupError` when an interpreter of this version can't run ASPLab, or can't make environments."""
    found, oldest = ".".join(map(str, version)), ".".join(map(str, OLDEST_PYTHON))
    if version < OLDEST_PYTHON:
        newer = [name for name in ("python3.13", "python3.12", "python3.11") if shutil.which(name)]
        remedy = (
            f"Run: {newer[0]} packaging/bootstrap.py"
            if newer
            else "Install a newer Python (python.org or your system's packages) and run this with it."
        )
        raise SetupError(f"ASPLab needs Python {oldest} or newer; this one is {found}. {remedy}")
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        package = f"python{version[0]}.{version[1]}-venv"
        raise SetupError(
            "this Python comes without its venv module. On Debian or Ubuntu run: "
            f"{_sudo()}apt-get install -y {package}\n"
            "Elsewhere install the full Python of python.org. Then run this again."
        )


# --- system libraries ---------------------------------------------------------------------------------------


def provide_qt_libraries() -> None:
    """Install what Qt lacks of the system's libraries, or raise `SetupError` with the command that does."""
    required = dict(QT_LIBRARIES, **X11_LIBRARIES) if os.environ.get("DISPLAY") else QT_LIBRARIES
    if not missing_libraries(required):
        return
    wanted = missing_libraries(dict(QT_LIBRARIES, **X11_LIBRARIES))
    say("Qt lacks system libraries: " + ", ".join(wanted))
    if _is_root() and shutil.which("apt-get"):
        _apt_install(sorted(wanted.values()))
    still_missing = missing_libraries(required)
    if still_missing:
        command = install_command(sorted(wanted.values()))
        raise SetupError(f"Qt can't start without {', '.join(still_missing)}. Run: {command}\nThen run this again.")


def missing_libraries(libraries: dict) -> dict:
    """Return those of ``libraries`` (file name: package) that the system's loader does not find."""
    return {name: package for name, package in libraries.items() if not _loads(name)}


def install_command(packages: list) -> str:
    """Return the command that installs Qt's system libraries with the package manager of this machine."""
    for manager, command in OTHER_MANAGERS.items():
        if shutil.which(manager) and not shutil.which("apt-get"):
            return _sudo() + command
    return f"{_sudo()}apt-get update && {_sudo()}apt-get install -y {' '.join(packages)}"


def _apt_install(packages: list) -> None:
    say("installing them: apt-get install -y " + " ".join(packages))
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    # A stale package list is no reason to stop: what counts is whether the libraries load afterwards.
    subprocess.call(["apt-get", "update", "-qq"], env=environment)
    subprocess.call(["apt-get", "install", "-y", "-qq", *packages], env=environment)


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _sudo() -> str:
    return "" if _is_root() else "sudo "


# --- the environment ----------------------------------------------------------------------------------------


def provide_environment(root: Path) -> Path:
    """Make or update ``root/.venv`` with ASPLab and its test tools in it; return its interpreter."""
    folder = root / ".venv"
    python = executable(folder, "python")
    wanted, found = wanted_stamp(root), read_stamp(folder)
    if found == wanted and python.exists():
        say(f"{folder} is up to date")
        return python
    made_for = {"python": wanted["python"], "root": wanted["root"]}
    if not python.exists() or any(found.get(key) != value for key, value in made_for.items()):
        _make_environment(folder, clear=bool(found))
        write_stamp(folder, made_for)
    say("installing ASPLab and its test tools (the first time: some minutes, 1 GB of disk)")
    _pip_install(python, root)
    write_stamp(folder, wanted)
    return python


def wanted_stamp(root: Path) -> dict:
    """Return what an up-to-date environment is known by: interpreter, place and project definition."""
    return {
        "python": f"{platform.python_version()} {sys.base_prefix}",
        "root": str(root),
        "pyproject": hashlib.sha256((root / "pyproject.toml").read_bytes()).hexdigest(),
    }


def read_stamp(folder: Path) -> dict:
    """Return the stamp of an environment; empty where there is none or it can't be read."""
    try:
        found = json.loads((folder / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_stamp(folder: Path, stamp: dict) -> None:
    """Note in the environment what it was made for."""
    (folder / STAMP).write_text(json.dumps(stamp, indent=1), encoding="utf-8")


def executable(folder: Path, name: str) -> Path:
    """Return the path of a program in an environment."""
    return folder / "Scripts" / (name + ".exe") if os.name == "nt" else folder / "bin" / name


def _make_environment(folder: Path, *, clear: bool) -> None:
    """Create an environment; an existing one is emptied only with ``clear``."""
    say(f"making {folder} with Python {platform.python_version()}")
    options = ["--clear"] if clear else []
    if subprocess.call([sys.executable, "-m", "venv", *options, str(folder)]) != 0:
        raise SetupError(
            f"Python could not make {folder}: read its message above. Remove that folder and run this again."
        )


def _pip_install(python: Path, root: Path) -> None:
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install"]
    if subprocess.call([*pip, "--editable", f"{root}[test]"]) != 0:
        raise SetupError(
            "pip could not install ASPLab: read its message above, most often the network or a proxy. "
            "Run this again when that is mended; what is installed already stays."
        )


# --- the jobs -----------------------------------------------------------------------------------------------


def run_tests(python: Path, arguments: list) -> int:
    """Run pytest in the checkout, on a few cores at once."""
    say("running the tests")
    command = [str(python), "-m", "pytest", *workers(arguments, os.cpu_count() or 1), *arguments]
    return _exit_code(command, folder=ROOT)


def workers(arguments: list, cores: int) -> list:
    """Return the options that share the test files among cores; none where the user chose, measures or debugs."""
    if cores < 2 or any(argument.startswith(("-n", "-m", "--pdb")) for argument in arguments):
        return []
    return ["-n", str(min(cores, MOST_WORKERS)), "--dist", "loadfile"]


def run_demo(python: Path, arguments: list) -> int:
    """Run ``asplab demo`` in the current folder, then open its project in the window where one can open."""
    say(" ".join(["running: asplab demo", *arguments]))
    code = _exit_code([str(executable(python.parent.parent, "asplab")), "demo", *arguments], folder=Path.cwd())
    project = demo_folder(arguments) / "project.nxs"
    if code != 0 or not project.exists():
        return code
    window = str(executable(python.parent.parent, "asplab-gui"))
    if not has_display(sys.platform, os.environ):
        say(f"no display here. On a machine with one, open it with: {window} {project}")
        return 0
    say(f"opening {project} in the window; close it to come back here")
    code = _exit_code([window, str(project)], folder=Path.cwd())
    if code != 0:
        say(f"the window ended with code {code}; the results are in {project.parent}")
    return code


def demo_folder(arguments: list) -> Path:
    """Return the folder that ``asplab demo`` writes into when called with ``arguments``."""
    options = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    options.add_argument("-o", "--output", default="asplab-demo")
    return Path(options.parse_known_args(arguments)[0].output)


def has_display(system: str, environment: dict) -> bool:
    """Say whether a window can be shown: always on Windows and macOS, else with a display server named."""
    if system in ("win32", "darwin"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def _exit_code(command: list, *, folder: Path) -> int:
    """Run a command in ``folder``; an end by signal N gives 128 + N, as in a shell."""
    try:
        code = subprocess.call(command, cwd=str(folder))
    except OSError as problem:
        raise SetupError(f"can't run {command[0]} ({problem}). Remove .venv and run this again.") from problem
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
