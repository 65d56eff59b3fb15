"""Addresses of the e-mail channel."""

from django.urls import path

from tickets.channels.email import views

urlpatterns = [path("<str:key>/", views.hook, name="mail_hook")]
