import APIClient
import Audit
import Credentials
import Logging
import NIOCore
import Objects

/// What is told of requests, and where. The names are kube-apiserver's flags.
package struct AuditSettings: Sendable {
    package var policyFile = ""
    package var logPath = ""
    package var logMaximumMegabytes = 100
    package var logMaximumDays = 0
    package var logMaximumFiles = 0
    package var webhookFile = ""

    package init() {}

    /// Throws for names and values that it does not know.
    package mutating func set(_ name: String, _ text: String) throws(ClusterSettings.Problem) {
        func number() throws(ClusterSettings.Problem) -> Int {
            guard let number = Int(text), number >= 0 else { throw ClusterSettings.Problem("\(name) takes a number, not \(text)") }
            return number
        }
        switch name {
        case "audit-policy-file": policyFile = text
        case "audit-log-path": logPath = text
        case "audit-log-maxsize": logMaximumMegabytes = try number()
        case "audit-log-maxage": logMaximumDays = try number()
        case "audit-log-maxbackup": logMaximumFiles = try number()
        case "audit-webhook-config-file": webhookFile = text
        default: throw ClusterSettings.Problem("unknown setting \(name)")
        }
    }

    /// Nil when no policy asks for an audit. Throws when a file is missing or wrong.
    func auditor(_ group: any EventLoopGroup, _ logger: Logger) throws -> Auditor? {
        if policyFile.isEmpty {
            if logPath.isEmpty, webhookFile.isEmpty { return nil }
            throw ClusterSettings.Problem("an audit needs --audit-policy-file")
        }
        let policy = try AuditPolicy(try document(policyFile))
        var sinks: [any AuditSink] = []
        if !logPath.isEmpty {
            let limits = AuditLog.Limits(size: logMaximumMegabytes << 20, days: logMaximumDays, files: logMaximumFiles)
            sinks.append(try AuditLog(path: logPath, limits: limits, logger: logger))
        }
        if !webhookFile.isEmpty {
            guard let config = Kubeconfig(try document(webhookFile)) else {
                throw ClusterSettings.Problem("\(webhookFile) is no kubeconfig")
            }
            sinks.append(AuditWebhook(try HTTPSTransport(config, agent: "martlet", group: group), logger: logger))
        }
        return Auditor(policy: policy, sinks: sinks)
    }

    private func document(_ path: String) throws -> Value {
        guard let text = try PrivateFile.read(path) else { throw ClusterSettings.Problem("there is no file \(path)") }
        return try YAML.parse(text)
    }
}
