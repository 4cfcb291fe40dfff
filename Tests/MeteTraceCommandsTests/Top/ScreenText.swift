import Testing

@testable import MeteTraceCommands

/// Whether a screen is a text.
func expectScreen(_ screen: TopScreen, _ text: String, location: SourceLocation = #_sourceLocation) {
    // Line by line, so that a difference is seen where it is.
    let (found, wanted) = (screen.text.split("\n"), text.split("\n"))
    for (found, wanted) in zip(found, wanted) { #expect(found == wanted, sourceLocation: location) }
    #expect(found.count == wanted.count, sourceLocation: location)
}

extension String {
    /// Its lines, empty ones too.
    func split(_ separator: Character) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }

    /// With single spaces.
    var squeezed: String { split(separator: " ").joined(separator: " ") }
}
