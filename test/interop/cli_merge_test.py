#!/usr/bin/env python3
"""What posthaste batch merges, as Python's email reads it:
cli_merge_test.py PROGRAM"""

import email
import email.policy
import os

from cli_talk import CliTest
from sink_talk import main

TEMPLATE = """\
From: Hosts <hosts@example.org>
To: {{name|Guest}} <{{to}}>
Subject: {{#table}}Table {{table}}{{/table}}{{^table}}No table yet{{/table}}

Dear {{name|guest}},
{{#table}}
you sit at table {{table}}.
{{/table}}
{{^table}}
we will find a place for you.
{{/table}}
"""
ROWS = ("to,name,table,file\n"
        "ann@y.org,Ann <b> & Co,7,one.txt\n"
        "bob@y.org,,,\n")
UNSUBSCRIBE = "https://x.org/leave?who={{to}}&n={{name}}"


def text_of(message):
    return message.get_content().replace("\r\n", "\n")


class MergeTest(CliTest):
    def batch(self, rows, *words):
        """The run, and for each recipient (envelope, message)."""
        folder = self.folder()
        sink = self.sink("--dir", folder)
        run = self.posthaste("batch", "-s", self.url(sink), "--list",
                             self.write("l.csv", rows), *words)
        mail = {}
        for name in os.listdir(folder):
            if name.endswith(".json"):
                content, envelope = self.stored(folder, int(name[:-5]))
                message = email.message_from_bytes(
                    content, policy=email.policy.default)
                self.assertEqual(message.defects, [])
                mail[envelope["to"][0]] = envelope, message
        return run, mail

    def template(self, text=TEMPLATE):
        return ["--template", self.write("t.eml", text)]


class Language(MergeTest):
    def test_defaults_and_sections(self):
        run, mail = self.batch(ROWS, *self.template())
        self.assertEqual(run.code, 0, run.err)
        _, ann = mail["ann@y.org"]
        self.assertEqual(ann["Subject"], "Table 7")
        self.assertEqual(ann["To"].addresses[0].display_name, "Ann <b> & Co")
        self.assertEqual(text_of(ann),
                         "Dear Ann <b> & Co,\nyou sit at table 7.\n")
        _, bob = mail["bob@y.org"]
        self.assertEqual(bob["Subject"], "No table yet")
        self.assertEqual(bob["To"], "Guest <bob@y.org>")
        self.assertEqual(text_of(bob), "Dear guest,\n"
                         "we will find a place for you.\n")

    def test_text_and_html(self):
        page = self.write("p.html", "<p>Dear {{name|guest}}</p>\n")
        run, mail = self.batch(ROWS, *self.template(), "--html", "@" + page)
        self.assertEqual(run.code, 0, run.err)
        _, ann = mail["ann@y.org"]
        self.assertEqual(ann.get_content_type(), "multipart/alternative")
        self.assertEqual(text_of(ann.get_body(("html",))),
                         "<p>Dear Ann &lt;b&gt; &amp; Co</p>\n")
        self.assertTrue(text_of(ann.get_body(("plain",)))
                        .startswith("Dear Ann <b> & Co,\n"))

    def test_html_alone(self):
        run, mail = self.batch(ROWS, "--from", "h@x.org", "--html",
                               "<p>{{name|you}}</p>")
        self.assertEqual(run.code, 0, run.err)
        _, bob = mail["bob@y.org"]
        self.assertEqual(bob.get_content_type(), "text/html")
        self.assertEqual(text_of(bob), "<p>you</p>\n")

    def test_a_template_that_is_wrong_says_where(self):
        for text, why in (("From: a@x\n\n{{#a}}\n", "line 3 has a section that "
                           "is never closed"),
                          ("From: a@x\n\n\n{{/a}}\n", "line 4 closes a section "
                           "that is not open"),
                          ("From: a\n\n", "line 1 cannot be sent: From: 'a' "
                           "has no domain")):
            run, mail = self.batch(ROWS, *self.template(text), "--json")
            self.assertEqual((run.code, run.out, mail), (65, "", {}))
            self.assertRegex(run.err, r"\Aposthaste: \S+/t.eml: ")
            self.assertIn(why, run.err)


class Envelope(MergeTest):
    def test_a_bounce_says_to_whom_it_is_about(self):
        run, mail = self.batch(ROWS, *self.template(), "--envelope-from",
                               "news+{{to}}@example.org")
        self.assertEqual(run.code, 0, run.err)
        self.assertEqual({to: m[0]["from"] for to, m in mail.items()},
                         {"ann@y.org": "news+ann=y.org@example.org",
                          "bob@y.org": "news+bob=y.org@example.org"})
        for nobody in ("", "<>"):
            run, mail = self.batch(ROWS, *self.template(), "--envelope-from",
                                   nobody)
            self.assertEqual({m[0]["from"] for m in mail.values()}, {""})

    def test_a_row_without_a_sender_stops_no_other(self):
        rows = "to,name,table,s\na@y.org,A,1,b@x.org\nb@y.org,B,2,\n"
        run, mail = self.batch(rows, *self.template(), "--envelope-from",
                               "{{s}}", "--json")
        self.assertEqual(run.code, 65)
        self.assertEqual({to: m[0]["from"] for to, m in mail.items()},
                         {"a@y.org": "b@x.org"})
        fates = {f["recipient"]: f["stage"] for f in run.objects()}
        self.assertEqual(fates["b@y.org"], "input")

    def test_a_rehearsal_shows_what_would_be_sent(self):
        run = self.posthaste(
            "batch", "--list", self.write("l.csv", ROWS), *self.template(),
            "--envelope-from", "n+{{to}}@x.org", "--dry-run=2")
        self.assertEqual(run.code, 0, run.err)
        first, second = run.out.split("# row ")[1:]    # as on the wire
        for text, name, at in ((first, "ann", "1"), (second, "bob", "2")):
            head, body = text.split("\r\n\r\n", 1)
            self.assertEqual(head.splitlines(), [
                at, f"MAIL FROM:<n+{name}=y.org@x.org>",
                f"RCPT TO:<{name}@y.org>"])
            message = email.message_from_string(body)
            self.assertIn(f"{name}@y.org", message["To"])


class Leaving(MergeTest):
    def test_one_click_for_each_row(self):
        run, mail = self.batch(ROWS, *self.template(),
                               "--list-unsubscribe", UNSUBSCRIBE,
                               "--list-unsubscribe", "mailto:leave@x.org")
        self.assertEqual(run.code, 0, run.err)
        _, ann = mail["ann@y.org"]
        self.assertEqual(
            ann["List-Unsubscribe"],
            "<https://x.org/leave?who=ann%40y.org&n=Ann%20%3Cb%3E%20%26%20Co>,"
            " <mailto:leave@x.org>")
        self.assertEqual(ann["List-Unsubscribe-Post"],
                         "List-Unsubscribe=One-Click")

    def test_the_option_stands_in_for_the_template(self):
        run, mail = self.batch(
            ROWS, *self.template("List-Unsubscribe: <https://old.x.org>\n"
                                 + TEMPLATE),
            "--list-unsubscribe", "mailto:leave@x.org")
        self.assertEqual(run.code, 0, run.err)
        for _, message in mail.values():
            self.assertEqual(message.get_all("List-Unsubscribe"),
                             ["<mailto:leave@x.org>"])
            self.assertIsNone(message["List-Unsubscribe-Post"])

    def test_what_is_no_uri_is_refused_before_anything_is_sent(self):
        run, mail = self.batch(ROWS, *self.template(), "--list-unsubscribe",
                               "x.org/leave")
        self.assertEqual((run.code, run.out, mail), (65, "", {}))
        self.assertIn("list-unsubscribe: 'x.org/leave' is no https:", run.err)


class Files(MergeTest):
    """Each row's own, and those of all."""

    PICTURE = (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0"
               b"\x1f\x15\xc4\x89\0\0\0\0IEND\xaeB`\x82")

    def files(self):
        folder = self.folder()
        for name, data in (("one.txt", b"for ann\r\n"), (".hidden", b"no"),
                           ("all.bin", bytes(range(256))),
                           ("logo.png", self.PICTURE)):
            with open(os.path.join(folder, name), "wb") as out:
                out.write(data)
        os.mkdir(os.path.join(folder, "in"))
        return folder

    @staticmethod
    def attached(message):
        return {part.get_filename(): part.get_content()
                for part in message.iter_attachments()}

    def test_each_row_has_its_own(self):
        folder = self.files()
        run, mail = self.batch(
            ROWS, *self.template(), "--attach",
            "{{#file}}" + folder + "/{{file}}{{/file}};type=text/plain",
            "--attach", folder + "/all.bin;name={{table|your}} seat.bin")
        self.assertEqual(run.code, 0, run.err)
        self.assertEqual(self.attached(mail["ann@y.org"][1]),
                         {"one.txt": "for ann\r\n",
                          "7 seat.bin": bytes(range(256))})
        self.assertEqual(self.attached(mail["bob@y.org"][1]),
                         {"your seat.bin": bytes(range(256))})

    def test_html_shows_what_all_have_and_what_a_row_has(self):
        folder = self.files()
        page = os.path.join(folder, "page.html")
        with open(page, "w", encoding="utf-8") as out:
            out.write('<img src="logo.png"><img src="cid:face@x.org">'
                      "{{name|you}}")
        run, mail = self.batch(
            "to,name,face\nann@y.org,A,logo.png\nbob@y.org,,all.bin\n",
            "--from", "h@x.org", "--html", "@" + page, "--inline",
            folder + "/{{face}};cid=face@x.org;type=image/png")
        self.assertEqual(run.code, 0, run.err)
        for to, face in (("ann@y.org", self.PICTURE),
                         ("bob@y.org", bytes(range(256)))):
            message = mail[to][1]
            self.assertEqual(message.get_content_type(), "multipart/related")
            html, shown, logo = message.iter_parts()
            self.assertEqual(logo.get_content(), self.PICTURE)
            self.assertEqual(logo.get_content_type(), "image/png")
            self.assertIn("cid:" + logo["Content-ID"].strip("<>"),
                          html.get_content().replace("%40", "@"))
            self.assertEqual(shown["Content-ID"], "<face@x.org>")
            self.assertEqual(shown.get_content(), face)

    def test_a_value_does_not_leave_the_directory(self):        # S22
        folder = self.files()
        values = ["../one.txt", "/etc/hostname", ".hidden", "in", "none", "..",
                  "one.txt"]
        rows = "to,name,table,file\n" + "".join(
            f"u{n}@y.org,,,{value}\n" for n, value in enumerate(values))
        results = os.path.join(self.folder(), "r.jsonl")
        run, mail = self.batch(rows, *self.template(), "--attach",
                               folder + "/{{file}}", "--results", results)
        self.assertEqual(run.code, 65, run.err)
        self.assertEqual(set(mail), {"u6@y.org"})
        fates = {f["row"]: (f["outcome"], f["stage"])
                 for f in self.lines(results) if f["outcome"] != "pending"}
        self.assertEqual(fates, {**{n: ("unsent", "input")
                                    for n in range(1, 7)},
                                 7: ("accepted", "content")})
        self.assertIn("row 2: field 'file' in the path of a file: has a /",
                      run.err)
        self.assertRegex(run.err, r"row 5: attach: '\S+/none' cannot be read: ")

    def test_the_list_names_any_file_where_it_is_told_to(self):
        folder = self.files()
        rows = ("to,name,table,file\n"
                f"a@y.org,,,{folder}/in/../one.txt\nb@y.org,,,\n")
        run, mail = self.batch(rows, *self.template(), "--attach",
                               "{{file}};name=ticket.txt")
        self.assertEqual(run.code, 0, run.err)
        self.assertEqual(self.attached(mail["a@y.org"][1]),
                         {"ticket.txt": b"for ann\r\n"})
        self.assertEqual(self.attached(mail["b@y.org"][1]), {})

    def test_a_file_for_all_that_is_not_there(self):
        run, mail = self.batch(ROWS, *self.template(), "--attach",
                               "/nowhere/x.pdf", "--json")
        self.assertEqual((run.code, run.out, mail), (66, "", {}))
        self.assertIn("/nowhere/x.pdf cannot be read", run.err)
        run, _ = self.batch(ROWS, *self.template(), "--inline", "{{file}}")
        self.assertEqual((run.code, run.out), (64, ""))


class Hostile(MergeTest):
    def test_values_stay_where_they_are_put(self):      # S22, S23, S28
        value = '"> <a href=x>{{name}}\r\n.\r\nBcc: e@vil'
        rows = ('to,name,table,file\nann@y.org,"' + value.replace('"', '""')
                + '",7,x\n')
        run, mail = self.batch(
            rows, "--from", "h@x.org", "--subject", "s", "--html",
            '<a href="https://x.org/{{name}}">x</a>', "--text", "[{{name}}]",
            "--list-unsubscribe", "https://x.org/{{to}}")
        self.assertEqual(run.code, 0, run.err)
        _, ann = mail["ann@y.org"]
        self.assertIsNone(ann["Bcc"])
        self.assertEqual(text_of(ann.get_body(("plain",))),
                         "[" + value.replace("\r", "") + "]\n")
        self.assertNotIn("<a href=x>",
                         ann.get_body(("html",)).get_content())
        run, mail = self.batch(rows, "--from", "h@x.org", "--text", "t",
                               "--list-unsubscribe", "https://x.org/{{name}}")
        self.assertEqual((run.code, mail), (65, {}))


class Resuming(MergeTest):
    def test_other_html_is_another_template(self):
        results = os.path.join(self.folder(), "r.jsonl")
        words = [*self.template(), "--results", results, "--html"]
        run, _ = self.batch(ROWS, *words, "<p>one</p>")
        self.assertEqual(run.code, 0, run.err)
        run, mail = self.batch(ROWS, *words, "<p>one</p>")
        self.assertEqual((run.code, mail), (0, {}), run.err)
        run, mail = self.batch(ROWS, *words, "<p>two</p>")
        self.assertEqual((run.code, mail), (65, {}))
        self.assertIn("the template or its options have changed", run.err)


if __name__ == "__main__":
    main()
