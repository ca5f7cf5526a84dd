import ArgumentParser

/// A Kubernetes cluster in one binary.
@main
struct Martlet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet", abstract: "A complete Kubernetes cluster in one binary.", version: "martlet 0.1.0 (Kubernetes v1.36)",
        subcommands: [Up.self, Join.self, TokenCommand.self, Down.self, Status.self, KubeconfigCommand.self, ImageCommand.self, SnapshotCommand.self, SimulateCommand.self, CertificatesCommand.self, Version.self, CompletionCommand.self],
        groupedSubcommands: [
            CommandGroup(
                name: "Components by themselves",
                subcommands: [
                    APIServerCommand.self, ControllerManagerCommand.self, SchedulerCommand.self, KubeletCommand.self, ProxyCommand.self,
                    NetworkPoliciesCommand.self,
                    DNSCommand.self,
                ])
        ])
}
