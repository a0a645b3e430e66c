"""Search 10,000 messages for leaked keys, beside one plain search for an id in each of them."""

import re
import time
import tracemalloc
from collections.abc import Callable, Sequence

from bot.domain.leaked_text import scan
from tests.bench.figures import Figures
from tests.domain.leaked_corpus import SHAPES, Message, corpus

MESSAGES, PLANTED, ROUNDS = 10_000, 500, 5
FLOOR = re.compile("A[KS]IA[A-Z0-9]{16}")


def measure(messages: int = MESSAGES, planted: int = PLANTED) -> list[Figures]:
    texts = list(corpus(messages, planted))
    quiet = [each for each in texts if "KIA" not in each.text and "SIA" not in each.text]
    found, missed, false, secrets = _judged(texts)
    assert not missed, missed[0]
    floor, ours = _rate(FLOOR.search, texts), _rate(scan, texts)
    rows = (
        ("one plain search", messages, floor, "", "", ""),
        ("the scanner", messages, ours, found, false, _peak(texts)),
        ("the scanner, messages without KIA or SIA", len(quiet), _rate(scan, quiet), 0, 0, _peak(quiet)),
    )
    head = ("", "messages", "messages a second", "found", "false", "peak KiB")
    return [
        Figures(
            f"Leaked keys: {planted} planted in {len(SHAPES)} shapes",
            head,
            rows,
            (
                f"{secrets} of the found ids came with their secret. False: an id that nobody planted.",
                f"Peak KiB after one pass: {_peak(texts):.1f}; after ten: {_peak(texts * 10):.1f}.",
            ),
        )
    ]


def _judged(texts: Sequence[Message]) -> tuple[int, list[Message], int, int]:
    """Found, missed, false, and secrets found beside their id."""
    found, missed, false, secrets = 0, [], 0, 0
    for each in texts:
        result = scan(each.text)
        found += each.key in result.keys
        false += len([key for key in result.keys if key != each.key])
        whole = each.secret is None or each.secret in [pair.secret.reveal() for pair in result.pairs]
        secrets += whole and each.secret is not None
        if (each.key and each.key not in result.keys) or not whole:
            missed.append(each)
    return found, missed, false, secrets


def _rate(run: Callable[[str], object], texts: Sequence[Message]) -> float:
    """Messages a second, by the fastest round."""
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for each in texts:
            run(each.text)
        took.append(time.perf_counter() - began)
    return len(texts) / min(took)


def _peak(texts: Sequence[Message]) -> float:
    """KiB allocated beyond the messages themselves."""
    tracemalloc.start()
    for each in texts:
        scan(each.text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1024
