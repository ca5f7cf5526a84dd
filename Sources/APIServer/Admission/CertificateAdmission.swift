import Authentication
import Authorization
import Credentials
import KubernetesTypes
import Objects
import Schema

/// Certificate requests: who asks is who is logged in, and only some may approve or sign.
struct CertificateAdmission: MutatingAdmission, ValidatingAdmission {
    let name = "CertificateRequests"
    let callsOthers = false
    /// Which of the three plug-ins are on: CertificateApproval, CertificateSigning, CertificateSubjectRestriction.
    let settings: AdmissionSettings
    let authorizer: any Authorizer

    func admit(_ attributes: inout AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard Self.concerns(attributes), attributes.operation == .create, attributes.subresource.isEmpty else { return }
        setRequester(&attributes.object, attributes.user)
    }

    private static func concerns(_ attributes: AdmissionAttributes) -> Bool {
        attributes.resource.description == "certificatesigningrequests.certificates.k8s.io"
    }

    func validate(_ attributes: AdmissionAttributes, warnings: RequestNotes) async throws(StatusError) {
        guard Self.concerns(attributes) else { return }
        switch (attributes.operation, attributes.subresource) {
        case (.create, "") where settings.isOn("CertificateSubjectRestriction"): try checkSubject(attributes)
        case (.update, "approval") where settings.isOn("CertificateApproval"): try check("approve", "approve", attributes)
        case (.update, "status") where settings.isOn("CertificateSigning"):
            let isSigned = attributes.object["status"]["certificate"] != attributes.oldObject["status"]["certificate"]
            func failed(_ object: Value) -> Bool { object["status"]["conditions"].array.contains { $0["type"].string == "Failed" } }
            if isSigned || failed(attributes.object) != failed(attributes.oldObject) { try check("sign", "sign", attributes) }
        default: return
        }
    }

    private func setRequester(_ request: inout Value, _ user: UserInfo) {
        request["spec"]["username"] = .string(user.name)
        request["spec"].set("uid", user.uid.isEmpty ? nil : .string(user.uid))
        request["spec"].set("groups", user.groups.isEmpty ? nil : Value(user.groups))
        let extra = user.value["extra"]
        request["spec"].set("extra", extra.isNull ? nil : extra)
    }

    /// Nobody gets a client certificate that makes him a master.
    private func checkSubject(_ attributes: AdmissionAttributes) throws(StatusError) {
        guard attributes.object["spec"]["signerName"].string == "kubernetes.io/kube-apiserver-client",
            let pem = attributes.object["spec"]["request"].string.flatMap({ Base64.decode($0) }),
            let request = try? SigningRequest(pem: String(decoding: pem, as: UTF8.self)),
            request.organizations.contains(UserInfo.mastersGroup)
        else { return }
        throw .forbidden(
            attributes.resource, attributes.name,
            "use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed")
    }

    /// The right to act for a signer, or for all signers of its domain.
    private func check(_ verb: String, _ what: String, _ attributes: AdmissionAttributes) throws(StatusError) {
        let signer = attributes.oldObject["spec"]["signerName"].string ?? ""
        let domain = signer.split(separator: "/").first.map(String.init) ?? signer
        for name in [signer, domain + "/*"] {
            var request = AccessRequest(user: attributes.user, verb: verb, isResourceRequest: true)
            request.group = "certificates.k8s.io"
            request.resource = "signers"
            request.name = name
            if case .allow = authorizer.decide(request) { return }
        }
        throw .forbidden(
            attributes.resource, attributes.name, "user not permitted to \(what) requests with signerName \"\(signer)\"")
    }
}
