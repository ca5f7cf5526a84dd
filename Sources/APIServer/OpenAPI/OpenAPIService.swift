#if canImport(Glibc)
import Glibc
#endif
import Aggregation
import HTTPServing
import KubernetesTypes
import NIOCore
import Objects
import Schema
import Synchronization

/// `/openapi/v2` and `/openapi/v3`: what the server serves, described for clients.
///
/// A document is made when it is first asked for and kept as bytes until the kinds that it describes change.
final class OpenAPIService: Sendable {
    private struct Cached {
        let fingerprint: String
        let bytes: ByteBuffer
    }

    /// Upstream gives the index no type, and its library guesses this one.
    private static let indexType = "text/plain; charset=utf-8"

    private let kinds: ServedKinds
    private let catalogue: KindCatalogue
    private let version: String
    private let aggregator: Aggregator
    private let endpoints: EndpointDocuments
    private let documents = Mutex<[String: Cached]>([:])

    init(kinds: ServedKinds, catalogue: KindCatalogue, version: String, aggregator: Aggregator) {
        self.aggregator = aggregator
        endpoints = EndpointDocuments(catalogue: catalogue)
        self.kinds = kinds
        self.catalogue = catalogue
        self.version = version
    }

    func answer(_ request: ServerRequest) throws(StatusError) -> Answer? {
        let parts = request.segments
        guard parts.first == "openapi", parts.count >= 2 else { return nil }
        switch parts[1] {
        case "v2" where parts.count == 2:
            let fingerprint = fingerprint(all(), remotes: aggregator.remotes)
            let types = MediaType.accepted(request.headers["accept"] ?? "").map(\.type)
            if let first = types.first, OpenAPIProtobuf.two.accepted.contains(first) {
                return respond(request, name: "v2.protobuf", fingerprint, OpenAPIProtobuf.two.contentType) {
                    OpenAPIProtobuf.encodeTwo(self.versionTwo())
                }
            }
            return try respond(request, name: "v2", fingerprint) { self.versionTwo() }
        case "v3" where parts.count == 2:
            try Self.requireJSON(request)
            return .bytes(status: 200, contentType: Self.indexType, ByteBuffer(bytes: index().json), headers: [])
        case "v3":
            let path = parts.dropFirst(2).joined(separator: "/")
            if let groupVersion = Self.groupVersion(Array(parts.dropFirst(2))), let remote = aggregator.remote(groupVersion) {
                return aggregator.forward(request, to: remote, path: request.path, query: request.rawQuery)
            }
            let served = Self.groupVersion(Array(parts.dropFirst(2))).map(kinds(in:)) ?? []
            if served.isEmpty, let document = endpoints.document(path, groups: groups) {
                return try respond(request, name: path, EndpointDocuments.hash(document)) { document }
            }
            if served.isEmpty { return .bytes(status: 404, contentType: "", ByteBuffer(), headers: []) }
            return try respond(request, name: path, fingerprint(served)) { self.versionThree(served) }
        default: return nil
        }
    }

    private static func groupVersion(_ parts: [String]) -> GroupVersion? {
        switch (parts.first, parts.count) {
        case ("api", 2): return GroupVersion(group: "", version: parts[1])
        case ("apis", 3): return GroupVersion(group: parts[1], version: parts[2])
        default: return nil
        }
    }

    // MARK: answers

    private static func requireJSON(_ request: ServerRequest) throws(StatusError) {
        guard let accept = request.headers["accept"], !accept.isEmpty else { return }
        let types = MediaType.accepted(accept).map(\.type)
        if types.contains(where: { $0 == "application/json" || $0 == "*/*" || $0 == "application/*" }) { return }
        throw StatusError(
            code: 406, reason: "NotAcceptable", message: "406: Not Acceptable\n\nAvailable representations: application/json",
            details: .emptyObject)
    }

    /// A document with its hash as entity tag; a client that names the hash in the query may keep it for ever.
    private func respond(
        _ request: ServerRequest, name: String, _ fingerprint: String, _ make: () -> Value
    ) throws(StatusError) -> Answer {
        let types = MediaType.accepted(request.headers["accept"] ?? "").map(\.type)
        if let first = types.first, OpenAPIProtobuf.three.accepted.contains(first) {
            return respond(request, name: name + ".protobuf", fingerprint, OpenAPIProtobuf.three.contentType) {
                OpenAPIProtobuf.encodeThree(make())
            }
        }
        try Self.requireJSON(request)
        return respond(request, name: name, fingerprint, "application/json") { make().json }
    }

    private func respond(
        _ request: ServerRequest, name: String, _ fingerprint: String, _ type: String, _ make: () -> [UInt8]
    ) -> Answer {
        var headers: [(String, String)] = [("etag", "\"\(fingerprint)\""), ("vary", "Accept-Encoding, Accept")]
        if let wanted = request.query["hash"], !wanted.isEmpty {
            if wanted != fingerprint {
                let path = "\(request.path)?hash=\(fingerprint)"
                return .bytes(status: 301, contentType: type, ByteBuffer(), headers: [("location", path)])
            }
            headers.append(("cache-control", "public, immutable"))
            headers.append(("expires", "Fri, 01 Jan 2100 00:00:00 GMT"))
        }
        if request.headers["if-none-match"] == "\"\(fingerprint)\"" {
            return .bytes(status: 304, contentType: type, ByteBuffer(), headers: headers)
        }
        return .bytes(status: 200, contentType: type, bytes(name, fingerprint, make), headers: headers)
    }

    private func bytes(_ name: String, _ fingerprint: String, _ make: () -> [UInt8]) -> ByteBuffer {
        let known = documents.withLock { $0[name] }
        if let known, known.fingerprint == fingerprint { return known.bytes }
        let bytes = ByteBuffer(bytes: make())
        documents.withLock { $0[name] = Cached(fingerprint: fingerprint, bytes: bytes) }
        return bytes
    }

    private func all() -> [ServedKind] {
        let table = kinds.snapshot()
        return table.groupVersions.flatMap { groupVersion in Self.sorted(table.kinds[groupVersion] ?? [:]) }
    }

    private var groups: [String] { Array(Set(kinds.snapshot().groupVersions.map(\.group))).sorted() }

    private func kinds(in groupVersion: GroupVersion) -> [ServedKind] { Self.sorted(kinds.snapshot().kinds[groupVersion] ?? [:]) }

    private static func sorted(_ kinds: [String: ServedKind]) -> [ServedKind] {
        kinds.values.sorted { $0.description.resource < $1.description.resource }
    }

    /// Clients keep documents by their fingerprints, so those of another build must have others, though it serves the same kinds.
    private static let program: String = {
        var status = stat()
        return stat("/proc/self/exe", &status) == 0 ? "\(status.st_size) \(status.st_mtim.tv_sec)" : ""
    }()

    /// Changes when what is served changes.
    private func fingerprint(_ served: [ServedKind], remotes: [APIServiceRegistration] = []) -> String {
        var sum: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ text: String) {
            for byte in text.utf8 { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01b3 }
            sum = (sum ^ 0xff) &* 0x100_0000_01b3
        }
        add(version)
        add(Self.program)
        for kind in served {
            add(kind.description.id.description)
            add(kind.description.resource)
            add(kind.schemaRevision)
        }
        for remote in remotes { add(aggregator.documents(remote.groupVersion)?.fingerprint ?? "") }
        let digits = String(sum, radix: 16, uppercase: true)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    // MARK: documents

    private func index() -> Value {
        let table = kinds.snapshot()
        var paths: [(String, Value)] = []
        for groupVersion in table.groupVersions {
            let path = groupVersion.group.isEmpty ? "api/\(groupVersion.version)" : "apis/\(groupVersion)"
            let hash = fingerprint(Self.sorted(table.kinds[groupVersion] ?? [:]))
            paths.append((path, ["serverRelativeURL": .string("/openapi/v3/\(path)?hash=\(hash)")]))
        }
        for path in EndpointDocuments.paths(groups: groups) {
            guard let document = endpoints.document(path, groups: groups) else { continue }
            paths.append((path, ["serverRelativeURL": .string("/openapi/v3/\(path)?hash=\(EndpointDocuments.hash(document))")]))
        }
        for remote in aggregator.remotes {
            guard let url = aggregator.documents(remote.groupVersion)?.openAPIv3URL else { continue }
            paths.removeAll { $0.0 == "apis/\(remote.groupVersion)" }
            paths.append(("apis/\(remote.groupVersion)", ["serverRelativeURL": .string(url)]))
        }
        return ["paths": .object(Members(paths.sorted { $0.0 < $1.0 }))]
    }

    private func writer(_ version: SchemaWriter.Version, _ served: [ServedKind]) -> PathWriter {
        let groupVersions = Set(served.map(\.groupVersion))
        var known = served.map { ($0.description.type, $0.description.id) }
        // Bodies and lists of the same versions have types of their own.
        let others = catalogue.kinds.filter { $0.resource.isEmpty && (groupVersions.contains($0.id.groupVersion) || $0.id.group == "meta.k8s.io") }
        known += others.map { ($0.type, $0.id) }
        let types = catalogue.messageNames.compactMap { catalogue.message(named: $0) }
        var writer = PathWriter(SchemaWriter(version, types: types, kinds: known, served: served), catalogue: catalogue)
        for kind in served { writer.add(kind.description) }
        for other in others where groupVersions.contains(other.id.groupVersion) { _ = writer.schemas.reference(other.type) }
        return writer
    }

    private static func map(_ values: [String: Value]) -> Value {
        .object(Members(values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
    }

    private func versionThree(_ served: [ServedKind]) -> Value {
        var writer = writer(.three, served)
        let schemas = writer.schemas.finish()
        return [
            "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": .string(EndpointDocuments.version)],
            "paths": .object(Members(writer.paths.sorted { $0.0 < $1.0 })),
            "components": [
                "schemas": Self.map(schemas),
                "securitySchemes": EndpointDocuments.securitySchemes,
            ],
        ]
    }

    private func versionTwo() -> Value {
        var writer = writer(.two, all())
        let schemas = writer.schemas.finish()
        var document: Value = [
            "swagger": "2.0", "info": ["title": "Kubernetes", "version": .string(version)],
            "paths": .object(Members(writer.paths.sorted { $0.0 < $1.0 })), "definitions": Self.map(schemas),
            "securityDefinitions": ["BearerToken": ["type": "apiKey", "name": "authorization", "in": "header"]],
            "security": [["BearerToken": []]],
        ]
        for remote in aggregator.remotes {
            guard let other = aggregator.documents(remote.groupVersion)?.openAPIv2, other.isObject else { continue }
            document = OpenAPIMerge.merge(other, of: remote.groupVersion, into: document)
        }
        return document
    }
}
