import APIClient
package import Credentials
package import HTTPServing
import Kubelet
package import Logging
import Objects

/// The certificates of a kubelet that runs by itself: from a bootstrap token to the first one, and then from each to the next.
package struct NodeCertificates: Sendable {
    package let nodeName: String
    private let address: String
    private let folder: String
    private let clientAuthority: String
    private let rotatesClient: Bool
    private let rotatesServer: Bool

    /// `folder` is where they lie. `clientAuthority` is PEM.
    package init(
        nodeName: String, address: String, folder: String, clientAuthority: String, rotatesClient: Bool, rotatesServer: Bool
    ) {
        self.nodeName = nodeName
        self.address = address
        self.folder = folder
        self.clientAuthority = clientAuthority
        self.rotatesClient = rotatesClient
        self.rotatesServer = rotatesServer
    }

    private func manager(_ purpose: CertificateManager.Purpose, _ transport: any APITransport, _ logger: Logger) -> CertificateManager {
        CertificateManager(purpose, nodeName: nodeName, addresses: [address], folder: folder, transport: transport, logger: logger)
    }

    /// Writes the kubeconfig with a certificate that a bootstrap token got, the one of the kubeconfig at `path`. Nothing happens when there
    /// is a kubeconfig already.
    package func bootstrap(_ path: String, kubeconfig: String, _ logger: Logger) async throws {
        if try PrivateFile.read(kubeconfig) != nil { return }
        guard let text = try PrivateFile.read(path), let config = Kubeconfig(try YAML.parse(text)) else {
            throw ClusterSettings.Problem("\(path) is no kubeconfig")
        }
        _ = try await bootstrap(config, kubeconfig: kubeconfig, logger)
    }

    /// Whether one of the node's client certificates still holds: that of its kubeconfig, or a later one.
    func holds(_ config: Kubeconfig) -> Bool {
        let later = ((try? PrivateFile.read(folder + "/kubelet-client-current.pem")) ?? nil).flatMap { CertificateManager.pair($0) }
        let ends = [config.clientCertificate, later?.certificate ?? ""].compactMap { CertificateIdentity(pem: $0)?.notAfter }
        return ends.contains { $0 > Timestamp.now().seconds }
    }

    /// Writes a kubeconfig with a certificate that is asked for by `config`, and gives it.
    func bootstrap(_ config: Kubeconfig, kubeconfig: String, _ logger: Logger) async throws -> Kubeconfig {
        try PrivateFile.makeFolder(folder)
        let pair = try await HTTPSTransport.brief(config, agent: "kubelet") { try await manager(.client, $0, logger).request() }
        var own = Kubeconfig(server: config.server, authority: config.authority, name: config.name)
        own.clientCertificate = pair.certificate
        own.clientKey = pair.key
        try PrivateFile.write(own.yaml, to: kubeconfig)
        logger.info("the node has its first certificate", metadata: ["node": "\(nodeName)", "kubeconfig": "\(kubeconfig)"])
        return own
    }

    /// What the kubelet's server shows first: what it was given, what it had before, or one of its own making.
    package func identity(_ given: KeyPair?) throws -> ListenerIdentity {
        try PrivateFile.makeFolder(folder)
        var first = given
        if first == nil, rotatesServer {
            first = (try? PrivateFile.read(folder + "/kubelet-server-current.pem")).flatMap { $0 }.flatMap { CertificateManager.pair($0) }
        }
        let pair = try first ?? selfSigned()
        return try ListenerIdentity(certificate: pair.certificate, key: pair.key, clientAuthorities: clientAuthority)
    }

    private func selfSigned() throws -> KeyPair {
        var request = CertificateRequest(commonName: nodeName)
        request.isServer = true
        request.dnsNames = [nodeName]
        request.addresses = [address]
        return try CertificateAuthority(commonName: "\(nodeName)-ca").issue(request)
    }

    /// Keeps the certificates until cancelled, as far as they are to be.
    func run(_ transport: HTTPSTransport, _ config: Kubeconfig, _ identity: ListenerIdentity, _ logger: Logger) async {
        await withTaskGroup(of: Void.self) { group in
            if rotatesServer {
                let manager = manager(.server, transport, logger)
                group.addTask {
                    await manager.run(manager.stored()) { try identity.replace(certificate: $0.certificate, key: $0.key) }
                }
            }
            if rotatesClient {
                let manager = manager(.client, transport, logger)
                let current = KeyPair(certificate: config.clientCertificate, key: config.clientKey)
                group.addTask { await self.keepClient(manager, current, transport, config) }
            }
        }
    }

    /// A certificate of a former run counts when it is newer than the kubeconfig's.
    private func keepClient(_ manager: CertificateManager, _ given: KeyPair, _ transport: HTTPSTransport, _ config: Kubeconfig) async {
        let install: @Sendable (KeyPair) async throws -> Void = { pair in
            var next = config
            next.clientCertificate = pair.certificate
            next.clientKey = pair.key
            next.token = ""
            try transport.replace(next)
        }
        var current: KeyPair? = given.certificate.isEmpty ? nil : given
        if let stored = manager.stored(), let end = CertificateIdentity(pem: stored.certificate)?.notAfter,
            end > (CertificateIdentity(pem: given.certificate)?.notAfter ?? 0)
        {
            try? await install(stored)
            current = stored
        }
        await manager.run(current, install: install)
    }
}
