"""Operations of the API: provision. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal

from larabill_client.models.provision import (
    AbandonIn,
    AccessOut,
    AdoptIn,
    CredentialIn,
    CredentialList,
    CredentialOut,
    KickedOrder,
    PowerIn,
    PowerOut,
    PowerTask,
    ProviderInbox,
    ProviderWebhookOut,
    ResizeIn,
    ResourceAuditList,
    ResourceAuditOut,
    ResourceOut,
    ResourcePage,
    ResourceStatus,
    StrayList,
    TaskList,
    WebhookOutcome,
    WebhookTaken,
)
from larabill_client.transport import Transport, _part


class ProvisionApi(Transport):
    """Operations under /provision."""

    def list_credentials(self) -> CredentialList:
        """The names of stored credentials; never their secrets.

        Needs `credentials.read`.
        """
        return self._ask(CredentialList, "GET", "/provision/credentials")

    def delete_credential(self, name: str) -> None:
        """Forget the secrets of a name.

        Needs `credentials.write`.
        """
        self._send("DELETE", f"/provision/credentials/{_part(name)}")

    def put_credential(self, name: str, body: CredentialIn) -> CredentialOut:
        """Store secrets under a name, or replace them.

        Needs `credentials.write`.
        """
        return self._ask(CredentialOut, "PUT", f"/provision/credentials/{_part(name)}", body=body)

    def list_provider_webhooks(
        self,
        *,
        after: str | None = None,
        limit: int | None = None,
        sort: Literal["-created", "created"] | None = None,
        account: str | None = None,
        result: WebhookOutcome | None = None,
    ) -> ProviderInbox:
        """Verified webhooks of providers, and what became of each.

        Needs `webhooks.read`.
        """
        return self._ask(
            ProviderInbox,
            "GET",
            "/provision/inbox",
            query={"after": after, "limit": limit, "sort": sort, "account": account, "result": result},
        )

    def all_provider_webhooks(
        self,
        *,
        sort: Literal["-created", "created"] | None = None,
        account: str | None = None,
        result: WebhookOutcome | None = None,
    ) -> Iterator[ProviderWebhookOut]:
        """Every item of `list_provider_webhooks`, page by page as it is asked for."""
        after: str | None = None
        while True:
            page = self.list_provider_webhooks(after=after, limit=100, sort=sort, account=account, result=result)
            yield from page.items
            after = page.next
            if after is None:
                return

    def replay_provider_webhook(self, webhook: str, *, idempotency_key: str | None = None) -> ProviderWebhookOut:
        """Act upon a webhook once more: the provider is asked, and decides.

        Needs `webhooks.replay`.
        """
        return self._ask(
            ProviderWebhookOut, "POST", f"/provision/inbox/{_part(webhook)}/replay", keyed=True, key=idempotency_key
        )

    def kick_order(self, order: str, *, idempotency_key: str | None = None) -> KickedOrder:
        """Begin again with what of a released order was not built.

        Needs `resources.write`.
        """
        return self._ask(KickedOrder, "POST", f"/provision/orders/{_part(order)}/kick", keyed=True, key=idempotency_key)

    def list_resources(
        self,
        *,
        after: str | None = None,
        limit: int | None = None,
        sort: Literal["-created", "created"] | None = None,
        customer: str | None = None,
        status: ResourceStatus | None = None,
        held: bool | None = None,
    ) -> ResourcePage:
        """What stands, or shall stand, at the providers.

        Needs `resources.read`.
        """
        return self._ask(
            ResourcePage,
            "GET",
            "/provision/resources",
            query={"after": after, "limit": limit, "sort": sort, "customer": customer, "status": status, "held": held},
        )

    def all_resources(
        self,
        *,
        sort: Literal["-created", "created"] | None = None,
        customer: str | None = None,
        status: ResourceStatus | None = None,
        held: bool | None = None,
    ) -> Iterator[ResourceOut]:
        """Every item of `list_resources`, page by page as it is asked for."""
        after: str | None = None
        while True:
            page = self.list_resources(after=after, limit=100, sort=sort, customer=customer, status=status, held=held)
            yield from page.items
            after = page.next
            if after is None:
                return

    def end_resource(self, resource: str, *, destroy_at: datetime, version: int) -> ResourceOut:
        """Suspend it now and destroy it, with its data, at a time.

        Needs `resources.end`.
        """
        return self._ask(
            ResourceOut,
            "DELETE",
            f"/provision/resources/{_part(resource)}",
            query={"destroy_at": destroy_at},
            version=version,
        )

    def get_resource(self, resource: str) -> ResourceOut:
        """One resource.

        Needs `resources.read`.
        """
        return self._ask(ResourceOut, "GET", f"/provision/resources/{_part(resource)}")

    def abandon_resource(
        self, resource: str, body: AbandonIn, *, version: int, idempotency_key: str | None = None
    ) -> ResourceOut:
        """Give up what failed: remove what is left, then credit or refund.

        Needs `resources.end`.
        """
        return self._ask(
            ResourceOut,
            "POST",
            f"/provision/resources/{_part(resource)}/abandon",
            body=body,
            keyed=True,
            key=idempotency_key,
            version=version,
        )

    def adopt_resource(self, resource: str, body: AdoptIn, *, idempotency_key: str | None = None) -> ResourceOut:
        """Say what at the provider this resource is.

        Needs `resources.write`.
        """
        return self._ask(
            ResourceOut,
            "POST",
            f"/provision/resources/{_part(resource)}/adopt",
            body=body,
            keyed=True,
            key=idempotency_key,
        )

    def list_resource_audits(
        self,
        resource: str,
        *,
        after: str | None = None,
        limit: int | None = None,
        sort: Literal["-created", "created"] | None = None,
    ) -> ResourceAuditList:
        """The audit trail of a resource.

        Needs `audits.read`.
        """
        return self._ask(
            ResourceAuditList,
            "GET",
            f"/provision/resources/{_part(resource)}/audit",
            query={"after": after, "limit": limit, "sort": sort},
        )

    def all_resource_audits(
        self, resource: str, *, sort: Literal["-created", "created"] | None = None
    ) -> Iterator[ResourceAuditOut]:
        """Every item of `list_resource_audits`, page by page as it is asked for."""
        after: str | None = None
        while True:
            page = self.list_resource_audits(resource, after=after, limit=100, sort=sort)
            yield from page.items
            after = page.next
            if after is None:
                return

    def get_power(self, resource: str) -> PowerOut:
        """Whether it is on: the provider is asked.

        Needs `resources.power`.
        """
        return self._ask(PowerOut, "GET", f"/provision/resources/{_part(resource)}/power")

    def switch_power(self, resource: str, body: PowerIn, *, idempotency_key: str | None = None) -> PowerTask:
        """Start, stop or restart it, where the provider can.

        Needs `resources.power`.
        """
        return self._ask(
            PowerTask,
            "POST",
            f"/provision/resources/{_part(resource)}/power",
            body=body,
            keyed=True,
            key=idempotency_key,
        )

    def resize_resource(
        self, resource: str, body: ResizeIn, *, version: int, idempotency_key: str | None = None
    ) -> ResourceOut:
        """Bring it to another plan or specification at the same account.

        Needs `resources.write`.
        """
        return self._ask(
            ResourceOut,
            "POST",
            f"/provision/resources/{_part(resource)}/resize",
            body=body,
            keyed=True,
            key=idempotency_key,
            version=version,
        )

    def resume_resource(self, resource: str, *, idempotency_key: str | None = None) -> ResourceOut:
        """Let go what staff have suspended.

        Needs `resources.write`.
        """
        return self._ask(
            ResourceOut, "POST", f"/provision/resources/{_part(resource)}/resume", keyed=True, key=idempotency_key
        )

    def retry_resource(self, resource: str, *, idempotency_key: str | None = None) -> ResourceOut:
        """Try anew what failed or was held back.

        Needs `resources.write`.
        """
        return self._ask(
            ResourceOut, "POST", f"/provision/resources/{_part(resource)}/retry", keyed=True, key=idempotency_key
        )

    def reveal_access(self, resource: str) -> AccessOut:
        """The access details, once, to the customer.

        Needs `access.reveal`.
        """
        return self._ask(AccessOut, "POST", f"/provision/resources/{_part(resource)}/reveal")

    def suspend_resource(self, resource: str) -> ResourceOut:
        """Suspend it, paid or not, until staff resume it.

        Needs `resources.write`.
        """
        return self._ask(ResourceOut, "POST", f"/provision/resources/{_part(resource)}/suspend")

    def list_resource_tasks(self, resource: str) -> TaskList:
        """The operations on a resource.

        Needs `resources.read`.
        """
        return self._ask(TaskList, "GET", f"/provision/resources/{_part(resource)}/tasks")

    def list_strays(self, *, account: str | None = None) -> StrayList:
        """What stands at providers under refs of ours and belongs to nothing here.

        Needs `resources.strays`.
        """
        return self._ask(StrayList, "GET", "/provision/strays", query={"account": account})

    def receive_provider_webhook(
        self, account: str, content: bytes, *, headers: Mapping[str, str] | None = None
    ) -> WebhookTaken:
        """What a provider tells by itself; verified over its raw bytes."""
        return self._ask(
            WebhookTaken, "POST", f"/provision/webhooks/{_part(account)}", content=content, headers=headers
        )
