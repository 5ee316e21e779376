"""What an address says about the page it leads to: a story, a section, a service, an ad."""

import re
from functools import lru_cache
from typing import Final

_HOST: Final = re.compile(r"(?:https?:)?//([^/:?#]+)", re.IGNORECASE)
_SECOND_LEVEL: Final = frozenset(("co", "com", "org", "net", "gov", "ac", "or", "ne", "go", "edu"))
_LISTING: Final = frozenset(
    [
        "tag",
        "tags",
        "category",
        "categories",
        "categoria",
        "categorie",
        "categorias",
        "author",
        "authors",
        "autor",
        "autores",
        "auteur",
        "auteurs",
        "topic",
        "topics",
        "thema",
        "themen",
        "tema",
        "temas",
        "sujet",
        "search",
        "suche",
        "login",
        "signin",
        "register",
        "newsletter",
        "newsletters",
        "user",
        "profile",
        "profiles",
        "profil",
        "contributor",
        "contributors",
        "people",
        "staff",
        "abo",
        "label",
        "rubrik",
        "keyword",
        "keywords",
        "subscribe",
        "subscription",
        "subscriptions",
    ]
)
"""Steps of a path below which lists stand, not stories."""
_DATE: Final = re.compile(r"/(?:19|20)\d\d[/-]?[01]\d(?:[/-]|\D|$)|(?:19|20)\d{6}|\d{7,}")
_DAY: Final = re.compile(r"/(?:19|20)\d\d[/-]?[01]\d[/-]?[0-3]\d(?:\D|$)")
_NUMBER: Final = re.compile(r"\d{5,}")
_WORDS: Final = re.compile(r"[-_,+][^-_,+/\s?#]*[-_,+][^-_,+/\s?#]*[-_,+]")
"""Four words in one step of a path."""
_PAGE: Final = re.compile(r"/(?:19|20)\d\d[/-]?\d\d|\.s?html?$")
_SERVICE: Final = frozenset(
    [
        "privacy",
        "terms",
        "cookie",
        "cookies",
        "contact",
        "imprint",
        "impressum",
        "datenschutz",
        "advertise",
        "advertising",
        "subscribe",
        "subscription",
        "subscriptions",
        "newsletter",
        "newsletters",
        "login",
        "signin",
        "signup",
        "register",
        "registration",
        "account",
        "career",
        "careers",
        "jobs",
        "policy",
        "policies",
        "legal",
        "disclaimer",
        "mediakit",
        "feedback",
        "help",
        "support",
        "faq",
        "faqs",
        "rss",
        "sitemap",
        "appstore",
        "itunes",
        "facebook",
        "twitter",
        "instagram",
        "linkedin",
        "pinterest",
        "whatsapp",
        "telegram",
        "conditions",
        "agb",
        "epaper",
        "shop",
        "store",
        "abonnement",
        "abonnements",
        "suscripcion",
        "suscribete",
        "assine",
        "abo",
        "download",
        "downloads",
        "copyright",
        "fcc",
        "donate",
        "kontakt",
        "contest",
        "contests",
        "oauth",
        "user",
        "users",
        "aboutus",
    ]
)
"""Words of addresses of services: terms, subscriptions, accounts with a network."""
_SERVICE_PHRASES: Final = (
    "about-us",
    "about_us",
    "sign-in",
    "sign-up",
    "e-paper",
    "t.me/",
    "bit.ly",
)
_SHARING: Final = re.compile(
    r"[?&]share=|sharer|/share\?|intent/tweet|/submit\?|oauth|sharearticle|send\?text|addthis"
    r"|pin/create|[?&]replytocom=|/print[/?]|print="
)
_MAY_SHARE: Final = ("?", "share", "print", "oauth", "addthis")
_AD: Final = frozenset(
    [
        "ad",
        "ads",
        "adclick",
        "doubleclick",
        "outbrain",
        "taboola",
        "adserver",
        "adserv",
        "adnetwork",
        "clickthrough",
        "click",
        "redirect",
        "sponsor",
        "sponsored",
        "sponsors",
        "advertorial",
        "advertorials",
        "anzeige",
        "anzeigen",
        "adcount",
        "mgid",
        "revcontent",
        "lentainform",
        "smi2",
        "24smi",
    ]
)
_CAMPAIGN: Final = re.compile(r"[?&](?:utm_(?:campaign|medium|source)|cmp|cmpid|partner|aff\w*)=")
_TOKENS: Final = re.compile(r"[a-z0-9]+")
_CODED: Final = re.compile(r"%[0-9a-f]{2}")
_PARTS: Final = re.compile(r"[-_,+]")
_LONG: Final = re.compile(r"[0-9]{4,}")
_EXTENSION: Final = re.compile(r"\.\w{2,5}$")
_REMEMBERED: Final = 2048
"""Addresses whose look is remembered: those of a page, of which each is asked several times."""


@lru_cache(maxsize=_REMEMBERED)
def looks_like_article(href: str) -> bool:
    """Say whether an address looks like that of a story, not of a section or a service."""
    path = _path(href)
    found = _NUMBER.search(path) or _WORDS.search(path) or _PAGE.search(path)
    return bool(found) and not is_listing(href)


@lru_cache(maxsize=_REMEMBERED)
def looks_dated(href: str) -> bool:
    """Say whether an address bears a date, or a long number and words: surely a story's."""
    found = _DATE.search(href) or (_NUMBER.search(href) and _WORDS.search(href))
    return bool(found) and not is_listing(href)


@lru_cache(maxsize=_REMEMBERED)
def is_listing(href: str) -> bool:
    """Say whether an address is that of a tag, a category, an author or a search.

    Below such a step, too, stand stories: those whose address bears a day, or a number and words.
    """
    path = _path(href)
    if path.startswith("/?s=") or "/page/" in href:
        return True
    if _LISTING.isdisjoint(path.lower().partition("?")[0].split("/")):
        return False
    return not (_DAY.search(path) or (_NUMBER.search(path) and _WORDS.search(path)))


def is_service(href: str) -> bool:
    """Say whether an address is that of a service: terms, subscriptions, a network's account."""
    lowered = href.lower()
    if any(phrase in lowered for phrase in _SERVICE_PHRASES):
        return True
    return not _SERVICE.isdisjoint(_TOKENS.findall(lowered))


def is_sharing(href: str) -> bool:
    """Say whether an address shares, prints or answers a story rather than showing one."""
    return any(sign in href for sign in _MAY_SHARE) and bool(_SHARING.search(href.lower()))


def is_advertising(href: str) -> bool:
    """Say whether an address counts clicks for an advertiser."""
    lowered = href.lower()
    if "%" in lowered:
        lowered = _CODED.sub("", lowered)
    return "url=http" in lowered or not _AD.isdisjoint(_TOKENS.findall(lowered))


def is_counted(href: str) -> bool:
    """Say whether an address tells the campaign or partner that a reader comes from."""
    return bool(_CAMPAIGN.search(href))


def _path(href: str) -> str:
    """Return an address from its path on, without fragment."""
    href = href.partition("#")[0]
    at = href.find("//")
    if at < 0:
        return href
    slash = href.find("/", at + 2)
    return href[slash:] if slash >= 0 else "/"


@lru_cache(maxsize=4096)
def site_of(url: str) -> str:
    """Return the name by which an outlet registered its host, empty for a relative address."""
    host = _HOST.match(url)
    if not host:
        return ""
    parts = host[1].lower().split(".")
    if parts[-1].isdigit():
        return host[1]
    short = len(parts) > 2 and len(parts[-1]) == 2 and parts[-2] in _SECOND_LEVEL
    return parts[-3] if short else parts[-2] if len(parts) > 1 else parts[0]


def make_of_address(url: str) -> tuple[int, str]:
    """Return depth and make of an address's path: alike for all stories of most outlets.

    The make is that of the last step: how many words, whether a long number, which extension.
    """
    steps = _path(url).partition("?")[0].strip("/").split("/")
    last = steps[-1]
    if not last:
        return len(steps), ""
    n_parts = min(len(_PARTS.split(last)), 4)
    extension = _EXTENSION.search(last)
    number = bool(_LONG.search(last))
    return len(steps), f"{n_parts}{number}{extension[0] if extension else ''}"
