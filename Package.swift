// swift-tools-version: 6.2

import PackageDescription

/// The sanitizer of the build: `fuzzer,address` for `scripts/fuzz`, `thread` for `scripts/test --all`. It instruments only this
/// package. The dependencies are the same as without it, so they are not compiled again.
let sanitizer = Context.environment["ROULETTE_SANITIZER"]

let instrumented: [SwiftSetting] = sanitizer.map { [.unsafeFlags(["-sanitize=\($0)", "-enable-testing"])] } ?? []

let forThreads: [SwiftSetting] = sanitizer == "thread" ? [.define("THREAD_SANITIZER")] : []

/// The settings of every target in this package. Warnings are errors only here, so that a warning in a dependency does
/// not break the build.
let strict: [SwiftSetting] =
    instrumented + forThreads + [
        .swiftLanguageMode(.v6),
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]

/// Internal libraries that are products only for the `Fuzz` package.
let productsForFuzzing: [Product] =
    sanitizer?.hasPrefix("fuzzer") == true ? ["Settings", "NATSMonitoring"].map { .library(name: $0, targets: [$0]) } : []

let package = Package(
    name: "roulette",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Roulette", targets: ["Roulette"]),
        .library(name: "RouletteFoundation", targets: ["RouletteFoundation"]),
        .library(name: "RouletteTesting", targets: ["RouletteTesting"]),
        .library(name: "RouletteNATS", targets: ["RouletteNATS"]),
        .library(name: "ConsistentHashing", targets: ["ConsistentHashing"]),
        .library(name: "NATSWire", targets: ["NATSWire"]),
        .executable(name: "roulette", targets: ["RouletteCommand"]),
    ] + productsForFuzzing,
    // A package that uses a library lists the traits that it needs. The packages of the others are then neither fetched nor built.
    traits: [
        .trait(name: "Command", description: "The command and the console `roulette`."),
        .trait(name: "Configuration", description: "Reads the configuration of a client with swift-configuration."),
        .trait(name: "Tracing", description: "Traces messages with swift-distributed-tracing."),
        .default(enabledTraits: ["Command", "Configuration", "Tracing"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.1.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.0.0", traits: []),
        .package(url: "https://github.com/apple/swift-crypto", "3.12.0"..<"5.0.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.5.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.90.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.30.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.7.0"),
    ],
    targets: [
        // MARK: Libraries
        .target(
            name: "ConsistentHashing",
            dependencies: ["TextCoding", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict
        ),
        .target(
            name: "NATSWire",
            dependencies: ["TextCoding", .product(name: "NIOCore", package: "swift-nio")],
            swiftSettings: strict
        ),
        .target(
            name: "RouletteNATS",
            dependencies: [
                "CPrefetch",
                "Locking",
                "NATSWire",
                "TextCoding",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Roulette",
            dependencies: [
                "ConsistentHashing",
                "Locking",
                "RouletteNATS",
                "TextCoding",
                .product(name: "Configuration", package: "swift-configuration", condition: .when(traits: ["Configuration"])),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing", condition: .when(traits: ["Tracing"])),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "RouletteFoundation",
            dependencies: [
                "Roulette",
                "RouletteNATS",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "RouletteTesting",
            dependencies: [
                "Locking",
                "NATSWire",
                "Roulette",
                "RouletteNATS",
                "SeededRandomness",
                "TextCoding",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Settings",
            dependencies: [
                "NATSMonitoring",
                "Roulette",
                "RouletteNATS",
                "TerminalStyle",
                "TextCoding",
                .product(name: "TOMLKit", package: "TOMLKit", condition: .when(traits: ["Command"])),
            ],
            swiftSettings: strict
        ),

        .target(
            name: "NATSMonitoring",
            dependencies: [
                "RouletteNATS",
                "TextCoding",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict
        ),

        .target(
            name: "Operations",
            dependencies: ["ConsistentHashing", "NATSMonitoring", "Roulette"],
            swiftSettings: strict
        ),

        // MARK: Small things that several targets need
        .target(name: "CPrefetch"),
        .target(
            name: "Locking",
            swiftSettings: strict,
            // Every program has this target. `scripts/fuzz` has the options for its programs.
            linkerSettings: sanitizer == "thread" ? [.unsafeFlags(["-sanitize=thread"])] : []
        ),
        .target(name: "SeededRandomness", swiftSettings: strict),
        .target(name: "TextCoding", swiftSettings: strict),

        // MARK: Terminal
        .target(name: "TerminalStyle", dependencies: ["TextCoding"], swiftSettings: strict),
        .target(name: "TerminalUI", dependencies: ["TerminalStyle", "TextCoding"], swiftSettings: strict),
        .target(name: "CProcess"),
        .target(name: "CNcurses", dependencies: ["CProcess"], linkerSettings: [.linkedLibrary("ncursesw")]),
        .target(
            name: "NcursesTerminal",
            dependencies: ["CNcurses", "Locking", "TerminalUI", "TextCoding"],
            swiftSettings: strict
        ),

        // MARK: Console and command
        .target(
            name: "Console",
            dependencies: [
                "ConsistentHashing",
                "Locking",
                "NATSMonitoring",
                "NATSWire",
                "Operations",
                "Roulette",
                "RouletteNATS",
                "Settings",
                "TerminalUI",
                "TextCoding",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .target(name: "CommandSupport", dependencies: ["CProcess"], swiftSettings: strict),
        .target(
            name: "RouletteDemo",
            dependencies: [
                "CommandSupport",
                "Console",
                "Locking",
                "NATSMonitoring",
                "Roulette",
                "RouletteNATS",
                "SeededRandomness",
                "TextCoding",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "RouletteCommand",
            dependencies: [
                "CProcess",
                "CommandSupport",
                "Console",
                "Locking",
                "NcursesTerminal",
                "Operations",
                "RouletteDemo",
                "TextCoding",
                .product(name: "ArgumentParser", package: "swift-argument-parser", condition: .when(traits: ["Command"])),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),

        // MARK: Tests
        .target(
            name: "TestSupport",
            dependencies: [
                "Locking",
                "RouletteNATS",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            path: "Tests/TestSupport",
            exclude: ["Servers/CClient", "Servers/PythonClient"],
            swiftSettings: strict
        ),
        .testTarget(name: "TestSupportTests", dependencies: ["TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "ConsistentHashingTests",
            dependencies: ["ConsistentHashing"],
            resources: [.copy("ring_vectors.json")],
            swiftSettings: strict
        ),
        .testTarget(name: "TextCodingTests", dependencies: ["TextCoding"], swiftSettings: strict),
        .testTarget(name: "NATSWireTests", dependencies: ["NATSWire", "SeededRandomness", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "RouletteNATSTests",
            dependencies: [
                "Locking",
                "RouletteNATS",
                "SeededRandomness",
                "TestSupport",
                "TextCoding",
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "RouletteTests",
            dependencies: [
                "Roulette",
                "RouletteNATS",
                "SeededRandomness",
                "TestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "RouletteFoundationTests",
            dependencies: ["RouletteFoundation", "RouletteTesting", .product(name: "NIOCore", package: "swift-nio")],
            swiftSettings: strict
        ),
        .target(name: "OwnNames", path: "Tests/OwnNames", swiftSettings: strict),
        .testTarget(
            name: "RouletteTestingTests",
            dependencies: [
                "OwnNames",
                "RouletteTesting",
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing", condition: .when(traits: ["Tracing"])),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SettingsTests",
            dependencies: [
                "NATSMonitoring",
                "Roulette",
                "RouletteNATS",
                "Settings",
                "TerminalStyle",
                "TestSupport",
                "TextCoding",
                .product(name: "Configuration", package: "swift-configuration", condition: .when(traits: ["Configuration"])),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "NATSMonitoringTests",
            dependencies: ["RouletteNATS", "NATSMonitoring", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "OperationsTests",
            dependencies: ["ConsistentHashing", "NATSMonitoring", "Operations", "Roulette"],
            swiftSettings: strict
        ),
        .testTarget(name: "TerminalStyleTests", dependencies: ["TerminalStyle"], swiftSettings: strict),
        .testTarget(
            name: "TerminalUITests",
            dependencies: ["SeededRandomness", "TerminalUI", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(name: "NcursesTerminalTests", dependencies: ["NcursesTerminal"], swiftSettings: strict),
        .testTarget(
            name: "ConsoleTests",
            dependencies: ["Console", "RouletteNATS", "Locking", "NATSMonitoring", "Operations", "TestSupport"],
            exclude: ["Screens"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "RouletteDemoTests",
            dependencies: ["CommandSupport", "Console", "RouletteDemo", "SeededRandomness", "Settings", "TextCoding"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "RouletteCommandTests",
            dependencies: [
                "CommandSupport",
                "Console",
                "RouletteCommand",
                "RouletteDemo",
                "RouletteNATS",
                "Settings",
                "TerminalUI",
                "TestSupport",
                "TextCoding",
                .product(name: "ArgumentParser", package: "swift-argument-parser", condition: .when(traits: ["Command"])),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "Console",
                "Locking",
                "NATSMonitoring",
                "Roulette",
                "RouletteCommand",
                "RouletteNATS",
                "RouletteTesting",
                "SeededRandomness",
                "TestSupport",
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing", condition: .when(traits: ["Tracing"])),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
    ]
)

// No other tests run under the thread sanitizer.
if sanitizer == "thread" {
    let tests = ["IntegrationTests", "NATSWireTests", "RouletteNATSTests", "RouletteTests"]
    package.targets.removeAll { $0.isTest && !tests.contains($0.name) }
}
