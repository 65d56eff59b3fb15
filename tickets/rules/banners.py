"""What gateways and desks put above a mail, in many languages: "[EXTERNAL]", warnings, marks. Pure, linear."""

import re
from collections.abc import Sequence

MOST_LINES, MOST_OPENING, MOST_LINE = 12, 3, 600
_MAIL = (
    r"e[- ]?mails?|mails?|messages?|senders?|correspondence|nachricht(?:en)?|absender\w*|courriels?|exp[ée]diteur|"
    r"mensajes?|correos?|remitente|mensagem|remetente|messaggi[oi]|mittente|bericht|afzender|besked|afsender|meddelande|mejl|"
    r"avs[äe]ndare?|avsender|melding|e-?post\w*|viesti|s[äa]hk[öo]posti|l[äa]hett[äa]j[äa]|wiadomo[śs][ćc]|nadawca|"
    r"zpr[áa]va|odes[íi]latel\w*|письмо|сообщение|отправител\w*|e-?posta\w*|g[öo]nder\w+|邮件|郵件|发件人|メール|送信者|"
    r"이?메일|메일|발신자|ایمیل|پیام|رایانامه|نامه|فرستنده|البريد|رسالة|الرسالة|المرسل"
)
_OUTSIDE = (
    r"external(ly)?|outside|extern\w{0,2}|außerhalb|ausserhalb|ext[ée]rieure?|externe?s?|extern[oa]s?|fuera de|"
    r"fora d[aeo]|esterno|esterna|dall.esterno|buiten|udefra|uden ?for|utanf[öo]r|utenfor|ekstern\w{0,2}|"
    r"ulkopuol\w+|ulkoi\w+|spoza|zewn[ęe]trzn\w+|extern[íi]\w*|mimo organizaci|внешн\w+|извне|d[ıi][şs][ıi]ndan|"
    r"harici|外部|組織外|社外|외부|خارج|بیرون|خارجی|الخارج|خارجية|خارجي"
)
_SOURCE = (
    r"source|address|domain|party|account|quelle|adresse|fuente|origen|fonte|bron|k[äa]lla|kilde|l[äa]hde|"
    r"[źz]r[óo]d\w+|zdroj\w*|источник\w*|kaynak\w*|منبع|مصدر"
)
_TOGETHER = rf"(?:{_OUTSIDE})[ _-]?(?:{_MAIL}|{_SOURCE})(?!\w)|(?:{_MAIL}|{_SOURCE})[ -](?:{_OUTSIDE})(?!\w)"
TOGETHER = re.compile(rf"(?<!\w)(?:{_TOGETHER})", re.I)
ENTITLED = re.compile(rf"^\W{{0,12}}(?:{_TOGETHER})\s?[:!–—-]", re.I)
# Nothing but the label: "[EXTERNAL]", "*** External e-mail ***", "External sender:".
LABEL = re.compile(
    rf"^\W{{0,12}}(?:(?:caution|warning|attention|notice|achtung|warnung|vorsicht|هشدار|توجه|تحذير)\W{{1,4}})?"
    rf"(?:(?:{_OUTSIDE}|ext)(?:[ _-]?(?:{_MAIL}))?|(?:{_MAIL}) (?:{_OUTSIDE}))\W{{0,12}}$",
    re.I,
)
MARKED = re.compile(r"[\[(<{*#=_!:|【〔「⚠-]")
MAIL, OUTSIDE = re.compile(rf"(?<!\w)(?:{_MAIL})", re.I), re.compile(rf"(?<!\w)(?:{_OUTSIDE})", re.I)
MAIL_EAST = re.compile(r"邮件|郵件|メール|메일")
OUTSIDE_EAST = re.compile(r"外部|組織外|社外|외부")
# How such a warning opens: a word of warning, or the mail as the one that is spoken of.
OPENS = re.compile(
    r"^\W{0,12}(?:(?:caution|warning|attention|notice|important|be careful|external|alert|security|achtung|warnung|"
    r"vorsicht|hinweis|extern|avertissement|prudence|externe|precauci[óo]n|atenci[óo]n|advertencia|cuidado|aten[çc][ãa]o|"
    r"attenzione|avviso|let op|waarschuwing|opgelet|advarsel|obs|varning|huom\w*|varoitus|uwaga|ostrze[żz]enie|"
    r"upozorn[ěe]n[íi]|pozor|внимание|предупреждение|осторожно|d[iı]kkat|uyar[ıi]|注意|警告|주의|경고|هشدار|توجه|اخطار|"
    r"تحذير|تنبيه|انتباه)(?!\w)|"
    r"(?:this|the|diese?r?|die|ce|cet|cette|este|esta|questo|questa|dit|deze|denne?|detta|det här|t[äa]m[äa]|ta|"
    r"tato|tento|это|данное|bu|此|该|該|この|本|이|این|هذه|هذا)\s?(?:\w{1,12} )?(?:"
    rf"{_MAIL})|you don.t often get e?-?mail from|some people who received this message|"
    r"sie erhalten nicht (?:oft|h[äa]ufig) e-?mails? von|vous n.obtenez pas souvent|no suele recibir correo)",
    re.I,
)
SELDOM = re.compile(
    r"aka\.ms/LearnAboutSenderIdentification|don.t often get e?-?mail from|don.t often get email|"
    r"nicht (?:oft|h[äa]ufig) e-?mails? von|n.obtenez pas souvent|no suele recibir correo|zjQcmQRYFpfptBanner",
    re.I,
)
# What a warning goes on with, also in a paragraph of its own.
CAREFUL = re.compile(
    r"\b(click|links?|attachments?|recogni[sz]e|phishing|malware|suspicious|report (spam|suspicious|phish)|"
    r"know the content|links?|anh[äa]nge?|anlagen|klicken|vertrauen|absender|liens?|pi[èe]ces? jointes?|cliquez|"
    r"enlaces?|adjuntos|links|anexos|allegati|collegamenti|bijlagen|koppelingen|vedh[æe]ftede|bilagor|l[äa]nkar|"
    r"vedlegg|lenker|liitte\w+|linkke\w+|za[łl][ąa]cznik\w*|p[řr][íi]loh\w*|odkaz\w*|ссылк\w+|вложени\w+|"
    r"ba[ğg]lant\w+|ekler\w*)|链接|附件|連結|リンク|添付|링크|첨부|پیوست|لینک|پیوند|الروابط|المرفقات",
    re.I,
)
# Lines by which desks find their own mail again.
REFERENCE = re.compile(
    r"^\s{0,9}(?:\[?\s?ref:[\w.!]{6,80}:ref\s?\]?|\{#[\w:#. -]{0,60}\d[\w:#. -]{0,60}\}|"
    r"\[[0-9A-Z]{5,8}-[0-9A-Z]{4,5}\]|##[-=]?\s?[^\W_][^#\n]{4,150}[-=]?##)"
    r"\s{0,9}$",
    re.I,
)
IN_PERSON = re.compile(
    r"(?i:\b(my|i'm|i’m|ich|meine?[nrms]?|je|mon|mijn|ik|yo|mi|meu|mio|я|мой)\b)|\bI\b|برای من|سفارش"
)
ORGANISATION = re.compile(
    r"organi[sz]\w*|compan(?:y|ies)|corporat|network|firm|unternehmen|betrieb|hauses|entreprise|soci[ée]t[ée]|"
    r"empresa|instituci|azienda|bedrijf|virksomhed|f[öo]retag|bedrift|yrity|spole[čc]nost|организац|компани|kurulu[şs]|"
    r"[şs]irket|kurum|组织|組織|公司|社外|社内|조직|회사|سازمان|شرکت|مجموعه|المؤسسة|مؤسسة|الشركة|المنظمة|الجهة",
    re.I,
)
SIGNS = re.compile(r"^[\W_]*$")
LONG = 45


def above(texts: Sequence[str]) -> int:
    """How many of the first lines a gateway or a desk wrote; 0 when the sender wrote them all."""
    end = at = 0
    while at < min(len(texts), MOST_LINES):
        text = texts[at][:MOST_LINE]
        size = 1 if is_reference(text) else _warning(texts, at, begun=end > 0)
        end = at + size if size else end
        if not size and not SIGNS.match(text):
            break
        at += size or 1
    while 0 < end < len(texts) and SIGNS.match(texts[end][:MOST_LINE]):
        end += 1
    return end


def is_reference(text: str) -> bool:
    """Whether a line is nothing but a desk's own mark."""
    return REFERENCE.match(text[:MOST_LINE]) is not None


def is_warning(text: str) -> bool:
    """Whether a paragraph is a gateway's warning."""
    return _warns(text.strip()[: 2 * MOST_LINE])


def _warning(texts: Sequence[str], at: int, *, begun: bool) -> int:
    """How many lines from here are one warning, which programs may have wrapped."""
    lines = [text[:MOST_LINE].strip() for text in texts[at : at + MOST_LINES]]
    end = next((size for size, text in enumerate(lines) if SIGNS.match(text)), len(lines))
    opened = range(1, min(end, MOST_OPENING) + 1)
    size = next((size for size in opened if _warns(" ".join(lines[:size]))), int(begun and _cautions(lines[0])))
    while 0 < size < end and _goes_on(lines[size - 1], lines[size]):
        size += 1
    return size


def _goes_on(before: str, text: str) -> bool:
    """Whether a line belongs to the warning above it: it warns too, or is what was broken off."""
    return _cautions(text) or _warns(text) or (len(before) >= LONG and text[:1].islower() and not _spoken(text))


def _spoken(text: str) -> bool:
    """People ask, and speak of themselves; gateways do not."""
    return text.endswith(("?", "؟", "？")) or IN_PERSON.search(text) is not None


def _warns(text: str) -> bool:
    if _spoken(text):
        return False
    if LABEL.match(text):
        return MARKED.search(text) is not None or text.isupper() or TOGETHER.search(text) is not None
    if SELDOM.search(text) or ENTITLED.match(text):
        return True
    if not (OPENS.match(text) and (OUTSIDE.search(text) or OUTSIDE_EAST.search(text))):
        return False
    return _of_mail(text) or (CAREFUL.search(text) is not None and OUTSIDE.match(text) is not None)


def _of_mail(text: str) -> bool:
    """Whether it says of a mail that it came from outside, or warns of it."""
    mail = MAIL.search(text) or MAIL_EAST.search(text)
    return mail is not None and any(sign.search(text) for sign in (ORGANISATION, TOGETHER, CAREFUL))


def _cautions(text: str) -> bool:
    return CAREFUL.search(text) is not None and not _spoken(text)
