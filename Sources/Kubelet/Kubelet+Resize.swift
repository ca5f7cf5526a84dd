import APIClient
import ContainerRuntime
import KubernetesTypes
import Objects

/// Gives running containers the resources that they were granted.
extension Kubelet {
    private typealias Change = (container: Value, details: ContainerDetails, old: Value, new: Value)

    /// Running containers that do not have what they were granted.
    private func changes(_ pod: Pod, _ state: PodRuntimeState, _ resize: PodResize) -> [Change] {
        let spec = pod.value["spec"]
        let statuses = pod.value["status"]["containerStatuses"].array + pod.value["status"]["initContainerStatuses"].array
        return (spec["containers"].array + spec["initContainers"].array.filter(PodContainers.isSidecar)).compactMap { container in
            let name = container["name"].string ?? ""
            guard let details = state.current(name), details.state == .running,
                let annotation = details.annotations[KubeletSettings.Label.resources]
            else { return nil }
            let status = statuses.first { $0["name"].string == name } ?? .null
            let old = resize.current(details.id, made: annotation, status: status)
            let new = PodResize.resources(container)
            return old == new ? nil : (container, details, old, new)
        }
    }

    /// The ids of running containers that want to be started anew for their resources to change.
    func restartsForResources(_ pod: Pod, _ state: PodRuntimeState, _ memory: PodMemory) -> Set<String> {
        Set(
            changes(pod, state, memory.resize).filter { change in
                PodResize.needsRestart(change.container, PodResize.differences(change.old, change.new))
            }.map(\.details.id))
    }

    /// Changes what can be changed while containers run. The pod's own limits are widened before and narrowed after.
    func applyResources(_ pod: Pod, _ state: PodRuntimeState, _ memory: inout PodMemory) async {
        let ids = Set(state.containers.map(\.id))
        memory.resize.applied = memory.resize.applied.filter { ids.contains($0.key) }
        let all = changes(pod, state, memory.resize)
        let changes = all.filter { change in !PodResize.needsRestart(change.container, PodResize.differences(change.old, change.new)) }
        if changes.isEmpty {
            if all.isEmpty { tellOfCompletion(pod, &memory) }
            return
        }
        var failure: String?
        do {
            try PodCgroup(pod).widen()
        } catch {
            failure = "\(error)"
        }
        let smaller = changes.filter { PodResize.isSmaller($0.new, than: $0.old) }
        let larger = changes.filter { !PodResize.isSmaller($0.new, than: $0.old) }
        for change in smaller + larger {
            do throws(RuntimeError) {
                try await runtime.updateResources(change.details.id, sync.configuration.resources(change.container, pod))
                memory.resize.applied[change.details.id] = change.new
            } catch {
                failure = error.description
            }
        }
        do {
            try PodCgroup(pod).ensure()
        } catch {
            failure = failure ?? "\(error)"
        }
        memory.resize.failure = failure
        if let failure {
            recorder.record(pod, type: "Warning", reason: "ResizeError", message: failure)
        } else if changes.count == all.count {
            tellOfCompletion(pod, &memory)
        }
    }

    private func tellOfCompletion(_ pod: Pod, _ memory: inout PodMemory) {
        guard let news = memory.resize.complete(pod) else { return }
        recorder.record(pod, type: news.type, reason: news.reason, message: news.message)
    }
}
