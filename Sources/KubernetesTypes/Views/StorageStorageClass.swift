// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct StorageClass: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "storage.k8s.io", version: "v1", kind: "StorageClass")
    package static let resource = "storageclasses"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var provisioner: String? { get { value["provisioner"].string } set { value.putString("provisioner", newValue) } }
    package var parameters: [String: String] { get { value["parameters"].stringMap } set { value.putStringMap("parameters", newValue) } }
    package var reclaimPolicy: String? { get { value["reclaimPolicy"].string } set { value.putString("reclaimPolicy", newValue) } }
    package var mountOptions: [String] { get { value["mountOptions"].strings } set { value.putStrings("mountOptions", newValue) } }
    package var allowVolumeExpansion: Bool? { get { value["allowVolumeExpansion"].bool } set { value.putBool("allowVolumeExpansion", newValue) } }
    package var volumeBindingMode: String? { get { value["volumeBindingMode"].string } set { value.putString("volumeBindingMode", newValue) } }
    package var allowedTopologies: [TopologySelectorTerm] { get { value.views("allowedTopologies") } set { value.putViews("allowedTopologies", newValue) } }
}

package struct TopologySelectorTerm: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var matchLabelExpressions: [TopologySelectorLabelRequirement] { get { value.views("matchLabelExpressions") } set { value.putViews("matchLabelExpressions", newValue) } }
}

package struct TopologySelectorLabelRequirement: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var key: String? { get { value["key"].string } set { value.putString("key", newValue) } }
    package var values: [String] { get { value["values"].strings } set { value.putStrings("values", newValue) } }
}
