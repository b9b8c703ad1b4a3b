"""What the official project asserts of its images, of the catalog's: built from the live archive, with the stand-in for
the vendor's package. structure-tests/ hold the rest."""

import pytest

from ociimage import Image

IMAGES = ["passbolt-fpm", "passbolt-cli", "passbolt-scheduler", "passbolt-nginx"]


@pytest.mark.parametrize("name", IMAGES)
def test_no_key_is_in_any_layer(live_build, name):
    entries = Image(live_build(name)[0]).entries()
    kept = ("etc/passbolt/gpg/", "etc/passbolt/jwt/", "etc/nginx/tls/", "var/lib/passbolt/.gnupg/")
    assert [path for path in entries if path.startswith(kept)] == []


@pytest.mark.parametrize("name", IMAGES)
def test_there_is_no_shell(live_build, name):
    names = {path.rpartition("/")[2] for path in Image(live_build(name)[0]).entries() if "bin/" in path}
    assert not names & {"sh", "bash", "dash", "cron", "perl"}


def test_the_webroot_is_one_layer_in_all(live_build):
    shared = set.intersection(*({bytes(layer) for layer in Image(live_build(name)[0]).layers()} for name in IMAGES))
    assert any(b"usr/share/php/passbolt/webroot/index.php" in layer for layer in shared)
