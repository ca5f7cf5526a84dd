import APIClient
import KubernetesTypes
import Objects
import Synchronization

/// A mistake that a component might make, to see that the simulation finds it.
enum Canary: String, Sendable, CaseIterable {
    /// Now and then a pod is made twice.
    case makesOneTooMany
    /// Some pods of owners that are gone are said to be deleted, and are not.
    case dropsAnOrphan
    /// Every other pod goes to one node, whatever was decided.
    case bindsElsewhere
    /// What a Job counted is counted again.
    case countsTwice
}

/// Carries requests as they are, but for the mistake.
final class FaultyTransport: APITransport {
    private let inner: any APITransport
    private let canary: Canary
    private let turns = Mutex(0)

    init(_ inner: any APITransport, _ canary: Canary) {
        self.inner = inner
        self.canary = canary
    }

    /// Whether it is time for the mistake again.
    private func isTurn(_ every: Int) -> Bool {
        turns.withLock { turns in
            turns += 1
            return turns % every == 0
        }
    }

    func send(_ request: APIRequest) async throws(StatusError) -> Value {
        var request = request
        switch canary {
        case .makesOneTooMany where request.verb == .create && request.path.hasSuffix("/pods") && !request.body["metadata"]["generateName"].isNull && isTurn(5):
            _ = try await inner.send(request)
        case .dropsAnOrphan where request.verb == .delete && request.path.contains("/pods/") && isTurn(4): return ["kind": "Status", "status": "Success"]
        case .bindsElsewhere where request.path.hasSuffix("/binding") && isTurn(2): request.body["target"]["name"] = "a0"
        case .countsTwice where request.verb == .update && request.path.contains("/jobs/") && request.path.hasSuffix("/status"):
            let count = request.body["status"]["succeeded"].int ?? 0
            if count > 0, request.body["spec"]["completionMode"].string != "Indexed", isTurn(2) { request.body["status"]["succeeded"] = .int(count + 1) }
        default: break
        }
        return try await inner.send(request)
    }

    func list(_ request: APIRequest) async throws(StatusError) -> ObjectPage { try await inner.list(request) }
    func watch(_ request: APIRequest) async throws(StatusError) -> any WatchSource { try await inner.watch(request) }
}
