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
import Testing
import TrialServer

@testable import APIServer

/// A server with a store of its own, reached without a network.
struct ServerFixture {
    let server: APIServer
    let admin: InProcessTransport
    /// How a client reaches it over HTTPS, when it listens.
    let kubeconfig: Kubeconfig?
    let storage: SQLiteStorage
    private let trial: TrialServer

    static func run(listens: Bool = false, runtimeConfig: String = "", _ body: (ServerFixture) async throws -> Void) async throws {
        let fixture = try await ServerFixture(listens: listens, runtimeConfig: runtimeConfig)
        do {
            try await body(fixture)
        } catch {
            await fixture.stop()
            throw error
        }
        await fixture.stop()
    }

    private init(listens: Bool, runtimeConfig: String) async throws {
        var kubeconfig: Kubeconfig?
        trial = try await TrialServer("tests", addresses: ["127.0.0.1"]) { settings, authority in
            if !runtimeConfig.isEmpty { try settings.options.runtimeConfig.set(runtimeConfig) }
            guard listens else { return }
            settings.hosts = ["127.0.0.1"]
            settings.port = Self.freePort()
            var client = CertificateRequest(commonName: "kubernetes-admin")
            client.organizations = [UserInfo.mastersGroup]
            client.isClient = true
            let pair = try authority.issue(client)
            var config = Kubeconfig(server: "https://127.0.0.1:\(settings.port)", authority: authority.pem.certificate, name: "test")
            config.clientCertificate = pair.certificate
            config.clientKey = pair.key
            kubeconfig = config
        }
        self.kubeconfig = kubeconfig
        let running = try #require(trial.running)
        (server, storage, admin) = (running.server, running.storage, running.admin)
    }

    /// A port that nobody listens on, and that nobody is given who asks for any.
    private static func freePort() -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        for _ in 0..<100 {
            let port = UInt16.random(in: 20_000..<30_000)
            address.sin_port = port.bigEndian
            let isFree = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 }
            }
            if isFree { return Int(port) }
        }
        return 0
    }

    private func stop() async { await trial.close() }

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

    /// The administrator's request as it comes from HTTP.
    private func request(
        _ method: String, _ path: String, _ query: String?, _ headers: [(String, String)], _ body: [UInt8]
    ) -> ServerRequest {
        ServerRequest(
            method: method, path: path, rawQuery: query, headers: RequestHeaders(headers.map { (name: $0.0, value: $0.1) }),
            body: body, user: UserInfo(name: "admin", groups: [UserInfo.mastersGroup]))
    }

    /// The status of the whole chain's answer, however long it takes.
    func status(_ method: String, _ path: String, query: String?, headers: [(String, String)], body: [UInt8]) async -> Int {
        let form = Representation.negotiate(accept: headers.first { $0.0 == "accept" }?.1, allowsTransform: true) ?? Representation()
        do {
            let answer = try await server.chain.handle(request(method, path, query, headers, body), warnings: RequestNotes()).answer()
            if case .watch(let watch) = answer { watch.watcher.close() }
            return server.encoder.encode(answer, form, includeObject: nil).status
        } catch {
            return error.code
        }
    }

    /// The answer of the whole chain as HTTP clients get it: status and body.
    func raw(_ method: String, _ path: String, query: String? = nil, headers: [(String, String)] = [], body: String = "") -> (Int, Value) {
        let request = request(method, path, query, headers, Array(body.utf8))
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
