"""Passbolt's manifests for Kubernetes, run pod by pod in Docker, since no cluster is where the tests are: images, commands,
users, groups, environment, volumes with their subPaths and modes, and probes are those of the manifests, with an overlay as
a user has one; folders stand for the volumes, made as kubelet makes them."""

import json
import os
import re
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest

from init import until
from manifests import K8S, environment, named, pods, rendered, write_overlay
from passbolt_standin import FIXTURE, IMAGES

pytestmark = pytest.mark.wide
PATIENCE = 240  # seconds, on a busy machine
ADDRESS = "https://passbolt.example.org"
VERSION = re.search(r"'version' => '([\d.]+)'", (FIXTURE / "root/etc/passbolt/version.php").read_text())[1]
NEXT = "99.0.0"
# Those of docs/passbolt.md: what is brought along, with the password of the official images' test, and the login of e-mail.
SECRETS = {"passbolt-brought": {"SECURITY_SALT": "of the old one, " * 4,
                                "DATASOURCES_DEFAULT_PASSWORD": "±!@#$%^&*()_+=-}{|:;<>?"},
           "passbolt-email": {"EMAIL_TRANSPORT_DEFAULT_USERNAME": "mailer",
                              "EMAIL_TRANSPORT_DEFAULT_PASSWORD": "p@ss word$1"}}


class Pod:
    """What docker is told for the one container of a template, or for its init container."""

    def __init__(self, cluster, document, template):
        self.cluster, self.spec = cluster, template["spec"]
        self.name = document["metadata"]["name"]
        self.context = self.spec["securityContext"]
        self.more = []  # words for docker
        self.volumes, self.read_only = {}, set()
        for volume in self.spec["volumes"]:
            if "persistentVolumeClaim" in volume:
                claim = volume["persistentVolumeClaim"]
                self.volumes[volume["name"]] = cluster.volume(claim["claimName"], self.context["fsGroup"])
                self.read_only |= {volume["name"]} if claim.get("readOnly") else set()
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
        read_only = mount.get("readOnly") or mount["name"] in self.read_only
        return ["-v", f"{path}:{mount['mountPath']}{':ro' if read_only else ''}"]

    def words(self, container):
        security = container["securityContext"]
        words = ["--user", f"{self.context['runAsUser']}:{self.context['runAsGroup']}", "--group-add", self.context["fsGroup"],
                 "--network", self.cluster.network, *(["--read-only"] if security["readOnlyRootFilesystem"] else []),
                 "--security-opt", f"no-new-privileges:{not security['allowPrivilegeEscalation']}".lower()]
        words += [word for capability in security["capabilities"]["drop"] for word in ("--cap-drop", capability)]
        words += [word for name, value in environment(container, self.cluster.documents).items()
                  for word in ("-e", f"{name}={value}")]
        words += [word for mount in container["volumeMounts"] for word in self.mount(mount)]
        command, *arguments = container.get("command", [None])
        words += ["--entrypoint", command] if command else []
        return [*words, *self.more, container["image"], *arguments, *container.get("args", [])]

    def wait(self):
        """What the init container does, in the background."""
        (container,) = self.spec["initContainers"]
        self.waiting = self.cluster.docker("run", "-d", *self.words(container)).stdout.strip()
        return self

    def waits(self):
        return self.cluster.state(self.waiting)["Running"]

    def waited(self):
        """The log of its init container, once that has ended well."""
        assert self.cluster.docker("wait", self.waiting).stdout.strip() == "0", self.cluster.log(self.waiting)
        return self.cluster.log(self.waiting)

    def start(self):
        """Its own container, in the place of one that is there."""
        self.cluster.engine.docker("rm", "-f", self.name)
        aliases = [name for name, service in named("Service", self.cluster.documents).items()
                   if f"passbolt-{service['spec']['selector']['app.kubernetes.io/component']}" == self.name]
        names = [word for name in aliases for word in ("--network-alias", name, "--network-alias", f"{name}.passbolt.svc.cluster.local")]
        (container,) = self.spec["containers"]
        self.cluster.docker("run", "-d", "--name", self.name, *names, *self.words(container))
        return self

    def become(self, *kinds):
        """Waits until its probes hold."""
        for kind in kinds:
            until(lambda kind=kind: self.answers(kind), f"{self.name}: {kind}\n{self.log()}", PATIENCE)
        return self

    def up(self):
        return self.start().become("startupProbe", "readinessProbe", "livenessProbe")

    def answers(self, kind):
        (container,) = self.spec["containers"]
        probe = container[kind]
        if "exec" in probe:
            return self.cluster.engine.docker("exec", self.name, *probe["exec"]["command"]).returncode == 0
        asked = probe["httpGet"]
        port = {one["name"]: one["containerPort"] for one in container["ports"]}[asked["port"]]
        return self.cluster.curl("--insecure", "--fail", f"{asked['scheme'].lower()}://{self.address()}:{port}{asked['path']}")

    def address(self):
        return json.loads(self.cluster.docker("inspect", self.name).stdout)[0]["NetworkSettings"]["Networks"][
            self.cluster.network]["IPAddress"]

    def environments(self):
        """Of its processes, as the kernel has them."""
        lines = self.cluster.docker("top", self.name).stdout.splitlines()[1:]
        return [Path(f"/proc/{line.split()[1]}/environ").read_bytes() for line in lines]

    def log(self):
        return self.cluster.log(self.name)

    def ended(self, status=0):
        """Its log, once it has ended so."""
        ended = int(self.cluster.docker("wait", self.name).stdout)
        assert ended == status, f"{self.name}: {ended}\n{self.log()}"
        return self.log()


class Cluster:
    def __init__(self, engine, folder):
        self.engine, self.folder, self.network = engine, folder, "cluster"
        self.folder.chmod(0o755)

    def apply(self, settings):
        """The base with an overlay and Secrets as a user has them, and k8s/admin, whose images are this engine's."""
        shutil.copytree(K8S, self.folder / "k8s")
        folders = write_overlay(self.folder / "k8s", "mine", settings, {name: (name, "latest") for name in IMAGES})
        self.documents = [document for folder in folders for document in rendered(folder)]
        self.documents += [{"kind": "Secret", "metadata": {"name": name}, "stringData": data}
                           for name, data in SECRETS.items()]

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
        for key, content in named("ConfigMap", self.documents)[name]["data"].items():
            (path / key).write_text(content)
            (path / key).chmod(0o644)
        return path

    def pod(self, name):
        return Pod(self, *next(one for one in pods(self.documents) if one[0]["metadata"]["name"] == name))

    def state(self, container):
        return json.loads(self.docker("inspect", container).stdout)[0]["State"]

    def log(self, container):
        done = self.docker("logs", container)
        return done.stdout + done.stderr

    def mark(self):
        """What migrate has left; None where nothing is."""
        (names,) = [names for _, _, names in os.walk(self.folder / "passbolt-keys/migrated")]
        assert names in ([], ["version"])
        return (self.folder / "passbolt-keys/migrated/version").read_text() if names else None


@pytest.fixture(scope="module")
def cluster(passbolt_engine, sink, tmp_path_factory):
    made = Cluster(passbolt_engine, tmp_path_factory.mktemp("cluster"))
    made.docker("network", "create", made.network)
    network = json.loads(made.docker("network", "inspect", made.network).stdout)[0]
    made.apply({"APP_FULL_BASE_URL": ADDRESS, "EMAIL_DEFAULT_FROM": "passbolt@example.org",
                "EMAIL_TRANSPORT_DEFAULT_HOST": network["IPAM"]["Config"][0]["Gateway"],
                "EMAIL_TRANSPORT_DEFAULT_PORT": str(sink.port),
                "DATASOURCES_DEFAULT_DATABASE": "vault", "DATASOURCES_DEFAULT_USERNAME": "keeper",
                "NGINX_RESOLVER": "127.0.0.11"})  # of the names, Docker's server is the one that knows them here
    yield made
    containers = made.docker("ps", "-aq", "--filter", f"network={made.network}").stdout.split()
    if containers:
        passbolt_engine.docker("rm", "-f", "-v", *containers)
    made.docker("network", "rm", made.network)


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """Words that give a container of Passbolt a migration which fails."""
    file = tmp_path_factory.mktemp("broken") / "20990101000000_Broken.php"
    return give(file, "<?php return ['CREATE TABLE nonsense'];\n", f"/etc/passbolt/Migrations/{file.name}")


def give(file, text, path):
    file.write_text(text)
    file.chmod(0o644)
    file.parent.chmod(0o755)
    return ["-v", f"{file}:{path}:ro"]


def says(cluster, container, text):
    until(lambda: text in cluster.log(container), f"{text}\n{cluster.log(container)}", PATIENCE)


def test_the_pods_come_up(cluster, sink, broken):
    pods = {name: cluster.pod(f"passbolt-{name}").wait() for name in ("db", "migrate", "fpm", "nginx", "email", "admin")}
    for name, pod in pods.items():
        file = "database/password" if name in ("db", "migrate") else "migrated/version"
        says(cluster, pod.waiting, f"waits for file:///keys/{file}")
    assert os.listdir(cluster.folder / "passbolt-keys") == [], "nothing was made before the keys"
    assert "keys: all is there" in cluster.pod("passbolt-keys").start().ended()
    brought = SECRETS["passbolt-brought"]
    for name, file in (("SECURITY_SALT", "salt/salt"), ("DATASOURCES_DEFAULT_PASSWORD", "database/password")):
        assert (cluster.folder / "passbolt-keys" / file).read_text() == brought[name]
    for name in ("db", "migrate"):
        pods[name].waited()
    cluster.pod("passbolt-valkey").up()
    pods["db"].up()

    # A migration that fails: nothing else starts, and the reason is told.
    migrate = pods["migrate"]
    migrate.more = broken
    assert "the migration 20990101000000_Broken failed: " in migrate.start().ended(1)
    assert cluster.mark() is None
    held = [pods[name] for name in ("fpm", "nginx", "email", "admin")]
    assert all(pod.waits() for pod in held)
    migrate.more = []
    assert "migrate: the tables are those of Passbolt" in migrate.start().ended()
    assert cluster.mark() == VERSION
    for pod in held:
        assert "file:///keys/migrated/version is there" in pod.waited()

    # Without php-fpm the web server lives, and is not ready.
    nginx = pods["nginx"].start().become("startupProbe", "livenessProbe")
    assert not nginx.answers("readinessProbe")
    pods["fpm"].up()
    nginx.become("readinessProbe", "livenessProbe")
    certificate = cluster.folder / "passbolt-keys/tls/tls.crt"
    assert cluster.curl("--fail", "--cacert", str(certificate), "--resolve", f"passbolt.example.org:4433:{nginx.address()}",
                        f"{ADDRESS}:4433/healthcheck/status.json")

    link = re.search(rf"^{ADDRESS}/setup/start/\S+$", pods["admin"].start().ended(), re.MULTILINE)
    assert link and cluster.curl("--fail", "--insecure", "--resolve", f"passbolt.example.org:4433:{nginx.address()}",
                                 link[0].replace(ADDRESS, f"{ADDRESS}:4433"))
    assert "1 e-mails sent, 0 failed." in pods["email"].start().ended()
    assert sink.to("ada@example.org") and sink.logins == [tuple(SECRETS["passbolt-email"].values())]
    cluster.pod("passbolt-expired").start().ended()


def test_who_gets_which_secret(cluster):
    """What is brought along is told to keys alone, and reaches the others by its volume."""
    names = {}
    for container in cluster.docker("ps", "-aq", "--filter", f"network={cluster.network}").stdout.split():
        seen = json.loads(cluster.docker("inspect", container).stdout)[0]
        told = dict(one.partition("=")[::2] for one in seen["Config"]["Env"])
        pod = seen["Name"].removeprefix("/")
        names[pod] = {name for name, secret in SECRETS.items() if secret.items() <= told.items()}
        values = {value for secret in SECRETS.values() for value in secret.values() if value in told.values()}
        assert values == {value for name in names[pod] for value in SECRETS[name].values()}, pod
    assert {pod: found for pod, found in names.items() if found} == {
        "passbolt-keys": {"passbolt-brought"},
        **{f"passbolt-{pod}": {"passbolt-email"} for pod in ("fpm", "email", "expired", "admin")}}
    assert {"passbolt-db", "passbolt-valkey", "passbolt-migrate", "passbolt-nginx"} < names.keys()

    brought = SECRETS["passbolt-brought"]
    salt = f"SECURITY_SALT={brought['SECURITY_SALT']}".encode()
    assert any(salt in environment.split(b"\0") for environment in cluster.pod("passbolt-fpm").environments())
    login = ["--protocol=tcp", "--user=keeper", f"--password={brought['DATASOURCES_DEFAULT_PASSWORD']}", "vault"]
    users = cluster.docker("exec", "passbolt-db", "mariadb", *login, "-N", "-e", "select username from users").stdout
    assert users.split() == ["ada@example.org"]


def test_an_upgrade(cluster, broken, tmp_path):
    """What is of the next version waits until its own migration has ended well; what was there goes on meanwhile."""
    nginx = cluster.pod("passbolt-nginx")
    assert nginx.answers("readinessProbe")
    of_next = give(tmp_path / "version.php", f"<?php return ['passbolt' => ['version' => '{NEXT}', 'name' => 'x']];\n",
                   "/etc/passbolt/version.php")
    fpm, migrate = cluster.pod("passbolt-fpm"), cluster.pod("passbolt-migrate")
    fpm.more = of_next
    fpm.wait()
    says(cluster, fpm.waiting, f"this is Passbolt {NEXT}, and the tables are those of {VERSION}")
    migrate.more = [*of_next, *broken]
    migrate.start().ended(1)
    assert cluster.mark() is None
    says(cluster, fpm.waiting, f"this is Passbolt {NEXT}, and the tables are being migrated")
    assert fpm.waits() and nginx.answers("readinessProbe")
    migrate.more = of_next
    migrate.start().ended()
    assert cluster.mark() == NEXT
    fpm.waited()
    # One that fails before it touches the tables leaves the mark: here the database knows no such user.
    migrate.more = [*of_next, "-e", "DATASOURCES_DEFAULT_USERNAME=nobody"]
    assert "migrate: the database vault: " in migrate.start().ended(1)
    assert cluster.mark() == NEXT
    # Of the version before none is started any more.
    before = cluster.pod("passbolt-fpm").wait()
    says(cluster, before.waiting, f"this is Passbolt {VERSION}, and the tables are those of {NEXT}")
    assert before.waits()


@pytest.mark.parametrize("name", ["nginx", "fpm", "db"])
def test_a_pod_stops_in_its_time(cluster, name):
    pod = cluster.pod(f"passbolt-{name}")
    cluster.docker("stop", "--time", pod.spec["terminationGracePeriodSeconds"], pod.name)
    state = cluster.state(pod.name)
    assert (state["Running"], state["OOMKilled"], state["ExitCode"]) == (False, False, 0), pod.log()
