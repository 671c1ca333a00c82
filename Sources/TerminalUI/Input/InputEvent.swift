/// Something that came from the terminal.
public enum InputEvent: Hashable, Sendable {
    /// A key was pressed.
    case key(Key)
    /// Text was pasted, as one piece (bracketed paste). It is raw: it may hold anything, and goes into a text field,
    /// never through the key map.
    case paste(Paste)
    /// The mouse did something; only while the mouse is on.
    case mouse(MouseEvent)
    /// The terminal has a new size.
    case resize(Size)
    /// The terminal is ours again after it was lent to a shell or an editor: everything must be drawn again.
    case resumed
    /// A signal asks the program to end in good order.
    case terminate(Termination)

    /// Why the program is asked to end.
    public enum Termination: Hashable, Sendable {
        /// SIGINT: somebody else sent it; `^C` itself arrives as a key.
        case interrupt
        /// SIGQUIT.
        case quit
        /// SIGTERM.
        case terminate
        /// SIGHUP, or the terminal is gone.
        case hangup
    }
}

/// Pasted text.
public struct Paste: Hashable, Sendable {
    /// The bytes as the terminal sent them.
    public let bytes: [UInt8]
    /// True if the paste was longer than the terminal driver keeps, and was cut.
    public let isTruncated: Bool

    /// A paste of `bytes`.
    public init(bytes: [UInt8], isTruncated: Bool = false) {
        self.bytes = bytes
        self.isTruncated = isTruncated
    }
}

/// What the mouse did, and where.
public struct MouseEvent: Hashable, Sendable {
    /// What happened.
    public enum Action: Hashable, Sendable {
        /// A button went down.
        case press(Button)
        /// A button went up.
        case release
        /// The wheel turned by one notch.
        case scrollUp, scrollDown
    }

    /// A mouse button.
    public enum Button: Hashable, Sendable {
        /// One of the three.
        case left, middle, right
    }

    /// What happened.
    public let action: Action
    /// The cell under the pointer.
    public let position: Point
    /// Keys held down.
    public let modifiers: Key.Modifiers

    /// A mouse event.
    public init(_ action: Action, at position: Point, modifiers: Key.Modifiers = []) {
        self.action = action
        self.position = position
        self.modifiers = modifiers
    }
}
