from crawler.sites import Site
from crawler.sites.site import Crawl, Find
from terminal.listing import site_columns, site_rows
from terminal.tables import plain


def site(name: str, **crawl: bool) -> Site:
    home = f"https://{name}.example/"
    return Site(name=name, title=name, home=home, find=Find(feeds=(home,)), crawl=Crawl(**crawl))


def test_a_site_file_that_lifts_a_guard_shows_in_the_list_of_sites() -> None:
    careful = site_rows({"careful": site("careful")})
    assert "unguarded" not in plain(careful, site_columns(careful))[0]
    trusting = {"lax": site("lax", verify=False), "home": site("home", verify=False, allow_private=True)}
    rows = site_rows(trusting) + careful
    lines = plain(rows, site_columns(rows))
    assert lines[0].split()[-1] == "unguarded"
    assert lines[1].endswith("any certificate, private network")
    assert lines[2].endswith("any certificate")
    assert "certificate" not in lines[3]
