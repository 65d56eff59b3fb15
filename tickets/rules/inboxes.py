"""What of an inbox's settings is secret: sealed at rest, never given back. Pure."""

SECRET = frozenset(
    {"password", "token", "secret", "secret_old", "verify_token", "api_key", "send_key", "imap_password"}
    | {"pop_password", "smtp_password", "oauth_secret", "oauth_refresh", "oauth_access", "oauth_expires_at"}
    | {"identity_secret", "identity_secret_old"}
)
