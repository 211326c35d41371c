// swift-tools-version: 6.0
import PackageDescription

#if os(macOS)
// Apple's systems link what `xcframework.sh` has built, and bring SQLite along.
let library = [Target.binaryTarget(name: "FeishuCoreHRFFI", path: "FeishuCoreHRFFI.xcframework")]
let sqlite: [Target.Dependency] = []
#else
// `cargo xtask test --only Swift` puts the static library here.
let folder = Context.environment["FEISHU_COREHR_LIBRARY"] ?? "\(Context.packageDirectory)/../../target/swift/library"
let library = [
    Target.target(
        name: "FeishuCoreHRFFI",
        linkerSettings: [.linkedLibrary("feishu_corehr_mobile"), .unsafeFlags(["-L\(folder)"])]
    ),
    Target.systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
]
let sqlite: [Target.Dependency] = ["CSQLite"]
#endif

let package = Package(
    name: "FeishuCoreHR",
    platforms: [.iOS(.v16), .macOS(.v13)],
    products: [
        .library(name: "FeishuCoreHR", targets: ["FeishuCoreHR"]),
        // Journals of runs over many, for who wants them: it links the system's SQLite.
        .library(name: "FeishuCoreHRSQLite", targets: ["FeishuCoreHRSQLite"]),
    ],
    targets: library + [
        // What uniffi writes crashes the compiler in Swift 6 mode.
        .target(
            name: "FeishuCoreHRGenerated",
            dependencies: ["FeishuCoreHRFFI"],
            swiftSettings: [.swiftLanguageMode(.v5)]
        ),
        .target(name: "FeishuCoreHR", dependencies: ["FeishuCoreHRGenerated"]),
        .target(name: "FeishuCoreHRSQLite", dependencies: ["FeishuCoreHR"] + sqlite),
        .executableTarget(name: "withdraw", dependencies: ["FeishuCoreHR"], path: "Examples/withdraw"),
        .executableTarget(name: "demo", dependencies: ["FeishuCoreHR", "Sandbox"], path: "Examples/demo"),
        .target(name: "Sandbox", dependencies: ["FeishuCoreHR"], path: "Tests/Sandbox"),
        .executableTarget(name: "vectors", dependencies: ["FeishuCoreHR", "Sandbox"], path: "Tests/vectors"),
        .executableTarget(name: "bench", dependencies: ["FeishuCoreHR", "Sandbox"], path: "Tests/bench"),
        .executableTarget(
            name: "bulk", dependencies: ["FeishuCoreHR", "FeishuCoreHRSQLite", "Sandbox"], path: "Tests/bulk"),
        .testTarget(name: "FeishuCoreHRTests", dependencies: ["FeishuCoreHR", "FeishuCoreHRSQLite", "Sandbox"]),
    ]
)
