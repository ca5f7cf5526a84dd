package import Objects

/// Who asks.
package struct UserInfo: Sendable, Hashable {
    package let name: String
    package let uid: String
    package let groups: [String]
    package let extra: [String: [String]]

    package init(name: String, uid: String = "", groups: [String] = [], extra: [String: [String]] = [:]) {
        self.name = name
        self.uid = uid
        self.groups = groups
        self.extra = extra
    }

    package static let anonymous = UserInfo(name: "system:anonymous", groups: ["system:unauthenticated"])
    package static let authenticatedGroup = "system:authenticated"
    /// May do everything, whatever the roles say.
    package static let mastersGroup = "system:masters"

    /// The `UserInfo` of the authentication API.
    package var value: Value {
        var value: Value = ["username": .string(name)]
        if !uid.isEmpty { value["uid"] = .string(uid) }
        if !groups.isEmpty { value["groups"] = Value(groups) }
        if !extra.isEmpty {
            value["extra"] = .object(Members(extra.sorted { $0.key < $1.key }.map { ($0.key, Value($0.value)) }))
        }
        return value
    }

    /// Namespace and name when this is a service account.
    package var serviceAccount: (namespace: String, name: String)? {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "system", parts[1] == "serviceaccount" else { return nil }
        return (String(parts[2]), String(parts[3]))
    }
}
