import KubernetesTypes
package import Objects
import Schema

/// The status of an object that nobody has looked at yet: the fields that are always printed, as zero.
extension Strategy {
    package func resetStatus(_ object: inout Value) { object.set("status", EmptyStatus.of(object)) }
}

enum EmptyStatus {
    private static let byKind: [GroupVersionKind: Value] = {
        var all: [GroupVersionKind: Value] = [:]
        for kind in KindCatalogue.builtIn.kinds {
            guard let field = kind.type.field("status"), field.presence == .always else { continue }
            var status = ZeroValue.of(field.type)
            if let type = field.type.message { ObjectDecoder.applyDefaults(&status, as: type) }
            all[kind.id] = status
        }
        return all
    }()

    /// Nil when the kind has no status that is always printed.
    static func of(_ object: Value) -> Value? {
        guard let version = object["apiVersion"].string.flatMap(GroupVersion.init(apiVersion:)), let kind = object["kind"].string
        else { return nil }
        return byKind[GroupVersionKind(groupVersion: version, kind: kind)]
    }
}
