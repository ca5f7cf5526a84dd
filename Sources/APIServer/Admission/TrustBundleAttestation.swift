import Authentication
import Authorization
import KubernetesTypes
import Objects
import Schema

/// Who writes a bundle of trust anchors for a signer has to be allowed to speak for that signer.
struct TrustBundleAttestation: ValidatingAdmission {
    let name = "ClusterTrustBundleAttest"
    let authorizer: AuthorizerChain

    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard attributes.resource.description == "clustertrustbundles.certificates.k8s.io", attributes.subresource.isEmpty,
            attributes.operation == .create || attributes.operation == .update,
            let signer = attributes.object["spec"]["signerName"].string, !signer.isEmpty
        else { return }
        if attributes.operation == .update, attributes.object["spec"] == attributes.oldObject["spec"] { return }
        let domain = signer.split(separator: "/").first.map(String.init) ?? signer
        for name in [signer, domain + "/*"] {
            var request = AccessRequest(user: attributes.user, verb: "attest", isResourceRequest: true)
            request.group = "certificates.k8s.io"
            request.version = "*"
            request.resource = "signers"
            request.name = name
            if authorizer.allows(request) { return }
        }
        throw .forbidden(attributes.resource, attributes.name, "user not permitted to attest for signerName \"\(signer)\"")
    }
}
