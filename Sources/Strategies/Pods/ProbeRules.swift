import Objects

/// Probes and lifecycle hooks.
extension FieldErrors {
    private static let handlers = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"]

    /// Exactly one handler, and what it has to be.
    mutating func handler(_ owner: FieldValue, gracePeriod: Int64) {
        var count = 0
        for name in Self.handlers {
            let handler = owner[name]
            guard handler.isPresent else { continue }
            count += 1
            if count > 1 {
                forbidden(handler, "may not specify more than 1 handler type")
                continue
            }
            switch name {
            case "exec": need(handler["command"])
            case "httpGet": httpGet(handler)
            case "tcpSocket": portNumberOrName(handler["port"])
            case "grpc": portNumber(handler["port"])
            default: sleep(handler, gracePeriod)
            }
        }
        if count == 0 { required(owner, "must specify a handler type") }
    }

    private mutating func httpGet(_ action: FieldValue) {
        need(action["path"])
        portNumberOrName(action["port"])
        oneOf(action["scheme"], ["HTTP", "HTTPS"])
        for header in action["httpHeaders"].items {
            for problem in TextRules.headerName(header["name"].text) {
                invalid(action["httpHeaders"], problem, showing: .string(header["name"].text))
            }
        }
    }

    private mutating func sleep(_ action: FieldValue, _ gracePeriod: Int64) {
        let seconds = action["seconds"].number
        if seconds < 0 || seconds > gracePeriod {
            invalid(
                action, "must be non-negative and less than terminationGracePeriodSeconds (\(gracePeriod))",
                showing: .int(seconds))
        }
    }

    mutating func lifecycle(_ lifecycle: FieldValue, gracePeriod: Int64) {
        for name in ["postStart", "preStop"] where lifecycle[name].isPresent {
            handler(lifecycle[name], gracePeriod: gracePeriod)
        }
    }

    private mutating func probe(_ probe: FieldValue, gracePeriod: Int64) {
        handler(probe, gracePeriod: gracePeriod)
        nonNegative(probe, "initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")
        let grace = probe["terminationGracePeriodSeconds"]
        if grace.isPresent { positive(grace) }
    }

    /// The three probes of a container.
    mutating func probes(_ container: FieldValue, gracePeriod: Int64) {
        for name in ["livenessProbe", "startupProbe"] where container[name].isPresent {
            let field = container[name]
            probe(field, gracePeriod: gracePeriod)
            if field["successThreshold"].number != 1 { invalid(field["successThreshold"], "must be 1") }
        }
        let readiness = container["readinessProbe"]
        guard readiness.isPresent else { return }
        probe(readiness, gracePeriod: gracePeriod)
        if readiness["terminationGracePeriodSeconds"].isPresent {
            invalid(readiness["terminationGracePeriodSeconds"], "must not be set for readinessProbes")
        }
    }
}
