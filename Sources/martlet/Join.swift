import ArgumentParser
import Cluster
import Credentials
import Objects

struct Join: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make this machine a node of a cluster that runs elsewhere.",
        discussion: "`martlet token create --print-join-command`, on the cluster's machine, prints the words. A node that has joined needs none of them the next time.")

    @OptionGroup var data: DataOptions
    @OptionGroup var node: NodeOptions

    @Argument(help: ArgumentHelp("Where the cluster's API listens.", valueName: "HOST:PORT"))
    var server: String?

    @Option(help: "The token that lets the node in.")
    var token: String?

    @Option(help: "A file with the token.")
    var tokenFile: String?

    @Option(help: ArgumentHelp("The hash of the cluster's authority; may be given again.", valueName: "sha256:HASH"))
    var discoveryTokenCaCertHash: [String] = []

    @Flag(help: "Believe any authority for which the token vouches.")
    var discoveryTokenUnsafeSkipCaVerification = false

    @Flag(help: "Return when the node is ready; it goes on in the background.")
    var detach = false

    func run() async throws {
        var settings = data.settings
        node.apply(to: &settings)
        let invitation = try invitation()
        if detach {
            return try await Detachment(settings) { "This machine is a node of the cluster after \($0) ms." }.run()
        }
        try await ForegroundNode(settings: settings, server: server, invitation: invitation).run()
    }

    /// Nil when nothing is said, as a node that has joined may.
    private func invitation() throws -> Invitation? {
        var text = token
        if let tokenFile {
            guard let content = try PrivateFile.read(tokenFile) else { throw ValidationError("there is no file \(tokenFile)") }
            text = content.filter { !$0.isWhitespace }
        }
        if let server, !server.contains(":") || server.contains("/") { throw ValidationError("the server is said as HOST:PORT, not \(server)") }
        guard let text else { return nil }
        guard let server else { throw ValidationError("say the server, too, as HOST:PORT") }
        guard let token = BootstrapToken(text) else { throw ValidationError("a token has six characters, a dot and sixteen more, of a-z and 0-9") }
        if discoveryTokenUnsafeSkipCaVerification { return Invitation(server: server, token: token, pins: nil) }
        let pins = try discoveryTokenCaCertHash.map { text in
            guard let pin = PublicKeyPin(text) else { throw ValidationError("\(text) is not sha256: and 64 hexadecimal digits") }
            return pin
        }
        if pins.isEmpty {
            throw ValidationError("say --discovery-token-ca-cert-hash, so that no other cluster can take this node, or --discovery-token-unsafe-skip-ca-verification")
        }
        return Invitation(server: server, token: token, pins: pins)
    }
}
