internal import Glibc

/// The CPUs that are online, which hotplug changes.
package enum OnlineCPUs {
    /// At least 1. Costs reading one small file.
    package static func count() -> Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
