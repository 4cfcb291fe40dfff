/// Reads well-formed markup, and nothing that only a lenient browser would take: every tag closed, every attribute quoted, no bare `<` or `&`.
struct MarkupText {
    struct Malformed: Error, CustomStringConvertible {
        var description: String
    }

    final class Element {
        let name: String
        let attributes: [String: String]
        var children: [Element] = []
        var ownText = ""

        init(_ name: String, _ attributes: [String: String]) {
            self.name = name
            self.attributes = attributes
        }

        /// It and all below, outermost first.
        var all: [Element] { [self] + children.flatMap(\.all) }

        /// Of it and all below, without what stands in titles.
        var text: String { ownText + children.filter { $0.name != "title" }.map(\.text).joined() }
    }

    private static let empty: Set<String> = ["meta", "br"]

    let root: Element

    init(_ text: String) throws {
        root = Element("", [:])
        var open = [root]
        var rest = text[...]
        while !rest.isEmpty {
            let run = rest.prefix { $0 != "<" }
            if !run.isEmpty {
                open[open.count - 1].ownText += try Self.unescaped(run)
                rest = rest[run.endIndex...]
                continue
            }
            if let match = rest.prefixMatch(of: /<\/([a-z0-9]+)>/) {
                guard open.count > 1, open.removeLast().name == match.1 else {
                    throw Malformed(description: "a tag closed that is not open: \(rest.prefix(60))")
                }
                rest = rest[match.range.upperBound...]
                continue
            }
            let tag = /<([a-z][a-z0-9]*)((?:[ ]+[a-zA-Z-]+="[^"<]*")*)[ ]*(\/?)>/
            guard let match = rest.prefixMatch(of: tag) else {
                throw Malformed(description: "no tag: \(rest.prefix(60))")
            }
            var attributes: [String: String] = [:]
            for attribute in match.2.matches(of: /([a-zA-Z-]+)="([^"]*)"/) {
                attributes[String(attribute.1)] = try Self.unescaped(attribute.2)
            }
            let element = Element(String(match.1), attributes)
            open[open.count - 1].children.append(element)
            if match.3.isEmpty, !Self.empty.contains(element.name) { open.append(element) }
            rest = rest[match.range.upperBound...]
        }
        guard open.count == 1 else { throw Malformed(description: "not closed: \(open.dropFirst().map(\.name))") }
    }

    private static let entities = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "#39": "'"]

    private static func unescaped(_ text: Substring) throws -> String {
        var result = ""
        for (index, part) in text.split(separator: "&", omittingEmptySubsequences: false).enumerated() {
            guard index > 0 else {
                result += part
                continue
            }
            guard let end = part.firstIndex(of: ";"), let character = entities[String(part[..<end])] else {
                throw Malformed(description: "a bare & before \(part.prefix(20))")
            }
            result += character + part[part.index(after: end)...]
        }
        return result
    }
}
