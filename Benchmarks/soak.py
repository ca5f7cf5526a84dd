#!/usr/bin/env python3
"""Writes at half of the peak rate for a long time and prints what grows: memory, files, latency.

    soak.py --martlet PATH [--minutes 30] [--share 0.5] [--port N]

First the peak is measured for ten seconds, then the share of it is written evenly: updates of 5,000 ConfigMaps of
1 KiB, every tenth a delete with its create. A line each half minute; at the end the last third of the time is compared
with the middle third. Exit status 1 when something grew by more than a fifth.
"""
import argparse, asyncio, json, os, statistics, sys, time

import load
from run import BenchmarkCluster, control_plane

KEYS, CONNECTIONS = 5000, 32


class Connection:
    """One HTTP/1.1 connection that writes its share of the keys."""

    def __init__(self, target, number):
        self.target, self.number, self.count, self.errors = target, number, 0, 0

    async def open(self):
        self.reader, self.writer = await asyncio.open_connection(self.target.host, self.target.port, ssl=self.target.context)

    def request(self):
        """The next writes: an update, or a delete with a create behind it."""
        self.count += 1
        name = f"c{(self.number + CONNECTIONS * self.count) % KEYS}"
        path = "/api/v1/namespaces/bench/configmaps"
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"text": f"{self.count:010}" + "x" * 1014}}
        if self.count % 10 == 0:
            return [self.target.request("DELETE", f"{path}/{name}"), self.target.request("POST", path, body)]
        return [self.target.request("PUT", f"{path}/{name}", body)]

    async def send(self, request):
        begun = time.monotonic()
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        await self.reader.readexactly(length)
        if head[9:10] != b"2":
            self.errors += 1
        return time.monotonic() - begun

    async def work(self, end, rate, latencies):
        """Writes until `end`; `rate` writes a second, as fast as it goes when that is nil. A late write is not left out."""
        due = time.monotonic()
        while time.monotonic() < end:
            for request in self.request():
                if rate:
                    due += 1 / rate
                    if (pause := due - time.monotonic()) > 0:
                        await asyncio.sleep(pause)
                latencies.append(await self.send(request))


def file_sizes(cluster):
    """Bytes of the store's files and of its write-ahead log."""
    main = log = 0
    for folder, _, names in os.walk(cluster.data):
        for name in names:
            if ".db" in name:
                size = os.path.getsize(os.path.join(folder, name))
                if name.endswith("-wal"):
                    log += size
                elif not name.endswith("-shm"):
                    main += size
    return main / 1e6, log / 1e6


async def soak(cluster, target, options):
    requests = [target.request("POST", "/api/v1/namespaces/bench/configmaps", {"metadata": {"name": f"c{n}"}, "data": {"text": "x"}}) for n in range(KEYS)]
    load.create(target, cluster.process(), requests, 32, 1)
    connections = [Connection(target, number) for number in range(CONNECTIONS)]
    await asyncio.gather(*(c.open() for c in connections))
    latencies = []
    await asyncio.gather(*(c.work(time.monotonic() + 10, None, latencies) for c in connections))
    rate = options.share * len(latencies) / 10
    print(f"peak {len(latencies) / 10:.0f} writes a second; now {rate:.0f} for {options.minutes} minutes", flush=True)
    end, samples = time.monotonic() + 60 * options.minutes, []
    while time.monotonic() < end:
        latencies = []
        begun = time.monotonic()
        await asyncio.gather(*(c.work(begun + 30, rate / CONNECTIONS, latencies) for c in connections))
        memory, (main, log) = cluster.memory("VmRSS")[0], file_sizes(cluster)
        latencies.sort()
        samples.append((memory, main, log, 1000 * latencies[len(latencies) * 99 // 100]))
        print(f"{len(samples) / 2:5.1f} min  {len(latencies) / (time.monotonic() - begun):6.0f}/s  resident {memory:6.1f} MiB  "
              f"store {main:7.1f} MB  log {log:6.1f} MB  p99 {samples[-1][3]:6.1f} ms", flush=True)
    errors = sum(c.errors for c in connections)
    print(f"{errors} refused")
    return samples, errors


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--martlet", required=True)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--share", type=float, default=0.5)
    parser.add_argument("--port", type=int, default=17543)
    options = parser.parse_args()
    options.martlet = os.path.abspath(options.martlet)
    cluster, target = control_plane(options)
    with cluster:
        samples, errors = asyncio.run(soak(cluster, target, options))
    third = len(samples) // 3
    grew = errors > 0
    for index, name in enumerate(["resident", "store", "log", "p99"]):
        middle, last = (statistics.median(s[index] for s in part) for part in (samples[third:2 * third] or samples, samples[2 * third:]))
        print(f"{name}: middle third {middle:.1f}, last third {last:.1f}")
        grew |= last > 1.2 * middle and last - middle > 1
    print("something grew" if grew else "all flat")
    return 1 if grew else 0


if __name__ == "__main__":
    sys.exit(main())
