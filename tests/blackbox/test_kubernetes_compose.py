"""Passbolt's manifests for Kubernetes beside its compose file and the recipes of the images: what one changes, the others
must. No cluster is needed."""

import re
import subprocess

import pytest
import yaml

from debone import SOURCE
from init import init_program, until
from manifests import containers, environment, named, pods

STACK = SOURCE / "stacks/passbolt"
COMPOSE = yaml.safe_load((STACK / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
# By the label app.kubernetes.io/component. The schedule is the cluster's, so that its runs are those of the image `cli`.
PODS = {}
for _document, _template in pods():
    PODS.setdefault(_template["metadata"]["labels"]["app.kubernetes.io/component"], []).append((_document, _template))
COMPONENTS = sorted(set(SERVICES) - {"scheduler"})
KEYS = {entry.partition(":")[0]: entry.rpartition("/")[2] for entry in SERVICES["keys"]["volumes"]}  # a volume's folder
# Of the configurations for debone-init that k8s/base/config.yaml has, the one by which an init container waits.
WAITS = {"db": "keys", "migrate": "keys", "fpm": "migrated", "nginx": "migrated", "cli": "migrated"}
DEFAULT = re.compile(r"^\$\{\w+:-(.*)\}$")


def recipe_of(image):
    """What the recipe says, with what it includes and extends, the nearest first."""
    def load(name):
        for folder in (STACK, SOURCE / "catalog"):
            file = folder / (name if name.endswith(".yaml") else f"{name}.yaml")
            if file.is_file():
                return yaml.safe_load(file.read_text())
        raise FileNotFoundError(name)
    found, names = [], [COMPOSE["x-debone"]["images"][image]]
    while names:
        recipe = load(names.pop(0))
        found.append(recipe)
        names += [recipe[key] for key in ("include", "extends") if key in recipe]
    return found


def first(recipes, *keys):
    for recipe in recipes:
        for key in keys:
            recipe = recipe.get(key, {})
        if recipe:
            return recipe
    return None


def of(component):
    """Its pods' own containers, with their specs."""
    return [(template["spec"], template["spec"]["containers"][0]) for _, template in PODS[component]]


def literal(value):
    """What compose gives where the shell says nothing; None where it gives nothing."""
    return DEFAULT.sub(r"\1", value) if value is not None else None


def seconds(text):
    number, unit = re.fullmatch(r"(\d+)([sm])", text).groups()
    return int(number) * {"s": 1, "m": 60}[unit]


def test_they_have_the_same_services():
    assert sorted(PODS) == COMPONENTS
    assert all(len(template["spec"]["containers"]) == 1 for component in COMPONENTS for _, template in PODS[component])


@pytest.mark.parametrize("component", COMPONENTS)
def test_images(component):
    image = SERVICES[component]["image"]
    for _, template in PODS[component]:
        assert {container["image"] for container in containers(template)} == {image}
    assert image in COMPOSE["x-debone"]["images"]


@pytest.mark.parametrize("component", COMPONENTS)
def test_users(component):
    """The image's own, and the group of tmpfs and of volumes."""
    user = first(recipe_of(SERVICES[component]["image"]), "accounts", "run-as")
    fixed = {one["account"]: one["id"] for one in yaml.safe_load((SOURCE / "effects/ids.yaml").read_text())
             if "account" in one}
    number = {"www-data": 33, **fixed}[user]
    for spec, _ in of(component):
        context = spec["securityContext"]
        assert (context["runAsUser"], context["runAsGroup"]) == (number, number)
        groups = SERVICES[component].get("group_add", [str(number)])
        assert [str(context["fsGroup"])] == groups
        for options in SERVICES[component].get("tmpfs", []):
            assert set(re.findall(r"[ug]id=(\d+)", options)) <= {str(number)}


@pytest.mark.parametrize("component", ["db", "fpm", "cli", "migrate", "nginx"])
def test_environment(component):
    ours = {name: literal(value) for name, value in SERVICES[component]["environment"].items()}
    of_image = {name for recipe in recipe_of(SERVICES[component]["image"]) for name in recipe.get("environment", {})}
    for _, container in of(component):
        theirs = environment(container)
        for name in sorted(set(ours) - of_image):
            value = ours[name]
            if value is None:
                continue  # the shell's
            if name.endswith("_HOST"):
                assert theirs[name] == f"passbolt-{value}" and theirs[name] in named("Service")
            elif name != "APP_FULL_BASE_URL":
                assert theirs.get(name) == value, name
    settings = named("ConfigMap")["passbolt"]["data"]
    assert {name for name in settings if name.startswith("EMAIL_")} == {
        "EMAIL_DEFAULT_FROM", *(f"EMAIL_TRANSPORT_DEFAULT_{part}" for part in ("HOST", "PORT", "TLS"))}
    assert int(settings["EMAIL_TRANSPORT_DEFAULT_PORT"]) in OUTSIDE - {443}
    # A name that no service of compose has is one of the web server's template.
    known = {name for service in SERVICES.values() for name in service.get("environment", {})}
    template = next(path["content"] for path in first(recipe_of("passbolt-nginx"), "paths") if path["path"].endswith(".conf.in"))
    assert set(named("ConfigMap")["passbolt"]["data"]) - known <= set(re.findall(r"\$\{([A-Z_]+)", template))


def folders(component, container):
    """Of a container of Kubernetes: what it may write, and which folder of the keys' volume it reads where."""
    mounts = container["volumeMounts"]
    written = {mount["mountPath"] for mount in mounts if not mount.get("readOnly")}
    read = {mount["mountPath"]: mount["subPath"] for mount in mounts if mount.get("readOnly")}
    return written, read


@pytest.mark.parametrize("component", [one for one in COMPONENTS if one != "keys"])
def test_writable_and_readable_paths(component):
    service = SERVICES[component]
    volumes = [entry.split(":") for entry in service.get("volumes", [])]
    written = {options.partition(":")[0] for options in service.get("tmpfs", [])} | {
        parts[1] for parts in volumes if len(parts) == 2}
    read = {parts[1]: KEYS[parts[0]] for parts in volumes if len(parts) == 3 and "ro" in parts[2].split(",")}
    assert len(written) + len(read) == len(volumes) + len(service.get("tmpfs", []))
    if component == "migrate":
        written.add("/run/passbolt/migrated")
    for _, container in of(component):
        assert folders(component, container) == (written, read)
        assert container["securityContext"]["readOnlyRootFilesystem"] is service["read_only"] is True


def test_the_keys_volume():
    """One volume with a folder for each of compose's, and one for migrate's mark; keys.php knows the folders, and makes the
    database's password last."""
    ((spec, container),) = of("keys")
    (place,) = [one["value"] for one in container["env"] if one["name"] == "PASSBOLT_KEYS_FOLDER"]
    assert folders("keys", container) == ({place, "/tmp"}, {})
    script = (STACK / "keys/keys.php").read_text()
    made = dict(re.findall(r"'(\w+)' => '([\w.]+)'", re.search(r"^\$secrets = \[(.*)\];$", script, re.MULTILINE)[1]))
    assert sorted(made) == sorted(KEYS.values()) and "getenv('PASSBOLT_KEYS_FOLDER')" in script
    assert script.rstrip().splitlines()[-2].startswith("word(FOLDER . '/database/password'")
    for component in COMPONENTS:
        for spec, container in of(component):
            mounted = {mount["name"] for mount in container["volumeMounts"]}
            waits = [one["command"][-1] for one in spec.get("initContainers", [])]
            assert waits == ([f"/etc/passbolt-wait/{WAITS[component]}.conf"] if component in WAITS else [])
            assert (component in WAITS or component == "keys") is ("keys" in mounted)


def after(component):
    """The services that compose starts before it, all of them."""
    found = set(SERVICES[component].get("depends_on", {}))
    return found.union(*map(after, found))


def test_who_waits_for_a_migration():
    """Whoever does in compose, which is whoever needs the tables, and the web server in front."""
    assert {name for name, what in WAITS.items() if what == "migrated"} == {
        name for name in COMPONENTS if "migrate" in after(name)} == {"cli", "fpm", "nginx"}
    assert set(WAITS) == {name for name in COMPONENTS if "keys" in after(name)}


def test_migrate_s_mark():
    """It is written where the others look, by a name that compose does not set."""
    ((_, container),) = of("migrate")
    (mark,) = [one["value"] for one in container["env"]]
    (name,) = [one["name"] for one in container["env"]]
    folder, _, file = mark.rpartition("/")
    (mount,) = [one for one in container["volumeMounts"] if one["mountPath"] == folder]
    assert not mount.get("readOnly")
    waited = named("ConfigMap")["passbolt-wait"]["data"]
    path = f"/keys/{mount['subPath']}/{file}"
    assert waited["migrated.conf"].count(path) == 2 and f"'{path}'" in waited["version.php"]
    assert f"said('{name}')" in (STACK / "migrate/migrate.php").read_text()
    assert f"FOLDER . '/{mount['subPath']}'" in (STACK / "keys/keys.php").read_text()
    assert name not in (STACK / "compose.yaml").read_text()


def test_who_reads_keys_waits_for_them(init):
    """The wait that the manifests hold, done."""
    text = named("ConfigMap")["passbolt-wait"]["data"]["keys.conf"]
    assert text.count("/keys/database/password") == 2
    config = init.write("keys.conf", text.replace("/keys/", f"{init.folder}/").replace(
        "/usr/sbin/debone-init", str(init_program())))
    process = init.start(None, "run", "--config", config)
    assert "waits for" in process.stderr.readline()
    (init.path("database")).mkdir()
    init.path("database/password").write_text("x")
    assert init.finish(process, timeout=20).ok().err.endswith("/database/password is there\n")
    checked = subprocess.run([init_program(), "check", config], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    until(lambda: process.poll() is not None, "it ends")


@pytest.fixture
def wait_for_migration(init):
    """What the manifests hold for it, with the folders of the test in the place of the pod's."""
    data = named("ConfigMap")["passbolt-wait"]["data"]

    def moved(text):
        return (text.replace("/keys/", f"{init.folder}/keys/").replace("/etc/passbolt/", f"{init.folder}/etc/").replace(
            "/etc/passbolt-wait/", f"{init.folder}/").replace("/usr/sbin/debone-init", str(init_program())))
    init.write("version.php", moved(data["version.php"]))
    config = init.write("migrated.conf", moved(data["migrated.conf"]).replace("interval = 5s", "interval = 100ms"))
    assert "100ms" in config.read_text()
    checked = subprocess.run([init_program(), "check", config], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    (init.path("keys/migrated")).mkdir(parents=True)
    init.path("etc").mkdir()
    return lambda: init.start(None, "run", "--config", config)


def leave_mark(init, version):
    half = init.path("keys/migrated/half")
    half.write_text(version)
    half.rename(init.path("keys/migrated/version"))


def test_who_needs_the_tables_waits_for_their_version(init, wait_for_migration):
    init.path("etc/version.php").write_text("<?php return ['passbolt' => ['version' => '5.15.0', 'name' => 'x']];")
    process = wait_for_migration()
    assert "waits for" in process.stderr.readline()
    lines = iter(process.stderr.readline, "")
    leave_mark(init, "5.14.3")  # as an upgrade finds it
    assert next(line for line in lines if "Pass" in line) == "this is Passbolt 5.15.0, and the tables are those of 5.14.3\n"
    init.path("keys/migrated/version").unlink()
    assert "this is Passbolt 5.15.0, and the tables are being migrated\n" in lines
    assert process.poll() is None
    leave_mark(init, "5.15.0")
    assert init.finish(process).ok().err.endswith("debone-init: step version: done\n")


def test_the_web_server_waits_for_any_version(init, wait_for_migration):
    """Its image holds no Passbolt to compare."""
    process = wait_for_migration()
    assert "waits for" in process.stderr.readline()
    leave_mark(init, "5.14.3")
    assert "/keys/migrated/version is there\ndebone-init: step version: passed over: " in init.finish(process).ok().err


def ports(component):
    return {one["name"]: one["containerPort"] for _, container in of(component) for one in container.get("ports", [])}


def test_ports():
    assert set(ports("nginx").values()) == {int(one.rpartition(":")[2]) for one in SERVICES["nginx"]["ports"]}
    for component in COMPONENTS:
        exposed = {port for recipe in recipe_of(SERVICES[component]["image"]) for port in recipe.get("ports", [])}
        assert set(ports(component).values()) <= exposed
    for service in named("Service").values():
        component = service["spec"]["selector"]["app.kubernetes.io/component"]
        assert {one["targetPort"] for one in service["spec"]["ports"]} == set(ports(component))
    host, _, port = named("ConfigMap")["passbolt"]["data"]["PASSBOLT_FPM"].rpartition(":")
    name, namespace = host.split(".")[:2]
    assert [one["port"] for one in named("Service")[name]["spec"]["ports"]] == [int(port)]
    assert list(named("Namespace")) == [namespace]


OUTSIDE = {25, 465, 587, 443}  # of an address that is anywhere


def test_the_page_tells_what_gets_out():
    (row,) = [line for line in (SOURCE / "docs/passbolt.md").read_text().splitlines() if line.startswith("| the networks |")]
    assert set(map(int, re.findall(r"\b\d+\b", row))) == OUTSIDE


def peers(rules, key):
    return {(peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"], port["port"])
            for rule in rules for peer in rule.get(key, []) for port in rule["ports"]}


def test_networks():
    """Who may talk to whom is what the networks of compose allow, and no more than what runs there asks for."""
    policies = {policy["spec"]["podSelector"].get("matchLabels", {}).get("app.kubernetes.io/component"): policy["spec"]
                for policy in named("NetworkPolicy").values()}
    assert set(policies) == {None, *(one for one in COMPONENTS if SERVICES[one].get("network_mode") != "none")}
    assert not {"ingress", "egress"} & set(policies[None]), "nobody else talks"
    asked = {("nginx", "fpm", 9000)} | {(who, whom, port) for who in ("fpm", "cli", "migrate")
                                        for whom, port in (("db", 3306), ("valkey", 6379))}
    assert {(who, *whom) for who, policy in policies.items() for whom in peers(policy.get("egress", []), "to")} == asked
    assert {(whom, who, port) for who, policy in policies.items() for whom, port in peers(policy.get("ingress", []), "from")} == asked
    for _, whom, port in asked:
        assert port in ports(whom).values()
    for component, policy in policies.items():
        if component is None:
            continue
        rules = [port["port"] for rule in policy.get("egress", []) if "to" not in rule for port in rule["ports"]]
        # Of compose's, nginx is asked from outside, and migrate may ask another database server.
        reaches = "outside" in SERVICES[component]["networks"] and component not in ("nginx", "migrate")
        assert set(rules) - {53} == (OUTSIDE if reaches else set()), component
        # Names are asked for by whoever calls another.
        assert (53 in rules) is (component in {who for who, *_ in asked}), component
    opened = [port["port"] for rule in policies["nginx"]["ingress"] for port in rule["ports"]]
    assert sorted(opened) == sorted(ports("nginx").values())


@pytest.mark.parametrize("component", [name for name in COMPONENTS if "healthcheck" in SERVICES[name]])
def test_probes(component):
    kind, *command = SERVICES[component]["healthcheck"]["test"]
    assert kind == "CMD"
    for _, container in of(component):
        asked = [probe["exec"]["command"] for name, probe in container.items() if name.endswith("Probe") and "exec" in probe]
        assert asked and all(one == command for one in asked)


@pytest.mark.parametrize("component", [name for name in COMPONENTS if "stop_grace_period" in SERVICES[name]])
def test_time_to_stop(component):
    for spec, _ in of(component):
        assert spec["terminationGracePeriodSeconds"] == seconds(SERVICES[component]["stop_grace_period"])


def test_the_schedule_is_the_image_s():
    jobs = {job["job"]: (job["cron"], job["command"].partition("cake.php ")[2].split())
            for job in first(recipe_of("passbolt-scheduler"), "init", "jobs")}
    theirs = {}
    for name, job in named("CronJob").items():
        spec = job["spec"]
        assert (spec["concurrencyPolicy"], spec["timeZone"]) == ("Forbid", "Etc/UTC")
        pod = spec["jobTemplate"]["spec"]["template"]["spec"]
        assert pod["terminationGracePeriodSeconds"] == seconds(SERVICES["scheduler"]["stop_grace_period"])
        theirs[name.removeprefix("passbolt-")] = spec["schedule"], pod["containers"][0]["args"]
    assert theirs == jobs


def test_the_administrator_s_command():
    words = dict(EMAIL="ada@example.org", FIRST="Ada", LAST="Lovelace")
    assert named("Job")["passbolt-admin"]["spec"]["template"]["spec"]["containers"][0]["args"] == [
        words.get(word, word) for word in COMPOSE["x-debone"]["admin"]["command"]]
