"""What speaks for a box: whether it holds headlines at all, and which kind of list it is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from tracker.collector.harvest.boxes import Box
from tracker.collector.harvest.furniture import find_furniture
from tracker.collector.harvest.headings import NO_HEADING
from tracker.collector.harvest.kinds import announce, fold, kind_of_heading
from tracker.collector.harvest.outline import Outline
from tracker.collector.harvest.stories import Story, is_listing, looks_dated, looks_like_article

_MENU: Final = re.compile(
    r"(?:\b|[_-])(?:nav|navi|navbar|navigation|menu|submenu|mega|megamenu|dropdown|hamburger|offcanvas|topbar|sitemap)(?:\b|[_-])|menu"
)
_DEEP_MENU: Final = re.compile(r"menu-item|sub-?menu|mega|dropdown|hamburger|offcanvas")
_SHOWN: Final = ("most_read", "latest", "related", "picks")
_FOOT: Final = re.compile(
    r"(?:\b|[_-])(?:foot|footer|bottomlinks|legal|copyright|colophon)(?:\b|[_-])|footer"
)
_SPONSORED: Final = re.compile(
    r"(?:\b|[_-])(?:sponsor\w*|promo(?:ted|tion|tional)?|advert\w*|outbrain|taboola|mgid|revcontent|zergnet|plista|ligatus|dianomi|adblade|nativo|"
    r"partner\w*|native-?ad|native|adclick|adbox|ad-?unit|commercial|affiliate|gads?|dfp|werbung|anzeigen?|publicidad|pubbli\w+|reklam\w*|shopping)(?:\b|[_-])|"
    r"outbrain|taboola|sponsor"
)
_AD_LINK: Final = re.compile(
    r"adclick|/ads?[./?]|doubleclick|outbrain|taboola|adserv|adnetwork|clickthrough|/click[?/]|[?&]url=http|redirect|utm_medium=(?:cpc|display|native|paid)|"
    r"utm_source=(?:taboola|outbrain)|sponsor|/advertorial|/anzeige|adcount|mgid|revcontent|lentainform|smi2|24smi",
    re.IGNORECASE,
)
_SERVICE: Final = re.compile(
    r"privacy|terms|cookie|contact|imprint|impressum|datenschutz|about-?us|advertis|subscri|newsletter|login|sign-?(?:in|up)|register|account|careers?|"
    r"jobs\b|policy|policies|legal|disclaimer|mediakit|feedback|help\b|support|faq|rss|sitemap|app-?store|itunes|play\.google|facebook\.com|twitter\.com|"
    r"instagram\.com|youtube\.com/(?!watch|embed)|linkedin|pinterest|whatsapp|telegram|t\.me/|bit\.ly|mailto|conditions|mentions-legales|aviso-legal|politica-de|datenschutz|"
    r"agb\b|e-?paper|shop\b|store\b|abonne|suscri|assine|abo\b|download|copyright|public-file|fcc|donate|kontakt|contest|signup|oauth|/user|/search|/suche",
    re.IGNORECASE,
)
_SHARING: Final = re.compile(
    r"[?&]share=|sharer|/share\?|intent/tweet|/submit\?|oauth|shareArticle|send\?text|addthis|pin/create|[?&]replytocom=|/print[/?]|print=|mailto",
    re.IGNORECASE,
)
_HOST: Final = re.compile(r"(?:https?:)?//([^/:?#]+)", re.IGNORECASE)
_SECOND_LEVEL: Final = frozenset(("co", "com", "org", "net", "gov", "ac", "or", "ne", "go", "edu"))
_NEXTPREV: Final = re.compile(
    r"nav-?(?:previous|next|links?)|post-?nav|next-?prev|prev-?next|nextprev|prevnext|(?:^|[ _-])(?:prev|previous|next)(?:[ _-](?:post|article|story|link)|$| )|pagination|article-nav|single-nav|entry-nav|post-next|adjacent"
)
_COMMENTS: Final = re.compile(
    r"(?:recent|latest)[-_]?comments?|comment-?author|disqus|comments?-list|commentlist|#comment|(?:^|[ _-])comments?(?:$|[ _-])"
)
_NAMED_KINDS: Final = (
    (
        "most_read",
        re.compile(
            r"popular|trending|most[-_]?(?:read|view|popular|comment|shared|watched|click)|mostread|meistgelesen|mas[-_]?leid|plus[-_]?lus|mais[-_]?lidas|ranking|top[-_]?(?:read|10|ten|5|viewed)|lidas|leidas|trends?(?:\b|[-_])"
        ),
    ),
    (
        "related",
        re.compile(
            r"relat|similar|recommend|read[-_]?also|also[-_]?read|see[-_]?also|you[-_]?may|readmore|read[-_]?more|more[-_]?(?:from|on|stories|articles|in)|up[-_]?next|verwandt|zum[-_]?thema|lesen[-_]?sie|suggest|recirc|author-?(?:posts|box)|crp_|yarpp|jp-relatedposts|next[-_]?read"
        ),
    ),
    (
        "latest",
        re.compile(
            r"latest|recent|newest|ticker|breaking|live[-_]?feed|news[-_]?feed|neueste|ultimas|dernier|just[-_]?in|en[-_]?continu"
        ),
    ),
    (
        "picks",
        re.compile(
            r"editor|picks?(?:\b|[-_])|featured|highlight|spotlight|must[-_]?read|top[-_]?stor|topnews|top[-_]?news|hero|slider|carousel|destaque|destacad|lead[-_]?stor|headlines?(?:\b|[-_])|focus|dont[-_]?miss"
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of the page that a box stands on.

    Attributes:
        url: The page's address.
        article: Entries of the article's running text: first and after last; empty range if none.
        is_article: Whether the page is one story rather than a front or section page.
    """

    url: str | None
    article: range
    is_article: bool
    title: str | None = None


def judge(outline: Outline, boxes: Sequence[Box], setting: Setting) -> list[Box]:
    """Return the boxes that are headline lists, each with its kind and what spoke for it."""
    kept = []
    for box in boxes:
        prune(outline, box, setting)
        if is_list(outline, box, setting):
            box.kind = kind_of(outline, box, setting)
            kept.append(box)
    return kept


def chain(outline: Outline, box: Box, steps: int = 6) -> str:
    """Return tags, classes and ids of the box and the elements around it."""
    i = box.container if len(box.stories) > 1 else box.stories[0].anchor
    found = []
    for _ in range(steps):
        found.append("<" + outline.tags[i] + "> " + outline.names(i))
        if not i:
            break
        i = outline.parents[i]
    return " ".join(found)


def likeness(story: Story, setting: Setting) -> float:
    """Return how much a link looks like a headline, about 0 to 1."""
    w = story.weight
    words = 1.0 if w >= 6 else 0.9 if w >= 5 else 0.75 if w >= 4 else 0.5 if w >= 3 else 0.3 if w >= 2 else 0.1
    if _SHARING.search(story.href) or _is_own(story.href, setting.url):
        return words * 0.2
    if not story.href:
        return words
    if looks_dated(story.href) or _alike(story.href, setting.url):
        return min(1.0, words + 0.2)
    if looks_like_article(story.href):
        return words
    if _SERVICE.search(story.href) or is_listing(story.href):
        return words * 0.35
    if w <= 7 and find_furniture(story.title).share >= 0.3:
        return words * 0.4
    return words * 0.7


def _is_own(href: str, url: str | None) -> bool:
    """Say whether the link leads to another form or a part of the page itself."""
    if not url or url.count("/") < 3 or not href.startswith(url.rstrip("/")):
        return False
    if len(url.split("/", 3)[3]) < 2:
        return False
    return any(c in href[len(url.rstrip("/")) :] for c in "?#&=")


def _away(story: Story, setting: Setting) -> bool:
    """Say whether the link leads to another outlet."""
    if "youtube.com/watch" in story.href:
        return False
    here, there = _site(setting.url or ""), _site(story.href)
    return bool(here and there and here != there)


def _site(url: str) -> str:
    host = _HOST.match(url)
    if not host:
        return ""
    parts = host[1].lower().split(".")
    if parts[-1].isdigit():
        return host[1]
    short = len(parts) > 2 and len(parts[-1]) == 2 and parts[-2] in _SECOND_LEVEL
    return parts[-3] if short else parts[-2] if len(parts) > 1 else parts[0]


def _alike(href: str, url: str | None) -> bool:
    if not url:
        return False
    try:
        a, b = urlsplit(href), urlsplit(url)
    except ValueError:
        return False
    if a.netloc and a.netloc.removeprefix("www.") != b.netloc.removeprefix("www."):
        return False
    pa, pb = a.path.strip("/").split("/"), b.path.strip("/").split("/")
    if len(pa) != len(pb) or not pb[-1]:
        return False
    return _mask(pa[-1]) == _mask(pb[-1])


def _mask(segment: str) -> str:
    n = len(re.split(r"[-_,+]", segment))
    ext = re.search(r"\.\w{2,5}$", segment)
    return f"{min(n, 4)}{bool(re.search(r'[0-9]{4,}', segment))}{ext[0] if ext else ''}"


def prune(outline: Outline, box: Box, setting: Setting) -> None:
    """Drop from a box the links of another make than the rest that are no headlines."""
    if len(box.stories) < 3:
        return
    makes = [_make(outline, box, s) for s in box.stories]
    usual = max(set(makes), key=makes.count)
    if makes.count(usual) * 2 <= len(makes):
        return
    box.stories = [
        s
        for s, make in zip(box.stories, makes, strict=True)
        if make == usual or not s.href or likeness(s, setting) >= 0.75
    ]


def _make(outline: Outline, box: Box, story: Story) -> str:
    i, found = story.anchor, []
    while i != box.container and i:
        found.append(outline.shape(i))
        i = outline.parents[i]
    return ">".join(found)


def is_list(outline: Outline, box: Box, setting: Setting) -> bool:
    """Say whether the box holds headlines."""
    names = chain(outline, box)
    n = len(box.stories)
    mean = sum(likeness(s, setting) for s in box.stories) / n
    labelled = announce(box.heading.text)
    if labelled == "service":
        if box.heading.score >= 2.5 or mean < 0.75:
            box.why.append("heading of a service")
            return False
        box.heading, labelled = NO_HEADING, None
    need = 0.6
    reasons = []
    if _is_menu(names):
        need, _ = 0.92, reasons.append("menu")
    if _FOOT.search(names) or "<footer>" in names:
        need, _ = max(need, 0.8), reasons.append("foot")
    if _COMMENTS.search(names) and labelled is None:
        need, _ = max(need, 0.9), reasons.append("comments")
    away = sum(_away(s, setting) for s in box.stories) / n
    if away > 0.5 and _COMMENTS.search(names):
        box.why.append("comments from elsewhere")
        return False
    if away > 0.6 and labelled is None:
        need, _ = max(need, 0.85), reasons.append("away")
    if labelled:
        need -= 0.12
        if sum(looks_dated(s.href) for s in box.stories) >= 0.8 * n:
            need = min(need, 0.5)
    if n == 1:
        need = 0.7 if labelled else 0.95
    box.why.append(f"likeness {mean:.2f}, wanted {need:.2f} {' '.join(reasons)}".rstrip())
    if n == 1 and not labelled:
        if _NEXTPREV.search(names) and mean >= 0.6:
            return True
        return box.heading.score >= 2.4 and mean >= 1.0 and not reasons
    return mean >= need


def _is_submenu(outline: Outline, box: Box) -> bool:
    """Say whether the box opens from an entry of a menu."""
    if _DEEP_MENU.search(chain(outline, box)):
        return True
    entry = False
    for i in outline.ancestors(box.container):
        entry = entry or outline.tags[i] == "li"
        if outline.tags[i] == "nav":
            return entry
    return False


def _is_menu(names: str) -> bool:
    return "<nav>" in names or bool(_MENU.search(names))


def kind_of(outline: Outline, box: Box, setting: Setting) -> str:
    """Return the kind of list the box is."""
    names = chain(outline, box)
    n = len(box.stories)
    label = kind_of_heading(box.heading.text) or box.hint or None
    if label == "sponsored":
        return label
    if sum(bool(_AD_LINK.search(s.href)) for s in box.stories) * 2 > n:
        return "sponsored"
    if _SPONSORED.search(chain(outline, box, 3)) and label in (None, "related"):
        return "sponsored"
    if label == "nextprev" and n <= 2:
        return label
    if n <= 2 and (
        _NEXTPREV.search(names)
        or any(outline.attribute(s.anchor, "rel") in ("prev", "next") for s in box.stories)
    ):
        return "nextprev"
    if any("#comment" in s.href for s in box.stories) or label == "other":
        return "other"
    if _is_menu(names) and not (label in _SHOWN and not _is_submenu(outline, box)):
        return "menu"
    if label:
        if label == "related" and n == 1 and box.stories[0].anchor in setting.article:
            return "inline"
        return label
    around = chain(outline, box, 4)
    for kind, words in _NAMED_KINDS:
        if words.search(around) and not (box.heading.text and kind in ("picks", "latest")):
            return kind
    if n == 1 and box.stories[0].anchor in setting.article:
        return "inline"
    if box.heading.text:
        return "related" if _is_topic(box.heading.text, setting) else "section"
    if not setting.is_article or box.stories[-1].anchor < setting.article.start:
        return "picks"
    return "related"


def _is_topic(heading: str, setting: Setting) -> bool:
    """Say whether a heading names what the page's own story is about."""
    words = {w for w in fold(heading).split() if len(w) > 3}
    own = set(fold(setting.title or "").split())
    return bool(words) and len(words & own) * 2 >= len(words)
