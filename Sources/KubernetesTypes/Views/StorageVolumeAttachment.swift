// Written by generate-views from the schema files. Changes here are lost.

package import Objects
package import Schema

package struct VolumeAttachment: ObjectView {
    package static let groupVersionKind = GroupVersionKind(group: "storage.k8s.io", version: "v1", kind: "VolumeAttachment")
    package static let resource = "volumeattachments"
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var kind: String? { get { value["kind"].string } set { value.putString("kind", newValue) } }
    package var apiVersion: String? { get { value["apiVersion"].string } set { value.putString("apiVersion", newValue) } }
    package var metadata: ObjectMeta { get { ObjectMeta(value["metadata"]) } set { value.putValue("metadata", newValue.value) } }
    package var spec: VolumeAttachmentSpec { get { VolumeAttachmentSpec(value["spec"]) } set { value.putValue("spec", newValue.value) } }
    package var status: VolumeAttachmentStatus { get { VolumeAttachmentStatus(value["status"]) } set { value.putValue("status", newValue.value) } }
}

package struct VolumeAttachmentSpec: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var attacher: String? { get { value["attacher"].string } set { value.putString("attacher", newValue) } }
    package var source: VolumeAttachmentSource { get { VolumeAttachmentSource(value["source"]) } set { value.putValue("source", newValue.value) } }
    package var nodeName: String? { get { value["nodeName"].string } set { value.putString("nodeName", newValue) } }
}

package struct VolumeAttachmentSource: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var persistentVolumeName: String? { get { value["persistentVolumeName"].string } set { value.putString("persistentVolumeName", newValue) } }
    package var inlineVolumeSpec: PersistentVolumeSpec { get { PersistentVolumeSpec(value["inlineVolumeSpec"]) } set { value.putValue("inlineVolumeSpec", newValue.value) } }
}

package struct VolumeAttachmentStatus: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var attached: Bool? { get { value["attached"].bool } set { value.putBool("attached", newValue) } }
    package var attachmentMetadata: [String: String] { get { value["attachmentMetadata"].stringMap } set { value.putStringMap("attachmentMetadata", newValue) } }
    package var attachError: VolumeError { get { VolumeError(value["attachError"]) } set { value.putValue("attachError", newValue.value) } }
    package var detachError: VolumeError { get { VolumeError(value["detachError"]) } set { value.putValue("detachError", newValue.value) } }
}

package struct VolumeError: ValueView {
    package var value: Value
    package init(_ value: Value) { self.value = value }
    package var time: String? { get { value["time"].string } set { value.putString("time", newValue) } }
    package var message: String? { get { value["message"].string } set { value.putString("message", newValue) } }
    package var errorCode: Int32? { get { value.int32("errorCode") } set { value.putInt32("errorCode", newValue) } }
}
