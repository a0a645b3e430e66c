"""`python -m bot`, the same as the command `latchkey`."""

from bot.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
