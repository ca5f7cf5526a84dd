import ContainerRuntime
import KubernetesTypes
import Objects
import Synchronization

/// Looks at what the runtime has of one pod.
struct PodObserver: Sendable {
    let settings: KubeletSettings
    let runtime: CRIClient

    /// The present picture. Throws what the runtime says.
    func observe(_ uid: String, _ record: PodRecord) async throws(RuntimeError) -> PodRuntimeState {
        let label = (name: KubeletSettings.Label.uid, value: uid)
        var state = PodRuntimeState()
        state.sandboxes = try await runtime.sandboxes(label: label)
        let summaries = try await runtime.containers(label: label)
        let known = record.content.withLock { $0.details }
        var details: [String: ContainerDetails] = [:]
        for summary in summaries {
            if let old = known[summary.id], old.state == summary.state {
                details[summary.id] = old
            } else {
                do throws(RuntimeError) {
                    details[summary.id] = withMessage(try await runtime.containerDetails(summary.id), record.pod)
                } catch where error.isNotFound {
                    continue
                }
            }
            state.homes[summary.id] = summary.sandbox
        }
        state.containers = Array(details.values)
        if let sandbox = state.sandbox {
            var addresses = record.content.withLock { $0.memory.addresses[sandbox.id] }
            if addresses == nil, record.pod.value["spec"]["hostNetwork"].bool != true { addresses = try await runtime.sandboxAddresses(sandbox.id) }
            state.addresses = addresses ?? []
        }
        let (seen, found) = (state, details)
        record.content.withLock { content in
            content.state = seen
            content.details = found
            content.memory.addresses = content.memory.addresses.filter { id, _ in seen.sandboxes.contains { $0.id == id } }
            if let sandbox = seen.sandbox { content.memory.addresses[sandbox.id] = seen.addresses }
            if !seen.addresses.isEmpty { content.memory.lastAddresses = seen.addresses }
        }
        return state
    }

    /// Adds what a container that ended said about its end: in its file, or at the end of its log.
    private func withMessage(_ details: ContainerDetails, _ pod: Pod) -> ContainerDetails {
        guard details.state == .exited, details.message.isEmpty else { return details }
        let path = "\(settings.podFolder(pod.uid))/containers/\(details.name)/\(details.attempt)"
        if let bytes = HostFile.read(path), !bytes.isEmpty {
            return details.with(message: String(decoding: bytes.prefix(4096), as: UTF8.self))
        }
        let container = PodContainers(pod.value["spec"]).container(details.name) ?? .null
        guard container["terminationMessagePolicy"].string == "FallbackToLogsOnError", details.exitCode != 0 else { return details }
        return details.with(message: logTail(details, pod))
    }

    /// The last 80 lines or 2048 bytes of the log, whichever is less.
    private func logTail(_ details: ContainerDetails, _ pod: Pod) -> String {
        let path = "\(settings.logFolder(pod.namespace, pod.name, pod.uid))/\(details.name)/\(details.attempt).log"
        guard var file = LogFile(path, tail: 80) else { return "" }
        var filter = LogFilter(.plain)
        var text: [UInt8] = []
        while true {
            let bytes = file.read()
            if bytes.isEmpty { break }
            text += filter.feed(bytes)
        }
        return String(decoding: text.suffix(2048), as: UTF8.self)
    }
}
