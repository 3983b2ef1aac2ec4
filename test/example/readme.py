"""The program in README.md compiles, with the public headers alone.

usage: readme.py SOURCE_ROOT COMPILER_AND_OPTIONS...
"""
import os
import subprocess
import sys

root, compiler = sys.argv[1], sys.argv[2:]
with open(os.path.join(root, "README.md"), encoding="utf-8") as f:
    source = f.read().split("```c\n", 1)[1].split("```", 1)[0]
sys.exit(subprocess.run(
    [*compiler, "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c", "-",
     "-I", os.path.join(root, "include")],
    input=source, text=True).returncode)
