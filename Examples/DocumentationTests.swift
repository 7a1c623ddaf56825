import Foundation
import Testing

/// What the documentation shows is what is compiled and run here.
struct DocumentationTests {
    @Test("every block of Swift and every platform file in the documentation stands in an example that is run")
    func blocks() throws {
        let sources = try files(below: "Examples", ending: ".swift") + [Self.newDevice]
        let examples = try sources.map { try lines(of: $0).joined(separator: "\n") }
        let pages = try files(below: "docs", ending: ".md").filter {
            $0.hasPrefix("docs/concepts/") || $0.hasPrefix("docs/tutorial/")
        }
        for page in pages {
            for block in try blocks(of: page) {
                let text = block.text.joined(separator: "\n")
                #expect(examples.contains { $0.contains(text) }, "\(page):\(block.line): no example holds this block")
            }
        }
    }

    @Test("every concept has a page with an example")
    func concepts() throws {
        let pages = try files(below: "docs/concepts", ending: ".md").filter { !$0.hasSuffix("README.md") }
        #expect(pages.count >= 11)
        for page in pages { #expect(try !blocks(of: page).isEmpty, "\(page) shows nothing that runs") }
        let index = try text(of: "docs/concepts/README.md")
        for page in pages {
            let name = page.split(separator: "/").last.map(String.init) ?? page
            #expect(index.contains("(\(name))"), "docs/concepts/README.md does not lead to \(name)")
        }
    }

    @Test(
        "a platform, a device of one's own, a program and their test take twenty lines, all of which the tutorial shows"
    )
    func firstDevice() throws {
        let file = try lines(of: "Examples/Tutorial/Multiplier.swift")
        #expect(file.last == "" && file.count <= 21)
        let page = try blocks(of: "docs/tutorial/first-device.md")
        #expect(page.first?.text == file.dropLast())
    }

    @Test("core and shell of newdev take 150 lines at most, its registers and their documentation included")
    func newDevice() throws {
        let all = try files(below: "Sources/Devices/PCI", ending: ".swift").filter { $0.contains("/NewDevice") }
        #expect(all == [Self.newDevice])
        #expect(try lines(of: Self.newDevice).count <= 151)
    }

    /// The device that `docs/tutorial/pci-device.md` goes through.
    private static let newDevice = "Sources/Devices/PCI/NewDeviceCore.swift"

    private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path

    private struct Block {
        var line: Int
        var text: [String]
    }

    /// The blocks between ```swift or ```json5 and ```, line by line without indentation; of JSON5 those that are whole files.
    private func blocks(of page: String) throws -> [Block] {
        var blocks: [Block] = []
        var isInside = false
        let all = try lines(of: page)
        for (index, line) in all.enumerated() {
            let next = index + 1 < all.count ? all[index + 1] : ""
            if isInside, line == "```" {
                isInside = false
            } else if isInside {
                blocks[blocks.count - 1].text.append(line)
            } else if line == "```swift" || (line == "```json5" && next == "{") {
                isInside = true
                blocks.append(Block(line: index + 1, text: []))
            }
        }
        return blocks
    }

    private func lines(of file: String) throws -> [String] {
        try text(of: file).split(separator: "\n", omittingEmptySubsequences: false).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
    }

    private func text(of file: String) throws -> String {
        try String(contentsOfFile: "\(root)/\(file)", encoding: .utf8)
    }

    private func files(below folder: String, ending suffix: String) throws -> [String] {
        let names = try FileManager.default.subpathsOfDirectory(
            atPath: URL(filePath: "\(root)/\(folder)").resolvingSymlinksInPath().path)
        return names.filter { $0.hasSuffix(suffix) }.sorted().map { "\(folder)/\($0)" }
    }
}
