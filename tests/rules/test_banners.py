"""What gateways and desks put above a mail is folded; what only sounds like it is the sender's."""

import pytest

from tickets.channels.email import parse, reply
from tickets.rules import banners, quotes

SAID = "Hello,\n\nwhere is it?"
BANNERS = [
    "[EXTERNAL]",
    "[EXTERNAL EMAIL]",
    "*** External Sender ***",
    "EXTERNAL EMAIL:",
    "External Email",
    "CAUTION: External sender",
    "[EXT]",
    "[EXTERN]",
    "**Externe E-Mail**",
    "[EXTERNE]",
    "[خارجی]",
    "[ایمیل خارجی]",
    "【外部メール】",
    "[외부메일]",
    "CAUTION: This email originated from outside of the organization. Do not click links or open "
    "attachments unless you recognize the sender and know the content is safe.",
    "CAUTION: This email originated from outside of the organization.\nDo not click links or open "
    "attachments unless you recognize the sender and know the content is safe.",
    "CAUTION: This email originated from outside of the organization. Do not click links or "
    "open\nattachments unless you recognize the sender and know the content is safe.",
    "CAUTION:\nThis email originated from outside our organization.",
    "This message was sent from outside the company. Please do not click links or open attachments "
    "unless you recognise the source of this email.",
    "WARNING: This message is from an external sender. Be careful.",
    "You don't often get email from ada@shop.example. Learn why this is "
    "important<https://aka.ms/LearnAboutSenderIdentification>",
    "Some people who received this message don't often get email from ada@shop.example. Learn why this is important",
    "ZjQcmQRYFpfptBannerStart\nThis Message Is From an External Sender\nThis message came from "
    "outside your organization.\nZjQcmQRYFpfptBannerEnd",
    "ACHTUNG: Diese E-Mail stammt von einem externen Absender. Bitte klicken Sie auf keine Links.",
    "Achtung! Diese E-Mail kommt von außerhalb der Organisation. Öffnen Sie keine Anhänge.",
    "Diese Nachricht wurde von außerhalb des Unternehmens gesendet.",
    "ATTENTION : ce courriel provient de l'extérieur de l'organisation. Ne cliquez pas sur les liens.",
    "Cet e-mail provient d'un expéditeur externe. Soyez prudent avec les pièces jointes.",
    "هشدار: این ایمیل از خارج از سازمان ارسال شده است. لطفا روی لینک‌ها کلیک نکنید و پیوست‌ها را باز نکنید.",
    "توجه: این پیام از بیرون سازمان آمده است.",
    "این ایمیل از فرستنده‌ای خارج از سازمان است. روی پیوندها کلیک نکنید.",
    "تحذير: هذه الرسالة من خارج المؤسسة. لا تنقر على الروابط.",
    "PRECAUCIÓN: Este correo se originó fuera de la organización. No haga clic en enlaces.",
    "CUIDADO: Este e-mail foi originado fora da organização. Não clique em links.",
    "ATTENZIONE: questa email proviene dall'esterno dell'organizzazione.",
    "LET OP: Deze e-mail is afkomstig van buiten de organisatie.",
    "ADVARSEL: Denne e-mail kommer fra en ekstern afsender.",
    "VARNING: Detta mejl kommer från en extern avsändare.",
    "ADVARSEL: Denne e-posten kommer fra en avsender utenfor organisasjonen.",
    "VAROITUS: Tämä viesti on lähetetty organisaation ulkopuolelta.",
    "UWAGA: Ta wiadomość pochodzi spoza organizacji. Nie klikaj linków.",
    "UPOZORNĚNÍ: Tento e-mail pochází od externího odesílatele.",
    "ВНИМАНИЕ: Это письмо получено от внешнего отправителя. Не открывайте вложения.",
    "DİKKAT: Bu e-posta kuruluş dışından gönderilmiştir. Bağlantılara tıklamayın.",
    "注意：此邮件来自组织外部，请勿点击链接或打开附件。",
    "注意：このメールは組織外から送信されています。リンクをクリックしないでください。",
    "주의: 이 이메일은 조직 외부에서 발송되었습니다. 링크를 클릭하지 마십시오.",
    "## Please type your reply above this line ##",
    "[ref:_00D20abc._5003x:ref]",
    "{#HS:123456-789#}",
    "[6GXW1V-0K6D]",
    "CAUTION: EXTERNAL EMAIL\n\nDo not click links or open attachments unless you trust the sender.",
    "________________________________\nCAUTION: This email originated from outside of the "
    "organization.\n________________________________",
    "Notice: This email came from an external address.",
    "EXTERNAL: Do not click on links or open attachments.",
    "This email has been sent from an external source.",
    "Be careful with this message: it comes from outside the company.",
    "External Sender: use caution with links and attachments.",
    "-- Externe Nachricht --",
    "Warnung: Externe E-Mail",
    "E-MAIL EXTERNE : soyez vigilants",
]
PEOPLE = [
    "External hard disk is broken.",
    "[External] hard disk is broken",
    "This message on the outside of the box says fragile.",
    "This email comes from outside Germany, can you ship there?",
    "Attention: my external monitor came with a cracked screen, see the attachment.",
    "The mail carrier left it outside.",
    "Important: the parcel stood outside in the rain. Photos in the attachments.",
    "Hello from outside the company walls",
    "CAUTION: This email originated from outside. Why do you write that above my mails?",
    "توجه: من خارج از کشور هستم",
    "سفارش من از خارج آمده است",
    "این نامه از خارج از کشور رسیده",
    "Achtung, das Paket lag außerhalb des Hauses.",
    "Case: 12345",
    "Ticket #4711",
    "[A-1]",
    "External",
    "Outside",
    "ext 123",
    "Attention : le colis est resté à l'extérieur de la maison",
]
IDS = {"ids": range(len(BANNERS))}


@pytest.mark.parametrize("gap", ["\n\n", "\n"])
@pytest.mark.parametrize("banner", BANNERS, **IDS)
def test_a_gateways_warning_or_a_desks_mark_above_a_mail_is_folded(banner: str, gap: str) -> None:
    text = f"{banner}{gap}{SAID}\n\nOn 1 Jan 2026 Ada <ada@shop.example> wrote:\n> Which?"
    found = reply.visible(text)
    assert found.text == SAID
    shown, folded = quotes.split(text, found.length)
    assert shown == SAID
    assert [line for line in banner.split("\n") if line not in folded] == []


@pytest.mark.parametrize("banner", BANNERS, **IDS)
def test_a_mail_of_nothing_but_that_shows_whole(banner: str) -> None:
    found = reply.visible(banner)
    shown, _folded = quotes.split(banner, found.length)
    assert found.text.strip("_\n") == shown.strip("_\n") == banner.strip("_\n")


@pytest.mark.parametrize("words", PEOPLE)
def test_what_people_say_of_things_outside_stays(words: str) -> None:
    text = f"{words}\n\nPlease help me.\n\nThanks"
    assert reply.visible(text).text.startswith(words)
    assert quotes.split(text, 0) == (text, "")
    assert banners.above(text.split("\n")) == 0


def test_a_warning_below_a_mail_and_marks_within_it_are_folded() -> None:
    warning = BANNERS[14]
    assert reply.visible(f"{SAID}\n\n{warning}").text == SAID
    assert reply.visible(f"{SAID}\n[ref:_00D20abc._5003x:ref]\n\n> old").text == SAID


def test_a_warning_in_a_table_of_html_is_folded() -> None:
    page = f"<table><tr><td><b>CAUTION:</b> {BANNERS[17][9:]}</td></tr></table><div>Hello,<br><br>where is it?</div>"
    raw = f"From: a@b.example\nContent-Type: text/html\n\n{page}".encode()
    mail = parse.parse(raw)
    assert mail.visible_reply == SAID
    assert quotes.split(mail.text, mail.visible_length)[0] == SAID
    assert "outside our organization" in mail.text
