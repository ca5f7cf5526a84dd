import APIClient
import APIServer
import Credentials
import Glibc
import KubernetesTypes
import Objects
import TrialServer

/// The API server of a simulation. It can be stopped and started again while others go on asking.
final class SimulatedServer: APITransport {
    private let trial: TrialServer

    var authority: CertificateAuthority { trial.authority }

    init() async throws {
        // In memory where that is possible: what the disk does is tested elsewhere.
        trial = try await TrialServer("simulation", in: access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp")
    }

    /// Stops, and starts again on the same store. Little time passes meanwhile: it is held back for a moment, and goes on where
    /// stopping or starting waits for it.
    func restart() async throws {
        let busy = Task {
            for _ in 0..<100 where !Task.isCancelled {
                _ = ClusterTime.now
                try? await Task.sleep(for: .milliseconds(1))
            }
        }
        defer { busy.cancel() }
        await trial.halt()
        try await trial.start()
    }

    func close() async { await trial.close() }

    // MARK: requests

    private func transport() throws(StatusError) -> InProcessTransport {
        guard let running = trial.running else { throw .unavailable("the server does not run") }
        return running.admin
    }

    func send(_ request: APIRequest) async throws(StatusError) -> Value { try await transport().send(request) }
    func list(_ request: APIRequest) async throws(StatusError) -> ObjectPage { try await transport().list(request) }
    func watch(_ request: APIRequest) async throws(StatusError) -> any WatchSource { try await transport().watch(request) }
}
