import Objects
import Schema

/// Events, in the old form of core and in the new one of events.k8s.io. Both are stored as core has them.
struct EventStrategy: Strategy {
    private static let clusterNamespaces = ["default", "kube-system"]

    private func isNew(_ object: FieldValue) -> Bool { !object["eventTime"].isAbsent }

    func check(_ object: FieldValue, _ errors: inout FieldErrors) {}

    /// Which rules hold is a matter of the version in which the client speaks.
    func check(_ object: FieldValue, old: FieldValue?, as version: GroupVersion, _ errors: inout FieldErrors) {
        if version.group.isEmpty { return checkCore(object, &errors) }
        guard let old else { return checkNew(object, &errors) }
        checkCore(object, controller: "reportingController", &errors)
        series(object["series"], &errors)
        for name in [
            "involvedObject", "reason", "message", "type", "action", "related", "eventTime", "reportingInstance",
            "source", "firstTimestamp", "lastTimestamp", "count",
        ] {
            errors.immutable(object[name], old[name])
        }
        let controller = object.showing(object["reportingComponent"].value, as: "reportingController")
        errors.immutable(controller, old["reportingComponent"])
    }

    private func checkCore(_ object: FieldValue, controller: String = "reportingComponent", _ errors: inout FieldErrors) {
        namespace(object, &errors)
        guard isNew(object) else { return }
        let component = object.showing(object["reportingComponent"].value, as: controller)
        errors.need(component)
        errors.text(component, NameRules.qualifiedName)
        for name in ["reportingInstance", "action", "reason"] {
            errors.need(object[name])
            if object[name].text.utf8.count > 128 { errors.invalid(object[name], "can have at most 128 characters", showing: "") }
        }
        if object["message"].text.utf8.count > 1024 {
            errors.invalid(object["message"], "can have at most 1024 characters", showing: "")
        }
    }

    private func namespace(_ object: FieldValue, _ errors: inout FieldErrors) {
        let own = object["metadata"]["namespace"].text, involved = object["involvedObject"]["namespace"]
        if involved.isEmpty {
            // Of objects without a namespace.
            if !Self.clusterNamespaces.contains(own) {
                errors.invalid(involved, "does not match event.namespace", showing: "")
            }
        } else if involved.text != own {
            errors.invalid(involved, "does not match event.namespace")
        }
    }

    private func checkNew(_ object: FieldValue, _ errors: inout FieldErrors) {
        if object["eventTime"].isAbsent { errors.required(object["eventTime"]) } else {
            checkCore(object, controller: "reportingController", &errors)
        }
        if object["eventTime"].isAbsent { namespace(object, &errors) }
        if !["Normal", "Warning"].contains(object["type"].text) {
            errors.invalid(object["type"], "has invalid value: \(object["type"].text)", showing: "")
        }
        for name in ["firstTimestamp", "lastTimestamp", "count", "source"] where !object[name].isEmpty {
            errors.invalid(object[name], "needs to be unset", showing: "")
        }
        series(object["series"], &errors)
    }

    private func series(_ series: FieldValue, _ errors: inout FieldErrors) {
        guard series.isPresent else { return }
        if series["count"].number < 2 { errors.invalid(series["count"], "should be at least 2", showing: "") }
        if series["lastObservedTime"].isAbsent { errors.required(series["lastObservedTime"]) }
    }

    func nameProblems(_ name: String, isPrefix: Bool) -> [String] { NameRules.pathSegment(name) }
    var allowsCreateOnUpdate: Bool { true }
    var selectableFields: [String] {
        Self.involved.map { "involvedObject." + $0 } + ["reason", "reportingComponent", "source", "type"]
    }

    private static let involved = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"]

    /// In the order of `selectableFields`.
    func selectableValues(_ object: Value) -> [String] {
        let involved = object["involvedObject"]
        var values = Self.involved.map { involved[$0].scalarText }
        let component = object["reportingComponent"].scalarText
        let source = object["source"]["component"].scalarText
        values += [object["reason"].scalarText, component, source.isEmpty ? component : source, object["type"].scalarText]
        return values
    }
}
