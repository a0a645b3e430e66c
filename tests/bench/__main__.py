"""`python -m tests.bench [NAME …] [--json]`: every benchmark below, or those that are named."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping

from tests.bench import acks, collects, due, home, hygiene, idle, inventory, leak, scanner, usage, webhook, year
from tests.bench.figures import Figures

BENCHMARKS: Mapping[str, Callable[[], list[Figures]]] = {
    "acks": acks.measure,
    "collects": collects.measure,
    "idle": idle.measure,
    "inventory": inventory.measure,
    "hygiene": hygiene.measure,
    "usage": usage.measure,
    "due": due.measure,
    "home": home.measure,
    "year": year.measure,
    "webhook": webhook.measure,
    "scanner": scanner.measure,
    "leak": leak.measure,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Latchkey beside its floor.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; none: all")
    parser.add_argument("--json", action="store_true", help="for machines")
    wanted = parser.parse_args()
    if unknown := set(wanted.names) - BENCHMARKS.keys():
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    found: list[Figures] = []
    for name in wanted.names or BENCHMARKS:
        fresh = BENCHMARKS[name]()
        found += fresh
        for each in () if wanted.json else fresh:
            each.show()
    if wanted.json:
        print(json.dumps([each.plain() for each in found], indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
