package import Credentials
#if canImport(Glibc)
import Glibc
#endif
package import Objects

/// The certificates of a cluster's data directory, for those who want to know how long they hold.
package struct CertificateInventory: Sendable {
    package struct Item: Sendable {
        package enum State: String, Sendable { case good, due, expired }

        /// The file's name without its ending.
        package let name: String
        package let identity: CertificateIdentity
        package let state: State
        package let remainingSeconds: Int64
    }

    package let items: [Item]

    /// Throws when the folder cannot be read.
    package init(folder: String, now: Int64 = Timestamp.now().seconds) throws {
        guard let directory = opendir(folder) else { throw ClusterSettings.Problem("there is no cluster in \(folder)") }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".crt") { names.append(String(name.dropLast(4))) }
        }
        items = try names.sorted().compactMap { name in
            guard let text = try PrivateFile.read("\(folder)/\(name).crt"), let identity = CertificateIdentity(pem: text) else { return nil }
            let rest = identity.notAfter - now
            let state: Item.State = rest <= 0 ? .expired : CertificateKeeper.isDue(identity, now: now) ? .due : .good
            return Item(name: name, identity: identity, state: state, remainingSeconds: rest)
        }
    }

    /// Serial numbers by name: what differs was made anew.
    package var serials: [String: String] {
        Dictionary(items.map { ($0.name, $0.identity.serial) }, uniquingKeysWith: { first, _ in first })
    }

    package var value: Value {
        [
            "certificates": .array(items.map { item in
                [
                    "name": .string(item.name), "commonName": .string(item.identity.commonName),
                    "organizations": Value(item.identity.organizations), "isAuthority": .bool(item.identity.isAuthority),
                    "notBefore": .string(Timestamp(seconds: item.identity.notBefore).text),
                    "notAfter": .string(Timestamp(seconds: item.identity.notAfter).text),
                    "remainingSeconds": .int(item.remainingSeconds), "state": .string(item.state.rawValue),
                ]
            })
        ]
    }

    /// Asks the process that runs the cluster for new certificates: of these names, or all.
    package static func requestRotation(folder: String, names: [String]) throws {
        try PrivateFile.write(names.joined(separator: "\n"), to: CertificateKeeper.requestFile(folder))
    }

    /// Makes the administrator's certificate anew while nothing runs: the only one that outlives a process.
    package static func rotateAdministrator(_ settings: ClusterSettings) throws {
        let folder = settings.dataDirectory + "/pki"
        guard let certificate = try PrivateFile.read(folder + "/ca.crt"), let key = try PrivateFile.read(folder + "/ca.key") else {
            throw ClusterSettings.Problem("there is no cluster in \(settings.dataDirectory)")
        }
        let authority = try CertificateAuthority(KeyPair(certificate: certificate, key: key))
        let admin = try authority.issue(ClusterPKI.administrator(lifetime: settings.certificateLifetime))
        try ClusterPKI.store(admin, folder, "admin")
        guard let text = try PrivateFile.read(settings.kubeconfigPath), var config = Kubeconfig(try YAML.parse(text)) else { return }
        config.clientCertificate = admin.certificate
        config.clientKey = admin.key
        try PrivateFile.write(config.yaml, to: settings.kubeconfigPath)
    }
}
