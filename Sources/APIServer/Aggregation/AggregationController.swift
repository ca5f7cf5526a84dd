import Aggregation
import Authentication
import KubernetesTypes
import Logging
import NIOCore
import Objects
import Schema
import Synchronization

/// Keeps the `APIService`s up to date: registers what this server serves, and looks whether the others can be reached.
final class AggregationController: Sendable {
    private static let label = "kube-aggregator.kubernetes.io/automanaged"
    private static let user = UserInfo(name: "system:apiserver", groups: [UserInfo.mastersGroup])
    /// How long a server may take to answer a check.
    private static let checkSeconds: Int64 = 5
    /// How often servers are looked at that are well, and that are not.
    private static let restInterval = Duration.seconds(30)
    private static let retryInterval = Duration.seconds(1)

    private let aggregator: Aggregator
    private let kinds: ServedKinds
    /// Services and endpoint slices, whose changes matter.
    private let watched: [WatchCache]
    private let logger: Logger
    private let tasks = Mutex<[Task<Void, Never>]>([])
    private let signal: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    private var store: ResourceStore { aggregator.registrations.store }

    init(aggregator: Aggregator, kinds: ServedKinds, watched: [WatchCache], logger: Logger) {
        self.aggregator = aggregator
        self.kinds = kinds
        self.watched = watched
        self.logger = logger
        (signal, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Registers what the server itself serves, and goes on to look after the rest.
    func start(withMetrics: Bool = false) async {
        await register(kinds.snapshot().kinds.filter { $0.value.values.contains { $0.isBuiltIn } }.keys.sorted { $0.description < $1.description })
        if withMetrics { await create(ResourceMetricsService.groupVersion, APIServicePriority.metrics, label: "onstart") }
        for cache in [store.cache] + watched {
            guard let watcher = cache.watch(ObjectFilter(), from: .after(cache.snapshot().revision)) else { continue }
            watcher.onArrival { [continuation] in
                _ = watcher.take()
                continuation.yield()
            }
        }
        let run = Task { [self] in
            for await _ in signal {
                if Task.isCancelled { return }
                await reconcile()
            }
        }
        let clock = Task { [self] in
            while !Task.isCancelled {
                let isWell = aggregator.remotes.allSatisfy(\.isAvailable)
                try? await Task.sleep(for: isWell ? Self.restInterval : Self.retryInterval)
                if !aggregator.remotes.isEmpty { continuation.yield() }
            }
        }
        tasks.withLock { $0 = [run, clock] }
        continuation.yield()
    }

    /// The kinds that are served changed.
    func kindsChanged() { continuation.yield() }

    func stop() {
        continuation.finish()
        for task in tasks.withLock({ $0 }) { task.cancel() }
    }

    private func reconcile() async {
        await registerCustomGroups()
        let remotes = aggregator.remotes
        aggregator.forget(except: Set(remotes.map(\.groupVersion)))
        await withTaskGroup(of: Void.self) { group in
            for remote in remotes { group.addTask { [self] in await check(remote) } }
        }
    }

    // MARK: own groups

    private func register(_ groupVersions: [GroupVersion]) async {
        for groupVersion in groupVersions {
            guard let priority = APIServicePriority(groupVersion) else { continue }
            await create(groupVersion, priority, label: "onstart")
        }
    }

    private func registerCustomGroups() async {
        let table = kinds.snapshot().kinds
        let custom = Set(table.filter { $0.value.values.contains { !$0.isBuiltIn } }.keys)
        let registered = aggregator.all
        for groupVersion in custom where registered[groupVersion] == nil { await create(groupVersion, .custom, label: "true") }
        for object in store.all() where object.label(Self.label) == "true" {
            let registration = APIServiceRegistration(object.value)
            if registration.service != nil || custom.contains(registration.groupVersion) { continue }
            do throws(StatusError) {
                _ = try await store.delete("", object.name, DeletionOptions(), context())
            } catch {
                if !error.isNotFound { note(error, object.name) }
            }
        }
    }

    private func context() -> WriteContext {
        var context = WriteContext(
            user: Self.user, fieldManager: "kube-apiserver", version: aggregator.registrations.groupVersion)
        context.isAdmitted = true
        return context
    }

    private func create(_ groupVersion: GroupVersion, _ priority: APIServicePriority, label: String) async {
        let name = "\(groupVersion.version).\(groupVersion.group)"
        if store.cache.object(name) != nil { return }
        var spec: Value = ["version": .string(groupVersion.version)]
        if !groupVersion.group.isEmpty { spec["group"] = .string(groupVersion.group) }
        spec["groupPriorityMinimum"] = .int(priority.group)
        spec["versionPriority"] = .int(priority.version)
        let object: Value = [
            "kind": "APIService", "apiVersion": "apiregistration.k8s.io/v1",
            "metadata": ["name": .string(name), "labels": [Self.label: .string(label)]], "spec": spec,
        ]
        do throws(StatusError) {
            _ = try await store.create(object, namespace: "", context())
        } catch {
            if !error.isAlreadyExists { note(error, name) }
        }
    }

    private func note(_ error: StatusError, _ name: String) {
        logger.warning("an APIService cannot be kept", metadata: ["name": "\(name)", "reason": "\(error)"])
    }

    // MARK: other servers

    private func check(_ registration: APIServiceRegistration) async {
        let found = await availability(registration)
        do throws(StatusError) {
            var context = context()
            context.subresource = "status"
            _ = try await store.update(UpdateRequest(namespace: "", name: registration.name), context) { stored throws(StatusError) in
                var new = stored
                new["status"] = found.status(after: stored["status"], now: Timestamp.now().text)
                return new
            }
        } catch {
            if !error.isNotFound { note(error, registration.name) }
        }
    }

    private func availability(_ registration: APIServiceRegistration) async -> Availability {
        if let obstacle = aggregator.obstacle(registration) { return obstacle }
        let path = "/apis/\(registration.groupVersion)"
        do {
            let server = try aggregator.server(registration)
            let url = "https://\(server.address):\(server.port)\(path)"
            let answer: (status: Int, contentType: String, body: ByteBuffer)
            do {
                answer = try await ask(server, path, accept: "application/json")
            } catch {
                return .failedDiscovery("failing or missing response from \(url): Get \"\(url)\": \(Self.text(error))")
            }
            guard (200..<300).contains(answer.status) else { return .failedDiscovery("failing or missing response from \(url): bad status from \(url): \(answer.status)") }
            await readDocuments(registration, server, plain: try? Value(json: String(buffer: answer.body)))
            return .passed
        } catch {
            return .failedDiscovery("\(error)")
        }
    }

    private static func text(_ error: any Error) -> String { "\(error)" }

    private func ask(
        _ server: RemoteServer, _ path: String, accept: String
    ) async throws -> (status: Int, contentType: String, body: ByteBuffer) {
        let headers = FrontProxyHeaders.headers(
            user: "system:kube-aggregator", uid: "", groups: [UserInfo.mastersGroup], extra: [:])
        return try await aggregator.servers.get(
            path, from: server, headers: headers + [(name: "Accept", value: accept)], seconds: Self.checkSeconds)
    }

    private func document(_ server: RemoteServer, _ path: String, accept: String) async -> Value? {
        guard let answer = try? await ask(server, path, accept: accept), answer.status == 200 else { return nil }
        return try? Value(json: String(buffer: answer.body))
    }

    private func readDocuments(_ registration: APIServiceRegistration, _ server: RemoteServer, plain: Value?) async {
        let groupVersion = registration.groupVersion
        var found = Aggregator.Documents()
        let groups = await document(server, "/apis", accept: RemoteDiscovery.accept)
        if let resources = groups.flatMap({ RemoteDiscovery.resources(in: $0, of: groupVersion) }) {
            found.resources = resources
        } else if let resources = plain.flatMap({ RemoteDiscovery.resources(ofPlain: $0, groupVersion) }) {
            found.resources = resources
        }
        let index = await document(server, "/openapi/v3", accept: "application/json")
        found.openAPIv3URL = index?["paths"]["apis/\(groupVersion)"]["serverRelativeURL"].string
        let previous = aggregator.documents(groupVersion)
        if let previous, previous.openAPIv3URL == found.openAPIv3URL, previous.resources == found.resources {
            return
        }
        found.openAPIv2 = await document(server, "/openapi/v2", accept: "application/json") ?? .null
        found.fingerprint = Naming.uid()
        aggregator.keep(found, groupVersion)
    }
}
