"""The visible reply in every language it promises: introductions, headers, devices, disclaimers, plain and HTML."""

import html
from dataclasses import dataclass

import pytest

from tickets.channels.email import reply, webtext

SAID = "Yes, please.\nThank you"


@dataclass(frozen=True)
class Words:
    """What mail programs write around a reply in one language."""

    wrote: str
    original: str
    headers: str
    device: str
    legal: str


LANGUAGES = {
    "English": Words(
        "On Mon, Jan 5, 2026 at 5:00 PM Ada <ada@shop.example> wrote:",
        "-----Original Message-----",
        "From: Ada\nSent: Monday, January 5, 2026 5:00 PM\nTo: Help\nSubject: Re: x",
        "Sent from my iPhone",
        "This email and any attachments are confidential and intended solely "
        "for the addressee. If you received it in error please delete it.",
    ),
    "Persian": Words(
        "در تاریخ دوشنبه ۱۵ دی ۱۴۰۴ ساعت ۱۷:۰۰ آدا <ada@shop.example> نوشت:",
        "-----پیام اصلی-----",
        "از: آدا <ada@shop.example>\nارسال شده: دوشنبه ۱۵ دی ۱۴۰۴\nبه: پشتیبانی\nموضوع: پاسخ",
        "ارسال شده از آیفون من",
        "این ایمیل و پیوست‌های آن محرمانه است و فقط برای گیرندهٔ آن فرستاده "
        "شده است. اگر به اشتباه آن را دریافت کرده‌اید پاکش کنید.",
    ),
    "Arabic": Words(
        "في الاثنين، 5 يناير 2026 في 5:00 م كتبت آدا <ada@shop.example>:",
        "-----الرسالة الأصلية-----",
        "من: آدا <ada@shop.example>\nتم الإرسال: الاثنين 5 يناير 2026\nإلى: الدعم\nالموضوع: رد",
        "أُرسلت من الـ iPhone",
        "هذه الرسالة ومرفقاتها سرية ومخصصة للمرسل إليه فقط. إذا وصلتك بالخطأ فيرجى حذفها وإبلاغ المرسل بذلك فورا.",
    ),
    "German": Words(
        "Am Mo., 5. Jan. 2026 um 17:00 Uhr schrieb Ada <ada@shop.example>:",
        "-----Ursprüngliche Nachricht-----",
        "Von: Ada\nGesendet: Montag, 5. Januar 2026 17:00\nAn: Hilfe\nBetreff: AW: x",
        "Von meinem iPhone gesendet",
        "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der "
        "richtige Empfänger sind, informieren Sie bitte den Absender.",
    ),
    "French": Words(
        "Le lun. 5 janv. 2026 à 17:00, Ada <ada@shop.example> a écrit :",
        "-----Message d'origine-----",
        "De : Ada\nEnvoyé : lundi 5 janvier 2026 17:00\nÀ : Aide\nObjet : RE: x",
        "Envoyé de mon iPhone",
        "Ce message et ses pièces jointes sont confidentiels et destinés à leur "
        "destinataire. Si vous l'avez reçu par erreur, merci de le détruire.",
    ),
    "Spanish": Words(
        "El lun, 5 ene 2026 a las 17:00, Ada (<ada@shop.example>) escribió:",
        "-----Mensaje original-----",
        "De: Ada\nEnviado el: lunes, 5 de enero de 2026 17:00\nPara: Ayuda\nAsunto: RE: x",
        "Enviado desde mi iPhone",
        "Este mensaje es confidencial y va dirigido exclusivamente a su destinatario. "
        "Si lo ha recibido por error, bórrelo y avise al remitente.",
    ),
    "Portuguese": Words(
        "Em seg., 5 de jan. de 2026 às 17:00, Ada <ada@shop.example> escreveu:",
        "-----Mensagem original-----",
        "De: Ada\nEnviada em: segunda-feira, 5 de janeiro de 2026 17:00\nPara: Ajuda\nAssunto: RES: x",
        "Enviado do meu iPhone",
        "Esta mensagem é confidencial e destina-se apenas ao destinatário. "
        "Se a recebeu por engano, apague-a e avise o remetente.",
    ),
    "Italian": Words(
        "Il giorno lun 5 gen 2026 alle ore 17:00 Ada <ada@shop.example> ha scritto:",
        "-----Messaggio originale-----",
        "Da: Ada\nInviato: lunedì 5 gennaio 2026 17:00\nA: Aiuto\nOggetto: R: x",
        "Inviato da iPhone",
        "Questo messaggio è riservato ed è destinato solo al destinatario. "
        "Se lo avete ricevuto per errore vi preghiamo di cancellarlo.",
    ),
    "Dutch": Words(
        "Op ma 5 jan 2026 om 17:00 schreef Ada <ada@shop.example>:",
        "-----Oorspronkelijk bericht-----",
        "Van: Ada\nVerzonden: maandag 5 januari 2026 17:00\nAan: Hulp\nOnderwerp: RE: x",
        "Verstuurd vanaf mijn iPhone",
        "Dit bericht is vertrouwelijk en uitsluitend bestemd voor de geadresseerde. "
        "Als u het ten onrechte ontving, verwijder het dan.",
    ),
    "Danish": Words(
        "Den man. 5. jan. 2026 kl. 17.00 skrev Ada <ada@shop.example>:",
        "-----Oprindelig meddelelse-----",
        "Fra: Ada\nSendt: 5. januar 2026 17:00\nTil: Hjælp\nEmne: SV: x",
        "Sendt fra min iPhone",
        "Denne e-mail er fortrolig og kun til modtageren. Hvis du har fået "
        "den ved en fejl, bedes du slette den og give afsenderen besked.",
    ),
    "Swedish": Words(
        "Den mån 5 jan. 2026 kl 17:00 skrev Ada <ada@shop.example>:",
        "-----Ursprungligt meddelande-----",
        "Från: Ada\nSkickat: den 5 januari 2026 17:00\nTill: Hjälp\nÄmne: SV: x",
        "Skickat från min iPhone",
        "Detta meddelande är konfidentiellt och avsett endast för mottagaren. "
        "Om du fått det av misstag ber vi dig radera det.",
    ),
    "Norwegian": Words(
        "man. 5. jan. 2026 kl. 17:00 skrev Ada <ada@shop.example>:",
        "-----Opprinnelig melding-----",
        "Fra: Ada\nSendt: mandag 5. januar 2026 17:00\nTil: Hjelp\nEmne: SV: x",
        "Sendt fra min iPhone",
        "Denne e-posten er konfidensiell og kun ment for mottaker. "
        "Hvis du har mottatt den ved en feil, vennligst slett den.",
    ),
    "Finnish": Words(
        "ma 5. tammik. 2026 klo 17.00 Ada (ada@shop.example) kirjoitti:",
        "-----Alkuperäinen viesti-----",
        "Lähettäjä: Ada\nLähetetty: maanantai 5. tammikuuta 2026 17.00\nVastaanottaja: Apu\nAihe: VS: x",
        "Lähetetty iPhonesta",
        "Tämä viesti on luottamuksellinen ja tarkoitettu vain vastaanottajalle. "
        "Jos sait viestin erehdyksessä, ilmoita siitä lähettäjälle.",
    ),
    "Polish": Words(
        "pon., 5 sty 2026 o 17:00 Ada <ada@shop.example> napisał(a):",
        "-----Wiadomość oryginalna-----",
        "Od: Ada\nWysłano: poniedziałek, 5 stycznia 2026 17:00\nDo: Pomoc\nTemat: Odp: x",
        "Wysłane z iPhone'a",
        "Ta wiadomość jest poufna i przeznaczona wyłącznie dla adresata. "
        "Jeśli otrzymali ją Państwo omyłkowo, prosimy o jej usunięcie.",
    ),
    "Czech": Words(
        "po 5. 1. 2026 v 17:00 odesílatel Ada <ada@shop.example> napsal:",
        "-----Původní zpráva-----",
        "Od: Ada\nOdesláno: pondělí 5. ledna 2026 17:00\nKomu: Pomoc\nPředmět: RE: x",
        "Odesláno z iPhonu",
        "Tato zpráva je důvěrná a určená pouze adresátovi. Pokud jste "
        "ji obdrželi omylem, informujte odesílatele a zprávu smažte.",
    ),
    "Russian": Words(
        "пн, 5 янв. 2026 г. в 17:00, Ада <ada@shop.example>:",
        "-----Исходное сообщение-----",
        "От: Ада\nОтправлено: понедельник, 5 января 2026 17:00\nКому: Помощь\nТема: RE: x",
        "Отправлено с iPhone",
        "Это сообщение конфиденциально и предназначено только адресату. Если "
        "вы получили его по ошибке, сообщите отправителю и удалите его.",
    ),
    "Turkish": Words(
        "Ada <ada@shop.example>, 5 Oca 2026 Pzt, 17:00 tarihinde şunu yazdı:",
        "-----Özgün İleti-----",
        "Kimden: Ada\nGönderildi: 5 Ocak 2026 Pazartesi 17:00\nKime: Yardım\nKonu: YNT: x",
        "iPhone'umdan gönderildi",
        "Bu e-posta gizlidir ve yalnızca alıcısı içindir. Yanlışlıkla aldıysanız "
        "lütfen göndereni bilgilendirin ve iletiyi siliniz.",
    ),
    "Chinese": Words(
        "Ada <ada@shop.example> 于2026年1月5日周一 17:00写道：",
        "------------------ 原始邮件 ------------------",
        "发件人: Ada\n发送时间: 2026年1月5日 17:00\n收件人: Help\n主题: 回复: x",
        "发自我的 iPhone",
        "本邮件及其附件含有机密信息，仅限于发送给上述收件人。如果您误收了本邮件，"
        "请立即通知发件人并删除本邮件，禁止任何形式的使用、复制或散发。",
    ),
    "Chinese, traditional": Words(
        '2026-01-05 17:00:00，"Ada" <ada@shop.example> 写道：',
        "----- 原始郵件 -----",
        "寄件者: Ada\n寄件日期: 2026年1月5日 17:00\n收件者: Help\n主旨: RE: x",
        "從我的 iPhone 傳送",
        "本郵件內容為機密資訊，如非指定收件人請勿使用。如您誤收本郵件，請立即刪除並告知寄件人，謝謝您的合作與支持。",
    ),
    "Japanese": Words(
        "2026年1月5日(月) 17:00 Ada <ada@shop.example>:",
        "-----元のメッセージ-----",
        "差出人: Ada\n送信日時: 2026年1月5日 17:00\n宛先: Help\n件名: RE: x",
        "iPhoneから送信",
        "本メールには機密情報が含まれている場合があります。誤って受信された場合は、送信者にご連絡のうえ、"
        "本メールを削除してください。よろしくお願いいたします。",
    ),
    "Korean": Words(
        "2026년 1월 5일 (월) 오후 5:00, Ada <ada@shop.example>님이 작성:",
        "-----원본 메시지-----",
        "보낸 사람: Ada\n보낸 날짜: 2026년 1월 5일 월요일 오후 5:00\n받는 사람: Help\n제목: RE: x",
        "나의 iPhone에서 보냄",
        "이 메일은 기밀 정보를 포함하고 있으며 지정된 수신자만을 위한 것입니다. 잘못 "
        "수신하셨다면 발신자에게 알려 주시고 즉시 삭제해 주시기 바랍니다. 감사합니다.",
    ),
}
EACH = pytest.mark.parametrize("words", LANGUAGES.values(), ids=LANGUAGES)


def shown(rest: str) -> str:
    return reply.visible(f"{SAID}\n\n{rest}").text


def shown_of_html(markup: str) -> str:
    return reply.visible(webtext.to_text(f"<div>Yes, please.<br>Thank you</div>{markup}")).text


@EACH
def test_what_an_introduction_introduces_is_folded(words: Words) -> None:
    assert shown(f"{words.wrote}\n> old\n> older") == SAID
    assert shown(f"{words.wrote}\n\nold words without signs\nolder ones") == SAID


@EACH
def test_an_introduction_may_break_before_its_address_or_its_last_word(words: Words) -> None:
    head, _, tail = words.wrote.partition("<ada@")
    if tail:
        assert shown(f"{head}<\nada@{tail}\n\n> old") == SAID
    head, _, tail = words.wrote.rpartition(" ")
    assert shown(f"{head}\n{tail}\n\n> old") == SAID


@EACH
def test_the_headers_of_the_mail_before_begin_what_is_folded(words: Words) -> None:
    assert shown(f"{words.headers}\n\nold words") == SAID
    bold = "\n".join(f"*{label}:* {said.strip()}" for label, _, said in map(parted, words.headers.split("\n")))
    assert shown(f"{bold}\n\nold words") == SAID


@EACH
def test_the_original_message_is_folded(words: Words) -> None:
    assert shown(f"{words.original}\n\nold words") == SAID
    assert shown(f"{words.original}\n{words.headers}\n\nold words") == SAID


@EACH
def test_what_a_device_or_a_lawyer_adds_is_folded(words: Words) -> None:
    assert shown(words.device) == SAID
    assert shown(f"{words.device}\n\n{words.wrote}\n> old") == SAID
    assert shown(words.legal) == SAID
    assert shown(f"{words.wrote}\n> old\n\n{words.legal}") == SAID


@EACH
def test_html_folds_the_same(words: Words) -> None:
    wrote, headers = html.escape(words.wrote), html.escape(words.headers).replace("\n", "<br>")
    assert shown_of_html(f'<div class="gmail_quote"><div>{wrote}</div><blockquote>old</blockquote></div>') == SAID
    assert shown_of_html(f"<div>{wrote}</div><div>old<br>older</div>") == SAID
    assert shown_of_html(f"<hr><p>{headers}</p><p>old words</p>") == SAID
    assert shown_of_html(f"<p>{html.escape(words.device)}</p>") == SAID


@EACH
def test_a_mail_of_nothing_else_shows_whole(words: Words) -> None:
    for text in (words.device, f"{words.wrote}\n> old", f"{words.original}\n{words.headers}\n\nold"):
        assert reply.visible(text) == reply.Visible(text, 0)


@EACH
def test_answers_between_the_quoted_lines_stay_with_them(words: Words) -> None:
    text = "> first question\n\nOne.\n\n> second question\n\nTwo."
    assert reply.visible(f"{words.wrote}\n{text}").text == text


def parted(header: str) -> tuple[str, str, str]:
    label, sign, said = header.replace("：", ":").partition(":")
    return label.strip(), sign, said
