"""Words of headlines, in any script."""

import re
from functools import cache
from typing import Final

import stopwordsiso

_WORD: Final = re.compile(r"\w+(?:['’\-]\w+)*")
_UNSPACED: Final = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+"
)
_POSSESSIVE: Final = re.compile(r"['’]s?$")
# What a page says of the form of a piece, in the languages of the most read pages.
FURNITURE: Final = frozenset(
    re.findall(
        r"\S+",
        "live watch listen follow video videos opinion analysis podcast gallery photo photos "
        "picture pictures quiz update updates breaking exclusive explained explainer interview "
        "review newsletter liveblog ticker liveticker newsticker kommentar meinung analyse bilder "
        "fotos exklusiv stream livestream live-stream live-ticker übertragung min minuten kolumne "
        "essay direct directo vivo vídeo vídeos opinión análisis última hora imágenes "
        "vidéo vidéos avis tribune entretien images diretta opinione видео фото мнение онлайн "
        "直播 视频 评论 動画 速報 写真 مباشر فيديو صور رأي βίντεο άποψη",
    )
)


def split_words(text: str) -> list[str]:
    """Return the words of `text` as written; runs of unspaced scripts as pairs of letters."""
    found: list[str] = _WORD.findall(text)
    if text.isascii() and "'" not in text:
        return found
    words = []
    for word in found:
        runs = _UNSPACED.findall(word)
        if not runs:
            words.append(_POSSESSIVE.sub("", word))
        for run in runs:
            words += [run[i : i + 2] for i in range(max(1, len(run) - 1))]
    return words


def content_words(text: str, language: str | None, source: str) -> list[str]:
    """Return the words of `text` that may name a topic, in lower case.

    Stop words, the form of the piece ("live", "opinion") and the outlet's own name are left out;
    where nothing would be left, all words are given.
    """
    words = [word.lower() for word in split_words(text)]
    empty, outlet = _empty_words(language), outlet_words(source)
    kept = [
        word for word in words
        if word not in empty and word not in outlet and len(word) > 1 and not word[0].isdigit()
    ]  # fmt: skip
    return kept or words or ["–"]


@cache
def stop_words(language: str | None) -> frozenset[str]:
    """Return the words of a language, and of English, that name no topic."""
    return frozenset(stopwordsiso.stopwords([language or "en", "en"]))


@cache
def _empty_words(language: str | None) -> frozenset[str]:
    return stop_words(language) | FURNITURE


@cache
def outlet_words(source: str) -> frozenset[str]:
    """Return the words an outlet is called by, given its host or name, in lower case."""
    name = source.lower().removeprefix("www.").split("/")[0]
    label = name.split(".")[0]
    return frozenset({name, label, label.removeprefix("the")})


def is_same_word(one: str, other: str) -> bool:
    """Tell whether two words say the same: all but their endings, or one is part of the other."""
    short, long = sorted((one, other), key=len)
    stem = short[: max(4, len(short) - 2)]
    part = short[: max(5, len(short) - 2)]
    return one == other or (
        len(short) >= 4 and (long.startswith(stem) or (len(part) >= 5 and part in long))
    )
