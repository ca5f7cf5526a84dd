#!/usr/bin/env python3
"""Writes at half of the peak rate for a long time and prints what grows: memory, files, latency.

    soak.py --martlet PATH [--minutes 30] [--share 0.5] [--port N]

First the peak is measured for ten seconds, then the share of it is written evenly: updates of 5,000 ConfigMaps of
1 KiB, every tenth a delete with its create. A line each half minute; at the end the last third of the time is compared
with the middle third. Exit status 1 when something grew by more than a fifth.
"""
import argparse, asyncio, collections, os, statistics, sys, time

import load
from run import BenchmarkCluster, control_plane

KEYS, CONNECTIONS = 5000, 64


class Writer(load.Answers):
    """One HTTP/1.1 connection that writes its share of the keys, one request at a time."""

    def __init__(self, target, number, idle, latencies):
        super().__init__(latencies)
        self.target, self.number, self.idle = target, number, idle
        self.count, self.errors, self.second = 0, 0, None

    def connection_made(self, transport):
        self.transport = transport
        self.idle.append(self)

    def send(self):
        """The next write: an update, or a delete with its create behind it."""
        if self.second:
            request, self.second = self.second, None
        else:
            self.count += 1
            name = f"c{(self.number + CONNECTIONS * self.count) % KEYS}"
            path = "/api/v1/namespaces/bench/configmaps"
            body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"text": f"{self.count:010}" + "x" * 1014}}
            if self.count % 10 == 0:
                request, self.second = self.target.request("DELETE", f"{path}/{name}"), self.target.request("POST", path, body)
            else:
                request = self.target.request("PUT", f"{path}/{name}", body)
        self.write(request)

    def accepts(self, status):
        self.errors += status[:1] != b"2"
        return True

    def answered(self):
        self.idle.append(self)

    def fail(self, text):
        self.errors += 1


async def write(idle, seconds, rate):
    """Writes for `seconds`; `rate` writes a second, as fast as it goes when that is nil. What is late is made up for."""
    begun, sent = time.monotonic(), 0
    while (now := time.monotonic() - begun) < seconds:
        while idle and (rate is None or sent < now * rate):
            idle.popleft().send()
            sent += 1
        await asyncio.sleep(0.001 if rate else 0)


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
    loop, idle, latencies = asyncio.get_running_loop(), collections.deque(), []
    writers = [(await loop.create_connection(lambda: Writer(target, number, idle, latencies), target.host, target.port, ssl=target.context))[1]
               for number in range(CONNECTIONS)]
    await write(idle, 10, None)
    rate = options.share * len(latencies) / 10
    print(f"peak {len(latencies) / 10:.0f} writes a second; now {rate:.0f} for {options.minutes} minutes", flush=True)
    end, samples = time.monotonic() + 60 * options.minutes, []
    while time.monotonic() < end:
        latencies.clear()
        begun = time.monotonic()
        await write(idle, 30, rate)
        memory, (main, log) = cluster.memory("VmRSS")[0], file_sizes(cluster)
        late = sorted(latencies)
        samples.append((memory, main, log, 1000 * late[len(late) * 99 // 100]))
        print(f"{len(samples) / 2:5.1f} min  {len(late) / (time.monotonic() - begun):6.0f}/s  resident {memory:6.1f} MiB  "
              f"store {main:7.1f} MB  log {log:6.1f} MB  p99 {samples[-1][3]:6.1f} ms", flush=True)
    errors = sum(writer.errors for writer in writers)
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
