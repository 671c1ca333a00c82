// swift-tools-version: 6.2

import PackageDescription

// A separate package, so that a program for the benchmarks is not a product of the library. Its dependencies are those of the
// package `Fuzz`, because `scripts/costs` and `scripts/fuzz` share a build folder.
let package = Package(
    name: "roulette-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "roulette", path: "../", traits: ["Command"]),
        .package(url: "https://github.com/apple/swift-nio", from: "2.90.0"),
    ],
    targets: [
        .executableTarget(
            name: "Costs",
            dependencies: [
                .product(name: "ConsistentHashing", package: "roulette"),
                .product(name: "NATSWire", package: "roulette"),
                .product(name: "Roulette", package: "roulette"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6)]
        )
    ]
)
