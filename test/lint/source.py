"""What the lints share: finding sources, and reading them as code."""

import os
import re

# Places where nothing of ours lies.
_ELSEWHERE = {".git", "build", "third_party", "quickstart-out", "__pycache__"}

_TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'(?:\\.|[^'\\\n])*'",
    re.S)


def files(root, *folders, ends=(".c", ".h", ".def")):
    """Paths below root/folder..., relative to root, sorted."""
    found = []
    for folder in folders:
        for place, names, leaves in os.walk(os.path.join(root, folder)):
            names[:] = [n for n in names
                        if n not in _ELSEWHERE and not n.startswith("build")]
            found += [os.path.relpath(os.path.join(place, leaf), root)
                      for leaf in leaves if leaf.endswith(ends)]
    return sorted(found)


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8",
              errors="replace") as source:
        return source.read()


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    """The same lines and columns, comments blanked; strings stay."""
    return _TOKEN.sub(
        lambda m: _blank(m[0]) if m[0].startswith("/") else m[0], text)


def code(text):
    """The same lines and columns, comments and literals blanked."""
    return _TOKEN.sub(lambda m: _blank(m[0]), text)


def write_tree(root, tree):
    """Makes files of {path: text}: a tree to try a lint on."""
    for path, text in tree.items():
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as out:
            out.write(text)
