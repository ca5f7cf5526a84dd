import APIClient
import ContainerRuntime
import KubernetesTypes
import Objects

/// Makes sure that a container's image is on this machine, by its pull policy.
struct ImagePuller: Sendable {
    let runtime: CRIClient
    let client: APIClient
    let recorder: EventRecorder

    /// The image that is to be run. Throws `ErrImageNeverPull`, `InvalidImageName` or `ErrImagePull`.
    func ensure(_ container: Value, _ pod: Pod, recentlyFailed: Bool) async throws(PodSetupError) -> ImageSummary {
        let name = container["image"].string ?? ""
        let field = PodSync.fieldPath(container["name"].string ?? "", pod)
        let policy = container["imagePullPolicy"].string ?? "IfNotPresent"
        guard Self.isValid(name) else {
            recorder.record(pod, type: "Warning", reason: "InspectFailed", message: "Failed to apply default image tag \"\(name)\": couldn't parse image name", field: field)
            throw PodSetupError(reason: "InvalidImageName", description: "Failed to apply default image tag \"\(name)\": couldn't parse image name")
        }
        let full = ImageBuilder.fullName(name)
        do throws(RuntimeError) {
            let present = try await runtime.image(full)
            if let present, policy != "Always" {
                recorder.record(pod, reason: "Pulled", message: "Container image \"\(name)\" already present on machine", field: field)
                return present
            }
            if policy == "Never" {
                recorder.record(pod, type: "Warning", reason: "ErrImageNeverPull", message: "Container image \"\(name)\" is not present with pull policy of Never", field: field)
                throw RuntimeError(code: Self.never, "never")
            }
            return try await pull(name, full, pod, field)
        } catch {
            if error.code == Self.never {
                throw PodSetupError(reason: "ErrImageNeverPull", description: "Container image \"\(name)\" is not present with pull policy of Never")
            }
            let prefix = "failed to pull and unpack image \"\(full)\": "
            let text = "\(error)".hasPrefix(prefix) ? "\(error)" : prefix + "\(error)"
            recorder.record(pod, type: "Warning", reason: "Failed", message: "Failed to pull image \"\(name)\": \(text)", field: field)
            if recentlyFailed {
                recorder.record(pod, reason: "BackOff", message: "Back-off pulling image \"\(name)\"", field: field)
                throw PodSetupError(reason: "ImagePullBackOff", description: "Back-off pulling image \"\(name)\": ErrImagePull: \(text)")
            }
            throw PodSetupError(reason: "ErrImagePull", description: text)
        }
    }

    private static let never = -1

    private func pull(_ name: String, _ full: String, _ pod: Pod, _ field: String) async throws(RuntimeError) -> ImageSummary {
        recorder.record(pod, reason: "Pulling", message: "Pulling image \"\(name)\"", field: field)
        let begun = ContinuousClock.now
        var failure: RuntimeError?
        for login in await logins(full, pod) + [RegistryLogin(username: "", password: "")] {
            do throws(RuntimeError) {
                _ = try await runtime.pull(full, username: login.username, password: login.password)
                guard let pulled = try await runtime.image(full) else { throw RuntimeError(code: 5, "the image is not there after its pull") }
                let took = (ContinuousClock.now - begun).components
                recorder.record(
                    pod, reason: "Pulled", message: "Successfully pulled image \"\(name)\" in \(took.seconds).\(took.attoseconds / 100_000_000_000_000_000)s. Image size: \(pulled.size) bytes.", field: field)
                return pulled
            } catch {
                failure = error
            }
        }
        throw failure ?? RuntimeError(code: 5, "not found")
    }

    /// What the pod's pull secrets say about the image's registry.
    private func logins(_ image: String, _ pod: Pod) async -> [RegistryLogin] {
        var found: [RegistryLogin] = []
        for reference in pod.value["spec"]["imagePullSecrets"].array {
            guard let name = reference["name"].string, let secret = try? await client.get(Secret.self, pod.namespace, name) else { continue }
            found += RegistryLogin.read(secret.value, image: image)
        }
        return found
    }

    /// A reference as registries take it: path components in small letters, a tag or a digest.
    static func isValid(_ name: String) -> Bool {
        var rest = name[...]
        if let at = rest.firstIndex(of: "@") {
            let digest = rest[rest.index(after: at)...]
            guard digest.hasPrefix("sha256:"), digest.count == 71 else { return false }
            rest = rest[..<at]
        }
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        guard let last = parts.last, !last.isEmpty else { return false }
        let tagged = last.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if tagged.count == 2, !tagged[1].allSatisfy({ $0.isLetter || $0.isNumber || "_.-".contains($0) }) || tagged.last?.isEmpty == true { return false }
        let names = parts.dropLast().enumerated().filter { $0.offset > 0 || !($0.element.contains(".") || $0.element.contains(":")) }.map(\.element)
        return (names + [tagged.first ?? ""]).allSatisfy { part in
            !part.isEmpty && part.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || "._-".contains($0)) }
        }
    }
}

/// A name and password for a registry, out of a pull secret.
struct RegistryLogin: Sendable, Equatable {
    let username: String
    let password: String

    /// Reads `.dockerconfigjson` (or the older `.dockercfg`) of a secret. What does not parse gives nothing.
    static func read(_ secret: Value, image: String) -> [RegistryLogin] {
        let host = image.split(separator: "/").first.map(String.init) ?? ""
        var found: [RegistryLogin] = []
        for key in [".dockerconfigjson", ".dockercfg"] {
            guard let text = secret["data"][key].string, let bytes = Base64.decode(text), let config = try? Value(json: bytes) else { continue }
            let auths = key == ".dockercfg" ? config : config["auths"]
            for entry in auths.members where registry(entry.key) == host {
                if let login = login(entry.value) { found.append(login) }
            }
        }
        return found
    }

    private static func registry(_ key: String) -> String {
        var name = key[...]
        for scheme in ["https://", "http://"] where name.hasPrefix(scheme) { name = name.dropFirst(scheme.count) }
        let host = name.split(separator: "/").first.map(String.init) ?? ""
        return host == "index.docker.io" ? "docker.io" : host
    }

    private static func login(_ entry: Value) -> RegistryLogin? {
        if let username = entry["username"].string, let password = entry["password"].string {
            return RegistryLogin(username: username, password: password)
        }
        guard let bytes = Base64.decode(entry["auth"].string ?? "") else { return nil }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: ":", maxSplits: 1).map(String.init)
        return parts.count == 2 ? RegistryLogin(username: parts[0], password: parts[1]) : nil
    }
}
