"""What `latchkey` does apart from serving: one module for each command."""
