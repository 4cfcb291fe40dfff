package import MeteModel
import MeteText

/// The text of `mete doctor`: one finding after the other, the remedy below what is limited or missing.
package struct DoctorTable {
    package let text: String

    package init(_ findings: [Finding]) {
        let width = findings.map(\.feature.count).max() ?? 0
        var lines: [String] = []
        var limited = 0
        var missing = 0
        for finding in findings {
            let name = finding.feature + String(repeating: " ", count: width - finding.feature.count)
            switch finding.support {
            case .supported:
                lines += TextLines.wrapped("ok       \(name)  \(finding.detail)")
            case .limited(let reason, let remedy):
                limited += 1
                lines += TextLines.wrapped("limited  \(name)  \(finding.detail)")
                lines +=
                    TextLines.wrapped("why: \(reason)", indent: 9) + TextLines.wrapped("remedy: \(remedy)", indent: 9)
            case .unsupported(let reason, let remedy):
                missing += 1
                lines += TextLines.wrapped("missing  \(name)  \(finding.detail)")
                lines +=
                    TextLines.wrapped("why: \(reason)", indent: 9) + TextLines.wrapped("remedy: \(remedy)", indent: 9)
            }
        }
        lines.append("")
        lines.append("\(findings.count - limited - missing) ok, \(limited) limited, \(missing) missing")
        text = lines.map { $0 + "\n" }.joined()
    }
}
