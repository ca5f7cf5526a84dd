import ComponentMetrics
import HTTPServing
import KubernetesTypes
import NIOCore
import Objects
import Schema
import Storage

/// `/metrics`: everything that the process tells of itself.
package struct MetricsService: Sendable {
    private static let contentType = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores"
    private static let statusTypes = ["application/json", "application/yaml", "text/plain"]

    let registry: MetricRegistry
    let health: HealthService
    let flags: FlagService
    let features: FeatureGates
    let started = Timestamp.now()

    func answer(_ request: ServerRequest) throws(StatusError) -> Answer? {
        guard ["/metrics", "/metrics/slis", "/statusz", "/flagz"].contains(request.path) else { return nil }
        guard request.method == "GET" || request.method == "HEAD" else { throw .methodNotAllowed }
        if request.path == "/flagz", !features["ComponentFlagz"] { return nil }
        if request.path == "/statusz", !features["ComponentStatusz"] { return nil }
        switch request.path {
        case "/metrics": return Self.text(registry.scrape())
        case "/metrics/slis": return Self.text(healthMetrics())
        case "/flagz":
            try Self.requireText(request)
            return .text(200, flags.text)
        default: return try status(request)
        }
    }

    private static func text(_ bytes: [UInt8]) -> Answer {
        .bytes(status: 200, contentType: contentType, ByteBuffer(bytes: bytes), headers: [])
    }

    /// Of each health check, how it went just now (KEP-3466).
    private func healthMetrics() -> [UInt8] {
        var writer = MetricWriter()
        writer.begin("kubernetes_healthcheck", .gauge, "The result of one health check.")
        for result in health.results {
            writer.sample("kubernetes_healthcheck", [("name", result.name), ("type", result.path)], result.isGood ? 1 : 0)
        }
        return writer.bytes
    }

    private static func requireText(_ request: ServerRequest) throws(StatusError) {
        guard let accepted = request.headers["accept"], accepted.hasPrefix("text/plain") else { throw .notAcceptable(statusTypes) }
    }

    /// What this server is and since when (KEP-4827). Only for clients that ask for plain text.
    private func status(_ request: ServerRequest) throws(StatusError) -> Answer {
        try Self.requireText(request)
        let up = Timestamp.now().seconds - started.seconds
        let version = ServerVersion.value["gitVersion"].string?.dropFirst() ?? ""
        return .text(
            200,
            """

            apiserver statusz
            Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging purposes only.

            Started= \(started.text)
            Up= \(up / 3600) hr \(up / 60 % 60) min \(up % 60) sec
            Binary version= \(version)
            Emulation version= 1.36
            Paths= /flagz /healthz /livez /metrics /readyz /statusz /version

            """)
    }

    /// What the API server itself has to tell.
    static func register(_ registry: MetricRegistry, requests: RequestMetrics, kinds: ServedKinds, applied: AppliedRevision) {
        registry.add("process") { ProcessMetrics.collect(&$0) }
        registry.add("build") { writer in
            writer.begin("kubernetes_build_info", .gauge, "The version of Kubernetes that is served.")
            let version = ServerVersion.value
            let labels = ["major", "minor", "gitVersion", "compiler", "platform"].map { ($0.snakeCased, version[$0].string ?? "") }
            writer.sample("kubernetes_build_info", labels, 1)
        }
        registry.add("apiserver") { [weak requests, weak kinds] writer in
            requests?.collect(&writer)
            guard let kinds else { return }
            let stores = kinds.stores
            writer.begin("apiserver_storage_objects", .gauge, "Objects of each resource.")
            for store in stores { writer.sample("apiserver_storage_objects", [("resource", "\(store.resource)")], store.cache.count) }
            writer.begin("apiserver_resource_objects", .gauge, "Objects of each resource, by group.")
            for store in stores {
                writer.sample(
                    "apiserver_resource_objects", [("group", store.resource.group), ("resource", store.resource.resource)], store.cache.count)
            }
            writer.begin("apiserver_registered_watchers", .gauge, "Watches that are open, by resource.")
            for store in stores where store.cache.watcherCount > 0 {
                writer.sample(
                    "apiserver_registered_watchers", [("group", store.resource.group), ("resource", store.resource.resource)],
                    store.cache.watcherCount)
            }
            writer.begin("apiserver_watch_cache_revision", .gauge, "The revision of the store up to which the watch caches are complete.")
            writer.sample("apiserver_watch_cache_revision", [], Int(applied.current))
        }
    }
}

extension String {
    /// `gitVersion` is `git_version` as a label.
    fileprivate var snakeCased: String {
        reduce(into: "") { text, character in
            if character.isUppercase { text += "_" }
            text += character.lowercased()
        }
    }
}

/// `kubernetes_feature_enabled`: which features are on.
enum FeatureMetrics {
    static func collect(_ features: FeatureGates, _ writer: inout MetricWriter) {
        writer.begin("kubernetes_feature_enabled", .gauge, "Whether a feature is on, by its name and stage.")
        for gate in features.all {
            writer.sample("kubernetes_feature_enabled", [("name", gate.name), ("stage", gate.stage.rawValue)], gate.isOn ? 1 : 0)
        }
    }
}
