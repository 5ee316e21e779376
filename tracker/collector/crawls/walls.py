"""Pages that stand before a page: consent, captcha and login walls."""


def find_wall(body: bytes, status: int) -> str | None:
    """Return which wall a page is, in words; None if it is none."""
    return None
