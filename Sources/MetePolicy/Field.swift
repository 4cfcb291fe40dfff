import MeteModel
internal import Yams

/// A value in a policy file with its path and its place. Its readers report what does not fit and then give nil.
struct Field {
    let node: Node
    /// E.g. `components[2].cpu`; empty for the document.
    let path: String
    let report: PolicyReport

    var place: Place? { node.place }

    /// The text of a single value; nil for maps and lists.
    var word: String? { node.scalar?.string }

    var isMap: Bool { node.mapping != nil }
    var isList: Bool { node.sequence != nil }

    func fail(_ problem: String, _ remedy: String) {
        report.add(problem, remedy, field: path, at: place)
    }

    /// The value as it is quoted in errors.
    var quoted: String {
        guard case .scalar(let scalar) = node else { return kind }
        let text = scalar.string
        return text.count <= 60 ? text.debugDescription : "\(text.prefix(57))...".debugDescription
    }

    /// Whether the value is left out: `name:` or `name: ~`.
    var isEmpty: Bool {
        guard case .scalar(let scalar) = node else { return false }
        return scalar.style == .plain && ["", "~", "null"].contains(scalar.string)
    }

    private var kind: String {
        switch node {
        case .scalar: isEmpty ? "nothing" : "a single value"
        case .mapping: "a map"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }

    func map(_ shape: FieldMap.Shape) -> FieldMap? {
        guard case .mapping(let mapping) = node else {
            fail("is \(kind) where a map is needed", "its fields are \(shape.known.joined(separator: ", "))")
            return nil
        }
        return FieldMap(mapping, of: self, shape: shape)
    }

    func list(of what: String) -> [Field]? {
        guard case .sequence(let sequence) = node else {
            fail("is \(kind) where a list is needed", "write each \(what) after `- `")
            return nil
        }
        return sequence.enumerated()
            .map { Field(node: $1, path: "\(path)[\($0)]", report: report) }
            .filter { report.mayRead($0.path, at: $0.place) }
    }

    func text(example: String) -> String? {
        guard case .scalar(let scalar) = node, !isEmpty, !scalar.string.isEmpty else {
            fail("is \(isNothing ? "empty" : kind)", "write e.g. \(example)")
            return nil
        }
        guard scalar.string.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f }) else {
            fail("\(quoted) contains control characters", "write e.g. \(example)")
            return nil
        }
        return scalar.string
    }

    func flag() -> Bool? {
        switch word {
        case "true": return true
        case "false": return false
        default:
            fail("\(quoted) is neither true nor false", "write true or false")
            return nil
        }
    }

    func integer(in range: ClosedRange<Int>) -> Int? {
        guard let text = word, let number = Int(text) else {
            fail("\(quoted) is not a whole number", "write one from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        guard range.contains(number) else {
            fail("\(number) is out of range", "write a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// An amount in the measure's base unit.
    ///
    /// - Parameters:
    ///   - range: what is accepted.
    ///   - bounds: the range in the writer's words.
    func amount(_ measure: Measure, in range: ClosedRange<Double>, _ bounds: String) -> Double? {
        guard let text = word else {
            fail("is \(kind), not \(measure.noun)", "write e.g. \(measure.example)")
            return nil
        }
        switch measure.parse(text) {
        case .failure(let misfit):
            fail("\(quoted) \(misfit.problem)", misfit.remedy)
            return nil
        case .success(let amount) where !range.contains(amount):
            fail("\(text) is out of range", "write \(measure.noun) \(bounds)")
            return nil
        case .success(let amount):
            return amount
        }
    }

    /// One of the words that name the cases of an enumeration.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(_: Choice.Type) -> Choice? {
        let words = Choice.allCases.map(\.rawValue)
        if let word = word, let choice = Choice(rawValue: word) { return choice }
        let listed = words.joined(separator: ", ")
        let nearest = word.flatMap { NearestName.of($0, among: words) }
        let remedy = nearest.map { "did you mean \($0)? (one of \(listed))" } ?? "write one of \(listed)"
        fail("\(quoted) is not known", remedy)
        return nil
    }

    private var isNothing: Bool { isEmpty || word == "" }
}
