import Authentication
import Authorization
import Objects

extension AccessRequest {
    /// What a request asks for.
    init(_ info: RequestInfo, user: UserInfo) {
        self.init(user: user, verb: info.verb, isResourceRequest: info.isResourceRequest)
        group = info.group
        version = info.version
        resource = info.resource
        subresource = info.subresource
        namespace = info.namespace
        name = info.name
        // A list of one object is a way to get it; who deletes many objects says nothing of one.
        if name.isEmpty, verb == "list" || verb == "watch" { name = info.fields.required("metadata.name") ?? "" }
        fields = info.fields
        labels = info.labels
        path = info.path
    }
}
