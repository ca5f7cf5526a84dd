import APIClient
import Credentials
import HTTPServing
import NIOHTTP1
import Objects
import Synchronization

/// Who may ask the kubelet's server for what: the API decides, by token and access reviews.
///
/// Administrators' certificates are let in without asking, as the API would. The API server itself is none: it comes as a
/// user who may administer kubelets, and nothing else.
final class KubeletAccess: Sendable {
    enum Verdict: Sendable, Equatable {
        case allowed
        case unknownUser
        case forbidden(String)
    }

    private struct User: Hashable {
        var name: String
        var uid = ""
        var groups: [String]
    }

    private static let administrators = "system:masters"
    private static let memory: Duration = .seconds(60)
    private static let most = 1024

    private let client: APIClient
    private let nodeName: String
    private let users = Mutex<[String: (user: User?, until: ContinuousClock.Instant)]>([:])
    private let verdicts = Mutex<[String: (isAllowed: Bool, until: ContinuousClock.Instant)]>([:])

    init(client: APIClient, nodeName: String) {
        self.client = client
        self.nodeName = nodeName
    }

    func verdict(_ request: HTTPRequest, path: [String]) async -> Verdict {
        let user: User
        if let identity = request.peer.certificate.flatMap({ CertificateIdentity(der: $0) }) {
            // A connection may be older than what it was made with.
            if identity.notAfter <= Timestamp.now().seconds { return .unknownUser }
            if identity.organizations.contains(Self.administrators) { return .allowed }
            user = User(name: identity.commonName, groups: identity.organizations)
        } else if let header = request.headers.first(name: "authorization"), header.lowercased().hasPrefix("bearer "),
            let known = await self.user(String(header.dropFirst("bearer ".count)))
        {
            user = known
        } else {
            return .unknownUser
        }
        let verb = ["POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"][request.method.rawValue] ?? "get"
        for subresource in Self.subresources(path) where await isAllowed(user, verb, subresource) { return .allowed }
        return .forbidden("Forbidden (user=\(user.name), verb=\(verb), resource=nodes, subresource(s)=[\(Self.subresources(path).joined(separator: " "))])")
    }

    /// By which subresources of the node a path may be allowed; the first that suffices.
    static func subresources(_ path: [String]) -> [String] {
        switch path.first ?? "" {
        case "stats": ["stats"]
        case "metrics": ["metrics"]
        case "logs": ["log"]
        case "checkpoint": ["checkpoint"]
        case "configz": ["configz", "proxy"]
        case "healthz": ["healthz", "proxy"]
        case "pods", "runningpods": ["pods", "proxy"]
        default: ["proxy"]
        }
    }

    private func user(_ token: String) async -> User? {
        if let known = users.withLock({ $0[token] }), known.until > .now { return known.user }
        let body: Value = ["kind": "TokenReview", "apiVersion": "authentication.k8s.io/v1", "spec": ["token": .string(token)]]
        guard let answer = try? await client.post(body, to: "/apis/authentication.k8s.io/v1/tokenreviews") else { return nil }
        var user: User?
        if answer["status"]["authenticated"].bool == true {
            let found = answer["status"]["user"]
            user = User(name: found["username"].string ?? "", uid: found["uid"].string ?? "", groups: found["groups"].strings)
        }
        let known = user
        users.withLock { users in
            if users.count >= Self.most { users = [:] }
            users[token] = (known, .now + Self.memory)
        }
        return user
    }

    private func isAllowed(_ user: User, _ verb: String, _ subresource: String) async -> Bool {
        let key = "\(user.name)\n\(user.groups.joined(separator: ","))\n\(verb)\n\(subresource)"
        if let known = verdicts.withLock({ $0[key] }), known.until > .now { return known.isAllowed }
        let body: Value = [
            "kind": "SubjectAccessReview", "apiVersion": "authorization.k8s.io/v1",
            "spec": [
                "user": .string(user.name), "uid": .string(user.uid), "groups": Value(user.groups),
                "resourceAttributes": [
                    "verb": .string(verb), "resource": "nodes", "subresource": .string(subresource), "name": .string(nodeName), "version": "v1",
                ],
            ],
        ]
        guard let answer = try? await client.post(body, to: "/apis/authorization.k8s.io/v1/subjectaccessreviews") else { return false }
        let isAllowed = answer["status"]["allowed"].bool == true
        verdicts.withLock { verdicts in
            if verdicts.count >= Self.most { verdicts = [:] }
            verdicts[key] = (isAllowed, .now + Self.memory)
        }
        return isAllowed
    }
}
