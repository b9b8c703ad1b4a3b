"""Expected texts in files beside the tests, a section for each test: compared exactly, written anew by ACCEPT=1.

What changes from run to run is named first: the server's URL, hashes, fingerprints, sizes, temporary
folders."""

import os
import re
from pathlib import Path


class Golden:
    def __init__(self, request):
        self.file = Path(request.path).parent / "golden" / f"{Path(request.path).stem}.txt"
        self.section = request.node.name
        self.names = {}  # text that changes: what stands for it

    def check(self, text):
        for changing, name in sorted(self.names.items(), key=lambda pair: -len(pair[0])):
            text = text.replace(changing, name)
        text = re.sub(r"(?<![0-9a-f])[0-9a-f]{64}\b", "HASH", text)
        text = re.sub(r"\b[0-9A-F]{40}\b", "FINGERPRINT", text)
        text = re.sub(r"\b[0-9A-F]{16}\b", "KEYID", text)
        text = re.sub(r"\b[0-9]{2,} bytes|(?<=, got )[0-9]{2,}", lambda at: re.sub("[0-9]+", "N", at[0]), text)
        text = re.sub(r"\.debone-[0-9]+-[0-9]+\b", ".debone-PID", text)
        text = text.strip("\n") + "\n"
        sections = self._read()
        if os.environ.get("ACCEPT") == "1":
            sections[self.section] = text
            self._write(sections)
        assert self.section in sections, f"{self.file} has no section {self.section}: see it, then ACCEPT=1\n{text}"
        assert text == sections[self.section]

    def _read(self):
        if not self.file.exists():
            return {}
        parts = re.split(r"^== (.*)\n", self.file.read_text(), flags=re.MULTILINE)
        return {name: text.strip("\n") + "\n" for name, text in zip(parts[1::2], parts[2::2])}

    def _write(self, sections):
        self.file.parent.mkdir(exist_ok=True)
        self.file.write_text("\n".join(f"== {name}\n{sections[name]}" for name in sorted(sections)))
