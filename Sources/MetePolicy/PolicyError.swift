/// One thing wrong with a policy file: where, in which field, what, and what would be right.
package struct PolicyError: Error, Equatable, Sendable, CustomStringConvertible {
    package var file: String
    /// From 1; 0 where the file as a whole is meant.
    package var line: Int
    /// From 1, counted in characters.
    package var column: Int
    /// Path of the field, e.g. `components[1].cpu.guarantee`; empty for the document.
    package var field: String
    package var problem: String
    package var remedy: String

    package init(file: String, line: Int, column: Int, field: String, problem: String, remedy: String) {
        self.file = file
        self.line = line
        self.column = column
        self.field = field
        self.problem = problem
        self.remedy = remedy
    }

    /// As compilers print it: `file.yaml:12:16: components[1].cpu.guarantee: "lots" is not a number of cores; write e.g. 0.5`.
    package var description: String {
        let place = line > 0 ? "\(file):\(line):\(column): " : "\(file): "
        return place + (field.isEmpty ? "" : "\(field): ") + "\(problem); \(remedy)"
    }
}

/// Everything wrong with a policy file, in the order of the file; at least one error.
package struct PolicyErrors: Error, Equatable, Sendable, CustomStringConvertible {
    package var errors: [PolicyError]

    package init(errors: [PolicyError]) {
        self.errors = errors
    }

    package var description: String {
        errors.map(\.description).joined(separator: "\n")
    }
}
