import KubernetesTypes
import Objects

/// One alternative of an `Accept` header, or a `Content-Type`.
package struct MediaType: Sendable, Equatable {
    package let type: String
    package let parameters: [String: String]
    package let quality: Double

    /// Nil when the text has no slash and is not `*`.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ";")
        guard let first = parts.first else { return nil }
        let name = Self.trimmed(first).lowercased()
        guard name.contains("/") else { return nil }
        type = name
        var parameters: [String: String] = [:]
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { continue }
            parameters[Self.trimmed(pair[0]).lowercased()] = Self.trimmed(pair[1])
        }
        quality = parameters["q"].flatMap(Double.init) ?? 1
        self.parameters = parameters
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        var slice = text[...]
        while slice.first == " " || slice.first == "\t" { slice = slice.dropFirst() }
        while slice.last == " " || slice.last == "\t" { slice = slice.dropLast() }
        return String(slice)
    }

    /// The alternatives of an `Accept` header, best first; those of quality 0 are left out.
    package static func accepted(_ header: String) -> [MediaType] {
        let types = header.split(separator: ",").prefix(64).compactMap { MediaType($0) }.filter { $0.quality > 0 }
        return types.enumerated().sorted {
            $0.element.quality != $1.element.quality ? $0.element.quality > $1.element.quality : $0.offset < $1.offset
        }.map(\.element)
    }
}

/// The form in which an answer is written.
package struct Representation: Sendable, Equatable {
    package enum Encoding: String, Sendable {
        case json = "application/json"
        case yaml = "application/yaml"
        case protobuf = "application/vnd.kubernetes.protobuf"
        /// Behind the gate `CBORServingAndStorage`.
        case cbor = "application/cbor"
    }

    /// What an object is turned into first.
    package enum Transform: Sendable, Equatable {
        case none
        case table(version: String)
        case partialMetadata(version: String)
    }

    package var encoding: Encoding = .json
    package var transform: Transform = .none
    package var isStream = false
    /// Whether metadata was asked for as a list.
    package var wantsList = false
    package var isPretty = false
    /// Whether stored bytes can go out as they are.
    var isPlainJSON: Bool { encoding == .json && transform == .none && !isPretty }

    package static let supported = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"]

    /// What the server gives and takes, with what is behind a gate when that is on.
    static func supported(cbor: Bool) -> [String] { cbor ? supported + [Encoding.cbor.rawValue] : supported }

    /// Chooses by the `Accept` header; nil when nothing fits. `allowsTransform` for resources.
    package static func negotiate(accept: String?, allowsTransform: Bool, allowsCBOR: Bool = false, allowsTable: Bool = true) -> Representation? {
        guard let accept, !accept.isEmpty else { return Representation() }
        for type in MediaType.accepted(accept) {
            var representation = Representation()
            switch type.type {
            case "*/*", "application/json": representation.encoding = .json
            case "application/yaml": representation.encoding = .yaml
            case "application/vnd.kubernetes.protobuf": representation.encoding = .protobuf
            case "application/cbor" where allowsCBOR, "application/cbor-seq" where allowsCBOR: representation.encoding = .cbor
            default: continue
            }
            if let stream = type.parameters["stream"] {
                guard stream == "watch" else { continue }
                representation.isStream = true
            }
            representation.isPretty = type.parameters["pretty"] == "1"
            if let kind = type.parameters["as"] {
                guard allowsTransform, type.parameters["g"] == "meta.k8s.io" else { continue }
                let version = type.parameters["v"] ?? ""
                guard version == "v1" || version == "v1beta1" else { continue }
                switch kind {
                case "Table" where allowsTable && representation.encoding != .protobuf: representation.transform = .table(version: version)
                case "PartialObjectMetadata", "PartialObjectMetadataList":
                    representation.transform = .partialMetadata(version: version)
                    representation.wantsList = kind == "PartialObjectMetadataList"
                default: continue
                }
            }
            return representation
        }
        return nil
    }
}

/// The media types that a route can give at all, which is looked at before anything else.
enum RouteMediaTypes {
    /// Throws when an `Accept` header names none of them. Names are compared as they are written.
    static func check(_ accept: String?, _ available: [String] = Representation.supported) throws(StatusError) {
        guard let accept, !accept.isEmpty, !available.contains(accept), accept != "*/*" else { return }
        for alternative in accept.split(separator: ",") {
            let name = (alternative.split(separator: ";", omittingEmptySubsequences: false).first.map { String($0).trimmingSpaces } ?? "")
            if name == "*/*" || available.contains(name) { return }
        }
        throw StatusError(
            code: 406, reason: "NotAcceptable",
            message: "406: Not Acceptable\n\nAvailable representations: \(available.joined(separator: ", "))", details: .emptyObject)
    }

    /// Custom kinds have no protobuf form of their own; throws when a client takes nothing else.
    static func checkCustom(_ accept: String?) throws(StatusError) {
        guard let accept, !accept.isEmpty else { return }
        let types = MediaType.accepted(accept)
        let isProtobufOnly = !types.isEmpty && types.allSatisfy {
            $0.type == Representation.Encoding.protobuf.rawValue && $0.parameters["as"] == nil
        }
        if isProtobufOnly { throw .notAcceptable(Representation.supported) }
    }
}
