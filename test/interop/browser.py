"""Chromium without a screen, driven by WebDriver (W3C) over http.client."""

import base64
import http.client
import json
import os
import shutil
import subprocess
import tempfile
import time

SECONDS = 90
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


def missing():
    """The program that a test would need, or None."""
    for name in ("chromedriver", "chromium"):
        if not shutil.which(name):
            return name
    return None


class Driver:
    """A chromedriver of our own, on a port that it picks."""

    def __init__(self):
        self.process = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
            # The names of what is saved are those of the locale.
            env={**os.environ, "LC_ALL": "C.UTF-8"})
        self.port = None
        for line in self.process.stdout:
            if "successfully on port" in line:
                self.port = int(line.rstrip(".\n").rsplit(" ", 1)[1])
                break
        assert self.port, "chromedriver did not start"

    def close(self):
        self.process.terminate()
        self.process.communicate()


class Browser:
    """One window."""

    def __init__(self, driver, width=1280, height=800, dark=False):
        self.http = http.client.HTTPConnection("127.0.0.1", driver.port,
                                               timeout=SECONDS)
        self.folder = tempfile.TemporaryDirectory()
        self.downloads = os.path.join(self.folder.name, "downloads")
        words = ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage",
                 "--disable-background-networking", "--no-first-run",
                 f"--window-size={width},{height}",
                 "--user-data-dir=" + os.path.join(self.folder.name, "profile")]
        if os.geteuid() == 0:
            words.append("--no-sandbox")
        options = {"args": words, "binary": shutil.which("chromium"),
                   "prefs": {"download.default_directory": self.downloads}}
        self.path = ""
        self.path = "/session/" + self.call("POST", "/session", {
            "capabilities": {"alwaysMatch": {
                "browserName": "chrome", "goog:chromeOptions": options}}})["sessionId"]
        os.makedirs(self.downloads)
        self.devtools("Browser.setDownloadBehavior", behavior="allow",
                      downloadPath=self.downloads)
        self.devtools("Emulation.setDeviceMetricsOverride", width=width,
                      height=height, deviceScaleFactor=1, mobile=False)
        self.devtools("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def call(self, method, path, body=None):
        self.http.request(method, self.path + path,
                          None if body is None else json.dumps(body),
                          {"Content-Type": "application/json"})
        answer = self.http.getresponse()
        value = json.loads(answer.read())["value"]
        if answer.status != 200:
            raise RuntimeError(f"{value['error']}: {value['message']}")
        return value

    def close(self):
        self.call("DELETE", "")
        self.http.close()
        self.folder.cleanup()

    def devtools(self, command, **parameters):
        return self.call("POST", "/goog/cdp/execute",
                         {"cmd": command, "params": parameters})

    def go(self, url):
        self.call("POST", "/url", {"url": url})

    def run(self, script, *words):
        """What the script returns in the page."""
        return self.call("POST", "/execute/sync",
                         {"script": script, "args": list(words)})

    def until(self, script, *words):
        """What the script returns, once it is something."""
        end = time.monotonic() + SECONDS
        while not (value := self.run(script, *words)):
            assert time.monotonic() < end, f"never came true: {script}"
        return value

    def find(self, selector):
        return self.call("POST", "/element",
                         {"using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector):
        self.call("POST", f"/element/{self.find(selector)}/click", {})

    def type(self, selector, keys):
        self.call("POST", f"/element/{self.find(selector)}/value", {"text": keys})

    def enter_frame(self, selector):
        self.call("POST", "/frame", {"id": {ELEMENT: self.find(selector)}})

    def leave_frame(self):
        self.call("POST", "/frame", {"id": None})

    def picture(self, path):
        with open(path, "wb") as out:
            out.write(base64.b64decode(self.call("GET", "/screenshot")))
