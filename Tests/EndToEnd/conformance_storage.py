#!/usr/bin/env python3
"""What the conformance suite asks of volumes, played with busybox: their modes, owners, updates and sub-paths, and the storage API.

    conformance_storage.py --martlet PATH [--only SUBSTRING] [--keep]

Needs root (containers), kubectl, and a static busybox. The last line says `N passed, N failed`.
"""
import base64
import os
import time
from run import Failure, contains, equal, execute, run_node_cluster, until
from contained import API, apply, config, ended, patch, pod, status, waiting

CASES = []


def case(function):
    CASES.append(function)
    return function


def mounted(*pairs, **more):
    return {"volumeMounts": [{"name": name, "mountPath": path} for name, path in pairs], **more}


SHOW = "for f in $(find {0} -type f -follow | sort); do echo $f $(stat -L -c '%a %u %g' $f) $(cat $f); done; stat -c '%a %u %g' {0}"


@case
def case_modes_of_empty_folders(c, ns):
    """emptyDir on disk and in memory: its mode, files of several modes by root and by others, the group of the pod."""
    items, expected = [], {}
    for medium in ("", "Memory"):
        for user in (0, 1001):
            name = f"m{medium.lower()}-{user}"
            script = "stat -c '%a %u %g' /v; mount | grep -c 'tmpfs on /v '; for m in 644 666 777; do echo content > /v/$m; chmod $m /v/$m; stat -c '%a %u' /v/$m; cat /v/$m; done"
            items.append(pod(name, script, mounted(("v", "/v"), securityContext={"runAsUser": user}), volumes=[{"name": "v", "emptyDir": {"medium": medium}}]))
            expected[name] = ["777 0 0", "1" if medium else "0", f"644 {user}", "content", f"666 {user}", "content", f"777 {user}", "content"]
    group = pod("group", "stat -c '%a %u %g' /v /m; touch /v/f; stat -c '%g' /v/f", mounted(("v", "/v"), ("m", "/m"), securityContext={"runAsUser": 1001}),
                volumes=[{"name": "v", "emptyDir": {}}, {"name": "m", "emptyDir": {"medium": "Memory", "sizeLimit": "5Mi"}}], securityContext={"fsGroup": 123})
    shared = pod("shared", "while ! test -f /v/from-other; do sleep 0.1; done; cat /v/from-other", mounted(("v", "/v")), volumes=[{"name": "v", "emptyDir": {}}])
    shared["spec"]["containers"].append({"name": "other", "image": "busybox:1", "command": ["sh", "-c", "echo hello > /o/x; mv /o/x /o/from-other"], **mounted(("v", "/o"))})
    size = pod("size", "df -k /m | tail -1", mounted(("m", "/m")), volumes=[{"name": "m", "emptyDir": {"medium": "Memory", "sizeLimit": "5Mi"}}])
    apply(c, ns, *items, group, shared, size)
    out = ended(c, ns, *expected, "group", "size")
    for name, wanted in expected.items():
        equal(out[name].splitlines(), wanted, name)
    equal(out["group"].splitlines(), ["2777 0 123", "2777 0 123", "123"])
    contains(out["size"].split(), "5120")
    equal(c.kubectl("-n", ns, "logs", "shared", "-c", "main").strip(), "hello")


@case
def case_configuration_as_files(c, ns):
    """ConfigMaps, Secrets, the downward API and all of them projected: modes, items, groups, users, several at once."""
    other = ns + "-other"
    c.kubectl("create", "namespace", other)
    apply(c, other, config("sec", kind="Secret", stringData={"data-1": "of another"}))
    apply(c, ns, config("cm", data={"data-1": "v1", "data-2": "v2"}), config("bin", binaryData={"raw": base64.b64encode(b"\xde\xca\xfe\xba").decode()}),
          config("sec", kind="Secret", stringData={"data-1": "s1", "data-2": "s2"}))
    items = [{"key": "data-1", "path": "path/to/data-1"}, {"key": "data-2", "path": "two", "mode": 0o400}]
    down = [{"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}, {"path": "name", "fieldRef": {"fieldPath": "metadata.name"}, "mode": 0o400},
            {"path": "uid", "fieldRef": {"fieldPath": "metadata.uid"}}] + [
            {"path": name, "resourceFieldRef": {"containerName": "main", "resource": name, **({"divisor": "1Mi"} if "memory" in name else {})}}
            for name in ("limits.cpu", "limits.memory", "requests.cpu", "requests.memory")]
    volumes = {
        "cm": {"configMap": {"name": "cm"}}, "cm-mode": {"configMap": {"name": "cm", "defaultMode": 0o400}}, "cm-items": {"configMap": {"name": "cm", "items": items}},
        "sec": {"secret": {"secretName": "sec"}}, "sec-mode": {"secret": {"secretName": "sec", "defaultMode": 0o400}},
        "sec-items": {"secret": {"secretName": "sec", "items": items}}, "down": {"downwardAPI": {"items": down, "defaultMode": 0o444}},
        "gone": {"configMap": {"name": "none", "optional": True}}, "gone-item": {"secret": {"secretName": "sec", "optional": True, "items": [{"key": "none", "path": "x"}]}},
        "all": {"projected": {"defaultMode": 0o440, "sources": [
            {"configMap": {"name": "cm", "items": items}}, {"secret": {"name": "sec", "items": [{"key": "data-1", "path": "sec/one"}]}},
            {"downwardAPI": {"items": [{"path": "down/name", "fieldRef": {"fieldPath": "metadata.name"}, "mode": 0o777}]}},
            {"configMap": {"name": "none", "optional": True}}, {"serviceAccountToken": {"path": "token", "expirationSeconds": 3600}}]}}}
    script = "; ".join(SHOW.format("/" + name) for name in volumes if name != "all")
    script += "; stat -L -c '%a %n' /all/sec/one /all/two /all/down/name; od -An -tx1 /bin-map/raw; stat -L -c '%a %n' /all/token"
    volumes["bin-map"] = {"configMap": {"name": "bin"}}
    listed = [{"name": name, **source} for name, source in volumes.items()]
    every = mounted(*((name, "/" + name) for name in volumes), resources={"requests": {"cpu": "250m", "memory": "32Mi"}, "limits": {"cpu": "1250m", "memory": "64Mi"}})
    apply(c, ns, pod("root", script, every, volumes=listed),
          pod("user", "id -u; cat /cm/data-1 /sec/data-1; cat /cm-mode/data-1 && echo read; stat -L -c '%a %u %g' /sec-mode/data-1; cat /sec-mode/data-1; stat -L -c '%a %u %g' /all/token",
              every, volumes=listed, securityContext={"runAsUser": 1000, "fsGroup": 1001}),
          pod("twice", "cat /a/data-1 /b/data-1", mounted(("a", "/a"), ("b", "/b")), volumes=[{"name": n, "secret": {"secretName": "sec"}} for n in "ab"]),
          pod("node", "cat /d/cpu /d/mem", mounted(("d", "/d")), volumes=[{"name": "d", "downwardAPI": {"items": [
              {"path": p, "resourceFieldRef": {"containerName": "main", "resource": r}} for p, r in (("cpu", "limits.cpu"), ("mem", "limits.memory"))]}}]))
    out = ended(c, ns, "root", "user", "twice", "node")
    lines = out["root"].splitlines()
    uid = c.get("-n", ns, "pod", "root")["metadata"]["uid"]

    def of(name):
        return [line.split("/", 2)[2] for line in lines if line.startswith(f"/{name}/") and not line.split("/", 2)[2].startswith("..")]

    for name, wanted in {
            "cm-mode": ["data-1 400 0 0 v1", "data-2 400 0 0 v2"], "cm-items": ["path/to/data-1 644 0 0 v1", "two 400 0 0 v2"], "sec": ["data-1 644 0 0 s1", "data-2 644 0 0 s2"],
            "sec-mode": ["data-1 400 0 0 s1", "data-2 400 0 0 s2"], "sec-items": ["path/to/data-1 644 0 0 s1", "two 400 0 0 s2"], "gone": [], "gone-item": [],
            "down": ["labels 444 0 0 app=\"root\"", "limits.cpu 444 0 0 2", "limits.memory 444 0 0 64", "name 400 0 0 root", "requests.cpu 444 0 0 1", "requests.memory 444 0 0 32",
                     f"uid 444 0 0 {uid}"]}.items():
        equal(of(name), wanted, name)
    contains(out["root"], "440 /all/sec/one\n400 /all/two\n777 /all/down/name\n de ca fe ba")
    contains(out["user"], "1000\nv1s1v1read\n440 0 1001\ns1")
    equal(out["twice"], "s1s1")
    allocatable = c.get("nodes")["items"][0]["status"]["allocatable"]
    equal(out["node"], allocatable["cpu"] + str(int(allocatable["memory"][:-2]) * 1024))
    patch(c, ns, "secret", "sec", {"immutable": True, "stringData": {"data-1": "s1"}})
    for body in ({"immutable": False}, {"stringData": {"data-3": "x"}}):
        if patch(c, ns, "secret", "sec", body, check=False).returncode == 0:
            raise Failure(f"an immutable secret took {body}")
    patch(c, ns, "secret", "sec", {"metadata": {"labels": {"a": "b"}}})
    c.kubectl("delete", "namespace", other, "--wait=false")


@case
def case_files_follow_their_objects(c, ns):
    """What changes, comes and goes in the API is seen in running pods: optional sources, labels and annotations, projected and not."""
    for kind, data in (("ConfigMap", "data"), ("Secret", "stringData")):
        low = kind.lower()[0]
        apply(c, ns, config(low + "-del", kind=kind, **{data: {"data-1": "value-1"}}), config(low + "-upd", kind=kind, **{data: {"data-1": "value-1"}}))
    volumes = []
    for plain in (True, False):
        for low in "cs":
            for what in ("del", "upd", "new"):
                name = f"{low}-{what}"
                source = {"name" if low == "c" or not plain else "secretName": name, "optional": True}
                source = {"configMap" if low == "c" else "secret": source}
                volumes.append({"name": name + ("" if plain else "-p"), **(source if plain else {"projected": {"sources": [source]}})})
    down = [{"path": p, "fieldRef": {"fieldPath": f"metadata.{p}"}} for p in ("labels", "annotations")]
    volumes += [{"name": "d", "downwardAPI": {"items": down}}, {"name": "d-p", "projected": {"sources": [{"downwardAPI": {"items": down}}]}}]
    item = pod("p", "sleep 600", mounted(*((v["name"], "/" + v["name"]) for v in volumes)), volumes=volumes)
    item["metadata"]["annotations"] = {"builder": "bar"}
    apply(c, ns, item, verb="create")
    c.kubectl("-n", ns, "wait", "--for=condition=Ready", "pod/p", "--timeout=30s", timeout=40)
    begun = time.monotonic()
    c.kubectl("-n", ns, "delete", "configmap/c-del", "secret/s-del")
    for kind, low in (("ConfigMap", "c"), ("Secret", "s")):
        data = "data" if low == "c" else "stringData"
        apply(c, ns, config(low + "-upd", kind=kind, **{data: {"data-3": "value-3"}}), config(low + "-new", kind=kind, **{data: {"data-1": "value-1"}}))
        if low == "s":
            patch(c, ns, "secret", "s-upd", {"data": {"data-1": None}})
    patch(c, ns, "pod", "p", {"metadata": {"labels": {"key3": "value3"}, "annotations": {"builder": "foo"}}})

    def seen():
        text = execute(c, ns, "p", "for v in c s; do for k in '' -p; do ls /$v-del$k; echo .; ls /$v-upd$k; cat /$v-upd$k/data-3; echo; cat /$v-new$k/data-1; echo; done; done; "
                       "cat /d/labels; echo; cat /d/annotations; echo; cat /d-p/labels; echo; cat /d-p/annotations", check=False).stdout
        return text == ".\ndata-3\nvalue-3\nvalue-1\n" * 4 + "\n".join(['app="p"\nkey3="value3"', 'builder="foo"'] * 2)

    until(seen, 100, "the changes")
    print(f"      seen after {time.monotonic() - begun:.1f} s")


@case
def case_sub_paths(c, ns):
    """subPath and subPathExpr: within volumes of all kinds, over a file, expanded by variables, and refused when they lead elsewhere."""
    apply(c, ns, config("cm", data={"key": "of the map", "other": "x"}), config("sec", kind="Secret", stringData={"key": "of the secret"}))

    def sub(path="/v/key", **more):
        return {"volumeMounts": [{"name": "v", "mountPath": path, **more}]}

    def expr(text, name="v", **env):
        return {"volumeMounts": [{"name": "v", "mountPath": "/v"}, {"name": "v", "mountPath": "/s", "subPathExpr": text}],
                "env": [{"name": key, **value} for key, value in env.items()]}

    name = {"valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}
    note = {"valueFrom": {"fieldRef": {"fieldPath": "metadata.annotations['mysubpath']"}}}
    empty = [{"name": "v", "emptyDir": {}}]
    later = pod("later", "cat /s/../v/mypath/f 2>/dev/null; touch /s/f; ls /v; sleep 600", expr("$(SUB)", SUB=note), volumes=empty)
    later["metadata"]["annotations"] = {"mysubpath": "/absolute"}
    apply(c, ns,
          pod("map", "cat /v/key", sub(subPath="key"), volumes=[{"name": "v", "configMap": {"name": "cm"}}]),
          pod("over", "cat /etc/group-of-test; ls /etc | wc -l", {"volumeMounts": [{"name": "v", "mountPath": "/etc/group-of-test", "subPath": "key"}]}, volumes=[{"name": "v", "configMap": {"name": "cm"}}]),
          pod("existing", "cat /bin/busybox", {"volumeMounts": [{"name": "v", "mountPath": "/etc/resolv.conf", "subPath": "key"}], "command": ["cat", "/etc/resolv.conf"]}, volumes=[{"name": "v", "configMap": {"name": "cm"}}]),
          pod("secret", "cat /v/key", sub(subPath="key"), volumes=[{"name": "v", "secret": {"secretName": "sec"}}]),
          pod("down", "cat /v/key", sub(subPath="d/name"), volumes=[{"name": "v", "downwardAPI": {"items": [{"path": "d/name", "fieldRef": {"fieldPath": "metadata.name"}}]}}]),
          pod("projected", "cat /v/key", sub(subPath="p/key"), volumes=[{"name": "v", "projected": {"sources": [{"configMap": {"name": "cm", "items": [{"key": "key", "path": "p/key"}]}}]}}]),
          pod("expanded", "touch /s/file; ls /v /v/*", expr("$(NAME)/$(FOO)", NAME=name, FOO={"value": "foo"}), volumes=empty),
          pod("dots", "true", expr("$(NAME)", NAME={"value": ".."}), volumes=empty), pod("absolute", "true", expr("$(NAME)", NAME={"value": "/tmp"}), volumes=empty),
          pod("upwards", "true", expr("$(NAME)", NAME={"value": "../x"}), volumes=empty),
          pod("unknown", "true", expr("$(NONE)/x"), volumes=empty), later)
    out = ended(c, ns, "map", "over", "existing", "secret", "down", "projected", "expanded")
    equal((out["map"], out["secret"], out["down"], out["projected"], out["existing"]), ("of the map", "of the secret", "down", "of the map", "of the map"))
    contains(out["over"], "of the map")
    contains(out["expanded"], "/v:\nexpanded\n\n/v/expanded:\nfoo")
    for name, words in {
            "absolute": "error SubPath `/tmp` must not be an absolute path", "upwards": "unable to provision SubPath `../x`: must not contain '..'",
            "later": "error SubPath `/absolute` must not be an absolute path", "dots": "unable to provision SubPath `..`: must not contain '..'",
            "unknown": "missing value for NONE"}.items():
        until(lambda: waiting(c, ns, name).get("reason") == "CreateContainerConfigError", 20, name)
        equal(waiting(c, ns, name)["message"], words, name)
    patch(c, ns, "pod", "later", {"metadata": {"annotations": {"mysubpath": "mypath"}}})
    until(lambda: status(c, ns, "later").get("phase") == "Running", 90, "the mended expression")
    equal(execute(c, ns, "later", "ls /v/mypath").strip(), "f")


@case
def case_host_paths(c, ns):
    """Types of hostPath: what has to be there, what is made, and what is refused."""
    base = os.path.join(c.directory, "hostpath")
    os.makedirs(base + "/dir", exist_ok=True)
    with open(base + "/file", "w") as file:
        file.write("hello")
    good = {"": "dir", "Directory": "dir", "DirectoryOrCreate": "new/dir", "File": "file", "FileOrCreate": "made"}
    bad = {"Directory": ("file", "is not a directory"), "File": ("dir", "is not a file"), "Socket": ("file", "is not a socket file"), "CharDevice": ("file", "is not a character device"),
           "BlockDevice": ("file", "is not a block device")}
    items = [pod(f"good{i}", "stat -c '%F %a' /v", mounted(("v", "/v")), volumes=[{"name": "v", "hostPath": {"path": f"{base}/{path}", "type": kind}}]) for i, (kind, path) in enumerate(good.items())]
    items += [pod(f"bad{i}", "true", mounted(("v", "/v")), volumes=[{"name": "v", "hostPath": {"path": f"{base}/{path}", "type": kind}}]) for i, (kind, (path, _)) in enumerate(bad.items())]
    items.append(pod("null", "test -c /v && echo device", mounted(("v", "/v")), volumes=[{"name": "v", "hostPath": {"path": "/dev/null", "type": "CharDevice"}}]))
    apply(c, ns, *items)
    out = ended(c, ns, *(f"good{i}" for i in range(len(good))), "null")
    equal([out[f"good{i}"].strip() for i in range(len(good))], ["directory 755"] * 3 + ["regular file 644", "regular empty file 644"])
    equal(out["null"].strip(), "device")

    def said(name):
        return c.kubectl("-n", ns, "get", "events", f"--field-selector=involvedObject.name={name},reason=FailedMount", "-o", "jsonpath={.items[*].message}")

    for i, (kind, (path, words)) in enumerate(bad.items()):
        until(lambda: words in said(f"bad{i}"), 30, f"{kind} to be refused")
        contains(said(f"bad{i}"), f'MountVolume.SetUp failed for volume "v" : hostPath type check failed: {base}/{path} {words}')


@case
def case_many_volumes_at_once(c, ns):
    """Five pods at a time, each with fifty ConfigMaps as volumes, three times over: mounts must not get in each other's way."""
    apply(c, ns, *(config(f"racey-{i}", data={"data-1": "value-1"}) for i in range(50)))
    volumes = [{"name": f"racey-{i}", "configMap": {"name": f"racey-{i}", "items": [{"key": "data-1", "path": "data-1"}]}} for i in range(50)]
    mounts = [{"name": f"racey-{i}", "mountPath": f"/etc/config-{i}"} for i in range(50)]
    for turn in range(3):
        names = [f"wrapped-{turn}-{i}" for i in range(5)]
        script = "for file in /etc/config-*/data-1; do cat $file; echo; done | sort | uniq -c"
        apply(c, ns, *(pod(name, script, {"volumeMounts": mounts}, volumes=volumes) for name in names))
        for name, printed in ended(c, ns, *names, seconds=60).items():
            equal(printed.split(), ["50", "value-1"], name)
        c.kubectl("-n", ns, "delete", "pods", *names, "--wait=false")


def live(api, base, kind, name, status=None, change=None, **fields):
    """Makes an object, reads, patches and replaces it and its status, lists it, and deletes the collection."""
    group = base.split("/")[2] + "/" + base.split("/")[3] if base.startswith("/apis/") else "v1"
    equal(api("POST", base, {"apiVersion": group, "kind": kind, "metadata": {"name": name}, **fields}).get("metadata", {}).get("name"), name, f"{kind} made")
    merge = "application/merge-patch+json"
    equal(api("PATCH", f"{base}/{name}", {"metadata": {"labels": {"patched": "true"}}}, merge)["metadata"]["labels"]["patched"], "true", kind)

    def replace(part, edit):
        # Controllers write these objects, too.
        for _ in range(5):
            item = api("GET", f"{base}/{name}{part}")
            edit(item)
            shown = api("PUT", f"{base}/{name}{part}", item)
            if shown.get("reason") != "Conflict":
                return shown
        return shown

    def edit(item):
        item["metadata"]["annotations"] = {"updated": "true"}
        item.update(change or {})

    equal(replace("", edit).get("metadata", {}).get("annotations", {}).get("updated"), "true", f"{kind} replaced")
    if status:
        for shown in (api("PATCH", f"{base}/{name}/status", {"status": status}, merge), replace("/status", lambda item: None)):
            contains(shown.get("status") or {}, list(status)[0])
    listed = f"{base}?labelSelector=patched%3Dtrue"
    equal([x["metadata"]["name"] for x in api("GET", listed)["items"]], [name], kind)
    api("DELETE", listed)
    until(lambda: all(x["metadata"].get("deletionTimestamp") for x in api("GET", listed)["items"]), 10, f"{kind} to go")


@case
def case_lives_of_objects(c, ns):
    """Every kind of storage and network whose life the suite walks through: made, patched, replaced, listed, deleted as a collection."""
    api, storage, network, core = API(c), "/apis/storage.k8s.io/v1", "/apis/networking.k8s.io/v1", "/api/v1"
    live(api, storage + "/csinodes", "CSINode", "e2e-node", spec={"drivers": []}, change={"spec": {"drivers": [{"name": "a.b", "nodeID": "x", "topologyKeys": []}]}})
    live(api, storage + "/volumeattachments", "VolumeAttachment", "e2e-va", {"attached": True}, spec={"attacher": "e2e.com", "nodeName": "none", "source": {"persistentVolumeName": "pv"}})
    live(api, f"{storage}/namespaces/{ns}/csistoragecapacities", "CSIStorageCapacity", "cap", storageClassName="x", nodeTopology={}, change={"capacity": "1Gi"})
    live(api, storage + "/storageclasses", "StorageClass", "e2e-class", provisioner="e2e")
    live(api, storage + "/csidrivers", "CSIDriver", "e2e.csi", spec={})
    live(api, storage + "/volumeattributesclasses", "VolumeAttributesClass", "e2e-vac", driverName="e2e", parameters={"a": "b"})
    live(api, core + "/persistentvolumes", "PersistentVolume", "e2e-pv", {"message": "hello", "reason": "x"}, spec={
        "capacity": {"storage": "1Mi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": "none", "csi": {"driver": "e2e", "volumeHandle": "x"}})
    live(api, f"{core}/namespaces/{ns}/persistentvolumeclaims", "PersistentVolumeClaim", "pvc", {"conditions": [{"type": "E2E", "status": "True"}]}, spec={
        "accessModes": ["ReadWriteOnce"], "storageClassName": "none", "resources": {"requests": {"storage": "1Mi"}}})
    live(api, f"/apis/coordination.k8s.io/v1/namespaces/{ns}/leases", "Lease", "lease", spec={
        "holderIdentity": "me", "leaseDurationSeconds": 30, "acquireTime": "2026-01-01T00:00:00.000000Z", "leaseTransitions": 0})
    live(api, f"{core}/namespaces/{ns}/podtemplates", "PodTemplate", "pt", template={"spec": {"containers": [{"name": "n", "image": "busybox:1"}]}})
    live(api, f"{network}/namespaces/{ns}/ingresses", "Ingress", "ing", {"loadBalancer": {"ingress": [{"ip": "169.1.1.1"}]}}, spec={
        "defaultBackend": {"service": {"name": "x", "port": {"number": 80}}}})
    live(api, network + "/ingressclasses", "IngressClass", "e2e-ic", spec={"controller": "e2e.com/c"})
    live(api, network + "/servicecidrs", "ServiceCIDR", "e2e-cidr", {"conditions": [
        {"type": "E2E", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z", "reason": "x", "message": "y"}]}, spec={"cidrs": ["10.199.0.0/24"]})
    live(api, f"{network}/namespaces/{ns}/networkpolicies", "NetworkPolicy", "np", spec={"podSelector": {"matchLabels": {"x": "y"}}})
    live(api, f"/apis/discovery.k8s.io/v1/namespaces/{ns}/endpointslices", "EndpointSlice", "es", addressType="IPv4", endpoints=[], ports=[])
    live(api, "/apis/node.k8s.io/v1/runtimeclasses", "RuntimeClass", "e2e-rc", handler="runc")
    live(api, f"{core}/namespaces/{ns}/endpoints", "Endpoints", "ep", subsets=[{"addresses": [{"ip": "10.0.0.24"}], "ports": [{"name": "http", "port": 80}]}])
    live(api, core + "/nodes", "Node", "e2e-fake", {"phase": "Running"})


if __name__ == "__main__":
    run_node_cluster(CASES, __doc__, workers=2)
