"""The words by which mail programs introduce a quotation or a signature, in many languages."""

import re

HEADER_FROM = (
    "from|von|de|da|van|från|fra|od|lähettäjä|от|от кого|kimden|gönderen|expéditeur|remitente|mittente|发件人|寄件者|"
    "差出人|보낸 사람|보낸사람|"
    "از|فرستنده|من|المرسل|nadawca|odesílatel|feladó|kimdən|від"
)
HEADER_OTHER = (
    "to|sent|date|subject|cc|bcc|reply-to|importance|attachments?|an|gesendet|datum|betreff|kopie|antwort an|à|"
    "a|envoyé|date d'envoi|objet|"
    "destinataire|para|enviado( el| em)?|fecha|asunto|data|assunto|inviato|oggetto|aan|verzonden|onderwerp|till|"
    "skickat|ämne|kopia|til|sendt|emne|"
    "dato|do|komu|wysłano|temat|předmět|datum|odesláno|vastaanottaja|lähetetty|päivämäärä|päiväys|aihe|kopio|"
    "кому|отправлено|дата|тема|копия|"
    "kime|tarih|gönderildi|gönderilme|konu|bilgi|收件人|收件者|发送时间|日期|主题|主旨|抄送|宛先|送信日時|日時|"
    "件名|받는 사람|받는사람|보낸 날짜|날짜|제목|참조|"
    "به|گیرنده|تاریخ|زمان|موضوع|رونوشت|إلى|التاريخ|الموضوع|نسخة|тема|надіслано|címzett|tárgy"
)
HEADER_LINE = re.compile(
    rf"^[\s*_|>]*(?P<from>{HEADER_FROM})[\s*_]*[:：]\*?[\s\u200e\u200f]|^[\s*_|"
    rf">]*(?P<other>{HEADER_OTHER})[\s*_]*[:：](\*|\s|$)|^[\s*_|>]*(?P<bare>{HEADER_FROM})[\s*_]*[:：]\*?\s*$",
    re.I,
)
ANY_HEADER = re.compile(r"^[\s*_]*[^\W\d][\w '-]{0,24}[*_]{0,2}\s?[:：][*_]{0,2}\s+\S")

WROTE = re.compile(
    r"\b(wrote|writes|said|schrieb|hat geschrieben|geschrieben|a écrit|écrit|ecrit|escribi[óo]|escribe|escreveu|"
    r"ha scritto|scrisse|scritto|"
    r"schreef|geschreven|skrev|skrevet|skriver|napisał(\(a\)|a)?|napisal|pisze|napsal(\(a\)|a)?|пишет|"
    r"написал(\(а\)|а)?|писал(\(а\)|а)?|"
    r"kirjoitti|yazdı|şunu yazdı|írta|a scris|написа|пише|napísal(\(a\)|a)?|έγραψε|viết|đã viết|menulis)\b"
    r"|نوشت(ه)?|نوشته است|كتب|کتب|写道|寫道|撰写|书写|님이 작성|작성|썼습니다|wrote|のメール|書きました|さんは|כתב",
    re.I,
)
WHEN = re.compile(
    r"\d{1,2}[:.h]\d{2}|[\d۰-۹٠-٩]{1,4}[./\-年][\d۰-۹٠-٩]{1,2}[./\-月][\d۰-۹٠-٩]{1,4}|\b(19|20)\d\d\b|[۰-۹]{4}|"
    r"[۰-۹]{1,2}:[۰-۹]{2}|\d{1,2}\. ?\w{3,9}"
)
WHO = re.compile(r"[^\s<>@\[\]():]{1,64}@[^\s<>@\[\]():]{1,190}")
BEGINS = re.compile(
    r"^[\s>*]*(on|at|am|le|el|em|il giorno|il|in data|op|den|dne|dnia|w dniu|pe|vào|la|på|в|в письме от|ons?|"
    r"tor|fre|lør|søn|man|tir|mån|tis|lör|sön|"
    r"mon|tue|wed|thu|fri|sat|sun|seg|ter|qua|qui|sex|dom|lun|mar|mer|jeu|ven|sam|mi|do|di|mo|fr|sa|so|pon|wt|"
    r"śr|czw|pt|sob|nie|"
    r"20\d\d|\d{1,2}[./ ]|از|در|در تاریخ|بتاريخ|في|在|于|2\d{3}年|\d{4}年)",
    re.I,
)
SEPARATOR = re.compile(
    r"original|forwarded|reply message|ursprüngliche|weitergeleitete|message (d'origine|transféré|original)|"
    r"mensaje (original|reenviado)|mensagem (original|encaminhada)|"
    r"messaggio (originale|inoltrato)|oorspronkelijk|doorgestuurd|oprindelig|videresendt|opprinnelig|"
    r"ursprungligt|vidarebefordra|alkuperäinen|"
    r"wiadomość|przekazana|původní|přeposlaná|исходное|пересылаемое|пересланн|orijinal|özgün|iletilen|原始|转发|轉寄|"
    r"原邮件|元のメッセージ|転送|원본|전달된|"
    r"پیام اصلی|پیام ارسالی|الرسالة الأصلية|رسالة معاد|پیام هدایت|فوروارد",
    re.I,
)
PHRASES = re.compile(
    r"^\s*(begin forwarded message|anfang der weitergeleiteten|début du message|inicio del mensaje|"
    r"início da mensagem|inizio messaggio|"
    r"начало переадресован|reply above this line|## ?(please )?(type|write) your reply|-+ ?reply above|"
    r"in message <|ابتدای پیام)",
    re.I,
)
MOBILE = re.compile(
    r"^[\s>*_~-]*(sent (with|via|by|using|securely)\b.{0,80}|sent from (my|a|an|outlook|mail|gmail|yahoo|"
    r"samsung|blackberry|windows|proton|type mail|the ).{0,80}|"
    r"get outlook for .{0,60}|envoyé (de|depuis|avec|via|à partir) .{0,80}|télécharger outlook.{0,40}|"
    r"von (meinem|mein|meiner) .{0,60}gesendet.{0,60}|gesendet (von|mit) .{0,80}|"
    r"diese nachricht wurde von .{0,60}gesendet.{0,30}|enviado (desde|do|de|com|via|a partir) .{0,80}|"
    r"inviato (da|dal|con) .{0,80}|verzonden (vanaf|met|vanuit) .{0,80}|verstuurd (vanaf|met) .{0,80}|"
    r"skickat från .{0,80}|sendt fra .{0,80}|sendt med .{0,60}|wysłane? z .{0,80}|odesláno z .{0,80}|"
    r"lähetetty .{0,60}|отправлено (с|из) .{0,80}|"
    r".{0,60}(telefonumdan|iphone'umdan|iphone’umdan) gönderildi|发自我的.{0,40}|"
    r"從我的.{0,30}|iphoneから送信|.{0,30}から送信|"
    r".{0,20}에서 보냄|나의 .{0,30}보냄|"
    r"ارسال[ \u200c]?شده از .{0,60}|فرستاده[ \u200c]?شده از .{0,60}|از .{0,30} من ارسال شد.{0,20}|"
    r"أ?رسلت? من .{0,60}|تم الإرسال من .{0,60})[\s.*_>\]\)]*$",
    re.I,
)
DEVICE = re.compile(
    r"iphone|ipad|ipod|android|blackberry|samsung|galaxy|nokia|huawei|xiaomi|sony|htc|lg\b|phone|handy|mobil|"
    r"outlook|mail|gmail|tablet|smartphone|windows|"
    r"wireless|device|verizon|at&t|t-mobile|orange|proton|mailbird|spark|gerät|móvil|telefon|телефон|手机|手機|گوشی|"
    r"موبایل|تلفن|آیفون|اندروید|هاتف|smart",
    re.I,
)
