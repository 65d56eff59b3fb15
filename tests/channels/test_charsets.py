"""Charsets that lie, are missing, misspelt or invented: the words come out all the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.channels.email import charsets, parse, sanitize
from tickets.channels.email.charsetnames import codec_for

SAID = {
    "russian": "Здравствуйте, мой заказ не пришел. Можете ли вы проверить статус доставки?",
    "greek": "Καλημέρα, η παραγγελία μου δεν έφτασε ακόμα. Μπορείτε να ελέγξετε;",
    "hebrew": "שלום, ההזמנה שלי לא הגיעה. האם תוכלו לבדוק?",
    "arabic": "مرحبا، لم يصل طلبي بعد. هل يمكنكم التحقق من حالة الشحن؟",
    "thai": "สวัสดีครับ สินค้าของผมยังไม่มาถึง กรุณาตรวจสอบให้หน่อย",
    "german": "Grüße aus Köln, die Lieferung ist überfällig, schöne Größe",
    "persian": "سلام، سفارش من هنوز نرسيده است. لطفا بررسي کنيد که چرا دير شده",
    "czech": "Dobrý den, moje objednávka ještě nedorazila. Můžete prosím zjistit příčinu?",
    "turkish": "Merhaba, siparişim hâlâ gelmedi, ne zaman gelecek öğrenebilir miyim?",
    "ukrainian": "Вітаю, моє замовлення ще не надійшло. Чи можете перевірити статус?",
    "french": "Réponse à la société générale, déjà été là-bas",
    "polish": "Proszę o sprawdzenie zamówienia, żółć gęślą jaźń",
    "japanese": "こんにちは、注文した商品がまだ届きません。確認してください。",
    "korean": "안녕하세요, 주문한 상품이 아직 도착하지 않았습니다.",
    "chinese": "您好，我的订单还没有到货，请帮我查询一下，谢谢。",
    "taiwanese": "您好，我的訂單還沒有到貨，請幫我查詢一下，謝謝。",
}
WRITTEN = [
    *(("russian", codec) for codec in ("cp1251", "koi8-r", "iso8859-5", "cp866")),
    *(("greek", codec) for codec in ("cp1253", "iso8859-7")),
    *(("japanese", codec) for codec in ("euc_jp", "cp932", "iso2022_jp")),
    *(("hebrew", codec) for codec in ("cp1255", "iso8859-8", "cp862")),
    *(("arabic", codec) for codec in ("cp1256", "iso8859-6")),
    ("persian", "cp1256"),
    *(("polish", codec) for codec in ("cp1250", "iso8859-2")),
    *(("czech", codec) for codec in ("cp1250", "iso8859-2")),
    ("turkish", "cp1254"),
    *(("ukrainian", codec) for codec in ("cp1251", "koi8-u")),
    ("thai", "cp874"),
    ("german", "cp1252"),
    ("french", "cp1252"),
    ("korean", "cp949"),
    ("chinese", "gb18030"),
    ("taiwanese", "big5"),
]


@pytest.mark.parametrize("label", ["", "utf-8", "us-ascii", "x-nonsense", "iso-8859-1"])
@pytest.mark.parametrize(("language", "codec"), WRITTEN)
def test_no_label_or_a_wrong_one_leaves_the_language_readable(language: str, codec: str, label: str) -> None:
    assert charsets.decode(SAID[language].encode(codec), label) == SAID[language]


@pytest.mark.parametrize(
    "label",
    [
        *("iso-8859-1", "iso-8859-2", "windows-1256", "koi8-r", "gb2312", "shift_jis", "euc-kr", "us-ascii", "big5"),
        *("utf-16", "macintosh", "no-such"),
    ],
)
@pytest.mark.parametrize("language", SAID)
def test_clean_utf_8_outweighs_any_label(language: str, label: str) -> None:
    assert charsets.decode(SAID[language].encode(), label) == SAID[language]


@pytest.mark.parametrize(("language", "codec"), WRITTEN)
def test_a_right_label_is_believed(language: str, codec: str) -> None:
    assert charsets.decode(SAID[language].encode(codec), codec) == SAID[language]


@pytest.mark.parametrize(
    ("spelling", "codec"),
    [
        ("UTF8", "utf-8"),
        ("=utf-8", "utf-8"),
        ('3D"utf-8"', "utf-8"),
        ("utf-8;", "utf-8"),
        ("utf-8//IGNORE", "utf-8"),
        ("charset=utf-8", "utf-8"),
        ("utf-8, utf-8", "utf-8"),
        ("utf-8''", "utf-8"),
        ("utf8mb4", "utf-8"),
        ("'utf-8", "utf-8"),
        ("UTF_8", "utf-8"),
        ("cp65001", "utf-8"),
        ("unicode-1-1-utf-7", "utf-7"),
        ("us-asci", "cp1252"),
        ("us-ascii (text)", "cp1252"),
        ("ANSI_X3.4-1968", "cp1252"),
        ("iso_8859-1:1987", "cp1252"),
        ("ISO8859_1", "cp1252"),
        ("8859-1", "cp1252"),
        ("iso-8859-1-windows-3.1-latin-1", "cp1252"),
        ("windows-1252http-equivContent-Type", "cp1252"),
        ("latin-9", "iso8859-15"),
        ("iso-8859-8-i", "iso8859-8"),
        ("iso-8859-9", "cp1254"),
        ("win-1251", "cp1251"),
        ("x-cp1250", "cp1250"),
        ("cp-850", "cp850"),
        ("ibm850", "cp850"),
        ("windows-874", "cp874"),
        ("tis-620", "cp874"),
        ("gb2312", "gb18030"),
        ("GB18030-2005", "gb18030"),
        ("x-gbk", "gb18030"),
        ("ks_c_5601-1987", "cp949"),
        ("x-windows-949", "cp949"),
        ("cseuckr", "cp949"),
        ("x-sjis", "cp932"),
        ("csshiftjis", "cp932"),
        ("windows-31j", "cp932"),
        ("iso-2022-jp-ms", "iso2022_jp_ext"),
        ("cseucpkdfmtjapanese", "euc_jp"),
        ("x-mac-cyrillic", "mac-cyrillic"),
        ("koi8-ru", "koi8-u"),
        ("hz-gb-2312", "hz"),
        ("cn-big5", "big5hkscs"),
        ("binary", ""),
        ("unknown-8bit", ""),
        ("x-user-defined", ""),
        ("rot13", ""),
        ("base64", ""),
        ("unicode_escape", ""),
        ("idna", ""),
        ("", ""),
        ("\0", ""),
    ],
)
def test_names_are_understood_by_sense(spelling: str, codec: str) -> None:
    assert codec_for(spelling) == codec


def test_wide_characters_tell_their_order_by_their_zero_bytes() -> None:
    text = "héllo wörld ☺"
    for codec in ("utf-16-le", "utf-16-be", "utf-16"):
        assert charsets.decode(text.encode(codec), "utf-16") == text
        assert charsets.decode(text.encode(codec), "utf-16le") == text


def test_a_character_cut_in_half_spoils_nothing_else() -> None:
    assert charsets.decode("Картинка с длинным именем".encode()[:-1]) == "Картинка с длинным имене\ufffd"


# What the charsets of a script are taken for: written in the first, labelled with the others.
TAKEN_FOR = {
    "cp1255": ("iso-8859-8", "iso-8859-8-i", "iso-8859-8-e", "windows-1256", "visual"),
    "iso8859-8": ("windows-1255", "iso-8859-8-i", "iso-8859-8-e", "windows-1256"),
    "cp1256": ("iso-8859-6", "iso-8859-6-e", "asmo-708", "windows-1255", "iso-8859-8"),
    "iso8859-6": ("windows-1256", "iso-8859-6-i", "windows-1255"),
}
SPOKEN = {
    "hebrew": ("cp1255", "iso8859-8"),
    "arabic": ("cp1256", "iso8859-6"),
    "persian": ("cp1256",),
}


@pytest.mark.parametrize(("language", "codec"), [(one, codec) for one, codecs in SPOKEN.items() for codec in codecs])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_words_of_the_right_to_left_scripts_come_out_whatever_their_label(
    language: str, codec: str, data: st.DataObject
) -> None:
    words = data.draw(st.permutations(SAID[language].split()))
    text = " ".join(words[data.draw(st.integers(0, 1)) :])
    label = data.draw(st.sampled_from((*TAKEN_FOR[codec], "", "utf-8", "us-ascii", "iso-8859-1", "no-such")))
    assert charsets.decode(text.encode(codec), label) == text


def test_a_right_label_is_believed_beside_words_of_another_script() -> None:
    text = "مرحبا، déjà reçu à l’hôtel, merci"
    assert charsets.decode(text.encode("cp1256"), "windows-1256") == text
    pointed = "שָׁלוֹם – ההזמנה „שלי” לא הגיעה… 50₪"
    assert charsets.decode(pointed.encode("cp1255"), "windows-1255") == pointed


@pytest.mark.parametrize("label", ["", "us-ascii", "utf-8", "utf-7", "unicode-1-1-utf-7", "x-unicode-2-0-utf-7"])
@pytest.mark.parametrize("language", ["hebrew", "arabic", "persian", "russian", "greek", "japanese", "korean", "thai"])
def test_utf_7_is_read_whether_it_says_so_or_not(language: str, label: str) -> None:
    assert charsets.decode(SAID[language].encode("utf-7"), label) == SAID[language]


@pytest.mark.parametrize(
    "text",
    [
        "Call +989121234567 or +49301234567- now",
        "1+1=2, a+bcd-e, C++Builder+-",
        "Caf+AOk-",
        "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
        "key: +QWxhZGRpbjpvcGVuIHNlc2FtZQ/abc+defghijklmnopqrstuvwxyz0123",
    ],
)
def test_what_only_looks_like_utf_7_stays(text: str) -> None:
    assert charsets.decode(text.encode(), "") == charsets.decode(text.encode(), "us-ascii") == text


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["", "utf-7", "windows-1255", "iso-8859-6", "us-ascii", "koi8-u"]))
def test_any_bytes_become_text_that_a_database_takes(data: bytes, label: str) -> None:
    text = charsets.decode(data, label)
    assert "\0" not in text
    assert text.encode() is not None


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("Content-Type: text/plain; charset=iso-8859-8-i\nContent-Transfer-Encoding: 8bit", "iso8859-8"),
        ("Content-Type: text/plain; charset=windows-1256", "cp1255"),
        ("Content-Type: text/plain", "cp1255"),
        ("Content-Type: text/plain; charset=utf-7", "utf-7"),
        ("X-None: 1", "utf-7"),
        ('Content-Type: text/html; charset="us-ascii"', "cp1255"),
    ],
)
def test_a_whole_mail_in_hebrew_is_read(head: str, body: str) -> None:
    said = SAID["hebrew"]
    shown = f"<p>{said}</p>" if "html" in head else said
    raw = f"From: Dana <dana@shop.example>\n{head}\n\n".encode() + shown.encode(body)
    mail = parse.parse(raw)
    assert mail.text.strip() == said
    assert mail.visible_reply.strip() == said


def test_markup_out_of_utf_7_is_cleaned_like_any_other() -> None:
    page = f"<p>{SAID['hebrew']}</p><script>alert(1)</script>"
    raw = b"From: a@b.example\nContent-Type: text/html; charset=utf-7\n\n" + page.encode("utf-7")
    assert "script" not in sanitize.clean(parse.parse(raw).html)


ABOUT_AN_ORDER = (
    "Tisztelt Ügyfélszolgálat! A megrendelésemről szeretnék érdeklődni, mert még mindig nem érkezett meg. "
    "Kérem, küldjék el, mikor várható a csomagom. Köszönöm szépen, üdvözlettel: Kovács Győző"
)


@pytest.mark.parametrize("label", ["", "iso-8859-1", "windows-1252", "us-ascii"])
@pytest.mark.parametrize("codec", ["cp1250", "iso8859-2"])
def test_long_hungarian_mails_whose_few_telling_letters_mean_others_in_the_west(label: str, codec: str) -> None:
    assert charsets.decode(ABOUT_AN_ORDER.encode(codec), label) == ABOUT_AN_ORDER


@pytest.mark.parametrize(
    "text",
    [
        "Não há opções nem exceções às condições, põe aí.",
        "Tere päevast, soovin tellimuse tühistada, sest see ei jõudnud kohale õigel ajal.",
        "Le dîner du mois d'août à Zürich, chez Björn, a dû être payé.",
        "L'avió de Xènia és ràpid: això també és difícil, però possible.",
    ],
)
def test_the_languages_of_the_west_stay_what_they_are(text: str) -> None:
    assert charsets.decode(text.encode("cp1252")) == text


@pytest.mark.parametrize("label", ["", "us-ascii", "utf-8", "iso-8859-1"])
def test_a_mark_of_byte_order_is_none_of_the_text(label: str) -> None:
    assert charsets.decode("\ufeffGrüße".encode(), label) == "Grüße"
