import Objects

/// Whether a request without credentials is somebody's.
package struct AnonymousAccess: Sendable, Equatable {
    package let isEnabled: Bool
    /// The only paths for which it is; all when empty.
    package let paths: [String]

    package init(isEnabled: Bool, paths: [String] = []) {
        self.isEnabled = isEnabled
        self.paths = paths
    }

    init(_ value: Value) {
        self.init(isEnabled: value["enabled"].bool ?? false, paths: value["conditions"].array.compactMap { $0["path"].string })
    }

    package func allows(path: String) -> Bool { isEnabled && (paths.isEmpty || paths.contains(path)) }
}
