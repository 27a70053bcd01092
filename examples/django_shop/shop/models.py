"""Which customer of LaraBill a user is."""

from django.conf import settings
from django.db import models

from larabill_core.access import Actor
from larabill_django import principal as staff


class Account(models.Model):
    """One for each user who has signed up."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE)
    customer = models.UUIDField(unique=True)

    @property
    def actor(self):
        """Who acts, to LaraBill."""
        return Actor(kind="customer", id=str(self.user_id), roles=("customer",), customer_id=self.customer)


def principal(request):
    """LARABILL["PRINCIPAL"]: a customer is who has an account here; staff as LaraBill's default says."""
    account = Account.objects.filter(user=request.user).first() if request.user.is_authenticated else None
    return account.actor if account else staff(request)
