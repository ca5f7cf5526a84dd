#!/usr/bin/env python3
"""A small device plug-in (v1beta1), for tests: a device is a variable, a file and a device node in the container.

    device_plugin.py --resource NAME --folder DIR --state DIR [--devices N]

Registers at kubelet.sock in --folder, and again whenever that is made anew. Every call is a line of JSON in STATE/calls; devices
whose ids are files in STATE/broken are unhealthy; while STATE/fail exists, nothing is allocated. Needs grpcio.
"""
import argparse, json, os, threading, time

import grpc
from csi_driver import field, read, serve


class Plugin:
    def __init__(self, options):
        self.options, self.lock = options, threading.Lock()
        self.ids = [f"toy-{number}" for number in range(options.devices)]
        os.makedirs(options.state + "/broken", exist_ok=True)
        self.socket = os.path.join(options.folder, options.resource.replace("/", "-") + ".sock")
        self.server = None

    def note(self, call, **facts):
        with self.lock, open(os.path.join(self.options.state, "calls"), "a") as file:
            file.write(json.dumps({"call": call, **facts}) + "\n")

    def GetDevicePluginOptions(self, _, __):
        return field(1, True) + field(2, True)

    def listed(self):
        broken = os.listdir(self.options.state + "/broken")
        return b"".join(field(1, field(1, name) + field(2, "Unhealthy" if name in broken else "Healthy")) for name in self.ids)

    def ListAndWatch(self, _, context):
        last = None
        while context.is_active():
            now = self.listed()
            if now != last:
                yield now
            last = now
            time.sleep(0.2)

    def GetPreferredAllocation(self, request, _):
        asked = read(read(request)[1][0])
        must = [x.decode() for x in asked.get(2, [])]
        # The last ones, to be told apart from a choice by order.
        rest = sorted((x.decode() for x in asked[1] if x.decode() not in must), reverse=True)
        chosen = (must + rest)[:asked.get(3, [0])[-1]]
        self.note("prefer", chosen=chosen)
        return field(1, b"".join(field(1, name) for name in chosen))

    def Allocate(self, request, context):
        ids = [name.decode() for part in read(request)[1] for name in read(part)[1]]
        self.note("allocate", ids=ids)
        if os.path.exists(os.path.join(self.options.state, "fail")):
            context.abort(grpc.StatusCode.INTERNAL, "told to fail")
        shown = os.path.join(self.options.state, "shown")
        with open(shown, "w") as file:
            file.write("from the plug-in")
        return field(1, field(1, field(1, "TOYS") + field(2, ",".join(ids))) + field(2, field(1, "/toy") + field(2, shown) + field(3, True))
                     + field(3, field(1, "/dev/toy") + field(2, "/dev/null") + field(3, "rw")) + field(4, field(1, "toys.test/ids") + field(2, ",".join(ids))))

    def PreStartContainer(self, request, _):
        self.note("start", ids=[name.decode() for name in read(request)[1]])
        return b""

    def start(self):
        if self.server:
            self.server.stop(0).wait()
        self.server = serve(self.socket, {"v1beta1.DevicePlugin": [
            self.GetDevicePluginOptions, self.GetPreferredAllocation, self.Allocate, self.PreStartContainer]}, streams={"v1beta1.DevicePlugin": [self.ListAndWatch]})
        request = field(1, "v1beta1") + field(2, os.path.basename(self.socket)) + field(3, self.options.resource) + field(4, field(1, True) + field(2, True))
        with grpc.insecure_channel("unix://" + os.path.join(self.options.folder, "kubelet.sock")) as channel:
            channel.unary_unary("/v1beta1.Registration/Register")(request, timeout=5)
        self.note("registered")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("resource", "folder", "state"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--devices", type=int, default=3)
    options = parser.parse_args()
    plugin, kubelet, seen = Plugin(options), os.path.join(options.folder, "kubelet.sock"), None
    while True:
        try:
            made = os.stat(kubelet).st_ino, os.stat(kubelet).st_ctime_ns
            if made != seen:
                plugin.start()
                seen = made
        except (FileNotFoundError, grpc.RpcError) as error:
            plugin.note("waits", error=str(error))
        time.sleep(0.2)


if __name__ == "__main__":
    main()
