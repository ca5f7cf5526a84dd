import Credentials
import KubernetesTypes
import Logging
import Objects
import Schema
import Strategies
import Synchronization

/// Fills the Secrets of type `kubernetes.io/service-account-token` that users create, and removes those of accounts that are gone.
///
/// It stands beside the authenticator, which takes these tokens as long as their Secret is there.
final class TokenSecrets: Sendable {
    static let type = "kubernetes.io/service-account-token"
    static let accountName = "kubernetes.io/service-account.name"
    static let accountUID = "kubernetes.io/service-account.uid"
    private static let user = UserInfo(
        name: "system:serviceaccount:kube-system:token-controller", groups: [UserInfo.mastersGroup])

    private let secrets: ResourceStore
    private let accounts: ResourceStore
    private let issuer: ServiceAccountTokenIssuer
    private let authority: String
    private let logger: Logger
    private let task = Mutex<Task<Void, Never>?>(nil)

    init(secrets: ResourceStore, accounts: ResourceStore, issuer: ServiceAccountTokenIssuer, authority: String, logger: Logger) {
        self.secrets = secrets
        self.accounts = accounts
        self.issuer = issuer
        self.authority = authority
        self.logger = logger
    }

    func start() {
        let (signal, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        var ofType = ObjectFilter()
        ofType.fields = FieldSelector([FieldSelector.Term(field: "type", value: Self.type, isEqual: true)])
        ofType.selectable = secrets.strategy.selectableFields
        for (store, filter) in [(secrets, ofType), (accounts, ObjectFilter())] {
            guard let watcher = store.cache.watch(filter, from: .after(store.cache.snapshot().revision)) else { continue }
            watcher.onArrival {
                _ = watcher.take()
                continuation.yield()
            }
        }
        continuation.yield()
        let filter = ofType
        let running = Task { [self] in
            for await _ in signal {
                if Task.isCancelled { return }
                for secret in secrets.all() where filter.matches(secret) { await look(at: secret) }
            }
        }
        task.withLock { $0 = running }
    }

    func stop() { task.withLock { $0?.cancel() } }

    private func look(at secret: EncodedObject) async {
        let annotations = secret.value["metadata"]["annotations"]
        guard let name = annotations[Self.accountName].string, secret.value["metadata"]["deletionTimestamp"].isNull else { return }
        let account = accounts.cache.object(ResourceStore.key(secret.namespace, name))
        let uid = account?.value["metadata"]["uid"].string ?? ""
        let stated = annotations[Self.accountUID].string ?? ""
        do throws(StatusError) {
            if account == nil || (!stated.isEmpty && stated != uid) {
                _ = try await secrets.delete(secret.namespace, secret.name, DeletionOptions(), context())
            } else if isIncomplete(secret.value) || stated.isEmpty {
                try await fill(secret, account: name, uid)
            }
        } catch {
            if !error.isNotFound, !error.isConflict {
                logger.warning("a token Secret cannot be kept", metadata: ["secret": "\(secret.key)", "reason": "\(error)"])
            }
        }
    }

    private func isIncomplete(_ secret: Value) -> Bool {
        ["token", "namespace", "ca.crt"].contains { (secret["data"][$0].string ?? "").isEmpty }
    }

    private func context() -> WriteContext {
        var context = WriteContext(user: Self.user, fieldManager: "kube-controller-manager", version: secrets.description.id.groupVersion)
        context.isAdmitted = true
        return context
    }

    private func fill(_ secret: EncodedObject, account: String, _ uid: String) async throws(StatusError) {
        let token: String
        do {
            token = try issuer.signLegacy(namespace: secret.namespace, account: account, uid: uid, secret: secret.name)
        } catch {
            throw .internalError("\(error)")
        }
        let authority = authority
        _ = try await secrets.update(UpdateRequest(namespace: secret.namespace, name: secret.name), context()) {
            stored throws(StatusError) in
            var new = stored
            new["metadata"]["annotations"][Self.accountUID] = .string(uid)
            for (key, text) in [("token", token), ("namespace", secret.namespace), ("ca.crt", authority)]
            where (new["data"][key].string ?? "").isEmpty {
                new["data"][key] = .string(Base64.encode(Array(text.utf8)))
            }
            return new
        }
    }
}
