#!/usr/bin/env python3
"""Serves a tree of build.py on 127.0.0.1, and misbehaves when told to.

    server.py --tree DIR --port-file FILE [--parent-pid PID] [--faults FILE] [--log FILE]

Removes FILE at once, writes its port to FILE once it listens, ends when PID (its parent, by default) ends, on SIGTERM, or
after an hour. Paths are percent-decoded below DIR/nvidia, DIR/pytorch, DIR/ubuntu and DIR/variants; nothing else of DIR is served.

The faults file is read again whenever it changes: a JSON list of
    {"path": REGEX searched in the decoded path, "do": WHAT, "times": N (all, when absent), "after": M requests that pass}
with WHAT one of 404, 403, 503 (any status), truncate (half of the body under the whole length), reset (half of the body,
then a TCP reset), slow ("bytes_per_second", 65536), wrong-bytes (right length), redirect ("to": address or path).
Each request is a line of JSON in the log: {"at", "method", "path", "range", "status", "bytes", "fault"}.
"""

from __future__ import annotations

import argparse
import contextlib
import email.utils
import html
import json
import mimetypes
import os
import re
import signal
import socket
import struct
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BLOCK = 1 << 16
LIFETIME_SECONDS = 3600
SERVED = ("nvidia", "pytorch", "ubuntu", "variants")


class Faults:
    """The list of faults in a file; counts of use begin anew when the file changes."""

    def __init__(self, path):
        self._path = path
        self._lock = threading.Lock()
        self._stamp = None
        self._faults = []

    def _reload(self):
        try:
            about = os.stat(self._path)
        except OSError:
            self._stamp, self._faults = None, []
            return
        stamp = (about.st_mtime_ns, about.st_size, about.st_ino)
        if stamp != self._stamp:
            with open(self._path, encoding="utf-8") as file:
                self._faults = [dict(fault, used=0, seen=0) for fault in json.load(file)]
            self._stamp = stamp

    def take(self, path):
        """The fault to commit for this request, or None."""
        if not self._path:
            return None
        with self._lock:
            with contextlib.suppress(ValueError):  # being written: the next request sees the whole file
                self._reload()
            for fault in self._faults:
                if not re.search(fault["path"], path):
                    continue
                fault["seen"] += 1
                if fault["seen"] <= fault.get("after", 0) or fault["used"] >= fault.get("times", float("inf")):
                    continue
                fault["used"] += 1
                return fault
        return None


def byte_range(header, size):
    """(first, last) of a Range header, None where it does not apply, "bad" where nothing of it is there."""
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", (header or "").strip())
    if not match or match.group(0) == "bytes=-":
        return None
    first, last = match.groups()
    if not first:
        return (max(0, size - int(last)), size - 1) if int(last) and size else "bad"
    if int(first) >= size:
        return "bad"
    end = min(int(last), size - 1) if last else size - 1
    return (int(first), end) if end >= int(first) else None


class Handler(BaseHTTPRequestHandler):
    """GET and HEAD of the tree."""

    protocol_version = "HTTP/1.1"
    server_version = "cudasetup-test"
    timeout = 60
    disable_nagle_algorithm = True  # headers and body are two writes: 40 ms each time otherwise

    def do_GET(self):  # noqa: N802 (the base class's name)
        self._answer(with_body=True)

    def do_HEAD(self):  # noqa: N802
        self._answer(with_body=False)

    def log_message(self, format, *args):  # noqa: A002
        pass

    def _log(self, status, count, fault):
        self.server.log({"at": round(time.time(), 3), "method": self.command, "path": self.path,
                         "range": self.headers.get("Range"), "status": status, "bytes": count,
                         "fault": fault["do"] if fault else None})

    def _short(self, status, message, headers=(), fault=None):
        body = (message + "\n").encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self._log(status, len(body), fault)

    def _file(self, path):
        """The real path of what is asked for, or None."""
        root = os.path.realpath(self.server.tree)
        parts = [part for part in path.split("/") if part not in ("", ".")]  # a flat archive's files are ./NAME
        if not parts or parts[0] not in SERVED or "\0" in path or any(part.startswith(".") for part in parts):
            return None
        real = os.path.realpath(os.path.join(root, *parts))
        return real if real.startswith(root + os.sep) and os.path.exists(real) else None

    def _answer(self, with_body):
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        fault = self.server.faults.take(path)
        action = str(fault["do"]) if fault else ""
        if action.isdigit():
            extra = [("Retry-After", "1")] if action == "503" else []
            return self._short(int(action), "a fault on demand", extra, fault)
        if action == "redirect":
            return self._short(302, "elsewhere", [("Location", fault["to"])], fault)
        real = self._file(path)
        if real is not None and os.path.isdir(real):
            if not path.endswith("/"):
                return self._short(301, "a folder", [("Location", urllib.parse.quote(path) + "/")], fault)
            index = os.path.join(real, "index.html")
            if not os.path.exists(index):
                return self._listing(path, real)
            real = index
        if real is None:
            return self._short(404, "not here", fault=fault)
        with open(real, "rb") as file:
            return self._send(file, real, with_body, fault)

    def _listing(self, path, folder):
        rows = "".join('<a href="%s">%s</a><br/>\n' % (urllib.parse.quote(name), html.escape(name))
                       for name in sorted(os.listdir(folder)))
        body = ("<html><body><h1>%s</h1>\n%s</body></html>\n" % (html.escape(path), rows)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self._log(200, len(body), None)

    def _unchanged(self, etag, modified):
        match = self.headers.get("If-None-Match")
        if match is not None:
            return match.strip() in (etag, "*")
        since = email.utils.parsedate_to_datetime(self.headers["If-Modified-Since"]) if self._dated() else None
        return since is not None and int(modified) <= since.timestamp()

    def _dated(self):
        with contextlib.suppress(TypeError, ValueError):
            return email.utils.parsedate_to_datetime(self.headers["If-Modified-Since"]) is not None
        return False

    def _send(self, file, real, with_body, fault):
        about = os.fstat(file.fileno())
        size = about.st_size
        etag = '"%x-%x-%x"' % (about.st_ino, size, about.st_mtime_ns)
        date = email.utils.formatdate(about.st_mtime, usegmt=True)
        if self._unchanged(etag, about.st_mtime):
            self.send_response(304)
            self.send_header("ETag", etag)
            self.end_headers()
            return self._log(304, 0, fault)
        wanted = byte_range(self.headers.get("Range"), size)
        condition = self.headers.get("If-Range")
        if condition is not None and condition.strip() not in (etag, date):
            wanted = None
        if wanted == "bad":
            return self._short(416, "no such range", [("Content-Range", "bytes */%d" % size)], fault)
        first, last = wanted or (0, size - 1)
        self.send_response(206 if wanted else 200)
        if wanted:
            self.send_header("Content-Range", "bytes %d-%d/%d" % (first, last, size))
        for name, value in (("Content-Type", mimetypes.guess_type(real)[0] or "application/octet-stream"),
                            ("Content-Length", str(last - first + 1)), ("Accept-Ranges", "bytes"), ("ETag", etag),
                            ("Last-Modified", date)):
            self.send_header(name, value)
        self.end_headers()
        sent = self._body(file, first, last - first + 1, fault) if with_body else 0
        return self._log(206 if wanted else 200, sent, fault)

    def _body(self, file, first, count, fault):
        """Sends the bytes, as the fault would have them; returns how many."""
        action = str(fault["do"]) if fault else ""
        if action in ("truncate", "reset"):
            count = count // 2
        if not action and count > 0:
            self.wfile.flush()
            with contextlib.suppress(ConnectionError, TimeoutError):
                return self.connection.sendfile(file, first, count)
            self.close_connection = True
            return 0
        file.seek(first)
        sent = 0
        rate = fault.get("bytes_per_second", BLOCK) if action == "slow" else 0
        block = max(1, min(BLOCK, rate // 10)) if rate else BLOCK
        try:
            while sent < count:
                data = file.read(min(block, count - sent))
                if action == "wrong-bytes":
                    data = bytes(byte ^ 0xFF for byte in data)
                self.wfile.write(data)
                sent += len(data)
                if rate:
                    time.sleep(len(data) / rate)
        except (ConnectionError, TimeoutError):
            self.close_connection = True
        if action == "reset":
            self.wfile.flush()
            # Linger of no seconds: the close is a reset, not an end.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if action in ("truncate", "reset"):
            self.close_connection = True
        return sent


class Server(ThreadingHTTPServer):
    """The listener, with its tree, faults and log."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, tree, faults, log):
        super().__init__(("127.0.0.1", 0), Handler)
        self.tree = tree
        self.faults = faults
        self._log_lock = threading.Lock()
        self._log_file = open(log, "a", encoding="utf-8", buffering=1)

    def log(self, entry):
        with self._log_lock:
            self._log_file.write(json.dumps(entry) + "\n")

    def shutdown_request(self, request):
        """A linger set for a reset must not be spoilt by the orderly shutdown that the base class does first."""
        linger = request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8)
        if struct.unpack("ii", linger) == (1, 0):
            request.close()
        else:
            super().shutdown_request(request)

    def handle_error(self, request, client_address):
        kind = sys.exc_info()[0]
        if kind is None or not issubclass(kind, (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


def started(pid):
    """When a process was started, in ticks since boot; None when it is gone. Tells it from a later one of its number."""
    try:
        with open("/proc/%d/stat" % pid, encoding="utf-8", errors="replace") as file:
            after = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if after[0] == "Z" else after[19]


def watch(server, parent):
    """Ends the server with its parent, or after an hour."""
    born = started(parent)
    end = time.monotonic() + LIFETIME_SECONDS
    while born is not None and started(parent) == born and time.monotonic() < end:
        time.sleep(0.5)
    server.shutdown()


def main():
    parser = argparse.ArgumentParser(description="Serves a tree of build.py on 127.0.0.1.")
    parser.add_argument("--tree", required=True, metavar="DIR")
    parser.add_argument("--port-file", required=True, metavar="FILE")
    parser.add_argument("--parent-pid", type=int, default=os.getppid(), metavar="PID")
    parser.add_argument("--faults", metavar="FILE")
    parser.add_argument("--log", metavar="FILE", help="default: the port file's name with .log")
    arguments = parser.parse_args()
    with contextlib.suppress(FileNotFoundError):
        os.remove(arguments.port_file)  # of an earlier server
    server = Server(os.path.abspath(arguments.tree), Faults(arguments.faults), arguments.log or arguments.port_file + ".log")
    threading.Thread(target=watch, args=(server, arguments.parent_pid), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown, daemon=True).start())
    partial = arguments.port_file + ".new"
    with open(partial, "w", encoding="ascii") as file:
        file.write("%d\n" % server.server_address[1])
    os.rename(partial, arguments.port_file)  # whoever waits for it never reads half a number
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever(poll_interval=0.1)
    with contextlib.suppress(OSError):
        os.remove(arguments.port_file)


if __name__ == "__main__":
    main()
