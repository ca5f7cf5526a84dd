#!/usr/bin/env python3
"""A small driver of devices (dynamic resource allocation), for tests: a device is a variable and a file in the container.

    device_driver.py --name NAME --registry DIR --socket PATH --state DIR --cdi DIR

Registers as a kubelet's plug-in in --registry. Every call is a line of JSON in STATE/calls; while STATE/fail exists, claims are
refused. What containers get stands in a file of the Container Device Interface in --cdi. Needs grpcio.
"""
import argparse, json, os, threading

from csi_driver import field, read, serve, text


class DeviceDriver:
    def __init__(self, options):
        self.options, self.lock = options, threading.Lock()
        os.makedirs(options.state, exist_ok=True)

    def note(self, call, **facts):
        with self.lock, open(os.path.join(self.options.state, "calls"), "a") as file:
            file.write(json.dumps({"call": call, **facts}) + "\n")

    def GetInfo(self, _, __):
        return field(1, "DRAPlugin") + field(2, self.options.name) + field(3, self.options.socket) + field(4, "v1beta1.DRAPlugin") + field(4, "v1.DRAPlugin")

    def NotifyRegistrationStatus(self, request, _):
        fields = read(request)
        self.note("registered", ok=bool(fields.get(1)), error=text(fields, 2))
        return b""

    def file(self, claim):
        return os.path.join(self.options.cdi, f"{self.options.name}-{claim}.json")

    def NodePrepareResources(self, request, _):
        answer = b""
        for claim in map(read, read(request).get(1, [])):
            uid = text(claim, 2)
            self.note("prepare", namespace=text(claim, 1), uid=uid, name=text(claim, 3))
            if os.path.exists(os.path.join(self.options.state, "fail")):
                answer += field(1, field(1, uid) + field(2, field(2, "told to fail")))
                continue
            shown = os.path.join(self.options.state, "shown")
            with open(shown, "w") as file:
                file.write("from the device")
            os.makedirs(self.options.cdi, exist_ok=True)
            with open(self.file(uid), "w") as file:
                json.dump({"cdiVersion": "0.5.0", "kind": f"{self.options.name}/toy", "containerEdits": {"env": ["COMMON=1"]}, "devices": [
                    {"name": uid, "containerEdits": {"env": [f"TOY={text(claim, 3)}"], "deviceNodes": [{"path": "/dev/toy", "hostPath": "/dev/null"}],
                                                     "mounts": [{"hostPath": shown, "containerPath": "/toy", "options": ["ro", "bind"]}]}}]}, file)
            device = field(1, "toy") + field(2, "pool") + field(3, "toy-0") + field(4, f"{self.options.name}/toy={uid}")
            answer += field(1, field(1, uid) + field(2, field(1, device)))
        return answer

    def NodeUnprepareResources(self, request, _):
        answer = b""
        for claim in map(read, read(request).get(1, [])):
            uid = text(claim, 2)
            self.note("unprepare", uid=uid)
            if os.path.exists(self.file(uid)):
                os.remove(self.file(uid))
            answer += field(1, field(1, uid) + field(2, b""))
        return answer


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("name", "registry", "socket", "state", "cdi"):
        parser.add_argument("--" + name, required=True)
    options = parser.parse_args()
    driver = DeviceDriver(options)
    servers = [serve(options.socket, {"k8s.io.kubelet.pkg.apis.dra.v1.DRAPlugin": [driver.NodePrepareResources, driver.NodeUnprepareResources]}),
               serve(os.path.join(options.registry, options.name + "-reg.sock"), {"pluginregistration.Registration": [driver.GetInfo, driver.NotifyRegistrationStatus]})]
    for server in servers:
        server.wait_for_termination()


if __name__ == "__main__":
    main()
