import ArgumentParser
import Cluster
import Credentials
import Objects

/// What becomes of a cluster's certificates: they are made anew by themselves; this looks, and hurries.
struct CertificatesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificates", abstract: "Look after the cluster's certificates.", subcommands: [Check.self, Rotate.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Say until when each certificate holds; fails when one does not.")

        @OptionGroup var data: DataOptions

        @Option(name: .shortAndLong, help: "json for programs.")
        var output: String?

        func run() throws {
            let inventory = try CertificateInventory(folder: data.dataDirectory + "/pki")
            if output == "json" { print(inventory.value.jsonString) } else { CertificatesCommand.show(inventory) }
            if inventory.items.contains(where: { $0.state == .expired }) { throw ExitCode(1) }
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make certificates anew now, of the running cluster without a restart.")

        @OptionGroup var data: DataOptions

        @Argument(help: "Which, by the names that check prints; all but the authorities when none is named.")
        var names: [String] = []

        @Option(name: .shortAndLong, help: "json for programs.")
        var output: String?

        func run() async throws {
            let settings = data.settings
            let folder = settings.dataDirectory + "/pki"
            let before = try CertificateInventory(folder: folder)
            let rotating = before.items.filter { !$0.identity.isAuthority }.map(\.name)
            for name in names where !rotating.contains(name) {
                throw ValidationError("there is no certificate \(name); there are \(rotating.joined(separator: ", "))")
            }
            if ProcessLock.holder(settings) == nil {
                // Everything else is made at each start anyway.
                if names.isEmpty || names.contains("admin") { try CertificateInventory.rotateAdministrator(settings) }
            } else {
                let wanted = names.isEmpty ? rotating : names
                try CertificateInventory.requestRotation(folder: folder, names: names)
                try await wait(for: wanted, before.serials, folder)
            }
            let after = try CertificateInventory(folder: folder)
            if output == "json" { print(after.value.jsonString) } else { CertificatesCommand.show(after) }
        }

        private func wait(for names: [String], _ before: [String: String], _ folder: String) async throws {
            for _ in 0..<300 {
                let now = try CertificateInventory(folder: folder).serials
                if names.allSatisfy({ now[$0] != before[$0] }) { return }
                try await Task.sleep(for: .milliseconds(100))
            }
            throw ClusterSettings.Problem("the running cluster made no new certificates within 30 s; see its log")
        }
    }

    private static func show(_ inventory: CertificateInventory) {
        let rows = inventory.items.map { item in
            [
                item.name, item.identity.isAuthority ? "authority" : item.identity.commonName, Timestamp(seconds: item.identity.notAfter).text,
                left(item.remainingSeconds), item.state.rawValue,
            ]
        }
        let all = [["NAME", "FOR", "UNTIL", "LEFT", "STATE"]] + rows
        let widths = (0..<5).map { column in all.map { $0[column].count }.max() ?? 0 }
        for row in all {
            var line = ""
            for (text, width) in zip(row, widths) { line += text + String(repeating: " ", count: width - text.count + 2) }
            while line.last == " " { line.removeLast() }
            print(line)
        }
    }

    private static func left(_ seconds: Int64) -> String {
        if seconds <= 0 { return "0" }
        if seconds >= 2 * 86_400 { return "\(seconds / 86_400)d" }
        return seconds >= 2 * 3600 ? "\(seconds / 3600)h" : "\(seconds)s"
    }
}
