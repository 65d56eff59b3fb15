"""Shared knowledge base: articles, versions, levels. Opens with its own issue; the layer is already contracted."""
