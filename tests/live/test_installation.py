"""What debone's effects leave, held to a real installation of the same packages by apt and dpkg (mmdebstrap): every
difference in path, type, mode, owner, link target or content has its explanation in tests/oracle/expected.yaml, or is a
bug. Each finisher is shown to be needed for that: without it there is a difference."""

import hashlib
import io
import re
import tarfile
import types

import pytest
import yaml

from debone import SOURCE
from installation import (RULES, Installation, account_lines, cached_libraries, installation, kept_as, unexplained,
                          used)
from ociimage import Image
from test_desktop_caches import packages_of

PHP = "fpm cli mysql gd mbstring xml readline opcache"
OTHERS = "base-passwd ca-certificates openssl netbase tzdata base-files"
# What has its effect through the registries of others: PAM's profiles, catalogs, login shells, media types, font maps,
# statoverrides. tar, util-linux and sensible-utils speak for media types, and every system has them.
REGISTERED = ("cron dbus debianutils docbook docbook-xml docbook-xsl exim4-daemon-light ghostscript libpam-cap "
              "libpam-gnome-keyring libpam-krb5 libpam-passwdqc libpam-sss libpam-systemd libpam-winbind mailcap "
              "poppler-data sensible-utils sgml-data tar tmux util-linux xml-core zsh base-passwd base-files").split()
# Requests by name: the suite and the packages. What base-passwd and base-files have is in each.
REQUESTS = {
    "registered-trixie": ("trixie", REGISTERED),
    "registered-bookworm": ("bookworm", REGISTERED),
    "answered-bookworm": ("bookworm", "tzdata libpaper1 base-passwd base-files".split()),
    "answered-trixie": ("trixie", "tzdata base-passwd base-files".split()),
    "php-trixie": ("trixie", [f"php8.4-{name}" for name in PHP.split()] + OTHERS.split()),
    "php-bookworm": ("bookworm", [f"php8.2-{name}" for name in PHP.split()] + OTHERS.split()),
    "servers-trixie": ("trixie", "bind9 ca-certificates-java dovecot-imapd haproxy mariadb-server memcached mosquitto nginx "
                                 "openjdk-21-jre-headless openssh-server postfix postgresql-17 python3 redis-server squid "
                                 "tomcat10 unbound vsftpd base-passwd base-files".split()),
    "servers-bookworm": ("bookworm", "bind9 ca-certificates-java dovecot-imapd haproxy mariadb-server memcached mosquitto "
                                     "nginx openjdk-17-jre-headless openssh-server postfix postgresql-15 python3 redis-server "
                                     "squid tomcat10 unbound vsftpd base-passwd base-files".split()),
    **{f"desktop-{suite}": (suite, packages_of(suite)) for suite in ("trixie", "bookworm")},
}


# What debconf is told beforehand.
ANSWERS = {"answered-bookworm": [("tzdata", "tzdata/Areas", "select", "Europe"),
                                 ("tzdata", "tzdata/Zones/Europe", "select", "Berlin"),
                                 ("libpaper1", "libpaper/defaultpaper", "select", "letter")],
           "answered-trixie": [("tzdata", "tzdata/Areas", "select", "America"),
                               ("tzdata", "tzdata/Zones/America", "select", "Argentina/Ushuaia")]}


def stated_by(path):
    """What a recipe of the catalog says of packages and of what they leave, its include's before its own."""
    recipe = yaml.safe_load(path.read_text())
    stated = {"contents": {"sources": [], "packages": []}, "accounts": {}, "effects": {}, "debconf": {}}
    if "include" in recipe:
        stated = stated_by(SOURCE / "catalog" / f"{recipe['include']}.yaml")
    for key in ("contents", "accounts"):
        for name, value in recipe.get(key, {}).items():
            stated[key][name] = [*stated[key].get(name, []), *value] if isinstance(value, list) else value
    for key in ("effects", "debconf"):
        stated[key].update(recipe.get(key, {}))
    return stated


def add_catalog():
    """Each recipe of the catalog with the packages that apt would install: what it leaves out, and the paths that it
    makes itself, are nothing to compare."""
    for path in sorted((SOURCE / "catalog").rglob("*.yaml")):
        relative = path.relative_to(SOURCE / "catalog")
        # What the vendor's scripts do is stated by the recipe, not known; test_passbolt_images.py holds it to that.
        if "include" in relative.parts or path.name.startswith("passbolt-"):
            continue
        stated = stated_by(path)
        name = f"catalog-{relative.with_suffix('')}".replace("/", "-")
        CATALOG[name] = {key: value for key, value in stated.items() if value}
        REQUESTS[name] = stated["contents"]["sources"][0]["debian"], list(dict.fromkeys(stated["contents"]["packages"]))


CATALOG = {}  # recipes, by the name of their request
add_catalog()
compared = set()  # requests


def recipe_of(request):
    if request in CATALOG:
        return yaml.safe_dump({"name": "real", **CATALOG[request], "closure": "full", "cuts": ["!default"]})
    suite, packages = REQUESTS[request]
    debconf = "".join(f"  {question}: {value}\n" for _, question, _, value in ANSWERS.get(request, ()))
    return (f"name: real\ncontents:\n  sources: [{{debian: {suite}}}]\n  packages: [{', '.join(packages)}]\n"
            "closure: full\ncuts: ['!default']\n" + (f"debconf:\n{debconf}" if debconf else ""))


def stated_accounts(request):
    """The accounts that a recipe itself makes, by name, or has otherwise than the package."""
    accounts = CATALOG.get(request, {}).get("accounts", {})
    return {"etc/passwd": {one["username"] for one in accounts.get("users", [])},
            "etc/group": {one["groupname"] for one in accounts.get("groups", [])}}


@pytest.fixture(scope="module", params=[pytest.param(name, marks=[] if name == "php-trixie" else pytest.mark.wide)
                                        for name in REQUESTS])
def both(request, live_build):
    """(debone's image, the real installation) of one request."""
    image = Image(live_build(recipe_of(request.param))[0])
    compared.add(request.param)
    return image, installation(*REQUESTS[request.param], ANSWERS.get(request.param, ()))


@pytest.fixture
def stated(both, request):
    return stated_accounts(request.node.callspec.params["both"])


def test_every_difference_is_explained(both):
    assert (wrong := unexplained(*both)) == [], "\n".join(wrong)


@pytest.mark.wide
def test_every_script_is_known_and_unchanged(both, request, live_build):
    summary = live_build(recipe_of(request.node.callspec.params["both"]))[1]
    assert [line for line in summary["warnings"] if "table of effects" in line or "has changed" in line] == []


def test_rules_are_bound():
    """Each to a package and a cause, and to paths of its own."""
    anywhere = ("x", "etc/x", "usr/bin/x", "usr/lib/x/y", "usr/share/x/y/z", "var/lib/x/y")
    for rule in RULES:
        assert {"package", "path", "cause"} <= rule.keys() <= {"package", "path", "cause", "closure", "trees"}, rule
        assert re.fullmatch("[a-z0-9][a-z0-9+.-]+", rule["package"]) and rule["cause"], rule
        assert not any(re.fullmatch(rule["path"], path) for path in anywhere), rule


def test_an_installation_is_kept_by_the_lock_of_what_it_holds():
    lock = [("a", "1", "amd64", "0" * 64), ("b", "1", "all", "1" * 64)]
    others = [lock[:1], *([lock[0], (*lock[1][:i], "2", *lock[1][i + 1:])] for i in range(4))]
    keys = [kept_as("trixie", ["a"], (), locked) for locked in (lock, *others)]
    keys += [kept_as("bookworm", ["a"], (), lock), kept_as("trixie", ["b"], (), lock),
             kept_as("trixie", ["a"], [("a", "a/q", "select", "x")], lock)]
    assert len(set(keys)) == len(keys)
    assert kept_as("trixie", ["a"], (), lock[::-1]) == keys[0]


def tar_of(files):
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for path, content in files.items():
            member = tarfile.TarInfo(path)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return archive.getvalue()


@pytest.mark.parametrize("ours, wrong", [(None, []), (b"real", []), (b"other", ["usr/bin/other"])])
def test_what_stands_in_the_place_of_another_packages_file_is_a_difference(tmp_path, ours, wrong):
    accounts = {"etc/passwd": b"root:*:0:0:root:/root:/bin/sh\n", "etc/group": b"root:*:0:\n"}
    (tmp_path / "system.tar").write_bytes(tar_of(accounts | {
        "var/lib/dpkg/status": b"Package: other\nVersion: 1\n", "var/lib/dpkg/info/other.list": b"/usr\n/bin/other\n",
        "usr/bin/other": b"real"}))
    files = accounts | {"var/lib/dpkg/status.d/tool": b""} | ({} if ours is None else {"usr/bin/other": ours})
    image = types.SimpleNamespace(layers=lambda: [tar_of(files)], read=files.__getitem__)
    before = used.copy()
    found = unexplained(image, Installation(tmp_path / "system.tar"))
    used.clear()
    used.update(before)
    assert [line.partition(": ")[0] for line in found if "var/lib/dpkg/" not in line] == wrong


@pytest.mark.wide
def test_every_rule_explains_something():
    assert compared == set(REQUESTS), "the rules are judged when all requests are"
    assert [rule for i, rule in enumerate(RULES) if not used[i]] == []


def test_the_packages_are_the_same(both):
    """But for one that a package which every system has stands for there: it comes first on such a system."""
    image, installed = both
    real = installed.versions()
    status = installed.contents["var/lib/dpkg/status"].decode()
    provided = {name.split()[0] for names in re.findall(r"(?m)^Provides: (.+)$", status) for name in names.split(",")}
    for path in image.entries():
        if name := re.fullmatch(r"var/lib/dpkg/status\.d/(.+)(?<!\.md5sums)", path):
            version = re.search(r"(?m)^Version: (\S+)$", image.read(path).decode())[1]
            assert real.get(name[1]) == version or (name[1] not in real and name[1] in provided), name[1]


@pytest.mark.parametrize("path", ["etc/passwd", "etc/group"])
def test_accounts(both, stated, path):
    ours, real = account_lines(*both, path, stated[path])
    assert ours == real


def test_ld_so_cache(both):
    """The cache of the installation holds the libraries of other packages too; what it says of ours is the same."""
    ours, real = cached_libraries(*both)
    assert ours == [line for line in real if line in set(ours)]
    for line in set(real) - set(ours):
        path = "usr" + line.split("=> ")[1]
        assert path not in both[0].entries(), f"{path} is not in the cache"


def test_shells(both):
    """The list of the installation has the shells of other packages too, and in bookworm one twice; of ours it says
    the same in the same order."""
    image, installed = both
    real = list(dict.fromkeys(installed.contents["etc/shells"].decode().splitlines()))
    if "etc/shells" not in image.entries():
        assert "var/lib/dpkg/status.d/debianutils" not in image.entries()
        return
    ours = image.read("etc/shells").decode().splitlines()
    assert ours == [line for line in real if line in ours]
    for line in set(real) - set(ours):
        assert re.sub("^/(bin|sbin)/", r"usr/\1/", line).strip("/") not in image.entries(), line


def test_exim4_configuration(both):
    """But for the host's name, which is localhost in an image, it is the same."""
    image, installed = both
    path = "var/lib/exim4/config.autogenerated"
    if path not in image.entries():
        assert path not in installed.contents
        return
    name = re.escape(installed.contents["etc/mailname"].decode().strip())
    real = re.sub(rf"(?m)^(MAIN_LOCAL_DOMAINS=@:localhost:|ETC_MAILNAME=){name}$", r"\1localhost",
                  installed.contents[path].decode())
    assert image.read(path).decode() == real


def test_what_no_image_has(both):
    """No identity of a system, and by policy no compiled Python: the rules let anything stand in these places."""
    image, _ = both
    entries = image.entries()
    if "etc/machine-id" in entries:
        assert image.read("etc/machine-id") == b""
    if "var/lib/dbus/machine-id" in entries:
        assert entries["var/lib/dbus/machine-id"].linkname == "/etc/machine-id"
    assert [path for path in entries if "/__pycache__" in path] == []


def test_md5sums_are_those_of_the_files(both):
    image, _ = both
    for path in image.entries():
        if path.startswith("var/lib/dpkg/status.d/") and path.endswith(".md5sums"):
            for line in image.read(path).decode().splitlines():
                digest, _, file = line.partition("  ")
                assert hashlib.md5(image.read(file)).hexdigest() == digest, f"{file} of {path}"


# What these requests have no word on, and why.
UNCOMPARED = {"paths": "the recipe's own; tests/blackbox/test_build.py", "dpkg-status": "dpkg's own file stands for it there"}


def finishers(place):
    place.write("any.yaml", recipe_of("php-trixie"))
    errors = place.run("build", "any.yaml", "--without-finisher", "none").errors
    return re.search(r"finishers are (.+)", errors)[1].split(", ")


@pytest.mark.wide
def test_each_finisher_is_needed(live_place, live_build):
    """Left out by itself, each makes a difference that nothing explains in one of the requests, of which no more are
    made than it takes to see that."""
    before = used.copy()
    needless = [finisher for finisher in finishers(live_place) if finisher not in UNCOMPARED]
    for name in sorted(REQUESTS, key=lambda name: "bookworm" in name):  # one suite has them all
        if not needless:
            break
        image, installed = Image(live_build(recipe_of(name))[0]), installation(*REQUESTS[name], ANSWERS.get(name, ()))
        assert not differs(image, installed, stated_accounts(name)), name
        needless = [finisher for finisher in needless if not is_missed(live_place, name, image, installed, finisher)]
    used.clear()
    used.update(before)
    assert needless == []


def is_missed(place, request, whole, installed, finisher):
    output = place.work / "without"
    built = place.build(recipe_of(request), "-o", output, "--allow-expired", "--allow-older", "--without-finisher",
                        finisher, timeout=900)
    if built.status == 1 and re.search(r" \[[a-z-]+\]$", built.errors, re.MULTILINE):  # the build's own checks miss it
        return True
    built.ok()
    image = Image(output)
    if image.digest == whole.digest:  # it has nothing to do here
        return False
    return differs(image, installed, stated_accounts(request))


def differs(image, installed, stated):
    if not {"etc/passwd", "etc/group", "etc/ld.so.cache"} <= image.entries().keys() or unexplained(image, installed):
        return True
    ours, real = cached_libraries(image, installed)
    return ours != [line for line in real if line in set(ours)] or any(
        ours != real for ours, real in (account_lines(image, installed, path, stated[path])
                                        for path in ("etc/passwd", "etc/group")))
