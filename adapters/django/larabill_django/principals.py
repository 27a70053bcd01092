"""Who is asking, by Django's own login: the default of `LARABILL["PRINCIPAL"]`."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest

from larabill_core.access import Actor


def principal(request: HttpRequest) -> Actor | None:
    """The actor of `request.user`; None, so 401, for everybody who is neither staff nor a customer.

    - A superuser is staff with the role `operator`, who may everything.
    - A user with `is_staff` is staff with a role for each of their groups, named like it: the manifest's `roles` say
      what these may; a group that is no role gives nothing.
    - A user with an attribute `larabill_customer_id` (a UUID: a field of your user model, or a property) is that
      customer.

    A project that knows its customers otherwise names its own function in `LARABILL["PRINCIPAL"]`.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not user.is_active:
        return None
    if user.is_staff:
        roles = ("operator",) if user.is_superuser else tuple(user.groups.values_list("name", flat=True))
        return Actor(kind="staff", id=str(user.pk), roles=roles)
    customer = getattr(user, "larabill_customer_id", None)
    if not isinstance(customer, UUID):
        return None
    return Actor(kind="customer", id=str(user.pk), roles=("customer",), customer_id=customer)
