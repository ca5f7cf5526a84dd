import Objects

/// Where a container puts its volumes.
extension FieldErrors {
    mutating func volumeMounts(_ container: FieldValue, volumes: [String: Value]) {
        let devices = container["volumeDevices"].value.array
        let deviceNames = Set(devices.compactMap { $0["name"].string })
        let devicePaths = Set(devices.compactMap { $0["devicePath"].string })
        var paths: Set<String> = []
        for mount in container["volumeMounts"].items {
            let name = mount["name"], path = mount["mountPath"]
            need(name)
            if volumes[name.text] == nil { notFound(name) }
            need(path)
            if !paths.insert(path.text).inserted { invalid(path, "must be unique") }
            if deviceNames.contains(name.text) { invalid(name, "must not already exist in volumeDevices") }
            if devicePaths.contains(path.text) { invalid(path, "must not already exist as a path in volumeDevices") }
            subPaths(mount, container)
            propagation(mount, container)
        }
        volumeDevices(container, volumes: volumes)
    }

    private mutating func subPaths(_ mount: FieldValue, _ container: FieldValue) {
        let mounts = container["volumeMounts"]
        textIfPresent(mounts.showing(mount["subPath"].value, as: "subPath"), TextRules.localDescendingPath)
        guard !mount["subPathExpr"].isEmpty else { return }
        if !mount["subPath"].isEmpty {
            invalid(mount["subPathExpr"], "subPathExpr and subPath are mutually exclusive")
        }
        text(mounts.showing(mount["subPathExpr"].value, as: "subPathExpr"), TextRules.localDescendingPath)
    }

    private mutating func propagation(_ mount: FieldValue, _ container: FieldValue) {
        let mounts = container["volumeMounts"]
        let mode = mounts.showing(mount["mountPropagation"].value, as: "mountPropagation")
        if mode.isPresent {
            oneOf(mode, ["Bidirectional", "HostToContainer", "None"])
            if mode.text == "Bidirectional", !container["securityContext"]["privileged"].flag {
                forbidden(mode, "Bidirectional mount propagation is available only to privileged containers")
            }
        }
        let recursive = mounts.showing(mount["recursiveReadOnly"].value, as: "recursiveReadOnly")
        guard recursive.isPresent else { return }
        switch recursive.text {
        case "Disabled": break
        case "Enabled", "IfPossible":
            if !mount["readOnly"].flag { forbidden(recursive, "may only be specified when readOnly is true") }
            if mode.isPresent, mode.text != "None" {
                forbidden(recursive, "may only be specified when mountPropagation is None or not specified")
            }
        default: notSupported(recursive, ["Disabled", "Enabled", "IfPossible"])
        }
    }

    private mutating func volumeDevices(_ container: FieldValue, volumes: [String: Value]) {
        let mounts = container["volumeMounts"].value.array
        let mountNames = Set(mounts.compactMap { $0["name"].string })
        let mountPaths = Set(mounts.compactMap { $0["mountPath"].string })
        var names: Set<String> = []
        var paths: Set<String> = []
        for device in container["volumeDevices"].items {
            let name = device["name"], path = device["devicePath"]
            need(name)
            if !names.insert(name.text).inserted { invalid(name, "must be unique") }
            if let volume = volumes[name.text] {
                if volume["persistentVolumeClaim"].isNull, volume["ephemeral"].isNull {
                    invalid(name, "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode")
                }
            } else {
                notFound(name)
            }
            if need(path), !TextRules.withoutBackSteps(path.text).isEmpty {
                invalid(path, "can not contain backsteps ('..')")
            }
            if !path.isEmpty, !paths.insert(path.text).inserted { invalid(path, "must be unique") }
            if mountNames.contains(name.text) { invalid(name, "must not already exist in volumeMounts") }
            if mountPaths.contains(path.text) { invalid(path, "must not already exist as a path in volumeMounts") }
        }
    }
}
