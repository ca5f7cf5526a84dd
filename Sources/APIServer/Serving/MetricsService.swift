import ComponentMetrics
import HTTPServing
import KubernetesTypes
import NIOCore
import Objects
import Schema
import Storage

/// `/metrics`: everything that the process tells of itself.
package struct MetricsService: Sendable {
    private static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    let registry: MetricRegistry

    func answer(_ request: ServerRequest) throws(StatusError) -> Answer? {
        guard request.path == "/metrics" else { return nil }
        guard request.method == "GET" || request.method == "HEAD" else { throw .methodNotAllowed }
        return .bytes(status: 200, contentType: Self.contentType, ByteBuffer(bytes: registry.scrape()), headers: [])
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
