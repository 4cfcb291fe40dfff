import MeteModel
internal import Yams

/// The fields of one map of a policy file, checked against those that its kind of map has.
struct FieldMap {
    /// The fields that a kind of map has.
    struct Shape {
        let known: [String]
        /// Fields of the design that this version does not act on; refused with a message of their own.
        var notYet: Set<String> = []
        /// Whether fields named `x-...` are left to the writer, as a place for anchors.
        var allowsExtensions = false
    }

    /// The map itself, for errors that concern all of it.
    let field: Field
    private var fields: [String: Field] = [:]

    init(_ mapping: Node.Mapping, of field: Field, shape: Shape) {
        self.field = field
        add(mapping, shape: shape, isMerged: false)
    }

    /// The field, or nil when the writer left it out.
    subscript(_ name: String) -> Field? {
        fields[name]
    }

    /// Adds the pairs of a map; those merged in by `<<` give way to those already there.
    private mutating func add(_ mapping: Node.Mapping, shape: Shape, isMerged: Bool) {
        var merged: [Node] = []
        for (key, value) in mapping {
            guard field.report.mayRead(field.path, at: key.place) else { return }
            guard case .scalar(let scalar) = key else {
                field.report.add(
                    "a map or a list cannot be the name of a field", "write a plain name", field: field.path,
                    at: key.place)
                continue
            }
            let name = scalar.string
            if name == "<<" {
                merged.append(value)
            } else if !shape.known.contains(name) {
                if !(shape.allowsExtensions && name.hasPrefix("x-")) { refuse(name, shape: shape, at: key.place) }
            } else if fields[name] == nil {
                fields[name] = Field(node: value, path: path(of: name), report: field.report)
            } else if !isMerged {
                // Yams finds equal keys; these differ in their tags.
                field.report.add("is given more than once", "keep one of them", field: path(of: name), at: key.place)
            }
        }
        for node in merged { merge(node, shape: shape) }
    }

    private mutating func merge(_ node: Node, shape: Shape) {
        switch node {
        case .mapping(let mapping):
            add(mapping, shape: shape, isMerged: true)
        case .sequence(let sequence) where sequence.allSatisfy({ $0.mapping != nil }):
            for mapping in sequence.compactMap(\.mapping) { add(mapping, shape: shape, isMerged: true) }
        default:
            field.report.add(
                "<< does not name a map", "write e.g. `<<: *name` where `&name` marks a map", field: path(of: "<<"),
                at: node.place)
        }
    }

    private func path(of name: String) -> String {
        field.path.isEmpty ? name : "\(field.path).\(name)"
    }

    private func refuse(_ name: String, shape: Shape, at place: Place?) {
        if shape.notYet.contains(name) {
            field.report.add(
                "\(name) is not supported yet: this version of mete allots CPU only", "remove the field",
                field: path(of: name), at: place)
            return
        }
        let listed = "the fields here are \(shape.known.joined(separator: ", "))"
        let nearest = NearestName.of(name, among: shape.known)
        field.report.add(
            "there is no field \(name.debugDescription)", nearest.map { "did you mean \($0)?" } ?? listed,
            field: path(of: name), at: place)
    }
}
