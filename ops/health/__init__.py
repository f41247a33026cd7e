"""The watch that finds what is wrong with sites and the installation."""

from ops.health.watch import silence_of, watch

__all__ = ["silence_of", "watch"]
