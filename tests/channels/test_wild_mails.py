"""Mails as the programs of many lands write them: how they introduce what they quote, and how machines answer.

A list of forms, each written here; that the reader has no rule for a single one of them is the point.
"""

import pytest

from tests.channels.test_bounce_forms import mail
from tickets.channels.email import reply
from tickets.channels.email.parse import parse

NEW = "Yes please.\n\nThanks, Bob"
QUOTED, BARE = "\n> old words\n> more\n", "\n\nold words\n\nAda\n"
# What programs write above a quotation without marking its lines.
ABOVE_BARE = [
    "On Mon, 5 Jan 2026, 17:00 Ada, <ada@shop.example> wrote:",
    "On Jan 5, 2026, at 5:00 PM, Ada <ada@shop.example> wrote:",
    "On 5 Jan 2026, at 17:00, Ada wrote:",
    "On Monday 5 January 2026 17:00:00 CET Ada wrote:",
    "On 05.01.26 17:00, Ada wrote:",
    "On 2026-01-05 17:00, Ada wrote:",
    "On 1/5/2026 5:00 PM, Ada wrote:",
    "On Mon, Jan 05, 2026 at 05:00:00PM +0000, Ada wrote:",
    "On Monday, January 5th, 2026 at 5:00 PM, Ada <ada@shop.example> wrote:",
    "On Monday, January 5, 2026 at 05:00:00 PM GMT+1, Ada <ada@shop.example> wrote:",
    "On Mon, Jan 5, 2026 at 5:00 PM 'Ada' via Support <support@shop.example> wrote:",
    "Ada <ada@shop.example> writes:",
    '"Ada" <ada@shop.example> wrote:',
    "Ada (ada@shop.example) wrote on 2026-01-05 17:00:",
    "Ada wrote on 05/01/2026 17:00:",
    "At 05:00 PM 1/5/2026, Ada wrote:",
    "At 17:00 05.01.2026, you wrote:",
    "Am Montag, 5. Januar 2026, 17:00:00 CET schrieb Ada:",
    "Am 05.01.26 um 17:00 schrieb Ada:",
    'Am 05.01.2026 17:00 schrieb "Ada" <ada@shop.example>:',
    "Am Mo., 5. Jan. 2026 um 17:00 Uhr schrieb Ada <ada@shop.example>:",
    "Am 5. Januar 2026 17:00:00 MEZ schrieb Ada <ada@shop.example>:",
    "> Am 05.01.2026 um 17:00 schrieb Ada <ada@shop.example>:",
    'Gesendet: Montag, 05. Januar 2026 um 17:00 Uhr\nVon: "Ada" <ada@shop.example>\nAn: bob@x.example\nBetreff: Re: x',
    "Le 05/01/2026 à 17:00, Ada a écrit :",
    "Le 5 janv. 2026 à 17:00, Ada <ada@shop.example> a écrit :",
    "Le lundi 5 janvier 2026 à 17:00:00 UTC+1, Ada <ada@shop.example> a écrit :",
    "De : Ada <ada@shop.example>\nEnvoyé : lundi 5 janvier 2026 17:00\nÀ : Bob\nObjet : Re: x",
    "De: Ada <ada@shop.example>\nDate: lun. 5 janv. 2026 à 17:00\nSubject: Re: x\nTo: Bob",
    "El 05/01/2026 a las 17:00, Ada escribió:",
    "El lunes, 5 de enero de 2026, 17:00:00 CET, Ada <ada@shop.example> escribió:",
    "De: Ada <ada@shop.example>\nEnviado: lunes, 5 de enero de 2026 17:00\nPara: Bob\nAsunto: Re: x",
    "Em 05/01/2026 17:00, Ada escreveu:",
    "Em segunda-feira, 5 de janeiro de 2026 17:00:00 BRT, Ada <ada@shop.example> escreveu:",
    "De: Ada <ada@shop.example>\nEnviada em: segunda-feira, 5 de janeiro de 2026 17:00\nPara: Bob\nAssunto: RES: x",
    "Il 05/01/2026 17:00, Ada ha scritto:",
    "Il giorno 5 gen 2026, alle ore 17:00, Ada <ada@shop.example> ha scritto:",
    "Da: Ada <ada@shop.example>\nInviato: lunedì 5 gennaio 2026 17:00\nA: Bob\nOggetto: R: x",
    "Op 05-01-2026 om 17:00 schreef Ada:",
    "Op 5 jan. 2026 om 17:00 heeft Ada <ada@shop.example> het volgende geschreven:",
    "Van: Ada <ada@shop.example>\nVerzonden: maandag 5 januari 2026 17:00\nAan: Bob\nOnderwerp: RE: x",
    "Den 05.01.2026 17:00, skrev Ada:",
    "Den 5. jan. 2026 kl. 17.00 skrev Ada <ada@shop.example>:",
    "Fra: Ada <ada@shop.example>\nSendt: 5. januar 2026 17:00\nTil: Bob\nEmne: SV: x",
    "Den mån 5 jan. 2026 kl 17:00 skrev Ada <ada@shop.example>:",
    "5 jan. 2026 kl. 17:00 skrev Ada <ada@shop.example>:",
    "Från: Ada <ada@shop.example>\nSkickat: den 5 januari 2026 17:00\nTill: Bob\nÄmne: SV: x",
    "man. 5. jan. 2026 kl. 17:00 skrev Ada <ada@shop.example>:",
    "På mandag 05. januar 2026 kl. 17:00:00, skrev Ada <ada@shop.example>:",
    "Ada kirjoitti 5.1.2026 klo 17.00:",
    "Ada <ada@shop.example> kirjoitti 5.1.2026 kello 17.00:",
    "Lähettäjä: Ada <ada@shop.example>\nLähetetty: maanantai 5. tammikuuta 2026 17.00\nVastaanottaja: Bob\nAihe: VS: x",
    "W dniu 5.01.2026 o 17:00, Ada pisze:",
    "Wiadomość napisana przez Ada <ada@shop.example> w dniu 5 sty 2026, o godz. 17:00:",
    "Od: Ada <ada@shop.example>\nWysłano: poniedziałek, 5 stycznia 2026 17:00\nDo: Bob\nTemat: RE: x",
    "Dne 5.1.2026 v 17:00 Ada napsal(a):",
    "---------- Původní e-mail ----------\nOd: Ada <ada@shop.example>\nKomu: bob@x.example\n"
    "Datum: 5. 1. 2026 17:00:00\nPředmět: Re: x",
    "Od: Ada <ada@shop.example>\nOdesláno: pondělí 5. ledna 2026 17:00\nKomu: Bob\nPředmět: RE: x",
    "05.01.2026 17:00, Ada пишет:",
    "5 янв. 2026 г., в 17:00, Ада <ada@shop.example> написал(а):",
    "Понедельник, 5 января 2026, 17:00 +03:00 от Ада <ada@shop.example>:",
    '05.01.2026, 17:00, "Ада" <ada@shop.example>:',
    "От: Ада <ada@shop.example>\nОтправлено: 5 января 2026 г. 17:00\nКому: Bob\nТема: RE: x",
    "Ada <ada@shop.example>, 5 Oca 2026 Pzt, 17:00 tarihinde şunu yazdı:",
    "5.01.2026 17:00 tarihinde Ada yazdı:",
    "Kimden: Ada <ada@shop.example>\nGönderildi: 5 Ocak 2026 Pazartesi 17:00\nKime: Bob\nKonu: Ynt: x",
    "在 2026/1/5 17:00, Ada 写道:",
    '在 2026-01-05 17:00:00，"Ada" <ada@shop.example> 写道：',
    "Ada <ada@shop.example> 於 2026年1月5日 週一 下午5:00寫道：",
    "发件人: Ada <ada@shop.example>\n发送时间: 2026年1月5日 17:00\n收件人: Bob\n主题: 回复: x",
    '------------------ 原始邮件 ------------------\n发件人: "Ada" <ada@shop.example>;\n'
    '发送时间: 2026年1月5日(星期一) 下午5:00\n收件人: "Bob"<bob@x.example>;\n主题: Re: x',
    "寄件者: Ada <ada@shop.example>\n寄件日期: 2026年1月5日 下午 05:00\n收件者: Bob\n主旨: Re: x",
    "2026年1月5日(月) 17:00 Ada <ada@shop.example>:",
    "On 2026/01/05 17:00, Ada wrote:",
    "2026/01/05 17:00、Ada <ada@shop.example>のメール:",
    "差出人: Ada <ada@shop.example>\n送信日時: 2026年1月5日 17:00\n宛先: Bob\n件名: Re: x",
    "2026. 1. 5. 오후 5:00에 Ada이(가) 쓴 글:",
    "2026. 1. 5. 오후 5:00, Ada <ada@shop.example> 작성:",
    "보낸 사람: Ada <ada@shop.example>\n보낸 날짜: 2026년 1월 5일 월요일 오후 5:00\n받는 사람: Bob\n제목: Re: x",
    '-----Original Message-----\nFrom: "Ada"<ada@shop.example>\nTo: "Bob"<bob@x.example>;\nCc:\n'
    "Sent: 2026-01-05 (월) 17:00:00 (GMT+09:00)\nSubject: x",
    "در دوشنبه ۵ ژانویهٔ ۲۰۲۶ ساعت ۱۷:۰۰، Ada <ada@shop.example> نوشت:",
    "در تاریخ دوشنبه, 5 ژانویه 2026 در 17:00 Ada <ada@shop.example> نوشت:",
    "فرستنده: سارا <sara@shop.example>\nتاریخ ارسال: دوشنبه، ۱۵ دی ۱۴۰۴\nگیرنده: باب\nموضوع: پاسخ: سفارش",
    "از: سارا <sara@shop.example>\nتاریخ: دوشنبه، ۱۵ دی ۱۴۰۴\nبه: باب\nموضوع: پاسخ: سفارش",
    "في الاثنين، 5 يناير 2026 في 5:00 م تمت كتابة ما يلي بواسطة Ada <ada@shop.example>:",
    "بتاريخ الاثنين، 5 يناير 2026 17:00، كتب Ada <ada@shop.example>:",
    "من: Ada <ada@shop.example>\nتم الإرسال: الاثنين، 5 يناير 2026 05:00 م\nإلى: Bob\nالموضوع: رد: x",
    "________________________________\nFrom: Ada <ada@shop.example>\n"
    "Sent: Monday, January 5, 2026 5:00:00 PM\nTo: Bob <b@x.example>\nSubject: Re: x",
    "________________________________________\nVon: Ada [ada@shop.example]\n"
    "Gesendet: Montag, 5. Januar 2026 17:00\nAn: Bob\nBetreff: AW: x",
    "*From:* Ada <ada@shop.example>\n*Sent:* Monday, January 5, 2026 5:00 PM\n*To:* Bob\n*Subject:* Re: x",
    "---- Original message ----\nFrom: Ada\nDate: 5/1/26 17:00 (GMT+01:00)\nTo: Bob\nSubject: x",
    "-------- Original message --------\nFrom: Ada <ada@shop.example>\nDate: 5/1/26 17:00 (GMT+01:00)\n"
    "To: Bob\nSubject: x",
    "-------- Ursprüngliche Nachricht --------\nVon: Ada\nDatum: 05.01.26 17:00 (GMT+01:00)",
    "-------- Message d'origine --------\nDe : Ada\nDate : 05/01/2026 17:00 (GMT+01:00)",
    "------- Original Message -------\nOn Monday, January 5th, 2026 at 17:00, Ada <ada@shop.example> wrote:",
    "‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐\nOn Monday, January 5, 2026 5:00 PM, Ada <ada@shop.example> wrote:",
    "Sent from Proton Mail for iOS\n\nOn Mon, Jan 5, 2026 at 17:00, Ada <ada@shop.example> wrote:",
    "Sent from Yahoo Mail on Android\n\nOn Mon, Jan 5, 2026 at 17:00, Ada\n<ada@shop.example> wrote:",
    "Get Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\n"
    "From: Ada <ada@shop.example>\nSent: Monday\nTo: Bob\nSubject: x",
    "Sent with Proton Mail secure email.\n\nOn Monday, January 5th, 2026 at 17:00, Ada <ada@shop.example> wrote:",
    "5 Jan 2026 17:00:00 Ada <ada@shop.example>:",
    "5. Jan. 2026, 17:00 von ada@shop.example:",
    "Jan 5, 2026, 17:00 by ada@shop.example:",
    "5 janv. 2026 à 17:00 de ada@shop.example:",
    "---- Replied Message ----\n| From | Ada<ada@shop.example> |\n| Date | 01/05/2026 17:00 |\n| To | Bob |\n"
    "| Subject | x |",
    "---- On Mon, 05 Jan 2026 17:00:00 +0100 Ada <ada@shop.example> wrote ---",
    "---- Am Mo., 05 Jan. 2026 17:00:00 +0100 Ada <ada@shop.example> schrieb ----",
    'From: "Ada" <ada@shop.example>\nTo: "Bob" <bob@x.example>\nCc: \nDate: Mon, 5 Jan 2026 17:00:00 +0100\n'
    "Subject: Re: x",
    "From: Ada <ada@shop.example>\nReply: Ada <ada@shop.example>\nDate: January 5, 2026 at 17:00:00\n"
    "To: Bob\nSubject: x",
    "> On Jan 5, 2026, at 17:00, Ada <ada@shop.example> wrote:",
    "Begin forwarded message:\n\nFrom: Ada <ada@shop.example>\nSubject: x\nDate: January 5, 2026\nTo: Bob",
    "Ada Byron <mailto:ada@shop.example>\n5 January 2026 at 17:00",
    "Quoting Ada Byron:",
    "V pon., 5. jan. 2026 ob 17:00 je oseba Ada <ada@shop.example> napisala:",
    "пон, 5. јан 2026. 17:00 Ada <ada@shop.example> је написао/ла:",
    "सोम, 5 जन॰ 2026 को 5:00 pm बजे को Ada <ada@shop.example> ने लिखा:",
    "-----Ada Byron/ACME wrote: -----",
    '"Ada" ---05/01/2026 17:00:22---Hi Bob, it is',
    "Yahoo Mail: Search, Organize, Conquer\n\n  On Mon, Jan 5, 2026 at 5:00 PM, Ada<ada@shop.example> wrote:   Hi",
    "Get BlueMail for Android\nOn Jan 5, 2026, at 17:00, Ada <ada@shop.example> wrote:",
    "获取适用于 iOS 的 Outlook<https://aka.ms/o0ukef>\n________________________________\n"
    "发件人: Ada <a@shop.example>\n发送时间: 2026年1月5日 17:00\n收件人: Bob\n主题: x",
    "Az Android Outlook beszerzése<https://aka.ms/o0ukef>\n________________________________\n"
    "Feladó: Ada <a@shop.example>\nElküldve: 2026. január 5. 17:00\nCímzett: Bob\nTárgy: x",
]
ABOVE_QUOTED = [
    "Quoting Ada <ada@shop.example>:",
    "Citeren Ada <ada@shop.example>:",
    "Zitat von Ada <ada@shop.example>:",
    "Quoting Ada (2026-01-05 17:00:00)",
    "Ada wrote:",
    "Ada Byron\nJanuary 5, 2026 at 5:00 PM",
    "Ada Byron January 5, 2026 at 5:00 PM",
    "Hello Ada, Monday, January 5, 2026, 5:00:00 PM, you wrote:",
]
# What people write that looks like it.
NO_INTRODUCTION = [
    "Quoting your terms:\n\nI may cancel.",
    "Delivery\n5 January 2026 at 17:00\nPlease confirm.",
    "We met on 5 January 2026 at 17:00\n\nIs that right?",
    "Get socks for mobile phones please",
    "Ada Byron <ada@shop.example>\nBob Ray <bob@shop.example>",
]
AWAY = [
    "Automatic reply: order",
    "Automatische Antwort: Bestellung",
    "Réponse automatique : commande",
    "Respuesta automática: pedido",
    "Resposta automática: pedido",
    "Risposta automatica: ordine",
    "Automatisch antwoord: bestelling",
    "Automatisk svar: ordre",
    "Autosvar: beställning",
    "Automaattinen vastaus: tilaus",
    "Autoodpowiedź: zamówienie",
    "Automatická odpověď: objednávka",
    "Автоматический ответ: заказ",
    "Otomatik yanıt: sipariş",
    "自动答复: 订单",
    "自動回覆: 訂單",
    "自動応答: 注文",
    "자동 회신: 주문",
    "پاسخ خودکار: سفارش",
    "رد تلقائي: الطلب",
    "Out of Office: order",
    "Out of Office Re: order",
    "Abwesenheitsnotiz: Bestellung",
    "Absence : commande",
    "Fuera de la oficina: pedido",
    "Fora do escritório",
    "Fuori ufficio: ordine",
    "Afwezig: bestelling",
    "Fraværende: ordre",
    "Ikke til stede: ordre",
    "Frånvarande: order",
    "Poissa: tilaus",
    "Nieobecność: zamówienie",
    "Nepřítomnost: objednávka",
    "Вне офиса: заказ",
    "Ofis dışında: sipariş",
    "不在办公室: 订单",
    "不在: 注文",
    "부재중: 주문",
    "خارج از دفتر: سفارش",
    "خارج المكتب: الطلب",
    "I am on holiday",
    "Ich bin im Urlaub bis 3. Mai",
    "Je suis en vacances jusqu'au 3 mai",
    "Away until Monday",
    "Danke für Ihre Nachricht (Abwesenheit)",
    "Urlaub: Bestellung",
    "Eingangsbestätigung: Ihre Nachricht",
    "Accusé de réception : commande",
    "On Annual Leave until 5 May",
    "Vacation Reply",
    "[Auto-Reply] order",
    "Auto Response: order",
    "AutoReply: order",
    "auto-reply from Ada",
    "در مرخصی هستم",
    "عدم حضور",
    "پیام خودکار: عدم حضور در محل کار",
    "پاسخگوی خودکار",
    "أنا في إجازة",
    "Auto : hors du bureau",
    "RE: order (Out of office)",
    "Maternity leave Re: order",
    "Je suis absente du bureau",
    "Estou de férias",
    "Estoy de vacaciones",
    "Sono in ferie",
    "Ik ben met vakantie",
    "Jeg er på ferie",
    "Jag är på semester",
    "Olen lomalla",
    "Jestem na urlopie",
    "Jsem na dovolené",
    "Я в отпуске",
    "İzindeyim",
    "我正在休假",
    "休暇をいただいております",
    "휴가 중입니다",
]
MACHINES = [
    "X-Autoreply: yes",
    "X-Auto-Response-Suppress: All",
    "Auto-Submitted: auto-replied (vacation)",
    "Precedence: auto_reply",
    "Preference: auto_reply",
    "X-Autorespond: order",
    "X-POST-MessageClass: 9; Autoresponder",
    "Delivered-To: Autoresponder",
    "X-Autogenerated: Reply",
    "X-FC-MachineGenerated: true",
    "X-Mailer: vacation/1.2",
]
PEOPLE = [
    "My vacation booking",
    "Holiday order",
    "Question about auto-reply settings",
    "Urlaub in Berlin buchen",
    "Order was not delivered",
    "Delivery failed: parcel 123",
    "My message was blocked on your site",
    "Returned: shoes size 42",
    "Return to sender label",
    "Delivery status?",
    "Automatic door broken",
    "How do I stop automatic replies?",
    "مرخصی می‌خواهم ثبت کنم",
    "Bounced cheque",
    "Reise nach Spanien: Urlaub",
    "Office chair out of stock",
    "Réponse à votre question",
    "Re: Absence of the second item",
    "Undelivered parcel",
    "Je suis absent lors de la livraison, que faire ?",
    "تحویل نشد سفارش من",
    "Mail delivery to Iran",
    "My order could not be delivered",
    "배달이 안 왔어요",
    "配送失败怎么办",
    "不在だったので再配達お願いします",
    "Away game tickets",
    "I am on leave, change the date please",
    "On vacation rental: refund",
]


@pytest.mark.parametrize("introduction", [*ABOVE_BARE, *ABOVE_QUOTED])
def test_what_stands_above_a_quotation_is_folded_with_it(introduction: str) -> None:
    assert reply.visible(f"{NEW}\n\n{introduction}\n{QUOTED}").text == NEW


@pytest.mark.parametrize("introduction", ABOVE_BARE)
def test_also_where_the_quotation_bears_no_signs(introduction: str) -> None:
    assert reply.visible(f"{NEW}\n\n{introduction}\n{BARE}").text == NEW


@pytest.mark.parametrize("said", NO_INTRODUCTION)
def test_what_only_looks_like_an_introduction_stays(said: str) -> None:
    assert reply.visible(f"Hello,\n\n{said}\n").text == f"Hello,\n\n{said}"


@pytest.mark.parametrize("subject", AWAY)
def test_whoever_is_away_says_so_by_machine(subject: str) -> None:
    found = parse(mail("ada@shop.example", subject, "<ada@shop.example>", "I am away until May."))
    assert (found.auto_generated, found.bounce, found.kind) == (True, False, "auto_reply")


@pytest.mark.parametrize("header", MACHINES)
def test_a_header_that_only_machines_write_tells(header: str) -> None:
    raw = mail("ada@shop.example", "order", "<ada@shop.example>", "I am away until May.")
    found = parse(f"{header}\n".encode() + raw)
    assert (found.auto_generated, found.bounce) == (True, False)


@pytest.mark.parametrize("subject", PEOPLE)
def test_people_who_write_of_such_things_are_people(subject: str) -> None:
    found = parse(mail("Ada <ada@shop.example>", subject, "<ada@shop.example>", "Please help me with this. Thanks"))
    assert (found.auto_generated, found.bounce, found.kind) == (False, False, "")


def test_a_complaint_without_its_envelope_is_one_all_the_same() -> None:
    report = "Feedback-Type: abuse\nUser-Agent: X\nVersion: 1\nOriginal-Rcpt-To: <ada@shop.example>\n"
    raw = (
        "From: fbl@isp.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nAbuse\n--b\n"
        f"Content-Type: message/feedback-report\n\n{report}\n--b--\n"
    ).encode()
    found = parse(raw)
    assert (found.kind, found.auto_generated, found.bounce) == ("complaint", True, False)
    assert found.reports[0].recipient == "ada@shop.example"


def test_a_filter_that_blocked_our_mail_reports_a_failure() -> None:
    said = "Your message to: ada@shop.example\nwas blocked by our Spam Firewall. It has NOT BEEN DELIVERED.\n"
    found = parse(mail("Filter <noreply@mx.example>", "**Message you sent blocked by our filter**", "<>", said))
    assert (found.bounce, found.reports[0].recipient) == (True, "ada@shop.example")
