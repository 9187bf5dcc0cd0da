package dev.belay.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class CreateBodyTest {
    private static final String ID = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private static final String OTHER = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";
    private static final String VOLUME = "aaaabbbbccccddddaaaabbbbccccddddaaaabbbbccccddddaaaabbbbccccdddd";
    private static final UnaryOperator<String> SAME = UnaryOperator.identity();

    @Test
    void fieldsThatBelayDoesNotKnowAreKept() {
        CreateBody create = create(
                "{'Future': {'a': [1, null]}, 'Env': ['A=b']}",
                "{'FutureToo': 7, 'Memory': 64}",
                "{'n': {'FutureEndpoint': 'x', 'GwPriority': 3}}");

        assertThat(create.body().path("Future")).isEqualTo(json("{'a': [1, null]}"));
        assertThat(create.body().path("HostConfig").path("FutureToo").asInt()).isEqualTo(7);
        assertThat(endpoint(create, "n")).isEqualTo(json("{'FutureEndpoint': 'x', 'GwPriority': 3}"));
    }

    @Test
    void theCapturedDocumentIsNotTouched() {
        ContainerDocument captured = container(
                "{'Hostname': '0123456789ab', 'Volumes': {'/d': {}}}",
                "{'NetworkMode': 'container:" + OTHER + "', 'VolumesFrom': ['" + OTHER + "']}",
                "{'n': {'Aliases': ['0123456789ab']}}",
                "[" + volume("/d", true) + "]");
        String before = captured.json().toString();

        CreateBody.of(captured, id -> "x", "1.41");
        CreateBody.fingerprint(captured, id -> "x");

        assertThat(captured.json().toString()).isEqualTo(before);
    }

    @Test
    void hostNameOfTheOldIdGoesAndAChosenOneStays() {
        assertThat(create("{'Hostname': '0123456789ab'}", "{}", "{}").body().has("Hostname"))
                .isFalse();
        assertThat(create("{'Hostname': 'db'}", "{}", "{}").body().path("Hostname"))
                .isEqualTo(json("'db'"));
    }

    @Test
    void hostNameGoesWithTheUtsNamespaceOfTheHostBecauseTheEngineRefusesBoth() {
        assertThat(create("{'Hostname': 'machine'}", "{'UTSMode': 'host'}", "{}")
                        .body()
                        .has("Hostname"))
                .isFalse();
    }

    @Test
    void theNetworkOfAnotherContainerTakesNoNamesPortsOrEndpoints() {
        CreateBody create = create(
                "{'Hostname': 'owner', 'Domainname': 'd', 'ExposedPorts': {'80/tcp': {}}, 'MacAddress': 'm', 'Tty': true}",
                "{'NetworkMode': 'container:" + OTHER + "', 'PortBindings': {'80/tcp': []}}",
                "{}");

        assertThat(create.body().propertyNames()).containsExactlyInAnyOrder("Tty", "Entrypoint", "HostConfig");
        assertThat(create.body().path("HostConfig").has("PortBindings")).isFalse();
        assertThat(create.others()).isEmpty();
    }

    @Test
    void idsOfOtherContainersFollowThem() {
        Map<String, String> now = Map.of(OTHER, "new");
        CreateBody create = CreateBody.of(
                container(
                        "{}",
                        "{'NetworkMode': 'container:O', 'PidMode': 'container:O', 'IpcMode': 'container:O', 'VolumesFrom': ['O:ro', 'O', 'unknown']}"
                                .replace("O'", OTHER + "'")
                                .replace("'O:", "'" + OTHER + ":"),
                        "{}",
                        "[]"),
                id -> now.getOrDefault(id, id),
                "1.41");

        JsonNode host = create.body().path("HostConfig");
        assertThat(List.of(host.path("NetworkMode"), host.path("PidMode"), host.path("IpcMode")))
                .allMatch(n -> n.asString().equals("container:new"));
        assertThat(host.path("VolumesFrom")).isEqualTo(json("['new:ro', 'new', 'unknown']"));
    }

    @Test
    void neededContainersAreThoseOfNamespacesAndVolumes() {
        assertThat(CreateBody.neededContainers(container(
                        "{}",
                        "{'NetworkMode': 'container:a', 'PidMode': 'container:b', 'IpcMode': 'private', 'VolumesFrom': ['c:ro', 'a']}",
                        "{}",
                        "[]")))
                .containsExactly("a", "b", "c");
    }

    @Test
    void theNetworkOfTheModeComesFirstAndTheOthersAreConnected() {
        CreateBody create =
                create("{}", "{'NetworkMode': 'front'}", "{'back': {}, 'front': {'Links': ['a:b']}, 'x': {}}");

        assertThat(create.body().path("NetworkingConfig"))
                .isEqualTo(json("{'EndpointsConfig': {'front': {'Links': ['a:b']}}}"));
        assertThat(create.others()).extracting(CreateBody.Endpoint::network).containsExactly("back", "x");
    }

    @Test
    void theDefaultModeIsTheBridge() {
        CreateBody create = create("{}", "{'NetworkMode': 'default'}", "{'a': {}, 'bridge': {}}");

        assertThat(create.body()
                        .path("NetworkingConfig")
                        .path("EndpointsConfig")
                        .propertyNames())
                .containsExactly("bridge");
    }

    @Test
    void aModeThatIsANetworkIdBecomesItsName() {
        CreateBody create = create("{}", "{'NetworkMode': 'f00'}", "{'a': {}, 'b': {'NetworkID': 'f00'}}");

        assertThat(create.body().path("HostConfig").path("NetworkMode").asString())
                .isEqualTo("b");
        assertThat(create.others()).extracting(CreateBody.Endpoint::network).containsExactly("a");
    }

    @Test
    void hostAndNoneHaveNoEndpoints() {
        for (String mode : List.of("host", "none")) {
            CreateBody create = create("{}", "{'NetworkMode': '" + mode + "'}", "{'" + mode + "': {'NetworkID': 'x'}}");
            assertThat(create.body().has("NetworkingConfig")).isFalse();
            assertThat(create.others()).isEmpty();
        }
    }

    @Test
    void addressesThatTheEngineGaveAreNotAskedForAndChosenOnesAre() {
        CreateBody create = create(
                "{}",
                "{'NetworkMode': 'n'}",
                "{'n': {'IPAMConfig': {'IPv4Address': '10.0.0.9', 'LinkLocalIPs': ['169.254.1.1']}, 'DriverOpts': {'a': 'b'},"
                        + "'NetworkID': 'x', 'EndpointID': 'x', 'Gateway': 'x', 'IPAddress': '10.0.0.9', 'IPPrefixLen': 8,"
                        + "'IPv6Gateway': '', 'GlobalIPv6Address': '', 'GlobalIPv6PrefixLen': 0, 'DNSNames': ['x']}}");

        assertThat(endpoint(create, "n"))
                .isEqualTo(
                        json(
                                "{'IPAMConfig': {'IPv4Address': '10.0.0.9', 'LinkLocalIPs': ['169.254.1.1']}, 'DriverOpts': {'a': 'b'}}"));
    }

    @Test
    void theAliasOfTheOldIdGoes() {
        CreateBody create = create(
                "{}",
                "{'NetworkMode': 'n'}",
                "{'n': {'Aliases': ['db', '0123456789ab', 'alpha']}, 'bridge': {'Aliases': ['0123456789ab']}}");

        assertThat(endpoint(create, "n")).isEqualTo(json("{'Aliases': ['db', 'alpha']}"));
        // the default bridge refuses aliases
        assertThat(create.others().get(0).settings()).isEqualTo(json("{'Aliases': null}"));
    }

    @Test
    void before144TheMacAddressIsTheContainers() {
        CreateBody create = CreateBody.of(
                container("{'MacAddress': '02:aa'}", "{'NetworkMode': 'n'}", "{'n': {'MacAddress': '02:aa'}}", "[]"),
                SAME,
                "1.43");

        assertThat(create.body().path("MacAddress").asString()).isEqualTo("02:aa");
        assertThat(endpoint(create, "n").isEmpty()).isTrue();
    }

    @Test
    void from144TheMacAddressIsTheEndpointsUnlessItIsTheEnginesOwnChoice() {
        CreateBody create = CreateBody.of(
                container(
                        "{'MacAddress': '02:aa'}",
                        "{'NetworkMode': 'chosen'}",
                        "{'chosen': {'MacAddress': '02:aa', 'IPAddress': '10.0.0.1'},"
                                + "'derived': {'MacAddress': '02:42:0a:D3:00:01', 'IPAddress': '10.211.0.1'},"
                                + "'stopped': {'MacAddress': '', 'IPAddress': ''}}",
                        "[]"),
                SAME,
                "1.44");

        assertThat(create.body().has("MacAddress")).isFalse();
        assertThat(endpoint(create, "chosen")).isEqualTo(json("{'MacAddress': '02:aa'}"));
        assertThat(create.others()).allMatch(o -> o.settings().isEmpty());
    }

    @Test
    void from144AContainerThatIsDownKeepsItsMacAddress() {
        CreateBody create = CreateBody.of(
                container("{'MacAddress': '02:aa'}", "{'NetworkMode': 'n'}", "{'n': {'MacAddress': ''}}", "[]"),
                SAME,
                "1.51");

        assertThat(endpoint(create, "n")).isEqualTo(json("{'MacAddress': '02:aa'}"));
    }

    @Test
    void aClearedEntryPointStaysCleared() {
        assertThat(create("{'Entrypoint': null}", "{}", "{}").body().path("Entrypoint"))
                .isEqualTo(json("['']"));
        assertThat(create("{'Entrypoint': ['/e']}", "{}", "{}").body().path("Entrypoint"))
                .isEqualTo(json("['/e']"));
    }

    @Test
    void aVolumeThatTheImageDeclaresIsMountedByItsName() {
        CreateBody create = CreateBody.of(
                container("{'Volumes': {'/data/': {}}}", "{'Mounts': null}", "{}", "[" + volume("/data", true) + "]"),
                SAME,
                "1.41");

        assertThat(create.body().path("HostConfig").path("Mounts"))
                .isEqualTo(json("[{'Type': 'volume', 'Source': '" + VOLUME + "', 'Target': '/data'}]"));
    }

    @Test
    void anAnonymousMountGetsItsNameAndKeepsItsOptions() {
        CreateBody create = CreateBody.of(
                container(
                        "{'Volumes': {'/data': {}}}",
                        "{'Mounts': [{'Type': 'volume', 'Target': '/data', 'VolumeOptions': {'NoCopy': true}}]}",
                        "{}",
                        "[" + volume("/data", true) + "]"),
                SAME,
                "1.41");

        assertThat(create.body().path("HostConfig").path("Mounts"))
                .isEqualTo(json("[{'Type': 'volume', 'Target': '/data', 'VolumeOptions': {'NoCopy': true}, 'Source': '"
                        + VOLUME + "'}]"));
    }

    @Test
    void namedVolumesAndBindsStayAsTheyWereWritten() {
        String host = "{'Binds': ['named:/a', '/host:/b:ro', '/anonymous'],"
                + "'Mounts': [{'Type': 'volume', 'Source': 'named', 'Target': '/c'}]}";
        String mounts = "[{'Type': 'volume', 'Name': 'named', 'Destination': '/a', 'RW': true},"
                + "{'Type': 'bind', 'Source': '/host', 'Destination': '/b', 'RW': false},"
                + "{'Type': 'volume', 'Name': 'named', 'Destination': '/c', 'RW': true}]";
        JsonNode after = CreateBody.of(
                        container("{'Volumes': {'/a': {}, '/b': {}, '/c': {}}}", host, "{}", mounts), SAME, "1.41")
                .body()
                .path("HostConfig");

        assertThat(after).isEqualTo(json(host));
    }

    @Test
    void anAnonymousBindGetsItsName() {
        JsonNode after = CreateBody.of(
                        container("{}", "{'Binds': ['/a', 'named:/b']}", "{}", "[" + volume("/a", true) + "]"),
                        SAME,
                        "1.41")
                .body()
                .path("HostConfig");

        assertThat(after.path("Binds")).isEqualTo(json("['" + VOLUME + ":/a', 'named:/b']"));
        assertThat(after.has("Mounts")).isFalse();
    }

    @Test
    void whatComesFromAnotherContainersVolumesDoesSoAgain() {
        JsonNode after = CreateBody.of(
                        container("{}", "{'VolumesFrom': ['x']}", "{}", "[" + volume("/shared", true) + "]"),
                        SAME,
                        "1.41")
                .body()
                .path("HostConfig");

        assertThat(after).isEqualTo(json("{'VolumesFrom': ['x']}"));
    }

    @Test
    void aDeclaredVolumeThatMayComeFromAnotherContainerStaysTheSameAndReadOnly() {
        JsonNode after = CreateBody.of(
                        container(
                                "{'Volumes': {'/data': {}}}",
                                "{'VolumesFrom': ['x:ro']}",
                                "{}",
                                "[" + volume("/data", false) + "]"),
                        SAME,
                        "1.41")
                .body()
                .path("HostConfig");

        assertThat(after.path("Mounts"))
                .isEqualTo(
                        json("[{'Type': 'volume', 'Source': '" + VOLUME + "', 'Target': '/data', 'ReadOnly': true}]"));
    }

    @Test
    void aVersionThatIsNoneIsRefused() {
        assertThatThrownBy(() -> CreateBody.of(container("{}", "{}", "{}", "[]"), SAME, "new"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void fingerprintIsTheSameForWhatWasCreatedFromIt() {
        ContainerDocument original = container(
                "{'Hostname': '0123456789ab', 'Volumes': {'/image': {}, '/ro': {}}, 'ExposedPorts': {'80/tcp': {}}, 'Env': ['B=1', 'A=2']}",
                "{'NetworkMode': 'n', 'Binds': ['/anon'], 'VolumesFrom': ['" + OTHER
                        + ":ro'], 'Mounts': [{'Type': 'volume', 'Target': '/m', 'VolumeOptions': {}}], 'CapAdd': null}",
                "{'n': {'IPAMConfig': {}, 'Aliases': ['db', '0123456789ab'], 'IPAddress': '10.0.0.1', 'MacAddress': '02:42:0a:00:00:01'}}",
                "["
                        + String.join(
                                ",",
                                volume("/image", true),
                                volume("/ro", false),
                                volume("/m", true),
                                volume("/anon", true))
                        + "]");
        ContainerDocument again = document(
                OTHER.replace('f', '9'),
                "{'Hostname': '9edcba987654', 'Volumes': {'/ro': {}, '/image': {}}, 'ExposedPorts': {'80/tcp': {}}, 'Env': ['A=2', 'B=1'], 'OnBuild': []}",
                "{'NetworkMode': 'n', 'Binds': ['V:/anon'], 'VolumesFrom': ['renewed:ro'], 'Mounts': [{'Type': 'volume', 'Source': 'V', 'Target': '/m', 'VolumeOptions': {}}, {'Type': 'volume', 'Source': 'V', 'Target': '/image'}, {'Type': 'volume', 'Source': 'V', 'Target': '/ro', 'ReadOnly': true}]}"
                        .replace("V'", VOLUME + "'")
                        .replace("'V:", "'" + VOLUME + ":"),
                "{'n': {'IPAMConfig': null, 'Aliases': ['9edcba987654', 'db'], 'IPAddress': '10.0.0.7', 'MacAddress': '02:42:0a:00:00:07'}}",
                "["
                        + String.join(
                                ",",
                                volume("/anon", true),
                                volume("/m", true),
                                volume("/ro", false),
                                volume("/image", true))
                        + "]");

        assertThat(CreateBody.fingerprint(again, id -> id.equals("renewed") ? "owner" : id))
                .isEqualTo(CreateBody.fingerprint(original, id -> id.equals(OTHER) ? "owner" : id));
    }

    @Test
    void fingerprintSeesEveryChangeThatMatters() {
        String config = "{'Env': ['A=1'], 'Labels': {'l': 'm'}, 'ExposedPorts': {'80/tcp': {}}, 'Volumes': {'/v': {}}}";
        String host =
                "{'NetworkMode': 'n', 'Memory': 1, 'VolumesFrom': ['x'], 'Dns': ['1', '2'], 'PortBindings': {'80/tcp': []}}";
        String networks = "{'n': {'IPAMConfig': {'IPv4Address': '10.0.0.9'}, 'Aliases': ['a']}}";
        String mounts = "[" + volume("/v", true) + "]";
        String base = CreateBody.fingerprint(container(config, host, networks, mounts));

        assertThat(List.of(
                        container(config.replace("A=1", "A=2"), host, networks, mounts),
                        container(config.replace("'m'", "'n'"), host, networks, mounts),
                        container(config.replace("80", "81"), host, networks, mounts),
                        container(config.replace("{'/v': {}}", "{}"), host, networks, mounts),
                        container(config, host.replace("'Memory': 1", "'Memory': 2"), networks, mounts),
                        container(config, host.replace("['x']", "['y']"), networks, mounts),
                        container(config, host.replace("['1', '2']", "['2', '1']"), networks, mounts),
                        container(config, host.replace("{'80/tcp': []}", "{}"), networks, mounts),
                        container(config, host, networks.replace(".9", ".8"), mounts),
                        container(config, host, networks.replace("['a']", "['b']"), mounts),
                        container(config, host, networks.replace("}}", "}, 'other': {}}"), mounts),
                        container(config, host, networks, mounts.replace("aaaa", "eeee")),
                        container(config, host, networks, mounts.replace("true", "false"))))
                .allSatisfy(c -> assertThat(CreateBody.fingerprint(c)).isNotEqualTo(base));
    }

    @Test
    void fingerprintLeavesOutWhatComposeWritesForTheMomentOfAReplacement() {
        assertThat(CreateBody.fingerprint(
                        container("{'Labels': {'com.docker.compose.replace': 'x'}}", "{}", "{}", "[]")))
                .isEqualTo(CreateBody.fingerprint(container("{}", "{}", "{}", "[]")));
    }

    @Test
    void aVariableThatIsSetTwiceKeepsItsLastValueInTheFingerprint() {
        assertThat(CreateBody.fingerprint(container("{'Env': ['A=1', 'A=2']}", "{}", "{}", "[]")))
                .isNotEqualTo(CreateBody.fingerprint(container("{'Env': ['A=2', 'A=1']}", "{}", "{}", "[]")));
    }

    private static CreateBody create(String config, String host, String networks) {
        return CreateBody.of(container(config, host, networks, "[]"), SAME, "1.41");
    }

    private static JsonNode endpoint(CreateBody create, String network) {
        JsonNode primary =
                create.body().path("NetworkingConfig").path("EndpointsConfig").path(network);
        return !primary.isMissingNode()
                ? primary
                : create.others().stream()
                        .filter(o -> o.network().equals(network))
                        .findFirst()
                        .orElseThrow()
                        .settings();
    }

    private static String volume(String destination, boolean readWrite) {
        return "{'Type': 'volume', 'Name': '" + VOLUME + "', 'Destination': '" + destination + "', 'RW': " + readWrite
                + "}";
    }

    private static ContainerDocument container(String config, String host, String networks, String mounts) {
        return document(ID, config, host, networks, mounts);
    }

    private static ContainerDocument document(String id, String config, String host, String networks, String mounts) {
        return new ContainerDocument(
                (ObjectNode) json("{'Id': '" + id + "', 'Name': '/c', 'Image': 'sha256:1', 'Config': "
                        + config + ", 'HostConfig': " + host + ", 'NetworkSettings': {'Networks': " + networks
                        + "}, 'Mounts': " + mounts + "}"));
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text.replace('\'', '"'));
    }
}
