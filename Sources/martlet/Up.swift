import ArgumentParser
import Cluster
import Credentials
import Objects

/// Where a cluster's state lies; shared by all commands.
struct DataOptions: ParsableArguments {
    @Option(name: .customLong("data-dir"), help: "Where all state lies.")
    var dataDirectory = "/var/lib/martlet"

    var settings: ClusterSettings {
        var settings = ClusterSettings()
        settings.dataDirectory = dataDirectory
        return settings
    }
}

struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Start a cluster on this machine.")

    @OptionGroup var data: DataOptions
    @OptionGroup var node: NodeOptions
    @OptionGroup(title: "API server") var serving: ServingFlags
    @OptionGroup var access: AccessOptions

    @Option(help: ArgumentHelp("Where the API listens.", valueName: "ADDRESS:PORT"))
    var listen: String?

    @Option(help: "Which components run here, separated by commas: apiserver, controller-manager, scheduler, kubelet, proxy, network-policies, dns, metrics.")
    var components: String?

    @Option(help: "How many nodes the cluster has on this machine; further ones have networks of their own.")
    var nodes: String?

    @Option(help: "The network of these nodes (192.168.94.0/24).")
    var machineCIDR: String?

    @Option(help: "Further names and addresses by which clients know the API server, separated by commas.")
    var tlsSan: String?

    @Option(help: "How the pods of other nodes are reached: auto (through a VXLAN where nodes are no neighbours), vxlan (always), direct (never).")
    var podRoutes: String?

    @Option(help: "The addresses of this node's pods.")
    var podCIDR: String?

    @Option(help: "The addresses of all nodes' pods; those around --pod-cidr by default.")
    var clusterCIDR: String?

    @Option(help: "The addresses of services.")
    var serviceCIDR: String?

    @Option(help: "The domain of the cluster's DNS.")
    var clusterDomain: String?

    @Option(help: ArgumentHelp("Keep the state in this etcd cluster; addresses separated by commas.", valueName: "URLS"))
    var etcdServers: String?

    @Option(name: .customLong("etcd-cafile"), help: "The authority of etcd's certificates (PEM).")
    var etcdAuthorityFile: String?

    @Option(name: .customLong("etcd-certfile"), help: "The certificate that is shown to etcd (PEM).")
    var etcdCertificateFile: String?

    @Option(name: .customLong("etcd-keyfile"), help: "Its key.")
    var etcdKeyFile: String?

    @Option(help: "What is encrypted in the store, and with what (an EncryptionConfiguration). By default Secrets are.")
    var encryptionProviderConfig: String?

    @Option(help: ArgumentHelp("How long the cluster's own certificates hold; they are made anew when a third is left.", valueName: "TIME"))
    var certificateLifetime: String?

    @Option(help: ArgumentHelp("How long the authorities hold that sign them; they are renewed when a third is left.", valueName: "TIME"))
    var authorityLifetime: String?

    @Option(help: ArgumentHelp("After what time without use tokens of service accounts end that were made by themselves (8760h).", valueName: "TIME"))
    var legacyServiceAccountTokenCleanUpPeriod: String?

    @Option(help: "A KubeSchedulerConfiguration: profiles of the scheduler, their plug-ins, extenders.")
    var schedulerConfig: String?

    @Option(help: "Which requests are told of, and how much (a Policy of audit.k8s.io/v1).")
    var auditPolicyFile: String?

    @Option(help: "Where events of the audit go, one a line; - for standard output.")
    var auditLogPath: String?

    @Option(name: .customLong("audit-log-maxsize"), help: "Megabytes after which the log is put aside.")
    var auditLogMaximumSize: String?

    @Option(name: .customLong("audit-log-maxage"), help: "Days after which old logs go.")
    var auditLogMaximumAge: String?

    @Option(name: .customLong("audit-log-maxbackup"), help: "How many old logs stay.")
    var auditLogMaximumBackups: String?

    @Option(help: "A kubeconfig that names the server to which events go too.")
    var auditWebhookConfigFile: String?

    @Option(help: ArgumentHelp("How often the embedded store is copied.", valueName: "DURATION"))
    var snapshotInterval: String?

    @Option(help: "How many of these copies stay.")
    var snapshotRetention: String?

    @Option(help: "A YAML file with the same names as these flags.")
    var config: String?

    @Flag(help: "Return when the cluster is up; it goes on in the background.")
    var detach = false

    func settings() throws -> ClusterSettings {
        var settings = ClusterSettings()
        if let config {
            guard let text = try PrivateFile.read(config) else { throw ValidationError("there is no file \(config)") }
            try settings.apply(try YAML.parse(text))
        }
        if data.dataDirectory != "/var/lib/martlet" || config == nil { settings.dataDirectory = data.dataDirectory }
        if let listen { try settings.setListen(listen) }
        if let components { try settings.setComponents(components) }
        node.apply(to: &settings)
        if let podCIDR { settings.podCIDR = podCIDR }
        if let nodes { try settings.setNodeCount(nodes) }
        if let machineCIDR { settings.machineNetwork = machineCIDR }
        if let tlsSan { try settings.setAlternativeNames(tlsSan) }
        if let podRoutes { try settings.setRouteMode(podRoutes) }
        if let clusterCIDR { settings.clusterCIDR = clusterCIDR }
        if let serviceCIDR { settings.serviceCIDR = serviceCIDR }
        if let clusterDomain { settings.clusterDomain = clusterDomain }
        if let etcdServers { try settings.setEtcdServers(etcdServers) }
        if let etcdAuthorityFile { settings.etcdAuthorityFile = etcdAuthorityFile }
        if let etcdCertificateFile { settings.etcdCertificateFile = etcdCertificateFile }
        if let etcdKeyFile { settings.etcdKeyFile = etcdKeyFile }
        if let encryptionProviderConfig { settings.encryptionFile = encryptionProviderConfig }
        if let schedulerConfig { settings.schedulerConfigFile = schedulerConfig }
        for (name, value) in [
            ("audit-policy-file", auditPolicyFile), ("audit-log-path", auditLogPath), ("audit-log-maxsize", auditLogMaximumSize),
            ("audit-log-maxage", auditLogMaximumAge), ("audit-log-maxbackup", auditLogMaximumBackups),
            ("audit-webhook-config-file", auditWebhookConfigFile),
        ] {
            if let value { try settings.audit.set(name, value) }
        }
        if let snapshotInterval { try settings.setSnapshot("snapshot-interval", snapshotInterval) }
        if let snapshotRetention { try settings.setSnapshot("snapshot-retention", snapshotRetention) }
        try serving.apply(to: &settings)
        access.apply(to: &settings.access)
        if let legacyServiceAccountTokenCleanUpPeriod { try settings.setLegacyTokenPeriod(legacyServiceAccountTokenCleanUpPeriod) }
        if let authorityLifetime { try settings.setAuthorityLifetime(authorityLifetime) }
        if let certificateLifetime { try settings.setCertificateLifetime(certificateLifetime) }
        return settings
    }

    func run() async throws {
        let settings = try settings()
        if detach {
            return try await Detachment(settings) { "Martlet is up after \($0) ms.\n  export KUBECONFIG=\(settings.kubeconfigPath)" }.run()
        }
        try await ForegroundCluster(settings).run()
    }
}
