internal import MeteModel

/// A `Pattern` made ready for matching.
///
/// A class, so that passing one on costs one reference count however much is behind it.
final class TextPattern: Sendable {
    /// What the text is, which decides what a prefix ends at and what `*` stays within.
    enum Subject {
        /// Steps between slashes: a prefix holds for the path itself and what is below it.
        case path
        /// A name, an id, a command line: a prefix is any beginning, and a slash is a character like others.
        case text
    }

    private enum Form: Sendable {
        case exact([UInt8])
        case pathPrefix([UInt8])
        case textPrefix([UInt8])
        case glob(Glob)
        case regex(ExtendedRegex)
    }

    private let form: Form

    init(_ pattern: Pattern, of subject: Subject) throws(ExtendedRegexError) {
        switch pattern {
        case .exact(let text):
            form = .exact(Array(text.utf8))
        case .prefix(let text):
            var bytes = Array(text.utf8)
            if subject == .path {
                while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
                form = .pathPrefix(bytes)
            } else {
                form = .textPrefix(bytes)
            }
        case .glob(let text):
            form = .glob(Glob(text, separator: subject == .path ? UInt8(ascii: "/") : nil))
        case .regex(let text):
            form = .regex(try ExtendedRegex(text))
        }
    }

    func matches(_ text: Span<UInt8>) -> Bool {
        switch form {
        case .exact(let bytes):
            text.isEqual(to: bytes)
        case .pathPrefix(let bytes):
            text.starts(with: bytes) && (text.count == bytes.count || text[bytes.count] == UInt8(ascii: "/"))
        case .textPrefix(let bytes):
            text.starts(with: bytes)
        case .glob(let glob):
            glob.matches(text)
        case .regex(let regex):
            regex.isFound(in: text)
        }
    }

    func matches(_ text: String) -> Bool {
        matches(text.utf8.span)
    }

    /// What one match costs compared with others; rules are tried in this order.
    var cost: Int {
        switch form {
        case .exact, .pathPrefix, .textPrefix: 1
        case .glob: 2
        case .regex: 20
        }
    }

    /// How long a path prefix is, without a slash at its end; nil for other forms.
    var pathPrefixLength: Int? {
        if case .pathPrefix(let bytes) = form { bytes.count } else { nil }
    }
}
