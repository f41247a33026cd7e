"""PLAY: a made car-news web on loopback, three sites of invented stories, whose truth is known to the letter.

with demo.serve() as web:
    web.sites                      # name -> home address
    web.write_site_files(folder)   # site files for a crawler
    web.truth                      # every page with what a reader must find on it
"""

from demo.page import DemoCaption, DemoPage
from demo.web import BASE_PORT, DemoError, DemoWeb, serve, truth

__all__ = ["BASE_PORT", "DemoCaption", "DemoError", "DemoPage", "DemoWeb", "serve", "truth"]
