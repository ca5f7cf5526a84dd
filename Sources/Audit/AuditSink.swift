/// Takes events, each as the JSON of one line.
package protocol AuditSink: Sendable {
    func write(_ event: [UInt8])
    /// Returns when all that was taken is where it belongs, or cannot get there.
    func close() async
}
