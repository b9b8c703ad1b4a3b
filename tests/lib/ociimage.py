"""Reads an OCI image layout, for tests to look into: with Python alone, so that it is no part of what is tested."""

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path


class Image:
    def __init__(self, layout, architecture=None):
        self.layout = Path(layout)
        self._layers = None
        self._entries = None
        self._layer_of = {}
        index = json.loads((self.layout / "index.json").read_text())
        self.index = index
        descriptor = index["manifests"][0]
        if descriptor["mediaType"] == "application/vnd.oci.image.index.v1+json":
            manifests = self.blob_json(descriptor)["manifests"]
            descriptor = next(one for one in manifests
                              if architecture in (None, one["platform"]["architecture"]))
        self.digest = descriptor["digest"]
        self.manifest = self.blob_json(descriptor)
        self.config = self.blob_json(self.manifest["config"])

    def blob(self, descriptor):
        algorithm, _, digest = descriptor["digest"].partition(":")
        content = (self.layout / "blobs" / algorithm / digest).read_bytes()
        assert hashlib.new(algorithm, content).hexdigest() == digest, f"{descriptor['digest']} is damaged"
        assert len(content) == descriptor["size"]
        return content

    def blob_json(self, descriptor):
        return json.loads(self.blob(descriptor))

    def layers(self):
        """The layers' tar archives, decompressed (once)."""
        if self._layers is None:
            # As a file: gzip.decompress copies all that is left at the end of each of a layer's many members.
            self._layers = [gzip.GzipFile(fileobj=io.BytesIO(self.blob(layer))).read() for layer in self.manifest["layers"]]
        return self._layers

    def entries(self):
        """All entries by path (without `./` and trailing slashes), later layers winning."""
        if self._entries is None:
            self._entries = {}
            for layer in self.layers():
                with tarfile.open(fileobj=io.BytesIO(layer)) as archive:
                    for member in archive:
                        path = member.name.removeprefix("./").rstrip("/")
                        self._entries[path] = member
                        self._layer_of[path] = layer
        return self._entries

    def read(self, path):
        """The bytes of a file, hard links followed (symbolic ones not)."""
        path = path.lstrip("/")
        while self.entries()[path].islnk():
            path = self.entries()[path].linkname.removeprefix("./")
        member = self.entries()[path]
        return self._layer_of[path][member.offset_data:member.offset_data + member.size]
