"""A quoted mail is known by its shape, also in languages and from programs that the reader has no words of."""

import pytest

from tickets.channels.email import reply

NEW = "It is here 1."
QUOTED = [
    "Saatja: Ada <ada@shop.example>\nSaadetud: esmaspäev, 5. jaanuar 2026 17:00\nAdressaat: Bob\nTeema: x",
    "No: Ada <ada@shop.example>\nNosūtīts: pirmdiena, 2026. gada 5. janvāris 17:00\nKam: Bob\nTemats: x",
    "Od: Ada <ada@shop.example>\nPoslano: ponedeljek, 5. januar 2026 17:00\nZa: Bob\nZadeva: x",
    "От: Ada <ada@shop.example>\nИзпратено: 5 януари 2026 г. 17:00\nДо: Bob\nОтносно: x",
    "Từ: Ada <ada@shop.example<mailto:ada@shop.example>>\nĐã gửi: Thứ Hai, 5 Tháng Một 2026 5:00 CH\nTới: B",
    "Kimdən: Ada <ada@shop.example>\nGöndərilib: 5 yanvar 2026 17:00\nKimə: Bob\nMövzu: x",
    "From: Ada\nReply-To: Desk <desk@shop.example>\nDate: 5 January 2026 17:00\nTo: Bob\nSubject: x",
    "От: Ada\nИзпратено: понеделник, 5 януари 2026 г. 17:00\nДо: Bob\nОтносно: x",
    "Od: Ada\nPoslano: ponedeljek, 5. januar 2026 17:00\nZa: Bob\nZadeva: x",
    "Nuo: Ada\nIšsiųsta: 2026 m. sausio 5 d. 17:00\nKam: Bob\nTema: x",
    "Dari: Ada\nDikirim: Senin, 5 Januari 2026 17:00\nKepada: Bob\nSubjek: x",
    "V pon., 5. jan. 2026 ob 17:00 je oseba Ada <ada@shop.example> napisala:",
    "सोम, 5 जन॰ 2026 को 5:00 pm बजे को Ada <ada@shop.example> ने लिखा:",
    "সোম, ৫ জানু, ২০২৬ তারিখে ৫:০০ PM টায় তারিখে Ada <ada@shop.example> লিখেছেন:",
    "Mnamo Jtt, 5 Jan 2026 saa 17:00 Ada <ada@shop.example> aliandika:",
    "Ada Lovelace <ada@shop.example>\nJanuary 5, 2026 at 5:00 PM",
    '"Ada Lovelace" <ada@shop.example> \n05.01.2026 17:00\n\nAn\n<bob@mail.example>\n\nThema\nx',
    "--------------------------------\nAda (Shop)\nJan 5, 2026, 17:00 CET\n",
    "----------------------------------------------\n\nAda Lovelace, Jan 5, 2026, 17:00 CET:\n",
]
SAID = [
    "My train:\n\nFrom: Berlin\nTo: Paris\n\nPlease refund it.",
    "My flight:\n\nAda Lovelace\nJan 5, 2026 17:00\nSeat 4\n\nPlease rebook it.",
    "The log:\n\n--------------------------------\nServer alpha\n2026-01-05 17:00\nerror\n\nPlease help me.",
    "My data:\n\nE-Mail: bob@mail.example\nBirth: 5 Jan 1980 10:30\nCity: Rome\n\nPlease change them.",
    "Write to Ada <ada@shop.example> before 5 Jan 2026 17:00, and tell her what we agreed on:\n\nall is well",
]


@pytest.mark.parametrize("head", QUOTED)
def test_a_quoted_mail_is_folded_by_the_shape_of_its_head(head: str) -> None:
    assert reply.visible(f"{NEW}\n\n{head}\n\nWhere is it?\n").text == NEW


@pytest.mark.parametrize("text", SAID)
def test_what_a_person_lists_stays(text: str) -> None:
    assert reply.visible(text).text == text
