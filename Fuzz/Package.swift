// swift-tools-version: 6.2

import PackageDescription

/// libFuzzer brings the `main` of each program, which calls `LLVMFuzzerTestOneInput` (see FuzzSupport).
/// Built by `scripts/fuzz`, with `--sanitize fuzzer`: without it these targets do not link.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    // No `main` of Swift's own.
    .unsafeFlags(["-parse-as-library"]),
]

/// - Parameters:
///   - name: The name of the target.
///   - library: The library under test. Those that are no products of the package are while `ROULETTE_FUZZING` is set.
func fuzzer(_ name: String, of library: String = "NATSWire") -> Target {
    .executableTarget(
        name: name,
        dependencies: [
            "FuzzSupport",
            .product(name: library, package: "roulette"),
            .product(name: "NIOCore", package: "swift-nio"),
        ],
        swiftSettings: settings
    )
}

let package = Package(
    name: "roulette-fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "roulette", path: "../"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.90.0"),
    ],
    targets: [
        .target(name: "FuzzSupport", swiftSettings: settings),
        fuzzer("FuzzParser"),
        fuzzer("FuzzHeaders"),
        fuzzer("FuzzServerInfo"),
        fuzzer("FuzzLocator", of: "Settings"),
        fuzzer("FuzzSettings", of: "Settings"),
        fuzzer("FuzzMonitoring", of: "ServerMonitor"),
        fuzzer("FuzzCredentials", of: "NATS"),
    ]
)
