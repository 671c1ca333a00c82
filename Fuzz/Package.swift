// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .unsafeFlags(["-sanitize=fuzzer,address"]),
]

/// - Parameters:
///   - name: The name of the target.
///   - library: The library under test. Internal libraries are products while `ROULETTE_SANITIZER` is set.
func fuzzer(_ name: String, of library: String = "NATSWire") -> Target {
    .executableTarget(
        name: name,
        dependencies: [
            "FuzzSupport",
            .product(name: library, package: "roulette"),
            .product(name: "NIOCore", package: "swift-nio"),
        ],
        swiftSettings: settings,
        // Only lld accepts programs with a main function of their own beside that of libFuzzer.
        linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]
    )
}

let package = Package(
    name: "roulette-fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "roulette", path: "../", traits: ["Command"]),
        .package(url: "https://github.com/apple/swift-nio", from: "2.90.0"),
    ],
    targets: [
        .target(name: "CFuzzer"),
        .target(name: "FuzzSupport", dependencies: ["CFuzzer"], swiftSettings: settings),
        fuzzer("FuzzParser"),
        fuzzer("FuzzHeaders"),
        fuzzer("FuzzServerInfo"),
        fuzzer("FuzzLocator", of: "Settings"),
        fuzzer("FuzzSettings", of: "Settings"),
        fuzzer("FuzzMonitoring", of: "NATSMonitoring"),
        fuzzer("FuzzCredentials", of: "RouletteNATS"),
    ]
)
