"""Verbs of the command line that have files of their own; `tracker.cli` joins them."""
