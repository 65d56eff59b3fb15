"""REST: tickets, their messages, and search."""
