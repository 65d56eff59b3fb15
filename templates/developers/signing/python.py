import base64
import hashlib
import hmac
import json
import os
import time

SECRET = os.environ["HELPDESK_SECRET"].encode()  # on your server only, never in a page
KEY = "YOUR-WIDGET-KEY"


def user_hash(user_id):
    return hmac.new(SECRET, user_id.encode(), hashlib.sha256).hexdigest()


def _part(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def user_token(user_id, name, email):
    now = int(time.time())
    claims = {"sub": user_id, "name": name, "email": email, "aud": KEY, "iat": now, "exp": now + 600}
    signed = _part(b'{"alg":"HS256","typ":"JWT"}') + b"." + _part(json.dumps(claims).encode())
    return (signed + b"." + _part(hmac.new(SECRET, signed, hashlib.sha256).digest())).decode()
