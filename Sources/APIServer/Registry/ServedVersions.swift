import Objects
import Patching
import Schema
import Synchronization

/// The versions in which one store's objects are served, for those who look at an object in somebody else's.
final class ServedVersions: Sendable {
    private struct Form: Sendable {
        let description: KindDescription
        let conversion: VersionConversion?
    }

    private let forms = Mutex<[String: Form]>([:])

    func add(_ description: KindDescription, _ conversion: VersionConversion?) {
        forms.withLock { $0[description.id.groupVersion.description] = Form(description: description, conversion: conversion) }
    }

    func remove(_ groupVersion: GroupVersion) {
        forms.withLock { $0[groupVersion.description] = nil }
    }

    private func form(_ apiVersion: String) -> Form? { forms.withLock { $0[apiVersion] } }

    /// The same object in another version. Metadata is the same in all.
    func convert(_ object: Value, from: String, to: String) -> Value {
        if from == to { return object }
        var value = object
        if let form = form(from), let conversion = form.conversion { value = conversion.stored(value) }
        if let form = form(to) {
            if let conversion = form.conversion { value = conversion.served(value) }
            value["kind"] = .string(form.description.id.kind)
        }
        value["apiVersion"] = .string(to)
        return value
    }

    func kindVersions(differInNameOnly: Bool) -> KindVersions {
        KindVersions(
            type: { [self] in form($0)?.description.type }, differInNameOnly: differInNameOnly, convert: { [self] in convert($0, from: $1, to: $2) })
    }
}
