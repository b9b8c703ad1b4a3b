"""`debone new php`: the files it writes for an application, and what it refuses."""

import json

import pytest
import yaml

FILES = [".deboneignore", "compose.yaml", "shop-fpm-test.yaml", "shop-fpm.yaml", "shop-nginx-test.yaml", "shop-nginx.yaml"]


def application(place, index="public/index.php", **composer):
    place.write("shop/composer.json", json.dumps({"name": "acme/shop", **composer}, indent=2))
    if index:
        place.write(f"shop/{index}", "<?php echo 'page';\n")
    return place.work / "shop"


def written(folder):
    return {name: (folder / name).read_text() for name in FILES}


def test_what_it_writes_and_says(place):
    folder = application(place, require={"php": ">=8.1", "ext-intl": "*", "ext-json": "*", "ext-pdo_mysql": "*"})
    result = place.run("new", "php", "shop").ok()
    assert result.err == ""
    assert result.out == "".join(f"{line}\n" for line in [
        "shop: PHP 8.4 of Debian 13 (trixie)", "  package   php8.4-intl  # ext-intl", "  public    public",
        *(f"  written   shop/{name}" for name in FILES)])
    recipe = yaml.safe_load((folder / "shop-fpm.yaml").read_text())
    assert (recipe["name"], recipe["include"], recipe["contents"]) == ("shop-fpm", "php-fpm", {"packages": ["php8.4-intl"]})
    assert recipe["paths"][0] == {"path": "/srv/app", "type": "tree", "source": "."}
    compose = yaml.safe_load((folder / "compose.yaml").read_text())
    assert list(compose["services"]) == ["fpm", "nginx"] and "env_file" not in compose["services"]["fpm"]
    assert [service["healthcheck"]["test"][:3] for service in compose["services"].values()] == [
        ["CMD", "debone-init", "health"]] * 2
    assert compose["x-debone"] == {"images": {name: f"{name}.yaml" for name in ("shop-fpm", "shop-nginx")},
                                   "address": {"service": "nginx", "variable": "ADDRESS"}}
    tests = yaml.safe_load((folder / "shop-fpm-test.yaml").read_text())
    assert tests["commandTests"][0]["args"][2:] == ["--", "intl", "json", "pdo_mysql"]
    assert "/shop-fpm*" in (folder / ".deboneignore").read_text()
    assert all("@" not in text for text in written(folder).values())


def test_the_same_again(place):
    folder = application(place)
    place.run("new", "php", "shop").ok()
    first = written(folder)
    place.run("new", "php", "--force", cwd=folder).ok()
    assert written(folder) == first
    assert sorted(path.name for path in folder.iterdir()) == sorted([*FILES, "composer.json", "public"])


def test_bookworm_where_php_must_be_older(place):
    folder = application(place, require={"php": "~8.2.0"})
    result = place.run("new", "php", "shop", "--format", "json").ok().json
    assert (result["php"], result["suite"], result["files"]) == ("8.2", "bookworm", FILES)
    assert yaml.safe_load((folder / "shop-fpm.yaml").read_text())["include"] == "bookworm/php-fpm"


@pytest.mark.parametrize("package, folders, tmpfs, volume", [
    ("symfony/framework-bundle", {"/srv/app/var"}, ["/srv/app/var"], None),
    ("cakephp/cakephp", {"/srv/app/tmp", "/srv/app/logs"}, ["/srv/app/logs", "/srv/app/tmp"], None),
    ("laravel/framework", {"/srv/app/storage", "/srv/app/storage/framework/views", "/srv/app/bootstrap/cache"},
     ["/srv/app/bootstrap/cache"], "storage"),
])
def test_frameworks(place, package, folders, tmpfs, volume):
    folder = application(place, require={package: "*"})
    place.write("shop/.env", "A=b\n")
    result = place.run("new", "php", "shop").ok()
    assert result.warnings == [
        "there is no composer.lock: which extensions the required packages need is not known",
        "there is no vendor/autoload.php: run `composer install --no-dev` before the images are built"]
    paths = yaml.safe_load((folder / "shop-fpm.yaml").read_text())["paths"]
    assert folders <= {path["path"] for path in paths if path.get("uid") == 33}
    compose = yaml.safe_load((folder / "compose.yaml").read_text())
    assert [mount.split(":")[0] for mount in compose["services"]["fpm"]["tmpfs"]] == ["/tmp", *tmpfs]
    assert set(compose["volumes"]) == {"sessions"} | ({volume} if volume else set())
    assert compose["services"]["fpm"]["env_file"] == ".env"
    assert r"location ~ ^/index\.php(/|$)" in (folder / "shop-nginx.yaml").read_text()


def test_public_folders(place):
    folder = application(place, index="index.php")
    assert place.run("new", "php", "shop", "--format", "json").ok().json["public"] == "."
    assert "location ~ ^/(vendor|" in (folder / "shop-nginx.yaml").read_text()
    place.write("shop/htdocs/x", "")
    assert place.run("new", "php", "shop", "--force", "--public", "./htdocs/", "--format", "json").ok().json["public"] == "htdocs"
    assert "root /srv/app/htdocs;" in (folder / "shop-nginx.yaml").read_text()


def test_nothing_is_overwritten(place):
    folder = application(place)
    place.write("shop/compose.yaml", "mine\n")
    place.run("new", "php", "shop").fails(2, "error: shop: already there: compose.yaml\n  hint: --force writes over them")
    assert (folder / "compose.yaml").read_text() == "mine\n" and not (folder / "shop-fpm.yaml").exists()


def test_all_or_nothing(place):
    folder = application(place)
    place.write("shop/shop-nginx.yaml/x", "")
    place.run("new", "php", "shop", "--force").fails(
        2, "error: shop/shop-nginx.yaml: a folder stands where a file is to be written")
    assert sorted(path.name for path in folder.iterdir()) == ["composer.json", "public", "shop-nginx.yaml"]


@pytest.mark.parametrize("arguments, text", [
    (["ruby"], "error: nothing of the kind 'ruby' can be begun\n  hint: the one kind is: php"),
    (["php", "nowhere"], "error: nowhere/composer.json: no such file\n  hint: name the folder of a PHP application that "
                         "has one; `composer init` makes one"),
    (["php", "shop", "--public", "../x"], "error: --public names no folder below the application's by '../x'\n"
                                          "  hint: it is relative, of letters, digits, '.', '_', '-' and '/'"),
    (["php", "shop", "--public", "x"], "error: there is no folder 'shop/x', which --public names"),
    (["php", "shop"], "error: shop: no index.php in public/, web/, webroot/ or the folder itself\n"
                      "  hint: --public names the folder that the web server serves"),
])
def test_what_it_refuses(place, arguments, text):
    application(place, index=None)
    place.run("new", *arguments).fails(2, text)


@pytest.mark.parametrize("content, text", [
    ("{", "error: shop/composer.json:1: malformed JSON\n  hint: `composer validate` says what is wrong"),
    ('{\n"require": {"ext-swoole": "*"}}',
     "error: shop/composer.json:2: no package of Debian 13 (trixie) is known for ext-swoole\n"
     "  hint: --ignore-platform-req ext-swoole writes the recipe without it; add a package that has it, from a source of "
     "your own"),
    ('{"require": 1}', "error: shop/composer.json:1: 'require' must be an object, not a number"),
    ("[" * 100000, "error: shop/composer.json:1: more than 32 levels"),
])
def test_hostile_composer_files(place, content, text):
    folder = application(place)
    place.write("shop/composer.json", content)
    place.run("new", "php", "shop").fails(2, text)
    assert sorted(path.name for path in folder.iterdir()) == ["composer.json", "public"]


@pytest.mark.parametrize("content, text", [
    ("{", "1: malformed JSON\n  hint: `composer validate` says what is wrong"),
    ('{"packages": {"a": 1}}', "1: 'packages' must be a list, not an object"),
    ('{"packages": [{}]}', "1: a package has no name"),
    ('{"packages": [\n{"name": "acme/x",\n"require": {"ext-swoole": "*"}}]}',
     "3: no package of Debian 13 (trixie) is known for ext-swoole\n"
     "  hint: --ignore-platform-req ext-swoole writes the recipe without it; add a package that has it, from a source of "
     "your own"),
    ('{"packages": [{"name": "acme/x", "require": {"php": "^5"}}]}',
     "1: no PHP of Debian fits: 8.4 of Debian 13 (trixie) is not '^5', which acme/x requires; 8.2 of Debian 12 (bookworm) "
     "is not '^5', which acme/x requires\n  hint: let composer.json allow one of them and run `composer update`; "
     "--ignore-platform-req php takes the newest"),
])
def test_hostile_locks(place, content, text):
    folder = application(place)
    place.write("shop/composer.lock", content)
    place.run("new", "php", "shop").fails(2, f"error: shop/composer.lock:{text}")
    assert sorted(path.name for path in folder.iterdir()) == ["composer.json", "composer.lock", "public"]


def test_a_lock_that_is_out_of_date(place):
    application(place, require={"Acme/Here": "^1", "acme/replaced": "^1", "acme/added": "^1", "ext-intl": "*"})
    place.write("shop/vendor/autoload.php", "<?php\n")
    place.write("shop/composer.lock", json.dumps({"packages": [{"name": "acme/here"},
                                                               {"name": "acme/all", "replace": {"acme/Replaced": "*"}}]}))
    assert place.run("new", "php", "shop").ok().warnings == [
        "composer.lock lacks acme/added, which composer.json requires: run `composer update`"]


@pytest.mark.parametrize("name, image", [("acme/../../etc/Pass wd\n", "pass-wd"), ("acme/@NAME@", "name"), ("", "shop"),
                                         ("x/'; rm -rf /'", "app"), ("acme/" + "a" * 5000, "a" * 100)])
def test_a_hostile_name(place, name, image):
    folder = application(place)
    place.write("shop/composer.json", json.dumps({"name": name}))
    place.run("new", "php", "shop").ok()
    recipes = [yaml.safe_load((folder / f"{image}-{part}.yaml").read_text()) for part in ("fpm", "nginx")]
    assert [recipe["name"] for recipe in recipes] == [f"{image}-fpm", f"{image}-nginx"]
    assert [path.name for path in place.work.iterdir()] == ["shop"]


def test_a_folder_that_cannot_be_written(place):
    folder = application(place)
    folder.chmod(0o555)
    place.run("new", "php", "shop").fails(5, "error: shop/.deboneignore: cannot write: Permission denied")
    assert sorted(path.name for path in folder.iterdir()) == ["composer.json", "public"]


def test_a_file_that_is_too_large(place):
    application(place)
    place.write("shop/composer.json", " " * (1 << 20) + "{}")
    result = place.run("new", "php", "shop")
    assert result.status == 2 and "shop/composer.json" in result.errors


def test_an_ignored_requirement(place):
    application(place, require={"ext-swoole": "*", "php": "^7"})
    out = place.run("new", "php", "shop", "--ignore-platform-req", "ext-swoole", "--ignore-platform-req", "php").ok().out
    assert out.startswith("shop: PHP 8.4 of Debian 13 (trixie)\n  public ")
