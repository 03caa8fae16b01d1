# ruff: noqa: E501 - golden texts stay on one line
"""`extends` and `remove`: what is inherited, where errors point, and what is refused."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfall.documents import DataError, parse_document, read_document
from ringfall.documents.inheriting import CHAIN_MAX, WORDS, Inherited, read_inherited
from ringfall.documents.trees import Locator
from schema.balance import Balance
from tests.data import rich


def resolve(text: str, **others: str) -> Inherited:
    """A file `f.toml` beside `others`, of which `shipped` is the shipped one."""
    texts = {Path("f.toml"): text, **{Path(f"{name}.toml"): one for name, one in others.items()}}

    def read(path: Path) -> object:
        return parse_document(path.name, texts[path].encode(), "toml")

    return read_inherited(Path("f.toml"), Path("shipped.toml"), Locator(), read)  # type: ignore[arg-type]


@pytest.fixture
def bases(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Inherited]:
    """`resolve`, for files that are not on the disk."""
    monkeypatch.setattr(Path, "is_file", lambda self: "gone" not in self.name)
    return resolve


def plain(inherited: Inherited) -> object:
    assert inherited.problems == []
    return inherited.tree.plain()


def said(inherited: Inherited) -> list[str]:
    return [str(problem) for problem in inherited.problems]


# ---- tables ----------------------------------------------------------------------------------


def test_a_table_inherits_and_overrides_at_any_depth() -> None:
    text = """
    [a]
    x = 1
    list = [1, 2]
    [a.deep]
    y = 2
    z = 3
    [b]
    extends = "a"
    list = [3]
    deep.y = 9
    """
    assert plain(resolve(text)) == {
        "a": {"x": 1, "list": [1, 2], "deep": {"y": 2, "z": 3}},
        "b": {"x": 1, "list": [3], "deep": {"y": 9, "z": 3}},
    }


def test_removing_comes_before_the_own_keys() -> None:
    text = """
    [a]
    x = 1
    [a.effect]
    kind = "burn"
    per_s = 3
    [b]
    extends = "a"
    remove = ["effect", "x"]
    effect = { kind = "slow" }
    """
    assert plain(resolve(text))["b"] == {"effect": {"kind": "slow"}}  # type: ignore[index]


def test_a_dotted_name_reaches_deeper() -> None:
    text = "[a]\nx.y.z = 1\nx.y.q = 2\n[b]\nextends = 'a'\nremove = ['x.y.z']"
    assert plain(resolve(text))["b"] == {"x": {"y": {"q": 2}}}  # type: ignore[index]


def test_a_diamond_of_heirs_shares_its_base() -> None:
    text = """
    [d]
    extends = "b"
    own = 4
    [b]
    extends = "a"
    x = 2
    [c]
    extends = "a"
    x = 3
    [a]
    x = 1
    y = 1
    """
    assert plain(resolve(text)) == {
        "d": {"x": 2, "y": 1, "own": 4},
        "b": {"x": 2, "y": 1},
        "c": {"x": 3, "y": 1},
        "a": {"x": 1, "y": 1},
    }


def test_tables_in_tables_inherit_from_their_siblings() -> None:
    text = "[t.a]\nx = 1\n[t.b]\nextends = 'a'\n[u]\nextends = 't'\n[u.a]\nx = 2"
    assert plain(resolve(text)) == {
        "t": {"a": {"x": 1}, "b": {"x": 1}},
        "u": {"a": {"x": 2}, "b": {"x": 2}},
    }


def test_a_thousand_heirs_in_a_row_are_no_trouble() -> None:
    tables = [f"[t{n}]\nextends = 't{n - 1}'\nx{n} = {n}" for n in range(1, 1000)]
    whole = plain(resolve("[t0]\nx0 = 0\n" + "\n".join(reversed(tables))))
    assert len(whole["t999"]) == 1000  # type: ignore[index]


def test_nothing_in_a_list_inherits() -> None:
    assert plain(resolve("[[a]]\nextends = 'b'\n[b]\nx = 1")) == {
        "a": [{"extends": "b"}],
        "b": {"x": 1},
    }


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_circle_is_told_once_with_every_place(length: int) -> None:
    names = "abc"[:length]
    tables = [f"[{name}]\nextends = '{names[(i + 1) % length]}'" for i, name in enumerate(names)]
    hops = ", ".join(
        f"{name} extends {names[(i + 1) % length]} (f.toml:{2 * i + 2}:11)"
        for i, name in enumerate(names)
    )
    last = f"f.toml:{2 * length}:11: {names[-1]}.extends: extends in a circle: "
    found = resolve("\n".join([*tables, "[heir]\nextends = 'a'\nremove = ['q']"]))
    assert said(found) == [last + hops]
    assert found.broken == {(name,) for name in (*names, "heir")}


TABLE_ERRORS = [
    (
        "[fire]\n[ice]\nextends = 'fir'",
        'f.toml:3:11: ice.extends: there is no table "fir" in f.toml; did you mean fire?',
    ),
    (
        "[t.fire]\n[t.ice]\nextends = 'water'",
        'f.toml:3:11: t.ice.extends: there is no table "water" in f.toml [t]',
    ),
    (
        "fire = 3\n[ice]\nextends = 'fire'",
        'f.toml:3:11: ice.extends: "fire" is not a table (f.toml:1:8)',
    ),
    ("[ice]\nextends = 3", "f.toml:2:11: ice.extends: must be a name in quotes, is 3"),
    (
        "[ice]\nextends = ['a']",
        "f.toml:2:11: ice.extends: must be a name in quotes, is a list",
    ),
    (
        "[a]\nx = 1\n[b]\nextends = 'a'\nremove = 'x'",
        'f.toml:5:10: b.remove: must be a list of names, is "x"',
    ),
    (
        "[a]\nx = 1\n[b]\nextends = 'a'\nremove = ['x', 3, '']",
        "f.toml:5:16: b.remove[1]: must be a name in quotes, is 3\n"
        'f.toml:5:19: b.remove[2]: must be a name in quotes, is ""',
    ),
    (
        "[a]\ncharge = 1\n[b]\nextends = 'a'\nremove = ['charg']",
        'f.toml:5:11: b.remove[0]: "charg" is not inherited; did you mean charge?',
    ),
    (
        "[a]\nx.charge = 1\n[b]\nextends = 'a'\nremove = ['x.charg', 'x.charge.y']",
        'f.toml:5:11: b.remove[0]: "x.charg" is not inherited; did you mean x.charge?\n'
        'f.toml:5:22: b.remove[1]: "x.charge.y" is not inherited; did you mean x.charge?',
    ),
    (
        "[b]\nremove = ['x']\nx = 1",
        'f.toml:2:11: b.remove[0]: "x" cannot be removed: nothing is inherited here',
    ),
    (
        "remove = ['x']\nx = 1",
        'f.toml:1:11: remove[0]: "x" cannot be removed: nothing is inherited here',
    ),
]


@pytest.mark.parametrize(("text", "expected"), TABLE_ERRORS)
def test_table_errors_read(text: str, expected: str) -> None:
    assert "\n".join(said(resolve(text))) == expected


# ---- files -----------------------------------------------------------------------------------


def test_a_file_starts_from_another(bases: Callable[..., Inherited]) -> None:
    found = bases(
        "extends = 'shipped'\nremove = ['c', 'a.y']\n[a]\nx = 2\n[n]\nextends = 'b'",
        shipped="[a]\nx = 1\ny = 1\nz = 1\n[b]\nextends = 'a'\n[c]\nq = 1",
    )
    # What is changed in a table is changed for those that inherit from it.
    assert plain(found) == {"a": {"x": 2, "z": 1}, "b": {"x": 2, "z": 1}, "n": {"x": 2, "z": 1}}


def test_files_form_chains(bases: Callable[..., Inherited]) -> None:
    found = bases(
        "extends = 'middle.toml'\nx = 3",
        middle="extends = 'shipped'\nx = 2\ny = 2",
        shipped="x = 1\ny = 1\nz = 1",
    )
    assert plain(found) == {"x": 3, "y": 2, "z": 1}
    assert [path.name for path in found.files] == ["f.toml", "middle.toml", "shipped.toml"]


def test_removals_of_both_files_hold(bases: Callable[..., Inherited]) -> None:
    shipped = "[a]\nx = 1\ny = 1\nz = 1\n[b]\nextends = 'a'\nremove = ['x']"
    found = bases("extends = 'shipped'\n[b]\nremove = ['y']", shipped=shipped)
    assert plain(found)["b"] == {"z": 1}  # type: ignore[index]
    # Another base has nothing to do with what was removed of the former.
    found = bases("extends = 'shipped'\n[c]\nx = 5\n[b]\nextends = 'c'", shipped=shipped)
    assert plain(found)["b"] == {"x": 5}  # type: ignore[index]


def test_a_base_is_not_blamed_for_what_its_heir_removed(bases: Callable[..., Inherited]) -> None:
    shipped = "[a]\nx = 1\ny = 1\n[b]\nextends = 'a'\nremove = ['x']"
    found = bases("extends = 'shipped'\n[a]\nremove = ['x']", shipped=shipped)
    assert plain(found) == {"a": {"y": 1}, "b": {"y": 1}}


def test_who_extends_a_removed_table_is_told_both_places(bases: Callable[..., Inherited]) -> None:
    found = bases("extends = 'shipped'\nremove = ['a']", shipped="[a]\n[b]\nextends = 'a'")
    assert said(found) == [
        'shipped.toml:3:11: b.extends: there is no table "a" in shipped.toml; '
        "it was removed at f.toml:2:11"
    ]


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_circle_of_files_names_every_place(bases: Callable[..., Inherited], length: int) -> None:
    names = ["f", "g", "h"][:length]
    follower = {name: names[(i + 1) % length] for i, name in enumerate(names)}
    texts = {name: f"x = 1\nextends = '{after}.toml'" for name, after in follower.items()}
    with pytest.raises(DataError) as caught:
        bases(texts.pop("f"), **texts)
    hops = ", ".join(f'{name}.toml:2:11 extends "{follower[name]}.toml"' for name in names)
    assert str(caught.value) == f"{names[-1]}.toml:2:11: extends: extends in a circle: {hops}"


FILE_ERRORS = [
    ("extends = 'gone.toml'", "f.toml:1:11: extends: there is no file gone.toml"),
    (
        "extends = 'shippd'",
        'f.toml:1:11: extends: must be "shipped" or a path, relative to this file, that ends in .toml, is "shippd"',
    ),
    (
        "extends = '/a/b.toml'",
        'f.toml:1:11: extends: must be "shipped" or a path, relative to this file, that ends in .toml, is "/a/b.toml"',
    ),
]


@pytest.mark.parametrize(("text", "expected"), FILE_ERRORS)
def test_file_errors_read(bases: Callable[..., Inherited], text: str, expected: str) -> None:
    with pytest.raises(DataError) as caught:
        bases(text)
    assert str(caught.value) == expected


def test_a_long_chain_of_files_is_refused(bases: Callable[..., Inherited]) -> None:
    others = {f"f{n}": f"extends = 'f{n + 1}.toml'" for n in range(CHAIN_MAX + 5)}
    with pytest.raises(DataError, match=f"more than {CHAIN_MAX} files in a row"):
        bases("extends = 'f0.toml'", **others)


def test_a_broken_base_is_told_in_its_own_file(bases: Callable[..., Inherited]) -> None:
    with pytest.raises(DataError) as caught:
        bases("extends = 'shipped'", shipped="x = ")
    assert str(caught.value).startswith("shipped.toml:1:1: ")


def test_a_wrong_key_of_the_shipped_file_is_found_there_and_named_here(tmp_path: Path) -> None:
    mine, base = tmp_path / "mine", rich.write(tmp_path / "base")
    rich.write(base, skills=rich.FILES["skills"].replace("= 30", "= 300"))
    rich.write(mine, skills='extends = "shipped"\nremove = ["nova.radius_u"]')
    found = [str(one).replace(f"{tmp_path}/", "") for one in sorted(rich.read(mine, base).problems)]
    assert found == [
        "base/skills.toml:5:13: fire_bolt.speed_ups: must be a number from 1 to 200, is 300 "
        "(inherited by mine/skills.toml, frost_bolt in mine/skills.toml)",
        "base/skills.toml:21:1: nova.radius_u: is missing; must be a number from 0.5 to 30; "
        "it was removed at mine/skills.toml:2:11 (inherited by mine/skills.toml)",
    ]


# ---- the shipped models and any text ------------------------------------------------------------


def test_no_model_needs_the_words_for_itself() -> None:
    def keys(schema: object) -> set[str]:
        if isinstance(schema, list):
            return {key for one in schema for key in keys(one)}
        if not isinstance(schema, dict):
            return set()
        own = set(schema.get("properties", {}))
        return own | {key for one in schema.values() for key in keys(one)}

    assert keys(Balance.model_json_schema()).isdisjoint(WORDS)


_LINES = st.sampled_from(
    "[a]~[b]~[c]~[a.d]~[b.d]~[[a]]~extends = 'a'~extends = 'b'~extends = 'c'~extends = 'd'~x = 1~"
    "y = 2~d.x = 3~remove = ['x']~remove = ['d', 'd.x']~remove = ['y', 'zz']~extends = 1~"
    "remove = 1~extends = 'shipped'~remove = ['a']~x = [{ extends = 'a' }]~d = 4".split("~")
)


@settings(deadline=None, max_examples=300)
@given(st.lists(_LINES, max_size=14), st.lists(_LINES, max_size=8))
def test_any_inheriting_resolves_or_is_refused(mine: list[str], base: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "is_file", lambda self: True)
        try:
            found = resolve("\n".join(mine), shipped="\n".join(base))
        except DataError:
            return
    assert all(problem.line > 0 and problem.column > 0 for problem in found.problems)
    if not found.problems:
        assert not found.broken


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 2**32), st.integers(1, 12))
def test_the_order_of_tables_does_not_matter(seed: int, count: int) -> None:
    rng = random.Random(seed)
    tables = [
        f"[t{n}]\nx{rng.randrange(4)} = {n}\n"
        + (f"extends = 't{rng.randrange(count)}'\n" if rng.random() < 0.7 else "")
        for n in range(count)
    ]
    whole = resolve("".join(tables))
    again = resolve("".join(rng.sample(tables, count)))
    assert whole.broken == again.broken
    assert len(whole.problems) == len(again.problems)
    if not whole.broken:
        assert whole.tree.plain() == again.tree.plain()


def test_half_a_file_is_refused_at_its_line_or_whole(tmp_path: Path) -> None:
    """An editor that saves in steps leaves any beginning of a file."""
    whole = rich.FILES["skills"].encode()
    folder = rich.write(tmp_path)
    for end in range(len(whole)):
        (folder / "skills.toml").write_bytes(whole[:end])
        read = rich.read(folder)
        for problem in read.problems:
            assert problem.line > 0
            assert problem.file.endswith(("skills.toml", "loot.toml"))
    assert read_document(folder / "skills.toml").value
