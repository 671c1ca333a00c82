// swift-tools-version: 6.2

import PackageDescription

/// libFuzzer provides the `main` of each program, which calls `LLVMFuzzerTestOneInput` (see FuzzSupport). `scripts/fuzz`
/// builds these targets with `--sanitize fuzzer`. Without that option they do not link.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    // Swift must not generate a `main`.
    .unsafeFlags(["-parse-as-library"]),
]

/// - Parameters:
///   - name: The name of the target.
///   - library: The library under test. Internal libraries are products while `ROULETTE_FUZZING` is set.
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
        fuzzer("FuzzMonitoring", of: "NATSMonitoring"),
        fuzzer("FuzzCredentials", of: "RouletteNATS"),
    ]
)
