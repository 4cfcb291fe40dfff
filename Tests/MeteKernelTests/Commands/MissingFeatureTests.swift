import Glibc
import MeteTestSupport
import Testing

extension KernelTests {
    /// A machine that lacks something, made in a mount namespace of mete's own: the system's mounts stay as they are.
    @MainActor
    struct MissingFeatureTests {
        private let folder: TemporaryFolder

        init() throws {
            folder = try TemporaryFolder(prefix: "mete-missing")
        }

        /// Hides the kernel's types, and where the loader looks for a kernel's image that has them.
        private var withoutTypes: String {
            """
            mkdir \(folder.path)/empty
            for place in /sys/kernel/btf /boot /lib/modules /usr/lib/debug; do
                [ ! -d $place ] || mount -o bind \(folder.path)/empty $place
            done
            """
        }

        @Test(arguments: [["trace", "--duration", "0.2"], ["plan", "--duration", "0.2"], ["agent"]])
        func noTypesOfTheKernelIs3(command: [String]) throws {
            let arguments = command == ["agent"] ? ["agent", "--socket", "\(folder.path)/agent.sock"] : command
            try MeteRun(arguments, start: .afterMounts(withoutTypes)).expect(
                3, saying: "/sys/kernel/btf/vmlinux", "CONFIG_DEBUG_INFO_BTF")
            #expect(access("/sys/kernel/btf/vmlinux", R_OK) == 0, "the system's own mounts stay")
        }

        @Test func theDoctorSaysThatTypesAreMissing() throws {
            let run = try MeteRun(["doctor"], start: .afterMounts(withoutTypes))
            run.expect(3)
            #expect(run.output.contains("missing  kernel types (BTF)"))
            #expect(run.output.contains("CONFIG_DEBUG_INFO_BTF=y"))
        }

        /// Some distributions keep them with the kernel's image only; the loader finds them there.
        @Test func typesBesideTheKernelsImageWillDo() throws {
            let script = """
                mkdir \(folder.path)/boot
                cp /sys/kernel/btf/vmlinux "\(folder.path)/boot/vmlinux-$(uname -r)"
                \(withoutTypes)
                mount -o bind \(folder.path)/boot /boot
                """
            let isMade = mkdir("/boot", 0o755) == 0
            defer { if isMade { rmdir("/boot") } }
            let run = try MeteRun(["trace", "--duration", "0.2", "--interval", "0.1"], start: .afterMounts(script))
            run.expect(0)
            #expect(run.output.contains("COMPONENT"))
            let clean = "rm -r \(folder.path)/boot \(folder.path)/empty\n"
            let doctor = try MeteRun(["doctor"], start: .afterMounts(clean + script))
            #expect(doctor.output.contains("ok       kernel types (BTF)"))
            #expect(doctor.output.contains("from the kernel's image"))
        }

        private let withoutCgroups = """
            for place in $(awk '/ - cgroup2? / { print $5 }' /proc/self/mountinfo); do umount -l $place; done
            ! grep -q ' - cgroup' /proc/self/mountinfo
            """

        @Test func noCPUControllerIs3ForTheDoctor() throws {
            let run = try MeteRun(["doctor"], start: .afterMounts(withoutCgroups))
            run.expect(3)
            #expect(run.output.contains("missing  cpu controller"))
            #expect(run.output.contains("remedy: Boot a kernel with CONFIG_FAIR_GROUP_SCHED and mount cgroup2"))
        }

        @Test func aPolicyThatNeedsTheCPUControllerIsRefusedAndTheRestGoesOn() throws {
            let policy = "\(folder.path)/policy.yaml"
            try TextFile.write(
                "components:\n  - name: it\n    match: { comm: it }\n    cpu: { guarantee: 0.25 }\n", to: policy,
                creating: true)
            let start = try MeteRun.Start.afterMounts(withoutCgroups)
            let agent = [
                "agent", "--enforce", "--policy", policy, "--state-dir", "\(folder.path)/state", "--socket",
                "\(folder.path)/agent.sock",
            ]
            for command in [agent, ["plan", "--policy", policy]] {
                try MeteRun(command, start: start).expect(
                    2, saying: "\(policy):2:", "it needs what this machine lacks: no cgroup hierarchy is mounted",
                    "Boot a kernel with CONFIG_FAIR_GROUP_SCHED")
            }
            try MeteRun(["trace", "--duration", "0.2", "--policy", policy], start: start).expect(0)
            let plan = try MeteRun(["plan", "--duration", "0.2"], start: start)
            plan.expect(0)
            #expect(plan.output.contains("Would be written"))
        }
    }
}
