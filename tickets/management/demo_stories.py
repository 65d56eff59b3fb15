"""The stories of the demo: a small internet provider's customers, in both languages."""

from dataclasses import dataclass, field
from typing import Any

PEOPLE: dict[str, dict[str, Any]] = {
    "Sara Ahmadi": {"email": "agent@demo.test", "role": "agent", "teams": ["Support"], "language": "en"},
    "علی رضایی": {"email": "ali@demo.test", "role": "agent", "teams": ["Support", "Billing"], "language": "fa"},
    "مریم کاظمی": {"email": "lead@demo.test", "role": "lead", "teams": ["Support", "Billing"], "language": "fa"},
    "Nima Parsa": {"email": "admin@demo.test", "role": "admin", "teams": [], "language": "en"},
}
LISTS = {
    "tags": [("outage", "قطعی"), ("billing", "صورت‌حساب"), ("vip", "مشتری ویژه"), ("installation", "نصب")],
    "reasons": [
        ("No connection", "قطعی اتصال"),
        ("Slow connection", "کندی اتصال"),
        ("Wrong bill", "صورت‌حساب نادرست"),
        ("Moving house", "جابه‌جایی خط"),
        ("Question", "پرسش"),
    ],
}


@dataclass(frozen=True)
class Step:
    """One thing that somebody did."""

    who: str
    what: str
    text: str = ""


@dataclass(frozen=True)
class Story:
    """One customer's matter, in order."""

    name: str
    address: str
    language: str
    door: str
    subject: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Sale:
    """One thing that the shop told: an event's type, how long ago, the money in rials, and what else it said."""

    what: str
    hours_ago: float
    rials: int | None = None
    properties: dict[str, Any] = field(default_factory=dict)


ORDERS: dict[str, tuple[Sale, ...]] = {
    "kamran@demo.example": (
        Sale(
            "order",
            96,
            32500000,
            {"order_id": "5021", "number": "#5021", "lines": [{"name": "مودم فیبر نوری", "quantity": 1}]},
        ),
        Sale("payment", 95, 32500000, {"order_id": "5021"}),
        Sale("shipment", 60, None, {"order_id": "5021", "carrier": "پست پیشتاز", "tracking": "211060014001"}),
        Sale("shipment", 34, None, {"order_id": "5021", "tracking": "211060014001", "state": "delivered"}),
        Sale(
            "order",
            20,
            4200000,
            {"order_id": "5077", "number": "#5077", "lines": [{"name": "کابل شبکهٔ ۱۰ متری", "quantity": 2}]},
        ),
        Sale("payment", 19, 4200000, {"order_id": "5077"}),
        Sale(
            "shipment",
            3,
            None,
            {"order_id": "5077", "carrier": "تیپاکس", "tracking": "TPX-88213", "state": "in_transit"},
        ),
    ),
    "emily@demo.example": (
        Sale("subscription", 900, 8900000, {"subscription_id": "em-1", "plan": "50 Mbit/s", "interval": "month"}),
        Sale("payment", 470, 8900000, {}),
        Sale("payment", 40, 8900000, {}),
        Sale(
            "order",
            50,
            18000000,
            {"order_id": "5060", "number": "#5060", "lines": [{"name": "Wi-Fi extender", "quantity": 1}]},
        ),
        Sale("payment", 49, 18000000, {"order_id": "5060"}),
        Sale("order", 26, 18000000, {"order_id": "5060", "status": "processing"}),
    ),
}


# address -> what is remembered of them, by whom
KNOWN: dict[str, tuple[tuple[str, str], ...]] = {
    "kamran@demo.example": (
        ("علی رضایی", "مودم در طبقهٔ سوم است؛ بعدازظهرها خانه است."),
        ("علی رضایی", "مدل مودم: TP-Link VR300"),
    ),
    "emily@demo.example": (("علی رضایی", "Works from home; a cut before 17:00 costs her a day."),),
}
# name of an organisation -> who belongs to it
COMPANIES = {"شرکت پارس": ("office@demo.example", "hassan@demo.example")}

# Two who are here twice, under one number: address -> handle. /desk/duplicates/ asks about them.
NUMBERS = {
    "narges@demo.example": ("phone", "+98 912 555 0143"),
    "n.karimi@demo-office.example": ("whatsapp", "+98 912 555 0143"),
    "james@demo.example": ("phone", "+98 912 555 0178"),
    "miller@demo-office.example": ("sms", "+98 912 555 0178"),
}


def says(text: str) -> Step:
    """The customer writes."""
    return Step("customer", "mail", text)


SARA, ALI, MARYAM = "Sara Ahmadi", "علی رضایی", "مریم کاظمی"

STORIES: tuple[Story, ...] = (
    Story(
        "کامران یوسفی",
        "kamran@demo.example",
        "fa",
        "Support",
        "راه‌اندازی مودم جدید",
        (
            says("سلام. مودم جدید رسید ولی چراغ اینترنت روشن نمی‌شود. چه کار کنم؟"),
            Step(
                ALI,
                "reply",
                "سلام آقای یوسفی. لطفاً کابل تلفن را به درگاه DSL وصل کنید و دو دقیقه صبر کنید. خبرش را به ما بدهید.",
            ),
            says("درست شد. خیلی ممنون!"),
            Step(ALI, "resolve"),
        ),
    ),
    Story(
        "Emily Carter",
        "emily@demo.example",
        "en",
        "Billing",
        "Charged twice in November",
        (
            says("Hello,\n\nMy card was charged twice for November, 890,000 rials each. Please refund one.\n\nEmily"),
            Step(MARYAM, "assign", ALI),
            Step(ALI, "tags", "billing"),
            Step(ALI, "note", "Both payments are in the bank file; the second one has no invoice."),
            Step(
                ALI,
                "reply",
                "Dear Emily,\n\nYou are right, and I am sorry. I have asked the bank to return the second payment; "
                "it takes up to three working days.\n\nAli",
            ),
        ),
    ),
    Story(
        "حسن مرادی",
        "hassan@demo.example",
        "fa",
        "Billing",
        "صورت‌حساب دوبار کسر شد",
        (
            says("با سلام، مبلغ صورت‌حساب آبان دوبار از حساب من کسر شده است. لطفاً پیگیری کنید."),
            Step(MARYAM, "priority", "high"),
        ),
    ),
    Story(
        "James Miller",
        "james@demo.example",
        "en",
        "Support",
        "Slow in the evening",
        (
            says("Every evening after eight the connection slows to a crawl. Speed test says 2 Mbit/s; I pay for 50."),
            Step(SARA, "assign", SARA),
            Step(
                SARA,
                "reply",
                "Hello James, thank you for the numbers. I have asked for a line test tonight at nine "
                "and will write to you tomorrow morning.",
            ),
        ),
    ),
    Story(
        "شرکت پارس",
        "office@demo.example",
        "fa",
        "Billing",
        "تمدید قرارداد شمارهٔ ۱۰۴۲",
        (
            says("قرارداد اینترنت سازمانی ما پایان آذر تمام می‌شود. لطفاً پیش‌فاکتور تمدید یک‌ساله را بفرستید."),
            Step(MARYAM, "tags", "vip billing"),
        ),
    ),
    Story(
        "Leila Farahani",
        "leila@demo.example",
        "en",
        "Support",
        "Cannot log in — کد نمی‌آید",
        (says("I try to log in to my account but the code (کد ورود) never arrives by SMS. My number ends in 789."),),
    ),
    Story(
        "نرگس کریمی",
        "narges@demo.example",
        "fa",
        "Support",
        "اینترنت از دیشب قطع است",
        (
            says("سلام. از دیشب اینترنتم قطع است و امروز جلسهٔ کاری دارم. سومین بار است!"),
            Step(MARYAM, "priority", "urgent"),
            Step(MARYAM, "tags", "outage"),
            Step(ALI, "note", "دکل غرب خراب است، تعمیر تا ظهر."),
            Step(ALI, "reply", "خیلی متأسفم نرگس خانم. خط شما را همین الان آزمایش می‌کنم و تا ساعت ۱۲ خبر می‌دهم."),
            says("ممنونم. منتظر خبر شما هستم."),
        ),
    ),
    Story(
        "Omid Nazari",
        "omid@demo.example",
        "fa",
        "Support",
        "جابه‌جایی خط به نشانی تازه",
        (says("ماه آینده اسباب‌کشی دارم. برای انتقال خط به نشانی تازه چه مدارکی لازم است؟"),),
    ),
    Story(
        "Anna Schmidt",
        "anna@demo.example",
        "en",
        "Support",
        "Technician did not come",
        (
            says("The technician was promised for today between 10 and 12. It is 3 p.m. and nobody came or called."),
            Step(SARA, "priority", "high"),
        ),
    ),
    Story(
        "Narges Karimi",
        "n.karimi@demo-office.example",
        "en",
        "Support",
        "Still no connection at home",
        (
            says(
                "Hello, I write from work: my line at home has been down since yesterday evening, and I have told you "
                "about it already. When will it be back?"
            ),
        ),
    ),
    Story(
        "James Miller",
        "miller@demo-office.example",
        "en",
        "Billing",
        "Invoice on my company's name",
        (
            says("Could you write the next invoice on my company's name? The details are in the signature. James"),
            Step(MARYAM, "tags", "billing"),
        ),
    ),
)
