/// How a path or name is compared with what the policy's writer gave.
package enum Pattern: Hashable, Sendable {
    case exact(String)
    /// The path itself and everything below it.
    case prefix(String)
    /// `*` within one path step, `**` across steps, `?` for one character.
    case glob(String)
    /// A POSIX extended regular expression, searched for anywhere in the text.
    case regex(String)
}
