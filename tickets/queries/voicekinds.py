"""What each kind of voice asks of whoever connects it: its fields, and the exact steps at the provider."""

from dataclasses import dataclass

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from helpdesk import wiring
from helpdesk.core.errors import Text
from tickets.rules.inboxes import SECRET
from tickets.rules.windows import VOICES


@dataclass(frozen=True)
class Field:
    """One field of the form. A secret is written here and never shown again."""

    name: str
    label: Text
    hint: Text = ""
    choices: tuple[tuple[str, Text], ...] = ()
    is_long: bool = False

    @property
    def is_secret(self) -> bool:
        """Whether it is sealed."""
        return self.name in SECRET


@dataclass(frozen=True)
class Kind:
    """One kind. `steps`: what to do at the provider, in order. `is_ours`: we make the secret, else it is theirs.

    `connects`: the test also tells the provider our address."""

    slug: str
    fields: tuple[Field, ...]
    steps: tuple[Text, ...]
    is_ours: bool = False
    connects: bool = False


TOKEN = Field("token", _("Access token"), _("Leave empty to keep it."))
APP_SECRET = Field("secret", _("App secret"), _("It signs what comes in. Leave empty to keep it."))
VERIFY = Field("verify_token", _("Verify token"), _("Any word of yours; write the same one at the provider."))
DAYS = Field(
    "reopen_days",
    _("Days within which a new message goes on with the old ticket"),
    _("After that a new ticket begins. Empty: 3."),
)
BOT = (Field("token", _("Bot token"), _("Leave empty to keep it.")), DAYS)
META_STEPS = (
    _("At developers.facebook.com make an app of the kind “Business” and add the product."),
    _("Under App settings, Basic, copy the app secret into the field below."),
    _("Make a lasting access token of a system user and copy it into the field below."),
    _("Under Webhooks, enter our address and the verify token, and subscribe to the fields named beside it."),
)


def subscribed(fields: str) -> Text:
    """Meta's names of what we want to be told."""
    return format_lazy("{} {}", _("The fields:"), fields)


PAGE_FIELDS = (
    "messages, messaging_postbacks, message_deliveries, message_reads, message_reactions, message_edits, "
    "message_echoes, standby, feed, mention, ratings"
)
ACCOUNT_FIELDS = "messages, messaging_postbacks, messaging_seen, message_reactions, standby, comments, mentions"
KINDS = (
    Kind(
        "telegram",
        BOT,
        (
            _("In Telegram write to @BotFather, send /newbot and choose a name."),
            _("Copy the token that it gives you into the field below and save."),
            _("Press “Connect and test”: we tell Telegram our address ourselves."),
        ),
        is_ours=True,
        connects=True,
    ),
    Kind(
        "whatsapp",
        (
            Field("provider", _("Provider"), choices=(("", "Meta"), ("360dialog", "360dialog"))),
            Field("phone_id", _("Phone number ID")),
            Field("account_id", _("Business account ID")),
            *(TOKEN, APP_SECRET, VERIFY, DAYS),
        ),
        (*META_STEPS, subscribed("messages, message_template_status_update, smb_message_echoes, standby")),
        connects=True,
    ),
    Kind(
        "messenger",
        (Field("page_id", _("Page ID")), TOKEN, APP_SECRET, VERIFY, DAYS),
        (*META_STEPS, subscribed(PAGE_FIELDS)),
    ),
    Kind(
        "instagram",
        (Field("page_id", _("Account ID")), TOKEN, APP_SECRET, VERIFY, DAYS),
        (*META_STEPS, subscribed(ACCOUNT_FIELDS)),
    ),
    Kind(
        "line",
        (
            Field("secret", _("Channel secret"), _("Leave empty to keep it.")),
            Field("token", _("Channel access token"), _("Leave empty to keep it.")),
            DAYS,
        ),
        (
            _("At developers.line.biz open your Messaging API channel."),
            _("Copy the channel secret and a long-lived channel access token into the fields below."),
            _("Enter our address as the webhook URL, switch “Use webhook” on, and the automatic answers off."),
        ),
    ),
    Kind(
        "viber",
        BOT,
        (
            _("At partners.viber.com make a bot account and copy its token into the field below."),
            _("Press “Connect and test”: we tell Viber our address ourselves."),
        ),
        connects=True,
    ),
    Kind(
        "bale",
        BOT,
        (
            _("In Bale write to @botfather, make a bot and copy its token into the field below."),
            _("Press “Connect and test”: we tell Bale our address ourselves."),
        ),
        is_ours=True,
        connects=True,
    ),
    Kind(
        "eitaa",
        BOT,
        (_("At eitaayar.ir make a bot and copy its token into the field below."), _("Enter our address there.")),
        is_ours=True,
    ),
    Kind(
        "rubika",
        BOT,
        (
            _("In Rubika write to @BotFather, make a bot and copy its token into the field below."),
            _("Press “Connect and test”: we tell Rubika our address ourselves."),
        ),
        is_ours=True,
        connects=True,
    ),
    Kind(
        "sms",
        (
            Field(
                "provider",
                _("Provider"),
                choices=(
                    ("twilio", "Twilio"),
                    ("bandwidth", "Bandwidth"),
                    ("kavenegar", _("Kavenegar")),
                    ("http", _("Another, by HTTP")),
                ),
            ),
            Field("address", _("Number that it is sent from")),
            Field("account", _("Account"), _("Twilio: Account SID. Bandwidth: account and application, 123/abc.")),
            Field("token", _("API key or token"), _("Leave empty to keep it.")),
            Field("secret", _("Secret that signs what comes in"), _("Twilio: the auth token. Leave empty to keep it.")),
            Field("send_url", _("Address to send by"), _("Only for another provider, by HTTP.")),
            Field("region", _("Country of telephone numbers"), _("Two letters, such as IR.")),
            DAYS,
        ),
        (
            _("At the provider choose the number and enter our address for incoming messages and for receipts."),
            _("Kavenegar, and whoever signs nothing: add ?secret= and the secret to our address there."),
            _("Bandwidth: enter the secret as the password of the callback."),
            _("Copy its account and keys into the fields below."),
        ),
    ),
    Kind(
        "generic",
        (
            Field("send_url", _("Address that our answers are sent to"), _("https only. We sign each of them.")),
            DAYS,
        ),
        (
            _("Your program posts what people say to our address, signed with the secret."),
            _("It takes our answers at the address below and checks our signature."),
            _("The page “A channel of your own” for developers shows both in full."),
        ),
        is_ours=True,
    ),
)
PHONE = Kind(
    "phone",
    (
        Field("extensions", _("Extensions"), _("One a line: 101 = sara@example.com"), is_long=True),
        Field("queues", _("Queues and their teams"), _("One a line: sales = Sales"), is_long=True),
        Field("region", _("Country of telephone numbers"), _("Two letters, such as IR.")),
        Field("ami_host", _("Asterisk: server"), _("Only for the bridge; see docs/phone.md.")),
        Field("ami_port", _("Asterisk: port"), "5038"),
        Field("ami_user", _("Asterisk: name of the manager")),
        Field("api_key", _("Asterisk: password of the manager"), _("Leave empty to keep it.")),
        Field("recordings", _("Folder in which the exchange writes recordings")),
        Field(
            "secret", _("Secret of the exchange"), _("Sent as X-Phone-Secret or as a password. Leave empty to keep it.")
        ),
    ),
    (
        _("In your exchange switch on the push of calls to a CRM (newCall, answer, hangup), by form or JSON."),
        _("Enter our address there. Nobody else may know it; with a secret, too, a leaked address is worth nothing."),
        _("Call the number. The call opens on the pages of the people of its queue."),
    ),
)
BY_SLUG = {kind.slug: kind for kind in KINDS}


def offered() -> list[Kind]:
    """Those that this product receives and sends by."""
    known = [kind for kind in KINDS if kind.slug in wiring.CHANNELS and kind.slug in VOICES]
    return [PHONE, *known] if PHONE.slug in wiring.CHANNELS else known
