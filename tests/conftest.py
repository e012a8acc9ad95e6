"""Settings of every test run: no display, one Qt binding, no window from matplotlib."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")
os.environ.setdefault("MPLBACKEND", "Agg")
