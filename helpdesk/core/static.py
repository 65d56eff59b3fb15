"""Static files under names that carry their fingerprint, so that browsers may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class FingerprintedStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Falls back to plain names before the files were collected, as in tests."""

    def stored_name(self, name: str) -> str:
        """The fingerprinted name; the plain one when there is no manifest yet."""
        return str(super().stored_name(name)) if self.hashed_files else name
