"""The SMS gateway over real HTTPS: what it is told, and what each of its answers means for the person."""

import contextlib
import datetime
import http.server
import json
import socket
import ssl
from urllib.parse import parse_qs

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.exceptions import ImproperlyConfigured

from eqfund import clock
from eqfund.accounts import actions, sms
from eqfund.models import ContactCode
from eqfund.refusal import Refused
from tests.servers import served


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A key and a certificate for localhost that signs itself."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "localhost.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


class Gateway(http.server.BaseHTTPRequestHandler):
    """Answers as its server's list says, one entry a request: a status, "silence" or "hang up"."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((dict(self.headers), body))
        answer = self.server.answers.pop(0) if self.server.answers else 200
        if answer == "silence":
            self.server.gone.wait(30)
        elif answer != "hang up":
            self.send_response(answer)
            if answer == 302:
                self.send_header("Location", f"https://localhost:{self.server.server_port}/other")
            self.send_header("Content-Length", "0")
            self.end_headers()

    do_GET = do_POST

    def log_message(self, *args):
        pass


@pytest.fixture
def gateway(certificate, settings, monkeypatch):
    with running(certificate) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        monkeypatch.setattr(sms, "TIMEOUT_SECONDS", 1)
        settings.SMS_BACKEND = "eqfund.accounts.sms.gateway"
        settings.SMS_GATEWAY_URL = f"https://localhost:{server.server_port}/send"
        settings.SMS_GATEWAY_TOKEN = "a token"
        yield server


@contextlib.contextmanager
def running(certificate):
    server = http.server.ThreadingHTTPServer(("localhost", 0), Gateway)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.daemon_threads = True
    server.heard, server.answers = [], []
    with served(server):
        yield server


def send():
    sms.send("0891112222", "รหัส 123456")


def test_it_is_told_to_text_and_sender_as_json(gateway):
    send()

    ((headers, body),) = gateway.heard
    assert json.loads(body) == {"to": "+66891112222", "text": "รหัส 123456", "sender": "EEF"}
    assert headers["Authorization"] == "Bearer a token"
    assert len(headers["Idempotency-Key"]) == 32


def test_it_is_told_the_same_as_a_form_under_its_own_names(gateway, settings):
    settings.SMS_GATEWAY_FORMAT = "form"
    settings.SMS_GATEWAY_FIELDS = ["msisdn", "message", "from"]
    send()

    ((_headers, body),) = gateway.heard
    assert parse_qs(body.decode()) == {
        "msisdn": ["+66891112222"],
        "message": ["รหัส 123456"],
        "from": ["EEF"],
    }


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 422, 429])
def test_what_it_does_not_take_is_not_asked_again(gateway, status):
    gateway.answers = [status]

    with pytest.raises(sms.DeliveryFailed, match=str(status)):
        send()
    assert len(gateway.heard) == 1


@pytest.mark.parametrize("trouble", [500, 502, 503, "silence", "hang up"])
def test_what_may_have_gone_out_is_asked_once_more_under_the_same_key(gateway, trouble):
    gateway.answers = [trouble, 200]
    send()

    first, second = (headers["Idempotency-Key"] for headers, _body in gateway.heard)
    assert first == second


@pytest.mark.parametrize("trouble", [500, "silence", "hang up"])
def test_two_troubles_leave_it_unknown(gateway, trouble):
    gateway.answers = [trouble, trouble, 200]

    with pytest.raises(sms.DeliveryUnknown):
        send()
    assert len(gateway.heard) == 2


def test_a_duplicate_was_taken_the_first_time(gateway):
    gateway.answers = ["hang up", 409]

    send()


def test_two_messages_have_two_keys(gateway):
    send()
    send()

    assert len({headers["Idempotency-Key"] for headers, _body in gateway.heard}) == 2


def test_a_redirect_is_not_followed_with_a_token_and_a_code(gateway):
    gateway.answers = [302]

    with pytest.raises(sms.DeliveryFailed, match="302"):
        send()
    assert len(gateway.heard) == 1


def test_nobody_there_is_a_failure(settings):
    with socket.socket() as free:
        free.bind(("localhost", 0))
        settings.SMS_GATEWAY_URL = f"https://localhost:{free.getsockname()[1]}/send"

    with pytest.raises(sms.DeliveryFailed, match="ConnectionRefused"):
        sms.gateway("0891112222", "text")


def test_a_gateway_whose_certificate_nobody_vouches_for_hears_nothing(gateway, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")

    with pytest.raises(sms.DeliveryFailed, match="CertVerification"):
        send()
    assert gateway.heard == []


def test_it_is_never_spoken_to_in_the_clear(settings):
    settings.SMS_GATEWAY_URL = "http://sms.example/send"

    with pytest.raises(ImproperlyConfigured):
        sms.gateway("0891112222", "text")


def test_no_error_names_phone_text_or_token(gateway):
    for answers in ([400], [500, 500], ["hang up", "hang up"]):
        gateway.answers = answers
        with pytest.raises((sms.DeliveryFailed, sms.DeliveryUnknown)) as caught:
            send()
        said = repr(caught.value)
        assert not any(secret in said for secret in ("891112222", "123456", "a token"))


# --- for the person ---------------------------------------------------------------------------


def ask_code(person):
    return actions.send_code(person, "phone", "0891112222", by=person, at=clock.now())


def test_a_code_that_did_not_go_out_is_forgotten_and_may_be_asked_for_at_once(gateway, teacher):
    gateway.answers = [400]
    with pytest.raises(Refused, match="could not be sent|ส่งข้อความไม่สำเร็จ|ไม่ได้"):
        ask_code(teacher)

    assert not ContactCode.objects.exists()
    assert ask_code(teacher).pk


def test_a_code_that_may_have_gone_out_is_good_when_it_arrives(gateway, teacher):
    gateway.answers = ["silence", "silence"]
    ask_code(teacher)

    text = json.loads(gateway.heard[0][1])["text"]
    typed = "".join(char for char in text if char.isdigit())[:6]
    actions.verify_contact(teacher, "phone", typed, by=teacher, at=clock.now())
    teacher.account_state.refresh_from_db()
    assert teacher.account_state.phone_verified_at
