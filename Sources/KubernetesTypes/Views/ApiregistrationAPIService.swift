// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct APIService: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "apiregistration.k8s.io", version: "v1", kind: "APIService")
    package static let resource = "apiservices"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: APIServiceSpec { get { APIServiceSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: APIServiceStatus { get { APIServiceStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct APIServiceSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var service: ServiceReference { get { ServiceReference(value["service"]) } set { value.putValue("service", newValue.value) } }
    package var group: String? { get { value["group"].string } set { value.putString("group", newValue) } }
    package var version: String? { get { value["version"].string } set { value.putString("version", newValue) } }
    package var insecureSkipTLSVerify: Bool? { get { value["insecureSkipTLSVerify"].bool } set { value.putBool("insecureSkipTLSVerify", newValue) } }
    package var caBundle: String? { get { value["caBundle"].string } set { value.putString("caBundle", newValue) } }
    package var groupPriorityMinimum: Int32? { get { value.int32("groupPriorityMinimum") } set { value.putInt32("groupPriorityMinimum", newValue) } }
    package var versionPriority: Int32? { get { value.int32("versionPriority") } set { value.putInt32("versionPriority", newValue) } }
}

package struct ServiceReference: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var namespace: String? { get { value["namespace"].string } set { value.putString("namespace", newValue) } }
    package var name: String? { get { value["name"].string } set { value.putString("name", newValue) } }
    package var port: Int32? { get { value.int32("port") } set { value.putInt32("port", newValue) } }
}

package struct APIServiceStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var conditions: [APIServiceCondition] { get { value.views("conditions") } set { value.putViews("conditions", newValue) } }
}

package struct APIServiceCondition: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var type: String? { get { value["type"].string } set { value.putString("type", newValue) } }
    package var status: String? { get { value["status"].string } set { value.putString("status", newValue) } }
    package var lastTransitionTime: String? { get { value["lastTransitionTime"].string } set { value.putString("lastTransitionTime", newValue) } }
    package var reason: String? { get { value["reason"].string } set { value.putString("reason", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
}
