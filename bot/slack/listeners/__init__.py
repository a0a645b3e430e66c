"""One module for each verb: what a command, a button or a modal does."""
