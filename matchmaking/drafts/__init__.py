"""Automatic scheduling: runs, the drafts that come of them, and their publishing."""
