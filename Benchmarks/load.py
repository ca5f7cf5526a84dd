"""HTTPS clients for the benchmarks: many connections in a few processes, with as little work a request as Python allows.

Every connection has its own TLS session with a client certificate and is kept alive. Requests are bytes that were made
before the clock starts; of an answer only the status and the length are looked at.
"""
import asyncio, base64, collections, http.client, json, multiprocessing, os, ssl, time

FORK = multiprocessing.get_context("fork")
Load = collections.namedtuple("Load", "seconds client_cpu server_cpu latencies")


def server_cpu(pid):
    """User and system time of a process, in seconds."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Target:
    """Where the API is, and who asks: what an admin.kubeconfig says."""

    def __init__(self, cluster):
        config = json.loads(cluster.kubectl("config", "view", "--raw", "-o", "json"))
        user, server = config["users"][0]["user"], config["clusters"][0]["cluster"]
        self.host, port = server["server"].removeprefix("https://").rstrip("/").split(":")
        self.port, paths = int(port), []
        for name, text in (("client.crt", user["client-certificate-data"]), ("client.key", user["client-key-data"])):
            paths.append(os.path.join(cluster.directory, name))
            with open(paths[-1], "wb") as file:
                file.write(base64.b64decode(text))
        self.context = ssl.create_default_context(cadata=base64.b64decode(server["certificate-authority-data"]).decode())
        self.context.load_cert_chain(*paths)

    def request(self, method, path, body=None):
        head = f"{method} {path} HTTP/1.1\r\nhost: {self.host}:{self.port}\r\naccept: application/json\r\n"
        content = json.dumps(body).encode() if body is not None else b""
        if content:
            head += f"content-type: application/json\r\ncontent-length: {len(content)}\r\n"
        return head.encode() + b"\r\n" + content

    def connect(self):
        return http.client.HTTPSConnection(self.host, self.port, context=self.context, timeout=60)

    def ask(self, method, path, body=None, kind="application/json"):
        """One request on a connection of its own; gives the decoded answer."""
        connection = self.connect()
        connection.request(method, path, json.dumps(body) if body is not None else None, {"content-type": kind})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:300]!r}")
        return json.loads(text)


class Answers(asyncio.Protocol):
    """Reads the answers of one connection, one after the other; each adds the time since `sent` to `latencies`.

    Kinds of it say which answers they take (`accepts`), what follows one (`answered`), and what the end of the connection is (`fail`).
    """

    def __init__(self, latencies):
        self.latencies, self.buffer, self.length = latencies, bytearray(), None

    def write(self, request):
        self.sent = time.monotonic()
        self.transport.write(request)

    def data_received(self, data):
        self.buffer += data
        if self.length is None:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self.buffer[:end]).lower()
            at = head.find(b"content-length:")
            if at < 0 or not self.accepts(head[9:12]):
                return self.fail(f"unexpected answer: {bytes(self.buffer[:400])!r}")
            self.length = end + 4 + int(head[at + 15:].split(b"\r\n", 1)[0])
        if len(self.buffer) >= self.length:
            self.latencies.append(time.monotonic() - self.sent)
            del self.buffer[:self.length]
            self.length = None
            self.answered()

    def connection_lost(self, error):
        self.fail(f"the connection ended: {error}")


class Requester(Answers):
    """Sends one request after the other: the next when the last one is answered."""

    def __init__(self, requests, latencies):
        super().__init__(latencies)
        self.requests = requests
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport

    def send(self):
        request = next(self.requests, None)
        if request is None:
            self.done.set_result(None)
            self.transport.close()
            return
        self.write(request)

    def accepts(self, status):
        return status == b"201"

    def answered(self):
        self.send()

    def fail(self, text):
        if not self.done.done():
            self.done.set_exception(RuntimeError(text))


def requests_process(target, requests, connections, barrier, results):
    async def run():
        loop, shared, latencies = asyncio.get_running_loop(), iter(requests), []
        clients = [(await loop.create_connection(lambda: Requester(shared, latencies), target.host, target.port, ssl=target.context))[1]
                   for _ in range(connections)]
        barrier.wait(60)
        begun, cpu = time.monotonic(), time.process_time()
        for client in clients:
            client.send()
        await asyncio.gather(*(client.done for client in clients))
        return begun, time.monotonic(), time.process_time() - cpu, latencies

    try:
        results.put(asyncio.run(run()))
    except Exception as error:
        results.put(error)


def create(target, pid, requests, connections, processes):
    """Sends creates over `connections` connections from `processes` processes. All must be answered with 201."""
    barrier, results = FORK.Barrier(processes + 1), FORK.Queue()
    workers = [FORK.Process(target=requests_process, args=(target, requests[n::processes], connections // processes, barrier, results), daemon=True)
               for n in range(processes)]
    for worker in workers:
        worker.start()
    barrier.wait(60)
    cpu = server_cpu(pid)
    answers = [collected(results) for _ in workers]
    cpu = server_cpu(pid) - cpu
    for worker in workers:
        worker.join()
    seconds = max(a[1] for a in answers) - min(a[0] for a in answers)
    return Load(seconds, sum(a[2] for a in answers), cpu, sorted(x for a in answers for x in a[3]))


def collected(results, seconds=300):
    answer = results.get(timeout=seconds)
    if isinstance(answer, Exception):
        raise answer
    return answer


class Watcher(asyncio.Protocol):
    """One watch over HTTP/1.1. Tells `arrived` about each mark, once, when the event that carries it is there."""

    def __init__(self, request, marks, arrived):
        self.request, self.marks, self.arrived, self.round, self.tail = request, marks, arrived, 0, b""
        self.open = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        transport.write(self.request)

    def data_received(self, data):
        if not self.open.done():
            self.open.set_result(data[9:12] == b"200")
        text = self.tail + data
        while self.round < len(self.marks) and self.marks[self.round] in text:
            self.arrived(self.round)
            self.round += 1
        self.tail = text[-64:]

    def connection_lost(self, error):
        if not self.open.done():
            self.open.set_result(False)


def watchers_process(target, request, count, marks, barrier, results):
    async def run():
        loop, missing, finished = asyncio.get_running_loop(), [count] * len(marks), asyncio.Event()

        def arrived(number):
            missing[number] -= 1
            if missing[number] == 0:
                results.put((number, time.monotonic(), time.process_time()))
                if number == len(marks) - 1:
                    finished.set()

        for _ in range(count):
            watcher = (await loop.create_connection(lambda: Watcher(request, marks, arrived), target.host, target.port, ssl=target.context))[1]
            if not await asyncio.wait_for(watcher.open, 30):
                raise RuntimeError("a watch was refused")
        await loop.run_in_executor(None, barrier.wait, 120)
        await asyncio.wait_for(finished.wait(), 120)

    try:
        asyncio.run(run())
    except Exception as error:
        results.put(error)
        barrier.abort()


def watch(target, request, count, marks, processes, write):
    """Opens `count` watches, calls `write(mark)` for each mark, and gives for each the seconds until the last watch has it."""
    barrier, results, times = FORK.Barrier(processes + 1), FORK.Queue(), []
    workers = [FORK.Process(target=watchers_process, args=(target, request, count // processes, marks, barrier, results), daemon=True)
               for _ in range(processes)]
    for worker in workers:
        worker.start()
    barrier.wait(120)
    for mark in marks:
        time.sleep(0.3)
        begun = time.monotonic()
        write(mark)
        answered = time.monotonic() - begun
        last = max(collected(results, 60)[1] for _ in workers)
        times.append((last - begun, answered))
    for worker in workers:
        worker.join()
    return times
