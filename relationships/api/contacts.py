"""Contacts by REST: listed, one by one, made and changed."""

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from relationships.api import profile_examples as examples
from relationships.api.bodies import Untouched, json_body
from relationships.api.described import ID, list_of, one_of_them
from relationships.api.directory import CONTACTS
from relationships.api.idempotency import PARAMETER, answered_once
from relationships.api.lists import answer_list, answer_one
from relationships.api.permissions import HasScope, WritesCustomers
from relationships.api.preconditions import ETAG, IF_NONE_MATCH
from relationships.api.profile_items import RIGHT_CONTACT, ContactChanges, NewContact
from relationships.api.profile_writes import contact_write
from relationships.api.profiles import (
    BODY_ERRORS,
    JSON,
    KIND,
    LOCATION,
    NAMESPACE,
    NAMESPACED,
    VALUE,
    Fields,
    addressed,
    fields_seen,
    good,
    namespace_of,
    precondition,
    sent,
    write_parameters,
    write_results,
    written,
)
from relationships.api.questions import fields_of
from relationships.api.schema import problems, refer
from relationships.services.profiles import ContactWrite, write_contact

NEEDS = "Needs the scope `contacts:write`, and a key that names no origins."


class ContactView(APIView):
    """Asks of a key to read or to write contacts, as the method has it."""

    permission_classes = (IsAuthenticated, HasScope, WritesCustomers)
    parser_classes = (Untouched,)

    @property
    def scope(self) -> str:
        """What a key must have."""
        is_reading = self.request.method in SAFE_METHODS
        return "contacts:read" if is_reading else "contacts:write"


class Contacts(ContactView):
    """Lists contacts, and makes them."""

    @list_of(CONTACTS, "The people at the customers this key may see.", scope="contacts:read")
    def get(self, request: Request) -> HttpResponse:
        """Return a page of contacts."""
        return answer_list(CONTACTS, request)

    @extend_schema(
        operation_id="make_contact",
        summary="Make a contact",
        description=(
            "Makes a contact at a customer whom the key may write to. An identity that means the "
            "customer as a whole means the contact from then on. To find or make one by an "
            f"identity in one call, use `/api/v1/contacts/by-identity/`. {NEEDS}"
        ),
        tags=["Customers"],
        parameters=[fields_seen(CONTACTS), PARAMETER, ETAG, LOCATION],
        request={JSON: refer(NewContact)},
        examples=[OpenApiExample("From a CRM", value=examples.CONTACT, request_only=True)],
        responses={**write_results(CONTACTS, 201), **problems(409, *BODY_ERRORS)},
    )
    def post(self, request: Request) -> HttpResponse:
        """Make it, or say what is wrong with it."""
        fields = fields_of(CONTACTS, request.query_params)
        asked = sent(request, NewContact, RIGHT_CONTACT)
        item = good(contact_write(asked, namespace_of(request)))
        return answered_once(
            request,
            json_body(request),
            lambda: written(
                request, CONTACTS, fields, lambda: write_contact(item=item, by=request.user)
            ),
        )


class Contact(ContactView):
    """Tells one contact, and changes it."""

    @one_of_them(CONTACTS, "A person at a customer this key may see.", scope="contacts:read")
    def get(self, request: Request, id: int) -> HttpResponse:
        """Return one contact."""
        return answer_one(CONTACTS, request, id)

    @extend_schema(
        operation_id="change_contact",
        summary="Change a contact",
        description=(
            "What is left out stays as it is. A contact stays at its customer: who changes sides "
            f"is a new contact there. {NEEDS}"
        ),
        tags=["Customers"],
        parameters=[ID, *write_parameters(CONTACTS)],
        request={JSON: refer(ContactChanges)},
        examples=[OpenApiExample("Who left", value=examples.CONTACT_CHANGES, request_only=True)],
        responses={**write_results(CONTACTS, 200), **problems(404, 412, *BODY_ERRORS)},
    )
    def patch(self, request: Request, id: int) -> HttpResponse:
        """Change it, or say what is wrong with that."""
        fields = fields_of(CONTACTS, request.query_params)
        asked = sent(request, ContactChanges, RIGHT_CONTACT)
        return _put(request, fields, good(contact_write(asked, namespace_of(request), id=id)))


class ContactByIdentity(ContactView):
    """One contact, by what others know it by."""

    @extend_schema(
        operation_id="upsert_contact",
        summary="Change the contact with an identity, or make one",
        description=(
            "Makes true of the contact what is sent, and leaves the rest as it is. Where nobody "
            "has this identity yet, a contact is made that has it, and needs a name and a "
            "customer. Where the customer as a whole has it, the contact is made there and has it "
            f"from then on. Sent again it changes nothing: `unchanged`. {NEEDS}"
        ),
        tags=["Customers"],
        parameters=[
            KIND,
            VALUE,
            NAMESPACE,
            *write_parameters(CONTACTS),
            IF_NONE_MATCH,
            LOCATION,
        ],
        request={JSON: refer(ContactChanges)},
        examples=[OpenApiExample("From a CRM", value=examples.CONTACT_UPSERT, request_only=True)],
        responses={**write_results(CONTACTS, 200, 201), **problems(404, 412, *BODY_ERRORS)},
    )
    def patch(self, request: Request, kind: str, value: str) -> HttpResponse:
        """Change it, or make it."""
        fields = fields_of(CONTACTS, request.query_params, NAMESPACED)
        ref = addressed(request, kind, value)
        asked = sent(request, ContactChanges, RIGHT_CONTACT)
        item = good(contact_write(asked, namespace_of(request), identity=ref))
        return _put(request, fields, item)


def _put(request: Request, fields: Fields, item: ContactWrite) -> HttpResponse:
    check = precondition(request, CONTACTS, fields)
    return written(
        request,
        CONTACTS,
        fields,
        lambda: write_contact(item=item, by=request.user, check=check),
    )
