import GRPCCalls
import NIOPosix
import NIOSSL
import Objects
import Storage
import Synchronization

/// Calls to an etcd cluster: one HTTP/2 connection a member, of which one is used until it fails.
///
/// A read that fails because a member is away goes to the next one. A write does not: whether it was done is not
/// known, and to do it twice may undo what somebody else did in between.
final class EtcdConnection: Sendable {
    private struct Member: Sendable {
        let endpoint: EtcdEndpoint
        let connection: GRPCConnection
    }

    private struct State {
        var active = 0
    }

    private let members: [Member]
    private let settings: EtcdSettings
    private let state = Mutex(State())
    private let token: AuthenticationToken

    /// Throws when a certificate file cannot be read or no endpoint is named.
    init(_ settings: EtcdSettings) throws(StorageError) {
        guard !settings.endpoints.isEmpty else { throw StorageError(.unavailable, "no etcd endpoint is named") }
        self.settings = settings
        let token = AuthenticationToken()
        self.token = token
        let tls = try settings.endpoints.contains(where: \.isEncrypted) ? Self.tls(settings) : nil
        members = settings.endpoints.map { endpoint in
            let connection = GRPCConnection(
                .tcp(host: endpoint.host, port: endpoint.port), tls: endpoint.isEncrypted ? tls : nil,
                group: MultiThreadedEventLoopGroup.singleton,
                // A member without a leader is to refuse rather than to show the past.
                metadata: { [("hasleader", "true")] + token.headers })
            return Member(endpoint: endpoint, connection: connection)
        }
    }

    private static func tls(_ settings: EtcdSettings) throws(StorageError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["h2"]
        do {
            if !settings.authorityFile.isEmpty { configuration.trustRoots = .file(settings.authorityFile) }
            if !settings.certificateFile.isEmpty {
                configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(settings.certificateFile).map { .certificate($0) }
                configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: settings.keyFile, format: .pem))
            }
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw StorageError(.unavailable, "etcd's certificates cannot be used: \(error)")
        }
    }

    /// Where `call` and `follow` go at present.
    private var active: Member { members[state.withLock { $0.active } % members.count] }

    /// The member failed: the next call goes to another, unless somebody has moved on already.
    private func leave(_ member: Member) {
        guard members.count > 1 else { return }
        state.withLock { state in
            if members[state.active % members.count].endpoint == member.endpoint { state.active = (state.active + 1) % members.count }
        }
    }

    /// One call. `isRead` says that it may be made again after the server has perhaps seen it.
    func call(_ method: String, _ message: WireMessage, isRead: Bool, timeout: Duration = .seconds(10)) async throws(StorageError) -> WireFields {
        var attempts = members.count + 1
        var mayAuthenticate = !settings.user.isEmpty
        while true {
            let member = active
            attempts -= 1
            do {
                return WireFields(try await member.connection.unary("etcdserverpb." + method, message.bytes, timeout: timeout))
            } catch {
                if mayAuthenticate, error.code == .unauthenticated || error.message.contains("invalid auth token") {
                    mayAuthenticate = false
                    attempts += 1
                    try await authenticate()
                    continue
                }
                if error.code == .unavailable || error.code == .deadlineExceeded {
                    leave(member)
                    if attempts > 0, isRead || !error.wasSent { continue }
                }
                throw Self.storageError(error)
            }
        }
    }

    /// Gets a token for the user that the settings name. Does nothing when they name none.
    func authenticate() async throws(StorageError) {
        guard !settings.user.isEmpty else { return }
        let request = WireMessage.build {
            $0.set(1, settings.user)
            $0.set(2, settings.password)
        }
        do {
            let answer = try await active.connection.unary("etcdserverpb.Auth/Authenticate", request.bytes, timeout: .seconds(10))
            token.set(WireFields(answer).text(2))
        } catch {
            throw Self.storageError(error)
        }
    }

    /// Opens a watch and hands over each response until `onResponse` has enough, the server ends the stream or the task
    /// is cancelled.
    func follow(_ request: WireMessage, _ onResponse: @escaping @Sendable (WireFields) -> Bool) async throws(StorageError) {
        let member = active
        do {
            try await member.connection.stream("etcdserverpb.Watch/Watch", request.bytes, keepsOpen: true) { onResponse(WireFields($0)) }
        } catch {
            if error.code == .unavailable { leave(member) }
            throw Self.storageError(error)
        }
    }

    private static func storageError(_ error: GRPCError) -> StorageError {
        switch error.code {
        // Who reads learns which revision is the oldest from `EtcdStorage`.
        case .outOfRange where error.message.contains("compacted"): return StorageError(.compacted(0), error.message)
        case .outOfRange: return StorageError(.futureRevision, error.message)
        case .resourceExhausted where error.message.contains("space exceeded"): return StorageError(.diskFull, error.message)
        case .resourceExhausted: return StorageError(.tooLarge, error.message)
        case .invalidArgument where error.message.contains("too large"): return StorageError(.tooLarge, error.message)
        case .dataLoss: return StorageError(.corrupt, error.message)
        default: return StorageError(.unavailable, "etcd: \(error.message)")
        }
    }

    func close() { for member in members { member.connection.close() } }
}

/// What etcd's own authentication gave; empty when there is none.
private final class AuthenticationToken: Sendable {
    private let text = Mutex("")

    func set(_ token: String) { text.withLock { $0 = token } }

    var headers: [(String, String)] {
        let token = text.withLock { $0 }
        return token.isEmpty ? [] : [("token", token)]
    }
}
