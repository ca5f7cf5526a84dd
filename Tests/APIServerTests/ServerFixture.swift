import Authentication
import APIClient
import Credentials
import Glibc
import HTTPServing
import KubernetesTypes
import Logging
import NIOCore
import NIOPosix
import Objects
import SQLiteStorage
import Storage

@testable import APIServer

/// A server with a store of its own, reached without a network.
struct ServerFixture {
    let server: APIServer
    let admin: InProcessTransport
    private let storage: SQLiteStorage
    private let directory: String

    static func run(_ body: (ServerFixture) async throws -> Void) async throws {
        let fixture = try await ServerFixture()
        do {
            try await body(fixture)
        } catch {
            await fixture.stop()
            throw error
        }
        await fixture.stop()
    }

    private init() async throws {
        var template = Array("/tmp/martlet-apiserver-XXXXXX".utf8CString)
        directory = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
        let authority = try CertificateAuthority(commonName: "test")
        var request = CertificateRequest(commonName: "server")
        request.isServer = true
        let serving = try authority.issue(request)
        let issuer = try ServiceAccountTokenIssuer(issuer: "https://test", keyPEM: ServiceAccountTokenIssuer.newKey())
        var settings = APIServerSettings(
            clientAuthority: authority.pem.certificate, serving: serving, kubeletClient: serving, tokenIssuer: issuer,
            advertiseAddress: "127.0.0.1")
        settings.hosts = []
        storage = try await SQLiteStorage(path: directory + "/state.db")
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        server = try APIServer(
            settings: settings, storage: storage, group: MultiThreadedEventLoopGroup.singleton, logger: logger)
        try await server.start()
        admin = InProcessTransport(server, user: UserInfo(name: "admin", groups: [UserInfo.mastersGroup]), agent: "tests/1")
    }

    private func stop() async {
        await server.stop()
        await storage.close()
        for name in ["state.db", "state.db-wal", "state.db-shm"] { unlink(directory + "/" + name) }
        rmdir(directory)
    }

    func client(_ name: String, groups: [String] = []) -> InProcessTransport {
        InProcessTransport(server, user: UserInfo(name: name, groups: groups + [UserInfo.authenticatedGroup]), agent: "tests/1")
    }

    /// Sends as `user` (the administrator when nil) and gives the answer, or the Status of the refusal.
    @discardableResult
    func send(
        _ verb: APIRequest.Verb, _ path: String, _ body: Value = .null, type: String = "application/json",
        query: [(String, String)] = [], as user: InProcessTransport? = nil
    ) async -> Value {
        var request = APIRequest(verb, path)
        request.body = body
        request.contentType = type
        request.query = query.map { (name: $0.0, value: $0.1) }
        do {
            return try await (user ?? admin).send(request)
        } catch {
            return error.status
        }
    }

    /// The answer of the whole chain as HTTP clients get it: status and body.
    func raw(_ method: String, _ path: String, query: String? = nil, headers: [(String, String)] = [], body: String = "") -> (Int, Value) {
        let request = ServerRequest(
            method: method, path: path, rawQuery: query, headers: RequestHeaders(headers.map { (name: $0.0, value: $0.1) }),
            body: Array(body.utf8), user: UserInfo(name: "admin", groups: [UserInfo.mastersGroup]))
        let form = Representation.negotiate(accept: headers.first { $0.0 == "accept" }?.1, allowsTransform: true) ?? Representation()
        do {
            guard case .ready(let answer) = try server.chain.handle(request, warnings: RequestNotes()) else { return (0, .null) }
            let encoded = server.encoder.encode(answer, form, includeObject: request.query["includeObject"])
            let bytes = Array(encoded.body.readableBytesView)
            return (encoded.status, (try? Value(json: bytes)) ?? .string(String(decoding: bytes, as: UTF8.self)))
        } catch let error as StatusError {
            return (error.code, error.status)
        } catch {
            return (0, .null)
        }
    }
}
