import Authentication
import KubernetesTypes
import Logging
import Objects
import Schema
import Synchronization

/// Shows each cluster IP that a service has as an `IPAddress`, so that users see who has which.
final class AddressObjects: Sendable {
    private static let managerLabel = "ipaddress.kubernetes.io/managed-by"
    private static let manager = "ipallocator.k8s.io"
    private static let user = UserInfo(name: "system:apiserver", groups: [UserInfo.mastersGroup])
    /// Changes that come within this time are looked at once.
    private static let pause = Duration.milliseconds(200)

    private let services: ResourceStore
    private let addresses: ResourceStore
    private let logger: Logger
    private let task = Mutex<Task<Void, Never>?>(nil)

    init(services: ResourceStore, addresses: ResourceStore, logger: Logger) {
        self.services = services
        self.addresses = addresses
        self.logger = logger
    }

    func start() {
        let (signal, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        for cache in [services.cache, addresses.cache] {
            guard let watcher = cache.watch(ObjectFilter(), from: .after(cache.snapshot().revision)) else { continue }
            watcher.onArrival {
                _ = watcher.take()
                continuation.yield()
            }
        }
        continuation.yield()
        let running = Task { [self] in
            for await _ in signal {
                if Task.isCancelled { return }
                await reconcile()
                try? await Task.sleep(for: Self.pause)
            }
        }
        task.withLock { $0 = running }
    }

    func stop() { task.withLock { $0?.cancel() } }

    private func reconcile() async {
        var wanted: [String: EncodedObject] = [:]
        for service in services.all() {
            let spec = service.value["spec"]
            if spec["type"].string == "ExternalName" { continue }
            for address in spec["clusterIPs"].strings where address != "None" && !address.isEmpty { wanted[address] = service }
        }
        for object in addresses.all() where object.label(Self.managerLabel) == Self.manager {
            let parent = object.value["spec"]["parentRef"]
            if let service = wanted[object.name], parent["name"].string == service.name, parent["namespace"].string == service.namespace {
                wanted[object.name] = nil
            } else {
                await remove(object)
            }
        }
        for (address, service) in wanted { await create(address, service) }
    }

    private func context() -> WriteContext {
        var context = WriteContext(
            user: Self.user, fieldManager: "kube-apiserver", version: addresses.description.id.groupVersion)
        context.isAdmitted = true
        return context
    }

    private func create(_ address: String, _ service: EncodedObject) async {
        let family = address.contains(":") ? "IPv6" : "IPv4"
        let object: Value = [
            "kind": "IPAddress", "apiVersion": "networking.k8s.io/v1",
            "metadata": [
                "name": .string(address),
                "labels": [Self.managerLabel: .string(Self.manager), "ipaddress.kubernetes.io/ip-family": .string(family)],
            ],
            "spec": [
                "parentRef": ["resource": "services", "namespace": .string(service.namespace), "name": .string(service.name)]
            ],
        ]
        do throws(StatusError) {
            _ = try await addresses.create(object, namespace: "", context())
        } catch {
            if !error.isAlreadyExists { note(error, address) }
        }
    }

    private func remove(_ object: EncodedObject) async {
        do throws(StatusError) {
            _ = try await addresses.delete("", object.name, DeletionOptions(), context())
        } catch {
            if !error.isNotFound { note(error, object.name) }
        }
    }

    private func note(_ error: StatusError, _ name: String) {
        logger.warning("an IPAddress cannot be kept", metadata: ["name": "\(name)", "reason": "\(error)"])
    }
}
