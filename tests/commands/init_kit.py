"""An empty folder without a terminal, and valid flags for `latchkey init`."""

import os

RIGHT = {
    "--account-id": ["123456789012"],
    "--admin": ["U02BOB"],
    "--approver": ["U02BOB", "S0PLATFORM", "U02BOB"],
    "--channel": ["C01OPS"],
    "--host": ["https://keys.example.com"],
}


def words(**changed: list[str]) -> list[str]:
    """The command line; flags are named as in Python."""
    given = RIGHT | {f"--{name.replace('_', '-')}": texts for name, texts in changed.items()}
    return ["init", *(word for flag, texts in given.items() for text in texts for word in (flag, text))]


def there() -> set[str]:
    """Including hidden files."""
    return set(os.listdir())  # noqa: PTH208 - the names alone
