import Schema

/// Kinds whose use is answered with a warning.
enum DeprecatedKinds {
    static func warning(_ id: GroupVersionKind) -> String? {
        guard id.group.isEmpty, id.version == "v1" else { return nil }
        switch id.kind {
        case "Endpoints": return "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"
        case "ComponentStatus": return "v1 ComponentStatus is deprecated in v1.19+"
        default: return nil
        }
    }
}
