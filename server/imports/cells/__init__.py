"""Cells as people write them, one module a kind. Each reads text and answers a value and its problems."""
