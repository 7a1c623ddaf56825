/// A line that somebody types at a terminal, key by key: Emacs keys, history, completion. A value: feed it bytes, show what
/// it yields. It speaks only the escape sequences that every terminal understands (ECMA-48: CUB, EL).
///
/// | key | effect |
/// |---|---|
/// | Ctrl-a, Home; Ctrl-e, End | to the beginning; to the end |
/// | Ctrl-b, ←; Ctrl-f, → | a character back; forward |
/// | Alt-b; Alt-f | a word back; forward |
/// | Backspace, Ctrl-h; Ctrl-d, Delete | removes the character before; at the cursor |
/// | Ctrl-k; Ctrl-u | removes to the end; to the beginning |
/// | Ctrl-w; Alt-d | removes the word before; the word behind |
/// | Ctrl-y | brings back what was removed last |
/// | Ctrl-t | exchanges two characters |
/// | Ctrl-p, ↑; Ctrl-n, ↓ | the line before; the next one |
/// | Ctrl-l | clears the screen |
/// | Ctrl-c | gives the line up |
/// | Tab | completes, or lists what could follow |
struct LineEditor {
    /// What a key has done.
    enum Event: Equatable {
        /// Bytes for the terminal.
        case show([UInt8])
        /// The line is complete: bytes for the terminal, and the line.
        case line([UInt8], String)
    }

    /// The most bytes of a line.
    static let sizeLimit = 2048
    /// The columns that a terminal is taken to have: longer lines are shown in part.
    static let columns = 80

    let prompt: String
    private(set) var history = LineHistory()
    private(set) var text: [Character] = []
    /// Where the next character goes.
    private(set) var cursor = 0
    private var removed: [Character] = []
    private var keys = KeyDecoder()
    private var isAfterReturn = false

    init(prompt: String) { self.prompt = prompt }

    /// The line as it is.
    var line: String { String(text) }

    // MARK: Keys

    /// Takes a byte. `complete` says what could stand where the given text, the line up to the cursor, ends.
    mutating func take(_ byte: UInt8, complete: (String) -> Completion) -> Event? {
        // A terminal ends lines with CR, a program that plays one also with LF or with both.
        defer { isAfterReturn = byte == 0x0D }
        if byte == 0x0A, isAfterReturn { return nil }
        guard let key = keys.take(byte) else { return nil }
        switch key {
        case .character(let character): return insert([character])
        case .enter: return finish()
        case .tab: return self.complete(with: complete)
        case .giveUp:
            text = []
            cursor = 0
            history.rewind()
            return .show(Array("^C\r\n".utf8) + shown)
        case .clearScreen: return .show(Array("\u{1B}[H\u{1B}[2J".utf8) + shown)
        case .earlier: return replace(with: history.earlier(line))
        case .later: return replace(with: history.later())
        default: return edit(key)
        }
    }

    private mutating func edit(_ key: KeyDecoder.Key) -> Event {
        let before = (text, cursor)
        switch key {
        case .start: cursor = 0
        case .end: cursor = text.count
        case .left: cursor = max(0, cursor - 1)
        case .right: cursor = min(text.count, cursor + 1)
        case .wordLeft: cursor = wordStart
        case .wordRight: cursor = wordEnd
        case .backspace: if cursor > 0 { remove(cursor - 1..<cursor, keeping: false) }
        case .delete: if cursor < text.count { remove(cursor..<cursor + 1, keeping: false) }
        case .removeToEnd: remove(cursor..<text.count)
        case .removeToStart: remove(0..<cursor)
        case .removeWordLeft: remove(wordStart..<cursor)
        case .removeWordRight: remove(cursor..<wordEnd)
        case .bringBack: return insert(removed)
        case .exchange:
            // At the end of the line the last two, as Emacs has it.
            let second = cursor == text.count ? cursor - 1 : cursor
            if second > 0 {
                text.swapAt(second - 1, second)
                cursor = second + 1
            }
        default: break
        }
        return before == (text, cursor) ? .show([7]) : .show(redrawn)
    }

    private var wordStart: Int {
        var index = cursor
        while index > 0, !isWord(text[index - 1]) { index -= 1 }
        while index > 0, isWord(text[index - 1]) { index -= 1 }
        return index
    }

    private var wordEnd: Int {
        var index = cursor
        while index < text.count, !isWord(text[index]) { index += 1 }
        while index < text.count, isWord(text[index]) { index += 1 }
        return index
    }

    private func isWord(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_" || character == "-"
    }

    private mutating func insert(_ characters: [Character]) -> Event {
        let size = characters.reduce(line.utf8.count) { $0 + $1.utf8.count }
        if characters.isEmpty || size > Self.sizeLimit { return .show([7]) }
        let isAtEnd = cursor == text.count
        let columnsBefore = Columns.of(text)
        text.insert(contentsOf: characters, at: cursor)
        cursor += characters.count
        let columns = Columns.of(text)
        // A character may also join the one before: then the line is shown anew.
        let isPlain = isAtEnd && columns == columnsBefore + Columns.of(characters)
        if isPlain, Columns.of(prompt) + columns < Self.columns { return .show(Array(String(characters).utf8)) }
        return .show(redrawn)
    }

    private mutating func remove(_ range: Range<Int>, keeping: Bool = true) {
        if range.isEmpty { return }
        if keeping { removed = Array(text[range]) }
        text.removeSubrange(range)
        cursor = range.lowerBound
    }

    private mutating func replace(with line: String?) -> Event {
        guard let line else { return .show([7]) }
        text = Array(line)
        cursor = text.count
        return .show(redrawn)
    }

    private mutating func finish() -> Event {
        let line = line
        history.add(line)
        text = []
        cursor = 0
        return .line(Array("\r\n".utf8), line)
    }

    // MARK: Completion

    private mutating func complete(with complete: (String) -> Completion) -> Event {
        let completion = complete(String(text[..<cursor]))
        guard !completion.candidates.isEmpty else { return .show([7]) }
        let more = completion.extension
        if !more.isEmpty { return insert(Array(more)) }
        return .show(Array("\r\n".utf8) + completion.table(Self.columns) + shown)
    }

    // MARK: Display

    /// The prompt and the line, on a line of the terminal on which nothing is.
    var shown: [UInt8] {
        // As much of the line around the cursor as fits: first what is before it.
        var room = Self.columns - 1 - Columns.of(prompt)
        var first = cursor
        while first > 0 {
            let width = Columns.of(text[first - 1...first - 1])
            if width > room { break }
            room -= width
            first -= 1
        }
        var last = cursor
        var behind = 0
        while last < text.count {
            let width = Columns.of(text[last...last])
            if behind + width > room { break }
            behind += width
            last += 1
        }
        let back = behind > 0 ? "\u{1B}[\(behind)D" : ""
        return Array((prompt + String(text[first..<last]) + back).utf8)
    }

    /// The same, where something is.
    private var redrawn: [UInt8] { Array("\r\u{1B}[K".utf8) + shown }
}

/// The lines that were typed before, newest last.
struct LineHistory: Equatable {
    /// The most lines that are kept.
    static let limit = 200

    private(set) var lines: [String] = []
    /// The line that is shown; the number of lines for the one that is being typed.
    private var position = 0
    private var draft = ""

    /// Keeps a line, unless it is empty or the one before.
    mutating func add(_ line: String) {
        if !line.isEmpty, line != lines.last { lines.append(line) }
        if lines.count > Self.limit { lines.removeFirst() }
        rewind()
    }

    mutating func rewind() {
        position = lines.count
        draft = ""
    }

    /// The line before, if there is one; `current` is kept as what is being typed.
    mutating func earlier(_ current: String) -> String? {
        guard position > 0 else { return nil }
        if position == lines.count { draft = current }
        position -= 1
        return lines[position]
    }

    /// The next line, or at last what was being typed.
    mutating func later() -> String? {
        guard position < lines.count else { return nil }
        position += 1
        return position == lines.count ? draft : lines[position]
    }
}

/// How much room text takes on a terminal.
enum Columns {
    static func of(_ text: some Sequence<Character>) -> Int { text.reduce(0) { $0 + width($1) } }

    /// Wide characters take two columns (Unicode Standard Annex 11: W and F), marks without a letter none.
    private static func width(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        switch first.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}
