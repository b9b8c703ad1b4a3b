"""What the official project asserts of its images, of the catalog's: built from the live archive, with the stand-in for
the vendor's package. structure-tests/ hold the rest."""

import io
import re
import subprocess
import tarfile

import pytest

from debone import SOURCE
from ociimage import Image

IMAGES = ["passbolt-fpm", "passbolt-cli", "passbolt-scheduler", "passbolt-nginx"]
BOOKWORM = [f"bookworm/{name}" for name in IMAGES if name != "passbolt-nginx"]  # nginx is Debian 13's in both
STACKS = [f"{folder}passbolt-{name}.yaml" for folder in ("", "bookworm/") for name in ("keys", "migrate")]
KEPT = re.compile(r"etc/passbolt/(gpg|jwt|tls|salt|database)/.|etc/nginx/tls/.|var/lib/passbolt/\.gnupg/.|"
                  r".*(private-keys-v1|serverkey|secring|jwt\.key|\.gnupg/.)")
# In its armour; what programs know of such a text has no base64 behind it.
PRIVATE = re.compile(rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----\s(?:[\w-]+: [^\n]*\n)*\s*[A-Za-z0-9+/]{40}")

# The keys of its tests of itself, which its source has for everybody.
TRIES_ITSELF = re.compile(r"usr/lib/[^/]+/libgnutls\.so\.[0-9.]+")


def image_of(live_build, name, *options):
    return Image(live_build(SOURCE / "stacks/passbolt" / name if name.endswith(".yaml") else name, *options)[0])


@pytest.mark.parametrize("name", [*IMAGES, *BOOKWORM, *STACKS])
def test_no_key_is_in_any_layer(live_build, name):
    """Of each by itself: what a later one hides would be there all the same."""
    layers = image_of(live_build, name).layers()
    for number, layer in enumerate(layers):
        for member in tarfile.open(fileobj=io.BytesIO(layer)):
            path = member.name.removeprefix("./")
            assert not KEPT.match(path), number
            if member.isreg() and not TRIES_ITSELF.fullmatch(path):
                assert not PRIVATE.search(layer, member.offset_data, member.offset_data + member.size), f"{number}: {path}"
    assert len(layers) > 1


def test_a_key_would_be_found(tmp_path):
    for words in (["genpkey", "-algorithm", "ed25519"], ["genrsa", "-traditional", "2048"]):
        key = subprocess.run(["openssl", *words], capture_output=True, check=True).stdout
        assert PRIVATE.search(b"\0" * 512 + key)
    home = tmp_path / "gnupg"
    home.mkdir(0o700)
    gpg = ["gpg", "--homedir", home, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]
    try:
        for words in (["--quick-generate-key", "a@example.org", "ed25519", "sign", "never"],
                      ["--armor", "--export-secret-keys"]):
            done = subprocess.run([*gpg, *words], check=True, capture_output=True)
        assert PRIVATE.search(done.stdout)
    finally:
        subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=True)


@pytest.mark.parametrize("name", [*IMAGES, *BOOKWORM])
def test_there_is_no_shell(live_build, name):
    names = {path.rpartition("/")[2] for path in image_of(live_build, name).entries() if "bin/" in path}
    assert not names & {"sh", "bash", "dash", "cron", "perl"}


def digests(image):
    return [layer["digest"] for layer in image.manifest["layers"]]


@pytest.mark.parametrize("names", [IMAGES, [*BOOKWORM, "passbolt-nginx"]], ids=["trixie", "bookworm"])
def test_the_webroot_is_one_layer_in_all(live_build, names):
    images = [image_of(live_build, name) for name in names]
    shared = set.intersection(*(set(digests(image)) for image in images))
    (layer,) = [layer for digest, layer in zip(digests(images[0]), images[0].layers()) if digest in shared]
    assert b"usr/share/php/passbolt/webroot/index.php" in layer


def libraries(image, tmp_path):
    """What ld.so.cache knows, as ldconfig tells it: name and path."""
    file = tmp_path / "ld.so.cache"
    file.write_bytes(image.read("etc/ld.so.cache"))
    told = subprocess.run(["/sbin/ldconfig", "-p", "-C", file], capture_output=True, text=True, check=True).stdout
    return dict(re.findall(r"^\t(\S+) \(.*\) => (/\S+)$", told, re.MULTILINE))


@pytest.mark.parametrize("name", [*IMAGES[:3], *BOOKWORM])
def test_it_begins_with_the_layers_of_php_fpm(live_build, name, tmp_path):
    """A host that has php-fpm fetches the rest alone; and ld.so.cache, which is made anew above them, knows both."""
    base, image = image_of(live_build, name.rpartition("passbolt-")[0] + "php-fpm"), image_of(live_build, name)
    below = digests(base)
    assert digests(image)[:len(below)] == below and len(digests(image)) > len(below) > 0
    assert image.config["rootfs"]["diff_ids"][:len(below)] == base.config["rootfs"]["diff_ids"]

    ours, theirs = libraries(image, tmp_path), libraries(base, tmp_path)
    assert theirs.items() <= ours.items() and len(theirs) > 50
    added = ours.keys() - theirs.keys()
    assert {"libgpgme.so.11", "libassuan.so." + ("0" if name in BOOKWORM else "9")} <= added
    entries = image.entries()
    assert [path for path in ours.values() if path.removeprefix("/") not in entries
            and f"usr{path}" not in entries] == [], "each is there"


# --- another architecture, built and not run


WITHOUT_INIT = {"valkey", "passbolt-keys.yaml"}
AARCH64 = 183  # e_machine of ELF


@pytest.mark.wide
@pytest.mark.parametrize("name", [*IMAGES, "bookworm/passbolt-fpm", "passbolt-keys.yaml", "passbolt-migrate.yaml",
                                  "include/mariadb.yaml", "valkey"])
def test_arm64_is_arm64(live_build, name):
    """Each image of the stack, debone-init and what comes above a base of that architecture among it."""
    image = image_of(live_build, name, "--arch", "arm64")
    assert (image.config["os"], image.config["architecture"]) == ("linux", "arm64")
    machines = {}
    for path, member in image.entries().items():
        content = image.read(path) if member.isreg() else b""
        if content.startswith(b"\x7fELF"):
            machines[path] = int.from_bytes(content[18:20], "little")
    assert set(machines.values()) == {AARCH64} and len(machines) > 5
    assert ("usr/sbin/debone-init" in machines) is (name not in WITHOUT_INIT)
    if "nginx" not in name and "passbolt-" in name:
        base = image_of(live_build, f"{'bookworm/' if 'bookworm' in name else ''}php-fpm", "--arch", "arm64")
        assert digests(image)[:len(digests(base))] == digests(base)
        assert "usr/bin/gpg" in machines


@pytest.mark.wide
def test_a_base_of_two_architectures(live_build):
    """Of a layout that holds both, an image begins with the layers of its own."""
    both = live_build("php-fpm", "--arch", "amd64", "--arch", "arm64")[0]
    text = f"name: above\nextends: {both}\ncontents: {{sources: [{{debian: trixie}}], packages: [gpg]}}\n"
    for architecture in ("amd64", "arm64"):
        image = Image(live_build(text, "--arch", architecture)[0])
        base = Image(both, architecture)
        assert image.config["architecture"] == base.config["architecture"] == architecture
        assert digests(image)[:len(digests(base))] == digests(base) and len(digests(image)) > len(digests(base)) > 0
