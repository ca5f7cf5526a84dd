#!/usr/bin/env python3
"""A small CSI driver of a node, for tests: a volume is a folder below --state, staged and published by bind mounts.

    csi_driver.py --name NAME --registry DIR --socket PATH --state DIR [--topology KEY=VALUE]

Registers as a kubelet's plug-in in --registry. Every call is a line of JSON in STATE/calls. Messages are read and written by
their field numbers, so that no generated code is needed. Needs grpcio.
"""
import argparse, concurrent.futures, json, os, subprocess, threading

import grpc


def varint(number):
    out = bytearray()
    while True:
        out.append(number & 127 | (128 if number > 127 else 0))
        number >>= 7
        if not number:
            return bytes(out)


def field(number, content):
    """A field of a message: a number, or text or a message with its length."""
    if isinstance(content, (bool, int)):
        return varint(number << 3) + varint(int(content))
    content = content.encode() if isinstance(content, str) else content
    return varint(number << 3 | 2) + varint(len(content)) + content


def read(message):
    """Field numbers with all their contents."""
    fields, position = {}, 0

    def number():
        nonlocal position
        value = shift = 0
        while True:
            byte = message[position]
            position += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while position < len(message):
        tag = number()
        if tag & 7 == 0:
            content = number()
        else:
            length = number()
            content = message[position:position + length]
            position += length
        fields.setdefault(tag >> 3, []).append(content)
    return fields


def text(fields, number):
    return fields.get(number, [b""])[-1].decode()


def table(fields, number):
    entries = map(read, fields.get(number, []))
    return {text(entry, 1): text(entry, 2) for entry in entries}


class Driver:
    def __init__(self, options):
        self.options, self.lock = options, threading.Lock()
        os.makedirs(options.state, exist_ok=True)
        self.failing = os.path.join(options.state, "fail")

    def note(self, call, **facts):
        with self.lock, open(os.path.join(self.options.state, "calls"), "a") as file:
            file.write(json.dumps({"call": call, **facts}) + "\n")

    def GetInfo(self, _, __):
        return field(1, "CSIPlugin") + field(2, self.options.name) + field(3, self.options.socket) + field(4, "1.0.0")

    def NotifyRegistrationStatus(self, request, _):
        fields = read(request)
        self.note("registered", ok=bool(fields.get(1)), error=text(fields, 2))
        return b""

    def NodeGetInfo(self, _, __):
        key, _, value = self.options.topology.partition("=")
        topology = field(3, field(1, field(1, key) + field(2, value))) if key else b""
        return field(1, "id-of-this-node") + field(2, 7) + topology

    def NodeGetCapabilities(self, _, __):
        return b"".join(field(1, field(1, field(1, type))) for type in (1, 2, 3))  # staging, statistics, growing

    def mount(self, context, source, target, readonly=False):
        os.makedirs(target, exist_ok=True)
        if os.path.exists(self.failing):
            context.abort(grpc.StatusCode.INTERNAL, "told to fail")
        if not os.path.ismount(target) and subprocess.run(["findmnt", "-n", target], capture_output=True).returncode != 0:
            subprocess.run(["mount", "--bind", source, target], check=True)
            if readonly:
                subprocess.run(["mount", "-o", "remount,bind,ro", target], check=True)

    def unmount(self, target):
        subprocess.run(["umount", target], capture_output=True)
        if os.path.isdir(target):
            os.rmdir(target)
        elif os.path.exists(target):
            os.remove(target)

    def device(self, handle):
        """A loop device over a file, the same one for each call."""
        backing = os.path.join(self.options.state, handle + ".img")
        if not os.path.exists(backing):
            with open(backing, "w") as file:
                file.truncate(4 << 20)
        found = subprocess.run(["losetup", "-j", backing], capture_output=True, text=True, check=True).stdout.split(":")[0]
        return found or subprocess.run(["losetup", "--show", "-f", backing], capture_output=True, text=True, check=True).stdout.strip()

    def publish_device(self, handle, target):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if not os.path.exists(target):
            open(target, "w").close()
        if subprocess.run(["findmnt", "-n", target], capture_output=True).returncode != 0:
            subprocess.run(["mount", "--bind", self.device(handle), target], check=True)

    def NodeGetVolumeStats(self, request, _):
        fields = read(request)
        self.note("stats", volume=text(fields, 1), path=text(fields, 2))
        return (field(1, field(1, 700) + field(2, 1000) + field(3, 300) + field(4, 1))
                + field(1, field(1, 70) + field(2, 100) + field(3, 30) + field(4, 2)))

    def volume(self, handle):
        folder = os.path.join(self.options.state, "volumes", handle)
        os.makedirs(folder, exist_ok=True)
        return folder

    def NodeStageVolume(self, request, context):
        fields = read(request)
        self.note("stage", volume=text(fields, 1), path=text(fields, 3), publish=table(fields, 2), secrets=table(fields, 5), attributes=table(fields, 6))
        if 1 in read(fields[4][-1]):
            return b""
        self.mount(context, self.volume(text(fields, 1)), text(fields, 3))
        return b""

    def NodeUnstageVolume(self, request, _):
        fields = read(request)
        self.note("unstage", volume=text(fields, 1), path=text(fields, 2))
        self.unmount(text(fields, 2))
        return b""

    def NodePublishVolume(self, request, context):
        fields = read(request)
        staged, readonly = text(fields, 3), bool(fields.get(6, [0])[-1])
        self.note("publish", volume=text(fields, 1), path=text(fields, 4), publish=table(fields, 2), secrets=table(fields, 7), attributes=table(fields, 8), readonly=readonly)
        if 1 in read(fields[5][-1]):
            self.publish_device(text(fields, 1), text(fields, 4))
            return b""
        self.mount(context, staged or self.volume(text(fields, 1)), text(fields, 4), readonly)
        return b""

    def NodeUnpublishVolume(self, request, _):
        fields = read(request)
        self.note("unpublish", volume=text(fields, 1), path=text(fields, 2))
        self.unmount(text(fields, 2))
        return b""

    def NodeExpandVolume(self, request, _):
        fields = read(request)
        size = read(fields.get(3, [b""])[-1]).get(1, [0])[-1]
        self.note("expand", volume=text(fields, 1), path=text(fields, 2), bytes=size)
        return field(1, size)


def serve(path, services, streams={}):
    """A server on a Unix socket. `services` maps a service's name to its methods, `streams` to those that answer many times."""
    if os.path.exists(path):
        os.remove(path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(8))
    for name, methods in services.items():
        handlers = {method.__name__: grpc.unary_unary_rpc_method_handler(method) for method in methods}
        handlers.update({method.__name__: grpc.unary_stream_rpc_method_handler(method) for method in streams.get(name, [])})
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, handlers),))
    server.add_insecure_port("unix://" + path)
    server.start()
    return server


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("name", "registry", "socket", "state"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--topology", default="")
    options = parser.parse_args()
    driver = Driver(options)
    node = [driver.NodeGetInfo, driver.NodeGetCapabilities, driver.NodeStageVolume, driver.NodeUnstageVolume, driver.NodePublishVolume,
            driver.NodeUnpublishVolume, driver.NodeExpandVolume, driver.NodeGetVolumeStats]
    servers = [serve(options.socket, {"csi.v1.Node": node}),
               serve(os.path.join(options.registry, options.name + "-reg.sock"), {"pluginregistration.Registration": [driver.GetInfo, driver.NotifyRegistrationStatus]})]
    for server in servers:
        server.wait_for_termination()


if __name__ == "__main__":
    main()
