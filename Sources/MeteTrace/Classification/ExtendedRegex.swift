internal import Glibc

/// A POSIX extended regular expression, compiled once.
///
/// Works on bytes in the C locale. Costs a few hundred nanoseconds a search and may allocate, so rules try it after all
/// cheaper conditions. A back-reference can make a search exponential (a limit of regexec); the policy's writer is trusted
/// with that.
final class ExtendedRegex: @unchecked Sendable {
    // Sendable because it is never changed after init, and POSIX has regexec take it as const from any thread.
    private let compiled: UnsafeMutablePointer<regex_t>

    init(_ pattern: String) throws(ExtendedRegexError) {
        let compiled = UnsafeMutablePointer<regex_t>.allocate(capacity: 1)
        compiled.initialize(to: regex_t())
        let code = regcomp(compiled, pattern, REG_EXTENDED | REG_NOSUB)
        guard code == 0 else {
            var message = [CChar](repeating: 0, count: 256)
            regerror(code, compiled, &message, message.count)
            // A failed regcomp leaves nothing to regfree, and `deinit` runs only once all of self is set.
            compiled.deallocate()
            let text = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw ExtendedRegexError(pattern: pattern, problem: String(decoding: text, as: UTF8.self))
        }
        self.compiled = compiled
    }

    deinit {
        regfree(compiled)
        compiled.deallocate()
    }

    /// Whether the expression is found anywhere in `text`.
    func isFound(in text: Span<UInt8>) -> Bool {
        text.withUnsafeBytes { bytes in
            let empty: StaticString = ""
            let start = bytes.baseAddress ?? UnsafeRawPointer(empty.utf8Start)
            // REG_STARTEND: the text is given by its length and need not end in a zero byte.
            var range = regmatch_t(rm_so: 0, rm_eo: regoff_t(bytes.count))
            return regexec(compiled, start.assumingMemoryBound(to: CChar.self), 1, &range, REG_STARTEND) == 0
        }
    }
}

/// Why a regular expression could not be compiled.
package struct ExtendedRegexError: Error, Equatable, CustomStringConvertible {
    package var pattern: String
    /// What regcomp says of it.
    package var problem: String

    package var description: String {
        "regular expression \(pattern.debugDescription): \(problem); write a POSIX extended regular expression"
    }
}
