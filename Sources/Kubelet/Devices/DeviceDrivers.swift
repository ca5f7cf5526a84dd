import GRPCCalls
import NIOPosix
import Objects
import Synchronization

/// The drivers of devices that registered at this node (dynamic resource allocation, `DRAPlugin`).
final class DeviceDrivers: Sendable {
    struct Refusal: Error, CustomStringConvertible { let description: String }

    /// A device that a driver made ready: for which requests of the claim, and what the runtime calls it.
    struct Prepared: Sendable, Equatable {
        /// Empty for all of the claim's requests.
        var requests: [String]
        var pool: String
        var device: String
        var ids: [String]
    }

    private struct Driver: Sendable {
        let connection: GRPCConnection
        let service: String
    }

    /// What drivers call their versions, the newest first. The messages of both are the same.
    private static let services = [
        "v1.DRAPlugin": "k8s.io.kubelet.pkg.apis.dra.v1.DRAPlugin", "v1beta1.DRAPlugin": "k8s.io.kubelet.pkg.apis.dra.v1beta1.DRAPlugin",
    ]
    private static let versions = ["v1.DRAPlugin", "v1beta1.DRAPlugin"]

    private let drivers = Mutex<[String: Driver]>([:])

    func register(_ plugin: PluginWatcher.Plugin) throws(Refusal) {
        guard let version = Self.versions.first(where: plugin.versions.contains), let service = Self.services[version] else {
            throw Refusal(description: "no version of the driver is supported: \(plugin.versions.joined(separator: ", "))")
        }
        let made = Driver(connection: GRPCConnection(.unix(plugin.endpoint), group: MultiThreadedEventLoopGroup.singleton), service: service)
        drivers.withLock { $0.updateValue(made, forKey: plugin.name) }?.connection.close()
    }

    func unregister(_ plugin: PluginWatcher.Plugin) {
        drivers.withLock { $0.removeValue(forKey: plugin.name) }?.connection.close()
    }

    /// Has a driver make its devices of some claims ready; returns them by the claims' uids.
    func prepare(_ claims: [DeviceClaim], driver: String) async throws -> [String: [Prepared]] {
        var made: [String: [Prepared]] = [:]
        for (uid, answer) in try await call("NodePrepareResources", claims, driver: driver, errorField: 2) {
            made[uid] = answer.messages(1).map { device in
                Prepared(requests: device.texts(1), pool: device.text(2), device: device.text(3), ids: device.texts(4))
            }
        }
        return made
    }

    func unprepare(_ claims: [DeviceClaim], driver: String) async throws {
        _ = try await call("NodeUnprepareResources", claims, driver: driver, errorField: 1)
    }

    /// The driver's answers by the claims' uids. Throws what it says against any of them.
    private func call(_ method: String, _ claims: [DeviceClaim], driver name: String, errorField: Int) async throws -> [String: WireFields] {
        guard let driver = drivers.withLock({ $0[name] }) else {
            throw Refusal(description: "DRA driver \(name) is not registered")
        }
        let message = WireMessage.build { message in
            for claim in claims {
                message.set(1, .build {
                    $0.set(1, claim.namespace)
                    $0.set(2, claim.uid)
                    $0.set(3, claim.name)
                })
            }
        }
        let answer: WireFields
        do {
            answer = WireFields(try await driver.connection.unary("\(driver.service)/\(method)", message.bytes, timeout: .seconds(45)))
        } catch {
            throw CSIError(error)
        }
        var found: [String: WireFields] = [:]
        for entry in answer.messages(1) { found[entry.text(1)] = entry.message(2) }
        for claim in claims {
            guard let entry = found[claim.uid] else { throw Refusal(description: "\(method) of driver \(name) left out claim \(claim.uid)") }
            let problem = entry.text(errorField)
            if !problem.isEmpty { throw Refusal(description: "\(method) failed for claim \(claim.namespace)/\(claim.name): \(problem)") }
        }
        return found
    }
}
