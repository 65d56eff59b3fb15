"""Set-up and start: the embedded servers, the supervisor, what happens before Django is loaded.

Knows only `helpdesk.env`; no app imports it except the commands that start something.
"""
