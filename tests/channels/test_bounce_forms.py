"""Failure reports in the forms that servers have printed for forty years, no two alike. Written here."""

import pytest

from tickets.channels.email.parse import parse

OURS = "hd.00112233445566778899aabbccddeeff@desk.example"
COPY = f"""Received: from desk.example by mx.example; Mon, 5 Jan 2026 10:00:00 +0000
Message-ID: <{OURS}>
From: Support <help@desk.example>
To: ada@shop.example
Subject: Your order

Hello Ada
"""
# sender, subject, envelope, what the server says (with the copy where it puts one), status
FORMS = {
    "exim": (
        "Mail Delivery System <Mailer-Daemon@mx.example>",
        "Mail delivery failed: returning message to sender",
        "<>",
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be "
        "delivered to one or more of its recipients.\n\n  ada@shop.example\n    SMTP error from remote mail "
        "server after "
        "RCPT TO:<ada@shop.example>:\n    550 5.1.1 No such user here\n\n------ This is a copy of the "
        "message, including "
        "all the headers. ------\n\n" + COPY,
        "5.1.1",
    ),
    "qmail": (
        "MAILER-DAEMON@mx.example",
        "failure notice",
        "<>",
        "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message.\n\n"
        "<ada@shop.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the "
        "message.\n\n" + COPY,
        "5.1.1",
    ),
    "sendmail of old": (
        "Mail Delivery Subsystem <MAILER-DAEMON>",
        "Returned mail: User unknown",
        "<MAILER-DAEMON>",
        "   ----- Transcript of session follows -----\n... while talking to shop.example:\n>>> RCPT "
        "To:<ada@shop.example>"
        "\n<<< 550 <ada@shop.example>... User unknown\n550 <ada@shop.example>... User unknown\n\n   ----- "
        "Unsent message "
        "follows -----\n" + COPY,
        "5.1.1",
    ),
    "postfix without parts": (
        "MAILER-DAEMON@mx.example (Mail Delivery System)",
        "Undelivered Mail Returned to Sender",
        "<>",
        "This is the mail system at host mx.example.\n\nI'm sorry to have to inform you that your message could not be "
        "delivered.\n\n<ada@shop.example>: host mx.shop.example said: 552 5.2.2 Mailbox full\n\n" + COPY,
        "5.2.2",
    ),
    "a server that signs with its number": (
        "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@mx.example>",
        "Unzustellbar: Your order",
        "<postmaster@mx.example>",
        "Folgende Empfänger konnten nicht erreicht werden:\n\nada@shop.example\n#550 5.1.1 RESOLVER.ADR.RecipNotFound"
        "\n\n" + COPY,
        "5.1.1",
    ),
    "a group server": (
        "Notes Router <router@mx.example>",
        "Undeliverable message",
        "<router@mx.example>",
        "------- Failure Reasons  --------\n\nUser not listed in public Name & Address Book\nada@shop.example\n\n\n"
        "------- Returned Message --------\n\n" + COPY,
        "5.1.1",
    ),
    "a telephone company": (
        "post_master@pager.example",
        "Undeliverable Message",
        "<post_master@pager.example>",
        "Message could not be delivered to mobile.\nError: Invalid user address\n\nTo: ada@shop.example\n\n" + COPY,
        "5.1.1",
    ),
    "an exchange server": (
        "System Administrator <postmaster@mx.example>",
        "Undeliverable: Your order",
        "<>",
        "Your message\n\n  To:      ada@shop.example\n  Subject: Your order\n\ndid not reach the following "
        "recipient(s):\n\n"
        "ada@shop.example on Mon, 5 Jan 2026 10:00:00 +0000\n    The recipient name is not recognized\n    "
        "550 5.1.1 User "
        "unknown\n",
        "5.1.1",
    ),
    "a german server": (
        "Postmaster <postmaster@mx.example>",
        "Unzustellbar: Ihre Bestellung",
        "<>",
        "Ihre Nachricht konnte nicht zugestellt werden.\n\nada@shop.example\n550 5.1.1 unbekannter Empfänger\n\n"
        + COPY,
        "5.1.1",
    ),
    "a japanese server": (
        "MAILER-DAEMON@mx.example",
        "メール配信失敗のお知らせ",
        "<>",
        "以下の宛先に送信できませんでした。\n\n<ada@shop.example>: 550 5.2.2 mailbox is full\n\n" + COPY,
        "5.2.2",
    ),
    "a content filter": (
        '"Content-filter at mx.example" <postmaster@mx.example>',
        "Undeliverable mail, MTA-BLOCKED",
        "<>",
        "Your message to <ada@shop.example> was rejected by our policy.\n554 5.7.1 blocked\n\n" + COPY,
        "5.7.1",
    ),
    "one that says its name only": (
        "Internet Mail Delivery <imd@mx.example>",
        "Delivery Notification: Delivery has failed",
        "<>",
        "Your message cannot be delivered to the following recipients:\n\n  Recipient address: "
        "ada@shop.example\n  Reason: "
        "SMTP transmission failure has occurred\n  Diagnostic code: smtp;550 5.1.1 unknown user\n\n" + COPY,
        "5.1.1",
    ),
    "communigate, with the reader in quotes": (
        "MAILER-DAEMON@mx.example",
        "Undeliverable mail: Your order",
        "<>",
        "Failed to deliver to 'ada@shop.example'\nLOCAL module(account ada) reports:\n account is full (quota "
        "exceeded)\n\n" + COPY,
        "5.2.2",
    ),
    "an italian server": (
        "postmaster@mx.example",
        "Mancato recapito: ordine",
        "<>",
        "Impossibile recapitare il messaggio ai seguenti destinatari:\n\nada@shop.example\n550 5.1.1\n\n" + COPY,
        "5.1.1",
    ),
    "exchange in japanese": (
        "postmaster@mx.example",
        "配信不能: 注文",
        "<>",
        "次の受信者またはグループへの配信に失敗しました:\n\nada@shop.example\n550 5.1.1\n\n" + COPY,
        "5.1.1",
    ),
}
DELAYS = {
    "exim": (
        "Mail Delivery System <mailer-daemon@mx.example>",
        "Warning: message 1abc-000-1 delayed 24 hours",
        "<>",
        "A message that you sent has not yet been delivered to one or more of its recipients after more than "
        "24 hours.\n\n"
        "  ada@shop.example\n    Delay reason: Connection timed out\n\nNo action is required on your part. Delivery "
        f"attempts will continue.\n\nMessage-ID: <{OURS}>\n",
    ),
    "sendmail": (
        "Mail Delivery Subsystem <MAILER-DAEMON@mx.example>",
        "Warning: could not send message for past 4 hours",
        "<>",
        "    ** THIS IS A WARNING MESSAGE ONLY **\n    ** YOU DO NOT NEED TO RESEND YOUR MESSAGE **\n\nThe "
        "original message "
        "was received from desk.example\n\n----- The following addresses had transient non-fatal errors -----\n"
        f"<ada@shop.example>\n\nMessage-ID: <{OURS}>\n",
    ),
}


def mail(sender: str, subject: str, envelope: str, text: str) -> bytes:
    return (
        f"Return-Path: {envelope}\nFrom: {sender}\nTo: help@desk.example\nSubject: {subject}\n"
        f"Content-Type: text/plain; charset=utf-8\n\n{text}"
    ).encode()


@pytest.mark.parametrize("name", FORMS)
def test_every_form_names_the_reader_the_reason_and_the_mail(name: str) -> None:
    *said, status = FORMS[name]
    found = parse(mail(*said))
    assert (found.bounce, found.auto_generated, found.kind) == (True, True, "bounce")
    assert [(one.recipient, one.state, one.status_code) for one in found.reports] == [
        ("ada@shop.example", "failed", status)
    ]
    if COPY in said[-1]:
        assert found.reports[0].header_ids[0] == OURS


@pytest.mark.parametrize("name", DELAYS)
def test_a_delay_is_no_failure(name: str) -> None:
    found = parse(mail(*DELAYS[name]))
    assert (found.bounce, found.kind) == (True, "delayed")
    assert [(one.recipient, one.state) for one in found.reports] == [("ada@shop.example", "delayed")]
    assert found.reports[0].header_ids == (OURS,)


def test_the_author_of_the_copy_is_not_who_could_not_be_reached() -> None:
    text = (
        "An email you sent was rejected.\n\nreason: Mailbox full\naddress: ada@shop.example\n\nbounced mail:\n\n"
        f"From bot@other.example Mon Jan  5 10:00:00 2026\nFrom: Bot <bot@other.example>\nMessage-ID: <{OURS}>\n"
    )
    found = parse(mail("postmaster@mx.example", "email bounce notification", "<>", text))
    assert [(one.recipient, one.status_code, one.reason) for one in found.reports] == [
        ("ada@shop.example", "5.2.2", "reason: Mailbox full")
    ]


@pytest.mark.parametrize("breaks", ["\r\n", "\r"])
@pytest.mark.parametrize("name", FORMS)
def test_line_ends_change_nothing(name: str, breaks: str) -> None:
    raw = mail(*FORMS[name][:4])
    other = parse(raw.replace(b"\n", breaks.encode()))
    assert (other.kind, other.reports) == (parse(raw).kind, parse(raw).reports)


@pytest.mark.parametrize("words", ["Your message to Team was rejected.", "You are not a member of this list."])
def test_a_list_server_that_takes_no_mail_of_ours(words: str) -> None:
    head = "From: team-admin@lists.example\nTo: help@desk.example\nList-Id: <team.lists.example>\nSubject: Your post"
    found = parse(f"{head}\n\n{words}".encode())
    assert (found.bounce, found.auto_generated) == (True, True)


@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        ("ada@shop.example", "Delivery failed", "The parcel was not delivered, nobody rang. Please send it again."),
        ("ada@shop.example", "Your mail was rejected", "I tried to write and got: 550 5.1.1 user unknown. What now?"),
        ("ada@shop.example", "Re: Undelivered Mail Returned to Sender", "> 550 user unknown\n\nThis came back."),
        ("ada@shop.example", "Fwd: failure notice", "See below\n\n" + COPY),
        ("ada@shop.example", "Error message", "The shop says: delivery has failed. Unknown recipient address?"),
        ("team@lists.example", "Members only?", "Why are only members allowed to post the photos?"),
        ("ada@shop.example", "数量エラー", "注文した商品が届きません。配送状況を教えてください。"),
    ],
)
def test_people_who_write_of_failures_are_people(sender: str, subject: str, text: str) -> None:
    found = parse(mail(sender, subject, f"<{sender}>", text))
    assert (found.bounce, found.auto_generated, found.reports) == (False, False, ())
