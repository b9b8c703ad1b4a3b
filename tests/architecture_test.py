"""The rooms of src/ use one another one way only: docs/architecture.md has the table, the #includes are held to it."""

import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1]
FILES = sorted(path for path in (SOURCE / "src").rglob("*") if path.suffix in (".cc", ".h"))


def table():
    """Of the table `| room | ... | uses |` in docs/architecture.md: each room, in order, and the rooms it may use."""
    rooms = {}
    lines = (SOURCE / "docs/architecture.md").read_text().splitlines()
    start = next(i for i, line in enumerate(lines) if re.match(r"\|\s*room\s*\|.*\|\s*uses\s*\|", line))
    for line in lines[start + 2:]:
        if not line.startswith("|"):
            break
        cells = [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]
        rooms[cells[0]] = cells[-1].split()
    return rooms


def room_of(path):
    parts = path.relative_to(SOURCE / "src").parts
    return parts[0] if len(parts) > 1 else None


def test_the_table_is_one_way():
    rooms = table()
    order = list(rooms)
    for room, uses in rooms.items():
        for used in uses:
            assert used in order, f"{room} uses {used}, which is no room of the table"
            assert order.index(used) < order.index(room), f"{room} uses {used}, which stands below it"


def test_every_room_is_in_the_table():
    folders = sorted(path.name for path in (SOURCE / "src").iterdir() if path.is_dir())
    assert folders == sorted(table())


def test_includes_keep_to_the_table():
    rooms = table()
    wrong = []
    for path in FILES:
        room = room_of(path)
        for number, line in enumerate(path.read_text().splitlines(), 1):
            include = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if not include or room is None:
                continue
            used = include.group(1).split("/")[0]
            if used != room and used not in rooms[room]:
                wrong.append(f"{path.relative_to(SOURCE)}:{number}: {room} may not use {include.group(1)}")
    assert wrong == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE / "src")))
def test_file(path):
    text = path.read_text()
    assert len(text.splitlines()) <= 500, "over 500 lines: a file is one concept"
    if path.suffix == ".h":
        assert text.startswith("// "), "a header says first what the thing is and what it promises"
        assert "#pragma once" in text
    assert not re.search(r"\b(TODO|FIXME|XXX)\b", text)
    if room_of(path) and "namespace" in text:
        assert f"namespace debone::{room_of(path)}" in text, "namespace, folder and include path agree"


def test_init_stands_alone():
    assert [room for room, uses in table().items() if "init" in uses] == ["recipe"]
    assert table()["init"] == []
    heavy = re.compile(r"#\s*include\s+<(iostream|fstream|sstream|iomanip|filesystem|regex|format|locale|fmt/.*|nlohmann/.*)>")
    for path in [*SOURCE.glob("src/init/*.h"), *SOURCE.glob("src/init/*.cc"), SOURCE / "src/debone_init.cc"]:
        if not path.name.endswith("_test.cc"):
            assert not heavy.search(path.read_text()), f"{path.name} includes what is too large for a static program"
