import TandemOS

/// Writes each message as one line to standard error.
public final class StandardErrorSink: LogSink {
    public init() {}
    public func write(_ record: LogRecord) { StandardError.write("\(record)\n") }
}
