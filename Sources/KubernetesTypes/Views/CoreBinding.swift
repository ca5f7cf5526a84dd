// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct Binding: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "", version: "v1", kind: "Binding")
    package static let resource = "bindings"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var target: ObjectReference { get { ObjectReference(value["target"]) } set { value.putValue("target", newValue.value) } }
}

package struct ObjectMeta: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var generateName: String? { get { value["generateName"].string } set { value.putString("generateName", newValue) } }
    package var namespace: String? { get { value["namespace"].string } set { value.putString("namespace", newValue) } }
    package var selfLink: String? { get { value["selfLink"].string } set { value.putString("selfLink", newValue) } }
    package var uid: String? { get { value["uid"].string } set { value.putString("uid", newValue) } }
    package var resourceVersion: String? { get { value["resourceVersion"].string } set { value.putString("resourceVersion", newValue) } }
    package var generation: Int64? { get { value["generation"].int } set { value.putInt64("generation", newValue) } }
    package var creationTimestamp: String? { get { value["creationTimestamp"].string } set { value.putString("creationTimestamp", newValue) } }
    package var deletionTimestamp: String? { get { value["deletionTimestamp"].string } set { value.putString("deletionTimestamp", newValue) } }
    package var deletionGracePeriodSeconds: Int64? { get { value["deletionGracePeriodSeconds"].int } set { value.putInt64("deletionGracePeriodSeconds", newValue) } }
    package var labels: [String: String] { get { value["labels"].stringMap } set { value.putStringMap("labels", newValue) } }
    package var annotations: [String: String] { get { value["annotations"].stringMap } set { value.putStringMap("annotations", newValue) } }
    package var ownerReferences: [OwnerReference] { get { value.views("ownerReferences") } set { value.putViews("ownerReferences", newValue) } }
    package var finalizers: [String] { get { value["finalizers"].strings } set { value.putStrings("finalizers", newValue) } }
    package var managedFields: [ManagedFieldsEntry] { get { value.views("managedFields") } set { value.putViews("managedFields", newValue) } }
}

package struct OwnerReference: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var uid: String? { get { value["uid"].string } set { value.putString("uid", newValue) } }
    package var controller: Bool? { get { value["controller"].bool } set { value.putBool("controller", newValue) } }
    package var blockOwnerDeletion: Bool? { get { value["blockOwnerDeletion"].bool } set { value.putBool("blockOwnerDeletion", newValue) } }
}

package struct ManagedFieldsEntry: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var manager: String? { get { value["manager"].string } set { value.putString("manager", newValue) } }
    package var operation: String? { get { value["operation"].string } set { value.putString("operation", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var time: String? { get { value["time"].string } set { value.putString("time", newValue) } }
    package var fieldsType: String? { get { value["fieldsType"].string } set { value.putString("fieldsType", newValue) } }
    package var fieldsV1: Value { get { value["fieldsV1"] } set { value.putValue("fieldsV1", newValue) } }
    package var subresource: String? { get { value["subresource"].string } set { value.putString("subresource", newValue) } }
}

package struct ObjectReference: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var namespace: String? { get { value["namespace"].string } set { value.putString("namespace", newValue) } }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var uid: String? { get { value["uid"].string } set { value.putString("uid", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var resourceVersion: String? { get { value["resourceVersion"].string } set { value.putString("resourceVersion", newValue) } }
    package var fieldPath: String? { get { value["fieldPath"].string } set { value.putString("fieldPath", newValue) } }
}
