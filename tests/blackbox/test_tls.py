"""Archives over https: a server is believed by the authorities that the machine, or the environment as curl(1) reads it,
names; any other certificate ends the build with status 3 and a way out, before anything is asked of the server. Who asked
for https is not led back to http."""

import shutil
import socket
import subprocess

import pytest

from ociimage import Image
from server import Server, redirect
from tinydebian import RECIPE, TinyDebian, recipe_of, standard
from tls import Certificate

BELIEVE = ("is the package ca-certificates installed? An authority of your own is named by SSL_CERT_FILE, a file of PEM "
           "certificates")


def certificate_in(folder, **more):
    folder.mkdir()
    folder.chmod(0o755)
    made = Certificate(folder, **more)
    made.authority.chmod(0o644)
    return made


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """good and its like, by an authority each."""
    folder = tmp_path_factory.mktemp("certificates")
    return {"good": certificate_in(folder / "good"), "other": certificate_in(folder / "other"),
            "expired": certificate_in(folder / "expired", valid=("20200101", "20200201")),
            "early": certificate_in(folder / "early", valid=("20900101", "20900201")),
            "other-name": certificate_in(folder / "other-name", names="DNS:other.example,IP:127.0.0.2")}


@pytest.fixture(autouse=True)
def patience(place, root_place):
    """No test here is of a server that stalls, and a busy machine takes its time over a handshake."""
    for one in (place, root_place):
        one.environment["DEBONE_STALL_SECONDS"] = "20"


@pytest.fixture
def known(place, certificates):
    """The files of the authorities' certificates, where the command's user can read them."""
    return {name: place.write(f"../{name}.pem", made.authority.read_bytes()) for name, made in certificates.items()}


@pytest.fixture
def server(repo, certificates):
    repo.publish("stable", standard())
    with Server(repo.root, certificates["good"]) as running:
        yield running


def refused(server, what, hint=None, place=None):
    return (f"error: {place or server.url + '/dists/stable/InRelease'}: {what}\n  while building test for amd64" +
            (f"\n  hint: {hint}" if hint else ""))


def variables(place, known, environment):
    """The variables with files and folders for the names of authorities."""
    env = {}
    for name, value in environment.items():
        env[name] = str(known.get(value, place.folder / value)) if value else ""
        if name == "SSL_CERT_DIR" and value in known:
            folder = place.folder / f"folder-{value}"
            folder.mkdir()
            folder.chmod(0o755)
            shutil.copy(known[value], folder)
            subprocess.run(["openssl", "rehash", folder], check=True, capture_output=True)
            env[name] = str(folder)
    return env


# --- whose certificates are believed ----------------------------------------------------------------------------------

@pytest.mark.parametrize("environment", [
    {}, {"CURL_CA_BUNDLE": "good"}, {"SSL_CERT_FILE": "good"}, {"SSL_CERT_DIR": "good"}, {"CURL_CA_BUNDLE": "other"},
    {"SSL_CERT_FILE": "other"}, {"SSL_CERT_DIR": "other"}, {"CURL_CA_BUNDLE": "other", "SSL_CERT_FILE": "good"},
    {"CURL_CA_BUNDLE": "", "SSL_CERT_FILE": "good"}, {"CURL_CA_BUNDLE": "other", "SSL_CERT_DIR": "good"},
    {"SSL_CERT_FILE": "", "SSL_CERT_DIR": "good"}, {"CURL_CA_BUNDLE": "nothing"}, {"SSL_CERT_DIR": "nothing"},
], ids=lambda environment: ",".join(f"{name}={value}" for name, value in environment.items()) or "none")
def test_the_environment_is_read_as_curl_reads_it(place, server, known, environment):
    """The oracle is curl(1) itself."""
    env = variables(place, known, environment)
    oracle = subprocess.run(["curl", "--silent", "--show-error", "--fail", "--noproxy", "*",
                             f"{server.url}/dists/stable/InRelease"],
                            env={"PATH": place.environment["PATH"], **env}, capture_output=True)
    built = place.build(recipe_of(server.url), env=env)
    assert (built.status == 0) == (oracle.returncode == 0), (built.err, oracle.stderr)
    assert ("good" in environment.values()) or built.status != 0
    if built.status == 0:
        assert "usr/bin/hello" in Image(place.work / "test").entries()


@pytest.mark.parametrize("file, folder", [("good", "other"), ("other", "good")])
def test_a_file_and_a_folder_are_both_believed(place, server, known, file, folder):
    """As OpenSSL and today's curl have it; bookworm's curl leaves out the file."""
    env = variables(place, known, {"SSL_CERT_FILE": file, "SSL_CERT_DIR": folder})
    place.build(recipe_of(server.url), env=env).ok()


def as_root(root_place, archive_key, server, mount):
    """Builds on a machine whose /etc/ssl/certs is changed by the mount."""
    root_place.write("key.gpg", archive_key.public.read_bytes())
    prefix = ["unshare", "--mount", "sh", "-c", f'{mount} && exec "$@"', "sh"]
    return root_place.build(recipe_of(server.url), prefix=prefix)


def test_the_authorities_of_the_machine_are_believed(root_place, archive_key, server, certificates):
    mount = f"mount --bind {certificates['good'].authority} /etc/ssl/certs/ca-certificates.crt"
    as_root(root_place, archive_key, server, mount).ok()


def test_a_machine_without_authorities(root_place, archive_key, server):
    as_root(root_place, archive_key, server, "mount -t tmpfs tmpfs /etc/ssl/certs").fails(
        3, refused(server, "this machine has no certificates of authorities to believe a server's by", BELIEVE))
    assert server.requests == []


@pytest.mark.parametrize("content", [None, "no certificate\n"], ids=["missing", "other-bytes"])
@pytest.mark.parametrize("variable", ["CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_file_of_authorities_that_holds_none(place, server, variable, content):
    file = place.folder / "own.pem"
    if content is not None:
        file.write_text(content)
    place.build(recipe_of(server.url), env={variable: str(file)}).fails(
        2, refused(server, "holds no certificate that can be read",
                   f"{variable} names it; it is to be a file of PEM certificates", place=file))
    assert server.requests == []


# --- certificates that are refused ------------------------------------------------------------------------------------

def test_a_certificate_of_an_unknown_authority(place, server, known):
    what = f"the certificate of '127.0.0.1:{server.port}' is of no authority that is believed here"
    place.build(recipe_of(server.url)).fails(3, refused(server, what, BELIEVE))
    hint = f"the authority's certificate is to be in {known['other']}, which SSL_CERT_FILE names"
    place.build(recipe_of(server.url), env={"SSL_CERT_FILE": str(known["other"])}).fails(3, refused(server, what, hint))
    assert server.requests == []
    assert sorted(path.name for path in place.work.iterdir()) == ["key.gpg", "test.yaml"]
    place.build(recipe_of(server.url), env={"SSL_CERT_FILE": str(known["good"])}).ok()


@pytest.mark.parametrize("name, what, hint", [
    ("expired", "has expired",
     "is this machine's clock right? If it is, name another mirror until the certificate is renewed"),
    ("early", "is not valid yet", "is this machine's clock right?"),
    ("other-name", "is made out to another name",
     "is the address right? Something between here and the server may have answered in its place, such as a proxy or a "
     "login page"),
])
def test_a_certificate_that_does_not_hold(place, repo, server, certificates, known, name, what, hint):
    with Server(repo.root, certificates[name]) as bad:
        place.build(recipe_of(bad.url), env={"SSL_CERT_FILE": str(known[name])}).fails(
            3, refused(bad, f"the certificate of '127.0.0.1:{bad.port}' {what}", hint))
        assert bad.requests == []
    place.build(recipe_of(server.url), env={"SSL_CERT_FILE": str(known["good"])}).ok()


def test_the_host_that_a_redirect_leads_to_is_named(place, repo, server, certificates, known):
    with Server(repo.root, certificates["other"]) as elsewhere:
        server.fault("InRelease", redirect(f"{elsewhere.url}/dists/stable/InRelease"))
        place.build(recipe_of(server.url), env={"SSL_CERT_FILE": str(known["good"])}).fails(3, refused(
            server, f"the certificate of '127.0.0.1:{elsewhere.port}' is of no authority that is believed here",
            f"the authority's certificate is to be in {known['good']}, which SSL_CERT_FILE names"))
        assert elsewhere.requests == []


def test_a_key_comes_from_no_stranger(place, repo, server, keys, archive_key, known):
    (repo.root / "key.asc").write_bytes(keys.armoured(archive_key))
    url = f"{server.url}/key.asc"
    key = f"{{url: '{url}', fingerprint: {archive_key.fingerprint}}}"
    recipe = recipe_of(f"file:{repo.root}").replace("key.gpg", key)
    place.build(recipe).fails(3, refused(
        server, f"the certificate of '127.0.0.1:{server.port}' is of no authority that is believed here", BELIEVE, url))
    place.build(recipe, env={"SSL_CERT_FILE": str(known["good"])}).ok()


def test_a_server_that_speaks_no_tls(place, repo, known):
    repo.publish("stable", standard())
    with Server(repo.root) as plain:
        result = place.build(recipe_of(plain.url.replace("http:", "https:")))
        lines = result.errors.splitlines()
        assert result.status == 3
        assert lines[0].startswith(f"error: https://127.0.0.1:{plain.port}/dists/stable/InRelease: "
                                   "no TLS connection to the server: ") and lines[0].endswith(" (tried 4 times)")
        assert lines[1:] == ["  while building test for amd64", "  hint: does the server at this address speak https?"]
        assert plain.requests == []
        place.build(recipe_of(plain.url)).ok()


def test_a_server_that_never_shakes_hands(place, repo, server, known):
    with socket.create_server(("127.0.0.1", 0)) as silent:  # the kernel takes the connection, nobody answers
        url = f"https://127.0.0.1:{silent.getsockname()[1]}"
        place.build(recipe_of(url), env={"DEBONE_STALL_SECONDS": "1"}).fails(
            3, refused(server, "the server sent next to nothing for 1 s (tried 4 times)",
                       "try again later, or name another mirror", place=f"{url}/dists/stable/InRelease"))
    place.build(recipe_of(server.url), env={"SSL_CERT_FILE": str(known["good"])}).ok()


# --- a proxy that speaks TLS ------------------------------------------------------------------------------------------

def test_a_proxy_over_tls(place, server, known):
    env = {"http_proxy": server.url, "SSL_CERT_FILE": str(known["good"])}
    place.build(recipe_of("http://example.org"), env=env).ok()
    assert {headers["Host"] for headers in server.headers} == {"example.org"}


def test_a_proxy_of_an_unknown_authority(place, server):
    place.build(recipe_of("http://example.org"), env={"http_proxy": server.url}).fails(3, refused(
        server, "the proxy's certificate is of no authority that is believed here", BELIEVE,
        "http://example.org/dists/stable/InRelease"))
    assert server.requests == []


# --- redirects --------------------------------------------------------------------------------------------------------

ASTRAY = "leads to an address that is not followed: neither http nor https, or http after https"


@pytest.mark.parametrize("what", ["InRelease", r"Packages|by-hash", r"hello_.*\.deb"])
def test_https_does_not_lead_to_http(place, repo, server, known, what):
    """As with apt, though the same bytes lie there and their signature would tell."""
    env = {"SSL_CERT_FILE": str(known["good"])}
    with Server(repo.root) as plain:
        asked = []

        def leads_there(handler, _):
            asked.append(f"{server.url}{handler.path}")
            handler.answer(302, b"", {"Location": plain.url + handler.path})
        server.fault(what, leads_there)
        result = place.build(recipe_of(server.url), env=env)
        result.fails(3, refused(server, ASTRAY, place=asked[-1]))
        assert plain.requests == []
    server.clear()
    place.build(recipe_of(server.url), env=env).ok()


def test_nor_where_the_scheme_is_in_capitals(place, keys, archive_key, certificates, known):
    archive = TinyDebian(place.folder / "www", keys, archive_key).publish()
    with Server(place.folder / "www", certificates["good"]) as secure, Server(place.folder / "www") as plain:
        env = {**archive.environment(secure.url.replace("https", "HTTPS")), "SSL_CERT_FILE": str(known["good"]),
               "DEBONE_DEBIAN_KEYRING": str(place.write("debian.gpg", archive_key.public.read_bytes()))}
        secure.fault("trixie/InRelease", redirect(f"{plain.url}/debian/dists/trixie/InRelease"))
        place.build(RECIPE, env=env).fails(
            3, f"error: HTTPS://127.0.0.1:{secure.port}/debian/dists/trixie/InRelease: {ASTRAY}\n"
               "  while building test for amd64")
        assert plain.requests == []
        secure.clear()
        place.build(RECIPE, env=env).ok()


def test_https_may_lead_to_https(place, repo, server, certificates, known):
    with Server(repo.root, certificates["good"]) as elsewhere:
        server.fault(r"hello_.*\.deb", lambda handler, _: handler.answer(
            302, b"", {"Location": elsewhere.url + handler.path}))
        place.build(recipe_of(server.url), env={"SSL_CERT_FILE": str(known["good"])}).ok()
        assert elsewhere.count(r"hello_.*\.deb") == 1


def test_http_may_lead_to_https(place, repo, server, known):
    with Server(repo.root) as plain:
        plain.fault(".", lambda handler, _: handler.answer(302, b"", {"Location": server.url + handler.path}))
        place.build(recipe_of(plain.url), env={"SSL_CERT_FILE": str(known["good"])}).ok()
        assert plain.requests and len(server.requests) == len(plain.requests)
