"""The operator's input: the environment and the catalog, parsed and checked."""
