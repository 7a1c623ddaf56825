// swift-tools-version: 6.2

import PackageDescription

/// Settings of every target. Warnings are errors; imports are internal unless a public declaration needs them;
/// existential types are written `any`, so that their cost is seen where it is paid.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// A target of the simulator. Modules are named `Tandem…` because bare names collide with a user's own targets.
func part(_ folder: String, needs: [String] = [], extra: [SwiftSetting] = [], exclude: [String] = []) -> Target {
    .target(
        name: "Tandem\(folder)", dependencies: needs.map { .init(stringLiteral: "Tandem\($0)") },
        path: "Sources/\(folder)",
        exclude: exclude, swiftSettings: settings + extra)
}

func tests(_ folder: String, needs: [String], exclude: [String] = [], resources: [Resource] = []) -> Target {
    .testTarget(
        name: "\(folder)Tests", dependencies: needs.map { .init(stringLiteral: $0) }, path: "Tests/\(folder)Tests",
        exclude: exclude, resources: resources, swiftSettings: settings)
}

let package = Package(
    name: "tandem",
    products: [
        .library(name: "Tandem", targets: ["Tandem"]),
        .library(name: "TandemTesting", targets: ["TandemTesting"]),
        .executable(name: "tandem", targets: ["TandemTool"]),
    ],
    targets: [
        // Leaves: import nothing of ours.
        // `Extern` reaches the libc calls that the Glibc module does not show (memfd_create and the like).
        part("OS", extra: [.enableExperimentalFeature("Extern")]),
        part("JSON"),
        part("X64"),
        // The simulation. An arrow means "may import"; there is no other way between two parts.
        part("Kernel", needs: ["OS"]),
        part("Bus", needs: ["Kernel", "OS"]),
        part("CPU", needs: ["X64", "Bus", "Kernel", "OS"]),
        part("Devices", needs: ["Bus", "Kernel"]),
        part("Host", needs: ["Devices", "Kernel", "OS"]),
        part("Machine", needs: ["CPU", "Devices", "Host", "Bus", "Kernel", "JSON", "OS"]),
        // What users meet.
        part("Report", needs: ["Machine", "CPU", "Bus", "Kernel", "JSON", "OS"], exclude: ["Page"]),
        part("Monitor", needs: ["Machine", "Host", "CPU", "Devices", "Bus", "Kernel", "JSON", "OS"]),
        part("Bench", needs: ["Machine", "CPU", "Devices", "Bus", "Kernel", "OS"]),
        part(
            "CLI",
            needs: ["Bench", "Monitor", "Report", "Machine", "CPU", "Devices", "Host", "Bus", "Kernel", "JSON", "OS"]),
        .target(
            name: "Tandem",
            dependencies: [
                "TandemCLI", "TandemMonitor", "TandemMachine", "TandemDevices", "TandemCPU", "TandemBus",
                "TandemKernel",
            ],
            path: "Sources/Tandem", swiftSettings: settings),
        part("Testing", needs: ["Machine", "CPU", "Devices", "Bus", "Kernel", "OS"]),
        .executableTarget(name: "TandemTool", dependencies: ["Tandem"], path: "Sources/Tool", swiftSettings: settings),

        tests("OS", needs: ["TandemOS"]),
        tests("JSON", needs: ["TandemJSON"]),
        tests("X64", needs: ["TandemX64", "TandemOS"]),
        tests("Kernel", needs: ["TandemKernel", "TandemTesting"]),
        tests("Bus", needs: ["TandemBus", "TandemKernel", "TandemOS", "TandemTesting"]),
        tests("CPU", needs: ["TandemCPU", "TandemBus", "TandemKernel", "TandemTesting"], exclude: ["FileTests"]),
        tests("Devices", needs: ["TandemDevices", "TandemBus", "TandemKernel", "TandemTesting"]),
        tests("Host", needs: ["TandemHost", "TandemDevices", "TandemKernel", "TandemOS", "TandemTesting"]),
        tests(
            "Machine",
            needs: [
                "TandemMachine", "TandemJSON", "TandemCPU", "TandemDevices", "TandemBus", "TandemKernel",
                "TandemTesting",
            ]),
        tests(
            "Monitor",
            needs: [
                "TandemMonitor", "TandemReport", "TandemMachine", "TandemHost", "TandemCPU", "TandemDevices",
                "TandemBus", "TandemKernel", "TandemJSON", "TandemOS", "TandemTesting",
            ]),
        tests(
            "CLI",
            needs: [
                "TandemCLI", "TandemMonitor", "TandemMachine", "TandemReport", "TandemCPU", "TandemDevices",
                "TandemHost", "TandemBus", "TandemKernel", "TandemJSON", "TandemTesting",
            ]),
        // What the documentation shows, run.
        .testTarget(
            name: "ExampleTests", dependencies: ["Tandem", "TandemTesting"], path: "Examples", swiftSettings: settings),
        // Drives the release binary, with real peers where they are installed.
        tests(
            "System", needs: ["TandemTesting", "TandemCPU", "TandemJSON", "TandemKernel", "TandemOS"],
            exclude: ["Sequences/Regressions"]),
    ]
)
