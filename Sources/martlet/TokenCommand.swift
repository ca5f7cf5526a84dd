import ArgumentParser
import Cluster
import Credentials
import Objects
import Schema

/// The tokens by which machines join.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Make, list and end the tokens by which machines join.", subcommands: [Create.self, List.self, Delete.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a token.")
        @OptionGroup var data: DataOptions

        @Option(help: ArgumentHelp("How long it holds; 0 for ever.", valueName: "TIME"))
        var ttl = "24h"

        @Option(help: "What it is for.")
        var description = ""

        @Flag(help: "Print the command for the other machine.")
        var printJoinCommand = false

        func run() async throws {
            guard let lifetime = GoDurationText.parse(ttl), lifetime >= .zero else { throw ValidationError("--ttl takes a time such as 2h, not \(ttl)") }
            let (ttl, note) = (lifetime == .zero ? nil : lifetime, description)
            let access = try ClusterAccess(data.settings)
            let token = try await access.tokens { try await $0.create(lifetime: ttl, note: note) }
            print(printJoinCommand ? "martlet join \(try access.joinAddress()) --token \(token.text) --discovery-token-ca-cert-hash \(try access.pin())" : token.text)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the tokens.")
        @OptionGroup var data: DataOptions

        func run() async throws {
            let tokens = try await ClusterAccess(data.settings).tokens { try await $0.list() }
            print("TOKEN\tEXPIRES\tDESCRIPTION")
            for entry in tokens { print("\(entry.token.text)\t\(entry.end?.text ?? "never")\t\(entry.note)") }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End a token; nodes that joined by it stay.")
        @OptionGroup var data: DataOptions

        @Argument(help: "The token, or the part before the dot.")
        var token: String

        func run() async throws {
            let id = String(token.prefix { $0 != "." })
            try await ClusterAccess(data.settings).tokens { try await $0.delete(id: id) }
            print("The token \(id) is gone.")
        }
    }
}
