"""Chromium, headless (chromium, chromium-driver, python3-selenium), and a user of Passbolt in it."""

import base64
import hashlib
import json
import os
import ssl
import subprocess
from contextlib import contextmanager
from email.message import Message
from urllib.parse import urlsplit

from passbolt_client import Answer, Client

# One request of the page's own origin: the status, the headers, the body.
FETCH = """
const [method, path, body, headers, done] = arguments;
fetch(path, {method, body, headers, redirect: "manual"}).then(
    async answer => done([answer.status, [...answer.headers], await answer.text()]), failure => done(String(failure)));
"""

NETWORK_CHANGED = "ERR_NETWORK_CHANGED"


@contextmanager
def chromium(folder, trusted=None):
    """The browser, with its profile in `folder`. It takes the key of the server at `trusted` for a certified one, and no
    other that is not."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    options = webdriver.ChromeOptions()
    for option in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", f"--user-data-dir={folder}/profile"):
        options.add_argument(option)
    if trusted:
        options.add_argument(f"--ignore-certificate-errors-spki-list={key_of(trusted)}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    browser.set_script_timeout(60)
    try:
        yield browser
    finally:
        browser.quit()


def visit(browser, address):
    """Opens a page. A container that starts or ends anywhere on the machine changes its network, which ends all of
    Chromium's connections: it is asked again then."""
    from selenium.common.exceptions import WebDriverException
    for left in reversed(range(10)):
        try:
            return browser.get(address)
        except WebDriverException as failure:
            if NETWORK_CHANGED not in str(failure) or not left:
                raise


def key_of(address):
    """SHA-256 of the public key that the server shows, in base64."""
    parts = urlsplit(address)
    certificate = ssl.get_server_certificate((parts.hostname, parts.port or 443))
    pem = subprocess.run(["openssl", "x509", "-noout", "-pubkey"], input=certificate, capture_output=True, text=True,
                         check=True).stdout
    key = base64.b64decode("".join(pem.splitlines()[1:-1]))
    return base64.b64encode(hashlib.sha256(key).digest()).decode()


def screenshot(browser, name):
    """Where DEBONE_SCREENSHOT names a folder, for eyes."""
    if "DEBONE_SCREENSHOT" in os.environ:
        browser.save_screenshot(f"{os.environ['DEBONE_SCREENSHOT']}/{name}.png")


class BrowserClient(Client):
    """What the extension does in a browser: the OpenPGP is its own, requests and cookies are the browser's."""

    def __init__(self, browser, url, email):
        super().__init__(url, email)
        self.browser = browser

    def request(self, method, path, data=None, headers=None):
        for _ in range(10):
            got = self.browser.execute_async_script(FETCH, method, path, data.decode() if data else None, headers or {})
            told = "" if isinstance(got, list) else f"{got} {self.browser.get_log('browser')}"
            if NETWORK_CHANGED not in told:
                break
        assert not told, f"{method} {path}: {told}"
        status, pairs, text = got
        message = Message()
        for name, value in pairs:
            message[name] = value
        return Answer(status, message, text.encode())

    def shown(self, path):
        """The JSON that the browser shows at an address."""
        visit(self.browser, self.url + path)
        return json.loads(self.browser.find_element("tag name", "pre").text)
