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
        // Lists and watches of one name are taken for requests of it; deletions of a collection are not.
        let isSelection = info.name.isEmpty && (info.verb == "list" || info.verb == "watch")
        name = isSelection ? info.fields.required("metadata.name") ?? "" : info.name
        fields = info.fields
        labels = info.labels
        path = info.path
    }
}
