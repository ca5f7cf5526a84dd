import Authentication
import KubernetesTypes
import Objects
import Schema

/// Makes the namespace of whatever is created in one that is not there.
struct NamespaceAutoProvision: MutatingAdmission {
    let name = "NamespaceAutoProvision"
    let namespaces: ResourceStore
    private static let user = UserInfo(name: "system:apiserver", groups: [UserInfo.mastersGroup])

    func admit(_ attributes: inout AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        let namespace = attributes.namespace
        guard attributes.operation == .create, !attributes.isDryRun, !namespace.isEmpty, attributes.resource.description != "namespaces",
            namespaces.cache.object(namespace) == nil
        else { return }
        let context = WriteContext(user: Self.user, fieldManager: "kube-apiserver", version: GroupVersion(group: "", version: "v1"))
        let object: Value = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(namespace)]]
        do throws(StatusError) {
            _ = try await namespaces.create(object, namespace: "", context)
        } catch where error.isAlreadyExists {
            return
        } catch {
            throw .forbidden(attributes.resource, attributes.name, error.message)
        }
    }
}

/// Nothing is written or deleted in a namespace that is not there.
struct NamespaceExists: ValidatingAdmission {
    let name = "NamespaceExists"
    let namespaces: ResourceStore

    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard attributes.operation != .connect, !attributes.namespace.isEmpty, attributes.resource.description != "namespaces",
            namespaces.cache.object(attributes.namespace) == nil
        else { return }
        throw .notFound(namespaces.resource, attributes.namespace)
    }
}
