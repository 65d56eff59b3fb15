"""Which codec a charset name of a mail means. Names are misspelt, decorated and invented; sense comes first."""

import codecs
import re
from functools import lru_cache

ENDS = re.compile(r"[;,/'\"*(:|\s]|http")
JUNK = re.compile(r"^\s*(?:charset\s*=)?(?:3[dD](?=[\"'\w]))?[\s\"'=]*(?:3[dD])?")
ISO_8859 = re.compile(r"(?:iso)?8859(1[0-6]|[1-9])")
CODE_PAGE = re.compile(r"(?:x?(?:cp|ibm|oem|dos|ms|win(?:dows)?))(\d{3,5})$")
# Mail says ASCII and Latin-1 and means windows-1252; each of these names a part of its superset.
WIDER = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949", "shift_jis": "cp932", "iso2022_jp": "iso2022_jp_ext",
    "big5": "big5hkscs", "utf-8-sig": "utf-8",
}  # fmt: skip
# Names without their punctuation, where Python knows the thing by another one.
NAMES = {
    "usasci": "ascii", "ansi": "ascii", "ansix34": "ascii", "ansix31101983": "ascii", "latin9": "iso8859-15",
    "gb": "gb18030", "cngb": "gb18030", "gb2312": "gb18030", "gb231280": "gb18030", "gb180302005": "gb18030",
    "chinese": "gb18030", "cnbig5": "big5", "xbig5": "big5", "big5hkscs2004": "big5hkscs", "eucgb2312cn": "gb18030",
    "ksc56011987": "cp949", "ksc5601": "cp949", "ksc56011989": "cp949", "korean": "cp949", "xjohab": "johab",
    "eucpkdfmtjapanese": "euc_jp", "xeucjp": "euc_jp", "xsjis": "cp932", "windows31j": "cp932", "mskanji": "cp932",
    "iso2022jpms": "iso2022_jp_ext", "cp50220": "iso2022_jp_ext", "cp50221": "iso2022_jp_ext",
    "cp50222": "iso2022_jp_ext", "iso2022jpesc": "iso2022_jp_ext", "hzgb2312": "hz",
    "koi8": "koi8-r", "koi": "koi8-r", "koi8ru": "koi8-u", "macintosh": "mac_roman", "mac": "mac_roman",
    "maccyrillic": "mac_cyrillic", "macukrainian": "mac_cyrillic", "macce": "mac_latin2",
    "maccentraleurroman": "mac_latin2", "macgreek": "mac_greek", "macturkish": "mac_turkish",
    "unicode11utf7": "utf-7", "unicode20utf7": "utf-7",
    "unicode11utf8": "utf-8", "unicode20utf8": "utf-8", "unicode": "utf-8",
    "iso10646ucs2": "utf-16-be", "ucs2": "utf-16-be", "logical": "iso8859-8", "visual": "iso8859-8",
    "hebrew": "iso8859-8", "arabic": "iso8859-6", "asmo708": "iso8859-6", "cyrillic": "iso8859-5", "thai": "cp874",
}  # fmt: skip
# Transforms and escapes that Python calls codecs but no mail may choose.
REFUSED = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}


@lru_cache(maxsize=256)
def codec_for(charset: str) -> str:
    """The Python codec that reads this charset name, or "" when there is none."""
    plain = JUNK.sub("", charset[:100].lower(), count=1)
    plain = ENDS.split(plain, maxsplit=1)[0]
    key = "".join(sign for sign in plain if sign.isascii() and sign.isalnum())
    for guess in _guesses(key, plain):
        try:
            info = codecs.lookup(guess)
        except (LookupError, ValueError, UnicodeError):
            continue
        if info._is_text_encoding and info.name.replace("-", "_") not in REFUSED:
            return WIDER.get(info.name, info.name)
    return ""


def _guesses(key: str, plain: str) -> list[str]:
    if key.startswith("utf8"):
        return ["utf-8"]
    family, page = ISO_8859.match(key), CODE_PAGE.match(key)
    if family:
        return [f"iso8859-{family[1]}"]
    if page:
        return [f"cp{page[1]}", f"windows-{page[1]}"]
    bare = [key, key.removeprefix("x"), key.removeprefix("cs"), key.removeprefix("xx")]
    return [NAMES[one] for one in bare if one in NAMES] + [plain, *bare]
