import GRPCCalls
import KubernetesTypes
import Logging
import NIOPosix
import Objects

/// Tells monitoring on the node which container has which devices (`v1.PodResourcesLister`), as exporters of GPU figures ask it.
struct PodResourcesServer: Sendable {
    let root: String
    let devices: PodDevices
    /// The pods that run here.
    let pods: @Sendable () -> [Pod]
    let logger: Logger

    private static let service = "v1.PodResourcesLister"

    /// Serves until cancelled.
    func run() async {
        let folder = root + "/pod-resources"
        do {
            try HostFile.makeFolder(folder)
            let server = try await GRPCServer.listen(folder + "/kubelet.sock", group: MultiThreadedEventLoopGroup.singleton) { method, message throws(GRPCError) in
                try answer(method, WireFields(message)).bytes
            }
            UsualFolder.podResources.offer(root, logger)
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
            await server.close()
        } catch {
            logger.error("devices of pods cannot be told", metadata: ["folder": "\(folder)", "reason": "\(error)"])
        }
    }

    func answer(_ method: String, _ request: WireFields) throws(GRPCError) -> WireMessage {
        switch method {
        case Self.service + "/List":
            let all = pods().sorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
            return .build { message in for pod in all { message.set(1, self.message(pod)) } }
        case Self.service + "/Get":
            let name = request.text(1), namespace = request.text(2)
            guard let pod = pods().first(where: { $0.name == name && $0.namespace == namespace }) else {
                throw GRPCError(.unknown, "pod \(name) in namespace \(namespace) not found")
            }
            return .build { $0.set(1, message(pod)) }
        case Self.service + "/GetAllocatableResources":
            let offered = devices.plugins.healthyDevices
            return .build { message in for (resource, ids) in offered { message.set(1, Self.devices(resource, ids)) } }
        default: throw GRPCError(.unimplemented, "unknown method \(method)")
        }
    }

    private static func devices(_ resource: String, _ ids: [String]) -> WireMessage {
        .build {
            $0.set(1, resource)
            $0.set(2, ids)
        }
    }

    private func message(_ pod: Pod) -> WireMessage {
        let spec = pod.value["spec"]
        let containers = spec["initContainers"].array.filter(PodContainers.isSidecar) + spec["containers"].array
        return .build { message in
            message.set(1, pod.name)
            message.set(2, pod.namespace)
            for container in containers { message.set(3, self.message(container, pod)) }
        }
    }

    private func message(_ container: Value, _ pod: Pod) -> WireMessage {
        let name = container["name"].string ?? ""
        return .build { message in
            message.set(1, name)
            for (resource, ids) in devices.plugins.grants(pod.uid, container: name) { message.set(2, Self.devices(resource, ids)) }
            for (claim, drivers) in devices.claims(container, pod) {
                message.set(5, .build {
                    $0.set(2, claim.name)
                    $0.set(3, claim.namespace)
                    for (driver, device) in drivers { $0.set(4, Self.claimed(driver, device)) }
                })
            }
        }
    }

    private static func claimed(_ driver: String, _ device: DeviceDrivers.Prepared) -> WireMessage {
        .build { message in
            for id in device.ids { message.set(1, .build { $0.set(1, id) }) }
            message.set(2, driver)
            message.set(3, device.pool)
            message.set(4, device.device)
        }
    }
}
