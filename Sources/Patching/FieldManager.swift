package import Objects
package import Schema

/// Who writes, as `managedFields` records it.
package struct FieldManager: Sendable, Hashable {
    package let name: String
    /// The version that the writer speaks.
    package let apiVersion: String
    /// Empty for the resource itself.
    package let subresource: String
    /// RFC 3339.
    package let time: String

    package init(name: String, apiVersion: String, subresource: String = "", time: String) {
        self.name = name
        self.apiVersion = apiVersion
        self.subresource = subresource
        self.time = time
    }
}

/// Who owns which field of an object: the bookkeeping of server-side apply (KEP-555).
package enum FieldManagement {
    /// Records in `new.metadata.managedFields` that `manager` set what differs from `live` (nil on create).
    package static func recordUpdate(live: Value?, new: inout Value, type: MessageType, manager: FieldManager) {
    }
}
