"""Readers of the HTTP interface for bench_http.

  http_readers.py cost URL PID            processor time of the interface's thread for each kind of answer
  http_readers.py crowd URL PID SECONDS   200 event streams and 50 pages that ask once a second
"""
import asyncio
import gzip
import json
import os
import sys
import time
import urllib.request

URL, PID = sys.argv[2], sys.argv[3]
HOST, PORT = URL.split("://")[1].rsplit(":", 1)
TICK = os.sysconf("SC_CLK_TCK")


def thread_seconds():
    """Of the thread that runs at nice 5."""
    for task in os.listdir(f"/proc/{PID}/task"):
        with open(f"/proc/{PID}/task/{task}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        if fields[16] == "5":
            return (int(fields[11]) + int(fields[12])) / TICK
    raise SystemExit("no thread of the interface")


def cost():
    for what, path, times in (("a page of 100, by fullness", "/shelters?sort=-fullness", 100),
                              ("a page of 100, as it stands", "/shelters", 200),
                              ("a page of 100, searched", "/shelters?q=42", 100),
                              ("status", "/status", 50),
                              ("all as GeoJSON, gzip", "/shelters?format=geojson", 8)):
        before, took = thread_seconds(), []
        for _ in range(times):
            began = time.perf_counter()
            request = urllib.request.Request(URL + "/api/v1" + path, headers={"Accept-Encoding": "gzip"})
            body = urllib.request.urlopen(request, timeout=60).read()
            took.append(time.perf_counter() - began)
        whole = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
        spent = (thread_seconds() - before) / times
        print(f"{what:30} {spent * 1000:7.1f} ms processor, {sorted(took)[times // 2] * 1000:7.1f} ms median, "
              f"{len(body) / 1024:8.0f} KiB of {len(whole) / 1024:.0f}")


class Crowd:
    def __init__(self):
        self.events = self.bytes = self.open = 0
        self.took = []

    async def stream(self):
        reader, writer = await asyncio.open_connection(HOST, int(PORT), limit=1 << 24)
        writer.write(b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.open += 1
        while part := await reader.read(1 << 18):
            self.bytes += len(part)
            self.events += part.count(b"event: changes")

    async def page(self, number):
        await asyncio.sleep(number / 50)
        while True:
            began = time.perf_counter()
            reader, writer = await asyncio.open_connection(HOST, int(PORT))
            writer.write(b"GET /api/v1/shelters?limit=100 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            await reader.read(-1)
            writer.close()
            self.took.append(time.perf_counter() - began)
            await asyncio.sleep(max(0, 1 - (time.perf_counter() - began)))

    async def run(self, seconds):
        tasks = [asyncio.create_task(self.stream()) for _ in range(200)]
        tasks += [asyncio.create_task(self.page(number)) for number in range(50)]
        while self.open < 200:
            await asyncio.sleep(0.05)
        print("ready", flush=True)
        before = thread_seconds()
        await asyncio.sleep(seconds)
        spent = thread_seconds() - before
        for task in tasks:
            task.cancel()
        self.took.sort()
        print(f"meanwhile: {self.events / 200 / seconds:.1f} events a second a stream, {self.bytes / seconds / 1e6:.1f} MB/s "
              f"to all; a page in {self.took[len(self.took) // 2] * 1000:.0f} ms (median), "
              f"{self.took[len(self.took) * 99 // 100] * 1000:.0f} ms (p99); "
              f"thread of the interface busy {100 * spent / seconds:.0f} %")


if sys.argv[1] == "cost":
    cost()
else:
    asyncio.run(Crowd().run(float(sys.argv[4])))
