"""Pages that the hosts of the test web show."""

STORIES = (
    "Late frost ruins the apple harvest in the valley",
    "Museum opens its hidden archive to all visitors",
    "Bridge closed after a ship hits its middle pillar",
    "Ferry service returns after eleven calm days",
    "Town hall clock runs backwards for a whole night",
    "Night train to the coast sells out within an hour",
)

_BOX = "".join(f'<li><a href="/news/{n}001-x">{title}</a></li>' for n, title in enumerate(STORIES))


def front(extra: str = "", *, lang: str = "en", box: str = _BOX) -> str:
    """Return a front page with one list, and whatever else is wanted."""
    return (
        f'<!doctype html><html lang="{lang}"><head><title>The Courier</title></head><body>{extra}'
        f"<main><h1>The Courier</h1></main><aside><h3>Latest news</h3><ul>{box}</ul></aside>"
        "</body></html>"
    )


BANNER = (
    '<div id="cookie-banner"><p>We use cookies. By clicking accept you consent to the use of '
    "cookies by us and our 812 partners.</p><button>Accept all cookies</button>"
    "<button>Reject</button></div>"
)
BRIEF = (
    "<!doctype html><html><head><title>Ferry returns</title></head><body>"
    f"{BANNER}<article><h1>Ferry service returns</h1><p>The ferry to the island runs again after "
    "eleven days on which no ship left the harbour. The first crossing was full.</p></article>"
    "<footer><a href='/privacy'>Privacy and cookies</a></footer></body></html>"
)
LAW = (
    "<!doctype html><html><head><title>Cookies law</title></head><body><article>"
    "<h1>New law on cookies and consent</h1>"
    + "<p>Under the new law a site must ask for consent before it sets cookies, and users may "
    "accept or reject them at any time, the ministry for digital affairs said.</p>"
    * 6
    + "</article></body></html>"
)
LOGIN_CORNER = front('<form action="/login"><input type="password" name="p"></form>')

CONSENT = (
    "<!doctype html><html><head><title>Before you continue</title></head><body>"
    "<h1>Before you continue</h1><p>We and our partners use cookies to store and access "
    "information on your device. You can accept or reject this, or choose per partner.</p>"
    '<form method="post" action="/save"><button>Accept all</button><button>Reject all</button>'
    "</form><a href='/privacy'>Privacy policy</a></body></html>"
)
CONSENT_DE = (
    "<!doctype html><html lang='de'><head><title>Zustimmung erforderlich</title></head><body>"
    "<h2>Weiterlesen mit Werbung</h2><p>Besuchen Sie uns wie gewohnt mit Werbung und Tracking. "
    "Die Zustimmung zu Cookies ist jederzeit widerrufbar.</p><button>Akzeptieren und weiter"
    "</button><p>… oder im Abo ohne Werbung lesen.</p><a href='/abo'>Jetzt abonnieren</a>"
    "</body></html>"
)
CONSENT_FR = (
    "<!doctype html><html lang='fr'><head><title>Vos choix</title></head><body>"
    "<p>Avec votre consentement, nos partenaires et nous utilisons des cookies ou technologies "
    "similaires pour stocker et consulter des données personnelles.</p>"
    "<button>Accepter et continuer</button><button>Continuer sans accepter</button></body></html>"
)
CONSENT_JA = (
    "<!doctype html><html lang='ja'><head><title>ご確認</title></head><body>"
    "<p>当サイトではクッキーを使用しています。クッキーの使用に同意してください。</p>"
    "<button>同意する</button></body></html>"
)
CONSENT_LONG = (
    "<!doctype html><html><head><title>Your privacy</title></head><body>"
    "<h1>Your privacy choices</h1><ul>"
    + "".join(
        f"<li>Partner {n} uses cookies and your personal data for advertising measurement with "
        "your consent; retention 365 days</li>"
        for n in range(300)
    )
    + "</ul><form action='/consent'><button>Accept all</button></form></body></html>"
)
CAPTCHA = (
    "<!doctype html><html><head><title>Just a moment...</title></head><body>"
    "<h1>www.press.example</h1><p>Checking your browser. Verify you are human by completing the "
    "action below.</p><script src='/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1'>"
    "</script></body></html>"
)
CAPTCHA_WORDS = (
    "<!doctype html><html lang='de'><body><h1>Einen Augenblick</h1><p>Bitte bestätigen Sie, dass "
    "Sie kein Roboter sind.</p><form><input name='answer'></form></body></html>"
)
LOGIN = (
    "<!doctype html><html><head><title>Sign in</title></head><body><h1>Sign in to go on</h1>"
    "<form action='/login' method='post'><input name='user'><input type='password' name='pw'>"
    "<button>Sign in</button></form><a href='/forgot'>Forgot it?</a></body></html>"
)
