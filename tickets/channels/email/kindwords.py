"""The words by which machines give themselves away where headers and structure say nothing. Each pattern is linear."""

import re

# Whose the address before the @ is: a mail server's.
DAEMONS = re.compile(
    r"^(mail(er)?[-_.]?d(a)?emon|poo?st[-_.]?master|mda?emon|mail-?delivery|mailsystem|mail-?system|mta|mailadmin|"
    r"mail-?administrator|bounce-?notification|microsoftexchange[0-9a-f]{16,32})\b",
    re.I,
)
DAEMON_NAMES = re.compile(
    r"mail(er)?[ -]?(delivery|deliver|daemon|system)|delivery[ -]?(sub)?system|content-filter|mail administrator|"
    r"system administrator|system attendant|delivery status|post ?master|mailer daemon",
    re.I,
)
# Of somebody who reads no answers: RFC 3834 2 names owner- and -request, the rest is custom.
NOBODY_READS = re.compile(
    r"^(no|do-?not|donot|dont|ne-?pas|nao|no-?se)[._-]?(reply|respond|repl[iy]|repondre|answer|respon)|^noreply|"
    r"[._-]no-?reply@|^(notification|notify|alert|bounce)s?([+.-]|@)|"
    r"^(owner|bounces?|listserv|majordomo|mailman|sympa|ezmlm)[-+@]|"
    r"[-+](request|owner|bounces?|errors|noreply|unsubscribe)@",
    re.I,
)
FAILURE_SUBJECT = re.compile(
    r"undeliver|non-? ?deliver|(not|n't) (be )?delivered|returned mail|mail (was )?returned|returned (e-?)?mail|"
    r"(failure|bounce) (notice|notification|report)|(mail|message) (is |was |has )?(fail|bounced|undeliv|blocked)|"
    r"deliver(y|ing)( of)?( the)?( message| mail| e-?mail)? ?"
    r"(status|has |was |is |report|notif|fail|problem|error|delay)|"
    r"(mail|message|smtp)( system| server)? (delivery|error|failure|failed)|mail system error|"
    r"could ?(n.t|not) (be )?(send|deliver|sent)|(can ?not|can't|unable to) (deliver|send|relay|be delivered)|"
    r"returning message to sender|return(ed)? to sender|undelivered|rejected (mail|message)|failed (mail|delivery)|"
    r"delivery[- ]status|\bbounced?\b|warning: .{0,200}(delayed|could not)|(mail|message|delivery).{0,40}reject|"
    r"message blocked|(message|mail|e-mail) you sent|"
    r"user unknown|message status|errors? encountered|delivery (incomplete|unsuccessful)|"
    r"unzustellbar|unzugestellt|zustell(ung|fehler)|nicht zugestellt|non remis|[ée]chec|non (distribu|livr)|"
    r"no se (puede entregar|ha podido)|no entregad|devuelt|n[ãa]o (foi )?entregue|mancata consegna|non recapitat|"
    r"impossibile recapitare|mancato recapito|onbestelbaar|niet afgeleverd|kunne ikke leveres|ikke lever|"
    r"kunde inte levereras|"
    r"gick inte att leverera|ej levererat|toimitus ep|ei voitu toimittaa|nie dostarczono|niedostarczon|nedoru[cč]|"
    r"k[ée]zbes[íi]thetetlen|teslim edilemed|neleverat|недостав|не доставлен|не удал|невозможно доставить|"
    r"配信でき|配信失敗|配信不能|送信でき|届|エラー|退信|无法投递|投递|無法(傳遞|遞送)|반송|배달|전송 실패|"
    r"تحویل|ارسال نشد|تعذر",
    re.I,
)
# Whole phrases that mail servers write and people hardly do.
FAILURE_TEXT = re.compile(
    r"(could|can|was|were|has|have)( ?not|n't| not yet)( been| be)? (be )?(deliver|sent|relay)"
    r"|(delivery|message).{0,60}(has |was )?(failed|delayed|rejected|undeliverable|bounced|blocked)|"
    r"permanent (fatal )?(error|failure)"
    r"|unable to (deliver|send|relay)|undeliverable|user unknown|unknown user|no such user|mailbox (is )?(full|"
    r"unavailable|not found)"
    r"|(unrouteable|invalid|unknown) (address|recipient|mail)|recipient (address )?(rejected|unknown|not found)|"
    r"quota|over ?quota"
    r"|returned (below|message|to sender)|transcript of session|giving up on|^diagnostic|reporting-mta|"
    r"final-recipient|failed recipient"
    r"|the following (address|recipient|message)|did not reach the following|host unknown|does(n't| not) exist|"
    r"not (a )?(valid|known|listed)|error sending your|failure reason"
    r"|bouncetype|notificationtype|delivery (attempt|fail)|not (a )?member|was rejected|rejected by|denied|blocked",
    re.I | re.M,
)
# The rules and openings that servers print around what they say. Whoever quotes them writes a ">" before them.
FORM = re.compile(
    r"^[-=* \t]{0,20}(transcript of session follows|failure reasons?\b|the following addresses had|"
    r"unsent message (follows|below)|below this line is a copy of the message|message header follows|"
    r"original message follows|returned message\b|this is a copy of the message, including all the headers|"
    r"this (is a )?(delivery status notification|permanent error)|hi\. this is the .{1,80}(send|delivery) program|"
    r"this message was created automatically by)|"
    r"^(reporting-mta|final-recipient|diagnostic-code|remote-mta|original-envelope-id)[ \t]?:",
    re.I | re.M,
)
STATUS_CODE = re.compile(
    r"(?<![\d.])(5\d\d[ -]|4\d\d[ -])?#?[45]\.\d{1,3}\.\d{1,3}(?![\d.])|(?<!\d)(5[05]\d|45\d)[ -][A-Za-z#<5]"
)
ORIGINAL = re.compile(
    r"(?im)^[> \t]{0,20}(return-path|received|message-id|original-recipient|final-recipient|arrival-date)[ \t]{0,9}:"
    r"|original message|message header|returned message|copy of (the|your) message|unsent message|below this line"
)
# What a list server writes when it takes no mail of ours.
LIST_REFUSAL = re.compile(
    r"(are|is) not (a )?(member|subscriber)|not (allowed|permitted|authori[sz]ed) to (post|send|write)|"
    r"only (members|subscribers)|(post|posting|message|mail).{0,80}\brejected|non-?member|メンバーでは|参加者では",
    re.I,
)
# What a sending service's hook says when its subscriber is a mailbox.
NOTICE = re.compile(r"\"(notificationType|eventType|event|Type)\"\s{0,9}:\s{0,9}\"(hard_|soft_)?bounced?\"", re.I)
AUTO_SUBJECT = re.compile(
    r"^\s{0,9}(\[[^\]]{1,40}\]\s{0,9})?((re|aw|sv):\s{0,9})?"
    r"(auto(matic|mated|matisch\w*)?[- ]?(re(ply|sponse|spond)|antwort|svar)?\s{0,9}(:|\b.{0,20}re(ply|sponse)|respon)|"
    r"auto: |vacation (re:|repl|resp|notice|message|auto)|"
    r"((i am|i'm) )?(currently )?out of (the )?office|ooo\b|away (until|from)|"
    r"on (vacation|leave|holiday)\s*$|i am away|abwesenheits|abwesend\s*(:|$|bis|vom)|(ich bin )?nicht im b[üu]ro|"
    r"automatische? (antwort|antwoord)|afwezig(heid\w*)?\s*(:|$)|r[ée]ponse automatique|"
    r"(message|notification|avis) d.absence|absence du bureau|absente? du |respuesta autom|mensaje autom|"
    r"ausente\s*(:|$|del?\b|hasta|at[ée]\b)|resposta autom|risposta automatica|fuori (sede|ufficio)|assenza\s*(:|$)|"
    r"fuera de (la )?oficina|automat\w+ (odpowied|odpov|svar|besked)|nieobecno\w*\s*(:|$)|nep[řr][íi]tomnost|autosvar|"
    r"frav[æe]r(sbesked|smelding|\s*:|\s*$)|fr[åa]nvaro(meddelande|\s*:|\s*$)|automaattinen|poissaoloilmoitus|"
    r"automatikus v[áa]lasz|r[ăa]spuns automat|автоответ|автоматический ответ|вне офиса|otomatik (yanıt|cevap)|"
    r"ofis d[ıi][şs][ıi]nda|自动(回复|答复)|自動(回覆|返信|応答|回复)|자동 ?(응답|회신)|부재 ?중|"
    r"پاسخ خودکار|پاسخگویی خودکار|خارج از دفتر|رد تلقائي|الرد التلقائي|خارج المكتب)",
    re.I,
)
# The same in more words: who is away says where or until when, who asks about holidays does not.
AWAY_SUBJECT = re.compile(
    r"^\s{0,9}((re|aw|sv|vs|r)\s?:\s{0,9})?"
    r"((i am|i.m|ich bin|je suis|estoy|estou|sono|ik ben|jeg er|jag är|olen|jestem|jsem|я|أنا)\s{1,3})?("
    r"\[(auto(matic)?[- ]?(reply|response|responder)|out of office|ooo)\]|"
    r"((i am |i'm |currently )?(away )?on )?"
    r"(annual|parental|maternity|paternity|sick|medical) leave\s{0,3}(:|$|re:|until|from)|"
    r"away on (vacation|leave|holiday)|not in the office\s{0,3}(:|$|until|from)|"
    r"urlaubs(abwesenheit|benachrichtigung|meldung|notiz)|(ich bin )?im urlaub\s{0,3}(:|$|bis|vom)|"
    r"(en cong[ée]s?|en vacances|je suis absent\w?)\s{0,3}(:|$|jusqu|du|de)|hors du bureau\s{0,3}(:|$)|"
    r"(de|en) vacaciones\s{0,3}(:|$|hasta|del)|fora do escrit[óo]rio\s{0,3}(:|$|at[ée])|aus[êe]ncia (tempor|do escr)|"
    r"(em|de) f[ée]rias\s{0,3}(:|$|at[ée])|in ferie\s{0,3}(:|$|fino|dal)|niet (op kantoor|aanwezig)\s{0,3}(:|$|tot)|"
    r"(op|met) vakantie\s{0,3}(:|$|tot|van)|ikke (til stede|på kontoret)\s{0,3}(:|$|til)|"
    r"på (ferie|semester)\s{0,3}(:|$|til|till|fra|från)|"
    r"(inte|ej) på kontoret\s{0,3}(:|$)|(poissa( toimistolta)?|lomalla)\s{0,3}(:|$)|"
    r"auto ?odpowied|odpowied\w{1,3} automat|"
    r"poza biurem\s{0,3}(:|$|do)|na urlopie\s{0,3}(:|$|do|od)|mimo kancel[áa][řr]|na dovolen[ée]\s{0,3}(:|$|do|od)|"
    r"(отпуск|в отпуске|нет на месте)\s{0,3}(:|$|до|с)|автоматич(ен|н\w{1,4}) (відповідь|отговор)|"
    r"автоматизован\w{1,4} відповідь|αυτόματη απάντηση|εκτός γραφείου|automatski odgovor|samodejni odgovor|"
    r"(izindeyim|yıllık izin)\s{0,3}(:|$)|trả lời tự động|thư trả lời tự động|(balasan|jawaban) otomatis|"
    r"(การ)?ตอบกลับอัตโนมัติ|תשובה אוטומטית|מענה אוטומטי|מחוץ למשרד|"
    r"不在(通知|のお知らせ|\s{0,3}[:：]|\s{0,3}$)|休暇中|休假(通知|中|\s{0,3}[:：])|不在(办公室|辦公室)|휴가 ?중|"
    r"پاسخ (اتوماتیک|ماشینی)|عدم حضور\s{0,3}(:|$)|(در )?مرخصی( هستم)?\s{0,3}(:|$|تا)|خارج از اداره|"
    r"(ال)?رد (ال)?آلي|في إجازة\s{0,3}(:|$|حتى)|"
    r"on (holiday|vacation|leave)\s{0,3}($|until)|absences?\s{0,3}:|urlaub\s{0,3}:|fr[åa]nvarande\s{0,3}(:|$)|"
    r"frav[æe]rende\s{0,3}(:|$)|(我)?(正在|目前)?休假(中|\s{0,3}$)|休暇を(いただ|頂)いて|(پیام|پاسخگوی) خودکار|"
    r"(eingangsbest[äa]tigung|accus[ée] de r[ée]ception|bevestiging van ontvangst|acuse de recibo)\s{0,3}:)|"
    r"^.{1,60}?\b(is (currently )?out of (the )?office|ist (außer haus|nicht im (haus|büro)|abwesend))\b|"
    r"\((out of (the )?office|automatic reply|auto[- ]?reply|abwesend|abwesenheit\w{0,6})\)\s{0,3}$",
    re.I,
)
PASSED_ON = re.compile(r"^\s{0,9}(re|fwd?|aw|wg|tr|rv|sv|vs|enc|i|odp|ynt|ilt|doorst|pd)\s{0,9}:", re.I)
