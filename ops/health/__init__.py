"""How the sites are doing: the overview for people, and the watch that finds what is wrong."""

from ops.health.overview import health, totals
from ops.health.watch import silence_of, watch

__all__ = ["health", "silence_of", "totals", "watch"]
