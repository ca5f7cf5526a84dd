import Authentication
import KubernetesTypes
package import Objects
package import Schema

/// What the registry has to know of the request behind a write.
package struct WriteContext: Sendable {
    package var user: UserInfo
    package var isDryRun = false
    /// The name under which `managedFields` records the write.
    package var fieldManager: String
    /// The version of the resource that the client speaks.
    package var version: GroupVersion
    /// Empty for the resource itself.
    package var subresource = ""
    /// The verb of the request, by which a patch is told from an update.
    package var verb = ""
    /// Whether the write itself is recorded in `managedFields`; server-side apply has done so already.
    package var recordsManager = true
    /// `CreateOptions`, `UpdateOptions` … as sent.
    package var options: Value = .emptyObject
    /// Whether admission is asked; what the server does as a part of an admitted request is not asked about again.
    var isAdmitted = false
    package let warnings: RequestNotes

    package init(user: UserInfo, fieldManager: String, version: GroupVersion, warnings: RequestNotes = RequestNotes()) {
        self.user = user
        self.fieldManager = fieldManager
        self.version = version
        self.warnings = warnings
    }
}

/// What must hold for a deletion or an update, beyond the client's rights.
package struct Preconditions: Sendable {
    package var uid: String?
    package var resourceVersion: String?

    package init(uid: String? = nil, resourceVersion: String? = nil) {
        self.uid = uid
        self.resourceVersion = resourceVersion
    }

    package init(_ value: Value) {
        self.init(uid: value["uid"].string, resourceVersion: value["resourceVersion"].string)
    }

    /// Throws a conflict when `object` is not the one that was meant.
    func check(_ object: Value, _ kind: String, _ name: String) throws(StatusError) {
        let metadata = object["metadata"]
        // Definitions are named in full, all others by their kind.
        let shown = kind == "CustomResourceDefinition"
            ? GroupResource(group: "apiextensions.k8s.io", resource: "customresourcedefinitions")
            : GroupResource(group: "", resource: kind)
        if let uid, uid != metadata["uid"].string ?? "" {
            if kind == "CustomResourceDefinition" {
                throw .conflict(
                    shown, name, "Precondition failed: UID in precondition: \(uid), UID in object meta: \(metadata["uid"].string ?? "")")
            }
            throw .conflict(
                shown, name,
                "the UID in the precondition (\(uid)) does not match the UID in record (\(metadata["uid"].string ?? "")). The object might have been deleted and then recreated")
        }
        if let resourceVersion, resourceVersion != metadata["resourceVersion"].string ?? "" {
            throw .conflict(
                shown, name,
                "the ResourceVersion in the precondition (\(resourceVersion)) does not match the ResourceVersion in record (\(metadata["resourceVersion"].string ?? "")). The object might have been modified")
        }
    }
}

/// The `DeleteOptions` of a request, read once.
package struct DeletionOptions: Sendable {
    package enum Propagation: String, Sendable {
        case orphan = "Orphan"
        case background = "Background"
        case foreground = "Foreground"
    }

    package var gracePeriodSeconds: Int64?
    package var propagation: Propagation?
    package var preconditions = Preconditions()

    package init() {}

    package init(_ value: Value) {
        // A negative grace means as little as there is.
        gracePeriodSeconds = value["gracePeriodSeconds"].int.map { $0 < 0 ? 1 : $0 }
        preconditions = Preconditions(value["preconditions"])
        if let policy = value["propagationPolicy"].string {
            propagation = Propagation(rawValue: policy)
        } else if let orphan = value["orphanDependents"].bool {
            propagation = orphan ? .orphan : .background
        }
    }
}

extension WriteContext {
    /// The options as admission sees them: a patch is an update, or a creation.
    func options(for operation: AdmissionAttributes.Operation) -> Value {
        let kind: String
        switch operation {
        case .create: kind = "CreateOptions"
        case .update: kind = "UpdateOptions"
        case .delete: kind = "DeleteOptions"
        case .connect: return .null
        }
        var value: Value = ["kind": .string(kind), "apiVersion": "meta.k8s.io/v1"]
        for entry in options.members where entry.key != "kind" && entry.key != "apiVersion" { value[entry.key] = entry.value }
        return value
    }
}
