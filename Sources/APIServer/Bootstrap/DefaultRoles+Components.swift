extension DefaultRoles {
    /// Roles of the controllers that come late in the alphabet, and of what Martlet has and Kubernetes has not.
    static let controllers = #"""
        clusterrole system:controller:resourcequota-controller
          list,watch : * : *
          update : "" : resourcequotas/status
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:root-ca-cert-publisher
          create,update : "" : configmaps
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:route-controller
          list,watch : "" : nodes
          patch : "" : nodes/status
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:selinux-warning-controller
          get,list,watch : "" : persistentvolumeclaims,persistentvolumes
          get,list,watch : "" : pods
          get,list,watch : storage.k8s.io : csidrivers
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:service-account-controller
          create : "" : serviceaccounts
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:service-cidrs-controller
          get,list,patch,update,watch : networking.k8s.io : servicecidrs
          patch,update : networking.k8s.io : servicecidrs/finalizers
          patch,update : networking.k8s.io : servicecidrs/status
          get,list,watch : networking.k8s.io : ipaddresses
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:service-controller
          get,list,watch : "" : services
          patch,update : "" : services/status
          list,watch : "" : nodes
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:statefulset-controller
          list,watch : "" : pods
          get,list,watch : apps : statefulsets
          update : apps : statefulsets/status
          update : apps : statefulsets/finalizers
          create,delete,get,patch,update : "" : pods
          create,delete,get,list,patch,update,watch : apps : controllerrevisions
          create,get : "" : persistentvolumeclaims
          delete,update : "" : persistentvolumeclaims
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:ttl-after-finished-controller
          delete,get,list,watch : batch : jobs
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:ttl-controller
          list,patch,update,watch : "" : nodes
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:validatingadmissionpolicy-status-controller
          get,list,watch : admissionregistration.k8s.io : validatingadmissionpolicies
          get,patch,update : admissionregistration.k8s.io : validatingadmissionpolicies/status
          create,patch,update : "",events.k8s.io : events
        clusterrole system:controller:volumeattributesclass-protection-controller
          get,list,watch : "" : persistentvolumeclaims
          get,list,watch : "" : persistentvolumes
          get,list,update,watch : storage.k8s.io : volumeattributesclasses
          create,patch,update : "",events.k8s.io : events
        clusterrole martlet:controller:deployment-controller
          patch : apps : deployments
        clusterbinding martlet:controller:deployment-controller
          role ClusterRole martlet:controller:deployment-controller
          subject ServiceAccount kube-system/deployment-controller
        clusterrole martlet:controller:claim-writer
          patch : "" : persistentvolumeclaims
        clusterbinding martlet:controller:claim-writer
          role ClusterRole martlet:controller:claim-writer
          subject ServiceAccount kube-system/persistent-volume-binder
          subject ServiceAccount kube-system/statefulset-controller
          subject ServiceAccount kube-system/expand-controller
        clusterrole martlet:controller:serving-approver
          update : certificates.k8s.io : certificatesigningrequests/approval
          approve : certificates.k8s.io : signers : kubernetes.io/kubelet-serving
        clusterbinding martlet:controller:serving-approver
          role ClusterRole martlet:controller:serving-approver
          subject ServiceAccount kube-system/martlet-serving-approver
        clusterrole martlet:local-path
          create : storage.k8s.io : storageclasses
          get,list,watch : "" : nodes
        clusterbinding martlet:local-path
          role ClusterRole martlet:local-path
          subject ServiceAccount kube-system/martlet-local-path
        clusterbinding martlet:local-path-provisioner
          role ClusterRole system:persistent-volume-provisioner
          subject ServiceAccount kube-system/martlet-local-path
        role kube-system/martlet:local-path
          create : coordination.k8s.io : leases
          get,update : coordination.k8s.io : leases : martlet-local-path
        binding kube-system/martlet:local-path
          role Role martlet:local-path
          subject ServiceAccount kube-system/martlet-local-path
        clusterrole martlet:node
          list,watch : "" : persistentvolumes
        clusterbinding martlet:node
          role ClusterRole martlet:node
          subject Group martlet:nodes
        clusterrole martlet:network-policies
          list,watch : networking.k8s.io : networkpolicies
          list,watch : "" : namespaces,pods
        clusterbinding martlet:network-policies
          role ClusterRole martlet:network-policies
          subject ServiceAccount kube-system/martlet-network-policies
        clusterbinding martlet:dns
          role ClusterRole system:coredns
          subject ServiceAccount kube-system/martlet-dns
        clusterrole martlet:node-name-servers
          list,watch : "" : nodes
        clusterbinding martlet:node-name-servers
          role ClusterRole martlet:node-name-servers
          subject ServiceAccount kube-system/martlet-dns
        role kube-system/martlet:dns
          create,get : "" : services
          create,get,update : discovery.k8s.io : endpointslices
          create : discovery.k8s.io : endpointslices/restricted
        binding kube-system/martlet:dns
          role Role martlet:dns
          subject ServiceAccount kube-system/martlet-dns
        """#
}
