"""Addresses of the customers' pages."""

from django.urls import path

from customers import views

app_name = "customers"

urlpatterns = [
    path("desk/c/<int:pk>/", views.customer, name="customer"),
    path("desk/c/<int:pk>/change/", views.change, name="change"),
    path("desk/c/<int:pk>/handles/", views.add_handle, name="add_handle"),
    path("desk/c/<int:pk>/handles/<int:identity>/remove/", views.remove_handle, name="remove_handle"),
]
