import Authentication
import Authorization
import KubernetesTypes
import Objects
import Synchronization

/// Decides who may act as whom.
///
/// There are several modes. The constrained ones want two rights: to be that user (`impersonate:<mode>`) and to do
/// under that name what the request asks for (`impersonate-on:<mode>:<verb>`). The old one, `impersonate`, gives all
/// that the user has, and comes last.
final class Impersonator: Sendable {
    enum Mode: String, Sendable, CaseIterable {
        case associatedNode = "associated-node"
        case arbitraryNode = "arbitrary-node"
        case serviceAccount = "serviceaccount"
        case userInfo = "user-info"
        case legacy = ""

        var verb: String { self == .legacy ? "impersonate" : "impersonate:" + rawValue }
    }

    struct Result: Sendable, Equatable {
        let user: UserInfo
        /// The verb of a constrained mode, for the audit.
        let constraint: String?
    }

    private let authorizer: AuthorizerChain
    /// The mode that last let a user act as another. Tried first, so that the old mode costs what it always did.
    private let lastModes = Mutex<[String: Mode]>([:])
    private static let rememberedUsers = 10_000
    /// From this many on, the right to all of them is asked for before the right to each.
    private static let many = 4

    init(authorizer: AuthorizerChain) { self.authorizer = authorizer }

    /// The user whom `access` goes on as. The refusal is the one of the mode that was tried first.
    func user(_ wanted: ImpersonationHeaders, for access: AccessRequest) throws(StatusError) -> Result {
        let requestor = access.user
        let last = lastModes.withLock { $0[requestor.name] }
        var refusal: StatusError?
        for mode in (last.map { [$0] } ?? []) + Mode.allCases.filter({ $0 != last }) where Self.applies(mode, wanted, requestor) {
            do throws(StatusError) {
                let result = try check(mode, wanted, access)
                if mode != last { remember(mode, of: requestor.name) }
                return result
            } catch {
                refusal = refusal ?? error
            }
        }
        throw refusal ?? RequestChain.forbidden(access)
    }

    private func remember(_ mode: Mode, of user: String) {
        lastModes.withLock { modes in
            if modes.count >= Self.rememberedUsers { modes.removeAll() }
            modes[user] = mode
        }
    }

    private static func applies(_ mode: Mode, _ wanted: ImpersonationHeaders, _ requestor: UserInfo) -> Bool {
        switch mode {
        case .associatedNode:
            guard wanted.namesOnlyUser, let node = wanted.node, requestor.serviceAccount != nil else { return false }
            return requestor.extra["authentication.kubernetes.io/node-name"] == [node]
        case .arbitraryNode: return wanted.namesOnlyUser && wanted.node != nil
        case .serviceAccount: return wanted.namesOnlyUser && wanted.serviceAccount != nil
        case .userInfo: return wanted.node == nil && wanted.serviceAccount == nil
        case .legacy: return true
        }
    }

    private func check(_ mode: Mode, _ wanted: ImpersonationHeaders, _ access: AccessRequest) throws(StatusError) -> Result {
        if mode != .legacy {
            var action = access
            action.verb = "impersonate-on:\(mode.rawValue):\(access.verb)"
            try allow(action)
        }
        var groups = wanted.groups
        try checkName(mode, wanted, access.user, &groups)
        if !wanted.uid.isEmpty { try allow(right(mode, access.user, "uids", wanted.uid)) }
        try checkGroups(mode, wanted.groups, access.user)
        try checkExtra(mode, wanted.extra, access.user)
        if wanted.name == UserInfo.anonymous.name {
            for group in UserInfo.anonymous.groups where !groups.contains(group) { groups.append(group) }
        } else if !groups.contains(where: UserInfo.anonymous.groups.contains), !groups.contains(UserInfo.authenticatedGroup) {
            groups.append(UserInfo.authenticatedGroup)
        }
        var extra: [String: [String]] = [:]
        for item in wanted.extra { extra[item.key] = item.values }
        return Result(
            user: UserInfo(name: wanted.name, uid: wanted.uid, groups: groups, extra: extra),
            constraint: mode == .legacy ? nil : mode.verb)
    }

    // MARK: the rights to what makes a user

    private func checkName(_ mode: Mode, _ wanted: ImpersonationHeaders, _ requestor: UserInfo, _ groups: inout [String]) throws(StatusError) {
        var access = right(mode, requestor, "users", wanted.name)
        if let account = wanted.serviceAccount {
            access.resource = "serviceaccounts"
            access.namespace = account.namespace
            access.name = account.name
            if groups.isEmpty { groups = ["system:serviceaccounts", "system:serviceaccounts:\(account.namespace)"] }
        } else if mode != .legacy, let node = wanted.node {
            access.resource = "nodes"
            // Whoever may be their own node may be so on every node.
            access.name = mode == .associatedNode ? "*" : node
            groups = ["system:nodes"]
        }
        try allow(access)
    }

    private func checkGroups(_ mode: Mode, _ groups: [String], _ requestor: UserInfo) throws(StatusError) {
        guard !groups.isEmpty else { return }
        if mode != .legacy {
            if groups.contains("") {
                throw RequestChain.forbidden(right(mode, requestor, "groups", ""), "impersonating the empty string group is not allowed")
            }
            if groups.contains(UserInfo.mastersGroup) {
                let access = right(mode, requestor, "groups", UserInfo.mastersGroup)
                throw RequestChain.forbidden(access, "impersonating the system:masters group is not allowed")
            }
            if groups.count >= Self.many, authorizer.allows(right(mode, requestor, "groups", "*")) { return }
        }
        for group in groups { try allow(right(mode, requestor, "groups", group)) }
    }

    private func checkExtra(_ mode: Mode, _ extra: [ImpersonationHeaders.Extra], _ requestor: UserInfo) throws(StatusError) {
        guard !extra.isEmpty else { return }
        if mode != .legacy {
            if let problem = extra.lazy.compactMap(Self.problem).first {
                throw RequestChain.forbidden(right(mode, requestor, "userextras", ""), problem)
            }
            if extra.reduce(0, { $0 + $1.values.count }) >= Self.many {
                var all = right(mode, requestor, "userextras", "*")
                all.subresource = "*"
                if authorizer.allows(all) { return }
            }
        }
        for item in extra {
            for value in item.values {
                var access = right(mode, requestor, "userextras", value)
                access.subresource = item.key
                try allow(access)
            }
        }
    }

    /// What the constrained modes do not take as an extra.
    private static func problem(_ extra: ImpersonationHeaders.Extra) -> String? {
        if extra.key.isEmpty { return "impersonating the empty string key in extra is not allowed" }
        let parts = extra.key.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty, NameRules.dns1123Subdomain(String(parts[0])).isEmpty else {
            return "impersonating an invalid key in extra is not allowed: extra.key: Invalid value: \"\(extra.key)\": "
                + "must be a domain-prefixed path (such as \"acme.io/foo\")"
        }
        if extra.key != extra.key.lowercased() { return "impersonating a non-lowercase key in extra is not allowed: \"\(extra.key)\"" }
        return extra.values.contains("") ? "impersonating the empty string value in extra is not allowed" : nil
    }

    private func right(_ mode: Mode, _ requestor: UserInfo, _ resource: String, _ name: String) -> AccessRequest {
        var access = AccessRequest(user: requestor, verb: mode.verb, isResourceRequest: true)
        // The old mode has users, groups and accounts in the core group.
        let isCore = mode == .legacy && resource != "uids" && resource != "userextras"
        access.group = isCore ? "" : "authentication.k8s.io"
        access.version = "v1"
        access.resource = resource
        access.name = name
        return access
    }

    private func allow(_ access: AccessRequest) throws(StatusError) {
        switch authorizer.decide(access) {
        case .allow: return
        case .deny(let reason), .noOpinion(let reason): throw RequestChain.forbidden(access, reason)
        }
    }
}
