import Glibc
import TandemKernel
import TandemOS
import Testing

@testable import TandemMonitor

@Suite struct MonitorPageTests {
    /// `docs` of the repository that this file stands in.
    private static var folder: String {
        let path = #filePath
        guard let range = path.firstRange(of: "/Tests/") else { return "docs" }
        return path[..<range.lowerBound] + "/docs"
    }

    @Test("the page of the commands and events is current")
    func current() throws {
        let path = "\(Self.folder)/monitor-commands.md"
        let text = MonitorPage(catalog: .standard).text
        if getenv("BLESS") != nil { try Files.write(text, to: path) }
        let found = (try? Files.read(path)).map { String(decoding: $0, as: UTF8.self) }
        #expect(found == text, "BLESS=1 swift test --filter MonitorPageTests writes \(path) anew")
    }
}
