/// The body of every answer that is not a success: `{"error": {"code": …, "message": …, "remedy": …}}`.
package struct ErrorReport: Equatable, Sendable, Codable {
    package var error: Detail

    package struct Detail: Equatable, Sendable, Codable {
        /// One of `ErrorCode`'s raw values; a text, so that a reader understands the answer of a newer agent.
        package var code: String
        /// What is wrong, in one sentence.
        package var message: String
        /// What the asker can do about it.
        package var remedy: String
        /// What the policy loader found, when the code is `policyRefused`.
        package var problems: [PolicyProblem]?
    }

    package init(_ code: ErrorCode, message: String, remedy: String, problems: [PolicyProblem]? = nil) {
        error = Detail(code: code.rawValue, message: message, remedy: remedy, problems: problems)
    }
}
