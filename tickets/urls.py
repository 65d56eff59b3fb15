"""Addresses of the desk."""

from django.urls import path

from tickets.views import bulk, changes, compose, demo, files, lists, quarantine, queue, search, settings, ticket, today

app_name = "tickets"

urlpatterns = [
    path("", today.today, name="home"),
    path("desk/", today.today, name="desk"),
    path("desk/q/<slug:view>/", queue.queue, name="queue"),
    path("desk/q/<slug:view>/fresh/", queue.fresh, name="fresh"),
    path("desk/q/<slug:view>/bulk/", bulk.bulk, name="bulk"),
    path("desk/t/new/", ticket.new, name="new"),
    path("desk/t/<int:number>/", ticket.ticket, name="ticket"),
    path("desk/t/<int:number>/conversation/", ticket.conversation, name="conversation"),
    path("desk/t/<int:number>/presence/", ticket.presence, name="presence"),
    path("desk/t/<int:number>/next/", ticket.follow, name="follow"),
    path("desk/t/<int:number>/reply/", compose.reply, name="reply"),
    path("desk/t/<int:number>/note/", compose.note, name="note"),
    path("desk/t/<int:number>/draft/", compose.draft, name="draft"),
    path("desk/m/<int:pk>/undo/", compose.undo, name="undo"),
    path("desk/m/<int:pk>/release/", compose.release, name="release"),
    path("desk/d/<int:pk>/retry/", compose.retry, name="retry"),
    path("desk/t/<int:number>/change/<slug:what>/", changes.change, name="change"),
    path("desk/m/<int:pk>/html/", files.html, name="html"),
    path("desk/m/<int:pk>/remote/<str:token>/", files.remote, name="remote"),
    path("desk/m/<int:pk>/pictures/", files.always, name="pictures"),
    path("desk/a/<str:token>/", files.attachment, name="attachment"),
    path("desk/a/<str:token>/look/", files.preview, name="preview"),
    path("desk/a/<str:token>/look/<int:page>/", files.picture, name="picture"),
    path("desk/search/", search.search, name="search"),
    path("desk/notifications/", search.notices, name="notices"),
    path("desk/quarantine/", quarantine.index, name="quarantine"),
    path("desk/quarantine/<int:pk>/", quarantine.one, name="quarantined"),
    path("desk/quarantine/<int:pk>/<slug:what>/", quarantine.act, name="quarantine_act"),
    path("settings/inboxes/", settings.inboxes, name="inboxes"),
    path("settings/inboxes/<int:pk>/", settings.inbox, name="inbox"),
    path("settings/inboxes/<int:pk>/test/", settings.test_inbox, name="test_inbox"),
    path("settings/lists/", lists.index, name="lists"),
    path("settings/lists/<slug:kind>/", lists.save, name="list_save"),
    path("demo/mailbox/", demo.mailbox, name="mailbox"),
]
