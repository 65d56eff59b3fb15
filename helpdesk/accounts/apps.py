from django.apps import AppConfig


class App(AppConfig):
    name = "helpdesk.accounts"
    label = "accounts"
