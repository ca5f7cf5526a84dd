import HTTPServing
import KubernetesTypes
import Objects
import Schema
import Strategies

/// The parameters of list, watch and deletecollection, read and checked.
struct ListOptions: Sendable {
    enum Match: Sendable { case unset, exact, notOlderThan }

    var filter: ObjectFilter
    /// Nil when unset or empty; `0` means whatever is at hand.
    var resourceVersion: Int64?
    var match = Match.unset
    var limit = 0
    var continuation: ContinueToken?
    var timeoutSeconds: Int64?
    var sendsBookmarks = false
    var sendsInitialEvents: Bool?
    let isWatch: Bool

    /// Throws the `StatusError` that Kubernetes gives for each mistake.
    init(_ query: QueryParameters, info: RequestInfo, kind: ServedKind, isWatch: Bool) throws(StatusError) {
        self.isWatch = isWatch
        filter = ObjectFilter()
        filter.namespace = kind.description.isNamespaced ? info.namespace : ""
        filter.selectable = kind.store.strategy.selectableFields
        try readSelectors(query, info: info, kind: kind)
        sendsBookmarks = query.flag("allowWatchBookmarks")
        if let text = query["sendInitialEvents"], !text.isEmpty { sendsInitialEvents = query.flag("sendInitialEvents") }
        if let text = query["timeoutSeconds"], !text.isEmpty {
            guard let number = Int64(text) else { throw .badRequest("strconv.ParseInt: parsing \"\(text)\": invalid syntax") }
            timeoutSeconds = number
        }
        if let text = query["limit"], !text.isEmpty {
            guard let number = Int64(text) else {
                throw .badRequest("strconv.ParseInt: parsing \"\(text)\": invalid syntax")
            }
            limit = Int(clamping: max(number, 0))
        }
        try readVersion(query)
    }

    private mutating func readSelectors(_ query: QueryParameters, info: RequestInfo, kind: ServedKind) throws(StatusError) {
        do {
            if let text = query["labelSelector"], !text.isEmpty { filter.labels = try LabelSelector(parsing: text) }
        } catch {
            throw .badRequest(error.description)
        }
        do {
            if let text = query["fieldSelector"], !text.isEmpty { filter.fields = try FieldSelector(parsing: text) }
        } catch {
            throw .badRequest(error.description)
        }
        if let names = kind.conversion?.selectorNames {
            for term in filter.fields.terms where !term.field.hasPrefix("metadata.") && names[term.field] == nil {
                throw .badRequest("field label not supported: \(term.field)")
            }
            filter.fields = filter.fields.renamed { names[$0] ?? $0 }
        } else if kind.description.resource == "pods", kind.isBuiltIn {
            filter.fields = filter.fields.renamed { $0 == "spec.host" ? "spec.nodeName" : $0 }
        }
        // What another version of a custom kind is selected by means nothing to this one.
        let selectable = kind.custom?.selectableFields ?? filter.selectable
        for term in filter.fields.terms {
            let known = term.field == "metadata.name" || (term.field == "metadata.namespace" && kind.description.isNamespaced)
                || selectable.contains(term.field)
            if !known {
                if kind.isBuiltIn, kind.description.id.kind == "Job" {
                    throw .badRequest("field label \"\(term.field)\" not supported for Job")
                }
                throw .badRequest(
                    kind.custom != nil || !selectable.isEmpty
                        ? "field label not supported: \(term.field)"
                        : "\"\(term.field)\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")
            }
        }
        if !info.name.isEmpty, info.resource != "namespaces" || kind.description.resource == "namespaces" {
            filter.name = info.name
        } else {
            filter.name = filter.fields.required("metadata.name")
        }
        if filter.namespace.isEmpty, kind.description.isNamespaced {
            filter.namespace = filter.fields.required("metadata.namespace") ?? ""
        }
        guard let name = filter.name, !name.isEmpty else { return }
        if !kind.description.isNamespaced {
            filter.key = name
        } else if !filter.namespace.isEmpty {
            filter.key = ResourceStore.key(filter.namespace, name)
        }
    }

    /// A resource version as a number. Throws what Kubernetes answers to one that is none.
    static func version(_ text: String) throws(StatusError) -> Int64 {
        guard let number = UInt64(text), let version = Int64(exactly: number) else {
            throw .unexpected("resourceVersion: Invalid value: \"\(text)\": strconv.ParseUint: parsing \"\(text)\": invalid syntax")
        }
        return version
    }

    private mutating func readVersion(_ query: QueryParameters) throws(StatusError) {
        let text = query["resourceVersion"] ?? ""
        let matchText = query["resourceVersionMatch"] ?? ""
        let token = query["continue"] ?? ""
        var errors: [FieldError] = []
        switch matchText {
        case "": break
        case "Exact": match = .exact
        case "NotOlderThan": match = .notOlderThan
        default: errors.append(.notSupported("resourceVersionMatch", .string(matchText), ["Exact", "NotOlderThan", ""]))
        }
        if isWatch {
            if sendsInitialEvents != nil {
                if match != .notOlderThan {
                    errors.append(
                        .forbidden("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"))
                }
                if match == .exact {
                    errors.append(.notSupported("resourceVersionMatch", .string(matchText), ["NotOlderThan"]))
                }
            } else if !matchText.isEmpty {
                errors.append(.forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"))
            }
        } else {
            if sendsInitialEvents != nil {
                errors.append(.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"))
            }
            if !matchText.isEmpty, errors.isEmpty {
                if text.isEmpty {
                    errors.append(.forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided"))
                }
                if !token.isEmpty {
                    errors.append(.forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided"))
                }
                if match == .exact, text == "0" {
                    errors.append(.forbidden("resourceVersionMatch", "resourceVersionMatch \"Exact\" is forbidden for resourceVersion \"0\""))
                }
            }
        }
        if !errors.isEmpty {
            throw .invalid(GroupVersionKind(group: "meta.k8s.io", version: "v1", kind: "ListOptions"), "", errors)
        }
        if !text.isEmpty {
            // Kubernetes looks at a list's version before it begins, and at a watch's after.
            if !isWatch, UInt64(text) == nil {
                throw .badRequest("invalid resource version: resourceVersion: Invalid value: \"\(text)\": strconv.ParseUint: parsing \"\(text)\": invalid syntax")
            }
            resourceVersion = try Self.version(text)
        }
        // Whatever is at hand is at hand as a whole.
        if !isWatch, resourceVersion == 0, token.isEmpty, match != .exact { limit = 0 }
        if !token.isEmpty, !isWatch {
            if let resourceVersion, resourceVersion != 0 {
                throw .badRequest("specifying resource version is not allowed when using continue")
            }
            continuation = try ContinueToken(token)
        }
    }
}

/// Where the next page of a list begins.
struct ContinueToken: Sendable {
    /// In place of a revision: the list goes on with whatever is newest.
    static let newest: Int64 = -1

    let revision: Int64
    /// The key, `namespace/name` or `name`, after which the page begins.
    let after: String

    init(revision: Int64, after: String) {
        self.revision = revision
        self.after = after
    }

    init(_ text: String) throws(StatusError) {
        func refusal(_ problem: String) -> StatusError { .badRequest("invalid continue token: continue key is not valid: \(problem)") }
        guard let bytes = Base64.decode(text) else { throw refusal("illegal base64 data at input byte 0") }
        let value: Value
        do {
            value = try Value(json: bytes)
        } catch {
            throw refusal("\(error)")
        }
        guard value["v"].string == "meta.k8s.io/v1", let revision = value["rv"].int, var start = value["start"].string else {
            throw refusal("server does not recognize this encoded version \"\(value["v"].string ?? "")\"")
        }
        if start.hasSuffix("\0") { start.removeLast() }
        self.init(revision: revision, after: start)
    }

    /// Whether the page is of another state than those before it.
    var isInconsistent: Bool { revision == Self.newest }

    var text: String {
        let value: Value = ["v": "meta.k8s.io/v1", "rv": .int(revision), "start": .string(after + "\0")]
        return Base64.encode(value.json, urlSafe: true)
    }
}
