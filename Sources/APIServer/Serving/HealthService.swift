import HTTPServing
import KubernetesTypes
import NIOCore
import Synchronization

/// `/livez`, `/readyz` and `/healthz`, with named checks.
package final class HealthService: Sendable {
    private let checks = Mutex<[(name: String, isLive: Bool, check: @Sendable () -> Bool)]>([])

    package init() {}

    /// Adds a check. `isLive` for those that also say whether the process should be restarted.
    package func add(_ name: String, isLive: Bool = false, _ check: @escaping @Sendable () -> Bool) {
        checks.withLock { $0.append((name, isLive, check)) }
    }

    package var isReady: Bool { checks.withLock { $0 }.allSatisfy { $0.check() } }

    /// Each check with its outcome, by the path that shows it.
    var results: [(name: String, path: String, isGood: Bool)] {
        var all: [(name: String, path: String, isGood: Bool)] = []
        for check in [(name: "ping", isLive: true, check: { @Sendable in true })] + checks.withLock({ $0 }) {
            let isGood = check.check()
            for path in check.isLive ? ["healthz", "livez", "readyz"] : ["readyz"] { all.append((check.name, path, isGood)) }
        }
        return all
    }

    func answer(_ request: ServerRequest) throws(StatusError) -> Answer? {
        let parts = request.segments
        guard let first = parts.first, ["livez", "readyz", "healthz"].contains(first), parts.count <= 2 else { return nil }
        guard request.method == "GET" || request.method == "HEAD" else { throw .methodNotAllowed }
        let excluded = Set(request.query.all("exclude"))
        var relevant = [(name: "ping", isLive: true, check: { @Sendable in true })] + checks.withLock { $0 }
        if first == "livez" { relevant = relevant.filter(\.isLive) }
        if parts.count == 2 {
            guard let one = relevant.first(where: { $0.name == parts[1] }) else { return .text(404, "404 page not found\n") }
            return one.check() ? .text(200, "ok") : .text(500, "internal server error: \(one.name) failed\n")
        }
        var lines = ""
        var failed = false
        for check in relevant where !excluded.contains(check.name) {
            if check.check() {
                lines += "[+]\(check.name) ok\n"
            } else {
                failed = true
                lines += "[-]\(check.name) failed: reason withheld\n"
            }
        }
        if failed { return .text(500, lines + "\(first) check failed\n") }
        return .text(200, request.query.flag("verbose") || request.query["verbose"] != nil ? lines + "\(first) check passed\n" : "ok")
    }
}
