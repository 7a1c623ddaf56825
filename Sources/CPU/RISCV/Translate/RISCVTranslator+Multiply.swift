/// Unpriv. spec "M". Division by zero and overflow follow the table there, which is the rule of the intermediate form too.
extension RISCVTranslator {
    mutating func translateMultiply(_ i: DecodedInstruction) {
        let type = registerType
        switch i.operation {
        case .mul: two(.mul, type, i)
        case .mulh: two(.mulHighSigned, type, i)
        case .mulhsu: two(.mulHighSignedUnsigned, type, i)
        case .mulhu: two(.mulHighUnsigned, type, i)
        case .div: two(.divSigned, type, i)
        case .divu: two(.divUnsigned, type, i)
        case .rem: two(.remSigned, type, i)
        case .remu: two(.remUnsigned, type, i)
        case .mulw: two(.mul, .i32, i)
        case .divw: two(.divSigned, .i32, i)
        case .divuw: two(.divUnsigned, .i32, i)
        case .remw: two(.remSigned, .i32, i)
        case .remuw: two(.remUnsigned, .i32, i)
        default: preconditionFailure("\(i.operation) stands in another chapter")
        }
    }
}
