"""URLs as objects that accounts can have in common: one canonical form for one page.

Everything here is pure and bounded: no network, no public-suffix download, linear time.
"""

from __future__ import annotations

import functools
import importlib.resources
import ipaddress
import re
import tomllib
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

if TYPE_CHECKING:
    from tldextract import TLDExtract

# Longer addresses are noise or an attack; browsers and feeds stay well below.
MAX_URL_CHARS = 4_096
MAX_LINKS = 200

_DEFAULT_PORTS = {"http": 80, "https": 443}
_SAME_SITE_LABELS = ("www.", "m.", "mobile.", "amp.")
_LISTS = tomllib.loads(
    importlib.resources.files("baken").joinpath("urls.toml").read_text(encoding="utf-8")
)
_TRACKER_PREFIXES = tuple(_LISTS["tracker_prefixes"])
_TRACKERS = frozenset(_LISTS["trackers"])
_SITE_TRACKERS = {site: frozenset(names) for site, names in _LISTS["site_trackers"].items()}
_SHORTENERS = frozenset(_LISTS["shorteners"])

_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?\Z")
_SESSION = re.compile(r";jsessionid=[^/?#;]*", re.IGNORECASE)
_AMP_SUFFIX = re.compile(r"(?:/amp|\.amp(?:\.html)?)\Z", re.IGNORECASE)
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PATH_SAFE = _UNRESERVED | frozenset("!$&'()*+,;=:@/")
_QUERY_SAFE = _PATH_SAFE | frozenset("?")
_PLAIN_PATH = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@/]*\Z")
_PLAIN_QUERY = re.compile(r"[A-Za-z0-9\-._~!$'()*+,;:@/?=]*\Z")
_HEX = frozenset("0123456789abcdefABCDEF")

_LINK = re.compile(
    r"(?:https?://|(?<![\w@./-])(?:www\.|(?:t\.me|bit\.ly|t\.co|vk\.cc)/))"
    r"[^\s<>\"\u00ab\u00bb\u201c\u201d\u2026\\^`{|}]{2,2048}",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?'*_~\u2019"
_HASHTAG = re.compile(r"(?<![\w&/#\uff03])[#\uff03]([\w\u0300-\u036f\u200c]{1,139})")


def canonical_url(url: str) -> str | None:
    """One form for all addresses of one page, or `None` for what is no web address.

    Drops trackers, fragments, userinfo, default ports, AMP and mobile variants, `www.` and the
    trailing slash; a default-port address is written with https. Shorteners stay as they are.
    Idempotent: the canonical form of a canonical form is itself.
    """
    if len(url) > MAX_URL_CHARS:
        return None
    return _canonical(url)


@functools.lru_cache(maxsize=65_536)
def _canonical(url: str) -> str | None:
    for _ in range(4):
        once = _canonical_once(url)
        if once is None or once == url:
            return once
        url = once
    return url


def _canonical_once(url: str) -> str | None:
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        host = _canonical_host(parts.hostname or "")
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or host is None:
        return None
    unwrapped = _unwrap_amp(host, parts)
    if unwrapped is not None:
        return _canonical_once(unwrapped)
    scheme = parts.scheme
    if port is None or port == _DEFAULT_PORTS[scheme]:
        scheme, port = "https", None
    path = _canonical_path(parts.path)
    query = _canonical_query(parts.query, host)
    if path is None or query is None:
        return None
    netloc = host if port is None else f"{host}:{port}"
    return f"{scheme}://{netloc}{path}{'?' if query else ''}{query}"


def is_shortener(url: str) -> bool:
    """Whether `url` lies on a known link shortener, so that its target is unknown."""
    try:
        host = (urlsplit(url.strip()).hostname or "").removeprefix("www.")
    except ValueError:
        return False
    return host in _SHORTENERS


@functools.lru_cache(maxsize=65_536)
def registrable_domain(host: str) -> str | None:
    """The part of `host` that somebody registered (`news.example.co.uk` -> `example.co.uk`).

    An unknown top-level domain counts as a suffix of one label; an address or a bare name is its
    own domain; an empty or impossible name has none.
    """
    name = host.strip().strip(".").casefold()
    if name.startswith("["):
        return name
    if not name or not _HOST.match(name):
        return None
    if _is_address(name):
        return name
    registered = _extractor()(name).top_domain_under_public_suffix
    if registered:
        return str(registered)
    labels = name.split(".")
    # A bare public suffix (`co.uk`, `github.io`) is nobody's; it stands for itself.
    return ".".join(labels[-2:]) if not _extractor()(name).suffix else name


def links_in(text: str) -> tuple[str, ...]:
    """The canonical web addresses in `text`, each once, in order of appearance (at most 200)."""
    if "://" not in text and "www." not in text and "/" not in text:
        return ()
    found: dict[str, None] = {}
    for match in _LINK.finditer(text):
        raw = _trim(match.group())
        url = canonical_url(raw if "://" in raw[:8] else f"https://{raw}")
        if url is not None:
            found[url] = None
            if len(found) == MAX_LINKS:
                break
    return tuple(found)


def hashtags_in(text: str) -> tuple[str, ...]:
    """The hashtags in `text` without their sign, case-folded, each once, in order."""
    if "#" not in text and "\uff03" not in text:
        return ()
    found: dict[str, None] = {}
    for match in _HASHTAG.finditer(text):
        tag = unicodedata.normalize("NFKC", match.group(1)).casefold()
        if not tag.isdigit():
            found[tag] = None
            if len(found) == MAX_LINKS:
                break
    return tuple(found)


@functools.cache
def _extractor() -> TLDExtract:
    import tldextract

    # No suffix list URLs: only the snapshot inside the package, never the network.
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


@functools.lru_cache(maxsize=65_536)
def _canonical_host(host: str) -> str | None:
    host = host.rstrip(".")
    if ":" in host:
        return f"[{ipaddress.IPv6Address(host).compressed}]" if "%" not in host else None
    if not host.isascii():
        import idna

        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return None
    host = host.casefold()
    if not _HOST.match(host) or ".." in host or any(len(label) > 63 for label in host.split(".")):
        return None
    if _is_address(host):
        return host
    owner = registrable_domain(host)
    while host != owner:
        label = next((label for label in _SAME_SITE_LABELS if host.startswith(label)), None)
        if label is None:
            break
        host = host[len(label) :]
    return host


def _is_address(host: str) -> bool:
    if not host[-1].isdigit():
        return False
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True


def _unwrap_amp(host: str, parts: SplitResult) -> str | None:
    path = parts.path
    if host.endswith(".cdn.ampproject.org") or host == "cdn.ampproject.org":
        kind, _, rest = path.lstrip("/").partition("/")
        if kind not in {"c", "v", "i", "wp"}:
            return None
    elif (host == "google.com" or host.startswith("google.")) and path.startswith("/amp/"):
        rest = path.removeprefix("/amp/")
    else:
        return None
    scheme = "https" if rest.startswith("s/") else "http"
    rest = rest.removeprefix("s/")
    if "." not in rest.partition("/")[0]:
        return None
    query = f"?{parts.query}" if parts.query else ""
    return f"{scheme}://{rest}{query}"


def _canonical_path(path: str) -> str | None:
    quoted = _requote(path, _PATH_SAFE, _PLAIN_PATH)
    if quoted is None:
        return None
    if ";" in quoted:
        quoted = _SESSION.sub("", quoted)
    if "/." in quoted:
        quoted = _without_dots(quoted)
    while True:
        shorter = _AMP_SUFFIX.sub("", quoted.rstrip("/"))
        if shorter == quoted:
            break
        quoted = shorter
    return quoted if quoted.startswith("/") else f"/{quoted}"


def _without_dots(path: str) -> str:
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    return "/".join(kept)


def _canonical_query(query: str, host: str) -> str | None:
    if not query:
        return ""
    quoted = _requote(query, _QUERY_SAFE, _PLAIN_QUERY)
    if quoted is None:
        return None
    here = _SITE_TRACKERS.get(host, frozenset())
    pairs = []
    for piece in quoted.split("&"):
        name = piece.partition("=")[0].casefold()
        if not name or name in _TRACKERS or name in here or name.startswith(_TRACKER_PREFIXES):
            continue
        pairs.append(piece)
    pairs.sort(key=lambda piece: piece.partition("=")[0])
    return "&".join(pairs)


def _requote(part: str, safe: frozenset[str], plain: re.Pattern[str]) -> str | None:
    """Percent-encode exactly what must be; `None` for text that is no Unicode (lone surrogates)."""
    if plain.match(part):
        return part
    out: list[str] = []
    index = 0
    while index < len(part):
        char = part[index]
        if char == "%":
            pair = part[index + 1 : index + 3]
            if len(pair) == 2 and pair[0] in _HEX and pair[1] in _HEX:
                decoded = chr(int(pair, 16))
                out.append(decoded if decoded in _UNRESERVED else f"%{pair.upper()}")
                index += 3
                continue
            out.append("%25")
        elif char in safe:
            out.append(char)
        else:
            try:
                out.extend(f"%{byte:02X}" for byte in char.encode("utf-8"))
            except UnicodeEncodeError:
                return None
        index += 1
    return "".join(out)


def _trim(raw: str) -> str:
    end = len(raw)
    opened = {")": raw.count("("), "]": raw.count("[")}
    closed = {")": raw.count(")"), "]": raw.count("]")}
    while end:
        last = raw[end - 1]
        if last in _TRAILING:
            end -= 1
        elif last in closed and closed[last] > opened[last]:
            closed[last] -= 1
            end -= 1
        else:
            break
    return raw[:end]
