"""Addresses of the customers' pages."""

from django.urls import path

from customers.views import customer

app_name = "customers"

urlpatterns = [
    path("desk/c/<int:pk>/", customer.customer, name="customer"),
    path("desk/c/<int:pk>/change/", customer.change, name="change"),
    path("desk/c/<int:pk>/handles/", customer.add_handle, name="add_handle"),
    path("desk/c/<int:pk>/handles/<int:identity>/remove/", customer.remove_handle, name="remove_handle"),
]
