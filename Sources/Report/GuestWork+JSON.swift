import TandemCPU
import TandemJSON

extension FunctionRecord {
    /// One element of the member `functions` of a report (docs/report.md).
    var json: JSONValue {
        JSONValue(
            members: [
                JSONMember("hart", JSONValue(hart)), JSONMember("function", JSONValue(name)),
                JSONMember("address", address.map { JSONValue($0) } ?? .null),
            ] + work.members)
    }
}

extension ProcessRecord {
    /// One element of the member `processes`.
    var json: JSONValue {
        JSONValue(
            members: [
                JSONMember("hart", JSONValue(hart)), JSONMember("privilege", JSONValue(privilege.rawValue)),
                JSONMember("root", root.map { JSONValue($0) } ?? .null),
                JSONMember("space", space.map { JSONValue($0) } ?? .null),
            ] + work.members)
    }
}

extension GuestWork {
    fileprivate var members: [JSONMember] {
        [
            JSONMember("instructions", JSONValue(instructions)), JSONMember("reads", JSONValue(reads)),
            JSONMember("writes", JSONValue(writes)), JSONMember("readBytes", JSONValue(readBytes)),
            JSONMember("writeBytes", JSONValue(writeBytes)), JSONMember("deviceAccesses", JSONValue(deviceAccesses)),
            JSONMember("deviceLatencyPicoseconds", JSONValue(deviceLatency)),
        ]
    }
}
