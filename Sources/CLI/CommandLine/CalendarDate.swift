/// Dates of the proleptic Gregorian calendar in UTC, as `-rtc base=` takes them.
enum CalendarDate {
    /// Seconds since 1970-01-01T00:00:00 of "2026-01-31" or "2026-01-31T12:00:00"; nothing for another text, a date that
    /// does not exist, or one before 1970.
    static func seconds(_ text: String) -> UInt64? {
        let halves = text.split(separator: "T", omittingEmptySubsequences: false)
        guard (1...2).contains(halves.count), let date = numbers(halves[0], "-", [4, 2, 2]) else { return nil }
        var time: [UInt64] = [0, 0, 0]
        if halves.count == 2 {
            guard let given = numbers(halves[1], ":", [2, 2, 2]) else { return nil }
            time = given
        }
        let (year, month, day) = (date[0], date[1], date[2])
        guard year >= 1970, (1...12).contains(month), day >= 1, day <= days(of: month, in: year), time[0] < 24,
            time[1] < 60, time[2] < 60
        else { return nil }
        var count: UInt64 = 0
        for earlier in 1970..<year { count += isLeap(earlier) ? 366 : 365 }
        for earlier in 1..<month { count += days(of: earlier, in: year) }
        return (count + day - 1) * 86400 + time[0] * 3600 + time[1] * 60 + time[2]
    }

    private static func numbers(_ text: Substring, _ separator: Character, _ widths: [Int]) -> [UInt64]? {
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == widths else { return nil }
        var numbers: [UInt64] = []
        for part in parts {
            guard part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt64(part) else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    private static func isLeap(_ year: UInt64) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    private static func days(of month: UInt64, in year: UInt64) -> UInt64 {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
