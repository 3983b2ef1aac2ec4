#!/usr/bin/env python3
"""Files as C arrays: embed.py OUT NAME=FILE...

Each becomes `const struct ph__web_file ph__web_NAME`, which web/page.h declares.
"""

import sys

PER_LINE = 16


def array(name, data):
    lines = [", ".join(f"{octet:#04x}" for octet in data[i:i + PER_LINE])
             for i in range(0, len(data), PER_LINE)]
    return (f"static const unsigned char {name}_data[] = {{\n    "
            + ",\n    ".join(lines) + "};\n"
            f"const struct ph__web_file ph__web_{name} = {{\n"
            f"    {name}_data, sizeof({name}_data)}};\n")


def main(out, *pairs):
    parts = ['#include "web/page.h"\n']
    for pair in pairs:
        name, path = pair.split("=", 1)
        with open(path, "rb") as file:
            parts.append(array(name, file.read()))
    with open(out, "w", encoding="ascii") as file:
        file.write("\n".join(parts))


if __name__ == "__main__":
    main(*sys.argv[1:])
