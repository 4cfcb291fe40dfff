import Testing

@testable import MeteTrace

@Suite struct CgroupTests {
    static let containers: [(path: String, runtime: String)] = [
        ("/docker/\(containerID)", "docker"),
        ("/docker/\(containerID)/init.scope", "docker"),
        ("/system.slice/docker-\(containerID).scope", "docker"),
        ("/machine.slice/libpod-\(containerID).scope", "podman"),
        ("/machine.slice/libpod-\(containerID).scope/container", "podman"),
        ("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-\(containerID).scope", "podman"),
        ("/libpod_parent/libpod-\(containerID)", "podman"),
        ("/kubepods/burstable/pod6c3f1b0e-7a52-4e4c-9a7e-2a9b9f0e1d11/\(containerID)", "kube"),
        ("/kubepods/besteffort/pod6c3f1b0e-7a52-4e4c-9a7e-2a9b9f0e1d11/\(containerID)", "kube"),
        (
            "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod6c3f1b0e_7a52_4e4c_9a7e_2a9b9f0e1d11.slice/"
                + "cri-containerd-\(containerID).scope", "containerd"
        ),
        (
            "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod6c3f1b0e_7a52.slice/crio-\(containerID).scope",
            "crio"
        ),
        ("/kubepods.slice/kubepods-pod6c3f1b0e_7a52.slice/docker-\(containerID).scope", "docker"),
        (
            "/system.slice/containerd.service/kubepods-burstable-pod6c3f.slice:cri-containerd:\(containerID)",
            "containerd"
        ),
        ("/system.slice/nerdctl-\(containerID).scope", "containerd"),
        ("/ecs/0123456789abcdef/\(containerID)", "container"),
        (
            "/docker/\(String(repeating: "a", count: 64))/kubelet.slice/kubelet-kubepods.slice/"
                + "cri-containerd-\(containerID).scope", "containerd"
        ),
    ]

    @Test(arguments: containers) func findsContainer(_ path: String, _ runtime: String) {
        #expect(CgroupPath(path).containers.last == Container(runtime: runtime, id: Substring(containerID)))
    }

    @Test(arguments: ["/lxc/web", "/lxc.payload.web", "/lxc.payload/web", "/lxc.payload.web/system.slice/ssh.service"])
    func findsLXC(_ path: String) {
        #expect(CgroupPath(path).containers == [Container(runtime: "lxc", id: "web")])
    }

    @Test(
        arguments: [
            "/", "/docker", "/lxc", "/lxc.monitor.web", "/lxc.payload.", "/system.slice/docker.service",
            "/machine.slice/libpod-conmon-\(containerID).scope", "/system.slice/crio-conmon-\(containerID).scope",
            "/docker/\(containerID.dropLast())", "/docker/\(containerID.uppercased())", "/x\(containerID)",
            "/process_api/9fcac09ac1997afa85657fdfc4509641",
        ])
    func findsNoContainer(_ path: String) {
        #expect(CgroupPath(path).containers.isEmpty)
    }

    @Test func findsUnitsFromTheRootDown() {
        let path = CgroupPath("/user.slice/user-1000.slice/user@1000.service/app.slice/_odd.service/sub")
        #expect(path.units == ["user.slice", "user-1000.slice", "user@1000.service", "app.slice", "odd.service"])
    }

    @Test func readsAHybridMachine() {
        let file = """
            12:cpu,cpuacct:/system.slice/redis.service
            3:pids:/odd:name with blank
            1:name=systemd:/system.slice/redis.service
            0::/gone (deleted)

            """
        #expect(
            CgroupMembership.parse(file) == [
                CgroupMembership(controllers: "", path: "/gone"),
                CgroupMembership(controllers: "cpu,cpuacct", path: "/system.slice/redis.service"),
                CgroupMembership(controllers: "pids", path: "/odd:name with blank"),
                CgroupMembership(controllers: "name=systemd", path: "/system.slice/redis.service"),
            ])
    }

    @Test(arguments: ["", "\n", "nonsense", "0:", "::", "0::relative"]) func passesOverOtherLines(_ file: String) {
        #expect(CgroupMembership.parse(file).isEmpty)
    }
}
