/// One key press, with the modifiers held.
public struct Key: Hashable, Sendable {
    /// Which key.
    public enum Code: Hashable, Sendable {
        /// A key that types a character, as typed: shift is in the character, not in the modifiers.
        case character(Unicode.Scalar)
        /// An arrow.
        case up, down, left, right
        /// Keys that move far.
        case home, end, pageUp, pageDown
        /// Tab; with shift it arrives as `.backTab`.
        case tab, backTab
        /// Keys that finish, leave and edit.
        case enter, escape, backspace, delete, insert
        /// F1, F2 and so on.
        case function(Int)
    }

    /// Keys held down with another.
    public struct Modifiers: OptionSet, Hashable, Sendable {
        /// One bit per key.
        public let rawValue: UInt8

        /// Modifiers from their bits.
        public init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// Control.
        public static let control = Modifiers(rawValue: 1)
        /// Alt or Meta, which terminals send as an escape before the key.
        public static let alt = Modifiers(rawValue: 2)
        /// Shift, for keys that type no character.
        public static let shift = Modifiers(rawValue: 4)
    }

    /// Which key.
    public let code: Code
    /// What was held with it.
    public let modifiers: Modifiers

    /// A key with its modifiers. Control and a letter is stored in lower case, because terminals send no other.
    public init(_ code: Code, _ modifiers: Modifiers = []) {
        if modifiers.contains(.control), case .character(let scalar) = code, ("A"..."Z").contains(scalar) {
            self.code = .character(Unicode.Scalar(UInt8(ascii: scalar) | 0x20))
        } else {
            self.code = code
        }
        self.modifiers = modifiers
    }

    /// A key that types `scalar`.
    public static func character(_ scalar: Unicode.Scalar) -> Key {
        Key(.character(scalar))
    }

    /// Control and a letter.
    public static func control(_ letter: Unicode.Scalar) -> Key {
        Key(.character(letter), .control)
    }
}
