import Objects

extension Node {
    /// By which nodes that are only played are told from machines, as KWOK has it.
    package static let playedAnnotation = "kwok.x-k8s.io/node"

    /// Whether there is no machine behind it: it needs no network for its pods, and there is no way to them.
    package var isPlayed: Bool { annotations[Self.playedAnnotation] != nil }

    /// Whether it says that it takes pods (the condition `Ready`).
    package var isReady: Bool { value["status"]["conditions"].array.contains { $0["type"].string == "Ready" && $0["status"].string == "True" } }
}
