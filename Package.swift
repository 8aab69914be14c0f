// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  // The parser, the formats and the store are hot and lie in rooms of their own.
  .unsafeFlags(
    ["-cross-module-optimization", "-enforce-exclusivity=unchecked"],
    .when(configuration: .release)),
]

/// The house of docs/ARCHITECTURE.md. `Tests/TidyTests/LayerTests.swift` holds the same table and
/// fails on any other import.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func suite(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let arguments: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
  name: "assay",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "assay", targets: ["assay"]),
    // The kernel by its C names, for the tests and measurements that set it beside other tools.
    .library(name: "AssayKernel", type: .dynamic, targets: ["Kernel"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    // kernel
    room("Notation"),
    room("Geometry"),
    room("Labels", ["Notation", "Geometry"]),
    .target(
      name: "Kernel", dependencies: ["Notation", "Geometry", "Labels"],
      swiftSettings: strict + [.enableExperimentalFeature("Extern")]),
    .plugin(name: "BuildKernel", capability: .buildTool()),
    // domain
    room("Consensus", ["Geometry", "Labels"]),
    room("Workflow", ["Labels"]),
    room("Workforce"),
    .systemLibrary(
      name: "COpenSSL", pkgConfig: "libcrypto",
      providers: [.apt(["libssl-dev"]), .brew(["openssl"])]),
    room("Vault", ["COpenSSL", crypto]),
    // edge
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),
    .systemLibrary(
      name: "CArchive", pkgConfig: "libarchive",
      providers: [.apt(["libarchive-dev"]), .brew(["libarchive"])]),
    .systemLibrary(name: "CSnappy", providers: [.apt(["libsnappy-dev"]), .brew(["snappy"])]),
    .systemLibrary(
      name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"]), .brew(["lz4"])]),
    room(
      "Formats",
      ["CArchive", "CLZ4", "CSnappy", "CZlib", "CZstd", "Notation", "Geometry", "Labels", yams]),
    room("Wire", ["Notation"]),
    room("Store", ["Labels", "Workflow", "Vault"]),
    // driver
    room("StoreSQLite", ["Store", grdb, sqlite]),
    // use case
    room(
      "Platform",
      [
        "Notation", "Geometry", "Labels", "Consensus", "Workflow", "Workforce", "Vault", "Formats",
        "Store", crypto, cryptoExtras,
      ]),
    // drivers of use cases
    .target(name: "CVips"),
    room("Decoding", ["CVips", "Notation", "Platform", subprocess]),
    // delivery
    .target(name: "CWorkbench", cSettings: [.unsafeFlags(["-std=c23", "-Wno-c23-extensions"])]),
    .target(
      name: "Web",
      dependencies: [
        "Platform", "Notation", "Geometry", "Formats", "Store", "Vault", "Labels", "Workflow",
        "Workforce", "Consensus", "Wire", "CWorkbench", crypto, hummingbird, httpClient, logging,
      ], swiftSettings: strict, plugins: ["BuildKernel"]),
    .executableTarget(
      name: "assay",
      dependencies: [
        "Platform", "Decoding", "Web", "Store", "StoreSQLite", "Vault", "Notation", "Consensus",
        "Workforce", "Workflow", "Labels", "Geometry", "Formats", arguments, hummingbird,
        httpClient, logging,
      ], swiftSettings: strict),
    // tests, mirroring the rooms
    suite("NotationTests", ["Notation"]),
    suite("GeometryTests", ["Geometry"]),
    suite("KernelTests", ["Kernel", "Geometry", "Labels", "Notation"]),
    suite("WireTests", ["Wire", "Notation"]),
    suite("LabelsTests", ["Labels", "Geometry", "Notation"]),
    suite("ConsensusTests", ["Consensus", "Labels", "Geometry"]),
    suite("WorkflowTests", ["Workflow"]),
    suite("WorkforceTests", ["Workforce"]),
    suite("VaultTests", ["Vault", crypto]),
    suite("FormatsTests", ["Formats", "Notation", "Labels", "Geometry"]),
    suite("StoreTests", ["Store", "StoreSQLite"]),
    suite(
      "PlatformTests",
      [
        "Platform", "Geometry", "Labels", "Formats", "Store", "StoreSQLite", "Notation", "Vault",
        "Workflow",
        "Workforce",
      ]),
    suite("DecodingTests", ["Decoding", "Platform", "Formats"]),
    suite(
      "WebTests",
      [
        "Web", "Platform", "Decoding", "Store", "StoreSQLite", "Notation", "Formats", "Vault",
        httpClient, logging,
      ]),
    suite("TidyTests", []),
  ]
)
