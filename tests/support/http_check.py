"""The HTTP interface of a real coordinator, over real sockets: who may do what, decisions that repeat safely, events
that miss nothing, requests that are none, TLS, and a clean stop with everybody connected.

  http_check.py BIN        the folder of haven and haven-coordinator
"""
import csv
import io
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import warnings
import zlib

BIN = os.path.abspath(sys.argv[1])
TOP = tempfile.mkdtemp()
failed = 0
PASSWORD = "correct horse battery"


def is_so(what, holds, said=""):
    global failed
    print(("ok: " if holds else "FAILED: ") + what + ("" if holds else f" {said!r}"))
    failed += 0 if holds else 1


class Answer:
    def __init__(self, data):
        head, _, self.body = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split()[1]) if len(lines[0].split()) > 1 else 0
        self.headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}

    def json(self):
        return json.loads(self.body)


class City:
    def __init__(self, name, *options):
        self.dir = os.path.join(TOP, name)
        self.log = self.dir + ".log"
        self.run("init", self.dir, "--exercise", "--bind", "tcp://127.0.0.1:*", *options)
        self.start()

    def run(self, *words, stdin=None, fails=False):
        done = subprocess.run([BIN + "/haven", "--dir", self.dir, *words], input=stdin, text=True, capture_output=True,
                              check=False)
        if done.returncode != 0 and not fails:
            raise SystemExit(f"haven {words}: {done.stderr}")
        return done.stdout

    def start(self):
        at = os.path.getsize(self.log) if os.path.exists(self.log) else 0
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([BIN + "/haven-coordinator", self.dir], stderr=log)
        for _ in range(400):
            with open(self.log, encoding="utf-8") as log:
                log.seek(at)
                text = log.read()
            if "event=picture" in text and "event=http " in text and "event=ready" in text:
                self.url = text.split("event=http address=")[1].split()[0]
                self.address = ("127.0.0.1", int(self.url.rsplit(":", 1)[1]))
                return
            time.sleep(0.05)
        raise SystemExit(f"the coordinator does not serve: {text}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def connect(self, source="127.0.0.1"):
        return socket.create_connection(self.address, timeout=20, source_address=(source, 0))

    def raw(self, data, ends=True, source="127.0.0.1"):
        """What comes back on bytes as they are; b"" where the connection is just closed. `ends`: no more bytes come, and the server is told."""
        connection = self.connect(source)
        said = b""
        try:
            connection.sendall(data)
            if ends:
                connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                said += part
            return said
        except TimeoutError:
            raise SystemExit(f"no end to the answer on {data[:60]!r}: {said[:200]!r}")
        except OSError:  # closed on us
            return said
        finally:
            connection.close()

    def ask(self, method, path, body=None, **headers):
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
        if body is not None:
            lines += ["Content-Type: application/json", f"Content-Length: {len(data)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        connection = self.connect()
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + data)
        said = b""
        while part := connection.recv(65536):
            said += part
        connection.close()
        return Answer(said)

    def token(self, name, roles):
        said = self.run("account", "add", name, "--roles", roles, "--token").split("\n")[0]
        for _ in range(100):
            if self.ask("GET", "/api/v1/status", Authorization="Bearer " + said).status == 200:
                return {"Authorization": "Bearer " + said}
            time.sleep(0.05)
        raise SystemExit("a new token is not taken")

    def events(self, headers, path="/api/v1/events"):
        connection = self.connect()
        lines = [f"GET {path} HTTP/1.1", "Host: localhost"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return connection


class Ended(SystemExit):
    """A stream ended before what was waited for had come."""


def until(connection, wanted, data=b""):
    """Reads until `wanted` holds of all that has come."""
    while not wanted(data):
        part = connection.recv(65536)
        if not part:
            raise Ended(f"the stream ended: {data[-300:]!r}")
        data += part
    return data


def until_end(connection):
    data = b""
    while part := connection.recv(65536):
        data += part
    return data


def ends(connection, within_s=10):
    """Whether the answer comes to its end, whatever becomes of the connection."""
    data, last = b"", time.monotonic() + within_s
    connection.settimeout(within_s)
    try:
        while time.monotonic() < last and not data.endswith(b"0\r\n\r\n"):
            part = connection.recv(65536)
            if not part:
                return True
            data = data[-8:] + part
    except OSError:
        return False
    return data.endswith(b"0\r\n\r\n")


def decided(data, kind):
    return [json.loads(block.split(b"data: ", 1)[1]) for block in data.replace(b"\r\n", b"\n").split(b"\n\n")
            if b"event: " + kind in block and b"data: " in block]


def roles(city):
    view = city.token("view", "viewer")
    plan = city.token("plan", "planner")
    approve = city.token("approve", "approver")
    staff = city.token("staff", "shelter-staff")
    control = city.token("control", "exercise-controller")
    admin = city.token("admin", "administrator")
    is_so("without log in nothing is shown", city.ask("GET", "/api/v1/shelters").status == 401)
    is_so("a wrong token is nobody", city.ask("GET", "/api/v1/shelters", Authorization="Bearer haven_x").status == 401)
    is_so("healthz needs nobody", city.ask("GET", "/healthz").status == 200)
    note, road = ("POST", "/api/v1/notes", {"text": "x"}), ("PUT", "/api/v1/network/L1-2", {"closed": True})
    phase = ("POST", "/api/v1/incidents", {"name": "flood", "hazard": "flood"})
    clock = ("PUT", "/api/v1/exercises/clock", {"rate_permille": 1000})
    for who, call, status in ((view, note, 403), (view, road, 403), (plan, road, 200), (plan, phase, 403),
                              (approve, phase, 201), (staff, note, 201), (staff, road, 403), (control, clock, 200),
                              (plan, clock, 403), (admin, note, 403), (admin, ("GET", "/api/v1/accounts"), 200),
                              (plan, ("GET", "/api/v1/accounts"), 403),
                              (plan, ("PUT", "/api/v1/accounts/x", {"roles": ["viewer"], "token": True}), 403)):
        answer = city.ask(*call, **who)
        is_so(f"{call[0]} {call[1]}: {status}", answer.status == status, answer.body)
    report = {"place": "D1", "entry": {"verb": "stock-count", "lines": [{"item": "water", "quantity": 9}]}}
    is_so("shelter staff do not report for depots", city.ask("POST", "/api/v1/reports", report, **staff).status == 403)
    report = {"place": "S01", "entry": {"verb": "count", "people": {"adult": 31}}}
    answer = city.ask("POST", "/api/v1/reports", report, **staff)
    is_so("they do for shelters", answer.status == 201, answer.body)
    shelter = city.ask("GET", "/api/v1/shelters/S01", **view).json()
    is_so("who decides sees it at once", shelter["people"]["total"] == 31 and shelter["people"]["source"] == "operator")
    record = city.ask("GET", f"/api/v1/log/{answer.json()['first']}", **view).json()["record"]
    is_so("the record says who, where and by what role",
          record["name"] == "staff" and record["origin"]["door"] == "http" and record["origin"]["role"] == "shelter-staff"
          and record["origin"]["address"] == "127.0.0.1", record)
    first = city.ask("PUT", "/api/v1/network/L1-2", {"closed": False}, **plan).json()["first"]
    both = city.ask("GET", f"/api/v1/log/{first}", **view).json()
    is_so("and what it takes the place of", both["before"]["closed"] is True and both["record"]["closed"] is False, both)
    history = lambda about, more="": city.ask("GET", f"/api/v1/log?about={about}{more}", **view).json()["items"]
    road, place = history("L1-2"), history("S01")
    is_so("a road has a history of its own", len(road) >= 2 and road[-1]["position"] == first and all(one["record"] == "road" and one["link"] == "L1-2" for one in road), road)
    is_so("a place too", any(one["position"] == record["position"] for one in place) and all("S01" in json.dumps(one) for one in place), place)
    is_so("the last of it unless from says otherwise", history("L1-2", "&limit=1") == road[-1:] and history("L1-2", "&limit=1&from=1") == road[:1])
    is_so("nothing has none", history("nowhere") == [])
    past = city.ask("GET", f"/api/v1/network/L1-2?at={first - 1}", **view).json()
    is_so("a look back shows what was", past["closed"] is True, past)
    is_so("of the future nothing is known", city.ask("GET", "/api/v1/status?at=99999999", **view).status == 400)
    answer = city.ask("POST", "/api/v1/notes", {"text": "x", "txet": "y"}, **plan)
    is_so("a member that there is not is refused", answer.status == 422, answer.body)
    return view, plan, approve


def repeats(city, plan):
    key = {"Idempotency_Key": "key-12345678"}
    first = city.ask("POST", "/api/v1/notes", {"text": "once"}, **plan, **key)
    again = city.ask("POST", "/api/v1/notes", {"text": "once"}, **plan, **key)
    is_so("a repeat gives the first answer", first.json() == again.json() and "idempotent-replayed" in again.headers)
    other = city.ask("POST", "/api/v1/notes", {"text": "twice"}, **plan, **key)
    is_so("the key is for one request", other.status == 422)
    city.process.kill()
    city.process.wait()
    city.start()
    again = city.ask("POST", "/api/v1/notes", {"text": "once"}, **plan, **key)
    is_so("also after kill -9", first.json() == again.json(), again.body)
    is_so("a key that is none", city.ask("POST", "/api/v1/notes", {"text": "x"}, **plan, Idempotency_Key="a").status == 400)


def log_in(city):
    city.run("account", "add", "duty", "--roles", "planner,approver", stdin=PASSWORD + "\n")
    right = {"name": "duty", "password": PASSWORD}
    for _ in range(100):
        answer = city.ask("POST", "/api/v1/session", right)
        if answer.status == 200:
            break
        time.sleep(0.05)
    cookie = answer.headers.get("set-cookie", "")
    is_so("the cookie is for this site and no script", "HttpOnly" in cookie and "SameSite=Strict" in cookie, cookie)
    session = {"Cookie": cookie.split(";")[0]}
    csrf = {"X_Haven_CSRF": answer.json()["csrf"]}
    is_so("the session is known", city.ask("GET", "/api/v1/session", **session).json()["account"] == "duty")
    is_so("a write without the page's token is refused",
          city.ask("POST", "/api/v1/notes", {"text": "x"}, **session).status == 403)
    is_so("from another site too",
          city.ask("POST", "/api/v1/notes", {"text": "x"}, **session, **csrf, Sec_Fetch_Site="cross-site").status == 403)
    is_so("with it, it is taken", city.ask("POST", "/api/v1/notes", {"text": "x"}, **session, **csrf).status == 201)
    city.stop()
    city.start()
    is_so("a restart logs nobody out", city.ask("GET", "/api/v1/status", **session).status == 200)
    mode = os.stat(city.dir + "/accounts.json").st_mode & 0o777
    is_so("accounts are for their owner alone", mode == 0o600, oct(mode))
    with open(city.dir + "/accounts.json", encoding="utf-8") as file:
        is_so("passwords are kept by argon2id", "$argon2id$" in file.read())
    is_so("the log has no secret", "argon2" not in city.run("log", "--json"))
    answer = city.ask("PUT", "/api/v1/session/password", {"old": "wrong wrong wrong", "new": "another password"},
                      **session, **csrf)
    is_so("the old password is needed for a new one", answer.status == 403, answer.body)
    answer = city.ask("PUT", "/api/v1/session/password", {"old": PASSWORD, "new": "another password"}, **session, **csrf)
    is_so("with it, it changes", answer.status == 200, answer.body)
    for _ in range(100):
        if city.ask("GET", "/api/v1/status", **session).status == 401:
            break
        time.sleep(0.05)
    is_so("and sessions of before end", city.ask("GET", "/api/v1/status", **session).status == 401)
    answers = [city.ask("POST", "/api/v1/session", {"name": "nobody", "password": "x" * 12}) for _ in range(6)]
    is_so("guessing is slowed down", [answer.status for answer in answers] == [401] * 5 + [429] and
          "retry-after" in answers[5].headers, [answer.status for answer in answers])
    guess = json.dumps({"name": "nobody", "password": "x" * 12}).encode()
    said = city.raw(b"POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\n"
                    b"Content-Length: %d\r\n\r\n%s" % (len(guess), guess), source="127.0.0.2")
    is_so("and locks nobody out at another address", said.startswith(b"HTTP/1.1 401 "), said[:200])


def events(city, view, plan):
    position = city.ask("GET", "/api/v1/status", **view).json()["position"]
    stream = city.events(view)
    data = until(stream, lambda data: b"event: hello" in data)
    is_so("a stream greets with its position", decided(data, b"hello")[0]["position"] >= position)
    city.ask("PUT", "/api/v1/network/L1-3", {"closed": True}, **plan)
    data = until(stream, lambda data: b"network" in data, data)
    stream.close()
    last = decided(data, b"changes")[-1]["position"]
    report = {"place": "S02", "entry": {"verb": "count", "people": {"adult": 7}}}
    city.ask("POST", "/api/v1/reports", report, **plan)
    city.ask("POST", "/api/v1/notes", {"text": "while nobody listened"}, **plan)
    stream = city.events({**view, "Last_Event_ID": last})
    data = until(stream, lambda data: b"S02" in data and b"notes" in data)
    rows = [row for change in decided(data, b"changes") for row in change.get("shelters", [])]
    is_so("who was cut off misses nothing", any(row["id"] == "S02" and row["people"] == 7 for row in rows), rows)
    stream.close()
    stream = city.events(view, "/api/v1/events?view=records&from=0")
    data = until(stream, lambda data: b"while nobody listened" in data)
    ids = [record["position"] for record in decided(data, b"record")]
    is_so("every record comes, in order, once", ids == list(range(1, len(ids) + 1)), ids[:5])
    stream.close()
    stream = city.events({**view, "Last_Event_ID": "999999999"})
    is_so("a position of another log means: load anew", b"event: reload" in until(stream, lambda data: b"\ndata: " in data))
    stream.close()
    stream = city.events({**view, "Last_Event_ID": "-1; drop"})
    is_so("one that is none too", b"event: reload" in until(stream, lambda data: b"\ndata: " in data))
    stream.close()


def read_records(city, headers, start, last):
    """What came of the stream of records after `start` up to `last`, unpacked."""
    return rest_of_records(city.events(headers, f"/api/v1/events?view=records&from={start}"), headers, last)


def rest_of_records(stream, headers, last, may_end=False):
    """Up to `last`; or, where the stream may end before, the whole events that came until then."""
    inflating = zlib.decompressobj(wbits=31) if "Accept_Encoding" in headers else None
    head, rest = until(stream, lambda data: b"\r\n\r\n" in data).split(b"\r\n\r\n", 1)
    said, end = [], f"\nid: {last}\ndata: ".encode()
    tail = b""
    try:
        while end not in tail:
            rest = until(stream, lambda data: b"\r\n" in data, rest)
            size, rest = rest.split(b"\r\n", 1)
            size = int(size, 16) + 2
            rest = until(stream, lambda data: len(data) >= size, rest)
            piece, rest = rest[:size - 2], rest[size:]
            said.append(inflating.decompress(piece) if inflating else piece)
            tail = tail[-64:] + said[-1]
    except (Ended, ConnectionError):
        if not may_end:
            raise
        whole = b"".join(said)
        said = [whole[:whole.rfind(b"\n\n")]]
    stream.close()
    return b"".join(said)


def record_ids(said):
    return [int(event[4:event.index(b"\n")]) for event in said.split(b"\n\nevent: record\n")[1:]]


def records():
    """A log of many records is caught up with from any position, by quick readers and slow ones."""
    city = City("long", "--http", "127.0.0.1:0")
    is_so("a city stops to be filled", city.stop() == 0)
    subprocess.run([BIN + "/../tests/tools/fill_city", city.dir, "1500", "full"], check=True, capture_output=True)
    city.start()
    viewer = city.token("reader", "viewer")
    last = city.ask("GET", "/api/v1/status", **viewer).json()["position"]
    slow = city.events(viewer, "/api/v1/events?view=records&from=0")
    for start, headers in ((0, {}), (0, {"Accept_Encoding": "gzip"}), (7777, {}), (8192, {"Accept_Encoding": "gzip"}),
                           (last - 1, {})):
        said = read_records(city, {**viewer, **headers}, start, last)
        ids = record_ids(said)
        is_so(f"every record after {start} comes once, in order{', packed' if headers else ''}",
              ids == list(range(start + 1, last + 1)), (len(ids), ids[:3], ids[-3:], last))
        is_so(f"who is far behind at {start} is told so, and nobody else", (b"event: behind" in said) == (last - start >= 10000))
    ids = record_ids(rest_of_records(slow, {}, last, may_end=True))
    while not ids or ids[-1] < last:  # on a slow machine that was over a minute, and it was cut off: it goes on from what it has
        before = len(ids)
        ids += record_ids(read_records(city, viewer, ids[-1] if ids else 0, last))
        is_so("who was cut off goes on", len(ids) > before)
    is_so("who has taken nothing meanwhile has lost nothing", ids == list(range(1, last + 1)))
    deaf = [city.events(viewer, f"/api/v1/events?view=records&from={start}") for start in range(0, 5000, 100)]
    for stream in deaf:
        until(stream, lambda data: b"event: hello" in data)
    is_so("it stops cleanly while many have not taken what they were given", city.stop() == 0)
    for stream in deaf:
        stream.close()


class Packed:
    """A stream of events by gzip, as browsers ask for it."""

    def __init__(self, city, headers):
        self.connection = city.events({**headers, "Accept_Encoding": "gzip, deflate, br"})
        self.head, self.body = until(self.connection, lambda data: b"\r\n\r\n" in data).split(b"\r\n\r\n", 1)
        self.inflating, self.said = zlib.decompressobj(wbits=31), b""

    def chunk(self):
        """The next one of the body; empty: the last."""
        self.body = until(self.connection, lambda data: b"\r\n" in data, self.body)
        size, self.body = self.body.split(b"\r\n", 1)
        size = int(size, 16) + 2
        self.body = until(self.connection, lambda data: len(data) >= size, self.body)
        chunk, self.body = self.body[:size - 2], self.body[size:]
        return chunk

    def until(self, wanted):
        """Unpacks as it comes. False: it ended before."""
        while wanted not in self.said:
            chunk = self.chunk()
            if not chunk:
                return False
            self.said += self.inflating.decompress(chunk)
        return True


def packed_events(city, view, plan):
    stream, other = Packed(city, view), Packed(city, view)
    is_so("a browser's stream is packed", b"Content-Encoding: gzip" in stream.head, stream.head)
    is_so("greets", stream.until(b"event: hello") and other.until(b"event: hello"))
    city.ask("POST", "/api/v1/notes", {"text": "for packed readers"}, **plan)
    is_so("and tells each event at once, the same to all", stream.until(b'"notes"') and other.until(b'"notes"'))
    plain = city.events({**view, "Accept_Encoding": "gzip;q=0"})
    is_so("who refuses gzip gets none", b"event: hello" in until(plain, lambda data: b"\ndata: " in data))
    for one in (stream.connection, other.connection, plain):
        one.close()


def attacks(city, view, plan):
    def refused(what, data, statuses):
        said = city.raw(data)
        status = int(said.split(b" ", 2)[1]) if said.startswith(b"HTTP/1.") else 0
        is_so(what, status in statuses, said[:200])

    head = b"Host: 127.0.0.1\r\nConnection: close\r\n"
    token = f"Authorization: {plan['Authorization']}\r\n".encode()
    with open(city.dir + "/haven.yaml", "rb") as file:
        secret = file.readline()
    for path in (b"/../haven.yaml", b"/%2e%2e/haven.yaml", b"/..%2fhaven.yaml", b"/web/../../haven.yaml", b"/%00",
                 b"/.git/config", b"//etc/passwd", b"/%c0%ae%c0%ae/x", b"/\\..\\haven.yaml"):
        said = city.raw(b"GET " + path + b" HTTP/1.1\r\n" + head + b"\r\n")
        is_so(f"{path.decode()} is not found", said.split(b" ")[1] in (b"400", b"404") and secret not in said, said[:80])
    refused("no request", b"\x01garbage\r\n\r\n", (0, 400, 404, 405, 421, 501, 505))
    refused("no version", b"GET /\r\n\r\n", (0, 400, 421, 505))
    refused("another host", b"GET /healthz HTTP/1.1\r\nConnection: close\r\nHost: evil.example\r\n\r\n", (421,))
    refused("a host that begins like ours", b"GET /healthz HTTP/1.1\r\nConnection: close\r\nHost: localhost.evil.example\r\n\r\n", (421,))
    for host in (b"127.0.0.1:1@evil.example", b"localhost:http", b"[::1].evil.example", b"127.0.0.1.evil.example", b"127.0.0.1, evil.example"):
        refused(f"a host {host.decode()}", b"GET /healthz HTTP/1.1\r\nConnection: close\r\nHost: " + host + b"\r\n\r\n", (421,))
    refused("no host", b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n", (400, 421))
    refused("endless headers", b"GET /healthz HTTP/1.1\r\n" + head + b"X: " + b"a" * 100000 + b"\r\n\r\n", (0, 413, 431))
    refused("a long address", b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\n" + head + b"\r\n", (414,))
    many = b"&".join(b"a%d=1" % i for i in range(2000))
    refused("2,000 parameters", b"GET /healthz?" + many + b" HTTP/1.1\r\n" + head + b"\r\n", (414,))
    refused("a body that is announced too large",
            b"POST /api/v1/notes HTTP/1.1\r\n" + head + token + b"Content-Length: 99999999\r\n\r\n", (413,))
    for what, body in (("a body in chunks", b"2\r\n{}\r\n0\r\n\r\n"), ("a chunk whose first line does not end", b"2;" + b"a" * 60000)):
        said = city.raw(b"POST /api/v1/session HTTP/1.1\r\n" + head + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + body, ends=False)
        is_so(f"{what} is refused, and nothing goes on with it", said.startswith(b"HTTP/1.1 411 ") and b"problem+json" in said, said)
    text = b"Content-Type: application/json\r\n"
    for what, headers, body, status in (
            ("two lengths", text + b"Content-Length: 2\r\nContent-Length: 12\r\n", b"{}GET / HTTP/1.1", 400),
            ("a length beside chunks", text + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n", 400),
            ("a transfer coding nobody knows", text + b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n", 501),
            ("a space before the colon", text + b"Content-Length : 2\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n", 400),
            ("a packed body", text + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n", b"{}", 415),
            ("a second account", text + b"Authorization: Bearer x\r\nContent-Length: 2\r\n", b"{}", 400),
            ("two keys", text + b"Idempotency-Key: aaaaaaaa\r\nIdempotency-Key: bbbbbbbb\r\nContent-Length: 2\r\n", b"{}", 400),
            ("a second host", text + b"Host: evil.example\r\nContent-Length: 2\r\n", b"{}", 400),
            ("a type that begins like JSON's", b"Content-Type: application/jsonx\r\nContent-Length: 2\r\n", b"{}", 415),
            ("JSON's type in capitals", b"Content-Type: Application/JSON ; charset=utf-8\r\nContent-Length: 13\r\n",
             b'{"text":"hi"}', 201)):
        said = city.raw(b"POST /api/v1/notes HTTP/1.1\r\n" + head + token + headers + b"\r\n" + body)
        is_so(f"{what}: {status}", said.startswith(f"HTTP/1.1 {status} ".encode()) and
              (status == 201 or (b"problem+json" in said and b'"remedy"' in said)), said)
    for condition in ({"If-Match": '"x"'}, {"If-None-Match": "*"}, {"If-Unmodified-Since": "Thu, 26 Nov 2026 00:00:00 GMT"}):
        answer = city.ask("PUT", "/api/v1/network/L1-2", {"closed": True}, **plan, **condition)
        is_so(f"a write under a condition that nobody checks is not done: {condition}", answer.status == 412, answer.body)
    for query in ("shelters?view=all", "shelters?bbox=0x1,0,1,1", "shelters?bbox=nan,0,1,1", "hazards?over=maybe", "waybills?all=1", "status?x=1",
                  "shelters/S01?limit=1", "series?until=1", "attention?knid=x", "events?at=1", "hazards?sort=-", "plans?sort=a,b,c,d,e"):
        answer = city.ask("GET", f"/api/v1/{query}", **view)
        is_so(f"{query} is refused and not passed over", answer.status == 400 and b"remedy" in answer.body, answer.body)
    answer = city.ask("POST", "/api/v1/notes?at=1", {"text": "then"}, **plan)
    is_so("what was cannot be changed", answer.status == 400, answer.body)
    for answer in (city.ask("PUT", "/api/v1/notes", {}, **plan), city.ask("GET", "/" + "a" * 5000, **plan)):
        is_so(f"{answer.status} says what would be right", bool(answer.json().get("remedy")), answer.body)
    crowd = []
    for _ in range(513):
        crowd.append(socket.create_connection(city.address, timeout=20, source_address=("127.0.0.2", 0)))
    try:
        is_so("one address cannot have all connections", crowd[-1].recv(1) == b"")
    except ConnectionError:
        pass  # closed on us all the same
    answer = city.ask("GET", "/healthz")
    is_so("and does not hold up another that way", answer.status == 200, answer.body)
    for connection in crowd:
        connection.close()
    for body, status in ((b"{", 400), (b"[]", 400), (b'{"text":"a","text":"b"}', 400), (b'{"text":"\xff"}', 400),
                         (b'{"text":1}', 422), (b'{"text":""}', 422), (b"{" + b'"a":{' * 3000, 400)):
        answer = city.ask("POST", "/api/v1/notes", body, **plan)
        is_so(f"a body {body[:20]!r}: {status}", answer.status == status, answer.body)
    answer = city.ask("POST", "/api/v1/notes", {"text": "x" * 2000}, **plan)
    is_so("a text beyond its limit", answer.status == 422, answer.body)
    is_so("another type of body", city.raw(b"POST /api/v1/notes HTTP/1.1\r\n" + head + token +
                                           b"Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}").split(b" ")[1] == b"415")
    for cookie in ("haven_session=", "haven_session=" + "A" * 43, "haven_session=%00;;==", "x" * 4000, ";" * 500):
        answer = city.ask("GET", "/api/v1/status", Cookie=cookie)
        is_so(f"cookie {cookie[:20]!r} is nobody", answer.status in (0, 400, 401, 431), (answer.status, answer.body))
    is_so("a bad token beats no cookie", city.ask("GET", "/api/v1/status", Authorization="Bearer \xff\xfe").status in (400, 401))
    half = city.connect()
    half.sendall(b"GET /api/v1/status HTT")
    answer = city.ask("GET", "/api/v1/status", **view)
    is_so("half a request holds nobody up", answer.status == 200)
    half.close()
    for name in ("x-content-type-options", "content-security-policy", "x-frame-options", "referrer-policy"):
        is_so(f"every answer has {name}", name in answer.headers)


def ended_halves(city, plan):
    """Who has said that it sends no more is told all the same what somebody else had to find out: by the main thread, by a
    job. A connection that has been quiet for longer is what made the answer get lost."""
    head = b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    body = b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
    token = f"Authorization: {plan['Authorization']}\r\n".encode()
    note, login = b'{"text":"hi"}', json.dumps({"name": "ghost", "password": "wrong horse"}).encode()
    with city.connect():
        for what, data, status in (
                ("a decision", b"POST /api/v1/notes" + head + token + body % (len(note), note), 201),
                ("a look back", b"GET /api/v1/status?at=2" + head + token + b"\r\n", 200),
                ("a log in", b"POST /api/v1/session" + head + body % (len(login), login), 401)):
            said = city.raw(data)
            is_so(f"whose half is ended hears of {what}", said.startswith(b"HTTP/1.1 %d " % status), said)
        ask, write = (line + head.replace(b"close", b"keep-alive") + token for line in (b"GET /api/v1/status", b"POST /api/v1/notes"))
        said = city.raw((write + body % (len(note), note) + ask + b"\r\n") * 3)
        statuses = [part[:3] for part in said.split(b"HTTP/1.1 ")[1:]]
        is_so("of many requests at once too, each in its turn, and the connection ends then", statuses == [b"201", b"200"] * 3, said)


def two_persons(city):
    path = city.dir + "/haven.yaml"
    with open(path, encoding="utf-8") as file:
        text = file.read()
    city.stop()
    with open(path, "w", encoding="utf-8") as file:
        file.write(re.sub("plan_every_ms: .*", "plan_every_ms: 3600000", text.replace("approval: manual", "approval: two-persons")))
    city.start()
    one, other = city.token("one", "planner,approver"), city.token("other", "approver")
    city.ask("PUT", "/api/v1/hazards/river", {"kind": "flood", "zones": ["Z11"]}, **one)
    city.ask("POST", "/api/v1/plans", **one) # the last that may be made by itself, and so be nobody's, for an hour
    city.ask("PUT", "/api/v1/hazards/river", {"kind": "flood", "zones": ["Z10"]}, **one)
    made = city.ask("POST", "/api/v1/plans", **one)
    is_so("a plan is made", made.status == 201, made.body)
    approval = f"/api/v1/plans/{made.json()['plan']}/approval"
    plan = city.ask("GET", f"/api/v1/plans/{made.json()['plan']}", **one).json()
    is_so("it knows its author", plan["author"] == "one", plan["author"])
    is_so("who may not approve it", city.ask("PUT", approval, **one).status == 403)
    answer = city.ask("PUT", approval, {"reason": "as agreed"}, **other)
    is_so("another may", answer.status == 200, answer.body)
    pin = {"kind": "pin", "zone": "Z10", "shelter": "S03"}
    is_so("a pin is laid down", city.ask("PUT", "/api/v1/directives/p1", pin, **one).status == 200)
    made = city.ask("POST", "/api/v1/plans", **one).json()
    moves = city.ask("GET", f"/api/v1/plans/{made['plan']}", **one).json()["moves"]
    is_so("and heeded", moves and all(move["shelter"] == "S03" for move in moves if move["zone"] == "Z10"), moves)
    is_so("it is lifted", city.ask("DELETE", "/api/v1/directives/p1", **one).status == 200)
    is_so("once", city.ask("DELETE", "/api/v1/directives/p1", **one).status == 404)
    newer = city.ask("POST", "/api/v1/plans", **one).json()["plan"]
    standing = lambda plan: city.ask("GET", f"/api/v1/plans/{plan}", **one).json()["standing"]
    is_so("the older proposal stands beside a newer one", newer > made["plan"] and standing(made["plan"]) == "proposed", newer)
    answer = city.ask("PUT", f"/api/v1/plans/{newer}/approval", **other)
    is_so("the newer one is approved", answer.status == 200 and standing(newer) == "in-force", answer.body)
    answer = city.ask("PUT", f"/api/v1/plans/{made['plan']}/approval", **other)
    is_so("so that the older one was overtaken, and no longer can be", standing(made["plan"]) == "overtaken" and answer.status == 409 and f"plan {newer}, which is newer" in answer.json()["detail"], answer.body)
    is_so("what is in force stays in force", standing(newer) == "in-force")


def directives(city, planner):
    def plan():
        made = city.ask("POST", "/api/v1/plans", **planner).json()
        return made["plan"], city.ask("GET", f"/api/v1/plans/{made['plan']}", **planner).json()

    city.ask("PUT", "/api/v1/hazards/river", {"kind": "flood", "zones": ["Z10", "Z11"]}, **planner)
    lots = [{"item": "water", "quantity": 9000}, {"item": "water", "lot": "OLD", "expiry": "2001-01-01", "quantity": 500}]
    city.ask("POST", "/api/v1/reports", {"place": "D1", "entry": {"verb": "stock-count", "lines": lots}}, **planner)
    water = next(one for one in city.ask("GET", "/api/v1/items", **planner).json()["items"] if one["id"] == "water")
    is_so("what has expired is no supply", water["depots"] == 9000, water)
    first, before = plan()
    link = before["moves"][0]["links"][0]
    answer = city.ask("PUT", "/api/v1/directives/a1", {"kind": "avoid", "link": "nowhere"}, **planner)
    is_so("a road that is not there is kept out of nothing", answer.status == 404, answer.body)
    answer = city.ask("PUT", "/api/v1/directives/a1", {"kind": "avoid", "link": link, "zone": "Z10"}, **planner)
    is_so("to keep a road out of plans names a road alone", answer.status == 422, answer.body)
    answer = city.ask("PUT", "/api/v1/directives/a1", {"kind": "avoid", "link": link, "reason": "for ambulances"}, **planner)
    is_so("a road is kept out of plans", answer.status == 200, answer.body)
    second, after = plan()
    is_so("no plan uses it", after["moves"] and all(link not in move["links"] for move in after["moves"]), after["moves"])
    road = city.ask("GET", f"/api/v1/network/{link}", **planner).json()
    is_so("and it is open all the same", road["closed"] is False, road)
    diff = city.ask("GET", f"/api/v1/plans/{second}/diff?against={first}", **planner).json()
    is_so("two plans are compared", diff["plan"] == second and diff["against"] == first, diff)
    people = lambda plan: {pair: sum(move["people"] for move in plan["moves"] if (move["zone"], move["shelter"]) == pair)
                           for pair in {(move["zone"], move["shelter"]) for move in plan["moves"]}}
    was, is_now = people(before), people(after)
    wanted = sorted((*pair, was.get(pair, 0), is_now.get(pair, 0)) for pair in {*was, *is_now} if was.get(pair, 0) != is_now.get(pair, 0))
    is_so("each pair of zone and shelter once, with all of its ways",
          wanted and [(one["zone"], one["shelter"], one["before"], one["after"]) for one in diff["moves"]] == wanted, (wanted, diff["moves"]))
    is_so("only plans that there are", city.ask("GET", f"/api/v1/plans/{second}/diff?against=99999", **planner).status == 404)
    is_so("by number", city.ask("GET", f"/api/v1/plans/{second}/diff?against=x", **planner).status == 400)
    for method, path in (("GET", "plans/1x"), ("GET", "orders/-1"), ("PATCH", "orders/1x"), ("DELETE", "orders/1234567890123456")):
        answer = city.ask(method, f"/api/v1/{path}", None if method == "GET" else {}, **planner)
        is_so(f"{method} {path} has no number", answer.status == 404 and b"is no number of a" in answer.body, (answer.status, answer.body))
    sent = sum(one["quantity"] for one in before["shipments"] if (one["depot"], one["item"]) == ("D1", "water"))
    answer = city.ask("PUT", "/api/v1/directives/r1", {"kind": "reserve", "depot": "D1", "item": "water", "quantity": 9000}, **planner)
    is_so("a reserve is held", answer.status == 200, answer.body)
    _, kept = plan()
    left = sum(one["quantity"] for one in kept["shipments"] if (one["depot"], one["item"]) == ("D1", "water"))
    is_so("and heeded", left == 0 and sent > 0, (sent, left))
    for name in ("a1", "r1"):
        city.ask("DELETE", f"/api/v1/directives/{name}", **planner)


def timelines(city, view, planner):
    """What hazards hit at times to come: told, added to, found in a look back, and heeded."""
    path, hour = "/api/v1/hazards/tide", 3600000
    now = city.ask("GET", "/api/v1/status", **view).json()["wall_ms"]
    step = lambda link, hours: {"from_wall_ms": now + hours * hour, "until_wall_ms": now + (hours + 2) * hour, "links": [link]}
    steps = lambda at="": next(one["steps"] for one in city.ask("GET", "/api/v1/hazards" + at, **view).json()["items"] if one["id"] == "tide")
    roads = lambda at="": [one["links"][0] for one in steps(at)]
    first = city.ask("PUT", path, {"kind": "flood", "zones": ["Z10"], "steps": [step("L16-17", 1)]}, **planner)
    is_so("a timeline is told", first.status == 200 and steps()[0] == {**step("L16-17", 1), "zones": [], "shelters": [], "depots": [], "capacity_permille": None}, steps())
    answers = []
    threads = [threading.Thread(target=lambda link=link: answers.append(city.ask("PUT", path, {"kind": "flood", "adds": True, "steps": [step(link, 2)]}, **planner)))
               for link in ("L10-17", "L17-10", "L17-19", "L19-17")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    is_so("of four who add at once none loses anything", [one.status for one in answers] == [200] * 4 and sorted(roads()) == ["L10-17", "L16-17", "L17-10", "L17-19", "L19-17"], (roads(), [one.body for one in answers]))
    rows = [row for row in sheet(city, "/api/v1/hazards?sort=id", view) if row["id"] == "tide"]
    is_so("as CSV it is what is hit now and a row for each time", [(row["zones"], row["links"]) for row in rows] == [("Z10", "")] + [("", road) for road in roads()]
          and rows[0]["from_wall_ms"] == "" and rows[1]["from_wall_ms"] == str(now + hour), rows)
    again = city.ask("PUT", path, {"kind": "flood", "adds": True, "steps": [step("L10-17", 2)]}, **planner)
    is_so("what is said twice is there once", again.status == 200 and len(roads()) == 5, roads())
    is_so("a look back knows what was told then", roads(f"?at={first.json()['last']}") == ["L16-17"], roads(f"?at={first.json()['last']}"))
    wrong = city.ask("PUT", path, {"kind": "flood", "adds": True, "steps": [step("nowhere", 2)]}, **planner)
    is_so("a road that is not there is refused", wrong.status == 404 and len(roads()) == 5, wrong.body)
    wrong = city.ask("PUT", path, {"kind": "flood", "adds": True, "steps": [{**step("L10-17", 2), "until_wall_ms": now}]}, **planner)
    is_so("so is a step that ends before it begins", wrong.status == 422, wrong.body)
    is_so("what is over takes nothing more", city.ask("PUT", path, {"over": True, "adds": True}, **planner).status == 422)
    made = city.ask("POST", "/api/v1/plans", **planner).json()
    moves = city.ask("GET", f"/api/v1/plans/{made['plan']}", **view).json()["moves"]
    is_so("a plan is made", len(moves) > 0, moves)
    late = [move for move in moves if {"L16-17"} & set(move["links"]) and move["departed_s"] > 3600]
    is_so("in which nobody leaves over a road that has closed", late == [], late)
    is_so("it ends", city.ask("PUT", path, {"over": True}, **planner).status == 200)
    answer = city.ask("GET", "/api/v1/progress?limit=5", **view)
    is_so("progress is asked for", answer.status == 200 and isinstance(answer.json()["items"], list), answer.body)


def old_plans(city, planner):
    """What changes between two plans is told the same when neither is in memory any more, but in the log."""
    numbers = []
    def plan(litres):
        city.ask("POST", "/api/v1/reports", {"place": "D1", "entry": {"verb": "stock-count", "lines": [{"item": "water", "quantity": litres}]}}, **planner)
        numbers.append(city.ask("POST", "/api/v1/plans", **planner).json()["plan"])
    plan(500)
    plan(4000)
    path = f"/api/v1/plans/{numbers[1]}/diff?against={numbers[0]}"
    told = city.ask("GET", path, **planner).json()
    is_so("two plans differ", told["shipments"], told)
    for i in range(9):
        plan(3000 - 100 * i)
    is_so("so many plans that the first are in the log alone", len(set(numbers)) == 11, numbers)
    again = city.ask("GET", path, **planner)
    is_so("what changed is told from the log", again.status == 200 and again.json() == told, again.body)
    said = json.loads(city.run("plan", "diff", str(numbers[1]), "--against", str(numbers[0]), "--json"))
    is_so("also by the program", all(said[name] == told[name] for name in ("plan", "against", "moves", "shipments")), said)
    mixed = city.ask("GET", f"/api/v1/plans/{numbers[-1]}/diff?against={numbers[0]}", **planner)
    is_so("one from the log, one from memory", mixed.status == 200 and mixed.json()["against"] == numbers[0], mixed.body)


def automatic():
    """By policy also a plan is approved that does nothing but take orders back."""
    city = City("automatic", "--http", "127.0.0.1:0")
    city.stop()
    path = os.path.join(city.dir, "haven.yaml")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace("approval: manual", "approval: automatic"))
    city.start()
    city.run("region", "load", os.path.abspath("simulations/regions/siouxfalls"))
    plan = city.token("plan", "planner")
    for place, entry in (("D1", {"verb": "stock-count", "lines": [{"item": "water", "quantity": 9000}]}),
                         ("S01", {"verb": "status-report", "status": "open"}), ("S01", {"verb": "count", "people": {"adult": 50}})):
        answer = city.ask("POST", "/api/v1/reports", {"place": place, "entry": entry}, **plan)
        is_so(f"{place} reports", answer.status == 201, answer.body)
    def orders(number):
        """Those that stand once the plan is in force."""
        for _ in range(100000):
            if city.ask("GET", f"/api/v1/plans/{number}", **plan).json()["standing"] == "in-force":
                break
        return [(one["kind"], one["state"]) for one in city.ask("GET", "/api/v1/orders", **plan).json()["items"]]
    made = city.ask("POST", "/api/v1/plans", **plan).json()["plan"]
    is_so("water is on its way by policy", ("ship", "issued") in orders(made), made)
    for link in ("L1-2", "L2-1", "L1-3", "L3-1"):  # all that lead to S01
        city.ask("PUT", f"/api/v1/network/{link}", {"closed": True}, **plan)
    made = city.ask("POST", "/api/v1/plans", **plan).json()["plan"]
    back = city.ask("GET", f"/api/v1/plans/{made}", **plan).json()
    is_so("a plan that only takes orders back", not back["moves"] and not back["shipments"] and back["goods"]["order_changes"], back)
    left = orders(made)
    is_so("is approved by policy, too", not {"ship", "expect-delivery"} & {kind for kind, _ in left}, left)
    is_so("and stops cleanly", city.stop() == 0)


def requests(city, view, planner, approver):
    staff = city.token("keeper", "shelter-staff")
    depot = city.token("storeman", "depot-staff")
    asked = {"verb": "request", "kind": "goods", "urgency": "life-saving", "lines": [{"item": "water", "quantity": 400}]}
    city.ask("POST", "/api/v1/reports", {"place": "S05", "entry": asked}, **staff)
    [one] = city.ask("GET", "/api/v1/requests?place=S05", **view).json()["items"]
    path = "/api/v1/requests/" + urllib.parse.quote(one["id"], safe="")
    is_so("a request can be asked for by its id", city.ask("GET", path, **view).json()["stage"] == "requested")

    def alarms():
        return [thing for thing in city.ask("GET", "/api/v1/attention?kind=request", **view).json()["items"] if thing["subject"] == one["id"]]
    is_so("what saves lives wants attention", len(alarms()) == 1)
    half = {"verdict": "approved", "lines": [{"item": "water", "quantity": 150}]}
    for who, status in ((view, 403), (staff, 403), (depot, 403), (approver, 200), (planner, 200)):
        answer = city.ask("PUT", path + "/verdict", half, **who)
        is_so(f"who decides on a request: {status}", answer.status == status, answer.body)
    said = city.ask("GET", path, **view).json()
    is_so("approved in part", said["stage"] == "approved" and said["tracks"][0]["approved"] == 150 and said["tracks"][0]["requested"] == 400, said)
    for wrong, status in (({"verdict": "declined"}, 422), ({"verdict": "perhaps"}, 422), ({}, 422), ({**half, "place": "S01"}, 422),
                          ({**half, "lines": [{"item": "water", "quantity": -1}]}, 422), ({**half, "lines": [{"quantity": 1}]}, 422),
                          ({**half, "lines": [{"item": "water", "quantity": 10 ** 17}]}, 422), ({**half, "lines": "water"}, 422)):
        answer = city.ask("PUT", path + "/verdict", wrong, **approver)
        is_so(f"refused with {status}: {wrong}", answer.status == status and "detail" in answer.json(), answer.body)
    is_so("there is no such request", city.ask("PUT", "/api/v1/requests/9%2F9%2F9/verdict", half, **approver).status == 404
          and city.ask("GET", "/api/v1/requests/none", **view).status == 404)
    key = {"Idempotency_Key": "verdict-12345"}
    no = {"verdict": "declined", "reason": "S04 has some: 先用完"}
    first, again = (city.ask("PUT", path + "/verdict", no, **approver, **key) for _ in range(2))
    is_so("a repeated verdict is one", first.json() == again.json() and "idempotent-replayed" in again.headers, again.body)
    said = city.ask("GET", path, **view).json()
    is_so("declined, and why", said["stage"] == "declined" and said["verdict_reason"] == no["reason"], said)
    is_so("and no longer open", city.ask("GET", "/api/v1/requests?place=S05", **view).json()["total"] == 0
          and city.ask("GET", "/api/v1/requests?place=S05&all=true", **view).json()["total"] == 1
          and city.ask("GET", "/api/v1/shelters/S05", **view).json()["open_requests"] == 0 and not alarms())


def sheet(city, path, view):
    """Rows of CSV by their headings, without the line of tags."""
    return list(csv.DictReader(io.StringIO(city.ask("GET", path, **view, Accept="text/csv").body.decode())))[1:]


def movement(kind, quantity, **more):
    return {"verb": "stock-" + kind, "lines": [{"item": "water", "quantity": quantity}], **more}


def goods(city, view, planner):
    staff = city.token("hall", "shelter-staff")
    depot = city.token("yard", "depot-staff")

    def tell(place, entry, who):
        answer = city.ask("POST", "/api/v1/reports", {"place": place, "entry": entry}, **who)
        is_so(f"{place} tells {entry['verb']}", answer.status == 201, answer.body)
    tell("D2", {"verb": "stock-count", "complete": True, "lines": [{"item": "water", "quantity": 500}]}, depot)
    tell("D2", movement("ship", 200, waybill="W-7", counterpart="S07"), depot)
    tell("S07", movement("receive", 120, waybill="W-7", counterpart="D2"), staff)
    tell("S07", {"verb": "count", "people": {"adult": 60}}, staff)
    [waybill] = city.ask("GET", "/api/v1/waybills?id=W-7", **view).json()["items"]
    is_so("a waybill by its name", waybill["stage"] == "partly-received" and waybill["lines"][0]["in_transit"] == 80, waybill)
    is_so("no other", city.ask("GET", "/api/v1/waybills?id=W-8", **view).status == 404)
    rows = city.ask("GET", "/api/v1/ledger?item=water&place=S07", **view).json()["items"]
    is_so("where its units are", [row["accounts"]["on-hand"] for row in rows] == [120], rows)
    accounts = {(row["place"], row["item"], row["account"]): row["quantity"] for row in sheet(city, "/api/v1/ledger?item=water&place=S07", view)}
    is_so("so as CSV, a row for each account", accounts == {("S07", "water", account): str(units) for account, units in rows[0]["accounts"].items()}, accounts)
    [loaded] = sheet(city, "/api/v1/waybills?id=W-7", view)
    is_so("and of what was loaded", [loaded[name] for name in ("id", "to", "part", "item", "shipped", "received", "in_transit", "ordered")]
          == ["W-7", "S07", "lines", "water", "200", "120", "80", ""], loaded)
    is_so("supplies as CSV in pages of their own", [row["item"] for row in sheet(city, "/api/v1/supplies?limit=2&offset=1", view)]
          == [row["item"] for row in city.ask("GET", "/api/v1/supplies?limit=2&offset=1", **view).json()["items"]])
    [short] = city.ask("GET", "/api/v1/supplies?shelter=S07&item=water&below=2", **view).json()["items"]
    is_so("for how long they last", short["item"] == "water" and abs(short["days_left"] - 120 / 180) < 1e-9, short)
    is_so("what lasts longer is not below", city.ask("GET", "/api/v1/supplies?shelter=S07&item=water&below=1", **view).json()["total"] == 1)
    listed = city.ask("GET", "/api/v1/supplies?below=3650&limit=1000", **view).json()["items"]
    is_so("the shortest first", listed == sorted(listed, key=lambda row: row["days_left"]) and len(listed) > 0)
    for wanted in (30, 40):
        tell("S08", {"verb": "request", "kind": "goods", "lines": [{"item": "water", "quantity": wanted}]}, staff)
    later = max(city.ask("GET", "/api/v1/requests?place=S08", **view).json()["items"], key=lambda one: one["number"])
    tell("S08", movement("receive", 10, request=later["number"]), staff)
    tell("S08", movement("receive", 5, request=later["id"]), staff)
    fulfilled = {one["id"]: one["tracks"][0]["fulfilled"] for one in city.ask("GET", "/api/v1/requests?place=S08", **view).json()["items"]}
    is_so("what came for the request that was named", fulfilled[later["id"]] == 15 and sum(fulfilled.values()) == 15, fulfilled)
    is_so("none of that number", city.ask("POST", "/api/v1/reports", {"place": "S08", "entry": movement("receive", 1, request=9)}, **staff).status == 404)
    is_so("bad questions", [city.ask("GET", "/api/v1/" + asked, **view).status for asked in
                            ("supplies?below=0", "supplies?limit=0", "supplies?colour=1", "ledger?place=nowhere", "warnings?kind=1")] == [400, 400, 400, 404, 400])
    path = "/api/v1/waybills/W-7/end"
    is_so("who ends a waybill", [city.ask("PUT", path, {"reason": "ditch"}, **who).status for who in (view, staff, depot)] == [403] * 3)
    is_so("not without a reason", city.ask("PUT", path, {}, **planner).status == 422)
    is_so("with one", city.ask("PUT", path, {"reason": "the truck was swept away"}, **planner).status == 200)
    is_so("once", city.ask("PUT", path, {"reason": "again"}, **planner).status == 409)
    warned = city.ask("GET", "/api/v1/warnings", **view).json()["items"]
    is_so("what is missing is to be looked at",
          any(one["warning"] == "missing-on-the-way" and one["waybill"] == "W-7" and one["quantity"] == 80 for one in warned), warned)
    is_so("who orders goods back", [city.ask("POST", "/api/v1/returns", {"place": "S07"}, **who).status for who in (view, staff, depot)] == [403] * 3)
    is_so("not without a place", city.ask("POST", "/api/v1/returns", {}, **planner).status == 422)
    is_so("of a place that there is", city.ask("POST", "/api/v1/returns", {"place": "S99"}, **planner).status == 404)
    is_so("to a depot that there is", city.ask("POST", "/api/v1/returns", {"place": "S07", "depot": "D9"}, **planner).status == 404)
    key = {"Idempotency_Key": "return-12345"}
    body = {"place": "S07", "depot": "D2", "text": "before noon 中午前"}
    first, again = (city.ask("POST", "/api/v1/returns", body, **planner, **key) for _ in range(2))
    is_so("goods are ordered back", first.status == 201 and first.json()["last"] == first.json()["first"] + 1, first.body)
    is_so("a repeat orders nothing more", first.json() == again.json() and "idempotent-replayed" in again.headers, again.body)
    order = city.ask("GET", f"/api/v1/orders/{first.json()['order']}", **view).json()
    is_so("all that is usable", order["kind"] == "return-goods" and order["lines"][0]["quantity"] == 120 and order["counterpart"] == "D2", order)
    is_so("where one stands none is made", city.ask("POST", "/api/v1/returns", {"place": "S07"}, **planner).status == 409)
    is_so("nor where nobody has left", city.ask("POST", "/api/v1/returns", {"all": True}, **planner).status == 404)
    proof = json.loads(city.run("ledger", "verify", "--json"))
    is_so("and all of it adds up", proof["adds_up"] and proof["movements"] >= 2, proof)


def boxes(city, view, planner):
    """What has more places than one is in a box with any of them."""
    def count(what, box):
        return city.ask("GET", f"/api/v1/{what}&bbox={box}", **view).json()["total"]
    answer = city.ask("PUT", "/api/v1/hazards/box", {"kind": "flood", "zones": ["Z10"], "links": ["L1-2"]}, **planner)
    is_so("a hazard of a zone and a road", answer.status == 200, answer.body)
    zone = city.ask("GET", "/api/v1/zones/Z10", **view).json()
    around = f"{zone['lon'] - 1e-4},{zone['lat'] - 1e-4},{zone['lon'] + 1e-4},{zone['lat'] + 1e-4}"
    for what in ("hazards?over=false", "waybills?all=true"):
        every = city.ask("GET", f"/api/v1/{what}", **view).json()["total"]
        is_so(f"all {what} are on earth, none is in the sea", every > 0 and count(what, "-180,-90,180,90") == every and count(what, "0,0,1,1") == 0, every)
    inside = city.ask("GET", f"/api/v1/hazards?over=false&bbox={around}", **view).json()["items"]
    is_so("the hazard is in the box around its zone", "box" in [hazard["id"] for hazard in inside], inside)
    waybill = city.ask("GET", "/api/v1/waybills?all=true", **view).json()["items"][0]
    depot = city.ask("GET", f"/api/v1/depots/{waybill['from']}", **view).json()
    is_so("a delivery is in the box around its depot", count("waybills?all=true", f"{depot['lon'] - 1e-4},{depot['lat'] - 1e-4},{depot['lon'] + 1e-4},{depot['lat'] + 1e-4}") > 0)
    for what in ("hazards", "waybills", "transfers"):
        answer = city.ask("GET", f"/api/v1/{what}?bbox=1,2,3", **view)
        is_so(f"no box for {what}", answer.status == 400 and b"bbox" in answer.body, answer.body)
    city.ask("PUT", "/api/v1/hazards/box", {"kind": "flood", "over": True}, **planner)


def queues(city, view):
    """How deep the queues are, as Prometheus reads it, held against what is told of orders when nothing happened in between."""
    def ask(path):
        return city.ask("GET", path, **view)

    def stands():
        status = ask("/api/v1/status").json()
        return status["position"], status["orders"]

    before = None
    while before != stands():
        before = stands()
        told = dict(line.rsplit(" ", 1) for line in ask("/metrics").body.decode().splitlines() if not line.startswith("#"))
        orders = ask("/api/v1/orders?limit=1000").json()["items"]
    counts = before[1]
    is_so("nobody waits for a decision or a job", [told[f"haven_{name}"] for name in ("decisions_waiting", "decisions_queued", "jobs_queued")] == ["0"] * 3, told)
    waiting = {name: int(told[f'haven_orders_waiting{{for="{name}"}}']) for name in ("node", "voice", "answer", "done")}
    is_so("every open order waits for something", sum(waiting.values()) == counts["open"] > 0 and int(told["haven_orders_overdue"]) == counts["overdue"], (waiting, before))
    is_so("for its node until that has stored it", waiting["node"] == sum(order["state"] == "issued" and order["post"] == "node" for order in orders), (waiting, orders[:3]))


def owners(city, view, planner, approver):
    def of(thing):
        return next((one["owner"] for one in city.ask("GET", "/api/v1/attention", **view).json()["items"] if one["id"] == thing), "gone")

    city.ask("POST", "/api/v1/reports", {"place": "S09", "entry": {"verb": "lifeline", "lifelines": [{"kind": "power", "state": "down"}]}}, **planner)
    thing, path = "lifeline:S09:power", "/api/v1/attention/lifeline%3AS09%3Apower/owner"
    is_so("at first nobody sees to it", of(thing) is None, of(thing))
    is_so("a viewer takes nothing", city.ask("PUT", path, {}, **view).status == 403)
    answer = city.ask("PUT", path, {"note": "calling the grid"}, **planner)
    is_so("it is taken", answer.status == 200 and of(thing)["name"] == "plan", (answer.body, of(thing)))
    is_so("with a note and its age", of(thing)["note"] == "calling the grid" and of(thing)["age_s"] >= 0)
    answer = city.ask("PUT", path, {"owner": "夜班"}, **approver)
    is_so("it is handed over", answer.status == 200 and of(thing)["name"] == "夜班", of(thing))
    record = city.ask("GET", f"/api/v1/log/{answer.json()['first']}", **view).json()
    is_so("the log says from whom", record["record"]["owner"] == "夜班" and record["before"]["owner"] == "plan", record)
    mine = city.ask("GET", "/api/v1/attention?owner=%E5%A4%9C%E7%8F%AD", **view).json()["items"]
    is_so("what somebody sees to is listed", [one["id"] for one in mine] == [thing], mine)
    is_so("it is given up", city.ask("DELETE", path, **planner).status == 200 and of(thing) is None, of(thing))
    is_so("once", city.ask("DELETE", path, **planner).status == 404)
    is_so("an owner is a name", city.ask("PUT", path, {"owner": "a\nb"}, **planner).status == 422)
    answer = city.ask("POST", "/api/v1/handovers", {"to": "夜班", "text": "S09 is dark"}, **planner)
    is_so("a shift is handed over", answer.status == 201, answer.body)
    city.ask("POST", "/api/v1/handovers", {"to": "day"}, **approver)
    list_ = city.ask("GET", "/api/v1/handovers", **view).json()["items"]
    is_so("newest first", [one["to"] for one in list_] == ["day", "夜班"] and list_[1]["text"] == "S09 is dark", list_)
    is_so("to somebody", city.ask("POST", "/api/v1/handovers", {"text": "x"}, **planner).status == 422)


def escalation(city, planner):
    """An order to a post whose deadline is past goes to the first, and its record is in the log."""
    made = city.ask("POST", "/api/v1/orders", {"kind": "stand-by", "post": "zone-warden", "addressee": "Z10", "deadline_wall_ms": 1000}, **planner)
    order = f"/api/v1/orders/{made.json()['order']}"
    stream = city.events(planner, "/api/v1/events?view=records")
    until(stream, lambda data: b"event: hello" in data)
    for _ in range(50):
        said = city.ask("GET", order, **planner).json()
        if "escalation" in said:
            break
        until(stream, lambda data: b'escalation' in data)
    stream.close()
    is_so("an order that is late goes one step up", said.get("escalation", {}).get("to") == "planner" and
          said["escalation"]["level"] == 1 and said["escalation"]["reason"] == "overdue", said)
    record = city.ask("GET", f"/api/v1/log/{said['escalation']['position']}", **planner).json()
    is_so("the log says so", record["record"]["record"] == "escalation" and record["cause"]["record"] == "order", record)
    listed = city.ask("GET", "/api/v1/orders?sort=-escalation_level&limit=1", **planner).json()["items"][0]
    is_so("the list says so", listed["escalation"]["to"] == "planner", listed)
    wanted = [one for one in city.ask("GET", "/api/v1/attention?kind=order-overdue", **planner).json()["items"]
              if one["subject"] == str(made.json()["order"])]
    is_so("what wants attention says to whom", wanted and wanted[0]["figures"]["to"] == "planner", wanted)
    city.ask("PATCH", order, {"deadline_wall_ms": 4000000000000}, **planner)
    is_so("a revision begins anew", "escalation" not in city.ask("GET", order, **planner).json())
    city.ask("DELETE", order, **planner)


def situation(city, view, planner):
    """The report says who is on the way from a zone, in both languages and as CSV."""
    now = city.ask("GET", "/api/v1/status", **view).json()["wall_ms"]
    made = city.ask("POST", "/api/v1/orders", {
        "kind": "evacuate-zone", "addressee": "Z03", "post": "zone-warden", "shelter": "S05", "people": [{"zone": "Z03", "people": 4321}],
        "start_wall_ms": now, "end_wall_ms": now, "travel_s": 3600}, **planner)
    order = f"/api/v1/orders/{made.json()['order']}"
    city.ask("POST", f"{order}/answers", {"state": "accepted"}, **planner)
    zone = city.ask("GET", "/api/v1/zones/Z03", **view).json()
    is_so("people of an accepted order are on the way", zone["on_way"] == min(4321, zone["remaining"]) > 0 and zone["overdue"] == 0, zone)
    status = city.ask("GET", "/api/v1/status", **view).json()["people"]
    csv = city.ask("GET", "/api/v1/situation?format=csv", **view).body.decode()
    is_so("the report has them as CSV", f",people evacuating,{status['evacuating']}\r\n" in csv and
          f",people overdue,{status['overdue']}\r\n" in csv and status["evacuating"] >= zone["on_way"], csv)
    for lang, words in (("en", ("on the way from their zones, overdue (estimates)", "of these on the way (estimate)", "<td>never</td>")),
                        ("zh", ("撤离途中人数、逾期未到人数（估计）", "其中途中（估计）", "<td>从未清查</td>"))):
        page = city.ask("GET", f"/api/v1/situation?lang={lang}", **view).body.decode()
        row = page[page.index("<td>Z03</td>"):].split("</tr>")[0]
        is_so(f"and the page in {lang}, also of a zone that no hazard names", all(one in page for one in words) and
              f"<td class=n>{zone['remaining']}</td><td class=n>{zone['on_way']}</td><td class=n>0</td>" in row, row)
    city.ask("DELETE", order, **planner)


def streams_end(city):
    """With the log in, the account or its token."""
    name = city.token("watcher", "viewer")
    stream, packed = city.events(name), Packed(city, name)
    until(stream, lambda data: b"event: hello" in data)
    packed.until(b"event: hello")
    city.run("account", "remove", "watcher")
    is_so("the stream of a removed account ends", ends(stream))
    is_so("a packed one too, as gzip ends", not packed.until(b"more") and packed.inflating.eof)
    city.run("account", "add", "person", "--roles", "viewer", stdin=PASSWORD + "\n")
    for _ in range(100):
        answer = city.ask("POST", "/api/v1/session", {"name": "person", "password": PASSWORD})
        if answer.status == 200:
            break
        time.sleep(0.05)
    cookie, csrf = answer.headers["set-cookie"].split(";")[0], answer.json()["csrf"]
    stream, other = city.events({"Cookie": cookie}), city.events({"Cookie": cookie})
    for one in (stream, other):
        until(one, lambda data: b"event: hello" in data)
    answer = city.ask("DELETE", "/api/v1/session", Cookie=cookie, **{"X-Haven-CSRF": csrf})
    is_so("log out", answer.status == 204, answer.status)
    is_so("ends its streams", ends(stream) and ends(other))


def tags(city, view):
    """What tells ages is not the same for ever; what does not is."""
    plans, nodes = city.ask("GET", "/api/v1/plans", **view), city.ask("GET", "/api/v1/shelters", **view)
    is_so("an age is part of the tag", nodes.headers["etag"].count("-") == 2 and plans.headers["etag"].count("-") == 1,
          (nodes.headers["etag"], plans.headers["etag"]))
    for _ in range(5):
        again = city.ask("GET", "/api/v1/plans", **view, **{"If-None-Match": plans.headers["etag"]})
        if again.headers["etag"] == plans.headers["etag"]:
            break
        plans = again
    is_so("what has not changed is not sent", again.status == 304, again.status)
    older = nodes.headers["etag"].rsplit("-", 1)[0] + '-999999"'
    again = city.ask("GET", "/api/v1/shelters", **view, **{"If-None-Match": older})
    is_so("what was known long ago is sent with its ages of now", again.status == 200)


def look_back(city, view):
    """All that ask for one moment at once get the same answer; later moments go on from earlier ones."""
    last = city.ask("GET", "/api/v1/status", **view).json()["position"]
    for position in (last - 1, last // 2, last // 2 + 1, last - 2, 2):
        found = []
        threads = [threading.Thread(target=lambda path=path: found.append(city.ask("GET", f"/api/v1/{path}?at={position}", **view)))
                   for path in ("status", "shelters", "depots", "zones", "status", "status")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        is_so(f"six questions of position {position}", all(one.status == 200 and one.json()["position"] == position for one in found),
              [(one.status, one.body[:80]) for one in found])
    plan = city.ask("GET", "/api/v1/plans?limit=1", **view).json()["items"][0]["id"]
    for path in (f"plans/{plan}", f"plans/{plan}/diff"):
        then = city.ask("GET", f"/api/v1/{path}?at={last - 1}", **view)
        is_so(f"{path} is looked at as of then", then.status == 200, then.body[:200])


def region_of_then():
    """A look back to before the region was replaced shows the places and roads of then, by every door."""
    first, second = os.path.abspath("simulations/regions/siouxfalls"), TOP + "/second-region"
    shutil.copytree(first, second)
    for name, before, after in (("datapackage.json", '"version": "1.0.0"', '"version": "2.0.0"'),
                                ("shelters.csv", "S01,Northgate High School,北门中学,Northgate,1,-96.76642,", "S01,New Hall,新馆,Northgate,1,-95.5,"),
                                ("link.csv", "L1-2,Northgate – Airport", "L1-2,Renamed")):
        with open(f"{second}/{name}", encoding="utf-8") as file:
            text = file.read()
        assert before in text, name
        with open(f"{second}/{name}", "w", encoding="utf-8") as file:
            file.write(text.replace(before, after))
    city = City("moved", "--http", "127.0.0.1:0")
    view = city.token("view", "viewer")
    ask = lambda path, **headers: city.ask("GET", "/api/v1" + path, **view, **headers)
    shown = lambda position: (ask(f"/shelters/S01?format=geojson&at={position}").json()["geometry"],
                              ask(f"/shelters?q=S01&at={position}").json()["items"][0]["name_zh"],
                              ask(f"/network/L1-2?at={position}").json()["name"],
                              len(ask(f"/shelters?bbox=-97,43,-96,44&limit=1000&at={position}").json()["items"]),
                              ask(f"/status?at={position}").json()["region"]["version"])
    where = {"type": "Point", "coordinates": [-96.76642, 43.614828]}
    city.run("clock", "100")
    city.run("region", "load", first)
    city.run("report", "S01", "status", "open")
    city.run("report", "S01", "check-in", "--adults", "7")
    while ask("/shelters/S01").json()["people"]["age_s"] < 30:
        pass  # charts have a sample in five seconds of the log's clock, which a loaded machine stamps some seconds of it late
    city.run("note", "the hall is open")
    before = ask("/status").json()["position"]
    tag = ask("/network").headers["etag"]
    of_first = shown(before)
    is_so("the region in force", of_first[:3] == (where, "北门中学", "Northgate – Airport") and of_first[4] == "1.0.0", of_first)
    city.run("region", "load", second)
    city.run("report", "S01", "check-in", "--adults", "1")
    after = ask("/status").json()["position"]
    of_second = shown(after)
    is_so("is replaced", of_second == ({"type": "Point", "coordinates": [-95.5, 43.614828]}, "新馆", "Renamed", of_first[3] - 1, "2.0.0"), of_second)
    is_so("what a client kept of the one before is of no use", ask("/network", **{"If-None-Match": tag}).status == 200)
    for position in (before, before - 1, before - 2, before):
        is_so(f"a look back to {position} shows the region of then", shown(position) == of_first, shown(position))
    found = []
    threads = [threading.Thread(target=lambda at=at: found.append(ask(f"/shelters/S01?at={at}").json()["name"])) for at in (before - 2, before, before, before - 1, before - 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    is_so("to all that look at once", found == ["Northgate High School"] * 5, found)
    is_so("and before there was any region there is none", ask("/shelters?at=2").json()["items"] == [] and ask("/status?at=2").json()["region"] is None)
    of_then = json.loads(city.run("--json", "--at", str(before), "shelters"))["shelters"]
    is_so("on the command line too", [one["name"] for one in of_then if one["id"] == "S01"] == ["Northgate High School"], of_then[:1])
    city.stop()
    city.start()
    def told():
        answer = ask("/series").json()
        return answer if answer["position"][:1] == [1] and answer["position"][-1] >= after else None
    while (series := told()) is None:
        pass  # it is worked out
    full = dict(zip(series["position"], series["series"]["occupancy"]))
    is_so("charts know the places of then", any(of is not None and of > 0 for position, of in full.items() if position <= before), full)
    city.stop()
    kept = sorted(os.listdir(city.dir + "/regions"))
    is_so("both packages are kept", len(kept) == 2, kept)
    for name in kept:
        with open(f"{city.dir}/regions/{name}/datapackage.json", encoding="utf-8") as file:
            if '"1.0.0"' in file.read():
                shutil.rmtree(f"{city.dir}/regions/{name}")
    city.start()
    then = ask(f"/shelters/S01?at={before}").json()
    is_so("without its package places are known by what they reported", then["id"] == "S01" and then["people"]["total"] == 7 and then["lon"] is None, then)
    then = ask(f"/status?at={before}").json()["region"]
    is_so("and that is said", then["in_memory"] is False and bool(then["fault"]), then)
    is_so("now is as it is", shown(ask("/status").json()["position"]) == of_second)
    is_so("it stops cleanly", city.stop() == 0)


def series_of_then(city, view):
    """A look back shows the figures over time until then, and none of what came after."""
    def series(query=""):
        return city.ask("GET", f"/api/v1/series{query}", **view).json()
    while not [position for position in series()["position"] if position > 1]:
        pass  # the next sample comes
    now = series()["position"]
    at = now[-1] - 1
    then = series(f"?at={at}")
    is_so("figures over time stop at the moment looked at", then["position"] == [position for position in now if position <= at], (now, at, then["position"]))
    is_so("with as many values", all(len(values) == len(then["position"]) for values in [then["wall_ms"], *then["series"].values()]))


def series_of_before(city, view):
    """Figures over time do not begin anew with the coordinator: what was before is worked out of the log."""
    def ask(path):
        return city.ask("GET", "/api/v1" + path, **view).json()
    city.run("report", "S05", "check-in", "--adults", "7")
    last = ask("/status")["position"]
    city.stop()
    city.start()
    while (told := ask("/series"))["position"][:1] != [1] or told["position"][-1] < last:
        pass  # it is worked out
    positions, series = told["position"], told["series"]
    before = [position for position in positions if position <= last]
    is_so("they begin with the first record", before[0] == 1 and len(before) > 1, (last, positions))
    is_so("and go on in order", positions == sorted(positions) and told["wall_ms"] == sorted(told["wall_ms"]), positions)
    for name in ("reports", "arrivals"):
        is_so(f"{name} are a sum that never falls", series[name] == sorted(series[name]) and series[name][-1] > 0, series[name])
    is_so("who arrived before the start is counted", series["arrivals"][-1] == 7, series["arrivals"])
    for i, position in enumerate(before):
        then = ask(f"/status?at={position}")
        is_so("each is what a look back says", (series["sheltered"][i], series["nodes_present"][i], series["orders_open"][i], series["requests_open"][i]) ==
              (then["people"]["sheltered"], then["nodes"]["present"], then["orders"]["open"], then["requests"]["open"]), (position, then))
    then = ask(f"/series?at={before[-1] - 1}")
    is_so("a look back to before the start shows them until then", then["position"] == [position for position in before if position < before[-1]], then["position"])


def background(city, view):
    """The background of the map is read piece by piece, and only by who may see the map."""
    def piece(asked=None):
        return city.ask("GET", "/api/v1/background", **view, **({"Range": asked} if asked else {}))
    is_so("without one there is none", piece("bytes=0-6").status == 204)
    path, size = os.path.join(city.dir, "background.pmtiles"), 9 << 20
    with open(path, "wb") as file:
        file.write(b"PMTiles\3" + bytes(size - 9) + b"!")
    first = piece("bytes=0-7")
    is_so("a piece of it", first.status == 206 and first.body == b"PMTiles\3" and first.headers["content-range"] == f"bytes 0-7/{size}", first.headers)
    last = piece("bytes=-1")
    is_so("its end", last.status == 206 and last.body == b"!", last.body[:9])
    most = piece("bytes=0-")
    is_so("8 MiB at most", most.status == 206 and len(most.body) == 8 << 20 and most.headers["content-range"] == f"bytes 0-{(8 << 20) - 1}/{size}", most.headers)
    for asked in (None, "bytes=9-3", f"bytes={size}-", "bytes=0-1,4-5", "lines=0-1"):
        refused = piece(asked)
        is_so(f"no piece: {asked}", refused.status == 416 and refused.headers["content-range"] == f"bytes */{size}", refused.body)
    is_so("who has not logged in sees none of it", city.ask("GET", "/api/v1/background", Range="bytes=0-7").status == 401)
    os.remove(path)


def stop(city, view):
    streams = []
    for _ in range(200):
        stream = city.events(view)
        streams.append(stream)
    for stream in streams:
        until(stream, lambda data: b"event: hello" in data)
    metrics = city.ask("GET", "/metrics", **view).body
    is_so("200 streams are open", b"haven_http_streams 200\n" in metrics, metrics[-300:])
    is_so("a clean stop with them", city.stop() == 0)
    ends = []
    for stream in streams:
        try:
            while stream.recv(65536):
                pass
            ends.append(True)
        except ConnectionError:
            ends.append(False)
        stream.close()
    is_so("every one is ended in order", all(ends), ends.count(False))


def tls():
    if shutil.which("openssl") is None:
        print("[SKIP] TLS: no openssl to make a certificate with")
        return
    key, certificate = TOP + "/key.pem", TOP + "/certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", certificate, "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
    refused = subprocess.run([BIN + "/haven", "init", TOP + "/open", "--http", "0.0.0.0:0"], capture_output=True,
                             check=False)
    is_so("beyond this machine nothing goes out in the clear", refused.returncode == 64)
    city = City("tls", "--http", "0.0.0.0:0", "--certificate", certificate, "--certificate-key", key)
    context = ssl.create_default_context(cafile=certificate)
    with context.wrap_socket(city.connect(), server_hostname="localhost") as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        said = b""
        while part := connection.recv(65536):
            said += part
        is_so("over TLS it answers", b" 200 " in said and said.endswith(b"ok\n"), said[-100:])
        is_so("by TLS 1.2 or 1.3", connection.version() in ("TLSv1.2", "TLSv1.3"), connection.version())
    city.run("account", "add", "duty", "--roles", "planner", stdin=PASSWORD + "\n")
    login = json.dumps({"name": "duty", "password": PASSWORD}).encode()
    city.stop()
    city.start()  # which knows the account from its first answer on
    with context.wrap_socket(city.connect(), server_hostname="localhost") as connection:
        connection.sendall(b"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
                           b"Content-Length: %d\r\n\r\n" % len(login) + login)
        said = until_end(connection)
    cookie = Answer(said).headers.get("set-cookie", "")
    is_so("the cookie goes over TLS only", cookie.startswith("haven_session=") and "; Secure" in cookie, said[:200])
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    try:
        with old.wrap_socket(city.connect(), server_hostname="localhost") as connection:
            is_so("TLS 1.1 is refused", False, connection.version())
    except OSError as refused:
        is_so("TLS 1.1 is refused", True, refused)
    is_so("in the clear it does not", b" 200 " not in city.raw(b"GET /healthz HTTP/1.1\r\nConnection: close\r\nHost: localhost\r\n\r\n"))
    is_so("and stops cleanly", city.stop() == 0)


try:
    town = City("town", "--http", "127.0.0.1:0")
    town.run("region", "load", os.path.abspath("simulations/regions/siouxfalls"))
    viewer, planner, approver = roles(town)
    repeats(town, planner)
    events(town, viewer, planner)
    packed_events(town, viewer, planner)
    attacks(town, viewer, planner)
    ended_halves(town, planner)
    log_in(town)
    two_persons(town)
    directives(town, planner)
    timelines(town, viewer, planner)
    old_plans(town, planner)
    owners(town, viewer, planner, approver)
    requests(town, viewer, planner, approver)
    goods(town, viewer, planner)
    boxes(town, viewer, planner)
    queues(town, viewer)
    escalation(town, planner)
    situation(town, viewer, planner)
    tags(town, viewer)
    look_back(town, viewer)
    region_of_then()
    series_of_then(town, viewer)
    series_of_before(town, viewer)
    background(town, viewer)
    streams_end(town)
    records()
    stop(town, viewer)
    tls()
    automatic()
finally:
    for thing in list(globals().values()):
        if isinstance(thing, City) and thing.process.poll() is None:
            thing.process.kill()
    shutil.rmtree(TOP, ignore_errors=True)
print(f"http: {failed} failed")
sys.exit(1 if failed else 0)
