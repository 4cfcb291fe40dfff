import MeteModel
import Testing

@testable import MeteTrace

@Suite struct TextPatternTests {
    @Test(
        arguments: [
            (Pattern.exact("/a"), "/a", true), (.exact("/a"), "/a/b", false), (.prefix("/a"), "/a", true),
            (.prefix("/a"), "/a/b", true), (.prefix("/a"), "/ab", false), (.prefix("/a/"), "/a/b", true),
            (.prefix("/"), "/a", true), (.prefix("/"), "/", true), (.regex("^/a[0-9]+$"), "/a12", true),
            (.regex("b"), "/abc", true), (.regex("^b"), "/abc", false), (.regex("^$"), "", true),
            (.regex("a$"), "ba", true), (.glob("/a/*"), "/a/b", true),
        ])
    func matchesPaths(_ pattern: Pattern, _ text: String, _ expected: Bool) throws {
        #expect(try TextPattern(pattern, of: .path).matches(text) == expected)
    }

    @Test(
        arguments: [
            (Pattern.prefix("php"), "php-fpm8.2", true), (.prefix("php"), "ph", false),
            (.prefix("kworker/"), "kworker/0:1", true), (.exact("a"), "a", true),
            (.glob("kworker*"), "kworker/0:1", true),
        ])
    func matchesNames(_ pattern: Pattern, _ text: String, _ expected: Bool) throws {
        #expect(try TextPattern(pattern, of: .text).matches(text) == expected)
    }

    @Test func saysWhatIsWrongWithAnExpression() {
        #expect(throws: ExtendedRegexError(pattern: "(a", problem: "Unmatched ( or \\(")) {
            try TextPattern(.regex("(a"), of: .text)
        }
    }

    @Test func comparesBytesAndNotCharacters() throws {
        // The same character to Swift, different bytes to the kernel.
        #expect(try !TextPattern(.exact("e\u{301}"), of: .text).matches("\u{e9}"))
    }
}
