"""The style guide: every component in one page, in either language and theme. Also the set of the visual tests."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from helpdesk.core import clock, locale
from helpdesk.core.templatetags.components import PRIORITIES

SAMPLES: dict[str, dict[str, Any]] = {
    "en": {
        "person": "Ali Rezaei",
        "customer": "Narges Karimi",
        "subject": "Internet down since last night",
        "asked": "My internet has been down since last night and I have a work meeting today. Third time!",
        "noted": "@Maryam the west mast is down, repair by noon.",
        "answered": "I am really sorry, Narges. I am testing your line now and will update you by 12:00.",
        "called": "Inbound call, 4 min: follow-up of the October outage",
        "rows": [
            ("Hassan Moradi", "Billed twice", "new", "high"),
            ("Narges Karimi", "Internet down since last night", "open", "urgent"),
            ("سارا احمدی", "کد ورود نمی‌آید — login", "waiting", "normal"),
            ("Pars Co.", "Contract renewal #1042", "on_hold", "normal"),
        ],
        "long": "Thefirstwordofthisverylongsubjecthasnospaceatallsothatwecanseewhetheranythingoverflows at 320 pixels",
    },
    "fa": {
        "person": "علی رضایی",
        "customer": "نرگس کریمی",
        "subject": "اینترنت از دیشب قطع است",
        "asked": "از دیشب اینترنتم قطع است و امروز جلسهٔ کاری دارم. سومین بار است!",
        "noted": "@مریم دکل غرب خراب است، تعمیر تا ظهر",
        "answered": "خیلی متأسفم نرگس خانم. خط شما را همین الان تست می‌کنم و تا ساعت ۱۲ خبر می‌دهم.",
        "called": "تماس ورودی، ۴ دقیقه — پیگیری قطعی مهر ماه",
        "rows": [
            ("حسن مرادی", "صورت‌حساب دوبار کسر شد", "new", "high"),
            ("نرگس کریمی", "اینترنت از دیشب قطع است", "open", "urgent"),
            ("Sara Ahmadi", "Cannot log in — کد نمی‌آید", "waiting", "normal"),
            ("شرکت پارس", "تمدید قرارداد شمارهٔ ۱۰۴۲", "on_hold", "normal"),
        ],
        "long": "موضوعی‌بسیار‌بلند‌که‌هیچ‌فاصله‌ای‌ندارد‌تا‌ببینیم‌چیزی‌بیرون‌می‌زند‌یا‌نه در ۳۲۰ پیکسل",
    },
}
SPRITE = settings.BASE_DIR / "helpdesk" / "static" / "icons.svg"
COLOURS = [
    "canvas",
    "surface",
    "sunken",
    "accent",
    "accent-soft",
    "note-bg",
    "ok-soft",
    "warn-soft",
    "bad-soft",
    "info-soft",
    "gift-soft",
]


@dataclass(frozen=True)
class Frame:
    """A pretend reader for the frame around the page."""

    language: str
    theme: str
    density: str = "compact"
    shortcuts: bool = True
    may_settings: bool = True
    notices: int = 2

    @property
    def dir(self) -> str:
        """`rtl` for Persian."""
        return "rtl" if self.language == "fa" else "ltr"


@dataclass(frozen=True)
class Reader:
    """The name that the frame shows."""

    name: str
    email: str = "ali@example.com"


def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component; `?language=`, `?theme=` and `?density=` choose how."""
    language = request.GET.get("language", "") or (translation.get_language() or "en")[:2]
    language = language if language in SAMPLES else "en"
    frame = Frame(language, request.GET.get("theme", "auto"), request.GET.get("density", "compact"))
    with locale.use(locale.default(language)):
        return render(request, "core/styleguide.html", _context(frame))


styleguide.verb = "public"  # type: ignore[attr-defined]  # read by the generated matrix


def icon_names() -> list[str]:
    """Every picture of the sprite."""
    return re.findall(r'<symbol id="([\w-]+)"', SPRITE.read_text("utf-8"))


def _context(frame: Frame) -> dict[str, Any]:
    sample = SAMPLES[frame.language]
    now = clock.now()
    rows = [(*row, now - timedelta(minutes=6 * 3**n)) for n, row in enumerate(sample["rows"])]
    return {
        "shell": frame,
        "workspace": {"name": "Desk"},
        "me": Reader(sample["person"]),
        "sample": sample | {"rows": rows, "address": "narges@example.com", "file": "invoice.pdf"},
        "now": now,
        "icons": icon_names(),
        "colours": COLOURS,
        "priorities": [(key, words[0]) for key, words in PRIORITIES.items()],
        "problems": {"email": _problem()},
    }


def _problem() -> str:
    return translation.gettext("Enter an e-mail address, like name@example.com.")
