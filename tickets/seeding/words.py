"""What seeded people say, in both languages: pools of sentences by topic, with slots that `phrases.py` fills.

Some words are in a large share of messages ("account", "پرداخت") and some in a handful (`phrases.rare_words`), as in
a real desk, because searching for the one or the other are different pieces of work.
"""

TOPICS: dict[str, str] = {
    "Payment": "پرداخت",
    "Delivery": "ارسال سفارش",
    "Account": "حساب کاربری",
    "Refund": "بازگشت وجه",
    "Technical problem": "مشکل فنی",
    "Product question": "پرسش درباره کالا",
}
TAGS: dict[str, str] = {
    "vip": "مشتری ویژه",
    "invoice": "صورت‌حساب",
    "courier": "پیک",
    "app": "برنامه موبایل",
    "bank gateway": "درگاه بانکی",
    "damaged": "آسیب‌دیده",
    "second contact": "تماس دوباره",
    "wholesale": "عمده‌فروشی",
    "gift": "هدیه",
    "warranty": "گارانتی",
}
TEAMS: dict[str, str] = {
    "Orders": "سفارش‌ها",
    "Payments": "پرداخت‌ها",
    "Technical": "پشتیبانی فنی",
    "Key accounts": "مشتریان سازمانی",
}
FIRST: dict[str, list[str]] = {
    "en": [
        "Sara",
        "James",
        "Olivia",
        "Daniel",
        "Emma",
        "Noah",
        "Grace",
        "Liam",
        "Chloe",
        "Ethan",
        "Maya",
        "Lucas",
        "Zoe",
        "Adam",
        "Nina",
        "Oscar",
        "Ruth",
        "Peter",
    ],
    "fa": [
        "سارا",
        "علی",
        "مریم",
        "رضا",
        "زهرا",
        "محمد",
        "نرگس",
        "حسین",
        "لیلا",
        "امیر",
        "پریسا",
        "کاوه",
        "مینا",
        "بهرام",
        "شیرین",
        "آرش",
        "الهام",
        "نیما",
    ],
}
LAST: dict[str, list[str]] = {
    "en": [
        "Carter",
        "Hughes",
        "Bennett",
        "Shaw",
        "Fletcher",
        "Novak",
        "Silva",
        "Kumar",
        "Larsen",
        "Meyer",
        "Rossi",
        "Walsh",
        "Ortiz",
        "Brandt",
        "Cole",
        "Ives",
    ],
    "fa": [
        "احمدی",
        "محمدی",
        "کریمی",
        "رضایی",
        "موسوی",
        "جعفری",
        "صادقی",
        "حیدری",
        "کاظمی",
        "قاسمی",
        "شریفی",
        "مرادی",
        "یوسفی",
        "ابراهیمی",
        "نوری",
        "فرهادی",
    ],
}
# The Latin spelling of each name of FIRST["fa"] and LAST["fa"], for addresses.
LATIN_FIRST = (
    "sara ali maryam reza zahra mohammad narges hossein leila amir parisa kaveh mina bahram shirin arash elham nima"
)
LATIN_LAST = (
    "ahmadi mohammadi karimi rezaei mousavi jafari sadeghi heidari kazemi "
    "ghasemi sharifi moradi yousefi ebrahimi nouri farhadi"
)

PRODUCTS: dict[str, list[str]] = {
    "en": [
        "wireless headphones",
        "coffee grinder",
        "desk lamp",
        "running shoes",
        "phone case",
        "air fryer",
        "backpack",
    ],
    "fa": ["هدفون بی‌سیم", "آسیاب قهوه", "چراغ مطالعه", "کفش ورزشی", "قاب گوشی", "سرخ‌کن بدون روغن", "کوله‌پشتی"],
}
CITIES: dict[str, list[str]] = {
    "en": ["Leeds", "Cork", "Malmö", "Porto", "Toronto", "Austin", "Dubai", "Izmir"],
    "fa": ["تهران", "شیراز", "اصفهان", "مشهد", "تبریز", "رشت", "کرمان", "یزد"],
}
SUBJECTS: dict[str, dict[str, list[str]]] = {
    "en": {
        "Payment": ["Charged twice for order {order}", "Payment of {amount} failed but the money is gone"],
        "Delivery": ["Where is order {order}?", "Parcel to {city} is late", "Wrong address on order {order}"],
        "Account": ["Cannot sign in to my account", "Please change the email of my account", "Account locked"],
        "Refund": ["Refund for order {order} has not arrived", "I want to return the {product}"],
        "Technical problem": [
            "App closes when I open the basket",
            "{product}: does not switch on",
            "Error at checkout",
        ],
        "Product question": ["Is the {product} back in stock?", "Warranty of the {product}", "Size of the {product}"],
    },
    "fa": {
        "Payment": ["برای سفارش {order} دو بار پول کم شد", "پرداخت {amount} ناموفق بود ولی مبلغ کسر شد"],
        "Delivery": ["سفارش {order} کجاست؟", "بستهٔ {city} دیر کرده است", "نشانی سفارش {order} اشتباه است"],
        "Account": ["نمی‌توانم وارد حساب کاربری شوم", "لطفاً ایمیل حساب مرا تغییر دهید", "حساب من قفل شده است"],
        "Refund": ["وجه سفارش {order} برنگشته است", "می‌خواهم {product} را مرجوع کنم"],
        "Technical problem": [
            "برنامه هنگام باز کردن سبد خرید بسته می‌شود",
            "{product} روشن نمی‌شود",
            "خطا در مرحلهٔ پرداخت",
        ],
        "Product question": ["{product} دوباره موجود می‌شود؟", "گارانتی {product} چقدر است؟", "اندازهٔ {product}"],
    },
}
ASKED: dict[str, dict[str, list[str]]] = {
    "en": {
        "Payment": [
            "My card was charged {amount} twice for order {order}.",
            "The bank page said the payment failed, yet {amount} left my account on {day}.",
            "I paid with my card and the order still shows as unpaid in my account.",
            "Can you check whether the payment for order {order} reached you?",
        ],
        "Delivery": [
            "Order {order} was promised for {day} and has still not reached {city}.",
            "The courier marked the parcel as delivered, but nobody rang here.",
            "The tracking page has not moved for {count} days.",
            "I wrote the wrong street for order {order}; can the driver be told in time?",
        ],
        "Account": [
            "The password reset mail for my account never arrives, not even in the spam folder.",
            "Since {day} my account says that the code is wrong, on every device.",
            "I would like to use another email address for my account.",
            "Someone signed in to my account from {city}, and it was not me.",
        ],
        "Refund": [
            "I sent the {product} back {count} days ago and no refund has arrived on my account.",
            "Your colleague promised {amount} for order {order}; when will I see it?",
            "The {product} is not what the pictures show, so I would like my money back.",
        ],
        "Technical problem": [
            "The app closes as soon as I open the basket, {count} times today alone.",
            "The {product} worked for {count} days and does not switch on any more.",
            "At checkout I get an error page after choosing {city} as the city.",
        ],
        "Product question": [
            "Will the {product} be in stock again before {day}?",
            "Does the warranty of the {product} cover use in an office?",
            "I need {count} pieces of the {product} for {city}: is there a better price?",
        ],
    },
    "fa": {
        "Payment": [
            "برای سفارش {order} دو بار مبلغ {amount} از کارت من کم شد.",
            "صفحهٔ بانک گفت پرداخت ناموفق بوده ولی {amount} از حسابم رفته است.",
            "پرداخت را با کارت انجام دادم اما سفارش هنوز پرداخت‌نشده است.",
            "لطفاً بررسی کنید پرداخت سفارش {order} به دست شما رسیده یا نه.",
        ],
        "Delivery": [
            "قرار بود سفارش {order} تا {day} به {city} برسد ولی نرسیده است.",
            "پیک نوشته بسته تحویل شده، اما کسی زنگ ما را نزد.",
            "صفحهٔ پیگیری {count} روز است که تغییری نکرده است.",
            "نشانی سفارش {order} را اشتباه نوشتم؛ می‌شود به پیک خبر بدهید؟",
        ],
        "Account": [
            "ایمیل بازیابی گذرواژه نمی‌رسد، حتی در هرزنامه هم نیست.",
            "از {day} حساب کاربری من روی همهٔ دستگاه‌ها می‌گوید کد اشتباه است.",
            "می‌خواهم برای حسابم نشانی ایمیل دیگری ثبت کنم.",
            "کسی از {city} وارد حساب من شده و آن شخص من نبودم.",
        ],
        "Refund": [
            "{count} روز پیش {product} را پس فرستادم و هنوز وجه پرداخت برنگشته است.",
            "همکارتان برای سفارش {order} قول {amount} داد؛ کی واریز می‌شود؟",
            "{product} با عکس‌ها فرق دارد و می‌خواهم پولم را پس بگیرم.",
        ],
        "Technical problem": [
            "برنامه به محض باز کردن سبد خرید بسته می‌شود، امروز {count} بار.",
            "{product} بعد از {count} روز دیگر روشن نمی‌شود.",
            "در مرحلهٔ پرداخت وقتی شهر {city} را انتخاب می‌کنم خطا می‌دهد.",
        ],
        "Product question": [
            "{product} پیش از {day} دوباره موجود می‌شود؟",
            "گارانتی {product} استفاده در دفتر کار را هم در بر می‌گیرد؟",
            "برای {city} به {count} عدد {product} نیاز دارم؛ تخفیف دارد؟",
        ],
    },
}
MORE: dict[str, list[str]] = {
    "en": [
        "I have attached what I could find.",
        "I already wrote about this on {day} and nobody answered.",
        "Please call me if you need anything from my account.",
        "This is the second time this month, which is tiring.",
        "Otherwise I am happy with your shop.",
        "It is urgent, since it is a present for {day}.",
        "Thank you for looking into it.",
    ],
    "fa": [
        "هر چه پیدا کردم پیوست کرده‌ام.",
        "{day} هم همین را نوشتم و کسی پاسخ نداد.",
        "اگر رسید پرداخت لازم است بگویید تا بفرستم.",
        "این دومین بار در این ماه است و خسته‌کننده شده.",
        "جز این از فروشگاه شما راضی هستم.",
        "فوری است، چون هدیه‌ای برای {day} است.",
        "از پیگیری شما سپاسگزارم.",
    ],
}
ANSWERS: dict[str, list[str]] = {
    "en": [
        "I am sorry for the trouble with order {order}, and I am looking into it right now.",
        "The payment of {amount} has reached us; your account shows it from tomorrow.",
        "I have asked the courier in {city}, and will write again by {day}.",
        "We have sent a new {product} to {city} at no cost to you.",
        "Could you tell me the last four digits of the card, so that I can find the payment?",
        "Your account is open again. Please choose a new password when you sign in.",
        "The refund of {amount} is on its way and takes up to {count} working days.",
        "Please close the app fully, open it again and try once more.",
    ],
    "fa": [
        "از مشکلی که برای سفارش {order} پیش آمد پوزش می‌خواهم و همین حالا بررسی می‌کنم.",
        "پرداخت {amount} به دست ما رسیده و از فردا در حساب شما دیده می‌شود.",
        "از پیک {city} پرسیده‌ام و تا {day} دوباره برایتان می‌نویسم.",
        "یک {product} نو بدون هزینه به {city} فرستادیم.",
        "چهار رقم آخر کارت را بفرمایید تا پرداخت را پیدا کنم.",
        "حساب شما دوباره باز شد. هنگام ورود گذرواژهٔ تازه‌ای بگذارید.",
        "بازگشت {amount} در راه است و تا {count} روز کاری طول می‌کشد.",
        "لطفاً برنامه را کامل ببندید، دوباره باز کنید و یک بار دیگر امتحان کنید.",
    ],
}
NOTES: dict[str, list[str]] = {
    "en": [
        "Called the warehouse: order {order} leaves on {day}.",
        "Bank confirms {amount}, second charge will be reversed.",
        "Customer sounds upset, please answer before {day}.",
        "Same as the outage in {city}, do not promise a date.",
    ],
    "fa": [
        "با انبار تماس گرفتم: سفارش {order} {day} ارسال می‌شود.",
        "بانک مبلغ {amount} را تأیید کرد و برداشت دوم برمی‌گردد.",
        "مشتری ناراحت است، لطفاً پیش از {day} پاسخ بدهید.",
        "همان اختلال {city} است، وعدهٔ تاریخ ندهید.",
    ],
}
GREETING: dict[str, list[str]] = {
    "en": ["Hello,", "Hi there,", "Dear support team,", "Good morning,"],
    "fa": ["سلام،", "با سلام و احترام،", "سلام وقت بخیر،", "درود،"],
}
CLOSING: dict[str, list[str]] = {
    "en": ["Kind regards,", "Thanks,", "Best,"],
    "fa": ["با احترام،", "با سپاس،", "ممنون،"],
}
DAYS: dict[str, list[str]] = {
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Saturday", "Sunday"],
    "fa": ["شنبه", "یکشنبه", "دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه"],
}
QUOTE: dict[str, str] = {"en": "On {day}, Support wrote:", "fa": "در {day}، پشتیبانی نوشت:"}
