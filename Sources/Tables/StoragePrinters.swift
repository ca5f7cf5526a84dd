import Objects

/// Volumes, claims and the kinds of storage.k8s.io.
enum StoragePrinters {
    static let core: [String: TablePrinter] = ["persistentvolumes": volumes, "persistentvolumeclaims": claims]
    static let storage: [String: TablePrinter] = [
        "storageclasses": storageClasses, "csidrivers": drivers, "csinodes": nodes, "volumeattachments": attachments,
        "volumeattributesclasses": attributesClasses,
    ]

    private static func modes(_ modes: Value) -> String {
        let short = [
            "ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP",
        ]
        let present = Set(modes.strings)
        return ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"].filter(present.contains)
            .compactMap { short[$0] }.joined(separator: ",")
    }

    private static func phase(_ row: Row) -> Value { row.isDeleted ? "Terminating" : Row.text(row.status["phase"]) }

    private static func className(_ row: Row) -> Value {
        let annotated = row.metadata["annotations"]["volume.beta.kubernetes.io/storage-class"]
        return annotated.string != nil ? annotated : Row.text(row.spec["storageClassName"])
    }

    private static let volumes = TablePrinter([
        "Capacity", "Access Modes", "Reclaim Policy", "Status", "Claim", "StorageClass", "VolumeAttributesClass", "Reason", "Age",
        "VolumeMode+",
    ]) { row in
        let spec = row.spec
        let claim = spec["claimRef"]
        return [
            Row.text(spec["capacity"]["storage"]), .string(modes(spec["accessModes"])), Row.text(spec["persistentVolumeReclaimPolicy"]),
            phase(row), .string(claim.isObject ? "\(claim["namespace"].string ?? "")/\(claim["name"].string ?? "")" : ""),
            className(row), Row.text(spec["volumeAttributesClassName"], or: "<unset>"), Row.text(row.status["reason"]), row.age,
            Row.text(spec["volumeMode"], or: "<unset>"),
        ]
    }

    private static let claims = TablePrinter([
        "Status", "Volume", "Capacity", "Access Modes", "StorageClass", "VolumeAttributesClass", "Age", "VolumeMode+",
    ]) { row in
        let volume = row.spec["volumeName"].string ?? ""
        return [
            phase(row), .string(volume), volume.isEmpty ? "" : Row.text(row.status["capacity"]["storage"]),
            .string(volume.isEmpty ? "" : modes(row.status["accessModes"])), className(row),
            Row.text(row.spec["volumeAttributesClassName"], or: "<unset>"), row.age, Row.text(row.spec["volumeMode"], or: "<unset>"),
        ]
    }

    private static let storageClasses = TablePrinter(
        columns: [TableColumn("Name", format: "name", description: nameDescription)]
            + ["Provisioner", "ReclaimPolicy", "VolumeBindingMode", "AllowVolumeExpansion", "Age"].map(TablePrinter.column),
        cells: { object, now in
            let row = Row(object: object, now: now)
            return [
                .string(defaultName(row, "storageclass.kubernetes.io/is-default-class")), Row.text(object["provisioner"]),
                Row.text(object["reclaimPolicy"], or: "Delete"), Row.text(object["volumeBindingMode"], or: "Immediate"),
                .bool(object["allowVolumeExpansion"].bool == true), row.age,
            ]
        })

    private static let attributesClasses = TablePrinter(["DriverName", "Age"]) { row in [Row.text(row.object["driverName"]), row.age] }

    private static func defaultName(_ row: Row, _ annotation: String) -> String {
        let name = row.metadata["name"].string ?? ""
        return row.metadata["annotations"][annotation].string == "true" ? name + " (default)" : name
    }

    private static let drivers = TablePrinter([
        "AttachRequired?", "PodInfoOnMount?", "StorageCapacity?", "TokenRequests", "RequiresRepublish?", "Modes", "Age",
    ]) { row in
        let spec = row.spec
        let audiences = spec["tokenRequests"].array.map { $0["audience"].string ?? "" }
        let modes = spec["volumeLifecycleModes"].strings
        return [
            .bool(spec["attachRequired"].bool ?? true), .bool(spec["podInfoOnMount"].bool ?? false),
            .bool(spec["storageCapacity"].bool ?? false), .string(audiences.isEmpty ? "<unset>" : audiences.joined(separator: ",")),
            .bool(spec["requiresRepublish"].bool ?? false), .string(modes.isEmpty ? "<none>" : modes.joined(separator: ",")), row.age,
        ]
    }

    private static let nodes = TablePrinter(["Drivers#", "Age"]) { row in [Value(row.spec["drivers"].array.count), row.age] }

    private static let attachments = TablePrinter(
        columns: [
            TableColumn("Name", format: "name", description: nameDescription), TableColumn("Attacher", format: "name"),
            TableColumn("PV"), TableColumn("Node"), TableColumn("Attached", type: "boolean"), TableColumn("Age"),
        ],
        cells: { object, now in
            let row = Row(object: object, now: now)
            return [
                object["metadata"]["name"], Row.text(row.spec["attacher"]), Row.text(row.spec["source"]["persistentVolumeName"]),
                Row.text(row.spec["nodeName"]), .bool(row.status["attached"].bool == true), row.age,
            ]
        })
}
