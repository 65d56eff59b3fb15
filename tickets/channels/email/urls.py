"""Addresses of the e-mail channel."""

from django.urls import path

from tickets.channels.email import views

urlpatterns = [
    path("<str:key>/", views.hook, name="mail_hook"),
    # Mailgun hands the mail over as it came to addresses that end so.
    path("<str:key>/mime", views.hook, name="mail_hook_mime"),
]
