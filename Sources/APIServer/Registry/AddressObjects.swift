import Authentication
import KubernetesTypes
import Logging
import Objects
import Schema
import Synchronization

/// Shows each cluster IP that a service has as an `IPAddress`, so that users see who has which; keeps the networks at what
/// the ServiceCIDRs say, and tells of services whose addresses or ports cannot be theirs.
final class AddressObjects: Sendable {
    private static let managerLabel = "ipaddress.kubernetes.io/managed-by"
    private static let manager = "ipallocator.k8s.io"
    private static let user = UserInfo(name: "system:apiserver", groups: [UserInfo.mastersGroup])
    /// Changes that come within this time are looked at once.
    private static let pause = Duration.milliseconds(200)

    private let services: ResourceStore
    private let addresses: ResourceStore
    private let ranges: ResourceStore
    private let events: ResourceStore
    private let allocator: ServiceAddresses
    private let told = Mutex<[AllocationRepair.Finding: ContinuousClock.Instant]>([:])
    /// How often something that stays wrong is told of.
    private static let reminder = Duration.seconds(600)
    private let logger: Logger
    private let task = Mutex<Task<Void, Never>?>(nil)

    init(
        services: ResourceStore, addresses: ResourceStore, ranges: ResourceStore, events: ResourceStore, allocator: ServiceAddresses,
        logger: Logger
    ) {
        self.ranges = ranges
        self.events = events
        self.allocator = allocator
        self.services = services
        self.addresses = addresses
        self.logger = logger
    }

    func start() {
        let (signal, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        for cache in [services.cache, addresses.cache, ranges.cache] {
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
        allocator.setNetworks(of: ranges.all().map(\.value))
        await reconcileAddresses()
        await tellOfConflicts()
    }

    private func tellOfConflicts() async {
        let stored = services.all().map(\.value)
        let findings = AllocationRepair.findings(stored, networks: allocator.networks)
        let now = ContinuousClock.now
        let due = told.withLock { told in
            told = told.filter { findings.contains($0.key) }
            let due = findings.filter { finding in told[finding].map { now - $0 >= Self.reminder } ?? true }
            for finding in due { told[finding] = now }
            return due
        }
        for finding in due {
            guard let service = stored.first(where: {
                $0["metadata"]["name"].string == finding.service && $0["metadata"]["namespace"].string == finding.namespace
            }) else { continue }
            logger.warning("a service has what is not its own", metadata: ["service": "\(finding.namespace)/\(finding.service)", "reason": "\(finding.message)"])
            var context = WriteContext(user: Self.user, fieldManager: "kube-apiserver", version: events.description.id.groupVersion)
            context.isAdmitted = true
            do throws(StatusError) {
                _ = try await events.create(AllocationRepair.event(finding, of: service), namespace: finding.namespace, context)
            } catch {
                note(error, finding.service)
            }
        }
    }

    private func reconcileAddresses() async {
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
