import Glibc
import TandemDevices
import TandemKernel
import Testing

@Suite struct DevicePageTests {
    /// `docs/devices` of the repository that this file stands in.
    private static let folder = #filePath.components(before: "/Tests/") + "/docs/devices"

    @Test("the page of each device is current", arguments: Catalog.devices.map { $0.declaration.typeName })
    func current(typeName: String) throws {
        let type = try #require(Catalog().addingDevices()[typeName])
        let path = "\(Self.folder)/\(typeName).md"
        let text = DevicePage(declaration: type.declaration).text
        if getenv("BLESS") != nil { write(text, to: path) }
        #expect(read(path) == text, "BLESS=1 swift test --filter DevicePageTests writes \(path) anew")
    }

    private func read(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        while case let byte = fgetc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func write(_ text: String, to path: String) {
        mkdir(Self.folder, 0o777)
        guard let file = fopen(path, "w") else { return }
        fputs(text, file)
        fclose(file)
    }
}

extension String {
    /// What stands before the first occurrence of `mark`.
    fileprivate func components(before mark: String) -> String {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(mark) { return String(self[..<start]) }
            start = index(after: start)
        }
        return self
    }
}
