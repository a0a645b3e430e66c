"""The results of a benchmark: one small table, as text and as JSON."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

Cell = str | float
WIDTH = 110  # characters


@dataclass(frozen=True, slots=True)
class Figures:
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()

    def show(self) -> None:
        table = Table(title=self.title, title_justify="left", box=SIMPLE)
        for name in self.head:
            table.add_column(name, justify="left" if name == self.head[0] else "right")
        for row in self.rows:
            table.add_row(*(_written(cell) for cell in row))
        console = Console(width=WIDTH, highlight=False)
        console.print(table)
        for note in self.notes:
            console.print(f"  {note}")

    def plain(self) -> dict[str, object]:
        rows = [dict(zip(self.head, row, strict=True)) for row in self.rows]
        return {"title": self.title, "rows": rows, "notes": list(self.notes)}


def quantile(found: Sequence[float], part: float) -> float:
    """The value at this quantile, by rank."""
    ranked = sorted(found)
    return ranked[min(len(ranked) - 1, int(part * len(ranked)))]


def median(found: Sequence[float]) -> float:
    return statistics.median(found)


def _written(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:.2f}"
