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
    /// What control can do here and now; nil when nothing is to be enforced.
    private let findings: (() -> [Finding])?
    private var version: FileVersion?
    private var looksUntilCheck = 0
    /// Of the file when it was last loaded or tried.
    private var text: String

    private var loaded: Loaded

    package var policy: Policy { loaded.policy }
    /// Puts processes into the policy's components, and mete into one of its own.
    package var classifier: any Classifying { loaded.classifier }

    /// - Parameter mustBeTrusted: refuses a file that others than root may write.
    /// - Throws: `PolicyErrors` when the file does not load.
    package init(
        path: String?, mustBeTrusted: Bool, context: PolicyContext, findings: (() -> [Finding])?
    ) throws(PolicyErrors) {
        self.context = context
        self.findings = findings
        file = path.map { PolicyFile(path: $0, mustBeTrusted: mustBeTrusted) }
        version = path.flatMap(FileVersion.init(path:))
        guard let file else {
            var policy = Policy()
            policy.components = [ComponentPolicy(id: .rest)]
            loaded = Loaded(policy, Discovery())
            text = ""
            return
        }
        text = try file.text()
        loaded = try Self.load(file, text, context, findings)
    }

    /// A policy with what follows from it, so that both change at once or neither does.
    private struct Loaded {
        let policy: Policy
        let classifier: any Classifying

        init(_ policy: Policy, _ others: any Classifying) {
            self.policy = policy
            // A policy may name a component of its own like that.
            let namesOwn = policy.components.contains { $0.id == .mete && !$0.isTemplate }
            classifier = namesOwn ? others : OwnComponent(beside: others)
        }
    }

    private static func load(
        _ file: PolicyFile, _ text: String, _ context: PolicyContext, _ findings: (() -> [Finding])?
    ) throws(PolicyErrors) -> Loaded {
        var policy = try PolicyLoader.load(text, file: file.path, context: context)
        if let findings { policy = try PolicyRequirements.meet(policy, file: file.path, findings: findings()) }
        do {
            return Loaded(policy, try Classifier(policy))
        } catch {
            throw PolicyErrors(errors: [
                PolicyError(
                    file: file.path, line: 0, column: 0, field: "", problem: "\(error)",
                    remedy: "correct the expression")
            ])
        }
    }

    package var path: String? { file?.path }

    /// Components that the policy names itself, and the rest; templates come with their instances.
    package var permanent: [ComponentID] {
        policy.components.filter { !$0.isTemplate }.map(\.id)
    }

    /// Whether the file says something else than when it was last loaded or tried. Looks about once a second. A file that was written
    /// again with the same text, as configuration management does, is nobody's wish to have the policy loaded.
    package mutating func hasChanged() -> Bool {
        guard let path = file?.path else { return false }
        looksUntilCheck -= 1
        guard looksUntilCheck <= 0 else { return false }
        looksUntilCheck = max(1, Int(Nanoseconds.perSecond / policy.tick))
        let now = FileVersion(path: path)
        // A file that is being replaced may be missing for a moment.
        guard let file, now != nil, now != version else { return false }
        // One that cannot be read is tried, which says why.
        guard let present = try? file.text(), present == text else { return true }
        version = now
        return false
    }

    /// Loads the file again.
    ///
    /// - Throws: `PolicyErrors`; the policy is then as it was.
    package mutating func reload() throws(PolicyErrors) {
        guard let file else { return }
        version = FileVersion(path: file.path)
        text = ""
        text = try file.text()
        loaded = try Self.load(file, text, context, findings)
    }
}

/// Tells one state of a file from another without reading it.
private struct FileVersion: Equatable {
    var inode: UInt64
    var size: Int64
    /// Of the last change of contents, owner or mode.
    var seconds: Int
    var nanoseconds: Int

    init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        seconds = status.st_ctim.tv_sec
        nanoseconds = status.st_ctim.tv_nsec
    }
}
