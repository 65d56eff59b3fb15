"""Where the pages of customers and organisations are, by their keys."""

from collections.abc import Collection

from django.urls import reverse

from customers.models import Customer, Organisation


def customers(keys: Collection[int]) -> dict[int, str]:
    """Addresses of these customers' pages; those that are gone are left out."""
    found = Customer.objects.filter(pk__in=keys).values_list("pk", flat=True)
    return {pk: reverse("customers:customer", args=[pk]) for pk in found}


def organisations(keys: Collection[int]) -> dict[int, str]:
    """Addresses of these organisations' pages."""
    found = Organisation.objects.filter(pk__in=keys).values_list("pk", flat=True)
    return {pk: reverse("customers:organisation", args=[pk]) for pk in found}
