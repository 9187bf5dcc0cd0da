package dev.belay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class NetworkAndVolumeBodyTest {
    private static final String NETWORK =
            "{'Name': 'n', 'Id': 'x', 'Created': 'c', 'Scope': 'local', 'Driver': 'bridge',"
                    + " 'EnableIPv6': false, 'IPAM': {'Driver': 'default', 'Options': null, 'Config': [{'Subnet': '10.0.0.0/24'}]},"
                    + " 'Internal': true, 'Attachable': false, 'Ingress': false, 'ConfigFrom': {'Network': ''}, 'ConfigOnly': false,"
                    + " 'Containers': {'a': {}}, 'Options': {'o': 'p'}, 'Labels': {'l': 'm'}, 'Future': 1}";

    @Test
    void aNetworkKeepsItsSettingsAndLosesItsState() {
        assertThat(NetworkBody.of(network(NETWORK)))
                .isEqualTo(json("{'Name': 'n', 'Scope': 'local', 'Driver': 'bridge', 'EnableIPv6': false,"
                        + " 'IPAM': {'Driver': 'default', 'Options': null, 'Config': [{'Subnet': '10.0.0.0/24'}]},"
                        + " 'Internal': true, 'Attachable': false, 'Ingress': false, 'ConfigOnly': false,"
                        + " 'Options': {'o': 'p'}, 'Labels': {'l': 'm'}, 'Future': 1, 'CheckDuplicate': true}"));
    }

    @Test
    void aNetworkThatBorrowsItsConfigurationDoesNotRepeatIt() {
        ObjectNode body = NetworkBody.of(network(NETWORK.replace("'Network': ''", "'Network': 'lender'")));

        assertThat(body.has("IPAM")).isFalse();
        assertThat(body.path("ConfigFrom").path("Network").asString()).isEqualTo("lender");
    }

    @Test
    void fingerprintsOfNetworksLeaveOutStateAndSeeSettings() {
        String base = NetworkBody.fingerprint(network(NETWORK));

        assertThat(NetworkBody.fingerprint(network(NETWORK.replace("'x'", "'y'").replace("'a'", "'b'"))))
                .isEqualTo(base);
        assertThat(NetworkBody.fingerprint(network(NETWORK.replace("10.0.0", "10.0.1"))))
                .isNotEqualTo(base);
    }

    @Test
    void aVolumeKeepsDriverOptionsAndLabels() {
        VolumeDocument volume = new VolumeDocument(json("{'Name': 'v', 'Driver': 'local', 'Mountpoint': '/m',"
                + " 'CreatedAt': 'c', 'Scope': 'local', 'Options': {'type': 'tmpfs'}, 'Labels': {'l': 'm'}}"));

        assertThat(VolumeBody.of(volume))
                .isEqualTo(json(
                        "{'Name': 'v', 'Driver': 'local', 'DriverOpts': {'type': 'tmpfs'}, 'Labels': {'l': 'm'}}"));
    }

    @Test
    void aPlainVolumeHasNoOptions() {
        VolumeDocument volume =
                new VolumeDocument(json("{'Name': 'v', 'Driver': 'local', 'Options': null, 'Labels': null}"));

        assertThat(VolumeBody.of(volume)).isEqualTo(json("{'Name': 'v', 'Driver': 'local'}"));
        assertThat(VolumeBody.fingerprint(volume))
                .isEqualTo(VolumeBody.fingerprint(
                        new VolumeDocument(json("{'Name': 'v', 'Driver': 'local', 'Options': {}, 'Labels': {}}"))));
    }

    private static NetworkDocument network(String text) {
        return new NetworkDocument(json(text));
    }

    private static ObjectNode json(String text) {
        return (ObjectNode) JsonMapper.shared().readTree(text.replace('\'', '"'));
    }
}
