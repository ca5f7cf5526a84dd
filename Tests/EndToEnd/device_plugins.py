#!/usr/bin/env python3
"""Device plug-ins (v1beta1): registration, the node's resources, what containers get, failures, restarts of both sides.

    device_plugins.py --martlet PATH [--only SUBSTRING] [--keep]

Needs root (containers), kubectl, grpcio, and a static busybox. The last line says `N passed, N failed`.
"""
import json, os, subprocess, sys

import grpc
from contained import apply, ended, patch, pod, status
from csi_driver import field, read, text
from run import contains, equal, run_node_cluster, until

CASES = []


def case(function):
    CASES.append(function)
    return function


class Toys:
    """A plug-in that runs."""
    def __init__(self, c, resource, devices=3):
        self.resource, self.state = resource, os.path.join(c.directory, resource.replace("/", "-"))
        program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "device_plugin.py")
        self.words = [sys.executable, program, "--resource", resource, "--folder", os.path.join(c.data, "kubelet", "device-plugins"), "--state", self.state, "--devices", str(devices)]
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.words)

    def stop(self):
        self.process.kill()
        self.process.wait()

    def calls(self, what):
        path = os.path.join(self.state, "calls")
        if not os.path.exists(path):
            return []
        with open(path) as file:
            return [call for call in map(json.loads, file) if call["call"] == what]

    def mark(self, name, isThere=True):
        path = os.path.join(self.state, name)
        open(path, "w").close() if isThere else os.remove(path)


def told(c, method, request=b""):
    """What the kubelet tells of devices: by namespace and name of pods, by container, by resource."""
    with grpc.insecure_channel("unix://" + os.path.join(c.data, "kubelet/pod-resources/kubelet.sock")) as channel:
        answer = read(channel.unary_unary("/v1.PodResourcesLister/" + method)(request, timeout=5))
    found = {}
    for pod in map(read, answer.get(1, [])):
        found[text(pod, 2), text(pod, 1)] = {
            text(container, 1): {text(devices, 1): [name.decode() for name in devices.get(2, [])] for devices in map(read, container.get(2, []))} for container in map(read, pod.get(3, []))}
    return found


def has(c, resource):
    s = c.get("nodes")["items"][0]["status"]
    return s["capacity"].get(resource), s["allocatable"].get(resource)


def player(name, resource, count, script="echo $TOYS $(cat /toy); test -c /dev/toy && echo device; sleep 600", **spec):
    return pod(name, script, {"resources": {"limits": {resource: str(count)}}}, **spec)


@case
def case_containers_get_devices(c, ns):
    """Devices are counted, given to one container each, and free again after it; the sick ones are not given."""
    name = "toys.test/robot"
    toys = Toys(c, name)
    try:
        until(lambda: toys.calls("registered"), 20, "the registration")
        until(lambda: has(c, name) == ("3", "3"), 25, "three devices")
        apply(c, ns, player("one", name, 2))
        c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/one", "--timeout=30s", timeout=40)
        # The plug-in prefers the last ones.
        equal(until(lambda: c.kubectl("-n", ns, "logs", "one"), 10, "the log"), "toy-1,toy-2 from the plug-in\ndevice\n")
        equal([call["ids"] for call in toys.calls("start")], [["toy-1", "toy-2"]])
        equal(told(c, "List")[ns, "one"], {"main": {name: ["toy-1", "toy-2"]}})
        equal(told(c, "Get", field(1, "one") + field(2, ns))[ns, "one"], {"main": {name: ["toy-1", "toy-2"]}})
        apply(c, ns, player("two", name, 2))
        until(lambda: f"Insufficient {name}" in json.dumps(status(c, ns, "two").get("conditions", [])), 10, "no device for another")
        toys.mark("broken/toy-0")
        until(lambda: has(c, name) == ("3", "2"), 25, "a sick device")
        toys.mark("broken/toy-1")
        until(lambda: status(c, ns, "one")["containerStatuses"][0].get("allocatedResourcesStatus") == [{"name": name, "resources": [
            {"resourceID": "toy-1", "health": "Unhealthy"}, {"resourceID": "toy-2", "health": "Healthy"}]}], 15, "the sick device in the pod's status")
        toys.mark("broken/toy-1", False)
        c.kubectl("-n", ns, "delete", "pod", "one", "--timeout=30s", timeout=40)
        c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/two", "--timeout=30s", timeout=40)
        toys.mark("broken/toy-0", False)
        # An init container's devices go on to the containers after it.
        init = player("three", name, 1, "echo $TOYS")
        init["spec"]["initContainers"] = [{**init["spec"]["containers"][0], "name": "first"}]
        until(lambda: has(c, name) == ("3", "3"), 25, "a device that is well again")
        apply(c, ns, init)
        ended(c, ns, "three")
        equal(c.kubectl("-n", ns, "logs", "three", "-c", "first"), c.kubectl("-n", ns, "logs", "three", "-c", "main"))
    finally:
        toys.stop()
    until(lambda: has(c, name) == ("3", "0"), 25, "the devices of a plug-in that is gone")


@case
def case_devices_outlive_restarts(c, ns):
    """A restart of the kubelet and of the plug-in: what containers have stays theirs, also when they start anew meanwhile."""
    name = "toys.test/train"
    toys = Toys(c, name, 2)
    try:
        until(lambda: has(c, name) == ("2", "2"), 30, "two devices")
        apply(c, ns, player("one", name, 1, "echo $TOYS $(cat /toy); test -c /dev/toy && echo device; trap 'exit 1' TERM; sleep 600 & wait", restartPolicy="Always"))
        c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/one", "--timeout=30s", timeout=40)
        c.kill()
        c.up()
        until(lambda: len(toys.calls("registered")) == 2, 20, "the second registration")
        until(lambda: has(c, name) == ("2", "2"), 25, "two devices again")
        apply(c, ns, player("two", name, 1))
        c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/two", "--timeout=30s", timeout=40)
        equal(sorted(call["ids"][0] for call in toys.calls("allocate")), ["toy-0", "toy-1"])
        toys.stop()
        until(lambda: has(c, name) == ("2", "0"), 25, "the plug-in's end")
        c.kubectl("-n", ns, "exec", "one", "--", "kill", "1", check=False)
        until(lambda: status(c, ns, "one")["containerStatuses"][0]["restartCount"] >= 1 and status(c, ns, "one")["containerStatuses"][0]["ready"], 40, "the container to start anew")
        contains(c.kubectl("-n", ns, "logs", "one"), "toy-1 from the plug-in\ndevice")
        toys.start()
        until(lambda: has(c, name) == ("2", "2"), 25, "the plug-in to be back")
    finally:
        toys.stop()


@case
def case_plug_ins_refuse_and_are_refused(c, ns):
    """A plug-in that cannot give ends the pod; one of another version, or of a name that is none, is not taken."""
    name = "toys.test/doll"
    toys = Toys(c, name, 1)
    try:
        until(lambda: has(c, name) == ("1", "1"), 30, "a device")
        toys.mark("fail")
        apply(c, ns, player("one", name, 1))
        until(lambda: status(c, ns, "one").get("phase") == "Failed", 20, "the pod to fail")
        equal(status(c, ns, "one")["reason"], "UnexpectedAdmissionError")
        equal(status(c, ns, "one")["message"], "Pod was rejected: Allocate failed due to rpc error: code = Internal desc = told to fail, which is unexpected")
        toys.mark("fail", False)
        apply(c, ns, player("two", name, 1))
        c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/two", "--timeout=30s", timeout=40)
        with grpc.insecure_channel("unix://" + os.path.join(c.data, "kubelet/device-plugins/kubelet.sock")) as channel:
            for version, resource, words in (("v9", name, "is not supported by kubelet"), ("v1beta1", "cpu", 'the ResourceName "cpu" is invalid')):
                try:
                    channel.unary_unary("/v1beta1.Registration/Register")(field(1, version) + field(2, "x.sock") + field(3, resource), timeout=5)
                    raise AssertionError(f"{version} {resource} was taken")
                except grpc.RpcError as error:
                    contains(error.details(), words)
    finally:
        toys.stop()


@case
def case_resources_of_others_stay(c, ns):
    """An extended resource that somebody wrote into the node's capacity can be asked for, and stays through status updates."""
    node = c.get("nodes")["items"][0]["metadata"]["name"]
    c.kubectl("patch", "node", node, "--subresource=status", "-p", json.dumps({"status": {"capacity": {"example.com/fake": "5"}}}))
    until(lambda: has(c, "example.com/fake") == ("5", "5"), 25, "the resource to be there for pods")
    apply(c, ns, pod("p", "true", {"resources": {"limits": {"example.com/fake": "3"}}}))
    ended(c, ns, "p")
    equal(has(c, "example.com/fake"), ("5", "5"))
    patch(c, ns, "node", node, [{"op": "remove", "path": f"/status/{x}/example.com~1fake"} for x in ("capacity", "allocatable")], "--subresource=status", "--type=json")


if __name__ == "__main__":
    run_node_cluster(CASES, __doc__)
