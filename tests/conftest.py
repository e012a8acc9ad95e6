"""Settings of every test run: no display, one Qt binding, no window from matplotlib, nothing compiled twice."""

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")
os.environ.setdefault("MPLBACKEND", "Agg")

if sys.dont_write_bytecode:
    # Where no bytecode is wanted beside the source, it goes into the folder of builds: without any, each worker and
    # each program that a test starts would compile all of ASPLab, and pytest rewrite every assertion again.
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(Path(__file__).resolve().parents[1] / "build" / "bytecode")
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
