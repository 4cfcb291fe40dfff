/// Why bytes cannot be taken as the state of a network.
package struct NetworkStateError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: Sendable {
        /// Cut off.
        case truncated
        /// Not the state of a network.
        case foreign
        /// Written by a later mete.
        case newer
        /// Of a network with other sizes, or of an earlier form.
        case otherShape
        /// Its bytes are not those that were written.
        case corrupt
        /// Intact, but no network can be in that state.
        case impossible
    }

    package let code: Code
    package let cause: String

    init(_ code: Code, cause: String) {
        self.code = code
        self.cause = cause
    }

    package var description: String {
        "the saved state of a network cannot be used: \(cause); the network starts untrained, which costs forecasts "
            + "for some minutes and nothing else"
    }
}
