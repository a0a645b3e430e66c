"""One summary line for two test runs, in pytest's own form:

`python -m tests.summary FIRST SECOND` with the line of each.

The second runs what the first deselected by its mark: what neither ran stays deselected.
"""

import re
import sys

WORDS = ("failed", "passed", "skipped", "deselected", "xfailed", "xpassed", "warnings", "errors")
ALONE = {"warning": "warnings", "error": "errors"}
RAN = ("failed", "passed", "skipped", "xfailed", "xpassed")


def counts(line: str) -> dict[str, int]:
    return {ALONE.get(word, word): int(number) for number, word in re.findall(r"(\d+) ([a-z]+)", line)}


def seconds(line: str) -> float:
    found = re.search(r" in ([\d.]+)s", line)
    return float(found[1]) if found else 0.0


def together(first: str, second: str) -> str:
    one, other = counts(first), counts(second)
    sums = {word: one.get(word, 0) + other.get(word, 0) for word in WORDS}
    sums["deselected"] = one.get("deselected", 0) - sum(other.get(word, 0) for word in RAN)
    said = ", ".join(_of(number, word) for word, number in sums.items() if number)
    return f"==== {said or 'no tests ran'} in {seconds(first) + seconds(second):.2f}s ===="


def _of(number: int, word: str) -> str:
    return f"{number} {word.rstrip('s') if number == 1 and word in ALONE.values() else word}"


if __name__ == "__main__":
    print(together(*sys.argv[1:3]))
