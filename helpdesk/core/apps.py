from django.apps import AppConfig


class App(AppConfig):
    name = "helpdesk.core"
    label = "core"
