import APIClient
import ContainerRuntime
import KubernetesTypes
import Objects

/// Makes sure that a container's image is on this machine, by its pull policy.
struct ImagePuller: Sendable {
    let runtime: CRIClient
    let client: APIClient
    let recorder: EventRecorder
    let pulled: PulledImages

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
            let logins = await logins(full, pod)
            if let present, policy != "Always", !pulled.mustPull(full, id: present.id, logins: logins) {
                recorder.record(
                    pod, reason: "Pulled", message: "Container image \"\(name)\" already present on machine and can be accessed by the pod", field: field)
                return present
            }
            if policy == "Never" {
                recorder.record(pod, type: "Warning", reason: "ErrImageNeverPull", message: "Container image \"\(name)\" is not present with pull policy of Never", field: field)
                throw RuntimeError(code: Self.never, "never")
            }
            return try await pull(name, full, logins, pod, field)
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

    private func pull(_ name: String, _ full: String, _ logins: [RegistryLogin], _ pod: Pod, _ field: String) async throws(RuntimeError) -> ImageSummary {
        recorder.record(pod, reason: "Pulling", message: "Pulling image \"\(name)\"", field: field)
        let begun = ContinuousClock.now
        do throws(HostFile.Failure) {
            try pulled.begin(full)
        } catch {
            throw RuntimeError(code: 13, "the pull cannot be remembered: \(error)")
        }
        var outcome: (id: String, login: RegistryLogin?)?
        defer { pulled.end(full, id: outcome?.id, login: outcome?.login) }
        var failures: [RuntimeError] = []
        for login in logins.isEmpty ? [nil] : logins.map(Optional.some) {
            do throws(RuntimeError) {
                _ = try await runtime.pull(full, username: login?.username ?? "", password: login?.password ?? "")
                guard let image = try await runtime.image(full) else { throw RuntimeError(code: 5, "the image is not there after its pull") }
                outcome = (image.id, login)
                let took = (ContinuousClock.now - begun).components
                recorder.record(
                    pod, reason: "Pulled", message: "Successfully pulled image \"\(name)\" in \(took.seconds).\(took.attoseconds / 100_000_000_000_000_000)s. Image size: \(image.size) bytes.", field: field)
                return image
            } catch {
                failures.append(error)
            }
        }
        // One failure for several logins names them all, as an aggregate does.
        guard let last = failures.last, failures.count > 1 else { throw failures.last ?? RuntimeError(code: 5, "not found") }
        throw RuntimeError(code: last.code, "[" + failures.map { "\($0)" }.joined(separator: ", ") + "]")
    }

    /// What the pod's pull secrets say about the image's registry; each login once.
    private func logins(_ image: String, _ pod: Pod) async -> [RegistryLogin] {
        var found: [RegistryLogin] = []
        for reference in pod.value["spec"]["imagePullSecrets"].array {
            guard let name = reference["name"].string, let secret = try? await client.get(Secret.self, pod.namespace, name) else { continue }
            for login in RegistryLogin.read(secret.value, image: image) where !found.contains(where: { $0.hash == login.hash }) { found.append(login) }
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
