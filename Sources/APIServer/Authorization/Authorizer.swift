package import KubernetesTypes
package import Objects
package import Schema

/// What somebody wants to do, as authorization sees it.
package struct AccessRequest: Sendable, Equatable {
    package var user: UserInfo
    package var verb: String
    package var isResourceRequest: Bool
    package var group = ""
    package var version = ""
    package var resource = ""
    package var subresource = ""
    package var namespace = ""
    package var name = ""
    /// For what is no resource.
    package var path = ""
    /// What the objects of a list or a watch have to be.
    package var fields = FieldSelector.everything

    package init(user: UserInfo, verb: String, isResourceRequest: Bool) {
        self.user = user
        self.verb = verb
        self.isResourceRequest = isResourceRequest
    }

    package init(_ info: RequestInfo, user: UserInfo) {
        self.init(user: user, verb: info.verb, isResourceRequest: info.isResourceRequest)
        group = info.group
        version = info.version
        resource = info.resource
        subresource = info.subresource
        namespace = info.namespace
        name = info.name.isEmpty ? info.fields.required("metadata.name") ?? "" : info.name
        fields = info.fields
        path = info.path
    }

    /// `resource/subresource`, or the resource.
    var fullResource: String { subresource.isEmpty ? resource : resource + "/" + subresource }

    /// The sentence of a refusal.
    package var refusal: String {
        if !isResourceRequest { return "User \"\(user.name)\" cannot \(verb) path \"\(path)\"" }
        let place = namespace.isEmpty ? " at the cluster scope" : " in the namespace \"\(namespace)\""
        return "User \"\(user.name)\" cannot \(verb) resource \"\(fullResource)\" in API group \"\(group)\"\(place)"
    }
}

package enum AccessDecision: Sendable, Equatable {
    case allow(reason: String)
    /// This authorizer says nothing; the next one may.
    case noOpinion(reason: String = "")
    case deny(reason: String)
}

/// Decides in memory; called for every request.
package protocol Authorizer: Sendable {
    func decide(_ request: AccessRequest) -> AccessDecision
}

/// The first opinion counts; without one the answer is no.
package struct AuthorizerChain: Authorizer {
    let authorizers: [any Authorizer]

    package init(_ authorizers: [any Authorizer]) { self.authorizers = authorizers }

    package func decide(_ request: AccessRequest) -> AccessDecision {
        var reasons: [String] = []
        for authorizer in authorizers {
            let decision = authorizer.decide(request)
            guard case .noOpinion(let reason) = decision else { return decision }
            if !reason.isEmpty { reasons.append(reason) }
        }
        return .noOpinion(reason: reasons.joined(separator: ", "))
    }

    package func allows(_ request: AccessRequest) -> Bool {
        if case .allow = decide(request) { return true }
        return false
    }
}

/// Members of `system:masters` may do everything: the way in when roles are broken.
package struct MastersAuthorizer: Authorizer {
    package init() {}

    package func decide(_ request: AccessRequest) -> AccessDecision {
        request.user.groups.contains(UserInfo.mastersGroup) ? .allow(reason: "") : .noOpinion()
    }
}
