"""Security keys and passkeys: what a true key answers is taken, and whatever else is sent gets a sentence, never an error."""

import json
import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from fido2.cose import ES256, CoseKey
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from accounts.models import Member
from accounts.passkey_forms import LONGEST_ANSWER, UNREADABLE, KeyAnswerField
from tests.factories import give_second_factor, make_member

PASSWORD = "a long enough one"
HOST = "testserver"
SEEN = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV
Answer = dict[str, Any]


class Key:
    """A key made of software, that answers as a browser hands it on."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.public: CoseKey = ES256.from_cryptography_key(self.private.public_key())
        self.id = b"a key of tests"

    def made(self, options: Any, **of_client: Any) -> Answer:
        """The answer when it is added."""
        data = AuthenticatorData.create(
            sha256(HOST.encode()).digest(),
            SEEN | AuthenticatorData.FLAG.AT,
            0,
            AttestedCredentialData.create(b"\0" * 16, self.id, self.public),
        )
        attestation = AttestationObject.create("none", data, {})
        return self._answer(
            attestationObject=websafe_encode(attestation),
            clientDataJSON=_client_data("webauthn.create", options, **of_client),
        )

    def used(self, options: Any, member: Member, **of_client: Any) -> Answer:
        """The answer when somebody signs in with it."""
        client_data = _client_data("webauthn.get", options, **of_client)
        data = AuthenticatorData.create(sha256(HOST.encode()).digest(), SEEN, 1)
        signed = data + sha256(websafe_decode(client_data)).digest()
        return self._answer(
            clientDataJSON=client_data,
            authenticatorData=websafe_encode(data),
            signature=websafe_encode(self.private.sign(signed, ec.ECDSA(hashes.SHA256()))),
            userHandle=websafe_encode(user_pk_to_url_str(member).encode()),
        )

    def _answer(self, **response: Any) -> Answer:
        name = websafe_encode(self.id)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "response": response,
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {"credProps": {"rk": True}},
        }


def _client_data(kind: str, options: Any, **of_client: Any) -> str:
    challenge = options["publicKey"]["challenge"]
    said = {"type": kind, "challenge": challenge, "origin": f"https://{HOST}", **of_client}
    return websafe_encode(json.dumps(said).encode())


@pytest.fixture
def dana(client: Client, db: None) -> Member:
    """A signed-in member without a password, who is asked again only when she has a key."""
    dana = make_member("dana")
    EmailAddress.objects.create(user=dana, email=dana.email, verified=True, primary=True)
    client.force_login(dana)
    return dana


def _give_password(client: Client, settings: Any, dana: Member) -> None:
    """Sign in by password, as far as it goes."""
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher"
    ]  # what is slow is not tested here
    client.logout()
    dana.set_password(PASSWORD)
    dana.save()
    client.post(reverse("account_login"), {"login": "dana", "password": PASSWORD})


def _add(client: Client, answer_of: Callable[[Any], Answer]) -> Any:
    options = client.get(reverse("mfa_add_webauthn")).context["js_data"]["creation_options"]
    sent = json.dumps(answer_of(options))
    return client.post(reverse("mfa_add_webauthn"), {"name": "My key", "credential": sent})


def _login_options(client: Client) -> Any:
    asked = {"accept": "application/json", "x-requested-with": "XMLHttpRequest"}
    return client.get(reverse("mfa_login_webauthn"), headers=asked).json()["request_options"]


def test_a_key_is_added_and_signs_in_by_itself(client: Client, dana: Member) -> None:
    key = Key()
    _add(client, key.made)
    client.logout()
    answer = key.used(_login_options(client), dana)
    client.post(reverse("mfa_login_webauthn"), {"credential": json.dumps(answer)})
    assert client.session["_auth_user_id"] == str(dana.pk)


def test_a_key_follows_the_password_and_is_asked_for_again(
    client: Client, dana: Member, settings: Any
) -> None:
    key = Key()
    _add(client, key.made)
    _give_password(client, settings, dana)
    options = client.get(reverse("mfa_authenticate")).context["js_data"]["request_options"]
    client.post(reverse("mfa_authenticate"), {"credential": json.dumps(key.used(options, dana))})
    assert client.session["_auth_user_id"] == str(dana.pk)
    options = client.get(reverse("mfa_reauthenticate_webauthn")).context["js_data"]["request_options"]
    answer = client.post(
        reverse("mfa_reauthenticate_webauthn"),
        {"credential": json.dumps(key.used(options, dana)), "next": "/about/"},
    )
    assert answer["Location"] == "/about/"


def test_of_a_key_only_what_is_needed_is_kept(client: Client, dana: Member) -> None:
    odd = {"authenticatorAttachment": "\x00", "\ud800": 10**400, "clientExtensionResults": {"credProps": {}}}
    _add(client, lambda options: {**Key().made(options), **odd})
    kept = Authenticator.objects.get(user=dana, type=Authenticator.Type.WEBAUTHN).data["credential"]
    assert kept.keys() == {"id", "rawId", "type", "response", "clientExtensionResults"}
    assert kept["response"].keys() == {"clientDataJSON", "attestationObject"}
    assert client.get(reverse("mfa_list_webauthn")).status_code == 200


UNREADABLE_ANSWERS = {
    "no JSON": "my key",
    "nothing": "",
    "a number": "7",
    "a huge number": "1" * 5000,
    "a list": "[]",
    "an empty object": "{}",
    "no raw id": '{"id": "a", "response": {}}',
    "another raw id": '{"id": "a", "rawId": "b", "response": {"clientDataJSON": "e30"}}',
    "numbers for bytes": '{"id": 99999999999, "rawId": 99999999999, "response": {"clientDataJSON": 99999999999}}',
    "an answer that is a list": '{"id": "a", "rawId": "a", "response": ["clientDataJSON"]}',
    "client data that are no JSON": '{"id": "a", "rawId": "a", "response": {"clientDataJSON": "YQ"}}',
    "text that is no base64": '{"id": "é", "rawId": "é", "response": {"clientDataJSON": "\\ud800\\u0000"}}',
    "nested without end": "[" * LONGEST_ANSWER,
    "far too long": '"' + "a" * 100_000 + '"',
}


@pytest.mark.parametrize("answer", UNREADABLE_ANSWERS.values(), ids=UNREADABLE_ANSWERS.keys())
def test_an_answer_of_another_shape_is_refused_in_words(answer: str) -> None:
    with pytest.raises(ValidationError) as refused:
        KeyAnswerField().clean(answer)
    assert refused.value.messages == [str(UNREADABLE)]


@pytest.fixture(params=["no raw id", "nested without end"])
def unreadable(request: pytest.FixtureRequest) -> str:
    return UNREADABLE_ANSWERS[request.param]


def test_an_unreadable_answer_to_adding_a_key_is_said_on_the_page(
    client: Client, dana: Member, unreadable: str
) -> None:
    page = client.post(reverse("mfa_add_webauthn"), {"name": "The blue one", "credential": unreadable})
    assert page.status_code == 200
    assert str(UNREADABLE) in page.text
    assert 'value="The blue one"' in page.text


def test_an_unreadable_answer_to_signing_in_is_said_on_the_next_page(
    client: Client, db: None, unreadable: str
) -> None:
    _login_options(client)
    page = client.post(reverse("mfa_login_webauthn"), {"credential": unreadable}, follow=True)
    assert page.status_code == 200
    assert str(UNREADABLE) in page.text


def test_an_unreadable_answer_to_being_asked_again_is_said_on_the_next_page(
    client: Client, dana: Member, unreadable: str
) -> None:
    _add(client, Key().made)
    page = client.post(reverse("mfa_reauthenticate_webauthn"), {"credential": unreadable}, follow=True)
    assert page.status_code == 200
    assert str(UNREADABLE) in page.text


def test_an_unreadable_answer_after_the_password_is_said_on_the_page(
    client: Client, dana: Member, settings: Any, unreadable: str
) -> None:
    give_second_factor(dana)
    _give_password(client, settings, dana)
    page = client.post(reverse("mfa_authenticate"), {"credential": unreadable})
    assert page.status_code == 200
    assert str(UNREADABLE) in page.text


def test_an_unreadable_answer_to_joining_with_a_key_is_said_on_the_page(
    client: Client, db: None, mailoutbox: list[Any], unreadable: str
) -> None:
    client.post(reverse("account_signup_by_passkey"), {"email": "zahra@example.org", "username": "zahra"})
    code = re.search(r"^\s*([A-Z0-9-]{6,12})\s*$", mailoutbox[-1].body, re.MULTILINE)
    assert code, mailoutbox[-1].body
    client.post(reverse("account_email_verification_sent"), {"code": code[1]})
    page = client.post(reverse("mfa_signup_webauthn"), {"name": "The blue one", "credential": unreadable})
    assert page.status_code == 200
    assert str(UNREADABLE) in page.text


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param({"challenge": 99_999_999_999}, id="a challenge of a number"),
        pytest.param({"challenge": None}, id="no challenge"),
        pytest.param({"origin": 7}, id="an origin of a number"),
        pytest.param({"type": []}, id="a kind that is a list"),
    ],
)
def test_client_data_that_no_browser_writes_are_refused(
    client: Client, dana: Member, settings: Any, spoil: dict[str, Any]
) -> None:
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False
    page = _add(client, lambda options: Key().made(options, **spoil))
    assert page.status_code == 200
    assert 'class="form-errors"' in page.text
    assert not Authenticator.objects.filter(user=dana).exists()


@pytest.mark.parametrize(
    "attestation",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\x9b" + b"\xff" * 8, id="a list of more than there is"),
        pytest.param(b"\xa1\x80\x01", id="a list as a name"),
        pytest.param(b"\x81" * 5000, id="nested without end"),
        pytest.param(b"\xa1\x68authData\x1a\xff\xff\xff\xff", id="a number for bytes"),
        pytest.param(b"\xa1\x63fmt\xff", id="a kind that does not exist"),
        pytest.param(
            bytes(
                AttestationObject.create(
                    "none", AuthenticatorData.create(sha256(HOST.encode()).digest(), SEEN, 0), {}
                )
            ),
            id="no key in it",
        ),
    ],
)
def test_an_attestation_that_no_key_writes_is_refused(
    client: Client, dana: Member, attestation: bytes
) -> None:
    def spoiled(options: Any) -> Answer:
        answer = Key().made(options)
        return {**answer, "response": answer["response"] | {"attestationObject": websafe_encode(attestation)}}

    page = _add(client, spoiled)
    assert page.status_code == 200
    assert 'class="form-errors"' in page.text
    assert not Authenticator.objects.filter(user=dana).exists()


def test_a_stored_key_that_cannot_check_anything_lets_nobody_in(client: Client, dana: Member) -> None:
    key = Key()
    key.public = CoseKey.parse({1: 2, 3: -7, -1: 1})  # has no point on its curve
    _add(client, key.made)
    assert Authenticator.objects.filter(user=dana, type=Authenticator.Type.WEBAUTHN).exists()
    client.logout()
    answer = key.used(_login_options(client), dana)
    page = client.post(reverse("mfa_login_webauthn"), {"credential": json.dumps(answer)}, follow=True)
    assert str(UNREADABLE) in page.text
    assert "_auth_user_id" not in client.session
