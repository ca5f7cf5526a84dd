// Written by generate-views from the schema files. Changes here are lost.

import KubernetesTypes

extension FlowSchemaStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.conditions = conditions.map { $0.copied() }
    }
}

extension FlowSchemaCondition: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.status = status
        copy.lastTransitionTime = lastTransitionTime
        copy.reason = reason
        copy.message = message
    }
}

extension PriorityLevelConfiguration: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.spec = spec.copied()
        copy.status = status.copied()
    }
}

extension PriorityLevelConfigurationSpec: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.limited = limited.copied()
        copy.exempt = exempt.copied()
    }
}

extension LimitedPriorityLevelConfiguration: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.nominalConcurrencyShares = nominalConcurrencyShares
        copy.limitResponse = limitResponse.copied()
        copy.lendablePercent = lendablePercent
        copy.borrowingLimitPercent = borrowingLimitPercent
    }
}

extension LimitResponse: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.queuing = queuing.copied()
    }
}

extension QueuingConfiguration: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.queues = queues
        copy.handSize = handSize
        copy.queueLengthLimit = queueLengthLimit
    }
}

extension ExemptPriorityLevelConfiguration: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.nominalConcurrencyShares = nominalConcurrencyShares
        copy.lendablePercent = lendablePercent
    }
}

extension PriorityLevelConfigurationStatus: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.conditions = conditions.map { $0.copied() }
    }
}

extension PriorityLevelConfigurationCondition: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.status = status
        copy.lastTransitionTime = lastTransitionTime
        copy.reason = reason
        copy.message = message
    }
}

extension CreateOptions: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.dryRun = dryRun
        copy.fieldManager = fieldManager
        copy.fieldValidation = fieldValidation
    }
}

extension GetOptions: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.resourceVersion = resourceVersion
    }
}

extension ListOptions: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.labelSelector = labelSelector
        copy.fieldSelector = fieldSelector
        copy.watch = watch
        copy.allowWatchBookmarks = allowWatchBookmarks
        copy.resourceVersion = resourceVersion
        copy.resourceVersionMatch = resourceVersionMatch
        copy.timeoutSeconds = timeoutSeconds
        copy.limit = limit
        copy.`continue` = `continue`
        copy.sendInitialEvents = sendInitialEvents
        copy.shardSelector = shardSelector
    }
}

extension PatchOptions: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.dryRun = dryRun
        copy.force = force
        copy.fieldManager = fieldManager
        copy.fieldValidation = fieldValidation
    }
}

extension UpdateOptions: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.dryRun = dryRun
        copy.fieldManager = fieldManager
        copy.fieldValidation = fieldValidation
    }
}

extension APIGroup: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.name = name
        copy.versions = versions.map { $0.copied() }
        copy.preferredVersion = preferredVersion.copied()
        copy.serverAddressByClientCIDRs = serverAddressByClientCIDRs.map { $0.copied() }
    }
}

extension GroupVersionForDiscovery: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.groupVersion = groupVersion
        copy.version = version
    }
}

extension ServerAddressByClientCIDR: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.clientCIDR = clientCIDR
        copy.serverAddress = serverAddress
    }
}

extension APIVersions: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.versions = versions
        copy.serverAddressByClientCIDRs = serverAddressByClientCIDRs.map { $0.copied() }
    }
}

extension PartialObjectMetadata: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
    }
}

extension Table: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.columnDefinitions = columnDefinitions.map { $0.copied() }
        copy.rows = rows.map { $0.copied() }
    }
}

extension TableColumnDefinition: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.name = name
        copy.type = type
        copy.format = format
        copy.description = description
        copy.priority = priority
    }
}

extension TableRow: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.cells = cells
        copy.conditions = conditions.map { $0.copied() }
        copy.object = object
    }
}

extension TableRowCondition: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.type = type
        copy.status = status
        copy.reason = reason
        copy.message = message
    }
}

extension AdmissionReview: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.request = request.copied()
        copy.response = response.copied()
    }
}

extension AdmissionRequest: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.uid = uid
        copy.kind = kind.copied()
        copy.resource = resource.copied()
        copy.subResource = subResource
        copy.requestKind = requestKind.copied()
        copy.requestResource = requestResource.copied()
        copy.requestSubResource = requestSubResource
        copy.name = name
        copy.namespace = namespace
        copy.operation = operation
        copy.userInfo = userInfo.copied()
        copy.object = object
        copy.oldObject = oldObject
        copy.dryRun = dryRun
        copy.options = options
    }
}

extension MetaGroupVersionKind: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.group = group
        copy.version = version
        copy.kind = kind
    }
}

extension GroupVersionResource: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.group = group
        copy.version = version
        copy.resource = resource
    }
}

extension AdmissionResponse: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.uid = uid
        copy.allowed = allowed
        copy.status = status.copied()
        copy.patch = patch
        copy.patchType = patchType
        copy.auditAnnotations = auditAnnotations
        copy.warnings = warnings
    }
}

extension APIGroupDiscovery: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.kind = kind
        copy.apiVersion = apiVersion
        copy.metadata = metadata.copied()
        copy.versions = versions.map { $0.copied() }
    }
}

extension APIVersionDiscovery: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.version = version
        copy.resources = resources.map { $0.copied() }
        copy.freshness = freshness
    }
}

extension APIResourceDiscovery: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.resource = resource
        copy.responseKind = responseKind.copied()
        copy.scope = scope
        copy.singularResource = singularResource
        copy.verbs = verbs
        copy.shortNames = shortNames
        copy.categories = categories
        copy.subresources = subresources.map { $0.copied() }
    }
}

extension APISubresourceDiscovery: CopiedView {
    func copyFields(to copy: inout Self) {
        copy.subresource = subresource
        copy.responseKind = responseKind.copied()
        copy.acceptedTypes = acceptedTypes.map { $0.copied() }
        copy.verbs = verbs
    }
}
