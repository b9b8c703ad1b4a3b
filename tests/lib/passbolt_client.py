"""A user of Passbolt, or of its stand-in: an OpenPGP key pair, a browser's cookies, and the calls of the API.

    ada = Client("https://localhost:4433", "ada@example.org")
    ada.set_up(link)     # of the e-mail, or as `cake passbolt register_user` prints it
    ada.log_in()
    ada.post("/resources.json", {"name": "shop", "secret": ada.encrypt("s3cret")})
    ada.close()
"""

import http.cookiejar
import json
import re
import shutil
import ssl
import subprocess
import tempfile
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit


@dataclass
class Answer:
    status: int
    headers: object
    content: bytes

    @property
    def body(self):
        return json.loads(self.content)["body"]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Client:
    def __init__(self, url, email):
        self.url, self.email = url, email
        self.home = tempfile.mkdtemp(prefix="gnupg-", dir="/tmp")  # short: it holds the agent's socket
        self.token = None  # of JWT
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), _NoRedirect(),
            urllib.request.HTTPSHandler(context=context), urllib.request.ProxyHandler({}))
        out = self.gpg("--status-fd=1", "--passphrase", "", "--quick-generate-key", email, "rsa2048", "sign,cert", "never")
        self.fingerprint = re.search(r"KEY_CREATED . ([0-9A-F]{40})", out.decode())[1]
        self.gpg("--passphrase", "", "--quick-add-key", self.fingerprint, "rsa2048", "encrypt", "never")

    def gpg(self, *options, stdin=b""):
        done = subprocess.run(["gpg", "--homedir", self.home, "--batch", "--quiet", "--no-tty", "--trust-model", "always",
                               "--pinentry-mode", "loopback", *options], input=stdin, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def close(self):
        subprocess.run(["gpgconf", "--homedir", self.home, "--kill", "all"], capture_output=True)
        shutil.rmtree(self.home, ignore_errors=True)

    # --- HTTP

    def request(self, method, path, data=None, headers=None):
        headers = {**({"Authorization": f"Bearer {self.token}"} if self.token else {}), **(headers or {})}
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with self._opener.open(request, timeout=120) as response:
                return Answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read())

    def get(self, path):
        return self.request("GET", path)

    def post(self, path, fields):
        return self.request("POST", path, json.dumps(fields).encode(), {"Content-Type": "application/json"})

    def upload(self, path, field, name, content):
        boundary = uuid.uuid4().hex
        head = (f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
                "Content-Type: application/octet-stream\r\n\r\n").encode()
        return self.request("POST", path, head + content + f"\r\n--{boundary}--\r\n".encode(),
                            {"Content-Type": f"multipart/form-data; boundary={boundary}"})

    # --- OpenPGP

    def encrypt(self, text, recipient=None, *options):
        recipient = recipient or self.fingerprint
        return self.gpg("--armor", *options, "--recipient", recipient, "--encrypt", stdin=text.encode()).decode()

    def decrypt(self, message):
        return self.gpg("--decrypt", stdin=message.encode()).decode()

    # --- what a user does

    def server(self):
        """The server's fingerprint; its key is taken into the keyring."""
        key = self.get("/auth/verify.json").body
        self.gpg("--import", stdin=key["keydata"].encode())
        return key["fingerprint"]

    def set_up(self, link):
        """Follows the link and leaves the public key. The user's id is in the link."""
        path = urlsplit(link).path
        self.user, token = path.split("/")[-2:]
        assert self.get(path).status == 200
        public = self.gpg("--armor", "--export", self.fingerprint).decode()
        return self.post(f"/setup/complete/{self.user}.json",
                         {"authentication_token": {"token": token}, "gpgkey": {"armored_key": public}})

    def log_in(self):
        """By challenge, in two steps; the session is in the cookies then."""
        server = self.server()
        token = f"gpgauthv1.3.0|36|{uuid.uuid4()}|gpgauthv1.3.0"
        proof = self.post("/auth/verify.json", {"gpg_auth": {"keyid": self.fingerprint,
                                                             "server_verify_token": self.encrypt(token, server)}})
        assert proof.headers["X-GPGAuth-Verify-Response"] == token, "the server does not have its key"
        first = self.post("/auth/login.json", {"gpg_auth": {"keyid": self.fingerprint}})
        assert first.status == 200, first.content
        challenge = self.decrypt(unquote(first.headers["X-GPGAuth-User-Auth-Token"]))
        return self.post("/auth/login.json", {"gpg_auth": {"keyid": self.fingerprint, "user_token_result": challenge}})

    def log_in_by_jwt(self, domain):
        """The access token is sent from then on."""
        challenge = json.dumps({"version": "1.0.0", "domain": domain, "verify_token": str(uuid.uuid4()),
                                "verify_token_expiry": 4102444800})
        answer = self.post("/auth/jwt/login.json", {"user_id": self.user, "challenge": self.encrypt(
            challenge, self.server(), "--sign", "--local-user", self.fingerprint)})
        assert answer.status == 200, answer.content
        self.token = json.loads(self.decrypt(answer.body["challenge"]))["access_token"]
