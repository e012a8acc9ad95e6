"""What the mouse does on each step while it rests on nothing."""

from asplab.gui.language import tr

_POLARON = "polaron"


def hint_for(step: str, page: str = "") -> str:
    """Return what can be done on a step; ``page`` is the key of its page where it has pages."""
    hints = {**_steps(), **{f"{_POLARON} {key}": words for key, words in _pages().items()}}
    return f"{hints.get(f'{step} {page}') or hints.get(step) or _select()} · {tr('? lists all keys')}"


def _select() -> str:
    return tr("Click a point to select its measurement")


def _steps() -> dict[str, str]:
    return {
        "overview": tr("Drag a blue or orange edge to move the window or a cutoff · click a point to select it"),
        "corrections": tr("Switch a correction to see what it changes · click a row to see its spectrum"),
        "spectra": tr("Drag an edge to move the window, a cutoff or a background region · click a curve to select it"),
        "absorption": tr("Drag the edges of the baseline · click a scan to select it"),
        "ratio": tr("Click a point to select its measurement · right-click to exclude it"),
        "efficiency": tr("Click a point to select its measurement, a temperature in the legend to show it"),
        "health": tr("Click a cell to read its numbers, double-click to open its spectra · X excludes it"),
        "temperatures": tr("Click a temperature to enlarge it, double-click to open its fit"),
        "scenarios": tr("Tick scenarios to compare them · double-click a name to type another"),
        "results": tr("Click a row to select its measurement, a header to sort · right click copies the table"),
        _POLARON: tr("Click a temperature to show its fit"),
    }


def _pages() -> dict[str, str]:
    return {
        "fit": tr("Drag the ends of the fitted range · click a row or a point to show its temperature"),
        "models": tr("Drag the ends of the fitted range · click a row to show its model"),
        "intervals": tr("The wheel zooms, a drag moves · double-click to see all"),
        "checks": tr("Click a row to read what the check means, a sign to see that fit"),
        "errors": tr("Click an effect to change its prior among the settings"),
        "advice": tr("Click a row to see what the measurement would bring"),
        "sensitivity": tr("Choose what is varied, then press Run · click a cell to read it"),
        "referee": tr("Drag a slider to see what an effect would do"),
        "arena": tr("Click a model to let it take part, then press Run"),
    }
