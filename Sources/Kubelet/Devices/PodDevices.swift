import APIClient
import ContainerRuntime
import KubernetesTypes
import Logging
import Objects
import Synchronization

/// Has drivers make the devices of a pod's claims ready before its containers start, and take them back afterwards.
final class PodDevices: Sendable {
    private let folder: String
    private let client: APIClient
    private let runtime: CRIClient
    private let drivers: DeviceDrivers
    let plugins: DevicePlugins
    private let logger: Logger
    private let claims: Mutex<[String: DeviceClaim]>
    /// Claims that are being made ready or taken back.
    private let turns = VolumeTurns()

    init(settings: KubeletSettings, client: APIClient, runtime: CRIClient, drivers: DeviceDrivers, plugins: DevicePlugins, logger: Logger) {
        folder = settings.root + "/dra_claims"
        self.client = client
        self.runtime = runtime
        self.drivers = drivers
        self.plugins = plugins
        self.logger = logger
        var known: [String: DeviceClaim] = [:]
        for name in HostFile.names(in: folder) where !name.hasPrefix(".") {
            guard let bytes = HostFile.read("\(folder)/\(name)"), let value = try? Value(json: bytes), let claim = DeviceClaim(record: value) else { continue }
            known[claim.uid] = claim
        }
        claims = Mutex(known)
    }

    private static func hasClaims(_ pod: Pod) -> Bool {
        !pod.value["spec"]["resourceClaims"].array.isEmpty || pod.value["status"]["extendedResourceClaimStatus"].isObject
    }

    // MARK: before the containers

    /// Makes all that the pod's claims got ready. Throws what an event is to say.
    func prepare(_ pod: Pod) async throws(PodSetupError) {
        if !Self.hasClaims(pod) { return }
        do {
            for (_, name) in try DeviceClaim.names(pod) { try await prepare(name, pod) }
        } catch {
            throw PodSetupError(reason: "FailedPrepareDynamicResources", description: "Failed to prepare dynamic resources: \(error)")
        }
    }

    private func prepare(_ name: String, _ pod: Pod) async throws {
        let known = claims.withLock { $0.values.first { $0.namespace == pod.namespace && $0.name == name && $0.pods.contains(pod.uid) } }
        // A container that starts anew finds its devices as they are.
        if let known, known.devices.values.allSatisfy({ $0 != nil }) { return }
        let object = try await client.get(ResourceClaim.self, pod.namespace, name)
        guard object.value["status"]["allocation"].isObject else { throw HostFile.Failure(description: "resource claim \(name) is not allocated") }
        guard object.value["status"]["reservedFor"].array.contains(where: { $0["uid"].string == pod.uid }) else {
            throw HostFile.Failure(description: "pod \(pod.name) (\(pod.uid)) is not allowed to use resource claim \(name) (\(object.uid))")
        }
        try await turns.take(object.uid)
        defer { turns.give(object.uid) }
        var claim = claims.withLock { $0[object.uid] } ?? DeviceClaim(object)
        claim.pods.insert(pod.uid)
        // Recorded before a driver is asked: what it does is then taken back whatever happens here.
        try keep(claim)
        for (driver, prepared) in claim.devices.sorted(by: { $0.key < $1.key }) where prepared == nil {
            claim.devices[driver] = try await drivers.prepare([claim], driver: driver)[claim.uid] ?? []
            try keep(claim)
        }
    }

    private func keep(_ claim: DeviceClaim) throws(HostFile.Failure) {
        try HostFile.makeFolder(folder, mode: 0o700)
        try HostFile.write(Array(claim.record.jsonString.utf8), to: "\(folder)/.\(claim.uid)", mode: 0o600)
        try HostFile.rename("\(folder)/.\(claim.uid)", to: "\(folder)/\(claim.uid)")
        claims.withLock { $0[claim.uid] = claim }
    }

    // MARK: in a container

    /// Adds the devices that the container asks for.
    func attach(_ container: Value, _ pod: Pod, _ config: inout ContainerSettings) async throws(PodSetupError) {
        let ids = ids(container, pod) + (try await plugins.attach(container["name"].string ?? "", pod, &config))
        if ids.isEmpty { return }
        if await runtimeReadsCDI() {
            config.deviceIDs = ids
            return
        }
        do throws(HostFile.Failure) {
            try CDIRegistry.read().apply(ids, to: &config)
        } catch {
            throw PodSetupError(reason: "CreateContainerError", description: "CDI device injection failed: \(error)")
        }
    }

    /// The claims of a container, with the devices that it has of them.
    func claims(_ container: Value, _ pod: Pod) -> [(claim: DeviceClaim, devices: [(driver: String, device: DeviceDrivers.Prepared)])] {
        guard Self.hasClaims(pod), let names = try? DeviceClaim.names(pod) else { return [] }
        let own = own(pod)
        return container["resources"]["claims"].array.compactMap { wanted in
            guard let name = names.first(where: { $0.reference == wanted["name"].string })?.name, let claim = own.first(where: { $0.name == name }) else { return nil }
            return (claim, claim.prepared(request: wanted["request"].string.flatMap { $0.isEmpty ? nil : $0 }))
        }
    }

    private func own(_ pod: Pod) -> [DeviceClaim] { claims.withLock { $0.values.filter { $0.namespace == pod.namespace && $0.pods.contains(pod.uid) } } }

    private func ids(_ container: Value, _ pod: Pod) -> [String] {
        guard Self.hasClaims(pod), (try? DeviceClaim.names(pod)) != nil else { return [] }
        var ids = claims(container, pod).flatMap { $0.devices.flatMap(\.device.ids) }
        let extended = pod.value["status"]["extendedResourceClaimStatus"]
        for mapping in extended["requestMappings"].array where mapping["containerName"] == container["name"] {
            let claim = own(pod).first { $0.name == extended["resourceClaimName"].string }
            ids += claim?.ids(request: mapping["requestName"].string) ?? []
        }
        var seen: Set<String> = []
        return ids.filter { seen.insert($0).inserted }
    }

    /// containerd before 1.7 knows nothing of CDI: then its files are read here.
    private func runtimeReadsCDI() async -> Bool {
        guard let version = try? await runtime.version() else { return false }
        guard version.name == "containerd" else { return true }
        let numbers = version.version.drop { !$0.isNumber }.split(separator: ".").prefix(2).compactMap { Int($0.prefix { $0.isNumber }) }
        return numbers.count == 2 && (numbers[0], numbers[1]) >= (1, 7)
    }

    // MARK: afterwards

    /// Takes back what no other pod of this node uses. What a driver cannot take back now is tried again by `sweep`.
    func release(_ uid: String) async {
        plugins.release(uid)
        for claim in claims.withLock({ $0.values.filter { $0.pods.contains(uid) } }) {
            guard (try? await turns.take(claim.uid)) != nil else { return }
            defer { turns.give(claim.uid) }
            guard var known = claims.withLock({ $0[claim.uid] }) else { continue }
            known.pods.remove(uid)
            try? keep(known)
            if known.pods.isEmpty { await takeBack(known) }
        }
    }

    /// Claims whose pods are gone although their devices are still there.
    func sweep() async {
        for claim in claims.withLock({ $0.values.filter { $0.pods.isEmpty } }) {
            guard (try? await turns.take(claim.uid)) != nil else { return }
            defer { turns.give(claim.uid) }
            if let known = claims.withLock({ $0[claim.uid] }), known.pods.isEmpty { await takeBack(known) }
        }
    }

    private func takeBack(_ claim: DeviceClaim) async {
        for driver in claim.devices.keys.sorted() {
            do {
                try await drivers.unprepare([claim], driver: driver)
            } catch {
                logger.warning("devices could not be taken back", metadata: ["claim": "\(claim.namespace)/\(claim.name)", "reason": "\(error)"])
                return
            }
        }
        HostFile.remove("\(folder)/\(claim.uid)")
        claims.withLock { $0[claim.uid] = nil }
    }
}
