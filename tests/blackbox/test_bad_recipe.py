"""Every kind of mistake in a recipe is named at its line and column; the texts stand in golden/test_bad_recipe.txt."""

import pytest

BASE = """name: test
contents:
  sources: [{debian: trixie}]
  packages: [hello]
"""
REPOSITORY = "{name: x, url: 'http://example.org', suite: s, components: [main], key: k.gpg}"


def source(text):
    return BASE.replace("{debian: trixie}", text)


def more(text):
    return BASE + text


BOMB = more("environment:\n  A: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"  {chr(66 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)))
RECIPES = {
    "empty": '',
    "not-yaml": 'name: [a\nb: }\n',
    "a-list": '- name: x\n',
    "two-documents": more('---\nname: other\n'),
    "tab": 'name: test\n\tcontents: x\n',
    "no-name": 'contents:\n  sources: [{debian: trixie}]\n  packages: [hello]\n',
    "no-contents": 'name: test\n',
    "no-sources": 'name: test\ncontents: {packages: [hello]}\n',
    "no-packages": 'name: test\ncontents: {sources: [{debian: trixie}]}\n',
    "unknown-key": more('entrypiont: [x]\n'),
    "unknown-key-far": more('zzz: 1\n'),
    "unknown-key-inside": 'name: test\ncontents:\n  sources: [{debian: trixie}]\n  pakages: [hello]\n',
    "duplicate-key": more('cmd: [a]\ncmd: [b]\n'),
    "duplicate-key-inside": more('environment: {A: b, A: c}\n'),
    "wrong-type-list": more('volumes: /data\n'),
    "wrong-type-map": more('environment: [A=b]\n'),
    "wrong-type-text": 'name: [test]\ncontents:\n  sources: [{debian: trixie}]\n  packages: [hello]\n',
    "no-value": more('work-dir:\n'),
    "bad-name": 'name: ../test\ncontents:\n  sources: [{debian: trixie}]\n  packages: [hello]\n',
    "alias-bomb": BOMB,
    "too-deep": more("cmd: " + "[" * 500 + "]" * 500 + "\n"),
    "merge-key": more('environment:\n  <<: {A: b}\n'),
    "tag": more('cmd: !!python/object [x]\n'),
    "octal-without-prefix": more('paths: [{path: /x, type: directory, permissions: 755}]\n'),
    "octal-too-big": more('paths: [{path: /x, type: directory, permissions: 0o17777}]\n'),
    "octal-not-octal": more('paths: [{path: /x, type: directory, permissions: 0o789}]\n'),
    "path-relative": more('paths: [{path: x, type: directory}]\n'),
    "path-dotdot": more('paths: [{path: /x/../y, type: directory}]\n'),
    "path-unknown-type": more('paths: [{path: /x, type: folder}]\n'),
    "path-no-type": more('paths: [{path: /x}]\n'),
    "path-twice": more('paths:\n  - {path: /x, type: directory}\n  - {path: /x, type: directory}\n'),
    "path-key-of-another-type": more('paths: [{path: /x, type: directory, content: y}]\n'),
    "file-without-content": more('paths: [{path: /x, type: file}]\n'),
    "file-with-both": more('paths: [{path: /x, type: file, content: y, source: z}]\n'),
    "symlink-without-source": more('paths: [{path: /x, type: symlink}]\n'),
    "negative-uid": more('paths: [{path: /x, type: directory, uid: -1}]\n'),
    "huge-uid": more('paths: [{path: /x, type: directory, uid: 4294967296}]\n'),
    "source-unknown": source('{ubuntu: noble}'),
    "source-suite-name": 'name: test\ncontents:\n  sources: [{debian: stable}]\n  packages: [hello]\n',
    "source-suite-part": 'name: test\ncontents:\n  sources: [{debian: trixie-security}]\n  packages: [hello]\n',
    "source-without-key": source("{name: x, url: 'http://example.org', suite: s, components: [main]}"),
    "source-without-components": source("{name: x, url: 'http://example.org', suite: s, key: k.gpg}"),
    "source-flat-with-components": source("{name: x, url: 'http://example.org', suite: ./, components: [main], key: k.gpg}"),
    "source-bad-url": source("{name: x, url: 'ftp://example.org', suite: s, components: [main], key: k.gpg}"),
    "source-key-url-without-fingerprint": source("{name: x, url: 'http://example.org', suite: s, components: [main], key: 'http://example.org/k.gpg'}"),
    "source-bad-fingerprint": source("{name: x, url: 'http://example.org', suite: s, components: [main], key: {url: 'http://example.org/k', fingerprint: AB12}}"),
    "source-name-twice": 'name: test\ncontents:\n  sources: \n    - {debian: trixie}\n    - {debian: trixie}\n  packages: [hello]\n',
    "source-empty": source(''),
    "source-deb-of-another-name": source('{deb: ./x.rpm}'),
    "source-deb-with-a-suite": source('{deb: ./x.deb, suite: stable}'),
    "source-key-both": source("{name: x, url: 'http://example.org', suite: s, components: [main], key: {url: 'http://example.org/k', file: k}}"),
    "package-bad-name": 'name: test\ncontents:\n  sources: [{debian: trixie}]\n  packages: [Hello]\n',
    "package-twice": 'name: test\ncontents:\n  sources: [{debian: trixie}]\n  packages: [hello, hello]\n',
    "packages-empty": 'name: test\ncontents:\n  sources: [{debian: trixie}]\n  packages: []\n',
    "run-as-unknown-form": more("accounts: {run-as: 'a:b:c'}\n"),
    "user-without-uid": more('accounts: {users: [{username: app}]}\n'),
    "user-with-colon": more("accounts: {users: [{username: 'a:b', uid: 1, gid: 1}]}\n"),
    "user-twice": more('accounts: {users: [{username: a, uid: 1, gid: 1}, {username: a, uid: 2, gid: 2}]}\n'),
    "group-without-gid": more('accounts: {groups: [{groupname: app}]}\n'),
    "environment-bad-name": more('environment: {A=B: c}\n'),
    "environment-list-value": more('environment: {A: [b]}\n'),
    "entrypoint-unclosed-quote": more('entrypoint: {command: "a \'b"}\n'),
    "entrypoint-empty": more('entrypoint: {command: []}\n'),
    "entrypoint-unknown-key": more('entrypoint: {comand: [x]}\n'),
    "work-dir-relative": more('work-dir: tmp\n'),
    "stop-signal-unknown": more('stop-signal: SIGQIT\n'),
    "port-too-big": more('ports: [70000]\n'),
    "port-protocol": more('ports: [53/icmp]\n'),
    "volume-relative": more('volumes: [data]\n'),
    "annotation-bad-key": more("annotations: {'a b': c}\n"),
    "arch-unknown": more('archs: [amd46]\n'),
    "include-missing": more('include: nothing.yaml\n'),
    "include-itself": more('include: test.yaml\n'),
    "effects-without-accept": more('effects: {xx: {paths: []}}\n'),
    "boolean-as-text": more("paths: [{path: /x, type: permissions, permissions: 0o755, recursive: 'yes'}]\n"),
    "keep-without-reason": more("keep: {perl: ''}\n"),
    "keep-under-full": more('closure: full\nkeep: {perl: scripts call it}\n'),
    "keep-and-exclude": more('keep: {perl: scripts call it}\nexclude: {perl: too big}\n'),
    "exclude-what-is-asked-for": more('exclude: {hello: too big}\n'),
    "allow-unknown": more('allow: {shel: for debugging}\n'),
    "allow-without-reason": more("allow: {shell: {/bin/sh: ''}}\n"),
    "variant-unknown": more('variants: [nonrot]\n'),
    "debconf-no-question": more('debconf: {tzdata: Etc}\n'),
    "debconf-two-lines": more('debconf: {tzdata/Areas: "Etc\\nUTC"}\n'),
    "layer-of-all": more('layers: [/]\n'),
    "layer-twice": more('layers: [hello, hello]\n'),
    "extends-no-file": more('extends: ./bsae.yaml\n'),
    "extends-not-of-the-catalog": more('extends: php-fmp\n'),
    "files-without-paths": more('  files: [{package: other, paths: []}]\n'),
    "files-bad-glob": more('  files: [{package: other, paths: [usr/bin]}]\n'),
    "files-of-what-is-asked-for": more("  files: [{package: hello, paths: ['/**']}]\n"),
    "path-up-and-out": more('paths: [{path: ../etc/passwd, type: directory}]\n'),
    "init-job-without-name": more("init: {jobs: [{command: /bin/x, cron: '@daily'}]}\n"),
    "nul": more('cmd: ["a\\0b"]\n'),
}


@pytest.mark.parametrize("name", RECIPES)
def test_bad_recipe(place, golden, name):
    result = place.build(place.write("test.yaml", RECIPES[name]).name)
    golden(result)
    assert result.status == 2 and result.out == ""
    assert [path.name for path in place.work.iterdir()] == ["test.yaml"]


def test_a_recipe_too_large(place, golden):
    golden(place.build(place.write("test.yaml", "# x\n" * 400_000).name))


def test_a_recipe_that_is_a_folder(place, golden):
    place.write("folder.yaml/x", "x")
    golden(place.run("build", "folder.yaml"))


def test_no_such_recipe(place, golden):
    golden(place.run("build", "php-fmp"))


def test_no_such_file(place, golden):
    golden(place.run("build", "nothing/here.yaml"))


def test_control_characters_are_shown_as_escapes(place):
    result = place.build(place.write("test.yaml", 'name: "a\\e[31mb"\ncontents: {}\n').name)
    assert result.status == 2 and "\x1b" not in result.err


def test_source_option_for_an_unknown_source(place, golden):
    golden(place.build(BASE, "--source", "vendor=http://127.0.0.1:9,key.gpg"))


def test_source_option_without_a_key(place, golden):
    golden(place.build(source(REPOSITORY), "--source", "x=http://127.0.0.1:9"))


def test_two_architectures_in_a_docker_archive(place, golden):
    golden(place.build(BASE, "--arch", "amd64", "--arch", "arm64", "--to", "docker"))


def test_bad_source_date_epoch(place, golden):
    golden(place.build(BASE, env={"SOURCE_DATE_EPOCH": "yesterday"}))


@pytest.mark.parametrize("permissions", ["0o755", "0755", "'0o755'"])
def test_octal_is_taken_as_apko_and_yaml_write_it(place, debian, permissions):
    from ociimage import Image
    place.build(BASE + f"paths: [{{path: /x, type: directory, permissions: {permissions}}}]\n").ok()
    assert Image(place.work / "test").entries()["x"].mode == 0o755
