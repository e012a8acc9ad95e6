"""What is looked at: which step, temperature, condition and file, and every way to choose another."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from asplab.core.pipeline import Results
from asplab.gui.selection import counterpart
from asplab.gui.tree.nodes import Node
from asplab.gui.view_state import ViewState


class Looking(QObject):
    """The selection, shared by all panels.

    Parameters
    ----------
    results : callable
        Returns the present results, or None.
    node_of : callable
        Returns the row of a condition or file in the experiment, or None.

    Notes
    -----
    ``changed`` fires after every change of :attr:`view`.
    """

    changed = Signal()

    def __init__(
        self,
        results: Callable[[], Results | None],
        node_of: Callable[[str], Node | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.view = ViewState()
        self.temperatures: tuple[float, ...] = ()
        self._results, self._node_of = results, node_of
        # What a click that is just being answered has hit: empty for nothing, None between the clicks.
        self._pointed: str | None = None
        # What a box or a click with Ctrl has gathered so far, with the temperature of each; None outside of one.
        self._gathered: dict[str, int] | None = None

    @property
    def target(self) -> str:
        """The selected file, else the selected condition, else nothing."""
        return self.view.record or self.view.stack

    @property
    def pointed(self) -> str:
        """What a menu is opened for: what the mouse has hit, or the selection when the keyboard asks."""
        return self.target if self._pointed is None else self._pointed

    def look(self, **changes: object) -> None:
        """Change fields of the view; another selection ends that of several."""
        if changes.keys() & {"temperature", "stack", "record"}:
            changes.setdefault("several", ())
        self.view = replace(self.view, **changes)  # type: ignore[arg-type]
        self.changed.emit()

    def forget(self) -> None:
        """Select nothing; the document is gone."""
        self.view = ViewState(step=self.view.step)

    def take_temperatures(self, temperatures: tuple[float, ...]) -> None:
        """Take over the temperatures of new results; a selection beyond them ends."""
        self.temperatures = temperatures
        if self.view.temperature >= len(temperatures):
            self.view = replace(self.view, temperature=max(len(temperatures) - 1, 0), stack="", record="", several=())
        if self.view.compared is not None and self.view.compared >= len(temperatures):
            self.view = replace(self.view, compared=None)

    # --- choices -------------------------------------------------------------------------------------------
    def choose_step(self, key: str) -> None:
        """Show another step."""
        self.look(step=key)

    def choose_temperature(self, temperature: int) -> None:
        """Show another temperature, and there the condition that stands for the selected one."""
        if self._gathered is not None:
            # A box around points of other temperatures selects measurements, not temperatures.
            return
        if temperature == self.view.temperature or not 0 <= temperature < len(self.temperatures):
            return
        results = self._results()
        stack = counterpart(results, self.view.stack, temperature) if results is not None else ""
        self.look(temperature=temperature, stack=stack, record="")

    def step_temperature(self, step: int) -> None:
        """Show the temperature that lies ``step`` places further."""
        self.choose_temperature(self.view.temperature + step)

    def compare(self, temperature: int | None) -> None:
        """Show a second temperature beside the selected one; the same again, the selected one or None ends that."""
        known = temperature is not None and 0 <= temperature < len(self.temperatures)
        is_new = known and temperature not in (self.view.compared, self.view.temperature)
        self.look(compared=temperature if is_new else None)

    def step_excitation(self, step: int) -> None:
        """Select the condition of this temperature whose excitation lies ``step`` places further."""
        results = self._results()
        gathered = None if results is None else results.gathered
        if gathered is None:
            return
        here = [stack for stack in gathered.stacks if stack.temperature == self.view.temperature]
        keys = [stack.key for stack in sorted(here, key=lambda stack: stack.excitation_nm)]
        if not keys:
            return
        place = keys.index(self.view.stack) + step if self.view.stack in keys else (0 if step > 0 else len(keys) - 1)
        if 0 <= place < len(keys):
            self.choose_stack(keys[place])

    def choose_stack(self, key: str) -> None:
        """Select a condition, and with it its temperature; while several are gathered, add it or take it out."""
        if self._gathered is not None:
            self._gather(key)
            return
        self._point_at(key)
        node = self._node_of(key)
        temperature = self.view.temperature if node is None else node.temperature
        self.look(temperature=temperature, stack=key, record="", quantity="", is_joint=False)

    def choose_quantity(self, quantity: str, is_joint: bool) -> None:
        """Look at the error of a result, of the temperature or of the joint fit."""
        if (quantity, is_joint) != (self.view.quantity, self.view.is_joint):
            self.look(quantity=quantity, is_joint=is_joint)

    def choose_record(self, source: str) -> None:
        """Select a file; while several are gathered, add it or take it out."""
        if self._gathered is not None:
            self._gather(source)
            return
        self._point_at(source)
        self.look(record=source)

    def open_measurement(self, node: Node) -> None:
        """Show the spectra of a condition or file."""
        record = node.key if node.kind == "record" else ""
        self.look(step="spectra", temperature=node.temperature, stack=node.stack, record=record)

    def open_stack(self, key: str) -> None:
        """Show the spectra of a condition, if the experiment has it."""
        node = self._node_of(key)
        if node is not None:
            self.open_measurement(node)

    # --- several -------------------------------------------------------------------------------------------
    def begin_gathering(self, keeps: bool) -> None:
        """Let the next choices make one selection, until :meth:`finish_gathering`; ``keeps`` begins with this one."""
        self._gathered = {}
        for target in self.view.targets if keeps else ():
            self._gather(target)

    def finish_gathering(self) -> None:
        """Select what was gathered; nothing at all leaves the selection as it is."""
        found, self._gathered = self._gathered or {}, None
        if not found:
            return
        several = tuple(found) if len(found) > 1 else ()
        here = [target for target, temperature in found.items() if temperature == self.view.temperature]
        node = self._node_of(here[0] if here else next(iter(found)))
        if node is None:
            return
        self._point_at(node.key)
        record = node.key if node.kind == "record" else ""
        self.look(temperature=node.temperature, stack=node.stack, record=record, several=several)

    def _gather(self, target: str) -> None:
        node = self._node_of(target)
        if self._gathered is None or node is None:
            return
        if target in self._gathered and len(self._gathered) > 1:
            del self._gathered[target]
        else:
            self._gathered[target] = node.temperature

    # --- the mouse -----------------------------------------------------------------------------------------
    def begin_click(self) -> None:
        """Note that the next choices answer a click, until the event loop turns."""
        self._pointed = ""
        QTimer.singleShot(0, self._end_click)

    def _end_click(self) -> None:
        self._pointed = None

    def _point_at(self, target: str) -> None:
        if self._pointed is not None:
            self._pointed = target
