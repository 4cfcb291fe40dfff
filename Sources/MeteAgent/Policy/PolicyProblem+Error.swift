import MetePolicy
import MeteProtocol

extension PolicyProblem {
    init(_ error: PolicyError) {
        self.init(
            file: error.file, line: error.line > 0 ? error.line : nil, field: error.field.isEmpty ? nil : error.field,
            message: error.problem, remedy: error.remedy)
    }
}
