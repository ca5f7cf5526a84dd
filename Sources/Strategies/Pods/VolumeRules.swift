import Objects

/// The volumes of a pod.
struct VolumeRules {
    /// The pod's metadata; nil inside a template, where names of claims are not known yet.
    let podMetadata: Value?

    static let sourceNames = [
        "emptyDir", "hostPath", "gitRepo", "gcePersistentDisk", "awsElasticBlockStore", "secret", "nfs", "iscsi",
        "glusterfs", "flocker", "persistentVolumeClaim", "rbd", "cinder", "cephfs", "quobyte", "downwardAPI", "fc",
        "flexVolume", "configMap", "azureFile", "vsphereVolume", "photonPersistentDisk", "portworxVolume", "azureDisk",
        "storageos", "projected", "scaleIO", "csi", "ephemeral", "image",
    ]
    /// Sources that Kubernetes reports under another name when they are one too many.
    private static let reportedNames = ["cephfs": "cephFS", "downwardAPI": "downwarAPI"]

    /// The volumes by name; those with errors are left out, so that their mounts are errors too.
    func check(_ volumes: FieldValue, _ errors: inout FieldErrors) -> [String: Value] {
        var known: [String: Value] = [:]
        var claims: Set<String> = []
        let podName = podMetadata?["name"].string ?? ""
        for volume in volumes.items {
            var found = FieldErrors()
            source(volume, &found)
            let name = volume["name"]
            found.needText(name, NameRules.dns1123Label)
            if known[name.text] != nil { found.duplicate(name) }
            if found.isEmpty { known[name.text] = volume.value } else { errors.append(found.list) }
            if volume["ephemeral"].isPresent, !podName.isEmpty { claims.insert(podName + "-" + name.text) }
        }
        guard !claims.isEmpty else { return known }
        for volume in volumes.items {
            let name = volume["name"]
            if volume["ephemeral"].isPresent {
                let claim = podName + "-" + name.text
                for problem in NameRules.dns1123Subdomain(claim) {
                    errors.invalid(name, "PVC name \"\(claim)\": \(problem)")
                }
            }
            let claimName = volume["persistentVolumeClaim"]["claimName"]
            if claims.contains(claimName.text) {
                errors.invalid(claimName, "must not reference a PVC that gets created for an ephemeral volume")
            }
        }
        return known
    }

    private func source(_ volume: FieldValue, _ errors: inout FieldErrors) {
        var count = 0
        for name in Self.sourceNames where volume[name].isPresent {
            count += 1
            if count > 1 {
                let reported = Self.reportedNames[name] ?? name
                errors.forbidden(volume.showing(volume[name].value, as: reported), "may not specify more than 1 volume type")
            } else {
                check(name, volume[name], volume, &errors)
            }
        }
        if count == 0 { errors.required(volume, "must specify a volume type") }
    }

    private func check(_ name: String, _ source: FieldValue, _ volume: FieldValue, _ errors: inout FieldErrors) {
        switch name {
        case "emptyDir":
            if let limit = source["sizeLimit"].quantity, limit.nanos < 0 {
                errors.forbidden(source["sizeLimit"], "SizeLimit field must be a valid resource quantity")
            }
        case "secret": files(source, nameField: "secretName", &errors)
        case "configMap": files(source, nameField: "name", &errors)
        case "persistentVolumeClaim": errors.need(source["claimName"])
        case "downwardAPI":
            errors.fileMode(source["defaultMode"])
            for file in source["items"].items { downwardFile(file, at: source, &errors) }
        case "projected": projected(source, &errors)
        case "csi": inlineCSI(source, &errors)
        case "ephemeral":
            let template = source["volumeClaimTemplate"]
            if template.isAbsent { errors.required(template) } else { claimTemplate(template, &errors) }
        case "image":
            errors.oneOf(source["pullPolicy"], ["Always", "IfNotPresent", "Never"])
            if podMetadata != nil { errors.need(source["reference"]) }
        case "gcePersistentDisk":
            errors.legacyVolumeSource(name, volume.showing(source.value, as: "persistentDisk"))
        default: errors.legacyVolumeSource(name, source)
        }
    }

    private func files(_ source: FieldValue, nameField: String, _ errors: inout FieldErrors) {
        errors.need(source[nameField])
        errors.fileMode(source["defaultMode"])
        for item in source["items"].items { errors.keyToPath(item) }
    }

    /// Kubernetes reports a file of the downward API at the volume itself.
    private func downwardFile(_ file: FieldValue, at place: FieldValue, _ errors: inout FieldErrors) {
        errors.needText(place.showing(file["path"].value, as: "path"), TextRules.localNonReservedPath)
        let fieldRef = file["fieldRef"], resourceRef = file["resourceFieldRef"]
        if fieldRef.isPresent {
            errors.fieldSelector(place.showing(fieldRef.value, as: "fieldRef"), allowed: FieldErrors.downwardVolumeFields)
            if resourceRef.isPresent {
                errors.invalid(place, "fieldRef and resourceFieldRef can not be specified simultaneously", showing: "resource")
            }
        } else if resourceRef.isPresent {
            errors.resourceSelector(place.showing(resourceRef.value, as: "resourceFieldRef"), isVolume: true)
        } else {
            errors.required(place, "one of fieldRef and resourceFieldRef is required")
        }
        errors.fileMode(place.showing(file["mode"].value, as: "mode"))
    }

    private func projected(_ volume: FieldValue, _ errors: inout FieldErrors) {
        errors.fileMode(volume["defaultMode"])
        var paths: Set<String> = []
        func take(_ path: String, showing shown: String) {
            if !path.isEmpty, !paths.insert(path).inserted {
                errors.invalid(volume, "conflicting duplicate paths", showing: .string(shown))
            }
        }
        for source in volume["sources"].items {
            var count = 0
            for name in ["secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate"] {
                let projection = source[name]
                guard projection.isPresent else { continue }
                count += 1
                if count > 1 {
                    errors.forbidden(source, "may not specify more than 1 volume type per source")
                    continue
                }
                switch name {
                case "secret", "configMap":
                    errors.need(projection["name"])
                    for item in projection["items"].items {
                        errors.keyToPath(item)
                        take(item["path"].text, showing: projection["name"].text)
                    }
                case "downwardAPI":
                    for file in projection["items"].items {
                        downwardFile(file, at: projection, &errors)
                        take(file["path"].text, showing: file["path"].text)
                    }
                case "serviceAccountToken": token(projection, volume, &errors)
                default: break
                }
            }
        }
    }

    private func token(_ projection: FieldValue, _ volume: FieldValue, _ errors: inout FieldErrors) {
        errors.tokenLifetime(projection["expirationSeconds"])
        errors.needText(volume.showing(projection["path"].value, as: "path"), TextRules.localNonReservedPath)
    }

    private func inlineCSI(_ source: FieldValue, _ errors: inout FieldErrors) {
        errors.csiDriverName(source["driver"])
        let reference = source["nodePublishSecretRef"]
        guard reference.isPresent, errors.need(reference["name"]) else { return }
        errors.text(source.showing(reference["name"].value, as: "name"), NameRules.dns1123Subdomain)
    }

    private func claimTemplate(_ template: FieldValue, _ errors: inout FieldErrors) {
        let metadata = template["metadata"]
        errors.annotations(metadata["annotations"])
        errors.labels(metadata["labels"])
        for entry in metadata.value.members
        where entry.key != "annotations" && entry.key != "labels" && !entry.value.isEmptyForJSON {
            errors.forbidden(metadata[entry.key], "cannot be set")
        }
        errors.claimSpec(template["spec"])
    }
}

extension FieldErrors {
    mutating func fileMode(_ mode: FieldValue) {
        if let number = mode.int, !(0...0o777).contains(number) {
            invalid(mode, "must be a number between 0 and 0777 (octal), both inclusive")
        }
    }

    mutating func keyToPath(_ item: FieldValue) {
        need(item["key"])
        needText(item["path"], TextRules.localNonReservedPath)
        fileMode(item["mode"])
    }

    mutating func tokenLifetime(_ seconds: FieldValue) {
        guard let number = seconds.int else { return }
        if number < 600 { invalid(seconds, "may not specify a duration less than 10 minutes") }
        if number > 1 << 32 { invalid(seconds, "may not specify a duration larger than 2^32 seconds") }
    }

    mutating func csiDriverName(_ driver: FieldValue) {
        guard need(driver) else { return }
        noLonger(than: 63, driver)
        for problem in NameRules.dns1123Subdomain(driver.text.lowercased()) { invalid(driver, problem) }
    }
}
