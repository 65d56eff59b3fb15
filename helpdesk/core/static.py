"""Static files under names that carry their fingerprint, so that browsers may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class FingerprintedStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Falls back to plain names before the files were collected, as in tests."""

    # A module names the modules it imports by their fingerprints too, or a browser would keep yesterday's.
    support_js_module_import_aggregation = True

    def stored_name(self, name: str) -> str:
        """The fingerprinted name; the plain one when there is no manifest yet."""
        return str(super().stored_name(name)) if self.hashed_files else name
