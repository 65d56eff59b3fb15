"""Empowerment, grants, promises, follow-ups. Opens with its own issue; the layer is already contracted."""
