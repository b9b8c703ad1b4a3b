"""What a build makes of its packages and its recipe, looked at with Python's own tar and JSON."""

import json
import os
import stat
import subprocess
import tarfile
from pathlib import Path

import pytest

from aptrepo import (ARCH, MTIME, Directory, File, HardLink, Link, Repository, directory, entry, package, program,
                     raw_deb, shared_library)
from ociimage import Image
from server import Server
from tinydebian import RECIPE, base_files, base_passwd, hello, recipe_of, standard

MULTIARCH = subprocess.run(["dpkg-architecture", "-qDEB_HOST_MULTIARCH"], capture_output=True, text=True,
                           check=True).stdout.strip()


def modes(image, *paths):
    entries = image.entries()
    return {path: (entries[path].mode, entries[path].uid, entries[path].gid) for path in paths}


def recipe_with(text, packages="[hello, base-passwd]"):
    return RECIPE.replace("[hello, base-passwd]", packages) + text


def test_summary_and_image_agree(place, debian):
    result = place.build(RECIPE, "--format", "json").ok().json
    image = Image(place.work / "test")
    assert result["name"] == "test" and result["output"] == "test" and result["format"] == "oci"
    assert result["digest"] == image.digest == image.index["manifests"][0]["digest"]
    one, = result["images"]
    assert [(p["name"], p["version"], p["architecture"]) for p in one["packages"]] == [
        ("base-files", "13.8", ARCH), ("base-passwd", "3.6.7", ARCH), ("hello", "1.0", ARCH)]
    assert one["compressed_size"] == sum(layer["size"] for layer in image.manifest["layers"])
    assert one["size"] == sum(len(layer) for layer in image.layers())
    assert one["apt_size"] == (10 + 10 + 800) * 1024
    assert one["waived"] == [] and result["warnings"] == []


def test_text_summary(place, debian):
    out = place.build(RECIPE).ok().out
    assert Image(place.work / "test").digest in out
    for word in ("packages", "size", "compressed", "with apt", "written"):
        assert word in out


def test_the_image_has_what_the_packages_have(place, debian):
    place.build(RECIPE).ok()
    image = Image(place.work / "test")
    entries = image.entries()
    assert image.read("usr/bin/hello") == program()
    assert modes(image, "usr/bin/hello", "tmp", "root", "usr/share/doc/hello/copyright") == {
        "usr/bin/hello": (0o755, 0, 0), "tmp": (0o1777, 0, 0), "root": (0o700, 0, 0),
        "usr/share/doc/hello/copyright": (0o644, 0, 0)}
    assert entries["usr/bin/hello"].mtime == MTIME
    assert entries["bin"].linkname == "usr/bin"
    assert not any(path.startswith(("bin/", "lib/", "sbin/")) for path in entries)


def test_the_config_is_the_recipes(place, debian):
    place.build(recipe_with("""cmd: [args, "a b"]
environment: {LANG: C.UTF-8, EMPTY: ""}
work-dir: /tmp
stop-signal: SIGQUIT
volumes: [/tmp]
ports: [9000/tcp]
annotations: {org.opencontainers.image.title: Test}
accounts: {run-as: www-data}
""")).ok()
    image = Image(place.work / "test")
    config = image.config["config"]
    assert config["Entrypoint"] == ["/usr/bin/hello"] and config["Cmd"] == ["args", "a b"]
    assert {"LANG=C.UTF-8", "EMPTY="} <= set(config["Env"])
    assert config["WorkingDir"] == "/tmp" and config["StopSignal"] == "SIGQUIT"
    assert config["Volumes"] == {"/tmp": {}} and config["ExposedPorts"] == {"9000/tcp": {}}
    assert config["User"] == "www-data"
    assert image.manifest["annotations"]["org.opencontainers.image.title"] == "Test"
    assert (image.config["architecture"], image.config["os"]) == (ARCH, "linux")


def test_entrypoint_as_text_is_split_into_words(place, debian):
    place.build(RECIPE.replace("{command: [/usr/bin/hello]}", "{command: /usr/bin/hello args 'a b'}")).ok()
    assert Image(place.work / "test").config["config"]["Entrypoint"] == ["/usr/bin/hello", "args", "a b"]


def test_created_is_the_newest_file_of_the_packages(place, debian):
    newest = MTIME + 12345
    debian.publish(standard() + [package("newer", files={"/usr/share/newer/x": File(b"x", mtime=newest)})])
    place.build(recipe_with("", "[hello, base-passwd, newer]")).ok()
    image = Image(place.work / "test")
    assert image.config["created"] == "2023-11-15T01:39:05Z"
    assert image.entries()["etc/passwd"].mtime == newest


def test_source_date_epoch_overrules(place, debian):
    place.build(RECIPE, env={"SOURCE_DATE_EPOCH": "1600000000"}).ok()
    image = Image(place.work / "test")
    assert image.config["created"] == "2020-09-13T12:26:40Z"
    assert max(entry.mtime for entry in image.entries().values()) == 1600000000


def test_accounts(place, debian):
    place.build(recipe_with("""accounts:
  run-as: app
  users: [{username: app, uid: 1000, gid: 1001}]
  groups: [{groupname: app, gid: 1001, members: [www-data]}]
""")).ok()
    image = Image(place.work / "test")
    passwd = image.read("etc/passwd").decode().splitlines()
    assert "root:x:0:0:root:/root:/bin/bash" in passwd or "root:*:0:0:root:/root:/bin/bash" in passwd
    assert any(line.startswith("app:") and ":1000:1001:" in line for line in passwd)
    assert any(line.startswith("www-data:") and ":33:33:" in line for line in passwd)
    assert any(line.startswith("app:") and line.endswith(":1001:www-data")
               for line in image.read("etc/group").decode().splitlines())
    assert "etc/shadow" not in image.entries(), "no password hashes"


def test_an_account_of_a_package_clashes_with_one_of_the_recipe(place, debian):
    debian.publish([*standard(), package("web", files={"/usr/lib/sysusers.d/web.conf": "u web 150 \"A server\"\ng team 151\n"})])
    recipe = RECIPE.replace("[hello, base-passwd]", "[hello, base-passwd, web]")
    place.build(recipe + "accounts: {users: [{username: app, uid: 150}]}\n").fails(
        2, "error: /usr/lib/sysusers.d/web.conf: user 'web' of package web has uid 150, which belongs to 'app' of the recipe\n"
        f"  while applying the effects of accounts\n  while building test for {ARCH}\n"
        "  hint: state another uid for 'web' under accounts")
    place.build(recipe + "accounts: {groups: [{groupname: app, gid: 151}]}\n").fails(
        2, "error: /usr/lib/sysusers.d/web.conf: group 'team' of package web has gid 151, which belongs to 'app' of the recipe\n"
        f"  while applying the effects of accounts\n  while building test for {ARCH}\n"
        "  hint: state another gid for 'team' under accounts")


def test_status_d_lists_what_ships(place, debian):
    place.build(RECIPE).ok()
    image = Image(place.work / "test")
    stanza = image.read("var/lib/dpkg/status.d/hello").decode()
    assert "Package: hello\n" in stanza and "Version: 1.0\n" in stanza
    sums = image.read("var/lib/dpkg/status.d/hello.md5sums").decode()
    assert sums.splitlines()[0].split() and "usr/bin/hello" in sums


def test_os_release_resolves(place, debian):
    place.build(RECIPE).ok()
    image = Image(place.work / "test")
    assert image.entries()["etc/os-release"].linkname == "../usr/lib/os-release"
    assert b"VERSION_CODENAME=trixie" in image.read("usr/lib/os-release")


def test_files_are_relocated_through_merged_usr(place, debian):
    old = package("old", files={"/bin/old": File(program(), 0o755), "/lib/old/data": b"1", "/sbin/x": Link("/bin/old")})
    debian.publish(standard() + [old])
    place.build(recipe_with("", "[hello, base-passwd, old]")).ok()
    entries = Image(place.work / "test").entries()
    assert {"usr/bin/old", "usr/lib/old/data", "usr/sbin/x"} <= set(entries)
    assert entries["bin"].issym() and entries["lib"].issym()


def test_hard_links_and_capabilities_are_kept(place, debian):
    capability = b"\x01\x00\x00\x02\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    caps = raw_deb("caps", [directory("./usr"), directory("./usr/bin"), entry("./usr/bin/ping", b"\x7fx", mode=0o755,
                   pax={"SCHILY.xattr.security.capability": capability.decode("latin-1")})])
    twins = package("twins", files={"/usr/share/twins/a": b"same", "/usr/share/twins/b": HardLink("/usr/share/twins/a")})
    debian.publish(standard() + [caps, twins])
    place.build(recipe_with("", "[hello, base-passwd, caps, twins]")).ok()
    entries = Image(place.work / "test").entries()
    assert "SCHILY.xattr.security.capability" in entries["usr/bin/ping"].pax_headers
    a, b = entries["usr/share/twins/a"], entries["usr/share/twins/b"]
    assert sorted([a.type, b.type]) == [tarfile.REGTYPE, tarfile.LNKTYPE]


def test_owners_of_packages_are_kept(place, debian):
    owned = raw_deb("owned", [directory("./var"), directory("./var/lib"),
                              directory("./var/lib/owned", mode=0o2750, uid=33, gid=65534)])
    debian.publish(standard() + [owned])
    place.build(recipe_with("", "[hello, base-passwd, owned]")).ok()
    assert modes(Image(place.work / "test"), "var/lib/owned") == {"var/lib/owned": (0o2750, 33, 65534)}


def test_the_security_suite_wins(place, debian):
    debian.publish(security=[hello("1.0+deb13u1")])
    one, = place.build(RECIPE, "--format", "json").ok().json["images"]
    chosen = {p["name"]: p for p in one["packages"]}
    assert chosen["hello"]["version"] == "1.0+deb13u1"
    assert chosen["hello"]["source"] == "trixie-security"


def test_dependencies_are_followed_and_recommends_are_not(place, debian):
    debian.publish([base_files(), base_passwd(), hello(Depends="dep (>= 1) | other", Recommends="extra"),
                    package("dep", files={"/usr/share/dep/x": b"1"}), package("other"), package("extra")])
    one, = place.build(RECIPE, "--format", "json").ok().json["images"]
    assert [p["name"] for p in one["packages"]] == ["base-files", "base-passwd", "dep", "hello"]
    assert next(p for p in one["packages"] if p["name"] == "dep")["reason"] == "hello uses its data: /usr/share/dep/x"
    one, = place.build(RECIPE + "closure: full\n", "--format", "json").ok().json["images"]
    assert next(p for p in one["packages"] if p["name"] == "dep")["reason"] == "Depends: dep (>= 1) | other of hello"


def test_a_limited_source_supplies_nothing_else(place, debian, keys, other_key):
    """A vendor's repository that offers a newer libc (here: hello) must not stand in for Debian's."""
    vendor = Repository(place.folder / "www/vendor", keys, other_key)
    vendor.publish("stable", [hello("9.9"), package("tool", Depends="hello")])
    place.write("vendor.gpg", other_key.public.read_bytes())
    recipe = RECIPE.replace("[{debian: trixie}]", f"""
    - {{debian: trixie}}
    - {{name: vendor, url: '{debian.server.url}/vendor', suite: stable, components: [main], key: vendor.gpg, packages: [tool]}}
""").replace("[hello, base-passwd]", "[tool, base-passwd]")
    one, = place.build(recipe, "--format", "json").ok().json["images"]
    chosen = {p["name"]: p["version"] for p in one["packages"]}
    assert chosen["hello"] == "1.0" and chosen["tool"] == "1.0"


def test_a_local_deb(place, debian):
    place.write("tool.deb", package("tool", "2.0", files={"/usr/share/tool/x": b"1"}, Depends="hello").deb)
    recipe = RECIPE.replace("[{debian: trixie}]", "[{debian: trixie}, {deb: ./tool.deb}]")
    place.build(recipe.replace("[hello, base-passwd]", "[tool, base-passwd]")).ok()
    assert Image(place.work / "test").read("usr/share/tool/x") == b"1"


def test_a_repository_of_files(place, repo):
    repo.publish("stable", standard())
    place.build(recipe_of(f"file:{repo.root}")).ok()


def test_a_flat_repository(place, repo, server, keys, archive_key):
    """As `deb URL ./` has it: no dists, the index beside the packages."""
    import hashlib
    from aptrepo import _index_entry
    for one in standard():
        (repo.root / "pool").mkdir(exist_ok=True)
        repo.deb(one).write_bytes(one.deb)
    index = "\n".join(_index_entry(one) for one in standard()).encode()
    (repo.root / "Packages").write_bytes(index)
    release = ("Origin: Flat\nDate: Sun, 01 Nov 2026 10:00:00 UTC\nSHA256:\n"
               f" {hashlib.sha256(index).hexdigest()} {len(index)} Packages\n")
    (repo.root / "InRelease").write_bytes(keys.sign(release, [archive_key]))
    recipe = recipe_of(server.url).replace("suite: stable, components: [main]", "suite: ./")
    place.build(recipe).ok()


def test_a_detached_signature(place, repo, server):
    repo.publish("stable", standard(), inline=False)
    place.build(recipe_of(server.url)).ok()


def test_without_by_hash(place, repo, server):
    repo.publish("stable", standard(), by_hash=False)
    place.build(recipe_of(server.url)).ok()


def test_an_armoured_key(place, repo, server, keys, archive_key):
    repo.publish("stable", standard())
    place.write("key.asc", keys.armoured(archive_key))
    place.build(recipe_of(server.url).replace("key.gpg", "key.asc")).ok()


def test_a_key_by_url_and_fingerprint(place, repo, server, keys, archive_key):
    repo.publish("stable", standard())
    (repo.root / "key.asc").write_bytes(keys.armoured(archive_key))
    key = f"{{url: '{server.url}/key.asc', fingerprint: {archive_key.fingerprint}}}"
    place.build(recipe_of(server.url).replace("key.gpg", key)).ok()


def test_another_address_and_key_for_a_source(place, repo, server, keys, other_key):
    repo.publish("stable", standard(), signers=[other_key])
    place.write("other.gpg", other_key.public.read_bytes())
    place.build(recipe_of("http://example.org/nowhere"), "--source", f"tests={server.url},other.gpg").ok()


def test_the_mirror_is_no_part_of_the_image(place, debian):
    place.build(RECIPE).ok()
    port = debian.server.url.rsplit(":", 1)[1].encode()
    first = Image(place.work / "test")
    for layer in first.layers():
        assert b"127.0.0.1:" + port not in layer
    for blob in (place.work / "test").rglob("*"):
        if blob.is_file():
            assert b"127.0.0.1" not in blob.read_bytes()
    with Server(place.folder / "www") as elsewhere:
        place.build(RECIPE, "-o", "other", env={**debian.environment(elsewhere.url),
                    "DEBONE_DEBIAN_KEYRING": place.environment["DEBONE_DEBIAN_KEYRING"]}).ok()
    assert Image(place.work / "other").digest == first.digest


def test_debian_mirror_of_the_recipe_comes_first(place, debian):
    recipe = RECIPE.replace("{debian: trixie}", f"{{debian: trixie, mirror: '{debian.server.url}/debian', "
                                                f"security-mirror: '{debian.server.url}/debian-security'}}")
    place.build(recipe, env={"DEBONE_DEBIAN_MIRROR": "http://127.0.0.1:9/",
                             "DEBONE_DEBIAN_SECURITY_MIRROR": "http://127.0.0.1:9/"}).ok()


def test_include_takes_another_recipes_text(place, debian):
    place.write("base.yaml", RECIPE.replace("name: test", "name: base"))
    place.build("name: test\ninclude: base.yaml\ncmd: [id]\nenvironment: {A: b}\n").ok()
    config = Image(place.work / "test").config["config"]
    assert config["Entrypoint"] == ["/usr/bin/hello"] and config["Cmd"] == ["id"] and "A=b" in config["Env"]


# --- paths: ---------------------------------------------------------------------------------------------------------

def test_paths(place, debian):
    place.write("file.txt", "from a file\n")
    place.build(recipe_with("""paths:
  - {path: /run/app, type: directory, uid: 33, gid: 33, permissions: 0o750}
  - {path: /etc/app.conf, type: file, content: "a = 1\\n", permissions: 0o640, gid: 33}
  - {path: /etc/app.txt, type: file, source: file.txt}
  - {path: /opt/hello, type: symlink, source: /usr/bin/hello}
  - {path: /usr/share/doc, type: permissions, permissions: 0o700, recursive: true}
""")).ok()
    image = Image(place.work / "test")
    assert image.read("etc/app.conf") == b"a = 1\n" and image.read("etc/app.txt") == b"from a file\n"
    assert image.entries()["opt/hello"].linkname == "/usr/bin/hello"
    assert modes(image, "run/app", "etc/app.conf", "etc/app.txt", "usr/share/doc/hello/copyright") == {
        "run/app": (0o750, 33, 33), "etc/app.conf": (0o640, 0, 33), "etc/app.txt": (0o644, 0, 0),
        "usr/share/doc/hello/copyright": (0o700, 0, 0)}


TREE = recipe_with("paths: [{path: /srv/app, type: tree, source: ./app}]\n")


def test_a_tree_from_the_disk(place, debian):
    place.write("app/index.php", "<?php\n", mode=0o600)
    place.write("app/bin/tool", "#!x\n", mode=0o711)
    place.give(place.work / "app/link") if (place.work / "app/link").exists() else os.symlink("bin/tool", place.work / "app/link")
    place.build(TREE).ok()
    image = Image(place.work / "test")
    assert modes(image, "srv/app", "srv/app/index.php", "srv/app/bin", "srv/app/bin/tool") == {
        "srv/app": (0o755, 0, 0), "srv/app/index.php": (0o644, 0, 0), "srv/app/bin": (0o755, 0, 0),
        "srv/app/bin/tool": (0o755, 0, 0)}
    assert image.entries()["srv/app/link"].linkname == "bin/tool"
    assert {image.entries()[f"srv/app/{name}"].mtime for name in ("index.php", "bin/tool")} == {MTIME}


def test_deboneignore(place, debian):
    place.write("app/.deboneignore", "# what is not to ship\n*.log\n/build\n!keep.log\n")
    for name in ("a.log", "keep.log", "sub/b.log", "build/x", "sub/build/y", "index.php"):
        place.write(f"app/{name}", "x")
    place.build(TREE).ok()
    entries = {path.removeprefix("srv/app/") for path in Image(place.work / "test").entries() if "srv/app/" in path}
    assert {"keep.log", "index.php", "sub/build/y"} <= entries
    assert not entries & {"a.log", "sub/b.log", "build", "build/x"}


def test_secrets_are_named(place, debian):
    place.write("app/.env", "PASSWORD=x\n")
    place.write("app/id_rsa", "here would be a key\n")
    warnings = "\n".join(place.build(TREE).ok().warnings)
    assert "app/.env" in warnings and "app/id_rsa" in warnings


def test_links_that_leave_the_tree_are_refused(place, debian):
    place.write("app/x", "x")
    os.symlink("/etc/passwd", place.work / "app/out")
    result = place.build(TREE)
    assert result.status == 2 and "out" in result.errors and "test.yaml:6:9" in result.errors


# --- where it is written --------------------------------------------------------------------------------------------

def test_docker_archive(place, debian):
    result = place.build(RECIPE, "--to", "docker", "--tag", "example/test:1", "--format", "json").ok().json
    assert result["output"] == "test.tar"
    with tarfile.open(place.work / "test.tar") as archive:
        names = archive.getnames()
        manifest = json.load(archive.extractfile("manifest.json"))
    assert manifest[0]["RepoTags"] == ["example/test:1"]
    assert set(manifest[0]["Layers"] + [manifest[0]["Config"]]) <= set(names)
    assert "index.json" in names and "oci-layout" in names


def test_rootfs_without_root_says_what_it_cannot_set(place, debian):
    result = place.build(recipe_with("accounts: {run-as: www-data}\npaths: [{path: /run/app, type: directory, uid: 33}]\n"),
                         "--to", "rootfs").ok()
    assert (place.work / "test.rootfs/usr/bin/hello").read_bytes() == program()
    assert any("own" in warning for warning in result.warnings), result.warnings
    assert result.warnings[-1].endswith("an image has them: build one without --to rootfs")


def test_rootfs_as_root(root_place, keys, archive_key):
    from tinydebian import TinyDebian
    archive = TinyDebian(root_place.folder / "www", keys, archive_key).publish()
    with Server(root_place.folder / "www") as server:
        root_place.environment.update(archive.environment(server.url))
        result = root_place.build(recipe_with("paths: [{path: /run/app, type: directory, uid: 33, gid: 65534}]\n"),
                                  "--to", "rootfs").ok()
    root = root_place.work / "test.rootfs"
    state = (root / "run/app").stat()
    assert (state.st_uid, state.st_gid) == (33, 65534) and result.warnings == []
    assert stat.S_IMODE((root / "tmp").stat().st_mode) == 0o1777
    assert os.readlink(root / "bin") == "usr/bin"
    assert int((root / "usr/bin/hello").stat().st_mtime) == MTIME


def test_a_layout_of_debones_is_replaced(place, debian):
    place.build(RECIPE).ok()
    first = Image(place.work / "test")
    place.build(RECIPE + "cmd: [id]\n").ok()
    second = Image(place.work / "test")
    assert second.digest != first.digest
    blobs = {path.name for path in (place.work / "test/blobs/sha256").iterdir()}
    used = [second.digest, second.manifest["config"]["digest"], *(one["digest"] for one in second.manifest["layers"])]
    assert blobs == {one.removeprefix("sha256:") for one in used}


def test_another_folder_is_not_replaced(place, debian):
    place.write("test/precious.txt", "mine")
    result = place.build(RECIPE)
    assert result.status == 2 and (place.work / "test/precious.txt").read_text() == "mine"
    assert sorted(path.name for path in place.work.iterdir()) == ["debian.gpg", "test", "test.yaml"]


def test_two_architectures_in_one_layout(place, debian):
    def for_arch(architecture):
        return [package(one.name, one.version, architecture, files={f"/usr/share/{one.name}/x": b"1"},
                        **({"Essential": "yes"} if one.name.startswith("base") else {})) for one in standard()]
    debian.publish(for_arch("amd64") + for_arch("arm64"), architectures=("amd64", "arm64"))
    debian.security.publish("trixie-security", [], name="stable-security", codename="trixie-security",
                            architectures=("amd64", "arm64"))
    debian.main.publish("trixie-updates", [], name="stable-updates", codename="trixie-updates",
                        architectures=("amd64", "arm64"))
    recipe = RECIPE.replace("entrypoint: {command: [/usr/bin/hello]}\n", "")
    result = place.build(recipe, "--arch", "amd64", "--arch", "arm64", "--format", "json").ok().json
    assert [one["architecture"] for one in result["images"]] == ["amd64", "arm64"]
    amd64, arm64 = Image(place.work / "test", "amd64"), Image(place.work / "test", "arm64")
    assert amd64.config["architecture"] == "amd64" and arm64.config["architecture"] == "arm64"


# --- the second time ------------------------------------------------------------------------------------------------

def test_a_second_build_fetches_no_package(place, debian):
    place.build(RECIPE).ok()
    debian.server.clear()
    place.build(RECIPE).ok()
    assert debian.server.count(r"\.deb$") == 0 and debian.server.count("Packages") == 0
    assert debian.server.count("InRelease") == 3


def test_ld_so_cache_is_ldconfigs(place, debian):
    """Which libc is in the image decides its form: here this machine's own stands in."""
    folder = f"/usr/lib/{MULTIARCH}"
    libc = Path(f"{folder}/libc.so.6").read_bytes()
    library = package("libtiny1", files={
        f"{folder}/libc.so.6": File(libc, 0o755), f"{folder}/libtiny.so.1.0": shared_library("libtiny.so.1"),
        f"{folder}/libtiny.so.1": Link("libtiny.so.1.0"), "/etc/ld.so.conf": "include /etc/ld.so.conf.d/*.conf\n",
        f"/etc/ld.so.conf.d/{MULTIARCH}.conf": f"/lib/{MULTIARCH}\n{folder}\n"})
    debian.publish(standard() + [library])
    place.build(recipe_with("", "[hello, base-passwd, libtiny1]"), "--to", "rootfs").ok()
    root = place.work / "test.rootfs"
    ours = (root / "etc/ld.so.cache").read_bytes()
    assert b"libtiny.so.1" in ours
    subprocess.run(["ldconfig", "-X", "-r", root], check=True)
    assert (root / "etc/ld.so.cache").read_bytes() == ours
