"""Files that are left out of an image by rule: of the packages' files alone, on record, and with what hangs on them."""

import hashlib

from aptrepo import ARCH, Directory, File, HardLink, Link, package, program
from ociimage import Image
from tinydebian import RECIPE, standard

CLOSURE = "closure: full\n"  # what these packages hold is no program's evidence


def built(place, debian, packages=(), text="", closure=CLOSURE, ok=True):
    """The result of a build whose recipe names the packages too, and its image."""
    debian.publish(standard() + list(packages))
    names = ", ".join(["hello", "base-passwd", *(one.name for one in packages)])
    result = place.build(RECIPE.replace("hello, base-passwd", names) + closure + text, "--format", "json")
    if ok:
        return result.ok(), Image(place.work / "test")
    return result, None


def documented(name="documented", **more):
    files = {f"/usr/share/doc/{name}/copyright": "GPL\n", f"/usr/share/doc/{name}/README": "read me\n" * 10,
             f"/usr/share/doc/{name}/examples/one.conf": "x\n", f"/usr/share/man/man1/{name}.1.gz": "page\n",
             f"/usr/share/man/de/man1/{name}.1.gz": "Seite\n", f"/usr/share/info/{name}.info.gz": "info\n",
             f"/usr/share/locale/de/LC_MESSAGES/{name}.mo": "mo\n", f"/usr/share/locale/en_GB/LC_MESSAGES/{name}.mo": "mo\n",
             "/usr/lib/locale/C.utf8/LC_CTYPE": "ctype\n", f"/usr/share/lintian/overrides/{name}": "tag\n",
             f"/usr/share/bug/{name}/script": "#!/bin/sh\n", f"/usr/share/{name}/data": "data\n"}
    return package(name, files={**files, **more})


def below(image, folder):
    return sorted(path for path in image.entries() if path.startswith(folder))


def test_by_default_what_nobody_reads_at_run_time_is_not_there(place, debian):
    result, image = built(place, debian, [documented()])
    assert below(image, "usr/share/doc/documented") == ["usr/share/doc/documented", "usr/share/doc/documented/copyright"]
    assert below(image, "usr/share/locale") == ["usr/share/locale", "usr/share/locale/en_GB",
                                                "usr/share/locale/en_GB/LC_MESSAGES",
                                                "usr/share/locale/en_GB/LC_MESSAGES/documented.mo"]
    assert {"usr/lib/locale/C.utf8/LC_CTYPE", "usr/share/documented/data"} <= image.entries().keys()
    for folder in ("usr/share/man", "usr/share/info", "usr/share/lintian", "usr/share/bug"):
        assert below(image, folder) == [], "nothing is left in it"
    assert {total["rule"]: (total["files"], total["size"]) for total in result.json["images"][0]["cut"]} == {
        "no-docs": (2, 82), "no-man": (2, 9), "no-locales": (2, 9), "no-info": (1, 5), "no-lintian": (2, 14)}


def test_the_summary_says_it_in_a_line(place, debian):
    debian.publish(standard() + [documented()])
    result = place.build(RECIPE.replace("hello,", "hello, documented,") + CLOSURE).ok()
    line, = [line for line in result.out.splitlines() if line.startswith("  cut ")]
    assert line == "  cut       9 files, 119 B: no-docs 82 B, no-lintian 14 B, no-locales 9 B, no-man 9 B, no-info 5 B"
    result = place.build(RECIPE + CLOSURE + "cuts: ['!default']\n").ok()
    assert "  cut       nothing\n" in result.out


def test_the_list_of_checksums_is_of_what_ships(place, debian):
    _, image = built(place, debian, [documented()])
    sums = image.read("var/lib/dpkg/status.d/documented.md5sums").decode().splitlines()
    assert sorted(line.split("  ")[1] for line in sums) == sorted(
        path for path, entry in image.entries().items() if entry.isreg() and "documented" in path
        and not path.startswith("var/") or path == "usr/lib/locale/C.utf8/LC_CTYPE")
    for line in sums:
        assert hashlib.md5(image.read(line[34:])).hexdigest() == line[:32]


def test_what_the_recipe_restores_is_there(place, debian):
    _, image = built(place, debian, [documented()], "cuts: ['!no-man', '!/usr/share/doc/*/README']\n")
    assert {"usr/share/man/man1/documented.1.gz", "usr/share/man/de/man1/documented.1.gz",
            "usr/share/man/man1/hello.1.gz", "usr/share/doc/documented/README"} <= image.entries().keys()
    assert "usr/share/doc/documented/examples" not in image.entries()
    result, image = built(place, debian, [documented()], "cuts: ['!default']\n")
    assert result.json["images"][0]["cut"] == []
    assert {"usr/share/info/documented.info.gz", "usr/share/bug/documented/script"} <= image.entries().keys()


def test_globs_cut_files_and_directories(place, debian):
    files = {"/opt/app/data/one.txt": "1", "/opt/app/data/two.txt": "2", "/opt/app/data/two.bin": "2",
             "/opt/app/cache/deep/x": "x", "/opt/app/empty": Directory(), "/opt/app/spool": Directory(0o700),
             "/opt/app/spool/seed": "x", "/lib/app/x": "x", "/opt/keep": "x"}
    more = package("spooler", files={"/opt/app/spool": Directory(0o700)})
    result, image = built(place, debian, [package("app", files=files), more],
                          "cuts: ['/opt/app/**/{one,two}.t?t', /opt/app/cache, /opt/app/spool/seed, '/usr/lib/app/[w-z]']\n")
    assert below(image, "opt/") == ["opt/app", "opt/app/data", "opt/app/data/two.bin", "opt/app/empty", "opt/app/spool",
                                    "opt/keep"]
    assert below(image, "usr/lib/app") == []
    assert [total["rule"] for total in result.json["images"][0]["cut"]] == [
        "no-man", "/opt/app/**/{one,two}.t?t", "/opt/app/cache", "/opt/app/spool/seed", "/usr/lib/app/[w-z]"]


def test_links_leave_with_what_they_lead_to(place, debian):
    files = {"/opt/tool": File(b"#!x\n", 0o755), "/usr/bin/tool": Link("/opt/tool"), "/usr/bin/t": Link("tool"),
             "/usr/bin/nowhere": Link("/opt/never-there"), "/opt/settings": "a = 1\n",
             "/etc/settings": Link("/opt/settings")}
    other = package("other", files={"/usr/lib/other/tool": Link("../../bin/t"), "/usr/lib/other/x": "x"})
    _, image = built(place, debian, [package("tool", files=files), other], """cuts: [/opt/tool, /opt/settings]
paths: [{path: /opt/settings, type: file, content: "a = 2\\n"}]
""")
    assert not {"usr/bin/tool", "usr/bin/t", "usr/lib/other/tool"} & image.entries().keys()
    assert {"usr/bin/nowhere", "etc/settings", "usr/lib/other/x"} <= image.entries().keys()
    assert image.read("opt/settings") == b"a = 2\n"


def test_a_hard_link_to_a_cut_file_has_its_content(place, debian):
    files = {"/usr/lib/app/a": File(b"content", 0o755), "/usr/lib/app/b": HardLink("/usr/lib/app/a"),
             "/usr/lib/app/c": HardLink("/usr/lib/app/a")}
    for cut, left in (("a", "bc"), ("b", "ac"), ("c", "ab")):
        result, image = built(place, debian, [package("app", files=files)], f"cuts: [/usr/lib/app/{cut}]\n")
        entries = image.entries()
        assert below(image, "usr/lib/app/") == [f"usr/lib/app/{name}" for name in left]
        assert sorted(entries[f"usr/lib/app/{name}"].islnk() for name in left) == [False, True], "still one file"
        for name in left:
            assert image.read(f"usr/lib/app/{name}") == b"content" and entries[f"usr/lib/app/{name}"].mode == 0o755
        total, = [one for one in result.json["images"][0]["cut"] if one["rule"].startswith("/")]
        assert (total["files"], total["size"]) == (1, 0), "its other name keeps the content"


def test_copyright_stays_whatever_is_cut(place, debian):
    common = package("app-common", files={"/usr/share/doc/app-common/copyright": "GPL\n",
                                          "/usr/share/doc/app-common/NOTICE": "by us\n",
                                          "/usr/share/doc/app-common/LICENSE": "MIT\n"})
    app = package("app", files={"/usr/share/doc/app": Link("app-common"), "/usr/share/app": "x"})
    other = package("other", files={"/usr/share/doc/other/copyright": Link("../app-common/LICENSE")})
    _, image = built(place, debian, [app, common, other], "cuts: ['/usr/share/doc/**']\n")
    docs = {"usr/share/doc/app", "usr/share/doc/app-common/copyright", "usr/share/doc/app-common/NOTICE",
            "usr/share/doc/app-common/LICENSE", "usr/share/doc/other/copyright", "usr/share/doc/hello/copyright"}
    assert docs <= image.entries().keys()
    _, image = built(place, debian, [app, common, other], "cuts: [/usr/share/doc/*/copyright, /usr/share/doc/app-common/NOTICE]\n")
    assert below(image, "usr/share/doc") == [], "named by their last component"


def test_shell_scripts_and_the_configuration_that_names_them(place, debian):
    files = {"/usr/bin/ask": File(b"#! /bin/sh\nread x\n", 0o755), "/usr/bin/hard-ask": HardLink("/usr/bin/ask"),
             "/usr/share/ask/hook.sample": "#!/usr/bin/env -S bash -e\n", "/usr/share/ask/perl": "#!/usr/bin/perl\n",
             "/etc/ask.conf": "program = /usr/bin/ask\nother=/usr/share/ask/hook.sample\n",
             "/etc/cron.d/ask": "* * * * * root /usr/bin/ask\n", "/etc/fine.conf": "see /usr/share/doc/ask/README\n",
             "/usr/share/doc/ask/README": "run /usr/bin/ask\n"}
    ask = package("ask", files=files, scripts={"conffiles": "/etc/ask.conf\n/etc/cron.d/ask\n/etc/fine.conf\n"})
    result, image = built(place, debian, [ask], "cuts: [no-shell-scripts]\n")
    assert below(image, "usr/share/ask/") == ["usr/share/ask/perl"]
    assert not {"usr/bin/ask", "usr/bin/hard-ask"} & image.entries().keys()
    assert result.json["warnings"] == [
        "/etc/ask.conf of ask names /usr/bin/ask, which is cut (no-shell-scripts); and 1 more"]
    result, image = built(place, debian, [ask], """cuts: [no-shell-scripts]
paths: [{path: /etc/ask.conf, type: file, content: "program = builtin\\n"}]
""")
    assert result.json["warnings"] == [], "the recipe has its own"


def test_a_lean_image_counts_its_unused_programs(place, debian):
    files = {"/usr/bin/main": File(program(), 0o755), "/usr/bin/script": File(b"#!/usr/bin/perl\n", 0o755),
             "/usr/bin/other-name": Link("script"), "/usr/share/mixed/x": "x"}
    mixed = package("mixed", files=files)
    result, image = built(place, debian, [mixed], closure="")
    assert not {"usr/bin/script", "usr/bin/other-name"} & image.entries().keys()
    assert {"rule": "unused-programs", "files": 2, "size": 16} in result.json["images"][0]["cut"]
    result, image = built(place, debian, [mixed], "cuts: ['!/usr/bin/script']\n"
                          "allow: {interpreter-missing: {/usr/bin/script: no perl is there}}\n", closure="")
    assert {"usr/bin/script", "usr/bin/other-name"} <= image.entries().keys(), "restored, the recipe's word holds"


def test_a_set_that_there_is_not(place, debian):
    result, _ = built(place, debian, text="cuts: [no-docs, no-mans]\n", ok=False)
    result.fails(2, "error: test.yaml:7:17: no set of cuts is called 'no-mans'\n  hint: did you mean 'no-man'?")


# --- debone cuts ----------------------------------------------------------------------------------------------------

def test_the_sets_are_listed(place):
    result = place.run("cuts", "--format", "json").ok().json
    sets = {one["name"]: one for one in result["sets"]}
    assert {name for name, one in sets.items() if one["default"]} == {"no-docs", "no-man", "no-info", "no-locales",
                                                                      "no-lintian"}
    assert {"no-shell-scripts", "no-gconv-extra", "no-static-libs"} <= sets.keys()
    lines = place.run("cuts").ok().out.splitlines()
    assert [line.split()[0] for line in lines] == [one["name"] for one in result["sets"]]
    for line, one in zip(lines, result["sets"]):
        assert line.endswith(one["summary"]) and ("  default  " in line) == one["default"]


def test_what_each_saves_in_a_recipe(place, debian):
    files = {"/usr/bin/main": File(program(), 0o755), "/usr/bin/script": File(b"#!/bin/sh\n", 0o755),
             "/usr/share/mixed/hook": "#!/bin/bash\n", "/usr/include/mixed.h": "int x;\n",
             "/opt/big": b"x" * 1000, "/opt/bigger": b"x" * 2000}
    debian.publish(standard() + [documented(), package("mixed", files=files)])
    place.write("test.yaml", RECIPE.replace("hello,", "hello, documented, mixed,")
                + "cuts: [/opt, '!/opt/big', no-dev, '!no-info']\n")
    result = place.run("cuts", "test.yaml", "--format", "json").ok().json
    assert (result["name"], result["architecture"]) == ("test", ARCH)
    assert {one["name"]: (one["on"], one["files"], one["size"]) for one in result["sets"]} == {
        "no-docs": (True, 2, 82), "no-man": (True, 3, 15), "no-info": (False, 1, 5), "no-locales": (True, 2, 9),
        "no-lintian": (True, 2, 14), "no-shell-scripts": (False, 1, 12), "no-gconv-extra": (False, 0, 0),
        "no-static-libs": (False, 0, 0), "no-dev": (True, 1, 7), "no-admin": (False, 0, 0),
        "no-desktop": (False, 0, 0)}, "a translated manual page is one of two sets'"
    assert result["globs"] == [{"glob": "/opt", "place": "test.yaml:6:8", "files": 1, "size": 2000},
                               {"glob": "!/opt/big", "place": "test.yaml:6:14", "files": -1, "size": -1000}]
    assert result["unused_programs"] == {"files": 1, "size": 10}
    built_now = place.build("test.yaml", "--format", "json").ok().json["images"][0]["cut"]
    assert (result["files"], result["size"]) == (sum(one["files"] for one in built_now),
                                                 sum(one["size"] for one in built_now))
    text = place.run("cuts", "test.yaml").ok().out
    assert text.startswith(f"test for {ARCH}: {result['files']} files are cut, 2.13 kB\n\n  no-docs           on ")


def test_from_a_lock_nothing_is_asked(place, debian):
    place.write("test.yaml", RECIPE)
    place.run("lock", "test.yaml").ok()
    place.run("fetch", "test.yaml").ok()
    debian.server.clear()
    place.run("cuts", "test.yaml", "--offline").ok()
    assert debian.server.requests == []


def test_one_file_is_one(place, debian):
    place.write("test.yaml", RECIPE)
    assert place.run("cuts", "test.yaml").ok().out.startswith(f"test for {ARCH}: 1 file is cut, 4 B\n\n")


def test_an_alternative_whose_target_was_cut_is_not_made(place, debian):
    """Of two the one that is left stands, whatever its priority; of one alone no link is there. Nothing dangles."""
    tool = package("tool", files={f"/usr/bin/{name}": File(name.encode(), 0o755) for name in ("big", "small", "lone")} | {
        f"/usr/share/tool/{name}.1": name for name in ("big", "small")}, scripts={"postinst": (
            "#!/bin/sh\n" + "".join(
                f"update-alternatives --install /usr/bin/pick pick /usr/bin/{name} {priority} "
                f"--slave /usr/share/pick.1 pick.1 /usr/share/tool/{name}.1\n" for name, priority in (("big", 50), ("small", 10)))
            + "update-alternatives --install /usr/bin/one one /usr/bin/lone 10\n")})
    _, image = built(place, debian, [tool], "cuts: [/usr/bin/big, /usr/bin/lone, /usr/share/tool/small.1]\n")
    links = {path: entry.linkname for path, entry in image.entries().items() if entry.issym()}
    assert (links["usr/bin/pick"], links["etc/alternatives/pick"]) == ("/etc/alternatives/pick", "/usr/bin/small")
    assert not {"usr/bin/one", "etc/alternatives/one", "usr/share/pick.1", "etc/alternatives/pick.1"} & links.keys()
