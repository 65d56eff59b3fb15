"""The visible reply: what is new, in many languages, never empty, never the wrong half."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.channels.email import reply, webtext

QUOTE = "\n\n> what you said\n> before\n"
INTRODUCTIONS = [
    "On Mon, Jan 5, 2026 at 5:00 PM Ada <ada@shop.example> wrote:",
    "On Mon, Jan 5, 2026 at 5:00 PM Ada\n<ada@shop.example>\nwrote:",
    "Dne 05. 01. 26 v 17:00 Ada napsal(a):",
    "2026-01-05 오후 5:00에 Ada 이(가) 쓴 글:",
    "pon, 5. sij 2026. u 17:00 Ada <ada@shop.example> napisao je:",
    "Missatge de Ada <ada@shop.example> del dia dl., 5 de gen. 2026 a les 17:00:",
    "=-=-=-= To answer by email, write above this line =-=-=-=",
    "در تاریخ دوشنبه ۱۲ آبان ۱۴۰۴ ساعت ۱۴:۳۰ پشتیبانی <help@desk.example> نوشت:",
    "در دوشنبه ۱۲ آبان ۱۴۰۴، پشتیبانی نوشته است:",
    "في الاثنين، 3 نوفمبر 2025 في 2:30 م كتب محمد <m@shop.example>:",
    "Am 12.03.2026 um 14:05 schrieb Max Muster <max@shop.example>:",
    "Max Muster <max@shop.example> schrieb am Fr., 28.\nApr. 2026 um 11:53 Uhr:",
    "Le lun. 5 janv. 2026 à 17:00, Ada <ada@shop.example> a écrit :",
    "El lun, 5 ene 2026 a las 17:00, Ada (<ada@shop.example>) escribió:",
    "Em seg., 5 de jan. de 2026 às 17:00, Ada <ada@shop.example> escreveu:",
    "Il giorno lun 5 gen 2026 alle ore 17:00 Ada <ada@shop.example> ha scritto:",
    "Op ma 5 jan 2026 om 17:00 schreef Ada <ada@shop.example>:",
    "Den man. 5. jan. 2026 kl. 17.00 skrev Ada <ada@shop.example>:",
    "ma 5. tammik. 2026 klo 17.00 Ada (ada@shop.example) kirjoitti:",
    "pon., 5 sty 2026 o 17:00 Ada <ada@shop.example> napisał(a):",
    "po 5. 1. 2026 v 17:00 odesílatel Ada <ada@shop.example> napsal:",
    "пн, 5 янв. 2026 г. в 17:00, Ада <ada@shop.example>:",
    "5 Oca 2026 Pzt 17:00 tarihinde Ada <ada@shop.example> şunu yazdı:",
    "Ada <ada@shop.example> 于2026年1月5日周一 17:00写道：",
    "2026年1月5日(月) 17:00 Ada <ada@shop.example>:",
    "2026년 1월 5일 (월) 오후 5:00, Ada <ada@shop.example>님이 작성:",
    "-----Original Message-----",
    "---------- Forwarded message ---------",
    "-----Ursprüngliche Nachricht-----",
    "---- On Mon, 05 Jan 2026 17:00:00 +0330 Ada <ada@shop.example> wrote ----",
    "From: Ada <ada@shop.example>\nSent: Monday, January 5, 2026 5:00 PM\nTo: Help\nSubject: Re: x",
    "Von: Ada <ada@shop.example>\nGesendet: Montag, 5. Januar 2026 17:00\nAn: Hilfe\nBetreff: Re: x",
    "از: سارا <sara@shop.example>\nارسال شده: دوشنبه\nبه: پشتیبانی\nموضوع: سلام\nتاریخ: دوشنبه",
]


@pytest.mark.parametrize("introduction", INTRODUCTIONS)
def test_the_quotation_is_folded_in_every_language(introduction: str) -> None:
    text = f"Yes, please.\nThank you{QUOTE[:1]}\n{introduction}{QUOTE}"
    found = reply.visible(text)
    assert found.text == "Yes, please.\nThank you"
    assert text[: found.length] == found.text


@pytest.mark.parametrize(
    "text",
    [
        "My data:\nName: Ada\nEmail: ada@shop.example\nPhone: 0912 000 0000\nCity: Shiraz",
        "First\n---\nSecond\n---\nThird",
        "He wrote: no.\nI wrote: yes.",
        "Times that fail:\n2026-01-15 14:30\n15.01.2026 14:30\nThat is all.",
        "It was sent from my desk, which is far from any phone.",
        "The parcel was\nSent from my office\nto yours.",
        "> I agree\n\nMe too.\n\n> And here?\n\nHere not.",
        "From: me\nplease help",
        "My table:\n| a | b |\n|---|---|\n| 1 | 2 |",
        "Service   Expires\n-----------------------\nshop.example   2027\nwww.shop.example   2028\n\nIs this right?",
        "My trip:\nFrom: Tehran\nTo: Shiraz\nDate: 2026-05-01\nPlease change it.",
        "I want a refund.\nFrom: card ending 1234\nTo: my bank account\nAmount: 20",
        "Please tell me how to unsubscribe from your mailing list. I tried twice.",
        "Where is it?\n\nSent with DHL, number 1234567.",
        "Missä tilaus on?\n\nLähetetty paketti ei tullut.",
        "請問\n\n來自台灣的訂單在哪裡",
        "Hallo,\n\nich möchte den Newsletter abbestellen.",
        "سلام\n\nلغو اشتراک من را انجام دهید.",
        "Hello\n\nUnsubscribe me from the mailing list, now.",
        "On Monday, January 5, 2026 your agent wrote: we will refund it.\nNothing came.",
        "Log:\n2026-01-05 10:00:01 ERROR y:\n2026-01-05 10:00:02 user a@b.example:\nthen it stops",
        "Look:\n```\n# code\n####\n> prompt\nFrom: a@b.example\nTo: c\nSubject: d\n```\nIs it right?",
        "One\n\n-\nfirst\n*\nsecond",
        "This message is confidential: please tell nobody but my wife, the intended recipient of the ring I ordered.",
        "First part.\n\n---\n\nSecond part.",
        "First part.\n\n________________________________\n\nSecond part, which is long enough.\n\nRegards,\nAda",
    ],
)
def test_what_only_looks_like_a_quotation_stays(text: str) -> None:
    assert reply.visible(text).text == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Thanks\n\n-- \nAda\nShop", "Thanks"),
        ("Thanks\n\nSent from my iPhone", "Thanks"),
        ("ممنون\n\nارسال‌شده از iPhone من", "ممنون"),
        ("Danke\n\nVon meinem iPhone gesendet", "Danke"),
        ("Merci\n\nEnvoyé de mon iPhone", "Merci"),
        ("Merci\n\nObtenez Outlook pour iOS<https://aka.ms/x>\n____\nDe : Ada <a@b.example>\nObjet : X\n\nY", "Merci"),
        ("Thanks\n\nFeel free to get Outlook for Android (https://aka.ms/x)", "Thanks"),
        ("Outlook for iOS cannot open https://shop.example", "Outlook for iOS cannot open https://shop.example"),
        (
            "Good\n\nSent via Torchlight ( https://torch.example/?by=ada )\n\nOn 1 Jan 2026 10:00, Ada wrote:\n> x",
            "Good",
        ),
        ("Good\n\n  On Sun, 1 Mar 2026 at 9:12, Ada<a@b.example> wrote:   Please restart it.\n  Twice.", "Good"),
        ("Good\n\nSent from a magnificent torch of pixels\n\nOn 1 Jan 2026 10:00, Ada wrote:\n> x", "Good"),
        ("> Which size?\n\nForty-two.", "Forty-two."),
        ("Bye\n\nAda Byron\nada@shop.example\n+98 21 000 0000\nwww.shop.example", "Bye"),
        ("Thanks\n\nSent from my cell, please excuse any typos.", "Thanks"),
        ("Thanks\n\n(sent from a phone)\n\nOn 1 Jan 2026 10:00, Ada wrote:\n> x", "Thanks"),
        ("Thanks\n\n\u2014\u2014\u2014\u2014\u2014\nAda Byron\nada@shop.example\n+98 21 000 0000", "Thanks"),
        ("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\nYes\n\n-----BEGIN PGP SIGNATURE-----\nx", "Yes"),
        (
            "Yes\n\n--\nYou received this message because you are subscribed to the group x.\nTo unsubscribe, write",
            "Yes",
        ),
        ("Yes\n\n\nVirus-free. www.scanner.example\n<https://scanner.example/mail>", "Yes"),
        ("Yes\n\n##- Please type your reply above this line -##\n\nold", "Yes"),
        (
            "> Which?\n\nThis.\n\nLet us know how to unsubscribe.\n\n-- \nAda",
            "This.\n\nLet us know how to unsubscribe.",
        ),
        ("Text\n\n_______________________________________________\nlist mailing list\nlist@x.example", "Text"),
    ],
)
def test_signatures_and_footers_are_folded(text: str, shown: str) -> None:
    assert reply.visible(text).text == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Yes. On Wed, Apr 4, 2026 at 3:59 PM, ada@shop.example wrote:\n> Really?", "Yes."),
        ("Yes\n\n>>> Ada <ada@shop.example> 01/02/2026 10:22 >>>\nold", "Yes"),
        ('>>>>> "Ada" == Ada Byron <ada@shop.example> writes:\n\n    Ada> Which?\n\nThis.', "This."),
        ("Yes\n\nDate: Tue, 2 Oct 2026 02:35 From: a@b.example To: Ada Subject: Which?\n\nold", "Yes"),
        ("Yes\n\nDate: Wed, 16 May 2026 00:15:02\nTo: ada@shop.example", "Yes"),
        ("Yes\n\nOn Mon, Jun 3, 2026 at 12:53 Ada <ada@shop.example> w=\nrote:\n\n> Which?", "Yes"),
        ("Hi,\nOn Mon, Jun 3, 2026 Ada <ada@shop.example> wrote:\n> Which?\n\nThis.", "Hi,\n\nThis."),
        (
            "See below.\nOn 3 Jun 2026 Ada <ada@shop.example> wrote:\n> A?\nB.\n> C?\nD.",
            "See below.\n> A?\nB.\n> C?\nD.",
        ),
        (
            "The whole answer stands here.\n\nOn 3 Jun 2026, Ada wrote:\n\n> A?\n\nRegards, Bob",
            "The whole answer stands here.",
        ),
        (
            "Yes\n\nOn 3 Jun 2026, Ada wrote:\n> "
            + "long words " * 6
            + "that\nbreak off.\n> And more.\n> (http://a.b\n/c)\n> x",
            "Yes",
        ),
        (
            "It is fine, thank you all.\n\n> On 3 Jun 2026, Ada wrote:\n>\n> Which?\n\nBob\nA shop",
            "It is fine, thank you all.",
        ),
        ("See it\n\nBegin forwarded message:\n\n> From: A <a@b.example>\n> Subject: C\n>\n> D", "See it"),
    ],
)
def test_odd_ways_to_quote_are_known(text: str, shown: str) -> None:
    assert reply.visible(text).text == shown


@pytest.mark.parametrize(
    "text",
    [
        "---------- Forwarded message ---------\nFrom: Ada <ada@shop.example>\nDate: 1 Jan 2026\nSubject: x\n\nHelp",
        "Begin forwarded message:\n\n> From: Ada <ada@shop.example>\n> Subject: x\n>\n> Help",
        "> From: Ada\n> Subject: x\n>\n> Help\n\n-- \nBob",
    ],
)
def test_a_forward_without_a_word_shows_what_it_forwards(text: str) -> None:
    assert reply.visible(text) == reply.Visible(text, 0)


@pytest.mark.parametrize(
    "text", ["> only\n> quoted", "-- \nAda", "Sent from my iPhone", "On 1.1.2026 10:00 a@b.example wrote:\n> x"]
)
def test_it_is_never_empty(text: str) -> None:
    found = reply.visible(text)
    assert (found.text.strip() != "", found.length) == (True, 0)


@pytest.mark.parametrize(
    "html",
    [
        '<div>New</div><div class="gmail_quote">On … wrote:<blockquote>Old</blockquote></div>',
        '<p>New</p><blockquote type="cite">Old</blockquote>',
        '<p>New</p><div id="divRplyFwdMsg"><b>From:</b> A</div><p>Old</p>',
        '<p>New</p><blockquote class="x" style="border-left:1px solid #0857A6">Old</blockquote>',
        '<p>New</p><div id="x_x_divRplyFwdMsg"><b>From:</b> A</div><p>Old</p>',
        '<p>New</p><div class="OutlookMessageHeader">A</div><p>Old</p>',
        '<p>New</p><div style="border:none;border-top:solid #E1E1E1 1.0pt"><b>From:</b> A</div><p>Old</p>',
        '<p>New</p><div id="appendonsend"></div><hr><div id="x_divRplyFwdMsg"><b>From:</b> A</div><div>Old</div>',
        '<div>New</div><div class="yahoo_quoted" id="yahoo_quoted_12">On x, A wrote:<div>Old</div></div>',
        '<div>New</div><div class="ydp1a2b3c4yahoo_quoted">Old</div>',
        '<div>New</div><div class="protonmail_quote">On x, A wrote:<blockquote>Old</blockquote></div>',
        '<div>New</div><span id="OLK_SRC_BODY_SECTION"><div>From: A</div><div>Old</div></span>',
        '<div>New</div><hr id="zwchr" data-marker="__DIVIDER__"><div>Old</div>',
        '<div>New</div><div class="zmail_extra">Old</div>',
        '<div>New</div><div class="tutanota_quote">Old</div>',
        '<div>New</div><blockquote id="mail-app-auto-quote" cite="1">Old</blockquote>',
        '<div>New</div><div id="isReplyContent">Old</div>',
        '<div>New</div><div name="messageReplySection">On x, A wrote:<div>Old</div></div>',
        '<p>New</p><p style="border:none;border-top:solid #AABBCC 1.0pt;padding:3.0pt 0cm 0cm 0cm">A</p><p>Old</p>',
        '<div>New</div><div class="gmail_signature">Old</div>',
        '<div>New</div><div id="Signature">Old</div><div id="divRplyFwdMsg">From: A</div>',
        '<div>New</div><div class="moz-signature">Old</div>',
        '<div>New</div><div class="moz-cite-prefix">A wrote:</div><blockquote cite="mid:x">Old</blockquote>',
    ],
)
def test_quotations_of_mail_programs_in_html_are_folded(html: str) -> None:
    marked = webtext.to_text(html)
    assert reply.visible(marked).text == "New"
    assert "Old" in webtext.unmarked(marked)


@pytest.mark.parametrize(
    "device",
    [
        "Von Outlook für iOS gesendet",
        "Отправлено из мобильного приложения Яндекс Почты",
        "适用于 iOS 的 Outlook",
        "Από το iPhone μου",
    ],
)
def test_what_a_device_adds_is_folded_wherever_it_names_itself(device: str) -> None:
    assert reply.visible(f"Yes, please.\n\n{device}\n").text == "Yes, please."


@pytest.mark.parametrize("call", ["##- Please type your reply above this line -##", "———\nReply above this line."])
def test_a_call_to_answer_above_it_hides_nothing_of_a_desks_own_mail(call: str) -> None:
    assert reply.visible(f"{call}\n\nIt is on its way.\n").text == "It is on its way."
    assert reply.visible(f"Fine.\n\n{call}\n\nIt is on its way.\n").text == "Fine."


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["> q", "", "text", "-- ", "From: a@b.c", "To: x", "Sent: 1.1.2026", "On 1 Jan 2026 a wrote:", "----"]
        ),
        max_size=30,
    )
)
def test_the_visible_part_is_honest(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = reply.visible(text)
    assert bool(found.text) == bool(text.strip())
    assert 0 <= found.length <= len(text)
    assert not set(found.text.split("\n")) - {line.strip() for line in lines} - set(lines) - {""}
