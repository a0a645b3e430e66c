"""The tools of the `latchkey` command: one module for each."""
