import APIClient
import Credentials
#if canImport(Glibc)
import Glibc
#endif
import HostPrograms
import Logging
import Objects

/// Further nodes on this machine, for clusters to develop with: each a process with a network namespace of its own, in one network with the
/// machine, that joins as a machine of its own would.
///
/// A node's process outlives this one, as containers do; the next start finds it by the lock on its folder.
struct LocalMachines: Sendable {
    /// One of them: its name in the cluster, its folder, its network.
    struct Machine: Sendable {
        let name: String
        let folder: String
        let namespace: String
        let device: String
        let address: String

        /// Its process; nil when there is none.
        var holder: Int32? { ProcessLock.holder(file: folder + "/martlet.pid") }
    }

    /// The machine's own address in the network of its nodes.
    let gateway: String
    private let network: IPNetwork
    private let bridge: String
    private let table: String
    private let machines: [Machine]
    private let logLevel: String
    private let evictionHard: String
    private let logger: Logger

    private static let tokenLifetime: Duration = .seconds(3600)

    /// Throws when the network is none, or too small.
    init(_ settings: ClusterSettings, nodeName: String, logger: Logger) throws {
        guard let network = IPNetwork(settings.machineNetwork), network.base.family == .v4, let gateway = network.address(1)?.description,
            network.prefix <= 30, settings.nodeCount <= 1 << (32 - network.prefix) - 3
        else {
            throw ClusterSettings.Problem("--machine-cidr takes a network of IPv4 with an address for each node, not \(settings.machineNetwork)")
        }
        self.network = network
        self.gateway = gateway
        bridge = "mb-" + settings.instance
        table = Self.tableName(settings.instance)
        logLevel = settings.logLevel
        evictionHard = settings.evictionHard
        self.logger = logger
        machines = settings.nodeCount < 2 ? [] : (2...settings.nodeCount).compactMap { number in
            network.address(UInt128(number)).map { Self.machine(number, settings, nodeName, $0.description) }
        }
    }

    private static func machine(_ number: Int, _ settings: ClusterSettings, _ nodeName: String, _ address: String) -> Machine {
        Machine(
            name: "\(nodeName)-\(number)", folder: folder(settings) + "/\(number)", namespace: "martlet-\(settings.instance)-\(number)",
            device: "m\(number)-\(settings.instance)", address: address)
    }

    private static func folder(_ settings: ClusterSettings) -> String { settings.dataDirectory + "/nodes" }

    /// The numbers of those that the cluster ever had.
    private static func numbers(_ settings: ClusterSettings) -> [Int] {
        guard let folder = opendir(folder(settings)) else { return [] }
        defer { closedir(folder) }
        var found: [Int] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if let number = Int(name) { found.append(number) }
        }
        return found.sorted()
    }

    /// Where each of those lies that the cluster ever had.
    static func folders(_ settings: ClusterSettings) -> [String] { numbers(settings).map { "\(folder(settings))/\($0)" } }

    private static func tableName(_ instance: String) -> String { "martlet-\(instance)-machines" }

    // MARK: networks

    /// Makes the network; may be called again at any time.
    func prepare() async throws {
        if try await HostProgram("ip", "link", "show", bridge).outcome().status != 0 {
            try await HostProgram("ip", "link", "add", bridge, "type", "bridge").run()
        }
        try await HostProgram("ip", "address", "replace", "\(gateway)/\(network.prefix)", "dev", bridge).run()
        try await HostProgram("ip", "link", "set", bridge, "up").run()
        // What nodes send to the outside bears the machine's address.
        try await HostProgram("nft", "-f", "-").run(input: """
            add table ip \(table)
            delete table ip \(table)
            add table ip \(table)
            add chain ip \(table) postrouting { type nat hook postrouting priority srcnat; policy accept; }
            add rule ip \(table) postrouting ip saddr \(network) ip daddr != \(network) oifname != "\(bridge)" masquerade

            """)
        for machine in machines { try await prepare(machine) }
    }

    private func prepare(_ machine: Machine) async throws {
        let inside = ["ip", "netns", "exec", machine.namespace]
        if try await HostProgram(inside + ["true"]).outcome().status != 0 { try await HostProgram("ip", "netns", "add", machine.namespace).run() }
        if try await HostProgram("ip", "link", "show", machine.device).outcome().status != 0 {
            try await HostProgram(
                "ip", "link", "add", machine.device, "type", "veth", "peer", "name", "eth0", "netns", machine.namespace
            ).run()
        }
        try await HostProgram("ip", "link", "set", machine.device, "master", bridge, "up").run()
        // Where the kernel filters what is bridged, a connection to a service that leads back to the same node leaves by the port on
        // which it came.
        try await HostProgram("ip", "link", "set", machine.device, "type", "bridge_slave", "hairpin", "on").run()
        for words in [
            ["link", "set", "lo", "up"], ["address", "replace", "\(machine.address)/\(network.prefix)", "dev", "eth0"], ["link", "set", "eth0", "up"],
            ["route", "replace", "default", "via", gateway],
        ] {
            try await HostProgram(inside + ["ip"] + words).run()
        }
    }

    // MARK: processes

    /// Keeps a process for each of them until cancelled, and then ends these.
    func run(server: String, pin authority: String, _ transport: any APITransport) async {
        guard let pin = try? PublicKeyPin(certificate: authority) else { return }
        await withTaskGroup(of: Void.self) { group in
            for machine in machines { group.addTask { await keep(machine, server, pin, BootstrapTokens(APIClient(transport: transport, fieldManager: "martlet"))) } }
        }
        for machine in machines { await end(machine) }
    }

    private func keep(_ machine: Machine, _ server: String, _ pin: PublicKeyPin, _ tokens: BootstrapTokens) async {
        var pause: Duration = .milliseconds(500)
        var child: Int32?
        while !Task.isCancelled {
            var status: Int32 = 0
            if let running = child, waitpid(running, &status, WNOHANG) == running {
                logger.warning("a node of this machine ended", metadata: ["node": "\(machine.name)", "log": "\(machine.folder)/martlet.log"])
                child = nil
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(30))
            }
            if child == nil, machine.holder == nil {
                do {
                    child = try await start(machine, server, pin, tokens)
                } catch {
                    logger.warning("a node of this machine cannot start yet", metadata: ["node": "\(machine.name)", "reason": "\(error)"])
                }
            }
            try? await Task.sleep(for: .milliseconds(500))
        }
    }

    private func start(_ machine: Machine, _ server: String, _ pin: PublicKeyPin, _ tokens: BootstrapTokens) async throws -> Int32 {
        try PrivateFile.makeFolder(machine.folder)
        var words = [
            "nsenter", "--net=/run/netns/" + machine.namespace, "--", try Self.ownProgram(), "join", server, "--data-dir", machine.folder, "--node-name", machine.name,
            "--node-ip", machine.address, "--log-level", logLevel, "--discovery-token-ca-cert-hash", pin.description,
        ]
        if !evictionHard.isEmpty { words += ["--eviction-hard", evictionHard] }
        if try PrivateFile.read(machine.folder + "/kubelet.kubeconfig") == nil {
            // In a file, since everybody sees the words of a command.
            let token = try await tokens.create(lifetime: Self.tokenLifetime, note: "for the node \(machine.name) of this machine")
            try PrivateFile.write(token.text + "\n", to: machine.folder + "/token")
            words += ["--token-file", machine.folder + "/token"]
        }
        logger.info("starting a node of this machine", metadata: ["node": "\(machine.name)", "address": "\(machine.address)"])
        return try HostProgram(words).start(log: machine.folder + "/martlet.log")
    }

    private static func ownProgram() throws -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard count > 0 else { throw ClusterSettings.Problem("cannot tell where this program lies") }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private func end(_ machine: Machine) async {
        guard let holder = machine.holder else { return }
        kill(holder, SIGTERM)
        for _ in 0..<100 where machine.holder != nil { try? await Task.detached { try await Task.sleep(for: .milliseconds(20)) }.value }
    }

    /// Returns when all of them can take pods, or after a minute.
    func waitUntilReady(_ transport: any APITransport) async {
        await withTaskGroup(of: Void.self) { group in
            for machine in machines {
                group.addTask { await NodeReadiness(transport: transport, nodeName: machine.name, logger: logger).wait() }
            }
        }
    }

    // MARK: the end

    /// Takes all nodes of a cluster off this machine, as many as it ever had, with what they stored. Their processes are gone.
    static func remove(_ settings: ClusterSettings, logger: Logger) async throws {
        let numbers = numbers(settings)
        if numbers.isEmpty { return }
        for number in numbers {
            let machine = machine(number, settings, "", "")
            if let holder = machine.holder { kill(holder, SIGKILL) }
            try await HostProgram(
                "nsenter", "--net=/run/netns/" + machine.namespace, "--", ownProgram(), "down", "--purge", "--data-dir", machine.folder
            ).run()
            _ = try? await HostProgram("ip", "netns", "delete", machine.namespace).outcome()
            _ = try? await HostProgram("ip", "link", "delete", machine.device).outcome()
        }
        _ = try? await HostProgram("ip", "link", "delete", "mb-" + settings.instance).outcome()
        _ = try? await HostProgram("nft", "delete", "table", "ip", tableName(settings.instance)).outcome()
    }
}
