// swift-tools-version: 6.2

import PackageDescription

// A separate package, so that users of the library do not download the dependencies of the benchmarks.
let package = Package(
    name: "roulette-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "roulette", path: "../"),
        // Without traits, because counting allocations would replace malloc.
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.29.0", traits: []),
        .package(url: "https://github.com/apple/swift-nio", from: "2.90.0"),
    ],
    targets: [
        .executableTarget(
            name: "Pieces",
            dependencies: [
                .product(name: "Benchmark", package: "benchmark"),
                .product(name: "ConsistentHashing", package: "roulette"),
                .product(name: "RouletteNATS", package: "roulette"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            path: "Benchmarks/Pieces",
            swiftSettings: [.swiftLanguageMode(.v6)],
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]
        ),
        .executableTarget(
            name: "Costs",
            dependencies: [
                .product(name: "ConsistentHashing", package: "roulette"),
                .product(name: "Roulette", package: "roulette"),
            ],
            path: "Benchmarks/Costs",
            swiftSettings: [.swiftLanguageMode(.v6)]
        ),
    ]
)
