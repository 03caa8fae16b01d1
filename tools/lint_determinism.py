"""Reject, before it runs, code that could make two machines disagree about a match.

Reads the Python files of `ecs/`, `schema/` and `systems/` and reports, one line a finding:

    systems/zone.py:41:15 libm math.exp differs between C libraries: bake a table, or ...

What it looks for, and why each is unsafe, is in `tools/determinism_rules.py`. It judges syntax
alone: it sees names, not types, so it errs on the strict side, and sums of integers say so with a
comment on their line:

    total = np.sum(counts)  # determinism: integers

Run as `python -m tools.lint_determinism ecs schema systems`; exits 1 on findings, 2 when a file
cannot be read.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.determinism_rules import (
    ALLOWED,
    EXEMPTIBLE,
    EXEMPTION,
    FORBIDDEN_IMPORTS,
    MATH_ALLOWED,
    METHOD_REDUCTIONS,
    NARROW_DTYPES,
    NARROW_FLOATS,
    NUMPY_LIBM,
    NUMPY_REDUCTIONS,
    ORDERED_UFUNCS,
    RULES,
    STABLE_KINDS,
    UFUNC_REDUCTIONS,
)


@dataclass(frozen=True, order=True)
class Finding:
    """One rejected construct: where it is (1-based line and column), the rule, and what it is."""

    path: str
    line: int
    column: int
    rule: str
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column} {self.rule} {self.what} {RULES[self.rule]}"


class Lint(ast.NodeVisitor):
    """Walks one file and collects findings."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.allowed = next(
            (what for file, what in ALLOWED.items() if f"/{path}".endswith(f"/{file}")), frozenset()
        )
        self.found: list[tuple[range, Finding]] = []
        self.statement: ast.stmt | None = None
        # Kernels may get these names from anywhere; they always mean the same.
        self.aliases = {"np": "numpy", "numpy": "numpy", "math": "math"}
        self.sets: list[set[str]] = [set()]

    def report(self, node: ast.expr | ast.stmt | ast.keyword, rule: str, what: str) -> None:
        """Note one finding at `node`, and the lines on which a comment may exempt it."""
        if what in self.allowed:
            return
        place = Finding(self.path, node.lineno, node.col_offset + 1, rule, what)
        # A call is often longer than the name in it; a loop or function is no place for a comment
        # that exempts everything below.
        span = self.statement if self.statement and not hasattr(self.statement, "body") else node
        self.found.append((range(span.lineno, (span.end_lineno or span.lineno) + 1), place))

    def visit(self, node: ast.AST) -> None:
        """Visit any node, knowing the statement it is part of."""
        outer = self.statement
        if isinstance(node, ast.stmt):
            self.statement = node
        super().visit(node)
        self.statement = outer

    def dotted(self, node: ast.expr) -> str:
        """Return the full name `node` refers to through this file's imports, or ""."""
        if isinstance(node, ast.Name):
            return self.aliases.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            base = self.dotted(node.value)
            return f"{base}.{node.attr}" if base else ""
        return ""

    # --- imports -----------------------------------------------------------------------------

    def visit_Import(self, node: ast.Import) -> None:
        """Check `import a.b as c`."""
        for alias in node.names:
            self._imported(node, alias.name)
            if alias.asname:
                self.aliases[alias.asname] = alias.name
            else:
                top = alias.name.partition(".")[0]
                self.aliases[top] = top

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Check `from a import b as c`; names from math and NumPy are judged right here."""
        module = node.module or ""
        if node.level:
            return
        if not self._imported(node, module):
            return
        for alias in node.names:
            name = f"{module}.{alias.name}"
            if alias.name == "*" and module.partition(".")[0] in ("math", "numpy"):
                self.report(node, "import", f"from {module} import * hides which names it")
            self.aliases[alias.asname or alias.name] = name
            self._named(node, name)
            if name == "numba.prange":
                self.report(node, "parallel", "prange")

    def _imported(self, node: ast.stmt, module: str) -> bool:
        top = module.partition(".")[0]
        if top in FORBIDDEN_IMPORTS:
            self.report(node, "import", f"import of {module}")
            return False
        if module.startswith("numpy."):
            self._named(node, module)
        return True

    # --- names and attributes ----------------------------------------------------------------

    def _named(self, node: ast.expr | ast.stmt, name: str) -> None:
        top, _, rest = name.partition(".")
        first = rest.partition(".")[0]
        if top == "math" and rest and rest != "*" and first not in MATH_ALLOWED:
            self.report(node, "libm", name)
        elif top == "numpy" and first:
            if first in NUMPY_LIBM:
                self.report(node, "libm", name)
            elif first in NUMPY_REDUCTIONS:
                self.report(node, "reduction", name)
            elif first == "random":
                self.report(node, "random", name)
            elif first in NARROW_FLOATS:
                self.report(node, "float", name)
        elif top == "numba" and first in NARROW_FLOATS:
            self.report(node, "float", name)

    def visit_Name(self, node: ast.Name) -> None:
        """Check a bare name, wherever it is used: a function passed on is as bad as one called."""
        full = self.aliases.get(node.id, "")
        if isinstance(node.ctx, ast.Load):
            if node.id == "prange" or full == "numba.prange":
                self.report(node, "parallel", "prange")
            elif "." in full:
                self._named(node, full)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """Check a dotted name as a whole."""
        name = self.dotted(node)
        if name == "numba.prange":
            self.report(node, "parallel", name)
        if name.partition(".")[0] in ("math", "numpy", "numba"):
            self._named(node, name)
            return
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Check dtype strings."""
        if isinstance(node.value, str) and node.value in NARROW_DTYPES:
            self.report(node, "float", repr(node.value))

    # --- operators ---------------------------------------------------------------------------

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """Check `@` and `**`."""
        self._operator(node, node.op, node.left, node.right)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """Check `@=` and `**=`."""
        self._operator(node, node.op, node.target, node.value)
        self.generic_visit(node)

    def _operator(
        self, node: ast.expr | ast.stmt, op: ast.operator, left: ast.expr, right: ast.expr
    ) -> None:
        if isinstance(op, ast.MatMult):
            self.report(node, "reduction", "@")
        elif isinstance(op, ast.Pow) and not (_is_int(left) and _is_int(right)):
            self.report(node, "power", "**")

    # --- calls -------------------------------------------------------------------------------

    def visit_Call(self, node: ast.Call) -> None:
        """Check what depends on how something is called."""
        name = self.dotted(node.func)
        if name == "sum" and not _sums_integers(node):
            self.report(node, "reduction", "sum()")
        elif name == "pow":
            self.report(node, "power", "pow()")
        elif name in ("hash", "id"):
            self.report(node, "identity", f"{name}()")
        elif name == "__import__":
            self.report(node, "import", "__import__()")
        elif name in ("list", "tuple", "enumerate", "iter", "next", "zip", "map", "dict.fromkeys"):
            for argument in node.args:
                self._iterated(argument)
        if isinstance(node.func, ast.Attribute):
            self._method(node, node.func, name)
        for keyword in node.keywords:
            self._keyword(keyword)
        self.generic_visit(node)

    def _method(self, node: ast.Call, func: ast.Attribute, name: str) -> None:
        owner = self.dotted(func.value)
        is_numpy = owner == "numpy" or owner.startswith("numpy.")
        if func.attr in UFUNC_REDUCTIONS and is_numpy and owner not in ORDERED_UFUNCS:
            self.report(node, "reduction", name)
        elif func.attr in METHOD_REDUCTIONS and not is_numpy:
            self.report(node, "reduction", f".{func.attr}()")
        elif func.attr == "popitem":
            self.report(node, "order", ".popitem()")
        elif func.attr == "pop" and not node.args and self._is_set(func.value):
            self.report(node, "order", "set.pop()")
        elif func.attr in ("argpartition", "partition") and is_numpy:
            self.report(node, "sort", name)
        # .sort() without kind may be a list's, which is stable.
        elif func.attr == "argsort" or (func.attr == "sort" and (is_numpy or _has(node, "kind"))):
            kind = next((k.value for k in node.keywords if k.arg == "kind"), None)
            if not (isinstance(kind, ast.Constant) and kind.value in STABLE_KINDS):
                self.report(node, "sort", f"{func.attr}()")

    def _keyword(self, keyword: ast.keyword) -> None:
        off = isinstance(keyword.value, ast.Constant) and keyword.value.value is False
        if keyword.arg in ("fastmath", "parallel") and not off:
            self.report(keyword, keyword.arg, f"{keyword.arg}={ast.unparse(keyword.value)}")

    # --- iteration ---------------------------------------------------------------------------

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Open a scope for the names known to hold sets."""
        self.sets.append(set())
        self.generic_visit(node)
        self.sets.pop()

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Assign(self, node: ast.Assign) -> None:
        """Remember names that hold sets, forget those that no longer do."""
        for target in node.targets:
            if isinstance(target, ast.Name):
                self._remember(target.id, self._is_set(node.value))
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Remember names annotated as sets."""
        if isinstance(node.target, ast.Name):
            annotation = ast.unparse(node.annotation).partition("[")[0]
            is_set = annotation.lower() in ("set", "frozenset", "abstractset")
            self._remember(
                node.target.id, is_set or (node.value is not None and self._is_set(node.value))
            )
        self.generic_visit(node)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        """Check what a loop runs over."""
        self._iterated(node.iter)
        self.generic_visit(node)

    visit_AsyncFor = visit_For

    def visit_comprehension(self, node: ast.comprehension) -> None:
        """Check what a comprehension runs over."""
        self._iterated(node.iter)
        self.generic_visit(node)

    def visit_Starred(self, node: ast.Starred) -> None:
        """Check `[*a_set]`."""
        self._iterated(node.value)
        self.generic_visit(node)

    def _remember(self, name: str, is_set: bool) -> None:
        if is_set:
            self.sets[-1].add(name)
        else:
            self.sets[-1].discard(name)

    def _iterated(self, node: ast.expr) -> None:
        if self._is_set(node):
            self.report(node, "order", ast.unparse(node))

    def _is_set(self, node: ast.expr) -> bool:
        if isinstance(node, (ast.Set, ast.SetComp)):
            return True
        if isinstance(node, ast.Call):
            return self.dotted(node.func) in ("set", "frozenset")
        if isinstance(node, ast.BinOp) and isinstance(
            node.op, (ast.BitOr, ast.BitAnd, ast.Sub, ast.BitXor)
        ):
            return self._is_set(node.left) or self._is_set(node.right)
        return isinstance(node, ast.Name) and any(node.id in scope for scope in self.sets)


def _is_int(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int


def _has(node: ast.Call, keyword: str) -> bool:
    return any(k.arg == keyword for k in node.keywords)


def _sums_integers(node: ast.Call) -> bool:
    """Say whether `sum(x for ...)` adds what is an integer whatever its operands are."""
    if not node.args or not isinstance(node.args[0], (ast.GeneratorExp, ast.ListComp)):
        return False
    element = node.args[0].elt
    called = element.func if isinstance(element, ast.Call) else None
    return _is_int(element) or (isinstance(called, ast.Name) and called.id in ("len", "int"))


def check_source(source: str, path: str) -> list[Finding]:
    """Return the findings in one file's text; `path` is only for the report and the allow-list.

    Raises:
        SyntaxError: the text is not Python.
    """
    lint = Lint(path)
    lint.visit(ast.parse(source, path))
    exempt = set(_exempted_lines(source))
    used: set[int] = set()
    kept: set[Finding] = set()
    for lines, finding in lint.found:
        marked = exempt.intersection(lines) if finding.rule in EXEMPTIBLE else set()
        used |= marked
        if not marked:
            kept.add(finding)
    kept |= {Finding(path, line, 1, "stale", f"`# {EXEMPTION}`") for line in exempt - used}
    return sorted(kept)


def _exempted_lines(source: str) -> Iterator[int]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and EXEMPTION in token.string:
            yield token.start[0]


def python_files(paths: Iterable[str]) -> list[Path]:
    """List the Python files at and below `paths`, sorted.

    Raises:
        FileNotFoundError: one of the paths does not exist.
    """
    files: set[Path] = set()
    for path in map(Path, paths):
        if not path.exists():
            raise FileNotFoundError(f"{path}: no such file or folder")
        files.update(path.rglob("*.py") if path.is_dir() else [path])
    return sorted(files)


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the files and folders named on the command line; return the exit code."""
    paths = list(sys.argv[1:] if arguments is None else arguments) or ["ecs", "schema", "systems"]
    findings: list[Finding] = []
    try:
        files = python_files(paths)
        for file in files:
            findings += check_source(file.read_text(encoding="utf-8"), file.as_posix())
    except (OSError, SyntaxError, ValueError) as error:
        print(f"lint_determinism: {error}", file=sys.stderr)
        return 2
    for finding in findings:
        print(finding)
    print(f"determinism lint: {len(files)} files, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
