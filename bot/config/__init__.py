"""What an operator writes: the environment and the catalog, read and checked."""
