"""The steps of containment: planned as rows, carried out in AWS, and what the user had before."""
