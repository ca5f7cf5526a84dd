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
            if !source["path"].isEmpty, !source["path"].text.hasPrefix("/") {
                invalid(source["path"], "must be an absolute path")
            }
        case "cinder", "scaleIO":
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
            for pair in source["registry"].text.split(separator: ",") where pair.split(separator: ":").count != 2 {
                invalid(source["registry"], detail)
            }
        }
        if source["tenant"].text.utf8.count > 64 { required(source["tenant"], "must be a UUID and may not exceed a length of 64 characters") }
        need(source["volume"])
    }

    private mutating func storageOS(_ source: FieldValue) {
        needText(source["volumeName"], NameRules.dns1123Label)
        textIfPresent(source["volumeNamespace"], NameRules.dns1123Label)
        if source["secretRef"].isPresent { need(source["secretRef"]["name"]) }
    }

    private mutating func flexVolume(_ source: FieldValue) {
        for entry in source["options"].entries {
            let domain = entry.key.split(separator: "/").first ?? ""
            guard entry.key.contains("/") else { continue }
            let isReserved = ["kubernetes.io", "k8s.io"].contains { domain == $0 || domain.hasSuffix("." + $0) }
            if isReserved {
                invalid(entry.field, "kubernetes.io and k8s.io namespaces are reserved", showing: .string(entry.key))
            }
        }
    }

    private mutating func iscsi(_ source: FieldValue) {
        need(source["targetPortal"])
        let name = source["iqn"]
        if need(name) {
            if !["iqn", "eui", "naa"].contains(where: name.text.hasPrefix) {
                invalid(name, "must be valid format")
            } else if name.text.hasPrefix("iqn"), !Self.isQualifiedISCSIName(name.text) {
                invalid(name, "must be valid format")
            }
        }
        inRange(source["lun"], 0...255)
        if source["chapAuthDiscovery"].flag || source["chapAuthSession"].flag, source["secretRef"].isAbsent {
            required(source["secretRef"])
        }
        if source["secretRef"].isPresent { need(source["secretRef"]["name"]) }
        if let initiator = source["initiatorName"].value.string, !["iqn", "eui", "naa"].contains(where: initiator.hasPrefix) {
            invalid(source["initiatorName"], "must be valid format")
        }
    }

    /// `iqn.YYYY-MM.domain[:anything]`.
    private static func isQualifiedISCSIName(_ text: String) -> Bool {
        let parts = text.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "iqn" else { return false }
        let date = parts[1].split(separator: "-", omittingEmptySubsequences: false)
        guard date.count == 2, date[0].count == 4, date[1].count == 2, Int(date[0]) != nil, Int(date[1]) != nil else { return false }
        return parts[2].first.map { $0.isASCII && $0.isLetter && $0.isLowercase } ?? false
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
