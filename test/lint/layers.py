#!/usr/bin/env python3
"""No arrow points up: layers.py ROOT

A file of src/ includes its own layer and lower ones, by "layer/file.h"; and
what belongs to one layer (libssl, libuv, the clock ...) stays in it.
"""

import re
import sys
import tempfile
import unittest

import source

# What each layer may include beside itself. The map is src/README.md.
BELOW = {
    "base": set(),
    "sasl": {"base"},
    "smtp": {"sasl", "base"},
    "dkim": {"base"},
    "message": {"dkim", "base"},
    "tls": {"base"},
    "dns": {"base"},
    "net": {"dns", "tls", "base"},
    "engine": {"smtp", "sasl", "base"},
    "client": {"engine", "net", "dns", "tls", "message", "dkim", "smtp", "sasl", "base"},
    "mx": {"client", "dns", "tls", "message", "dkim", "base"},
    "sink": {"tls", "base"},
    "web": {"sink", "tls", "base"},
    "states": {"smtp", "base"},
    "trace": {"states", "sink", "smtp", "base"},
    "cli": {"web", "trace", "sink", "states", "mx", "client", "engine", "net", "dns", "tls", "message",
            "dkim", "smtp", "sasl", "base"},
}

ALL = set(BELOW)
NO_IO = {"dkim", "smtp", "engine", "states", "trace"}

# Headers that only some layers may see.
RESERVED = [
    (r"openssl/(ssl|bio|tls1|ssl\w+)\.h", {"tls"}),
    (r"ares.*\.h", {"dns"}),
    (r"uv\.h|uv/.*", {"dns", "net", "client", "mx", "sink", "web", "cli"}),
    (r"gsasl.*\.h", {"sasl"}),
    (r"jansson\.h", {"sink", "web", "cli"}),
    (r"gmime/.*|microhttpd\.h", {"web"}),
    (r"csv\.h", {"cli"}),
    (r"curl/.*", {"cli"}),
    (r"magic\.h", {"cli"}),
    (r"posthaste/machine\.h", {"sasl", "smtp", "states", "engine", "client",
                                 "cli"}),
    (r"posthaste/message\.h", {"message", "engine", "client", "cli"}),
    # The engine speaks of results in the words the client promised.
    (r"posthaste/client\.h", {"engine", "client", "mx", "cli"}),
    (r"posthaste\.h", {"cli"}),
    (r"stdio\.h|time\.h|sys/time\.h|sys/socket\.h|poll\.h", ALL - NO_IO),
]

CLOCK = re.compile(r"(?<![\w.>])(time|clock|clock_gettime|gettimeofday|localtime"
                   r"(?:_r)?|gmtime(?:_r)?|strftime|nanosleep|sleep)\s*\(")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.M)


def include_problem(layer, quote, path):
    """What is wrong with this include, or None."""
    for pattern, allowed in RESERVED:
        if re.fullmatch(pattern, path) and layer not in allowed:
            return f"{layer} may not see <{path}>"
    if quote == "<":
        return None
    target = path.split("/")[0]
    if target not in BELOW or "/" not in path or ".." in path:
        return f'"{path}" does not start with a layer'
    if target != layer and target not in BELOW[layer]:
        return f"{layer} is not above {target}: \"{path}\""
    return None


def file_problems(layer, path, text):
    found = []

    def note(position, what):
        found.append(f"{path}:{text.count(chr(10), 0, position) + 1}: {what}")

    for match in INCLUDE.finditer(source.without_comments(text)):
        problem = include_problem(layer, *match.groups())
        if problem:
            note(match.start(2), problem)
    if layer in NO_IO:
        for match in CLOCK.finditer(source.code(text)):
            note(match.start(), f"{layer} has no clock: {match[1]}()")
    return found


def problems(root):
    found = []
    for path in source.files(root, "src"):
        parts = path.split("/")
        if len(parts) < 3 or parts[1] not in BELOW:
            found.append(f"{path}:1: lies in no layer")
            continue
        found += file_problems(parts[1], path, source.read(root, path))
    return found


GOOD = {
    "src/base/a.c": '#include <stdio.h>\n#include "base/a.h"\n',
    "src/base/a.h": "#include <posthaste/types.h>\n",
    "src/tls/t.c": '#include <openssl/ssl.h>\n#include "base/a.h"\n',
    "src/smtp/m.c": '/* #include <uv.h> */\n#include "sasl/s.h"\n'
                    'int f(struct x *x) { return x->time(0) + my_time(1); }\n',
    "src/client/c.c": '#include <uv.h>\n#include "net/n.h"\n',
}


class Layers(unittest.TestCase):
    root = "."

    def found_in(self, path, text):
        """The one problem of the good tree with this file added, if any."""
        with tempfile.TemporaryDirectory() as root:
            source.write_tree(root, {**GOOD, path: text})
            found = problems(root)
        self.assertLessEqual(len(found), 1, found)
        return found[0] if found else None

    def test_a_good_tree_has_no_problem(self):
        self.assertIsNone(self.found_in("src/base/b.h", ""))

    def test_an_arrow_up_is_found(self):
        self.assertRegex(
            self.found_in("src/base/b.c", '\n#include "smtp/table.h"\n'),
            r"^src/base/b\.c:2: base is not above smtp")

    def test_smtp_and_message_do_not_see_each_other(self):
        self.assertIn("not above", self.found_in(
            "src/smtp/b.c", '#include "message/m.h"\n'))
        self.assertIn("not above", self.found_in(
            "src/message/b.c", '#include "smtp/m.h"\n'))

    def test_an_include_without_its_layer_is_found(self):
        self.assertIn("does not start", self.found_in(
            "src/base/b.c", '#include "a.h"\n'))
        self.assertIn("does not start", self.found_in(
            "src/base/b.c", '#include "base/../smtp/m.h"\n'))

    def test_libssl_belongs_to_tls(self):
        for header in ("ssl", "bio"):
            self.assertIn("may not see", self.found_in(
                "src/net/b.c", f"#include <openssl/{header}.h>\n"))

    def test_the_sans_io_layers_see_no_loop_clock_or_stdio(self):
        for layer in sorted(NO_IO):
            for header in ("uv.h", "time.h", "stdio.h", "sys/socket.h"):
                self.assertRegex(
                    self.found_in(f"src/{layer}/b.c",
                                  f"# include <{header}>\n"),
                    rf"^src/{layer}/b\.c:1: {layer} may not see <{header}>")

    def test_a_clock_call_is_found(self):
        self.assertRegex(
            self.found_in("src/engine/b.c", "\n\nlong f(void)\n{\n"
                          "    return time(0);\n}\n"),
            r"^src/engine/b\.c:5: engine has no clock: time\(\)")

    def test_a_file_outside_the_layers_is_found(self):
        self.assertIn("no layer", self.found_in("src/util.c", ""))

    def test_no_arrow_in_this_tree_points_up(self):
        self.assertGreater(len(source.files(self.root, "src")), 10)
        self.assertEqual("", "\n".join(problems(self.root)))


if __name__ == "__main__":
    Layers.root = sys.argv.pop(1)
    unittest.main()
