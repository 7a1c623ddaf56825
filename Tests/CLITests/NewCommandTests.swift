import TandemMachine
import Testing

@testable import TandemCLI

@Suite struct NewCommandTests {
    @Test("a new package has a device, a platform, a program and a test, and says how they are used")
    func files() {
        let bench = CommandBench()
        #expect(bench.run("new", "work/mysim", "-path", "../tandem") == 0, "\(bench.errors)")
        #expect(
            bench.files.keys.sorted() == [
                "work/mysim/.gitignore", "work/mysim/Package.swift", "work/mysim/README.md",
                "work/mysim/Sources/mysim/Multiplier.swift", "work/mysim/Sources/mysim/main.swift",
                "work/mysim/Tests/mysimTests/MultiplierTests.swift", "work/mysim/guest/multiply.s",
                "work/mysim/platforms/board.json5",
            ])
        let manifest = String(decoding: bench.files["work/mysim/Package.swift"] ?? [], as: UTF8.self)
        #expect(manifest.contains(".package(path: \"../tandem\")"))
        #expect(manifest.contains("product(name: \"TandemTesting\", package: \"tandem\")"))
        #expect(bench.output.contains("cd work/mysim && swift test"))
        for (file, bytes) in bench.files { #expect(bytes.last == 10 && bytes.dropLast().last != 10, "\(file)") }
    }

    @Test("the platform of a new package is sound, but for the device that it brings")
    func platform() throws {
        let template = PackageTemplate(name: "mysim", tandem: "../tandem")
        let file = try #require(template.files.first { $0.path == "platforms/board.json5" })
        let platform = try PlatformLoader(PlatformSource(texts: ["b": file.text])).load("b")
        let error = #expect(throws: PlatformError.self) { try platform.plan(catalog: .standard) }
        #expect(error?.diagnoses.count == 1)
        #expect(error?.description.contains("there is no module type “multiplier”") == true)
    }

    @Test(
        "what cannot be the name of a package, or would overwrite something, is refused",
        arguments: [
            ("new", "tandem: no package is named; expected “tandem new NAME”"),
            (
                "new my-sim -path t",
                "tandem: a package cannot be called “my-sim”; expected a name of letters, digits and “_” that begins with a letter"
            ),
            ("new 7up -path t", "tandem: a package cannot be called “7up”"),
            ("new TandemSim -path t", "tandem: “TandemSim” would be mistaken for a module of tandem’s own"),
            ("new sim", "tandem: the package that this program was built from is not there; expected -path FOLDER"),
            (
                "new old -path t",
                "tandem: error: old/README.md: there is a file of that name already; expected a folder without a package"
            ),
            ("new /gone/x -path t", "tandem: error: /gone/x/Package.swift: the file cannot be written: No such file"),
        ])
    func refusal(line: String, message: String) {
        let bench = CommandBench(texts: ["old/README.md": "mine"])
        #expect(bench.run(line.split(separator: " ").map(String.init)) == 2)
        #expect(bench.errors.hasPrefix(message), "\(bench.errors)")
        #expect(bench.files.count == 1)
    }
}
