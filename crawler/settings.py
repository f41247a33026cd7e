"""Scrapy's settings: polite and closed by default. Where things are kept is not here but in `db.settings`,
for Scrapy logs every setting it is given.
"""

from db.settings import settings

BOT_NAME = "carnews"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"
USER_AGENT = settings().user_agent

# -- politeness: one request at a time, and `delay_s` of the site file between two of them
CONCURRENT_REQUESTS = 1  # more would only wait in the downloader, and a stop would wait for them
CONCURRENT_REQUESTS_PER_DOMAIN = 1
CONCURRENT_ITEMS = 1  # a page gives one item; Scrapy starts this many tasks for every page (measured: 1 ms)
DOWNLOAD_DELAY = 2.0  # seconds; a site file's delay_s takes its place
DOWNLOAD_DELAY_JITTER = 0.0  # a stated delay is a minimum; crawler.extensions.Pace only ever adds
ROBOTSTXT_OBEY = False  # crawler.robotsgate.RobotsGate obeys, and fails closed
COOKIES_ENABLED = False
REFERRER_POLICY = "no-referrer"

# -- bounds
DOWNLOAD_TIMEOUT = 30  # seconds in all, a dripping body included
HANG_UP_AFTER = 3.0  # seconds a stop waits for answers; the parent kills after ops.children.GRACE_S
DOWNLOAD_MAXSIZE = 8 * 1024 * 1024  # also of what decompression gives
DOWNLOAD_WARNSIZE = 0
DNS_TIMEOUT = 20
REDIRECT_MAX_TIMES = 8
METAREFRESH_ENABLED = False
DEPTH_LIMIT = 3
PAGES_PER_RUN = 2000  # over an hour at the usual delay; what is left waits for the next run (crawler.budget)
PAGES_PER_SHAPE = 500  # of addresses that differ in figures or query only: more than a site writes in a day
PAGES_IN_VAIN = 30  # of one such shape without an article between them, before it is taken for a trap
URLLENGTH_LIMIT = 2083  # above what pipeline.urls lets through, so that none is dropped in silence
MEMUSAGE_LIMIT_MB = 1024
MEMUSAGE_CHECK_INTERVAL_SECONDS = 10
MEMORY_MOST_MB = 2048  # beyond this the system gives the process none; a crawl holds some 150 MB

# -- retries: a broken connection twice at once; all else is the ledger's to try again later
RETRY_TIMES = 2
RETRY_HTTP_CODES: list[int] = []
RETRY_EXCEPTIONS = [
    "scrapy.exceptions.DownloadConnectionRefusedError",
    "scrapy.exceptions.DownloadFailedError",
    "scrapy.exceptions.ResponseDataLossError",
]
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"

# -- nothing listens, nothing but http leaves, certificates count
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_HANDLERS = {
    "http": "crawler.download.HangingUp",
    "https": "crawler.download.HangingUp",
    "file": None,
    "data": None,
    "ftp": None,
    "s3": None,
}
HTTPPROXY_ENABLED = False  # behind a proxy the guard would see the proxy's address only
TWISTED_DNS_RESOLVER = "crawler.guard.GuardedResolver"

# -- our parts
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # the ledger knows what was seen
HTTPERROR_ALLOW_ALL = True  # an error status is an outcome, not to be dropped
DOWNLOADER_MIDDLEWARES = {
    "crawler.middlewares.Patience": 20,
    "crawler.middlewares.SiteGate": 40,
    "crawler.robotsgate.RobotsGate": 60,
    "crawler.wishreader.WishReader": 300,
    "crawler.bookkeeper.Bookkeeper": 950,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
}
ITEM_PIPELINES = {
    "crawler.pipelines.Archived": 100,
    "crawler.pipelines.Cleaned": 200,
    "crawler.pipelines.Stored": 300,
}
EXTENSIONS = {
    "crawler.extensions.Keeper": 0,
    "crawler.extensions.Pace": 0,
    "crawler.extensions.MemoryWatch": 0,
    "scrapy.extensions.memusage.MemoryUsage": None,
    "scrapy.extensions.throttle.AutoThrottle": None,
    "scrapy.extensions.logstats.LogStats": None,
}
LOG_INSTALL_ROOT_HANDLER = False  # loguru writes, see crawler.log
LOG_LEVEL = "INFO"
STATS_DUMP = False
FEED_EXPORT_ENCODING = "utf-8"
