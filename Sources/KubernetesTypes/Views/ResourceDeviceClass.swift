// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct DeviceClass: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "resource.k8s.io", version: "v1", kind: "DeviceClass")
    package static let resource = "deviceclasses"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: DeviceClassSpec { get { DeviceClassSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
}

package struct DeviceClassSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var selectors: [DeviceSelector] { get { value.views("selectors") } set { value.putViews("selectors", newValue) } }
    package var config: [DeviceClassConfiguration] { get { value.views("config") } set { value.putViews("config", newValue) } }
    package var extendedResourceName: String? { get { value["extendedResourceName"].string } set { value.putString("extendedResourceName", newValue) } }
}

package struct DeviceSelector: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var cel: CELDeviceSelector { get { CELDeviceSelector(value["cel"]) } set { value.putValue("cel", newValue.value) } }
}

package struct CELDeviceSelector: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var expression: String? { get { value["expression"].string } set { value.putString("expression", newValue) } }
}

package struct DeviceClassConfiguration: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var opaque: OpaqueDeviceConfiguration { get { OpaqueDeviceConfiguration(value["opaque"]) } set { value.putValue("opaque", newValue.value) } }
}

package struct OpaqueDeviceConfiguration: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var driver: String? { get { value["driver"].string } set { value.putString("driver", newValue) } }
    package var parameters: Value { get { value["parameters"] } set { value.putValue("parameters", newValue) } }
}
