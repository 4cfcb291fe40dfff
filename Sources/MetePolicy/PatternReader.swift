internal import Glibc
internal import MeteModel

/// Reads a pattern: a plain text, or a map with one of `exact`, `prefix`, `glob`, `regex`.
struct PatternReader {
    let pattern: Pattern

    /// - Parameter plainIsRegex: whether a plain text is a regular expression; else it is exact, or a glob when it has a wildcard.
    init?(_ field: Field, plainIsRegex: Bool) {
        guard field.isMap else {
            guard let text = field.text(example: plainIsRegex ? "^worker" : "redis-server") else { return nil }
            if plainIsRegex {
                pattern = .regex(text)
            } else {
                pattern = text.contains { $0 == "*" || $0 == "?" } ? .glob(text) : .exact(text)
            }
            if plainIsRegex, !Self.check(text, field) { return nil }
            return
        }
        guard let map = field.map(.init(known: ["exact", "prefix", "glob", "regex"])) else { return nil }
        let given = ["exact", "prefix", "glob", "regex"].compactMap { form in map[form].map { (form, $0) } }
        guard given.count == 1, let (form, value) = given.first else {
            let remedy = "write one, e.g. `{ prefix: /kubepods }`"
            field.fail(given.isEmpty ? "has no pattern" : "has more than one pattern", remedy)
            return nil
        }
        guard let text = value.text(example: "redis") else { return nil }
        switch form {
        case "exact": pattern = .exact(text)
        case "prefix": pattern = .prefix(text)
        case "glob": pattern = .glob(text)
        default:
            pattern = .regex(text)
            if !Self.check(text, value) { return nil }
        }
    }

    /// Compiles the expression as the classifier will, to see whether it can be.
    private static func check(_ expression: String, _ field: Field) -> Bool {
        var compiled = regex_t()
        let code = regcomp(&compiled, expression, REG_EXTENDED | REG_NOSUB)
        if code == 0 {
            regfree(&compiled)
            return true
        }
        var message = [CChar](repeating: 0, count: 256)
        regerror(code, &compiled, &message, message.count)
        let text = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        field.fail("\(field.quoted) is no regular expression: \(text)", "write a POSIX extended regular expression")
        return false
    }
}
