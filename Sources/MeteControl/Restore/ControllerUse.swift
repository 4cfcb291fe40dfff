/// Whether somebody else has come to use the cpu controller that mete handed down.
///
/// The kernel refuses to withdraw a controller only where a group hands it further down; values that were set in the groups directly
/// below would be lost without a word.
enum ControllerUse {
    /// Names a group below whose values are not those of a new group; nil where there is none.
    ///
    /// - Parameter file: the cgroup.subtree_control through which the controller was handed down.
    static func user(below file: String) throws(Errno) -> String? {
        let folder = FolderPath.parent(of: file)
        for name in try KernelFile.folders(in: folder) {
            for attribute in ["cpu.weight", "cpu.max", "cpu.idle"] {
                let text = try KernelFile.readIfPresent("\(folder)/\(name)/\(attribute)")
                if let text, text != CPUAttributes.initial(of: attribute) { return "\(folder)/\(name)" }
            }
        }
        return nil
    }
}
