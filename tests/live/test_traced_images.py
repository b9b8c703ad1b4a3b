"""debone trace over images of real packages: the extension that a script needs is named as opened, of its package; and
what the image has not is named as missing."""

import json

import pytest


@pytest.mark.parametrize("prefix, version", [("", "8.4"), ("bookworm/", "8.2")], ids=["trixie", "bookworm"])
def test_php_opens_mbstring_and_misses_a_shell(live_place, live_build, prefix, version):
    layout, _ = live_build(f"{prefix}php-cli")
    report = live_place.work / "report.json"
    script = 'echo mb_strlen("äöü"); fopen("/nothing/here", "r"); exec("ls");'
    result = live_place.run("trace", layout, "-o", report, "--format", "json", "--entrypoint", f"php{version}", "--",
                            "-d", "display_errors=0", "-r", script)
    assert (result.status, result.out) == (0, "3"), result
    traced = json.loads(report.read_text())
    assert traced["left_out"] == 0
    owners = {one["path"]: (one["package"], one["how"]) for one in traced["touched"]}
    [module] = [path for path in owners if path.endswith("/mbstring.so")]
    assert owners[module][0] == f"php{version}-mbstring" and "opened" in owners[module][1]
    assert owners[f"/usr/bin/php{version}"][0] == f"php{version}-cli"
    assert "executed" in owners[f"/usr/bin/php{version}"][1]
    [libc] = [path for path in owners if path.endswith("/libc.so.6")]
    assert owners[libc][0] == "libc6"
    # The loader, which the kernel opens by itself.
    assert any(path.rsplit("/", 1)[1].startswith("ld-linux") and owner == "libc6" for path, (owner, _) in owners.items())
    touched = {package["name"] for package in traced["packages"] if package["touched"]}
    assert {f"php{version}-mbstring", f"php{version}-cli", "libc6"} <= touched
    assert "base-passwd" not in touched, "which no program reads"
    assert "/nothing/here" in {one["path"] for one in traced["missed"]}
    assert [(one["path"], one["asked_as"]) for one in traced["not_executed"]] == [("/usr/bin/sh", ["/bin/sh"])]
