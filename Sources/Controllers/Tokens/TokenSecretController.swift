import APIClient
import Credentials
import KubernetesTypes
import Objects
import Schema

/// Fills Secrets of type `kubernetes.io/service-account-token`, and deletes those whose account is gone.
struct TokenSecretController: Controller {
    let loop: ReconcileLoop

    private static let type = "kubernetes.io/service-account-token"
    private static let nameKey = "kubernetes.io/service-account.name"
    private static let uidKey = "kubernetes.io/service-account.uid"
    /// Ten years: these tokens live as long as their Secret, to which they are bound.
    private static let lifetime: Int64 = 10 * 365 * 86_400

    init(_ context: ControllerContext, rootCertificate: TrustedCertificate) {
        let queue = WorkQueue()
        let secrets = context.informers.shared(Secret.self, fields: "type=" + Self.type)
        loop = ReconcileLoop("serviceaccount-token", queue: queue, workers: 2, logger: context.logger) { key throws(StatusError) in
            guard let secret = secrets.get(key), !secret.isBeingDeleted, let name = secret.annotations[Self.nameKey], !name.isEmpty else { return }
            let account: ServiceAccount
            do throws(StatusError) {
                account = try await Self.account(context, secret.namespace, name)
            } catch where error.isNotFound {
                try await Self.delete(secret, context.client)
                return
            }
            if let uid = secret.annotations[Self.uidKey], !uid.isEmpty, uid != account.uid { return try await Self.delete(secret, context.client) }
            let authority = Value.string(Base64.encode(Array(rootCertificate.pem.utf8)))
            try await Self.fill(secret, account, authority, context.client)
        }
        secrets.onChange { change in
            if case .deleted = change { return }
            queue.add(change.object.namespace + "/" + change.object.name)
        }
        rootCertificate.onChange { for secret in secrets.list() { queue.add(secret.namespace + "/" + secret.name) } }
        context.serviceAccounts.onChange { change in
            if case .updated = change { return }
            let account = change.object
            for secret in secrets.list(account.namespace) where secret.annotations[Self.nameKey] == account.name {
                queue.add(secret.namespace + "/" + secret.name)
            }
        }
    }

    /// The informer may lag behind an account that was just made.
    private static func account(_ context: ControllerContext, _ namespace: String, _ name: String) async throws(StatusError) -> ServiceAccount {
        if let known = context.serviceAccounts.get(namespace, name) { return known }
        return try await context.client.get(ServiceAccount.self, namespace, name)
    }

    private static func delete(_ secret: Secret, _ client: APIClient) async throws(StatusError) {
        do throws(StatusError) {
            try await client.delete(Secret.self, secret.namespace, secret.name, ["preconditions": ["uid": .string(secret.uid)]])
        } catch where error.isNotFound || error.isConflict {
            return
        }
    }

    private static func fill(_ secret: Secret, _ account: ServiceAccount, _ authority: Value, _ client: APIClient) async throws(StatusError) {
        var new = secret
        new.value["metadata"]["annotations"][uidKey] = .string(account.uid)
        new.value["data"]["ca.crt"] = authority
        new.value["data"]["namespace"] = .string(Base64.encode(Array(secret.namespace.utf8)))
        if (secret.value["data"]["token"].string ?? "").isEmpty {
            let body: Value = [
                "kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1",
                "spec": [
                    "expirationSeconds": .int(lifetime),
                    "boundObjectRef": ["kind": "Secret", "apiVersion": "v1", "name": .string(secret.name), "uid": .string(secret.uid)],
                ],
            ]
            let path = APIRequest.path(
                GroupVersion(group: "", version: "v1"), "serviceaccounts", namespace: account.namespace, name: account.name, subresource: "token")
            let token = try await client.post(body, to: path)["status"]["token"].string ?? ""
            new.value["data"]["token"] = .string(Base64.encode(Array(token.utf8)))
        }
        if new.value != secret.value { try await client.update(new) }
    }
}

/// Deletes bootstrap tokens that have expired.
struct BootstrapTokenCleaner: Controller {
    let loop: ReconcileLoop
    private static let type = "bootstrap.kubernetes.io/token"

    init(_ context: ControllerContext) {
        let queue = WorkQueue()
        let secrets = context.informers.shared(Secret.self, namespace: "kube-system", fields: "type=" + Self.type)
        loop = ReconcileLoop("tokencleaner", queue: queue, workers: 1, logger: context.logger) { key throws(StatusError) in
            guard let secret = secrets.get(key), !secret.isBeingDeleted, let end = Self.expiration(secret) else { return }
            let left = end.seconds - Timestamp.now().seconds
            if left > 0 { return queue.add(key, after: .seconds(left)) }
            do throws(StatusError) {
                try await context.client.delete(Secret.self, secret.namespace, secret.name, ["preconditions": ["uid": .string(secret.uid)]])
            } catch where error.isNotFound || error.isConflict {
                return
            }
        }
        secrets.onChange { queue.add($0.object.namespace + "/" + $0.object.name) }
    }

    /// Nil for a token without an end.
    static func expiration(_ secret: Secret) -> Timestamp? {
        guard let text = secret.value["data"]["expiration"].string, let bytes = Base64.decode(text), !bytes.isEmpty else { return nil }
        // What cannot be read is no time at which the token would still be good.
        return Timestamp(String(decoding: bytes, as: UTF8.self)) ?? Timestamp(seconds: 0)
    }
}
