"""Attributes of tags bounded in number: parsers' time grows with the square of a tag's."""

import re
from typing import Final

MOST_ATTRIBUTES: Final = 128
"""Attributes kept of a tag, where a page holds a bomb of them."""
_HARMLESS: Final = 40_000
"""Characters of a page whose attributes are parsed well within a second, however they are put."""
_LONG: Final = 2_000
"""Characters of a name or bare value beyond which a tag is suspect; bounds the search's time."""
_MOST_HARM: Final = 10_000**2
"""Squares of the suspect tags' attributes added up; more take a parser a second and longer."""
_MOST_READ: Final = 10_000_000
"""Characters of the suspect tags added up; those that start in each other are read repeatedly."""
_ENDS: Final = " \n\t\r\f/\"'"
_MOST_STARTS: Final = 30_000
"""Tags that start in other tags, of which more are dropped; the search reads on from each."""
_MOST_ROOTS: Final = 64
"""Tags of the root and the body; each adds its attributes to those of the first."""

_SPACE: Final = r"[ \t\n\r\f]*+"
_BETWEEN: Final = r"[ \t\n\r\f/]*+"
_NAMED: Final = r"[^ \t\n\r\f/>]"
_BARE: Final = r"[^ \t\n\r\f>]"


def _attribute(most: str) -> str:
    """Return the pattern of an attribute as parsers read it, its name and bare value so long."""
    name = rf"{_NAMED}[^ \t\n\r\f/>=]{most}+(?![^ \t\n\r\f/>=])"
    quoted = r"""(?:"[^"]*+"|'[^']*+')"""
    bare = rf"""(?!["'>]){_BARE}{most}+(?!{_BARE})"""
    return rf"(?:{_BETWEEN}{name}(?:{_SPACE}=(?:{_SPACE}(?:{quoted}|{bare}|(?=>)))|(?!{_SPACE}=)))"


_USUAL: Final = (
    r"[a-zA-Z0-9]{1,40}+(?:[ \t\n\r\f/]++[^ \t\n\r\f/>=]{1,60}+"
    r"""(?:=(?:"[^"]{0,1000}+"|'[^']{0,1000}+'|[^ \t\n\r\f>"']{1,300}+(?=[ \t\n\r\f>]))"""
    r"|(?![^ \t\n\r\f/>]))){0,40}+[ \t\n\r\f/]*+>"
)
"""Tags with few and short attributes, nearly all there are: told at less than half the cost."""
_SUSPECT: Final = re.compile(
    rf"<(?![^a-zA-Z]|{_USUAL})(?=([a-zA-Z](?:{_NAMED}{{{_LONG}}}|{_NAMED}*+(?:"
    rf"{_attribute(f'{{0,{_LONG}}}')}{{{MOST_ATTRIBUTES + 1}}}+"
    rf"|{_attribute(f'{{0,{_LONG}}}')}{{0,{MOST_ATTRIBUTES}}}+"
    rf"{_BETWEEN}(?:{_NAMED}[^ \t\n\r\f/>=]{{0,{_LONG}}}+{_SPACE}={_SPACE})?+{_BARE}{{{_LONG}}}"
    rf")){_attribute('*')}*+))"
)
_PLAIN: Final = (
    rf"{_BETWEEN}[^ \t\n\r\f/<>][^ \t\n\r\f/<>=]*+(?:{_SPACE}={_SPACE}"
    rf"""(?:"[^"<>]*+"|'[^'<>]*+'|(?!["'])[^ \t\n\r\f<>]++)|(?!{_SPACE}=))"""
)
_TAG: Final = re.compile(rf"(<[a-zA-Z]{_NAMED}*+(?:{_PLAIN}){{0,{MOST_ATTRIBUTES}}}+)[^<>]*+>?")
_START_IN_TAG: Final = re.compile(r"<[^<>]*+(?=<[a-zA-Z])")
_ROOT: Final = re.compile(r"<(?=(?:html|body)[\s/])", re.IGNORECASE)


def bound_attributes(text: str) -> str:
    """Return `text` as it is, or with few attributes in every tag if it holds a bomb of them.

    The search takes no account of where comments, scripts and quotes begin, so nothing hides from
    it: it reads attributes as parsers do from every "<" before a letter, and every tag starts at
    such a one. What it lets pass is tags of at most `MOST_ATTRIBUTES`, parsed about as fast as any
    text, and longer ones whose squares add up to no more than a second: attributes end in white
    space, "/" or a quote, and those are counted.
    """
    if len(text) <= _HARMLESS:
        return text
    if sum(1 for _ in _ROOT.finditer(text)) > _MOST_ROOTS:
        text = _ROOT.sub("<x-", text)
    if text.count("<") > _MOST_STARTS:
        n_starts = sum(1 for _ in _START_IN_TAG.finditer(text))
        text = _START_IN_TAG.sub("", text) if n_starts > _MOST_STARTS else text
    if _is_suspect(text):
        # Each "<" before a letter starts a tag here, in a value too, and the tag is closed after
        # attributes without angles: none that a parser finds, in whatever state, holds more.
        return _TAG.sub(r"\1>", text)
    return text


def _is_suspect(text: str) -> bool:
    harm = n_read = 0
    for found in _SUSPECT.finditer(text):
        start, stop = found.span(1)
        n_ends = sum(text.count(end, start, stop) for end in _ENDS)
        harm += n_ends**2
        n_read += stop - start
        if harm > _MOST_HARM or n_read > _MOST_READ:
            return True
    return False
