"""What an error of a mail server means, so that somebody can be told what to do. Pure; the words are elsewhere."""

# Looked for in this order in the text of the fault, in lower case; what is more special comes first.
SIGNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("private", ("egress_refused", "not a public server")),
    ("certificate", ("certificate_verify_failed", "sslcertverificationerror", "certificate verify failed")),
    (
        "encryption",
        (
            *("wrong_version_number", "sslerror", "record layer failure", "starttls extension not supported"),
            *("tls not supported", "starttls", "must issue a starttls", "unexpected_eof", "ssleoferror"),
        ),
    ),
    ("api_key", (" key refused", "no api key of")),
    ("name", ("gaierror", "name or service not known", "nodename nor servname", "name resolution")),
    ("timeout", ("timeouterror", "timed out", "no answer in time")),
    ("blocked", ("connectionrefusederror", "network is unreachable", "no route to host", "connection refused")),
    (
        "app_password",
        (
            *("application-specific", "app-specific", "application password", "app password", "parol prilozheniya"),
            *("5.7.9", "apppassword"),
        ),
    ),
    (
        "basic_off",
        (
            *("basicauthblocked", "basic authentication is disabled", "smtpclientauthentication is disabled"),
            *("5.7.139", "5.7.57", "basic auth"),
        ),
    ),
    (
        "switched_off",
        (
            *("not enabled for imap", "imap is disabled", "imap access is disabled", "imap4 is disabled"),
            *("enable imap", "not enabled for pop", "pop is disabled", "pop access", "does not have access rights"),
        ),
    ),
    ("expired", ("invalid_grant", "token has been expired or revoked", "oauth:", "signinagain")),
    ("too_many", ("too many", "[limit]", "rate limit", "try again later", "temporarily blocked", "[inuse]")),
    (
        "password",
        (
            *("authenticationfailed", "authentication failed", "login failed", "invalid credentials", "535"),
            *("sign-in refused", "smtpauthenticationerror", "invalid login", "wrong password", "bad credentials"),
            *("[auth]", "username and password not accepted", "authenticate failed", "logon failure", "loginerror"),
        ),
    ),
    ("no_sign_in", ("smtp auth extension not supported", "no suitable authentication")),
    ("folder", ("cannot open the folder",)),
    ("recipient", ("smtprecipientsrefused",)),
    ("sender", ("smtpsenderrefused", "sender address rejected", "not owned by")),
    ("closed", ("connectionreseterror", "connection unexpectedly closed", "abort: ", "brokenpipe", "eoferror", "eof")),
)

# What we say ourselves when there is nobody to ask.
UNSAID = {"": "", "no server": "unset"}


def cause_of(said: str) -> str:
    """The kind of trouble behind `ClassName: text`; "other" when we do not know it, "" when there is none."""
    text = said.lower()
    if text.strip() in UNSAID:
        return UNSAID[text.strip()]
    for cause, signs in SIGNS:
        if any(sign in text for sign in signs):
            return cause
    return "other"


def said_by(fault: BaseException) -> str:
    """A fault as we keep it: its class, then the server's own words."""
    first = fault.args[0] if fault.args else ""
    if isinstance(first, bytes):
        return f"{type(fault).__name__}: {first.decode('utf-8', 'replace')}"
    code, words = getattr(fault, "smtp_code", None), getattr(fault, "smtp_error", None)
    if code is not None:
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
        return f"{type(fault).__name__}: {code} {text}"
    return f"{type(fault).__name__}: {fault}"
