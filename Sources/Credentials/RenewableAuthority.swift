import Synchronization

/// An authority of which a newer certificate may take the place of the present one while it is used.
///
/// The key and the name stay the same, so that there is no moment at which one who knows only the older certificate, or
/// only the newer one, distrusts anything: each vouches for all that was signed under either, until its own end.
package final class RenewableAuthority: Sendable {
    private struct State: Sendable {
        var authority: CertificateAuthority
        var observers: [@Sendable () -> Void] = []
    }

    private let state: Mutex<State>

    package init(_ authority: CertificateAuthority) { state = Mutex(State(authority: authority)) }

    package var current: CertificateAuthority { state.withLock { $0.authority } }
    /// PEM of the certificate.
    package var certificate: String { current.pem.certificate }

    /// Calls after each renewal.
    package func onRenewal(_ observer: @escaping @Sendable () -> Void) { state.withLock { $0.observers.append(observer) } }

    /// Takes up what `CertificateAuthority.renewed` made.
    package func replace(_ authority: CertificateAuthority) {
        let observers = state.withLock { state in
            state.authority = authority
            return state.observers
        }
        for observer in observers { observer() }
    }
}

/// The certificate by which clients trust the API, as PEM: a fixed one, or that of an authority that is renewed.
package struct TrustedCertificate: Sendable {
    private let read: @Sendable () -> String
    private let observe: @Sendable (@escaping @Sendable () -> Void) -> Void

    package init(_ pem: String) {
        read = { pem }
        observe = { _ in }
    }

    package init(_ authority: RenewableAuthority) {
        read = { authority.certificate }
        observe = { authority.onRenewal($0) }
    }

    package var pem: String { read() }

    /// Calls whenever there is another one.
    package func onChange(_ observer: @escaping @Sendable () -> Void) { observe(observer) }
}
