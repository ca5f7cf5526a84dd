import Synchronization

/// How the certificates of this node are, by upstream's names.
package enum CertificateMetrics {
    private struct State {
        var ends: [String: @Sendable () -> Int64] = [:]
        var failures = 0
        var rotations = 0
        var rotationSeconds = 0.0
    }

    private static let state = Mutex(State())

    static func failed(_ purpose: CertificateManager.Purpose) {
        if purpose == .client { state.withLock { $0.failures += 1 } }
    }

    /// `seconds` is how long the certificate before was in use.
    package static func rotated(_ purpose: CertificateManager.Purpose, after seconds: Int64) {
        guard purpose == .server else { return }
        state.withLock { state in
            state.rotations += 1
            state.rotationSeconds += Double(seconds)
        }
    }

    /// Whose remaining life is told: `remaining` gives the seconds.
    package static func tell(_ purpose: CertificateManager.Purpose, _ remaining: @escaping @Sendable () -> Int64) {
        state.withLock { $0.ends[purpose.rawValue] = remaining }
    }

    static func write(_ text: inout MetricsText) {
        let state = state.withLock { $0 }
        for purpose in ["client", "server"] {
            guard let remaining = state.ends[purpose] else { continue }
            text.single(
                "kubelet_certificate_manager_\(purpose)_ttl_seconds", .gauge,
                "[ALPHA] Seconds until the kubelet's \(purpose) certificate ends; negative when it has.", Double(remaining()))
        }
        text.single(
            "kubelet_certificate_manager_client_expiration_renew_errors", .counter,
            "[ALPHA] How often no new client certificate could be had.", Double(state.failures))
        text.single(
            "kubelet_certificate_manager_server_rotation_seconds_count", .counter, "[ALPHA] How often the serving certificate was replaced.",
            Double(state.rotations))
        text.single(
            "kubelet_certificate_manager_server_rotation_seconds_sum", .counter,
            "[ALPHA] How long serving certificates were in use before they were replaced.", state.rotationSeconds)
    }
}
