"""Which charset bytes without an honest label have: the one in which they are most like a language. Pure, linear."""

import re

SAMPLE = 4_000
KANA = "".join(map(chr, range(0x3041, 0x30F7)))
# Two bytes a sign, each charset with what its languages write most.
EASTERN = (
    ("euc_jp", KANA),
    ("cp932", KANA),
    ("gb18030", "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能子得请谢您好"),
    ("cp949", "이다는을를의가에하고한도니습요지서나로아사어기안해주시그은"),
    ("big5hkscs", "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能子得請謝您好"),
)
RUSSIAN, GREEK, HEBREW, ARABIC = "оеаинтсрвлі", "αοιετσνηυρ", "יוהלאמרתב", "اليمنروتهدبیع"
# What is guessed last: codecs, each with the letters that its languages write most.
SCRIPTS = (
    ("cp1251", RUSSIAN),
    ("koi8-u", RUSSIAN),
    ("iso8859-5", RUSSIAN),
    ("cp866", RUSSIAN),
    ("cp1256", ARABIC),
    ("iso8859-6", ARABIC),
    ("cp1253", GREEK),
    ("cp1255", HEBREW),
    ("cp862", HEBREW),
    ("cp874", "านรอกเงมยลวดทีส่้"),
)
# Scripts whose charsets are taken for one another: a label among them is believed when no other makes better words.
HEBREW_BLOCK, ARABIC_BLOCK = range(0x0590, 0x0600), range(0x0600, 0x0700)
CONFUSED = {
    "cp1255": (HEBREW, HEBREW_BLOCK), "iso8859-8": (HEBREW, HEBREW_BLOCK), "cp862": (HEBREW, HEBREW_BLOCK),
    "cp1256": (ARABIC, ARABIC_BLOCK), "iso8859-6": (ARABIC, ARABIC_BLOCK),
}  # fmt: skip
COMMON, MARGIN = 0.45, 0.1
# Letters beyond ASCII of languages in Latin script: those that windows-1252 reads come first.
WESTERN = (
    "äöüß", "éèêëàâçùûîïôœ", "áéíóúñü¿¡ºª", "ãõáâàéêíóôúç", "àèéìòù", "åäöæøé", "áéëïóöüè", "áðéíóúýþæö",
)  # fmt: skip
CENTRAL = (
    ("cp1250", "ąćęłńóśźż"), ("iso8859-2", "ąćęłńóśźż"),
    ("cp1250", "áčďéěíňóřšťúůýžäľĺô"), ("iso8859-2", "áčďéěíňóřšťúůýžäľĺô"),
    ("cp1250", "áéíóöőúüű"), ("iso8859-2", "áéíóöőúüű"), ("cp1250", "čćđšž"), ("iso8859-2", "čćđšž"),
    ("cp1254", "çğıöşüâî"), ("cp1250", "ăâîşţ"), ("iso8859-2", "ăâîşţ"), ("cp1257", "āčēģīķļņšūžąęėįų"),
)  # fmt: skip
# Most of these bytes mean the same west of it; the long o means another sign there, beside which these hardly stand.
HUNGARIAN, LONG, ACUTE = set("áéíóöőúüű"), "ő", set("áéíó")
# Beyond letters: quotation marks, dashes, signs of money, no-break spaces.
NEUTRAL = "“”„‘’«»–—…€£§°•·\u00a0\u200c\u200d\u200e\u200f\u0307"
LEAST, SURE, BETTER = 3, 0.9, 0.2
SHIFTED = re.compile(rb"\+([A-Za-z0-9+/]{3,})-?")


def foreign(data: bytes) -> str:
    """Text of another script: by the charset in which it holds most of its language's common letters; else ""."""
    some = data[:SAMPLE]
    high = sum(1 for byte in some if byte >= 0x80)
    if high < 8 or high < len(some) // 3:
        return ""
    share, codec = _best(data, some)
    return data.decode(codec, "replace") if share > COMMON else ""


def _best(data: bytes, some: bytes) -> tuple[float, str]:
    scored = [
        (_in_script(some, codec) if codec in CONFUSED else _share(some, codec, letters), codec)
        for codec, letters in SCRIPTS
    ]
    scored += [(2 * _share(some, codec, signs), codec) for codec, signs in EASTERN if _fits(data, codec)]
    return max(scored, key=lambda one: one[0])


def latin(data: bytes) -> str:
    """Text in Latin script that windows-1252 would misread; "" when that reads it as well as any other."""
    some = data[:SAMPLE]
    if sum(1 for byte in some if byte >= 0x80) < LEAST:
        return ""
    west = max(_known(some, "cp1252", letters) for letters in WESTERN)
    share, codec = max(((_known(some, codec, letters), codec) for codec, letters in CENTRAL), key=lambda one: one[0])
    if share >= max(SURE, west + BETTER):
        return data.decode(codec, "replace")
    return data.decode("cp1250", "replace") if west < 1 and _is_hungarian(some) else ""


def _is_hungarian(some: bytes) -> bool:
    spoken = set(_beyond_ascii(some, "cp1250"))
    return LONG in spoken and bool(spoken & ACUTE) and spoken <= HUNGARIAN


def mislabelled(data: bytes, codec: str) -> bool:
    """Whether the label makes no words of these bytes while a neighbour's charset does."""
    if codec not in CONFUSED:
        return False
    some = data[:SAMPLE]
    best, name = max((_in_script(some, one), one) for one in CONFUSED)
    return name != codec and best > max(COMMON, _in_script(some, codec) + MARGIN) and bool(foreign(data))


def _in_script(some: bytes, codec: str) -> float:
    """How much of a right-to-left language this reading is: its common letters, and nothing of other scripts."""
    letters, block = CONFUSED[codec]
    spoken = _beyond_ascii(some, codec)
    common, pure = sum(sign in letters for sign in spoken), sum(ord(sign) in block for sign in spoken)
    return common * pure / max(1, len(spoken)) ** 2


def shifted(data: bytes) -> str:
    """Text of UTF-7 that does not say so (RFC 2152); "" unless all of its shifts together make words of a script."""
    if not SHIFTED.search(data, 0, SAMPLE):
        return ""
    try:
        text = data.decode("utf-7")
    except (UnicodeError, ValueError):
        return ""
    spoken = [sign for sign in text[:SAMPLE].lower() if not sign.isascii()]
    languages = [letters for _codec, letters in (*SCRIPTS, *EASTERN)]
    best = max(sum(sign in letters for sign in spoken) for letters in languages)
    return text if len(spoken) >= 8 and best > COMMON * len(spoken) else ""


def _known(some: bytes, codec: str, letters: str) -> float:
    spoken = _beyond_ascii(some, codec)
    return sum(sign in letters for sign in spoken) / max(1, len(spoken))


def _beyond_ascii(some: bytes, codec: str) -> list[str]:
    """What is neither ASCII nor a mere sign, in small letters."""
    text = some.decode(codec, "replace").lower()
    return [sign for sign in text if not sign.isascii() and sign not in NEUTRAL]


def _share(some: bytes, codec: str, letters: str) -> float:
    spoken = [sign for sign in some.decode(codec, "replace") if not sign.isascii()]
    return sum(sign in letters for sign in spoken) / max(1, len(spoken))


def _fits(data: bytes, codec: str) -> bool:
    try:
        data.decode(codec)
    except UnicodeDecodeError:
        return False
    return True
