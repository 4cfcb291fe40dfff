internal import Yams

/// From text to the root of a YAML document, with what YAML itself refuses turned into errors of the policy file.
///
/// An error of the syntax, a key given twice in one map too, ends the reading: what comes after it cannot be trusted.
enum PolicyDocument {
    /// Bytes; larger files are no policies.
    static let largest = 1 << 20

    static func root(of text: String, report: PolicyReport) -> Field? {
        guard text.utf8.count <= largest else {
            report.add(
                "the file is \(text.utf8.count) bytes long, more than \(largest)",
                "check that it is a policy; templates name many components at once", field: "", at: nil)
            return nil
        }
        do {
            let field = try Yams.compose(yaml: text).map { Field(node: $0, path: "", report: report) }
            if let field, !field.isEmpty { return field }
            report.add("the file is empty", "write at least `components:` and one component", field: "", at: nil)
        } catch let error as YamlError {
            add(error, text: text, to: report)
        } catch {
            report.add("cannot be read as YAML: \(error)", "check the file", field: "", at: nil)
        }
        return nil
    }

    private static func add(_ error: YamlError, text: String, to report: PolicyReport) {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
            let story = context.map { "\(problem) \($0.text) that begins in line \($0.mark.line)" } ?? problem
            report.add(story, remedy(forLine: mark.line, of: text), field: "", at: Place(mark))
        case .composer(_, let problem, let mark, _):
            let remedy =
                problem.contains("alias")
                ? "define the anchor with & before using it with *" : "keep one document per file"
            report.add(problem, remedy, field: "", at: Place(mark))
        case .duplicatedKeysInMapping(let keys, let context):
            let listed = keys.map(\.debugDescription).joined(separator: ", ")
            report.add(
                "\(listed) is given more than once in one map, first here", "keep one of them", field: "",
                at: Place(context.mark))
        case .reader(let problem, let offset, _, _):
            report.add(problem, "write the file as plain UTF-8 text", field: "", at: place(of: offset, in: text))
        default:
            report.add("cannot be read as YAML: \(error)", "check the file", field: "", at: nil)
        }
    }

    private static func remedy(forLine line: Int, of text: String) -> String {
        let lines = text.split(separator: "\n", maxSplits: line, omittingEmptySubsequences: false)
        let indentation = lines.indices.contains(line - 1) ? lines[line - 1].prefix { $0 == " " || $0 == "\t" } : ""
        return indentation.contains("\t")
            ? "YAML is indented with spaces only: replace the tab" : "check indentation, colons and quotes here"
    }

    private static func place(of offset: Int?, in text: String) -> Place? {
        guard let offset else { return nil }
        let before = text.prefix(offset)
        let line = before.count { $0.isNewline } + 1
        let column = before.reversed().prefix { !$0.isNewline }.count + 1
        return Place(line: line, column: column)
    }
}
