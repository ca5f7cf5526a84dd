import Objects

/// Volume sources of storage systems that came before CSI. Pods and persistent volumes share most of them.
extension FieldErrors {
    /// What each source cannot do without.
    private static let neededFields: [String: [String]] = [
        "gitRepo": ["repository"], "gcePersistentDisk": ["pdName"], "awsElasticBlockStore": ["volumeID"],
        "azureFile": ["secretName", "shareName"], "vsphereVolume": ["volumePath"], "photonPersistentDisk": ["pdID"],
        "cinder": ["volumeID"], "portworxVolume": ["volumeID"], "scaleIO": ["gateway", "system", "volumeName"],
        "rbd": ["monitors", "image"], "cephfs": ["monitors"], "glusterfs": ["endpoints", "path"], "nfs": ["server", "path"],
        "flexVolume": ["driver"], "hostPath": ["path"], "local": ["path"],
    ]

    mutating func legacyVolumeSource(_ name: String, _ source: FieldValue) {
        for field in Self.neededFields[name] ?? [] { need(source[field]) }
        switch name {
        case "hostPath": hostPath(source)
        case "gitRepo": text(source["directory"], TextRules.localDescendingPath)
        case "gcePersistentDisk", "awsElasticBlockStore":
            if source["partition"].isPresent, !(0...255).contains(source["partition"].number) {
                invalid(source["partition"], "must be between 1 and 255, inclusive")
            }
        case "azureDisk": azureDisk(source)
        case "nfs":
            if !source["path"].text.hasPrefix("/") { invalid(source["path"], "must be an absolute path", showing: .string(source["path"].text)) }
        case "cinder":
            if source["secretRef"].isPresent { need(source["secretRef"]["name"]) }
        case "flocker": flocker(source)
        case "quobyte": quobyte(source)
        case "storageos": storageOS(source)
        case "flexVolume": flexVolume(source)
        case "iscsi": iscsi(source)
        case "fc": fibreChannel(source)
        default: break
        }
    }

    private mutating func hostPath(_ source: FieldValue) {
        guard !source["path"].isEmpty else { return }
        text(source["path"], TextRules.withoutBackSteps)
        let types = ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"]
        oneOfIfPresent(source["type"], types)
    }

    private mutating func azureDisk(_ source: FieldValue) {
        need(source["diskName"])
        need(source["diskURI"])
        oneOfIfPresent(source["cachingMode"], ["None", "ReadOnly", "ReadWrite"])
        oneOfIfPresent(source["kind"], ["Dedicated", "Managed", "Shared"])
        let uri = source["diskURI"].text
        if source["kind"].text == "Managed" {
            if !uri.hasPrefix("/subscriptions/") {
                notSupported(
                    source["diskURI"],
                    ["/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"])
            }
        } else if !uri.hasPrefix("https://") {
            notSupported(source["diskURI"], ["https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"])
        }
    }

    private mutating func flocker(_ source: FieldValue) {
        let name = source["datasetName"]
        if name.isEmpty, source["datasetUUID"].isEmpty {
            required(source, "one of datasetName and datasetUUID is required")
        }
        if !name.isEmpty, !source["datasetUUID"].isEmpty {
            invalid(source, "datasetName and datasetUUID can not be specified simultaneously", showing: "resource")
        }
        if name.text.contains("/") { invalid(name, "must not contain '/'") }
    }

    private mutating func quobyte(_ source: FieldValue) {
        let detail = "must be a host:port pair or multiple pairs separated by commas"
        if need(source["registry"], detail) {
            if source["tenant"].text.utf8.count > 64 {
                required(source["tenant"], "must be a UUID and may not exceed a length of 64 characters")
            } else {
                for pair in source["registry"].text.split(separator: ",", omittingEmptySubsequences: false)
                where !Self.isHostAndPort(pair) { invalid(source["registry"], detail) }
            }
        }
        need(source["volume"])
    }

    /// A host, a colon and a port, either of which may be empty; an address with colons stands in brackets.
    private static func isHostAndPort(_ text: Substring) -> Bool {
        guard let colon = text.lastIndex(of: ":") else { return false }
        let host = text[..<colon]
        if host.hasPrefix("[") { return host.hasSuffix("]") && !host.dropFirst().dropLast().contains { "[]".contains($0) } }
        return !host.contains { ":[]".contains($0) }
    }

    private mutating func storageOS(_ source: FieldValue) {
        needText(source["volumeName"], NameRules.dns1123Label)
        textIfPresent(source["volumeNamespace"], NameRules.dns1123Label)
        if source["secretRef"].isPresent { need(source["secretRef"]["name"]) }
    }

    private mutating func flexVolume(_ source: FieldValue) {
        for entry in source["options"].entries {
            let domain = "." + (entry.key.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).first ?? "").lowercased()
            if domain.hasSuffix(".kubernetes.io") || domain.hasSuffix(".k8s.io") {
                invalid(entry.field, "kubernetes.io and k8s.io namespaces are reserved", showing: .string(entry.key))
            }
        }
    }

    private mutating func iscsi(_ source: FieldValue) {
        need(source["targetPortal"])
        if need(source["iqn"]) { initiator(source["iqn"]) }
        inRange(source["lun"], 0...255)
        if source["chapAuthDiscovery"].flag || source["chapAuthSession"].flag, source["secretRef"].isAbsent {
            required(source["secretRef"])
        }
        if source["initiatorName"].isPresent { initiator(source.showing(source["initiatorName"].value, as: "initiatorname")) }
    }

    private mutating func initiator(_ name: FieldValue) {
        let text = name.text
        let isFine = switch text.prefix(3) {
        case "iqn": Self.isQualifiedISCSIName(text)
        case "eui": Self.isIdentifier(text, digits: 16)
        case "naa": Self.isIdentifier(text, digits: 32)
        default: false
        }
        if !isFine { invalid(name, "must be valid format") }
    }

    /// The kind of name, any character, and so many letters and digits.
    private static func isIdentifier(_ text: String, digits: Int) -> Bool {
        let rest = text.utf8.dropFirst(4)
        return rest.count == digits && rest.allSatisfy(TextRules.isLetterOrDigit)
    }

    /// `iqn.YYYY-MM.domain:anything`, somewhere in the text, up to its end.
    private static func isQualifiedISCSIName(_ text: String) -> Bool {
        text.firstMatch(of: /iqn\.[0-9]{4}-[0-9]{2}\.[A-Za-z0-9.\-]+:[^,;*&$|\s]+$/) != nil
    }

    private mutating func fibreChannel(_ source: FieldValue) {
        let names = source["targetWWNs"]
        if names.count == 0, source["wwids"].count == 0 {
            required(names, "must specify either targetWWNs or wwids, but not both")
        }
        if names.count > 0, source["wwids"].count > 0 {
            invalid(names, "targetWWNs and wwids can not be specified simultaneously")
        }
        guard names.count > 0 else { return }
        if source["lun"].isAbsent {
            required(source["lun"], "lun is required if targetWWNs is specified")
        } else {
            inRange(source["lun"], 0...255)
        }
    }
}
