"""How a name template is written, on one small page."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QTextBrowser, QVBoxLayout, QWidget

from asplab.core.importing.template import FIELDS, UNITS
from asplab.gui.importing.words import heading
from asplab.gui.language import tr

_SYNTAX = (
    ("{T:K}", tr("a field, and the unit of its number where the name states none")),
    (tr("* or {any}"), tr("any text, ignored")),
    ("[_rep{rep}]", tr("what may be missing")),
    ("{sample}/{kind}_{T:K}", tr("a slash separates folders")),
    (r"\{ \[ \*", tr("the sign itself")),
)
_PAGE = tr("""
<p>A template describes how the names of the files are built. Fields stand in braces, everything else as it is:</p>
<p style="margin-left: 16px"><code>{{kind}}_T{{T:K}}_exc{{exc:nm}}_rep{{rep}}</code><br>
reads <code>PL_T80K_exc405nm_rep2.txt</code></p>
<p>Also</p>
{syntax}
<p>Decimals may be written 0.5, 0,5 or 0p5. A name that the template does not fit is read for what it says plainly,
and marked with ≠.</p>
<p><b>Fields</b></p>
{fields}
""")


class TemplateHelp(QDialog):
    """The syntax of templates, and all fields with their units."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Name templates"))
        self.resize(640, 680)
        browser = QTextBrowser()
        browser.document().setDocumentMargin(12)
        browser.setHtml(page())
        rows = QVBoxLayout(self)
        rows.setContentsMargins(12, 12, 12, 12)
        rows.addWidget(browser)


def page() -> str:
    """Return the page as rich text."""
    syntax = [(f"<code>{sign}</code>", words) for sign, words in _SYNTAX]
    fields = [("<i>Field</i>", "<i>Fills</i>", "<i>Units</i>")]
    for field, column in FIELDS.items():
        fills = heading(column) if column else "nothing"
        fields.append((f"<code>{{{field}}}</code>", fills, ", ".join(UNITS.get(field, ()))))
    return _PAGE.format(syntax=_table(syntax), fields=_table(fields))


def _table(rows: Sequence[Sequence[str]]) -> str:
    cells = ("".join(f'<td style="padding: 2px 20px 2px 16px">{cell}</td>' for cell in row) for row in rows)
    return f"<table cellspacing=0>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"
