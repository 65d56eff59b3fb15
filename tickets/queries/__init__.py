"""Reading tickets, by page."""
