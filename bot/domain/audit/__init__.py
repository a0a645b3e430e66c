"""The lines of an audit export: written, and checked."""
