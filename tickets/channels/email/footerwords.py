"""The words of devices, closings, lists, scanners and lawyers under what somebody writes, in many languages."""

import re

SENT_WITH = re.compile(
    r"^[\s>*_~<(\[-]{0,8}("
    r"(sent|delivered|written|typed|composed) (with|via|by|using|securely|from|on)\b|"
    r"get [\w-]{3,14} for (ios|android|windows|mac|mobile)\b\s?($|[<(\[])|get outlook for\b|"
    r"from my (iphone|ipad|ipod|android|phone|mobile|cell|blackberry|samsung|galaxy|tablet|nokia|htc)\b|"
    r"\w{2,20} from mobile\b|(download|try|get) (the )?\w{2,12} (mail|app)\b|"
    r"envoyé (de|depuis|avec|via|par|à partir|grâce)\b|télécharger outlook\b|obtenir outlook\b|obtenez outlook\b|"
    r"von (meinem|meiner|mein|unterwegs)\b.{0,50}\b(gesendet|geschickt|gesandt|aus)|gesendet (von|mit|über|aus)\b|"
    r"von \S{2,20} (für|via) .{2,30} gesendet|"
    r"diese (nachricht|e-?mail|mail) wurde (von|mit)\b.{0,50}\b(gesendet|geschickt)|holen sie sich outlook|"
    r"outlook für (ios|android) beziehen|"
    r"outlook für (ios|android) herunterladen|"
    r"enviado (desde|do|da|de|com|con|via|vía|a partir|por|mediante)\b|"
    r"obtener outlook|obter o outlook|baixe o outlook|"
    r"inviato (da|dal|dall'|con|tramite|mediante)|scarica outlook|ottieni outlook|"
    r"verzonden (vanaf|met|vanuit|via)\b|verstuurd (vanaf|met|via)\b|outlook voor (ios|android)|download outlook|"
    r"skickat från\b|skickades från\b|skickat med\b|hämta outlook|från min \w|sendt (fra|med|via)\b|hent outlook|"
    r"få outlook|skaff deg outlook|"
    r"wysłan[eoya]{1,2} (z|za|przy|ze|przez)\b|pobierz (aplikację )?outlook|odesláno (z|ze|pomocí|přes)\b|odoslané z|"
    r"získejte outlook|stáhnout outlook|lähetetty|hanki outlook|"
    r"отправлено (с|из|от|через)\b|послано с\b|надіслано з|скачать outlook|получить outlook|"
    r"(ios|android) için outlook|"
    r"发自|從我的|从我的|發自|來自|下载outlook|获取(适用于 ?(ios|android) ?的)? ?outlook|下載 ?outlook|取得適用於|"
    r"ارسال[ \u200c]?شده (از|با|توسط)|فرستاده[ \u200c]?شده (از|با)|از .{0,30} من (ارسال|فرستاده) شد|"
    r"(أ|ا)ُ?رسلت? (من|عبر|بواسطة)|تم الإرسال (من|عبر)|مرسل(ة)? من|"
    r"küldve|az? (ios|android)\w{0,6} outlook|trimis (de pe|din)|στάλθηκε από|poslano (s|z|sa)|"
    r"适用于 ?(ios|android)|適用於 ?(ios|android)|απ[οό] το |изпратено от|נשלח מ|dikirim dari|"
    r"gửi từ)",
    re.I,
)
# The same where the verb comes last.
SENT_ENDS = (
    "gönderildi",
    "から送信",
    "で送信",
    "を入手",
    "보냄",
    "보낸 메일",
    "küldve",
    "다운로드",
    "ارسال شد",
    "فرستاده شد",
)
# What says by itself that a device speaks, also when its name is not known.
SENT_FROM_MY = re.compile(
    r"^[\s>*_~<(\[-]{0,8}(sent (from|via|with|by)|envoyé (de|depuis) m|von mein|enviado desde mi|enviado do meu|"
    r"inviato da|"
    r"(verstuurd|verzonden) vanaf mijn|sendt fra min|skickat från min|wysłane z mo|odesláno z m|отправлено с мо|"
    r"发自我的|從我的|从我的|ارسال[ \u200c]?شده از .{1,30} من|أُ?رسلت من)",
    re.I,
)
DEVICE = re.compile(
    r"iphon|ipad|ipod|android|blackberry|samsung|galaxy|nokia|huawei|xiaomi|sony|htc|lg\b|phone|handy|mobil|"
    r"outlook|mail|tablet|smartphone|windows|wireless|device|verizon|at&t|t-mobile|orange|proton|spark|typeapp|"
    r"gerät|móvil|telefon|cell\b|телефон|почт|прилож|手机|手機|携帯|スマート|휴대|گوشی|موبایل|تلفن|"
    r"آیفون|آیپد|اندروید|هاتف|جوال|آيفون|smart|"
    r"app\b|ios\b",
    re.I,
)
EXCUSE = re.compile(
    r"excuse|pardon|forgive|sorry|apolog|typo|brev|concise|entschuldig|tippfehler|kürze|désolé|excus|disculp|desculp|"
    r"scus|errori|ursäkta|undskyld|beklager|prze(pra|prosz)|promiňte|"
    r"anteeksi|извин|опечат|kusura|见谅|見諒|失礼|誤字|"
    r"양해|ببخش|پوزش|عذر|أخطاء|http|www\.|aka\.ms",
    re.I,
)
CLOSING = re.compile(
    r"^[\s*_]{0,4}(((best|kind|warm|many|with( best| kind)?|yours) )*(regards|wishes)|best|cheers|thanks( again)?|"
    r"thank you|"
    r"many thanks|sincerely|yours( sincerely| truly| faithfully)?|"
    r"(mit |viele |liebe |beste |schöne |herzliche )*(freundlichen )?gr(ü|ue)(ß|ss)en?|mfg|lg|vg|danke|"
    r"(bien )?cordialement|salutations|bien à vous|merci|un saludo|saludos( cordiales)?|atentamente|gracias|"
    r"atenciosamente|att|abraços?|obrigad[oa]|(cordiali |distinti )?saluti|grazie|(met )?(vriendelijke )?groet(en|"
    r"jes)?|"
    r"mvg|mvh|(med )?(venlige?|vänlig|vennlig|bedste|beste) (hilsen|hälsning(ar)?)|hilsen|kh|vh|tack|takk|"
    r"(ystävällisin |parhain )?terveisin|t\.|kiitos|z powa(ż|z)aniem|pozdrawiam|dziękuję|(s |se )?(pozdravem|"
    r"pozdravom)|"
    r"děkuji|с уважением|спасибо|saygılarımla|iyi (günler|çalışmalar)|teşekkürler|"
    r"此致|敬礼|祝好|谢谢|謝謝|敬具|よろしくお願い.{0,8}|감사합니다|(با )?(تشکر|احترام|سپاس)( فراوان)?|ممنون|"
    r"(مع )?(أطيب )?(التحيات|تحيات[يه]?|التحية)|شكرا(ً)?)\b[\s,.!;،。*_-]*(?P<who>[^\W\d_][^\d,.:!?]{0,40})?[\s,.!]*$",
    re.I,
)
POINTS_BELOW = re.compile(
    r"below|inline|in-line|between the lines|in between|my (answers|comments|responses|replies)|in (red|blue|green|"
    r"bold)\b|"
    r"unten|siehe|zwischen den zeilen|ci-dessous|plus bas|abajo|más abajo|"
    r"abaixo|sotto|hieronder|onder|nedan|nedenfor|"
    r"herunder|poniżej|níže|alla\b|ниже|aşağıda|下面|下方|以下|下記|아래|پایین|زیر|در ادامه|أدناه|بالأسفل|[:：]\s*$",
    re.I,
)
# What only programs say.
FOOTER = re.compile(
    r"^\W{0,4}to (unsubscribe|stop receiving|manage your|change your (settings|preferences))\b|^\W{0,4}unsubscribe:|"
    r"you (received|are receiving|have received|got) this (message|e-?mail|mail) (because|as)|"
    r"because you (are|were) subscribed|(list|group)-(un)?subscribe|reply to this e-?mail directly|"
    r"^\W{0,4}(yahoo|aol) mail ?: \w+, \w+, \w+\W*$|"
    r"virus[- ](free|frei)|checked (for|by) .{0,20}(virus|antivirus|avast|avg)|"
    r"scanned (for|by) .{0,30}(virus|malware|mailscanner|messagelabs)|"
    r"this (e-?mail|message) (has been|was|is) (scanned|checked)|auf viren (geprüft|überprüft|untersucht)|"
    r"garanti(e)? sans virus|absence de virus|libre de virus|livre de vírus|privo di virus|virusvrij|virusfri|"
    r"wolny od wirusów|neobsahuje (žádné )?viry|проверено на (отсутствие )?вирус|عاری از ویروس|خالي من الفيروسات|"
    r"(consider|think (of|about)) the environment|before printing this|an die umwelt,? bevor|"
    r"pensez à l'environnement|medio ambiente antes|meio ambiente antes|denk aan het milieu|tænk på miljøet|"
    r"tänk på miljön",
    re.I,
)
# What readers ask for too; a footer gives the address where.
FOOTER_WITH_ADDRESS = re.compile(
    r"unsubscribe|mailing list|listinfo|subscription|notification settings|email preferences|in your browser|"
    r"avast|antivirus|virus|wirus|вирус|ウイルス|바이러스|病毒|ویروس|"
    r"abmelde|abbestell|désabonn|désinscri|darse de baja|cancelar|annulla|disiscri|uitschrijv|afmeld|avregistrera|"
    r"avmeld|meld deg av|peruuta|wypisa|zrezygn|odhlásit|отписа|aboneli|退订|取消订阅|取消訂閱|配信停止|수신 ?거부|"
    r"لغو اشتراک|لغو عضویت|إلغاء الاشتراك",
    re.I,
)
LEGAL_MAIL = re.compile(
    r"\b(this|the) (e-?mail|message|communication|transmission|information)|disclaimer|confidentiality|"
    r"diese (e-?mail|nachricht)|ce (message|courriel|mail)|cet e-?mail|"
    r"este (mensaje|correo|e-?mail)|esta (mensagem|mensaje)|quest[oa] (messaggio|e-?mail|mail|comunicazione)|"
    r"(dit|deze) (bericht|e-?mail)|den(ne|na) (e-?mail|meddelelse|besked|epost|e-post)|detta (meddelande|e-post|"
    r"mejl)|denne (meldingen|e-posten)|"
    r"tämä (viesti|sähköposti)|(ta|niniejsza) (wiadomość|korespondencja)|t(ato|ento) (zpráva|e-?mail)|"
    r"(это|данное) (сообщение|письмо)|bu (e-?posta|mesaj|ileti)|(本|此)(邮件|郵件|"
    r"电子邮件|信息)|本(メール|電子メール)|이 (메일|전자우편|이메일)|"
    r"این (پیام|ایمیل|رایانامه)|هذ[هاي] (الرسالة|البريد|الايميل|الإيميل)|إن هذه الرسالة",
    re.I,
)
LEGAL_TERM = re.compile(
    r"confidential|privileged|intended (solely|only|for)|intended recipient|addressee|received (this|"
    r"it) (\w+ )?in error|unauthori[sz]ed|"
    r"strictly prohibited|vertraulich|irrtümlich|empfänger|rechtlich geschützt|unbefugt|confidentiel|destinataire|"
    r"par erreur|"
    r"confidencial|destinatari[oa]|por error|por engano|por erro|riservat|per errore|vertrouwelijk|geadresseerde|"
    r"bestemd voor|abusievelijk|"
    r"fortrolig|modtager|ved en fejl|konfidentiell|avsedd|mottagare|mottaker|ved en feil|luottamuksel|vastaanottaja|"
    r"erehdyksessä|"
    r"poufn|adresat|omyłkowo|důvěrn|adresát|omylem|конфиденциальн|адресат|"
    r"получател|по ошибке|gizli|alıcı|yanlışlıkla|"
    r"机密|保密|收件人|误收|機密|受信者|誤って|기밀|수신인|수신자|잘못|محرمانه|گیرنده|اشتباه|سري|"
    r"سرية|المرسل إليه|بالخطأ|عن طريق الخطأ",
    re.I,
)
