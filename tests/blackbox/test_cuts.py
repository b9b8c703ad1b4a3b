"""Files that are left out of an image by rule: of the packages' files alone, on record, and with what hangs on them."""

import hashlib

from aptrepo import Directory, File, HardLink, Link, package, program
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
    result, image = built(place, debian, [mixed], "cuts: ['!/usr/bin/script']\n", closure="")
    assert {"usr/bin/script", "usr/bin/other-name"} <= image.entries().keys(), "restored, the recipe's word holds"


def test_a_set_that_there_is_not(place, debian):
    result, _ = built(place, debian, text="cuts: [no-docs, no-mans]\n", ok=False)
    result.fails(2, "error: test.yaml:7:17: no set of cuts is called 'no-mans'\n  hint: did you mean 'no-man'?")
