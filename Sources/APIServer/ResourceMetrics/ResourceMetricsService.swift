import AsyncHTTPClient
import Credentials
import HTTPServing
import KubernetesTypes
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Objects
import Schema
import Synchronization

/// Serves `metrics.k8s.io`: what nodes and pods use, as their kubelets tell it.
///
/// It answers as long as the APIService of that group names no other server, so that a metrics server that somebody installs
/// takes its place.
final class ResourceMetricsService: Sendable {
    static let groupVersion = GroupVersion(group: "metrics.k8s.io", version: "v1beta1")
    private static let pause = Duration.seconds(15)
    private static let answerLimit = 16 << 20

    private let nodes: ResourceStore
    private let pods: ResourceStore
    private let locator: KubeletLocator
    private let kubelets: KubeletConnections
    private let logger: Logger
    private let windows = Mutex<[String: UsageWindow]>([:])
    private let task = Mutex<Task<Void, Never>?>(nil)

    init(nodes: ResourceStore, pods: ResourceStore, locator: KubeletLocator, kubelets: KubeletConnections, logger: Logger) {
        self.nodes = nodes
        self.pods = pods
        self.locator = locator
        self.kubelets = kubelets
        self.logger = logger
    }

    func start() {
        let run = Task { [self] in
            while !Task.isCancelled {
                await scrapeAll()
                try? await Task.sleep(for: nextPause)
            }
        }
        task.withLock { $0 = run }
    }

    /// A node that came is looked at twice soon after each other, so that there is something to say of it early.
    private var nextPause: Duration {
        windows.withLock { windows in
            if windows.isEmpty { return .seconds(2) }
            return windows.values.contains { $0.previous == nil } ? .seconds(5) : Self.pause
        }
    }

    func stop() async {
        let running = task.withLock { task in
            defer { task = nil }
            return task
        }
        running?.cancel()
        await running?.value
    }

    // MARK: asking kubelets

    private func scrapeAll() async {
        let names = nodes.all().filter { Node($0.value).isReady }.map(\.name)
        let known = Set(names)
        windows.withLock { windows in windows = windows.filter { known.contains($0.key) } }
        var rest = names[...]
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<min(16, rest.count) { if let name = rest.popFirst() { group.addTask { await self.scrape(name) } } }
            while await group.next() != nil { if let name = rest.popFirst() { group.addTask { await self.scrape(name) } } }
        }
    }

    private func scrape(_ name: String) async {
        do {
            var request = HTTPClientRequest(url: try locator.kubeletAddress(name) + "/metrics/resource")
            request.method = .GET
            let answer = try await kubelets.client.execute(request, deadline: .now() + .seconds(10))
            guard answer.status == .ok else { return }
            let text = String(buffer: try await answer.body.collect(upTo: Self.answerLimit))
            let now = Timestamp.now()
            let sample = UsageSample(text, now: now.seconds * 1000 + Int64(now.nanoseconds) / 1_000_000)
            windows.withLock { $0[name, default: UsageWindow()].add(sample) }
        } catch {
            logger.trace("a kubelet does not tell what is used", metadata: ["node": "\(name)", "reason": "\(error)"])
        }
    }

    // MARK: answers

    /// The answer to a request of the group. Throws what the client is to see.
    func answer(_ request: ServerRequest) throws(StatusError) -> Answer {
        let info = request.info
        guard info.resource == "nodes" && info.namespace.isEmpty || info.resource == "pods", info.subresource.isEmpty else { throw .unknownPath }
        let selector = try Self.selector(request)
        switch info.verb {
        case "get":
            guard info.resource == "nodes" || !info.namespace.isEmpty else { throw .unknownPath }
            return .value(status: 200, try one(info))
        case "list":
            let items = info.resource == "nodes" ? nodeItems(selector) : podItems(info.namespace, selector)
            return .value(
                status: 200,
                [
                    "kind": info.resource == "nodes" ? "NodeMetricsList" : "PodMetricsList", "apiVersion": .string(Self.groupVersion.description),
                    "metadata": .emptyObject, "items": .array(items),
                ])
        default: throw .methodNotAllowed
        }
    }

    private static func selector(_ request: ServerRequest) throws(StatusError) -> Objects.LabelSelector {
        do throws(SelectorError) {
            return try Objects.LabelSelector(parsing: request.query["labelSelector"] ?? "")
        } catch {
            throw .badRequest(error.description)
        }
    }

    private func one(_ info: RequestInfo) throws(StatusError) -> Value {
        let isNode = info.resource == "nodes"
        let object = isNode ? nodes.cache.object(info.name) : pods.cache.object(info.namespace + "/" + info.name)
        if let made = object.flatMap({ isNode ? metrics(node: $0) : metrics(pod: $0) }) { return made }
        throw .notFound(GroupResource(group: Self.groupVersion.group, resource: isNode ? "nodemetrics" : "podmetrics"), isNode ? info.name : "\(info.namespace)/\(info.name)")
    }

    private func nodeItems(_ selector: Objects.LabelSelector) -> [Value] {
        nodes.all().filter { object in selector.matches { object.label($0) } }.sorted { $0.key < $1.key }.compactMap { metrics(node: $0) }
    }

    private func podItems(_ namespace: String, _ selector: Objects.LabelSelector) -> [Value] {
        pods.all().filter { object in (namespace.isEmpty || object.namespace == namespace) && selector.matches { object.label($0) } }
            .sorted { $0.key < $1.key }.compactMap { metrics(pod: $0) }
    }

    private func metrics(node: EncodedObject) -> Value? {
        guard let measured = windows.withLock({ $0[node.name] })?.node else { return nil }
        var value = Self.head("NodeMetrics", node, measured)
        value["usage"] = Self.usage(measured)
        return value
    }

    private func metrics(pod: EncodedObject) -> Value? {
        let value = pod.value
        guard let node = value["spec"]["nodeName"].string, let window = windows.withLock({ $0[node] }) else { return nil }
        let phase = value["status"]["phase"].string
        if phase == "Succeeded" || phase == "Failed" { return nil }
        let names = (value["spec"]["containers"].array + value["spec"]["initContainers"].array.filter { $0["restartPolicy"].string == "Always" })
            .compactMap { $0["name"].string }
        var containers: [Value] = []
        var first: UsageWindow.Measured?
        for name in names {
            // What is said of a pod of which a part is missing would be taken for the whole.
            guard let measured = window.container(.init(namespace: pod.namespace, pod: pod.name, container: name)) else { return nil }
            first = first ?? measured
            containers.append(["name": .string(name), "usage": Self.usage(measured)])
        }
        guard let first else { return nil }
        var made = Self.head("PodMetrics", pod, first)
        made["containers"] = .array(containers)
        return made
    }

    private static func head(_ kind: String, _ object: EncodedObject, _ measured: UsageWindow.Measured) -> Value {
        var metadata: Value = ["name": .string(object.name)]
        if !object.namespace.isEmpty { metadata["namespace"] = .string(object.namespace) }
        metadata["creationTimestamp"] = .string(Timestamp.now().text)
        if !object.labels.pairs.isEmpty { metadata["labels"] = .object(Members(object.labels.pairs.map { ($0.key, .string($0.value)) })) }
        let time = Timestamp(seconds: measured.time / 1000)
        let window = "\(measured.window / 1000).\(measured.window % 1000)s"
        return [
            "kind": .string(kind), "apiVersion": .string(groupVersion.description), "metadata": metadata, "timestamp": .string(time.text),
            "window": .string(window),
        ]
    }

    private static func usage(_ measured: UsageWindow.Measured) -> Value {
        ["cpu": .string("\(measured.cpuNanos)n"), "memory": .string("\(measured.memoryBytes / 1024)Ki")]
    }

    // MARK: discovery

    private static let verbs = Value(["get", "list"])

    static let resources: [Value] = [
        ["name": "nodes", "singularName": "", "namespaced": false, "kind": "NodeMetrics", "verbs": verbs],
        ["name": "pods", "singularName": "", "namespaced": true, "kind": "PodMetrics", "verbs": verbs],
    ]

    static let aggregated: [Value] = [
        discovered("nodes", "NodeMetrics", "Cluster"), discovered("pods", "PodMetrics", "Namespaced"),
    ]

    private static func discovered(_ resource: String, _ kind: String, _ scope: String) -> Value {
        let response: Value = ["group": "", "version": "", "kind": .string(kind)]
        return ["resource": .string(resource), "responseKind": response, "scope": .string(scope), "singularResource": "", "verbs": verbs]
    }
}
