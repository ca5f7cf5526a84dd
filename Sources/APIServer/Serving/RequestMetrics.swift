import ComponentMetrics
import HTTPServing
import KubernetesTypes
import Objects
import Schema
import Synchronization

/// What requests have in common in the metrics: never a name, so that the combinations stay few.
struct RequestLabels: Sendable, Hashable {
    var verb = "GET"
    var group = ""
    var version = ""
    var resource = ""
    var subresource = ""
    var scope = ""

    /// Only resources that are served count by name: paths that clients make up do not.
    init(_ request: ServerRequest, isServed: Bool) {
        let info = request.info
        guard info.isResourceRequest, isServed else {
            verb = Self.knownMethods.contains(request.method) ? request.method : "other"
            return
        }
        verb = Self.verb(request)
        group = info.group
        version = info.version
        resource = info.resource
        subresource = info.subresource
        scope = !info.name.isEmpty ? "resource" : info.namespace.isEmpty ? "cluster" : "namespace"
    }

    /// Of a request that was refused before it was looked at.
    init() {}

    private static let knownMethods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    private static let connecting: Set<String> = ["exec", "attach", "portforward", "proxy", "log"]

    private static func verb(_ request: ServerRequest) -> String {
        if connecting.contains(request.info.subresource), request.info.subresource != "log" { return "CONNECT" }
        switch request.info.verb {
        case "create": return "POST"
        case "update": return "PUT"
        case "patch": return (request.headers["content-type"] ?? "").hasPrefix("application/apply-patch") ? "APPLY" : "PATCH"
        default: return request.info.verb.uppercased()
        }
    }

    var isLongRunning: Bool { verb == "WATCH" || verb == "CONNECT" || subresource == "log" }
    var isMutating: Bool { ["POST", "PUT", "PATCH", "APPLY", "DELETE", "DELETECOLLECTION"].contains(verb) }

    var pairs: [(String, String)] {
        [
            ("verb", verb), ("group", group), ("version", version), ("resource", resource), ("subresource", subresource),
            ("scope", scope), ("component", "apiserver"),
        ]
    }
}

/// Counts requests as kube-apiserver does (`apiserver_request_total` and its like).
final class RequestMetrics: Sendable {
    /// Bounds of `apiserver_request_duration_seconds`.
    static let bounds = [
        0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
    ]

    private struct Series {
        var durations = HistogramState(buckets: RequestMetrics.bounds.count)
        var sizes = 0
        /// By HTTP status, and whether nothing was to be stored.
        var codes: [Code: Int] = [:]
    }

    private struct Code: Hashable {
        let status: Int
        let isDryRun: Bool
    }

    private struct State {
        var series: [RequestLabels: Series] = [:]
        var longRunning: [RequestLabels: Int] = [:]
        var mutating = 0
        var reading = 0
    }

    /// One request on its way.
    struct Meter: Sendable {
        let labels: RequestLabels
        let isDryRun: Bool
        let started: ContinuousClock.Instant
    }

    private let state = Mutex(State())
    private let watchEvents = MetricFamily(
        "apiserver_watch_events_total", "Events sent to watchers.", labels: ["group", "version", "resource"]) { ComponentMetrics.Counter() }

    func begin(_ request: ServerRequest, isServed: Bool) -> Meter {
        let labels = RequestLabels(request, isServed: isServed)
        state.withLock { state in
            if labels.isLongRunning {
                state.longRunning[labels, default: 0] += 1
            } else if labels.isMutating {
                state.mutating += 1
            } else {
                state.reading += 1
            }
        }
        return Meter(labels: labels, isDryRun: request.query["dryRun"] != nil, started: .now)
    }

    /// `status` is 0 for a stream that has ended; its beginning was counted by `streams`.
    func end(_ meter: Meter, status: Int, bytes: Int) {
        let seconds = (ContinuousClock.now - meter.started).seconds
        let labels = meter.labels
        state.withLock { state in
            if labels.isLongRunning {
                state.longRunning[labels, default: 1] -= 1
            } else if labels.isMutating {
                state.mutating -= 1
            } else {
                state.reading -= 1
            }
            guard status > 0 else { return }
            var series = state.series.removeValue(forKey: labels) ?? Series()
            series.codes[Code(status: status, isDryRun: meter.isDryRun), default: 0] += 1
            if !labels.isLongRunning { series.durations.observe(seconds, Self.bounds) }
            series.sizes += bytes
            state.series[labels] = series
        }
    }

    /// Counts a request that has become a stream and goes on.
    func streams(_ meter: Meter, status: Int) {
        state.withLock { state in
            state.series[meter.labels, default: Series()].codes[Code(status: status, isDryRun: false), default: 0] += 1
        }
    }

    /// Counts a request that was refused before anybody knew what it is about.
    func refused(status: Int) {
        state.withLock { $0.series[RequestLabels(), default: Series()].codes[Code(status: status, isDryRun: false), default: 0] += 1 }
    }

    /// Counts the events that watchers of a kind get.
    func watchEvents(_ kind: ServedKind) -> ComponentMetrics.Counter {
        let id = kind.description.id
        return watchEvents.with([id.group, id.version, kind.description.resource])
    }

    // MARK: the scrape

    func collect(_ writer: inout MetricWriter) {
        let (series, longRunning, mutating, reading) = state.withLock { ($0.series, $0.longRunning, $0.mutating, $0.reading) }
        writer.begin("apiserver_request_total", .counter, "Requests by verb, resource and status.")
        for (labels, one) in series {
            for (code, count) in one.codes {
                let pairs = labels.pairs + [("dry_run", code.isDryRun ? "All" : ""), ("code", String(code.status))]
                writer.sample("apiserver_request_total", pairs, count)
            }
        }
        for name in ["apiserver_request_duration_seconds", "apiserver_request_sli_duration_seconds"] {
            writer.begin(name, .histogram, "Seconds that requests took, without streams.")
            for (labels, one) in series where !labels.isLongRunning {
                writer.histogram(name, labels.pairs, Self.bounds, one.durations)
            }
        }
        writer.begin("apiserver_response_bytes_total", .counter, "Bytes of answers before compression, without streams.")
        for (labels, one) in series where !labels.isLongRunning { writer.sample("apiserver_response_bytes_total", labels.pairs, one.sizes) }
        writer.begin("apiserver_current_inflight_requests", .gauge, "Requests that are being worked on, without streams.")
        writer.sample("apiserver_current_inflight_requests", [("request_kind", "mutating")], mutating)
        writer.sample("apiserver_current_inflight_requests", [("request_kind", "readOnly")], reading)
        writer.begin("apiserver_longrunning_requests", .gauge, "Streams that are open.")
        for (labels, count) in longRunning { writer.sample("apiserver_longrunning_requests", labels.pairs, count) }
        writer.write(watchEvents)
    }
}
