"""The weekly chart as a PNG, drawn in a child process: matplotlib's memory would stay with the worker for ever."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.util import find_spec

import structlog

from bot.extras import install

log = structlog.get_logger(__name__)

PATIENCE = 40  # seconds, within the outbox's claim; a machine's first drawing makes matplotlib look at its fonts
WIDE, HIGH, DOTS = 9.0, 3.6, 150  # inches, inches, dots an inch
KEYS, LATE = "#2f6f9f", "#c2571a"


class NotDrawn(Exception):
    """The child process failed; the message says how."""


@dataclass(frozen=True, slots=True)
class Half:
    """One of the two bar charts; the bars from `late` on are drawn as a warning."""

    title: str
    labels: Sequence[str]
    values: Sequence[int]
    late: int


@cache
def can_draw() -> bool:
    """False without the extra `charts`; the log then says so, once."""
    installed = find_spec("matplotlib") is not None
    if not installed:
        why = f"reports are sent without a chart; to add it, run {install('charts')} and restart"
        log.warning(why)
    return installed


def png(title: str, halves: Sequence[Half]) -> bytes:
    """Raises NotDrawn."""
    order = json.dumps({"title": title, "halves": [asdict(each) for each in halves]})
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "bot.slack.messages.chart"], input=order.encode(), capture_output=True, check=False,
            timeout=PATIENCE,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotDrawn(type(error).__name__) from error
    if ran.returncode:
        raise NotDrawn(f"exit code {ran.returncode}")
    return ran.stdout


def _draw(title: str, halves: Sequence[Half]) -> bytes:
    import io

    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDE, HIGH), dpi=DOTS, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title, fontsize=12, fontweight="bold")
    for axes, half in zip(figure.subplots(1, len(halves), squeeze=False)[0], halves, strict=True):
        colours = [LATE if place >= half.late else KEYS for place in range(len(half.values))]
        axes.set_title(half.title, fontsize=10, loc="left")
        drawn = axes.barh(list(half.labels), list(half.values), color=colours)
        axes.bar_label(drawn, padding=3, fontsize=9)
        axes.invert_yaxis()
        axes.margins(x=0.12)
        axes.spines[["top", "right", "bottom"]].set_visible(False)
        axes.tick_params(axis="y", length=0, labelsize=9)
        axes.set_xticks([])
    out = io.BytesIO()
    figure.savefig(out, format="png")
    return out.getvalue()


def main() -> int:
    order = json.load(sys.stdin)
    sys.stdout.buffer.write(_draw(order["title"], [Half(**each) for each in order["halves"]]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
