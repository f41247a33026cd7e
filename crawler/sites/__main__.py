"""`python -m crawler.sites > docs/sites.md`: the bundled sites as a page."""

import sys

from crawler.sites import load_sites
from crawler.sites.overview import overview

if __name__ == "__main__":
    sys.stdout.write(overview(load_sites()))
