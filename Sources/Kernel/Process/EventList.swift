/// The first of several events: `a || b`, `.any([a, b])`. A value: what waits for it keeps its events, so that a list
/// that is changed meanwhile is another list. Made once and used often it costs no allocation.
public struct EventOrList {
    /// In the order in which they are waited for. A wait for an empty list is an error.
    public var events: [Event]

    public init(_ events: [Event]) { self.events = events }

    /// The first of `events`.
    public static func any(_ events: [Event]) -> EventOrList { EventOrList(events) }

    /// The list with one event more.
    public static func || (list: EventOrList, event: Event) -> EventOrList { EventOrList(list.events + [event]) }
    /// The events of both lists.
    public static func || (left: EventOrList, right: EventOrList) -> EventOrList {
        EventOrList(left.events + right.events)
    }
}

/// All of several events, at once or one after the other, each counting once: `a && b`, `.all([a, b])`. Otherwise as
/// `EventOrList`; the two do not mix (IEEE 1666-2023 §5.8).
public struct EventAndList {
    /// In the order in which they are waited for. A wait for an empty list is an error.
    public var events: [Event]

    public init(_ events: [Event]) { self.events = events }

    /// All of `events`.
    public static func all(_ events: [Event]) -> EventAndList { EventAndList(events) }

    /// The list with one event more.
    public static func && (list: EventAndList, event: Event) -> EventAndList { EventAndList(list.events + [event]) }
    /// The events of both lists.
    public static func && (left: EventAndList, right: EventAndList) -> EventAndList {
        EventAndList(left.events + right.events)
    }
}

extension Event {
    /// The first of two events.
    public static func || (left: Event, right: Event) -> EventOrList { EventOrList([left, right]) }
    /// Both of two events.
    public static func && (left: Event, right: Event) -> EventAndList { EventAndList([left, right]) }
}
