internal import Yams

/// A place in a file: line and column from 1, columns counted in Unicode scalars.
struct Place: Hashable {
    var line: Int
    var column: Int

    init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    init(_ mark: Mark) {
        self.init(line: mark.line, column: mark.column)
    }
}

extension Node {
    /// Where the value begins in the file.
    var place: Place? { mark.map(Place.init) }
}

/// Collects the errors of one file while it is read; reading goes on after an error.
final class PolicyReport {
    /// Fields read before reading ends. Aliases can make a small file stand for more than any machine can hold.
    static let mostFields = 300_000

    let file: String
    private(set) var errors: [PolicyError] = []
    private var fields = 0

    init(file: String) {
        self.file = file
    }

    func add(_ problem: String, _ remedy: String, field: String, at place: Place?) {
        errors.append(
            PolicyError(
                file: file, line: place?.line ?? 0, column: place?.column ?? 0, field: field, problem: problem,
                remedy: remedy))
    }

    /// Counts a field that is about to be read; false when there have been too many.
    func mayRead(_ field: String, at place: Place?) -> Bool {
        fields += 1
        if fields == Self.mostFields {
            add("with its aliases, the file has too many fields", "use fewer aliases", field: field, at: place)
        }
        return fields < Self.mostFields
    }

    /// Throws what was collected, if anything, in the order of the file.
    func throwIfAny() throws(PolicyErrors) {
        guard !errors.isEmpty else { return }
        let sorted = errors.enumerated().sorted { left, right in
            (left.element.line, left.element.column, left.offset)
                < (right.element.line, right.element.column, right.offset)
        }
        throw PolicyErrors(errors: sorted.map(\.element))
    }
}
