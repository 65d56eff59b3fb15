"""Which copy of ours a bounce, a report or a mail to a return path is about."""

from tickets import tokens
from tickets.envelopes import DeliveryReport, InboundMessage
from tickets.models import Delivery


def copy_of(inbound: InboundMessage) -> Delivery | None:
    """The copy that this mail came back for: proved by our return path, or by a Message-ID that we gave to one reader.

    People's mail never counts: whoever answers to a return path is treated as any other sender.
    """
    if not inbound.automatic and not inbound.bounce:
        return None
    named = (tokens.read_bounce_address(address) for address in inbound.recipients[:50])
    pk = next((pk for pk in named if pk), None)
    if pk is not None:
        return Delivery.objects.select_related("message__ticket").filter(pk=pk).first()
    return by_ids([one for report in inbound.reports[:1] for one in report.header_ids])


def copy_for(report: DeliveryReport) -> Delivery | None:
    """The copy that a provider's own report is about."""
    return by_ids(list(report.header_ids))


def by_ids(ids: list[str]) -> Delivery | None:
    """The copy with one of these Message-IDs (with or without brackets), the surest first."""
    wanted = [f"<{one.strip('<>')}>" for one in ids if one]
    if not wanted:
        return None
    rows = Delivery.objects.select_related("message__ticket").filter(header_id__in=wanted)
    found = {row.header_id: row for row in rows}
    return next((found[one] for one in wanted if one in found), None)
