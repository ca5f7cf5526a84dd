#!/usr/bin/env python3
"""Writers, readers and watchers at once, the server killed at random, and every answer checked against one history.

    linearizability.py --martlet PATH [--engine sqlite|etcd|both] [--seconds N] [--seed N]

Of each object: an update that names a version succeeds only on top of that version (so of two, one), versions grow,
and what was acknowledged is in the history. A read or list that begins after an answer shows at least that answer. A
watch shows each write once, in order, without a gap, also over the server's deaths. With etcd two servers share one
store, and etcd is killed too. Needs etcd for that engine. The last line says `N passed, N failed`.
"""
import argparse, bisect, collections, concurrent.futures, http.client, json, os, random, shutil, signal, subprocess, sys, tempfile, threading, time
from faults import ControlPlane
from run import Failure

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Benchmarks"))
from load import Target  # noqa: E402

PATH = "/api/v1/namespaces/default/configmaps"
KEYS, WRITERS, READERS = 12, 6, 3
# What came of a request: it took effect, it did not, or nobody can say.
DONE, REFUSED, UNKNOWN = "done", "refused", "unknown"
Write = collections.namedtuple("Write", "key kind value base version begin end outcome")
Read = collections.namedtuple("Read", "key version value begin end revision")


class Client:
    """One connection that is made anew when it breaks."""

    def __init__(self, target):
        self.target, self.connection = target, None

    def ask(self, method, path, body=None):
        """Status and decoded answer; (0, None) when the connection broke and (None, None) when none could be made."""
        try:
            if self.connection is None:
                self.connection = http.client.HTTPSConnection(self.target.host, self.target.port, context=self.target.context, timeout=10)
                self.connection.connect()
        except OSError:
            self.connection = None
            return None, None
        try:
            self.connection.request(method, path, json.dumps(body) if body else None, {"content-type": "application/json"})
            answer = self.connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            self.connection.close()
            self.connection = None
            return 0, None


class Run:
    def __init__(self, targets, seconds, seed):
        self.targets, self.end, self.seed = targets, time.monotonic() + seconds, seed
        self.writes, self.reads, self.lists, self.events, self.problems = [], [], [], [], []
        self.lock = threading.Lock()

    @property
    def over(self):
        return time.monotonic() > self.end

    def client(self, random):
        return Client(random.choice(self.targets))

    def write(self, number):
        chance = random.Random(f"{self.seed}-w{number}")
        clients, count = [Client(target) for target in self.targets], 0
        known = {}
        while not self.over:
            client, key = chance.choice(clients), f"k{chance.randrange(KEYS)}"
            count += 1
            value = f"w{number}-{count}"
            base = known.get(key)
            if base is None or chance.random() < 0.3:
                status, body = client.ask("GET", f"{PATH}/{key}")
                if status == 404:
                    self.send(client, "create", key, value, None, known)
                    continue
                if status != 200:
                    time.sleep(0.02)
                    continue
                base = int(body["metadata"]["resourceVersion"])
            kind = "delete" if chance.random() < 0.05 else "update"
            self.send(client, kind, key, value, base, known)

    def send(self, client, kind, key, value, base, known):
        body = {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": key}, "data": {"value": value}}
        begin = time.monotonic()
        if kind == "create":
            status, answer = client.ask("POST", PATH, body)
        elif kind == "update":
            body["metadata"]["resourceVersion"] = str(base)
            status, answer = client.ask("PUT", f"{PATH}/{key}", body)
        else:
            status, answer = client.ask("DELETE", f"{PATH}/{key}", {"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": {"resourceVersion": str(base)}})
        end, version, outcome = time.monotonic(), None, REFUSED
        if status in (200, 201):
            outcome = DONE
            if kind != "delete":
                version = known[key] = int(answer["metadata"]["resourceVersion"])
        elif status == 0 or (status is not None and status >= 500):
            # A 500 or 504 may stand for a write that the store has taken.
            outcome = UNKNOWN
        if outcome != DONE or kind == "delete":
            known.pop(key, None)
        if status is None:
            time.sleep(0.02)
            return
        with self.lock:
            self.writes.append(Write(key, kind, value, base, version, begin, end, outcome))

    def read(self, number):
        chance = random.Random(f"{self.seed}-r{number}")
        clients = [Client(target) for target in self.targets]
        while not self.over:
            client, begin = chance.choice(clients), time.monotonic()
            if chance.random() < 0.3:
                status, body = client.ask("GET", PATH)
                if status == 200:
                    items = {item["metadata"]["name"]: (int(item["metadata"]["resourceVersion"]), item["data"]["value"]) for item in body["items"] if item["metadata"]["name"].startswith("k") and "value" in item.get("data", {})}
                    with self.lock:
                        self.lists.append((int(body["metadata"]["resourceVersion"]), items, begin, time.monotonic()))
            else:
                key = f"k{chance.randrange(KEYS)}"
                status, body = client.ask("GET", f"{PATH}/{key}")
                if status == 200:
                    with self.lock:
                        self.reads.append(Read(key, int(body["metadata"]["resourceVersion"]), body["data"]["value"], begin, time.monotonic(), None))
            if status in (None, 0):
                time.sleep(0.02)

    def watch(self, number, since):
        """Follows everything from one version, over as many connections as it takes."""
        chance = random.Random(f"{self.seed}-o{number}")
        seen, version = [], since
        deadline = self.end + 15
        while time.monotonic() < deadline:
            target = chance.choice(self.targets)
            connection = http.client.HTTPSConnection(target.host, target.port, context=target.context, timeout=3)
            try:
                connection.request("GET", f"{PATH}?watch=true&resourceVersion={version}&allowWatchBookmarks=true&timeoutSeconds=8")
                answer = connection.getresponse()
                if answer.status != 200:
                    time.sleep(0.05)
                    continue
                while line := answer.readline():
                    event = json.loads(line)
                    if event["type"] == "ERROR":
                        self.problem(f"watch {number} after {version}: {event['object']}")
                        deadline = 0
                        break
                    version = int(event["object"]["metadata"]["resourceVersion"])
                    if event["type"] != "BOOKMARK" and event["object"]["metadata"]["name"].startswith("k"):
                        seen.append((version, event["type"], event["object"]["metadata"]["name"], event["object"].get("data", {}).get("value")))
                    if time.monotonic() > deadline:
                        break
            except (OSError, http.client.HTTPException, ValueError):
                pass
            finally:
                connection.close()
        with self.lock:
            self.events.append((number, seen))

    def problem(self, text):
        with self.lock:
            self.problems.append(text)


def check(run):
    """Every contradiction between what was answered and one history; the longest watch tells the history."""
    problems = list(run.problems)
    histories = [seen for _, seen in run.events]
    for number, seen in run.events:
        for (before, *_), (after, *rest) in zip(seen, seen[1:]):
            if after <= before:
                problems.append(f"watch {number}: {rest} at {after} comes after {before}")
    if any(history != histories[0] for history in histories):
        longest = max(histories, key=len)
        for number, seen in run.events:
            known = set(seen)
            missing = [event for event in longest if event not in known]
            if missing:
                problems.append(f"watch {number} misses {len(missing)} events: {missing[:3]}")
    history = max(histories, key=len)
    by_key = collections.defaultdict(list)
    for version, kind, key, value in history:
        by_key[key].append((version, kind, value))
    by_value = {value: (version, key) for version, kind, key, value in history if kind != "DELETED"}
    based = collections.Counter((w.key, w.base) for w in run.writes if w.outcome == DONE and w.kind == "update")
    problems += [f"{count} updates succeeded on top of {key} at {base}" for (key, base), count in based.items() if count > 1]
    for w in run.writes:
        if w.kind == "delete":
            continue
        place = by_value.get(w.value)
        if w.outcome == DONE and (place is None or place[0] != w.version):
            problems.append(f"acknowledged and not in the history: {w}, there {place}")
        if w.outcome == REFUSED and place is not None:
            problems.append(f"refused and in the history: {w} at {place}")
        if place and w.kind == "update":
            chain = by_key[w.key]
            index = bisect.bisect_left(chain, place[0], key=lambda event: event[0])
            if index == 0 or chain[index - 1][0] != w.base:
                problems.append(f"{w} lies on {chain[index - 1] if index else None}")
    problems += real_time(run, by_key)
    return problems


def real_time(run, by_key):
    """Answers show at least what was acknowledged before they were asked for, and never what is undone."""
    problems = []
    written = {key: {(version, value) for version, kind, value in events if kind != "DELETED"} for key, events in by_key.items()}
    done = sorted((w for w in run.writes if w.outcome == DONE and w.version), key=lambda w: w.end)
    for kind, reads in (("read", run.reads), ("list", run.lists)):
        newest, position, latest = {}, 0, 0
        for r in sorted(reads, key=lambda r: r.begin if kind == "read" else r[2]):
            begin = r.begin if kind == "read" else r[2]
            while position < len(done) and done[position].end < begin:
                newest[done[position].key] = max(newest.get(done[position].key, 0), done[position].version)
                latest = max(latest, done[position].version)
                position += 1
            if kind == "read":
                if r.version < newest.get(r.key, 0):
                    problems.append(f"stale: {r}, {newest[r.key]} was acknowledged before")
                if (r.version, r.value) not in written.get(r.key, ()):
                    problems.append(f"never written: {r}")
            else:
                revision, items, *_ = r
                if revision < latest:
                    problems.append(f"stale list at {revision}, {latest} was acknowledged before")
                for key, events in by_key.items():
                    place = bisect.bisect_right(events, revision, key=lambda event: event[0])
                    last = events[place - 1] if place else None
                    expected = None if last is None or last[1] == "DELETED" else (last[0], last[2])
                    if items.get(key) != expected:
                        problems.append(f"list at {revision}: {key} is {items.get(key)}, the history says {expected}")
    return problems


def torment(run, servers, etcd, chance):
    """Kills a server (or etcd) every few seconds and starts it again."""
    deaths = 0
    while not run.over:
        time.sleep(chance.uniform(1.5, 5))
        if run.over:
            break
        if etcd and chance.random() < 0.3:
            etcd.restart()
        else:
            server = chance.choice(servers)
            server.kill()
            time.sleep(chance.uniform(0, 0.3))
            server.up()
        deaths += 1
    return deaths


class Etcd:
    def __init__(self, directory, port):
        program = shutil.which("etcd")
        if not program:
            raise Failure("there is no etcd: tools/install-packages test installs it")
        self.url = f"http://127.0.0.1:{port}"
        self.command = [program, "--data-dir", os.path.join(directory, "etcd"), "--listen-client-urls", self.url, "--advertise-client-urls", self.url,
                        "--listen-peer-urls", f"http://127.0.0.1:{port + 1}", "--log-level", "error"]
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def restart(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.start()

    def stop(self):
        self.process.kill()
        self.process.wait()


def one(martlet, engine, seconds, seed):
    directory = tempfile.mkdtemp(prefix="martlet-history-")
    etcd, servers = None, []
    try:
        flags = ["--components", "apiserver"]
        if engine == "etcd":
            etcd = Etcd(directory, 17790)
            flags += ["--etcd-servers", etcd.url]
        for number in range(2 if etcd else 1):
            server = ControlPlane(martlet, os.path.join(directory, str(number)), 17780 + number, *flags[2:], components="apiserver")
            server.up()
            servers.append(server)
        run = Run([Target(server) for server in servers], seconds, seed)
        status, body = Client(run.targets[0]).ask("GET", PATH)
        since = body["metadata"]["resourceVersion"]
        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            tasks = [pool.submit(run.write, n) for n in range(WRITERS)] + [pool.submit(run.read, n) for n in range(READERS)]
            tasks += [pool.submit(run.watch, n, since) for n in range(2 * len(servers))]
            deaths = torment(run, servers, etcd, random.Random(seed))
            for task in tasks:
                task.result()
        problems = check(run)
        done = sum(w.outcome == DONE for w in run.writes)
        unknown = sum(w.outcome == UNKNOWN for w in run.writes)
        print(f"{engine}: {done} writes acknowledged, {unknown} unknown, {len(run.reads)} reads, {len(run.lists)} lists, {len(run.events[0][1])} events, "
              f"{deaths} deaths, seed {seed}", flush=True)
        for problem in problems[:20]:
            print(f"  {problem}")
        if done < 5 * seconds or not run.lists or deaths == 0:
            problems.append("too little happened")
            print("  too little happened")
        return not problems
    finally:
        for server in servers:
            server.down("--purge")
        if etcd:
            etcd.stop()
        shutil.rmtree(directory, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--martlet", required=True)
    parser.add_argument("--engine", choices=["sqlite", "etcd", "both"], default="both")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options = parser.parse_args()
    engines = ["sqlite", "etcd"] if options.engine == "both" else [options.engine]
    print(f"seed {options.seed}", flush=True)
    passed = sum(one(os.path.abspath(options.martlet), engine, options.seconds, options.seed) for engine in engines)
    print(f"{passed} passed, {len(engines) - passed} failed")
    return 0 if passed == len(engines) else 1


if __name__ == "__main__":
    sys.exit(main())
