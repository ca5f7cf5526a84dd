/// The user that a container's first process runs as: the one that the pod asks for, or the image's.
struct ContainerUser: Equatable {
    /// Nil where only the runtime can find the number of the image's user.
    let id: Int64?
    /// The image's user, where it has a name instead of a number; else empty.
    let name: String
    private let isAskedFor: Bool

    /// `uid` and `username` are the image's.
    init(asked: Int64?, uid: Int64?, username: String) {
        isAskedFor = asked != nil
        let isNamed = asked == nil && uid == nil && !username.isEmpty
        name = isNamed ? username : ""
        id = isNamed ? nil : asked ?? uid ?? 0
    }

    /// Why a container that must not run as root cannot run; nil when it is somebody else for sure.
    var rootProblem: String? {
        if !name.isEmpty { return "container has runAsNonRoot and image has non-numeric user (\(name)), cannot verify user is non-root" }
        guard id == 0 else { return nil }
        return isAskedFor ? "container's runAsUser breaks non-root policy" : "container has runAsNonRoot and image will run as root"
    }
}
