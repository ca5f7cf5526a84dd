// The schema files, embedded. Their order is the order of groups and versions in discovery.
#pragma clang diagnostic ignored "-Wc23-extensions"

#include "kinds.h"

static const unsigned char text[] = {
#embed "core.v1.schema"
    , '\n',
#embed "apiregistration.v1.schema"
    , '\n',
#embed "apps.v1.schema"
    , '\n',
#embed "events.v1.schema"
    , '\n',
#embed "authentication.v1.schema"
    , '\n',
#embed "authorization.v1.schema"
    , '\n',
#embed "autoscaling.v2.schema"
    , '\n',
#embed "autoscaling.v1.schema"
    , '\n',
#embed "batch.v1.schema"
    , '\n',
#embed "certificates.v1.schema"
    , '\n',
#embed "networking.v1.schema"
    , '\n',
#embed "policy.v1.schema"
    , '\n',
#embed "rbac.v1.schema"
    , '\n',
#embed "storage.v1.schema"
    , '\n',
#embed "admissionregistration.v1.schema"
    , '\n',
#embed "apiextensions.v1.schema"
    , '\n',
#embed "scheduling.v1.schema"
    , '\n',
#embed "coordination.v1.schema"
    , '\n',
#embed "node.v1.schema"
    , '\n',
#embed "discovery.v1.schema"
    , '\n',
#embed "resource.v1.schema"
    , '\n',
#embed "resource.v1beta1.schema"
    , '\n',
#embed "flowcontrol.v1.schema"
    , '\n',
#embed "meta.v1.schema"
    , '\n',
#embed "admission.v1.schema"
    , '\n',
#embed "apidiscovery.v2.schema"
    , '\n',
};

const unsigned char *martlet_kind_text(void) { return text; }

size_t martlet_kind_text_length(void) { return sizeof(text); }
