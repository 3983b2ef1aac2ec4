#!/usr/bin/env python3
"""src/README.md names every file of src/, and no other: map.py ROOT"""

import os
import re
import sys

root = sys.argv[1]
problems = []


def named(layer, text):
    """The files that the layer's part of the map names."""
    found = re.search(rf"^\*\*{layer}/\*\* -(.*?)(?=^\*\*\w+/\*\* -|\Z)", text,
                      re.M | re.S)
    return set(re.findall(r"`([\w-]+\.(?:c|h|def|svg|png|html|js|css|py|1|5))`", found[1])) if found else set()


with open(os.path.join(root, "src", "README.md"), encoding="utf-8") as f:
    README = f.read().split("## Every file")[1].split("The public headers")[0]

for layer in sorted(os.listdir(os.path.join(root, "src"))):
    folder = os.path.join(root, "src", layer)
    if not os.path.isdir(folder):
        continue
    files = {name for name in os.listdir(folder) if name != "meson.build"}
    names = named(layer, README)
    for name in sorted(files - names):
        if name.endswith(".c") and name[:-2] + ".h" in names:
            continue
        problems.append(f"src/README.md does not name src/{layer}/{name}")
    for name in sorted(names - files):
        problems.append(f"src/README.md names src/{layer}/{name}, which is not there")

print("\n".join(problems) or f"{len(README.split('`')) // 2} names, all there")
sys.exit(1 if problems else 0)
