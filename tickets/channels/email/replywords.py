"""The words by which mail programs introduce a quotation, in many languages."""

import re

HEADER_FROM = (
    "from|von|de|da|van|från|fra|od|lähettäjä|от|от кого|kimden|gönderen|expéditeur|remitente|mittente|afzender|"
    "avsändare|"
    "afsender|avsender|发件人|寄件者|寄件人|發件人|"
    "差出人|送信者|보낸 사람|보낸사람|"
    "از|فرستنده|من|المرسل|nadawca|odesílatel|odosielateľ|feladó|kimdən|від|"
    "expeditor|de la|από|šalje|šiuntėjas|gửi từ|"
    "dari|daripada|מאת|จาก|saatja|nuo|από|từ|kimdən|pošiljatelj|pošiljalac"
)
HEADER_OTHER = (
    "to|sent|sent at|sent on|date|subject|cc|bcc|reply-to|importance|priority|attachments?|organization|an|gesendet|"
    "gesendet am|datum|betreff|"
    "kopie|antwort an|wichtigkeit|anlagen|à|"
    "a|envoyé|envoyé le|date d'envoi|message du|objet|sujet|copie à|pièces jointes|répondre à|"
    "destinataire|destinatario|para|enviado( el| em| a)?|enviada em|fecha|"
    "asunto|adjuntos|data|assunto|inviato|oggetto|"
    "allegati|risposta|aan|verzonden|"
    "verzonden op|onderwerp|till|skickat|ämne|bilagor|kopia|til|sendt|emne|kopi|vedhæftede filer|"
    "dato|do|dw|komu|wysłano|wysłane|temat|předmět|odesláno|predmet|odoslané|vastaanottaja|lähetetty|päivämäärä|"
    "päiväys|"
    "aihe|kopio|kenelle|"
    "кому|отправлено|дата|тема|копия|"
    "kime|tarih|gönderildi|gönderilme|konu|bilgi|收件人|收件者|发送时间|"
    "發送時間|傳送時間|寄件日期|日期|时间|主题|主題|主旨|"
    "抄送|副本|宛先|送信日時|日時|日付|"
    "件名|받는 사람|받는사람|보낸 날짜|보낸날짜|날짜|제목|참조|"
    "به|گیرنده|تاریخ|زمان|ارسال شده|ارسال‌شده|موضوع|رونوشت|إلى|الى|التاريخ|تاريخ الإرسال|تم الإرسال|الموضوع|نسخة|"
    "надіслано|"
    "címzett|tárgy|elküldve|către|subiect|trimis|προς|θέμα|ημερομηνία|tanggal|kepada|perihal|chủ đề|ngày|đến|אל|נושא|"
    "תאריך|ถึง|เรื่อง|วันที่|saadetud|adressaat|teema|nosūtīts|kam|temats|išsiųsta|tema|изпратено|относно|до|"
    "poslano|poslato|prima|za|zadeva|naslov|dikirim|dihantar|subjek|đã gửi|tới|enviat|per a|assumpte|στάλθηκε|"
    "göndərilib|kimə|mövzu"
)
HEADER_LINE = re.compile(
    rf"^[ \t*_|>]*(?P<from>{HEADER_FROM})[ \t*_]{{0,4}}[:：]\*{{0,2}}(?P<value>[\s\u200e\u200f].*)?$"
    rf"|^[ \t*_|>]*(?P<other>{HEADER_OTHER})[ \t*_]{{0,4}}[:：]\*{{0,2}}(?P<said>.*)$",
    re.I,
)
# Any other `Label: value`, as a program may put it among those it shares with all the others.
LABELLED = re.compile(r"^[ \t*_]{0,8}[^\W\d][\w '’-]{0,24}[*_ ]{0,3}[:：]")
# Several labels on a line that lost its breaks.
LABELS = re.compile(rf"(?:^|[\s*_])(?:{HEADER_FROM}|{HEADER_OTHER})\*?\s?[:：](?=\s|\*)", re.I)
SENT_OR_SUBJECT = re.compile(
    r"^[ \t*_|>]*(sent|subject|gesendet|betreff|envoyé|objet|sujet|enviad[oa]|asunto|assunto|inviato|oggetto|"
    r"verzonden|onderwerp|"
    r"skickat|ämne|sendt|emne|wysłan|temat|odesláno|předmět|lähetetty|aihe|"
    r"отправлено|тема|gönder|konu|发送|主|傳送|件名|送信日時|"
    r"제목|보낸 ?날짜|موضوع|ارسال|الموضوع|تم الإرسال|tárgy|elküldve|subiect|θέμα|נושא|"
    r"saadetud|teema|nosūtīts|temats|išsiųsta|изпратено|относно|poslano|poslato|zadeva|dikirim|subjek|đã gửi)",
    re.I,
)

WROTE = re.compile(
    r"\b(wrote|writes|quoting|zitat von|citeren|said|says|sent|schrieb|schrieben sie|hat geschrieben|"
    r"geschrieben|a écrit|écrit|ecrit|nous a dit|"
    r"escribi[óo]|escribe|escreveu|va escriure|"
    r"ha scritto|scrisse|scritto|schreef|geschreven|skrev|skrevet|skriver|"
    r"napisana przez|napisał(\(a\)|a)?|napisal|pisze|napsal(\(a\)|a)?|napísal(\(a\)|a)?|je napisa[ol](\(a\)|la)?|"
    r"napisa(o|la) je|napisal[ao]|missatge de|"
    r"пишет|написал(\(а\)|а)?|писал(\(а\)|а)?|написа(в|ла|о)?|пише|"
    r"kirjoitti|kirjutas|rakstīja|rašė|yazdı|şunu yazdı|írta|a scris|έγραψε|viết|đã viết|menulis)\b"
    r"|نوشت|كتب|کتب|写道|寫道|撰写|书写|寫|님이 작성|작성|쓴 글|썼습니다|"
    r"のメール|のメッセージ|書きました|さんは|כתב|เขียน|लिखा",
    re.I,
)
# A date with its year, or a time of day: what no introduction goes without, in any script.
YEAR = re.compile(
    r"\b(19|20)\d\d\b|(19|20)\d\d\s?[年년]|[۱٢١۲][۰-۹٠-٩]{3}|\b\d{1,2}[./-]\d{1,2}[./-]\d{2}\b|"
    r"\b\d{1,2}\. \d{1,2}\. \d{2}\b|\d{4}-\d\d-\d\d|25\d\d"
)
WHEN = re.compile(
    r"\d{1,2}[:.h]\d{2}|[\d۰-۹٠-٩]{1,4}[./\-年][\d۰-۹٠-٩]{1,2}[./\-月][\d۰-۹٠-٩]{1,4}|\b(19|20)\d\d\b|[۰-۹٠-٩]{4}|"
    r"[۰-۹٠-٩]{1,2}[:٫][۰-۹٠-٩]{2}|\d{1,2}\. ?\w{3,9}|(19|20)\d\d[年년]"
)
WHO = re.compile(r"[^\s<>@\[\]():\"']{1,64}@[^\s<>@\[\]():\"']{1,190}")
# The address as the last thing said, as in `<ada@shop.example>:`.
WHO_LAST = re.compile(r"@[^\s<>@]{1,190}[>)\]]{1,3}\s?[:：]?$")
# `Ada <ada@shop.example> wrote:`, or only the address, all of it.
SAYS_WHO = re.compile(
    r"^(?:[^<>()]{0,80}[<(][^\s<>()@]{1,64}@[^\s<>()]{3,120}[>)]|[^\s<>()@]{1,64}@[^\s<>()]{3,120})"
    r"\s[^\s,.;]{2,20}( [^\s,.;]{2,20}){0,2}\s?[:：]$"
)
# A day, a time of day and an address are all it says: `Jan 5, 2026, 17:00 by ada@shop.example:`
STAMPED_BY = re.compile(
    r"^[^@:]{6,40}\d{1,2}[:.]\d\d(:\d\d)?( ?[ap]\.?m\.?)?,? (by|von|de|da|van|door|av|af|fra|från|od|от|por) "
    r"[^\s@<>]{1,64}@[^\s@<>]{3,190}:$",
    re.I,
)
BEGINS = re.compile(
    r"^[\s>*_-]{0,12}("
    r"(on|at|am|le|el|em|il giorno|il|in data|in message|op|den|dne|dnia|dňa|w dniu|pe|vào|la|på|в письме от|ons?|"
    r"tor|fre|lør|søn|man|tir|mån|tis|lör|sön|"
    r"mon|tue|wed|thu|fri|sat|sun|(mon|tues|wednes|thurs|fri|satur|sun)day|seg|"
    r"ter|qua|qui|sex|dom|lun|mar|mer|jeu|ven|"
    r"sam|mi|do|di|mo|fr|sa|so|ma|ti|ke|to|su|pon|wt|"
    r"śr|czw|pt|sob|nie|po|út|st|čt|pá|"
    r"пн|вт|ср|чт|пт|сб|вс|нд|(понедельник|вторник|среда|четверг|пятница|суббота|воскресенье))\b"
    r"|20\d\d|\d{1,2}[./ :-]|[۰-۹٠-٩]{1,2}\s|از|در|در تاریخ|بتاريخ|في|على|在|于|於|\"|"
    r"posted by|message de )",
    re.I,
)
FIRST_PERSON = re.compile(r"\b(i|we|you|ich|wir|je|nous|yo|io|jeg|jag|ik|ja|я|ben) (wrote|said|sent|schrieb)\b", re.I)
WITHIN = re.compile(
    r"(?<=\S)[ \t]*(?:-{2,}[ \t]*)?\b(?:On|Am|Le|El|Em|Il|Op|Den|"
    r"Dnia) (?=(?:\w{2,10}[.,]{0,2} )?(?:\w{3,9}[.,]? )?\d)"
)

SEPARATOR = re.compile(
    r"original|forwarded|reply message|replied message|ursprüngliche|antwort nachricht|weitergeleitete|"
    r"message (d'origine|d’origine|transféré|original)|"
    r"mensaje (original|reenviado)|mensagem (original|encaminhada)|"
    r"messaggio (originale|inoltrato)|oorspronkelijk|origineel|doorgestuurd|oprindelig|videresendt|opprinnelig|"
    r"ursprungligt|vidarebefordra|alkuperäinen|välitetty|edelleenlähetetty|"
    r"wiadomość|przekazana|původní|pôvodná|přeposlaná|исходное|пересылаемое|пересланн|оригінал|orijinal|özgün|"
    r"iletilen|原始|原邮件|转发|"
    r"轉寄|回复的原邮件|元のメッセージ|転送|원본|전달된|eredeti|továbbított|mesaj original|αρχικό|izvorna|původní|"
    r"پیام اصلی|پیام ارسالی|پیام هدایت|فوروارد|ایمیل اصلی|الرسالة الأصلية|رسالة معاد|الأصلية|"
    r"מקורית",
    re.I,
)
# What a desk writes above a mail, for the answer to stand above it.
_CALLS = (
    r"(please )?(type|write|enter|add|post) your (reply|response|message) (above|before)|(please )?reply above (this|"
    r"the)|"
    r"please (reply|respond) above|respond above this|to (answer|reply)( by e-?mail)?,? (please )?write above|"
    r"bitte (antworten|schreiben) sie (oberhalb|über)|antwort bitte (oberhalb|über)|"
    r"(merci de |veuillez )?(répondre|repondre|écrire) au[- ]dessus de cette ligne|"
    r"(por favor,? )?(responda|escriba|escreva)( su respuesta| a sua resposta)? (encima|por encima|acima) d|"
    r"(si prega di )?(rispondere|rispondi|scrivere) sopra|(gelieve |graag )?(antwoord|typ uw antwoord|reageer) boven|"
    r"odpowied[zź] (prosimy )?(wpisać )?(powyżej|nad)|napište (svou )?odpověď nad|vastaa tämän (rivin|"
    r"viivan) yläpuolelle|"
    r"skriv (dit|ditt) svar (over|ovanför)|ответ(ьте|ить)? выше этой|lütfen yanıtınızı bu satırın|"
    r"请在此行上方|請在此行上方|この(行|線)(の|より)上|이 (줄|선) 위에|"
    r"(لطفا |لطفاً )?(پاسخ خود را )?بالای این خط|الرجاء (كتابة )?(الرد )?(أعلى|فوق) هذا"
)
CALL = re.compile(rf"^[\s>*_#=~-]{{0,20}}({_CALLS})", re.I)
PHRASES = re.compile(
    r"^[\s>*_#=~-]{0,20}(begin forwarded message|forwarded message:|anfang der weitergeleiteten|début du message|"
    r"inicio del mensaje|início da mensagem|inizio messaggio|begin doorgestuurd|doorgestuurd bericht:|"
    r"start på videresendt|vidarebefordrat (brev|mejl|meddelande):|videresendt (melding|besked):|"
    r"välitetty viesti|początek przekazywanej|začátek přeposílané|"
    r"начало переадресован|переслано:|iletilen ileti|以下は転送|下記は転送|開始轉寄|开始转发|전달된 메시지 시작|"
    r"ابتدای پیام|پیام هدایت‌شده|بداية الرسالة المعاد|"
    rf"{_CALLS})",
    re.I,
)
POSTED = re.compile(r"^[\s>]{0,8}posted by .{1,80} on \d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\s*$", re.I)
STAMPED = re.compile(
    r"^\d{4}[-/]\d\d?[-/]\d\d? \d\d?:\d\d (GMT|UTC)[+-]\d\d?:\d\d .{2,120}$|"
    r"^\"?[^\"]{2,60}\"? ?---\d{1,2}[/.]\d{1,2}[/.]\d{2,4} \d{1,2}:\d\d[^-]{0,9}---"
)
# A day and its time of day on a line of their own, as some programs put them under a name.
DATED = re.compile(r"^\s*(?=.{12,48}$)([\w.,:/-]{1,12}[ \u202f]{1,2}){2,8}[\w.,:/-]{1,12}\s*$")
CLOCK_LAST = re.compile(r"\d{1,2}[:.]\d\d( ?[ap]\.?m\.?)?\s*$", re.I)
# `Ada <mailto:ada@shop.example>` and nothing else.
MAILBOX_ALONE = re.compile(r"^[\s>]*[^\s<>@:][^<>@:]{0,60} ?<(mailto:)?[^\s<>@:]{1,64}@[^\s<>@]{3,120}>\s*$")
# `Quoting Ada Byron:`: a name, or one with its address.
QUOTING = re.compile(
    r"^(?i:quoting|zitat von|zitiere|citando a?|citeren|citerar|citation de|citat från|cytat od|cytuję|цитирую) "
    r"(?:[^\W\d_a-zà-öø-ÿа-я][\w.'-]{0,20} ?){2,4}(<[^\s<>@]{1,64}@[^\s<>@]{3,120}>)?:$"
)
