import ContainerRuntime
#if canImport(Glibc)
import Glibc
#endif
import KubernetesTypes
import Objects

/// Keeps the logs of running containers bounded: past 10 MiB a log is put aside and a new one begun; five are kept.
struct LogRotation: Sendable {
    let kubelet: Kubelet
    private static let limit: Int64 = 10 << 20
    private static let kept = 5

    init(kubelet: Kubelet) { self.kubelet = kubelet }

    /// Looks until cancelled.
    func run() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(10))
            for record in kubelet.allRecords {
                let (pod, state) = (record.pod, record.state)
                for details in state.running { await rotate(details, pod) }
            }
        }
    }

    private func rotate(_ details: ContainerDetails, _ pod: Pod) async {
        let folder = "\(kubelet.settings.logFolder(pod.namespace, pod.name, pod.uid))/\(details.name)"
        let path = "\(folder)/\(details.attempt).log"
        guard HostFile.size(path) > Self.limit else { return }
        let old = HostFile.names(in: folder).filter { $0.hasPrefix("\(details.attempt).log.") }.sorted()
        for name in old.dropLast(Self.kept - 2) { unlink(folder + "/" + name) }
        let stamp = Timestamp.now().text.filter { $0 != ":" && $0 != "-" }
        guard rename(path, "\(path).\(stamp)") == 0 else { return }
        do throws(RuntimeError) {
            try await kubelet.runtime.reopenLog(details.id)
        } catch {
            // The runtime goes on writing to the old file: it has to keep its name.
            rename("\(path).\(stamp)", path)
        }
    }
}
