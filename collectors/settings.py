"""The Scrapy settings that follow from baken's configuration, and those that nobody may change."""

from __future__ import annotations

from typing import Any

from baken import __version__
from baken.config import CollectConfig

ROBOTS_NAME = "baken"
_GUARDS = "baken.collectors.spiders"
_NO_CONTACT = "no contact given"


def user_agent(config: CollectConfig) -> str:
    """How the crawler names itself: product, version and whom to write to."""
    return f"baken/{__version__} (+{config.contact.strip() or _NO_CONTACT})"


def scrapy_settings(config: CollectConfig) -> dict[str, Any]:
    """Settings for one crawl.

    robots.txt, the missing cookies, proxies and logins, and the guard of addresses are no options.
    """
    return {
        "USER_AGENT": user_agent(config),
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": ROBOTS_NAME,
        "COOKIES_ENABLED": False,
        "HTTPPROXY_ENABLED": False,
        "HTTPERROR_ALLOW_ALL": True,
        # Neither console nor control server: the crawler listens to nobody.
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "REFERRER_POLICY": "no-referrer",
        "DOWNLOAD_DELAY": config.delay_s,
        "RANDOMIZE_DOWNLOAD_DELAY": False,
        "CONCURRENT_REQUESTS": config.concurrent,
        "CONCURRENT_REQUESTS_PER_DOMAIN": config.concurrent_per_host,
        "DOWNLOAD_TIMEOUT": config.timeout_s,
        "DNS_TIMEOUT": config.timeout_s,
        "DOWNLOAD_MAXSIZE": config.max_page_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DEPTH_LIMIT": 0,
        "REDIRECT_MAX_TIMES": 5,
        "METAREFRESH_ENABLED": False,
        "RETRY_TIMES": 1,
        "RETRY_HTTP_CODES": [500, 502, 503, 504, 522, 524, 408],
        "CLOSESPIDER_TIMEOUT": config.max_run_s,
        "TWISTED_DNS_RESOLVER": f"{_GUARDS}.resolver.GuardedResolver",
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            f"{_GUARDS}.hosts.HostGuard": 50,
            f"{_GUARDS}.robots.StrictRobots": 100,
            f"{_GUARDS}.reservations.Reservations": 110,
        },
        # Only the web: a feed cannot point the crawler at files, FTP or object stores.
        "DOWNLOAD_HANDLERS": {"data": None, "file": None, "ftp": None, "s3": None},
        "LOG_ENABLED": False,
        "LOG_INSTALL_ROOT_HANDLER": False,
        "STATS_DUMP": False,
    }
