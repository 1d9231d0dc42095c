"""What the HTTP interface takes of the processors, for bench_http.

  http_readers.py cost PID URL     processor time of the interface's thread for each kind of answer
  http_readers.py processor PID    of that thread, and of all others of the coordinator, so far
"""
import gzip
import json
import os
import sys
import time
import urllib.request

PID = sys.argv[2]
INTERFACE_NICE = 5


def nice(task):
    with open(f"/proc/{PID}/task/{task}/stat", encoding="ascii") as file:
        return int(file.read().rsplit(")", 1)[1].split()[16])


def thread_seconds():
    """Of the thread of the interface."""
    for task in os.listdir(f"/proc/{PID}/task"):
        if nice(task) == INTERFACE_NICE:
            with open(f"/proc/{PID}/task/{task}/schedstat", encoding="ascii") as file:
                return int(file.read().split()[0]) / 1e9
    raise SystemExit("no thread of the interface")


def cost():
    url = sys.argv[3]
    for what, path, times in (("a page of 100, by fullness", "/shelters?sort=-fullness", 100),
                              ("a page of 100, as it stands", "/shelters", 200),
                              ("a page of 100, searched", "/shelters?q=42", 100),
                              ("status", "/status", 50),
                              ("series for the charts", "/series", 50),
                              ("all as GeoJSON, gzip", "/shelters?format=geojson", 8)):
        before, took = thread_seconds(), []
        for _ in range(times):
            began = time.perf_counter()
            request = urllib.request.Request(url + "/api/v1" + path, headers={"Accept-Encoding": "gzip"})
            body = urllib.request.urlopen(request, timeout=60).read()
            took.append(time.perf_counter() - began)
        whole = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
        spent = (thread_seconds() - before) / times
        print(f"{what:30} {spent * 1000:7.1f} ms processor, {sorted(took)[times // 2] * 1000:7.1f} ms median, "
              f"{len(body) / 1024:8.0f} KiB of {len(whole) / 1024:.0f}")


def processor():
    """Seconds of a processor so far: of the thread of the interface, and of all others of the coordinator."""
    interface = others = 0
    for task in os.listdir(f"/proc/{PID}/task"):
        with open(f"/proc/{PID}/task/{task}/schedstat", encoding="ascii") as file:
            spent = int(file.read().split()[0]) / 1e9
        if nice(task) == INTERFACE_NICE:
            interface += spent
        else:
            others += spent
    print(json.dumps({"interface": interface, "others": others}))


cost() if sys.argv[1] == "cost" else processor()
