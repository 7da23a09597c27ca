"""What a benchmark found, with its bar, and the table of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One value; ``least`` and ``most`` are its bar, a figure without either only informs."""

    title: str
    value: float
    unit: str = ""  # "x": a ratio
    least: float | None = None
    most: float | None = None
    note: str = ""  # the absolute values behind a ratio

    @property
    def missed(self) -> bool:
        below = self.least is not None and self.value < self.least
        return below or (self.most is not None and self.value > self.most)

    @property
    def bar(self) -> str:
        if self.least is not None:
            return f">= {_shown(self.least, self.unit)}"
        return "" if self.most is None else f"<= {_shown(self.most, self.unit)}"

    @property
    def verdict(self) -> str:
        if self.least is None and self.most is None:
            return ""
        return "MISSED" if self.missed else "ok"


def table(figures: Sequence[Figure]) -> str:
    """One line per figure: what, value, bar, ok or MISSED, and the absolute values."""
    rows = [("figure", "value", "bar", "", "")]
    rows += [(f.title, _shown(f.value, f.unit), f.bar, f.verdict, f.note) for f in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join(
        f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]:<6}  {row[4]}".rstrip()
        for row in rows
    )


def _shown(value: float, unit: str) -> str:
    if unit == "x":
        return f"{value:.2f}x"
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.2f} {unit}"
