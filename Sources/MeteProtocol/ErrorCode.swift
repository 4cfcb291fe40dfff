/// The kinds of failure, each with its HTTP status.
package enum ErrorCode: String, CaseIterable, Sendable {
    /// The bytes were not an HTTP/1.1 request.
    case malformed
    case notFound
    case methodNotAllowed
    /// The request's body exceeds the limit.
    case tooLarge
    /// The request's line and headers exceed the limit.
    case headersTooLarge
    /// The new policy did not load; the old one stays in force.
    case policyRefused
    /// The agent failed to make the answer.
    case internalError = "internal"
    /// Nothing has been measured or planned yet.
    case starting

    package var status: Int {
        switch self {
        case .malformed: 400
        case .notFound: 404
        case .methodNotAllowed: 405
        case .tooLarge: 413
        case .policyRefused: 422
        case .headersTooLarge: 431
        case .internalError: 500
        case .starting: 503
        }
    }
}
