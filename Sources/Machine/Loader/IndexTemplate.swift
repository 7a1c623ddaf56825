/// A text with index expressions in brackets: "cpu[i].mtip", "context[2*i+1]", "[cpu.count]".
///
/// An expression is a sum of products of decimal or hexadecimal numbers, of `i` (the position in an array), and of
/// `NAME.count` (how many modules the array NAME has).
struct IndexTemplate: Equatable {
    enum Part: Equatable {
        case literal(String)
        case expression(IndexExpression)
    }

    let parts: [Part]

    /// Splits `text`; fails with what is wrong in it.
    init(_ text: String) throws(Mistake) {
        var parts: [Part] = []
        var rest = Substring(text)
        while let open = rest.firstIndex(of: "[") {
            if open > rest.startIndex { parts.append(.literal(String(rest[..<open]))) }
            guard let close = rest[open...].firstIndex(of: "]") else { throw Mistake("the bracket “[” is not closed") }
            let inside = rest[rest.index(after: open)..<close]
            guard let expression = IndexExpression(String(inside)) else {
                throw Mistake("“\(inside)” is not an index expression")
            }
            parts.append(.expression(expression))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.literal(String(rest))) }
        self.parts = parts
    }

    /// What is wrong with a template, as a sentence without its full stop.
    struct Mistake: Error {
        let problem: String
        init(_ problem: String) { self.problem = problem }
        static let expected = "a sum of numbers, “i” and “NAME.count”, such as “[2*i+1]”"
    }

    /// Whether the text is nothing but one expression: it then stands for a number.
    var wholeExpression: IndexExpression? {
        if parts.count == 1, case .expression(let expression) = parts[0] { expression } else { nil }
    }

    /// Whether `i` occurs.
    var usesIndex: Bool {
        parts.contains { if case .expression(let expression) = $0 { expression.usesIndex } else { false } }
    }

    /// The names directly before a plain `[i]`: the arrays through which `i` can run.
    var indexedNames: [String] {
        zip(parts, parts.dropFirst()).compactMap { before, part in
            guard case .literal(let name) = before, case .expression(let expression) = part, expression.isPlainIndex
            else { return nil }
            return name
        }
    }

    /// The text with each expression replaced by its value.
    func text(_ scope: IndexScope) throws(Mistake) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .literal(let literal): text += literal
            case .expression(let expression): text += "\(try expression.value(in: scope))"
            }
        }
        return text
    }
}

/// What an index expression may refer to.
struct IndexScope {
    /// The position in the array; nothing outside of one.
    var index: UInt64?
    /// The arrays and how many modules they have, in platform order.
    var counts: [(name: String, count: UInt64)]

    func count(of name: String) -> UInt64? { counts.first { $0.name == name }?.count }
}

/// A sum of products, as it stands in brackets.
struct IndexExpression: Equatable {
    enum Factor: Equatable {
        case number(UInt64)
        case index
        case count(String)
    }

    /// The summands, each a product.
    let terms: [[Factor]]

    init?(_ text: String) {
        var terms: [[Factor]] = []
        for term in text.split(separator: "+", omittingEmptySubsequences: false) {
            var factors: [Factor] = []
            for word in term.split(separator: "*", omittingEmptySubsequences: false) {
                let word = String(word.filter { $0 != " " })
                if word == "i" {
                    factors.append(.index)
                } else if word.hasSuffix(".count"), word.utf8.count > 6 {
                    factors.append(.count(String(word.dropLast(6))))
                } else if word.hasPrefix("0x"), let number = UInt64(word.dropFirst(2), radix: 16) {
                    factors.append(.number(number))
                } else if let first = word.utf8.first, first >= 0x30, first <= 0x39, let number = UInt64(word) {
                    factors.append(.number(number))
                } else {
                    return nil
                }
            }
            terms.append(factors)
        }
        self.terms = terms
    }

    var usesIndex: Bool { terms.contains { $0.contains(.index) } }
    var isPlainIndex: Bool { terms == [[.index]] }

    func value(in scope: IndexScope) throws(IndexTemplate.Mistake) -> UInt64 {
        var sum: UInt64 = 0
        for term in terms {
            var product: UInt64 = 1
            for factor in term {
                let value: UInt64
                switch factor {
                case .number(let number): value = number
                case .index:
                    guard let index = scope.index else {
                        throw IndexTemplate.Mistake("“i” has no meaning here: nothing says how far it runs")
                    }
                    value = index
                case .count(let name):
                    guard let count = scope.count(of: name) else {
                        throw IndexTemplate.Mistake("“\(name)” is not an array of modules")
                    }
                    value = count
                }
                let (next, overflow) = product.multipliedReportingOverflow(by: value)
                if overflow { throw IndexTemplate.Mistake("the index expression exceeds 64 bits") }
                product = next
            }
            let (next, overflow) = sum.addingReportingOverflow(product)
            if overflow { throw IndexTemplate.Mistake("the index expression exceeds 64 bits") }
            sum = next
        }
        return sum
    }
}
