// swift-tools-version: 6.2
import PackageDescription

// Targets stand in the order of the floors of docs/architecture.md, lowest first. A target imports
// what stands below it, never what stands beside or above it; `Tests/TidyTests` checks that.

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

func nio(_ name: String) -> Target.Dependency { .product(name: name, package: "swift-nio") }

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let collections: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let heap: Target.Dependency = .product(name: "HeapModule", package: "swift-collections")

let package = Package(
    name: "martlet",
    products: [
        .executable(name: "martlet", targets: ["martlet"]),
        .library(name: "CEL", targets: ["CEL"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CLinux"),
        .target(name: "Objects", dependencies: [
            "CYAML", "CZlib",
        ], swiftSettings: settings),
        .target(name: "ComponentMetrics", swiftSettings: settings),
        .target(name: "Schema", dependencies: [
            "Objects",
        ], swiftSettings: settings),
        .target(name: "KindTexts", path: "Sources/KubernetesTypes/Kinds"),
        .target(name: "KubernetesTypes", dependencies: [
            "Objects", "Schema", "KindTexts",
        ], exclude: ["Kinds"], swiftSettings: settings),
        .executableTarget(name: "generate-views", dependencies: [
            "Objects", "Schema", "KindTexts",
        ], swiftSettings: settings),
        .target(name: "Patching", dependencies: [
            "Objects", "Schema",
        ], swiftSettings: settings),
        .target(name: "CEL", dependencies: [
            "Objects",
        ], swiftSettings: settings),
        .target(name: "Policies", dependencies: [
            "Objects", "Schema", "KubernetesTypes", "CEL",
        ], swiftSettings: settings),
        .target(name: "Strategies", dependencies: [
            "Objects", "Schema", "KubernetesTypes", "CEL", "Policies", .product(name: "X509", package: "swift-certificates"),
            .product(name: "SwiftASN1", package: "swift-asn1"),
        ], swiftSettings: settings),
        .target(name: "Tables", dependencies: [
            "Objects", "Schema",
        ], swiftSettings: settings),
        .target(name: "GRPCCalls", dependencies: [
            nio("NIOCore"), nio("NIOPosix"), .product(name: "NIOHTTP2", package: "swift-nio-http2"),
            .product(name: "NIOHPACK", package: "swift-nio-http2"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
        ], swiftSettings: settings),
        .target(name: "FlowControl", dependencies: [
            "Objects", "ComponentMetrics", collections,
        ], swiftSettings: settings),
        .target(name: "Storage", dependencies: [
            nio("NIOCore"), logging,
        ], swiftSettings: settings),
        .target(name: "SQLiteStorage", dependencies: [
            "Storage", "CSQLite", nio("NIOCore"), .product(name: "Crypto", package: "swift-crypto"), logging,
        ], swiftSettings: settings),
        .target(name: "EtcdStorage", dependencies: [
            "Objects", "Storage", "GRPCCalls", nio("NIOCore"), nio("NIOPosix"), .product(name: "NIOSSL", package: "swift-nio-ssl"), logging,
        ], swiftSettings: settings),
        .target(name: "EncryptionAtRest", dependencies: [
            "Objects", "Storage", "GRPCCalls", nio("NIOCore"), .product(name: "Crypto", package: "swift-crypto"),
            .product(name: "CryptoExtras", package: "swift-crypto"), logging,
        ], swiftSettings: settings),
        .target(name: "HTTPServing", dependencies: [
            nio("NIOCore"), nio("NIOPosix"), nio("NIOHTTP1"), nio("NIOTLS"), nio("NIOWebSocket"),
            nio("NIOConcurrencyHelpers"), .product(name: "NIOHTTP2", package: "swift-nio-http2"),
            .product(name: "NIOSSL", package: "swift-nio-ssl"),
            .product(name: "NIOExtras", package: "swift-nio-extras"), "CZlib", collections, logging, "Objects",
            .product(name: "Crypto", package: "swift-crypto"),
        ], swiftSettings: settings),
        .target(name: "Credentials", dependencies: [
            "Objects", .product(name: "X509", package: "swift-certificates"),
            .product(name: "SwiftASN1", package: "swift-asn1"),
            .product(name: "Crypto", package: "swift-crypto"),
            .product(name: "CryptoExtras", package: "swift-crypto"),
        ], swiftSettings: settings),
        .target(name: "HostPrograms", dependencies: [
            "CLinux", logging,
        ], swiftSettings: settings),
        .target(name: "Webhooks", dependencies: [
            "Objects", nio("NIOCore"), nio("NIOHTTP1"), nio("NIOPosix"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            .product(name: "AsyncHTTPClient", package: "async-http-client"),
        ], swiftSettings: settings),
        .target(name: "Aggregation", dependencies: [
            "Objects", "Schema", "Credentials", nio("NIOCore"), nio("NIOHTTP1"),
            .product(name: "NIOSSL", package: "swift-nio-ssl"),
            .product(name: "AsyncHTTPClient", package: "async-http-client"),
        ], swiftSettings: settings),
        .target(name: "APIClient", dependencies: [
            "CLinux", "Objects", "ComponentMetrics", "Schema", "KubernetesTypes", "Credentials", nio("NIOCore"), nio("NIOHTTP1"),
            nio("NIOPosix"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            .product(name: "AsyncHTTPClient", package: "async-http-client"), collections, logging,
        ], swiftSettings: settings),
        .target(name: "ContainerRuntime", dependencies: [
            "Objects", "Schema", "HostPrograms", "GRPCCalls",
            .product(name: "Crypto", package: "swift-crypto"), "CZlib", nio("NIOCore"), nio("NIOPosix"), logging,
        ], swiftSettings: settings),
        .target(name: "Authentication", dependencies: [
            "Objects", "KubernetesTypes", "CEL", "Credentials", "ComponentMetrics", "Webhooks", nio("NIOCore"), nio("NIOHTTP1"),
            .product(name: "NIOSSL", package: "swift-nio-ssl"),
            .product(name: "AsyncHTTPClient", package: "async-http-client"),
            .product(name: "Crypto", package: "swift-crypto"), .product(name: "CryptoExtras", package: "swift-crypto"), logging,
        ], swiftSettings: settings),
        .target(name: "Authorization", dependencies: [
            "Objects", "KubernetesTypes", "CEL", "ComponentMetrics", "Authentication",
        ], swiftSettings: settings),
        .target(name: "Audit", dependencies: [
            "Objects", "KubernetesTypes", "APIClient", logging,
        ], swiftSettings: settings),
        .target(name: "APIServer", dependencies: [
            "Objects", "Schema", "KubernetesTypes", "Patching", "CEL", "Policies", "Strategies", "Tables", "Storage", "HTTPServing",
            "ComponentMetrics", "FlowControl", "Credentials", "Webhooks", "Aggregation", "Authentication", "Authorization", "Audit", "APIClient",
            nio("NIOCore"), nio("NIOPosix"), nio("NIOHTTP1"),
            .product(name: "NIOSSL", package: "swift-nio-ssl"),
            .product(name: "AsyncHTTPClient", package: "async-http-client"),
            .product(name: "Crypto", package: "swift-crypto"),
            .product(name: "X509", package: "swift-certificates"), collections, logging,
        ], swiftSettings: settings),
        .target(name: "Controllers", dependencies: [
            "Objects", "Schema", "KubernetesTypes", "Credentials", "APIClient",
            .product(name: "Crypto", package: "swift-crypto"), logging,
        ], swiftSettings: settings),
        .target(name: "Scheduler", dependencies: [
            "Objects", "ComponentMetrics", "Schema", "KubernetesTypes", "Policies", "Webhooks", "APIClient", heap, logging,
        ], swiftSettings: settings),
        .target(name: "Kubelet", dependencies: [
            "Objects", "Schema", "KubernetesTypes", "Credentials", "HTTPServing", "APIClient", "ContainerRuntime", "GRPCCalls",
            "CLinux", nio("NIOCore"), nio("NIOPosix"), nio("NIOHTTP1"), .product(name: "Crypto", package: "swift-crypto"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            .product(name: "AsyncHTTPClient", package: "async-http-client"), logging,
        ], swiftSettings: settings),
        .target(name: "ServiceProxy", dependencies: [
            "Objects", "Schema", "KubernetesTypes", "HostPrograms", "APIClient", nio("NIOCore"), nio("NIOPosix"), nio("NIOHTTP1"), logging,
        ], swiftSettings: settings),
        .target(name: "NetworkPolicies", dependencies: [
            "Objects", "Schema", "KubernetesTypes", "HostPrograms", "APIClient", logging,
        ], swiftSettings: settings),
        .target(name: "PodRoutes", dependencies: [
            "Objects", "Schema", "KubernetesTypes", "HostPrograms", "APIClient", logging,
        ], swiftSettings: settings),
        .target(name: "ClusterDNS", dependencies: [
            "Objects", "Schema", "KubernetesTypes", "APIClient", nio("NIOCore"), nio("NIOPosix"), logging,
        ], swiftSettings: settings),
        .target(name: "Cluster", dependencies: [
            "Objects", "Schema", "ComponentMetrics", "KubernetesTypes", "Credentials", "Storage", "SQLiteStorage", "EtcdStorage", "EncryptionAtRest", "Authentication", "Authorization", "Audit", "HTTPServing", "HostPrograms", "APIClient",
            "ContainerRuntime", "APIServer", "Controllers", "Scheduler", "Kubelet", "ServiceProxy", "NetworkPolicies", "PodRoutes", "ClusterDNS",
            .product(name: "X509", package: "swift-certificates"),
            .product(name: "NIOSSL", package: "swift-nio-ssl"), nio("NIOCore"), nio("NIOPosix"), logging,
            .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        ], swiftSettings: settings),
        .executableTarget(name: "martlet", dependencies: [
            "Cluster", "Objects", "Schema", "KubernetesTypes", "Storage", "SQLiteStorage", "HTTPServing",
            "Credentials", "APIClient", "ContainerRuntime", "APIServer", "Controllers", "Scheduler", "Kubelet",
            "ServiceProxy", "NetworkPolicies", "PodRoutes", "ClusterDNS", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            logging, .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        ], swiftSettings: settings),
        .target(name: "TrialServer", dependencies: [
            "APIServer", "Authentication", "Credentials", "SQLiteStorage", nio("NIOPosix"), logging,
        ], path: "Tests/TrialServer", swiftSettings: settings),
        .executableTarget(name: "measure", dependencies: [
            "TrialServer", "APIServer", "APIClient", "Authentication", "Authorization", "CEL", "KubernetesTypes", "Objects",
        ], path: "Benchmarks/Measure", swiftSettings: settings),
        .target(name: "TestSupport", dependencies: ["Objects", "Schema", "HostPrograms", "CZlib"], path: "Tests/TestSupport", swiftSettings: settings),
        .executableTarget(name: "scheduling-benchmark", dependencies: [
            "Objects", "KubernetesTypes", "APIClient", "Scheduler", logging,
        ], path: "Benchmarks/Scheduling", swiftSettings: settings),
        .testTarget(name: "TidyTests", swiftSettings: settings),
        .testTarget(name: "ObjectsTests", dependencies: [
            "Objects", "TestSupport",
        ], swiftSettings: settings),
        .testTarget(name: "ComponentMetricsTests", dependencies: [
            "ComponentMetrics",
        ], swiftSettings: settings),
        .testTarget(name: "AuthenticationTests", dependencies: [
            "Authentication", "Objects", "Credentials", .product(name: "Crypto", package: "swift-crypto"),
            .product(name: "CryptoExtras", package: "swift-crypto"), logging,
        ], swiftSettings: settings),
        .testTarget(name: "AuthorizationTests", dependencies: [
            "Authorization", "Authentication", "Objects",
        ], swiftSettings: settings),
        .testTarget(name: "AuditTests", dependencies: [
            "Audit", "Objects", "KubernetesTypes", "APIClient", logging,
        ], swiftSettings: settings),
        .testTarget(name: "SchemaTests", dependencies: [
            "Schema", "Objects",
        ], swiftSettings: settings),
        .testTarget(name: "KubernetesTypesTests", dependencies: [
            "TestSupport", "KubernetesTypes", "Objects", "Schema",
        ], swiftSettings: settings),
        .testTarget(name: "PatchingTests", dependencies: [
            "TestSupport", "Patching", "Objects", "Schema",
        ], swiftSettings: settings),
        .testTarget(name: "CELTests", dependencies: [
            "TestSupport", "CEL", "Objects",
        ], swiftSettings: settings),
        .testTarget(name: "PoliciesTests", dependencies: [
            "Policies", "CEL", "Objects", "Schema", "KubernetesTypes",
        ], swiftSettings: settings),
        .testTarget(name: "StrategiesTests", dependencies: [
            "Strategies", "Objects", "Schema", "KubernetesTypes",
        ], swiftSettings: settings),
        .testTarget(name: "TablesTests", dependencies: [
            "Tables", "Objects", "Schema",
        ], swiftSettings: settings),
        .testTarget(name: "FlowControlTests", dependencies: [
            "FlowControl", "Objects",
        ], swiftSettings: settings),
        .testTarget(name: "StorageTests", dependencies: [
            "Storage", nio("NIOCore"), logging,
        ], swiftSettings: settings),
        .testTarget(name: "StorageContractTests", dependencies: [
            "TestSupport", "SQLiteStorage", "EtcdStorage", "Storage", nio("NIOCore"), logging,
        ], swiftSettings: settings),
        .testTarget(name: "EncryptionAtRestTests", dependencies: [
            "EncryptionAtRest", "SQLiteStorage", "Storage", "Objects", nio("NIOPosix"), logging,
        ], swiftSettings: settings),
        .testTarget(name: "HTTPServingTests", dependencies: [
            "TestSupport", "HTTPServing", "Credentials", "CZlib", nio("NIOCore"), nio("NIOPosix"), nio("NIOHTTP1"), nio("NIOTLS"), nio("NIOWebSocket"),
            nio("NIOConcurrencyHelpers"), .product(name: "NIOHTTP2", package: "swift-nio-http2"),
            .product(name: "NIOSSL", package: "swift-nio-ssl"),
            .product(name: "NIOExtras", package: "swift-nio-extras"), collections, logging,
        ], swiftSettings: settings),
        .testTarget(name: "CredentialsTests", dependencies: [
            "Credentials", "Objects", .product(name: "X509", package: "swift-certificates"),
            .product(name: "SwiftASN1", package: "swift-asn1"),
            .product(name: "Crypto", package: "swift-crypto"),
            .product(name: "CryptoExtras", package: "swift-crypto"),
        ], swiftSettings: settings),
        .testTarget(name: "WebhooksTests", dependencies: [
            "Webhooks", "Objects", nio("NIOCore"), nio("NIOPosix"),
        ], swiftSettings: settings),
        .testTarget(name: "AggregationTests", dependencies: [
            "Aggregation", "Objects", "Schema",
        ], swiftSettings: settings),
        .testTarget(name: "APIClientTests", dependencies: [
            "APIClient", "Objects", "Schema", "KubernetesTypes", "Credentials", nio("NIOCore"), nio("NIOHTTP1"),
            nio("NIOPosix"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
            .product(name: "AsyncHTTPClient", package: "async-http-client"), collections, logging,
        ], swiftSettings: settings),
        .testTarget(name: "ContainerRuntimeTests", dependencies: [
            "ContainerRuntime", "Objects", "Schema",
            .product(name: "Crypto", package: "swift-crypto"), nio("NIOCore"), nio("NIOPosix"), logging,
        ], swiftSettings: settings),
        .testTarget(name: "APIServerTests", dependencies: [
            "TestSupport", "TrialServer", "APIServer", "Objects", "Schema", "KubernetesTypes", "Patching", "Strategies", "Tables", "Storage", "SQLiteStorage",
            "HTTPServing", "Credentials", "Webhooks", "Aggregation", "Audit", "Authentication", "Authorization", "APIClient", nio("NIOCore"),
            nio("NIOPosix"), nio("NIOHTTP1"),
            .product(name: "NIOSSL", package: "swift-nio-ssl"),
            .product(name: "AsyncHTTPClient", package: "async-http-client"),
            .product(name: "Crypto", package: "swift-crypto"),
            .product(name: "X509", package: "swift-certificates"), collections, logging,
        ], swiftSettings: settings),
        .testTarget(name: "SimulationTests", dependencies: [
            "TestSupport", "TrialServer", "Objects", "KubernetesTypes", "Credentials", "APIClient", "APIServer", "Controllers", "Scheduler", "Kubelet", logging,
        ], swiftSettings: settings),
        .testTarget(name: "ControllersTests", dependencies: [
            "Controllers", "Objects", "KubernetesTypes", "Credentials", "APIClient", "TestSupport",
            .product(name: "Crypto", package: "swift-crypto"), logging,
        ], swiftSettings: settings),
        .testTarget(name: "SchedulerTests", dependencies: [
            "TestSupport", "Scheduler", "Objects", "KubernetesTypes", "APIClient", logging,
        ], swiftSettings: settings),
        .testTarget(name: "KubeletTests", dependencies: [
            "Kubelet", "Objects", "KubernetesTypes", "Credentials", "HTTPServing", "APIClient",
            "ContainerRuntime", nio("NIOCore"), nio("NIOPosix"), nio("NIOHTTP1"),
            .product(name: "NIOSSL", package: "swift-nio-ssl"),
            .product(name: "AsyncHTTPClient", package: "async-http-client"), logging,
        ], swiftSettings: settings),
        .testTarget(name: "HostProgramsTests", dependencies: [
            "HostPrograms", logging,
        ], swiftSettings: settings),
        .testTarget(name: "ServiceProxyTests", dependencies: [
            "TestSupport", "ServiceProxy", "Objects", "KubernetesTypes", "HostPrograms", "APIClient", logging,
        ], swiftSettings: settings),
        .testTarget(name: "NetworkPoliciesTests", dependencies: [
            "TestSupport", "NetworkPolicies", "Objects", "KubernetesTypes", "HostPrograms",
        ], swiftSettings: settings),
        .testTarget(name: "PodRoutesTests", dependencies: [
            "PodRoutes", "TestSupport", "HostPrograms", "KubernetesTypes", "Objects",
        ], swiftSettings: settings),
        .testTarget(name: "ClusterDNSTests", dependencies: [
            "TestSupport", "ClusterDNS", "Objects", "KubernetesTypes", "APIClient", nio("NIOCore"), nio("NIOPosix"), logging,
        ], swiftSettings: settings),
        .testTarget(name: "ClusterTests", dependencies: [
            "Cluster", "Objects", "KubernetesTypes", "Credentials", "Storage", "SQLiteStorage", "HTTPServing",
            "APIClient", "ContainerRuntime", "APIServer", "Controllers", "Scheduler", "Kubelet", "ServiceProxy",
            "PodRoutes", "ClusterDNS", .product(name: "X509", package: "swift-certificates"),
            .product(name: "NIOSSL", package: "swift-nio-ssl"), nio("NIOCore"), nio("NIOPosix"), logging,
            .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        ], swiftSettings: settings),
    ]
)
