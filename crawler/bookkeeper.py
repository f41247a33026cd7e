"""What became of each request, counted next to the network."""

from scrapy import Request
from scrapy.http import Response

from crawler.account import account_of
from crawler.failures import Refused
from crawler.outcomes import ROBOTS, ROBOTS_UNREACHABLE
from crawler.part import CrawlPart
from crawler.run import now


class Bookkeeper(CrawlPart):
    """Counts the answers, redirects and robots.txt included, and the requests that robots.txt forbids.

    It stands next to the downloader, so bodies are counted as they came over the wire. The requests are
    counted by `crawler.download`, where they are sent.
    """

    def process_response(self, request: Request, response: Response) -> Response:
        if account := account_of(self.crawler):
            account.answered(request.url, response.status, len(response.body), now())
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        if account := account_of(self.crawler):
            if not isinstance(exception, Refused):
                account.of(request.url, now()).unanswered += 1
            elif exception.outcome.reason.partition(":")[0] in {ROBOTS, ROBOTS_UNREACHABLE}:
                account.of(request.url, now()).robots_refused += 1
