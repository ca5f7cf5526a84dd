import Crypto
#if canImport(FoundationEssentials)
import FoundationEssentials
#endif
import Objects

/// A JSON web signature without its content, made with a bootstrap token: whoever has the token can tell that a text that
/// anybody may read comes from the cluster.
package enum DetachedSignature {
    /// `HEADER..SIGNATURE`, HMAC with SHA-256.
    package static func make(_ content: String, tokenID: String, tokenSecret: String) -> String {
        let header = Base64.encode(Array("{\"alg\":\"HS256\",\"kid\":\"\(tokenID)\"}".utf8), urlSafe: true)
        let signed = Array("\(header).\(Base64.encode(Array(content.utf8), urlSafe: true))".utf8)
        let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: Array(tokenSecret.utf8)))
        return "\(header)..\(Base64.encode(Array(code), urlSafe: true))"
    }

    /// Whether a signature is that of a text, made with a token. The time it takes does not depend on where they differ.
    package static func isValid(_ signature: String, of content: String, _ token: BootstrapToken) -> Bool {
        ConstantTime.equal(signature, make(content, tokenID: token.id, tokenSecret: token.secret))
    }
}
