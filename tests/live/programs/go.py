"""compiles a program with a module of its own and runs it; tests it, and finds what is wrong with another"""

FILES = {
    "go.mod": "module example.org/app\n\ngo 1.21\n",
    "main.go": 'package main\n\nimport (\n\t"fmt"\n\n\t"example.org/app/twice"\n)\n\nfunc main() { fmt.Println(twice.Twice(21)) }\n',
    "twice/twice.go": "package twice\n\nfunc Twice(n int) int { return 2 * n }\n",
    "twice/twice_test.go": 'package twice\n\nimport "testing"\n\nfunc TestTwice(t *testing.T) {\n\tif Twice(2) != 4 {\n\t\tt.Fatal()\n\t}\n}\n',
    "wrong/main.go": "package main\n\nfunc main() { undefined() }\n",
}


def prove(go):
    files = go.volume("/srv")
    go.volume("/tmp")
    for name, text in FILES.items():
        (files / name).parent.mkdir(exist_ok=True)
        (files / name).write_text(text)
    go.run("go", "build", "-o", "/srv/app", ".", cwd="/srv", timeout=600)
    assert go.run("/srv/app").out == "42\n"
    assert go.run("go", "test", "./twice", cwd="/srv", timeout=600).out.startswith("ok ")
    assert "undefined: undefined" in go.run("go", "vet", "./wrong", cwd="/srv", status=1, timeout=600).err
