"""A stack of containers by compose, in a docker engine of the tests."""

import json
import os
import subprocess

import yaml

from docker import COMPOSE, Engine


def variables(program, file, environment):
    """Of each service of a compose file: the variables that `program` gives its containers where the shell has
    `environment`; None for one that it does not give."""
    done = subprocess.run([program, "--file", file, "--profile", "cli", "config"], capture_output=True, text=True,
                          env={"PATH": os.environ["PATH"], **environment})
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return {name: service.get("environment", {}) for name, service in yaml.safe_load(done.stdout)["services"].items()}


class StackCommand:
    """`debone stack NAME ...` in a folder of its own, with an engine of its own; `environment` is what its compose file's
    variables are taken from. At the end what it left is taken down, and the place's variables are as before."""

    def __init__(self, place, name, environment):
        self.place, self.name, self.environment = place, name, environment
        self.folder = place.work / f"{name}-stack"

    def __enter__(self):
        self.folder.mkdir()
        self.engine = Engine().__enter__()
        self.before = dict(self.place.environment)
        self.place.environment.update({"DOCKER_HOST": self.engine.host, "DOCKER_CONFIG": str(self.engine.folder),
                                       **self.environment})
        return self

    def __call__(self, *arguments, **more):
        return self.place.run("stack", self.name, *arguments, cwd=self.folder, timeout=3600, **more)

    def __exit__(self, *_):
        try:
            self("down", "--volumes")
        finally:
            self.place.environment = self.before
            self.engine.__exit__(None, None, None)


class Stack:
    """The project of a compose file, and of files that overrule it; `environment` is what the file's variables are taken
    from."""

    def __init__(self, engine, file, environment, name="stack", more=()):
        self.engine, self.environment, self.name = engine, environment, name
        self.files = [option for one in (file, *more) for option in ("--file", str(one))]

    def compose(self, *arguments, status=0, timeout=600):
        done = subprocess.run(
            [COMPOSE or "docker-compose", "--ansi", "never", "--project-name", self.name, *self.files, *map(str, arguments)],
            capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL,
            env={**os.environ, "DOCKER_HOST": self.engine.host, "DOCKER_CONFIG": str(self.engine.folder), **self.environment})
        assert status is None or done.returncode == status, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def __enter__(self):
        try:
            self.compose("up", "-d")
        except BaseException as failure:
            logs = self.logs()
            self.__exit__()
            raise AssertionError(f"{failure}\n{logs[-6000:]}") from None
        return self

    def __exit__(self, *_):
        self.compose("down", "--volumes", "--timeout", "10", status=None)

    def logs(self, *services):
        return self.compose("logs", "--no-color", *services, status=None).stdout

    def containers(self, service):
        return self.compose("ps", "-q", service).stdout.split()

    def docker(self, *arguments):
        done = self.engine.docker(*arguments)
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return done.stdout.strip()

    def inspect(self, container):
        return json.loads(self.docker("inspect", container))[0]

    def process(self, container, program):
        """The number, as the machine has it, of the container's first process that is `program`."""
        lines = self.docker("top", container, "-eo", "pid,comm").splitlines()[1:]
        return min(int(line.split()[0]) for line in lines if line.split()[1].startswith(program))

    def healthy(self, container):
        state = self.inspect(container)["State"]
        return state["Running"] and state["Health"]["Status"] == "healthy"

    def gateway(self, network):
        """This machine's address in a network of the stack."""
        return json.loads(self.docker("network", "inspect", f"{self.name}_{network}"))[0]["IPAM"]["Config"][0]["Gateway"]
