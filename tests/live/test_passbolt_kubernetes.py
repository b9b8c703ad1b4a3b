"""Passbolt's manifests for Kubernetes, run pod by pod in Docker, since no cluster is where the tests are: images, commands,
users, groups, environment, volumes with their subPaths and modes, and probes are the manifests'; folders stand for the
volumes, made as kubelet makes them."""

import json
import os
import re
import subprocess
import uuid

import pytest

from init import until
from manifests import named, pods

pytestmark = pytest.mark.wide
PATIENCE = 240  # seconds, on a busy machine
ADDRESS = "https://passbolt.example.org"


class Pod:
    """What docker is told for the one container of a template, or for its init container."""

    def __init__(self, cluster, document, template):
        self.cluster, self.spec = cluster, template["spec"]
        self.name = document["metadata"]["name"]
        self.context = self.spec["securityContext"]
        self.volumes = {}
        for volume in self.spec["volumes"]:
            if "persistentVolumeClaim" in volume:
                self.volumes[volume["name"]] = cluster.volume(volume["persistentVolumeClaim"]["claimName"], self.context["fsGroup"])
            elif "configMap" in volume:
                self.volumes[volume["name"]] = cluster.config(volume["configMap"]["name"])
            else:
                self.volumes[volume["name"]] = cluster.volume(f"empty-{uuid.uuid4()}", self.context["fsGroup"], 0o2777)
        for claim in document["spec"].get("volumeClaimTemplates", []):
            name = claim["metadata"]["name"]
            self.volumes[name] = cluster.volume(name, self.context["fsGroup"])

    def mount(self, mount):
        folder = self.volumes[mount["name"]]
        path = folder / mount.get("subPath", "")
        if not path.exists():  # kubelet makes it, root's, with the mode of the volume
            path.mkdir()
            path.chmod(folder.stat().st_mode & 0o7777)
        return ["-v", f"{path}:{mount['mountPath']}{':ro' if mount.get('readOnly') else ''}"]

    def words(self, container):
        environment = {}
        for source in container.get("envFrom", []):
            environment.update(self.cluster.settings if "configMapRef" in source else {})
        environment.update({one["name"]: one["value"] for one in container.get("env", [])})
        security = container["securityContext"]
        words = ["--user", f"{self.context['runAsUser']}:{self.context['runAsGroup']}", "--group-add", self.context["fsGroup"],
                 "--network", self.cluster.network, *(["--read-only"] if security["readOnlyRootFilesystem"] else []),
                 "--security-opt", f"no-new-privileges:{not security['allowPrivilegeEscalation']}".lower()]
        words += [word for capability in security["capabilities"]["drop"] for word in ("--cap-drop", capability)]
        words += [word for name, value in environment.items() for word in ("-e", f"{name}={value}")]
        words += [word for mount in container["volumeMounts"] for word in self.mount(mount)]
        command, *arguments = container.get("command", [None])
        words += ["--entrypoint", command] if command else []
        return [*words, container["image"], *arguments, *container.get("args", [])]

    def wait(self):
        """What the init container does, in the background."""
        return [self.cluster.docker("run", "-d", *self.words(one)).stdout.strip() for one in self.spec.get("initContainers", [])]

    def start(self):
        aliases = [name for name, service in named("Service").items()
                   if f"passbolt-{service['spec']['selector']['app.kubernetes.io/component']}" == self.name]
        names = [word for name in aliases for word in ("--network-alias", name, "--network-alias", f"{name}.passbolt.svc.cluster.local")]
        (container,) = self.spec["containers"]
        self.id = self.cluster.docker("run", "-d", "--name", self.name, *names, *self.words(container)).stdout.strip()
        for kind in ("startupProbe", "readinessProbe", "livenessProbe"):
            if kind in container:
                until(lambda kind=kind: self.answers(container, container[kind]), f"{self.name}: {kind}\n{self.log()}", PATIENCE)
        return self

    def answers(self, container, probe):
        if "exec" in probe:
            return self.cluster.engine.docker("exec", self.name, *probe["exec"]["command"]).returncode == 0
        asked = probe["httpGet"]
        port = {one["name"]: one["containerPort"] for one in container["ports"]}[asked["port"]]
        return self.cluster.curl("--insecure", "--fail", f"{asked['scheme'].lower()}://{self.address()}:{port}{asked['path']}")

    def address(self):
        return json.loads(self.cluster.docker("inspect", self.name).stdout)[0]["NetworkSettings"]["Networks"][
            self.cluster.network]["IPAddress"]

    def log(self):
        done = self.cluster.engine.docker("logs", self.name)
        return done.stdout + done.stderr

    def ended(self):
        """Its exit status, once it has ended."""
        status = int(self.cluster.docker("wait", self.name).stdout)
        assert status == 0, f"{self.name}: {status}\n{self.log()}"
        return self.log()


class Cluster:
    def __init__(self, engine, folder, settings):
        self.engine, self.folder, self.network = engine, folder, "cluster"
        self.settings = {**named("ConfigMap")["passbolt"]["data"], **settings}
        self.folder.chmod(0o755)

    def docker(self, *words):
        done = self.engine.docker(*words)
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return done

    def curl(self, *words):
        return subprocess.run(["curl", "--silent", "--noproxy", "*", "--max-time", "20", *words], capture_output=True,
                              text=True).returncode == 0

    def volume(self, name, group, mode=0o2777):
        """A folder of the node, as a provisioner of local volumes gives it, which kubelet makes the group's."""
        path = self.folder / name
        if not path.exists():
            path.mkdir()
            os.chown(path, 0, group)
            path.chmod(mode)
        return path

    def config(self, name):
        path = self.folder / name
        path.mkdir(exist_ok=True)
        path.chmod(0o755)
        for key, content in named("ConfigMap")[name]["data"].items():
            (path / key).write_text(content)
            (path / key).chmod(0o644)
        return path

    def pod(self, name):
        return Pod(self, *next((document, template) for document, template in pods() if document["metadata"]["name"] == name))


@pytest.fixture(scope="module")
def cluster(passbolt_engine, sink, tmp_path_factory):
    made = Cluster(passbolt_engine, tmp_path_factory.mktemp("cluster"), {
        "NGINX_RESOLVER": "127.0.0.11",  # of the names, Docker's server is the one that knows them here
        "EMAIL_DEFAULT_FROM": "passbolt@example.org", "EMAIL_TRANSPORT_DEFAULT_PORT": str(sink.port)})
    made.docker("network", "create", made.network)
    network = json.loads(made.docker("network", "inspect", made.network).stdout)[0]
    made.settings["EMAIL_TRANSPORT_DEFAULT_HOST"] = network["IPAM"]["Config"][0]["Gateway"]
    yield made
    containers = made.docker("ps", "-aq", "--filter", f"network={made.network}").stdout.split()
    if containers:
        passbolt_engine.docker("rm", "-f", "-v", *containers)
    made.docker("network", "rm", made.network)


def test_the_pods_come_up(cluster, sink):
    reading = {name: cluster.pod(f"passbolt-{name}") for name in ("db", "migrate", "fpm", "nginx")}
    waiting = [container for pod in reading.values() for container in pod.wait()]
    assert len(waiting) == len(reading)
    until(lambda: all("waits for file:///keys/database/password" in cluster.engine.docker("logs", one).stderr for one in waiting),
          "they wait", PATIENCE)
    assert os.listdir(cluster.folder / "passbolt-keys") == [], "nothing was made before the keys"
    assert "keys: all is there" in cluster.pod("passbolt-keys").start().ended()
    assert {cluster.docker("wait", one).stdout.strip() for one in waiting} == {"0"}

    cluster.pod("passbolt-valkey").start()
    for name in ("db", "migrate"):
        reading[name].start()
    reading["migrate"].ended()
    reading["fpm"].start()
    nginx = reading["nginx"].start()
    certificate = cluster.folder / "passbolt-keys/tls/tls.crt"
    assert cluster.curl("--fail", "--cacert", str(certificate), "--resolve", f"passbolt.example.org:4433:{nginx.address()}",
                        f"{ADDRESS}:4433/healthcheck/status.json")

    link = re.search(rf"^{ADDRESS}/setup/start/\S+$", cluster.pod("passbolt-admin").start().ended(), re.MULTILINE)
    assert link and cluster.curl("--fail", "--insecure", "--resolve", f"passbolt.example.org:4433:{nginx.address()}",
                                 link[0].replace(ADDRESS, f"{ADDRESS}:4433"))
    assert "1 e-mails sent, 0 failed." in cluster.pod("passbolt-email").start().ended()
    assert sink.to("ada@example.org")
    cluster.pod("passbolt-expired").start().ended()


@pytest.mark.parametrize("name", ["nginx", "fpm", "db"])
def test_a_pod_stops_in_its_time(cluster, name):
    pod = cluster.pod(f"passbolt-{name}")
    cluster.docker("stop", "--time", pod.spec["terminationGracePeriodSeconds"], pod.name)
    state = json.loads(cluster.docker("inspect", pod.name).stdout)[0]["State"]
    assert (state["Running"], state["OOMKilled"], state["ExitCode"]) == (False, False, 0), pod.log()
