"""The fields of a form in a provider's request, urlencoded or multipart. Pure."""

from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qs

from tickets.channels.base import ProviderRequest

MOST_FIELDS = 200


def fields(request: ProviderRequest) -> dict[str, list[str]]:
    """Each field's values, in order. Raises ValueError for what is no form, or too big a one."""
    if not request.content_type.lower().startswith("multipart/"):
        return parse_qs(request.body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    head = b"Content-Type: " + request.content_type.encode() + b"\r\n\r\n"
    whole = BytesParser(policy=HTTP).parsebytes(head + request.body)
    found: dict[str, list[str]] = {}
    for part in whole.iter_parts():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str) and not part.get_filename():
            data = part.get_payload(decode=True)
            found.setdefault(name, []).append(data.decode() if isinstance(data, bytes) else "")
    if len(found) > MOST_FIELDS:
        raise ValueError("too many fields")
    return found
