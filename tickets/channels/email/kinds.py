"""What kind of mail this is: a bounce, made by a machine, or written by a person (RFC 3834, RFC 3464 and customs)."""

import re
from dataclasses import dataclass

from tickets.channels.email import address, charsets, headers, mime

REPORT_PARTS = {"message/delivery-status", "message/global-delivery-status"}
DAEMONS = re.compile(
    r"^(mailer-?d(a)?emon|mail-?daemon|poo?stmaster|mda?emon|mail-?delivery|mailsystem|mailerdaemon)\b", re.I
)
DAEMON_NAMES = re.compile(
    r"mail(er)?[ -]?(delivery|daemon|system)|delivery (sub)?system|content-filter|mail administrator|"
    r"system administrator",
    re.I,
)
FAILURE_SUBJECT = re.compile(
    r"undeliver|non[- ]?deliver|not (be )?delivered|returned mail|mail (was )?returned|returned (e-?)?mail|"
    r"failure notice"
    r"|deliver(y|ing)( of)?( the)?( message| mail| e-?mail)? ?(status|has |was |is |report|notif|fail|problem|"
    r"error|delay)"
    r"|(mail|message|e-?mail|smtp)( system| server)? (delivery|error|failure|failed)|mail system error|"
    r"could ?n.t (be )?(send|deliver|sent)"
    r"|returning message to sender|return(ed)? to sender|undelivered|delivery failure|rejected (mail|message)|"
    r"failed (mail|delivery)"
    r"|delivery[- ]status|bounce|cannot send message|warning: .{0,200}(delayed|could not)|rejected|"
    r"message blocked|user unknown"
    r"|unzustellbar|zustell(ung|fehler)|non remis|[ée]chec|no se puede entregar|no se ha podido|devuelt|"
    r"n[ãa]o entregue|mancata consegna"
    r"|onbestelbaar|kunne ikke leveres|kunde inte levereras|недостав|не доставлен|не удал|"
    r"配信でき|送信でき|届|エラー|退信|"
    r"无法投递|投递|반송|تحویل",
    re.I,
)
# Whole phrases that mail servers write and people hardly do.
FAILURE_TEXT = re.compile(
    r"(could|can|was|were|has|have)( ?not|n't| not yet)( been| be)? (be )?(deliver|sent|relay)"
    r"|(delivery|message).{0,60}(has |was )?(failed|delayed|rejected|undeliverable|bounced|blocked)|"
    r"permanent (fatal )?(error|failure)"
    r"|unable to (deliver|send|relay)|undeliverable|user unknown|unknown user|no such user|mailbox (is )?(full|"
    r"unavailable|not found)"
    r"|(unrouteable|invalid|unknown) (address|recipient|mail)|recipient (address )?(rejected|unknown|not found)|"
    r"quota|over ?quota"
    r"|returned (below|message|to sender)|transcript of session|giving up on|^diagnostic|reporting-mta|"
    r"final-recipient|failed recipient"
    r"|the following (address|recipient|message)|did not reach the following|host unknown|does(n't| not) exist|"
    r"not (a )?(valid|known)"
    r"|bouncetype|notificationtype|delivery (attempt|fail)|not (a )?member|was rejected|rejected by|denied|blocked",
    re.I | re.M,
)
STATUS_CODE = re.compile(
    r"(?<![\d.])(5\d\d[ -]|4\d\d[ -])?#?[45]\.\d{1,3}\.\d{1,3}(?![\d.])|(?<!\d)(5[05]\d|45\d)[ -][A-Za-z#<5]"
)
ORIGINAL = re.compile(
    r"(?im)^[> \t]*(return-path|received|message-id|original-recipient|final-recipient|arrival-date)[ \t]*:"
    r"|original message|message header|returned message|copy of (the|your) message|unsent message|below this line"
)
# What a sending service's hook says when its subscriber is a mailbox.
NOTICE = re.compile(r"\"(notificationType|eventType|event|Type)\"\s*:\s*\"(hard_|soft_)?bounced?\"", re.I)
AUTO_SUBJECT = re.compile(
    r"^\s*(re:\s*)?(auto(matic|mated)?[- ]?(re(ply|sponse|spond)|antwort|svar)?\s*(:|\b.{0,20}re(ply|sponse)|"
    r"respon)|auto: |vacation (re|notice|message|auto)"
    r"|out of (the )?office|ooo\b|away (until|from)|on (vacation|leave|holiday)\s*$|i am away|abwesenheits|"
    r"automatische? (antwort|antwoord)"
    r"|r[ée]ponse automatique|(message|notification) d.absence|absence du bureau|respuesta autom|resposta autom|"
    r"risposta automatica|fuori sede|fuera de (la )?oficina|"
    r"automat\w+ (odpowied|odpov|svar)"
    r"|autosvar|automaattinen (vastaus|poissa)|автоответ|автоматический ответ|otomatik (yanıt|cevap)|自动回复|自動回覆|"
    r"自動返信|자동 ?(응답|회신)|پاسخ خودکار|رد تلقائي|الرد التلقائي)",
    re.I,
)
PASSED_ON = re.compile(r"^\s*(re|fwd?|aw|wg|tr|rv|sv|vs|enc)\s*:", re.I)
AUTO_HEADERS = (
    "x-autoreply", "x-autorespond", "x-autoresponder", "x-autoreply-from", "x-mail-autoreply", "x-auto-reply-from",
    "x-cron-env", "x-facebook-notify", "x-feedback-id", "x-github-reason", "x-google-group-id",
)  # fmt: skip
LIST_HEADERS = (
    "list-id",
    "list-unsubscribe",
    "list-post",
    "list-help",
    "mailing-list",
    "x-mailing-list",
    "x-mailman-version",
)
PRECEDENCE = {"bulk", "junk", "list", "auto_reply", "auto-reply"}
NO_REPLY = re.compile(
    r"^(no|do-?not|donot|dont|ne-?pas)[._-]?(reply|respond|repondre|answer)|^noreply|^notification|^bounces?[+-]", re.I
)


@dataclass(frozen=True)
class Kind:
    """`bounce`: about a mail that did not (yet) arrive. `automatic`: nothing automatic may answer it.

    `word`: what sort of machine wrote it (bounce, complaint, receipt, auto_reply, list, bulk, machine), "" for people.
    """

    bounce: bool
    automatic: bool
    word: str = ""


def judge(root: mime.Part, text: str, subject: str, sender: address.Address) -> Kind:
    """Decides from headers and structure first and from words last."""
    if not sender.email and not sender.name:
        sender = address.Address("", headers.decode_words(root.get("from")))
    bounce = is_bounce(root, text, subject, sender)
    automatic = bounce or is_automatic(root, subject, sender)
    return Kind(bounce, automatic, "bounce" if bounce else _word(root, subject) if automatic else "")


def _word(root: mime.Part, subject: str) -> str:
    types = {part.content_type for part in _outer(root)}
    precedence = root.get("precedence").strip().lower()
    sorts = (
        ("message/feedback-report" in types, "complaint"),
        (any("disposition-notification" in one for one in types), "receipt"),
        (any(root.has(name) for name in LIST_HEADERS) or precedence == "list", "list"),
        (_is_reply_by_machine(root, subject) or precedence in ("auto_reply", "auto-reply"), "auto_reply"),
        (precedence in ("bulk", "junk"), "bulk"),
    )
    return next((word for holds, word in sorts if holds), "machine")


def is_automatic(root: mime.Part, subject: str, sender: address.Address) -> bool:
    """Whether a machine made it or sent it to many."""
    submitted = root.get("auto-submitted").partition(";")[0].strip().lower()
    if submitted and submitted != "no":
        return True
    if root.get("precedence").strip().lower() in PRECEDENCE or any(
        root.has(name) for name in (*AUTO_HEADERS, *LIST_HEADERS)
    ):
        return True
    if {"all", "oof", "autoreply"} & set(root.get("x-auto-response-suppress").lower().replace(",", " ").split()):
        return True
    if root.content_type == "multipart/report" or _null_return_path(root) or _is_daemon(sender):
        return True
    return bool(AUTO_SUBJECT.search(subject) or NO_REPLY.search(sender.email))


def is_bounce(root: mime.Part, text: str, subject: str, sender: address.Address) -> bool:
    """Whether it reports that a mail failed or waits."""
    if _is_report(root):
        return True
    if root.params.get("report-type", "").lower() in ("feedback-report", "disposition-notification"):
        return False
    if _is_reply_by_machine(root, subject) or _is_feedback(root):
        return False
    if root.has("x-failed-recipients") or NOTICE.search(text[:4000]):
        return True
    return _convinces(root, text, subject, sender)


def _is_report(root: mime.Part) -> bool:
    if root.content_type == "multipart/report" and root.params.get("report-type", "").lower() == "delivery-status":
        return True
    return any(part.content_type in REPORT_PARTS for part in _outer(root))


def _outer(root: mime.Part) -> list[mime.Part]:
    """The parts of this mail itself, not those of a mail inside it."""
    out, stack = [], [root]
    while stack:
        part = stack.pop()
        out.append(part)
        if part.content_type.startswith("multipart/"):
            stack.extend(reversed(part.children))
    return out


def _is_feedback(root: mime.Part) -> bool:
    return any(part.content_type == "message/feedback-report" for part in _outer(root))


def _is_reply_by_machine(root: mime.Part, subject: str) -> bool:
    """An out-of-office note also comes from nobody, but it says that it is one."""
    replied = root.get("auto-submitted").lower().startswith("auto-replied")
    named = any(root.has(name) for name in ("x-autoreply", "x-autorespond", "x-auto-reply-from"))
    return bool(AUTO_SUBJECT.search(subject)) or ((named or replied) and not FAILURE_SUBJECT.search(subject))


def _convinces(root: mime.Part, text: str, subject: str, sender: address.Address) -> bool:
    """Weighs what speaks for a failure report. A person who tells of one, or forwards one, needs to bring far "
    "more."""
    words = text[:20_000]
    by_server = _is_daemon(sender)
    told = bool(FAILURE_TEXT.search(words)) + bool(STATUS_CODE.search(words))
    score = 2 * by_server + _null_return_path(root) + bool(FAILURE_SUBJECT.search(subject)) + told
    score += bool(ORIGINAL.search(words)) or _holds_a_mail(root)
    if by_server:
        return score >= 3
    if _null_return_path(root) or NO_REPLY.search(sender.email):
        return score >= 3 - _holds_a_mail(root) and told > 0
    return score >= 4 and not PASSED_ON.match(subject)


def _holds_a_mail(root: mime.Part) -> bool:
    return any(
        part.content_type in ("message/rfc822", "text/rfc822-headers", "message/global") for part in _outer(root)[1:]
    )


def _null_return_path(root: mime.Part) -> bool:
    path = root.get("return-path").replace(" ", "").lower()
    return bool(path) and (path in ("<>", "<null>") or "mailer-daemon" in path)


def _is_daemon(sender: address.Address) -> bool:
    name = charsets.clean(sender.name).strip(" <>\"'")
    return bool(
        DAEMONS.search(sender.email) or DAEMON_NAMES.search(name) or DAEMONS.search(name) or not (sender.email or name)
    )
