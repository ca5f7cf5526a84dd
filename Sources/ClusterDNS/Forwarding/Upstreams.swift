#if canImport(Glibc)
import Glibc
#endif
import Objects
import Synchronization

/// Where questions that are not about the cluster go.
package enum UpstreamSource: Sendable {
    /// A resolv.conf, read again when it changes.
    case file(String)
    /// Addresses with an optional port: `192.0.2.53`, `192.0.2.53:5353`.
    case fixed([String])
}

struct Upstream: Sendable, Hashable {
    let address: NetworkAddress
    let port: Int

    /// From `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::1` or `[2001:db8::1]:53`.
    init?(_ text: String) {
        if let address = NetworkAddress(text) {
            self.address = address
            port = 53
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), (1...65_535).contains(port),
            let address = NetworkAddress(text[..<colon].filter { $0 != "[" && $0 != "]" })
        else { return nil }
        self.address = address
        self.port = port
    }
}

/// The upstream servers at the moment, the one that answered last first.
final class UpstreamList: Sendable {
    private struct State {
        var servers: [Upstream] = []
        var first = 0
        var read: ContinuousClock.Instant?
        var stamp = ""
    }

    private let source: UpstreamSource
    /// Servers that must not be asked: this one itself.
    private let excluded: Set<Upstream>
    private let state = Mutex(State())
    private static let readInterval: Duration = .seconds(10)

    init(_ source: UpstreamSource, excluding excluded: [Upstream]) {
        self.source = source
        self.excluded = Set(excluded)
        if case .fixed(let texts) = source {
            state.withLock { $0.servers = texts.compactMap(Upstream.init).filter { !self.excluded.contains($0) } }
        }
    }

    /// In the order in which they are to be asked.
    var servers: [Upstream] {
        state.withLock { state in
            refresh(&state)
            guard state.servers.indices.contains(state.first) else { return state.servers }
            return Array(state.servers[state.first...] + state.servers[..<state.first])
        }
    }

    /// A server that did not answer steps back, so that not every question waits for it.
    func failed(_ server: Upstream) {
        state.withLock { state in
            guard state.servers.indices.contains(state.first), state.servers[state.first] == server else { return }
            state.first = (state.first + 1) % state.servers.count
        }
    }

    private func refresh(_ state: inout State) {
        guard case .file(let path) = source else { return }
        if let read = state.read, ContinuousClock.now - read < Self.readInterval { return }
        state.read = .now
        let stamp = Self.stamp(path)
        guard stamp != state.stamp else { return }
        state.stamp = stamp
        state.servers = Self.servers(in: Self.content(path)).filter { !excluded.contains($0) }
        state.first = 0
    }

    /// The `nameserver` lines of a resolv.conf.
    static func servers(in text: String) -> [Upstream] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count >= 2, words[0] == "nameserver" else { return nil }
            // A zone (`%eth0`) is of no use here.
            return Upstream(String(words[1]))
        }
    }

    private static func stamp(_ path: String) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { return "absent" }
        return "\(status.st_ino) \(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)"
    }

    private static func content(_ path: String) -> String {
        guard let file = fopen(path, "re") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
