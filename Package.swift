// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]
let strictC: [CSetting] = [.treatAllWarnings(as: .error)]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "mete",
    products: [
        .executable(name: "mete", targets: ["mete"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // MARK: Values that the modules pass to each other
        .target(name: "MeteModel", swiftSettings: strict),

        // MARK: What the operator wants: a policy file becomes a policy
        .target(name: "MetePolicy", dependencies: ["MeteModel", "Yams"], swiftSettings: strict),

        // MARK: Trace: records from the kernel become usage of components
        .target(
            name: "CMeteWire", path: "bpf",
            exclude: [
                "sched.bpf.c", "task.bpf.c", "disk.bpf.c", "network.bpf.c", "calls.bpf.c", "events.bpf.c",
                "compat.bpf.h",
                "disturbance.bpf.h", "histogram.bpf.h",
                "kernel_types.bpf.h", "maps.bpf.h", "record.bpf.h", "slot.bpf.h",
            ],
            sources: ["wire_layout.c"], publicHeadersPath: "include", cSettings: strictC),
        .target(
            name: "CMeteProbes", dependencies: ["CMeteWire"], exclude: ["objects"], cSettings: strictC,
            linkerSettings: [.linkedLibrary(":libbpf.a"), .linkedLibrary(":libelf.a"), .linkedLibrary(":libz.a")]),
        .target(name: "MeteTrace", dependencies: ["MeteModel", "CMeteProbes", "CMeteWire"], swiftSettings: strict),

        // MARK: Remember: usage becomes a recording, and back
        // zlib itself is linked once, by CMeteProbes: it has to stand behind libbpf, which needs it too.
        .target(name: "CMeteZlib", cSettings: strictC),
        .target(
            name: "MeteStore",
            dependencies: ["MeteModel", "CMeteZlib", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: strict),

        // MARK: Predict: usage becomes a forecast of demand
        .target(name: "CMeteNetwork", cSettings: strictC, linkerSettings: [.linkedLibrary("m")]),
        .target(name: "MetePrediction", dependencies: ["MeteModel", "CMeteNetwork"], swiftSettings: strict),

        // MARK: Evaluate: forecasts against what then came
        .target(name: "MeteEvaluation", dependencies: ["MeteModel", "MetePrediction"], swiftSettings: strict),

        // MARK: Partition: forecasts and policy become a plan
        .target(name: "MetePartition", dependencies: ["MeteModel"], swiftSettings: strict),

        // MARK: Control: a plan becomes kernel settings, which can all be undone
        .target(name: "CMeteLinux", cSettings: strictC),
        .target(name: "MeteControl", dependencies: ["MeteModel", "CMeteLinux"], swiftSettings: strict),

        // MARK: What the agent and its clients say to each other
        .target(name: "MeteProtocol", dependencies: ["MeteModel"], swiftSettings: strict),
        .target(
            name: "MeteClient",
            dependencies: [
                "MeteProtocol",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict),

        // MARK: The agent: owns the loop and the socket
        .target(
            name: "MeteAgent",
            dependencies: [
                "MeteModel", "MetePolicy", "MeteTrace", "MetePrediction", "MetePartition", "MeteControl",
                "MeteStore", "MeteProtocol",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict),

        // MARK: Report: a recording becomes a page
        .target(name: "MeteReport", dependencies: ["MeteModel", "MeteStore"], swiftSettings: strict),

        // MARK: Commands; those that only look have no path to MeteControl
        .target(name: "MeteText", swiftSettings: strict),
        .target(name: "CMeteTerminal", cSettings: strictC),
        .target(
            name: "MeteTraceCommands",
            dependencies: [
                "MeteModel", "MetePolicy", "MeteTrace", "MeteStore", "MeteEvaluation", "MeteReport", "MeteText",
                "CMeteTerminal", argumentParser,
            ],
            swiftSettings: strict),
        .target(
            name: "MeteCommands",
            dependencies: [
                "MeteModel", "MetePolicy", "MeteTrace", "MeteStore", "MeteControl", "MeteProtocol", "MeteClient",
                "MeteAgent", "MeteTraceCommands", "MeteText", argumentParser,
            ],
            swiftSettings: strict),
        .executableTarget(name: "mete", dependencies: ["MeteCommands"], swiftSettings: strict),

        // MARK: Examples
        .target(name: "SeededRandom", swiftSettings: strict),
        .executableTarget(
            name: "open-loop", dependencies: ["SeededRandom", argumentParser], path: "examples/01-open-loop-client",
            exclude: ["README.md"], swiftSettings: strict),
        .executableTarget(
            name: "redis-beside-hogs", dependencies: ["MeteTestSupport", argumentParser],
            path: "examples/02-redis-beside-hogs", exclude: ["README.md"], resources: [.embedInCode("policy.yaml")],
            swiftSettings: strict),

        // MARK: Tests
        .target(name: "MeteTestSupport", swiftSettings: strict),
        .executableTarget(name: "mete-workload", path: "Tests/Support/Workload", cSettings: strictC),
        .executableTarget(
            name: "CrashProbe", dependencies: ["MeteModel", "MeteControl", "CMeteLinux"],
            path: "Tests/Support/CrashProbe",
            swiftSettings: strict),
        // zlib, as for MeteStore, comes with CMeteProbes.
        .executableTarget(
            name: "StoreProbe", dependencies: ["MeteModel", "MeteStore", "CMeteProbes"],
            path: "Tests/Support/StoreProbe", swiftSettings: strict),
        .testTarget(
            name: "MetePolicyTests", dependencies: ["MeteModel", "MetePolicy", "MeteTestSupport"], swiftSettings: strict
        ),
        .testTarget(
            name: "MeteTraceTests",
            dependencies: ["MeteModel", "MeteTrace", "MeteTestSupport", "CMeteWire", "SeededRandom"],
            swiftSettings: strict),
        .testTarget(
            name: "MeteStoreTests",
            dependencies: [
                "MeteModel", "MeteStore", "MeteTestSupport", "SeededRandom", "StoreProbe",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            resources: [.copy("Fixtures")], swiftSettings: strict),
        .testTarget(
            name: "MeteReportTests",
            dependencies: ["MeteModel", "MeteStore", "MeteReport", "MeteTestSupport", "SeededRandom"],
            swiftSettings: strict),
        .testTarget(
            name: "MeteTraceCommandsTests",
            dependencies: [
                "MeteModel", "MeteTrace", "MeteStore", "MeteEvaluation", "MeteTraceCommands", "MeteTestSupport",
                "SeededRandom",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "MetePredictionTests", dependencies: ["MeteModel", "MetePrediction", "CMeteNetwork", "SeededRandom"],
            resources: [.copy("Network/Fixtures")], swiftSettings: strict),
        .testTarget(
            name: "MeteEvaluationTests", dependencies: ["MeteModel", "MeteEvaluation", "SeededRandom"],
            swiftSettings: strict),
        .testTarget(
            name: "MetePartitionTests", dependencies: ["MeteModel", "MetePartition", "SeededRandom"],
            swiftSettings: strict),
        .testTarget(
            name: "MeteControlTests",
            dependencies: ["MeteModel", "MeteControl", "MeteTestSupport", "SeededRandom"],
            swiftSettings: strict),
        .testTarget(name: "MeteProtocolTests", dependencies: ["MeteModel", "MeteProtocol"], swiftSettings: strict),
        .testTarget(
            name: "MeteAgentTests",
            dependencies: [
                "MeteModel", "MetePolicy", "MeteTrace", "MetePartition", "MeteControl", "MeteStore", "MeteProtocol",
                "MeteClient", "MeteAgent", "MeteTestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .testTarget(name: "MeteTextTests", dependencies: ["MeteText"], swiftSettings: strict),
        .testTarget(
            name: "MeteCommandsTests",
            dependencies: ["MeteModel", "MeteProtocol", "MeteClient", "MeteAgent", "MeteCommands", argumentParser],
            swiftSettings: strict),
        .testTarget(
            name: "MeteKernelTests",
            dependencies: [
                "MeteModel", "MeteTrace", "MeteStore", "MetePartition", "MeteControl", "MeteProtocol", "MeteClient",
                "MeteAgent", "MeteTestSupport", "CMeteLinux", "CrashProbe", "mete-workload", "mete",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ExampleTests",
            dependencies: ["open-loop", "redis-beside-hogs", "mete", "MeteTestSupport", "SeededRandom"],
            swiftSettings: strict),

        // MARK: Benchmarks
        .executableTarget(
            name: "StoreBenchmark", dependencies: ["MeteModel", "MeteStore", "SeededRandom", "CMeteProbes"],
            path: "Tests/Benchmarks/StoreBenchmark", swiftSettings: strict),
        .executableTarget(
            name: "PartitionBenchmark", dependencies: ["MeteModel", "MetePartition", "SeededRandom"],
            path: "Tests/Benchmarks/PartitionBenchmark", swiftSettings: strict),
        .executableTarget(
            name: "PredictionBenchmark", dependencies: ["MeteModel", "MetePrediction", "MeteEvaluation"],
            path: "Tests/Benchmarks/PredictionBenchmark", swiftSettings: strict),
        .executableTarget(
            name: "NetworkBenchmark",
            dependencies: ["MeteModel", "MetePrediction", "MeteEvaluation", "SeededRandom"],
            path: "Tests/Benchmarks/NetworkBenchmark", swiftSettings: strict),
    ],
    cLanguageStandard: .gnu2x
)
