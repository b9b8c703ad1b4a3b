"""kustomize: built from its Go module where there is a go, else the one in the kubectl of Debian 13. It is kept in
build/kustomize.

By hand, which renders a folder: python3 tests/live/kustomize.py FOLDER
"""

import subprocess
import sys

from fetched_program import build_module, has_go, kept, take_from_debian

MODULE, VERSION = "sigs.k8s.io/kustomize/kustomize/v5", "v5.7.1"
SUM = "h1:sYJsarwy/SDJfjjLMUqwFDGPwzUtMOQ1i1Ed49+XSbw="


def kustomize(folder):
    """What it renders of the folder."""
    if has_go():
        command = [kept(f"kustomize/{VERSION}", "kustomize", lambda output: build_module(
            output, MODULE, VERSION, SUM)), "build"]
    else:
        command = [kept("kustomize/debian-13", "kubectl", lambda output: take_from_debian(
            output, "kubectl", "/usr/bin/kubectl")), "kustomize"]
    done = subprocess.run([*command, folder], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


if __name__ == "__main__":
    print(kustomize(sys.argv[1]), end="")
