import Objects

/// What is allowed in a pod and yet hardly what its author meant.
enum PodWarnings {
    private static let deprecatedLabels: [String: (since: String, successor: String)] = [
        "beta.kubernetes.io/arch": ("v1.14", "kubernetes.io/arch"), "beta.kubernetes.io/os": ("v1.14", "kubernetes.io/os"),
        "failure-domain.beta.kubernetes.io/region": ("v1.17", "topology.kubernetes.io/region"),
        "failure-domain.beta.kubernetes.io/zone": ("v1.17", "topology.kubernetes.io/zone"),
        "beta.kubernetes.io/instance-type": ("v1.17", "node.kubernetes.io/instance-type"),
    ]

    private static func deprecation(_ label: String) -> String? {
        deprecatedLabels[label].map { "deprecated since \($0.since); use \"\($0.successor)\" instead" }
    }

    static func ofPod(_ pod: Value, old: Value?) -> [String] {
        var found: [String] = []
        if old == nil, let name = pod["metadata"]["name"].string {
            let problems = NameRules.dns1123Label(name)
            if !problems.isEmpty {
                found.append(
                    "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [\(problems.joined(separator: ", "))]")
            }
        }
        return found + ofTemplate(FieldValue(pod))
    }

    /// The warning for a workload whose name becomes a part of its pods' names.
    static func podNames(of object: Value) -> [String] {
        let problems = NameRules.dns1123Label(object["metadata"]["name"].string ?? "")
        if problems.isEmpty { return [] }
        return [
            "metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [\(problems.joined(separator: ", "))]"
        ]
    }

    /// Of a pod or of a template: what has `metadata` and `spec`.
    static func ofTemplate(_ template: FieldValue) -> [String] {
        let spec = template["spec"]
        var found: [String] = []
        for entry in spec["nodeSelector"].entries {
            if let text = deprecation(entry.key) { found.append("\(entry.field.path): \(text)") }
        }
        affinity(spec["affinity"], &found)
        for constraint in spec["topologySpreadConstraints"].items {
            let key = constraint["topologyKey"]
            if let text = deprecation(key.text) { found.append("\(key.path): \(key.text) is \(text)") }
            nullSelector(constraint["labelSelector"], &found)
        }
        annotations(template, &found)
        for secret in spec["imagePullSecrets"].items where secret["name"].isEmpty {
            found.append("\(secret["name"].path): invalid empty name \"\(secret["name"].text)\"")
        }
        if let grace = spec["terminationGracePeriodSeconds"].int, grace < 0 {
            found.append("\(spec["terminationGracePeriodSeconds"].path): must be >= 0; negative values are invalid and will be treated as 1")
        }
        VolumeWarnings.add(spec["volumes"], &found)
        for list in ["initContainers", "containers", "ephemeralContainers"] {
            for container in spec[list].items { self.container(container, &found) }
        }
        ports(spec, &found)
        return found
    }

    private static func nullSelector(_ selector: FieldValue, _ found: inout [String]) {
        if selector.isAbsent { found.append("\(selector.path): a null labelSelector results in matching no pod") }
    }

    private static func affinity(_ affinity: FieldValue, _ found: inout [String]) {
        guard affinity.isPresent else { return }
        let node = affinity["nodeAffinity"]
        for term in node["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"].items {
            nodeTerm(term, checksValues: false, &found)
        }
        for preferred in node["preferredDuringSchedulingIgnoredDuringExecution"].items {
            nodeTerm(preferred["preference"], checksValues: true, &found)
        }
        for name in ["podAffinity", "podAntiAffinity"] {
            for term in affinity[name]["requiredDuringSchedulingIgnoredDuringExecution"].items {
                nullSelector(term["labelSelector"], &found)
            }
            for preferred in affinity[name]["preferredDuringSchedulingIgnoredDuringExecution"].items {
                nullSelector(preferred["podAffinityTerm"]["labelSelector"], &found)
            }
        }
    }

    private static func nodeTerm(_ term: FieldValue, checksValues: Bool, _ found: inout [String]) {
        for expression in term["matchExpressions"].items {
            let key = expression["key"]
            if let text = deprecation(key.text) { found.append("\(key.path): \(key.text) is \(text)") }
            guard checksValues else { continue }
            for value in expression["values"].items {
                for problem in NameRules.labelValue(value.text) { found.append("\(value.path): \(value.text) is invalid, \(problem)") }
            }
        }
    }

    /// Of annotations whose containers are there and have no profile of their own.
    static func appArmor(_ pod: Value) -> [String] {
        guard pod["spec"]["os"]["name"].string != "windows" else { return [] }
        let annotations = FieldValue(pod)["metadata"]["annotations"]
        let containers = ["initContainers", "containers", "ephemeralContainers"].flatMap { pod["spec"][$0].array }
        return containers.compactMap { container in
            let key = PodAnnotations.appArmor + (container["name"].string ?? "")
            guard annotations[key].isPresent, container["securityContext"]["appArmorProfile"].isNull else { return nil }
            return "\(annotations.entry(key).path): deprecated since v1.30; use the \"appArmorProfile\" field instead"
        }
    }

    private static func annotations(_ template: FieldValue, _ found: inout [String]) {
        let annotations = template["metadata"]["annotations"]
        guard case .object(let members) = annotations.value else { return }
        for entry in members {
            let text: String?
            switch entry.key {
            case PodAnnotations.seccompPod: text = "non-functional in v1.27+; use the \"seccompProfile\" field instead"
            case "security.alpha.kubernetes.io/sysctls", "security.alpha.kubernetes.io/unsafe-sysctls":
                text = "non-functional in v1.11+; use the \"sysctls\" field instead"
            case "scheduler.alpha.kubernetes.io/critical-pod":
                text = "non-functional in v1.16+; use the \"priorityClassName\" field instead"
            case let key where key.hasPrefix(PodAnnotations.seccompContainer):
                text = "non-functional in v1.27+; use the \"seccompProfile\" field instead"
            case let key where key.hasPrefix(PodAnnotations.appArmor):
                text = "deprecated since v1.30; use the \"appArmorProfile\" field instead"
            default: text = nil
            }
            if let text { found.append("\(annotations.entry(entry.key).path): \(text)") }
        }
    }

    private static func container(_ container: FieldValue, _ found: inout [String]) {
        for kind in ["limits", "requests"] {
            for name in ["memory", "ephemeral-storage"] {
                let amount = container["resources"][kind].entry(name)
                if let value = amount.quantity, !value.isInteger {
                    found.append("\(amount.path): fractional byte value \"\(amount.text)\" is invalid, must be an integer")
                }
            }
        }
        var names: Set<String> = []
        for variable in container["env"].items {
            let name = variable["name"].text
            if !name.isEmpty, !names.insert(name).inserted {
                found.append("\(variable.path): hides previous definition of \"\(name)\", which may be dropped when using apply")
            }
        }
    }

    /// Ports of all containers that take the same place.
    private static func ports(_ spec: FieldValue, _ found: inout [String]) {
        let lists = [
            spec["initContainers"].items.filter { $0["restartPolicy"].text == "Always" || $0["ports"].count > 0 },
            spec["containers"].items,
        ]
        var earlier: [FieldValue] = []
        var names: [String: FieldValue] = [:]
        for container in lists.joined() {
            for port in container["ports"].items {
                for other in earlier {
                    if let text = overlap(port, other) { found.append("\(port.path): \(text) with \(other.path)") }
                }
                earlier.append(port)
                let name = port["name"].text
                guard !name.isEmpty else { continue }
                if let other = names[name] {
                    found.append(
                        "\(port.path): duplicate port name \"\(name)\" with \(other.path), services and probes that select ports by name will use \(other.path)")
                } else {
                    names[name] = port
                }
            }
        }
    }

    private static func overlap(_ port: FieldValue, _ other: FieldValue) -> String? {
        guard port["containerPort"].value == other["containerPort"].value, port["protocol"].value == other["protocol"].value
        else { return nil }
        let isSame = port["hostPort"].number == other["hostPort"].number && port["hostIP"].text == other["hostIP"].text
        if isSame { return "duplicate port definition" }
        // A host port on any address and the same on one of them, or two with and without a host's port.
        if port["hostPort"].number == 0 || other["hostPort"].number == 0 { return "overlapping port definition" }
        if port["hostPort"].number == other["hostPort"].number, port["hostIP"].isEmpty || other["hostIP"].isEmpty {
            return "dangerously ambiguous port definition"
        }
        return nil
    }
}

/// Volumes that do not work any more, and files that hide each other.
enum VolumeWarnings {
    static let deprecatedSources = [
        "photonPersistentDisk": "deprecated in v1.11, non-functional in v1.16+",
        "gitRepo": "deprecated in v1.11, and disabled by default in v1.33+",
        "scaleIO": "deprecated in v1.16, non-functional in v1.22+",
        "flocker": "deprecated in v1.22, non-functional in v1.25+",
        "storageos": "deprecated in v1.22, non-functional in v1.25+",
        "quobyte": "deprecated in v1.22, non-functional in v1.25+",
        "glusterfs": "deprecated in v1.25, non-functional in v1.26+",
        "cephfs": "deprecated in v1.28, non-functional in v1.31+",
        "rbd": "deprecated in v1.28, non-functional in v1.31+",
    ]

    static func add(_ volumes: FieldValue, _ found: inout [String]) {
        for volume in volumes.items {
            for entry in volume.value.members {
                // One of them is warned of under the name that it has in Go.
                let name = entry.key == "storageos" ? "storageOS" : entry.key
                if let text = deprecatedSources[entry.key] { found.append("\(volume[name].path): \(text)") }
            }
            let template = volume["ephemeral"]["volumeClaimTemplate"]
            let key = "volume.beta.kubernetes.io/storage-class"
            if template["metadata"]["annotations"][key].isPresent {
                found.append("\(template["metadata"]["annotations"].entry(key).path): deprecated since v1.8; use \"storageClassName\" attribute instead")
            }
            overlaps(volume, &found)
        }
    }

    private static func overlaps(_ volume: FieldValue, _ found: inout [String]) {
        let name = volume["name"].text
        if volume["secret"].isPresent {
            let paths = volume["secret"]["items"].items.map { ($0["path"].text, "") }
            report(paths, "volume \"\(name)\" (Secret \"\(volume["secret"]["secretName"].text)\")", &found)
        } else if volume["configMap"].isPresent {
            let paths = volume["configMap"]["items"].items.map { ($0["path"].text, "") }
            report(paths, "volume \"\(name)\" (ConfigMap \"\(volume["configMap"]["name"].text)\")", &found)
        } else if volume["downwardAPI"].isPresent {
            report(volume["downwardAPI"]["items"].items.map { ($0["path"].text, "") }, "volume \"\(name)\" (DownwardAPI)", &found)
        } else if volume["projected"].isPresent {
            projected(volume["projected"]["sources"], "volume \"\(name)\" (Projected)", &found)
        }
    }

    private static func projected(_ sources: FieldValue, _ volume: String, _ found: inout [String]) {
        var paths: [(String, String)] = []
        for source in sources.items {
            if source.value.members.isEmpty { found.append("\(volume) has no sources provided") }
            for (kind, label) in [("secret", "Secret"), ("configMap", "ConfigMap")] where source[kind].isPresent {
                paths += source[kind]["items"].items.map { ($0["path"].text, " (\(label) \"\(source[kind]["name"].text)\")") }
            }
            paths += source["downwardAPI"]["items"].items.map { ($0["path"].text, " (DownwardAPI)") }
            if source["serviceAccountToken"].isPresent {
                paths.append((source["serviceAccountToken"]["path"].text, " (ServiceAccountToken)"))
            }
        }
        report(paths, volume, &found)
    }

    private static func report(_ paths: [(path: String, source: String)], _ volume: String, _ found: inout [String]) {
        for (index, later) in paths.enumerated() {
            for earlier in paths[..<index]
            where later.path == earlier.path || later.path.hasPrefix(earlier.path + "/") || earlier.path.hasPrefix(later.path + "/") {
                found.append("\(volume): overlapping paths: \"\(later.path)\"\(later.source) with \"\(earlier.path)\"\(earlier.source)")
                break
            }
        }
    }
}
