import APIClient
import Credentials
import KubernetesTypes
import NIOCore
import Objects
import Schema

/// Requests of a controller under its own service account, over HTTPS. It gets its tokens by itself, the next one before the
/// last one ends, and makes the account when there is none.
actor ServiceAccountTransport: APITransport {
    private static let namespace = "kube-system"
    private static let lifetime: Int64 = 3600

    private let name: String
    /// With the rights to make accounts and tokens of them.
    private let manager: any APITransport
    private let config: Kubeconfig
    private let group: any EventLoopGroup
    private var transport: HTTPSTransport?
    private var renewal = ContinuousClock.now
    private var running: Task<Result<HTTPSTransport, StatusError>, Never>?

    /// `config` says where the server is; `close` ends the connections.
    init(_ name: String, manager: any APITransport, config: Kubeconfig, group: any EventLoopGroup) {
        self.name = name
        self.manager = manager
        self.config = config
        self.group = group
    }

    func close() async { await transport?.close() }

    func send(_ request: APIRequest) async throws(StatusError) -> Value {
        do throws(StatusError) {
            return try await current().send(request)
        } catch where error.code == 401 {
            // The account was made anew, or the keys of tokens have changed.
            renewal = .now
            return try await current().send(request)
        }
    }

    func list(_ request: APIRequest) async throws(StatusError) -> ObjectPage { try await current().list(request) }
    func watch(_ request: APIRequest) async throws(StatusError) -> any WatchSource { try await current().watch(request) }

    private func current() async throws(StatusError) -> HTTPSTransport {
        if let transport, ContinuousClock.now < renewal { return transport }
        if let running { return try await running.value.get() }
        let task = Task<Result<HTTPSTransport, StatusError>, Never> { await self.renewed() }
        running = task
        let result = await task.value
        running = nil
        return try result.get()
    }

    private func renewed() async -> Result<HTTPSTransport, StatusError> {
        do throws(StatusError) {
            var own = Kubeconfig(server: config.server, authority: config.authority, name: config.name)
            own.token = try await token()
            let next = try use(own)
            renewal = .now + .seconds(Self.lifetime * 8 / 10)
            return .success(next)
        } catch {
            return .failure(error)
        }
    }

    private func use(_ own: Kubeconfig) throws(StatusError) -> HTTPSTransport {
        do {
            if let transport {
                try transport.replace(own)
                return transport
            }
            let made = try HTTPSTransport(own, agent: "kube-controller-manager/system:serviceaccount:\(Self.namespace):\(name)", group: group)
            transport = made
            return made
        } catch {
            throw .internalError("the service account \(name) cannot be used: \(error)")
        }
    }

    private func token() async throws(StatusError) -> String {
        let accounts = APIRequest.path(GroupVersion(group: "", version: "v1"), "serviceaccounts", namespace: Self.namespace)
        var request = APIRequest(.create, "\(accounts)/\(name)/token")
        request.body = ["kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "spec": ["expirationSeconds": .int(Self.lifetime)]]
        do throws(StatusError) {
            return try await manager.send(request)["status"]["token"].string ?? ""
        } catch where error.isNotFound {
            try await makeAccount(accounts)
            return try await manager.send(request)["status"]["token"].string ?? ""
        }
    }

    private func makeAccount(_ path: String) async throws(StatusError) {
        var request = APIRequest(.create, path)
        request.body = [
            "kind": "ServiceAccount", "apiVersion": "v1", "metadata": ["name": .string(name), "namespace": .string(Self.namespace)],
        ]
        do throws(StatusError) {
            _ = try await manager.send(request)
        } catch where error.isAlreadyExists {}
    }
}
