import Objects

struct LeaseStrategy: Strategy {
    /// Coordinated leader election is off by default in v1.36.
    private func dropDisabled(_ object: inout Value) {
        object["spec"].remove("strategy")
        object["spec"].remove("preferredHolder")
    }

    func prepareForCreate(_ object: inout Value) { dropDisabled(&object) }
    func prepareForUpdate(_ object: inout Value, old: Value) { dropDisabled(&object) }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {
        let spec = object["spec"]
        if spec["leaseDurationSeconds"].isPresent { errors.positive(spec["leaseDurationSeconds"]) }
        errors.nonNegative(spec["leaseTransitions"])
    }

    var allowsCreateOnUpdate: Bool { true }
    var allowsUnconditionalUpdate: Bool { false }
}
