"""Block Kit pieces that messages and modals share."""
