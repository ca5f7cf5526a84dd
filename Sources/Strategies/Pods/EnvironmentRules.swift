import Objects

/// Environment variables and what they refer to.
extension FieldErrors {
    static let environmentFields = [
        "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
        "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
    ]
    static let downwardVolumeFields = [
        "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid",
    ]
    /// Every field of a pod that has a label; not each is good everywhere.
    private static let podFields: Set<String> = [
        "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName",
        "spec.restartPolicy", "spec.serviceAccountName", "spec.schedulerName", "spec.host", "status.phase",
        "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
    ]

    mutating func environment(_ container: FieldValue, volumes: [String: Value]) {
        for variable in container["env"].items {
            needText(variable["name"], TextRules.environmentName)
            if variable["valueFrom"].isPresent { valueFrom(variable, volumes) }
        }
        for source in container["envFrom"].items { environmentSource(source, of: container["envFrom"]) }
    }

    /// Kubernetes says of the whole list that a source has none or several.
    private mutating func environmentSource(_ source: FieldValue, of list: FieldValue) {
        textIfPresent(source["prefix"], TextRules.environmentName)
        var count = 0
        for name in ["configMapRef", "secretRef"] where source[name].isPresent {
            count += 1
            needText(source[name]["name"], NameRules.dns1123Subdomain)
        }
        if count == 0 { invalid(list, "must specify one of: `configMapRef` or `secretRef`", showing: "") }
        if count > 1 { invalid(list, "may not have more than one field specified at a time", showing: "") }
    }

    private mutating func valueFrom(_ variable: FieldValue, _ volumes: [String: Value]) {
        let from = variable["valueFrom"]
        var count = 0
        for name in ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"] {
            let source = from[name]
            guard source.isPresent else { continue }
            count += 1
            switch name {
            case "fieldRef": fieldSelector(source, allowed: Self.environmentFields)
            case "resourceFieldRef": resourceSelector(source, isVolume: false)
            case "fileKeyRef": fileKey(source, volumes)
            default:
                text(source["name"], NameRules.dns1123Subdomain)
                needText(source["key"], TextRules.configKey)
            }
        }
        if count == 0 {
            invalid(
                from,
                "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`",
                showing: "")
        } else if !variable["value"].isEmpty {
            invalid(from, "may not be specified when `value` is not empty", showing: "")
        } else if count > 1 {
            invalid(from, "may not have more than one field specified at a time", showing: "")
        }
    }

    private mutating func fileKey(_ source: FieldValue, _ volumes: [String: Value]) {
        needText(source["key"], TextRules.environmentName)
        need(source["volumeName"])
        needText(source["path"], TextRules.localNonReservedPath)
        guard let volume = volumes[source["volumeName"].text] else { return notFound(source["volumeName"]) }
        if volume["emptyDir"].isNull { invalid(source["volumeName"], "referenced volume must be of type emptyDir") }
    }

    /// A reference to a field of the pod.
    mutating func fieldSelector(_ selector: FieldValue, allowed: [String]) {
        let field = selector["fieldPath"]
        need(selector["apiVersion"])
        guard need(field), !selector["apiVersion"].isEmpty else { return }
        let path = field.text
        if selector["apiVersion"].text != "v1" {
            return invalid(field, "error converting fieldPath: unsupported pod version: \(selector["apiVersion"].text)")
        }
        if let open = path.firstRange(of: "['"), path.hasSuffix("']") {
            let name = String(path[..<open.lowerBound])
            let key = String(path[open.upperBound...].dropLast(2))
            switch name {
            case "metadata.annotations":
                for problem in NameRules.qualifiedName(key.lowercased()) { invalid(selector, problem, showing: .string(key)) }
            case "metadata.labels":
                for problem in NameRules.qualifiedName(key) { invalid(selector, problem, showing: .string(key)) }
            default: invalid(field, "error converting fieldPath: field label does not support subscript: \(path)")
            }
            return
        }
        guard Self.podFields.contains(path) else {
            return invalid(field, "error converting fieldPath: field label not supported: \(path)")
        }
        if !allowed.contains(path == "spec.host" ? "spec.nodeName" : path) { notSupported(field, allowed) }
    }

    /// A reference to a container's resource.
    mutating func resourceSelector(_ selector: FieldValue, isVolume: Bool) {
        let names = ["limits", "requests"].flatMap { kind in ["cpu", "ephemeral-storage", "memory"].map { "\(kind).\($0)" } }
        if isVolume, selector["containerName"].isEmpty { return required(selector["containerName"]) }
        guard need(selector["resource"]) else { return }
        let resource = selector["resource"].text
        let isHugePages = resource.hasPrefix("limits.hugepages-") || resource.hasPrefix("requests.hugepages-")
        if !names.contains(resource), !isHugePages { return notSupported(selector["resource"], names) }
        let divisor = selector["divisor"]
        guard let amount = divisor.quantity, !amount.isZero else { return }
        let allowed = resource.hasSuffix("cpu")
            ? ["1m", "1"] : ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"]
        if !allowed.contains(amount.text) {
            let kind = resource.split(separator: ".").last ?? ""
            invalid(divisor, "only divisor's values \(allowed.joined(separator: ", ")) are supported with the \(kind) resource")
        }
    }
}
