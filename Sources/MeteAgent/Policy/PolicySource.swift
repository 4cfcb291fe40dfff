import Glibc
package import MeteModel
package import MetePolicy
package import MeteTrace

/// Where the policy comes from: a file that may change while the agent runs, or discovery where there is none.
///
/// A file that does not load leaves the policy that was loaded last in force.
package struct PolicySource {
    private let file: PolicyFile?
    private let context: PolicyContext
    /// What control can do here; nil when nothing is to be enforced.
    private let findings: [Finding]?
    private var version: FileVersion?
    private var looksUntilCheck = 0

    package private(set) var policy: Policy

    /// - Throws: `PolicyErrors` when the file does not load.
    package init(path: String?, context: PolicyContext, findings: [Finding]?) throws(PolicyErrors) {
        self.context = context
        self.findings = findings
        file = path.map(PolicyFile.init(path:))
        version = path.flatMap(FileVersion.init(path:))
        guard let file else {
            policy = Policy()
            policy.components = [ComponentPolicy(id: .rest)]
            return
        }
        policy = try Self.load(file, context, findings)
    }

    private static func load(
        _ file: PolicyFile, _ context: PolicyContext, _ findings: [Finding]?
    ) throws(PolicyErrors) -> Policy {
        let policy = try file.load(context: context)
        guard let findings else { return policy }
        return try PolicyRequirements.meet(policy, file: file.path, findings: findings)
    }

    package var path: String? { file?.path }

    package func classifier() throws(ExtendedRegexError) -> any Classifying {
        let others: any Classifying = file == nil ? Discovery() : try Classifier(policy)
        // A policy may name a component of its own like that.
        return permanent.contains(.mete) ? others : OwnComponent(beside: others)
    }

    /// Components that the policy names itself, and the rest; templates come with their instances.
    package var permanent: [ComponentID] {
        policy.components.filter { !$0.isTemplate }.map(\.id)
    }

    /// Whether the file is another one than when it was last loaded or tried. Looks about once a second.
    package mutating func hasChanged() -> Bool {
        guard let path = file?.path else { return false }
        looksUntilCheck -= 1
        guard looksUntilCheck <= 0 else { return false }
        looksUntilCheck = max(1, Int(Nanoseconds.perSecond / policy.tick))
        let now = FileVersion(path: path)
        // A file that is being replaced may be missing for a moment.
        return now != nil && now != version
    }

    /// Loads the file again.
    ///
    /// - Throws: `PolicyErrors`; the policy is then as it was.
    package mutating func reload() throws(PolicyErrors) {
        guard let file else { return }
        version = FileVersion(path: file.path)
        policy = try Self.load(file, context, findings)
    }
}

/// Tells one state of a file from another without reading it.
private struct FileVersion: Equatable {
    var inode: UInt64
    var size: Int64
    var seconds: Int
    var nanoseconds: Int

    init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
    }
}
