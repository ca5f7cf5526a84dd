import Credentials
import HostPrograms
#if canImport(Glibc)
import Glibc
#endif
import Logging
import Objects

/// The network of this node's pods, made by CNI plugins.
///
/// Each pod hangs on a veth pair of its own (`ptp`) and everything it sends is routed by the host, also what goes to a
/// neighbour: so address translation for services sees both directions without the kernel's bridge filters.
/// The pods' gateway address lies on a bridge without ports, which is always there: the DNS server and, when the API
/// listens on the loopback address only, the API server can listen on it before the first pod comes.
struct PodNetwork: Sendable {
    /// The pods' addresses: `10.244.0.0/24`, and a network of IPv6 where there is one.
    let cidrs: [String]
    /// The first address of the network of IPv6; nil without one.
    let secondGateway: String?
    /// The first address of the network of IPv4.
    let gateway: String
    /// An address of this machine in each network of pods.
    var gateways: [String] { [gateway] + (secondGateway.map { [$0] } ?? []) }
    /// Folder of the CNI configuration.
    let folder: String
    let device: String
    private let allocations: String
    private let logger: Logger

    static let pluginFolders = ["/usr/lib/cni", "/opt/cni/bin"]

    init(cidr: String, dataDirectory: String, instance: String, logger: Logger) throws {
        let parts = cidr.split(separator: ",").map(String.init)
        let second = parts.dropFirst().first.flatMap { IPNetwork($0) }
        guard (1...2).contains(parts.count), let first = parts.first.flatMap({ IPv4Network($0)?.firstAddress }),
            parts.count == 1 || second.map { $0.base.family == .v6 && $0.prefix < 128 } == true
        else {
            throw ClusterSettings.Problem("--pod-cidr takes a network such as 10.244.0.0/24 or 10.244.0.0/24,fd00:244::/64, not \(cidr)")
        }
        cidrs = parts
        secondGateway = second.map { NetworkAddress(v6: $0.base.bits | 1).description }
        self.logger = logger
        gateway = first
        folder = dataDirectory + "/network/cni"
        allocations = dataDirectory + "/network/allocations"
        device = "mt-" + instance
    }

    /// Where the CNI plugins are installed.
    static func pluginFolder() throws -> String {
        guard let folder = pluginFolders.first(where: { access($0 + "/ptp", X_OK) == 0 }) else {
            throw ClusterSettings.Problem(
                "there are no CNI plugins in \(pluginFolders.joined(separator: " or ")); install the package containernetworking-plugins")
        }
        return folder
    }

    /// Makes the device, lets the kernel route, and writes the CNI configuration. May be called again at any time.
    func prepare() async throws {
        try PrivateFile.makeFolder(folder)
        try PrivateFile.makeFolder(allocations)
        if try await HostProgram("ip", "link", "show", device).outcome().status != 0 {
            try await HostProgram("ip", "link", "add", device, "type", "bridge").run()
        }
        try await HostProgram("ip", "address", "replace", gateway + "/32", "dev", device).run()
        if let secondGateway {
            try await HostProgram("ip", "-6", "address", "replace", secondGateway + "/128", "dev", device, "nodad").run()
            try Self.setKernel("net/ipv6/conf/all/forwarding", "1")
        }
        try await HostProgram("ip", "link", "set", device, "up").run()
        try Self.setKernel("net/ipv4/ip_forward", "1")
        // A service's answer may leave by another device than the one on which the question came.
        for name in ["all", "default"] { try? Self.setKernel("net/ipv4/conf/\(name)/rp_filter", "0") }
        let ranges: [Value] = cidrs.map { [["subnet": .string($0)]] }
        let routes: [Value] = [["dst": "0.0.0.0/0"]] + (secondGateway == nil ? [] : [["dst": "::/0"]])
        let configuration: Value = [
            "cniVersion": "0.4.0", "name": .string("martlet-" + device),
            "plugins": [
                [
                    "type": "ptp", "ipMasq": false, "mtu": 1500,
                    "ipam": [
                        "type": "host-local", "dataDir": .string(allocations), "ranges": .array(ranges),
                        "routes": .array(routes),
                    ],
                ],
                // Ports of the host that pods ask for (`hostPort`).
                ["type": "portmap", "capabilities": ["portMappings": true], "snat": true],
            ],
        ]
        try PrivateFile.write(configuration.jsonString, to: folder + "/10-martlet.conflist", mode: 0o644)
    }

    /// Removes the device; for `martlet down --purge`.
    func remove() async { _ = try? await HostProgram("ip", "link", "delete", device).outcome() }

    private static func setKernel(_ name: String, _ value: String) throws {
        let path = "/proc/sys/" + name
        if let present = try? PrivateFile.read(path), present.prefix(value.count) == value { return }
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        let count = descriptor < 0 ? -1 : value.withCString { Glibc.write(descriptor, $0, value.utf8.count) }
        guard count > 0 else { throw ClusterSettings.Problem("cannot set \(name) of the kernel to \(value): \(String(cString: strerror(errno)))") }
    }
}

/// An IPv4 network in CIDR notation.
package struct IPv4Network: Sendable, Equatable {
    package let base: UInt32
    /// 0 to 32.
    package let prefix: Int

    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let prefix = Int(parts[1]), (0...32).contains(prefix) else { return nil }
        let numbers = parts[0].split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard numbers.count == 4 else { return nil }
        var address: UInt32 = 0
        for number in numbers {
            guard let number else { return nil }
            address = address << 8 | UInt32(number)
        }
        self.prefix = prefix
        base = prefix == 0 ? 0 : address & (UInt32.max << UInt32(32 - prefix))
    }

    /// The address at an offset; nil beyond the network's end.
    package func address(_ offset: UInt32) -> String? {
        let size: UInt64 = 1 << UInt64(32 - prefix)
        guard UInt64(offset) < size else { return nil }
        let value = base &+ offset
        return "\(value >> 24).\(value >> 16 & 255).\(value >> 8 & 255).\(value & 255)"
    }

    package var firstAddress: String? { address(1) }
}
