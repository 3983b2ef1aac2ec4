#!/usr/bin/env python3
"""The page of posthaste sink --web in Chromium: sink_web_browser_test.py PROGRAM"""

import http.server
import os
import sys
import threading
import time

import browser
import web_mail
from sink_talk import main
from sink_web_test import WebTest

OPEN = "return document.querySelector('#messages [aria-selected=true] .subject')?.textContent"
ROWS = "return document.querySelectorAll('#messages li:not([hidden])').length"
EVIL_RUNS = "return document.title.includes('owned') || document.title === '1'"


class Beacon:
    """A server that a hostile message would like to reach; it counts visits."""

    def __init__(self):
        self.hits = []
        beacon = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                beacon.hits.append(self.path)
                self.send_response(204)
                self.end_headers()

            do_POST = do_GET

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            def process_request(self, request, client_address):
                beacon.hits.append("connection")
                super().process_request(request, client_address)

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Page(WebTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.driver = browser.Driver()
        cls.addClassCleanup(cls.driver.close)

    def look(self, sink, **more):
        window = browser.Browser(self.driver, **more)
        self.addCleanup(window.close)
        window.go(sink.url)
        window.until("return document.querySelector('.dot.live') !== null")
        return window

    @staticmethod
    def open(window, count):
        """The newest of so many, opened."""
        window.until(ROWS + f" === {count}")
        window.click("#messages li:first-child")
        window.until("return !document.getElementById('mail').hidden")

    def test_an_empty_page_says_how_to_begin(self):
        sink = self.web()
        window = self.look(sink)
        self.assertIn(f"--server smtp://{sink.name} ",
                      window.run("return document.getElementById('hint').innerText"))
        self.send(sink, web_mail.plain())
        window.until(ROWS + " === 1")
        self.assertFalse(window.run("return document.getElementById('empty').checkVisibility()"))

    def test_messages_appear_by_themselves(self):
        sink = self.web(*self.tls)
        window = self.look(sink)
        for number in range(1, 4):
            self.send(sink, web_mail.plain(f"number {number}"))
            window.until(ROWS + f" === {number}")
            self.assertEqual(f"number {number}", window.run(
                "return document.querySelector('#messages li .subject').textContent"))
        window.click("#clear")
        self.assertEqual(window.run(ROWS), 3) # it asks first
        window.click("#clear")
        window.until(ROWS + " === 0")
        self.assertEqual(self.read(sink, "/api/messages")["messages"], [])

    def test_each_view_shows_what_it_says(self):
        sink = self.web()
        data = web_mail.whole()
        self.send(sink, data)
        window = self.look(sink)
        self.open(window, 1)
        self.assertEqual(window.run("return document.getElementById('subject').textContent"),
                         "Die Übersicht für März: 数字と 📈")
        window.until("return document.querySelector('#panel iframe') !== null")
        window.enter_frame("#panel iframe")
        window.until("return document.querySelector('h1')?.textContent === 'Grüße aus Köln'")
        self.assertEqual(window.run("return document.querySelector('img').naturalWidth"), 16)
        window.leave_frame()
        for tab, words in (("text", "Die Zahlen liegen bei."), ("headers", "<whole@example.org>"),
                           ("source", "Message-ID: <whole@example.org>"), ("parts", "Zahlen für März.bin"),
                           ("dialogue", "data\nS: 354 end with a dot on a line\n")):
            window.click(f"#tab-{tab}")
            window.until("return document.getElementById('panel').innerText.includes(arguments[0])", words)
        self.assertIn("#1/dialogue", window.run("return location.hash"))

    def test_a_file_is_saved_as_it_was(self):
        sink = self.web()
        self.send(sink, web_mail.whole())
        window = self.look(sink)
        self.open(window, 1)
        window.click("#tab-parts")
        window.click("[aria-label='Save Zahlen für März.bin']")
        path = os.path.join(window.downloads, "Zahlen für März.bin")
        end = time.monotonic() + browser.SECONDS
        while not os.path.exists(path):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)    # the browser needs the processor
        with open(path, "rb") as saved:
            self.assertEqual(saved.read(), bytes(range(256)) * 8)

    def test_keys_and_filter(self):
        sink = self.web()
        for subject in ("alpha", "beta", "gamma"):
            self.send(sink, web_mail.plain(subject))
        window = self.look(sink)
        window.until(ROWS + " === 3")
        down, up = "\ue015", "\ue013"
        for key, expected in ((down, "gamma"), (down, "beta"), (down, "alpha"), (down, "alpha"), (up, "beta")):
            window.type("#messages", key)
            window.until(OPEN + " === arguments[0]", expected)
        window.type("#filter", "ALPHA")
        window.until(ROWS + " === 1")
        window.type("#filter", "zzz")
        window.until("return !document.getElementById('nothing').hidden")

    def test_one_column_on_a_phone(self):
        sink = self.web()
        self.send(sink, web_mail.whole())
        window = self.look(sink, width=360, height=740)
        self.open(window, 1)
        for tab in ("html", "text", "headers", "source", "parts", "dialogue"):
            window.click(f"#tab-{tab}")
            self.assertLessEqual(window.run("return document.documentElement.scrollWidth"), 360, tab)
        self.assertFalse(window.run("return document.querySelector('.list').checkVisibility()"))
        window.click("#back")
        self.assertTrue(window.run("return document.querySelector('.list').checkVisibility()"))

    def hostile(self):
        """A sink with a hostile message, a window, and who must not be reached."""
        sink = self.web()
        beacon = Beacon()
        self.addCleanup(beacon.close)
        self.send(sink, web_mail.hostile(beacon.url, sink.url))
        return sink, beacon, self.look(sink)

    def test_a_hostile_message_does_nothing(self):
        """Script, beacons, preconnections, forms, refresh, leaving its frame."""
        sink, beacon, window = self.hostile()
        self.open(window, 1)
        self.assertEqual(window.run("return document.getElementById('subject').textContent"), web_mail.EVIL)
        window.until("return document.querySelector('#panel iframe') !== null")
        window.enter_frame("#panel iframe")
        window.until("return document.readyState === 'complete' && document.getElementById('seen') !== null")
        for element in ("submit", "top", "blank", "run"):
            window.run("document.getElementById(arguments[0])?.click()", element)
        self.assertEqual(window.run("return self.origin"), "null")
        window.leave_frame()
        self.assertFalse(window.run(EVIL_RUNS))
        self.assertEqual(window.run("return location.pathname"), "/")
        self.assertEqual(len(window.call("GET", "/window/handles")), 1)
        for tab in ("text", "headers", "source", "parts", "dialogue"):
            window.click(f"#tab-{tab}")
            window.until("return document.querySelector('#panel').childElementCount > 0")
            self.assertFalse(window.run(EVIL_RUNS))
            self.assertEqual(window.run("return document.querySelectorAll('main script, main img').length"), 0)
        self.assertEqual(len(self.read(sink, "/api/messages")["messages"]), 1)
        self.assertEqual(beacon.hits, [])

    def test_a_link_does_not_lead_out_of_the_frame(self):
        _, beacon, window = self.hostile()
        self.open(window, 1)
        window.until("return document.querySelector('#panel iframe') !== null")
        window.enter_frame("#panel iframe")
        window.until("return document.getElementById('self') !== null")
        window.run("document.getElementById('self').click()")
        window.leave_frame()
        window.click("#tab-text") # and back: the page is as it was
        window.click("#tab-html")
        # Who clicks makes the browser open a connection; nothing is said on it.
        self.assertEqual([hit for hit in beacon.hits if hit != "connection"], [])

    def test_html_alone_in_a_window_does_nothing_either(self):
        sink, beacon, window = self.hostile()
        window.go(sink.url + "/messages/1/html")
        window.until("return document.getElementById('seen') !== null")
        self.assertFalse(window.run(EVIL_RUNS))
        self.assertEqual(window.run("return self.origin"), "null")
        self.assertIn("/messages/1/html", window.run("return location.pathname"))
        self.assertEqual(beacon.hits, [])


if __name__ == "__main__":
    if lacks := browser.missing():
        print(f"skipped: {lacks} is not installed")
        sys.exit(77)
    main()
