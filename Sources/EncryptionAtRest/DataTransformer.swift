/// Makes what the store holds unreadable without a key, in the forms of kube-apiserver, so that its data can be read and
/// it can read ours.
protocol DataTransformer: Sendable {
    /// With what every value of this transformer begins (`k8s:enc:aesgcm:v1:key1:`); empty for plain values.
    var prefix: String { get }
    /// `key` is the storage key: a value that is moved to another one cannot be read there.
    func encrypt(_ plain: [UInt8], key: String) async throws(EncryptionProblem) -> [UInt8]
    /// `sealed` is without the prefix.
    func decrypt(_ sealed: ArraySlice<UInt8>, key: String) async throws(EncryptionProblem) -> [UInt8]
}

/// Why a value cannot be encrypted or read.
package struct EncryptionProblem: Error, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

/// Values as they are.
struct PlainTransformer: DataTransformer {
    let prefix = ""

    func encrypt(_ plain: [UInt8], key: String) async throws(EncryptionProblem) -> [UInt8] { plain }

    func decrypt(_ sealed: ArraySlice<UInt8>, key: String) async throws(EncryptionProblem) -> [UInt8] { Array(sealed) }
}
