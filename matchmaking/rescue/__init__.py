"""The rescue desk: meetings proposed on the spot."""
