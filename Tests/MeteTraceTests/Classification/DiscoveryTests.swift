import MeteModel
import MeteTrace
import Testing

@testable import struct MeteTrace.ProcessTreeNames

@Suite struct DiscoveryTests {
    private func name(_ process: ProcessFacts, among processes: [ProcessFacts] = []) -> String {
        var discovery = Discovery()
        return discovery.assignment(of: process, lookup: lookup(processes)).component(forThread: "any").name
    }

    @Test(
        arguments: [
            ("/system.slice/redis-server.service", "redis-server.service"),
            ("/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service"),
            ("/init.scope", "init.scope"),
            ("/user.slice/user-1000.slice/session-3.scope", "session-3.scope"),
            ("/user.slice/user-1000.slice/user@1000.service/app.slice/firefox.service", "user-1000:firefox.service"),
            ("/user.slice/user-1000.slice/user@1000.service/init.scope", "user@1000.service"),
            ("/user.slice/user-1000.slice/user@1000.service", "user@1000.service"),
            ("/machine.slice/machine-qemu\\x2d1\\x2dweb.scope/libvirt/emulator", "machine-qemu\\x2d1\\x2dweb.scope"),
            ("/system.slice/docker.service", "docker.service"),
            ("/docker/\(containerID)", "docker-\(shortContainerID)"),
            ("/docker/\(containerID)/system.slice/nginx.service", "docker-\(shortContainerID)"),
            ("/system.slice/docker-\(containerID).scope", "docker-\(shortContainerID)"),
            ("/machine.slice/libpod-\(containerID).scope/container", "podman-\(shortContainerID)"),
            ("/machine.slice/libpod-conmon-\(containerID).scope", "libpod-conmon-\(containerID).scope"),
            ("/kubepods/burstable/pod6c3f/\(containerID)", "kube-\(shortContainerID)"),
            ("/kubepods.slice/kubepods-pod6c3f.slice/crio-\(containerID).scope", "crio-\(shortContainerID)"),
            ("/lxc/web", "lxc-web"),
            ("/batch/night run", "batch!night_run"),
            ("/kubepods.slice/kubepods-pod6c3f.slice", "kubepods-pod6c3f.slice"),
        ])
    func namesByCgroup(_ path: String, _ component: String) {
        #expect(name(process(cgroup: path)) == component)
        #expect(name(process(cgroup: path, controllers: "name=systemd")) == component)
        #expect(name(process(cgroup: path, controllers: "cpu,cpuacct")) == component)
    }

    @Test func hierarchiesOfASupervisorDoNotNameComponents() {
        #expect(name(process(comm: "app", cgroup: "/process_api/9fcac09a", controllers: "memory")) == "app")
    }

    @Test func threadsOfTheKernelAreOneComponent() {
        #expect(name(process(2, parent: 0, comm: "kthreadd", executable: nil, commandLine: "")) == "kernel")
        #expect(name(process(33, parent: 2, comm: "kworker/0:1", executable: nil, commandLine: "")) == "kernel")
        // In a PID namespace process 2 is like any other.
        #expect(name(process(33, parent: 2, comm: "app"), among: [process(2, comm: "entry")]) == "entry")
    }

    @Test func aTreeIsNamedForItsTopmostProcess() {
        let tree = [
            process(1, parent: 0, comm: "init"), process(10, comm: "nginx"), process(11, parent: 10, comm: "worker"),
            process(12, parent: 11, comm: "helper"),
        ]
        for member in tree.dropFirst() { #expect(name(member, among: tree) == "nginx") }
        #expect(name(tree[0], among: tree) == "init")
    }

    @Test(
        arguments: [
            process(20, parent: 10, comm: "bash", commandLine: "-bash"),
            process(20, parent: 10, comm: "bash", commandLine: "bash"),
            process(20, parent: 10, comm: "zsh", commandLine: "/usr/bin/zsh -il"),
            process(20, parent: 10, comm: "tmux: server", commandLine: "tmux new"),
            process(20, parent: 10, comm: "systemd", commandLine: "/lib/systemd/systemd --user"),
            process(20, parent: 10, comm: "sudo", commandLine: "sudo stress-ng"),
        ])
    func whatALauncherStartsIsATreeOfItsOwn(_ launcher: ProcessFacts) {
        let processes = [process(10, comm: "sshd"), launcher, process(30, parent: 20, comm: "stress-ng")]
        #expect(name(processes[2], among: processes) == "stress-ng")
    }

    @Test(arguments: ["bash run.sh", "bash -c make", "bash -lc make", "sh -ec make"])
    func aScriptAndWhatItStartsAreOneTree(_ commandLine: String) {
        let processes = [
            process(10, comm: "sshd"), process(20, parent: 10, comm: "bash", commandLine: commandLine),
            process(30, parent: 20, comm: "make"),
        ]
        #expect(name(processes[2], among: processes) == "bash")
    }

    @Test func treesOfOneNameAreToldApartByTheirProcessID() {
        let processes = [
            process(10, comm: "redis"), process(20, comm: "redis"), process(21, parent: 20, comm: "child"),
        ]
        var discovery = Discovery()
        let names = processes.map {
            discovery.assignment(of: $0, lookup: lookup(processes)).component(forThread: "").name
        }
        #expect(names == ["redis", "redis-20", "redis-20"])
    }

    @Test func aTreeKeepsItsNameWhileItLives() {
        let first = process(10, comm: "redis")
        let second = process(20, comm: "redis")
        var discovery = Discovery()
        _ = discovery.assignment(of: first, lookup: lookup([first, second]))
        let named = discovery.assignment(of: second, lookup: lookup([first, second]))
        // The first has ended: the second keeps its name, and a third may take the free one.
        #expect(discovery.assignment(of: second, lookup: lookup([second])) == named)
        let third = process(30, comm: "redis")
        #expect(
            discovery.assignment(of: third, lookup: lookup([second, third])) == .process(ComponentID("redis")))
    }

    @Test func anExecRenamesATree() {
        var discovery = Discovery()
        let before = process(10, comm: "sh", commandLine: "sh -c redis")
        let after = process(10, comm: "redis")
        #expect(discovery.assignment(of: before, lookup: lookup([before])) == .process(ComponentID("sh")))
        #expect(discovery.assignment(of: after, lookup: lookup([after])) == .process(ComponentID("redis")))
    }

    @Test(arguments: [("rest", "rest-7"), ("kernel", "kernel-7"), ("a/b c", "a_b_c"), ("", "unnamed"), ("né", "n_")])
    func namesAreUsable(_ comm: String, _ component: String) {
        #expect(name(process(7, comm: comm)) == component)
    }

    @Test func endedTreesAreForgotten() {
        var names = ProcessTreeNames()
        for pid in Int32(1)...100_000 {
            let root = process(pid, comm: "job")
            _ = names.name(of: root) { $0 == pid ? root : nil }
        }
        #expect(names.count <= 256)
    }

    @Test func discoveredComponentsHaveDefaults() {
        let id = ComponentID("redis")
        #expect(Discovery().policy(of: id) == ComponentPolicy(id: id))
    }
}
