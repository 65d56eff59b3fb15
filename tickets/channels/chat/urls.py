"""Addresses of the chat channel: `/w/<key>/api/…`; the socket and the long poll are in tickets/consumers.py."""

from django.urls import path

from tickets.channels.chat import api, pages

urlpatterns = [
    path("w.js", pages.loader, name="chat_loader"),
    path("w-shim.js", pages.shim, name="chat_shim"),
    path("w/<str:key>/", pages.app, name="chat_app"),
    path("w/<str:key>/try/", pages.try_out, name="chat_try"),
    path("w/<str:key>/api/boot", api.boot, name="chat_boot"),
    path("w/<str:key>/api/identify", api.identify, name="chat_identify"),
    path("w/<str:key>/api/messages", api.messages, name="chat_messages"),
    path("w/<str:key>/api/contact", api.contact, name="chat_contact"),
    path("w/<str:key>/api/human", api.human, name="chat_human"),
    path("w/<str:key>/api/seen", api.seen, name="chat_seen"),
    path("w/<str:key>/api/solved", api.solved, name="chat_solved"),
    path("w/<str:key>/api/rating", api.rating, name="chat_rating"),
    path("w/<str:key>/api/leave", api.leave, name="chat_leave"),
    path("w/<str:key>/api/transcript", api.transcript, name="chat_transcript"),
    path("w/<str:key>/api/page", api.page, name="chat_page"),
    path("w/<str:key>/api/greet", api.greet, name="chat_greet"),
    path("w/<str:key>/api/shutdown", api.shutdown, name="chat_shutdown"),
    path("w/<str:key>/api/files/<str:name>", api.file, name="chat_file"),
]
