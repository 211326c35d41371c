// swift-tools-version: 6.0
import PackageDescription

#if os(macOS)
// Apple's systems link what `xcframework.sh` has built.
let library = [Target.binaryTarget(name: "FeishuCoreHRFFI", path: "FeishuCoreHRFFI.xcframework")]
#else
// `cargo xtask test --only Swift` puts the static library here.
let folder = Context.environment["FEISHU_COREHR_LIBRARY"] ?? "\(Context.packageDirectory)/../../target/swift/library"
let library = [
    Target.target(
        name: "FeishuCoreHRFFI",
        linkerSettings: [.linkedLibrary("feishu_corehr_mobile"), .unsafeFlags(["-L\(folder)"])]
    )
]
#endif

let package = Package(
    name: "FeishuCoreHR",
    platforms: [.iOS(.v16), .macOS(.v13)],
    products: [.library(name: "FeishuCoreHR", targets: ["FeishuCoreHR"])],
    targets: library + [
        // What uniffi writes crashes the compiler in Swift 6 mode.
        .target(
            name: "FeishuCoreHRGenerated",
            dependencies: ["FeishuCoreHRFFI"],
            swiftSettings: [.swiftLanguageMode(.v5)]
        ),
        .target(name: "FeishuCoreHR", dependencies: ["FeishuCoreHRGenerated"]),
        .executableTarget(name: "withdraw", dependencies: ["FeishuCoreHR"], path: "Examples/withdraw"),
        .executableTarget(name: "demo", dependencies: ["FeishuCoreHR", "Sandbox"], path: "Examples/demo"),
        .target(name: "Sandbox", dependencies: ["FeishuCoreHR"], path: "Tests/Sandbox"),
        .executableTarget(name: "vectors", dependencies: ["FeishuCoreHR", "Sandbox"], path: "Tests/vectors"),
        .executableTarget(name: "bench", dependencies: ["FeishuCoreHR", "Sandbox"], path: "Tests/bench"),
        .testTarget(name: "FeishuCoreHRTests", dependencies: ["FeishuCoreHR", "Sandbox"]),
    ]
)
