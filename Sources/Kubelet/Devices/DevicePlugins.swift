import ContainerRuntime
import GRPCCalls
import KubernetesTypes
import Logging
import NIOPosix
import Objects
import Synchronization

/// Device plug-ins (`v1beta1`): programs that offer devices of this node under a resource's name, such as `nvidia.com/gpu`.
///
/// A plug-in registers at `kubelet.sock` in the folder of plug-ins and serves on a socket of its own beside it. When the
/// kubelet starts, sockets of before are removed and `kubelet.sock` is made anew: by that plug-ins know to register again.
final class DevicePlugins: Sendable {
    private struct Plugin: Sendable {
        let connection: GRPCConnection
        let number: Int
        let asksBeforeStart: Bool
        let prefers: Bool
    }

    private struct State {
        var inventory: DeviceInventory
        var plugins: [String: Plugin] = [:]
        var made = 0
    }

    private static let version = "v1beta1"
    private static let service = "v1beta1.DevicePlugin"
    private let root: String
    private let folder: String
    private let file: String
    private let logger: Logger
    /// Has the status of a pod written anew.
    private let wake: @Sendable (String) -> Void
    private let state: Mutex<State>
    /// One pod after the other gets its devices.
    private let turns = VolumeTurns()

    init(settings: KubeletSettings, logger: Logger, wake: @escaping @Sendable (String) -> Void) {
        root = settings.root
        folder = UsualFolder.devicePlugins.own(settings.root)
        file = settings.root + "/device_plugin_state"
        self.logger = logger
        self.wake = wake
        let record = HostFile.read(file).flatMap { try? Value(json: $0) } ?? .emptyObject
        state = Mutex(State(inventory: DeviceInventory(record: record)))
    }

    /// What plug-ins make of the node: `capacity` and `allocatable` by resource.
    var figures: [(resource: String, capacity: Int, allocatable: Int)] { state.withLock { $0.inventory.figures(at: .now()) } }

    /// The devices that work, by resource.
    var healthyDevices: [(resource: String, ids: [String])] {
        let offers = state.withLock { $0.inventory.offers }
        return offers.sorted { $0.key < $1.key }.filter(\.value.isConnected).map { ($0.key, $0.value.devices.filter(\.value).keys.sorted()) }
    }

    /// What a container has, by resource.
    func grants(_ pod: String, container: String) -> [(resource: String, ids: [String])] {
        let grants = state.withLock { $0.inventory.grants[pod]?[container] ?? [:] }
        return grants.sorted { $0.key < $1.key }.map { ($0.key, $0.value.ids.sorted()) }
    }

    // MARK: registration

    /// Takes plug-ins in until cancelled.
    func run() async {
        do {
            try HostFile.makeFolder(folder)
            for path in HostFile.sockets(below: folder).keys { HostFile.remove(path) }
            UsualFolder.devicePlugins.offer(root, logger)
            let server = try await GRPCServer.listen(folder + "/kubelet.sock", group: MultiThreadedEventLoopGroup.singleton) { [weak self] method, message throws(GRPCError) in
                guard method == "v1beta1.Registration/Register" else { throw GRPCError(.unimplemented, "unknown method \(method)") }
                try self?.register(WireFields(message))
                return []
            }
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
            await server.close()
        } catch {
            logger.error("device plug-ins cannot register", metadata: ["folder": "\(folder)", "reason": "\(error)"])
        }
        for plugin in state.withLock({ $0.plugins.values }) { plugin.connection.close() }
    }

    private func register(_ request: WireFields) throws(GRPCError) {
        let endpoint = request.text(2)
        guard !endpoint.isEmpty, !endpoint.split(separator: "/").contains("..") else { throw GRPCError(.invalidArgument, "the endpoint \"\(endpoint)\" is invalid") }
        let options = request.message(4)
        do {
            try register(request.text(3), versions: [request.text(1)], socket: "\(folder)/\(endpoint)", asksBeforeStart: options.bool(1), prefers: options.bool(2))
        } catch {
            throw GRPCError(.unknown, error.description)
        }
    }

    /// A plug-in that was found by its socket in the folder of all plug-ins.
    func register(_ plugin: PluginWatcher.Plugin) async throws {
        let connection = GRPCConnection(.unix(plugin.endpoint), group: MultiThreadedEventLoopGroup.singleton)
        defer { connection.close() }
        let options = WireFields(try await connection.unary("\(Self.service)/GetDevicePluginOptions", [], timeout: .seconds(10)))
        try register(plugin.name, versions: plugin.versions, socket: plugin.endpoint, asksBeforeStart: options.bool(1), prefers: options.bool(2))
    }

    func unregister(_ plugin: PluginWatcher.Plugin) {
        state.withLock { $0.plugins[plugin.name]?.connection }?.close()
    }

    private func register(
        _ resource: String, versions: [String], socket: String, asksBeforeStart: Bool, prefers: Bool
    ) throws(DeviceInventory.Shortage) {
        guard versions.contains(Self.version) else {
            let asked = versions.first ?? ""
            throw DeviceInventory.Shortage(description: "requested API version \"\(asked)\" is not supported by kubelet. Supported version is \"\(Self.version)\"")
        }
        guard DeviceInventory.isExtended(resource) else { throw DeviceInventory.Shortage(description: "the ResourceName \"\(resource)\" is invalid") }
        let connection = GRPCConnection(.unix(socket), group: MultiThreadedEventLoopGroup.singleton)
        let (number, former) = state.withLock { state in
            state.made += 1
            let plugin = Plugin(connection: connection, number: state.made, asksBeforeStart: asksBeforeStart, prefers: prefers)
            return (state.made, state.plugins.updateValue(plugin, forKey: resource))
        }
        former?.connection.close()
        logger.info("a device plug-in registered", metadata: ["resource": "\(resource)"])
        Task { await follow(resource, number, connection) }
    }

    /// Takes what the plug-in says of its devices, until it is gone or another takes its place.
    private func follow(_ resource: String, _ number: Int, _ connection: GRPCConnection) async {
        var reason = "the plug-in ended"
        do throws(GRPCError) {
            try await connection.stream("\(Self.service)/ListAndWatch", []) { [weak self] message in
                self?.take(WireFields(message), resource, number) ?? false
            }
        } catch {
            reason = error.message
        }
        connection.close()
        let isLost = state.withLock { state in
            guard state.plugins[resource]?.number == number else { return false }
            state.plugins[resource] = nil
            state.inventory.lose(resource, at: .now())
            return true
        }
        guard isLost else { return }
        for pod in holders(resource) { wake(pod) }
        logger.warning("a device plug-in is gone", metadata: ["resource": "\(resource)", "reason": "\(reason)"])
    }

    /// Whether the plug-in is still the one of its resource.
    private func take(_ message: WireFields, _ resource: String, _ number: Int) -> Bool {
        let devices = Dictionary(message.messages(1).map { ($0.text(1), $0.text(2) == "Healthy") }, uniquingKeysWith: { $1 })
        let isCurrent = state.withLock { state in
            guard state.plugins[resource]?.number == number else { return false }
            let isNew = !state.inventory.isManaged(resource)
            state.inventory.setDevices(resource, devices)
            if isNew { write(state.inventory) }
            return true
        }
        for pod in holders(resource) { wake(pod) }
        return isCurrent
    }

    /// The pods that have devices of a resource.
    private func holders(_ resource: String) -> [String] {
        state.withLock { $0.inventory.grants.filter { $0.value.values.contains { $0[resource] != nil } }.map(\.key) }
    }

    /// How the devices of a pod's containers are, by container.
    func health(_ pod: String) -> [String: Value] { state.withLock { $0.inventory.health(pod) } }

    // MARK: pods

    /// Gives the pod's containers the devices that they ask for. Returns why that is not possible.
    func allocate(_ pod: Pod) async -> String? {
        let wanted = state.withLock { $0.inventory.wanted(pod.value["spec"]) }
        if wanted.isEmpty { return nil }
        guard (try? await turns.take("allocation")) != nil else { return nil }
        defer { turns.give("allocation") }
        var reusable: [String: Set<String>] = [:]
        do throws(DeviceInventory.Shortage) {
            for want in wanted {
                let ids = try await allocate(want.resource, want.count, pod.uid, want.container, reusable[want.resource] ?? [])
                if want.isTemporary { reusable[want.resource, default: []].formUnion(ids) } else { reusable[want.resource]?.subtract(ids) }
            }
            return nil
        } catch {
            release(pod.uid)
            return "Allocate failed due to \(error), which is unexpected"
        }
    }

    private func allocate(
        _ resource: String, _ count: Int, _ pod: String, _ container: String, _ reusable: Set<String>
    ) async throws(DeviceInventory.Shortage) -> Set<String> {
        // A pod that was here before this kubelet started has what it got.
        if let known = state.withLock({ $0.inventory.grant(resource, pod: pod, container: container) }), known.answer != nil { return known.ids }
        let choice = try state.withLock { state throws(DeviceInventory.Shortage) in
            try state.inventory.choice(resource, count, pod: pod, reusable: reusable)
        }
        guard let plugin = state.withLock({ $0.plugins[resource] }) else {
            throw DeviceInventory.Shortage(description: "the device plug-in of \(resource) is not registered")
        }
        var ids = choice.simple
        if plugin.prefers, choice.free.count + reusable.count > count, let preferred = await preferred(choice, plugin), choice.accepts(preferred) { ids = preferred }
        let request = WireMessage.build { $0.set(1, .build { $0.set(1, ids.sorted()) }) }
        let answer: WireFields
        do {
            answer = WireFields(try await plugin.connection.unary("\(Self.service)/Allocate", request.bytes, timeout: .seconds(60)))
        } catch {
            throw DeviceInventory.Shortage(description: CSIError(error).description)
        }
        state.withLock { state in
            state.inventory.grant(.init(ids: ids, answer: answer.bytes(1)), resource, pod: pod, container: container)
            write(state.inventory)
        }
        return ids
    }

    private func preferred(_ choice: DeviceInventory.Choice, _ plugin: Plugin) async -> Set<String>? {
        let request = WireMessage.build { message in
            message.set(1, .build {
                $0.set(1, choice.reusable.union(choice.free).sorted())
                $0.set(2, Array(choice.reusable.sorted().prefix(choice.count)))
                $0.set(3, Int64(choice.count))
            })
        }
        guard let bytes = try? await plugin.connection.unary("\(Self.service)/GetPreferredAllocation", request.bytes, timeout: .seconds(10)) else { return nil }
        return Set(WireFields(bytes).message(1).texts(1))
    }

    /// Adds what plug-ins said that the container needs, and tells them that it starts.
    func attach(_ container: String, _ pod: Pod, _ config: inout ContainerSettings) async throws(PodSetupError) -> [String] {
        let grants = state.withLock { $0.inventory.grants[pod.uid]?[container] ?? [:] }
        var names: [String] = []
        for (resource, grant) in grants.sorted(by: { $0.key < $1.key }) {
            guard let bytes = grant.answer else { continue }
            try await announceStart(resource, grant.ids)
            let answer = WireFields(bytes)
            for (name, value) in answer.map(1).sorted(by: { $0.key < $1.key }) where !config.environment.contains(where: { $0.name == name }) {
                config.environment.append((name, value))
            }
            config.mounts += answer.messages(2).map { .init(containerPath: $0.text(1), hostPath: $0.text(2), isReadOnly: $0.bool(3)) }
            config.devices += answer.messages(3).map { .init(containerPath: $0.text(1), hostPath: $0.text(2), permissions: $0.text(3)) }
            config.annotations.merge(answer.map(4)) { $1 }
            names += answer.messages(5).map { $0.text(1) }
        }
        return names
    }

    private func announceStart(_ resource: String, _ ids: Set<String>) async throws(PodSetupError) {
        guard let plugin = state.withLock({ $0.plugins[resource] }), plugin.asksBeforeStart else { return }
        let request = WireMessage.build { $0.set(1, ids.sorted()) }
        do {
            _ = try await plugin.connection.unary("\(Self.service)/PreStartContainer", request.bytes, timeout: .seconds(30))
        } catch {
            throw PodSetupError(reason: "PreStartContainer", description: "device plugin PreStartContainer rpc failed with err: \(CSIError(error))")
        }
    }

    /// Takes back what a pod had.
    func release(_ pod: String) {
        state.withLock { state in if state.inventory.release(pod) { write(state.inventory) } }
    }

    /// Takes back what pods had that are not there any more.
    func sweep(_ isThere: (String) -> Bool) {
        for pod in state.withLock({ Array($0.inventory.grants.keys) }) where !isThere(pod) { release(pod) }
    }

    /// Called with the lock held, so that the file is never older than what is known.
    private func write(_ inventory: DeviceInventory) {
        do throws(HostFile.Failure) {
            try HostFile.write(Array(inventory.record.jsonString.utf8), to: file + ".new", mode: 0o600)
            try HostFile.rename(file + ".new", to: file)
        } catch {
            logger.error("what devices pods have cannot be recorded", metadata: ["reason": "\(error)"])
        }
    }
}
