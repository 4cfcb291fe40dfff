/// One thing that is wrong with a policy file, as its loader says it.
package struct PolicyProblem: Equatable, Sendable, Codable {
    package var file: String
    /// From 1; absent where the problem is with the file as a whole.
    package var line: Int?
    /// Path of the field, e.g. `components[0].cpu.guarantee`.
    package var field: String?
    /// What is wrong.
    package var message: String
    /// What would be right.
    package var remedy: String

    package init(file: String, line: Int? = nil, field: String? = nil, message: String, remedy: String) {
        self.file = file
        self.line = line
        self.field = field
        self.message = message
        self.remedy = remedy
    }

    /// `FILE:LINE: FIELD: MESSAGE; REMEDY`, without the parts that are absent.
    package var text: String {
        let place = line.map { "\(file):\($0)" } ?? file
        let subject = field.map { "\($0): " } ?? ""
        return "\(place): \(subject)\(message); \(remedy)"
    }
}
