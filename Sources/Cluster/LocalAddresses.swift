#if canImport(Glibc)
import Glibc
#endif

/// The addresses of this machine.
package enum LocalAddresses {
    /// IPv4 addresses of interfaces that are up, loopback last.
    package static func all() -> [String] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return ["127.0.0.1"] }
        defer { freeifaddrs(list) }
        var found: [String] = []
        var entry = list
        while let current = entry {
            if let address = current.pointee.ifa_addr, address.pointee.sa_family == sa_family_t(AF_INET),
                current.pointee.ifa_flags & UInt32(IFF_UP) != 0
            {
                var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
                if getnameinfo(address, socklen_t(MemoryLayout<sockaddr_in>.size), &host, socklen_t(host.count), nil, 0, NI_NUMERICHOST) == 0 {
                    let bytes = host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
                    found.append(String(decoding: bytes, as: UTF8.self))
                }
            }
            entry = current.pointee.ifa_next
        }
        let outside = found.filter { !$0.hasPrefix("127.") }
        return outside + found.filter { $0.hasPrefix("127.") }
    }

    /// Whether the kernel speaks IPv6 at all.
    package static var kernelHasIPv6: Bool { access("/proc/net/if_inet6", F_OK) == 0 }

    /// A name of this process that no other has: the host's and a random part.
    static func processIdentity() -> String { hostname() + "_" + String(UInt64.random(in: .min ... .max), radix: 16) }

    package static func hostname() -> String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count) == 0 else { return "localhost" }
        let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self).lowercased()
    }
}
