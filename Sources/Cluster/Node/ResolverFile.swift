import Credentials
import Objects

/// The file that says which name servers this machine asks.
enum ResolverFile {
    private static let usual = "/etc/resolv.conf"
    /// Where systemd-resolved writes whom it asks itself.
    private static let behindStub = "/run/systemd/resolve/resolv.conf"

    /// A stub on the loopback address is out of reach for pods, and for nodes with a network of their own: then the file of those that it
    /// asks counts, as kubeadm has it.
    static func path(read: (String) -> String? = { (try? PrivateFile.read($0)) ?? nil }) -> String {
        let servers = servers(read(usual) ?? "")
        guard !servers.isEmpty, servers.allSatisfy(\.isLoopback), !Self.servers(read(behindStub) ?? "").isEmpty else { return usual }
        return behindStub
    }

    private static func servers(_ text: String) -> [NetworkAddress] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count > 1, words[0] == "nameserver" else { return nil }
            return NetworkAddress(words[1])
        }
    }
}
