"""Layers of their own, and files of a package without the package."""

import pytest

from aptrepo import ARCH, Directory, File, package
from ociimage import Image
from tinydebian import standard

WEBROOT = "/usr/share/shop/webroot"
WEB = f"""\
name: web
contents:
  sources: [{{debian: trixie}}]
  packages: [hello]
  files:
    - {{package: shop, paths: [{WEBROOT}]}}
layers: [{WEBROOT}]
"""
FPM = f"""\
name: fpm
contents: {{sources: [{{debian: trixie}}], packages: [hello, shop]}}
layers: [{WEBROOT}]
"""


def shop():
    return package("shop", "1.0", "all", Depends="hello", scripts={"postinst": "#!/bin/sh\nnobody --knows this\n"}, files={
        "/etc/shop.conf": "x\n",
        "/usr/share/shop": Directory(mtime=1_600_000_000),
        "/usr/share/shop/run.php": "<?php\n",
        f"{WEBROOT}/index.php": File(b"<?php index\n", mtime=1_650_000_000),
        f"{WEBROOT}/img/a.png": b"png",
        "/usr/share/doc/shop/copyright": "AGPL\n"})


@pytest.fixture
def archive(debian):
    debian.publish([*standard(), shop()])


def built(place, name, recipe, *arguments):
    place.write(f"{name}.yaml", recipe)
    place.run("build", f"{name}.yaml", *arguments).ok()
    return Image(place.work / name)


def layers_of(image):
    return [layer["digest"] for layer in image.manifest["layers"]]


def test_two_images_share_the_layer_of_the_same_files(place, archive):
    web, fpm = built(place, "web", WEB), built(place, "fpm", FPM)
    assert len(layers_of(web)) == len(layers_of(fpm)) == 2
    assert layers_of(web)[1] == layers_of(fpm)[1] and layers_of(web)[0] != layers_of(fpm)[0]
    assert web.read(f"{WEBROOT[1:]}/index.php") == b"<?php index\n"
    of_shop = {path for path in web.entries() if "shop" in path}
    assert of_shop == {"usr/share/shop", WEBROOT[1:], f"{WEBROOT[1:]}/index.php", f"{WEBROOT[1:]}/img",
                       f"{WEBROOT[1:]}/img/a.png", "usr/share/doc/shop", "usr/share/doc/shop/copyright",
                       "var/lib/dpkg/status.d/shop", "var/lib/dpkg/status.d/shop.md5sums"}
    assert "usr/share/shop/run.php" in fpm.entries()


def test_an_applications_files_are_a_layer_that_other_images_share(place, archive):
    place.write("app/index.php", "<?php app\n")
    own = "paths: [{path: /srv/app, type: tree, source: ./app}]\nlayers: [/srv/app]\n"
    debian = "contents: {sources: [{debian: trixie}], packages: [%s]}\n"
    one = built(place, "one", "name: one\n" + debian % "hello" + own)
    two = built(place, "two", "name: two\n" + debian % "shop" + own)
    assert layers_of(one)[1] == layers_of(two)[1] and layers_of(one)[0] != layers_of(two)[0]


def test_nothing_is_done_of_its_scripts_and_the_record_says_which_files_they_are(place, archive):
    web = built(place, "web", WEB, "--strict")
    record = web.read("var/lib/dpkg/status.d/shop").decode()
    assert record.splitlines()[-1] == f"Debone-Files: {WEBROOT}"
    assert f"{WEBROOT[1:]}/index.php" in web.read("var/lib/dpkg/status.d/shop.md5sums").decode()
    place.run("check", "web").ok()


def test_a_lock_has_the_package_and_builds_the_same(place, archive):
    first = layers_of(built(place, "web", WEB))
    place.run("lock", "web.yaml").ok()
    lock = (place.work / "web.lock").read_text()
    assert "name: shop, version: '1.0', arch: all, state: files" in lock or "name: shop, version: 1.0, arch: all, state: files" in lock
    assert layers_of(built(place, "web", WEB)) == first
    place.write("web.yaml", WEB.replace("package: shop", "package: base-passwd"))
    place.run("build", "web.yaml").fails(2, f"""\
error: web.yaml:6:17: 'base-passwd' of 'files' is not in web.lock; 1 more line differs as well
  while comparing web.yaml with its lock web.lock
  hint: `debone lock web.yaml` brings the lock in line with the recipe""")


def test_why_answers_for_what_was_taken_and_for_what_was_not(place, archive):
    place.write("web.yaml", WEB)
    assert "the recipe takes files of it" in place.run("why", "web.yaml", f"{WEBROOT}/index.php").ok().out
    assert "the recipe takes other files of shop alone" in place.run("why", "web.yaml", "/usr/share/shop/run.php").out


@pytest.mark.parametrize("old, new, error", [
    (f"paths: [{WEBROOT}]", "paths: [/usr/share/shop/weboot]",
     "error: web.yaml:6:7: '/usr/share/shop/weboot' fits no file of shop_1.0_all\n  while building web for " + ARCH),
    (f"layers: [{WEBROOT}]", "layers: [/srv]", "error: web.yaml:7:10: nothing is left at '/srv' for a layer of its own\n"
     "  while building web for " + ARCH),
    (f"layers: [{WEBROOT}]", "layers: [helo]",
     "error: web.yaml:7:10: the image has no file of 'helo' for a layer of its own\n  while building web for " + ARCH),
    ("packages: [hello]", "packages: [hello, shop]", """\
error: web.yaml:6:7: 'shop' is in 'packages' and in 'files'
  hint: the package brings all of its files; take it out of either"""),
    ("package: shop", "package: hello", """\
error: web.yaml:6:7: 'hello' is in 'packages' and in 'files'
  hint: the package brings all of its files; take it out of either"""),
])
def test_mistakes(place, archive, old, new, error):
    assert old in WEB
    place.write("web.yaml", WEB.replace(old, new))
    place.run("build", "web.yaml").fails(2, error)
    assert not (place.work / "web").exists()
