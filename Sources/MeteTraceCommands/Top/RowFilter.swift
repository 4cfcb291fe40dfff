import Glibc

/// What rows are to be shown: those in whose name it is found, upper and lower case alike.
///
/// An extended regular expression, as regex(7) has them; what is none is looked for as it stands. One without special characters is the
/// same as a part of the name.
struct RowFilter: Equatable {
    let text: String
    /// Whether it is a regular expression that means more than itself.
    let isExpression: Bool
    private let compiled: Compiled?

    private final class Compiled {
        var regex = regex_t()

        init?(_ pattern: String) {
            guard regcomp(&regex, pattern, REG_EXTENDED | REG_ICASE | REG_NOSUB) == 0 else { return nil }
        }

        deinit { regfree(&regex) }
    }

    /// - Returns: nil for nothing to look for.
    init?(_ text: String) {
        guard !text.isEmpty else { return nil }
        self.text = text
        compiled = Compiled(text)
        isExpression = compiled != nil && text.contains { ".[]{}()\\*+?|^$".contains($0) }
    }

    func matches(_ name: String) -> Bool {
        guard let compiled else { return name.lowercased().contains(text.lowercased()) }
        return regexec(&compiled.regex, name, 0, nil, 0) == 0
    }

    static func == (left: RowFilter, right: RowFilter) -> Bool { left.text == right.text }
}
