"""Made car-news pages with exact truth: invented texts in markup of the families that car sites use."""

from madepress.build import page, pages
from madepress.truth import MadePage

__all__ = ["MadePage", "page", "pages"]
