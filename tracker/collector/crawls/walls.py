"""Pages that stand before a page: consent, captcha and login walls.

A wall is judged from three things together, because each alone is common on good pages: it says so
(in the words of many languages, or by the scripts of a known maker), it links to no stories, and it
holds little text beside that about itself. So a banner on a front page is no wall, nor is a brief
with one, nor a story about cookies.
"""

import re
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tracker.collector.harvest.decoding import decode
from tracker.collector.harvest.markup import make_safe

MAX_STORIES: Final = 4
"""A wall links to its terms and its makers, not to more stories than this."""
MAX_OWN_WORDS: Final = 60
"""Words beside those about consent that a wall has at most: its name, its buttons, its footer."""
MAX_WORDS: Final = 250
"""Words of a captcha or login wall at most."""

_CAPTCHA_MARKS: Final = re.compile(
    r"captcha-delivery\.com|/cdn-cgi/challenge-platform/|challenges\.cloudflare\.com"
    r"|_incapsula_resource|px-captcha|_pxappid|hcaptcha\.com|/recaptcha/|g-recaptcha|h-captcha"
    r"|awswafintegration|friendlycaptcha|geetest\.com"
)
_CAPTCHA_WORDS: Final = re.compile(
    r"captcha|(?:not|kein|pas un|no (?:eres|soy) un|non sei un|geen|niet een|nie jeste[śs].{0,5}"
    r"|inte en|ikke en|ei ole|não (?:é|sou) um|nejste|nem (?:vagy )?) ?robot|are you a robot"
    r"|verify (?:that )?you are (?:a )?human|unusual traffic|checking your browser"
    r"|enable javascript and cookies to continue|не робот|не бот|ロボットではありません"
    r"|人間であることを|我不是机器人|機器人|安全验证|로봇이 아닙니다|robot değil|لست روبوت"
    r"|איני רובוט|δεν είστε ρομπότ|không phải là (?:người máy|robot)"
)
_COOKIES: Final = re.compile(
    r"cookie|çerez|クッキー|쿠키|куки|sütik|evästee|slapuk|sīkdat|küpsis|vafrakök|vefkök"
    r"|kolačić|piškot|informasjonskaps|ملفات تعريف|עוגיות|คุกกี้|कुकी|personal data|données perso"
    r"|personenbezogen|datos personales|dati personali|dane osobowe|persoonsgegevens"
)
_CONSENT: Final = re.compile(
    r"consent|accept|agree|zustimm|einwillig|akzeptier|consenti|consiento|acepta|accett|aceit"
    r"|akkoord|toestemm|accepteer|zgod|akcept|souhlas|súhlas|přijm|prijať|hozzájárul|elfogad"
    r"|samtyck|samtykke|godta|godkänn|suostum|hyväks|соглас|принять|згод|прийняти|приемам"
    r"|συναίνεσ|αποδοχή|συγκατάθεσ|kabul|rıza|izin|同意|承諾|동의|موافق|قبول|הסכמ|אישור|setuju"
    r"|đồng ý|chấp nhận|ยอมรับ|ยินยอม|सहमत|स्वीकार|nõustu|sutink|piekrīt|prihvat|sprejm|pristan"
)
_ABOUT: Final = re.compile(
    rf"{_COOKIES.pattern}|{_CONSENT.pattern}|partner|vendor|privacy|privat|datenschutz|tracking"
    r"|advertis|werbung|werbefrei|publicité|publicidad|abonn|reject|ablehn|refus|rechaz|rifiut|weiger"
)
_PLAIN_LINK: Final = re.compile(r"<a\s[^<>]{1,2000}>([^<>]{10,1000})</a>", re.IGNORECASE)
_WORD: Final = re.compile(r"\w+")
_WIDE: Final = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_BLOCKS: Final = (
    "p, li, h1, h2, h3, h4, td, dt, dd, button, label, a, div, span, form, section, main"
)
_ARTICLE: Final = re.compile(
    r"<article[\s>]|og:type[\"'][^>]{0,40}article|\"(?:News)?Article\"|property=.article:published"
)


def find_wall(body: bytes, charset: str | None = None) -> str | None:
    """Return which wall a page is, in words; None if it is none."""
    text = decode(body, charset)
    if _has_stories(text):
        return None
    html = make_safe(text)
    marked = _CAPTCHA_MARKS.search(html.lower())
    page = LexborHTMLParser(html)
    page.strip_tags(["script", "style", "noscript", "template", "svg"])
    if page.body is None or _count_stories(page) > MAX_STORIES:
        return None
    text = page.body.text(separator=" ").lower()
    is_short = _count_words(text) <= MAX_WORDS
    if is_short and (marked or (_CAPTCHA_WORDS.search(text) and not _ARTICLE.search(html))):
        return f"captcha wall: {_quote(page)}"
    if _ARTICLE.search(html):
        return None
    if is_short and page.css_first('input[type="password"]') is not None:
        return f"login wall: {_quote(page)}"
    if _COOKIES.search(text) and _CONSENT.search(text):
        own = sum(map(_count_words, _own_texts(page.body)))
        if own <= MAX_OWN_WORDS and page.css_first("button, form, input, [onclick], a") is not None:
            return f"consent wall: {_quote(page)}"
    return None


def _has_stories(html: str) -> bool:
    """Return whether plain links alone are more than a wall has; most pages end here, unparsed."""
    titles = set()
    for match in _PLAIN_LINK.finditer(html):
        text = " ".join(match[1].split())
        if _is_story(text):
            titles.add(text)
            if len(titles) > MAX_STORIES:
                return True
    return False


def _is_story(text: str) -> bool:
    is_long = len(_WIDE.findall(text)) >= 10 or len(_WORD.findall(text)) >= 5
    return is_long and not _ABOUT.search(text.lower())


def _count_stories(page: LexborHTMLParser) -> int:
    """Return how many links read like headlines and lead anywhere."""
    titles = set()
    for link in page.css("a[href]"):
        text = " ".join(link.text().split())
        if _is_story(text):
            titles.add(text)
    return len(titles)


def _own_texts(body: LexborNode) -> list[str]:
    """Return the texts of the innermost blocks that do not speak of consent."""
    texts = []
    for node in body.css(_BLOCKS):
        text = "".join(part.text_content or "" for part in node.iter(include_text=True)
                       if part.tag == "-text").strip().lower()  # fmt: skip
        if text and not _ABOUT.search(text):
            texts.append(text)
    return texts


def _count_words(text: str) -> int:
    """Return the number of words; scripts without spaces count two characters as one."""
    wide = len(_WIDE.findall(text))
    return wide // 2 + len(_WORD.findall(_WIDE.sub(" ", text)))


def _quote(page: LexborHTMLParser) -> str:
    node = page.css_first("title") or page.css_first("h1, h2, p")
    text = " ".join(node.text().split()) if node else ""
    return re.sub(r"[^\w .,:;!?'…-]", "", text)[:80] or "a page without a title"
